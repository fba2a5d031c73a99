"""パブリックコメント: the period, what came in, and what was answered."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Self

from pydantic import Field, field_validator

from workflow.domain.comments import Author, Disposition, PeriodState, Route
from workflow.queries import Change, Consultation, Said
from workflow.queries import Counted as Found
from workflow.wire.values import Day, Moment, Shown


class Counted(Shown):
    """件数と人数"""

    opinions: int = Field(description="意見の件数")
    persons: int = Field(description="提出した人数")
    by_route: dict[Route, int] = Field(description="受付方法ごとの人数")
    late_opinions: int = Field(description="期間の後に届いた件数")
    late_persons: int = Field(description="期間の後に届いた人数")


class ChangedField(Shown):
    """変わった項目"""

    field: str = Field(description="項目")
    was: str = Field(description="前の値")
    now: str = Field(description="新しい値")


class ChangeShown(Shown):
    """始めた後の延長・訂正・中止"""

    act: str = Field(description="出来事の種類", examples=["comment.extended"])
    at: Moment = Field(description="日時")
    reason: str = Field(description="理由")
    fields: list[ChangedField] = Field(description="変わった項目")

    @classmethod
    def of(cls, change: Change) -> "ChangeShown":
        fields = [ChangedField(field=field, was=was, now=now) for field, was, now in change.fields]
        return cls(act=change.act, at=change.at, reason=change.reason, fields=fields)


class Period(Shown):
    """計画のパブリックコメント"""

    gate: str = Field(description="手続ID")
    opens_on: Day = Field(description="募集開始日")
    closes_on: Day = Field(description="募集終了日。この日の 24:00 に終わります")
    shortened_why: str | None = Field(description="日数を縮めた理由")
    places: list[str] = Field(description="閲覧場所")
    published_at: Moment | None = Field(description="結果を公表した日時")
    round: int = Field(description="第何回の募集か")
    state: PeriodState = Field(description="状態")
    cancelled_at: Moment | None = Field(description="中止した日時")
    cancelled_why: str | None = Field(description="中止の理由")
    counts_round: int | None = Field(description="有効とした前の募集の回。募集を行ったものでは null")
    counts_why: str | None = Field(description="前の募集を有効とした理由")
    shut_days: int = Field(description="中断のため受け付けられなかった日数")
    changes: list[ChangeShown] = Field(description="始めた後の延長・訂正・中止")

    @field_validator("changes", mode="before")
    @classmethod
    def _shown(cls, changes: Iterable[Change]) -> list[ChangeShown]:
        return [ChangeShown.of(each) for each in changes]


class Comment(Shown):
    """計画のパブリックコメントと、件数"""

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
    writer: WriterShown | None = Field(
        description="提出者。実施する職員の、範囲 comments の連携キーだけに示します。消去した後は null"
    )

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
    """計画のパブリックコメントと、すべての意見"""

    opinions: list[OpinionShown] = Field(description="意見、届いた順")

    @classmethod
    def whole(cls, found: Consultation, counted: Found, said: Iterable[Said]) -> "WholeComment":
        return cls.of(found, counted, opinions=[OpinionShown.of(each) for each in said])


class Opened(Shown):
    """始めた募集"""

    closes_on: Day = Field(description="募集終了日。この日の 24:00 に終わります")


class Counts(Shown):
    """前の募集を有効とした記録"""

    round: int = Field(description="この記録の回")


class Receipt(Shown):
    """意見の受付"""

    receipt: str = Field(description="受付番号", examples=["1-0001"])


class Split(Shown):
    """分けた意見"""

    numbers: list[int] = Field(description="意見の番号。初めのものは元の番号のまま")
