"""The 事務局 of a body as its letters name it: where replies go, and whom to call."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from definitions.terms import Role
from workflow.domain.language import say
from workflow.queries.bodies import body_rule, seats
from workflow.store.tables import SecretariatContact


@dataclass(frozen=True, slots=True)
class BodyContact:
    """The 事務局 of a body. `email` is empty when neither the body nor anybody of its 事務局 has an address,
    `telephone` when none was set."""

    name: str
    email: str
    telephone: str


def secretariat_contact(db: Session, body: str, day: date) -> BodyContact:
    """The contact that was set for the body; where it has no address, the address of its 事務局 of that day. Three
    statements. Raises `NotFound`."""
    rule, kept = body_rule(db, body), contact_set(db, body)
    seated = seats(db, body, day, [Role.SECRETARIAT])
    return BodyContact(
        kept.name or say("{body}事務局", body=rule.name),
        kept.email or next((seat.email for seat in seated), ""),
        kept.telephone,
    )


def contact_set(db: Session, body: str) -> BodyContact:
    """The contact as it was set for the body, with empty values where nothing was. One statement."""
    kept = db.get(SecretariatContact, body)
    return BodyContact(kept.name, kept.email, kept.telephone) if kept else BodyContact("", "", "")
