"""The authors of public comments that ended long ago, erased once a day."""

from dataclasses import dataclass
from datetime import date, datetime

from workflow import actions
from workflow.domain.calendar import tokyo_day
from workflow.store.database import Office


@dataclass(slots=True)
class Erasing:
    """The months after the end of a public comment for which its authors are kept. `looked_on` is the last day on which
    this process looked."""

    months: int
    looked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Erased:
    """Counts of public comments whose authors were erased, and of their submissions."""

    comments: int = 0
    submissions: int = 0


def erase(office: Office, erasing: Erasing, now: datetime) -> Erased:
    """Erase what is due; asks the database nothing when it did so on that day."""
    today = tokyo_day(now)
    if erasing.looked_on == today:
        return Erased()
    found = actions.erase_authors_due(office, erasing.months, now=now)
    erasing.looked_on = today
    return Erased(len(found), sum(each.submissions for each in found))
