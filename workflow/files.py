"""The file store: documents by their SHA-256."""

import hashlib
import os
import tempfile
from pathlib import Path

from workflow import private
from workflow.errors import BadInput, DocumentDamaged
from workflow.language import say

LARGEST = 200 * 1024 * 1024
"""The largest document taken, in bytes."""


def keep(store: Path, content: bytes) -> str:
    """Write the bytes under their SHA-256, durably, and return it. A file already there is not rewritten,
    unless it no longer matches its name."""
    if not content:
        raise BadInput("文書", "ファイルが空です", "内容のあるファイルを指定してください。")
    if len(content) > LARGEST:
        raise BadInput(
            "文書",
            "ファイルが大きすぎます",
            say("{megabytes} MB 以内にしてください。", megabytes=LARGEST // 1024 // 1024),
        )
    sha256 = hashlib.sha256(content).hexdigest()
    place = path_of(store, sha256)
    if place.exists() and hashlib.sha256(place.read_bytes()).hexdigest() == sha256:
        return sha256
    private.make_folder(place.parent)
    with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as writing:
        writing.write(content)
        writing.flush()
        os.fsync(writing.fileno())
    Path(writing.name).replace(place)
    _sync_folder(place.parent)
    return sha256


def read(store: Path, sha256: str) -> bytes:
    """The bytes of a document. Raises `DocumentDamaged` when they are gone or changed."""
    try:
        content = path_of(store, sha256).read_bytes()
    except OSError as error:
        raise DocumentDamaged(sha256, "見つかりません") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DocumentDamaged(sha256, "書き換えられています")
    return content


def path_of(store: Path, sha256: str) -> Path:
    return store / sha256[:2] / sha256


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
