"""Secret tokens: made here, handed out once, and stored only as their SHA-256."""

import hashlib
import secrets


def new_token() -> str:
    """256 random bits, in signs that every mail program keeps in a link."""
    return secrets.token_hex(32)


def sha256(token: str) -> str:
    """Return the digest of a token, as stored in the database."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
