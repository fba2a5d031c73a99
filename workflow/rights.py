"""Who may do what, as of the day of the act: one table, checked by the engine."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NoReturn

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

from definitions.terms import Role
from workflow.errors import HasLeft, NotAllowed, NotFound
from workflow.office import connection_of
from workflow.records import Administrator, Deputy, Membership, Person, Posting


class Act(StrEnum):
    """Everything a person can do, by its Japanese name."""

    OPEN_PLAN = "計画の開始"
    ADD_VERSION = "版の登録"
    MOVE_PLAN = "計画の進行・差戻し・中断・再開・取下げ"
    CALL_MEETING = "会議の招集・変更・中止・終了"
    SET_AGENDA = "議題の設定"
    ENTER_ATTENDANCE = "出欠の記録"
    RECORD_OUTCOME = "結果の記録・訂正"
    VOTE = "採決・持ち回りの回答"
    CAST_DECIDING_VOTE = "可否同数のときの裁決"
    CLOSE_CONDITION = "条件の解消"
    DECIDE_ALONE = "専決"
    SIGN = "決裁"
    REVIEW = "後閲"
    RUN_COMMENT = "パブリックコメントの実施・回答・公表"
    KEEP_PEOPLE = "名簿の管理"
    RESEND = "通知の再送"
    CIRCULATE = "供覧"
    READ = "供覧の確認"
    DISCUSS = "意見交換"
    CONNECT = "他システムとの連携の管理"


class As(StrEnum):
    """In what standing a person acts."""

    STAFF = "計画の担当課の職員"
    SECRETARIAT = "会議体の事務局"
    MEMBER = "会議体の委員"
    CHAIR = "会議体の会長（不在のときは副会長）"
    OFFICE = "決裁者"
    DELEGATE = "専決者"
    DEPUTY = "決裁者の代理者"
    ADMINISTRATOR = "システム管理者"


RIGHTS: dict[Act, frozenset[As]] = {
    Act.OPEN_PLAN: frozenset({As.STAFF}),
    Act.ADD_VERSION: frozenset({As.STAFF}),
    Act.MOVE_PLAN: frozenset({As.STAFF}),
    Act.CALL_MEETING: frozenset({As.SECRETARIAT}),
    Act.SET_AGENDA: frozenset({As.SECRETARIAT}),
    Act.ENTER_ATTENDANCE: frozenset({As.SECRETARIAT}),
    Act.RECORD_OUTCOME: frozenset({As.SECRETARIAT, As.CHAIR}),
    Act.VOTE: frozenset({As.MEMBER}),
    Act.CAST_DECIDING_VOTE: frozenset({As.CHAIR}),
    Act.CLOSE_CONDITION: frozenset({As.SECRETARIAT, As.CHAIR}),
    Act.DECIDE_ALONE: frozenset({As.CHAIR}),
    Act.SIGN: frozenset({As.OFFICE, As.DELEGATE, As.DEPUTY}),
    Act.REVIEW: frozenset({As.OFFICE}),
    Act.RUN_COMMENT: frozenset({As.STAFF}),
    Act.KEEP_PEOPLE: frozenset({As.ADMINISTRATOR}),
    Act.RESEND: frozenset({As.STAFF, As.SECRETARIAT, As.ADMINISTRATOR}),
    Act.CIRCULATE: frozenset({As.STAFF, As.SECRETARIAT}),
    Act.READ: frozenset({As.STAFF, As.SECRETARIAT, As.MEMBER, As.CHAIR}),
    Act.DISCUSS: frozenset({As.STAFF, As.SECRETARIAT, As.MEMBER, As.CHAIR}),
    Act.CONNECT: frozenset({As.ADMINISTRATOR}),
}
"""The rights table. 事務局 and 担当 may well be the same person; then they hold both standings."""

SEATED = (Role.CHAIR, Role.VICE_CHAIR, Role.MEMBER)
"""The roles that make a member; the 事務局 is none."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, with every standing they have on one day. `represented` are the offices (職) of those they stand
    in for, with who holds them; `left`: they served here once and do no longer (異動・退職)."""

    id: int
    key: str
    name: str
    on: date
    departments: frozenset[str] = frozenset()
    offices: frozenset[str] = frozenset()
    seats: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    principals: frozenset[int] = frozenset()
    represented: frozenset[tuple[int, str]] = frozenset()
    administrator: bool = False
    left: bool = False

    def standings(self, *, department: str | None = None, body: str | None = None) -> frozenset[As]:
        """In what standings the person acts for that department's plan, or in that body."""
        held = set()
        if department in self.departments:
            held.add(As.STAFF)
        if (body, Role.SECRETARIAT) in self.seats:
            held.add(As.SECRETARIAT)
        if any((body, role) in self.seats for role in SEATED):
            held.add(As.MEMBER)
        if (body, Role.CHAIR) in self.seats or (body, Role.VICE_CHAIR) in self.seats:
            held.add(As.CHAIR)
        if self.administrator:
            held.add(As.ADMINISTRATOR)
        return frozenset(held)

    def may(self, act: Act, *, department: str | None = None, body: str | None = None) -> bool:
        """Whether some standing of the person carries the right."""
        return bool(RIGHTS[act] & self.standings(department=department, body=body))

    def may_somewhere(self, act: Act) -> bool:
        """Whether the person could do it in some department, body or office: what a door asks before it opens;
        the use case asks again for the plan or body in question."""
        held = {As.STAFF} if self.departments else set()
        for body, _ in self.seats:
            held |= self.standings(body=body)
        if self.administrator:
            held.add(As.ADMINISTRATOR)
        if self.offices:
            held |= {As.OFFICE, As.DELEGATE}
        if self.principals:
            held |= {As.DEPUTY}
        return bool(RIGHTS[act] & held)

    def require(self, act: Act, *, department: str | None = None, body: str | None = None) -> None:
        """Raises `NotAllowed` when no standing of the person carries the right."""
        if not self.may(act, department=department, body=body):
            self.refuse(act)

    def require_service(self) -> None:
        """What is everybody's own, a token or a password, is so while they serve here. Raises `HasLeft`."""
        if self.left:
            raise HasLeft(self.name)

    def refuse(self, act: Act, *, ended: bool = False) -> NoReturn:
        """Raises `NotAllowed` with who may; `ended`: the person had the right, and has it no longer."""
        raise NotAllowed(self.name, act, sorted(RIGHTS[act]), ended=ended)


def in_term(
    table: type[Posting] | type[Membership] | type[Deputy] | type[Administrator],
    day: date | ColumnElement[date] | InstrumentedAttribute[date],
) -> ColumnElement[bool]:
    """Whether the row holds on that day; both ends included."""
    return (table.since <= day) & or_(table.until.is_(None), table.until >= day)


def has_left(day: date) -> ColumnElement[bool]:
    """Whether the `Person` of a statement served here once and no longer does: everything they held has ended
    before that day (異動・退職)."""
    held, holds = list[ColumnElement[bool]](), list[ColumnElement[bool]]()
    for table in (Posting, Membership, Administrator):
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
    serves = any(row[0] in ("posting", "seat", "administrator") for row in rows)
    if not serves and db.scalar(select(Person.id).where(Person.id == number, has_left(on))) is not None:
        # Nothing else: whose deputy they were named, they are none any more.
        return Actor(id=number, key=key, name=name, on=on, left=True)
    return Actor(
        id=number,
        key=key,
        name=name,
        on=on,
        departments=frozenset(row[1] for row in rows if row[0] == "posting"),
        offices=frozenset(row[2] for row in rows if row[0] == "posting" and row[2]),
        seats=frozenset((row[1], row[2]) for row in rows if row[0] == "seat"),
        principals=frozenset(row[3] for row in rows if row[0] == "principal"),
        represented=frozenset((row[3], row[2]) for row in rows if row[0] == "principal" and row[2]),
        administrator=any(row[0] == "administrator" for row in rows),
    )


# One person and one day, named once: each parameter costs time at every step.
_MINE = (
    select(Person.id, Person.name, bindparam("day", type_=Date).label("day"))
    .where(Person.key == bindparam("key"))
    .cte("mine")
)
_EMPTY: ColumnElement[str] = literal_column("''")


def _held(
    table: type[Posting] | type[Membership] | type[Deputy] | type[Administrator],
    holder: InstrumentedAttribute[int],
    what: str,
    *columns: Any,
) -> Select[Any]:
    mine = (holder == _MINE.c.id) & in_term(table, _MINE.c.day)
    return select(literal_column(f"'{what}'"), *columns).join_from(_MINE, table, mine)


_EVERYTHING: CompoundSelect[Any] = union_all(
    select(literal_column("'person'"), _MINE.c.name, _EMPTY, _MINE.c.id),
    _held(Posting, Posting.person_id, "posting", Posting.department_key, Posting.office, null()),
    _held(Membership, Membership.person_id, "seat", Membership.body_key, Membership.role, null()),
    _held(Deputy, Deputy.deputy_id, "principal", _EMPTY, Posting.office, Deputy.principal_id).outerjoin(
        Posting, (Posting.person_id == Deputy.principal_id) & in_term(Posting, _MINE.c.day)
    ),
    _held(Administrator, Administrator.person_id, "administrator", _EMPTY, _EMPTY, null()),
)
