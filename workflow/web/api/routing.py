"""Shared by all API routes: the token's person, its scope, and idempotency."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar

from fastapi import Depends, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from notifications.dry_run import rehearse
from workflow import actions
from workflow.actions import Answered, Claim, ClaimedOffice
from workflow.domain.accounts import Scope
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import BadInput, SakuteiError, ScopeMissing, TokenRefused
from workflow.domain.rights import Act, Actor
from workflow.queries.actor import actor
from workflow.store.database import Office
from workflow.web.api import problems
from workflow.web.limits import Load, document_of, load_of, received, takes
from workflow.web.permissions import Open, acts_of, let_through, needs
from workflow.web.session import Handler
from workflow.wire.deliveries import Rehearsed

IDEMPOTENCY_KEY, REPLAYED = "idempotency-key", "idempotent-replayed"
LONGEST_KEY = 200

Done = TypeVar("Done")
Asked = ParamSpec("Asked")
ApiResponse = BaseModel | Response


@dataclass(frozen=True, slots=True)
class Program:
    """The caller of the API: key, token, scopes, time; `office` is the office it acts in, `person` holds the rights of
    today."""

    office: Office
    key: str
    token: int
    scopes: frozenset[Scope]
    now: datetime
    person: Actor


def _caller(request: Request) -> Program:
    caller: Program = request.state.caller
    return caller


Caller = Annotated[Program, Depends(_caller)]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A writing request before it is done; a dry run only returns the notices it would send."""

    by: Program
    dry_run: bool

    @property
    def office(self) -> Office:
        return self.by.office

    @property
    def now(self) -> datetime:
        return self.by.now

    def perform(
        self,
        shown: Callable[[Done], BaseModel],
        act: Callable[Concatenate[Office, str, Asked], Done],
        *args: Asked.args,
        **named: Asked.kwargs,
    ) -> ApiResponse:
        """Do it in the program's name and show what came of it. Raises what it raises."""

        def acting(office: Office) -> Done:
            return act(office, self.by.key, *args, **named)

        if self.dry_run:
            return JSONResponse(Rehearsed.of(rehearse(self.office, acting)).model_dump(mode="json"))
        if isinstance(self.office, ClaimedOffice):
            return shown(self.office.do(acting, lambda done: shown(done).model_dump_json(by_alias=True)))
        return shown(acting(self.office))


def _attempt(
    caller: Caller,
    dry_run: Annotated[bool, Query(description="true: 記録せず、誰に何が送られるかだけを答える")] = False,
) -> Attempt:
    return Attempt(caller, dry_run)


Doing = Annotated[Attempt, Depends(_attempt)]


def reads(*rights: Act | Open) -> dict[str, Any]:
    """Return the declaration of a reading route."""
    return {"openapi_extra": _asks(Scope.READ, *(rights or (Open.SIGNED_IN,))), "responses": _refusals()}


def writes(scope: Scope, *rights: Act | Open, load: Load = Load.JSON) -> dict[str, Any]:
    """Return the declaration of a writing route: 201 is done, 200 is a dry run."""
    parameter = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "同じ呼出しを二度行わないための値。7 日の間、同じ値の呼出しには初めの答えを返します。",
        "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
    }
    return {
        "status_code": 201,
        "openapi_extra": {**_asks(scope, *rights), **takes(load), "parameters": [parameter]},
        "responses": {
            200: {"model": Rehearsed, "description": "下見（dry_run）の答え"},
            **_refusals(409, 413),
        },
    }


def _asks(scope: Scope, *rights: Act | Open) -> dict[str, Any]:
    return {**needs(*rights), "security": [{"bearer": [scope.value]}]}


def _refusals(*more: int) -> dict[int | str, Any]:
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        status: {"description": _REFUSED[status], "content": {problems.MEDIA_TYPE: schema}}
        for status in sorted({401, 403, 404, 422, 429, 500, 503, *more})
    }


_REFUSED = {
    401: "連携キーがないか、使えません",
    403: "連携キーの範囲か、権限が足りません",
    404: "見つかりません",
    409: "いまの状態ではできません",
    413: "大きすぎます",
    422: "値を受け取れません",
    429: "呼出しが多すぎます",
    500: "予期しない誤り、または記録・文書の傷み",
    503: "データベースを使えません",
}


class Call(APIRoute):
    """A call: the token and what its holder may do are checked before anything of the request is read, no more of it
    is read than the call takes, and a request with an idempotency key is done once. No cookie is looked at."""

    def get_route_handler(self) -> Handler:
        answer = super().get_route_handler()
        scope = Scope((self.openapi_extra or {})["security"][0]["bearer"][0])
        load = load_of(self, Load.JSON)

        async def handle(request: Request) -> Response:
            caller = await run_in_threadpool(_program, request, scope)
            request.state.caller = caller
            if request.method == "GET":
                return await answer(request)
            async with received(request, load, caller.key) as read:
                key = read.headers.get(IDEMPOTENCY_KEY)
                if key is None:
                    return await answer(read)
                return await self._once(read, caller, key, answer)

        return handle

    async def _once(self, request: Request, caller: Program, key: str, answer: Handler) -> Response:
        if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable() and " " not in key):
            raise BadInput("Idempotency-Key", "使えない値です", "200 文字以内の半角英数記号にしてください。")
        asked = await _digest(request)
        office = caller.office
        claim = await run_in_threadpool(actions.claim_call, office, caller.token, key, asked, now=caller.now)
        if isinstance(claim, Answered):
            return _replayed(claim)
        claimed = ClaimedOffice(office, claim)
        request.state.caller = replace(caller, office=claimed)
        try:
            given = await _answered(request, answer)
        except BaseException:
            await run_in_threadpool(actions.release_call, office, claim)
            raise
        if not claimed.answered:
            await run_in_threadpool(_settle, office, claim, given)
        return given


def _program(request: Request, scope: Scope) -> Program:
    """The program that calls. Raises `TokenRefused`, `ScopeMissing`, `TooManyCalls`, `NotAllowed`."""
    state = request.app.state
    office, now = state.office, state.clock()
    manner, _, token = request.headers.get("authorization", "").partition(" ")
    if manner.lower() != "bearer" or not token.strip():
        raise TokenRefused(missing=True)
    with office.reading() as db:
        holder = actions.holder_of(db, token.strip(), now)
    if holder is None:
        raise TokenRefused
    request.state.holder = holder.key
    state.pace.count(holder.token)
    if scope not in holder.scopes:
        raise ScopeMissing(scope.value, scope.label)
    with office.reading() as db:
        person = actor(db, holder.key, tokyo_day(now))
    let_through(person, acts_of(request.scope["route"]))
    return Program(office, holder.key, holder.token, holder.scopes, now, person)


async def _answered(request: Request, answer: Handler) -> Response:
    """The answer, be it a refusal."""
    try:
        return await answer(request)
    except SakuteiError as error:
        return await run_in_threadpool(problems.refused, request, error)
    except RequestValidationError as error:
        return problems.invalid(request, error)
    except HTTPException as error:
        return problems.unanswerable(request, error)


def _settle(office: Office, claim: Claim, given: Response) -> None:
    """Keep the answer. What failed for a reason of our own was not done, and may be tried again."""
    if given.status_code >= 500:
        actions.release_call(office, claim)
    else:
        actions.keep_answer(office, claim, given.status_code, bytes(given.body).decode())


def _replayed(found: Answered) -> Response:
    kind = "application/json" if found.status < 400 else problems.MEDIA_TYPE
    return Response(found.body, found.status, {REPLAYED: "true"}, kind)


async def _digest(request: Request) -> str:
    """Return a digest that identifies the request: its method, URL and content. A form is identified by its
    fields, because its encoding differs each time."""
    parts = [request.method, request.url.path, request.url.query]
    if load_of(request.scope["route"], Load.JSON) is Load.JSON:
        return _sha256(*(part.encode() for part in parts), await request.body())
    for name, value in (await request.form()).multi_items():
        parts.append(name)
        parts += (
            [value.filename or "", document_of(value).sha256] if isinstance(value, UploadFile) else [value]
        )
    return _sha256(*(part.encode() for part in parts))


def _sha256(*parts: bytes) -> str:
    return hashlib.sha256(json.dumps([part.hex() for part in parts]).encode()).hexdigest()
