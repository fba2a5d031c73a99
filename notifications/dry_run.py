"""Before a step that sends mail: who will get what. The step itself is rehearsed, so what is shown is what
its own code would send."""

from collections.abc import Callable, Sequence
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
    """As `rehearse`, with the letters that those notices would be if they were sent now, each text once. Of invitations one
    stands for all, without its link; another with a secret link is not shown; nor what is not due any more, and what a
    broken template of the office keeps from being written."""
    last = _last_event(office)
    mails: list[tuple[Kind, Contact]] = []
    readers: dict[tuple[str, str], list[str]] = {}
    invitations: list[LetterShown] = []

    def look(db: Session) -> None:
        mails.extend(notices.told_of(db, last))
        writer = LetterWriter(db, now)
        for about in notices.subjects_of(db, last):
            try:
                letter = replace(writer.letter(about), log=None)
                if letter.kind is Kind.INVITATION:
                    hidden = replace(letter, context={**letter.context, "token": _HIDDEN})
                    shown = stationery.subject(hidden), stationery.text(hidden)
                    invitations.append(LetterShown(*shown, (about.name,)))
                elif not letter.kind.bears_link:
                    shown = stationery.subject(letter), stationery.text(letter)
                    readers.setdefault(shown, []).append(about.name)
            except (NoLongerDue, Unwritable):
                continue

    act(DryRunOffice(office, look))
    letters = [LetterShown(subject, text, tuple(to)) for (subject, text), to in readers.items()]
    return mails, [*letters, *_one_for_all(invitations)]


_HIDDEN = "…"
"""Stands for the secret of a link where a letter is shown to another than its reader."""


def _one_for_all(letters: Sequence[LetterShown]) -> Sequence[LetterShown]:
    """The first of several letters that differ in their reader's name and key alone, to all of them."""
    if not letters:
        return ()
    return (replace(letters[0], to=tuple(name for each in letters for name in each.to)),)


def _last_event(office: Office) -> int:
    with office.reading() as db:
        return db.scalar(select(func.max(Event.seq))) or 0
