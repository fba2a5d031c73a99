"""The web application: its pages, and what stands around every one of them."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
from workflow.office import Office
from workflow.web import doors, meeting_pages, plan_pages
from workflow.web.doors import NeedsSignIn, page

HERE = Path(__file__).parent
LARGEST_BODY = 220 * 1024 * 1024
"""The largest request, in bytes: a document and its form."""

HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'; object-src 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}

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


def build(
    office: Office,
    *,
    guests: tuple[tuple[str, str, str], ...] = (),
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> FastAPI:
    """The application of one office. `guests` are (name, key, password) shown on the sign-in page of a
    demonstration; `clock` is asked once for each request."""
    app = FastAPI(title="策定", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.office, app.state.guests, app.state.clock = office, guests, clock
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    for router in (doors.router, plan_pages.router, meeting_pages.router):
        app.include_router(router)
    app.add_exception_handler(SakuteiError, _refused)
    app.add_exception_handler(NeedsSignIn, _to_sign_in)
    app.add_exception_handler(HTTPException, _no_such_page)
    app.add_middleware(_Guard)
    return app


class _Guard:
    """Puts the security headers on every answer, and refuses a request that is too large before reading it."""

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

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message["headers"] if pair[0].decode() not in HEADERS]
                message["headers"] = kept + [(k.encode(), v.encode()) for k, v in HEADERS.items()]
            await send(message)

        await self.app(scope, receive, guarded)


def _refused(request: Request, error: Exception) -> Response:
    code = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
    return page(request, "refused.html", code=code, message=str(error))


def _to_sign_in(request: Request, _: Exception) -> Response:
    return Response(status_code=303, headers={"location": "/sign-in"})


def _no_such_page(request: Request, error: Exception) -> Response:
    code = error.status_code if isinstance(error, HTTPException) else 500
    words = (
        "お探しのページはありません。" if code == 404 else "この操作はできません。画面を開き直してください。"
    )
    return page(request, "refused.html", code=code, message=words)
