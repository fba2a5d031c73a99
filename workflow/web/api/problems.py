"""Refusals as RFC 9457 problem details: the same Japanese sentences as on the pages, and what a program needs to
go on beside them."""

import re
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.types import Scope

from definitions.errors import ChainInvalid
from workflow.domain.errors import (
    AlreadyDone,
    AnswerLost,
    AuditBroken,
    BadInput,
    CallRunning,
    DatabaseUnusable,
    DocumentDamaged,
    IdentityUnconfirmed,
    KeyReused,
    NotAllowed,
    NotFound,
    NotNow,
    OtherText,
    PlanMoved,
    QuorumMissing,
    QuotaSpent,
    SakuteiError,
    ScopeMissing,
    StorageFull,
    TokenRefused,
    TooBusy,
    TooLarge,
    TooManyCalls,
    TooManyUploads,
    TooSlow,
    UnknownStage,
    message_of,
)
from workflow.domain.gates import GateClosed
from workflow.domain.language import say, translate
from workflow.domain.timing import LateText, TooEarly
from workflow.web.http_status import status_of
from workflow.web.security import note_refusal
from workflow.wire.plans import Blocker

MEDIA_TYPE = "application/problem+json"
REFUSED = 403


class Mistake(BaseModel):
    """受け取れなかった値"""

    place: str = Field(description="どの値か（本文は /conditions/0 の形）")
    problem: str = Field(description="何がいけないか")
    mend: str | None = Field(default=None, description="どうすればよいか")


class Problem(BaseModel):
    """できなかったこと（RFC 9457）"""

    type: str = Field(description="種類を表す URI。開くと説明があります")
    title: str = Field(description="種類の名称")
    status: int = Field(description="HTTP の状態")
    detail: str = Field(description="何が起き、どうすればよいか")
    instance: str = Field(description="呼び出した場所")
    blockers: list[Blocker] | None = Field(default=None, description="済んでいない手続（gate-closed）")
    seen: int | None = Field(default=None, description="呼出しが見た改訂（plan-moved）")
    now: int | None = Field(default=None, description="現在の改訂（plan-moved）")
    needed: list[str] | None = Field(
        default=None, description="要る立場（not-allowed）、または要る範囲（scope-missing）"
    )
    known: list[str] | None = Field(default=None, description="使えるID（not-found）")
    errors: list[Mistake] | None = Field(
        default=None, description="受け取れなかった値（bad-input, invalid-request）"
    )


TITLES: dict[str, str] = {
    "not-allowed": "権限がありません",
    "identity-unconfirmed": "本人確認が要ります",
    "scope-missing": "連携キーの範囲が足りません",
    "not-found": "見つかりません",
    "unknown-stage": "その段階はありません",
    "gate-closed": "手続が済んでいません",
    "plan-moved": "計画が動いています",
    "already-done": "既に済んでいます",
    "stale-version": "古い版です",
    "late-text": "会議の後に登録された版です",
    "too-early": "その日時のものとしては記録できません",
    "step-impossible": "その操作はできません",
    "quorum-missing": "定足数に達していません",
    "bad-input": "入力を受け取れません",
    "chain-invalid": "策定の流れに誤りがあります",
    "invalid-request": "呼出しの形が違います",
    "method-not-allowed": "その方法では呼び出せません",
    "too-large": "送られたものが大きすぎます",
    "token-refused": "連携キーを確かめられません",
    "too-many-calls": "呼出しが多すぎます",
    "too-many-uploads": "一度に送られる文書が多すぎます",
    "quota-spent": "一日に送れる文書の量に達しました",
    "key-reused": "Idempotency-Key が別の呼出しのものです",
    "call-running": "同じ呼出しを処理中です",
    "answer-lost": "済んでいますが、答えが残っていません",
    "document-damaged": "文書が傷んでいます",
    "audit-broken": "記録が改変されています",
    "database-unusable": "データベースを使えません",
    "too-busy": "混み合っています",
    "too-slow": "送信が遅すぎます",
    "storage-full": "保存する空きがありません",
    "unexpected": "予期しない誤りです",
}
"""Every kind of problem, by the last part of its type."""

_KINDS: dict[type[SakuteiError], str] = {
    kind: re.sub(r"(?<!^)([A-Z])", r"-\1", kind.__name__).lower()
    for kind in (
        NotAllowed, IdentityUnconfirmed, ScopeMissing, NotFound, UnknownStage, GateClosed, PlanMoved, AlreadyDone, LateText, TooEarly,
        QuorumMissing, BadInput, ChainInvalid, TokenRefused, TooLarge, TooManyCalls,
        TooManyUploads, QuotaSpent, KeyReused, CallRunning, AnswerLost, DocumentDamaged, AuditBroken, DatabaseUnusable,
        StorageFull, TooSlow, TooBusy,
    )
} | {NotNow: "step-impossible", OtherText: "stale-version"}  # fmt: skip


def refused(request: Request, error: SakuteiError) -> JSONResponse:
    """The answer to what a use case refused."""
    kind = next((_KINDS[each] for each in type(error).__mro__ if each in _KINDS), "unexpected")
    headers = {}
    if isinstance(error, TokenRefused):
        more = "" if error.missing else ', error="invalid_token"'
        headers["www-authenticate"] = f'Bearer realm="sakutei"{more}'
    if isinstance(error, TooManyCalls):
        headers["retry-after"] = str(error.wait)
    if isinstance(error, CallRunning | DatabaseUnusable):
        headers["retry-after"] = "1"
    status = status_of(error)
    if status == REFUSED:
        note_refusal(request, getattr(request.state, "holder", None))
    return problem(request.scope, kind, status, message_of(error), headers, **_members(error))


def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    """The answer to a request of the wrong shape, with every value that is wrong."""
    mistakes = [Mistake(place=_place(each["loc"]), problem=_wrong(each)) for each in error.errors()]
    words = "\n".join(f"{each.place}: {each.problem}" for each in mistakes)
    return problem(request.scope, "invalid-request", 422, words, errors=mistakes)


def unanswerable(request: Request, error: HTTPException) -> JSONResponse:
    """The answer to a call that there is not, of a wrong method, or that cannot be read."""
    kind, words = _BY_STATUS.get(error.status_code, _UNREADABLE)
    status = error.status_code if error.status_code in _BY_STATUS else 422
    return problem(request.scope, kind, status, translate(words), error.headers)


_UNREADABLE = ("invalid-request", "呼出しを読み取れません。")
_BY_STATUS = {
    404: ("not-found", "この呼出しはありません。/api/v1/docs の一覧を確かめてください。"),
    405: ("method-not-allowed", "この方法では呼び出せません。/api/v1/docs の一覧を確かめてください。"),
}


def unexpected(request: Request, _: Exception) -> JSONResponse:
    """The answer when something broke: it says nothing of the inside."""
    words = say(
        "予期しない誤りが起きました。記録が変わったかを読み取りの呼出しで確かめ、システム管理者に知らせてください。"
    )
    return problem(request.scope, "unexpected", 500, words)


def problem(
    scope: Scope,
    kind: str,
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    **members: Any,
) -> JSONResponse:
    found = Problem(
        type=f"/problems/{kind}",
        title=translate(TITLES[kind]),
        status=status,
        detail=detail,
        instance=scope["path"],
        **members,
    )
    body = found.model_dump(mode="json", exclude_none=True)
    return JSONResponse(body, status, dict(headers or {}), MEDIA_TYPE)


def _members(error: SakuteiError) -> dict[str, Any]:
    """Return the error's data that a program can act on."""
    match error:
        case GateClosed():
            return {"blockers": [Blocker.model_validate(reason) for reason in error.why]}
        case PlanMoved():
            return {"seen": error.seen, "now": error.now}
        case NotAllowed():
            return {"needed": list(error.needed)}
        case ScopeMissing():
            return {"needed": [error.scope]}
        case NotFound(known=known) if known:
            return {"known": list(known)}
        case BadInput():
            return {"errors": [Mistake(place=error.place, problem=error.problem, mend=error.mend)]}
        case ChainInvalid():
            faults = error.faults
            return {"errors": [Mistake(place=f.key, problem=f.problem, mend=f.mend) for f in faults]}
    return {}


def _place(where: tuple[int | str, ...]) -> str:
    """A value of the body as a JSON pointer, any other by its name."""
    if where[0] == "body":
        return "".join(f"/{part}" for part in where[1:] if isinstance(part, str) or len(where) > 2) or "/"
    return str(where[-1])


def _wrong(found: Mapping[str, Any]) -> str:
    """Return the fault of a value, as text."""
    limits = found.get("ctx") or {}
    words = _WRONG.get(found["type"])
    return say(words, **limits) if words else say("値の形が違います（{kind}）。", kind=found["type"])


_WRONG = {
    "missing": "必要です。",
    "extra_forbidden": "この名前の値はありません。",
    "json_invalid": "JSON として読めません。",
    "model_attributes_type": "JSON のオブジェクトを Content-Type: application/json で送ってください。",
    "string_type": "文字列で送ってください。",
    "string_unicode": "文字として読めません。",
    "string_too_short": "{min_length} 文字以上で送ってください。",
    "string_too_long": "{max_length} 文字以内で送ってください。",
    "string_pattern_mismatch": "使えない文字があります（{pattern}）。",
    "enum": "次のいずれかです: {expected}。",
    "int_type": "整数で送ってください。",
    "int_parsing": "整数で送ってください。",
    "int_from_float": "整数で送ってください。",
    "int_parsing_size": "数が大きすぎます。",
    "greater_than_equal": "{ge} 以上にしてください。",
    "less_than_equal": "{le} 以下にしてください。",
    "bool_type": "true か false で送ってください。",
    "bool_parsing": "true か false で送ってください。",
    "list_type": "配列で送ってください。",
    "dict_type": "オブジェクトで送ってください。",
    "too_long": "{max_length} 個以内にしてください。",
    "too_short": "{min_length} 個以上にしてください。",
    "timezone_aware": "時差を付けてください（2023-06-12T14:00:00+09:00）。",
    "datetime_type": "2023-06-12T14:00:00+09:00 の形で送ってください。",
    "datetime_parsing": "2023-06-12T14:00:00+09:00 の形で送ってください。",
    "datetime_from_date_parsing": "2023-06-12T14:00:00+09:00 の形で送ってください。",
    "date_type": "2023-06-12 の形で送ってください。",
    "date_parsing": "2023-06-12 の形で送ってください。",
    "date_from_datetime_parsing": "2023-06-12 の形で送ってください。",
    "value_error": "{error}",
}
