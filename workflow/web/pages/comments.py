"""Public comments, for the staff: the list, opening one, its state, publishing its result."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from definitions.chain import PeriodGate
from workflow import actions, queries
from workflow.domain.calendar import parse_day, period_end, period_words, tokyo_day
from workflow.domain.comments import PeriodState
from workflow.domain.errors import BadInput, NotFound
from workflow.domain.gates import Lack
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.queries import Counted
from workflow.queries.plans import PlanFact
from workflow.store.database import Office, Reading
from workflow.web.confirm import confirmed
from workflow.web.pages.comment_desk import Desk, asking, desk, must_run, running
from workflow.web.pages.public import public_view, result_of
from workflow.web.pages.public_form import Typed
from workflow.web.permissions import Open, needs
from workflow.web.rendering import page
from workflow.web.session import Filled, FormUser, Page, Reader, Visitor

router = APIRouter(prefix="/comments", route_class=Page)


@dataclass(frozen=True, slots=True)
class Opening:
    """A form to open a comment at a gate, as it was typed."""

    gate: PeriodGate
    opens_on: str
    closes_on: str = ""
    shortened_why: str = ""
    places: str = ""
    contact: str = ""

    def full(self) -> date | None:
        """The last day when none is typed; None while the first is not a day."""
        try:
            first = parse_day(self.opens_on)
        except BadInput:
            return None
        return period_end(first, self.gate.minimum_days, first_day_counts=self.gate.first_day_counts)


@router.get("", openapi_extra=needs(Open.SIGNED_IN))
def comments(request: Request, who: Reader) -> Response:
    """Every public comment by what it waits for, with what came in. A fixed number of statements."""
    with who.office.reading() as db:
        found = queries.consultations(db, who.now)
        shown: dict[str, Any] = {
            "found": found,
            "came_in": queries.came_in(db, [each.id for each in found]),
            "ready": queries.ready_to_ask(db),
        }
    return page(request, "comments.html", who=who, State=PeriodState, Nothing=Counted(), **shown)


@router.get("/{key}", openapi_extra=needs(Open.SIGNED_IN))
def comment(request: Request, who: Reader, key: str) -> Response:
    with who.office.reading() as db:
        found = desk(db, who, key)
        shown = _shown(db, who, found)
    return page(request, "comment.html", who=who, typed=None, problem=None, **shown)


@router.post("/{key}/open", openapi_extra=needs(Act.RUN_COMMENT))
def open_comment(
    request: Request,
    who: FormUser,
    key: str,
    form: Filled,
    gate: Annotated[str, Form()],
) -> Response:
    """Open the comment: first the whole period is shown, with its last day."""
    with who.office.reading() as db:
        found = desk(db, who, key)
        must_run(db, who, found)
        typed = _typed(found.plan, gate, form)
    try:
        opens_on, closes_on, act = _opening(who, key, typed)
        return confirmed(
            request,
            who,
            form,
            act,
            title=say(
                "{title}: {period}、意見を募集します",
                title=found.plan.title,
                period=period_words(opens_on, closes_on),
            ),
            button=say("募集を始める"),
            back=f"/comments/{key}",
            said=say("パブリックコメントを登録しました。"),
        )
    except BadInput as error:
        with who.office.reading() as db:
            shown = _shown(db, who, found)
        return page(request, "comment.html", code=422, who=who, typed=typed, problem=error.message, **shown)


@router.get("/{key}/preview", openapi_extra=needs(Open.SIGNED_IN))
def preview(request: Request, who: Reader, key: str) -> Response:
    """The page that the public will see, before it is public."""
    with who.office.reading() as db:
        _, asked = asking(db, who, key)
    document = f"/plans/{key}/versions/{asked.number}"
    return public_view(
        request, replace(asked, state=PeriodState.COMING), Typed.nothing(), known=[], document=document
    )


@router.get("/{key}/publish", openapi_extra=needs(Open.SIGNED_IN))
def publish_page(request: Request, who: Reader, key: str) -> Response:
    """Show the result as the public will see it, and the reasons why it cannot be published yet."""
    with who.office.reading() as db:
        found, asked = asking(db, who, key)
        shown = result_of(db, replace(asked, state=PeriodState.PUBLISHED))
    return page(
        request,
        "comment_publish.html",
        who=who,
        desk=found,
        asked=asked,
        left=shown["counted"].unanswered,
        State=PeriodState,
        **shown,
    )


@router.post("/{key}/publish", openapi_extra=needs(Act.RUN_COMMENT))
def publish(request: Request, who: FormUser, key: str, form: Filled) -> Response:
    with who.office.reading() as db:
        found, _ = running(db, who, key)
    return confirmed(
        request,
        who,
        form,
        lambda office: actions.publish_result(office, who.key, key, now=who.now),
        title=say("{title}: パブリックコメントの結果を公表します", title=found.plan.title),
        button=say("公表する"),
        back=f"/comments/{key}",
        said=say("結果を公表しました。"),
    )


def _shown(db: Reading, who: Visitor, found: Desk) -> dict[str, Any]:
    """Return the state of the comment, and the gates at which one can be opened now or after other gates."""
    states = queries.blockers(db, found.plan, who.now).states
    waiting = [state for state in states if isinstance(state.gate, PeriodGate)]
    came_in = queries.came_in(db, [each.id for each in found.rounds])
    return {
        "desk": found,
        "asked": found.asked,
        "came_in": came_in,
        "here": came_in.get(found.asked.id, Counted()) if found.asked else Counted(),
        "openings": [
            Opening(state.gate, tokyo_day(who.now).isoformat())
            for state in waiting
            if isinstance(state.gate, PeriodGate) and state.lack is Lack.PERIOD
        ],
        "later": [state for state in waiting if state.lack is Lack.AFTER],
        "State": PeriodState,
        "Nothing": Counted(),
    }


def _typed(plan: PlanFact, key: str, form: Mapping[str, Any]) -> Opening:
    gate = next((each for each in plan.stage.gates if each.key == key), None)
    if not isinstance(gate, PeriodGate):
        raise NotFound("いまの段階のパブリックコメントの関門", key)
    fields = ("opens_on", "closes_on", "shortened_why", "places", "contact")
    return Opening(gate, **{field: str(form.get(field, "")).strip() for field in fields})


def _opening(who: Visitor, key: str, typed: Opening) -> tuple[date, date, Callable[[Office], object]]:
    """The first day, the last, and the act. Raises `BadInput`."""
    opens_on = parse_day(typed.opens_on, "募集開始日")
    closes_on = parse_day(typed.closes_on, "募集終了日") if typed.closes_on else None
    places = [line.strip() for line in typed.places.splitlines() if line.strip()]

    def act(office: Office) -> object:
        return actions.open_comment(
            office,
            who.key,
            key,
            typed.gate.key,
            opens_on,
            closes_on=closes_on,
            shortened_why=typed.shortened_why or None,
            places=places,
            contact=typed.contact,
            now=who.now,
        )

    full = period_end(opens_on, typed.gate.minimum_days, first_day_counts=typed.gate.first_day_counts)
    return opens_on, closes_on or full, act
