"""Coming in by mail: ask for a link, and set a password through one. Only the form uses a link up, not opening it:
mail programs open links to look at them."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException

from workflow import actions
from workflow.actions import LinkHolder
from workflow.domain.accounts import LinkPurpose
from workflow.domain.errors import BadInput, LinkUnusable, SignInRefused, TooBusy
from workflow.domain.language import say
from workflow.web.guide import Refusal
from workflow.web.limits import Load, takes
from workflow.web.pages.accounts import same_twice
from workflow.web.pages.sign_in import let_in
from workflow.web.permissions import Open, needs
from workflow.web.pulse import kept_words
from workflow.web.rendering import page, redirect
from workflow.web.session import (
    Page,
    carry_key,
    drop_opened,
    note_opened,
    remember_device,
    same_origin,
    source_of,
    was_opened,
)

router = APIRouter(route_class=Page)


@router.get("/reset", openapi_extra=needs(Open.PUBLIC))
def ask_page(request: Request) -> Response:
    return page(request, "account_reset.html", kept=bool(kept_words(request.app.state.mail)))


@router.post("/reset", openapi_extra=needs(Open.PUBLIC) | takes(Load.KEY))
def ask(request: Request, typed: Annotated[str, Form(alias="who")] = "") -> Response:
    """Request a reset mail. The response is the same for every name and is made before the look-up, so that
    neither its text nor its time reveals who exists."""
    if not same_origin(request):
        raise HTTPException(403)
    state = request.app.state
    if kept_words(state.mail):
        said = say(
            "登録があれば、リンクを作りました。サーバーを管理する人から受け取り、1時間以内に開いてください。"
        )
    else:
        said = say(
            "登録があれば、メールをお送りしました。届いたメールのリンクを、1時間以内に開いてください。"
        )
    answer = redirect("/sign-in", said=said)
    answer.background = BackgroundTask(
        actions.ask_reset, state.office, typed, source=source_of(request), now=state.clock()
    )
    return answer


@router.get("/welcome/{token}", openapi_extra=needs(Open.SELF))
@router.get("/reset/{token}", openapi_extra=needs(Open.SELF))
def link_page(request: Request, token: str) -> Response:
    try:
        with request.app.state.office.reading() as db:
            holder = actions.link_holder(db, _purpose(request), token, request.app.state.clock())
    except LinkUnusable as over:
        return _over(request, over)
    answer = _form(request, holder)
    note_opened(request, answer, token)
    return answer


@router.post("/welcome/{token}", openapi_extra=needs(Open.SELF) | takes(Load.KEY))
@router.post("/reset/{token}", openapi_extra=needs(Open.SELF) | takes(Load.KEY))
def set_password(
    request: Request,
    token: str,
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Set a password by the link, and let its person in, who has just typed it twice. The token replaces the CSRF check: a
    browser that hides the page's address does not send the form's origin either. A form that did not come from the
    page as it was opened in this browser signs nobody in: another site could make its reader somebody else. The browser
    becomes a known device: wrong passwords from elsewhere do not lock it out."""
    state, purpose = request.app.state, _purpose(request)
    try:
        with state.office.reading() as db:
            holder = actions.link_holder(db, purpose, token, state.clock())
        try:
            same_twice(password, again)
            actions.set_password_by_link(state.office, purpose, token, password, now=state.clock())
        except BadInput as refused:
            return _form(request, holder, refused)
    except LinkUnusable as over:
        return _over(request, over)
    answer = _let_in(request, holder, password) if was_opened(request, token) else None
    if answer is None:
        answer = redirect("/sign-in", said=say("パスワードを設定しました。サインインしてください。"))
        carry_key(request, answer, holder.key)
    remember_device(request, answer, holder.key)
    drop_opened(request, answer)
    return answer


def _let_in(request: Request, holder: LinkHolder, password: str) -> Response | None:
    """The first page, signed in with the password that was just set; None: it cannot be tried now."""
    state, agent = request.app.state, request.headers.get("user-agent", "")
    try:
        session = actions.sign_in(
            state.office, holder.key, password, agent=agent, source=source_of(request), now=state.clock()
        )
    except (SignInRefused, TooBusy):
        return None
    return let_in(request, session, said=say("パスワードを設定しました。"))


def _purpose(request: Request) -> LinkPurpose:
    return LinkPurpose(request.url.path.split("/")[1])


def _form(request: Request, holder: LinkHolder, refused: BadInput | None = None) -> Response:
    code, words = (422, Refusal(refused)) if refused else (200, None)
    return page(request, "account_link.html", code=code, holder=holder, refused=words)


def _over(request: Request, over: LinkUnusable) -> Response:
    return page(request, "account_link_over.html", code=410, message=over.message)
