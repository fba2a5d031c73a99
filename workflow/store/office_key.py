"""The office's Ed25519 key, in a file outside the database and its backups: it signs the head of the log, and secrets that
lie in the database lie there under a key that is derived from it."""

import hashlib
import hmac
import os
from base64 import b64decode, b64encode
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from workflow.domain.errors import BadInput, Unwritable
from workflow.store import private_files

_NONCE = 12


def key_in(file: Path) -> Ed25519PrivateKey:
    """The key in the file. Raises `BadInput` when there is none."""
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


def made_key(file: Path) -> Ed25519PrivateKey:
    """The key in the file, which is made when there is none. Raises `Unwritable`."""
    try:
        if not file.exists():
            _make(file)
        return key_in(file)
    except (OSError, BadInput) as error:
        raise Unwritable(
            "記録に署名する鍵",
            "読み書きできません",
            "SAKUTEI_SIGNING_KEY の置き場所を直してください。直れば、待っているメールは自動で送られます。",
        ) from error


def sealed(file: Path, secret: bytes, place: str) -> str:
    """The secret as the database keeps it: encrypted (AES-256-GCM), and opened at its place alone. Raises
    `Unwritable`."""
    nonce = os.urandom(_NONCE)
    return b64encode(nonce + _cipher(file).encrypt(nonce, secret, place.encode())).decode()


def opened(file: Path, kept: str, place: str) -> bytes:
    """The secret that was sealed for that place. Raises `Unwritable` when this key did not."""
    held = b64decode(kept)
    try:
        return _cipher(file).decrypt(held[:_NONCE], held[_NONCE:], place.encode())
    except InvalidTag as error:
        raise Unwritable(
            "認証アプリ",
            "登録された控えを、この庁の鍵（SAKUTEI_SIGNING_KEY）では読めません",
            "予備のコードを使うか、システム管理者に二段階目の確認の解除を頼んで、登録し直してください。",
        ) from error


def mark(file: Path, words: bytes) -> str:
    """Shows that who has this key wrote the words. Raises `Unwritable`."""
    derived = HKDF(SHA256(), 32, None, b"sakutei results of verifications")
    return hmac.new(derived.derive(made_key(file).private_bytes_raw()), words, hashlib.sha256).hexdigest()


def _cipher(file: Path) -> AESGCM:
    derived = HKDF(SHA256(), 32, None, b"sakutei secrets in the database")
    return AESGCM(derived.derive(made_key(file).private_bytes_raw()))


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
