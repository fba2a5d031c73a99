"""Use case on a form that came after its session had ended, or was refused: it is kept for its writer. It leaves no event."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert

from workflow.domain.calendar import tokyo_day
from workflow.queries.actor import actor
from workflow.queries.kept_forms import KeptField
from workflow.store.database import Office
from workflow.store.tables import LateForm

LONGEST_KEPT = 300_000
"""The longest form that is kept, in characters of its names and values."""

SECRETS = frozenset({"csrf", "password", "again", "old", "code"})
"""Fields that are never kept."""


LONGEST_REASON = 5_000
"""The longest reason that is kept, in characters; of a longer one its beginning."""


def keep_form(
    office: Office,
    by: str,
    action: str,
    page: str,
    fields: Sequence[KeptField],
    *,
    reason: str = "",
    now: datetime,
) -> bool:
    """Keep the fields for their writer, in place of the form kept before, until somebody signs in a day later. `reason` says in
    their language why the form was refused. Return whether there was something to keep, and not too much. Raises
    `NotFound`, `HasLeft`."""
    kept = [[each.name, each.value] for each in fields if each.name not in SECRETS]
    length = sum(len(name) + len(value) for name, value in kept)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        who.require_service()
        db.execute(delete(LateForm).where(LateForm.person_id == who.id))
        if not any(value.strip() for _, value in kept) or length > LONGEST_KEPT or len(action + page) > 500:
            return False
        row = {"person_id": who.id, "action": action, "page": page, "fields": kept, "kept_at": now}
        db.execute(insert(LateForm).values(**row, reason=reason[:LONGEST_REASON]))
    return True
