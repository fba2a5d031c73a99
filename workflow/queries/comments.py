"""パブリックコメント: the periods, their states, and the counts of their opinions."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from definitions.chain import PeriodGate
from workflow.domain.calendar import end_of_day, period_days, tokyo_day
from workflow.domain.comments import PeriodState, Route, period_state
from workflow.domain.errors import BadInput, NotFound
from workflow.domain.events import Tag, changes_of_comment, why_changed
from workflow.domain.language import label, say
from workflow.domain.plans import Status, Trigger
from workflow.queries.chains import chain_of
from workflow.queries.plans import PLAN_COLUMNS, PlanFact, plan_by_key, plan_fact, plans
from workflow.store.tables import (
    ChainText,
    CommentPeriod,
    Event,
    Opinion,
    Plan,
    Reply,
    Step,
    Submission,
    Version,
)

ON_A_PAGE = 30
"""Number of periods on one page of a list."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a period after it was announced: what was done, when and why, and what it set: each field's
    label, old value and new value."""

    act: Tag
    at: datetime
    reason: str
    fields: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Consultation:
    """A period of public comment: the `round`th of `rounds` its plan had. `document` and `number` are the version
    it is about; `days` are counted as the chain counts them, without the `shut_days`. `held_id` is the period that was
    held: this one, or the earlier one that it counts (`counts_round`), whose opinions and answers it shows."""

    id: int
    plan: PlanFact
    gate: str
    round: int
    rounds: int
    opens_on: date
    closes_on: date
    days: int
    shut_days: int
    shortened_why: str | None
    places: tuple[str, ...]
    contact: str
    published_at: datetime | None
    cancelled_at: datetime | None
    cancelled_why: str | None
    counts_round: int | None
    counts_why: str | None
    held_id: int
    number: int
    filename: str
    sha256: str
    state: PeriodState
    here: bool
    begun: bool
    changes: tuple[Change, ...]

    @property
    def ends_at(self) -> datetime:
        return end_of_day(self.closes_on)

    @property
    def newest(self) -> bool:
        """Return whether this is the plan's last round: the one meant where none is named."""
        return self.round == self.rounds

    @property
    def label(self) -> str:
        """The label of the gate it was opened at."""
        return self.plan.chain.gate(self.gate).label

    @property
    def held(self) -> bool:
        """Return whether the public was asked in this period, and not only in the one it counts."""
        return self.counts_round is None

    @property
    def may_be_cancelled(self) -> bool:
        """Return whether it is open to 中止: until its result is published; a decision that an earlier one counts,
        while the plan stands there."""
        if self.state is PeriodState.CANCELLED or self.plan.status is not Status.ACTIVE:
            return False
        return self.published_at is None if self.held else self.here

    @property
    def may_be_changed(self) -> bool:
        """Return whether its days and its words can be set anew."""
        return self.state in (PeriodState.COMING, PeriodState.RUNNING, PeriodState.ANSWERING) and self.here

    @property
    def takes_answers(self) -> bool:
        """Return whether its opinions can be answered: after publication too, those found owing an answer."""
        active = self.plan.status is Status.ACTIVE
        return active and self.held and self.state is not PeriodState.CANCELLED

    @property
    def may_be_counted(self) -> bool:
        """Return whether a later visit may count it: it was held, and its result is published."""
        return self.held and not self.here and self.state is PeriodState.PUBLISHED

    @property
    def may_be_published(self) -> bool:
        return self.held and self.plan.status is Status.ACTIVE and self.state is PeriodState.ANSWERING


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
    """A period in one line on the page of its plan: what came in time, in 件 and 人. `counts_why` is set when it
    counts an earlier one."""

    gate: str
    round: int
    version: int
    opens_on: date
    closes_on: date
    published_at: datetime | None
    cancelled_at: datetime | None
    cancelled_why: str | None
    counts_why: str | None
    opinions: int
    persons: int


@dataclass(frozen=True, slots=True)
class ConsultationPage:
    """A page of public comments; `following` is where to go on from, None at the end."""

    consultations: tuple[Consultation, ...]
    following: str | None


def consultations(
    db: Session, which: ColumnElement[bool], now: datetime, following: str | None = None
) -> ConsultationPage:
    """The public comments of those plans: those under way, then those that are over, each newest first; one page. At most
    two statements. Raises `BadInput`."""
    over, last = _place(following)
    found: list[Consultation] = []
    if not over:
        found = _some(db, which & _under_way(), now, last)
        if len(found) > ON_A_PAGE:
            return ConsultationPage(tuple(found[:ON_A_PAGE]), f"open-{found[ON_A_PAGE - 1].id}")
    rest = _some(db, which & ~_under_way(), now, last if over else None)
    shown = [*found, *rest][:ON_A_PAGE]
    if len(found) + len(rest) <= ON_A_PAGE:
        return ConsultationPage(tuple(shown), None)
    behind = shown[-1].id if len(shown) > len(found) else rest[0].id + 1
    return ConsultationPage(tuple(shown), f"over-{behind}")


def _under_way() -> ColumnElement[bool]:
    """The condition that the `CommentPeriod` of a statement is to come, runs or is being answered, as far as the database
    tells: the plan is active, and nothing was published or cancelled."""
    return (
        CommentPeriod.published_at.is_(None)
        & CommentPeriod.cancelled_at.is_(None)
        & (Plan.status == Status.ACTIVE)
    )


def _some(db: Session, which: ColumnElement[bool], now: datetime, before: int | None) -> list[Consultation]:
    """One more of these than are on a page, newest first, those before that number if there is one."""
    page = (
        select(CommentPeriod.id)
        .join(Plan, Plan.id == CommentPeriod.plan_id)
        .where(which)
        .order_by(CommentPeriod.id.desc())
        .limit(ON_A_PAGE + 1)
    )
    if before is not None:
        page = page.where(CommentPeriod.id < before)
    rows = _periods().where(CommentPeriod.id.in_(select(page.subquery().c.id)))
    return [_consultation(db, row, now, {}) for row in db.execute(rows.order_by(CommentPeriod.id.desc()))]


def _place(following: str | None) -> tuple[bool, int | None]:
    """Return whether the page begins among those that are over, and the number it goes on from. Raises `BadInput`."""
    if not following:
        return False, None
    part, _, number = following.partition("-")
    if part not in ("open", "over") or not number.isdecimal() or len(number) > 10:
        raise BadInput("一覧の続き", "読めません", "一覧から開き直してください。")
    return part == "over", int(number)


def rounds(db: Session, plan: str, now: datetime) -> list[Consultation]:
    """The public comments of one plan, oldest first, with what was changed of them. Two statements, one without
    any."""
    rows = db.execute(_periods().where(Plan.key == plan).order_by(CommentPeriod.id)).all()
    if not rows:
        return []
    changed = _changes(db, plan)
    return [_consultation(db, row, now, changed) for row in rows]


def chosen_round(db: Session, plan: str, round: int | None, now: datetime) -> Consultation:
    """The plan's public comment of that round, the newest when None. Raises `NotFound`: of the plan, of a public
    comment or of the round."""
    known = rounds(db, plan, now)
    if not known:
        raise NotFound("パブリックコメント", plan_by_key(db, plan).key)
    return of_round(known, round)


def of_round(known: Sequence[Consultation], round: int | None) -> Consultation:
    """That round of the plan's public comments, the newest when None. Raises `NotFound`."""
    found = next((each for each in known if each.round == (len(known) if round is None else round)), None)
    if found is None:
        raise NotFound("パブリックコメント", say("第{round}回", round=round))
    return found


def ready_to_ask(db: Session, which: ColumnElement[bool]) -> list[PlanFact]:
    """Those of the plans in a stage that asks the public, where nothing was asked yet on this visit."""
    stages = [
        (Plan.chain_sha256 == sha256) & (Plan.stage == stage.key)
        for sha256 in db.scalars(select(ChainText.sha256))
        for stage in chain_of(db, sha256).stages
        if any(isinstance(gate, PeriodGate) for gate in stage.gates)
    ]
    asked = select(CommentPeriod.id).where(
        CommentPeriod.plan_id == Plan.id,
        CommentPeriod.visit == Plan.visit,
        CommentPeriod.cancelled_at.is_(None),
    )
    here = asked.where(CommentPeriod.stage == Plan.stage).exists()
    if not stages:
        return []
    waiting = (Plan.status == Status.ACTIVE) & or_(*stages) & ~here
    return [plan_fact(db, row) for row in db.execute(plans().where(which, waiting).order_by(Plan.key))]


def periods(db: Session, plan: PlanFact) -> list[PeriodLine]:
    """The plan's public comments, oldest first. One statement."""
    of_plan = select(CommentPeriod.id).where(CommentPeriod.plan_id == plan.id)
    counted = _counted(Submission.period_id).where(_in_time(), Submission.period_id.in_(of_plan)).subquery()
    rows = db.execute(
        select(
            CommentPeriod.gate_key,
            _rank(_other.id <= CommentPeriod.id),
            Version.number,
            CommentPeriod.opens_on,
            CommentPeriod.closes_on,
            CommentPeriod.published_at,
            CommentPeriod.cancelled_at,
            CommentPeriod.cancelled_why,
            CommentPeriod.counts_why,
            func.coalesce(counted.c.opinions, 0),
            func.coalesce(counted.c.persons, 0),
        )
        .join(Version, Version.id == CommentPeriod.version_id)
        .outerjoin(counted, counted.c.period_id == _held())
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


def published_counts(db: Session, period: int) -> dict[datetime, Counted]:
    """The counts of what came in time, by when its answers were published: the result, then each 追補. One
    statement."""
    by = Reply.published_at, Submission.route, Submission.late
    rows = db.execute(
        _counted(*by)
        .join(Reply, Reply.id == Opinion.answer_id)
        .where(Submission.period_id == period, _in_time(), Reply.published_at.is_not(None))
        .order_by(Reply.published_at, Submission.route)
    )
    lines: defaultdict[datetime, list[Any]] = defaultdict(list)
    for row in rows:
        lines[row.published_at].append(row)
    return {at: _sum(rows) for at, rows in lines.items()}


def to_add(db: Session, period: int) -> int:
    """Return the number of opinions in time whose answer is not published: those of the next 追補, once the result
    is. One statement."""
    return db.scalars(
        select(func.count())
        .select_from(Opinion)
        .join(Submission, Submission.id == Opinion.submission_id)
        .join(Reply, Reply.id == Opinion.answer_id)
        .where(Submission.period_id == period, _in_time(), Reply.published_at.is_(None))
    ).one()


def unanswered() -> ColumnElement[bool]:
    """The condition that the `Opinion` of a statement, sent with its `Submission`, still needs an answer. Late
    ones are kept, but need none."""
    return _in_time() & Opinion.answer_id.is_(None)


def found_later() -> ColumnElement[bool]:
    """The condition that the published `CommentPeriod` of a statement has opinions in time whose answer is missing
    or not published."""
    left = (
        select(Opinion.id)
        .join(Submission, Submission.id == Opinion.submission_id)
        .outerjoin(Reply, Reply.id == Opinion.answer_id)
        .where(Submission.period_id == CommentPeriod.id, _in_time(), Reply.published_at.is_(None))
    )
    return left.correlate(CommentPeriod).exists()


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


def _held() -> ColumnElement[int]:
    """The number of the period that was held: the row's own, or that of the earlier one it counts."""
    return func.coalesce(CommentPeriod.counts_as_id, CommentPeriod.id)


def replaced() -> ColumnElement[bool]:
    """The condition that a newer period stands at the gate of the `CommentPeriod` of a statement, in its visit."""
    newer = select(_other.id).where(
        _other.plan_id == CommentPeriod.plan_id,
        _other.gate_key == CommentPeriod.gate_key,
        _other.visit == CommentPeriod.visit,
        _other.cancelled_at.is_(None),
        _other.id > CommentPeriod.id,
    )
    return newer.correlate(CommentPeriod).exists()


def _left_at() -> ScalarSelect[datetime]:
    """The moment at which the plan was sent back from the visit of the period."""
    left = select(func.min(Step.taken_at)).where(
        Step.plan_id == CommentPeriod.plan_id,
        Step.trigger == Trigger.SEND_BACK,
        Step.visit > CommentPeriod.visit,
    )
    return left.correlate(CommentPeriod).scalar_subquery()


def _periods() -> Select[*tuple[Any, ...]]:
    asked_about, counted = aliased(Version), aliased(CommentPeriod)
    return (
        plans()
        .join(CommentPeriod, CommentPeriod.plan_id == Plan.id)
        .outerjoin(counted, counted.id == CommentPeriod.counts_as_id)
        .join(asked_about, asked_about.id == func.coalesce(counted.version_id, CommentPeriod.version_id))
        .add_columns(
            CommentPeriod,
            _rank(_other.id <= CommentPeriod.id),
            _rank(),
            case((CommentPeriod.counts_as_id.is_not(None), _rank(_other.id <= CommentPeriod.counts_as_id))),
            replaced(),
            _left_at(),
            asked_about.number,
            asked_about.filename,
            asked_about.sha256,
        )
    )


def _consultation(
    db: Session, row: Any, now: datetime, changed: Mapping[int, Sequence[Change]]
) -> Consultation:
    values = tuple(row)
    plan = plan_fact(db, values)
    period, place, places, counts, newer, left_at, number, filename, sha256 = values[len(PLAN_COLUMNS) :]
    gate = plan.chain.gate(period.gate_key)
    counts_first = not isinstance(gate, PeriodGate) or gate.first_day_counts
    here = (period.stage, period.visit) == (plan.stage.key, plan.visit)
    return Consultation(
        id=period.id,
        plan=plan,
        gate=period.gate_key,
        round=place,
        rounds=places,
        opens_on=period.opens_on,
        closes_on=period.closes_on,
        days=period_days(period.opens_on, period.closes_on, first_day_counts=counts_first) - period.shut_days,
        shut_days=period.shut_days,
        shortened_why=period.shortened_why,
        places=tuple(period.places),
        contact=period.contact,
        published_at=period.published_at,
        cancelled_at=period.cancelled_at,
        cancelled_why=period.cancelled_why,
        counts_round=counts,
        counts_why=period.counts_why,
        held_id=period.counts_as_id or period.id,
        number=number,
        filename=filename,
        sha256=sha256,
        state=period_state(
            period.opens_on,
            period.closes_on,
            now,
            published=period.published_at is not None,
            cancelled=period.cancelled_at is not None,
            current=plan.status is Status.ACTIVE and period.visit == plan.visit and not newer,
            left_at=left_at,
        ),
        here=here,
        begun=period.opens_on <= tokyo_day(period.cancelled_at or now),
        changes=tuple(changed.get(period.id, ())),
    )


_CHANGES = (Tag.COMMENT_EXTENDED, Tag.COMMENT_CORRECTED, Tag.COMMENT_CANCELLED)


def _changes(db: Session, plan: str) -> dict[int, list[Change]]:
    """The changes of the plan's periods, by period, oldest first, as the log has them."""
    rows = db.execute(
        select(Event.tag, Event.at, Event.data)
        .join(Plan, Plan.id == Event.plan_id)
        .where(Plan.key == plan, Event.tag.in_(_CHANGES))
        .order_by(Event.seq)
    )
    found: defaultdict[int, list[Change]] = defaultdict(list)
    for tag, at, text in rows:
        data = json.loads(text)
        fields = tuple(changes_of_comment(data)) if "set" in data else ()
        found[data["period"]].append(Change(Tag(tag), at, why_changed(data), fields))
    return found
