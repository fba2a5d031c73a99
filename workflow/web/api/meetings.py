"""Calls on meetings that were called: the list, one with its agenda and outcomes; move, cancel, close; agenda;
attendance."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field

from workflow import actions
from workflow.actions import GivenRsvp, Seated
from workflow.domain.accounts import Scope
from workflow.domain.meetings import MeetingStatus, Purpose
from workflow.domain.minutes import MinutesKind
from workflow.domain.rights import Act
from workflow.domain.rsvp import Intent
from workflow.domain.votes import Part
from workflow.queries.agenda import agenda, agenda_lines
from workflow.queries.agenda_changes import items_late
from workflow.queries.attendance import apart, attendance_of
from workflow.queries.bodies import body_rule
from workflow.queries.meeting_warnings import draft_warnings
from workflow.queries.meetings import meeting as one_meeting
from workflow.queries.meetings import meeting_list
from workflow.queries.minutes import current_text
from workflow.queries.reading_rights import meeting_to_read, meetings_readable
from workflow.queries.rsvp import expected_at, invited, right_to_read
from workflow.web.api.models import Asked, Key, Line, Number, Reason, Text
from workflow.web.api.routing import ApiResponse, Call, Caller, Doing, reads, writes
from workflow.wire.meetings import Meetings, OneMeeting
from workflow.wire.rsvp import Rsvps
from workflow.wire.values import Day, Done, Moment, Numbered

router = APIRouter(route_class=Call, tags=["meetings"])

After = Annotated[
    int | None,
    Field(ge=0, le=2**31 - 1, description="この番号の議題の後に載せる。0 なら先頭、null なら末尾"),
]
PlannedMinutes = Annotated[int | None, Field(ge=1, le=600, description="予定時間（分）。null なら決めない")]


class MoveMeeting(Asked):
    """会議の変更"""

    starts_at: Moment
    ends_at: Moment
    place: Line | None = Field(default=None, description="場所。省くと元のまま")
    reason: Reason


class CorrectTime(Asked):
    """開いた会議の日時の訂正"""

    starts_at: Moment
    ends_at: Moment
    reason: Reason


class Because(Asked):
    """理由"""

    reason: Reason


class CloseMeeting(Asked):
    """会議の終了"""

    minutes: Text = Field(default="", description="概要の案。省くと、記録から作ります")


WhyCorrected = Annotated[Text, Field(description="訂正の理由。結果の記録後・会議の終了後に要ります")]


class SeatTaken(Asked):
    """委員の出欠"""

    present: bool = Field(description="出席（代理を含む）か")
    deputy: Key | None = Field(default=None, description="代理者の利用者ID")


class EnterAttendance(Asked):
    """出欠の記録"""

    attended: dict[Key, SeatTaken] = Field(
        description="委員の利用者IDごとの出欠。挙げない委員の記録は変わりません", max_length=500
    )
    presider: Key | Literal[""] | None = Field(
        default=None,
        description="進行した委員の利用者ID。省くと元のまま、空文字では規則のとおり（会長、欠席のときは副会長）",
    )
    reason: WhyCorrected = ""


class EnterParts(Asked):
    """議題ごとの出欠の記録"""

    parts: dict[Key, Part] = Field(
        description="委員の利用者IDごとの、この議題での出欠。present で元に戻します",
        min_length=1,
        max_length=500,
    )
    reason: WhyCorrected = ""


class GiveRsvp(Asked):
    """出欠の回答"""

    intent: Intent = Field(description="出席・代理出席・欠席の別")
    member: Key | None = Field(
        default=None, description="委員の利用者ID。省くと自分。代理者・事務局が答えるとき"
    )
    deputy: Key | Literal[""] = Field(default="", description="届け出た代理者の利用者ID（代理出席のとき）")
    deputy_name: Annotated[
        str, Field(max_length=200, description="届け出ていない代理の方の氏名（代理出席のとき）")
    ] = ""
    remark: Annotated[Text, Field(description="伝言。事務局だけが読みます")] = ""


class RevokeRsvpLinks(Asked):
    """メールの回答用リンクの失効"""

    member: Key | None = Field(default=None, description="委員の利用者ID。省くと全員")


class ListItem(Asked):
    """議題の登録"""

    plan: Key = Field(description="計画ID")
    gate: Key = Field(description="手続ID")
    purpose: Purpose | None = Field(default=None, description="目的。省くと会議体の種類のとおり")
    after: After = None


class OrderItems(Asked):
    """議題の順"""

    items: list[Number] = Field(max_length=1000, description="載っている議題のすべての番号、並べたい順")


class ListMatter(Asked):
    """手続によらない議題の登録"""

    title: Line = Field(description="議題の名称")
    plan: Key | None = Field(default=None, description="途中の報告をする計画ID")
    heading: bool = Field(default=False, description="見出しとして載せるか")
    planned_minutes: PlannedMinutes = None
    after: After = None


class PlanMinutes(Asked):
    """議題の予定時間"""

    planned_minutes: PlannedMinutes = None


class RecordResult(Asked):
    """手続によらない議題の結果"""

    result: Reason = Field(description="結果")
    approved: bool = Field(default=True, description="会議録の承認の議題で、承認されたか")
    reason: Text = Field(default="", description="訂正の理由。終了した会議のときだけ")


class ListRatification(Asked):
    """専決の報告の登録"""

    decision: Number = Field(description="専決の決定の番号")


MeetingNumber = Annotated[Number, Path(description="会議の番号")]


@router.get("/meetings", response_model=Meetings, **reads())
def meetings(
    caller: Caller,
    body: Annotated[Key | None, Query(description="会議体ID")] = None,
    status: Annotated[MeetingStatus | None, Query(description="状態")] = None,
    since: Annotated[Day | None, Query(description="この日以後に始まるもの")] = None,
    until: Annotated[Day | None, Query(description="この日までに始まるもの")] = None,
    following: Annotated[Number | None, Query(description="この番号の会議の次から")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="一度に返す数")] = 50,
) -> Any:
    """会議の一覧、開始の順。"""
    with caller.office.reading() as db:
        found = meeting_list(
            db,
            meetings_readable(db, caller.person),
            body=body,
            status=status,
            since=since,
            until=until,
            following=following,
            limit=limit,
        )
    return Meetings.of(*found)


@router.get("/meetings/{meeting}", response_model=OneMeeting, **reads(Act.SEE_MEETINGS, Act.READ_PLAN))
def meeting(caller: Caller, meeting: MeetingNumber) -> Any:
    """一つの会議と、その議題・結果・出欠。会議体の外の人には、閲覧できる計画の議題と結果だけ。"""
    with caller.office.reading() as db:
        found = meeting_to_read(db, caller.person, meeting)
        lines = found.of(agenda_lines(db, meeting, agenda(db, meeting)))
        late = items_late(db, found.meeting)
        if not found.whole:
            return OneMeeting.whole(found.meeting, lines, [], [], late=late)
        drafts = caller.person.may(Act.READ_DRAFTS, body=found.meeting.body_key)
        return OneMeeting.whole(
            found.meeting,
            lines,
            attendance_of(db, meeting),
            apart(db, meeting),
            minutes=current_text(db, meeting, MinutesKind.SUMMARY, drafts=drafts),
            warnings=draft_warnings(db, found.meeting, caller.now),
            late=late,
        )


@router.post("/meetings/{meeting}/move", response_model=Done, **writes(Scope.MEETINGS, Act.CALL_MEETING))
def move_meeting(doing: Doing, meeting: MeetingNumber, asked: MoveMeeting) -> ApiResponse:
    """会議の日時・場所を変える。招かれた人に変更のお知らせが送られます。"""
    return doing.perform(Done.of, actions.move_meeting, meeting, **dict(asked), now=doing.now)


@router.post("/meetings/{meeting}/cancel", response_model=Done, **writes(Scope.MEETINGS, Act.CALL_MEETING))
def cancel_meeting(doing: Doing, meeting: MeetingNumber, asked: Because) -> ApiResponse:
    """会議を中止する。招かれた人に中止のお知らせが送られます。"""
    return doing.perform(Done.of, actions.cancel_meeting, meeting, asked.reason, now=doing.now)


@router.post("/meetings/{meeting}/close", response_model=Done, **writes(Scope.MEETINGS, Act.CALL_MEETING))
def close_meeting(doing: Doing, meeting: MeetingNumber, asked: CloseMeeting) -> ApiResponse:
    """会議を終了する。すべての議題に結果が要ります。概要の案ができます。"""
    return doing.perform(Done.of, actions.close_meeting, meeting, asked.minutes, now=doing.now)


@router.post(
    "/meetings/{meeting}/attendance", response_model=Done, **writes(Scope.MEETINGS, Act.ENTER_ATTENDANCE)
)
def enter_attendance(doing: Doing, meeting: MeetingNumber, asked: EnterAttendance) -> ApiResponse:
    """出欠と、進行した人を記録する。結果の記録後の訂正には理由が要ります。"""
    attended = {key: Seated(seat.present, seat.deputy) for key, seat in asked.attended.items()}
    return doing.perform(
        Done.of,
        actions.enter_attendance,
        meeting,
        attended,
        presider=asked.presider,
        reason=asked.reason,
        now=doing.now,
    )


@router.post("/items/{item}/parts", response_model=Done, **writes(Scope.MEETINGS, Act.ENTER_ATTENDANCE))
def enter_parts(
    doing: Doing, item: Annotated[Number, Path(description="議題の番号")], asked: EnterParts
) -> ApiResponse:
    """議題ごとの退席・除斥を記録する。"""
    return doing.perform(Done.of, actions.enter_parts, item, asked.parts, reason=asked.reason, now=doing.now)


@router.post("/meetings/{meeting}/time", response_model=Done, **writes(Scope.MEETINGS, Act.CALL_MEETING))
def correct_meeting_time(doing: Doing, meeting: MeetingNumber, asked: CorrectTime) -> ApiResponse:
    """開いた会議の日時を訂正する。結果も、正しい日時のものになります。"""
    return doing.perform(
        Done.of,
        actions.correct_meeting_time,
        meeting,
        starts_at=asked.starts_at,
        ends_at=asked.ends_at,
        reason=asked.reason,
        now=doing.now,
    )


@router.post("/meetings/{meeting}/items", response_model=Numbered, **writes(Scope.MEETINGS, Act.SET_AGENDA))
def list_item(doing: Doing, meeting: MeetingNumber, asked: ListItem) -> ApiResponse:
    """計画の現在の版を議題に載せる。"""
    return doing.perform(
        Numbered.of,
        actions.list_item,
        meeting,
        asked.plan,
        asked.gate,
        purpose=asked.purpose,
        after=asked.after,
        now=doing.now,
    )


@router.post(
    "/meetings/{meeting}/ratifications", response_model=Numbered, **writes(Scope.MEETINGS, Act.SET_AGENDA)
)
def list_ratification(doing: Doing, meeting: MeetingNumber, asked: ListRatification) -> ApiResponse:
    """会長の専決を、報告・承認の議題として載せる。"""
    return doing.perform(Numbered.of, actions.list_ratification, meeting, asked.decision, now=doing.now)


@router.post("/meetings/{meeting}/matters", response_model=Numbered, **writes(Scope.MEETINGS, Act.SET_AGENDA))
def list_matter(doing: Doing, meeting: MeetingNumber, asked: ListMatter) -> ApiResponse:
    """手続によらない議題（その他の議題、計画の中間報告、見出し）を載せる。"""
    return doing.perform(Numbered.of, actions.list_matter, meeting, **dict(asked), now=doing.now)


@router.post("/items/{item}/minutes", response_model=Done, **writes(Scope.MEETINGS, Act.SET_AGENDA))
def plan_minutes(
    doing: Doing, item: Annotated[Number, Path(description="議題の番号")], asked: PlanMinutes
) -> ApiResponse:
    """議題の予定時間を決める。"""
    return doing.perform(Done.of, actions.plan_minutes, item, asked.planned_minutes, now=doing.now)


@router.post("/items/{item}/result", response_model=Done, **writes(Scope.MEETINGS, Act.RECORD_OUTCOME))
def record_result(
    doing: Doing, item: Annotated[Number, Path(description="議題の番号")], asked: RecordResult
) -> ApiResponse:
    """手続によらない議題の結果を、言葉で記録する。"""
    return doing.perform(
        Done.of,
        actions.record_result,
        item,
        asked.result,
        approved=asked.approved,
        reason=asked.reason,
        now=doing.now,
    )


@router.post("/meetings/{meeting}/items/order", response_model=Done, **writes(Scope.MEETINGS, Act.SET_AGENDA))
def order_items(doing: Doing, meeting: MeetingNumber, asked: OrderItems) -> ApiResponse:
    """議題を並べ替える。"""
    return doing.perform(Done.of, actions.order_items, meeting, asked.items, now=doing.now)


@router.post("/items/{item}/remove", response_model=Done, **writes(Scope.MEETINGS, Act.SET_AGENDA))
def remove_item(
    doing: Doing,
    item: Annotated[Number, Path(description="議題の番号")],
    asked: Because,
) -> ApiResponse:
    """議題から外す。継続審議とは別の記録です。"""
    return doing.perform(Done.of, actions.remove_item, item, asked.reason, now=doing.now)


@router.get("/meetings/{meeting}/rsvp", response_model=Rsvps, **reads(Act.CALL_MEETING))
def rsvps(caller: Caller, meeting: MeetingNumber) -> Any:
    """会議への出欠の回答。その会議体の事務局が読めます。"""
    with caller.office.reading() as db:
        held = one_meeting(db, meeting)
        right_to_read(db, caller.key, held, caller.now)
        members = invited(db, held)
        return Rsvps.of(members, expected_at(body_rule(db, held.body_key), members))


@router.post("/meetings/{meeting}/rsvp", response_model=Done, **writes(Scope.MEETINGS, Act.RSVP))
def give_rsvp(doing: Doing, meeting: MeetingNumber, asked: GiveRsvp) -> ApiResponse:
    """出欠を答える。本人か代理者が答えるか、事務局が聞いた回答を記録します。最後の回答が有効です。"""
    reply = GivenRsvp(asked.intent, asked.deputy, asked.deputy_name, asked.remark)
    return doing.perform(Done.of, actions.give_rsvp, meeting, reply, member=asked.member, now=doing.now)


@router.post(
    "/meetings/{meeting}/rsvp/links/revoke", response_model=Done, **writes(Scope.MEETINGS, Act.CALL_MEETING)
)
def revoke_rsvp_links(doing: Doing, meeting: MeetingNumber, asked: RevokeRsvpLinks) -> ApiResponse:
    """これまでに送ったメールの回答用リンクを無効にする。"""
    return doing.perform(Done.of, actions.revoke_rsvp_links, meeting, asked.member, now=doing.now)
