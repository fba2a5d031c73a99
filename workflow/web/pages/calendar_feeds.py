"""Calendars to subscribe to: one's own, each by a secret URL that is shown once."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from notifications.icalendar_file import Method, feed_bytes
from notifications.meeting_letters import invite_of
from workflow import actions
from workflow.domain.calendar import tokyo_day
from workflow.domain.language import say
from workflow.domain.meetings import MeetingStatus
from workflow.queries.calendar_feeds import bodies_of, feed_shown, feeds_of
from workflow.queries.meetings import MeetingFact
from workflow.web.pages.meetings import Number
from workflow.web.permissions import Open, needs
from workflow.web.rendering import page, redirect
from workflow.web.session import FormUser, Page, Reader, Visitor

router = APIRouter(route_class=Page)


@router.get("/feeds", openapi_extra=needs(Open.SIGNED_IN))
def feeds(request: Request, who: Reader) -> Response:
    return _feeds_page(request, who)


@router.post("/feeds", openapi_extra=needs(Open.SIGNED_IN))
def make(request: Request, who: FormUser, body: Annotated[str, Form()] = "") -> Response:
    """Make a feed and show its URL, this once: so no redirect, which would have to carry it."""
    token = actions.make_feed(who.office, who.key, body or None, now=who.now)
    return _feeds_page(request, who, url=f"{request.app.state.mail.site}/feeds/{token}.ics")


@router.post("/feeds/{feed}/revoke", openapi_extra=needs(Open.SIGNED_IN))
def revoke(who: FormUser, feed: Number) -> Response:
    actions.revoke_feed(who.office, who.key, feed, now=who.now)
    return redirect("/feeds", said=say("購読を停止しました。このURLでは、もう何も見られません。"))


@router.api_route("/feeds/{token}.ics", methods=["GET", "HEAD"], openapi_extra=needs(Open.SELF))
def calendar(request: Request, token: str) -> Response:
    """The calendar itself, for anybody who has its URL: calendar programs cannot sign in."""
    office, settings = request.app.state.office, request.app.state.mail
    with office.reading() as db:
        shown = feed_shown(db, token[:100], request.app.state.clock())
        content = feed_bytes(
            f"{shown.name}（{settings.office_name}）",
            [(invite_of(entry.meeting, _method(entry.meeting)), entry.changed_at) for entry in shown.entries],
            domain=settings.domain,
        )
    return Response(content, media_type="text/calendar; charset=utf-8")


def _method(meeting: MeetingFact) -> Method:
    return Method.CANCEL if meeting.status is MeetingStatus.CANCELLED else Method.REQUEST


def _feeds_page(request: Request, who: Visitor, url: str = "") -> Response:
    with who.office.reading() as db:
        mine, bodies = feeds_of(db, who.key), bodies_of(db, who.key, tokyo_day(who.now))
    return page(request, "feeds.html", who=who, feeds=mine, bodies=bodies, url=url)
