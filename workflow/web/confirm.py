"""Before a step that sends mail, the page says who will get what, and shows the letters."""

from collections.abc import Callable, Sequence

from fastapi import Request, Response
from starlette.datastructures import FormData

from notifications.composing import Stationery
from notifications.dry_run import LetterShown, rehearse_letters
from notifications.kinds import Kind
from workflow.queries.people import Contact
from workflow.store.database import Office
from workflow.web.rendering import page, redirect
from workflow.web.session import Visitor

SURE = "sure"


def confirmed(
    request: Request,
    who: Visitor,
    form: FormData,
    act: Callable[[Office], object],
    *,
    title: str,
    button: str,
    back: str,
    said: str,
    warning: str = "",
    facts: Sequence[tuple[str, str]] = (),
) -> Response:
    """Ask first, act when asked with `sure`: the first time the same form comes back with the mails that `act`
    would send, and what they would say; the second time it is done, and `back` shows the result. Raises what `act` raises, both times.

    `title` says what is about to be done, `button` is the verb on it, `said` what was done. `warning` is
    something to think over that does not forbid it. `facts` are what the step rests on, each named.
    """
    if form.get(SURE) == "yes":
        act(who.office)
        return redirect(back, said)
    mails, letters = rehearse_letters(who.office, act, Stationery(request.app.state.mail), who.now)
    return asked(
        request,
        who,
        form,
        title=title,
        button=button,
        back=back,
        warning=warning,
        facts=facts,
        mails=mails,
        letters=letters,
    )


def asked(
    request: Request,
    who: Visitor,
    form: FormData,
    *,
    title: str,
    button: str,
    back: str,
    warning: str = "",
    facts: Sequence[tuple[str, str]] = (),
    mails: Sequence[tuple[Kind, Contact]] = (),
    letters: Sequence[LetterShown] = (),
) -> Response:
    """The question before a step, which sends the same form again with `sure`. `mails` are those that the step will send, and
    `letters` what they will say; the rest is as for `confirmed`."""
    fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str) and name != SURE]
    return page(
        request,
        "confirm.html",
        who=who,
        title=title,
        button=button,
        back=back,
        warning=warning,
        facts=facts,
        fields=fields,
        mails=mails,
        letters=letters,
        action=request.url.path,
    )
