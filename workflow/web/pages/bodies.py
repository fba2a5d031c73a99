"""Bodies: what each one is by its rule, who sits in it on a day, and when it meets next."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from definitions.chain import Urgent
from workflow import actions, queries
from workflow.domain.calendar import tokyo_day
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.queries.contacts import contact_set, secretariat_contact
from workflow.queries.meetings import draft_meetings
from workflow.queries.reading_rights import meetings_readable
from workflow.web.pages.people import day_asked, may_keep
from workflow.web.permissions import Open, needs
from workflow.web.rendering import page, redirect
from workflow.web.session import FormUser, Page, Reader

router = APIRouter(prefix="/bodies", route_class=Page)


@router.get("", openapi_extra=needs(Open.SIGNED_IN))
def bodies(request: Request, who: Reader, day: str = "") -> Response:
    on = day_asked(who, day)
    with who.office.reading() as db:
        found = queries.body_list(db, meetings_readable(db, who.person), on, who.now)
    return page(request, "bodies.html", who=who, found=found, on=on, today=tokyo_day(who.now))


@router.get("/{key}", openapi_extra=needs(Open.SIGNED_IN))
def body(request: Request, who: Reader, key: str, day: str = "") -> Response:
    on = day_asked(who, day)
    with who.office.reading() as db:
        found = queries.body(db, meetings_readable(db, who.person), key, on, who.now)
        keeps = may_keep(db, who)
        calls = who.person.may(Act.CALL_MEETING, body=key)
        drafts = draft_meetings(db, meetings_readable(db, who.person), body=key) if calls else []
        contact, as_set = secretariat_contact(db, key, on), contact_set(db, key)
    return page(
        request,
        "body.html",
        contact=contact,
        set_contact=as_set,
        may_set_contact=who.person.may(Act.SET_CONTACT, body=key),
        who=who,
        found=found,
        calls=calls,
        drafts=drafts,
        rule=found.rule,
        keeps=keeps,
        sees_addresses=who.person.may(Act.READ_ADDRESSES, body=key),
        on=on,
        today=tokyo_day(who.now),
        Urgent=Urgent,
    )


@router.post("/{key}/contact", openapi_extra=needs(Act.SET_CONTACT))
def set_contact(
    who: FormUser,
    key: str,
    name: Annotated[str, Form()] = "",
    email: Annotated[str, Form()] = "",
    telephone: Annotated[str, Form()] = "",
) -> Response:
    actions.set_contact(who.office, who.key, key, name=name, email=email, telephone=telephone, now=who.now)
    return redirect(f"/bodies/{key}#secretariat", said=say("連絡先を変えました。次のメールから使います。"))
