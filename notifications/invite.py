"""The calendar attachment of a meeting's mail (RFC 5545, 5546): an invitation or its cancellation."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from icalendar import Calendar, Event, vCalAddress, vText


class Method(StrEnum):
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Invite:
    """One meeting as a calendar entry. A higher `sequence` replaces a lower one."""

    method: Method
    meeting_id: int
    sequence: int
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime


def calendar_bytes(
    invite: Invite, *, domain: str, organizer: tuple[str, str], attendee: tuple[str, str], now: datetime
) -> bytes:
    """The entry for one attendee; organizer and attendee are (name, address)."""
    calendar = Calendar()
    calendar.add("prodid", "-//Sakutei//JA")
    calendar.add("version", "2.0")
    calendar.add("method", invite.method.value)
    entry = Event()
    entry.add("uid", f"meeting-{invite.meeting_id}@{domain}")
    entry.add("sequence", invite.sequence)
    entry.add("dtstamp", now.astimezone(UTC))
    entry.add("dtstart", invite.starts_at.astimezone(UTC))
    entry.add("dtend", invite.ends_at.astimezone(UTC))
    entry.add("summary", invite.title)
    entry.add("location", invite.place)
    entry.add("status", "CANCELLED" if invite.method is Method.CANCEL else "CONFIRMED")
    entry.add("organizer", _address(*organizer))
    entry.add("attendee", _address(*attendee, ROLE="REQ-PARTICIPANT"))
    calendar.add_component(entry)
    return bytes(calendar.to_ical())


def _address(name: str, address: str, **parameters: str) -> vCalAddress:
    written = vCalAddress(f"mailto:{address}")
    # A double quote cannot stand in a parameter value, quoted or not (RFC 5545, 3.1).
    for key, value in {"CN": name.replace('"', "'"), **parameters}.items():
        written.params[key] = vText(value)
    return written
