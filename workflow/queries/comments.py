"""パブリックコメント: which there are, how each stands, and what came in, counted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from definitions.chain import PeriodGate
from workflow.domain.calendar import end_of_day, period_days, tokyo_day
from workflow.domain.comments import PeriodState, Route
from workflow.domain.errors import NotFound
from workflow.domain.language import label, say
from workflow.domain.plans import Status
from workflow.queries.chains import chain_of
from workflow.queries.plans import PLAN_COLUMNS, PlanFact, plan_by_key, plan_fact, plans
from workflow.store.tables import ChainText, CommentPeriod, Opinion, Plan, Submission, Version

MOST_LISTED = 300
"""How many periods the lists go back: years of them."""


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
        """Whether it is the one that opinions are for."""
        return self.round == self.rounds


@dataclass(frozen=True, slots=True)
class Counted:
    """What came in during a period: opinions (件), persons (人) by route, and what came too late."""

    opinions: int
    persons: int
    by_route: Mapping[str, int]
    late_opinions: int
    late_persons: int

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
class CameIn:
    """How much came in, and how much of it still needs an answer; opinions that came in time."""

    opinions: int = 0
    persons: int = 0
    unanswered: int = 0


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


def came_in(db: Session, periods: Iterable[int]) -> dict[int, CameIn]:
    """What came in during each of the periods. One statement."""
    rows = db.execute(
        select(
            Submission.period_id,
            func.count(Opinion.id),
            func.count(func.distinct(Submission.id)),
            func.sum(case((Opinion.answer_id.is_(None), 1), else_=0)),
        )
        .join(Opinion, Opinion.submission_id == Submission.id)
        .where(Submission.period_id.in_(list(periods)), Submission.late.is_(False))
        .group_by(Submission.period_id)
    )
    return {period: CameIn(opinions, persons, int(left)) for period, opinions, persons, left in rows}


def comment_counts(db: Session, period: int) -> Counted:
    """The counts of a public comment, as they are published: 「59件・11人（ファクス4人、…）」. One statement."""
    rows = db.execute(
        select(
            Submission.route,
            Submission.late,
            func.count(func.distinct(Submission.id)),
            func.count(Opinion.id),
        )
        .join(Opinion, Opinion.submission_id == Submission.id)
        .where(Submission.period_id == period)
        .group_by(Submission.route, Submission.late)
        .order_by(Submission.route)
    ).all()
    in_time = [row for row in rows if not row[1]]
    late = [row for row in rows if row[1]]
    return Counted(
        opinions=sum(row[3] for row in in_time),
        persons=sum(row[2] for row in in_time),
        by_route={row[0]: row[2] for row in in_time},
        late_opinions=sum(row[3] for row in late),
        late_persons=sum(row[2] for row in late),
    )


def receipt(period: int, number: int) -> str:
    """受付番号: 3-0012, the twelfth letter of the third period."""
    return f"{period}-{number:04d}"


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
    plan = plan_fact(db, values[: len(PLAN_COLUMNS)])  # type: ignore[arg-type]
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
        state=_state(plan, period, newest=place == places, now=now),
        begun=period.opens_on <= tokyo_day(now),
    )


def _state(plan: PlanFact, period: CommentPeriod, *, newest: bool, now: datetime) -> PeriodState:
    if period.published_at is not None:
        return PeriodState.PUBLISHED
    if not newest or plan.status is not Status.ACTIVE or period.visit != plan.visit:
        return PeriodState.STOPPED
    if tokyo_day(now) < period.opens_on:
        return PeriodState.COMING
    return PeriodState.RUNNING if now < end_of_day(period.closes_on) else PeriodState.ANSWERING
