"""Files that were sent and wait for their sender to confirm: kept beside the store for an hour, for that person alone."""

import json
import re
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workflow.domain.errors import NotNow
from workflow.domain.language import say
from workflow.store import private_files
from workflow.store.files import Arriving, noticing_a_full_disk

LONGEST_WAIT = 60 * 60
"""The longest time the files are kept, in seconds."""

_WAITING = ".waiting-"
_NAMES = "names.json"
_WORD = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A file that waits: the name it was sent under, and where it is."""

    name: str
    path: Path


def keep_waiting(store: Path, owner: str, sent: Iterable[tuple[str, Arriving]]) -> str:
    """Keep the files until their owner confirms, in this order, and return the word by which they are found again. Those
    nobody came back for are taken away."""
    _take_away_what_was_left(store)
    word = secrets.token_hex(16)
    folder = store / f"{_WAITING}{word}"
    names = []
    try:
        with noticing_a_full_disk():
            private_files.make_folder(folder)
            for number, (name, content) in enumerate(sent):
                content.flush()
                content.path.replace(folder / str(number))
                names.append(name)
            (folder / _NAMES).write_text(json.dumps({"owner": owner, "names": names}))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return word


@contextmanager
def taken_up(store: Path, owner: str, word: str) -> Iterator[list[WaitingFile]]:
    """The files of that word, as they were kept; they are gone afterwards. Raises `NotNow` when they are gone already,
    or another's."""
    folder = store / f"{_WAITING}{word}"
    mine = folder.with_name(f"{folder.name}-taken")
    try:
        kept = json.loads((folder / _NAMES).read_text()) if _WORD.fullmatch(word) else {}
        if kept.get("owner") != owner:
            raise FileNotFoundError
        folder.rename(mine)  # of two who come at once, one has it
    except FileNotFoundError:
        raise NotNow(
            "登録",
            say("送ったファイル"),
            "検査してから時間がたったか、既に登録されています。もう一度送ってください。",
        ) from None
    try:
        yield [WaitingFile(name, mine / str(number)) for number, name in enumerate(kept["names"])]
    finally:
        shutil.rmtree(mine, ignore_errors=True)


def _take_away_what_was_left(store: Path) -> None:
    for folder in store.glob(f"{_WAITING}*"):
        if time.time() - folder.stat().st_mtime > LONGEST_WAIT:
            shutil.rmtree(folder, ignore_errors=True)
