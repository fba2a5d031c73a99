"""People who are away, and the deputies that their tasks and mail reach in that time (代理期間)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, bindparam, select
from sqlalchemy.orm import Session, aliased

from workflow.queries.actor import has_left, in_term
from workflow.queries.people import Contact
from workflow.store.database import connection_of
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
    asked: dict[str, Any] = {"day": day}
    statement = _COVERS
    if deputy is not None:
        statement, asked["deputy"] = _OF_DEPUTY, deputy
    elif principals is not None:
        statement, asked["principals"] = _OF_PRINCIPALS, list(principals)
    found = [
        Cover(Contact(*row[:4]), Contact(*row[4:])) for row in connection_of(db).execute(statement, asked)
    ]
    return list(dict.fromkeys(found))


_AWAY = aliased(Person)
_DAY = bindparam("day", type_=Date)
_COVERS = (
    select(_AWAY.id, _AWAY.key, _AWAY.name, _AWAY.email, Person.id, Person.key, Person.name, Person.email)
    .select_from(Deputy)
    .join(_AWAY, _AWAY.id == Deputy.principal_id)
    .join(Person, Person.id == Deputy.deputy_id)
    .where(Deputy.absence, in_term(Deputy, _DAY), ~has_left(_DAY))
    .order_by(Deputy.id)
)
"""Built once: it is asked in every round."""
_OF_DEPUTY = _COVERS.where(Deputy.deputy_id == bindparam("deputy"))
_OF_PRINCIPALS = _COVERS.where(Deputy.principal_id.in_(bindparam("principals", expanding=True)))
