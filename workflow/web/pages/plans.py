"""Plans: a new one, one plan with everything about it, its whole history."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from workflow import actions, queries
from workflow.domain.calendar import parse_day
from workflow.domain.cover import TextKind
from workflow.domain.decisions import SignedAs
from workflow.domain.language import say
from workflow.domain.plans import Status
from workflow.domain.rights import Act
from workflow.domain.schedules import month_offered
from workflow.queries.chains import ChainChoice, chain_for, chains_to_begin
from workflow.queries.reading_rights import plan_to_read
from workflow.web.pages.plan_view import plan_view
from workflow.web.permissions import needs
from workflow.web.rendering import page, redirect
from workflow.web.session import FormUser, Page, Reader

router = APIRouter(prefix="/plans", route_class=Page)

EVENTS_ON_A_PAGE = 100


@router.get("/new", openapi_extra=needs(Act.OPEN_PLAN))
def new_plan(request: Request, who: Reader) -> Response:
    """The form for a new plan: of one's own departments, under a chain the office knows."""
    if not who.person.departments:
        who.person.refuse(Act.OPEN_PLAN)
    with who.office.reading() as db:
        departments = [each for each in queries.departments(db) if each[0] in who.person.departments]
        chains = [(each.name, _named(each)) for each in chains_to_begin(db)]
    return page(
        request,
        "plan_new.html",
        who=who,
        departments=departments,
        chains=chains,
        month=month_offered(who.person.on),
    )


@router.post("/new", openapi_extra=needs(Act.OPEN_PLAN))
def open_plan(
    who: FormUser,
    key: Annotated[str, Form()] = "",
    title: Annotated[str, Form()] = "",
    chain: Annotated[str, Form()] = "",
    department: Annotated[str, Form()] = "",
    first_month: Annotated[str, Form()] = "",
    on: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    revises: Annotated[str, Form()] = "",
) -> Response:
    """Open a plan. The form asks for a month whatever the chain is: one without planned months has no use for it."""
    with who.office.reading() as db:
        chosen = chain_for(db, chain[:64])
    actions.open_plan(
        who.office,
        who.key,
        key,
        title,
        chosen,
        department=department,
        first_month=(first_month.strip() or None) if chosen.first_month else None,
        on=parse_day(on) if on.strip() else None,
        reason=reason,
        revises=revises.strip() or None,
        now=who.now,
    )
    return redirect(
        f"/plans/{key}", said=say("計画を開始しました。次は、最初の段階の文書を登録してください。")
    )


@router.post("/{key}/correct", openapi_extra=needs(Act.CORRECT_PLAN))
def correct_plan(
    who: FormUser,
    key: str,
    title: Annotated[str, Form()] = "",
    department: Annotated[str, Form()] = "",
    first_month: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Correct what was registered of the plan. An empty field stays as it is."""
    actions.correct_plan(
        who.office,
        who.key,
        key,
        reason,
        title=title.strip() or None,
        department=department or None,
        first_month=first_month.strip() or None,
        now=who.now,
    )
    return redirect(f"/plans/{key}", said=say("計画の登録を訂正しました。前のものは経過に残っています。"))


@router.get("/{key}", openapi_extra=needs(Act.READ_PLAN))
def plan(request: Request, who: Reader, key: str) -> Response:
    with who.office.reading() as db:
        shown = plan_view(db, who, key)
    return page(request, "plan.html", who=who, SignedAs=SignedAs, Status=Status, TextKind=TextKind, **shown)


@router.get("/{key}/history", openapi_extra=needs(Act.READ_PLAN))
def history(request: Request, who: Reader, key: str, before: int | None = None) -> Response:
    """Everything that happened to the plan, newest first."""
    with who.office.reading() as db:
        fact = plan_to_read(db, who.person, key)
        events, older = queries.newest_first(db, fact, before=before, limit=EVENTS_ON_A_PAGE)
    return page(request, "plan_history.html", who=who, plan=fact, events=events, older=older, before=before)


def _named(choice: ChainChoice) -> str:
    """Return the form's name for a chain. The office may have several versions of one key."""
    chain = choice.chain
    name = say("{title}（{office}、{key}）", title=chain.title, office=chain.office, key=chain.key)
    if not choice.kept:
        return say("{chain} 未登録", chain=name)
    return (
        name
        if choice.name == chain.key
        else say("{chain} この庁の策定の流れ {sha256}", chain=name, sha256=choice.name[:8])
    )
