"""The signed-in user, CSRF, cookies, and where a request comes from."""

import hashlib
import hmac
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Form, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from workflow import actions
from workflow.domain.accounts import SecondStep
from workflow.domain.addresses import subscriber
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import SakuteiError
from workflow.domain.rights import Actor
from workflow.domain.validation import typed_key
from workflow.queries.actor import actor
from workflow.queries.pulse import PulseFact
from workflow.store.database import Office
from workflow.web.http_status import status_of
from workflow.web.kept_forms import Why, keep, reason_of
from workflow.web.limits import Load, load_of, received
from workflow.web.permissions import acts_of, let_through
from workflow.web.rendering import redirect
from workflow.web.transport import is_https

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

COOKIE = "sakutei"

CARRIED = "sakutei-key"
"""The cookie by which the sign-in page has the user ID filled in."""

OPENED = "sakutei-link"
"""The cookie of a browser in which a secret link was opened: its digest."""

AN_HOUR = 3600

A_YEAR = 365 * 24 * 60 * 60


class NeedsSignIn(Exception):
    """Nobody is signed in."""


class _FormOutlived(Exception):
    """The form is one of ours, from a page of a session before."""


class NeedsSecondStep(NeedsSignIn):
    """Somebody gave their password, and the session waits for its second step."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """The signed-in user: office, key, name, time; `person` holds their rights today, `mail` the pulse of the mail,
    `backup` that of the nightly backups where it is theirs to care for. `has_plans`: a plan was begun in
    the office."""

    office: Office
    key: str
    name: str
    csrf: str
    now: datetime
    person: Actor
    mail: PulseFact
    backup: PulseFact | None
    has_plans: bool


def _mendable(refused: Exception) -> bool:
    """Return whether the writer of a form that was refused so may correct it and send it again."""
    return not isinstance(refused, SakuteiError) or status_of(refused) in (400, 409, 422)


class Page(APIRoute):
    """A page. Who asks is known, where the page is not for everybody, before anything of a form is read; and no more
    of it is read than the page takes."""

    def get_route_handler(self) -> Handler:
        answer = super().get_route_handler()
        for_somebody, load = _asks(self.dependant, visitor), load_of(self, Load.FORM)

        async def handle(request: Request) -> Response:
            if for_somebody:
                await _known(request, load)
            if request.method == "GET":
                return await answer(request)
            by = request.state.visitor.key if for_somebody else None
            async with received(request, load, by) as read:
                try:
                    return await answer(read)
                except _FormOutlived:
                    return redirect(await keep(read, request.state.visitor.key, Why.LATE))
                except (SakuteiError, RequestValidationError) as refused:
                    if by and _mendable(refused):
                        request.state.kept = await keep(read, by, Why.REFUSED, reason_of(refused))
                    raise

        return handle


async def _known(request: Request, load: Load) -> None:
    """Let the person in who is signed in. The form of one whose session is over is kept for them first: of nobody else is anything
    read. Raises as `_let_in` does."""
    try:
        request.state.visitor = await run_in_threadpool(_let_in, request)
    except NeedsSignIn:
        key = await run_in_threadpool(_was_let_in, request) if request.method == "POST" else None
        if key:
            async with received(request, load, key) as read:
                if _sent_by(session_token(request), str((await read.form()).get("csrf", ""))):
                    request.state.kept = await keep(read, key, Why.LATE)
        raise


def _was_let_in(request: Request) -> str | None:
    """The key of the person whose session ended by itself not long ago."""
    state, token = request.app.state, session_token(request)
    with state.office.reading() as db:
        return actions.was_signed_in(db, token, state.clock()) if token else None


def _asks(dependant: Dependant, call: Callable[..., Any]) -> bool:
    """Return whether a route depends on that function, directly or through another dependency."""
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
    """The person signed in, whatever they may do. Raises `NeedsSignIn`, `NeedsSecondStep`."""
    office: Office = request.app.state.office
    now = request.app.state.clock()
    token = session_token(request)
    with office.reading() as db:
        seen = actions.signed_in(db, token, now) if token else None
        if seen is None:
            raise NeedsSignIn
        if seen.waits_for is not SecondStep.NONE:
            raise NeedsSecondStep
        person = actor(db, seen.key, tokyo_day(now))
    backup = seen.backup if person.administrator else None
    csrf = csrf_of(token)
    return Visitor(office, person.key, person.name, csrf, now, person, seen.mail, backup, seen.has_plans)


def visitor_of(request: Request) -> Visitor | None:
    """The person signed in, so that a refusal or a page for everybody keeps their menu; None when unknown."""
    try:
        return identified(request)
    except (NeedsSignIn, SakuteiError):
        return None


def writer(
    request: Request, seen: Annotated["Visitor", Depends(visitor)], csrf: Annotated[str, Form()] = ""
) -> Visitor:
    """The person signed in, whose own page sent this form. A page of ours that was opened in a session before sends what it
    cannot: it is shown again. Refuses with 403 otherwise."""
    if not _sent_by(session_token(request), csrf):
        raise (
            _FormOutlived
            if csrf and "origin" in request.headers and same_origin(request)
            else HTTPException(403)
        )
    return seen


async def form_of(request: Request) -> FormData:
    """The form as sent, for pages whose fields depend on what they show."""
    return await request.form()


Filled = Annotated[FormData, Depends(form_of)]
Reader = Annotated[Visitor, Depends(visitor)]
FormUser = Annotated[Visitor, Depends(writer)]


def csrf_of(token: str) -> str:
    """The form token of a session: known to its pages only, and of no use as a session token."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def _sent_by(token: str, csrf: str) -> bool:
    """Return whether a form with that form token is from a page of the session of that token."""
    return hmac.compare_digest(csrf.encode(), csrf_of(token).encode())


def same_origin(request: Request) -> bool:
    """A browser names where a form came from; a form of another site is not taken."""
    origin = request.headers.get("origin")
    if origin is None or origin == request.app.state.mail.site:
        return True
    return origin.rpartition("://")[2] == request.headers.get("host")


def cookie_name(request: Request, name: str) -> str:
    """Return the name of a cookie on this site. On https it has a prefix that prevents other sites of the office's
    domain from setting it."""
    return f"__Host-{name}" if is_https(request.app.state.mail.site) else name


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
        device = actions.new_device(request.app.state.office, typed_key(key))
        answer.set_cookie(name, device, max_age=A_YEAR, httponly=True, samesite="lax")


def note_opened(request: Request, answer: Response, link: str) -> None:
    """Note in this browser that the page of that secret link was opened in it. The form of another site never brings it."""
    answer.set_cookie(
        cookie_name(request, OPENED), _digest(link), max_age=AN_HOUR, httponly=True, samesite="strict"
    )


def was_opened(request: Request, link: str) -> bool:
    """Return whether the form came from the page of that secret link, as it was opened in this browser."""
    kept = request.cookies.get(cookie_name(request, OPENED), "")
    return hmac.compare_digest(kept.encode(), _digest(link).encode())


def drop_opened(request: Request, answer: Response) -> None:
    """Once the link is used, nothing of it is left in the browser."""
    answer.delete_cookie(cookie_name(request, OPENED), httponly=True, samesite="strict")


def _digest(link: str) -> str:
    return hashlib.sha256(link.encode()).hexdigest()


def carry_key(request: Request, answer: Response, key: str) -> None:
    """Let the sign-in page of this browser have the user ID filled in for ten minutes, without the page's address."""
    answer.set_cookie(cookie_name(request, CARRIED), key, max_age=600, httponly=True, samesite="lax")


def carried_key(request: Request) -> str:
    """The user ID that was carried to the sign-in page; empty: none."""
    return request.cookies.get(cookie_name(request, CARRIED), "")[:60]


def drop_carried_key(request: Request, answer: Response) -> None:
    """Once somebody signed in, the next sign-in page of the browser is empty again."""
    if carried_key(request):
        answer.delete_cookie(cookie_name(request, CARRIED), httponly=True, samesite="lax")


def session_token(request: Request) -> str:
    """The token this browser brings; empty: none."""
    return request.cookies.get(session_cookie(request), "")


def source_of(request: Request) -> str:
    """Return the source under which a request is counted, from its network address."""
    return subscriber(request.client.host if request.client else "")
