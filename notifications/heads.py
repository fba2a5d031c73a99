"""The signed head of the log, to who holds the role 監査, once a day."""

from datetime import datetime

from notifications.kinds import Kind
from notifications.outbox import enqueue_for
from workflow.domain.calendar import tokyo_day
from workflow.queries.people import auditors
from workflow.store.database import Office


def claim(office: Office, now: datetime) -> int:
    """Put the mails of the day in the outbox, once; returns the number of new ones."""
    day = tokyo_day(now)
    with office.reading() as db:
        people = {claim_of(day.isoformat(), each.person_id): each.person_id for each in auditors(db, day)}
    return enqueue_for(office, people, Kind.LOG_HEAD, "daily", now, now)


def claim_of(day: str, person: int) -> str:
    """The unique key of a mail of that day."""
    return f"head:{day}:{person}"
