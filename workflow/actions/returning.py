"""The rule on who returns (異動・退職): what let them in before they left stays ended. Their password and the binding to
the provider stand, since they have to give these again."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.actions.calendar_feeds import revoke_feeds
from workflow.actions.invitations import end_links
from workflow.actions.passwords import end_sessions
from workflow.actions.tokens import revoke_tokens
from workflow.domain.calendar import tokyo_day
from workflow.queries.actor import has_left
from workflow.store.tables import Person


def end_what_was_left(db: Session, person: int, now: datetime, *, by: int) -> None:
    """End the sessions, mailed links, tokens and feeds of a person who has left, before they hold anything again. Does
    nothing to who has not."""
    if db.scalar(select(Person.id).where(Person.id == person, has_left(tokyo_day(now)))) is None:
        return
    end_sessions(db, person)
    end_links(db, person)
    revoke_tokens(db, person, now, by=by)
    revoke_feeds(db, person, now, by=by)
