"""Signing in and out, and how one wants to read: language and dates."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.exceptions import HTTPException

from workflow import actions
from workflow.domain.errors import SignInRefused
from workflow.domain.language import Dates, Language
from workflow.web.guide import Refusal
from workflow.web.limits import Load, takes
from workflow.web.permissions import Open, needs
from workflow.web.rendering import DATES, LANGUAGE, page, redirect
from workflow.web.session import (
    A_YEAR,
    FormUser,
    Page,
    carried_key,
    device_cookie,
    drop_carried_key,
    remember_device,
    same_origin,
    session_cookie,
    session_token,
    source_of,
)

router = APIRouter(route_class=Page)


@router.get("/sign-in", openapi_extra=needs(Open.PUBLIC))
def sign_in_page(request: Request, to: str = "/") -> Response:
    """`to` is the page that was asked for without being signed in."""
    return page(request, "sign_in.html", refused=None, to=to, key=carried_key(request))


@router.post("/sign-in", openapi_extra=needs(Open.PUBLIC) | takes(Load.KEY))
def sign_in(
    request: Request,
    key: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    to: Annotated[str, Form()] = "/",
) -> Response:
    if not same_origin(request):
        raise HTTPException(403)
    state, agent = request.app.state, request.headers.get("user-agent", "")
    try:
        token = actions.sign_in(
            state.office,
            key,
            password,
            agent=agent,
            source=source_of(request),
            device=request.cookies.get(device_cookie(request, key), ""),
            now=state.clock(),
        )
    except SignInRefused as refused:
        return page(request, "sign_in.html", code=401, refused=Refusal(refused), to=to)
    answer = let_in(request, token, to)
    remember_device(request, answer, key)
    return answer


def let_in(request: Request, token: str, to: str = "/", *, said: str = "") -> Response:
    """The page that was asked for, with the new session's cookie. The session this browser had before ends."""
    if before := session_token(request):
        actions.sign_out(request.app.state.office, before, now=request.app.state.clock())
    answer = redirect(to, said)
    drop_carried_key(request, answer)
    answer.set_cookie(
        session_cookie(request),
        token,
        max_age=int(actions.TOKEN_LIFE.total_seconds()),
        httponly=True,
        samesite="lax",
    )
    return answer


@router.post("/sign-out", openapi_extra=needs(Open.SIGNED_IN))
def sign_out(request: Request, who: FormUser) -> Response:
    actions.sign_out(who.office, session_token(request), now=who.now)
    answer = redirect("/sign-in")
    answer.delete_cookie(session_cookie(request), httponly=True, samesite="lax")
    return answer


@router.post("/language", openapi_extra=needs(Open.PUBLIC) | takes(Load.KEY))
def choose_language(
    request: Request,
    back: Annotated[str, Form()] = "/",
    language: Annotated[Language | None, Form()] = None,
    dates: Annotated[Dates | None, Form()] = None,
) -> Response:
    """Keeps the choice for a year. English alone writes days as 2023-06-12, until one says otherwise."""
    answer = redirect(back)
    for name, chosen in ((LANGUAGE, language), (DATES, dates)):
        if chosen is not None:
            answer.set_cookie(name, chosen, max_age=A_YEAR, httponly=True, samesite="lax")
    return answer
