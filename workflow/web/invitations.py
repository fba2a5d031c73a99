"""Inviting people from a page: by mail; without a mail server by links, shown once to whoever hands them over."""

from collections.abc import Sequence

from fastapi import Request, Response
from starlette.datastructures import FormData

from workflow import actions
from workflow.domain.language import say
from workflow.web.confirm import SURE, confirmed
from workflow.web.identity import with_identity
from workflow.web.pulse import kept_words, when_sent
from workflow.web.rendering import page
from workflow.web.session import Visitor


def invited(
    request: Request, who: Visitor, form: FormData, people: Sequence[str], *, title: str, back: str
) -> Response:
    """Say first who is invited, then invite them. Links are on the answer alone, with 本人確認. Raises what
    `actions.invite_people` raises."""
    by_hand = bool(kept_words(request.app.state.mail))
    if by_hand and form.get(SURE) == "yes":

        def act(proof: actions.Proof) -> Response:
            links = actions.hand_over_links(who.office, who.key, people, proof=proof, now=who.now)
            site = request.app.state.mail.site
            return page(request, "invitation_links.html", who=who, links=links, site=site, back=back)

        return with_identity(request, who, form, act, title=title, back=back)
    when = when_sent(who.mail, request.app.state.mail)
    return confirmed(
        request,
        who,
        form,
        lambda office: actions.invite_people(office, who.key, people, now=who.now),
        title=title,
        button=say("招待してリンクを画面に出す") if by_hand else say("招待メールを送る"),
        back=back,
        said=say("{count}人の招待メールを用意しました。{when}", count=len(people), when=when),
    )
