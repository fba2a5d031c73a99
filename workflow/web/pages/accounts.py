"""One's own account: who one is, one's password, and the browsers one is signed in with."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from workflow import actions, queries
from workflow.actions.random_tokens import sha256
from workflow.domain.accounts import Access
from workflow.domain.calendar import parse_day, tokyo_day
from workflow.domain.errors import BadInput, SignInRefused
from workflow.domain.language import label, say
from workflow.queries.accounts import account
from workflow.web.browser_names import browser_name
from workflow.web.guide import Refusal
from workflow.web.pages.meetings import Number
from workflow.web.permissions import Open, needs
from workflow.web.rendering import page, redirect
from workflow.web.session import Filled, FormUser, Page, Reader, Visitor, session_token

router = APIRouter(prefix="/account", route_class=Page)


@router.get("", openapi_extra=needs(Open.SELF))
def account_page(request: Request, who: Reader) -> Response:
    today = tokyo_day(who.now)
    with who.office.reading() as db:
        mine = account(db, who.key, who.now)
        deputies = queries.person(db, who.key, today).deputies
        colleagues = queries.colleagues(db, who.key)
    here = sha256(session_token(request))
    return page(
        request,
        "account.html",
        who=who,
        mine=mine,
        here=here,
        browser_name=browser_name,
        deputies=deputies,
        colleagues=colleagues,
        today=today,
        TermState=queries.TermState,
    )


@router.post("/deputies", openapi_extra=needs(Open.SELF))
def name_deputy(
    who: FormUser,
    deputy: Annotated[str, Form()] = "",
    since: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
) -> Response:
    """Name one's own deputy for the time of an absence."""
    actions.name_deputy(
        who.office,
        who.key,
        who.key,
        deputy.strip(),
        parse_day(since, say("始まりの日")),
        until=parse_day(until, say("終わりの日")),
        absence=True,
        now=who.now,
    )
    return redirect("/account#absence", said=say("代理の方を登録しました。"))


@router.post("/deputies/{number}/end", openapi_extra=needs(Open.SELF))
def end_deputy(who: FormUser, number: Number, last_day: Annotated[str, Form()] = "") -> Response:
    actions.end_deputyship(who.office, who.key, number, parse_day(last_day, say("最後の日")), now=who.now)
    return redirect("/account#absence", said=say("代理を終えました。"))


@router.post("/sessions/end", openapi_extra=needs(Open.SELF))
def end_session(who: FormUser, session: Annotated[str, Form(max_length=64)]) -> Response:
    actions.end_session(who.office, who.key, session, now=who.now)
    return redirect("/account", said=say("その画面のサインインを終えました。"))


@router.post("/sessions/end-others", openapi_extra=needs(Open.SELF))
def end_other_sessions(request: Request, who: FormUser) -> Response:
    actions.end_other_sessions(who.office, who.key, session_token(request), now=who.now)
    return redirect("/account", said=say("ほかの画面のサインインをすべて終えました。"))


@router.get("/password", openapi_extra=needs(Open.SELF))
def password_page(request: Request, who: Reader) -> Response:
    return _password_form(request, who)


@router.post("/password", openapi_extra=needs(Open.SELF))
def change_password(
    request: Request,
    who: FormUser,
    form: Filled,
    old: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    ends = [each for each in Access if each in form.getlist("ends")]
    try:
        same_twice(password, again)
        actions.change_password(
            who.office,
            who.key,
            old,
            password,
            session=session_token(request),
            ends=ends,
            now=who.now,
        )
    except (BadInput, SignInRefused) as refused:
        return _password_form(request, who, refused)
    return redirect("/account", said=_changed(ends))


def _changed(ends: list[Access]) -> str:
    if not ends:
        return say("パスワードを変更しました。")
    ended = say("、").join(label(each) for each in ends)
    return say("パスワードを変更しました。次のものを、すべて終えました: {ended}。", ended=ended)


def same_twice(password: str, again: str) -> None:
    """Nobody sees what they type: so it is typed twice. Raises `BadInput`."""
    if password != again:
        raise BadInput("新しいパスワード", "2回の入力が一致しません", "同じものを2回入力してください。")


def _password_form(
    request: Request, who: Visitor, refused: BadInput | SignInRefused | None = None
) -> Response:
    with who.office.reading() as db:
        mine = account(db, who.key, who.now)
    code, words = (422, Refusal(refused)) if refused else (200, None)
    return page(request, "account_password.html", code=code, who=who, mine=mine, refused=words, Access=Access)
