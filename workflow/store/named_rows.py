"""The rows that events name, with the hash that the last of them gives: in a temporary file, since an office may have
more rows than memory holds."""

import json
import sqlite3
from collections.abc import Iterator


class NamedRows:
    """Add the events in their order. A row that was named as deleted has no hash."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.execute(
            "CREATE TABLE named (name TEXT, key TEXT, seq INTEGER, hash TEXT, PRIMARY KEY (name, key)) WITHOUT ROWID"
        )
        self._file.execute("BEGIN")

    def add(self, seq: int, wrote: str) -> None:
        """`wrote` is as an event holds it. Raises `ValueError` when it is none."""
        rows = [
            (name, key, seq, digest)
            for name, keys in json.loads(wrote).items()
            for key, digest in keys.items()
        ]
        self._file.executemany("INSERT OR REPLACE INTO named VALUES (?, ?, ?, ?)", rows)

    def hash_of(self, table: str, key: str) -> str | None:
        """Return the hash of a row; None when no event names it, or the last one deleted it."""
        found = self._file.execute(
            "SELECT hash FROM named WHERE name = ? AND key = ?", (table, key)
        ).fetchone()
        return found[0] if found else None

    def take(self, table: str, key: str) -> tuple[int, str | None] | None:
        """Return the last event that names a row and its hash there, once; None when none does."""
        taking = "DELETE FROM named WHERE name = ? AND key = ? RETURNING seq, hash"
        return next(self._file.execute(taking, (table, key)), None)

    def keys(self, table: str) -> Iterator[str]:
        """Return the keys of a table's rows that are named, in an order; they may be taken meanwhile."""
        following = "SELECT key FROM named WHERE name = ? AND key > ? ORDER BY key LIMIT 1"
        key = ""
        while found := self._file.execute(following, (table, key)).fetchone():
            (key,) = found
            yield key

    def left(self, table: str) -> Iterator[tuple[str, int]]:
        """Return the rows of a table that should stand and were not taken: their keys, and the last event of each."""
        yield from self._file.execute(
            "SELECT key, seq FROM named WHERE name = ? AND hash IS NOT NULL ORDER BY seq", (table,)
        )
