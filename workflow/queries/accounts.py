"""One's own account: who one is here today, and the browsers one is signed in with."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from definitions.chain import Body
from definitions.terms import Role
from workflow.domain.accounts import StepsDemanded
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import NotFound
from workflow.domain.rights import Act, Actor
from workflow.queries.actor import in_term
from workflow.queries.chains import chain_of
from workflow.store.tables import (
    Authenticator,
    BodyRecord,
    Credential,
    Department,
    MailedLink,
    Membership,
    Passkey,
    Person,
    Posting,
    RecoveryCode,
    SecondStepDemand,
    SignIn,
)


@dataclass(frozen=True, slots=True)
class PasskeyFact:
    """A passkey by the name its person gave it; `used_at` None: never yet."""

    number: int
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Account:
    """`posts` are (department, position or None), `seats` (body, role), both of the day asked for."""

    key: str
    name: str
    email: str
    has_password: bool
    has_app: bool
    passkeys: tuple[PasskeyFact, ...]
    recovery_codes: int
    posts: tuple[tuple[str, str | None], ...]
    seats: tuple[tuple[Body, Role], ...]
    sessions: tuple[SignIn, ...]

    @property
    def has_second_step(self) -> bool:
        return self.has_app or bool(self.passkeys)


def account(db: Session, key: str, now: datetime) -> Account:
    """The account of that key, its sessions newest first. Raises `NotFound`."""
    person = db.execute(
        select(
            Person.id,
            Person.key,
            Person.name,
            Person.email,
            Credential.person_id.is_not(None).label("has_password"),
        )
        .outerjoin(Credential, Credential.person_id == Person.id)
        .where(Person.key == key)
    ).first()
    if person is None:
        raise NotFound("職員", key)
    today = tokyo_day(now)
    posts = db.execute(
        select(Department.name, Posting.position)
        .join(Department, Department.key == Posting.department_key)
        .where(Posting.person_id == person.id, in_term(Posting, today))
        .order_by(Posting.id)
    )
    seats = db.execute(
        select(BodyRecord.key, BodyRecord.chain_sha256, Membership.role)
        .join(BodyRecord, BodyRecord.key == Membership.body_key)
        .where(Membership.person_id == person.id, in_term(Membership, today))
        .order_by(Membership.id)
    )
    sessions = db.scalars(
        select(SignIn)
        .where(SignIn.person_id == person.id, SignIn.expires_at > now)
        .order_by(SignIn.began_at.desc(), SignIn.token_sha256)
    )
    return Account(
        key=person.key,
        name=person.name,
        email=person.email,
        has_password=person.has_password,
        has_app=_has_app(db, person.id),
        passkeys=_passkeys(db, person.id),
        recovery_codes=db.scalar(select(func.count()).where(RecoveryCode.person_id == person.id)) or 0,
        posts=tuple((name, position) for name, position in posts),
        seats=tuple((chain_of(db, sha256).body(key), Role(role)) for key, sha256, role in seats),
        sessions=tuple(sessions),
    )


def has_second_step(db: Session, person: int) -> bool:
    """Return whether the person has a means for the second step in use: an authenticator app, or a passkey."""
    passkey = select(Passkey.id).where(Passkey.person_id == person)
    return db.scalar(select(or_(_app_of(person).exists(), passkey.exists()))) is True


def steps_demanded(db: Session) -> StepsDemanded:
    """Return of whom the office demands a second step of signing in."""
    return StepsDemanded(db.scalar(select(SecondStepDemand.whom)) or StepsDemanded.NOBODY)


def is_demanded(db: Session, who: Actor) -> bool:
    """Return whether the office demands a second step of that person."""
    match steps_demanded(db):
        case StepsDemanded.NOBODY:
            return False
        case StepsDemanded.ADMINISTRATORS:
            return who.administrator
        case StepsDemanded.APPROVERS:
            return who.administrator or who.may_somewhere(Act.SIGN) or who.may_somewhere(Act.DECIDE_ALONE)
        case StepsDemanded.EVERYBODY:
            return True


def newest_link(db: Session) -> int:
    """The number of the newest link by which a person sets a password; 0: there is none. One statement."""
    return db.scalar(select(func.max(MailedLink.id))) or 0


def email_of(db: Session, key: str) -> str:
    """The address the person of that key gets mail at. Raises `NotFound`."""
    found = db.scalar(select(Person.email).where(Person.key == key))
    if found is None:
        raise NotFound("職員", key)
    return found


def _has_app(db: Session, person: int) -> bool:
    return db.scalar(select(_app_of(person).exists())) is True


def _app_of(person: int) -> Select[int]:
    return select(Authenticator.person_id).where(
        Authenticator.person_id == person, Authenticator.confirmed_at.is_not(None)
    )


def _passkeys(db: Session, person: int) -> tuple[PasskeyFact, ...]:
    columns = select(Passkey.id, Passkey.name, Passkey.added_at, Passkey.used_at)
    found = db.execute(columns.where(Passkey.person_id == person).order_by(Passkey.id))
    return tuple(PasskeyFact(*row) for row in found)
