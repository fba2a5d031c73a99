"""The security log: kept apart from the events of the plans, and chained by hash like them. Each entry is also handed on
as a line of JSON to the office's own collector, where there is one."""

import json
import logging
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, text
from sqlalchemy.orm import Session

from workflow.domain.security import SecurityKind
from workflow.store import hash_chain
from workflow.store.hash_chain import Break, following, link
from workflow.store.tables import Person, Plan, Record, SecurityEntry

log = logging.getLogger(__name__)

_FIRST = "first security entry"


def enter(
    db: Session,
    kind: SecurityKind,
    *,
    at: datetime,
    by: int | None,
    plan: int | None = None,
    route: str = "",
    event: int | None = None,
) -> None:
    """Append one entry. The caller's transaction already excludes other writers."""
    connection = db.connection()
    last = connection.execute(_LAST).first()
    seq, before = following((last.seq, last.hash) if last else None)
    row = {"person_id": by, "kind": kind.value, "plan_id": plan, "route": route[:200], "event_seq": event}
    digest = link(before, seq, at, list(row.values()))
    connection.execute(_APPEND, {"seq": seq, "at": at, "hash": digest, **row})
    db.info.setdefault(_FIRST, seq)


def lines_entered(db: Session) -> list[str]:
    """Return the entries of this transaction as lines of JSON, each as its row stands. No statement where there is
    none."""
    if _FIRST not in db.info:
        return []
    return [_line(row) for row in db.connection().execute(_ENTERED, {"first": db.info[_FIRST]})]


def hand_on(collector: Path, lines: Iterable[str]) -> None:
    """Append the lines to the collector's file. What cannot be written is said in the program's output, and stops
    nobody: the log itself holds it."""
    try:
        # A pipe that nobody reads must not be waited for.
        handle = os.open(collector, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o640)
        try:
            for line in lines:
                whole = f"{line}\n".encode()
                if os.write(handle, whole) != len(whole):
                    raise OSError("the line was cut short")
        finally:
            os.close(handle)
    except OSError as error:
        log.error("SAKUTEI_SECURITY_LOG: %s", error)


def walk(connection: Connection) -> Iterator[tuple[Row[Any], Break | None]]:
    """Return each entry, oldest first, and what is broken in the chain there."""
    return hash_chain.walk(connection.execute(_ALL), lambda row: row[2:7])


def _line(row: Any) -> str:
    entry = {
        "seq": row.seq,
        "at": row.at.isoformat(timespec="microseconds"),
        "kind": row.kind,
        "person": row.person,
        "plan": row.plan,
        "route": row.route,
        "event": row.event_seq,
        "hash": row.hash,
    }
    return json.dumps(entry, ensure_ascii=False)


_ENTRY = Record.metadata.tables["security_entry"]
_LAST = select(_ENTRY.c.seq, _ENTRY.c.hash).order_by(_ENTRY.c.seq.desc()).limit(1)
_APPEND = insert(_ENTRY)
_ENTERED = (
    select(
        SecurityEntry.seq,
        SecurityEntry.at,
        SecurityEntry.kind,
        Person.key.label("person"),
        Plan.key.label("plan"),
        SecurityEntry.route,
        SecurityEntry.event_seq,
        SecurityEntry.hash,
    )
    .outerjoin(Person, Person.id == SecurityEntry.person_id)
    .outerjoin(Plan, Plan.id == SecurityEntry.plan_id)
    .where(SecurityEntry.seq >= bindparam("first"))
    .order_by(SecurityEntry.seq)
)
_ALL = text(
    "SELECT seq, at, person_id, kind, plan_id, route, event_seq, hash FROM security_entry ORDER BY seq"
).execution_options(yield_per=1000)
