"""Before an act that wants 本人確認, the page asks for the password or a code, and keeps the form meanwhile."""

import re
from collections.abc import Callable

from fastapi import Request, Response
from starlette.datastructures import FormData

from workflow import actions
from workflow.domain.errors import BadInput, IdentityUnconfirmed, NotFound, SignInRefused
from workflow.queries.accounts import account
from workflow.web.rendering import page
from workflow.web.session import Visitor, session_token

PASSWORD = "own_password"  # noqa: S105

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
    session, typed = session_token(request), form.get(PASSWORD)
    refused: BadInput | NotFound | SignInRefused | None = None
    if isinstance(typed, str):
        try:
            if CODE.fullmatch(typed):
                actions.give_second_step(who.office, who.key, session, typed, now=who.now)
            else:
                actions.confirm_identity(who.office, who.key, session, typed, now=who.now)
        except (BadInput, NotFound, SignInRefused) as wrong:
            refused = wrong
    if refused is None:
        try:
            return act(actions.InSession(session))
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
        refused=refused.message if refused else "",
        mine=mine,
        fields=[(n, v) for n, v in form.multi_items() if isinstance(v, str) and n != PASSWORD],
        password=PASSWORD,
        action=request.url.path,
    )
