"""Use cases of signing in through the office's OIDC provider. At the first sign-in a verified address finds the person;
from then on only the provider's own name for them, issuer and subject, counts: addresses are given to others."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from workflow.actions.identity import Proof, require_identity
from workflow.actions.security import note_wrong_try
from workflow.actions.sessions import begin_session
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import NotFound
from workflow.domain.events import Tag
from workflow.domain.rights import Act
from workflow.queries.actor import actor, has_left
from workflow.queries.people import people_of_address, person_id
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import Person, ProviderIdentity, SignIn


@dataclass(frozen=True, slots=True)
class ProviderUser:
    """Somebody as a provider knows them; `address` only where it has verified that it is theirs."""

    issuer: str
    subject: str
    address: str | None


def sign_in_by_provider(office: Office, user: ProviderUser, *, agent: str = "", now: datetime) -> str | None:
    """Sign in the person who is bound to the provider's user, and return the session's token. A user who is bound to
    nobody yet is bound to the one person of their address. None: there is nobody, or more than one, or that person
    is bound to another user."""
    with office.writing() as db:
        person = _bound(db, user, now) or _bind(db, user, now)
        if person:
            return begin_session(db, person, agent, now)
    note_wrong_try(office, None, now=now)
    return None


def unbind_provider(office: Office, by: str, person: str, *, proof: Proof, now: datetime) -> None:
    """Let go of a person's provider identity, and end their sessions: the next sign-in binds anew, by their address.

    Raises `NotAllowed`, `IdentityUnconfirmed`, `NotFound` (the person, or they are not bound).
    """
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require(Act.KEEP_PEOPLE)
        require_identity(db, who, proof, now)
        number = person_id(db, person)
        mine = ProviderIdentity.person_id == number
        issuers = list(db.scalars(select(ProviderIdentity.issuer).where(mine)))
        if not issuers:
            raise NotFound("外部サインインの結び付き", person)
        db.execute(delete(ProviderIdentity).where(mine))
        db.execute(delete(SignIn).where(SignIn.person_id == number))
        record(db, Tag.PROVIDER_UNBOUND, at=now, by=who.id, person=person, issuer=issuers[0])


def _bound(db: Session, user: ProviderUser, now: datetime) -> int | None:
    theirs = ProviderIdentity.issuer == user.issuer, ProviderIdentity.subject == user.subject
    bound = select(Person.id).join(ProviderIdentity, ProviderIdentity.person_id == Person.id)
    return db.scalar(bound.where(*theirs, ~has_left(tokyo_day(now))))


def _bind(db: Session, user: ProviderUser, now: datetime) -> int | None:
    """Bind the user to the person of their address, and return that person's number."""
    known = ProviderIdentity.issuer == user.issuer, ProviderIdentity.subject == user.subject
    if user.address is None or db.scalar(select(ProviderIdentity.id).where(*known)) is not None:
        return None
    here = select(Person.id).where(~has_left(tokyo_day(now)))
    found = people_of_address(db, user.address, here)
    if len(found) != 1:
        return None
    person = found[0]
    taken = ProviderIdentity.issuer == user.issuer, ProviderIdentity.person_id == person.id
    if db.scalar(select(ProviderIdentity.id).where(*taken)) is not None:
        return None
    row = {"issuer": user.issuer, "subject": user.subject, "person_id": person.id, "bound_at": now}
    db.execute(insert(ProviderIdentity).values(**row))
    record(db, Tag.PROVIDER_BOUND, at=now, by=person.id, person=person.key, issuer=user.issuer)
    return person.id
