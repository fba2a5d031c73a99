"""People who are away, and the deputies that their tasks and mail reach in that time (代理期間)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from workflow.queries.actor import has_left, in_term
from workflow.queries.people import Contact
from workflow.store.tables import Deputy, Person


@dataclass(frozen=True, slots=True)
class Cover:
    """A deputy who stands in for an absent person."""

    principal: Contact
    deputy: Contact


def covers(
    db: Session, day: date, *, deputy: int | None = None, principals: Collection[int] | None = None
) -> list[Cover]:
    """The absent people of that day and their deputies: those of one deputy, or of some people. One statement."""
    away, stands_in = aliased(Person), Person
    rows = select(away.id, away.key, away.name, away.email, Person.id, Person.key, Person.name, Person.email)
    rows = rows.select_from(Deputy).join(away, away.id == Deputy.principal_id)
    rows = rows.join(stands_in, stands_in.id == Deputy.deputy_id)
    rows = rows.where(Deputy.absence, in_term(Deputy, day), ~has_left(day)).order_by(Deputy.id)
    if deputy is not None:
        rows = rows.where(Deputy.deputy_id == deputy)
    if principals is not None:
        rows = rows.where(Deputy.principal_id.in_(principals))
    found = [Cover(Contact(*row[:4]), Contact(*row[4:])) for row in db.execute(rows)]
    return list(dict.fromkeys(found))
