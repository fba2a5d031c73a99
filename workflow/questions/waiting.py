"""What waits for a person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from definitions.chain import SignoffGate
from definitions.terms import Role
from workflow import gates
from workflow.calendar import reiwa, reiwa_moment, tokyo_day
from workflow.facts import PlanFact, chain_of, facts_of_all, plan_fact, plans
from workflow.gates import GateState, Lack
from workflow.machine import Status
from workflow.questions.programs import system_of
from workflow.records import (
    AgendaItem,
    ChainText,
    Condition,
    Decision,
    Delivery,
    Meeting,
    Person,
    Plan,
    Posting,
    Review,
    Signoff,
    Vote,
    Webhook,
)
from workflow.rights import Act, Actor, actor, in_term


class Waiting(StrEnum):
    """What can wait for a person."""

    RECORD = "record"
    ANSWER = "answer"
    CONDITION = "condition"
    REVIEW = "review"
    RATIFY = "ratify"
    SIGN = "sign"
    ADVANCE = "advance"
    ANSWER_OPINIONS = "answer_opinions"
    DOCUMENT = "document"
    FAILED_MAIL = "failed_mail"

    @property
    def label(self) -> str:
        return _WAITING_LABELS[self]


_WAITING_LABELS = {
    Waiting.RECORD: "結果の記録",
    Waiting.ANSWER: "持ち回り・採決の回答",
    Waiting.CONDITION: "条件の解消",
    Waiting.REVIEW: "後閲",
    Waiting.RATIFY: "専決の報告",
    Waiting.SIGN: "決裁",
    Waiting.ADVANCE: "次の段階へ進行",
    Waiting.ANSWER_OPINIONS: "意見への回答・公表",
    Waiting.DOCUMENT: "版の登録",
    Waiting.FAILED_MAIL: "送れなかった通知",
}


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that waits for a person. `number` is that of the item, condition, signoff, decision or
    delivery; `due` orders them, None last."""

    kind: Waiting
    words: str
    plan: str | None = None
    number: int | None = None
    due: datetime | None = None
    meeting: int | None = None


def worklist(db: Session, person: str, now: datetime) -> list[Task]:
    """What waits for the person, nearest first. A fixed number of statements, however many plans there are.

    Raises `NotFound`.
    """
    who = actor(db, person, tokyo_day(now))
    tasks = [
        *_items_waiting(db, who, now),
        *_conditions_waiting(db, who),
        *_reviews_waiting(db, who),
        *_ratifications_waiting(db, who),
        *_plans_waiting(db, who, now),
        *_mail_waiting(db, who),
    ]
    far = now + timedelta(days=36500)
    return sorted(tasks, key=lambda task: (task.due or far, list(Waiting).index(task.kind), task.number or 0))


def _bodies_for(who: Actor, act: Act) -> list[str]:
    """The bodies in which the person may do that."""
    return sorted({body for body, _ in who.seats if who.may(act, body=body)})


def _live(item: type[AgendaItem]) -> ColumnElement[bool]:
    """On the agenda of a meeting that is not over, without an outcome that holds."""
    later = aliased(Decision)
    held = (
        select(Decision.id)
        .outerjoin(later, later.supersedes_id == Decision.id)
        .where(Decision.item_id == item.id, Decision.outcome.is_not(None), later.id.is_(None))
    )
    return (Meeting.status == "called") & item.removed_at.is_(None) & ~held.exists()


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
        .where(Meeting.body_key.in_([*recording, *voting]), Meeting.starts_at <= now, _live(AgendaItem))
        .order_by(Meeting.starts_at, AgendaItem.position)
    )
    for item, key, title, number, meeting, body, form, starts_at, ends_at, choice in rows:
        in_writing = form == "in_writing"
        if body in voting and in_writing and now < ends_at and choice in (None, "withdrawn"):
            words = f"{meeting}「{title}」への回答（期限 {reiwa_moment(ends_at)}）"
            yield Task(Waiting.ANSWER, words, key, item, ends_at, number)
        if body in recording and not (in_writing and now < ends_at):
            yield Task(Waiting.RECORD, f"{meeting}「{title}」の結果", key, item, starts_at, number)


def _conditions_waiting(db: Session, who: Actor) -> Iterable[Task]:
    bodies = _bodies_for(who, Act.CLOSE_CONDITION)
    if not bodies:
        return
    later = aliased(Decision)
    rows = db.execute(
        select(Condition.id, Plan.key, Plan.title, Condition.text)
        .join(Decision, Decision.id == Condition.decision_id)
        .join(Plan, Plan.id == Decision.plan_id)
        .outerjoin(later, later.supersedes_id == Decision.id)
        .where(
            Decision.body_key.in_(bodies),
            Condition.closed_at.is_(None),
            later.id.is_(None),
            Decision.stage == Plan.stage,
            Decision.visit == Plan.visit,
            Plan.status == Status.ACTIVE,
        )
        .order_by(Condition.id)
    )
    for number, key, title, text in rows:
        yield Task(Waiting.CONDITION, f"「{title}」の条件: {text}", key, number)


def _reviews_waiting(db: Session, who: Actor) -> Iterable[Task]:
    later = aliased(Signoff)
    rows = db.execute(
        select(Signoff.id, Plan.key, Plan.title, Signoff.signed_at)
        .join(Plan, Plan.id == Signoff.plan_id)
        .outerjoin(later, later.supersedes_id == Signoff.id)
        .outerjoin(Review, Review.signoff_id == Signoff.id)
        .where(
            Signoff.principal_id == who.id,
            Signoff.manner == "deputy",
            Signoff.result.is_not(None),
            later.id.is_(None),
            Review.signoff_id.is_(None),
        )
        .order_by(Signoff.id)
    )
    for number, key, title, at in rows:
        yield Task(Waiting.REVIEW, f"「{title}」の代決（{reiwa_moment(at)}）の後閲", key, number)


def _ratifications_waiting(db: Session, who: Actor) -> Iterable[Task]:
    """専決 that the body's meeting has neither heard nor answered."""
    bodies = _bodies_for(who, Act.SET_AGENDA)
    if not bodies:
        return
    answer, undone, later = aliased(Decision), aliased(Decision), aliased(Decision)
    answered = (
        select(answer.id)
        .outerjoin(undone, undone.supersedes_id == answer.id)
        .where(answer.ratifies_id == Decision.id, answer.outcome.is_not(None), undone.id.is_(None))
    )
    rows = db.execute(
        select(Decision.id, Plan.key, Plan.title, Decision.decided_on)
        .join(Plan, Plan.id == Decision.plan_id)
        .outerjoin(later, later.supersedes_id == Decision.id)
        .where(
            Decision.body_key.in_(bodies),
            Decision.manner == "chair_alone",
            Decision.outcome.is_not(None),
            later.id.is_(None),
            ~answered.exists(),
        )
        .order_by(Decision.id)
    )
    for number, key, title, day in rows:
        yield Task(Waiting.RATIFY, f"「{title}」の専決（{reiwa(day)}）を次の会議に報告", key, number)


def _plans_waiting(db: Session, who: Actor, now: datetime) -> Iterable[Task]:
    """Plans of the person's departments, and those that wait for the offices they hold or sign for."""
    offices = who.offices | _offices_signed_for(db, who)
    if not who.departments and not offices:
        return
    mine = Plan.department_key.in_(sorted(who.departments))
    signing = _stages_signed_by(db, offices)
    which = (Plan.status == Status.ACTIVE) & or_(mine, *signing)
    known = [plan_fact(db, row) for row in db.execute(plans().where(which).order_by(Plan.key))]
    known_facts = facts_of_all(db, known, which, now)
    for plan in known:
        states = gates.states(plan.chain, plan.stage, known_facts[plan.id])
        yield from _signatures(plan, states, offices)
        if plan.department in who.departments:
            yield from _staff_work(plan, states)


def _signatures(plan: PlanFact, states: Mapping[str, GateState], offices: frozenset[str]) -> Iterable[Task]:
    for state in states.values():
        gate = state.gate
        waits = state.lack in (Lack.SIGNATURE, Lack.SIGNATURE_STALE)
        if isinstance(gate, SignoffGate) and waits and {gate.office, gate.delegate} & offices:
            yield Task(Waiting.SIGN, f"「{plan.title}」の{gate.label}", plan.key)


def _staff_work(plan: PlanFact, states: Mapping[str, GateState]) -> Iterable[Task]:
    lacks = {state.lack for state in states.values()}
    if lacks <= {None} and plan.chain.after(plan.stage):
        yield Task(Waiting.ADVANCE, f"「{plan.title}」は「{plan.stage.label}」から進めます", plan.key)
    if Lack.DOCUMENT in lacks:
        yield Task(Waiting.DOCUMENT, f"「{plan.title}」の{plan.stage.label}の文書", plan.key)
    if lacks & {Lack.UNANSWERED, Lack.UNPUBLISHED}:
        yield Task(Waiting.ANSWER_OPINIONS, f"「{plan.title}」のパブリックコメント", plan.key)


def _offices_signed_for(db: Session, who: Actor) -> frozenset[str]:
    """The offices of those the person deputises for."""
    if not who.principals:
        return frozenset()
    found = db.scalars(
        select(Posting.office).where(
            Posting.person_id.in_(sorted(who.principals)),
            Posting.office.is_not(None),
            in_term(Posting, who.on),
        )
    )
    return frozenset(office for office in found if office)


def _stages_signed_by(db: Session, offices: frozenset[str]) -> list[ColumnElement[bool]]:
    """The stages, chain by chain, on which one of the offices signs."""
    found: list[ColumnElement[bool]] = []
    if not offices:
        return found
    for sha256 in db.scalars(select(ChainText.sha256)):
        for stage in chain_of(db, sha256).stages:
            if any(
                isinstance(gate, SignoffGate) and {gate.office, gate.delegate} & offices
                for gate in stage.gates
            ):
                found.append((Plan.chain_sha256 == sha256) & (Plan.stage == stage.key))
    return found


def _mail_waiting(db: Session, who: Actor) -> Iterable[Task]:
    bodies = sorted({body for body, role in who.seats if role == Role.SECRETARIAT})
    if not (bodies or who.departments or who.administrator):
        return
    statement = (
        select(Delivery.id, Person.name, Webhook.url, Delivery.error, Plan.key)
        .outerjoin(Person, Person.id == Delivery.recipient_id)
        .outerjoin(Webhook, Webhook.id == Delivery.webhook_id)
        .outerjoin(Meeting, Meeting.id == Delivery.meeting_id)
        .outerjoin(Plan, Plan.id == Delivery.plan_id)
        .where(Delivery.state == "failed")
        .order_by(Delivery.id)
        .limit(100)
    )
    if not who.administrator:
        statement = statement.where(
            or_(Meeting.body_key.in_(bodies), Plan.department_key.in_(sorted(who.departments)))
        )
    for number, name, url, error, key in db.execute(statement):
        to = f"{name}さんへの通知" if name else f"他システム（{system_of(url)}）への通知"
        yield Task(Waiting.FAILED_MAIL, f"{to}: {error or '送れませんでした'}", key, number)
