"""Who is there, and is the form theirs: sign-in, sign-out, the session and its CSRF token; and how a page is
made."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.templating import Jinja2Templates
from jinja2 import StrictUndefined
from sqlalchemy import select
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from workflow import engine, questions
from workflow.calendar import reiwa_moment, reiwa_with_weekday, tokyo_day
from workflow.errors import SignInRefused
from workflow.office import Office
from workflow.records import Person

router = APIRouter()
COOKIE = "sakutei"
_pages = Jinja2Templates(directory=Path(__file__).parent / "pages")
_pages.env.undefined = StrictUndefined
_pages.env.filters |= {
    "moment": reiwa_moment,
    "day": lambda value: reiwa_with_weekday(tokyo_day(value) if isinstance(value, datetime) else value),
}


class NeedsSignIn(Exception):
    """Nobody is signed in."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks, of which office, when."""

    office: Office
    key: str
    name: str
    csrf: str
    now: datetime


def visitor(request: Request) -> Visitor:
    """The person signed in. Raises `NeedsSignIn`."""
    office: Office = request.app.state.office
    now = request.app.state.clock()
    token = request.cookies.get(COOKIE, "")
    with office.reading() as db:
        key = engine.signed_in(db, token, now) if token else None
        name = db.scalar(select(Person.name).where(Person.key == key)) if key else None
    if key is None or name is None:
        raise NeedsSignIn
    return Visitor(office, key, name, _csrf(token), now)


def writer(
    request: Request, seen: Annotated["Visitor", Depends(visitor)], csrf: Annotated[str, Form()] = ""
) -> Visitor:
    """The person signed in, whose own page sent this form. Refuses with 403 otherwise."""
    if not hmac.compare_digest(csrf.encode(), seen.csrf.encode()):
        raise HTTPException(403)
    return seen


async def form_of(request: Request) -> FormData:
    """The form as sent, for pages whose fields depend on what they show."""
    return await request.form()


Filled = Annotated[FormData, Depends(form_of)]
Reader = Annotated[Visitor, Depends(visitor)]
Writer = Annotated[Visitor, Depends(writer)]


def page(request: Request, name: str, *, code: int = 200, **context: Any) -> Response:
    """A page of that template. `who` is the person signed in, or None."""
    context.setdefault("who", None)
    return _pages.TemplateResponse(request, name, context, status_code=code)


def go(path: str) -> Response:
    """After a form: see the result with a GET."""
    return Response(status_code=303, headers={"location": path})


@router.get("/")
def today(request: Request, who: Reader) -> Response:
    """What waits for me, nearest first."""
    with who.office.reading() as db:
        tasks = questions.worklist(db, who.key, who.now)
    return page(request, "today.html", who=who, tasks=tasks)


@router.get("/sign-in")
def sign_in_page(request: Request) -> Response:
    return page(request, "sign_in.html", guests=request.app.state.guests, refused=None)


@router.post("/sign-in")
def sign_in(
    request: Request, key: Annotated[str, Form()] = "", password: Annotated[str, Form()] = ""
) -> Response:
    if not _same_origin(request):
        raise HTTPException(403)
    try:
        token = engine.sign_in(request.app.state.office, key, password, now=request.app.state.clock())
    except SignInRefused as refused:
        guests = request.app.state.guests
        return page(request, "sign_in.html", code=401, guests=guests, refused=refused.message)
    answer = go("/")
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(engine.TOKEN_LIFE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer


@router.post("/sign-out")
def sign_out(request: Request, who: Writer) -> Response:
    engine.sign_out(who.office, request.cookies.get(COOKIE, ""))
    answer = go("/sign-in")
    answer.delete_cookie(COOKIE)
    return answer


def _csrf(token: str) -> str:
    """The form token of a session: known to its pages only, and of no use as a session token."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def _same_origin(request: Request) -> bool:
    """A browser names where a form came from; a form of another site is not taken."""
    origin = request.headers.get("origin")
    return origin is None or origin.rpartition("://")[2] == request.headers.get("host")
