"""パブリックコメント: the periods, their states, and the counts of their opinions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from definitions.chain import PeriodGate
from workflow.domain.calendar import end_of_day, period_days, tokyo_day
from workflow.domain.comments import PeriodState, Route, period_state
from workflow.domain.errors import NotFound
from workflow.domain.language import label, say
from workflow.domain.plans import Status
from workflow.queries.chains import chain_of
from workflow.queries.plans import PLAN_COLUMNS, PlanFact, plan_by_key, plan_fact, plans
from workflow.store.tables import ChainText, CommentPeriod, Opinion, Plan, Submission, Version

MOST_LISTED = 300
"""Most periods in a list; enough for years."""


@dataclass(frozen=True, slots=True)
class Consultation:
    """A period of public comment: the `round`th of `rounds` its plan had. `document` and `number` are the version
    it is about; `days` are counted as the chain counts them."""

    id: int
    plan: PlanFact
    gate: str
    round: int
    rounds: int
    opens_on: date
    closes_on: date
    days: int
    shortened_why: str | None
    places: tuple[str, ...]
    contact: str
    published_at: datetime | None
    number: int
    filename: str
    sha256: str
    state: PeriodState
    begun: bool

    @property
    def ends_at(self) -> datetime:
        return end_of_day(self.closes_on)

    @property
    def newest(self) -> bool:
        """Return whether this is the round that opinions are collected for."""
        return self.round == self.rounds


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts of a period: opinions (件), persons (人), persons by route, opinions that still need an answer, and
    late opinions and persons."""

    opinions: int = 0
    persons: int = 0
    unanswered: int = 0
    by_route: Mapping[str, int] = field(default_factory=dict)
    late_opinions: int = 0
    late_persons: int = 0

    @property
    def words(self) -> str:
        """59件・11人（フォーム3人、電子メール4人、ファクス4人）: as it is published."""
        routes = say("、").join(
            say("{route}{persons}人", route=label(route), persons=self.by_route[route])
            for route in Route
            if route in self.by_route
        )
        counts = say("{opinions}件・{persons}人", opinions=self.opinions, persons=self.persons)
        return counts + (say("（{routes}）", routes=routes) if routes else "")


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """A period in one line on the page of its plan: what came in time, in 件 and 人."""

    gate: str
    version: int
    opens_on: date
    closes_on: date
    published_at: datetime | None
    opinions: int
    persons: int


@dataclass(frozen=True, slots=True)
class NewestPeriod:
    """The newest period of a plan, as it was recorded."""

    id: int
    stage: str
    visit: int
    gate_key: str
    version_id: int
    opens_on: date
    closes_on: date
    shortened_why: str | None
    places: tuple[str, ...]
    contact: str
    published_at: datetime | None


def consultations(db: Session, now: datetime) -> list[Consultation]:
    """Every public comment, newest first. One statement."""
    rows = db.execute(_periods().order_by(CommentPeriod.id.desc()).limit(MOST_LISTED))
    return [_consultation(db, row, now) for row in rows]


def rounds(db: Session, plan: str, now: datetime) -> list[Consultation]:
    """The public comments of one plan, oldest first. One statement."""
    rows = db.execute(_periods().where(Plan.key == plan).order_by(CommentPeriod.id))
    return [_consultation(db, row, now) for row in rows]


def consultation(db: Session, plan: str, now: datetime) -> Consultation | None:
    """The plan's newest public comment, None when it had none."""
    return next(reversed(rounds(db, plan, now)), None)


def newest_consultation(db: Session, plan: str, now: datetime) -> Consultation:
    """The plan's newest public comment. One statement. Raises `NotFound`: of the plan, or of a public comment."""
    found = consultation(db, plan, now)
    if found is None:
        raise NotFound("パブリックコメント", plan_by_key(db, plan).key)
    return found


def ready_to_ask(db: Session) -> list[PlanFact]:
    """Plans in a stage that asks the public, where nothing was asked yet on this visit."""
    stages = [
        (Plan.chain_sha256 == sha256) & (Plan.stage == stage.key)
        for sha256 in db.scalars(select(ChainText.sha256))
        for stage in chain_of(db, sha256).stages
        if any(isinstance(gate, PeriodGate) for gate in stage.gates)
    ]
    asked = select(CommentPeriod.id).where(
        CommentPeriod.plan_id == Plan.id, CommentPeriod.visit == Plan.visit
    )
    here = asked.where(CommentPeriod.stage == Plan.stage).exists()
    if not stages:
        return []
    which = (Plan.status == Status.ACTIVE) & or_(*stages) & ~here
    return [plan_fact(db, row) for row in db.execute(plans().where(which).order_by(Plan.key))]


def newest_period(db: Session, plan: int) -> NewestPeriod | None:
    """The newest period of the plan of that number: the one opinions are for. None before the first. One
    statement."""
    row = db.execute(
        select(
            CommentPeriod.id,
            CommentPeriod.stage,
            CommentPeriod.visit,
            CommentPeriod.gate_key,
            CommentPeriod.version_id,
            CommentPeriod.opens_on,
            CommentPeriod.closes_on,
            CommentPeriod.shortened_why,
            CommentPeriod.places,
            CommentPeriod.contact,
            CommentPeriod.published_at,
        )
        .where(CommentPeriod.plan_id == plan)
        .order_by(CommentPeriod.id.desc())
        .limit(1)
    ).first()
    return None if row is None else NewestPeriod(**{**row._mapping, "places": tuple(row.places)})


def periods(db: Session, plan: PlanFact) -> list[PeriodLine]:
    """The plan's public comments, oldest first. One statement."""
    of_plan = select(CommentPeriod.id).where(CommentPeriod.plan_id == plan.id)
    counted = _counted(Submission.period_id).where(_in_time(), Submission.period_id.in_(of_plan)).subquery()
    rows = db.execute(
        select(
            CommentPeriod.gate_key,
            Version.number,
            CommentPeriod.opens_on,
            CommentPeriod.closes_on,
            CommentPeriod.published_at,
            func.coalesce(counted.c.opinions, 0),
            func.coalesce(counted.c.persons, 0),
        )
        .join(Version, Version.id == CommentPeriod.version_id)
        .outerjoin(counted, counted.c.period_id == CommentPeriod.id)
        .where(CommentPeriod.plan_id == plan.id)
        .order_by(CommentPeriod.id)
    )
    return [PeriodLine(*row) for row in rows]


def came_in(db: Session, periods: Iterable[int]) -> dict[int, Counted]:
    """The counts of each of the periods something came in for. One statement."""
    by = Submission.period_id, Submission.route, Submission.late
    rows = db.execute(_counted(*by).where(Submission.period_id.in_(list(periods))).order_by(Submission.route))
    lines: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        lines[row.period_id].append(row)
    return {period: _sum(rows) for period, rows in lines.items()}


def comment_counts(db: Session, period: int) -> Counted:
    """The counts of a public comment, as they are published: 「59件・11人（ファクス4人、…）」. One statement."""
    return came_in(db, [period]).get(period, Counted())


def unanswered() -> ColumnElement[bool]:
    """The condition that the `Opinion` of a statement, sent with its `Submission`, still needs an answer. Late
    ones are kept, but need none."""
    return _in_time() & Opinion.answer_id.is_(None)


def unanswered_in(period: int | InstrumentedAttribute[int]) -> Select[int]:
    """Return a subquery that counts the opinions of the period that still need an answer."""
    return (
        select(func.count())
        .select_from(Opinion)
        .join(Submission, Submission.id == Opinion.submission_id)
        .where(Submission.period_id == period, unanswered())
    )


def receipt(period: int, number: int) -> str:
    """受付番号: 3-0012, the twelfth letter of the third period."""
    return f"{period}-{number:04d}"


def _in_time() -> ColumnElement[bool]:
    return Submission.late.is_(False)


def _counted(*by: Any) -> Select[*tuple[Any, ...]]:
    """件 and 人, by these columns, and how many 件 still need an answer."""
    return (
        select(
            *by,
            func.count(Opinion.id).label("opinions"),
            func.count(func.distinct(Submission.id)).label("persons"),
            func.sum(case((unanswered(), 1), else_=0)).label("unanswered"),
        )
        .select_from(Submission)
        .join(Opinion, Opinion.submission_id == Submission.id)
        .group_by(*by)
    )


def _sum(rows: Sequence[Any]) -> Counted:
    """The rows of one period, a row for each route in time and late. A letter has one route, so persons add up."""
    in_time, late = [row for row in rows if not row.late], [row for row in rows if row.late]
    return Counted(
        opinions=sum(row.opinions for row in in_time),
        persons=sum(row.persons for row in in_time),
        unanswered=sum(int(row.unanswered) for row in in_time),
        by_route={row.route: row.persons for row in in_time},
        late_opinions=sum(row.opinions for row in late),
        late_persons=sum(row.persons for row in late),
    )


_other = aliased(CommentPeriod)


def _rank(*narrow: ColumnElement[bool]) -> ColumnElement[int]:
    counted = select(func.count(_other.id)).where(_other.plan_id == CommentPeriod.plan_id, *narrow)
    return counted.correlate(CommentPeriod).scalar_subquery()


def _periods() -> Select[*tuple[Any, ...]]:
    asked_about = aliased(Version)
    return (
        plans()
        .join(CommentPeriod, CommentPeriod.plan_id == Plan.id)
        .join(asked_about, asked_about.id == CommentPeriod.version_id)
        .add_columns(
            CommentPeriod,
            _rank(_other.id <= CommentPeriod.id),
            _rank(),
            asked_about.number,
            asked_about.filename,
            asked_about.sha256,
        )
    )


def _consultation(db: Session, row: Any, now: datetime) -> Consultation:
    values = tuple(row)
    plan = plan_fact(db, values)
    period, place, places, number, filename, sha256 = values[len(PLAN_COLUMNS) :]
    gate = plan.chain.gate(period.gate_key)
    counts_first = not isinstance(gate, PeriodGate) or gate.first_day_counts
    return Consultation(
        id=period.id,
        plan=plan,
        gate=period.gate_key,
        round=place,
        rounds=places,
        opens_on=period.opens_on,
        closes_on=period.closes_on,
        days=period_days(period.opens_on, period.closes_on, first_day_counts=counts_first),
        shortened_why=period.shortened_why,
        places=tuple(period.places),
        contact=period.contact,
        published_at=period.published_at,
        number=number,
        filename=filename,
        sha256=sha256,
        state=period_state(
            period.opens_on,
            period.closes_on,
            now,
            published=period.published_at is not None,
            current=place == places and plan.status is Status.ACTIVE and period.visit == plan.visit,
        ),
        begun=period.opens_on <= tokyo_day(now),
    )
