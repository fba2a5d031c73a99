"""Many plans at once (会議の込み具合と割り振り): the load of the sittings by body and month, what clashes, who has too much; and the
proposal that spreads the plans, which changes nothing until it is taken."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from workflow import actions
from workflow.domain.errors import BadInput
from workflow.domain.language import say
from workflow.domain.plans import Status
from workflow.domain.rights import Act
from workflow.domain.schedules import shown_when
from workflow.domain.scheduling.proposing import Move
from workflow.domain.validation import a_line, some_text, typed_number
from workflow.queries.bodies import body_names
from workflow.queries.plans import PlanFact
from workflow.queries.spread import PartFact, ProposalFact, newest_proposal, office_load, readable_parts
from workflow.web.guide import Refusal
from workflow.web.http_status import status_of
from workflow.web.one_by_one import refusal_of
from workflow.web.permissions import Open, needs
from workflow.web.rendering import page, redirect
from workflow.web.session import Filled, FormUser, Page, Reader, Visitor

router = APIRouter(prefix="/plans/_spread", route_class=Page)

HERE = "/plans/_spread#proposal"
MOST_CLASHES = 50
"""Clashes of each kind that the page names; the rest is said in number."""


@dataclass(frozen=True, slots=True)
class PartShown:
    """The part of a plan as the page shows it: its moves in words, and whether the reader may take it now."""

    fact: PartFact
    moves: list[str]
    open: bool


@router.get("", openapi_extra=needs(Open.SIGNED_IN))
def spread(request: Request, who: Reader) -> Response:
    """Show the load of the plans that the person may read, and their parts of the newest proposal to who may take some."""
    return _page(request, who)


@router.post("/ask", openapi_extra=needs(Act.CHANGE_SCHEDULE))
def ask(who: FormUser) -> Response:
    actions.ask_spread(who.office, who.key, now=who.now)
    return redirect(HERE, said=say("割り振りの案を計算します。できるまで、数分かかることがあります。"))


@router.post("/discard", openapi_extra=needs(Act.CHANGE_SCHEDULE))
def discard(who: FormUser, form: Filled) -> Response:
    actions.discard_spread(who.office, who.key, typed_number(form.get("number", "")) or 0, now=who.now)
    return redirect(HERE, said=say("割り振りの案を捨てました。工程表は変わっていません。"))


@router.post("/take", openapi_extra=needs(Act.CHANGE_SCHEDULE))
def take(request: Request, who: FormUser, form: Filled) -> Response:
    """Make the parts that were ticked the next versions of their plans' schedules, each by itself, and name those that could not
    be taken."""
    typed = {name: str(form.get(name, "")) for name in ("number", "reason", "agreed")}
    plans = [str(value) for value in form.getlist("plan")]
    try:
        if not plans:
            raise BadInput("割り振りの案の計画", "選ばれていません", "採用する計画に印を付けてください。")
        some_text("変更の理由", typed["reason"])
        a_line("了解した人・会議", typed["agreed"])
    except BadInput as error:
        return _page(request, who, typed, plans, problem=Refusal(error), code=status_of(error))
    refused = {plan: why for plan in plans if (why := _taken(who, plan, typed))}
    taken = len(plans) - len(refused)
    said = say("{count} 件の計画の工程表を、案のとおりに変えました。", count=taken) if taken else ""
    if not refused:
        return redirect(HERE, said=said)
    return _page(request, who, typed, list(refused), refused=refused, taken=said, code=409)


def _taken(who: Visitor, plan: str, typed: Mapping[str, str]) -> str:
    number = typed_number(typed["number"]) or 0
    return refusal_of(
        lambda: actions.take_part(
            who.office, who.key, plan, number, typed["reason"], typed["agreed"], now=who.now
        )
    )


def _page(
    request: Request,
    who: Visitor,
    typed: Mapping[str, str] | None = None,
    ticked: list[str] | None = None,
    *,
    refused: Mapping[str, str] | None = None,
    taken: str = "",
    problem: str = "",
    code: int = 200,
) -> Response:
    may = who.person.may_somewhere(Act.CHANGE_SCHEDULE)
    with who.office.reading() as db:
        load = office_load(db, who.person, who.now)
        proposal = newest_proposal(db) if may else None
        parts, unplaced = (
            readable_parts(db, who.person, proposal.found) if proposal and proposal.found else ([], [])
        )
        bodies = dict(body_names(db)) if proposal and proposal.found else dict(load.bodies)
    titles = {each.plan.key: each.plan.title for each in parts}
    return page(
        request,
        "spread.html",
        code=code,
        who=who,
        load=load,
        most=MOST_CLASHES,
        names=bodies,
        may=may,
        proposal=proposal,
        found=proposal.found if proposal else None,
        quality=_quality(proposal) if proposal else "",
        parts=[_shown(who, each) for each in parts],
        unplaced=unplaced,
        typed=typed or {},
        ticked=ticked,
        refused=[(titles.get(plan, plan), why) for plan, why in (refused or {}).items()],
        taken=taken,
        problem=problem,
    )


def _shown(who: Visitor, each: PartFact) -> PartShown:
    may = who.person.may(Act.CHANGE_SCHEDULE, department=each.plan.department)
    running = each.plan.status is Status.ACTIVE
    return PartShown(
        each, [_move_words(each.plan, move) for move in each.part.moves], may and running and not each.changed
    )


def _move_words(plan: PlanFact, move: Move) -> str:
    stage, gate = plan.chain.stage_of_gate(move.gate), plan.chain.gate(move.gate)
    return say(
        "{stage}の{gate}: {before} から {after} へ",
        stage=stage.label,
        gate=gate.label,
        before=shown_when(move.before),
        after=shown_when(move.after),
    )


def _quality(proposal: ProposalFact) -> str:
    """The quality of the proposal, in words."""
    found = proposal.found
    if found is None:
        return ""
    if found.optimal:
        return say("これより良い案がないことは、証明されています。")
    if found.late_after == found.late_bound:
        return say(
            "遅れがこれより少ない案がないことは、証明されています。1回の会議の件数は、さらに減らせるかもしれません。"
        )
    return say(
        "これより良い案があるかもしれません。遅れの合計が {bound} 日を下回る案はありません。",
        bound=found.late_bound,
    )
