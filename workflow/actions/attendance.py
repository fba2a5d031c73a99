"""Use cases on who takes part: the attendance of a meeting, who presided, and who left or is recused for one item."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session, aliased

from definitions.terms import Outcome
from workflow.actions.items import load, tally_at
from workflow.actions.meetings import held_by_right, must_have_begun, still_listed
from workflow.domain.calendar import tokyo_day
from workflow.domain.decisions import Manner
from workflow.domain.errors import BadInput, NotNow
from workflow.domain.events import Tag
from workflow.domain.language import label, say
from workflow.domain.meetings import MeetingStatus
from workflow.domain.rights import Act, Actor
from workflow.domain.validation import some_text
from workflow.domain.votes import ANOTHER_TIME, Part, still_holds
from workflow.queries.bodies import Seat, body_rule, seats
from workflow.queries.decisions import current_decision
from workflow.queries.people import is_deputy_of, person_id
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import AgendaItem, Attendance, Decision, ItemAttendance, Meeting, Person


class _Entry(NamedTuple):
    """The entry of one member."""

    member_id: int
    present: bool
    deputy_id: int | None


@dataclass(frozen=True, slots=True)
class Seated:
    """The attendance of one member: in person, by a deputy, or absent."""

    present: bool
    deputy: str | None = None


def enter_attendance(
    office: Office,
    by: str,
    meeting: int,
    attended: Mapping[str, Seated],
    *,
    presider: str | None = None,
    reason: str = "",
    now: datetime,
) -> None:
    """Enter the attendance, by person key; a member who is not named keeps the earlier entry. Members and their
    deputies are those of the meeting's day. `presider` names the member whose seat presided; "" leaves it to the
    rule: the chair, or while the chair is not there in person the vice chair; None keeps the earlier entry.

    Once something was decided, another entry than the earlier is a correction with a `reason`, and every entry is
    after the end of the meeting; what was decided must be decided all the same.

    Raises `BadInput` (no member, not a deputy of theirs that day, a deputy for too many, a presider who was not there,
    no reason), `NotNow` (not begun, cancelled, or a decision would not hold), `NotAllowed`, `NotFound`.
    """
    with office.writing() as db:
        who, held = _meeting(db, by, meeting, now)
        members = {seat.key: seat for seat in seats(db, held.body_key, tokyo_day(held.starts_at))}
        before = _entries(db, meeting)
        rows = {key: _row(db, held, members, key, seated) for key, seated in attended.items()}
        presided = db.scalar(
            select(Person.key)
            .join(Attendance, Attendance.member_id == Person.id)
            .where(Attendance.meeting_id == meeting, Attendance.presided)
        )
        changed = presider is not None and presider != (presided or "")
        changed |= any(before.get(row.member_id, row) != row for row in rows.values())
        with _what_was_decided_holds(db, held) as decided:
            correcting = held.status == MeetingStatus.CLOSED or (changed and decided)
            if correcting:
                some_text("訂正の理由", reason)
            for row in rows.values():
                _put(db, meeting, row)
            if presider is not None:
                _put_presider(db, meeting, members, presider)
            _deputies_are_there(db, meeting)
            _deputies_sit_for_few(db, held)
        entered = {key: [seated.present, seated.deputy] for key, seated in attended.items()}
        more: dict[str, Any] = {} if presider is None else {"presider": presider}
        if correcting:
            more["was"] = {
                key: before[row.member_id][1:] for key, row in rows.items() if row.member_id in before
            }
            more["reason"] = reason
        tag = Tag.ATTENDANCE_CORRECTED if correcting else Tag.ATTENDANCE_ENTERED
        record(db, tag, at=now, by=who.id, meeting=meeting, attended=entered, **more)


def enter_parts(
    office: Office, by: str, item: int, parts: Mapping[str, Part], *, reason: str = "", now: datetime
) -> None:
    """Enter who left (退席), is recused (除斥) or was absent for one item, by person key; `present` takes an entry back.
    Once the item is decided or the meeting closed, it is a correction with a `reason`, and what was decided must be
    decided all the same.

    Raises as `enter_attendance`.
    """
    if not parts:
        raise BadInput("議題の出欠", "選ばれていません", "退席・除斥などの委員を選んでください。")
    with office.writing() as db:
        sitting = load(db, item)
        who, held = _meeting(db, by, sitting.meeting.id, now)
        still_listed(item, sitting.removed_why)
        members = {seat.key: seat for seat in seats(db, sitting.body.key, sitting.day)}
        correcting = held.status == MeetingStatus.CLOSED or sitting.decided
        if correcting:
            some_text("訂正の理由", reason)
        with _what_was_decided_holds(db, held):
            for key, part in parts.items():
                if sitting.in_writing and part not in (Part.PRESENT, Part.RECUSED):
                    raise BadInput(
                        "議題の出欠",
                        say("持ち回りに「{part}」はありません", part=label(part)),
                        "除斥だけを記録できます。",
                    )
                _put_part(db, item, _member(members, key).person_id, part)
        record(
            db,
            Tag.PARTS_ENTERED,
            at=now,
            by=who.id,
            plan=sitting.plan.id,
            meeting=held.id,
            item=item,
            parts=dict(parts),
            **({"reason": reason} if correcting else {}),
        )


def _meeting(db: Session, by: str, meeting: int, now: datetime) -> tuple[Actor, Meeting]:
    """The person, with the right to enter its attendance, and the meeting: begun, and not cancelled. Raises
    `NotFound`, `NotAllowed`, `NotNow`."""
    who, held = held_by_right(db, by, meeting, Act.ENTER_ATTENDANCE, now)
    must_have_begun(held, "出欠の記録", now)
    return who, held


def _member(members: Mapping[str, Seat], key: str) -> Seat:
    if key not in members:
        raise BadInput(
            "出欠",
            say("「{key}」は開催日の委員ではありません", key=key),
            "名簿と任期を確かめてください。",
        )
    return members[key]


def _entries(db: Session, meeting: int) -> dict[int, _Entry]:
    rows = db.execute(
        select(Attendance.member_id, Attendance.present, Attendance.deputy_id).where(
            Attendance.meeting_id == meeting
        )
    )
    return {row.member_id: _Entry(*row) for row in rows}


def _row(db: Session, held: Meeting, members: Mapping[str, Seat], key: str, seated: Seated) -> _Entry:
    """The entry of one member. Raises `BadInput`."""
    member = _member(members, key)
    deputy = person_id(db, seated.deputy) if seated.deputy else None
    if deputy is not None and not is_deputy_of(db, deputy, member.person_id, tokyo_day(held.starts_at)):
        raise BadInput(
            "代理出席",
            say(
                "「{deputy}」は{member}さんの代理者として届けられていません",
                deputy=seated.deputy,
                member=member.name,
            ),
            "代理者を名簿に登録してから記録してください。",
        )
    return _Entry(member.person_id, seated.present, deputy)


def _put(db: Session, meeting: int, row: _Entry) -> None:
    mine = (Attendance.meeting_id == meeting) & (Attendance.member_id == row.member_id)
    if db.scalar(select(Attendance.id).where(mine)) is None:
        db.execute(insert(Attendance).values(meeting_id=meeting, presided=False, **row._asdict()))
    else:
        gone = {} if row.present else {"arrived_at": None, "left_at": None}
        db.execute(update(Attendance).where(mine).values(**row._asdict(), **gone))


def _put_presider(db: Session, meeting: int, members: Mapping[str, Seat], presider: str) -> None:
    db.execute(update(Attendance).where(Attendance.meeting_id == meeting).values(presided=False))
    if not presider:
        return
    member = _member(members, presider)
    there = (
        (Attendance.meeting_id == meeting) & (Attendance.member_id == member.person_id) & Attendance.present
    )
    if db.scalar(select(Attendance.id).where(there)) is None:
        raise BadInput(
            "進行した人",
            say("{name}さんの出席が記録されていません", name=member.name),
            "出席した委員から選んでください。",
        )
    db.execute(update(Attendance).where(there).values(presided=True))


def _put_part(db: Session, item: int, member: int, part: Part) -> None:
    mine = (ItemAttendance.item_id == item) & (ItemAttendance.member_id == member)
    if db.scalar(select(ItemAttendance.id).where(mine)) is None:
        db.execute(insert(ItemAttendance).values(item_id=item, member_id=member, part=part))
    else:
        db.execute(update(ItemAttendance).where(mine).values(part=part))


def _deputies_are_there(db: Session, meeting: int) -> None:
    """Raises `BadInput` when somebody recorded as absent is recorded as another's deputy."""
    absent = aliased(Attendance)
    name = db.scalar(
        select(Person.name)
        .join(Attendance, Attendance.deputy_id == Person.id)
        .join(absent, (absent.meeting_id == Attendance.meeting_id) & (absent.member_id == Person.id))
        .where(Attendance.meeting_id == meeting, Attendance.present, absent.present.is_(False))
        .limit(1)
    )
    if name is not None:
        raise BadInput(
            "代理出席",
            say("{name}さんは欠席と記録されています", name=name),
            "代理を務める人の出欠を確かめてください。",
        )


def _deputies_sit_for_few(db: Session, held: Meeting) -> None:
    """Raises `BadInput` when one person sits in for more members than the body's rule allows."""
    limit = body_rule(db, held.body_key).deputies_per_person
    name = db.scalar(
        select(Person.name)
        .join(Attendance, Attendance.deputy_id == Person.id)
        .where(Attendance.meeting_id == held.id, Attendance.present)
        .group_by(Person.id, Person.name)
        .having(func.count() > limit)
        .limit(1)
    )
    if name is not None:
        raise too_many_deputised(name, limit)


def too_many_deputised(name: str, limit: int) -> BadInput:
    return BadInput(
        "代理",
        say("{name}さんが代理できる委員は {limit} 人までです", name=name, limit=limit),
        "ほかの委員には、別の代理者を立ててください。",
    )


@contextmanager
def _what_was_decided_holds(db: Session, held: Meeting) -> Iterator[bool]:
    """Do something about who was there; whether anything was decided. Raises `NotNow` when a decision that needed
    those who were there would not be reached with those who are now."""
    decided = db.execute(
        select(Decision.id, Decision.item_id, Decision.manner, Decision.outcome)
        .join(AgendaItem, AgendaItem.id == Decision.item_id)
        .where(AgendaItem.meeting_id == held.id, current_decision())
        .order_by(Decision.id)
    ).all()
    checked = [each for each in decided if each.outcome not in ANOTHER_TIME]
    sittings = {each.id: load(db, each.item_id) for each in checked}
    before = {number: tally_at(db, sitting) for number, sitting in sittings.items()}
    yield bool(decided)
    for each in checked:
        now = tally_at(db, sittings[each.id])
        if not still_holds(before[each.id], now, counted=each.manner == Manner.TALLIED):
            raise NotNow(
                "出欠の訂正",
                held.title,
                say(
                    "この出欠では、議題 {item} の結果「{outcome}」（決定 {decision}）が成り立ちません。先にその決定を訂正してください。",
                    item=each.item_id,
                    outcome=label(Outcome(each.outcome)),
                    decision=each.id,
                ),
            )
