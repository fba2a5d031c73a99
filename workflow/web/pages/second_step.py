"""The second step of signing in: enrol an authenticator app, and give its code."""

import hmac
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from markupsafe import Markup
from starlette.exceptions import HTTPException

from workflow import actions
from workflow.domain.accounts import SecondStep, StepsDemanded
from workflow.domain.errors import BadInput, SignInRefused
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.queries.accounts import account, steps_demanded
from workflow.web.identity import with_identity
from workflow.web.limits import Load, takes
from workflow.web.permissions import Open, needs
from workflow.web.rendering import own_path, page, redirect
from workflow.web.session import Filled, FormUser, NeedsSignIn, Page, Reader, csrf_of, session_token
from workflow.web.transport import warning

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
def take_second_step(request: Request, csrf: Text = "", code: Text = "", to: Text = "/") -> Response:
    key, waits_for = _waiting(request)
    token, state = session_token(request), request.app.state
    if not hmac.compare_digest(csrf.encode(), csrf_of(token).encode()):
        raise HTTPException(403)
    try:
        match waits_for:
            case SecondStep.CODE:
                actions.give_second_step(state.office, key, token, code, now=state.clock())
            case SecondStep.ENROLMENT:
                proof = actions.InSession(token)
                codes = actions.confirm_authenticator(state.office, key, code, proof=proof, now=state.clock())
                return page(request, "second_step_codes.html", codes=codes, to=own_path(to))
    except (BadInput, SignInRefused) as refused:
        return _ask(request, key, waits_for, to, refused.message)
    return redirect(to)


@router.get("/account/second-step", openapi_extra=needs(Open.SELF))
def own_page(request: Request, who: Reader) -> Response:
    with who.office.reading() as db:
        mine = account(db, who.key, who.now)
    return page(request, "account_second_step.html", who=who, mine=mine, why_not=why_not_offered(request))


@router.post("/account/second-step/app", openapi_extra=needs(Open.SELF) | takes(Load.KEY))
def enrol(request: Request, who: FormUser, form: Filled, code: Text = "") -> Response:
    """Enrol an app of one's own accord: without a code, the page that shows its secret. With 本人確認: an app of somebody
    who finds the screen open would confirm them from then on."""
    if why_not := why_not_offered(request):
        raise BadInput("二段階目の確認", "ここでは使えません", why_not)

    def act(proof: actions.Proof) -> Response:
        refused = ""
        if code:
            try:
                codes = actions.confirm_authenticator(who.office, who.key, code, proof=proof, now=who.now)
                return page(request, "second_step_codes.html", who=who, codes=codes, to="/account")
            except (BadInput, SignInRefused) as wrong:
                refused = wrong.message
        return _enrol(request, who.key, proof, "/account", refused, action=request.url.path, who=who)

    return with_identity(request, who, form, act, title=say("認証アプリを登録する"), back=OWN)


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
        return redirect("/settings/second-step", said=say("変更しました。次のサインインから求めます。"))

    title = say("サインインの二段階目の確認を求める範囲を変える")
    return with_identity(request, who, form, act, title=title, back="/settings/second-step")


def why_not_offered(request: Request) -> str:
    """Return why no app can be enrolled here. Empty: it can."""
    if request.app.state.demo:
        return say("見本では、時計が実際の時刻と異なるため使えません。")
    return warning(request.app.state.mail.site)


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


def _ask(request: Request, key: str, waits_for: SecondStep, to: str, refused: str = "") -> Response:
    if waits_for is SecondStep.ENROLMENT:
        proof = actions.InSession(session_token(request))
        return _enrol(request, key, proof, to, refused, action="/second-step", demanded=True)
    return _form(request, "second_step.html", to, refused)


def _enrol(
    request: Request, key: str, proof: actions.Proof, to: str, refused: str = "", **context: object
) -> Response:
    """The page with the app's secret, as a picture to take and as text."""
    import segno
    from pyotp import TOTP

    state = request.app.state
    secret = actions.begin_authenticator(state.office, key, proof=proof, now=state.clock())
    issuer = say("策定（{office}）", office=state.mail.office_name)
    uri = TOTP(secret).provisioning_uri(name=key, issuer_name=issuer)
    svg = segno.make(uri, micro=False).svg_inline(border=4, scale=5, dark="#000", light="#fff")
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    picture = Markup(svg)  # noqa: S704
    return _form(request, "second_step_app.html", to, refused, secret=spaced, picture=picture, **context)


def _form(request: Request, name: str, to: str, refused: str, **context: object) -> Response:
    csrf = csrf_of(session_token(request))
    code = 422 if refused else 200
    return page(request, name, code=code, refused=refused, to=to, form_csrf=csrf, **context)


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
