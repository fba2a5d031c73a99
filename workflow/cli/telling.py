"""Before a step that sends mail: who will get what. The step itself is rehearsed, so what is shown is what
its own code would send."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from notifications import notices
from notifications.kinds import Kind
from workflow.cli import show
from workflow.office import Office, Rehearsal
from workflow.people import Seat
from workflow.records import Event

Done = TypeVar("Done")


def told(office: Office, act: Callable[[Office], Done], dry_run: bool) -> Done | None:
    """Say who will get which mail, then act; with `dry_run` only say it. Raises what the act raises."""
    mails = rehearse(office, act)
    if mails:
        show.table(
            "送られるお知らせ", ("種類", "氏名", "電子メール"), [(k.label, s.name, s.email) for k, s in mails]
        )
    else:
        show.say("送られるお知らせ: ありません。")
    return None if dry_run else act(office)


def rehearse(office: Office, act: Callable[[Office], object]) -> list[tuple[Kind, Seat]]:
    """Who would be told of what, if this were done."""
    with office.reading() as db:
        last = db.scalar(select(func.max(Event.seq))) or 0
    mails: list[tuple[Kind, Seat]] = []

    def look(db: Session) -> None:
        mails.extend(notices.told_of(db, last))

    act(Rehearsal(office, look))
    return mails
