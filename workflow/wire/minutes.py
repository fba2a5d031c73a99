"""The record of a sitting for its minutes: remarks, guests and 傍聴者."""

from collections.abc import Iterable, Mapping
from typing import Self

from pydantic import Field

from workflow.domain.minutes import Speaker
from workflow.queries.attendance import Place
from workflow.queries.speeches import Besides, SpeechFact
from workflow.wire.values import Moment, Shown, each


class SpeechShown(Shown):
    """発言"""

    id: int = Field(description="発言の番号", serialization_alias="number")
    item: int = Field(description="議題の番号")
    speaker: Speaker
    member: str = Field(description="委員の鍵。委員でなければ空")
    name: str = Field(description="委員の氏名、又は説明者・関係者の職と氏名")
    text: str = Field(description="発言")


class TimesShown(Shown):
    """遅参・退席"""

    member: str = Field(description="委員の鍵")
    arrived_at: Moment | None = Field(description="来た日時。遅参でなければ null")
    left_at: Moment | None = Field(description="去った日時。退席でなければ null")


class SittingShown(Shown):
    """会議の場で記録したこと"""

    guests: list[str] = Field(description="説明者・関係者の職と氏名")
    observers: int | None = Field(description="傍聴者の数。記録がなければ null")
    times: list[TimesShown] = Field(description="遅参・退席した委員")
    speeches: list[SpeechShown] = Field(description="発言、議題ごとに順に")

    @classmethod
    def of(cls, besides: Besides, places: Iterable[Place], speeches: Mapping[int, list[SpeechFact]]) -> Self:
        return cls(
            guests=list(besides.guests),
            observers=besides.observers,
            times=[
                TimesShown(member=place.seat.key, arrived_at=place.arrived_at, left_at=place.left_at)
                for place in places
                if place.arrived_at or place.left_at
            ],
            speeches=each(SpeechShown, (speech for at in speeches.values() for speech in at)),
        )
