"""The signature of the head of the log, by the office's key. That lies outside the database and its backups: whoever
rewrites the database cannot sign what they made of it."""

import hashlib
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from workflow.store.office_key import key_in, made_key


def sign(file: Path, seq: int, digest: str) -> str:
    """The signature of the head of the log; the key is made when there is none. Raises `Unwritable`."""
    return b64encode(signature_of(file, _told(seq, digest))).decode()


def signature_of(file: Path, message: bytes) -> bytes:
    """The signature of the message, 64 bytes; the key is made when there is none. Raises `Unwritable`."""
    return made_key(file).sign(message)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key by which anybody checks the signatures, as PEM, and the SHA-256 of its DER, by which people compare it."""

    pem: str
    fingerprint: str


def public_key(file: Path) -> PublicKey:
    """The public part of the key, which is made when there is none. Raises `Unwritable`."""
    key = made_key(file).public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode().strip()
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return PublicKey(pem, hashlib.sha256(der).hexdigest())


def is_signed(file: Path, seq: int, digest: str, signature: str) -> bool:
    """Return whether the signature of that head was made by the key in the file. Raises `BadInput` when there is none."""
    try:
        key_in(file).public_key().verify(b64decode(signature), _told(seq, digest))
    except (InvalidSignature, ValueError):
        return False
    return True


def _told(seq: int, digest: str) -> bytes:
    return f"sakutei log head\n{seq}\n{digest}".encode()
