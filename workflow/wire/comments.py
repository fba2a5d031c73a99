"""パブリックコメント: the period, what came in, and what was answered."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Self

from pydantic import Field

from workflow.domain.comments import Author, Disposition, Route
from workflow.queries import Consultation, Said
from workflow.queries import Counted as Found
from workflow.wire.values import Day, Moment, Shown


class Counted(Shown):
    """件数と人数"""

    opinions: int = Field(description="意見の件数")
    persons: int = Field(description="提出した人数")
    by_route: dict[Route, int] = Field(description="受付方法ごとの人数")
    late_opinions: int = Field(description="期間の後に届いた件数")
    late_persons: int = Field(description="期間の後に届いた人数")


class Period(Shown):
    """計画の最新のパブリックコメント"""

    gate: str = Field(description="関門の鍵")
    opens_on: Day = Field(description="募集開始日")
    closes_on: Day = Field(description="募集終了日。この日の 24:00 に終わります")
    shortened_why: str | None = Field(description="日数を縮めた理由")
    places: list[str] = Field(description="閲覧場所")
    published_at: Moment | None = Field(description="結果を公表した日時")


class Comment(Shown):
    """計画の最新のパブリックコメントと、件数"""

    period: Period
    counted: Counted

    @classmethod
    def of(cls, found: Consultation, counted: Found, **more: Any) -> Self:
        return cls(period=Period.model_validate(found), counted=Counted.model_validate(counted), **more)


class WriterShown(Shown):
    """提出者"""

    name: str = Field(description="氏名")
    address: str = Field(description="住所")
    telephone: str = Field(description="電話")
    affiliation: str = Field(description="在勤・在学先")


class OpinionShown(Shown):
    """意見"""

    number: int = Field(description="意見の番号")
    submission: int = Field(description="受付の番号")
    route: Route
    received_at: Moment
    late: bool = Field(description="期間の後に届いたか")
    text: str = Field(description="意見")
    disposition: Disposition | None = Field(description="扱い。未回答なら null")
    summary: str | None = Field(description="意見の概要")
    answer: str | None = Field(description="区の考え方")
    writer: WriterShown | None = Field(description="提出者。実施する職員の、範囲 comments の鍵だけに示します")

    @classmethod
    def of(cls, said: Said, writer: Author | None = None) -> "OpinionShown":
        return cls(
            number=said.id,
            submission=said.letter,
            route=said.route,
            received_at=said.received_at,
            late=said.late,
            text=said.text,
            disposition=said.disposition,
            summary=said.summary,
            answer=said.answer_text,
            writer=WriterShown.model_validate(writer) if writer else None,
        )


class Opinions(Shown):
    """意見の 1 ページ、届いた順"""

    opinions: list[OpinionShown]
    following: int | None = Field(
        description="続きを読むときに following として送る番号。最後のページでは null"
    )

    @classmethod
    def of(
        cls, said: Iterable[Said], following: int | None, writers: Mapping[int, Author] = MappingProxyType({})
    ) -> "Opinions":
        found = [OpinionShown.of(each, writers.get(each.submission)) for each in said]
        return cls(opinions=found, following=following)


class WholeComment(Comment):
    """計画の最新のパブリックコメントと、すべての意見"""

    opinions: list[OpinionShown] = Field(description="意見、届いた順")

    @classmethod
    def whole(cls, found: Consultation, counted: Found, said: Iterable[Said]) -> "WholeComment":
        return cls.of(found, counted, opinions=[OpinionShown.of(each) for each in said])


class Opened(Shown):
    """始めた募集"""

    closes_on: Day = Field(description="募集終了日。この日の 24:00 に終わります")


class Receipt(Shown):
    """意見の受付"""

    receipt: str = Field(description="受付番号", examples=["1-0001"])


class Split(Shown):
    """分けた意見"""

    numbers: list[int] = Field(description="意見の番号。初めのものは元の番号のまま")
