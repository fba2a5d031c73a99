"""Before a step that sends mail: who will get what. The step itself is rehearsed, so what is shown is what
its own code would send."""

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from notifications import notices
from notifications.kinds import Kind
from workflow.queries.people import Contact
from workflow.store.database import DryRunOffice, Office
from workflow.store.tables import Event


def rehearse(office: Office, act: Callable[[Office], object]) -> list[tuple[Kind, Contact]]:
    """Run the act without keeping its changes, and return the notices it would send. Raises the act's errors."""
    with office.reading() as db:
        last = db.scalar(select(func.max(Event.seq))) or 0
    mails: list[tuple[Kind, Contact]] = []

    def look(db: Session) -> None:
        mails.extend(notices.told_of(db, last))

    act(DryRunOffice(office, look))
    return mails
