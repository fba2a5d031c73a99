"""本人確認: acts by which the office could be handed to somebody else want more than a session that lies open, or a
token."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from workflow.actions.passwords import forget_wrong_passwords, give_password
from workflow.actions.random_tokens import sha256
from workflow.domain.errors import IdentityUnconfirmed
from workflow.domain.rights import Actor
from workflow.store.database import Office
from workflow.store.tables import SignIn

CONFIRMED_FOR = timedelta(minutes=10)
"""Time for which a person who gave their password counts as the one before the screen."""


@dataclass(frozen=True, slots=True)
class OwnMachine:
    """The command line on the office's own machine: who may run it could write to the database as well."""


@dataclass(frozen=True, slots=True)
class InSession:
    """A session in a browser, by its token."""

    token: str = field(repr=False)


Proof = OwnMachine | InSession | None
"""Ways in which a person can show who they are; None: a program's token, which shows nothing."""


def confirm_identity(office: Office, by: str, session: str, password: str, *, now: datetime) -> None:
    """Note that the person of a session has just given their password in it.

    Raises `NotFound`, `NotAllowed` (they have left), `BadInput` (it is wrong), `SignInRefused` (it was wrong too
    often).
    """
    person = give_password(office, by, password, now=now)
    with office.writing() as db:
        mine = SignIn.person_id == person, SignIn.token_sha256 == sha256(session)
        db.execute(update(SignIn).where(*mine).values(confirmed_at=now))
        forget_wrong_passwords(db, person)


def require_identity(db: Session, who: Actor, proof: Proof, now: datetime) -> None:
    """Check that the person has just confirmed who they are. Raises `IdentityUnconfirmed`."""
    match proof:
        case OwnMachine():
            return
        case InSession(token):
            confirmed = exists().where(
                SignIn.token_sha256 == sha256(token),
                SignIn.person_id == who.id,
                SignIn.expires_at > now,
                SignIn.confirmed_at > now - CONFIRMED_FOR,
            )
            if db.scalar(select(confirmed)):
                return
    raise IdentityUnconfirmed
