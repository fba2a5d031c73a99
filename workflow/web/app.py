"""The web application: its pages, and the middleware around them."""

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Mount, compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from notifications.mail_settings import MailSettings
from workflow.domain.comments import CITIZENS_DATA_MONTHS
from workflow.domain.errors import SakuteiError
from workflow.domain.language import Dates, Language, dates, language, say
from workflow.store.database import Office
from workflow.web import api
from workflow.web.guide import Refusal
from workflow.web.http_status import status_of
from workflow.web.kept_forms import reason_of
from workflow.web.limits import GB, KB, Quota
from workflow.web.oidc import Provider
from workflow.web.pages import (
    accounts,
    agenda,
    bodies,
    calendar,
    calendar_feeds,
    chains,
    circulation,
    closed_days,
    comments,
    confirmations,
    decisions,
    departments,
    guide,
    in_writing,
    inquiries,
    kept_calendars,
    mailed_links,
    meetings,
    minutes,
    open_meetings,
    opinions,
    outlook,
    own_days,
    papers,
    people,
    people_table,
    plan_papers,
    plan_sheet,
    plans,
    preparing,
    public,
    replies,
    rsvp,
    schedules,
    search,
    second_step,
    series,
    sheet_templates,
    sheets,
    sign_in,
    sitting,
    spread,
    steps,
    takeover,
    tokens,
    versions,
    votes,
    webhooks,
    worklist,
)
from workflow.web.pages import demo as demo_pages
from workflow.web.pages import log as log_pages
from workflow.web.pages import oidc as oidc_pages
from workflow.web.pages import settings as settings_pages
from workflow.web.pages.demo import Demo
from workflow.web.pages_above import SECRET_PATHS, page_above
from workflow.web.rendering import DATES, LANGUAGE, page, redirect
from workflow.web.security import note_refusal
from workflow.web.session import NeedsSecondStep, NeedsSignIn, visitor_of
from workflow.web.transport import HSTS, is_https, secured

log = logging.getLogger(__name__)
HERE = Path(__file__).parent
HEADERS = {
    "content-security-policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
ROUTERS = (
    worklist.router,
    own_days.router,
    sign_in.router,
    second_step.router,
    takeover.router,
    spread.router,
    plan_sheet.router,
    plans.router,
    plan_papers.router,
    schedules.router,
    outlook.router,
    calendar.router,
    versions.router,
    confirmations.router,
    decisions.router,
    steps.router,
    circulation.router,
    preparing.router,
    inquiries.router,
    series.router,
    meetings.router,
    sheets.router,
    agenda.router,
    papers.router,
    minutes.router,
    votes.router,
    sitting.router,
    in_writing.router,
    rsvp.router,
    comments.router,
    opinions.router,
    replies.router,
    # Before the public comments, whose addresses begin with the key of a plan.
    open_meetings.router,
    public.router,
    people_table.router,
    departments.router,
    people.router,
    bodies.router,
    search.router,
    guide.router,
    chains.router,
    log_pages.router,
    settings_pages.router,
    closed_days.router,
    kept_calendars.router,
    sheet_templates.router,
    accounts.router,
    mailed_links.router,
    oidc_pages.router,
    calendar_feeds.router,
    tokens.router,
    webhooks.router,
)


def build(
    office: Office,
    settings: MailSettings,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    demo: Demo | None = None,
    oidc: Provider | None = None,
    citizens_data_months: int = CITIZENS_DATA_MONTHS,
) -> FastAPI:
    """The application of one office, which mails as `settings` say. `clock` is asked once for each request; a
    demonstration has one of its own. With `oidc` people can sign in through that provider.
    The form of a public comment says after how many months its authors are erased."""
    # A path with one slash too many is none of ours: Starlette would lead on to the host the request names.
    routes = [
        Mount("/static", StaticFiles(directory=HERE / "static"), name="static"),
        *_routes(demo=demo is not None),
    ]
    app = FastAPI(
        title="策定", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, routes=routes
    )
    app.state.office, app.state.mail, app.state.demo = office, settings, demo
    app.state.clock = demo.clock if demo else clock
    app.state.oidc = oidc
    app.state.citizens_data_months = citizens_data_months
    app.state.quota = Quota()
    app.state.pages = _pages(demo=demo is not None)
    app.state.api = api.build(app.state)
    app.mount("/api", app.state.api)
    app.add_exception_handler(SakuteiError, _refused)
    app.add_exception_handler(NeedsSignIn, _to_sign_in)
    app.add_exception_handler(HTTPException, _no_such_page)
    app.add_exception_handler(RequestValidationError, _not_readable)
    app.add_middleware(Guard)
    return app


@cache
def _routes(*, demo: bool) -> list[BaseRoute]:
    """The routes of all pages, those of a demonstration among them. FastAPI readies each for the router that includes it, which
    takes longer than all else at the start, so applications of one process share them."""
    pages = APIRouter()
    for router in ROUTERS:
        pages.include_router(router)
    if demo:
        pages.include_router(demo_pages.router)
    return pages.routes


@cache
def _pages(*, demo: bool) -> list[re.Pattern[str]]:
    """The addresses of every page that can be opened by itself."""
    found = [each for each in iter_route_contexts(_routes(demo=demo)) if "GET" in (each.methods or ())]
    return [compile_path(each.path or "")[0] for each in found]


TOO_SLOW = 408
REFUSED = 403


class Guard:
    """Puts the security headers on every answer, speaks the language the reader chose, hangs up on who sends on and on
    after the answer, and answers kindly when something broke."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answering = read = False
        path = scope["path"]
        https = is_https(scope["app"].state.mail.site)
        headers = dict(HEADERS) | ({"strict-transport-security": HSTS} if https else {})
        if path.startswith(SECRET_PATHS):
            headers["referrer-policy"] = "no-referrer"
        if path.startswith("/static/"):
            # Kept by the browser, which asks whether it has changed.
            headers["cache-control"] = "no-cache"

        async def noted() -> Message:
            nonlocal read
            message = await receive()
            read = not message.get("more_body", False)
            return message

        async def guarded(message: Message) -> None:
            nonlocal answering
            if message["type"] == "http.response.start":
                answering = True
                kept = [pair for pair in message["headers"] if pair[0].decode() not in HEADERS]
                if https:
                    kept = [(k, secured(v) if k == b"set-cookie" else v) for k, v in kept]
                message["headers"] = kept + [(k.encode(), v.encode()) for k, v in headers.items()]
                if not read and (_sends_on(scope) or message["status"] == TOO_SLOW):
                    message["headers"].append((b"connection", b"close"))
            await send(message)

        _speak_as_chosen(scope)
        try:
            await self.app(scope, noted, guarded)
        except Exception:
            if answering:
                raise
            log.exception("%s %r", scope["method"], _without_secret(scope["path"]))
            await _broken(Request(scope))(scope, receive, guarded)


def _sends_on(scope: Scope) -> bool:
    """Return whether the rest of the request may be too long to wait for. A browser reads the response only after
    it has sent everything, so the limit is higher for a known user."""
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"0")
    known = {"visitor", "caller"} & scope.get("state", {}).keys()
    if b"transfer-encoding" in headers or not length.isdigit():
        return True
    return int(length) > (GB if known else 64 * KB)


def _speak_as_chosen(scope: Scope) -> None:
    """Pages speak the language of the reader's cookie. The JSON speaks Japanese, whoever calls it."""
    cookies = {} if _of_a_program(Request(scope)) else Request(scope).cookies
    chosen = cookies.get(LANGUAGE)
    spoken = Language(chosen) if chosen in set(Language) else Language.JAPANESE
    written = cookies.get(DATES)
    usual = Dates.ERA if spoken is Language.JAPANESE else Dates.ISO
    language.set(spoken)
    dates.set(Dates(written) if written in set(Dates) else usual)


def _without_secret(path: str) -> str:
    return next((f"{prefix}…" for prefix in SECRET_PATHS if path.startswith(prefix)), path)


def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, SakuteiError):
        return _broken(request)
    who, code = visitor_of(request), status_of(error)
    if code == REFUSED:
        note_refusal(request, who.key if who else None)
    return page(
        request,
        "refused.html",
        code=code,
        message=Refusal(error),
        who=who,
        back=_way_back(request),
    )


def _way_back(request: Request) -> str:
    """The page of the form, which has what was typed, where that was kept; else the page above."""
    return getattr(request.state, "kept", None) or page_above(request)


def _to_sign_in(request: Request, error: Exception) -> Response:
    """To the sign-in page, and from there on to what was asked for: links in mails are followed signed out."""
    asked = (
        request.url.path if request.method == "GET" else getattr(request.state, "kept", page_above(request))
    )
    if request.method == "GET" and request.url.query:
        asked += f"?{request.url.query}"
    if isinstance(error, NeedsSecondStep):
        return second_step.to_second_step(asked)
    return redirect(f"/sign-in?{urlencode({'to': asked})}" if asked not in ("", "/") else "/sign-in")


def _no_such_page(request: Request, error: Exception) -> Response:
    code = error.status_code if isinstance(error, HTTPException) else 500
    if _of_a_program(request):
        return api.problems.unanswerable(request, HTTPException(code))
    match code:
        case 404:
            words = say("お探しのページはありません。")
        case 400:
            words = say("送られた内容を読み取れません。画面を開き直して、入力し直してください。")
        case _:
            words = say("この操作はできません。画面を開き直してください。")
    who = visitor_of(request)
    if code == REFUSED:
        note_refusal(request, who.key if who else None)
    return page(request, "refused.html", code=code, message=words, who=who, back=page_above(request))


def _not_readable(request: Request, error: Exception) -> Response:
    """A form with a field left out or beyond its bounds, an address with something that is no number."""
    fields = error.errors() if isinstance(error, RequestValidationError) else []
    if any(each["loc"][0] == "path" for each in fields):
        return _no_such_page(request, HTTPException(404))
    words, who = reason_of(error), visitor_of(request)
    return page(request, "refused.html", code=422, message=words, who=who, back=_way_back(request))


def _of_a_program(request: Request) -> bool:
    path = request.url.path
    return path.startswith("/api/") and path != "/api/v1/docs"


def _broken(request: Request) -> Response:
    words = say(
        "予期しない誤りが起きました。時間をおいて、もう一度お試しください。続くときは、システム管理者に知らせてください。"
    )
    return page(request, "refused.html", code=500, message=words, broken=True)
