"""Use cases on meetings that were called: move, cancel, close."""

from datetime import datetime
from typing import NoReturn

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from definitions.chain import BodyGate
from workflow.actions.minutes_texts import begin_version, drafted, newest_text, rewrite
from workflow.actions.stopping import noting_stops
from workflow.domain.calendar import shown_moment, tokyo_day
from workflow.domain.errors import BadInput, NotFound, NotNow
from workflow.domain.events import Tag
from workflow.domain.language import label, say
from workflow.domain.meetings import ON_RECORD, TAKES_ITEMS, MeetingForm, MeetingStatus, Scheduled, is_open
from workflow.domain.minutes import MinutesKind
from workflow.domain.rights import Act, Actor
from workflow.domain.validation import a_line, a_text, some_text
from workflow.queries.actor import actor
from workflow.queries.agenda import held_decision
from workflow.queries.meetings import at_a_gate
from workflow.queries.plans import PlanFact
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import AgendaItem, Attendance, Meeting


def move_meeting(
    office: Office,
    by: str,
    meeting: int,
    *,
    starts_at: datetime,
    ends_at: datetime,
    place: str | None = None,
    reason: str,
    now: datetime,
) -> None:
    """Move a meeting to another time or place. Everybody invited is notified; the calendar entry moves too.
    Raises `BadInput` (the new time is past), `NotNow` (already closed or cancelled, or decided at), `NotAllowed`,
    `NotFound`."""
    some_text("変更の理由", reason)
    ends_after_start(starts_at, ends_at)
    if starts_at <= now:
        raise BadInput(
            "開催日時",
            say("{at} は過ぎています", at=shown_moment(starts_at)),
            "これからの日時を指定してください。",
        )
    with office.writing() as db:
        who, held = open_meeting(db, by, meeting, "会議の変更", Act.CALL_MEETING, now)
        if decided_items(db, meeting):
            raise NotNow("会議の変更", held.title, "既に結果が記録されています。")
        new_place = a_line("場所", place) if place is not None else held.place
        was, sequence = held.starts_at, held.sequence + 1
        db.execute(
            update(Meeting)
            .where(Meeting.id == meeting)
            .values(starts_at=starts_at, ends_at=ends_at, place=new_place, sequence=sequence)
        )
        record(
            db,
            Tag.MEETING_MOVED,
            at=now,
            by=who.id,
            meeting=meeting,
            reason=reason,
            sequence=sequence,
            was=was.isoformat(),
            starts_at=starts_at.isoformat(),
            ends_at=ends_at.isoformat(),
            place=new_place,
        )


def correct_meeting_time(
    office: Office,
    by: str,
    meeting: int,
    *,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    now: datetime,
) -> None:
    """Correct the day and time of a sitting that was held; its decisions count from then. A decision that rests on it and
    is now too early loses its effect, and says why. The log keeps what it was.

    Raises `BadInput` (a time to come, or no reason), `NotNow` (not held yet, cancelled, or in writing), `NotAllowed`,
    `NotFound`.
    """
    some_text("訂正の理由", reason)
    ends_after_start(starts_at, ends_at)
    doing = say("日時の訂正")
    with office.writing() as db:
        who, held = held_by_right(db, by, meeting, Act.CALL_MEETING, now)
        begun(held.title, held.starts_at, now, doing)
        if held.status not in ON_RECORD or held.form == MeetingForm.IN_WRITING:
            raise NotNow(doing, held.title, "訂正できるのは、開かれた会議の日時だけです。")
        if starts_at > now:
            raise BadInput(
                "開催日時",
                say("{at} はこれからです", at=shown_moment(starts_at)),
                "会議が開かれた日時を指定してください。",
            )
        was = (held.starts_at, held.ends_at)
        with noting_stops(db, _decided_plans(db, meeting), by=who.id, now=now):
            db.execute(
                update(Meeting).where(Meeting.id == meeting).values(starts_at=starts_at, ends_at=ends_at)
            )
            record(
                db,
                Tag.MEETING_TIME_CORRECTED,
                at=now,
                by=who.id,
                meeting=meeting,
                was=[each.isoformat() for each in was],
                starts_at=starts_at.isoformat(),
                ends_at=ends_at.isoformat(),
                reason=reason,
            )


def cancel_meeting(office: Office, by: str, meeting: int, reason: str, *, now: datetime) -> None:
    """Cancel a meeting. Its items are not 継続審議: nothing was decided, and they go on another agenda.

    Raises `NotNow` (closed, cancelled, or something was decided), `NotAllowed`, `NotFound`.
    """
    some_text("中止の理由", reason)
    with office.writing() as db:
        who, held = open_meeting(db, by, meeting, "会議の中止", Act.CALL_MEETING, now)
        if decided_items(db, meeting):
            raise NotNow("会議の中止", held.title, "既に結果が記録されています。")
        sequence = held.sequence + 1
        db.execute(
            update(Meeting)
            .where(Meeting.id == meeting)
            .values(status=MeetingStatus.CANCELLED, sequence=sequence)
        )
        record(
            db,
            Tag.MEETING_CANCELLED,
            at=now,
            by=who.id,
            meeting=meeting,
            reason=reason,
            sequence=sequence,
        )


def close_meeting(office: Office, by: str, meeting: int, minutes: str = "", *, now: datetime) -> None:
    """Close a meeting, once every item has its outcome or was taken off. `minutes` is its 概要, which becomes a draft; left
    empty, the draft there is stays, and where there is none it is made from the record.

    Raises `NotNow` (not begun, items left, or decided with nobody present), `BadInput`, `NotAllowed`, `NotFound`.
    """
    a_text("概要", minutes)
    with office.writing() as db:
        who, held = open_meeting(db, by, meeting, "会議の終了", Act.CALL_MEETING, now)
        begun(held.title, held.starts_at, now, "会議の終了")
        left = _items_at_gates(db, meeting) - decided_items(db, meeting)
        if left:
            numbers = say("、").join(str(item) for item in sorted(left))
            raise NotNow(
                "会議の終了",
                held.title,
                say(
                    "結果のない議題があります（議題番号 {numbers}）。結果を記録するか、議題から外してください。",
                    numbers=numbers,
                ),
            )
        _somebody_was_there(db, held, say("会議の終了"))
        _keep_summary(db, meeting, minutes.replace("\r\n", "\n").strip(), who.id, now)
        db.execute(update(Meeting).where(Meeting.id == meeting).values(status=MeetingStatus.CLOSED))
        record(db, Tag.MEETING_CLOSED, at=now, by=who.id, meeting=meeting)


def _keep_summary(db: Session, meeting: int, typed: str, by: int, now: datetime) -> None:
    draft = newest_text(db, meeting, MinutesKind.SUMMARY)
    if draft is None:
        made = drafted(db, meeting, MinutesKind.SUMMARY)
        own = bool(typed) and typed != made.strip()
        text = typed if own else made
        begin_version(db, meeting, MinutesKind.SUMMARY, text, edited=own, by=by, now=now)
    elif typed and typed != draft.text.strip():
        rewrite(db, draft, typed, edited=True, by=by, now=now)


def body_gate(plan: PlanFact, key: str) -> BodyGate:
    """The body gate of that key in the plan's chain. Raises `NotFound`, `BadInput`."""
    if not plan.chain.has_gate(key):
        raise NotFound("必要な手続", key, [gate.key for gate in plan.stage.gates])
    gate = plan.chain.gate(key)
    if not isinstance(gate, BodyGate):
        raise BadInput(
            "必要な手続",
            say("「{gate}」は会議体に諮る手続ではありません", gate=gate.label),
            "会議体の手続を指定してください。",
        )
    return gate


def still_listed(item: int, removed_why: str | None) -> None:
    """Raises `NotNow` when the item was taken off its agenda."""
    if removed_why is not None:
        raise NotNow(
            "記録",
            say("議題 {item}", item=item),
            say("議題から外されています（{why}）。", why=removed_why),
        )


def begun(title: str, starts_at: datetime, now: datetime, doing: str) -> None:
    """Raises `NotNow` while the meeting is still to come."""
    if starts_at > now:
        raise NotNow(doing, title, say("開催は {at} です。", at=shown_moment(starts_at)))


def must_have_begun(held: Meeting, doing: str, now: datetime) -> None:
    """Raises `NotNow` for a meeting that was cancelled, or never called, and while it is still to come."""
    if held.status not in ON_RECORD:
        refuse_at(held, doing)
    begun(held.title, held.starts_at, now, doing)


def decided_items(db: Session, meeting: int) -> set[int]:
    """The items of the meeting that have an outcome which holds."""
    held = select(AgendaItem.id).where(
        AgendaItem.meeting_id == meeting, held_decision(AgendaItem.id).exists()
    )
    return set(db.scalars(held))


def _decided_plans(db: Session, meeting: int) -> list[int]:
    """The plans on which something was decided at the meeting."""
    items = decided_items(db, meeting)
    return list(db.scalars(select(AgendaItem.plan_id).where(AgendaItem.id.in_(items)).distinct()))


def listed_items(db: Session, meeting: int) -> set[int]:
    """The items on the meeting's agenda, decided or not."""
    return set(
        db.scalars(
            select(AgendaItem.id).where(AgendaItem.meeting_id == meeting, AgendaItem.removed_at.is_(None))
        )
    )


def _items_at_gates(db: Session, meeting: int) -> set[int]:
    """The items on the meeting's agenda that want an outcome."""
    on_it = AgendaItem.meeting_id == meeting, AgendaItem.removed_at.is_(None), at_a_gate()
    return set(db.scalars(select(AgendaItem.id).where(*on_it)))


def open_meeting(
    db: Session, by: str, meeting: int, doing: str, act: Act, now: datetime
) -> tuple[Actor, Meeting]:
    """The person, with the right to do that at the meeting, and the meeting: called, neither cancelled nor closed.
    Raises `NotFound`, `NotAllowed`, `NotNow`."""
    who, held = held_by_right(db, by, meeting, act, now)
    must_be_open(held, doing)
    return who, held


def meeting_taking_items(
    db: Session, by: str, meeting: int, doing: str, now: datetime
) -> tuple[Actor, Meeting]:
    """The person, with the right to set the meeting's agenda, and the meeting: prepared or called, neither cancelled nor
    closed. Raises `NotFound`, `NotAllowed`, `NotNow`."""
    who, held = held_by_right(db, by, meeting, Act.SET_AGENDA, now)
    if held.status not in TAKES_ITEMS:
        refuse_at(held, doing)
    return who, held


def held_by_right(db: Session, by: str, meeting: int, act: Act, now: datetime) -> tuple[Actor, Meeting]:
    """The person, with the right to do that at the meeting, and the meeting, whatever its status. Raises `NotFound`,
    `NotAllowed`."""
    who = actor(db, by, tokyo_day(now))
    held = db.get(Meeting, meeting)
    if held is None:
        raise NotFound("会議", str(meeting))
    who.require(act, body=held.body_key)
    return who, held


def must_be_open(meeting: Scheduled, doing: str) -> None:
    """Raises `NotNow` for a meeting that is still prepared, cancelled or closed."""
    if not is_open(meeting.status):
        refuse_at(meeting, doing)


def refuse_at(meeting: Scheduled, doing: str) -> NoReturn:
    """Raises `NotNow`: what is done cannot be done at a meeting of that status."""
    status = label(MeetingStatus(meeting.status))
    raise NotNow(doing, meeting.title, say("この会議は{status}です。", status=status))


def must_be_attended(db: Session, meeting: int) -> None:
    """Raises `NotNow` when nobody is recorded as present at the meeting: nothing can be decided there. Raises
    `NotFound`."""
    held = db.get(Meeting, meeting)
    if held is None:
        raise NotFound("会議", str(meeting))
    _somebody_was_there(db, held, say("結果の記録"))


def _somebody_was_there(db: Session, held: Meeting, doing: str) -> None:
    """Raises `NotNow` when nobody is recorded as present at a sitting."""
    if held.form == MeetingForm.IN_WRITING:
        return
    present = select(Attendance.id).where(Attendance.meeting_id == held.id, Attendance.present)
    if db.scalar(present.limit(1)) is None:
        raise NotNow(
            doing,
            held.title,
            "出席した委員が一人も記録されていません。先に出欠を記録してください。開かれなかった会議は、中止してください。",
        )


def ends_after_start(starts_at: datetime, ends_at: datetime) -> None:
    """Raises `BadInput` for an end before the start."""
    if ends_at < starts_at:
        raise BadInput("終了日時", "開始より前です", "開始より後の日時を指定してください。")
