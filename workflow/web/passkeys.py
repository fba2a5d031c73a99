"""Passkeys on the pages: where they can be used, and what a page needs to ask for one."""

from fastapi import Request

from workflow import actions
from workflow.domain.language import say
from workflow.domain.passkeys import PasskeyUse, RelyingParty, relying_party
from workflow.web.session import session_token
from workflow.web.transport import warning


def why_not_offered(request: Request) -> str:
    """Return why no means for the second step can be enrolled here. Empty: it can."""
    if request.app.state.demo:
        return say("見本では、時計が実際の時刻と異なるため使えません。")
    return warning(request.app.state.mail.site)


def why_no_passkeys(request: Request) -> str:
    """Return why passkeys cannot be used here. Empty: they can."""
    site = request.app.state.mail.site
    if why_not := why_not_offered(request):
        return why_not
    if relying_party(site, "") is None:
        return say(
            "パスキーは、IP アドレスで開く画面（{site}）では使えません。名前で開けるようにし、環境変数 SAKUTEI_SITE にその所在を指定してください。",
            site=site,
        )
    return ""


def party_of(request: Request) -> RelyingParty | None:
    """Return the site passkeys are for, from the office's settings and nothing the request says. None: they cannot be
    used here."""
    return (
        None if why_no_passkeys(request) else relying_party(request.app.state.mail.site, site_name(request))
    )


def site_name(request: Request) -> str:
    """The name under which an app or an authenticator lists this office."""
    return say("策定（{office}）", office=request.app.state.mail.office_name)


def passkey_asked(request: Request, key: str, use: PasskeyUse) -> str:
    """Return what the browser needs to give a passkey of the person. Empty: they have none, or it cannot be used
    here."""
    state = request.app.state
    party = party_of(request)
    token = session_token(request)
    return actions.ask_passkey(state.office, key, token, party, use, now=state.clock()) if party else ""
