"""The result of the last verification of the record. It lies beside the documents and not in the database, so that
the next verification knows what this one found there."""

import hmac
import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from workflow.domain.errors import Unwritable
from workflow.store import office_key, private_files

_FILE = "verified.json"
_Count = Annotated[int, Field(ge=0, lt=2**63)]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Counts of a verification: of everything walked, and of the findings. `seq` and `hash` are of the last event of a record that was
    whole, this time or before. `after` is the number of the event up to which this verification trusted earlier ones, 0 when it
    looked at everything; `everything_at` is when one last did, None when that is not known. `mark` shows that the office's key
    was at hand, empty: it was not."""

    at: AwareDatetime
    seq: _Count
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    events: _Count
    rows: _Count
    documents: _Count
    findings: _Count
    after: _Count = 0
    everything_at: AwareDatetime | None = None
    mark: str = ""


_SHAPE = TypeAdapter(Checkpoint)


def last_checkpoint(store: Path) -> Checkpoint | None:
    """Return the last result; None before the first, and when the file is not one: others may have written it."""
    try:
        return _SHAPE.validate_json((store / _FILE).read_bytes(), strict=True)
    except (OSError, ValidationError):
        return None


def marked(result: Checkpoint, key_file: Path) -> Checkpoint:
    """The result with the mark of the office's key; without, where the key cannot be had."""
    try:
        return replace(result, mark=office_key.mark(key_file, _words(result)))
    except Unwritable:
        return result


def is_marked(result: Checkpoint, key_file: Path) -> bool:
    """Return whether the office's key marked the result as it stands."""
    return bool(result.mark) and hmac.compare_digest(marked(result, key_file).mark, result.mark)


def keep_checkpoint(store: Path, result: Checkpoint) -> None:
    """Keep a result in the place of the last one."""
    private_files.make_folder(store)
    new = store / f".{_FILE}.{os.getpid()}"
    private_files.make_file(new)
    new.write_bytes(_written(result))
    new.replace(store / _FILE)


def _words(result: Checkpoint) -> bytes:
    return _written(replace(result, mark=""))


def _written(result: Checkpoint) -> bytes:
    return json.dumps(asdict(result), default=datetime.isoformat).encode()
