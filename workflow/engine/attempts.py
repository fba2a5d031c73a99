"""What must be slow for whoever guesses: tries are counted before they are made, so that any number of processes
at once stay within the limit."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from workflow.records import FailedSignIn

WINDOW = timedelta(minutes=15)
"""For how long a try counts."""

WRONG_PASSWORDS = 10
"""Wrong passwords for one key within the window; after them none is taken for the rest of it."""

FROM_ONE_SOURCE = 100
"""Tries from one network address within the window, whichever the keys: a whole office may come from one."""

MAILS_ASKED = 20
"""Mails asked for from one network address within the window."""


@dataclass(frozen=True, slots=True)
class Counter:
    """Something tries are counted by: its sort, its value, and how many may be within the window."""

    sort: str
    value: str
    most: int

    @property
    def name(self) -> str:
        """How the table names it: never as it was typed, for people type passwords in the wrong field."""
        return hashlib.sha256(f"{self.sort}:{self.value}".encode("utf-8", "replace")).hexdigest()[:60]


def try_once(db: Session, counters: Sequence[Counter], now: datetime) -> list[int] | None:
    """Count a try, and return the numbers it is counted under; None when one of the counters is full.

    The caller's transaction excludes other writers, so a limit holds over every process."""
    db.execute(delete(FailedSignIn).where(FailedSignIn.at <= now - WINDOW))
    if any(_tries(db, counter) >= counter.most for counter in counters):
        return None
    rows = [{"name": counter.name, "at": now} for counter in counters]
    return list(db.scalars(insert(FailedSignIn).returning(FailedSignIn.id), rows))


def forget(db: Session, tries: Sequence[int]) -> None:
    """What turned out right does not count."""
    db.execute(delete(FailedSignIn).where(FailedSignIn.id.in_(tries)))


def _tries(db: Session, counter: Counter) -> int:
    return db.scalar(select(func.count()).where(FailedSignIn.name == counter.name)) or 0
