"""Use cases of signing in: set a password, sign in, sign out. Passwords are kept as argon2id, sessions as the
SHA-256 of their token."""

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from workflow.audit import Tag, record
from workflow.calendar import tokyo_day
from workflow.errors import BadInput, SignInRefused
from workflow.office import Office
from workflow.people import person_id
from workflow.records import Credential, FailedSignIn, Person, SignIn
from workflow.rights import Act, actor

TOKEN_LIFE = timedelta(hours=10)
"""How long a session lasts: a working day."""

WINDOW, TRIES = timedelta(minutes=15), 10
"""After so many wrong passwords for one key within the window, none is taken for the rest of it."""

SHORTEST, LONGEST = 12, 200
"""The length of a password, in characters."""

_hasher = PasswordHasher()


@cache
def _nobodys_hash() -> str:
    """Checked when the key is unknown, so that the answer takes as long as for a known one."""
    return _hasher.hash("nobody has this password")


def set_password(office: Office, by: str, person: str, password: str, *, now: datetime) -> None:
    """Set one's own password, or as administrator somebody's. Every session of theirs ends.

    Raises `NotAllowed`, `NotFound`, `BadInput` (too short or too long).
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput(
            "パスワード",
            f"{len(password)} 文字です",
            f"{SHORTEST} 文字以上 {LONGEST} 文字以内にしてください。",
        )
    hashed = _hasher.hash(password)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        if by != person:
            who.require(Act.KEEP_PEOPLE)
        number = person_id(db, person)
        db.execute(delete(Credential).where(Credential.person_id == number))
        db.execute(insert(Credential).values(person_id=number, password_hash=hashed, changed_at=now))
        db.execute(delete(SignIn).where(SignIn.person_id == number))
        record(db, Tag.PASSWORD_SET, at=now, by=who.id, person=person)


def sign_in(office: Office, key: str, password: str, *, agent: str = "", now: datetime) -> str:
    """Sign in, and return the session's token; `agent` is how the browser calls itself.

    Raises `SignInRefused`, which does not say whether the key is known.
    """
    name = key[:60]
    with office.reading() as db:
        tried = _tries(db, name, now)
        row = db.execute(
            select(Person.id, Credential.password_hash)
            .join(Credential, Credential.person_id == Person.id)
            .where(Person.key == name)
        ).first()
    if tried >= TRIES:
        raise SignInRefused(wait=True)
    right = _matches(row.password_hash if row else _nobodys_hash(), password)
    with office.writing() as db:
        if row is None or not right:
            db.execute(insert(FailedSignIn).values(name=name, at=now))
        else:
            token = secrets.token_urlsafe(32)
            db.execute(delete(SignIn).where(SignIn.expires_at < now))
            db.execute(delete(FailedSignIn).where(FailedSignIn.at < now - WINDOW))
            ends = now + TOKEN_LIFE
            values = {"person_id": row.id, "began_at": now, "expires_at": ends, "agent": agent[:200]}
            db.execute(insert(SignIn).values(token_sha256=_sha256(token), **values))
            return token
    raise SignInRefused


def signed_in(db: Session, token: str, now: datetime) -> str | None:
    """The key of the person whose session it is; None when it is nobody's, or over."""
    return db.scalar(
        select(Person.key)
        .join(SignIn, SignIn.person_id == Person.id)
        .where(SignIn.token_sha256 == _sha256(token), SignIn.expires_at > now)
    )


def sign_out(office: Office, token: str) -> None:
    """End a session. Does nothing when it is over."""
    with office.writing() as db:
        db.execute(delete(SignIn).where(SignIn.token_sha256 == _sha256(token)))


def prolong_sessions(office: Office, until: datetime) -> None:
    """Let every session last until then: for a demonstration, whose clock jumps."""
    with office.writing() as db:
        db.execute(update(SignIn).values(expires_at=until))


def _tries(db: Session, name: str, now: datetime) -> int:
    found = select(func.count()).where(FailedSignIn.name == name, FailedSignIn.at > now - WINDOW)
    return db.scalar(found) or 0


def _matches(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
