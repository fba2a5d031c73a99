"""A chain of rows by hash: each row's hash covers the row and the hash of the row before it."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row

from workflow.domain.language import say

GENESIS = "0" * 64
"""The hash before the first row."""

Position = tuple[int, str]
"""The number and the hash of a row."""


class Break(NamedTuple):
    """The number at which a chain is broken, and how."""

    seq: int
    problem: str


def following(last: Position | None) -> Position:
    """Return the number of the row after the last, and the hash that its own covers."""
    return (last[0] + 1, last[1]) if last else (1, GENESIS)


def link(before: str, seq: int, at: object, told: Sequence[object]) -> str:
    """Return the hash of a row: `told` is everything in it but its number, its moment and its hash."""
    fields = [before, *covered(seq, at, told)]
    return hashlib.sha256("\n".join(fields).encode("utf-8", "surrogateescape")).hexdigest()


def covered(seq: int, at: object, told: Sequence[object]) -> list[str]:
    """Return the texts that the hash of a row covers after the hash of the row before it, a line each."""
    return [str(seq), _written_at(at), *map(str, told)]


def walk(
    rows: Iterable[Row[Any]], told: Callable[[Row[Any]], Sequence[object]], after: Position | None = None
) -> Iterator[tuple[Row[Any], Break | None]]:
    """Return each row, as the database's driver gives them in the order of their numbers, and what is broken in the
    chain there."""
    expected, before = following(after)
    for row in rows:
        broken = None
        if row.seq != expected:
            broken = Break(expected, say("この番号の出来事が失われています"))
        elif link(before, row.seq, row.at, told(row)) != row.hash:
            broken = Break(row.seq, say("内容が記録された時と異なります"))
        yield row, broken
        before, expected = row.hash, row.seq + 1


def moment_of(at: object) -> datetime:
    """The moment of a row as the database's driver gives it. Raises `ValueError`."""
    found = at if isinstance(at, datetime) else datetime.fromisoformat(str(at))
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def _written_at(at: object) -> str:
    """As hashes take it: 2023-03-01T00:00:00.000000+00:00."""
    if isinstance(at, str) and len(at) == len(
        "2023-03-01 00:00:00.000000"
    ):  # SQLite: quicker than to read it
        return f"{at[:10]}T{at[11:]}+00:00"
    try:
        return moment_of(at).isoformat(timespec="microseconds")
    except ValueError:
        return str(at)
