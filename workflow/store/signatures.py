"""HMACs with the office's secret: receipt numbers, anonymous sender ids, known devices, owners of passkeys."""

import hashlib
import hmac
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.domain.addresses import subscriber
from workflow.store.tables import OfficeSecret


def sender_mark(db: Session, address: str, day: date) -> str:
    """A mark that identifies the same sender within one day without naming them. It differs on the next day and
    in another office."""
    return _seal(db, f"sender {day} {subscriber(address)}")


def receipt_seal(db: Session, receipt: str) -> str:
    """Shows that the receipt number was given out by this office."""
    return _seal(db, f"receipt {receipt}")[:24]


def device_seal(db: Session, key: str, number: str) -> str:
    """Shows that the person of that key has signed in on the device of that number before."""
    return _seal(db, f"device {key} {number}")


def user_handle(db: Session, person: int) -> bytes:
    """The value by which an authenticator knows whose passkey it keeps. It says nothing about the person."""
    return bytes.fromhex(_seal(db, f"passkeys of {person}"))


def _seal(db: Session, words: str) -> str:
    secret = db.scalars(select(OfficeSecret.value)).one()
    return hmac.new(secret.encode(), words.encode(), hashlib.sha256).hexdigest()
