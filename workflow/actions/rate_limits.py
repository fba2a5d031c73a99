"""Rate limits for sign-in, for the old password, and for mailed links. A try is counted before it is made, so that
any number of processes at once stay within a limit."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.orm import Session

from workflow.store.tables import FailedSignIn

REMEMBERED, QUARTER = timedelta(hours=24), timedelta(minutes=15)
"""Time for which an attempt counts; for addresses that a whole office may share, the shorter one."""

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=15)
"""The wait after the first try beyond the free ones, and the longest; each further try doubles it."""

WRONG_PASSWORDS = 5
"""Wrong passwords for one person from one place that cost nothing."""

FROM_ALL_PLACES = 50
"""Wrong passwords for one person from all places together that cost nothing; known devices are not asked."""

FROM_ONE_SOURCE = 100
"""Wrong passwords from one network address, over all people of this office, that cost nothing; known devices are
not counted. Unknown keys do not count: they can be invented without end, and would lock out a whole office."""

MAILS_ASKED = 60
"""Mails for a new password asked for from one network address that cost nothing, over all people of this office."""


@dataclass(frozen=True, slots=True)
class Counter:
    """A key for counting attempts, and how many of them `within` a time are `free`. `place` is the source of an
    attempt, a network address or a device; None counts the attempts from all places."""

    sort: str
    value: str
    free: int
    place: str | None = None
    within: timedelta = REMEMBERED

    @property
    def name(self) -> str:
        """The counted value as the table keeps it: a SHA-256, for people type passwords in the wrong field."""
        return _mark(f"{self.sort}:{self.value}")

    @property
    def rows(self) -> ColumnElement[bool]:
        """The tries it counts."""
        named = FailedSignIn.name == self.name
        return named if self.place is None else named & (FailedSignIn.place == _mark(self.place))


def wait_left(db: Session, counters: Sequence[Counter], now: datetime) -> timedelta | None:
    """Return the time left until the next attempt is allowed; None: it is allowed now."""
    left = max((_free_again(db, counter, now) - now for counter in counters), default=timedelta())
    return left if left > timedelta() else None


def count_try(db: Session, counters: Sequence[Counter], now: datetime) -> list[int]:
    """Count a try, and return the numbers it is counted under. Counters of the same value share one.

    The caller's transaction excludes other writers, so a limit holds over every process."""
    db.execute(delete(FailedSignIn).where(FailedSignIn.at <= now - REMEMBERED))
    places = {counter.name: "" for counter in counters}
    places |= {counter.name: _mark(counter.place) for counter in counters if counter.place is not None}
    rows = [{"name": name, "place": place, "at": now} for name, place in places.items()]
    return list(db.scalars(insert(FailedSignIn).returning(FailedSignIn.id), rows)) if rows else []


def forget(db: Session, tries: Sequence[int]) -> None:
    """Stop counting tries that turned out right."""
    db.execute(delete(FailedSignIn).where(FailedSignIn.id.in_(tries)))


def forget_all(db: Session, counter: Counter) -> int:
    """Stop counting all tries of the counter, and return how many there were."""
    return db.execute(delete(FailedSignIn).where(counter.rows)).rowcount  # type: ignore[attr-defined, no-any-return]


def _free_again(db: Session, counter: Counter, now: datetime) -> datetime:
    tries = select(func.count(), func.max(FailedSignIn.at)).where(
        counter.rows, FailedSignIn.at > now - counter.within
    )
    made, last = db.execute(tries).one()
    if made < counter.free or last is None:
        return now
    free_again: datetime = last + _wait_after(made - counter.free)
    return free_again


def _wait_after(beyond: int) -> timedelta:
    # Bounded before it is doubled: 10,000 doublings make no time span.
    return min(FIRST_WAIT * (1 << min(beyond, 10)), LONGEST_WAIT)


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:60]
