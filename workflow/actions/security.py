"""Use cases of the security log: note what changes nothing else."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow.domain.security import SecurityKind
from workflow.queries.people import person_id
from workflow.store.database import Office
from workflow.store.security_log import enter
from workflow.store.tables import Person, SecurityEntry

A_MINUTE, AT_MOST = timedelta(minutes=1), 60
"""Refusals and wrong tries of one person, or of all unknown ones together, that are entered in a minute: nobody fills
the disk."""


def note_refusal(office: Office, person: str | None, route: str, *, now: datetime) -> None:
    """Enter that a person, None: nobody known, was refused at that route."""
    with office.reading() as db:
        number = db.scalar(select(Person.id).where(Person.key == person)) if person else None
    _enter_bounded(office, SecurityKind.REFUSED, number, now, route)


def note_wrong_try(office: Office, person: int | None, *, now: datetime) -> None:
    """Enter that somebody gave a wrong password or code for that person; None: for nobody known. What was typed is
    not kept: people type passwords in the wrong field."""
    _enter_bounded(office, SecurityKind.WRONG_TRY, person, now)


def note_reading(
    office: Office, by: str, kind: SecurityKind, plan: int, route: str, *, now: datetime
) -> None:
    """Enter that a person reads who wrote the opinions on a plan: before they see it, or they do not. Raises
    `NotFound`."""
    with office.writing() as db:
        enter(db, kind, at=now, by=person_id(db, by), plan=plan, route=route)


def _enter_bounded(
    office: Office, kind: SecurityKind, person: int | None, now: datetime, route: str = ""
) -> None:
    with office.reading() as db:  # who goes on and on must not keep other writers waiting
        if _is_full(db, kind, person, now):
            return
    with office.writing() as db:
        if not _is_full(db, kind, person, now):
            enter(db, kind, at=now, by=person, route=route)


def _is_full(db: Session, kind: SecurityKind, person: int | None, now: datetime) -> bool:
    theirs = SecurityEntry.person_id.is_(None) if person is None else SecurityEntry.person_id == person
    lately = select(func.count()).where(
        SecurityEntry.kind == kind.value, SecurityEntry.at > now - A_MINUTE, theirs
    )
    return (db.scalar(lately) or 0) >= AT_MOST
