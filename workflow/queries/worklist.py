"""The worklist of a person (今日の仕事)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, cast, false, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from definitions.chain import BodyGate, SignoffGate, Stage
from definitions.labelled import Labelled
from definitions.terms import Role
from workflow.domain import gates
from workflow.domain.calendar import shown_day, shown_moment, tokyo_day
from workflow.domain.decisions import SignedAs
from workflow.domain.deliveries import State
from workflow.domain.gates import Facts, GateState, Lack
from workflow.domain.language import say
from workflow.domain.meetings import MeetingForm
from workflow.domain.plans import Status
from workflow.domain.rights import Act, Actor
from workflow.domain.votes import Choice
from workflow.queries.actor import actor
from workflow.queries.agenda import held_decision, owed_to_its_body
from workflow.queries.chains import chain_of
from workflow.queries.circulation import concerned_with
from workflow.queries.decisions import current_signoff, reviews
from workflow.queries.gate_facts import facts_of_all
from workflow.queries.meetings import MeetingFact, meeting_begun, next_meetings, open_meeting
from workflow.queries.people import held_positions
from workflow.queries.plans import PlanFact, plan_fact, plans
from workflow.queries.webhooks import system_of
from workflow.store.tables import (
    AgendaItem,
    ChainText,
    Circulation,
    Condition,
    Decision,
    Delivery,
    Meeting,
    Person,
    Plan,
    Review,
    Signoff,
    Version,
    Vote,
    Webhook,
)


class Waiting(Labelled):
    """Kinds of tasks on a worklist."""

    RECORD = "record", "結果の記録"
    ANSWER = "answer", "持ち回り・採決の回答"
    CONDITION = "condition", "条件の解消"
    REVIEW = "review", "後閲"
    RATIFY = "ratify", "専決の報告"
    SIGN = "sign", "決裁"
    ADVANCE = "advance", "次の段階へ進行"
    CLOSE = "close", "会議の終了"
    ANSWER_OPINIONS = "answer_opinions", "意見への回答・公表"
    DOCUMENT = "document", "版の登録"
    READ = "read", "供覧"
    FAILED_MAIL = "failed_mail", "送れなかった通知"


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that waits for a person. `number` is that of the item, condition, signoff, decision, circulation
    or delivery, `gate` the gate to sign at. `meeting` is the meeting it is about, or the nearest one it should be
    done before; `due` orders the tasks, None last."""

    kind: Waiting
    words: str
    plan: str | None = None
    number: int | None = None
    due: datetime | None = None
    meeting: int | None = None
    meeting_title: str | None = None
    gate: str | None = None


def worklist(db: Session, person: str, now: datetime) -> list[Task]:
    """Return the person's tasks, nearest first. Raises `NotFound`."""
    return waiting_for(db, actor(db, person, tokyo_day(now)), now)


def waiting_for(db: Session, who: Actor, now: datetime) -> list[Task]:
    """Return the actor's tasks, nearest first. A fixed number of statements, however many plans there are."""
    coming = next_meetings(db, now)
    tasks = [
        *_items_waiting(db, who, now),
        *_owed(db, who, coming, now),
        *_plans_waiting(db, who, now, coming),
        *_mail_waiting(db, who, now),
    ]
    far = now + timedelta(days=36500)
    return sorted(tasks, key=lambda task: (task.due or far, list(Waiting).index(task.kind), task.number or 0))


def _nearest(coming: Mapping[str, MeetingFact], stages: Iterable[Stage]) -> dict[str, Any]:
    """The nearest meeting of a body that has a gate on one of the stages, as fields of a task."""
    bodies = {gate.body for stage in stages for gate in stage.gates if isinstance(gate, BodyGate)}
    return _before(min((coming[b] for b in bodies if b in coming), key=lambda n: n.starts_at, default=None))


def _before(held: MeetingFact | None) -> dict[str, Any]:
    if held is None:
        return {}
    return {"due": held.starts_at, "meeting": held.id, "meeting_title": held.title}


def _bodies_for(who: Actor, act: Act) -> list[str]:
    """The bodies in which the person may do that."""
    return sorted({body for body, _ in who.seats if who.may(act, body=body)})


def _live(item: type[AgendaItem]) -> ColumnElement[bool]:
    """On the agenda of a meeting that is not over, without an outcome that holds."""
    return open_meeting() & item.removed_at.is_(None) & ~held_decision(item.id).exists()


def _items_waiting(db: Session, who: Actor, now: datetime) -> Iterable[Task]:
    recording, voting = _bodies_for(who, Act.RECORD_OUTCOME), _bodies_for(who, Act.VOTE)
    if not recording and not voting:
        return
    newest = aliased(Vote)
    last_turn = select(func.max(newest.turn)).where(
        newest.item_id == AgendaItem.id, newest.member_id == who.id
    )
    rows = db.execute(
        select(
            AgendaItem.id,
            Plan.key,
            Plan.title,
            Meeting.id,
            Meeting.title,
            Meeting.body_key,
            Meeting.form,
            Meeting.starts_at,
            Meeting.ends_at,
            Vote.choice,
        )
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .join(Plan, Plan.id == AgendaItem.plan_id)
        .outerjoin(
            Vote,
            (Vote.item_id == AgendaItem.id)
            & (Vote.member_id == who.id)
            & (Vote.turn == last_turn.scalar_subquery()),
        )
        .where(Meeting.body_key.in_([*recording, *voting]), meeting_begun(now), _live(AgendaItem))
        .order_by(Meeting.starts_at, AgendaItem.position)
    )
    for item, key, title, number, meeting, body, form, starts_at, ends_at, choice in rows:
        in_writing = form == MeetingForm.IN_WRITING
        about: dict[str, Any] = {"plan": key, "number": item, "meeting": number, "meeting_title": meeting}
        if body in voting and in_writing and now < ends_at and choice in (None, Choice.WITHDRAWN):
            words = say("{meeting}「{plan}」への回答", meeting=meeting, plan=title)
            yield Task(Waiting.ANSWER, words, due=ends_at, **about)
        if body in recording and not (in_writing and now < ends_at):
            words = say("{meeting}「{plan}」の結果", meeting=meeting, plan=title)
            yield Task(Waiting.RECORD, words, due=ends_at if in_writing else starts_at, **about)


def _owed(db: Session, who: Actor, coming: Mapping[str, MeetingFact], now: datetime) -> Iterable[Task]:
    """後閲, 専決 to report, 供覧 and meetings to close: duties that others left for the person, in one statement,
    and one more for the holders of a position while a 後閲 is open."""
    parts = [_circulations(who)]
    if who.positions:
        parts.append(_reviews())
    if bodies := _bodies_for(who, Act.SET_AGENDA):
        parts.append(_ratifications(bodies))
    if bodies := _bodies_for(who, Act.CALL_MEETING):
        parts.append(_closings(bodies, now))
    rows = sorted(db.execute(union_all(*parts)).all(), key=lambda r: (r.kind, r.number))
    owes_review = any(row.kind == Waiting.REVIEW for row in rows)
    officers = held_positions(db, who.positions, who.on) if owes_review else frozenset()
    for row in rows:
        kind = Waiting(row.kind)
        if kind is Waiting.CLOSE:
            words = say("{meeting}の議事要旨と終了", meeting=row.title)
            yield Task(kind, words, due=row.at, meeting=row.number, meeting_title=row.title)
            continue
        chain = chain_of(db, row.chain_sha256)
        near: dict[str, Any] = {}
        if kind is Waiting.REVIEW:
            if not reviews(who, chain.gate(row.words), int(row.whose), officers):
                continue
        elif kind is Waiting.READ and not concerned_with(who, Act.READ, row.whose, chain):
            continue
        elif kind is Waiting.RATIFY:
            near = _before(coming.get(row.whose))
        else:
            near = _nearest(coming, [chain.stage(row.stage)])
        yield Task(kind, _owed_words(kind, row), row.key, row.number, **near)


def _owed_words(kind: Waiting, row: Row[*tuple[Any, ...]]) -> str:
    match kind:
        case Waiting.REVIEW:
            return say("「{plan}」の代決（{at}）の後閲", plan=row.title, at=shown_moment(row.at))
        case Waiting.RATIFY:
            day = shown_day(tokyo_day(row.at))
            return say("「{plan}」の専決（{at}）を次の会議に報告", plan=row.title, at=day)
        case _:
            return say("「{plan}」第{number}版の供覧", plan=row.title, number=row.words)


def _owed_columns(
    kind: Waiting, number: Any, words: Any, at: Any, whose: Any
) -> tuple[ColumnElement[Any], ...]:
    return (
        literal(kind.value).label("kind"),
        number.label("number"),
        Plan.key.label("key"),
        Plan.title.label("title"),
        Plan.chain_sha256.label("chain_sha256"),
        Plan.stage.label("stage"),
        words.label("words"),
        at.label("at"),
        whose.label("whose"),
    )


def _reviews() -> Select[*tuple[Any, ...]]:
    """Open 後閲 of deputies' signatures, for all people; `reviews` selects the person's."""
    principal = cast(Signoff.principal_id, String)
    return (
        select(*_owed_columns(Waiting.REVIEW, Signoff.id, Signoff.gate_key, Signoff.signed_at, principal))
        .join(Plan, Plan.id == Signoff.plan_id)
        .outerjoin(Review, Review.signoff_id == Signoff.id)
        .where(
            Signoff.manner == SignedAs.DEPUTY,
            current_signoff(),
            Review.signoff_id.is_(None),
        )
    )


def _circulations(who: Actor) -> Select[*tuple[Any, ...]]:
    version = cast(Version.number, String)
    return (
        select(
            *_owed_columns(Waiting.READ, Circulation.id, version, Circulation.asked_at, Plan.department_key)
        )
        .join(Plan, Plan.id == Circulation.plan_id)
        .join(Version, Version.id == Circulation.version_id)
        .where(Circulation.reader_id == who.id, Circulation.read_at.is_(None))
    )


def _closings(bodies: list[str], now: datetime) -> Select[*tuple[Any, ...]]:
    """Meetings that are over, whose items all have an outcome, and which nobody closed."""
    left = select(AgendaItem.id).where(AgendaItem.meeting_id == Meeting.id, _live(AgendaItem))
    nothing = literal("")
    return select(
        literal(Waiting.CLOSE.value).label("kind"),
        Meeting.id.label("number"),
        nothing.label("key"),
        Meeting.title.label("title"),
        nothing.label("chain_sha256"),
        nothing.label("stage"),
        nothing.label("words"),
        Meeting.ends_at.label("at"),
        Meeting.body_key.label("whose"),
    ).where(
        Meeting.body_key.in_(bodies),
        open_meeting(),
        Meeting.ends_at <= now,
        ~left.correlate(Meeting).exists(),
    )


def _ratifications(bodies: list[str]) -> Select[*tuple[Any, ...]]:
    """専決 that the body's meeting has neither heard nor answered."""
    return (
        select(
            *_owed_columns(Waiting.RATIFY, Decision.id, literal(""), Decision.recorded_at, Decision.body_key)
        )
        .join(Plan, Plan.id == Decision.plan_id)
        .where(Decision.body_key.in_(bodies), owed_to_its_body())
    )


def _plans_waiting(
    db: Session, who: Actor, now: datetime, coming: Mapping[str, MeetingFact]
) -> Iterable[Task]:
    """Plans of the person's departments, those that wait for the positions they hold or sign for, and those whose
    conditions they may close."""
    positions = who.positions | {position for _, position in who.represented}
    bodies = _bodies_for(who, Act.CLOSE_CONDITION)
    if not (who.departments or positions or bodies):
        return
    mine = Plan.department_key.in_(sorted(who.departments))
    signing, last = _stages(db, positions)
    going_on = or_(mine, *signing) & ~or_(false(), *last)
    which = (Plan.status == Status.ACTIVE) & or_(going_on, _has_open_condition(bodies))
    known = [plan_fact(db, row) for row in db.execute(plans().where(which).order_by(Plan.key))]
    known_facts = facts_of_all(db, known, which, now)
    for plan in known:
        states = gates.states(plan.chain, plan.stage, known_facts[plan.id])
        yield from _conditions(plan, known_facts[plan.id], bodies, coming)
        yield from _signatures(plan, states, positions, coming)
        if plan.department in who.departments:
            yield from _staff_work(plan, states, coming)


def _has_open_condition(bodies: list[str]) -> ColumnElement[bool]:
    """The condition that one of the bodies attached a condition in the plan's current stage, and nobody has
    closed it. The gates decide whether the decision still counts."""
    attached = (
        select(Condition.id)
        .join(Decision, Decision.id == Condition.decision_id)
        .where(
            Decision.plan_id == Plan.id,
            Decision.stage == Plan.stage,
            Decision.visit == Plan.visit,
            Decision.body_key.in_(bodies),
            Condition.closed_at.is_(None),
        )
    )
    return attached.correlate(Plan).exists()


def _conditions(
    plan: PlanFact, known: Facts, bodies: list[str], coming: Mapping[str, MeetingFact]
) -> Iterable[Task]:
    """The open conditions of the decisions in force on the plan's current text."""
    for gate in plan.stage.gates:
        decision = known.decisions.get(gate.key)
        if not isinstance(gate, BodyGate) or gate.body not in bodies or decision is None:
            continue
        if plan.text is None or decision.version_id != plan.text.version_id:
            continue
        for condition in decision.open_conditions:
            words = say("「{plan}」の条件: {text}", plan=plan.title, text=condition.text)
            near = _nearest(coming, [plan.stage])
            yield Task(Waiting.CONDITION, words, plan.key, condition.number, **near)


def _signatures(
    plan: PlanFact,
    states: Mapping[str, GateState],
    positions: frozenset[str],
    coming: Mapping[str, MeetingFact],
) -> Iterable[Task]:
    for state in states.values():
        gate = state.gate
        waits = state.lack in (Lack.SIGNATURE, Lack.SIGNATURE_STALE)
        if isinstance(gate, SignoffGate) and waits and {gate.position, gate.delegate} & positions:
            words = say("「{plan}」の{gate}", plan=plan.title, gate=gate.label)
            yield Task(Waiting.SIGN, words, plan.key, gate=gate.key, **_nearest(coming, [plan.stage]))


def _staff_work(
    plan: PlanFact, states: Mapping[str, GateState], coming: Mapping[str, MeetingFact]
) -> Iterable[Task]:
    lacks = {state.lack for state in states.values()}
    here = _nearest(coming, [plan.stage])
    if lacks <= {None} and plan.chain.after(plan.stage):
        words = say("「{plan}」は「{stage}」から進めます", plan=plan.title, stage=plan.stage.label)
        there = _nearest(coming, [plan.chain.stage(key) for key in plan.chain.after(plan.stage)])
        yield Task(Waiting.ADVANCE, words, plan.key, **there)
    if Lack.DOCUMENT in lacks:
        words = say("「{plan}」の{stage}の文書", plan=plan.title, stage=plan.stage.label)
        yield Task(Waiting.DOCUMENT, words, plan.key, **here)
    if lacks & {Lack.UNANSWERED, Lack.UNPUBLISHED}:
        words = say("「{plan}」のパブリックコメント", plan=plan.title)
        yield Task(Waiting.ANSWER_OPINIONS, words, plan.key, **here)


def _stages(
    db: Session, positions: frozenset[str]
) -> tuple[list[ColumnElement[bool]], list[ColumnElement[bool]]]:
    """The stages, chain by chain, on which one of the positions signs; and those that lead nowhere, where nothing
    waits any more."""
    signing, last = list[ColumnElement[bool]](), list[ColumnElement[bool]]()
    for sha256 in db.scalars(select(ChainText.sha256)):
        chain = chain_of(db, sha256)
        for stage in chain.stages:
            here = (Plan.chain_sha256 == sha256) & (Plan.stage == stage.key)
            signed = [gate for gate in stage.gates if isinstance(gate, SignoffGate)]
            if any({gate.position, gate.delegate} & positions for gate in signed):
                signing.append(here)
            if not chain.after(stage):
                last.append(here)
    return signing, last


def _mail_waiting(db: Session, who: Actor, now: datetime) -> Iterable[Task]:
    """Mail that could not be sent: most urgent when its meeting is still to come."""
    bodies = sorted({body for body, role in who.seats if role == Role.SECRETARIAT})
    if not (bodies or who.departments or who.administrator):
        return
    statement = (
        select(
            Delivery.id,
            Person.name,
            Webhook.url,
            Delivery.error,
            Plan.key,
            Meeting.id,
            Meeting.title,
            Meeting.starts_at,
        )
        .outerjoin(Person, Person.id == Delivery.recipient_id)
        .outerjoin(Webhook, Webhook.id == Delivery.webhook_id)
        .outerjoin(Meeting, Meeting.id == Delivery.meeting_id)
        .outerjoin(Plan, Plan.id == Delivery.plan_id)
        .where(Delivery.state == State.FAILED)
        .order_by(Delivery.id)
        .limit(100)
    )
    if not who.administrator:
        statement = statement.where(
            or_(Meeting.body_key.in_(bodies), Plan.department_key.in_(sorted(who.departments)))
        )
    for number, name, url, error, key, meeting, title, starts_at in db.execute(statement):
        why = error or say("送れませんでした")
        if name:
            words = say("{name}さんへの通知: {why}", name=name, why=why)
        else:
            words = say("他システム（{system}）への通知: {why}", system=system_of(url), why=why)
        due = starts_at if starts_at and starts_at > now else None
        yield Task(Waiting.FAILED_MAIL, words, key, number, due, meeting, title)
