"""The log in a dossier, from just before the plan's first event: the hash of every event, the plan's own events whole, and the rows
that they name. The hash of an event covers the whole of it, so that those of others cannot be recomputed without what they say: of
them there is the hash alone. What was written before the plan began says nothing of it, and an office has decades of it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from itertools import groupby, islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from notifications.signing import sign
from workflow.queries.plans import PlanFact
from workflow.store.event_log import covered_by_hash, hash_of, walk
from workflow.store.hash_chain import GENESIS
from workflow.store.tables import Event
from workflow.store.touched import ROWS_AT_ONCE, texts_of_keys
from workflow.wire.dossier.sealed_archive import SealedArchive

HEAD, HASHES, EVENTS, ROWS = "log/head.json", "log/hashes.txt", "log/events.jsonl", "log/rows.jsonl"

SHOWN = frozenset(
    {
        *("agenda_item", "chain_text", "comment_period", "condition", "confirmation", "confirmation_review"),
        *(
            "decision",
            "declaration",
            "document",
            "plan",
            "review",
            "schedule_version",
            "signoff",
            "step",
            "version",
        ),
    }
)
"""The tables whose rows are told whole: whoever reads the plan is shown them. Of others there is the hash alone."""

Named = dict[tuple[str, str], str | None]
"""The rows that the plan's events name, with the hash that the last of them gives; None: it was deleted."""


def add_log(archive: SealedArchive, db: Session, plan: PlanFact, key: Path) -> dict[str, Any]:
    """Add the log as it stands, and return what the list of the files says of it. Events are read and written one by one.
    Raises `Unwritable` when there is no key."""
    named, later = Named(), Named()
    broken: list[str] = []
    seq, head = _before(db, plan)
    events = 0
    with TemporaryFile() as kept:
        with archive.entry(HASHES) as hashes:
            hashes.write(f"{seq} {head}\n".encode())
            for event, problem in walk(db.connection(), after=seq):
                if problem is not None:
                    broken.append(problem.message)
                seq, head = event.seq, event.hash
                hashes.write(f"{seq} {head}\n".encode())
                rows = _named_by(event.wrote)
                if event.plan_id == plan.id:
                    events += 1
                    kept.write(_line({"seq": seq, "covered": covered_by_hash(event)}))
                    named |= rows
                    later = {row: digest for row, digest in later.items() if row not in rows}
                else:
                    later |= {row: digest for row, digest in rows.items() if row in named}
        kept.seek(0)
        with archive.entry(EVENTS) as entry:
            for line in kept:
                entry.write(line)
    with archive.entry(ROWS) as entry:
        for told in _rows(db.connection(), plan.id, named, later):
            entry.write(_line(told))
    end = {"seq": seq, "hash": head}
    signed = {**end, "signature": sign(key, seq, head), "broken": broken[:MOST_FINDINGS]}
    archive.add(HEAD, json.dumps(signed, ensure_ascii=False, indent=1))
    return {"head": end, "events": events}


def _before(db: Session, plan: PlanFact) -> tuple[int, str]:
    """The number and the hash of the event before the first of the plan; 0 and the beginning of every log where there is none."""
    first = db.scalar(select(func.min(Event.seq)).where(Event.plan_id == plan.id)) or 1
    return first - 1, hash_of(db.connection(), first - 1) or GENESIS


MOST_FINDINGS = 100
"""The most breaks of the chain that are told."""


def _named_by(wrote: str | None) -> Named:
    return {
        (table, key): digest
        for table, rows in json.loads(wrote or "{}").items()
        for key, digest in rows.items()
    }


def _rows(connection: Connection, plan: int, named: Named, later: Named) -> Iterator[dict[str, Any]]:
    """Each row named: its text where it is one to be shown, else why there is none. `later` are those that an event which
    is not the plan's wrote after it."""
    for table, found in groupby(sorted(named), key=lambda each: each[0]):
        while some := [key for _, key in islice(found, ROWS_AT_ONCE)]:
            texts = dict(texts_of_keys(connection, table, some))
            for key in some:
                row = (table, key)
                text = texts.get(key)
                expected = later.get(row, named[row])
                if expected is not None and text is None:
                    why = Why.LOST
                elif expected is None:
                    why = Why.ERASED if text is None else Why.CHANGED
                elif hashlib.sha256((text or "").encode()).hexdigest() != expected:
                    why = Why.CHANGED
                elif row in later:
                    why = Why.ELSEWHERE
                else:
                    shown = (text or "").partition("\n")[2]
                    if table in SHOWN and _is_of(json.loads(shown), plan):
                        yield {"table": table, "key": key, "row": shown, "why": ""}
                        continue
                    why = Why.WITHHELD
                yield {"table": table, "key": key, "row": None, "why": why.value}


class Why(StrEnum):
    """The reason why a row is not told: two that are meant, that other events than the plan's wrote it since, and what is a
    finding: it is lost, or not what its event wrote."""

    ERASED = "erased"
    WITHHELD = "withheld"
    ELSEWHERE = "elsewhere"
    LOST = "lost"
    CHANGED = "changed"


def _is_of(row: Mapping[str, Any], plan: int) -> bool:
    """Return whether the row is of no other plan."""
    return bool(row.get("plan_id", plan) == plan)


def _line(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told).encode() + b"\n"
