"""Lists of plans, and what happened to one."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, bindparam, case, func, literal, select, tuple_, union_all
from sqlalchemy.orm import Session, aliased

from definitions.chain import Chain, Stage
from definitions.labelled import Labelled
from workflow.domain.calendar import LAST_DAY, shown_day, tokyo_day
from workflow.domain.errors import NotFound
from workflow.domain.events import Tag, event_words
from workflow.domain.language import say
from workflow.domain.path import Path, Stay, from_rows
from workflow.domain.plans import Status
from workflow.domain.schedules import PlanSchedule, modelled
from workflow.queries.actor import in_term
from workflow.queries.chains import chain_of, kept_chains
from workflow.queries.takeovers import Takeover
from workflow.store.database import connection_of
from workflow.store.tables import (
    Department,
    Event,
    Meeting,
    Person,
    Plan,
    PlanWatch,
    Posting,
    ScheduleVersion,
    Version,
)


@dataclass(frozen=True, slots=True)
class TextFact:
    """The text by which the gates of the plan's stage are judged: the newest version of the main document's stretch."""

    version_id: int
    number: int
    added_at: datetime


@dataclass(frozen=True, slots=True)
class PlanFact:
    """A plan with its chain, its path, and the text of its main document."""

    id: int
    key: str
    title: str
    chain: Chain
    chain_sha256: str
    department: str
    stage: Stage
    status: Status
    visit: int
    revision: int
    entered_at: datetime
    text: TextFact | None
    sha256: str | None
    department_name: str
    first_month: str | None
    path: Path
    schedule_number: int
    changed_schedule: list[Any] | None = field(repr=False)

    @property
    def schedule(self) -> PlanSchedule:
        """The plan's own schedule: the newest version, or 当初, as the chain and the first month make it."""
        if self.changed_schedule is not None:
            return PlanSchedule.from_rows(self.changed_schedule)
        begun = self.chain_sha256, self.first_month
        if begun not in _modelled:
            _modelled[begun] = modelled(self.dated)
        return _modelled[begun]

    @property
    def stay(self) -> Stay:
        """The stay the plan is in."""
        return self.path[-1]

    @property
    def dated(self) -> Chain:
        """The plan's chain in the plan's own months."""
        return self.chain.beginning(self.first_month) if self.first_month else self.chain


_modelled: dict[tuple[str, str | None], PlanSchedule] = {}
"""The schedules as chains make them, by chain and first month; each made once in a process."""


_any_version = aliased(Version)


_NEWEST = (
    select(func.max(_any_version.number))
    .where(
        _any_version.plan_id == Plan.id,
        _any_version.document == Plan.document,
        _any_version.stretch == Plan.stretch,
    )
    .correlate(Plan)
    .scalar_subquery()
)


_any_schedule = aliased(ScheduleVersion)


_NEWEST_SCHEDULE = (
    select(func.max(_any_schedule.number))
    .where(_any_schedule.plan_id == Plan.id)
    .correlate(Plan)
    .scalar_subquery()
)


class _PlanRow(NamedTuple):
    """The columns of `plans()`, in their order."""

    id: int
    key: str
    title: str
    chain_sha256: str
    department: str
    stage: str
    status: str
    visit: int
    revision: int
    entered_at: datetime
    version_id: int | None
    version_number: int
    version_added_at: datetime
    sha256: str | None
    department_name: str
    first_month: str | None
    path: list[list[Any]]
    schedule_number: int | None
    changed_schedule: list[Any] | None


PLAN_COLUMNS = (
    Plan.id,
    Plan.key,
    Plan.title,
    Plan.chain_sha256,
    Plan.department_key,
    Plan.stage,
    Plan.status,
    Plan.visit,
    Plan.revision,
    Plan.entered_at,
    Version.id.label("version_id"),
    Version.number,
    Version.added_at.label("version_added_at"),
    Version.sha256,
    Department.name.label("department_name"),
    Plan.first_month,
    Plan.path,
    ScheduleVersion.number.label("schedule_number"),
    ScheduleVersion.rows.label("changed_schedule"),
)


def plans() -> Select[*tuple[Any, ...]]:
    """Every plan with its current version: the statement to narrow, and to read with `plan_fact`."""
    return (
        select(*PLAN_COLUMNS)
        .select_from(Plan)
        .join(Department, Department.key == Plan.department_key)
        .outerjoin(Version, (Version.plan_id == Plan.id) & (Version.number == _NEWEST))
        .outerjoin(
            ScheduleVersion,
            (ScheduleVersion.plan_id == Plan.id) & (ScheduleVersion.number == _NEWEST_SCHEDULE),
        )
    )


def plan_by_key(db: Session, key: str) -> PlanFact:
    """The plan of that key. Raises `NotFound`."""
    return _one(db, _BY_KEY, key)


def plan_by_id(db: Session, plan_id: int) -> PlanFact:
    """The plan of that number. Raises `NotFound`."""
    return _one(db, _BY_ID, plan_id)


_BY_KEY = plans().where(Plan.key == bindparam("which"))


_BY_ID = plans().where(Plan.id == bindparam("which"))


def _one(db: Session, statement: Select[*tuple[Any, ...]], which: str | int) -> PlanFact:
    row = connection_of(db).execute(statement, {"which": which}).first()
    if row is None:
        raise NotFound("計画", str(which))
    return plan_fact(db, row)


def plan_fact(db: Session, row: Sequence[Any]) -> PlanFact:
    """A row of `plans()` as a fact; further columns of the statement follow it."""
    read = _PlanRow._make(row[: len(PLAN_COLUMNS)])
    chain = chain_of(db, read.chain_sha256)
    return PlanFact(
        id=read.id,
        key=read.key,
        title=read.title,
        chain=chain,
        chain_sha256=read.chain_sha256,
        department=read.department,
        stage=chain.stage(read.stage),
        status=Status(read.status),
        visit=read.visit,
        revision=read.revision,
        entered_at=read.entered_at,
        text=None
        if read.version_id is None
        else TextFact(read.version_id, read.version_number, read.version_added_at),
        sha256=read.sha256,
        department_name=read.department_name,
        first_month=read.first_month,
        path=from_rows(read.path),
        schedule_number=read.schedule_number or 0,
        changed_schedule=read.changed_schedule,
    )


@dataclass(frozen=True, slots=True)
class Page:
    """A page of plans in the order of their keys; `following` is the key to go on from, None at the end."""

    plans: tuple[PlanFact, ...]
    following: str | None


class Order(Labelled):
    """The order of a list of plans."""

    KEY = "key", "計画ID"
    TITLE = "title", "名称"
    DEPARTMENT = "department", "担当課"
    STAGE = "stage", "段階の順"
    ENTERED = "entered", "いまの段階になった日"
    DUE = "due", "遅れの大きい順"


_UNDER_WAY = [Status.ACTIVE, Status.SUSPENDED]
"""The plans that the day's comparison looks at: of another, what it last found holds no more."""


_ORDERS: dict[Order, tuple[Any, ...]] = {
    Order.KEY: (),
    Order.TITLE: (Plan.title,),
    Order.DEPARTMENT: (Department.rank, Department.key),
    Order.ENTERED: (Plan.entered_at,),
    Order.DUE: (func.coalesce(case((Plan.status.in_(_UNDER_WAY), PlanWatch.due_on)), literal(LAST_DAY)),),
}
"""The values that each order goes by, and then by the plan's key; but that of the stages, which the chains say."""


def _values(db: Session, order: Order) -> tuple[Any, ...]:
    """Return the values that the order goes by. One statement for that of the stages, beside each chain once in a process."""
    if order is not Order.STAGE:
        return _ORDERS[order]
    places = {
        (sha256, stage.key): place
        for sha256, chain in kept_chains(db).items()
        for place, stage in enumerate(chain.stages)
    }
    at = [
        ((Plan.chain_sha256 == sha256) & (Plan.stage == key), place)
        for (sha256, key), place in places.items()
    ]
    return (case(*at, else_=len(places)) if at else literal(0),)


def served_by(person: str, day: date) -> ColumnElement[bool]:
    """The condition that the person of that key or name serves that day in the department of the `Plan` of a statement: they are its staff."""
    serves = select(Posting.department_key).join(Person, Person.id == Posting.person_id)
    named = (Person.key == person) | (Person.name == person)
    return Plan.department_key.in_(serves.where(named, in_term(Posting, day)))


def plan_list(
    db: Session,
    which: ColumnElement[bool],
    *,
    order: Order = Order.KEY,
    chains: Collection[str] | None = None,
    late_on: date | None = None,
    department: str | None = None,
    status: Status | None = None,
    stage: str | None = None,
    query: str = "",
    following: str | None = None,
    limit: int = 50,
) -> Page:
    """Those of the plans, in that order and then by key, one page. `query` is looked for in the title and the key, `chains`
    are the definitions they may follow, by SHA-256; `late_on` keeps those that the last comparison found late on that day.
    One statement, two for a page after the first in another order, one more in that of the stages."""
    ordered = (*_values(db, order), Plan.key)
    narrowed = select(Plan.id).where(which).order_by(*ordered).limit(limit + 1)
    if order is Order.DEPARTMENT:
        narrowed = narrowed.join(Department, Department.key == Plan.department_key)
    if order is Order.DUE:
        narrowed = narrowed.outerjoin(PlanWatch, PlanWatch.plan_id == Plan.id)
    if late_on is not None:
        narrowed = narrowed.where(Plan.id.in_(_found(PlanWatch.due_on < late_on)))
    if chains is not None:
        narrowed = narrowed.where(Plan.chain_sha256.in_(sorted(chains)))
    for column, value in ((Plan.department_key, department), (Plan.status, status), (Plan.stage, stage)):
        if value is not None:
            narrowed = narrowed.where(column == value)
    if query:
        narrowed = narrowed.where(_named(db, query))
    if following:
        narrowed = narrowed.where(_after(db, ordered, following))
    # The page is found first: what is read of each plan would else be read of all that are put in order.
    parts = _due_and_not(narrowed) if order is Order.DUE else [narrowed]
    first = union_all(*(select(part.subquery().c.id) for part in parts))
    shown = plans().where(Plan.id.in_(first)).order_by(*ordered).limit(limit + 1)
    if order is Order.DUE:
        shown = shown.outerjoin(PlanWatch, PlanWatch.plan_id == Plan.id)
    found = [plan_fact(db, row) for row in db.execute(shown)]
    more = len(found) > limit
    return Page(tuple(found[:limit]), found[limit - 1].key if more else None)


def _due_and_not(narrowed: Select[int]) -> list[Select[int]]:
    """The first of those of which something is due, and the first of the others, which are by key: all that was ever finished
    is not put in order."""
    due = _found(PlanWatch.due_on.is_not(None))
    others = narrowed.where(Plan.id.not_in(due)).order_by(None).order_by(Plan.key)
    return [narrowed.where(Plan.id.in_(due)), others]


def _found(which: ColumnElement[bool]) -> Select[int]:
    """The plans under way of which the last comparison found that: few among those of many years."""
    running = aliased(Plan)
    return (
        select(running.id)
        .join(PlanWatch, PlanWatch.plan_id == running.id)
        .where(which, running.status.in_(_UNDER_WAY))
    )


def _named(db: Session, query: str) -> ColumnElement[bool]:
    """The condition that the title or the key has the query in it; a key is of ASCII alone. Where the query has no small and
    large letters, SQLite looks for it in half of the time."""
    title = Plan.title.contains(query, autoescape=True)
    cased = any(each.isascii() and each.isalpha() for each in query)
    if not cased and connection_of(db).dialect.name == "sqlite":
        title = func.instr(Plan.title, query) > 0
    return title | Plan.key.contains(query, autoescape=True) if query.isascii() else title


def _after(db: Session, ordered: tuple[Any, ...], key: str) -> ColumnElement[bool]:
    """The condition that the `Plan` comes after the one of that key, in an order that ends with the key; that none does when
    there is no such plan."""
    *by, _ = ordered
    if not by:
        return Plan.key > key
    found = (
        select(*by)
        .select_from(Plan)
        .join(Department, Department.key == Plan.department_key)
        .outerjoin(PlanWatch, PlanWatch.plan_id == Plan.id)
        .where(Plan.key == key)
    )
    place = db.execute(found).first() or [None] * len(by)
    there = (literal(value, column.type) for value, column in zip(place, by, strict=True))
    return tuple_(*ordered) > tuple_(*there, literal(key))


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a plan's history, in `words`. `takeover` is that of the plan, of which the event need be no part."""

    seq: int
    at: datetime
    by: str
    tag: Tag
    words: str
    data: Mapping[str, Any]
    takeover: Takeover | None


def history(db: Session, plan: PlanFact) -> list[Happened]:
    """Everything that happened to the plan, from its start. One statement."""
    return _happened(plan, db.execute(_events(plan).order_by(Event.seq)))


def newest_first(
    db: Session, plan: PlanFact, *, before: int | None = None, limit: int = 50
) -> tuple[list[Happened], int | None]:
    """Return the events of the plan, newest first; with `before`, those before the event of that number. The
    second value is the `before` of the next page, None at the plan's beginning. One statement."""
    wanted = _events(plan).order_by(Event.seq.desc()).limit(limit + 1)
    if before is not None:
        wanted = wanted.where(Event.seq < before)
    found = _happened(plan, db.execute(wanted))
    return found[:limit], found[limit - 1].seq if len(found) > limit else None


def _events(plan: PlanFact) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Event.seq,
            Event.at,
            Person.name,
            Event.tag,
            Event.data,
            Meeting.title,
            Meeting.starts_at,
            _taken.at,
            _taken.data,
        )
        .outerjoin(Person, Person.id == Event.by)
        .outerjoin(Meeting, Meeting.id == Event.meeting_id)
        .outerjoin(_taken, (_taken.plan_id == plan.id) & (_taken.tag == Tag.PLAN_TAKEN_OVER))
        .where(Event.plan_id == plan.id)
    )


_taken = aliased(Event)


def _happened(plan: PlanFact, rows: Iterable[Row[*tuple[Any, ...]]]) -> list[Happened]:
    found = []
    for seq, at, name, tag, text, meeting, held_at, taken_at, taken in rows:
        data = json.loads(text)
        taken_over = taken_at == at
        if meeting and taken_over:
            meeting = f"{meeting} {shown_day(tokyo_day(held_at))}"
        words = event_words(Tag(tag), data, chain=plan.chain, meeting=meeting, taken_over=taken_over)
        by = name or say("（意見提出者）")
        found.append(Happened(seq, at, by, Tag(tag), words, data, Takeover.of(taken_at, taken)))
    return found
