"""The calendar of a month: the meetings and the comment periods of its days."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import CTE, ColumnElement, ScalarSelect, Select, String, cast, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from workflow.domain.calendar import at_tokyo
from workflow.domain.meetings import MeetingForm
from workflow.queries.meetings import MeetingFact, meetings_of_numbers
from workflow.store.tables import CommentPeriod, Meeting, Plan


@dataclass(frozen=True, slots=True)
class OnDay:
    """The first meetings of a day: those that begin on it, and each 持ち回り whose last day it is. `more` is the number of
    the rest."""

    begins: tuple[MeetingFact, ...]
    answered_by: tuple[MeetingFact, ...]
    more: int


NOTHING_HELD = OnDay((), (), 0)


@dataclass(frozen=True, slots=True)
class Period:
    """A パブリックコメント, of which plan."""

    plan: str
    title: str
    opens_on: date
    closes_on: date


def meetings_by_day(
    db: Session, which: ColumnElement[bool], first: date, last: date, body: str | None = None, *, most: int
) -> dict[date, OnDay]:
    """Those of the meetings that begin on these days, and each 持ち回り whose last day is one of them and that went out before
    it, at most so many a day. Two statements."""
    if body:
        which = which & (Meeting.body_key == body)
    days = _days(db, first, last)
    on = select(Meeting.id).where(which).correlate(days)
    begins = on.where(Meeting.starts_at >= days.c.begins, Meeting.starts_at < days.c.ends)
    answered_by = on.where(
        Meeting.form == MeetingForm.IN_WRITING,
        *(Meeting.ends_at >= days.c.begins, Meeting.ends_at < days.c.ends),
        Meeting.starts_at < days.c.begins,
    )
    rows = db.execute(
        select(
            days.c.nth,
            _count(begins) + _count(answered_by),
            *_first_of(begins, Meeting.starts_at, most),
            *_first_of(answered_by, Meeting.ends_at, most),
        )
    ).all()
    known = meetings_of_numbers(db, {number for _, _, *numbers in rows for number in numbers if number})
    return {
        first + timedelta(days=nth): _on_day(
            all_day,
            [known[each] for each in numbers[:most] if each],
            [known[each] for each in numbers[most:] if each],
            most,
        )
        for nth, all_day, *numbers in rows
    }


def _on_day(all_day: int, begins: list[MeetingFact], answered_by: list[MeetingFact], most: int) -> OnDay:
    begins = begins[: most - len(answered_by)]
    return OnDay(tuple(begins), tuple(answered_by), all_day - len(begins) - len(answered_by))


def _count(held: Select[int]) -> ScalarSelect[int]:
    """The number of the meetings of a day, which are counted in the index."""
    return held.with_only_columns(func.count()).scalar_subquery()


def _first_of(held: Select[int], at: InstrumentedAttribute[datetime], most: int) -> list[ScalarSelect[int]]:
    """The numbers of the first meetings of a day. Each is one look into the index: in a month of thousands neither the rest is
    read, nor anything put in order."""
    in_order = held.order_by(at, Meeting.id).limit(1)
    return [in_order.offset(turn).scalar_subquery() for turn in range(most)]


def _days(db: Session, first: date, last: date) -> CTE:
    """The days, by their number from 0 on, each with the moments at which it begins and ends in Tokyo."""
    numbers = select(literal(0).label("nth")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.nth + 1).where(numbers.c.nth < literal((last - first).days)))
    return select(
        numbers.c.nth,
        _start_of_day(db, first, numbers.c.nth).label("begins"),
        _start_of_day(db, first, numbers.c.nth + 1).label("ends"),
    ).cte("days")


def _start_of_day(db: Session, first: date, later: ColumnElement[int]) -> ColumnElement[datetime]:
    """The moment at which the day so many days later begins in Tokyo, as the database keeps moments."""
    begins = literal(at_tokyo(first, time()), Meeting.starts_at.type)
    if db.get_bind().dialect.name == "postgresql":
        return begins + func.make_interval(0, 0, 0, 0, later * 24)
    return func.strftime("%Y-%m-%d %H:%M:%S.000000", begins, cast(later, String) + " days")


def periods_between(db: Session, which: ColumnElement[bool], first: date, last: date) -> list[Period]:
    """The comment periods of those plans that open or close on these days. One statement: it looks for those days first, and not
    through every plan that a person may read."""
    any_period = aliased(CommentPeriod)
    days = (each.between(first, last) for each in (any_period.opens_on, any_period.closes_on))
    rows = db.execute(
        select(Plan.key, Plan.title, CommentPeriod.opens_on, CommentPeriod.closes_on)
        .join(Plan, Plan.id == CommentPeriod.plan_id)
        .where(
            which,
            CommentPeriod.id.in_(select(any_period.id).where(or_(*days))),
            CommentPeriod.cancelled_at.is_(None),
            CommentPeriod.counts_as_id.is_(None),
        )
        .order_by(CommentPeriod.opens_on, CommentPeriod.id)
    )
    return [Period(*row) for row in rows]
