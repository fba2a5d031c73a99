"""Settings: how mail goes out, what did not go out, and what will."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from definitions.chain import ReminderKind
from notifications import outbox, resending
from notifications.foreseen import coming
from notifications.mail_check import send_trial
from notifications.mail_settings import MailSettings
from notifications.resending import may_resend, would_get
from notifications.transport import MailDelayed, MailRefused, mailer_of
from workflow import actions
from workflow.domain.deliveries import NOT_SENT, State
from workflow.domain.language import say
from workflow.domain.rights import Act, PlanReaders
from workflow.queries.accounts import email_of
from workflow.queries.reading_rights import meetings_readable, plan_readers
from workflow.queries.rsvp import mails_set_aside
from workflow.web.confirm import SURE
from workflow.web.identity import with_identity
from workflow.web.office_setup import steps_of
from workflow.web.pages.people import may_keep
from workflow.web.permissions import Open, needs
from workflow.web.pulse import when_sent
from workflow.web.rendering import page, redirect
from workflow.web.session import Filled, FormUser, Page, Reader, Visitor
from workflow.web.transport import warning

router = APIRouter(prefix="/settings", route_class=Page)


@router.get("", openapi_extra=needs(Open.SIGNED_IN))
def mail(request: Request, who: Reader) -> Response:
    return _mail(request, who)


@router.get("/answers", openapi_extra=needs(Act.KEEP_PEOPLE))
def answers(request: Request, who: Reader) -> Response:
    """The inbox for answers by calendar, and the mails in it that were none."""
    with who.office.reading() as db:
        aside = mails_set_aside(db)
    return page(request, "settings_answers.html", who=who, inbox=request.app.state.mail.inbox, aside=aside)


@router.post("/trial", openapi_extra=needs(Act.KEEP_PEOPLE))
def trial(request: Request, who: FormUser) -> Response:
    """A mail to oneself; the page says what the server answered."""
    with who.office.reading() as db:
        address = email_of(db, who.key)
    settings: MailSettings = request.app.state.mail
    try:
        send_trial(settings, who.name, address, now=who.now)
    except (MailRefused, MailDelayed) as error:
        return _mail(request, who, code=409, refused=error.words)
    if settings.smtp_host is None:
        return redirect("/settings", said=say("{folder} に保存しました。", folder=settings.mail_folder))
    actions.note_trial(who.office, who.key, now=who.now)
    return redirect(
        "/settings",
        said=say("メールサーバーが受け取りました。{address} に届くか確かめてください。", address=address),
    )


@router.get("/office-setup", openapi_extra=needs(Act.KEEP_PEOPLE))
def office_setup(request: Request, who: Reader) -> Response:
    """Every step of setting up the office, also when all are done."""
    steps = steps_of(request, who.office, who.person, who.now)
    return page(request, "settings_office_setup.html", who=who, steps=steps)


@router.get("/unsent", openapi_extra=needs(Open.SIGNED_IN))
def unsent(request: Request, who: Reader) -> Response:
    with who.office.reading() as db:
        lines = outbox.listing(db, states=NOT_SENT, limit=200)
        mine = may_resend(db, who.person, [line.id for line in lines])
    own = [line for line in lines if line.id in mine]
    again = sum(line.state is not State.MISSED for line in own)
    return page(request, "settings_unsent.html", who=who, lines=own, again=again, State=State)


@router.post("/unsent/resend", openapi_extra=needs(Act.RESEND))
def resend_all(request: Request, who: FormUser) -> Response:
    count = resending.resend_all(who.office, who.key, now=who.now)
    when = when_sent(who.mail, request.app.state.mail)
    said = say("{count} 件を送信待ちに戻しました。{when}", count=count, when=when)
    return redirect("/settings/unsent", said=said)


@router.post("/unsent/{number}/resend", openapi_extra=needs(Act.RESEND))
def resend(request: Request, who: FormUser, number: int, form: Filled) -> Response:
    """First to whom it goes, then it is sent again."""
    if form.get(SURE) == "yes":
        resending.resend(who.office, who.key, number, now=who.now)
        return redirect(
            "/settings/unsent",
            said=say("送信待ちに戻しました。{when}", when=when_sent(who.mail, request.app.state.mail)),
        )
    with who.office.reading() as db:
        told = would_get(db, number)
        if number not in may_resend(db, who.person, [number]):
            who.person.refuse(Act.RESEND)
    return page(
        request,
        "confirm.html",
        who=who,
        title=say("通知をもう一度送る"),
        button=say("送る"),
        back="/settings/unsent",
        fields=[("csrf", who.csrf)],
        mails=[told],
        letters=(),
        warning="",
        facts=(),
        action=request.url.path,
    )


@router.get("/reminders", openapi_extra=needs(Open.SIGNED_IN))
def reminders(request: Request, who: Reader) -> Response:
    with who.office.reading() as db:
        found = coming(db, meetings_readable(db, who.person), who.now)
    return page(
        request,
        "settings_reminders.html",
        who=who,
        found=found,
        ReminderKind=ReminderKind,
    )


@router.get("/plan-readers", openapi_extra=needs(Act.OPEN_PLANS))
def readers_of_plans(request: Request, who: Reader) -> Response:
    with who.office.reading() as db:
        readers = plan_readers(db)
    return page(request, "settings_readers.html", who=who, readers=readers, PlanReaders=PlanReaders)


@router.post("/plan-readers", openapi_extra=needs(Act.OPEN_PLANS))
def open_plans(
    request: Request, who: FormUser, form: Filled, whom: Annotated[PlanReaders, Form()]
) -> Response:
    """With 本人確認."""

    def act(proof: actions.Proof) -> Response:
        actions.open_plans_to(who.office, who.key, whom, proof=proof, now=who.now)
        return redirect("/settings/plan-readers", said=say("計画を閲覧できる人を変えました。"))

    title = say("計画を閲覧できる人を変える")
    return with_identity(request, who, form, act, title=title, back="/settings/plan-readers")


def _mail(request: Request, who: Visitor, *, code: int = 200, refused: str = "") -> Response:
    settings: MailSettings = request.app.state.mail
    with who.office.reading() as db:
        address = email_of(db, who.key)
        keeps = may_keep(db, who)
    return page(
        request,
        "settings.html",
        code=code,
        who=who,
        settings=settings,
        how=mailer_of(settings).description,
        plain=warning(settings.site),
        address=address,
        keeps=keeps,
        refused=refused,
    )
