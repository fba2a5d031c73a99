"""Calls on meetings: the list, one with its agenda and outcomes; call, move, cancel, close; agenda; attendance."""

from collections.abc import Iterable, Mapping
from datetime import time
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import Field
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from definitions.terms import Outcome
from workflow import actions
from workflow.actions import Seated
from workflow.domain.accounts import Scope
from workflow.domain.calendar import at_tokyo, end_of_day
from workflow.domain.decisions import Manner
from workflow.domain.errors import NotFound
from workflow.domain.meetings import MeetingForm, MeetingStatus, Purpose
from workflow.domain.rights import Act
from workflow.store.tables import AgendaItem, Attendance, Condition, Decision, Meeting, Person, Plan, Version
from workflow.web.api.models import (
    Asked,
    Day,
    Done,
    Key,
    Line,
    Moment,
    Number,
    Numbered,
    Reason,
    Shown,
    rows_of,
)
from workflow.web.api.routing import Answer, Call, Caller, Doing, reads, writes

router = APIRouter(route_class=Call, tags=["meetings"])


class MeetingShown(Shown):
    """会議"""

    number: int = Field(description="会議の番号", validation_alias="id")
    body: str = Field(description="会議体の鍵", validation_alias="body_key")
    title: str = Field(description="会議の名称")
    form: MeetingForm
    starts_at: Moment = Field(description="開始。持ち回りでは送った日時")
    ends_at: Moment = Field(description="終了。持ち回りでは回答期限")
    place: str = Field(description="場所")
    status: MeetingStatus


class Meetings(Shown):
    """会議の一覧の 1 ページ、開始の順"""

    meetings: list[MeetingShown]
    following: int | None = Field(
        description="続きを読むときに following として送る番号。最後のページでは null"
    )


class ConditionShown(Shown):
    """付された条件"""

    number: int = Field(description="条件の番号", validation_alias="id")
    text: str = Field(description="条件")
    closed_at: Moment | None = Field(description="解消した日時")
    closed_note: str | None = Field(description="どう満たしたか")


class DecisionShown(Shown):
    """議題の結果"""

    number: int = Field(description="決定の番号", validation_alias="id")
    outcome: Outcome
    manner: Manner
    note: str = Field(description="備考・附帯意見")
    decided_on: Day = Field(description="決した日")
    conditions: list[ConditionShown] = Field(default=[], description="付された条件")


class ItemShown(Shown):
    """議題"""

    number: int = Field(description="議題の番号")
    position: int = Field(description="順番")
    plan: str = Field(description="計画の鍵")
    gate: str = Field(description="関門の鍵")
    purpose: Purpose
    version: int = Field(description="諮る版の番号")
    sha256: str = Field(description="諮る版の SHA-256")
    decision: DecisionShown | None = Field(default=None, description="結果。まだなら null")


class AttendanceShown(Shown):
    """出欠"""

    member: str = Field(description="委員の鍵")
    present: bool = Field(description="出席（代理を含む）か")
    deputy: str | None = Field(description="代理者の鍵")


class OneMeeting(MeetingShown):
    """会議と、その議題・結果・出欠"""

    minutes: str = Field(description="議事要旨")
    items: list[ItemShown] = Field(description="議題、順に")
    attendance: list[AttendanceShown] = Field(description="記録された出欠")


class CallMeeting(Asked):
    """会議の招集"""

    body: Key = Field(description="会議体の鍵")
    title: Line = Field(description="会議の名称")
    form: MeetingForm = MeetingForm.IN_PERSON
    starts_at: Moment
    ends_at: Moment = Field(description="終了。持ち回りでは回答期限")
    place: Line = Field(description="場所")


class MoveMeeting(Asked):
    """会議の変更"""

    starts_at: Moment
    ends_at: Moment
    place: Line | None = Field(default=None, description="場所。省くと元のまま")
    reason: Reason


class Because(Asked):
    """理由"""

    reason: Reason


class CloseMeeting(Asked):
    """会議の終了"""

    minutes: Reason = Field(description="議事要旨")


class SeatTaken(Asked):
    """委員の出欠"""

    present: bool = Field(description="出席（代理を含む）か")
    deputy: Key | None = Field(default=None, description="代理者の鍵")


class EnterAttendance(Asked):
    """出欠の記録"""

    attended: dict[Key, SeatTaken] = Field(
        description="委員の鍵ごとの出欠。挙げない委員の記録は変わりません", max_length=500
    )


class ListItem(Asked):
    """議題の登録"""

    plan: Key = Field(description="計画の鍵")
    gate: Key = Field(description="関門の鍵")
    purpose: Purpose | None = Field(default=None, description="目的。省くと会議体の種類のとおり")


class OrderItems(Asked):
    """議題の順"""

    items: list[Number] = Field(max_length=1000, description="載っている議題のすべての番号、並べたい順")


class ListRatification(Asked):
    """専決の報告の登録"""

    decision: Number = Field(description="専決の決定の番号")


MeetingNumber = Annotated[Number, Path(description="会議の番号")]


@router.get("/meetings", response_model=Meetings, **reads())
def meetings(
    caller: Caller,
    body: Annotated[Key | None, Query(description="会議体の鍵")] = None,
    status: Annotated[MeetingStatus | None, Query(description="状態")] = None,
    since: Annotated[Day | None, Query(description="この日以後に始まるもの")] = None,
    until: Annotated[Day | None, Query(description="この日までに始まるもの")] = None,
    following: Annotated[Number | None, Query(description="この番号の会議の次から")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="一度に返す数")] = 50,
) -> Any:
    """会議の一覧、開始の順。"""
    wanted = select(Meeting).order_by(Meeting.starts_at, Meeting.id).limit(limit + 1)
    if body is not None:
        wanted = wanted.where(Meeting.body_key == body)
    if status is not None:
        wanted = wanted.where(Meeting.status == status)
    if since is not None:
        wanted = wanted.where(Meeting.starts_at >= at_tokyo(since, time()))
    if until is not None:
        wanted = wanted.where(Meeting.starts_at < end_of_day(until))
    with caller.office.reading() as db:
        if following is not None:
            last = _known(db, following)
            later = and_(Meeting.starts_at == last.starts_at, Meeting.id > last.id)
            wanted = wanted.where(or_(Meeting.starts_at > last.starts_at, later))
        found = list(db.scalars(wanted))
    more = found[limit - 1].id if len(found) > limit else None
    return Meetings(meetings=rows_of(MeetingShown, found[:limit]), following=more)


@router.get("/meetings/{meeting}", response_model=OneMeeting, **reads())
def meeting(caller: Caller, meeting: MeetingNumber) -> Any:
    """一つの会議と、その議題・結果・出欠。"""
    with caller.office.reading() as db:
        held = _known(db, meeting)
        shown = MeetingShown.model_validate(held).model_dump(by_alias=False)
        return OneMeeting.model_construct(
            **shown, minutes=held.minutes, items=_items(db, meeting), attendance=_attendance(db, meeting)
        )


@router.post("/meetings", response_model=Numbered, **writes(Scope.MEETINGS, Act.CALL_MEETING))
def call_meeting(doing: Doing, asked: CallMeeting) -> Answer:
    """会議を招集する。委員と事務局に招集のお知らせが送られます。"""
    return doing.perform(Numbered.of, actions.call_meeting, **dict(asked), now=doing.now)


@router.post("/meetings/held", response_model=Numbered, **writes(Scope.MEETINGS, Act.CALL_MEETING))
def enter_meeting(doing: Doing, asked: CallMeeting) -> Answer:
    """済んだ会議を登録する。委員は開催日の委員です。"""
    return doing.perform(Numbered.of, actions.enter_meeting, **dict(asked), now=doing.now)


@router.post("/meetings/{meeting}/move", response_model=Done, **writes(Scope.MEETINGS, Act.CALL_MEETING))
def move_meeting(doing: Doing, meeting: MeetingNumber, asked: MoveMeeting) -> Answer:
    """会議の日時・場所を変える。招かれた人に変更のお知らせが送られます。"""
    return doing.perform(Done.of, actions.move_meeting, meeting, **dict(asked), now=doing.now)


@router.post("/meetings/{meeting}/cancel", response_model=Done, **writes(Scope.MEETINGS, Act.CALL_MEETING))
def cancel_meeting(doing: Doing, meeting: MeetingNumber, asked: Because) -> Answer:
    """会議を中止する。招かれた人に中止のお知らせが送られます。"""
    return doing.perform(Done.of, actions.cancel_meeting, meeting, asked.reason, now=doing.now)


@router.post("/meetings/{meeting}/close", response_model=Done, **writes(Scope.MEETINGS, Act.CALL_MEETING))
def close_meeting(doing: Doing, meeting: MeetingNumber, asked: CloseMeeting) -> Answer:
    """会議を終了する。すべての議題に結果が要ります。"""
    return doing.perform(Done.of, actions.close_meeting, meeting, asked.minutes, now=doing.now)


@router.post(
    "/meetings/{meeting}/attendance", response_model=Done, **writes(Scope.MEETINGS, Act.ENTER_ATTENDANCE)
)
def enter_attendance(doing: Doing, meeting: MeetingNumber, asked: EnterAttendance) -> Answer:
    """出欠を記録する。"""
    attended = {key: Seated(seat.present, seat.deputy) for key, seat in asked.attended.items()}
    return doing.perform(Done.of, actions.enter_attendance, meeting, attended, now=doing.now)


@router.post("/meetings/{meeting}/items", response_model=Numbered, **writes(Scope.MEETINGS, Act.SET_AGENDA))
def list_item(doing: Doing, meeting: MeetingNumber, asked: ListItem) -> Answer:
    """計画の現在の版を議題に載せる。"""
    return doing.perform(
        Numbered.of, actions.list_item, meeting, asked.plan, asked.gate, purpose=asked.purpose, now=doing.now
    )


@router.post(
    "/meetings/{meeting}/ratifications", response_model=Numbered, **writes(Scope.MEETINGS, Act.SET_AGENDA)
)
def list_ratification(doing: Doing, meeting: MeetingNumber, asked: ListRatification) -> Answer:
    """会長の専決を、報告・承認の議題として載せる。"""
    return doing.perform(Numbered.of, actions.list_ratification, meeting, asked.decision, now=doing.now)


@router.post("/meetings/{meeting}/items/order", response_model=Done, **writes(Scope.MEETINGS, Act.SET_AGENDA))
def order_items(doing: Doing, meeting: MeetingNumber, asked: OrderItems) -> Answer:
    """議題を並べ替える。"""
    return doing.perform(Done.of, actions.order_items, meeting, asked.items, now=doing.now)


@router.post("/items/{item}/remove", response_model=Done, **writes(Scope.MEETINGS, Act.SET_AGENDA))
def remove_item(
    doing: Doing,
    item: Annotated[Number, Path(description="議題の番号")],
    asked: Because,
) -> Answer:
    """議題から外す。継続審議とは別の記録です。"""
    return doing.perform(Done.of, actions.remove_item, item, asked.reason, now=doing.now)


def _known(db: Session, number: int) -> Meeting:
    found = db.get(Meeting, number)
    if found is None:
        raise NotFound("会議", str(number))
    return found


def _items(db: Session, meeting: int) -> list[ItemShown]:
    rows = db.execute(
        select(
            AgendaItem.id.label("number"),
            AgendaItem.position,
            Plan.key.label("plan"),
            AgendaItem.gate_key.label("gate"),
            AgendaItem.purpose,
            Version.number.label("version"),
            Version.sha256,
        )
        .join(Plan, Plan.id == AgendaItem.plan_id)
        .join(Version, Version.id == AgendaItem.version_id)
        .where(AgendaItem.meeting_id == meeting, AgendaItem.removed_at.is_(None))
        .order_by(AgendaItem.position, AgendaItem.id)
    ).all()
    decided = _decided(db, [row.number for row in rows])
    return [ItemShown(**row._mapping, decision=decided.get(row.number)) for row in rows]


def _decided(db: Session, items: Iterable[int]) -> Mapping[int, DecisionShown]:
    """By item, the decision that holds."""
    later = aliased(Decision)
    held = (
        select(Decision)
        .outerjoin(later, later.supersedes_id == Decision.id)
        .where(Decision.item_id.in_(items), Decision.outcome.is_not(None), later.id.is_(None))
    )
    found = {decision.item_id or 0: decision for decision in db.scalars(held)}
    conditions = conditions_of(db, [decision.id for decision in found.values()])
    return {item: shown_decision(decision, conditions) for item, decision in found.items()}


def shown_decision(decision: Decision, conditions: Mapping[int, list[ConditionShown]]) -> DecisionShown:
    """The decision with its conditions."""
    return DecisionShown.model_validate(decision).model_copy(
        update={"conditions": conditions.get(decision.id, [])}
    )


def conditions_of(db: Session, decisions: Iterable[int]) -> dict[int, list[ConditionShown]]:
    """The conditions by decision."""
    found: dict[int, list[ConditionShown]] = {}
    rows = db.scalars(select(Condition).where(Condition.decision_id.in_(decisions)).order_by(Condition.id))
    for row in rows:
        found.setdefault(row.decision_id, []).append(ConditionShown.model_validate(row))
    return found


def _attendance(db: Session, meeting: int) -> list[AttendanceShown]:
    deputy = aliased(Person)
    rows = db.execute(
        select(Person.key.label("member"), Attendance.present, deputy.key.label("deputy"))
        .join(Person, Person.id == Attendance.member_id)
        .outerjoin(deputy, deputy.id == Attendance.deputy_id)
        .where(Attendance.meeting_id == meeting)
        .order_by(Attendance.id)
    )
    return rows_of(AttendanceShown, rows)
