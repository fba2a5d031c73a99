"""Meetings: the list, and one with its agenda, outcomes and attendance."""

from collections.abc import Iterable, Sequence
from typing import Any, Self

from pydantic import Field

from definitions.terms import Outcome
from workflow.domain.decisions import Manner
from workflow.domain.meetings import MeetingForm, MeetingStatus, Purpose
from workflow.domain.votes import Part
from workflow.queries.agenda import Decided, Item, Line
from workflow.queries.attendance import Apart, Attended
from workflow.queries.meetings import MeetingFact
from workflow.wire.values import Day, Moment, Shown, each


class MeetingShown(Shown):
    """会議"""

    number: int = Field(description="会議の番号")
    body: str = Field(description="会議体ID")
    title: str = Field(description="会議の名称")
    form: MeetingForm
    starts_at: Moment = Field(description="開始。持ち回りでは送った日時")
    ends_at: Moment = Field(description="終了。持ち回りでは回答期限")
    place: str = Field(description="場所")
    status: MeetingStatus
    items_due: Day | None = Field(description="議題の提出期限")

    @classmethod
    def of(cls, meeting: MeetingFact, **more: Any) -> Self:
        return cls(
            number=meeting.id,
            body=meeting.body_key,
            title=meeting.title,
            form=meeting.form,
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            place=meeting.place,
            status=meeting.status,
            items_due=meeting.items_due,
            **more,
        )


class Meetings(Shown):
    """会議の一覧の 1 ページ、開始の順"""

    meetings: list[MeetingShown]
    following: int | None = Field(
        description="続きを読むときに following として送る番号。最後のページでは null"
    )

    @classmethod
    def of(cls, found: Iterable[MeetingFact], following: int | None) -> "Meetings":
        return cls(meetings=[MeetingShown.of(meeting) for meeting in found], following=following)


class ConditionShown(Shown):
    """付された条件"""

    number: int = Field(description="条件の番号")
    text: str = Field(description="条件")
    closed_at: Moment | None = Field(description="解消した日時")
    closed_note: str | None = Field(description="どう満たしたか")


class Counts(Shown):
    """集計した票の数"""

    in_favour: int = Field(description="賛成")
    against: int = Field(description="反対")
    abstained: int = Field(description="棄権")
    present: int = Field(description="出席した委員の数。持ち回りでは、回答した委員と進行する会長")
    members: int = Field(description="委員の数")
    recused: int = Field(description="除斥された委員の数")


class DecisionShown(Shown):
    """議題の結果"""

    number: int = Field(description="決定の番号")
    outcome: Outcome
    manner: Manner
    note: str = Field(description="備考・附帯意見")
    decided_on: Day = Field(description="決した日")
    conditions: list[ConditionShown] = Field(default=[], description="付された条件")


class ItemDecision(DecisionShown):
    """議題の結果と、その票の数"""

    counts: Counts | None = Field(description="集計した票の数。採決によらないものでは null")

    @classmethod
    def on_item(cls, decided: Decided) -> "ItemDecision":
        return cls(
            number=decided.id,
            outcome=decided.outcome,
            manner=decided.manner,
            note=decided.note,
            decided_on=decided.on,
            counts=Counts(**decided.counts) if decided.counts else None,
            conditions=each(ConditionShown, decided.conditions),
        )


class ApartShown(Shown):
    """一つの議題に加わらない委員"""

    member: str = Field(description="委員の利用者ID")
    part: Part = Field(description="退席・除斥・欠席の別")


class ItemShown(Shown):
    """議題"""

    number: int = Field(description="議題の番号")
    position: int = Field(description="順番")
    plan: str = Field(description="計画ID")
    gate: str = Field(description="手続ID")
    purpose: Purpose
    version: int = Field(description="諮る版の番号")
    sha256: str = Field(description="諮る版の SHA-256")
    decision: ItemDecision | None = Field(default=None, description="結果。まだなら null")
    apart: list[ApartShown] = Field(default=[], description="退席・除斥などで、この議題に加わらない委員")

    @classmethod
    def of(cls, item: Item, apart: Iterable[Apart]) -> "ItemShown":
        return cls(
            number=item.id,
            position=item.position,
            plan=item.plan,
            gate=item.gate_key,
            purpose=item.purpose,
            version=item.version,
            sha256=item.sha256,
            decision=ItemDecision.on_item(item.decided) if item.decided else None,
            apart=each(ApartShown, (one for one in apart if one.item == item.id)),
        )


class LineShown(Shown):
    """次第の 1 行"""

    item: int = Field(description="議題の番号")
    number: str = Field(description="次第の番号。見出しの下では括弧付き")
    purpose: Purpose
    title: str = Field(description="議題の名称。手続の議題では計画の名称")
    plan: str | None = Field(description="計画ID。計画に関わらない議題では null")
    planned_minutes: int | None = Field(description="予定時間（分）")
    result: str | None = Field(description="手続によらない議題の結果")
    late: bool = Field(description="議題の提出期限の後に載せたか")

    @classmethod
    def of(cls, line: Line, late: frozenset[int]) -> "LineShown":
        return cls(
            late=line.id in late,
            item=line.id,
            number=line.number,
            purpose=line.purpose,
            title=line.title,
            plan=line.plan[0] if line.plan else None,
            planned_minutes=line.planned_minutes,
            result=line.result,
        )


class AttendanceShown(Shown):
    """出欠"""

    member: str = Field(description="委員の利用者ID")
    present: bool = Field(description="出席（代理を含む）か")
    deputy: str | None = Field(description="代理者の利用者ID")
    presided: bool = Field(description="進行した人として記録されたか。誰もいなければ会長、欠席のときは副会長")


class OneMeeting(MeetingShown):
    """会議と、その議題・結果・出欠"""

    minutes: str = Field(description="概要の現在の文。読めるものがなければ空")
    agenda: list[LineShown] = Field(description="次第、順に")
    items: list[ItemShown] = Field(description="そのうち手続の議題、順に")
    attendance: list[AttendanceShown] = Field(description="記録された出欠")
    warnings: list[str] = Field(description="準備中の会議の、招集の前に確かめること")

    @classmethod
    def whole(
        cls,
        meeting: MeetingFact,
        agenda: Sequence[Line],
        attended: Iterable[Attended],
        apart: Sequence[Apart],
        *,
        minutes: str = "",
        warnings: Sequence[str] = (),
        late: frozenset[int] = frozenset(),
    ) -> "OneMeeting":
        return cls.of(
            meeting,
            minutes=minutes,
            agenda=[LineShown.of(line, late) for line in agenda],
            items=[ItemShown.of(line.item, apart) for line in agenda if line.item],
            attendance=each(AttendanceShown, attended),
            warnings=list(warnings),
        )
