"""Use case on the 事務局 of a body: the name, address and telephone that its letters bear."""

from datetime import datetime
from typing import Any

from workflow.domain.calendar import tokyo_day
from workflow.domain.events import Tag
from workflow.domain.rights import Act
from workflow.domain.validation import a_line, an_address
from workflow.queries.actor import actor
from workflow.queries.bodies import known_body
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import SecretariatContact

LONGEST_PHONE = 60


def set_contact(
    office: Office, by: str, body: str, *, name: str, email: str, telephone: str, now: datetime
) -> None:
    """Set the contact of a body's 事務局. An empty value leaves its letters to the usual one: the body's name, the
    address of who serves as 事務局, no telephone. Raises `BadInput`, `NotAllowed`, `NotFound`."""
    contact: dict[str, Any] = {
        "name": a_line("事務局の名称", name) if name.strip() else "",
        "email": an_address("事務局の電子メール", email.strip()) if email.strip() else "",
        "telephone": a_line("事務局の電話", telephone, LONGEST_PHONE) if telephone.strip() else "",
    }
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        known_body(db, body)
        who.require(Act.SET_CONTACT, body=body)
        db.merge(SecretariatContact(body_key=body, **contact))
        db.flush()
        record(db, Tag.CONTACT_SET, at=now, by=who.id, body=body, **contact)
