"""Signing in and out, and how one wants to read: language and dates."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.exceptions import HTTPException

from workflow import engine
from workflow.errors import SignInRefused
from workflow.language import Dates, Language
from workflow.web.doors import COOKIE, DATES, LANGUAGE, Open, Writer, go, needs, page, same_origin

router = APIRouter()
A_YEAR = 365 * 24 * 60 * 60


@router.get("/sign-in", openapi_extra=needs(Open.PUBLIC))
def sign_in_page(request: Request) -> Response:
    return page(request, "sign_in.html", refused=None)


@router.post("/sign-in", openapi_extra=needs(Open.PUBLIC))
def sign_in(
    request: Request, key: Annotated[str, Form()] = "", password: Annotated[str, Form()] = ""
) -> Response:
    if not same_origin(request):
        raise HTTPException(403)
    agent = request.headers.get("user-agent", "")
    state = request.app.state
    try:
        token = engine.sign_in(state.office, key, password, agent=agent, now=state.clock())
    except SignInRefused as refused:
        return page(request, "sign_in.html", code=401, refused=refused.message)
    return let_in(request, token)


def let_in(request: Request, token: str) -> Response:
    """The first page, with the session's cookie."""
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


@router.post("/sign-out", openapi_extra=needs(Open.SIGNED_IN))
def sign_out(request: Request, who: Writer) -> Response:
    engine.sign_out(who.office, request.cookies.get(COOKIE, ""))
    answer = go("/sign-in")
    answer.delete_cookie(COOKIE)
    return answer


@router.post("/language", openapi_extra=needs(Open.PUBLIC))
def choose_language(
    request: Request,
    back: Annotated[str, Form()] = "/",
    language: Annotated[Language | None, Form()] = None,
    dates: Annotated[Dates | None, Form()] = None,
) -> Response:
    """Keeps the choice for a year. English alone writes days as 2023-06-12, until one says otherwise."""
    inside = back.startswith("/") and not back.startswith(("//", "/\\"))
    answer = go(back if inside else "/")
    for name, chosen in ((LANGUAGE, language), (DATES, dates)):
        if chosen is not None:
            answer.set_cookie(name, chosen, max_age=A_YEAR, httponly=True, samesite="lax")
    return answer
