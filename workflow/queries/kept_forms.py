"""The form that a person sent after their session had ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.store.tables import LateForm

KEPT_FOR = timedelta(days=1)
"""The time for which a form is kept, and for which it is known whose session it came too late for."""


@dataclass(frozen=True, slots=True)
class KeptField:
    """A field of a form, by its name, with what was filled in."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form by the address it went to, the page it stood on, its fields in their order, and why it was refused; empty: it
    came too late."""

    action: str
    page: str
    fields: Sequence[KeptField]
    reason: str


def kept_form(db: Session, person: int, now: datetime) -> KeptForm | None:
    """Return the form that is kept for the person; None: there is none. One statement."""
    row = db.execute(
        select(LateForm.action, LateForm.page, LateForm.fields, LateForm.reason).where(
            LateForm.person_id == person, LateForm.kept_at > now - KEPT_FOR
        )
    ).first()
    if row is None:
        return None
    fields = [KeptField(name, value) for name, value in row.fields]
    return KeptForm(row.action, row.page, fields, row.reason)
