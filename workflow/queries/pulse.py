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
    return pulse_of(row or (None,) * len(COLUMNS), now)


def backup_pulse(db: Session, now: datetime) -> PulseFact | None:
    """Return the pulse of the nightly backups; None when none are made. One statement."""
    row = connection_of(db).execute(_BACKUP).first()
    return pulse_of(row, now) if row else None


def pulse_of(columns: Sequence[Any], now: datetime) -> PulseFact:
    """Return the pulse whose `COLUMNS` these are; all of them are None when there was none yet."""
    at, expected_by, trouble, trouble_since = columns
    return PulseFact(at, expected_by is None or expected_by < now, trouble, trouble_since)


COLUMNS = (Pulse.at, Pulse.expected_by, Pulse.trouble, Pulse.trouble_since)

_PULSE = select(*COLUMNS).where(Pulse.name == MAIL)
_BACKUP = select(*COLUMNS).where(Pulse.name == BACKUP)
