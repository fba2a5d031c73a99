"""The web application: its pages, and what stands around every one of them."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from notifications.mail import MailSettings
from workflow.errors import (
    AlreadyDone,
    BadInput,
    DatabaseUnusable,
    DocumentDamaged,
    GateClosed,
    NotAllowed,
    NotFound,
    PlanMoved,
    QuorumMissing,
    SakuteiError,
    SignInRefused,
    StaleVersion,
    StepImpossible,
    UnknownStage,
)
from workflow.language import Dates, Language, dates, language, say
from workflow.office import Office
from workflow.web import (
    account_pages,
    agenda_pages,
    answer_pages,
    api,
    bodies_pages,
    calendar_pages,
    chain_pages,
    comment_pages,
    decision_pages,
    feed_pages,
    link_pages,
    log_pages,
    meeting_pages,
    newcomer_pages,
    oidc_pages,
    opinion_pages,
    people_pages,
    plan_pages,
    public_pages,
    reading_pages,
    settings_pages,
    sign_pages,
    sitting_pages,
    step_pages,
    today_pages,
    version_pages,
)
from workflow.web import (
    demo as demo_pages,
)
from workflow.web.demo import Demo
from workflow.web.doors import DATES, LANGUAGE, NeedsSignIn, page
from workflow.web.oidc import Provider

HERE = Path(__file__).parent
LARGEST_BODY = 220 * 1024 * 1024
"""The largest request, in bytes: a document and its form."""

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
SECRET_PATHS = ("/welcome/", "/reset/")
"""Pages whose address is a secret, to be told to nobody, not even ourselves."""

STATUS: dict[type[SakuteiError], int] = {
    NotAllowed: 403,
    NotFound: 404,
    UnknownStage: 404,
    GateClosed: 409,
    PlanMoved: 409,
    AlreadyDone: 409,
    StaleVersion: 409,
    StepImpossible: 409,
    QuorumMissing: 409,
    BadInput: 422,
    SignInRefused: 401,
    DocumentDamaged: 500,
    DatabaseUnusable: 503,
}


ROUTERS = (
    today_pages.router,
    sign_pages.router,
    plan_pages.router,
    calendar_pages.router,
    version_pages.router,
    decision_pages.router,
    step_pages.router,
    reading_pages.router,
    meeting_pages.router,
    agenda_pages.router,
    sitting_pages.router,
    comment_pages.router,
    opinion_pages.router,
    answer_pages.router,
    public_pages.router,
    newcomer_pages.router,
    people_pages.router,
    bodies_pages.router,
    chain_pages.router,
    log_pages.router,
    settings_pages.router,
    account_pages.router,
    link_pages.router,
    oidc_pages.router,
    feed_pages.router,
    api.router,
)


def build(
    office: Office,
    settings: MailSettings,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    demo: Demo | None = None,
    oidc: Provider | None = None,
) -> FastAPI:
    """The application of one office, which mails as `settings` say. `clock` is asked once for each request; a
    demonstration has one of its own. With `oidc` people can sign in through that provider."""
    app = FastAPI(title="策定", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.office, app.state.mail, app.state.demo = office, settings, demo
    app.state.clock = demo.clock if demo else clock
    app.state.oidc = oidc
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    for router in ROUTERS:
        app.include_router(router)
    if demo:
        app.include_router(demo_pages.router)
    app.add_exception_handler(SakuteiError, _refused)
    app.add_exception_handler(NeedsSignIn, _to_sign_in)
    app.add_exception_handler(HTTPException, _no_such_page)
    app.add_middleware(_Guard)
    return app


class _Guard:
    """Puts the security headers on every answer, refuses a request that is too large before reading it, and
    speaks the language the reader chose."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            await Response("送られたものが大きすぎます。", 413)(scope, receive, send)
            return

        _speak_as_chosen(scope)
        headers = HEADERS | (
            {"referrer-policy": "no-referrer"} if scope["path"].startswith(SECRET_PATHS) else {}
        )

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message["headers"] if pair[0].decode() not in HEADERS]
                message["headers"] = kept + [(k.encode(), v.encode()) for k, v in headers.items()]
            await send(message)

        await self.app(scope, receive, guarded)


def _speak_as_chosen(scope: Scope) -> None:
    """Pages speak the language of the reader's cookie. The JSON speaks Japanese, whoever calls it."""
    cookies = {} if scope["path"].startswith("/api/") else Request(scope).cookies
    chosen = cookies.get(LANGUAGE)
    spoken = Language(chosen) if chosen in set(Language) else Language.JAPANESE
    written = cookies.get(DATES)
    usual = Dates.ERA if spoken is Language.JAPANESE else Dates.ISO
    language.set(spoken)
    dates.set(Dates(written) if written in set(Dates) else usual)


def _refused(request: Request, error: Exception) -> Response:
    code = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    return page(request, "refused.html", code=code, message=str(error))


def _to_sign_in(request: Request, _: Exception) -> Response:
    return Response(status_code=303, headers={"location": "/sign-in"})


def _no_such_page(request: Request, error: Exception) -> Response:
    code = error.status_code if isinstance(error, HTTPException) else 500
    words = (
        say("お探しのページはありません。")
        if code == 404
        else say("この操作はできません。画面を開き直してください。")
    )
    return page(request, "refused.html", code=code, message=words)
