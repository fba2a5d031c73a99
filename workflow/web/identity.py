"""Before an act that wants 本人確認, the page asks for the password, a code or a passkey, and keeps the form meanwhile."""

import re
from collections.abc import Callable

from fastapi import Request, Response
from starlette.datastructures import FormData

from workflow import actions
from workflow.domain.errors import BadInput, IdentityUnconfirmed, NotFound, SignInRefused
from workflow.domain.passkeys import PasskeyUse
from workflow.queries.accounts import account
from workflow.web.guide import Refusal
from workflow.web.passkeys import party_of, passkey_asked
from workflow.web.rendering import page
from workflow.web.session import Visitor, session_token

PASSWORD = "own_password"  # noqa: S105
PASSKEY = "own_passkey"

CODE = re.compile(r"\s*\d{3}\s?\d{3}\s*")
"""A code of an authenticator app, given instead: no password is so short."""


def with_identity(
    request: Request,
    who: Visitor,
    form: FormData,
    act: Callable[[actions.Proof], Response],
    *,
    title: str,
    back: str,
) -> Response:
    """The answer of `act`, when its person has just confirmed who they are; else the page that asks them to, and sends the
    same form again. `title` says what is about to be done. Raises what `act` raises."""
    refused: BadInput | NotFound | SignInRefused | None = None
    try:
        _confirm(request, who, form)
    except (BadInput, NotFound, SignInRefused) as wrong:
        refused = wrong
    if refused is None:
        try:
            return act(actions.InSession(session_token(request)))
        except IdentityUnconfirmed:
            pass
    with who.office.reading() as db:
        mine = account(db, who.key, who.now)
    return page(
        request,
        "identity.html",
        code=422 if refused else 200,
        who=who,
        title=title,
        back=back,
        refused=Refusal(refused) if refused else "",
        mine=mine,
        fields=[(n, v) for n, v in form.multi_items() if isinstance(v, str) and n not in (PASSWORD, PASSKEY)],
        password=PASSWORD,
        passkey=PASSKEY,
        ask=passkey_asked(request, who.key, PasskeyUse.IDENTITY),
        action=request.url.path,
    )


def _confirm(request: Request, who: Visitor, form: FormData) -> None:
    """Confirm the person by what the form brings; nothing: it came from another page. Raises `BadInput`, `NotFound`,
    `SignInRefused`."""
    session, typed, given = session_token(request), form.get(PASSWORD), form.get(PASSKEY)
    party = party_of(request)
    if party and isinstance(given, str) and given:
        actions.give_passkey(who.office, who.key, session, party, PasskeyUse.IDENTITY, given, now=who.now)
    elif isinstance(typed, str) and CODE.fullmatch(typed):
        actions.give_second_step(who.office, who.key, session, typed, now=who.now)
    elif isinstance(typed, str):
        actions.confirm_identity(who.office, who.key, session, typed, now=who.now)
