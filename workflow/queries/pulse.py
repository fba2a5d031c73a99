"""The pulse of whoever sends the mail: when it was last heard, and why no mail goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.store.database import connection_of
from workflow.store.tables import Pulse

MAIL = "mail"
BACKUP = "backup"
CALENDAR = "calendar:"
"""Begins the name of the pulse of a calendar that is read; its number follows."""


@dataclass(frozen=True, slots=True)
class PulseFact:
    """`at` is when the last round ended (None: there never was one); `silent`: the next one is overdue. `trouble` is why
    no mail goes although somebody sends, since `trouble_since`."""

    at: datetime | None
    silent: bool
    trouble: str | None
    trouble_since: datetime | None

    @property
    def sends(self) -> bool:
        """Return whether what waits can be expected to go soon."""
        return not self.silent and self.trouble is None


def mail_pulse(db: Session, now: datetime) -> PulseFact:
    """Return the pulse as it is now. One statement."""
    row = connection_of(db).execute(_PULSE).first()
    return pulse_of(row or NO_PULSE, now)


def pulse_of(columns: Sequence[Any], now: datetime) -> PulseFact:
    """Return the pulse whose columns these are; all of them are None when there was none yet."""
    at, expected_by, trouble, trouble_since = columns
    return PulseFact(at, expected_by is None or expected_by < now, trouble, trouble_since)


def columns_of(pulse: type[Pulse]) -> tuple[Any, ...]:
    """The columns that a pulse is made of."""
    return pulse.at, pulse.expected_by, pulse.trouble, pulse.trouble_since


NO_PULSE = (None,) * 4

_PULSE = select(*columns_of(Pulse)).where(Pulse.name == MAIL)
