"""One person's rights on a day, in one statement."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Select,
    bindparam,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from workflow.domain.errors import NotFound
from workflow.domain.rights import Actor, PlanReaders
from workflow.store.database import connection_of
from workflow.store.tables import Administrator, Auditor, Deputy, Membership, Person, PlansOpened, Posting


def in_term(
    table: type[Posting] | type[Membership] | type[Deputy] | type[Administrator] | type[Auditor],
    day: date | ColumnElement[date] | InstrumentedAttribute[date],
) -> ColumnElement[bool]:
    """The condition that the row is valid on that day, both ends included."""
    return (table.since <= day) & or_(table.until.is_(None), table.until >= day)


def has_left(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """The condition that the `Person` of a statement served here and no longer does: all their terms ended before
    that day (異動・退職)."""
    held, holds = list[ColumnElement[bool]](), list[ColumnElement[bool]]()
    for table in (Posting, Membership, Administrator, Auditor):
        theirs = select(table.id).where(table.person_id == Person.id).correlate(Person)
        held.append(theirs.exists())
        holds.append(theirs.where(or_(table.until.is_(None), table.until >= day)).exists())
    return or_(*held) & ~or_(*holds)


def actor(db: Session, key: str, on: date) -> Actor:
    """The person with everything they hold on that day, in one statement, and one more for who neither serves nor
    sits anywhere. Raises `NotFound`."""
    rows: Sequence[Any] = connection_of(db).execute(_EVERYTHING, {"key": key, "day": on}).all()
    if not rows or rows[0][0] != "person":
        raise NotFound("職員", key)
    number, name = rows[0][3], rows[0][1]
    deputised = [row for row in rows if row[0] == "principal"]
    serves = any(row[0] in ("posting", "seat", "administrator", "auditor") for row in rows)
    if not serves and db.scalar(select(Person.id).where(Person.id == number, has_left(on))) is not None:
        # Nothing else: whose deputy they were named, they are none any more.
        return Actor(id=number, key=key, name=name, on=on, left=True)
    return Actor(
        id=number,
        key=key,
        name=name,
        on=on,
        departments=frozenset(row[1] for row in rows if row[0] == "posting"),
        positions=frozenset(row[2] for row in rows if row[0] == "posting" and row[2]),
        seats=frozenset((row[1], row[2]) for row in rows if row[0] == "seat"),
        principals=frozenset(row[3] for row in deputised),
        represented=frozenset((row[3], row[2]) for row in deputised if row[2]),
        represented_departments=frozenset(row[1] for row in deputised if row[1]),
        represented_bodies=frozenset(row[1] for row in rows if row[0] == "principals_seat"),
        plans_open=any(row[0] == "open" for row in rows),
        administrator=any(row[0] == "administrator" for row in rows),
        auditor=any(row[0] == "auditor" for row in rows),
    )


# One person and one day, named once: each parameter costs time at every step.
_MINE = (
    select(Person.id, Person.name, bindparam("day", type_=Date).label("day"))
    .where(Person.key == bindparam("key"))
    .cte("mine")
)


_EMPTY: ColumnElement[str] = literal_column("''")


def _held(
    table: type[Posting] | type[Membership] | type[Deputy] | type[Administrator] | type[Auditor],
    holder: InstrumentedAttribute[int],
    what: str,
    *columns: Any,
) -> Select[Any]:
    mine = (holder == _MINE.c.id) & in_term(table, _MINE.c.day)
    return select(literal_column(f"'{what}'"), *columns).join_from(_MINE, table, mine)


_EVERYTHING: CompoundSelect[Any] = union_all(
    select(literal_column("'person'"), _MINE.c.name, _EMPTY, _MINE.c.id),
    _held(Posting, Posting.person_id, "posting", Posting.department_key, Posting.position, null()),
    _held(Membership, Membership.person_id, "seat", Membership.body_key, Membership.role, null()),
    _held(
        Deputy, Deputy.deputy_id, "principal", Posting.department_key, Posting.position, Deputy.principal_id
    ).outerjoin(Posting, (Posting.person_id == Deputy.principal_id) & in_term(Posting, _MINE.c.day)),
    _held(Deputy, Deputy.deputy_id, "principals_seat", Membership.body_key, _EMPTY, null()).join(
        Membership, (Membership.person_id == Deputy.principal_id) & in_term(Membership, _MINE.c.day)
    ),
    select(literal_column("'open'"), _EMPTY, _EMPTY, null())
    .select_from(PlansOpened)
    .where(PlansOpened.whom == PlanReaders.STAFF),
    _held(Administrator, Administrator.person_id, "administrator", _EMPTY, _EMPTY, null()),
    _held(Auditor, Auditor.person_id, "auditor", _EMPTY, _EMPTY, null()),
)
