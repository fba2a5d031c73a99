"""Reminders of 照会, each once: to who has not answered, two business days before the last day and on the business day
after it; and the tally to the asking department, when all have answered, else on the business day after the last day."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from definitions.chain import Offset
from notifications.kinds import Kind
from notifications.reminders import Owed, stamp
from workflow.domain.calendar import at_tokyo, business_days_after, end_of_day, offset_before, tokyo_day
from workflow.domain.plans import Status
from workflow.queries.inquiries import people_of
from workflow.store.database import connection_of
from workflow.store.tables import Addressee, Inquiry, InquiryAnswer, Plan

BEFORE = Offset(business_days=2, at=time(9))
"""The time of the first reminder, counted back from the last day."""

StaffOf = Callable[[str, date], list[int]]


class _Asked(NamedTuple):
    """An addressee of an inquiry that stands, with what its reminders depend on."""

    inquiry: int
    plan: int
    asker: str
    due_on: date
    changed_at: datetime
    department: str | None
    person: int | None
    added_at: datetime
    answered_at: datetime | None


def inquiries_owed(
    db: Session, staff_of: StaffOf, now: datetime, closed: Collection[date], look_back: timedelta
) -> list[Owed]:
    """Everything owed by `now`, claimed or not. One statement when no inquiry stands."""
    rows = connection_of(db).execute(_STANDING, {"since": tokyo_day(now - look_back)}).all()
    return [
        owed
        for _, together in groupby((_Asked(*row) for row in rows), key=lambda row: row.inquiry)
        for owed in _of_one(db, staff_of, list(together), now, closed, look_back)
    ]


def claim_of(inquiry: int, kind: Kind, due_on: date, what: object) -> str:
    """The claim of a reminder: another when the last day moved."""
    return f"inquiry:{inquiry}:{kind}:{stamp(at_tokyo(due_on, time()))}:{what}"


_STANDING = (
    select(
        Inquiry.id,
        Inquiry.plan_id,
        Plan.department_key,
        Inquiry.due_on,
        Inquiry.changed_at,
        Addressee.department_key,
        Addressee.person_id,
        Addressee.added_at,
        select(func.max(InquiryAnswer.given_at))
        .where(InquiryAnswer.addressee_id == Addressee.id)
        .correlate(Addressee)
        .scalar_subquery(),
    )
    .join(Plan, Plan.id == Inquiry.plan_id)
    .join(Addressee, Addressee.inquiry_id == Inquiry.id)
    .where(
        Inquiry.withdrawn_at.is_(None),
        Inquiry.due_on >= bindparam("since"),
        Plan.status == Status.ACTIVE,
    )
    .order_by(Inquiry.id, Addressee.id)
)


def _of_one(
    db: Session,
    staff_of: StaffOf,
    asked: Sequence[_Asked],
    now: datetime,
    closed: Collection[date],
    look_back: timedelta,
) -> Iterator[Owed]:
    due_on, over = asked[0].due_on, end_of_day(asked[0].due_on)
    before = offset_before(due_on, BEFORE, closed)
    after = at_tokyo(business_days_after(due_on, 1, closed), BEFORE.at)
    waiting = [each for each in asked if each.answered_at is None]
    useful = after + look_back
    if before <= now:
        # Who was asked, or given more time, only after that has just been told the day.
        told = [each for each in waiting if max(each.changed_at, each.added_at) < before]
        for person in _people(db, staff_of, told, tokyo_day(before)):
            yield _owed(asked[0], Kind.INQUIRY_DUE, person, before, over, missed=over <= now)
    if after <= now:
        for person in _people(db, staff_of, waiting, tokyo_day(after)):
            yield _owed(asked[0], Kind.INQUIRY_OVERDUE, person, after, useful)
    complete = not waiting and max(each.answered_at for each in asked if each.answered_at)
    if tallied_at := complete or (after if after <= now else None):
        for person in staff_of(asked[0].asker, tokyo_day(tallied_at)):
            # Whoever is added later makes another tally.
            yield _owed(asked[0], Kind.INQUIRY_TALLY, person, tallied_at, useful, f"{len(asked)}:")


def _owed(
    asked: _Asked,
    kind: Kind,
    person: int,
    due_at: datetime,
    until: datetime,
    what: str = "",
    *,
    missed: bool = False,
) -> Owed:
    return Owed(
        claim=claim_of(asked.inquiry, kind, asked.due_on, f"{what}{person}"),
        kind=kind,
        rule=kind,
        recipient_id=person,
        meeting_id=None,
        plan_id=asked.plan,
        due_at=due_at,
        until=until,
        missed=missed,
    )


def _people(db: Session, staff_of: StaffOf, asked: Sequence[_Asked], day: date) -> list[int]:
    found: dict[int, Any] = {}
    for each in asked:
        if each.department:
            found |= dict.fromkeys(staff_of(each.department, day))
        else:
            [people] = people_of(db, [(None, each.person)], day)
            found |= dict.fromkeys(seat.person_id for seat in people)
    return list(found)
