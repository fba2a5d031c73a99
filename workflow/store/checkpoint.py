"""The result of the last verification of the record. It lies beside the documents and not in the database, so that
the next verification knows what this one found there."""

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from workflow.store import private_files

_FILE = "verified.json"
_MOMENTS = ("at", "everything_at")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Counts of a verification: of everything walked, and of the findings. `seq` and `hash` are of the last event of a record that was
    whole, this time or before. `after` is the number of the event up to which this verification trusted earlier ones, 0 when it
    looked at everything; `everything_at` is when one last did, None when that is not known."""

    at: datetime
    seq: int
    hash: str
    events: int
    rows: int
    documents: int
    findings: int
    after: int = 0
    everything_at: datetime | None = None


def last_checkpoint(store: Path) -> Checkpoint | None:
    """Return the last result; None before the first, and when the file is not one."""
    try:
        found = json.loads((store / _FILE).read_text("utf-8"))
        moments = {name: datetime.fromisoformat(found[name]) for name in _MOMENTS if found.get(name)}
        return Checkpoint(**{**found, **moments})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def keep_checkpoint(store: Path, result: Checkpoint) -> None:
    """Keep a result in the place of the last one."""
    private_files.make_folder(store)
    new = store / f".{_FILE}.{os.getpid()}"
    private_files.make_file(new)
    new.write_text(json.dumps(asdict(result), default=datetime.isoformat), "utf-8")
    new.replace(store / _FILE)
