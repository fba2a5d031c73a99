"""Bodies: what each one is by its rule, who sits in it on a day, and when it meets next."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from definitions.chain import Urgent
from definitions.terms import Role
from workflow import actions, queries
from workflow.domain.calendar import month_label, parse_day, tokyo_day
from workflow.domain.errors import BadInput
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.domain.schedules import shown_time
from workflow.domain.seats import seat_label
from workflow.queries.bodies import seated_body
from workflow.queries.body_year import body_year
from workflow.queries.contacts import contact_set, secretariat_contact
from workflow.queries.meetings import draft_meetings
from workflow.queries.reading_rights import meetings_readable
from workflow.web.guide import Refusal
from workflow.web.pages.people import day_asked, may_keep
from workflow.web.permissions import Open, needs
from workflow.web.rendering import page, redirect
from workflow.web.session import Filled, FormUser, Page, Reader, Visitor

router = APIRouter(prefix="/bodies", route_class=Page)

MONTHS = (6, 12)
"""Numbers of months to come that can be shown."""


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


@router.get("/{key}/year", openapi_extra=needs(Open.SIGNED_IN))
def year(request: Request, who: Reader, key: str, months: str = "") -> Response:
    """Show what comes to the body in six months, or in twelve, as far as the person may read it."""
    count = int(months) if months in map(str, MONTHS) else MONTHS[0]
    with who.office.reading() as db:
        found = body_year(db, who.person, key, who.now, count)
    return page(
        request,
        "body_year.html",
        who=who,
        key=key,
        found=found,
        count=count,
        choices=MONTHS,
        most=max((each.items for each in found.months), default=0),
        month_label=month_label,
        shown_time=shown_time,
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


@router.get("/{key}/seats", openapi_extra=needs(Act.KEEP_PEOPLE))
def seats_form(request: Request, who: Reader, key: str, department: str = "") -> Response:
    return _seats(request, who, key, since=tokyo_day(who.now).isoformat(), department=department)


@router.post("/{key}/seats", openapi_extra=needs(Act.KEEP_PEOPLE))
def check_or_seat(
    request: Request,
    who: FormUser,
    key: str,
    form: Filled,
    lines: Annotated[str, Form()] = "",
    role: Annotated[Role, Form()] = Role.MEMBER,
    since: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
    sure: Annotated[str, Form()] = "",
) -> Response:
    """First whom each line means and what is wrong with it; then, when asked with `sure`, all are seated. Who was ticked
    becomes a line."""
    ticked = [f"{person},{role.label}" for person in form.getlist("person")]
    text = "\n".join([*lines.splitlines(), *ticked])
    shown: dict[str, Any] = {"text": text, "since": since, "until": until}
    try:
        found = actions.read_seats(text)
        first = parse_day(since, say("始まりの日"))
        last = parse_day(until, say("終わりの日")) if until.strip() else None
        if sure == "yes":
            with suppress(actions.SeatsRefused):
                count = actions.seat_people(who.office, who.key, key, found, first, until=last, now=who.now)
                return redirect(f"/bodies/{key}", said=say("{count} 人を登録しました。", count=count))
        with who.office.reading() as db:
            checked = actions.find_seats(db, key, found, first, last)
    except BadInput as refused:
        return _seats(request, who, key, refused=Refusal(refused), **shown)
    return _seats(request, who, key, found=checked, term={"since": first, "until": last}, **shown)


def _seats(
    request: Request,
    who: Visitor,
    key: str,
    *,
    text: str = "",
    since: str,
    until: str = "",
    department: str = "",
    refused: str = "",
    found: Sequence[actions.SeatFound] = (),
    term: Mapping[str, date | None] | None = None,
) -> Response:
    on = tokyo_day(who.now)
    with who.office.reading() as db:
        seated = seated_body(db, key, on)
        people = queries.people_list(db, on, department=department or None, limit=MOST_TICKS)
        departments = queries.departments(db)
    wrong = bool(refused) or any(each.fault for each in found)
    return page(
        request,
        "body_seats.html",
        code=422 if wrong else 200,
        who=who,
        body=seated,
        held={seat.key: seat.role for seat in seated.members},
        people=people,
        departments=departments,
        department=department,
        text=text,
        since=since,
        until=until,
        refused=refused,
        found=found,
        term=term,
        wrong=wrong,
        new=sum(not each.held for each in found),
        roles=[(each.value, seat_label(each, seated.rule)) for each in Role],
    )


MOST_TICKS = 200
"""Most people that a page offers to tick; more are found by their department, or written."""
