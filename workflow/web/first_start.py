"""The first start of a new office: until its first administrator is registered, nothing is answered but the page that
asks for them, at an address that only the terminal showed."""

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Annotated

from fastapi import APIRouter, FastAPI, Form, Request, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from notifications.mail_settings import MailSettings
from workflow import actions
from workflow.domain.errors import SakuteiError, message_of
from workflow.domain.passwords import a_password, known_by
from workflow.domain.validation import a_line
from workflow.store import schema
from workflow.store.settings import keep_office_name, settings
from workflow.web.app import HERE, Guard
from workflow.web.http_status import status_of
from workflow.web.limits import Load, takes
from workflow.web.pages.accounts import same_twice
from workflow.web.pages.sign_in import choose_language, let_in
from workflow.web.permissions import Open, needs
from workflow.web.rendering import page, redirect
from workflow.web.session import Page, remember_device

WAITING = 503
"""The status of every answer before the office is set up."""

router = APIRouter(route_class=Page)


class FirstStart:
    """The application of an office that nobody has set up. Whoever opens `path` sets it up; then it hands on to the
    application that `then` opens."""

    def __init__(
        self, mail: MailSettings, then: Callable[[], FastAPI], *, clock: Callable[[], datetime]
    ) -> None:
        self.token = secrets.token_urlsafe(24)
        self._then, self._turn = then, Lock()
        self._app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
        state = self._app.state
        state.mail, state.clock, state.demo, state.first_start = mail, clock, None, self
        self._app.mount("/static", StaticFiles(directory=Path(HERE, "static")), name="static")
        self._app.include_router(router)
        self._app.add_exception_handler(HTTPException, _not_yet)
        self._app.add_middleware(Guard)
        self.done, self.asks_name = False, not settings().names_office
        self.kept_password = ""
        """The password of a form that is refused for something else: nobody types it again. It is in this process alone."""

    @property
    def path(self) -> str:
        """The address at which the office is set up: a secret."""
        return f"/setup/{self.token}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    def require_token(self, given: str) -> None:
        """Raises `HTTPException` for another than ours."""
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            raise HTTPException(WAITING)

    def set_up(
        self, office_name: str, key: str, name: str, email: str, password: str, agent: str
    ) -> str | None:
        """Prepare the database, register the office and its administrator, and hand on; returns the token of their session.
        None: somebody was faster. Raises `BadInput`, `TooBusy`, `AlreadyDone`, `DatabaseUnusable`."""
        with self._turn:
            if self.done:
                return None
            if self.asks_name:
                keep_office_name(a_line("庁名", office_name, 100))
            office, now = settings().office(), self._app.state.clock()
            try:
                schema.migrate(office)
                actions.set_up(office, key, name, email, password, now=now)
                token = actions.sign_in(office, key, password, agent=agent, now=now)
            finally:
                office.close()
            self._app, self.done, self.kept_password = self._then(), True, ""
            return token

    @property
    def app(self) -> FastAPI:
        """The application that answers now."""
        return self._app


@router.get("/setup/{token}", openapi_extra=needs(Open.SELF))
def setup_page(request: Request, token: str) -> Response:
    _of(request).require_token(token)
    return _form(request)


@router.post("/setup/{token}", openapi_extra=needs(Open.SELF) | takes(Load.KEY))
def set_up(
    request: Request,
    token: str,
    office: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    key: Annotated[str, Form()] = "",
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Set up the office, and let its administrator in. The token replaces the CSRF check: no other site knows it."""
    first = _of(request)
    first.require_token(token)
    agent, key, email = request.headers.get("user-agent", ""), key.strip(), email.strip()
    try:
        if password or again or not first.kept_password:
            first.kept_password = ""
            same_twice(password, again)
            first.kept_password = a_password(password, known_by(key, name, email, {office}))
        session = first.set_up(office, key, name, email, first.kept_password, agent)
    except SakuteiError as refused:
        return _form(request, refused, office=office, name=name, key=key, email=email)
    if session is None:
        return redirect("/")
    request.scope["app"] = first.app
    answer = let_in(request, session)
    remember_device(request, answer, key)
    return answer


router.post("/language", openapi_extra=needs(Open.PUBLIC) | takes(Load.KEY))(choose_language)


def _of(request: Request) -> FirstStart:
    found: FirstStart = request.app.state.first_start
    return found


def _form(request: Request, refused: SakuteiError | None = None, **filled: str) -> Response:
    return page(
        request,
        "first_start.html",
        code=status_of(refused) if refused else 200,
        refused=message_of(refused) if refused else "",
        kept=bool(_of(request).kept_password),
        office_name="" if _of(request).asks_name else settings().office_name,
        filled={"office": "", "name": "", "key": "", "email": "", **filled},
    )


def _not_yet(request: Request, _: Exception) -> Response:
    return page(request, "first_start_waiting.html", code=WAITING)
