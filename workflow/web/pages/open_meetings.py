"""Open meetings (会議公開): the pages for citizens, without signing in, and the forms by which a body's 事務局 closes a meeting
or an item and publishes minutes.

A meeting is shown from the day it is called. What is not open is not found, whatever the reason."""

from email.utils import format_datetime
from typing import Annotated
from xml.etree.ElementTree import Element, SubElement, tostring

from fastapi import APIRouter, Form, Request, Response

from notifications.icalendar_file import Invite, Method, feed_bytes
from workflow import actions
from workflow.domain.calendar import shown_day, shown_moment, tokyo_day
from workflow.domain.errors import BadInput, NotFound
from workflow.domain.language import label, say
from workflow.domain.minutes import MinutesKind
from workflow.domain.rights import Act
from workflow.domain.validation import typed_number
from workflow.queries.open_meetings import (
    Opened,
    OpenMeeting,
    coming_open_meetings,
    open_entries,
    opened,
    past_open_meetings,
)
from workflow.store.database import Office
from workflow.web.meeting_opening import THE_MEETING
from workflow.web.pages.meetings import Number
from workflow.web.permissions import Open, needs
from workflow.web.rendering import attachment, download, page, redirect
from workflow.web.session import FormUser, Page

router = APIRouter(route_class=Page)

Typed = Annotated[str, Form()]

MOST_NEWS = 50


@router.get("/public/meetings", openapi_extra=needs(Open.PUBLIC))
def open_meetings(request: Request, coming: str = "", past: str = "") -> Response:
    """The coming meetings and the past ones; `coming` and `past` say where a page goes on."""
    now = request.app.state.clock()
    with _office(request).reading() as db:
        ahead = None if past else coming_open_meetings(db, now, coming or None)
        behind = None if coming else past_open_meetings(db, now, past or None)
    return page(request, "public_meetings.html", ahead=ahead, behind=behind)


@router.api_route("/public/meetings.ics", methods=["GET", "HEAD"], openapi_extra=needs(Open.PUBLIC))
def open_calendar(request: Request) -> Response:
    """The sittings that citizens may attend, as a calendar to subscribe to."""
    settings = request.app.state.mail
    with _office(request).reading() as db:
        found = open_entries(db, request.app.state.clock())
    attended = [each for each in found if not (each.meeting.closed or each.meeting.in_writing)]
    # Its own identifiers: a member's invitation to the same meeting says more.
    content = feed_bytes(
        say("会議の公開（{office}）", office=settings.office_name),
        [(_calendar_entry(each.meeting), each.changed_at) for each in attended],
        domain=f"public.{settings.domain}",
    )
    return download(content, "text/calendar; charset=utf-8", "meetings.ics")


@router.api_route("/public/meetings.rss", methods=["GET", "HEAD"], openapi_extra=needs(Open.PUBLIC))
def open_news(request: Request) -> Response:
    """The meetings as RSS 2.0, those that were called, moved or cancelled last first."""
    settings = request.app.state.mail
    with _office(request).reading() as db:
        found = open_entries(db, request.app.state.clock())
    rss = Element("rss", version="2.0")
    channel = SubElement(rss, "channel")
    title = say("会議の公開（{office}）", office=settings.office_name)
    _leaves(channel, title=title, link=f"{settings.site}/public/meetings", description=title)
    for each in sorted(found, key=lambda each: each.changed_at, reverse=True)[:MOST_NEWS]:
        meeting = each.meeting
        link = f"{settings.site}/public/meetings/{meeting.number}"
        item = SubElement(channel, "item")
        _leaves(
            item,
            title=f"{meeting.title}{_stands(meeting)}",
            link=link,
            description=_news(meeting),
            pubDate=format_datetime(each.changed_at),
        )
        SubElement(item, "guid", isPermaLink="false").text = f"{link}#{meeting.sequence}"
    return download(tostring(rss, "utf-8", xml_declaration=True), "application/rss+xml", "meetings.rss")


@router.get("/public/meetings/{number}", openapi_extra=needs(Open.PUBLIC))
def open_meeting(request: Request, number: Number) -> Response:
    found = _opened(request, number)
    if found is None:
        return _missing(request)
    over = found.meeting.ends_at <= request.app.state.clock()
    return page(request, "public_meeting.html", found=found, meeting=found.meeting, over=over)


@router.get("/public/meetings/{number}/papers/{paper}/{filename}", openapi_extra=needs(Open.PUBLIC))
def open_paper(request: Request, number: Number, paper: Number, filename: str) -> Response:
    """An open paper, as an attachment whatever it is. The name in the address is for people."""
    found = _opened(request, number)
    try:
        wanted = found.paper(paper) if found else None
    except NotFound:
        wanted = None
    if wanted is None:
        return _missing(request)
    return attachment(_office(request), wanted.sha256, wanted.filename, wanted.media_type)


@router.post("/meetings/{number}/closing", openapi_extra=needs(Act.OPEN_MEETINGS))
def close_to_public(
    who: FormUser, number: Number, about: Typed = "", reason: Typed = "", basis: Typed = ""
) -> Response:
    """Record that the meeting, or an item of it, is closed to the public."""
    item = _item(about)
    actions.close_to_public(who.office, who.key, number, reason, basis, item=item, now=who.now)
    return _back(number, say("非公開の決定を記録しました。公開のページには、理由だけを表示します。"))


@router.post("/meetings/{number}/opening", openapi_extra=needs(Act.OPEN_MEETINGS))
def open_to_public(who: FormUser, number: Number, about: Typed = "", reason: Typed = "") -> Response:
    """Record that the meeting, or an item of it, is open after all."""
    item = _item(about)
    actions.open_to_public(who.office, who.key, number, reason, item=item, now=who.now)
    return _back(number, say("公開の決定を記録しました。"))


@router.post("/meetings/{number}/minutes/{text}/publish", openapi_extra=needs(Act.OPEN_MEETINGS))
def publish_minutes(
    who: FormUser, number: Number, text: MinutesKind, version: Typed = "", read: Typed = ""
) -> Response:
    actions.publish_minutes(
        who.office, who.key, number, text, typed_number(version) or 0, read=read == "yes", now=who.now
    )
    return redirect(
        f"/meetings/{number}/minutes#{text.value}", said=say("{kind}を公開しました。", kind=label(text))
    )


@router.post("/meetings/{number}/minutes/{text}/unpublish", openapi_extra=needs(Act.OPEN_MEETINGS))
def withdraw_minutes(who: FormUser, number: Number, text: MinutesKind, reason: Typed = "") -> Response:
    actions.withdraw_minutes(who.office, who.key, number, text, reason, now=who.now)
    done = say("{kind}の公開を取りやめました。", kind=label(text))
    return redirect(f"/meetings/{number}/minutes#{text.value}", said=done)


def _calendar_entry(meeting: OpenMeeting) -> Invite:
    return Invite(
        Method.CANCEL if meeting.cancelled else Method.REQUEST,
        meeting.number,
        meeting.sequence,
        meeting.title,
        meeting.place or label(meeting.form),
        meeting.starts_at,
        meeting.ends_at,
    )


def _stands(meeting: OpenMeeting) -> str:
    said = [say("中止")] if meeting.cancelled else []
    said += [say("非公開")] if meeting.closed else []
    return f"［{say('、').join(said)}］" if said else ""


def _news(meeting: OpenMeeting) -> str:
    """The words of the list on the meeting, in one line."""
    if meeting.closed:
        day = shown_day(tokyo_day(meeting.starts_at))
        return f"{meeting.body}　{day}　{meeting.closed.reason}　{meeting.closed.basis}"
    place = meeting.place or label(meeting.form)
    return f"{meeting.body}　{shown_moment(meeting.starts_at)}　{place}"


def _leaves(parent: Element, **texts: str) -> None:
    for name, text in texts.items():
        SubElement(parent, name).text = text


def _opened(request: Request, number: int) -> Opened | None:
    with _office(request).reading() as db:
        try:
            return opened(db, number)
        except NotFound:
            return None


def _missing(request: Request) -> Response:
    """The same words whether there is no such meeting or paper, or it is not open."""
    return page(request, "public_meeting_missing.html", code=404)


def _item(about: str) -> int | None:
    """The item that the form is about; None: the meeting itself. Raises `BadInput`, so that no slip closes or opens more
    than was meant."""
    if about == THE_MEETING:
        return None
    item = typed_number(about)
    if item is None:
        raise BadInput("対象", "選ばれていません", "会議か議題を選んでください。")
    return item


def _back(number: int, done: str) -> Response:
    return redirect(f"/meetings/{number}#open", said=done)


def _office(request: Request) -> Office:
    office: Office = request.app.state.office
    return office
