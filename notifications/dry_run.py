"""Before a step that sends mail: who will get what. The step itself is rehearsed, so what is shown is what
its own code would send."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from notifications import notices
from notifications.composing import Stationery
from notifications.kinds import Kind
from notifications.messages import LetterWriter
from notifications.subjects import NoLongerDue
from workflow.domain.errors import Unwritable
from workflow.queries.people import Contact
from workflow.store.database import DryRunOffice, Office
from workflow.store.tables import Event


@dataclass(frozen=True, slots=True)
class LetterShown:
    """A letter as the people `to` whom it goes will read it."""

    subject: str
    text: str
    to: tuple[str, ...]


def rehearse(office: Office, act: Callable[[Office], object]) -> list[tuple[Kind, Contact]]:
    """Run the act without keeping its changes, and return the notices it would send. Raises the act's errors."""
    last = _last_event(office)
    mails: list[tuple[Kind, Contact]] = []

    def look(db: Session) -> None:
        mails.extend(notices.told_of(db, last))

    act(DryRunOffice(office, look))
    return mails


def rehearse_letters(
    office: Office, act: Callable[[Office], object], stationery: Stationery, now: datetime
) -> tuple[list[tuple[Kind, Contact]], list[LetterShown]]:
    """As `rehearse`, with the letters that those notices would be if they were sent now, each text once. One with a secret
    link is not shown; nor what is not due any more, and what a broken template of the office keeps from being written."""
    last = _last_event(office)
    mails: list[tuple[Kind, Contact]] = []
    readers: dict[tuple[str, str], list[str]] = {}

    def look(db: Session) -> None:
        mails.extend(notices.told_of(db, last))
        writer = LetterWriter(db, now)
        for about in notices.subjects_of(db, last):
            try:
                letter = replace(writer.letter(about), log=None)
                if not letter.kind.bears_link:
                    shown = stationery.subject(letter), stationery.text(letter)
                    readers.setdefault(shown, []).append(about.name)
            except (NoLongerDue, Unwritable):
                continue

    act(DryRunOffice(office, look))
    return mails, [LetterShown(subject, text, tuple(to)) for (subject, text), to in readers.items()]


def _last_event(office: Office) -> int:
    with office.reading() as db:
        return db.scalar(select(func.max(Event.seq))) or 0
