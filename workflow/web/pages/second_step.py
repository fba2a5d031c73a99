"""The second step of signing in: enrol an authenticator app or passkeys, and give a code or a passkey."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from workflow import actions
from workflow.domain.accounts import SecondStep, StepsDemanded
from workflow.domain.errors import AlreadyDone, BadInput, SignInRefused
from workflow.domain.language import say
from workflow.domain.passkeys import PasskeyUse
from workflow.domain.rights import Act
from workflow.queries.accounts import account, steps_demanded
from workflow.web.guide import Refusal
from workflow.web.identity import with_identity
from workflow.web.limits import Load, takes
from workflow.web.pages.meetings import Number
from workflow.web.passkeys import party_of, passkey_asked, site_name, why_no_passkeys, why_not_offered
from workflow.web.permissions import Open, needs
from workflow.web.rendering import own_path, page, redirect
from workflow.web.session import Filled, FormUser, NeedsSignIn, Page, Reader, Visitor, csrf_of, session_token

router = APIRouter(route_class=Page)
Text = Annotated[str, Form()]

OWN = "/account/second-step"


@router.get("/second-step", openapi_extra=needs(Open.SELF))
def second_step(request: Request, to: str = "/") -> Response:
    """A session that waits for its second step opens this page alone."""
    key, waits_for = _waiting(request)
    if waits_for is SecondStep.NONE:
        return redirect(to)
    return _ask(request, key, waits_for, to)


@router.post("/second-step", openapi_extra=needs(Open.SELF) | takes(Load.KEY))
def take_second_step(
    request: Request, csrf: Text = "", code: Text = "", to: Text = "/", name: Text = "", passkey: Text = ""
) -> Response:
    key, waits_for = _waiting(request)
    token = session_token(request)
    if not hmac.compare_digest(csrf.encode(), csrf_of(token).encode()):
        raise HTTPException(403)
    try:
        match waits_for:
            case SecondStep.CODE:
                _give(request, key, code, passkey)
            case SecondStep.ENROLMENT:
                codes = _enrolled(request, key, actions.InSession(token), code, name, passkey)
                return page(request, "second_step_codes.html", codes=codes, to=own_path(to))
    except (AlreadyDone, BadInput, SignInRefused) as refused:
        return _ask(request, key, waits_for, to, Refusal(refused))
    return redirect(to)


@router.get("/account/second-step", openapi_extra=needs(Open.SELF))
def own_page(request: Request, who: Reader) -> Response:
    with who.office.reading() as db:
        mine = account(db, who.key, who.now)
    return page(
        request,
        "account_second_step.html",
        who=who,
        mine=mine,
        why_not=why_not_offered(request),
        why_no_passkeys=why_no_passkeys(request),
    )


@router.post("/account/second-step/app", openapi_extra=needs(Open.SELF) | takes(Load.KEY))
def enrol_app(request: Request, who: FormUser, form: Filled, code: Text = "") -> Response:
    """Enrol an app of one's own accord: without a code, the page that shows its secret. With 本人確認: an app of somebody
    who finds the screen open would confirm them from then on."""
    _must_be_offered(why_not_offered(request))

    def show(proof: actions.InSession, refused: str) -> Response:
        app = _app_to_enrol(request, who.key, proof)
        return _form(request, "second_step_app.html", OWN, refused, who=who, app=app)

    return _enrol(request, who, form, show, title=say("認証アプリを登録する"), code=code)


@router.post("/account/second-step/passkeys", openapi_extra=needs(Open.SELF) | takes(Load.KEY))
def enrol_passkey(
    request: Request, who: FormUser, form: Filled, name: Text = "", passkey: Text = ""
) -> Response:
    """Register a passkey: without one, the page that lets the browser make it. With 本人確認, as for an app."""
    _must_be_offered(why_no_passkeys(request))

    def show(proof: actions.InSession, refused: str) -> Response:
        ask = _passkey_to_enrol(request, who.key, proof)
        return _form(request, "second_step_passkey.html", OWN, refused, who=who, ask=ask, typed=name)

    return _enrol(request, who, form, show, title=say("パスキーを登録する"), name=name, passkey=passkey)


@router.post("/account/second-step/passkeys/{number}/remove", openapi_extra=needs(Open.SELF))
def remove_passkey(request: Request, who: FormUser, form: Filled, number: Number) -> Response:
    """With 本人確認, as for letting go of everything."""

    def act(proof: actions.Proof) -> Response:
        actions.remove_passkey(who.office, who.key, number, proof=proof, now=who.now)
        return redirect(
            OWN, said=say("パスキーを削除しました。端末に残っているものは、端末の設定から消せます。")
        )

    return with_identity(request, who, form, act, title=say("パスキーを削除する"), back=OWN)


@router.post("/account/second-step/reset", openapi_extra=needs(Open.SELF))
def reset_own(request: Request, who: FormUser, form: Filled) -> Response:
    """With 本人確認: who finds the screen open must not take the second step away."""
    return _reset(request, who, form, who.key, back=OWN)


@router.post("/people/{key}/second-step/reset", openapi_extra=needs(Act.KEEP_PEOPLE))
def reset(request: Request, who: FormUser, key: str, form: Filled) -> Response:
    """For who lost their telephone. With 本人確認."""
    return _reset(request, who, form, key, back=f"/people/{key}")


@router.get("/settings/second-step", openapi_extra=needs(Act.KEEP_PEOPLE))
def demand_page(request: Request, who: Reader) -> Response:
    with who.office.reading() as db:
        demanded = steps_demanded(db)
    return page(
        request,
        "settings_second_step.html",
        who=who,
        demanded=demanded,
        why_not=why_not_offered(request),
        StepsDemanded=StepsDemanded,
    )


@router.post("/settings/second-step", openapi_extra=needs(Act.KEEP_PEOPLE))
def demand(request: Request, who: FormUser, form: Filled, whom: Annotated[StepsDemanded, Form()]) -> Response:
    """With 本人確認."""
    if whom is not StepsDemanded.NOBODY and (why_not := why_not_offered(request)):
        raise BadInput("二段階目の確認", "ここでは使えません", why_not)

    def act(proof: actions.Proof) -> Response:
        actions.demand_second_step(who.office, who.key, whom, proof=proof, now=who.now)
        return redirect(
            "/settings/second-step",
            said=say("変更しました。認証アプリもパスキーもない方には、次に開く画面から求めます。"),
        )

    title = say("サインインの二段階目の確認を求める範囲を変える")
    return with_identity(request, who, form, act, title=title, back="/settings/second-step")


def to_second_step(to: str) -> Response:
    """To the second step, and from there on to what was asked for."""
    return redirect(f"/second-step?{urlencode({'to': to})}" if to not in ("", "/") else "/second-step")


def _waiting(request: Request) -> tuple[str, SecondStep]:
    """The key of whose session it is, and the step it waits for. Raises `NeedsSignIn`."""
    state = request.app.state
    with state.office.reading() as db:
        seen = actions.signed_in(db, session_token(request), state.clock())
    if seen is None:
        raise NeedsSignIn
    return seen.key, seen.waits_for


def _must_be_offered(why_not: str) -> None:
    if why_not:
        raise BadInput("二段階目の確認", "ここでは使えません", why_not)


def _give(request: Request, key: str, code: str, passkey: str) -> None:
    """Raises `BadInput`, `SignInRefused`."""
    state, token = request.app.state, session_token(request)
    party = party_of(request)
    if passkey and party:
        actions.give_passkey(
            state.office, key, token, party, PasskeyUse.SECOND_STEP, passkey, now=state.clock()
        )
    else:
        actions.give_second_step(state.office, key, token, code, now=state.clock())


def _enrolled(
    request: Request, key: str, proof: actions.InSession, code: str, name: str, passkey: str
) -> list[str]:
    """Take an app or a passkey into use, and return the recovery codes. Raises `AlreadyDone`, `BadInput`,
    `IdentityUnconfirmed`, `SignInRefused`."""
    state = request.app.state
    party = party_of(request)
    if passkey and party:
        return actions.add_passkey(state.office, key, party, name, passkey, proof=proof, now=state.clock())
    return actions.confirm_authenticator(state.office, key, code, proof=proof, now=state.clock())


def _enrol(
    request: Request,
    who: Visitor,
    form: FormData,
    show: Callable[[actions.InSession, str], Response],
    *,
    title: str,
    code: str = "",
    name: str = "",
    passkey: str = "",
) -> Response:
    """Take a means into use, with 本人確認. While there is none to take, or it is refused, `show` is its page."""
    session = actions.InSession(session_token(request))

    def act(proof: actions.Proof) -> Response:
        if not code and not passkey:
            return show(session, "")
        try:
            codes = _enrolled(request, who.key, session, code, name, passkey)
        except (AlreadyDone, BadInput, SignInRefused) as refused:
            return show(session, Refusal(refused))
        if codes:
            return page(request, "second_step_codes.html", who=who, codes=codes, to=OWN)
        return redirect(OWN, said=say("登録しました。予備のコードは、これまでのものを使えます。"))

    return with_identity(request, who, form, act, title=title, back=OWN)


def _ask(request: Request, key: str, waits_for: SecondStep, to: str, refused: str = "") -> Response:
    state, token = request.app.state, session_token(request)
    if waits_for is SecondStep.ENROLMENT:
        proof = actions.InSession(token)
        app, ask = _app_to_enrol(request, key, proof), _passkey_to_enrol(request, key, proof)
        return _form(request, "second_step_enrol.html", to, refused, app=app, ask=ask)
    with state.office.reading() as db:
        mine = account(db, key, state.clock())
    ask = passkey_asked(request, key, PasskeyUse.SECOND_STEP)
    why_not = why_no_passkeys(request) if mine.passkeys else ""
    return _form(request, "second_step.html", to, refused, mine=mine, ask=ask, why_not=why_not)


@dataclass(frozen=True, slots=True)
class _App:
    """The secret of an app to enrol, as a picture to take and as text."""

    picture: Markup
    secret: str


def _app_to_enrol(request: Request, key: str, proof: actions.Proof) -> _App:
    import segno
    from pyotp import TOTP

    state = request.app.state
    secret = actions.begin_authenticator(state.office, key, proof=proof, now=state.clock())
    uri = TOTP(secret).provisioning_uri(name=key, issuer_name=site_name(request))
    svg = segno.make(uri, micro=False).svg_inline(border=4, scale=5, dark="#000", light="#fff")
    return _App(Markup(svg), " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)))  # noqa: S704


def _passkey_to_enrol(request: Request, key: str, proof: actions.InSession) -> str:
    """Return what the browser needs to make a passkey. Empty: none can be made here."""
    state = request.app.state
    party = party_of(request)
    return actions.begin_passkey(state.office, key, party, proof=proof, now=state.clock()) if party else ""


def _form(request: Request, template: str, to: str, refused: str, **context: object) -> Response:
    csrf = csrf_of(session_token(request))
    code = 422 if refused else 200
    return page(request, template, code=code, refused=refused, to=to, form_csrf=csrf, **context)


def _reset(request: Request, who: FormUser, form: Filled, key: str, *, back: str) -> Response:
    def act(proof: actions.Proof) -> Response:
        actions.reset_second_step(who.office, who.key, key, proof=proof, now=who.now)
        if key == who.key:
            return redirect(
                "/sign-in", said=say("二段階目の確認を解除しました。サインインし直してください。")
            )
        return redirect(back, said=say("二段階目の確認を解除しました。"))

    with who.office.reading() as db:
        name = account(db, key, who.now).name
    title = say("{name}さんの二段階目の確認を解除する", name=name)
    return with_identity(request, who, form, act, title=title, back=back)
