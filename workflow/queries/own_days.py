"""The days of one person (わたしの予定): meetings, deadlines and tasks, and how many there are in each week."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from definitions.labelled import Labelled
from workflow.domain.calendar import tokyo_day
from workflow.domain.language import say
from workflow.domain.meetings import MeetingStatus
from workflow.domain.plans import Status
from workflow.domain.rights import Actor
from workflow.domain.scheduling.outlook import next_day
from workflow.domain.scheduling.watching import next_day_words
from workflow.queries.calendar import periods_between
from workflow.queries.meetings import MeetingFact, meetings_between
from workflow.queries.plan_problem import plan_problems
from workflow.queries.plan_sheet import expected
from workflow.queries.plans import PlanFact, plan_fact, plans
from workflow.queries.reading_rights import meetings_readable, plans_readable
from workflow.queries.worklist import waiting_for
from workflow.queries.worklist.tasks import Task
from workflow.store.tables import AgendaItem, Meeting, Plan
from workflow.store.unindexed import unindexed

A_WEEK = timedelta(days=6)
"""From the first day that is shown to the last, when nobody says which."""

MOST_PLANS = 20
"""Plans whose next day that cannot be missed is computed for one page."""

MOST_MEETINGS = 500
"""Meetings of one person that are read for one page."""


class DayKind(Labelled):
    """The kind of an entry."""

    MEETING = "meeting", "会議"
    DEADLINE = "deadline", "期限"
    TASK = "task", "仕事"


@dataclass(frozen=True, slots=True)
class Entry:
    """Something of the person on a day; `at` is its hour, None for the whole day. It stands at a meeting, at a plan, or at a
    task."""

    day: date
    kind: DayKind
    words: str
    at: datetime | None = None
    meeting: int | None = None
    plan: str | None = None
    task: Task | None = None


@dataclass(frozen=True, slots=True)
class Week:
    """A week, from its first day on, with the number of entries of each kind."""

    first: date
    counts: dict[DayKind, int]

    @property
    def last(self) -> date:
        return self.first + timedelta(days=6)

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class OwnDays:
    """The entries of a person, by day. `undated` are the tasks that have no day, `unwatched` the plans whose next day that cannot
    be missed was not computed: there are too many."""

    by_day: Mapping[date, Sequence[Entry]]
    undated: tuple[Task, ...]
    unwatched: tuple[PlanFact, ...]

    @property
    def entries(self) -> list[Entry]:
        """Every entry, in the order of the days."""
        return [each for day in self.by_day.values() for each in day]

    def on(self, day: date) -> Sequence[Entry]:
        """The entries of the day."""
        return self.by_day.get(day, ())

    def week(self, first: date) -> Week:
        """The load of the week that begins on that day."""
        counts = Counter(each.kind for later in range(7) for each in self.on(first + timedelta(days=later)))
        return Week(first, {kind: counts[kind] for kind in DayKind})


def own_days(db: Session, who: Actor, first: date, last: date, now: datetime) -> OwnDays:
    """The days of the person from `first` until `last`: the meetings of their bodies and those with a plan of their
    departments on the agenda, the deadlines of both, and the tasks that wait for them, one that is overdue today. A fixed number of
    statements beside those of the worklist, however many plans there are."""
    tasks = waiting_for(db, who, now)
    known = _own_plans(db, who)
    entries = [
        *_meetings(_own_meetings(db, who, first, last)),
        *_due_at_meetings(db, who, first),
        *_periods(db, who, first, last),
        *_planned(db, known, now),
        *_last_safe(db, known, now),
        *_tasks(tasks, tokyo_day(now)),
    ]
    by_day = defaultdict[date, list[Entry]](list)
    for each in sorted((each for each in entries if first <= each.day <= last), key=_order):
        by_day[each.day].append(each)
    return OwnDays(
        by_day,
        tuple(task for task in tasks if not task.due),
        tuple(known[MOST_PLANS:]),
    )


def _order(entry: Entry) -> tuple[date, bool, str, str]:
    return entry.day, entry.at is None, entry.at.isoformat() if entry.at else "", entry.words


def _own(who: Actor) -> list[str]:
    return sorted({body for body, _ in who.seats} | who.represented_bodies)


def _concerns(who: Actor) -> ColumnElement[bool]:
    """The condition that the `Meeting` is one of the person's bodies, or treats a plan of their departments."""
    treated = (
        select(AgendaItem.id)
        .join(Plan, Plan.id == AgendaItem.plan_id)
        .where(
            AgendaItem.meeting_id == Meeting.id,
            AgendaItem.removed_at.is_(None),
            Plan.department_key.in_(sorted(who.departments)),
        )
    )
    return or_(Meeting.body_key.in_(_own(who)), treated.correlate(Meeting).exists())


def _own_meetings(db: Session, who: Actor, first: date, last: date) -> list[MeetingFact]:
    kept = Meeting.status.not_in([MeetingStatus.CANCELLED, MeetingStatus.DISCARDED])
    which = meetings_readable(db, who) & kept & _concerns(who)
    return meetings_between(db, which, first, last, limit=MOST_MEETINGS)


def _meetings(held: Sequence[MeetingFact]) -> Iterator[Entry]:
    for each in held:
        if each.in_writing:
            words = say("{meeting}（持ち回りの回答期限）", meeting=each.title)
            yield Entry(tokyo_day(each.ends_at), DayKind.DEADLINE, words, each.ends_at, meeting=each.id)
        else:
            yield Entry(
                tokyo_day(each.starts_at), DayKind.MEETING, each.title, each.starts_at, meeting=each.id
            )


def _due_at_meetings(db: Session, who: Actor, first: date) -> Iterator[Entry]:
    """The last days for papers and for items of the person's meetings to come, each of which lies before its meeting."""
    kept = Meeting.status.in_([MeetingStatus.DRAFT, MeetingStatus.CALLED])
    which = meetings_readable(db, who) & kept & _concerns(who)
    for each in meetings_between(db, which, first, first + timedelta(days=_AHEAD), limit=MOST_MEETINGS):
        if each.papers_due:
            words = say("{meeting}の資料の提出期限", meeting=each.title)
            yield Entry(each.papers_due, DayKind.DEADLINE, words, meeting=each.id)
        if each.items_due:
            words = say("{meeting}の議題の提出期限", meeting=each.title)
            yield Entry(each.items_due, DayKind.DEADLINE, words, meeting=each.id)


_AHEAD = 120
"""Days after the first shown in which a meeting may be whose papers are due before."""


def _periods(db: Session, who: Actor, first: date, last: date) -> Iterator[Entry]:
    own = unindexed(Plan.department_key).in_(sorted(who.departments))
    for each in periods_between(db, plans_readable(db, who) & own, first, last):
        for day, words in (
            (each.opens_on, say("{plan}のパブリックコメント開始", plan=each.title)),
            (each.closes_on, say("{plan}のパブリックコメント最終日", plan=each.title)),
        ):
            yield Entry(day, DayKind.DEADLINE, words, plan=each.plan)


def _own_plans(db: Session, who: Actor) -> list[PlanFact]:
    if not who.departments:
        return []
    rows = db.execute(
        plans()
        .where(
            plans_readable(db, who),
            Plan.department_key.in_(sorted(who.departments)),
            Plan.status == Status.ACTIVE,
        )
        .order_by(Plan.key)
    )
    return [plan_fact(db, row) for row in rows]


def _planned(db: Session, known: Sequence[PlanFact], now: datetime) -> Iterator[Entry]:
    """The last days of the schedules of the plans."""
    dues = expected(db, known, now) if known else {}
    for plan in known:
        for due in dues[plan.id]:
            words = say("{plan}: {what}（工程表）", plan=plan.title, what=due.name)
            yield Entry(due.day, DayKind.DEADLINE, words, plan=plan.key)


def _last_safe(db: Session, known: Sequence[PlanFact], now: datetime) -> Iterator[Entry]:
    """The next day of each plan that cannot be missed, of the first plans."""
    shown = known[:MOST_PLANS]
    for plan, basis in zip(shown, plan_problems(db, shown, now), strict=True):
        if found := next_day(basis):
            words = say("{plan}: {what}", plan=plan.title, what=next_day_words(found))
            yield Entry(found.day, DayKind.DEADLINE, words, plan=plan.key)


def _tasks(tasks: Sequence[Task], today: date) -> Iterator[Entry]:
    for task in tasks:
        if task.due:
            day = tokyo_day(task.due)
            yield Entry(max(day, today), DayKind.TASK, task.words, task=task)
