"""連携キー: a person's tokens for programs; and the page that lists the API calls."""

from contextlib import suppress
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from workflow import actions
from workflow.domain.accounts import Scope
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import BadInput
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.queries.actor import actor
from workflow.queries.tokens import token_list
from workflow.web.api import SUBJECTS
from workflow.web.api.problems import TITLES
from workflow.web.permissions import Open, needs
from workflow.web.rendering import page, redirect
from workflow.web.session import Filled, FormUser, NeedsSignIn, Page, Reader, identified

router = APIRouter(route_class=Page)

LIVES = (30, 90, 180, 365)
"""Lifetimes of a token to choose from, in days."""


@router.get("/tokens", openapi_extra=needs(Open.SIGNED_IN))
def tokens(request: Request, who: Reader) -> Response:
    """One's own tokens; an administrator sees everybody's, to end those of who left."""
    with who.office.reading() as db:
        connects = actor(db, who.key, tokyo_day(who.now)).may(Act.CONNECT)
        found = token_list(db, None if connects else who.key)
    return page(request, "tokens.html", who=who, tokens=found, everybody=connects, Scope=Scope, lives=LIVES)


@router.post("/tokens", openapi_extra=needs(Open.SELF))
def make_token(
    request: Request,
    who: FormUser,
    form: Filled,
    name: Annotated[str, Form()] = "",
    days: Annotated[int, Form()] = LIVES[0],
) -> Response:
    """The token is on the answer alone: it is not kept, and not shown again."""
    if days not in LIVES:
        raise BadInput(say("有効期間"), say("選べない長さです"), say("一覧から選んでください。"))
    chosen = [Scope(value) for value in form.getlist("scopes") if value in set(Scope)]
    expires_at = who.now + timedelta(days=days)
    token = actions.make_token(who.office, who.key, name, chosen, expires_at=expires_at, now=who.now)
    return page(request, "token_made.html", who=who, token=token, named=name, expires_at=expires_at)


@router.post("/tokens/{token}/revoke", openapi_extra=needs(Open.SELF))
def revoke_token(who: FormUser, token: int) -> Response:
    actions.revoke_token(who.office, who.key, token, now=who.now)
    return redirect("/tokens", said=say("連携キーを失効させました。"))


@router.get("/api/v1/docs", openapi_extra=needs(Open.PUBLIC))
def calls(request: Request) -> Response:
    """Show the API calls, read from the OpenAPI itself. Public; a signed-in user keeps the menu."""
    who = None
    with suppress(NeedsSignIn):
        who = identified(request)
    site = request.app.state.mail.site
    subjects = _by_subject(request.app.state.api.openapi())
    problems = {kind: say(title) for kind, title in TITLES.items()}
    return page(request, "calls.html", who=who, subjects=subjects, problems=problems, site=site)


@router.get("/problems/{kind}", openapi_extra=needs(Open.PUBLIC))
def problem(kind: str) -> Response:
    """Redirect the type of a problem to its description."""
    return redirect(f"/api/v1/docs#{kind}" if kind in TITLES else "/api/v1/docs")


def _by_subject(described: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The calls under the name of their subject, in the order they are written."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in SUBJECTS}
    for path, methods in described["paths"].items():
        for method, call in methods.items():
            found[call["tags"][0]].append(
                {
                    "method": method.upper(),
                    "path": f"/api{path}",
                    "words": say(call["description"]),
                    "scope": call["security"][0]["bearer"][0],
                    "needs": [say(Act[right]) for right in call["x-needs"] if right in Act.__members__],
                }
            )
    return [(say(SUBJECTS[name]), calls) for name, calls in found.items()]
