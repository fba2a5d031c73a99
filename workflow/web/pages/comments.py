"""Public comments, for the staff: the list, opening one, its state and its changes, publishing its result."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from starlette.datastructures import FormData

from definitions.chain import PeriodGate
from workflow import actions, queries
from workflow.domain.calendar import parse_day, period_end, period_words, shown_day, tokyo_day
from workflow.domain.comments import PeriodState
from workflow.domain.errors import BadInput, NotFound
from workflow.domain.gates import Lack, text_at
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.queries import Consultation, Counted
from workflow.queries.plans import PlanFact
from workflow.queries.reading_rights import plan_to_read, plans_readable
from workflow.store.database import Office, Reading
from workflow.web.confirm import confirmed
from workflow.web.guide import Refusal
from workflow.web.pages.public import Typed, public_view, result_of
from workflow.web.permissions import Open, needs
from workflow.web.rendering import page
from workflow.web.session import Filled, FormUser, Page, Reader, Visitor

router = APIRouter(prefix="/comments", route_class=Page)
Round = Annotated[int | None, Form()]
_NOTHING_TYPED = dict.fromkeys(
    ("act", "opens_on", "closes_on", "shortened_why", "places", "contact", "reason"), ""
)
"""A form to change a comment, before anything is typed; `act` is the one that came back."""


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
        """Return whether letters can be entered: late ones too, and after the publication those found later."""
        return self.runs and self.asked is not None and self.asked.begun and self.asked.held

    @property
    def answers(self) -> bool:
        """Return whether replies can be written and changed, those that are not published."""
        return self.runs and self.asked is not None and self.asked.takes_answers


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
def comments(request: Request, who: Reader, following: str = "") -> Response:
    """The public comments that the reader may see, by what they wait for, with what came in, a page at a time: those under
    way first. A fixed number of statements."""
    with who.office.reading() as db:
        mine = plans_readable(db, who.person)
        found = queries.consultations(db, mine, who.now, following or None)
        shown: dict[str, Any] = {
            "found": found.consultations,
            "first_page": "/comments" if following else None,
            "next_page": f"/comments?following={found.following}" if found.following else None,
            "came_in": queries.came_in(db, [each.held_id for each in found.consultations]),
            "ready": [] if following else queries.ready_to_ask(db, mine),
        }
    return page(request, "comments.html", who=who, State=PeriodState, Nothing=Counted(), **shown)


@router.get("/{key}", openapi_extra=needs(Act.READ_PLAN))
def comment(request: Request, who: Reader, key: str, round: int | None = None) -> Response:
    with who.office.reading() as db:
        found = plan_comments(db, who, key, round)
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
        found = comments_to_run(db, who, key)
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
        return page(request, "comment.html", code=422, who=who, typed=typed, problem=Refusal(error), **shown)


@router.get("/{key}/preview", openapi_extra=needs(Act.READ_PLAN))
def preview(request: Request, who: Reader, key: str, round: int | None = None) -> Response:
    """The page that the public will see, before it is public."""
    with who.office.reading() as db:
        _, asked = opened_comment(db, who, key, round)
    document = f"/plans/{key}/versions/{asked.number}"
    return public_view(
        request, replace(asked, state=PeriodState.COMING), Typed.nothing(), known=[], document=document
    )


@router.get("/{key}/publish", openapi_extra=needs(Act.READ_PLAN))
def publish_page(request: Request, who: Reader, key: str, round: int | None = None) -> Response:
    """Show the result as the public sees it or will, what will be added to it, and the reasons why it cannot be
    published yet."""
    with who.office.reading() as db:
        found, asked = opened_comment(db, who, key, round)
        counted = queries.comment_counts(db, asked.held_id)
        waiting = [each for each in queries.replies(db, asked.id) if each.opinions and not each.published_at]
        shown = result_of(db, asked) or {"counted": counted, "replies": waiting, "addenda": []}
    return page(
        request,
        "comment_publish.html",
        who=who,
        comments=found,
        asked=asked,
        left=counted.unanswered,
        waiting=waiting,
        State=PeriodState,
        **shown,
    )


@router.post("/{key}/publish", openapi_extra=needs(Act.RUN_COMMENT))
def publish(request: Request, who: FormUser, key: str, form: Filled, round: Round = None) -> Response:
    with who.office.reading() as db:
        found, _ = comment_to_run(db, who, key, round)
    return confirmed(
        request,
        who,
        form,
        lambda office: actions.publish_result(office, who.key, key, round=round, now=who.now),
        title=say("{title}: パブリックコメントの結果を公表します", title=found.plan.title),
        button=say("公表する"),
        back=f"/comments/{key}{of_round(round)}",
        said=say("結果を公表しました。"),
    )


@router.post("/{key}/addendum", openapi_extra=needs(Act.RUN_COMMENT))
def addendum(request: Request, who: FormUser, key: str, form: Filled, round: Round = None) -> Response:
    with who.office.reading() as db:
        found, _ = comment_to_run(db, who, key, round)
    return confirmed(
        request,
        who,
        form,
        lambda office: actions.publish_addendum(office, who.key, key, round=round, now=who.now),
        title=say("{title}: パブリックコメントの結果に追補を公表します", title=found.plan.title),
        button=say("公表する"),
        back=f"/comments/{key}/publish{of_round(round)}",
        said=say("追補を公表しました。"),
    )


@router.post("/{key}/extend", openapi_extra=needs(Act.RUN_COMMENT))
def extend(
    request: Request,
    who: FormUser,
    key: str,
    form: Filled,
    closes_on: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    round: Round = None,
) -> Response:
    def asked_for() -> tuple[Callable[[Office], object], str]:
        last = parse_day(closes_on, "募集終了日")
        return (
            lambda office: actions.extend_comment(
                office, who.key, key, last, reason, round=round, now=who.now
            ),
            say("募集を{day}の24:00まで延長します", day=shown_day(last)),
        )

    return _changing(
        request, who, key, form, round, asked_for, say("延長する"), say("募集期間を延長しました。")
    )


@router.post("/{key}/correct", openapi_extra=needs(Act.RUN_COMMENT))
def correct(
    request: Request,
    who: FormUser,
    key: str,
    form: Filled,
    opens_on: Annotated[str, Form()] = "",
    closes_on: Annotated[str, Form()] = "",
    shortened_why: Annotated[str, Form()] = "",
    places: Annotated[str, Form()] = "",
    contact: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    round: Round = None,
) -> Response:
    """Correct what was entered; the form comes with every value as it is."""

    def asked_for() -> tuple[Callable[[Office], object], str]:
        first, last = parse_day(opens_on, "募集開始日"), parse_day(closes_on, "募集終了日")
        return (
            lambda office: actions.correct_comment(
                office,
                who.key,
                key,
                reason,
                opens_on=first,
                closes_on=last,
                shortened_why=shortened_why,
                places=_lines(places),
                contact=contact.replace("\r\n", "\n"),
                round=round,
                now=who.now,
            ),
            say("{period}の募集に訂正します", period=period_words(first, last)),
        )

    return _changing(request, who, key, form, round, asked_for, say("訂正する"), say("募集を訂正しました。"))


@router.post("/{key}/cancel", openapi_extra=needs(Act.RUN_COMMENT))
def cancel(
    request: Request,
    who: FormUser,
    key: str,
    form: Filled,
    reason: Annotated[str, Form()] = "",
    round: Round = None,
) -> Response:
    return _changing(
        request,
        who,
        key,
        form,
        round,
        lambda: (
            lambda office: actions.cancel_comment(office, who.key, key, reason, round=round, now=who.now),
            say("募集を中止します"),
        ),
        say("中止する"),
        say("募集を中止しました。"),
    )


@router.post("/{key}/count", openapi_extra=needs(Act.RUN_COMMENT))
def count(
    request: Request,
    who: FormUser,
    key: str,
    form: Filled,
    gate: Annotated[str, Form()],
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Decide that the comment held before 差戻し still counts."""
    return _changing(
        request,
        who,
        key,
        form,
        None,
        lambda: (
            lambda office: actions.count_held_comment(office, who.key, key, gate, reason, now=who.now),
            say("前に行った募集を、いまの段階でも有効とします"),
        ),
        say("有効とする"),
        say("前の募集を有効としました。"),
    )


def _changing(
    request: Request,
    who: Visitor,
    key: str,
    form: FormData,
    round: int | None,
    asked_for: Callable[[], tuple[Callable[[Office], object], str]],
    button: str,
    said: str,
) -> Response:
    """Ask first, act when sure; what does not fit is said on the page of the comment, which keeps what was typed."""
    with who.office.reading() as db:
        found = comments_to_run(db, who, key, round)
    try:
        act, title = asked_for()
        return confirmed(
            request,
            who,
            form,
            act,
            title=f"{found.plan.title}: {title}",
            button=button,
            back=f"/comments/{key}{of_round(round)}",
            said=said,
        )
    except BadInput as error:
        with who.office.reading() as db:
            shown = _shown(db, who, found)
        typed = {name: value for name, value in form.items() if isinstance(value, str)}
        kept = {**_NOTHING_TYPED, **typed, "act": request.url.path.rpartition("/")[2]}
        return page(
            request,
            "comment.html",
            code=422,
            who=who,
            typed=None,
            problem=Refusal(error),
            **{**shown, "changing": kept},
        )


def plan_comments(db: Reading, who: Visitor, key: str, round: int | None = None) -> PlanComments:
    """The comments of that plan, at its newest public comment or at the `round`th. Raises `NotFound`, `NotAllowed`."""
    return _comments_of(db, who, plan_to_read(db, who.person, key), round)


def opened_comment(
    db: Reading, who: Visitor, key: str, round: int | None = None
) -> tuple[PlanComments, Consultation]:
    """The comments, once a public comment was opened. Raises `NotFound`, `NotAllowed`."""
    return _opened(plan_comments(db, who, key, round))


def comment_to_run(
    db: Reading, who: Visitor, key: str, round: int | None = None
) -> tuple[PlanComments, Consultation]:
    """The comments, for those alone who run the comment. Raises `NotAllowed`, `NotFound`."""
    return _opened(comments_to_run(db, who, key, round))


def comments_to_run(db: Reading, who: Visitor, key: str, round: int | None = None) -> PlanComments:
    """The comments of that plan, for those alone who run them. Raises `NotAllowed`, `NotFound`."""
    plan = plan_to_read(db, who.person, key)
    who.person.require(Act.RUN_COMMENT, department=plan.department)
    return _comments_of(db, who, plan, round)


def _comments_of(db: Reading, who: Visitor, plan: PlanFact, round: int | None) -> PlanComments:
    rounds = queries.rounds(db, plan.key, who.now)
    runs = who.person.may(Act.RUN_COMMENT, department=plan.department)
    asked = queries.of_round(rounds, round) if rounds or round is not None else None
    return PlanComments(plan, tuple(rounds), asked, runs)


def _opened(found: PlanComments) -> tuple[PlanComments, Consultation]:
    if found.asked is None:
        raise NotFound("パブリックコメント", found.plan.key)
    return found, found.asked


def of_round(round: int | None, joined: str = "?") -> str:
    """The end of an address that names the round; empty for the newest."""
    return "" if round is None else f"{joined}round={round}"


def _shown(db: Reading, who: Visitor, found: PlanComments) -> dict[str, Any]:
    """Return the state of the comment, and the gates at which one can be opened now or after other gates."""
    known = queries.blockers(db, found.plan, who.now)
    waiting = [state for state in known.states if isinstance(state.gate, PeriodGate)]
    came_in = queries.came_in(db, [each.held_id for each in found.rounds])
    return {
        "comments": found,
        "asked": found.asked,
        "came_in": came_in,
        "here": came_in.get(found.asked.held_id, Counted()) if found.asked else Counted(),
        "openings": [
            Opening(state.gate, tokyo_day(who.now).isoformat())
            for state in waiting
            if isinstance(state.gate, PeriodGate) and state.lack is Lack.PERIOD and not known.fallen
        ],
        "put": {
            state.gate.key: text_at(found.plan.chain, found.plan.stay, state.gate, known.facts)
            for state in waiting
        },
        "fallen": known.fallen if waiting else (),
        "countable": {each.gate: each for each in found.rounds if each.may_be_counted},
        "waiting": found.asked is not None and found.asked.held and queries.to_add(db, found.asked.id),
        "changing": _NOTHING_TYPED,
        "later": [state for state in waiting if state.lack is Lack.AFTER],
        "State": PeriodState,
        "Nothing": Counted(),
    }


def _typed(plan: PlanFact, key: str, form: Mapping[str, Any]) -> Opening:
    gate = next((each for each in plan.stage.gates if each.key == key), None)
    if not isinstance(gate, PeriodGate):
        raise NotFound("いまの段階のパブリックコメントの手続", key)
    fields = ("opens_on", "closes_on", "shortened_why", "places", "contact")
    return Opening(gate, **{field: str(form.get(field, "")).strip() for field in fields})


def _opening(who: Visitor, key: str, typed: Opening) -> tuple[date, date, Callable[[Office], object]]:
    """The first day, the last, and the act. Raises `BadInput`."""
    opens_on = parse_day(typed.opens_on, "募集開始日")
    closes_on = parse_day(typed.closes_on, "募集終了日") if typed.closes_on else None

    def act(office: Office) -> object:
        return actions.open_comment(
            office,
            who.key,
            key,
            typed.gate.key,
            opens_on,
            closes_on=closes_on,
            shortened_why=typed.shortened_why or None,
            places=_lines(typed.places),
            contact=typed.contact,
            now=who.now,
        )

    full = period_end(opens_on, typed.gate.minimum_days, first_day_counts=typed.gate.first_day_counts)
    return opens_on, closes_on or full, act


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
