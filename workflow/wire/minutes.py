"""The minutes of a meeting, and the record of the sitting they are made from."""

from collections.abc import Iterable, Mapping
from typing import Self

from pydantic import Field

from workflow.domain.minutes import MinutesKind, MinutesState, Speaker
from workflow.queries.attendance import Place
from workflow.queries.minutes import MinutesVersion
from workflow.queries.speeches import Besides, SpeechFact
from workflow.wire.values import Moment, Shown, each


class SpeechShown(Shown):
    """発言"""

    number: int = Field(description="発言の番号")
    item: int = Field(description="議題の番号")
    speaker: Speaker
    member: str = Field(description="委員の利用者ID。委員でなければ空")
    name: str = Field(description="委員の氏名、又は説明者・関係者の職と氏名")
    text: str = Field(description="発言")

    @classmethod
    def of(cls, speech: SpeechFact) -> Self:
        return cls(
            number=speech.id,
            item=speech.item,
            speaker=speech.speaker,
            member=speech.member,
            name=speech.name,
            text=speech.text,
        )


class TimesShown(Shown):
    """遅参・退席"""

    member: str = Field(description="委員の利用者ID")
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
            speeches=[SpeechShown.of(speech) for at in speeches.values() for speech in at],
        )


class MinutesVersionShown(Shown):
    """会議録の 1 つの版"""

    kind: MinutesKind
    version: int = Field(description="版の番号")
    state: MinutesState
    text: str = Field(description="文")
    revision: int = Field(description="案の改訂番号。直すとき・確認するときに seen として送ります")
    reason: str = Field(description="訂正の理由。初めの版では空")
    note: str = Field(description="会長の所見、又は確認の方法")
    written_at: Moment | None = Field(description="書かれた日時")
    settled_at: Moment | None = Field(description="確定した日時。まだなら null")


class PartShown(Shown):
    """会議録のうち 1 つの議題の部分"""

    heading: str = Field(description="議題")
    text: str = Field(description="文")


class MinutesShown(Shown):
    """会議録"""

    versions: list[MinutesVersionShown] = Field(description="概要と会議録の版、新しい順")
    parts: list[PartShown] = Field(description="会議体の外の人が読める、計画の議題の部分")

    @classmethod
    def of(cls, versions: Iterable[MinutesVersion]) -> Self:
        return cls(versions=each(MinutesVersionShown, versions), parts=[])

    @classmethod
    def parts_of(cls, parts: Iterable[tuple[str, str]]) -> Self:
        return cls(versions=[], parts=[PartShown(heading=heading, text=text) for heading, text in parts])
