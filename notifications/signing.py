"""The key by which the office signs the head of its log. It lies outside the database and its backups: whoever rewrites
the database cannot sign what they made of it."""

import hashlib
import os
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from workflow.domain.errors import BadInput, Unwritable
from workflow.store import private_files


def sign(file: Path, seq: int, digest: str) -> str:
    """The signature of the head of the log; the key is made when there is none. Raises `Unwritable`."""
    return b64encode(_made_key(file).sign(_told(seq, digest))).decode()


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key by which anybody checks the signatures, as PEM, and the SHA-256 of its DER, by which people compare it."""

    pem: str
    fingerprint: str


def public_key(file: Path) -> PublicKey:
    """The public part of the key, which is made when there is none. Raises `Unwritable`."""
    key = _made_key(file).public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode().strip()
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return PublicKey(pem, hashlib.sha256(der).hexdigest())


def is_signed(file: Path, seq: int, digest: str, signature: str) -> bool:
    """Return whether the signature of that head was made by the key in the file. Raises `BadInput` when there is none."""
    try:
        _key(file).public_key().verify(b64decode(signature), _told(seq, digest))
    except (InvalidSignature, ValueError):
        return False
    return True


def _made_key(file: Path) -> Ed25519PrivateKey:
    try:
        if not file.exists():
            _make(file)
        return _key(file)
    except (OSError, BadInput) as error:
        raise Unwritable(
            "記録に署名する鍵",
            "読み書きできません",
            "SAKUTEI_SIGNING_KEY の置き場所を直してください。直れば、待っているメールは自動で送られます。",
        ) from error


def _told(seq: int, digest: str) -> bytes:
    return f"sakutei log head\n{seq}\n{digest}".encode()


def _key(file: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except (OSError, ValueError) as error:
        raise BadInput(
            "記録に署名する鍵", "読めません", "SAKUTEI_SIGNING_KEY の置き場所を確かめてください。"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInput(
            "記録に署名する鍵",
            "Ed25519 の鍵ではありません",
            "SAKUTEI_SIGNING_KEY の置き場所を確かめてください。",
        )
    return key


def _make(file: Path) -> None:
    """Whole or not at all, and once: another process may make it too."""
    private_files.make_folder(file.parent)
    new = file.with_name(f".{file.name}.{os.getpid()}")
    private_files.make_file(new)
    new.write_bytes(
        Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    try:
        os.link(new, file)
    except FileExistsError:
        pass
    finally:
        new.unlink()
