"""Why a plan cannot move: which gate, what is missing, who can give it, at which coming meeting."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select, union_all
from sqlalchemy.orm import Session, aliased

from definitions.chain import Body, BodyGate, Corrections, Gate, SignoffGate, Stage
from workflow.domain import gates
from workflow.domain.calendar import parse_day, shown_day, shown_moment
from workflow.domain.cover import Text
from workflow.domain.facts import Facts
from workflow.domain.gates import Coming, GateState, Lack, Reason
from workflow.domain.language import label, reworded, say
from workflow.domain.path import stay_in
from workflow.domain.seats import chair_label
from workflow.queries.agenda import held_decision
from workflow.queries.gate_facts import facts
from workflow.queries.meetings import meeting_begun, meeting_to_come
from workflow.queries.plans import PlanFact
from workflow.store.tables import AgendaItem, Meeting


@dataclass(frozen=True, slots=True)
class Blockers:
    """A plan, the states of its gates, and the reasons of those that are shut. `fallen` are the gates it
    passed that no longer hold, mandatory ones and those before them: while there are any, the plan is stopped.
    `coming` are the next meetings of the bodies of shut gates, by gate, those included that wait for another gate."""

    plan: PlanFact
    facts: Facts
    states: tuple[GateState, ...]
    fallen: tuple[GateState, ...]
    reasons: tuple[Reason, ...]
    coming: Mapping[str, Coming]

    def next_meeting(self, now: datetime) -> Coming | None:
        """The nearest meeting to come that has the plan on its agenda, else the nearest of a body that it waits for;
        None when none is called."""
        ahead = [each for each in self.coming.values() if each.starts_at > now]
        return min(ahead, key=lambda each: (not each.listed, each.starts_at), default=None)


def blockers(db: Session, plan: PlanFact, now: datetime) -> Blockers:
    """Every gate on the stage the plan stands in, those that fell, and what keeps it from moving. At most three
    statements."""
    known = facts(db, plan, now)
    fell = tuple(gates.fallen(plan.chain, known))
    states = tuple(gates.states(plan.chain, plan.stay, known).values())
    shut = [state for state in (*fell, *states) if not state.open]
    texts = {state.gate.key: _text_at(plan, known, state.gate) for state in shut}
    coming = _coming(db, plan, [text for text in texts.values() if text], shut, now)
    return Blockers(plan, known, states, fell, tuple(_reasons(plan, shut, texts, coming, now)), coming)


def why(db: Session, plan: PlanFact, now: datetime) -> tuple[Reason, ...]:
    """The reasons why the plan cannot leave its stage: which gate, what is missing, who can give it, at which coming
    meeting; those of gates that fell first. Empty when every gate is open."""
    return blockers(db, plan, now).reasons


def blocker_words(plan: PlanFact, known: Facts, state: GateState) -> str:
    """The gate that is shut and what it lacks, without the meeting that could lift it: no statement."""
    stage = plan.chain.stage_of_gate(state.gate.key)
    missing = _missing(plan, stage, _text_at(plan, known, state.gate), state)
    return say("{gate}: {missing}", gate=state.gate.label, missing=missing)


def _reasons(
    plan: PlanFact,
    shut: Iterable[GateState],
    texts: Mapping[str, Text | None],
    coming: Mapping[str, Coming],
    now: datetime,
) -> Iterable[Reason]:
    for state in shut:
        gate = state.gate
        stage = plan.chain.stage_of_gate(gate.key)
        meeting = coming.get(gate.key) if state.lack in _MEETING_LIFTS else None
        missing, when = _missing(plan, stage, texts[gate.key], state), _meeting_words(state, meeting, now)
        if stage != plan.stage:
            passed = say("済んだ「{stage}」の手続が効力を失いました。", stage=stage.label)
            missing = passed + missing
        who = _who(plan, state)
        words = say("{gate}: {missing}{when}（{who}）", gate=gate.label, missing=missing, when=when, who=who)
        lack = state.lack or Lack.AFTER
        yield Reason(gate.key, gate.label, lack, state.detail, words, who, meeting, missing, when)


def _text_at(plan: PlanFact, known: Facts, gate: Gate) -> Text | None:
    """The text by which the gate is judged."""
    stay = stay_in(plan.path, plan.chain.stage_of_gate(gate.key).key)
    return gates.text_at(plan.chain, stay, gate, known) if stay else None


_MEETING_LIFTS = {Lack.DECISION, Lack.STALE, Lack.OUTCOME, Lack.REFUSED, Lack.EARLY}


def _coming(
    db: Session, plan: PlanFact, texts: Iterable[Text], shut: Sequence[GateState], now: datetime
) -> dict[str, Coming]:
    awaited = (*_MEETING_LIFTS, Lack.AFTER)
    wanted = {s.gate.key: s.gate.body for s in shut if isinstance(s.gate, BodyGate) and s.lack in awaited}
    if not wanted:
        return {}
    item = aliased(AgendaItem)
    listed = and_(
        item.meeting_id == Meeting.id,
        item.plan_id == plan.id,
        item.version_id.in_([text.version_id for text in texts]),
        item.removed_at.is_(None),
        item.gate_key.in_(list(wanted)),
    )
    decided = held_decision(item.id).exists()
    of_bodies = Meeting.body_key.in_(set(wanted.values()))
    columns = (Meeting.id, Meeting.body_key, Meeting.title, Meeting.starts_at, item.gate_key)
    # Two questions in one statement, each by an index of its own: an archive of meetings is not read.
    coming = select(*columns).outerjoin(item, listed).where(of_bodies, meeting_to_come(now))
    begun = select(*columns).join(item, listed).where(of_bodies, meeting_begun(now), ~decided)
    rows = sorted(db.execute(union_all(coming, begun)).all(), key=lambda row: (row.starts_at, row.id))
    found: dict[str, Coming] = {}
    for gate, body in wanted.items():
        of_body = [row for row in rows if row.body_key == body and row.gate_key in (None, gate)]
        best = sorted(of_body, key=lambda row: row.gate_key != gate)[:1]
        for row in best:
            found[gate] = Coming(row.id, row.title, row.starts_at, row.gate_key == gate)
    return found


def _missing(plan: PlanFact, stage: Stage, text: Text | None, state: GateState) -> str:
    gate, detail = state.gate, say("、").join(map(reworded, state.detail))
    if isinstance(gate, BodyGate):
        rule = plan.chain.body(gate.body)
        body, title = rule.name, chair_label(rule)
        needed = say("または").join(label(outcome) for outcome in plan.chain.opens_on(gate))
    else:
        body = title = needed = ""
    current = say("第{number}版", number=text.number) if text else say("文書")
    day = shown_day(parse_day(state.detail[0])) if state.lack is Lack.RUNNING else ""
    return say(
        _MISSING[state.lack or Lack.AFTER],
        detail=detail,
        body=body,
        title=title,
        needed=needed,
        current=current,
        stage=stage.label,
        day=day,
    )


_MISSING = {
    Lack.AFTER: "先に「{detail}」が済む必要があります。",
    Lack.DOCUMENT: "「{stage}」の文書がまだ登録されていません。",
    Lack.DECISION: "{body}の{needed}がまだありません。",
    Lack.STALE: "{body}の{needed}は{detail}へのもので、現在の{current}には効きません。{current}を諮り直す必要があります。",
    Lack.UNCONFIRMED: "{body}の{needed}は{detail}へのものです。{current}は訂正として登録されていて、比較しての確認を待っています。",
    Lack.EARLY: "「{detail}」が済む前の結果のため、効きません。あらためて行う必要があります。",
    Lack.OUTCOME: "{body}の結果は「{detail}」です。あらためて{needed}が必要です。",
    Lack.CONDITIONS: "{body}の条件が解消されていません: {detail}。",
    Lack.REFUSED: "{title}の専決を{body}が承認しませんでした。あらためて{needed}が必要です。",
    Lack.PERIOD: "現在の版のパブリックコメントが、必要な日数で始められていません。",
    Lack.RUNNING: "パブリックコメントの募集中です（{day} 24:00 まで）。",
    Lack.UNANSWERED: "回答（区の考え方）のない意見が {detail} 件あります。",
    Lack.UNPUBLISHED: "パブリックコメントの結果がまだ公表されていません。",
    Lack.SIGNATURE: "決裁がまだありません。",
    Lack.SIGNATURE_STALE: "決裁は{detail}へのもので、現在の{current}には効きません。",
    Lack.SIGNATURE_RETURNED: "決裁されずに返されました。",
}
"""The text for each kind of missing requirement."""


def _who(plan: PlanFact, state: GateState) -> str:
    gate = state.gate
    if state.lack is Lack.AFTER:
        return say("先の手続が済けば進みます")
    if isinstance(gate, BodyGate):
        body = plan.chain.body(gate.body)
        if state.lack is Lack.UNCONFIRMED:
            return _who_confirms(body)
        if body.chair == body.chair_title:
            return say("{body}の事務局または{title}が記録します", body=body.name, title=chair_label(body))
        return say(
            "{body}（{title}: {chair}）の事務局または{title}が記録します",
            body=body.name,
            title=chair_label(body),
            chair=body.chair,
        )
    if isinstance(gate, SignoffGate):
        delegate = say("、専決: {position}", position=gate.delegate) if gate.delegate else ""
        return say("{position}が決裁します", position=gate.position) + delegate
    return say("計画の担当課（{department}）の職員が行います", department=plan.department_name)


def _who_confirms(body: Body) -> str:
    if body.confirmed_by is Corrections.SECRETARIAT:
        return say("{body}の事務局が確認します", body=body.name)
    return say(
        "{body}の{title}（{chair}）が確認します", body=body.name, title=chair_label(body), chair=body.chair
    )


def _meeting_words(state: GateState, coming: Coming | None, now: datetime) -> str:
    if not isinstance(state.gate, BodyGate) or state.lack not in _MEETING_LIFTS:
        return ""
    if coming is None:
        return say("次の会議はまだ招集されていません。")
    when = say("「{title}」（{at}）", title=coming.title, at=shown_moment(coming.starts_at))
    if coming.starts_at <= now:
        return say("{meeting}の結果の記録を待っています。", meeting=when)
    if coming.listed:
        return say("次の会議は{meeting}です。", meeting=when)
    return say("次の会議は{meeting}です。まだ議題に載っていません。", meeting=when)
