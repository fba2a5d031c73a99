"""Shared by all tables: times in UTC, names of constraints, and the rows that never change."""

import json
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Date,
    DateTime,
    Dialect,
    MetaData,
    Text,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase

from definitions.words import Words
from workflow.domain.language import say

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

APPEND_ONLY = (
    "decision",
    "signoff",
    "vote",
    "step",
    "event",
    "declaration",
    "confirmation",
    "rsvp",
    "late_answer",
    "written_consent",
    "closing",
    "publication",
    "schedule_version",
    "speech",
    "security_entry",
    "inquiry_question",
    "inquiry_answer",
    "inquiry_remark",
    "inquiry_response",
)
"""Tables whose rows are never changed or deleted."""

UNPROVEN = {
    "event": "the log itself, chained by hash",
    "security_entry": "a log of its own, chained by hash",
    "touched": "empty outside of a transaction",
    "plan_watch": "found anew each day from the record; nothing rests on it",
    "spread_proposal": "a proposal that changes nothing until a person takes it; only the newest is kept",
    "search_entry": "the index of the search, made from the record and made anew at any time",
    "search_piece": "a piece of a text in the index of the search",
    "cursor": "a position that moves with every round",
    "pulse": "a mark of every round",
    "delivery": "changes with every try to send; no mail decides anything",
    "held_event": "changes with every try to make a notice; no mail decides anything",
    "set_aside_mail": "from outside, and only the newest are kept",
    "sign_in": "sessions, which come and go",
    "late_form": "one person's form that was not recorded, replaced by the next and gone after a day",
    "authenticator": "moves on with every code that is used",
    "passkey": "its count moves on with every use; an event tells of each that was added or removed",
    "passkey_challenge": "random values, each deleted when it is answered",
    "recovery_code": "secrets, each deleted when it is used",
    "failed_sign_in": "a counter",
    "public_try": "a counter",
    "link_token": "a secret of one mail, revoked by deleting it",
    "sitting_draft": "one person's draft, replaced by each save; what is recorded of it has its own events",
    "agenda_mark": "a reader's note to themselves, changed in place; it decides nothing",
    "rsvp_link": "a secret of one mail, revoked by deleting it",
    "mailed_link": "leave to set a password, which ends with its tokens",
    "answered_call": "answers kept for some days, for a caller that asks again",
    "office_secret": "made with the database, before the first event",
}
"""Tables whose rows no event names, and why. Those of every other table are proven: see `workflow.store.proof`."""


class Utc(TypeDecorator[datetime]):
    """A moment in UTC: aware in Python, whichever database keeps it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs its time zone: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_OURS = '{"text": '


class Sentence(TypeDecorator[str]):
    """A message of the program, stored with its message id and values and translated for each reader. Text
    without them is stored unchanged."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        # A text of others that looks like a sentence of ours is kept as one without values, which says the text.
        ours = value if isinstance(value, Words) else Words(value, value, {})
        return (
            json.dumps(_kept(ours), ensure_ascii=False) if ours is value or value.startswith(_OURS) else value
        )

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return json.loads(value, object_hook=_said) if value and value.startswith(_OURS) else value


def _kept(value: object) -> object:
    if isinstance(value, Words):
        return {"text": value.text, "values": {name: _kept(each) for name, each in value.values.items()}}
    return value if isinstance(value, str | int) else str(value)


def _said(kept: dict[str, Any]) -> dict[str, Any] | Words:
    return say(kept["text"], **kept["values"]) if kept.keys() == {"text", "values"} else kept


class Record(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012
        datetime: Utc,
        date: Date,
        dict[str, Any]: JSON,
        list[str]: JSON,
        list[int]: JSON,
        list[Any]: JSON,
    }
