"""Answers that a calendar program mails (RFC 5546, METHOD:REPLY), read from the bytes of a mail of whoever sent it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from typing import Any

from icalendar import Calendar, Component

from workflow.domain.errors import ReplyNotTaken
from workflow.domain.language import say
from workflow.domain.rsvp import CalendarReply, Intent

LARGEST = 256 * 1024
"""Bytes of a mail that is read; a calendar's answer has a few thousand."""

LARGEST_CALENDAR = 64 * 1024
PARTS = 50
LONGEST_REMARK = 2000


def read_reply(raw: bytes, domain: str) -> CalendarReply:
    """Read the answer in a mail. `domain` is that of the office's invitations. Raises `ReplyNotTaken` for everything
    that is no answer to one of them, or comes from somebody else than it speaks for."""
    if len(raw) > LARGEST:
        raise ReplyNotTaken(say("大きすぎるメールです"))
    try:
        message = message_from_bytes(raw, policy=policy.default)
        entry = _entry(_calendar_in(message))
        return _reply(entry, _sender(message), domain)
    except ReplyNotTaken:
        raise
    except Exception as error:
        # Whatever a hostile mail breaks in a parser, it is that mail alone which is not read.
        raise ReplyNotTaken(say("読み取れないメールです")) from error


def sender_and_subject(raw: bytes) -> tuple[str, str]:
    """The From and Subject of a mail as far as they can be read, each on one line."""
    try:
        message = message_from_bytes(raw[:LARGEST], policy=policy.compat32)
        return _one_line(message.get("From")), _one_line(message.get("Subject"))
    except Exception:
        return "", ""


def _one_line(value: object) -> str:
    text = str(make_header(decode_header(str(value or ""))))
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:200]


def _sender(message: Message) -> str:
    """The address the mail says it is from. Raises `ReplyNotTaken` for none and for several."""
    found = {address.casefold() for _, address in getaddresses([str(message.get("From", ""))]) if address}
    if len(found) != 1:
        raise ReplyNotTaken(say("差出人が分かりません"))
    return found.pop()


def _calendar_in(message: Message) -> bytes:
    """Return the one calendar of the mail. Raises `ReplyNotTaken`."""
    found = [
        part for part in _parts(message) if part.get_content_type() in ("text/calendar", "application/ics")
    ]
    if not found:
        raise ReplyNotTaken(say("予定表からの回答ではありません"))
    content = found[0].get_payload(decode=True)
    if not isinstance(content, bytes) or len(content) > LARGEST_CALENDAR:
        raise ReplyNotTaken(say("予定が大きすぎます"))
    return content


def _parts(message: Message) -> Iterator[Message]:
    """The parts of a mail, not of mails within it. Raises `ReplyNotTaken` for too many."""
    waiting = [message]
    for _ in range(PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        yield part
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting.extend(each for each in part.get_payload() if isinstance(each, Message))
    raise ReplyNotTaken(say("入り組んだメールです"))


def _entry(content: bytes) -> Component:
    calendar = Calendar.from_ical(content)
    if str(calendar.get("METHOD", "")).upper() != "REPLY":
        raise ReplyNotTaken(say("予定表からの回答ではありません"))
    events = [each for each in calendar.subcomponents if each.name == "VEVENT"]
    if len(events) != 1:
        raise ReplyNotTaken(say("一つの会議への回答ではありません"))
    return events[0]


def _reply(entry: Component, sender: str, domain: str) -> CalendarReply:
    uid = re.fullmatch(rf"meeting-([1-9][0-9]{{0,8}})@{re.escape(domain)}", str(entry.get("UID", "")))
    if uid is None:
        raise ReplyNotTaken(say("この庁の会議への回答ではありません"))
    attendees: Any = entry.get("ATTENDEE")
    if attendees is None or isinstance(attendees, list):
        raise ReplyNotTaken(say("一人の回答ではありません"))
    attendee = re.sub(r"^mailto:", "", str(attendees), flags=re.IGNORECASE).strip().casefold()
    if attendee != sender:
        raise ReplyNotTaken(say("差出人が、回答した本人ではありません"))
    return CalendarReply(
        meeting=int(uid[1]),
        attendee=attendee,
        intent=_intent(str(attendees.params.get("PARTSTAT", ""))),
        remark=str(entry.get("COMMENT", "") or "")[:LONGEST_REMARK],
        sequence=int(entry.get("SEQUENCE", 0)),
        starts_at=_moment(entry, "DTSTART"),
        stamped_at=_moment(entry, "DTSTAMP"),
    )


def _intent(status: str) -> Intent:
    match status.upper():
        case "ACCEPTED":
            return Intent.ATTENDS
        case "DECLINED":
            return Intent.ABSENT
        case "TENTATIVE":
            raise ReplyNotTaken(say("「仮の予定」は出欠の回答に数えません"))
        case _:
            raise ReplyNotTaken(say("出席・欠席のどちらでもない回答です"))


def _moment(entry: Component, name: str) -> datetime | None:
    """The moment of a property, None without one. Raises `ReplyNotTaken` for a day, or a time without its zone."""
    if name not in entry:
        return None
    found = entry.decoded(name)
    if not isinstance(found, datetime) or found.tzinfo is None:
        raise ReplyNotTaken(say("読み取れないメールです"))
    return found.astimezone(UTC)
