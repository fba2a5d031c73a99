"""Meetings as calendar entries (RFC 5545, 5546): the attachment of a mail, and a feed to subscribe to."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from workflow.domain.calendar import tokyo_day
from workflow.domain.language import say


class Method(StrEnum):
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Invite:
    """One meeting as a calendar entry. A higher `sequence` replaces a lower one. A 持ち回り is a day: the last one to
    answer. `rsvp`: the attendee is asked to answer."""

    method: Method
    meeting_id: int
    sequence: int
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    in_writing: bool = False
    rsvp: bool = False


def calendar_bytes(
    invite: Invite,
    *,
    domain: str,
    organizer: tuple[str, str],
    attendee: tuple[str, str],
    alarm: int | None = None,
    now: datetime,
) -> bytes:
    """The entry for one attendee; organizer and attendee are (name, address). It rings `alarm` minutes before."""
    calendar = _calendar()
    calendar.add("method", invite.method.value)
    entry = _entry(invite, domain, now)
    if alarm is not None and invite.method is Method.REQUEST and not invite.in_writing:
        entry.add_component(_alarm(invite, alarm))
    entry.add("organizer", _address(*organizer))
    asked = {"RSVP": "TRUE", "PARTSTAT": "NEEDS-ACTION"} if invite.rsvp else {}
    entry.add("attendee", _address(*attendee, ROLE="REQ-PARTICIPANT", **asked))
    calendar.add_component(entry)
    return bytes(calendar.to_ical())


def feed_bytes(name: str, entries: Iterable[tuple[Invite, datetime]], *, domain: str) -> bytes:
    """A calendar to subscribe to: each meeting with when it was last changed. A meeting is the same entry here and
    in its mailed invitation."""
    calendar = _calendar()
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", "Asia/Tokyo")
    for invite, changed_at in entries:
        entry = _entry(invite, domain, changed_at)
        entry.add("last-modified", changed_at.astimezone(UTC))
        calendar.add_component(entry)
    return bytes(calendar.to_ical())


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Sakutei//JA")
    calendar.add("version", "2.0")
    return calendar


def _entry(invite: Invite, domain: str, stamped_at: datetime) -> Event:
    entry = Event()
    entry.add("uid", f"meeting-{invite.meeting_id}@{domain}")
    entry.add("sequence", invite.sequence)
    entry.add("dtstamp", stamped_at.astimezone(UTC))
    if invite.in_writing:
        last = tokyo_day(invite.ends_at)
        entry.add("dtstart", last)
        entry.add("dtend", last + timedelta(days=1))
        entry.add("summary", say("回答期限: {title}", title=invite.title))
        entry.add("transp", "TRANSPARENT")
    else:
        entry.add("dtstart", invite.starts_at.astimezone(UTC))
        entry.add("dtend", invite.ends_at.astimezone(UTC))
        entry.add("summary", invite.title)
        entry.add("location", invite.place)
    if online := _ADDRESS.search(invite.place):
        entry.add("url", online.group())
    entry.add("status", "CANCELLED" if invite.method is Method.CANCEL else "CONFIRMED")
    return entry


_ADDRESS = re.compile(r"https?://[!-~]+")
"""The address of a meeting online, in the words for its place."""


def _alarm(invite: Invite, minutes: int) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", invite.title)
    alarm.add("trigger", timedelta(minutes=-minutes))
    return alarm


def _address(name: str, address: str, **parameters: str) -> vCalAddress:
    written = vCalAddress(f"mailto:{address}")
    # A double quote cannot stand in a parameter value, quoted or not (RFC 5545, 3.1).
    for key, value in {"CN": name.replace('"', "'"), **parameters}.items():
        written.params[key] = vText(value)
    return written
