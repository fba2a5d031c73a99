"""The envelope of a backup: shows by itself that every byte is there and as it was written, and with a key is read by
nobody else. Both forms are streams, so that no backup is ever held in memory whole."""

import hashlib
import hmac
import os
from io import RawIOBase
from pathlib import Path
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from workflow.domain.errors import BackupUnusable, BadInput
from workflow.domain.language import say
from workflow.store import private_files

SHORTEST_KEY = 32
"""The shortest content of a key file, in bytes: a random one is asked for, and not a word that a person remembers."""

_ENCRYPTED = b"sakutei-backup-encrypted-1\n"
_PLAIN = b"sakutei-backup-plain-1\n"
_PIECE = 64 * 1024
_SALT = _DIGEST = 32
_TAG = 16


class Envelope(Protocol):
    """A stream to write a backup to; `finish` writes what shows that it is whole."""

    def write(self, content: bytes, /) -> int: ...
    def finish(self) -> None: ...


def read_key(place: Path | None) -> bytes | None:
    """The key in the file, None without a file. Raises `BadInput`, which never says what is in the file."""
    if place is None:
        return None
    try:
        key = private_files.secret_in(place).strip()
    except OSError as error:
        raise BadInput(
            say("鍵のファイル「{place}」", place=place),
            "読めません",
            "SAKUTEI_BACKUP_KEY_FILE の場所と権限を確かめてください。",
        ) from error
    if len(key) < SHORTEST_KEY:
        raise BadInput(
            say("鍵のファイル「{place}」", place=place),
            say("鍵が {shortest} 文字より短いです", shortest=SHORTEST_KEY),
            "`openssl rand -base64 32` などで作ったものを使ってください。",
        )
    return key


def sealed(to: BinaryIO, key: bytes | None) -> Envelope:
    """Begin a backup: encrypted when there is a key."""
    return _Plain(to) if key is None else _Encrypted(to, key)


def opened(backup: BinaryIO, key: bytes | None) -> RawIOBase:
    """Read what is in the envelope, from its beginning. At any place raises `BackupUnusable` where it is not what was
    written; it is whole once it was read to the end."""
    backup.seek(0)
    first = backup.readline(100)
    if first == _PLAIN and key is None:
        return _PlainReader(backup)
    if first == _PLAIN:  # which anybody could have put in the place of an encrypted one
        raise BackupUnusable(
            "暗号化されていません",
            "鍵を使わずに作ったものに間違いなければ、SAKUTEI_BACKUP_KEY_FILE の指定を外して復元してください。",
        )
    if first == _ENCRYPTED and key is not None:
        return _EncryptedReader(backup, key)
    if first == _ENCRYPTED:
        raise BackupUnusable(
            "暗号化されています", "作ったときの鍵のファイルを SAKUTEI_BACKUP_KEY_FILE で指定してください。"
        )
    raise BackupUnusable(
        "Sakutei のバックアップではありません", "`sakutei backup` で作ったファイルを指定してください。"
    )


def damaged() -> BackupUnusable:
    return BackupUnusable(
        "途中で切れているか、書き換えられています", "別の日のバックアップか、別の場所の写しを使ってください。"
    )


class _Plain:
    """The content, and after it the SHA-256 of everything before."""

    def __init__(self, to: BinaryIO) -> None:
        self._to, self._digest = to, hashlib.sha256()
        self.write(_PLAIN)

    def write(self, content: bytes, /) -> int:
        self._digest.update(content)
        return self._to.write(content)

    def finish(self) -> None:
        self._to.write(self._digest.digest())


class _PlainReader(RawIOBase):
    def __init__(self, backup: BinaryIO) -> None:
        self._backup, self._digest = backup, hashlib.sha256(_PLAIN)
        self._left = os.fstat(backup.fileno()).st_size - len(_PLAIN) - _DIGEST

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        content = self._backup.read(min(len(buffer), max(self._left, 0)))
        self._left -= len(content)
        self._digest.update(content)
        buffer[: len(content)] = content
        if not content and not hmac.compare_digest(self._backup.read(_DIGEST + 1), self._digest.digest()):
            raise damaged()
        return len(content)


class _Encrypted:
    """AES-256-GCM in pieces, by a key made for this backup alone. The nonce of a piece is its number and whether it is
    the last, so that none can be moved, taken away or cut off."""

    def __init__(self, to: BinaryIO, key: bytes) -> None:
        salt = os.urandom(_SALT)
        self._to, self._cipher, self._number, self._waiting = to, _cipher(key, salt), 0, bytearray()
        to.write(_ENCRYPTED + salt)

    def write(self, content: bytes, /) -> int:
        self._waiting += content
        while len(self._waiting) > _PIECE:
            self._put(bytes(self._waiting[:_PIECE]), last=False)
            del self._waiting[:_PIECE]
        return len(content)

    def finish(self) -> None:
        self._put(bytes(self._waiting), last=True)

    def _put(self, piece: bytes, *, last: bool) -> None:
        self._to.write(self._cipher.encrypt(_nonce(self._number, last=last), piece, _ENCRYPTED))
        self._number += 1


class _EncryptedReader(RawIOBase):
    def __init__(self, backup: BinaryIO, key: bytes) -> None:
        self._backup, self._cipher, self._number = backup, _cipher(key, backup.read(_SALT)), 0
        self._coming: bytes | None = backup.read(_PIECE + _TAG)
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        while not self._ready and self._coming is not None:
            self._ready = memoryview(self._next(self._coming))
        content = self._ready[: len(buffer)]
        self._ready = self._ready[len(content) :]
        buffer[: len(content)] = content
        return len(content)

    def _next(self, piece: bytes) -> bytes:
        following = self._backup.read(_PIECE + _TAG)
        try:
            content = self._cipher.decrypt(_nonce(self._number, last=not following), piece, _ENCRYPTED)
        except InvalidTag:
            if self._number == 0:
                raise BackupUnusable(
                    "鍵が違うか、ファイルが壊れています", "作ったときの鍵のファイルを指定してください。"
                ) from None
            raise damaged() from None
        self._number += 1
        self._coming = following or None
        return content


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), length=32, salt=salt, info=_ENCRYPTED).derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
