"""What people ask: why can it not move, what waits for me, what happened, when was it planned. Reading only;
the answers are data first, words second."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from definitions.chain import BodyGate, Chain, SignoffGate
from definitions.terms import Outcome, Role
from workflow import gates
from workflow.audit import Tag
from workflow.calendar import month_of, parse_day, reiwa, reiwa_moment, tokyo_day
from workflow.facts import PlanFact, chain_of, facts, facts_of_all, plan_fact, plans
from workflow.gates import GateState, Lack
from workflow.machine import Status, Trigger
from workflow.records import (
    AgendaItem,
    ChainText,
    CommentPeriod,
    Condition,
    Decision,
    Delivery,
    Event,
    Meeting,
    Opinion,
    Person,
    Plan,
    Posting,
    Review,
    Signoff,
    Step,
    Submission,
    Vote,
)
from workflow.rights import Act, Actor, actor, in_term
from workflow.tally import Choice

# --- why it cannot move ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Coming:
    """A meeting that can lift a block: the next one of the body, or the one that waits for its record."""

    meeting: int
    title: str
    starts_at: datetime
    listed: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a gate is shut. `who` can lift it, at the meeting `coming`; `words` say all of it."""

    gate: str
    lack: Lack
    words: str
    who: str
    coming: Coming | None = None


@dataclass(frozen=True, slots=True)
class Blockers:
    """A plan, the states of its gates, and the reasons of those that are shut."""

    plan: PlanFact
    states: tuple[GateState, ...]
    reasons: tuple[Reason, ...]


def blockers(db: Session, plan: PlanFact, now: datetime) -> Blockers:
    """Every gate on the stage the plan stands in, and what keeps it from moving. At most four statements."""
    states = tuple(gates.states(plan.chain, plan.stage, facts(db, plan, now)).values())
    return Blockers(plan, states, tuple(_reasons(db, plan, states, now)))


def why(db: Session, plan: PlanFact, now: datetime) -> tuple[Reason, ...]:
    """Why the plan cannot leave its stage: which gate, what is missing, who can give it, at which coming
    meeting. Empty when every gate is open."""
    return blockers(db, plan, now).reasons


def _reasons(db: Session, plan: PlanFact, states: Iterable[GateState], now: datetime) -> Iterable[Reason]:
    shut = [state for state in states if not state.open]
    coming = _coming(db, plan, shut, now)
    for state in shut:
        gate = state.gate
        meeting = coming.get(gate.key)
        who = _who(plan, state)
        words = f"{gate.label}: {_missing(plan, state)}{_meeting_words(state, meeting, now)}"
        yield Reason(gate.key, state.lack or Lack.AFTER, f"{words}（{who}）", who, meeting)


_MEETING_LIFTS = {Lack.DECISION, Lack.STALE, Lack.OUTCOME, Lack.REFUSED}


def _coming(db: Session, plan: PlanFact, shut: Sequence[GateState], now: datetime) -> dict[str, Coming]:
    wanted = {
        s.gate.key: s.gate.body for s in shut if isinstance(s.gate, BodyGate) and s.lack in _MEETING_LIFTS
    }
    if not wanted:
        return {}
    item = aliased(AgendaItem)
    version = plan.text.version_id if plan.text else None
    listed = and_(
        item.meeting_id == Meeting.id,
        item.plan_id == plan.id,
        item.version_id == version,
        item.removed_at.is_(None),
        item.gate_key.in_(list(wanted)),
    )
    decided = select(Decision.id).where(Decision.item_id == item.id).exists()
    rows = db.execute(
        select(Meeting.id, Meeting.body_key, Meeting.title, Meeting.starts_at, item.gate_key)
        .outerjoin(item, listed)
        .where(
            Meeting.body_key.in_(set(wanted.values())),
            Meeting.status == "called",
            or_(Meeting.starts_at >= now, item.id.is_not(None) & ~decided),
        )
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()
    found: dict[str, Coming] = {}
    for gate, body in wanted.items():
        of_body = [row for row in rows if row.body_key == body and row.gate_key in (None, gate)]
        best = sorted(of_body, key=lambda row: row.gate_key != gate)[:1]
        for row in best:
            found[gate] = Coming(row.id, row.title, row.starts_at, row.gate_key == gate)
    return found


def _missing(plan: PlanFact, state: GateState) -> str:
    gate, detail = state.gate, "、".join(state.detail)
    if isinstance(gate, BodyGate):
        body = plan.chain.body(gate.body).name
        needed = "または".join(outcome.label for outcome in plan.chain.opens_on(gate))
    else:
        body = needed = ""
    current = f"第{plan.text.number}版" if plan.text else "文書"
    return {
        Lack.AFTER: f"先に「{detail}」が済む必要があります。",
        Lack.DOCUMENT: f"「{plan.stage.label}」の文書がまだ登録されていません。",
        Lack.DECISION: f"{body}の{needed}がまだありません。",
        Lack.STALE: f"{body}の{needed}は{detail}へのもので、現在の{current}には効きません。{current}を諮り直す必要があります。",
        Lack.OUTCOME: f"{body}の結果は「{detail}」です。あらためて{needed}が必要です。",
        Lack.CONDITIONS: f"{body}の条件が解消されていません: {detail}。",
        Lack.REFUSED: f"会長の専決を{body}が承認しませんでした。あらためて{needed}が必要です。",
        Lack.PERIOD: "現在の版のパブリックコメントが、必要な日数で始められていません。",
        Lack.RUNNING: f"パブリックコメントの募集中です（{_day_words(state)} 24:00 まで）。",
        Lack.UNANSWERED: f"回答（区の考え方）のない意見が {detail} 件あります。",
        Lack.UNPUBLISHED: "パブリックコメントの結果がまだ公表されていません。",
        Lack.SIGNATURE: "決裁がまだありません。",
        Lack.SIGNATURE_STALE: f"決裁は{detail}へのもので、現在の{current}には効きません。",
        Lack.SIGNATURE_RETURNED: "決裁されずに返されました。",
    }[state.lack or Lack.AFTER]


def _day_words(state: GateState) -> str:
    return reiwa(parse_day(state.detail[0])) if state.lack is Lack.RUNNING else ""


def _who(plan: PlanFact, state: GateState) -> str:
    gate = state.gate
    if state.lack is Lack.AFTER:
        return "先の関門が開けば進みます"
    if isinstance(gate, BodyGate):
        body = plan.chain.body(gate.body)
        return f"{body.name}（会長: {body.chair}）の事務局または会長が記録します"
    if isinstance(gate, SignoffGate):
        delegate = f"、専決: {gate.delegate}" if gate.delegate else ""
        return f"{gate.office}が決裁します{delegate}"
    return "計画の担当課の職員が行います"


def _meeting_words(state: GateState, coming: Coming | None, now: datetime) -> str:
    if not isinstance(state.gate, BodyGate) or state.lack not in _MEETING_LIFTS:
        return ""
    if coming is None:
        return "次の会議はまだ招集されていません。"
    when = f"「{coming.title}」（{reiwa_moment(coming.starts_at)}）"
    if coming.starts_at <= now:
        return f"{when}の結果の記録を待っています。"
    return f"次の会議は{when}です。" if coming.listed else f"次の会議は{when}です。まだ議題に載っていません。"


# --- lists -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """A page of plans in the order of their keys; `following` is the key to go on from, None at the end."""

    plans: tuple[PlanFact, ...]
    following: str | None


def plan_list(
    db: Session,
    *,
    department: str | None = None,
    status: Status | None = None,
    stage: str | None = None,
    words: str = "",
    following: str | None = None,
    limit: int = 50,
) -> Page:
    """Plans by key, one page. `words` are looked for in the title and the key. One statement."""
    narrowed = plans().order_by(Plan.key).limit(limit + 1)
    for column, value in ((Plan.department_key, department), (Plan.status, status), (Plan.stage, stage)):
        if value is not None:
            narrowed = narrowed.where(column == value)
    if words:
        narrowed = narrowed.where(
            Plan.title.contains(words, autoescape=True) | Plan.key.contains(words, autoescape=True)
        )
    if following:
        narrowed = narrowed.where(Plan.key > following)
    found = [plan_fact(db, row) for row in db.execute(narrowed)]
    more = len(found) > limit
    return Page(tuple(found[:limit]), found[limit - 1].key if more else None)


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a plan's history. `words` say it in Japanese."""

    seq: int
    at: datetime
    by: str
    tag: Tag
    words: str
    data: Mapping[str, Any]


def history(db: Session, plan: PlanFact) -> list[Happened]:
    """Everything that happened to the plan, from its start. One statement."""
    rows = db.execute(
        select(Event.seq, Event.at, Person.name, Event.tag, Event.data, Meeting.title)
        .outerjoin(Person, Person.id == Event.by)
        .outerjoin(Meeting, Meeting.id == Event.meeting_id)
        .where(Event.plan_id == plan.id)
        .order_by(Event.seq)
    )
    found = []
    for seq, at, name, tag, text, meeting in rows:
        data = json.loads(text)
        words = _event_words(plan.chain, Tag(tag), data, meeting)
        found.append(Happened(seq, at, name or "（意見提出者）", Tag(tag), words, data))
    return found


def _event_words(chain: Chain, tag: Tag, data: Mapping[str, Any], meeting: str | None) -> str:
    parts = []
    if "gate" in data and chain.has_gate(data["gate"]):
        parts.append(chain.gate(data["gate"]).label)
    if "outcome" in data:
        parts.append(Outcome(data["outcome"]).label)
    if "from" in data and data["from"] != data["to"]:
        parts.append(f"{chain.stage(data['from']).label} → {chain.stage(data['to']).label}")
    if "choice" in data:
        parts.append(Choice(data["choice"]).label)
    if tag is Tag.VERSION_ADDED:
        parts.append(f"第{data['number']}版 {data['filename']}")
    if tag is Tag.SIGNED and not data["approved"]:
        parts.append("返却")
    if tag is Tag.COMMENT_OPENED:
        parts.append(
            f"{reiwa(parse_day(data['opens_on']))}から{reiwa(parse_day(data['closes_on']))}まで（{data['days']}日間）"
        )
    if tag is Tag.OPINION_RECEIVED:
        parts.append(f"{data['opinions']}件{'（期間後）' if data['late'] else ''}")
    parts.extend(f"条件: {condition}" for condition in data.get("conditions") or ())
    parts.extend(data[name] for name in ("reason", "note") if data.get(name))
    if meeting:
        parts.append(f"［{meeting}］")
    return f"{tag.label}: {' '.join(parts)}" if parts else tag.label


# --- what waits for me -------------------------------------------------------------------------------


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
    for item, key, title, meeting, body, form, starts_at, ends_at, choice in rows:
        in_writing = form == "in_writing"
        if body in voting and in_writing and now < ends_at and choice in (None, "withdrawn"):
            words = f"{meeting}「{title}」への回答（期限 {reiwa_moment(ends_at)}）"
            yield Task(Waiting.ANSWER, words, key, item, ends_at)
        if body in recording and not (in_writing and now < ends_at):
            yield Task(Waiting.RECORD, f"{meeting}「{title}」の結果", key, item, starts_at)


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
        select(Delivery.id, Person.name, Delivery.error, Plan.key)
        .join(Person, Person.id == Delivery.recipient_id)
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
    for number, name, error, key in db.execute(statement):
        yield Task(Waiting.FAILED_MAIL, f"{name}さんへの通知: {error or '送れませんでした'}", key, number)


# --- public comment ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counted:
    """What came in during a period: opinions (件), persons (人) by route, and what came too late."""

    opinions: int
    persons: int
    by_route: Mapping[str, int]
    late_opinions: int
    late_persons: int


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


# --- the schedule ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Month:
    """A line of the schedule in the shape of the seed's section 7: 月・計画策定工程・会議名・区議会. An assembly
    line is (body, what is reported)."""

    month: str
    work: tuple[str, ...]
    meetings: tuple[str, ...]
    assembly: tuple[tuple[str, str], ...]


def planned_schedule(chain: Chain) -> list[Month]:
    """The schedule as the chain plans it, month by month."""
    spans = [
        (stage.work or stage.label, stage.planned.first, stage.planned.last)
        for stage in chain.stages
        if stage.planned
    ]
    meetings, assembly = [], []
    for slot in chain.schedule:
        if slot.body and chain.body(slot.body).assembly:
            assembly.append((slot.month, chain.body(slot.body).name, slot.label or ""))
        else:
            name = chain.body(slot.body).name if slot.body else slot.event or ""
            meetings.append((slot.month, name))
    return _months(spans, meetings, assembly)


def held_schedule(db: Session, plan: PlanFact, now: datetime) -> list[Month]:
    """The same table as it came to be: the stages the plan stood in, the meetings that sat on it (a 持ち回り is
    no sitting)."""
    chain = plan.chain
    meetings, assembly = [], []
    rows = db.execute(
        select(Meeting.starts_at, Meeting.id, Meeting.body_key, AgendaItem.gate_key)
        .join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
        .where(
            AgendaItem.plan_id == plan.id,
            AgendaItem.removed_at.is_(None),
            Meeting.status != "cancelled",
            Meeting.form != "in_writing",
        )
        .order_by(Meeting.starts_at, Meeting.id, AgendaItem.position)
    )
    seen: set[int] = set()
    for starts_at, meeting, body_key, gate in rows:
        month, body = month_of(tokyo_day(starts_at)), chain.body(body_key)
        if body.assembly:
            assembly.append((month, body.name, _slot_label(chain, gate)))
        elif meeting not in seen:
            meetings.append((month, body.name))
        seen.add(meeting)
    opened = select(CommentPeriod.opens_on, CommentPeriod.gate_key).where(CommentPeriod.plan_id == plan.id)
    for opens_on, gate in db.execute(opened):
        events = [slot.event for slot in chain.schedule if gate in slot.gates and slot.event]
        meetings.append((month_of(opens_on), events[0] if events else chain.gate(gate).label))
    return _months(_stood(db, plan, now), meetings, assembly)


def _slot_label(chain: Chain, gate: str) -> str:
    labels = [slot.label for slot in chain.schedule if gate in slot.gates and slot.label]
    return labels[0] if labels else chain.gate(gate).label


def _stood(db: Session, plan: PlanFact, now: datetime) -> list[tuple[str, str, str]]:
    """(work, first month, last month) for each time the plan stood in a stage. It reaches the last one and is
    done."""
    steps = db.execute(
        select(Step.taken_at, Step.to_stage)
        .where(Step.plan_id == plan.id, Step.trigger.in_([Trigger.OPEN, Trigger.ADVANCE, Trigger.SEND_BACK]))
        .order_by(Step.revision)
    ).all()
    last = now if plan.chain.after(plan.stage) else plan.entered_at
    ends = [*(at for at, _ in steps[1:]), last]
    return [
        (plan.chain.stage(stage).work or plan.chain.stage(stage).label, _month(at), _month(end))
        for (at, stage), end in zip(steps, ends, strict=True)
    ]


def _month(moment: datetime) -> str:
    return month_of(tokyo_day(moment))


def _months(
    spans: Sequence[tuple[str, str, str]],
    meetings: Sequence[tuple[str, str]],
    assembly: Sequence[tuple[str, str, str]],
) -> list[Month]:
    named = [*(m for _, *pair in spans for m in pair), *(m[0] for m in meetings), *(a[0] for a in assembly)]
    if not named:
        return []
    table = []
    for month in _range(min(named), max(named)):
        work = tuple(dict.fromkeys(name for name, first, last in spans if first <= month <= last))
        table.append(
            Month(
                month,
                work,
                tuple(name for at, name in meetings if at == month),
                tuple((name, label) for at, name, label in assembly if at == month),
            )
        )
    return table


def _range(first: str, last: str) -> Iterable[str]:
    day = date.fromisoformat(f"{first}-01")
    while month_of(day) <= last:
        yield month_of(day)
        day = (day + timedelta(days=32)).replace(day=1)
