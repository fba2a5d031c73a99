"""Use cases of passwords: set one, change one's own. They are kept as argon2id; a new one ends sessions and uses
up every mailed link."""

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from workflow.actions.calendar_feeds import revoke_feeds
from workflow.actions.random_tokens import sha256
from workflow.actions.rate_limits import WRONG_PASSWORDS, Counter, count_try, forget_all, wait_left
from workflow.actions.security import note_wrong_try
from workflow.actions.tokens import revoke_tokens
from workflow.domain.accounts import Access
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import BadInput, SignInRefused, TooBusy
from workflow.domain.events import Tag
from workflow.domain.passwords import LONGEST, a_password, known_by
from workflow.domain.rights import Act
from workflow.queries.actor import actor
from workflow.queries.chains import chain_of
from workflow.queries.people import person_id
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import ChainText, Credential, MailedLink, Person, SignIn

_OLD_PASSWORD = "old password"  # noqa: S105

_hasher = PasswordHasher()


def set_password(office: Office, by: str, person: str, password: str, *, now: datetime) -> None:
    """Set one's own password, or as administrator somebody's. Every session of theirs ends.

    Raises `NotAllowed`, `NotFound`, `BadInput` (too short, too long, too easy to guess).
    """
    with office.reading() as db:
        _setter(db, by, person, now)
        a_password_for(office, db, person_id(db, person), password)
    hashed = hash_of(password)
    with office.writing() as db:
        who = _setter(db, by, person, now)
        put_password(db, person_id(db, person), hashed, now)
        record(db, Tag.PASSWORD_SET, at=now, by=who, person=person)


def change_password(
    office: Office,
    by: str,
    old: str,
    new: str,
    *,
    session: str | None = None,
    ends: Collection[Access] = (Access.SESSIONS,),
    now: datetime,
) -> None:
    """Change one's own password, knowing the old one. What `ends` names ends with it, but for the session of the token
    `session`.

    Raises `NotFound`, `NotAllowed` (they have left), `BadInput` (the old one is wrong, or the new one cannot be
    taken), `SignInRefused` (the old one was wrong too often).
    """
    with office.reading() as db:
        a_password_for(office, db, person_id(db, by), new)
    person = give_password(office, by, old, now=now)
    hashed = hash_of(new)
    with office.writing() as db:
        _put_credential(db, person, hashed, now)
        if Access.SESSIONS in ends:
            end_sessions(db, person, but=session)
        record(db, Tag.PASSWORD_SET, at=now, by=person, person=by)
        if Access.TOKENS in ends:
            revoke_tokens(db, person, now, by=person)
        if Access.FEEDS in ends:
            revoke_feeds(db, person, now, by=person)


def give_password(office: Office, by: str, password: str, *, now: datetime) -> int:
    """Check that a person knows their own password, and return their number.

    Raises `NotFound`, `NotAllowed` (they have left), `BadInput` (it is wrong), `SignInRefused` (it was wrong too
    often).
    """
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require_service()
        kept = db.scalar(select(Credential.password_hash).where(Credential.person_id == who.id))
        counters = [Counter(_OLD_PASSWORD, by, WRONG_PASSWORDS)]
        if wait := wait_left(db, counters, now):
            raise SignInRefused(wait=wait)
        count_try(db, counters, now)
    if kept is None or not matches(kept, password):
        note_wrong_try(office, who.id, now=now)
        raise BadInput("現在のパスワード", "違います", "確かめて、もう一度入力してください。")
    return who.id


def a_password_for(office: Office, db: Session, person: int, password: str) -> str:
    """A password for that person that can be taken. Raises `BadInput`, which does not repeat it."""
    theirs = db.get_one(Person, person)
    of_chains = {chain_of(db, sha256).office for sha256 in db.scalars(select(ChainText.sha256))}
    return a_password(password, known_by(theirs.key, theirs.name, theirs.email, {office.name, *of_chains}))


def put_password(db: Session, person: int, hashed: str, now: datetime) -> None:
    """The person's password from now on. Ends their sessions, uses up the links that were mailed to them, and ends
    their wait after wrong passwords."""
    _put_credential(db, person, hashed, now)
    end_sessions(db, person)


def _put_credential(db: Session, person: int, hashed: str, now: datetime) -> None:
    db.execute(delete(Credential).where(Credential.person_id == person))
    db.execute(insert(Credential).values(person_id=person, password_hash=hashed, changed_at=now))
    links = update(MailedLink).where(MailedLink.person_id == person, MailedLink.used_at.is_(None))
    db.execute(links.values(used_at=now))
    forget_wrong_passwords(db, person)


def end_sessions(db: Session, person: int, *, but: str | None = None) -> None:
    """End the person's sessions but that of the token `but`."""
    ended = delete(SignIn).where(SignIn.person_id == person)
    db.execute(ended if but is None else ended.where(SignIn.token_sha256 != sha256(but)))


def forget_wrong_passwords(db: Session, person: int) -> None:
    """Stop counting the wrong passwords that were given for a person, wherever from."""
    key = db.get_one(Person, person).key
    for sort in ("key", _OLD_PASSWORD):
        forget_all(db, Counter(sort, key, WRONG_PASSWORDS))


def hash_of(password: str) -> str:
    """The password as it is kept. Slow on purpose: not for inside a transaction. Raises `TooBusy`."""
    with _turn():
        return _hasher.hash(password)


def matches(hashed: str, password: str) -> bool:
    """Return whether the password matches its hash. Slow on purpose. Raises `TooBusy`."""
    try:
        with _turn():
            return _hasher.verify(hashed, password[: LONGEST + 1].encode("utf-8", "replace"))
    except (VerificationError, InvalidHashError):
        return False


AT_ONCE, IN_LINE = 2, 8
"""The number of passwords hashed at once, and with those that wait for it: each takes a processor and 64 MB, and one of
the threads that all pages share."""

_hashing, _in_line = threading.BoundedSemaphore(AT_ONCE), threading.BoundedSemaphore(IN_LINE)


@contextmanager
def _turn() -> Iterator[None]:
    if not _in_line.acquire(blocking=False):
        raise TooBusy
    try:
        with _hashing:
            yield
    finally:
        _in_line.release()


@cache
def nobodys_hash() -> str:
    """Checked where there is no password, so that the answer takes as long as where there is one."""
    return _hasher.hash("nobody has this password")


def _setter(db: Session, by: str, person: str, now: datetime) -> int:
    who = actor(db, by, tokyo_day(now))
    if by == person:
        who.require_service()
    else:
        who.require(Act.KEEP_PEOPLE)
    return who.id
