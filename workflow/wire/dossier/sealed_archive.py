"""An archive whose every file is listed with its SHA-256, and the list signed with the office's key. Nothing is held in memory
whole."""

import hashlib
import json
import shutil
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from os import SEEK_END
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from notifications.signing import public_key, signature_of
from workflow.domain.calendar import TOKYO
from workflow.store.files import noticing_a_full_disk

MANIFEST, SIGNATURE, KEY = "MANIFEST.json", "MANIFEST.sig", "public_key.pem"
FORMAT = 2


class Entry:
    """A file of the archive while it is written."""

    def __init__(self, kept: IO[bytes]) -> None:
        self._kept = kept
        self._digest = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def write(self, content: bytes) -> int:
        self._digest.update(content)
        self.size += len(content)
        with noticing_a_full_disk():
            return self._kept.write(content)


class SealedArchive:
    """Add its files, one after the other, then seal it. A name that is taken gets a number. `to` is open for reading too: the
    comment of the zip is a signature of every byte before it, so that nothing is changed between or around its files."""

    def __init__(self, to: IO[bytes], key: Path, at: datetime) -> None:
        self._zip = ZipFile(to, "w", ZIP_DEFLATED)
        self._zip.comment = _comment(bytes(64))
        self._to = to
        self._key = key
        self._at = at.astimezone(TOKYO).timetuple()[:6]
        self.files: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()
        if error is None:
            self._sign_the_whole()

    def _sign_the_whole(self) -> None:
        length, digest = len(self._zip.comment), hashlib.sha256()
        left = self._to.seek(0, SEEK_END) - length
        self._to.seek(0)
        while left and (piece := self._to.read(min(left, _A_PIECE))):
            digest.update(piece)
            left -= len(piece)
        signed = SIGNED_AS_WHOLE + digest.hexdigest().encode()
        self._to.seek(-length, SEEK_END)
        self._to.write(_comment(signature_of(self._key, signed)))

    @contextmanager
    def entry(self, name: str, *, packed: bool = True) -> Iterator[Entry]:
        """A file to be written; `packed` False: as it is, for what is packed already."""
        free = self._free(name)
        with self._opened(free, packed=packed) as kept:
            entry = Entry(kept)
            yield entry
        self.files[free] = {"size": entry.size, "sha256": entry.sha256}

    def add(self, name: str, content: bytes | str) -> None:
        with self.entry(name) as entry:
            entry.write(content.encode("utf-8", "replace") if isinstance(content, str) else content)

    def copy(self, name: str, file: Path) -> None:
        """Add a copy of the file, read piece by piece."""
        with file.open("rb") as opened, self.entry(name, packed=False) as entry:
            shutil.copyfileobj(opened, entry, _A_PIECE)

    def seal(self, about: Mapping[str, Any]) -> None:
        """Add the list of the files with what it is `about`, its signature, and the key that it is checked by. Raises
        `Unwritable` when there is no key."""
        self.add(KEY, f"{public_key(self._key).pem}\n")
        manifest = json.dumps(
            {"format": FORMAT, **about, "files": self.files}, ensure_ascii=False, indent=1
        ).encode()
        signature = signature_of(self._key, SIGNED_AS + manifest)
        for name, content in ((MANIFEST, manifest), (SIGNATURE, b64encode(signature) + b"\n")):
            with self._opened(name, packed=True) as kept:
                kept.write(content)

    def _opened(self, name: str, *, packed: bool) -> IO[bytes]:
        told = ZipInfo(name, self._at)
        told.compress_type = ZIP_DEFLATED if packed else ZIP_STORED
        told.external_attr = 0o644 << 16
        return self._zip.open(told, "w", force_zip64=True)

    def _free(self, name: str) -> str:
        stem, dot, suffix = name.rpartition(".")
        number = 1
        found = name
        while found in self.files:
            number += 1
            found = f"{stem}_{number}.{suffix}" if dot else f"{name}_{number}"
        return found


SIGNED_AS = b"sakutei dossier\n"
"""Stands before the list in what is signed, so that no other signature of the key is taken for it."""
SIGNED_AS_WHOLE = b"sakutei dossier zip\n"
"""The same before the SHA-256 of a whole zip, up to its comment."""
_A_PIECE = 1024 * 1024


def _comment(signature: bytes) -> bytes:
    return b"sakutei " + b64encode(signature)
