"""Use cases of signing in: begin a session in a browser, and end it. Only the SHA-256 of its token is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.orm import Session, aliased

from workflow.actions.devices import known_device
from workflow.actions.passwords import forget_wrong_passwords, matches, nobodys_hash
from workflow.actions.random_tokens import new_token, sha256
from workflow.actions.rate_limits import (
    FROM_ALL_PLACES,
    FROM_ONE_SOURCE,
    QUARTER,
    WRONG_PASSWORDS,
    Counter,
    count_try,
    forget,
    forget_all,
    wait_left,
)
from workflow.actions.security import note_wrong_try
from workflow.domain.accounts import SecondStep
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import SignInRefused, TooBusy
from workflow.domain.events import Tag
from workflow.domain.rights import Act
from workflow.domain.security import SecurityKind
from workflow.domain.validation import typed_key
from workflow.queries.accounts import has_second_step, is_demanded
from workflow.queries.actor import actor, has_left
from workflow.queries.kept_forms import KEPT_FOR
from workflow.queries.people import person_id
from workflow.queries.pulse import BACKUP, MAIL, NO_PULSE, PulseFact, columns_of, pulse_of
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.security_log import enter
from workflow.store.tables import Credential, LateForm, Person, Plan, Pulse, SignIn

TOKEN_LIFE = timedelta(hours=10)
"""Lifetime of a session: a working day."""


def sign_in(
    office: Office,
    key: str,
    password: str,
    *,
    agent: str = "",
    source: str = "",
    device: str = "",
    now: datetime,
) -> str:
    """Sign in, and return the session's token. `agent` is how the browser calls itself, `source` the network
    address it asks from, `device` what it keeps of `new_device`; empty: unknown.

    Raises `SignInRefused`, which does not say whether the key is known: who has left (異動・退職) is not.
    """
    key = typed_key(key)
    with office.writing() as db:
        row = db.execute(
            select(Person.id, Credential.password_hash)
            .join(Credential, Credential.person_id == Person.id)
            .where(Person.key == key, ~has_left(tokyo_day(now)))
        ).first()
        if number := known_device(db, key, device):
            counters = [_here(key, f"device {number}")]
        else:
            counters = _from_elsewhere(key, source, is_somebody=row is not None)
        if wait := wait_left(db, counters, now):
            raise SignInRefused(wait=wait)
        tries = count_try(db, counters, now)
    try:
        right = matches(row.password_hash if row else nobodys_hash(), password)
    except TooBusy:
        with office.writing() as db:
            forget(db, tries)  # it was not looked at
        raise
    if not right or row is None:
        note_wrong_try(office, row.id if row else None, now=now)
        raise SignInRefused
    with office.writing() as db:
        kept = select(Credential.password_hash).where(Credential.person_id == row.id)
        if db.scalar(kept) != row.password_hash:
            # The password changed between the two transactions.
            raise SignInRefused
        forget(db, tries)
        forget_all(db, counters[0])
        return begin_session(db, row.id, agent, now, confirmed_at=now)


def lift_wait(office: Office, by: str, person: str, *, now: datetime) -> None:
    """Let a person sign in at once who has to wait, because they or somebody else gave too many wrong passwords.

    Raises `NotAllowed`, `NotFound`.
    """
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require(Act.KEEP_PEOPLE)
        forget_wrong_passwords(db, person_id(db, person))
        record(db, Tag.WAIT_LIFTED, at=now, by=who.id, person=person)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person whose session it is, the second step it still waits for, and the pulses of which pages tell: of the mail,
    and of the nightly backups, None when none are made. `has_plans`: a plan was opened in the office."""

    key: str
    waits_for: SecondStep
    mail: PulseFact
    backup: PulseFact | None
    has_plans: bool


def signed_in(db: Session, token: str, now: datetime) -> SignedIn | None:
    """The session; None when it is unknown or over, or the person has left. One statement."""
    row = db.execute(
        select(Person.key, SignIn.waits_for, *columns_of(Pulse), *columns_of(_BACKUPS), _HAS_PLANS)
        .join(SignIn, SignIn.person_id == Person.id)
        .outerjoin(Pulse, Pulse.name == MAIL)
        .outerjoin(_BACKUPS, _BACKUPS.name == BACKUP)
        .where(SignIn.token_sha256 == sha256(token), SignIn.expires_at > now, ~has_left(tokyo_day(now)))
    ).first()
    if row is None:
        return None
    key, waits_for, *pulses, has_plans = row
    mail, backup = pulses[: len(NO_PULSE)], pulses[len(NO_PULSE) :]
    made = backup != [*NO_PULSE]
    return SignedIn(
        key,
        SecondStep(waits_for),
        pulse_of(mail, now),
        pulse_of(backup, now) if made else None,
        bool(has_plans),
    )


_BACKUPS = aliased(Pulse)

_HAS_PLANS = select(Plan.id).exists()


def was_signed_in(db: Session, token: str, now: datetime) -> str | None:
    """Return the key of the person whose session lasted to its last hour, not long ago; None when it was ended before that,
    is unknown, or the person has left. One statement."""
    return db.scalar(
        select(Person.key)
        .join(SignIn, SignIn.person_id == Person.id)
        .where(
            SignIn.token_sha256 == sha256(token),
            SignIn.expires_at <= now,
            SignIn.expires_at > now - KEPT_FOR,
            ~has_left(tokyo_day(now)),
        )
    )


def sign_out(office: Office, token: str, *, now: datetime) -> None:
    """End a session. Does nothing when it is over."""
    with office.writing() as db:
        _end(db, now, SignIn.token_sha256 == sha256(token))


def end_session(office: Office, by: str, session: str, *, now: datetime) -> None:
    """End one of one's own sessions, named by its token's SHA-256. Does nothing when it is over. Raises
    `NotFound`."""
    with office.writing() as db:
        _end(db, now, SignIn.person_id == person_id(db, by), SignIn.token_sha256 == session)


def end_other_sessions(office: Office, by: str, token: str, *, now: datetime) -> None:
    """End all of one's own sessions but that of the token. Raises `NotFound`."""
    with office.writing() as db:
        _end(db, now, SignIn.person_id == person_id(db, by), SignIn.token_sha256 != sha256(token))


def prolong_sessions(office: Office, until: datetime) -> None:
    """Let every session last until then: for a demonstration, whose clock jumps."""
    with office.writing() as db:
        db.execute(update(SignIn).values(expires_at=until))


def begin_session(
    db: Session, person: int, agent: str, now: datetime, *, confirmed_at: datetime | None = None
) -> str:
    """Begin a session of that person, and return its token. Sessions and forms that were kept long enough are forgotten. It opens nothing before its second step, where they have
    one or the office demands it. `confirmed_at` is when they gave their password in it."""
    token = new_token()
    db.execute(delete(SignIn).where(SignIn.expires_at <= now - KEPT_FOR))
    db.execute(delete(LateForm).where(LateForm.kept_at <= now - KEPT_FOR))
    row = {"person_id": person, "began_at": now, "expires_at": now + TOKEN_LIFE, "agent": agent[:200]}
    row["waits_for"] = _second_step(db, person, now)
    if row["waits_for"]:
        confirmed_at = None
    db.execute(insert(SignIn).values(token_sha256=sha256(token), confirmed_at=confirmed_at, **row))
    if not row["waits_for"]:
        enter(db, SecurityKind.SIGNED_IN, at=now, by=person)
    return token


def _end(db: Session, now: datetime, *which: ColumnElement[bool]) -> None:
    for person in db.scalars(delete(SignIn).where(*which).returning(SignIn.person_id)).all():
        enter(db, SecurityKind.SIGNED_OUT, at=now, by=person)


def _second_step(db: Session, person: int, now: datetime) -> SecondStep:
    if has_second_step(db, person):
        return SecondStep.CODE
    who = actor(db, db.get_one(Person, person).key, tokyo_day(now))
    return SecondStep.ENROLMENT if is_demanded(db, who) else SecondStep.NONE


def _here(key: str, place: str) -> Counter:
    return Counter("key", key, WRONG_PASSWORDS, place=place)


def _from_elsewhere(key: str, source: str, *, is_somebody: bool) -> list[Counter]:
    """Return the counters for attempts from an unknown device."""
    counters = [_here(key, f"source {source}"), Counter("key", key, FROM_ALL_PLACES)]
    if is_somebody and source:
        counters.append(Counter("source", source, FROM_ONE_SOURCE, within=QUARTER))
    return counters
