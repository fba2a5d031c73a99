"""Use cases on the office itself: its first administrator, and to whom its plans are open."""

from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from workflow.actions.identity import Proof, require_identity
from workflow.actions.passwords import hash_of, put_password
from workflow.actions.people import insert_person, keeper
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import AlreadyDone
from workflow.domain.events import Tag
from workflow.domain.passwords import a_password, known_by
from workflow.domain.rights import Act, PlanReaders
from workflow.domain.validation import a_key
from workflow.queries.actor import actor
from workflow.queries.office_setup import has_begun
from workflow.queries.reading_rights import plan_readers
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import (
    Administrator,
    PlansOpened,
)


def begin(office: Office, key: str, name: str, email: str, *, now: datetime) -> int:
    """Begin an office's records with its first administrator, who adds everybody else.

    Raises `AlreadyDone` when there is an administrator, `BadInput`.
    """
    with office.writing() as db:
        return _begin(db, key, name, email, now)


def set_up(office: Office, key: str, name: str, email: str, password: str, *, now: datetime) -> None:
    """Begin an office's records with its first administrator, as `begin`, who has a password from then on.

    Raises `AlreadyDone` when there is an administrator, `BadInput` (also: the password cannot be taken), `TooBusy`.
    """
    a_key("利用者ID", key)
    a_password(password, known_by(key, name, email, {office.name}))
    hashed = hash_of(password)
    with office.writing() as db:
        person = _begin(db, key, name, email, now)
        put_password(db, person, hashed, now)
        record(db, Tag.PASSWORD_SET, at=now, by=person, person=key)


def note_trial(office: Office, by: str, *, now: datetime) -> None:
    """Record that the mail server took a mail that was sent to oneself to try it. Raises `NotAllowed`."""
    with office.writing() as db:
        who = keeper(db, by, now)
        record(db, Tag.MAIL_TRIED, at=now, by=who.id, person=by)


def open_plans_to(office: Office, by: str, whom: PlanReaders, *, proof: Proof, now: datetime) -> None:
    """Open all plans of the office to its staff, or to those concerned alone. Raises `NotAllowed`,
    `IdentityUnconfirmed`, `AlreadyDone`."""
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require(Act.OPEN_PLANS)
        require_identity(db, who, proof, now)
        if plan_readers(db) is whom:
            raise AlreadyDone("既にそのとおりです。")
        db.execute(delete(PlansOpened))
        db.execute(insert(PlansOpened).values(id=1, whom=whom))
        record(db, Tag.PLANS_OPENED_TO, at=now, by=who.id, whom=whom)


def _begin(db: Session, key: str, name: str, email: str, now: datetime) -> int:
    if has_begun(db):
        raise AlreadyDone("システム管理者は既にいます。その方に職員の登録を依頼してください。")
    person = insert_person(db, key, name, email)
    db.execute(insert(Administrator).values(person_id=person, since=tokyo_day(now), until=None))
    record(db, Tag.PERSON_ADDED, at=now, by=person, key=key, name=name, email=email)
    record(db, Tag.ADMINISTRATOR_NAMED, at=now, by=person, person=key, since=tokyo_day(now))
    return person
