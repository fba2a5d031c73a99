"""The file store: documents by their SHA-256. None is ever held in memory whole."""

import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from io import BufferedRandom, FileIO
from pathlib import Path
from typing import IO, TYPE_CHECKING

from workflow.domain.errors import BadInput, DocumentDamaged, StorageFull
from workflow.domain.language import say
from workflow.store import private_files

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

LARGEST = 200 * 1024 * 1024
"""The largest document taken, in bytes."""

REMEMBERED = 600
"""Time for which the hash of a document is believed that the system says nobody wrote to, in seconds: longer, and what
a failing disk changed would not be noticed."""

_SETTLED = 2
"""Time in which two writes may look like one to the system, in seconds."""

_ARRIVING = ".arriving-"


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def noticing_a_full_disk() -> Iterator[None]:
    """Raises `StorageFull` where the system says that there is no room."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull from error
        raise


class _Noticing(FileIO):
    def write(self, content: "ReadableBuffer", /) -> int:
        with noticing_a_full_disk():
            return super().write(content)


class Arriving(BufferedRandom):
    """A document on its way: a file of its own beside the store, for its owner alone, that is gone when it is closed
    without having been kept. Write to it from the beginning to the end."""

    def __init__(self, descriptor: int, path: Path) -> None:
        super().__init__(_Noticing(descriptor, "r+"))
        self.path = path
        self.size = 0
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def write(self, content: "ReadableBuffer", /) -> int:
        """Raises `BadInput` when the document becomes too large."""
        self.size += memoryview(content).nbytes
        if self.size > LARGEST:
            raise BadInput(
                "文書",
                "ファイルが大きすぎます",
                say("{megabytes} MB 以内のファイルにしてください。", megabytes=LARGEST // 1024 // 1024),
            )
        self._digest.update(content)
        return super().write(content)

    def close(self) -> None:
        # Bytes that found no room are of no use to anybody.
        with suppress(StorageFull):
            super().close()
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Kept:
    """A document that is in the store already. `size` is in bytes."""

    sha256: str
    size: int


def arriving(store: Path) -> Arriving:
    """A document to be written. What a crash left of earlier ones is taken away."""
    with noticing_a_full_disk():
        private_files.make_folder(store)
    take_away_what_was_left(store, _ARRIVING)
    with noticing_a_full_disk():
        descriptor, name = tempfile.mkstemp(prefix=_ARRIVING, dir=store)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return Arriving(descriptor, Path(name))


def to_be_sent(store: Path) -> IO[bytes]:
    """A file to be written and sent, on the disk of the documents, for it may be large. Its name is gone at once, its bytes when
    it is closed. Before the first document there is no store: it is made."""
    with noticing_a_full_disk():
        private_files.make_folder_if_missing(store)
        return tempfile.TemporaryFile(dir=store)


def keep(store: Path, content: bytes | Arriving | Kept) -> str:
    """Put the document under its SHA-256, durably, and return it. A file already there is not rewritten, unless it
    no longer matches its name. Raises `BadInput` when it is empty or too large."""
    measured(content)
    if isinstance(content, Kept):
        return content.sha256
    if isinstance(content, bytes):
        with arriving(store) as document:
            document.write(content)
            return keep(store, document)
    place = path_of(store, content.sha256)
    if place.exists() and _sha256_of(place) == content.sha256:
        return content.sha256
    content.flush()
    with noticing_a_full_disk():
        os.fsync(content.fileno())
        private_files.make_folder(place.parent)
        content.path.replace(place)
        sync_folder(place.parent)
    return content.sha256


def measured(content: bytes | Arriving | Kept) -> Kept:
    """The document as it would be kept, without keeping it. Raises `BadInput` when it is empty."""
    if isinstance(content, Kept):
        return content
    size = len(content) if isinstance(content, bytes) else content.size
    if not size:
        raise BadInput("文書", "ファイルが空です", "内容のあるファイルを指定してください。")
    sha256 = hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else content.sha256
    return Kept(sha256, size)


def keep_file(store: Path, file: Path) -> Kept:
    """Put a copy of the file into the store. Raises as `keep`."""
    with file.open("rb") as opened, arriving(store) as document:
        shutil.copyfileobj(opened, document)
        return Kept(keep(store, document), document.size)


def stand_in(store: Path, file: Path) -> Kept:
    """Let the file stand in a store that is thrown away, without a copy."""
    sha256 = _sha256_of(file)
    place = path_of(store, sha256)
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        place.symlink_to(file.resolve())
    return Kept(sha256, file.stat().st_size)


def read(store: Path, sha256: str) -> bytes:
    """The bytes of a document. Raises `DocumentDamaged`."""
    return checked(store, sha256).read_bytes()


def checked(store: Path, sha256: str) -> Path:
    """Return the path of a document, read whole. Raises `DocumentDamaged` when it is missing or changed."""
    return _checked(store, sha256, _sha256_of)


def to_send(store: Path, sha256: str) -> Path:
    """Return the path of a document to send, read whole once in `REMEMBERED` and when it was written to: anybody may
    ask for the text of a public comment byte by byte. Raises as `checked`."""
    return _checked(store, sha256, _sha256_as_it_lies)


def _checked(store: Path, sha256: str, sha256_of: Callable[[Path], str]) -> Path:
    place = path_of(store, sha256)
    try:
        found = sha256_of(place)
    except OSError as error:
        raise DocumentDamaged(sha256, "見つかりません") from error
    if found != sha256:
        raise DocumentDamaged(sha256, "書き換えられています")
    return place


def made_of(store: Path, sha256: str, kind: str) -> bytes | None:
    """Return what was made of a document and kept beside it, such as its text; None when nothing of that kind was."""
    try:
        return _beside(store, sha256, kind).read_bytes()
    except FileNotFoundError:
        return None


def keep_made_of(store: Path, sha256: str, kind: str, content: bytes) -> None:
    """Keep what was made of a document beside it, for its owner alone. It can be made again at any time."""
    with arriving(store) as made:
        made.write(content)
        made.flush()
        made.path.replace(_beside(store, sha256, kind))


def _beside(store: Path, sha256: str, kind: str) -> Path:
    place = path_of(store, sha256)
    return place.with_name(f"{place.name}.{kind}")


def path_of(store: Path, sha256: str) -> Path:
    return store / sha256[:2] / sha256


def strangers(store: Path, known: Collection[str]) -> Iterator[Path]:
    """Return the files among the documents that nobody kept here: neither a known document, or made of one, nor one of
    an upload that came to nothing, which is still its hash."""
    for path in sorted(store.glob("[0-9a-f][0-9a-f]/*")):
        name = path.name[:_DIGITS]
        if name not in known and not (path_of(store, name) == path and _sha256_of(path) == name):
            yield path


_DIGITS = 64


def take_away_what_was_left(folder: Path, beginning: str) -> None:
    """Delete the files of that beginning that a crash left. One is locked for as long as somebody writes it; a new one is
    not locked at once."""
    for path in folder.glob(f"{beginning}*"):
        with suppress(OSError), path.open("rb") as left:
            if time.time() - path.stat().st_mtime > 5:
                fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()


def sync_folder(folder: Path) -> None:
    """Let the names in the folder reach the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256_as_it_lies(place: Path) -> str:
    lies, now = place.stat(), time.time()
    if now - lies.st_ctime < _SETTLED:
        return _sha256_of(place)
    written = (lies.st_dev, lies.st_ino, lies.st_size, lies.st_mtime_ns, lies.st_ctime_ns)
    return _sha256_remembered(place, written, int(now // REMEMBERED))


@lru_cache(maxsize=1000)
def _sha256_remembered(place: Path, written: tuple[int, ...], turn: int) -> str:
    return _sha256_of(place)


def _sha256_of(place: Path) -> str:
    with place.open("rb") as document:
        return hashlib.file_digest(document, "sha256").hexdigest()
