"""Signing in through the office's own OpenID Connect provider, where one is configured."""

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from workflow import actions
from workflow.domain.language import say
from workflow.web import oidc
from workflow.web.guide import Refusal
from workflow.web.oidc import Provider, ProviderFailed
from workflow.web.pages.sign_in import let_in
from workflow.web.permissions import Open, needs
from workflow.web.rendering import page
from workflow.web.session import Page, cookie_name

router = APIRouter(prefix="/sign-in/oidc", route_class=Page)
FLOW = "sakutei-oidc"


@router.get("", openapi_extra=needs(Open.PUBLIC))
def to_provider(request: Request) -> Response:
    provider = _provider(request)
    try:
        url, flow = oidc.begin(provider, _back(request), request.app.state.clock())
    except ProviderFailed as failed:
        return page(request, "sign_in.html", code=502, refused=Refusal(failed), to="/")
    answer = Response(status_code=303, headers={"location": url})
    answer.set_cookie(
        cookie_name(request, FLOW),
        flow,
        max_age=int(oidc.FLOW_LIFE.total_seconds()),
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get("/back", openapi_extra=needs(Open.PUBLIC))
def from_provider(request: Request) -> Response:
    answer = _signed_in(request, _provider(request))
    flow = cookie_name(request, FLOW)
    answer.delete_cookie(flow, httponly=True, samesite="lax")
    return answer


def _signed_in(request: Request, provider: Provider) -> Response:
    state, cookie = request.app.state, request.cookies.get(cookie_name(request, FLOW), "")
    try:
        user = oidc.finish(provider, cookie, request.query_params, _back(request), state.clock())
    except ProviderFailed as failed:
        return page(request, "sign_in.html", code=401, refused=Refusal(failed), to="/")
    agent = request.headers.get("user-agent", "")
    token = actions.sign_in_by_provider(state.office, user, agent=agent, now=state.clock())
    if token is None:
        words = say(
            "「{name}」では、職員を確かめられませんでした。名簿の電子メールと、外部サインインの結び付きを、システム管理者にお尋ねください。",
            name=provider.name,
        )
        return page(request, "sign_in.html", code=401, refused=words, to="/")
    return let_in(request, token)


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.oidc
    if provider is None:
        raise HTTPException(404)
    return provider


def _back(request: Request) -> str:
    """Return the URL to which the provider redirects. Made from the settings, because the request's host cannot
    be trusted."""
    return f"{request.app.state.mail.site}/sign-in/oidc/back"
