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
from workflow.queries import Consultation, Counted
from workflow.queries.actor import actor
from workflow.queries.plans import PlanFact, plan_by_key
from workflow.store.database import Office, Reading
from workflow.web.confirm import confirmed
from workflow.web.pages.public import Typed, public_view, result_of
from workflow.web.permissions import Open, needs
from workflow.web.rendering import page
from workflow.web.session import Filled, FormUser, Page, Reader, Visitor

router = APIRouter(prefix="/comments", route_class=Page)


@dataclass(frozen=True, slots=True)
class PlanComments:
    """A plan, its public comments, and the one looked at (None before the first). `runs`: whether who looks may run
    it, and so may see who wrote."""

    plan: PlanFact
    rounds: tuple[Consultation, ...]
    asked: Consultation | None
    runs: bool

    @property
    def takes_letters(self) -> bool:
        """Return whether letters can still be entered: late ones too, until the result is published."""
        begun = self.asked is not None and self.asked.begun and self.asked.newest
        return self.runs and begun and not self.published

    @property
    def answers(self) -> bool:
        """Return whether replies can be written and changed."""
        settled = self.asked is None or self.asked.state in (PeriodState.STOPPED, PeriodState.PUBLISHED)
        return self.runs and not settled

    @property
    def published(self) -> bool:
        return self.asked is not None and self.asked.state is PeriodState.PUBLISHED


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
        found = plan_comments(db, who, key)
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
        found = plan_comments(db, who, key)
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
        _, asked = opened_comment(db, who, key)
    document = f"/plans/{key}/versions/{asked.number}"
    return public_view(
        request, replace(asked, state=PeriodState.COMING), Typed.nothing(), known=[], document=document
    )


@router.get("/{key}/publish", openapi_extra=needs(Open.SIGNED_IN))
def publish_page(request: Request, who: Reader, key: str) -> Response:
    """Show the result as the public will see it, and the reasons why it cannot be published yet."""
    with who.office.reading() as db:
        found, asked = opened_comment(db, who, key)
        shown = result_of(db, replace(asked, state=PeriodState.PUBLISHED))
    return page(
        request,
        "comment_publish.html",
        who=who,
        comments=found,
        asked=asked,
        left=shown["counted"].unanswered,
        State=PeriodState,
        **shown,
    )


@router.post("/{key}/publish", openapi_extra=needs(Act.RUN_COMMENT))
def publish(request: Request, who: FormUser, key: str, form: Filled) -> Response:
    with who.office.reading() as db:
        found, _ = comment_to_run(db, who, key)
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


def plan_comments(db: Reading, who: Visitor, key: str, round: int | None = None) -> PlanComments:
    """The comments of that plan, at its newest public comment or at the `round`th. Raises `NotFound`."""
    plan = plan_by_key(db, key)
    rounds = queries.rounds(db, key, who.now)
    runs = actor(db, who.key, tokyo_day(who.now)).may(Act.RUN_COMMENT, department=plan.department)
    if round is None:
        return PlanComments(plan, tuple(rounds), rounds[-1] if rounds else None, runs)
    asked = next((each for each in rounds if each.round == round), None)
    if asked is None:
        raise NotFound("パブリックコメント", say("第{round}回", round=round))
    return PlanComments(plan, tuple(rounds), asked, runs)


def opened_comment(
    db: Reading, who: Visitor, key: str, round: int | None = None
) -> tuple[PlanComments, Consultation]:
    """The comments, once a public comment was opened. Raises `NotFound`."""
    found = plan_comments(db, who, key, round)
    if found.asked is None:
        raise NotFound("パブリックコメント", key)
    return found, found.asked


def comment_to_run(db: Reading, who: Visitor, key: str) -> tuple[PlanComments, Consultation]:
    """The comments, for those alone who run the comment. Raises `NotAllowed`, `NotFound`."""
    found, asked = opened_comment(db, who, key)
    must_run(db, who, found)
    return found, asked


def must_run(db: Reading, who: Visitor, comments: PlanComments) -> None:
    """Raises `NotAllowed` for those who do not run the comments of the plan."""
    if not comments.runs:
        actor(db, who.key, tokyo_day(who.now)).refuse(Act.RUN_COMMENT)


def _shown(db: Reading, who: Visitor, found: PlanComments) -> dict[str, Any]:
    """Return the state of the comment, and the gates at which one can be opened now or after other gates."""
    states = queries.blockers(db, found.plan, who.now).states
    waiting = [state for state in states if isinstance(state.gate, PeriodGate)]
    came_in = queries.came_in(db, [each.id for each in found.rounds])
    return {
        "comments": found,
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
