"""Known devices: browsers in which a person has signed in before. Wrong passwords from elsewhere do not lock out
such a browser. The device grants nothing by itself; the password is still required."""

import hmac
import secrets

from sqlalchemy.orm import Session

from workflow.store.database import Office
from workflow.store.signatures import device_seal


def new_device(office: Office, key: str) -> str:
    """Return a new device token for the browser, which then counts as a known device of the person of that key."""
    number = secrets.token_hex(16)
    with office.reading() as db:
        return f"{number}.{device_seal(db, key, number)}"


def known_device(db: Session, key: str, kept: str) -> str | None:
    """The number of the device that keeps this, when it is one of that person; else None."""
    number, _, seal = kept.partition(".")
    expected = device_seal(db, key, number)
    return number if hmac.compare_digest(seal.encode("utf-8", "replace"), expected.encode()) else None
