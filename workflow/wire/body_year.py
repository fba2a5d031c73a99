"""The year of a body."""

from pydantic import Field

from workflow.domain.meetings import MeetingStatus
from workflow.queries.body_year import BodyMonth, BodyYear, ComingSitting, Expected
from workflow.wire.values import Moment, Shown


class SittingShown(Shown):
    """招集された、または準備中の会議"""

    meeting: int = Field(description="会議の番号")
    title: str = Field(description="会議の名称")
    starts_at: Moment = Field(description="開始")
    status: MeetingStatus
    items: int = Field(description="閲覧できる議題の数")

    @classmethod
    def of(cls, sitting: ComingSitting) -> "SittingShown":
        held = sitting.meeting
        return cls(
            meeting=held.id,
            title=held.title,
            starts_at=held.starts_at,
            status=held.status,
            items=sitting.items,
        )


class ExpectedShown(Shown):
    """工程表による見込み: まだどの会議の議題にもなっていないもの"""

    plan: str = Field(description="計画ID")
    title: str = Field(description="計画名")
    gate: str = Field(description="手続のID")
    label: str = Field(description="付議の目的")
    stage: str = Field(description="段階")
    when: str = Field(description="工程表の月・日", examples=["2023-06", "2023-06-14", "2023-06 定例会"])
    tentative: bool = Field(description="true: 会議体と調整していない（仮）")
    late: bool = Field(description="true: 予定を過ぎている")

    @classmethod
    def of(cls, due: Expected) -> "ExpectedShown":
        return cls(
            plan=due.plan.key,
            title=due.plan.title,
            gate=due.gate,
            label=due.about,
            stage=due.stage,
            when=due.line.when,
            tentative=due.line.tentative,
            late=due.late,
        )


class BodyMonthShown(Shown):
    """会議体の 1 か月"""

    month: str = Field(description="月", examples=["2023-06"])
    items: int = Field(description="議題と見込みの合計")
    over: int = Field(description="会議で扱える数を超える分")
    sittings: list[SittingShown]
    expected: list[ExpectedShown]

    @classmethod
    def of(cls, month: BodyMonth) -> "BodyMonthShown":
        return cls(
            month=month.month,
            items=month.items,
            over=month.over,
            sittings=[SittingShown.of(each) for each in month.sittings],
            expected=[ExpectedShown.of(each) for each in month.expected],
        )


class BodyYearShown(Shown):
    """会議体にこれから付議されるもの、月ごと"""

    body: str = Field(description="会議体ID")
    name: str = Field(description="会議体の名称")
    months: list[BodyMonthShown]

    @classmethod
    def of(cls, body: str, found: BodyYear) -> "BodyYearShown":
        return cls(body=body, name=found.name, months=[BodyMonthShown.of(each) for each in found.months])
