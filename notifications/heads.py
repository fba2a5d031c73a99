"""The signed head of the log, to who holds the role 監査, once a day."""

from datetime import datetime

from sqlalchemy import select

from notifications.kinds import Kind
from notifications.outbox import Entry, enqueue
from workflow.domain.calendar import tokyo_day
from workflow.queries.people import auditors
from workflow.store.database import Office
from workflow.store.tables import Delivery


def claim(office: Office, now: datetime) -> int:
    """Put the mails of the day in the outbox, once; returns the number of new ones."""
    day = tokyo_day(now)
    with office.reading() as db:
        people = {claim_of(day.isoformat(), each.person_id): each.person_id for each in auditors(db, day)}
        known = set(db.scalars(select(Delivery.claim).where(Delivery.claim.in_(people)))) if people else set()
    entries = [
        Entry(claim=claim, kind=Kind.LOG_HEAD, rule="daily", due_at=now, recipient_id=person)
        for claim, person in people.items()
        if claim not in known
    ]
    if not entries:
        return 0
    with office.writing() as db:
        return enqueue(db, entries, now)


def claim_of(day: str, person: int) -> str:
    """The unique key of a mail of that day."""
    return f"head:{day}:{person}"
