"""What every page stands on: who asks, is the form theirs, what may be asked, and how a page is made."""

import hashlib
import hmac
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, unquote

from fastapi import Depends, Form, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.responses import FileResponse
from fastapi.routing import APIRoute
from fastapi.templating import Jinja2Templates
from jinja2 import StrictUndefined
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from workflow import engine, files
from workflow.addresses import subscriber
from workflow.calendar import month_label, period_words, shown_day, shown_moment, tokyo_day
from workflow.engine.checks import typed_key
from workflow.language import Dates, Language, dates, label, language, translate
from workflow.office import Office
from workflow.rights import Act, Actor, actor
from workflow.tally import shown_share
from workflow.uploads import OCTETS
from workflow.web.receiving import Load, load_of, received

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

A_YEAR = 365 * 24 * 60 * 60
COOKIE, SAID, LANGUAGE, DATES = "sakutei", "sakutei-said", "sakutei-language", "sakutei-dates"


def _words(text: str, /, **values: object) -> str:
    """A text of ours in the language chosen, with the values in place of its %(names)s. A plain str, so that a page
    escapes it like everything else: nothing becomes markup by being translated."""
    words = translate(text)
    return words % values if values else words


_pages = Jinja2Templates(directory=Path(__file__).parent / "pages")
_pages.env.undefined = StrictUndefined
_pages.env.add_extension("jinja2.ext.do")
_pages.env.filters |= {
    "label": label,
    "share": shown_share,
    "moment": shown_moment,
    "month": month_label,
    "day": lambda value: shown_day(tokyo_day(value) if isinstance(value, datetime) else value),
}
_pages.env.globals |= {
    "_": _words,
    "Act": Act,
    "Language": Language,
    "Dates": Dates,
    "language": language.get,
    "dates": dates.get,
    "period_words": period_words,
    "cells": lambda headings: [Markup(' role="cell" data-label="{}"').format(each) for each in headings],
}


class NeedsSignIn(Exception):
    """Nobody is signed in."""


class Open(StrEnum):
    """Routes that need no right of the rights table: for everybody, for who is signed in, or for what is one's
    own (a feed, a session, a one-time link)."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    SELF = "self"


def needs(*rights: Act | Open) -> dict[str, Any]:
    """What a route needs, as its OpenAPI says it: any one of the rights."""
    return {"x-needs": [right.name for right in rights]}


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks, of which office, when; `person` is what they may do today."""

    office: Office
    key: str
    name: str
    csrf: str
    now: datetime
    person: Actor


class Page(APIRoute):
    """A page. Who asks is known, where the page is not for everybody, before anything of a form is read; and no more
    of it is read than the page takes."""

    def get_route_handler(self) -> Handler:
        answer = super().get_route_handler()
        for_somebody, load = _asks(self.dependant, visitor), load_of(self, Load.FORM)

        async def handle(request: Request) -> Response:
            if for_somebody:
                request.state.visitor = await run_in_threadpool(_let_in, request)
            if request.method == "GET":
                return await answer(request)
            by = request.state.visitor.key if for_somebody else None
            async with received(request, load, by) as read:
                return await answer(read)

        return handle


def _asks(dependant: Dependant, call: Callable[..., Any]) -> bool:
    """Whether something a route depends on is given by that function."""
    return any(each.call is call or _asks(each, call) for each in dependant.dependencies)


def visitor(request: Request) -> Visitor:
    """The person signed in, as they were let in."""
    seen: Visitor = request.state.visitor
    return seen


def _let_in(request: Request) -> Visitor:
    """The person signed in. Raises `NeedsSignIn`, and `NotAllowed` where the route needs a right they have
    nowhere."""
    seen = identified(request)
    let_through(seen.person, acts_of(request.scope["route"]))
    return seen


def identified(request: Request) -> Visitor:
    """The person signed in, whatever they may do. Raises `NeedsSignIn`."""
    office: Office = request.app.state.office
    now = request.app.state.clock()
    token = session_token(request)
    with office.reading() as db:
        key = engine.signed_in(db, token, now) if token else None
        person = actor(db, key, tokyo_day(now)) if key else None
    if person is None:
        raise NeedsSignIn
    return Visitor(office, person.key, person.name, csrf_of(token), now, person)


def acts_of(route: Any) -> list[Act]:
    """The acts a route names as its need; empty when it needs none of the rights table."""
    named = (getattr(route, "openapi_extra", None) or {}).get("x-needs", [])
    return [Act[name] for name in named if name in Act.__members__]


def let_through(person: Actor, acts: Sequence[Act]) -> None:
    """Raises `NotAllowed` for who can do none of the acts anywhere."""
    if acts and not any(person.may_somewhere(act) for act in acts):
        person.refuse(acts[0])


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
    """A page of that template. `who` is the person signed in, or None. What the last form said is shown once."""
    context.setdefault("who", None)
    context["said"] = unquote(request.cookies.get(SAID, ""))[:500]
    answer = _pages.TemplateResponse(request, name, context, status_code=code)
    if context["said"]:
        answer.delete_cookie(SAID)
    return answer


def go(path: str, said: str = "") -> Response:
    """After a form: see the result with a GET, and read what was done."""
    answer = Response(status_code=303, headers={"location": quote(path, safe="/#?&=:%+")})
    if said:
        answer.set_cookie(SAID, quote(said), max_age=60, httponly=True, samesite="lax")
    return answer


def attachment(office: Office, sha256: str, filename: str, kind: str = OCTETS) -> Response:
    """A document of the store, to be kept and not opened, whatever it is. Raises `DocumentDamaged`."""
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(filename, safe='')}"}
    return FileResponse(files.checked(office.files, sha256), media_type=kind, headers=headers)


def csrf_of(token: str) -> str:
    """The form token of a session: known to its pages only, and of no use as a session token."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def same_origin(request: Request) -> bool:
    """A browser names where a form came from; a form of another site is not taken."""
    origin = request.headers.get("origin")
    if origin is None or origin == request.app.state.mail.site:
        return True
    return origin.rpartition("://")[2] == request.headers.get("host")


def over_https(request: Request) -> bool:
    return request.url.scheme == "https"


def cookie_name(request: Request, name: str) -> str:
    """What a cookie is called on this connection. Over https, browsers let no other site of the office's domain
    set one with this prefix."""
    return f"__Host-{name}" if over_https(request) else name


def session_cookie(request: Request) -> str:
    return cookie_name(request, COOKIE)


def device_cookie(request: Request, key: str) -> str:
    """The cookie by which a browser is known to the person of that key; several people may share one."""
    person = hashlib.sha256(typed_key(key).encode()).hexdigest()[:12]
    return cookie_name(request, f"sakutei-device-{person}")


def remember_device(request: Request, answer: Response, key: str) -> None:
    """Make the browser known to the person of that key, when it is not yet."""
    name = device_cookie(request, key)
    if name not in request.cookies:
        device = engine.new_device(request.app.state.office, typed_key(key))
        answer.set_cookie(
            name, device, max_age=A_YEAR, httponly=True, samesite="lax", secure=over_https(request)
        )


def session_token(request: Request) -> str:
    """The token this browser brings; empty: none."""
    return request.cookies.get(session_cookie(request), "")


def source_of(request: Request) -> str:
    """Whom a request is counted as, by the network address it came from."""
    return subscriber(request.client.host if request.client else "")
