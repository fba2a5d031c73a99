"""Letting people in from a page: by mail; without a mail server by links, shown once to whoever hands them over."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.datastructures import FormData

from workflow import actions
from workflow.domain.addresses import is_loopback
from workflow.domain.errors import BadInput
from workflow.domain.language import say
from workflow.domain.validation import typed_number
from workflow.queries.accounts import newest_link
from workflow.web.confirm import SURE, asked, confirmed
from workflow.web.identity import with_identity
from workflow.web.pulse import kept_words, when_sent
from workflow.web.rendering import page
from workflow.web.session import Visitor


def invited(
    request: Request, who: Visitor, form: FormData, people: Sequence[str], *, title: str, back: str
) -> Response:
    """Say first who is invited, then invite them. Links are on the answer alone, with 本人確認. Raises what
    `actions.invite_people` raises."""
    if kept_words(request.app.state.mail):
        return _invited_by_hand(request, who, form, people, title=title, back=back)
    when = when_sent(who.mail, request.app.state.mail)
    return confirmed(
        request,
        who,
        form,
        lambda office: actions.invite_people(office, who.key, people, now=who.now),
        title=title,
        button=say("招待メールを送る"),
        back=back,
        said=say("{count}人の招待メールを用意しました。{when}", count=len(people), when=when),
    )


AFTER = "after"
"""The field that says what the newest link was when the form was shown: sent again, it ends no link."""


def _invited_by_hand(
    request: Request, who: Visitor, form: FormData, people: Sequence[str], *, title: str, back: str
) -> Response:
    if form.get(SURE) != "yes":
        with who.office.reading() as db:
            actions.check_invitations(db, who.key, people, now=who.now)
            newest = newest_link(db)
        return asked(
            request,
            who,
            FormData([*form.multi_items(), (AFTER, str(newest))]),
            title=title,
            button=say("招待してリンクを画面に出す"),
            back=back,
            warning=reach_of(request.app.state.mail.site),
        )

    def act(proof: actions.Proof) -> Response:
        after = typed_number(form.get(AFTER)) or 0
        links = actions.hand_over_links(who.office, who.key, people, after=after, proof=proof, now=who.now)
        return _shown(request, who, links, say("招待のリンク"), back)

    return with_identity(request, who, form, act, title=title, back=back)


def reset_by_hand(
    request: Request, who: Visitor, form: FormData, person: str, *, title: str, back: str
) -> Response:
    """The link by which somebody sets a new password, on the answer alone, with 本人確認. Raises `BadInput` where mail brings
    it, to nobody but them, and what `actions.hand_over_reset` raises."""
    if not kept_words(request.app.state.mail):
        raise BadInput(
            say("パスワードの再設定"),
            "この庁では、リンクはご本人にメールで届きます",
            "ご本人が、サインインの画面の「パスワードを忘れたとき」から決め直してください。",
        )

    def act(proof: actions.Proof) -> Response:
        after = typed_number(form.get(AFTER)) or 0
        link = actions.hand_over_reset(who.office, who.key, person, after=after, proof=proof, now=who.now)
        return _shown(request, who, [link], say("パスワードの再設定のリンク"), back, reset=True)

    return with_identity(request, who, form, act, title=title, back=back)


def _shown(
    request: Request,
    who: Visitor,
    links: Sequence[actions.HandedLink],
    title: str,
    back: str,
    *,
    reset: bool = False,
) -> Response:
    """The page that shows the links this once; `reset`: they set a new password."""
    site = request.app.state.mail.site
    return page(
        request,
        "invitation_links.html",
        who=who,
        title=title,
        links=links,
        reset=reset,
        site=site,
        warning=reach_of(site),
        back=back,
    )


def reach_of(site: str) -> str:
    """Say that links to the site open on this machine alone. Empty: they open elsewhere too, as far as can be told."""
    if not is_loopback(urlsplit(site).hostname or ""):
        return ""
    return say(
        "リンクは {site} で始まり、このサーバーのパソコンでだけ開けます。ほかの人に渡すには、先に、サーバーを管理する人が SAKUTEI_SITE に庁内から開けるアドレスを設定します。",
        site=site,
    )
