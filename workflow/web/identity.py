"""Before an act that wants 本人確認, the page asks for the password, and keeps the form meanwhile."""

from collections.abc import Callable

from fastapi import Request, Response
from starlette.datastructures import FormData

from workflow import actions
from workflow.domain.errors import BadInput, IdentityUnconfirmed, SignInRefused
from workflow.queries.accounts import account
from workflow.web.rendering import page
from workflow.web.session import Visitor, session_token

PASSWORD = "own_password"  # noqa: S105


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
    refused: BadInput | SignInRefused | None = None
    if isinstance(typed, str):
        try:
            actions.confirm_identity(who.office, who.key, session, typed, now=who.now)
        except (BadInput, SignInRefused) as wrong:
            refused = wrong
    if refused is None:
        try:
            return act(actions.InSession(session))
        except IdentityUnconfirmed:
            pass
    with who.office.reading() as db:
        has_password = account(db, who.key, who.now).has_password
    return page(
        request,
        "identity.html",
        code=422 if refused else 200,
        who=who,
        title=title,
        back=back,
        refused=refused.message if refused else "",
        has_password=has_password,
        fields=[(n, v) for n, v in form.multi_items() if isinstance(v, str) and n != PASSWORD],
        password=PASSWORD,
        action=request.url.path,
    )
