"""Opinions of the public, for the staff: letters entered, opinions listed, divided, and exported as a
spreadsheet."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response

from workflow import actions, queries
from workflow.domain.calendar import TOKYO, parse_moment
from workflow.domain.comments import WRITER_FIELDS, Author, PeriodState, Route, split_letter, told_of
from workflow.domain.errors import BadInput, NotFound, NotNow
from workflow.domain.language import label, say
from workflow.domain.rights import Act
from workflow.queries import Which
from workflow.store.database import Reading
from workflow.web import opinion_table
from workflow.web.guide import Refusal
from workflow.web.limits import Load, takes
from workflow.web.pages.comments import comment_to_run, of_round
from workflow.web.permissions import needs
from workflow.web.rendering import download, page, redirect
from workflow.web.security import note_reading
from workflow.web.session import Filled, FormUser, Page, Reader, Visitor
from workflow.web.spreadsheet import CSV, EXCEL, csv_file, workbook

router = APIRouter(prefix="/comments/{key}", route_class=Page)
BY_STAFF = (Route.POST, Route.FAX, Route.COUNTER, Route.MAIL)


@router.get("/opinions", openapi_extra=needs(Act.RUN_COMMENT))
def opinions(
    request: Request,
    who: Reader,
    key: str,
    which: str = "",
    route: str = "",
    query: Annotated[str, Query(alias="words")] = "",
    page_number: int = 1,
    round: int | None = None,
) -> Response:
    chosen = Which(which) if which in set(Which) else Which.ALL
    came_by = Route(route) if route in set(Route) else None
    with who.office.reading() as db:
        found, asked = comment_to_run(db, who, key, round)
        sheet = queries.opinion_page(
            db, asked.held_id, which=chosen, route=came_by, query=query[:100], page=page_number
        )
        writers = queries.writers(db, {each.submission for each in sheet.opinions})
    if writers:
        note_reading(request, who.office, who.key, found.plan.id, who.now)
    kept = {"round": asked.round, "which": chosen, "route": came_by or "", "words": query[:100]}
    return page(
        request,
        "comment_opinions.html",
        who=who,
        comments=found,
        asked=asked,
        sheet=sheet,
        writers=writers,
        which=chosen,
        route=came_by,
        query=query,
        Which=Which,
        Route=Route,
        here=f"/comments/{key}/opinions?{urlencode(kept)}",
    )


@router.get("/opinions.xlsx", openapi_extra=needs(Act.RUN_COMMENT))
def as_xlsx(request: Request, who: Reader, key: str, round: int | None = None) -> Response:
    title, rows = _rows(request, who, key, round)
    return download(workbook(say("意見"), rows, opinion_table.WIDTHS), EXCEL, f"{title}.xlsx")


@router.get("/opinions.csv", openapi_extra=needs(Act.RUN_COMMENT))
def as_csv(request: Request, who: Reader, key: str, round: int | None = None) -> Response:
    title, rows = _rows(request, who, key, round)
    return download(csv_file(rows), CSV, f"{title}.csv")


@router.get("/intake", openapi_extra=needs(Act.RUN_COMMENT))
def intake_page(request: Request, who: Reader, key: str, round: int | None = None) -> Response:
    local = who.now.astimezone(TOKYO)
    return _intake(request, who, key, round, {"day": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}"})


@router.post("/intake", openapi_extra=needs(Act.RUN_COMMENT) | takes(Load.LONG_FORM))
def intake(
    request: Request, who: FormUser, key: str, form: Filled, round: Annotated[int | None, Form()] = None
) -> Response:
    """One letter, divided into its opinions: show them first, then enter them."""
    typed = {name: value for name, value in form.items() if isinstance(value, str)}
    parts = split_letter(typed.get("letter", ""))
    if typed.get("step") != "enter":
        return _intake(request, who, key, round, typed, parts=parts)
    try:
        receipt = actions.receive_opinions(
            who.office,
            who.key,
            key,
            Author(**{field: typed.get(field, "") for field in WRITER_FIELDS}),
            parts,
            route=_route(typed.get("route", "")),
            received_at=parse_moment(f"{typed.get('day', '')} {typed.get('time', '')}", "届いた日時"),
            round=round,
            now=who.now,
        )
    except (BadInput, NotNow) as error:
        return _intake(request, who, key, round, typed, parts=parts, problem=Refusal(error))
    said = say(
        "受付番号 {receipt} として、意見 {count} 件を登録しました。", receipt=receipt, count=len(parts)
    )
    return redirect(f"/comments/{key}/intake{of_round(round)}", said=said)


@router.get("/opinions/{number}", openapi_extra=needs(Act.RUN_COMMENT))
def opinion(request: Request, who: Reader, key: str, number: int, round: int | None = None) -> Response:
    return _opinion(request, who, key, number, round=round)


@router.post("/opinions/{number}", openapi_extra=needs(Act.RUN_COMMENT))
def split(
    request: Request,
    who: FormUser,
    key: str,
    number: int,
    letter: Annotated[str, Form()] = "",
    step: Annotated[str, Form()] = "",
    round: Annotated[int | None, Form()] = None,
) -> Response:
    """An opinion that is several: first they are shown, then it is divided."""
    with who.office.reading() as db:
        comment_to_run(db, who, key, round)
    if step != "split":
        return _opinion(request, who, key, number, round=round, letter=letter)
    try:
        made = actions.split_opinion(
            who.office, who.key, key, number, split_letter(letter), round=round, now=who.now
        )
    except BadInput as error:
        return _opinion(request, who, key, number, round=round, letter=letter, problem=Refusal(error))
    return redirect(
        f"/comments/{key}/opinions{of_round(round)}",
        said=say("意見を {count} 件に分けました。", count=len(made)),
    )


def _intake(
    request: Request,
    who: Visitor,
    key: str,
    round: int | None,
    typed: dict[str, str],
    *,
    parts: list[str] | None = None,
    problem: str | None = None,
) -> Response:
    with who.office.reading() as db:
        found, asked = comment_to_run(db, who, key, round)
    if parts is not None:
        note_reading(request, who.office, who.key, found.plan.id, who.now)
    return page(
        request,
        "comment_intake.html",
        code=422 if problem else 200,
        who=who,
        comments=found,
        asked=asked,
        typed=typed,
        parts=parts,
        problem=problem,
        State=PeriodState,
        fields=WRITER_FIELDS,
        routes=[(route.value, label(route)) for route in BY_STAFF],
    )


def _opinion(
    request: Request,
    who: Visitor,
    key: str,
    number: int,
    *,
    round: int | None = None,
    letter: str | None = None,
    problem: str | None = None,
) -> Response:
    with who.office.reading() as db:
        found, asked = comment_to_run(db, who, key, round)
        said = next(iter(queries.opinions_by_id(db, asked.held_id, [number])), None)
        if said is None:
            raise NotFound("この募集の意見", str(number))
        told = _told(db, said.submission)
    note_reading(request, who.office, who.key, found.plan.id, who.now)
    return page(
        request,
        "comment_opinion.html",
        code=422 if problem else 200,
        who=who,
        comments=found,
        asked=asked,
        said_here=said,
        told=told,
        letter=letter,
        parts=split_letter(letter) if letter is not None else None,
        problem=problem,
    )


def _told(db: Reading, submission: int) -> list[tuple[str, str]]:
    writer = queries.writers(db, [submission]).get(submission)
    return told_of(writer) if writer else [(say("提出者"), say("消去済み"))]


def _route(value: str) -> Route:
    if value not in set(BY_STAFF):
        raise BadInput("受付方法", "選ばれていません", "届いた方法を選んでください。")
    return Route(value)


def _rows(request: Request, who: Visitor, key: str, round: int | None) -> tuple[str, list[list[Any]]]:
    """The file's name, and its rows."""
    with who.office.reading() as db:
        found, asked = comment_to_run(db, who, key, round)
        said = queries.all_opinions(db, asked.held_id)
        writers = queries.writers_of_period(db, asked.held_id)
    if writers:
        note_reading(request, who.office, who.key, found.plan.id, who.now, exported=True)
    return f"{found.plan.title} {say('意見')}", opinion_table.rows(said, writers)
