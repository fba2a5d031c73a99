"""The texts of stored documents and their comparisons: each is made once, and kept beside the document."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from workflow.domain import comparison, texts
from workflow.domain.comparison import (
    Comparison,
    Incomparable,
    compare,
    comparison_as_json,
    comparison_from_json,
)
from workflow.domain.texts import Text, Unreadable
from workflow.store import files

LONGEST_READING = 180
"""The longest time a document is read, in seconds; its own limit on a processor's time is shorter."""

LONGEST_WAIT = 20
"""The longest wait for others whose documents are read, in seconds."""

_ONE_AT_A_TIME = threading.Lock()

Made = TypeVar("Made")


class Busy(Exception):
    """Others' documents are being read."""


def text_of(store: Path, sha256: str) -> Text | Unreadable:
    """The text of a document, or why it has none. Raises `DocumentDamaged`."""
    try:
        return _made_once(
            store, sha256, "text.json", texts.FORMAT, _read_text, lambda: _extracted(store, sha256)
        )
    except Busy:
        return Unreadable.BUSY


def comparison_of(store: Path, old: str, new: str) -> Comparison | Incomparable:
    """Return the differences between two documents. Raises `DocumentDamaged`."""
    kind, version = f"{old}.comparison.json", [texts.FORMAT, comparison.FORMAT]
    if (kept := _kept(store, new, kind, version)) is not None:
        return comparison_from_json(kept)
    before, after = text_of(store, old), text_of(store, new)
    if isinstance(before, Unreadable) or isinstance(after, Unreadable):
        return Incomparable(*(each if isinstance(each, Unreadable) else None for each in (before, after)))
    try:
        return _made_once(
            store,
            new,
            kind,
            version,
            comparison_from_json,
            lambda: comparison_as_json(compare(before, after)),
        )
    except Busy:
        return Incomparable(None, Unreadable.BUSY)


def _made_once(
    store: Path, sha256: str, kind: str, version: Any, read: Callable[[Any], Made], make: Callable[[], Any]
) -> Made:
    """Return what is kept in this version; else made and kept, one at a time, for it takes a processor. Raises `Busy`."""
    kept = _kept(store, sha256, kind, version)
    if kept is None:
        with alone():
            kept = _kept(store, sha256, kind, version)
            if kept is None:
                kept = make()
                if kept != Unreadable.BUSY:
                    _keep(store, sha256, kind, {"format": version, "made": kept})
    return read(kept)


def _kept(store: Path, sha256: str, kind: str, version: Any) -> Any:
    """Return what is kept in this version; None when nothing is, or it cannot be read."""
    written = files.made_of(store, sha256, kind)
    with suppress(ValueError, KeyError, TypeError):
        if written is not None and (kept := json.loads(written))["format"] == version:
            return kept["made"]
    return None


def _keep(store: Path, sha256: str, kind: str, made: Any) -> None:
    """A store nobody can write to costs time, not the answer."""
    with suppress(OSError):
        files.keep_made_of(store, sha256, kind, json.dumps(made, ensure_ascii=False).encode())


@contextmanager
def alone() -> Iterator[None]:
    """One document is read at a time, for it takes a processor. Raises `Busy`."""
    if not _ONE_AT_A_TIME.acquire(timeout=LONGEST_WAIT):
        raise Busy
    try:
        yield
    finally:
        _ONE_AT_A_TIME.release()


def _read_text(kept: Any) -> Text | Unreadable:
    return Unreadable(kept) if isinstance(kept, str) else texts.from_json(kept)


def _extracted(store: Path, sha256: str) -> Any:
    return answer_of_reader("workflow.store.extraction", files.checked(store, sha256))


def answer_of_reader(module: str, document: Path, *about: str) -> Any:
    """Return the answer of a reading process. It knows nothing of the office: not its settings, not its secrets."""
    environment = {
        "PYTHONPATH": os.pathsep.join(path or "." for path in sys.path),
        "PYTHONIOENCODING": "utf-8",
    }
    command = [sys.executable, "-m", module, str(document.resolve()), *about]
    try:
        read = subprocess.run(command, env=environment, capture_output=True, timeout=LONGEST_READING)  # noqa: S603
    except subprocess.TimeoutExpired:
        return Unreadable.BUSY.value
    if read.returncode == 0:
        return json.loads(read.stdout)
    return _ENDED.get(read.returncode, Unreadable.BROKEN).value


_ENDED = {-signal.SIGXCPU: Unreadable.TOO_SLOW, -signal.SIGKILL: Unreadable.TOO_LARGE}
"""Why a process was ended from outside: it took too much of a processor, or of the memory."""
