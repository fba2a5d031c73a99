"""The result of the last verification of the record. It lies beside the documents and not in the database, so that
the next verification knows what this one found there."""

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from workflow.store import private_files

_FILE = "verified.json"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Counts of a verification: of everything walked, and of the findings. `seq` and `hash` are of the last event of a record that was
    whole, this time or before."""

    at: datetime
    seq: int
    hash: str
    events: int
    rows: int
    documents: int
    findings: int


def last_checkpoint(store: Path) -> Checkpoint | None:
    """Return the last result; None before the first, and when the file is not one."""
    try:
        found = json.loads((store / _FILE).read_text("utf-8"))
        return Checkpoint(**{**found, "at": datetime.fromisoformat(found["at"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def keep_checkpoint(store: Path, result: Checkpoint) -> None:
    """Keep a result in the place of the last one."""
    private_files.make_folder(store)
    new = store / f".{_FILE}.{os.getpid()}"
    private_files.make_file(new)
    new.write_text(json.dumps({**asdict(result), "at": result.at.isoformat()}), "utf-8")
    new.replace(store / _FILE)
