"""Use cases on chain definitions: make one known to the office."""

import hashlib
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from definitions.chain import Chain
from workflow.actions.people import keeper
from workflow.domain.errors import AlreadyDone
from workflow.domain.events import Tag
from workflow.domain.language import say
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import (
    BodyRecord,
    ChainText,
)


def add_chain(office: Office, by: str, chain: Chain, *, now: datetime) -> str:
    """Register a chain's bodies, so that people can be seated before the first plan begins; a body that is known has the
    rules of this chain from now on (its reminders, open meetings, deadlines of minutes). A plan keeps its own chain. Returns
    the SHA-256 of the chain's text. Raises `NotAllowed`, `AlreadyDone` (a body's key belongs to another body)."""
    with office.writing() as db:
        who = keeper(db, by, now)
        kept = set(db.scalars(select(ChainText.sha256)))
        sha256 = adopt(db, chain)
        of_others = BodyRecord.key.in_([body.key for body in chain.bodies]) & (
            BodyRecord.chain_sha256 != sha256
        )
        renewed = db.scalars(select(BodyRecord.key).where(of_others)).all()
        db.execute(update(BodyRecord).where(BodyRecord.key.in_(renewed)).values(chain_sha256=sha256))
        if renewed or sha256 not in kept:
            record(db, Tag.CHAIN_ADDED, at=now, by=who.id, key=chain.key, title=chain.title, sha256=sha256)
        return sha256


def adopt(db: Session, chain: Chain) -> str:
    """Keep the chain's text, and its bodies so that people can be seated; returns the text's SHA-256."""
    text = chain.canonical_json()
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    if db.get(ChainText, sha256) is None:
        db.execute(insert(ChainText).values(sha256=sha256, key=chain.key, text=text))
    for body in chain.bodies:
        known = db.get(BodyRecord, body.key)
        if known is None:
            db.execute(insert(BodyRecord).values(key=body.key, name=body.name, chain_sha256=sha256))
        elif known.name != body.name:
            raise AlreadyDone(
                say(
                    "会議体ID「{key}」は既に「{body}」に使われています。策定の流れで別のIDを付けてください。",
                    key=body.key,
                    body=known.name,
                )
            )
    return sha256
