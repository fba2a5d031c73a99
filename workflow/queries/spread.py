"""The load of all plans' sittings (会議の込み具合): by body and month, where it is too much, and what clashes; and the newest
proposal that spreads them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import distinct, func, or_, select
from sqlalchemy.orm import Session

from definitions.chain import BodyGate
from definitions.labelled import Labelled
from workflow.domain.calendar import month_of, tokyo_day
from workflow.domain.errors import AlreadyDone, NotFound, NotNow
from workflow.domain.lateness import last_day_of, open_lines
from workflow.domain.meeting_warnings import CalledMeeting, MeetingClash, meeting_clashes
from workflow.domain.meetings import MeetingForm
from workflow.domain.plans import Status
from workflow.domain.rights import SEATED, Actor
from workflow.domain.schedules import Line
from workflow.domain.scheduling.loads import (
    Capacity,
    Item,
    MonthLoad,
    PersonClash,
    SittingLoad,
    TooMuch,
    month_loads,
    person_clashes,
    planned_items,
    too_full,
    too_much,
)
from workflow.domain.scheduling.proposing import Given, OfficeProposal, Part, proposal_from_rows
from workflow.queries.actor import in_term
from workflow.queries.gate_facts import facts_of_all
from workflow.queries.meetings import meeting_to_come
from workflow.queries.plan_problem import plan_problems
from workflow.queries.plan_sheet import gates_to_come, open_gates
from workflow.queries.plans import PlanFact, plan_fact, plans
from workflow.queries.reading_rights import meetings_readable, plans_readable
from workflow.store.tables import Meeting, Membership, Person, Plan, Posting, SpreadProposal


@dataclass(frozen=True, slots=True)
class OfficeLoad:
    """The load of the plans that a person may read. `months` and `bodies` are those that have any, the bodies with their
    names; `departments` the names of those whose plans they are. A department has so many people (`capacity`)."""

    plans: int
    months: tuple[str, ...]
    bodies: tuple[tuple[str, str], ...]
    cells: dict[tuple[str, str], MonthLoad]
    full: tuple[SittingLoad, ...]
    meetings: tuple[MeetingClash, ...]
    people: tuple[PersonClash, ...]
    too_much: tuple[TooMuch, ...]
    departments: dict[str, str]
    capacity: Capacity

    @property
    def over(self) -> list[MonthLoad]:
        """The months in which a body has too much, by month."""
        found = [each for each in self.cells.values() if each.over]
        return sorted(found, key=lambda each: (each.month, each.body))

    def clashes_beyond(self, most: int) -> int:
        """The number of clashes that are not among the first so many of their kind: of months and of sittings that have too
        much, of meetings, and of people."""
        kinds = (self.over, self.full, self.meetings, self.people)
        return sum(max(len(kind) - most, 0) for kind in kinds)


def office_load(db: Session, who: Actor, now: datetime) -> OfficeLoad:
    """The load as far as the person may read it. Nine statements at most, beside each chain once in a process."""
    running = Plan.status.in_([Status.ACTIVE, Status.SUSPENDED])
    wanted = plans().where(plans_readable(db, who), running).order_by(Plan.key)
    known = [plan_fact(db, row) for row in db.execute(wanted)]
    called, capacity = _called(db, who, now), office_capacity(db, tokyo_day(now))
    found = _items(db, known, now)
    cells = month_loads(found, [(each.body, tokyo_day(each.starts_at)) for each in called], capacity)
    names = {body.key: body.name for plan in known for body in plan.chain.bodies}
    return OfficeLoad(
        len(known),
        tuple(sorted({month_of(item.day) for item in found})),
        tuple((body, names[body]) for body in sorted({item.body for item in found})),
        cells,
        tuple(too_full(found, cells.values(), capacity)),
        tuple(meeting_clashes(called)),
        tuple(person_clashes(found, capacity)),
        tuple(too_much(found, capacity)),
        {plan.department: plan.department_name for plan in known},
        capacity,
    )


def office_capacity(db: Session, day: date) -> Capacity:
    """The load that the office thinks well, with the people who serve in each department that day. One statement."""
    counted = (
        select(Posting.department_key, func.count(distinct(Posting.person_id)).label("people"))
        .where(in_term(Posting, day))
        .group_by(Posting.department_key)
    )
    return Capacity(people={row.department_key: row.people for row in db.execute(counted)})


def _items(db: Session, known: Sequence[PlanFact], now: datetime) -> list[Item]:
    """Everything of the plans that is still to come to a body. Two statements."""
    numbers, today = [plan.id for plan in known], tokyo_day(now)
    if not known:
        return []
    facts, on_agendas = facts_of_all(db, known, Plan.id.in_(numbers), now), gates_to_come(db, numbers, now)
    put = defaultdict[int, dict[str, date]](dict)
    for (plan_id, gate), day in on_agendas.items():
        put[plan_id][gate] = day
    return [
        item
        for plan in known
        for item in planned_items(
            plan.key,
            plan.department,
            open_lines(plan.chain, plan.schedule, plan.stage.key, open_gates(plan, facts[plan.id])),
            {gate: (_body(plan, gate), day) for gate, day in put[plan.id].items()},
            today,
        )
    ]


def _body(plan: PlanFact, gate: str) -> str:
    found = plan.chain.gate(gate)
    assert isinstance(found, BodyGate)  # noqa: S101 - no other gate is on an agenda
    return found.body


def _called(db: Session, who: Actor, now: datetime) -> list[CalledMeeting]:
    """The meetings to come that the person may know of, with the members of each. At most four statements."""
    rows = db.execute(
        select(
            Meeting.id,
            Meeting.body_key,
            Meeting.title,
            Meeting.form,
            Meeting.starts_at,
            Meeting.ends_at,
            Meeting.place,
        ).where(
            meetings_readable(db, who),
            meeting_to_come(now, running=True),
            Meeting.form != MeetingForm.IN_WRITING,
        )
    ).all()
    seats = _seats(db, sorted({row.body_key for row in rows}), tokyo_day(now))
    sitting = {
        (body, day): {
            person: name
            for person, name, since, until in seats[body]
            if since <= day and (until is None or until >= day)
        }
        for body, day in {(row.body_key, tokyo_day(row.starts_at)) for row in rows}
    }
    return [
        CalledMeeting(
            row.id,
            row.body_key,
            row.title,
            MeetingForm(row.form),
            row.starts_at,
            row.ends_at,
            row.place,
            sitting[row.body_key, tokyo_day(row.starts_at)],
        )
        for row in rows
    ]


def _seats(
    db: Session, bodies: Sequence[str], today: date
) -> dict[str, list[tuple[int, str, date, date | None]]]:
    """The members of the bodies, today and later: number and name, with their terms."""
    rows = db.execute(
        select(Membership.body_key, Person.id, Person.name, Membership.since, Membership.until)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.body_key.in_(bodies),
            Membership.role.in_(SEATED),
            or_(Membership.until.is_(None), Membership.until >= today),
        )
        .order_by(Person.id)
    )
    found = defaultdict[str, list[tuple[int, str, date, date | None]]](list)
    for body, person, name, since, until in rows:
        found[body].append((person, name, since, until))
    return found


class SpreadState(Labelled):
    """The state of a proposal."""

    COMPUTING = "computing", "計算しています"
    DONE = "done", "できました"
    FAILED = "failed", "できませんでした"


@dataclass(frozen=True, slots=True)
class ProposalFact:
    """A proposal that somebody asked for; `found` None until it is done."""

    number: int
    asked_by: str
    asked_at: datetime
    state: SpreadState
    found: OfficeProposal | None


@dataclass(frozen=True, slots=True)
class PartFact:
    """The part of a plan. `taken`: it is the plan's schedule now; `changed`: that is another one than the proposal saw."""

    plan: PlanFact
    part: Part
    taken: bool
    changed: bool


def newest_proposal(db: Session) -> ProposalFact | None:
    """The newest proposal; None when there is none. One statement."""
    row = db.execute(
        select(SpreadProposal, Person.name)
        .join(Person, Person.id == SpreadProposal.asked_by)
        .order_by(SpreadProposal.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    kept, name = row
    found = proposal_from_rows(kept.result) if kept.result else None
    ended = SpreadState.DONE if found else SpreadState.FAILED
    state = ended if kept.ended_at else SpreadState.COMPUTING
    return ProposalFact(kept.id, name, kept.asked_at, state, found)


def readable_parts(db: Session, who: Actor, found: OfficeProposal) -> tuple[list[PartFact], list[PlanFact]]:
    """The parts of the plans that the person may read, and such plans for which no way was found. Two statements."""
    parts = {part.plan: part for part in found.parts}
    wanted = plans().where(plans_readable(db, who), Plan.key.in_([*parts, *found.unplaced]))
    known = [plan_fact(db, row) for row in db.execute(wanted.order_by(Plan.key))]
    return (
        [_part(plan, parts[plan.key]) for plan in known if plan.key in parts],
        [plan for plan in known if plan.key not in parts],
    )


def _part(plan: PlanFact, part: Part) -> PartFact:
    taken = plan.schedule_number == part.seen + 1 and plan.schedule.to_rows() == part.rows
    return PartFact(plan, part, taken, plan.schedule_number != part.seen)


def part_to_take(db: Session, number: int, plan: str, now: datetime) -> Part:
    """The part of the plan in the proposal of that number, which is the newest, and in which nothing is past. Raises
    `AlreadyDone`, `NotFound`, `NotNow`."""
    newest = newest_proposal(db)
    if newest is None or newest.number != number or newest.found is None:
        raise AlreadyDone("ご覧になった後に、割り振りの案が変わりました。画面を開き直してください。")
    part = next((each for each in newest.found.parts if each.plan == plan), None)
    if part is None:
        raise NotFound("割り振りの案の計画", plan)
    if any(last_day_of(Line(move.after)) < tokyo_day(now) for move in part.moves):
        raise NotNow("割り振りの案の採用", "案の日を過ぎました。", "もう一度、案を作ってください。")
    return part


def running_plans(db: Session, now: datetime) -> list[Given]:
    """Every plan of the office that is under way, as it goes into a proposal. Five statements, beside each chain once in a
    process."""
    wanted = plans().where(Plan.status == Status.ACTIVE).order_by(Plan.key)
    known = [plan_fact(db, row) for row in db.execute(wanted)]
    return [
        Given(basis, plan.schedule_number, plan.department)
        for plan, basis in zip(known, plan_problems(db, known, now), strict=True)
    ]
