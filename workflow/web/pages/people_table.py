"""Many people at once: a table of them, checked line by line before anybody is added, and their invitations."""

from contextlib import suppress
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response, UploadFile

from workflow import actions, queries
from workflow.domain.calendar import parse_day, tokyo_day
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.queries.people import invitable
from workflow.store.plain_text import text_in
from workflow.web.invitations import invited
from workflow.web.limits import Load, takes
from workflow.web.permissions import needs
from workflow.web.pulse import handed_over_words
from workflow.web.rendering import page, redirect
from workflow.web.session import Filled, FormUser, Page, Reader, Visitor

router = APIRouter(prefix="/people", route_class=Page)
"""No person's key begins with an underscore."""


@router.get("/_table", openapi_extra=needs(Act.KEEP_PEOPLE))
def table(request: Request, who: Reader) -> Response:
    return _shown(request, who, "", tokyo_day(who.now).isoformat())


@router.post("/_table", openapi_extra=needs(Act.KEEP_PEOPLE) | takes(Load.TABLE))
def check_or_add(
    request: Request,
    who: FormUser,
    people: Annotated[str, Form()] = "",
    since: Annotated[str, Form()] = "",
    sure: Annotated[str, Form()] = "",
    file: UploadFile | None = None,
) -> Response:
    """First every fault of every line, or that there is none; then, when asked with `sure`, all are added."""
    text = people
    if file is not None and file.filename:
        text = text_in(file.file, say("名簿のファイル"))
    found = actions.read_newcomers(text)
    first = parse_day(since, say("着任の日"))
    if sure == "yes":
        with suppress(actions.NewcomersRefused):
            added = actions.add_people(who.office, who.key, found, first, now=who.now)
            return redirect("/people", said=say("{count} 人を登録しました。", count=added))
    return _shown(request, who, text, since, found, first)


@router.get("/_invitations", openapi_extra=needs(Act.KEEP_PEOPLE))
def invitations(request: Request, who: Reader) -> Response:
    """Show everybody who cannot sign in yet: first those who were never invited."""
    with who.office.reading() as db:
        found = invitable(db, tokyo_day(who.now))
    return page(
        request,
        "people_invitations.html",
        who=who,
        hands_over=handed_over_words(request.app.state.mail),
        new=[each for each in found if each.invited_at is None],
        invited=[each for each in found if each.invited_at is not None],
    )


@router.post("/_invitations", openapi_extra=needs(Act.KEEP_PEOPLE))
def invite(request: Request, who: FormUser, form: Filled) -> Response:
    """First who gets a mail or a link, then all of them are invited."""
    people = [str(each) for each in form.getlist("person")]
    title = say("{count}人を招待する", count=len(people))
    return invited(request, who, form, people, title=title, back="/people/_invitations")


def _shown(
    request: Request,
    who: Visitor,
    text: str,
    since: str,
    found: list[actions.Newcomer] | None = None,
    first: date | None = None,
) -> Response:
    with who.office.reading() as db:
        checked = actions.check_newcomers(db, found or [])
        departments = queries.departments(db)
    told: dict[int, list[str]] = {}
    for fault in checked.faults:
        told.setdefault(fault.line, []).append(fault.words)
    return page(
        request,
        "people_table.html",
        code=422 if checked.faults else 200,
        who=who,
        text=text,
        since=since,
        first=first,
        found=found,
        faults=told,
        registered=checked.registered,
        new=len(found or []) - len(checked.registered),
        departments=departments,
        headings=tuple(say(each) for each in actions.HEADINGS),
    )
