"""The secrets of authenticator apps: they lie sealed in the database, so that a copy of it alone makes no codes."""

from base64 import b32decode, b32encode
from pathlib import Path

from sqlalchemy import Connection, func, select, update

from workflow.store import office_key
from workflow.store.tables import Authenticator

PLAIN = 32
"""The length of a secret as apps take it: 20 bytes in base 32. Before they were sealed, they lay so; a sealed one has
twice as many characters."""


def sealed(key_file: Path, person: int, secret: str) -> str:
    """The secret of a person's app as the database keeps it. Raises `Unwritable`."""
    return office_key.sealed(key_file, b32decode(secret), _place(person))


def secret_of(key_file: Path, kept: Authenticator) -> str:
    """The secret that the app shares with us. Raises `Unwritable` when another key sealed it."""
    if len(kept.secret) == PLAIN:
        return kept.secret
    return b32encode(office_key.opened(key_file, kept.secret, _place(kept.person_id))).decode()


def seal_all(connection: Connection, key_file: Path) -> None:
    """Seal those that still lie as they are. Raises `Unwritable`."""
    plain = select(Authenticator.person_id, Authenticator.secret).where(
        func.length(Authenticator.secret) == PLAIN
    )
    for person, secret in connection.execute(plain).all():
        mine = update(Authenticator).where(Authenticator.person_id == person)
        connection.execute(mine.values(secret=sealed(key_file, person, secret)))


def _place(person: int) -> str:
    return f"authenticator {person}"
