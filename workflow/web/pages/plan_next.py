"""The next act of a plan's page: the one thing its reader can do to move the plan on, and where it is done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from workflow.domain.decisions import SignedAs
from workflow.domain.gates import Lack
from workflow.domain.language import say
from workflow.domain.plans import Status
from workflow.domain.rights import Act, Actor
from workflow.queries.drafts import Draft
from workflow.queries.plans import PlanFact
from workflow.web.pages.gate_view import AnswerView, GateView


@dataclass(frozen=True, slots=True)
class NextAct:
    """Something the reader can do next: `words` name it on the link to `place`, where it is done; `about` is the gate
    that it opens, or the meeting it is for."""

    words: str
    place: str
    about: str = ""


def next_act(
    plan: PlanFact,
    views: Sequence[GateView],
    drafts: Mapping[str, Sequence[Draft]],
    owes_review: Sequence[AnswerView],
    who: Actor,
    now: datetime,
) -> NextAct | None:
    """The first thing the reader can do at a shut gate, else a 後閲 they owe; None when there is nothing. A stopped plan
    takes only what mends a gate that fell. To go on to the next stage is not among them: the page offers it itself."""
    if plan.status is Status.ACTIVE:
        shut = [view for view in views if not view.state.open]
        fell = [view for view in shut if view.stage != plan.stage]
        for view in fell or shut:
            found = _at_gate(plan, view, drafts, who, now)
            if found:
                return found
    for owed in owes_review:
        place = f"/plans/{plan.key}#review-{owed.answer.number}"
        return NextAct(say("後閲を記録する"), place, owed.gate.label)
    return None


def _at_gate(
    plan: PlanFact, view: GateView, drafts: Mapping[str, Sequence[Draft]], who: Actor, now: datetime
) -> NextAct | None:
    gate, lack, home = view.state.gate, view.state.lack, f"/plans/{plan.key}"
    if view.signs_as:
        return NextAct(_signing(view.signs_as), f"{home}#gate-{gate.key}", gate.label)
    if view.may_confirm:
        return NextAct(say("変更を見て確認する"), f"{home}/gates/{gate.key}/confirm", gate.label)
    if lack is Lack.CONDITIONS and view.may_close:
        number = next((owed.number for owed in view.conditions if not owed.at), None)
        place = f"{home}#gate-{gate.key}" if number is None else f"{home}#condition-{number}"
        return NextAct(say("条件の解消を記録する"), place, gate.label)
    if lack is Lack.DOCUMENT and who.may(Act.ADD_VERSION, department=plan.department):
        words = say("「{stage}」の文書を登録する", stage=view.stage.label)
        return NextAct(words, f"{home}#new-version")
    if lack in _OF_A_COMMENT and who.may(Act.RUN_COMMENT, department=plan.department):
        return _of_comment(plan, view)
    at_a_meeting = _at_meeting(plan, view, drafts, who, now)
    if at_a_meeting:
        return at_a_meeting
    if lack in _TO_REWRITE and who.may(Act.ADD_VERSION, department=plan.department):
        return NextAct(say("直した版を登録する"), f"{home}#new-version", gate.label)
    return None


_OF_A_COMMENT = (Lack.PERIOD, Lack.UNANSWERED, Lack.UNPUBLISHED)
_TO_REWRITE = (Lack.OUTCOME, Lack.REFUSED, Lack.SIGNATURE_RETURNED)


def _signing(signs_as: SignedAs) -> str:
    if signs_as is SignedAs.OWN:
        return say("決裁する")
    return say("専決する") if signs_as is SignedAs.DELEGATED else say("代決する")


def _of_comment(plan: PlanFact, view: GateView) -> NextAct | None:
    place, label = f"/comments/{plan.key}", view.state.gate.label
    if view.may_ask:
        return NextAct(say("募集を始める"), place, label)
    if view.state.lack is Lack.UNANSWERED:
        return NextAct(say("意見に回答する"), f"{place}/opinions", label)
    return (
        NextAct(say("結果を公表する"), f"{place}/publish", label)
        if view.state.lack is Lack.UNPUBLISHED
        else None
    )


def _at_meeting(
    plan: PlanFact, view: GateView, drafts: Mapping[str, Sequence[Draft]], who: Actor, now: datetime
) -> NextAct | None:
    """The act at a meeting of the gate's body: record its outcome, put the plan on its agenda, call or prepare it."""
    if view.body is None or view.reason is None or not view.reason.when:
        return None
    coming, adding = view.reason.coming, f"add={plan.key}:{view.state.gate.key}"
    if coming and coming.starts_at <= now:
        keeps = who.may(Act.KEEP_MINUTES, body=view.body.key)
        place = f"/meetings/{coming.meeting}/sitting" if keeps else f"/meetings/{coming.meeting}"
        return NextAct(say("結果を記録する"), place, coming.title) if view.may_record else None
    if not view.may_list or (coming and coming.listed):
        return None
    if coming:
        return NextAct(say("議題に載せる"), f"/meetings/{coming.meeting}/add?{adding}", coming.title)
    for draft in drafts.get(view.body.key, ()):
        if view.state.gate.key in draft.gates:
            return NextAct(say("会議を招集する"), f"/meetings/{draft.meeting}#preparing", draft.title)
        return NextAct(say("議題に載せる"), f"/meetings/{draft.meeting}/add?{adding}", draft.title)
    words = say("この計画を議題に載せて、会議を準備する")
    return NextAct(words, f"/meetings/new?body={view.body.key}&{adding}", view.state.gate.label)
