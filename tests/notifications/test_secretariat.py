"""Letters about a body come from its 事務局: replies go there, and no other person's address is in them."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

import icalendar
import pytest

from tests.notifications.test_rsvp_letters import HEAD, ONE, SECRETARY, mail_to, text_of
from tests.support.outbox_scenario import PostRoom
from workflow import actions
from workflow.domain.errors import BadInput, NotAllowed
from workflow.queries.people import person

OFFICE, DESK = "sakutei@city.example.jp", "bukai@city.example.jp"


def entry(mail: EmailMessage) -> icalendar.Event:
    [part] = [each for each in mail.walk() if each.get_content_type() == "text/calendar"]
    [found] = icalendar.Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")
    return found  # type: ignore[no-any-return]


def set_desk(room: PostRoom, by: str = "secretary", email: str = DESK) -> None:
    actions.set_contact(
        room.office, by, "bukai", name="IT推進課 推進係", email=email, telephone="03-0000-0000", now=room.now
    )


def test_a_letter_names_the_secretariat_that_was_set(room: PostRoom) -> None:
    set_desk(room)
    room.meeting()
    room.tick()
    mail = mail_to(room, ONE)
    assert str(mail["Reply-To"]) == f"IT推進課 推進係 <{DESK}>"
    assert mail["From"].addresses[0].addr_spec == OFFICE
    for part in ("plain", "html"):
        assert "IT推進課 推進係" in text_of(mail, part) and "電話　03-0000-0000" in text_of(mail, part)
    found = entry(mail)
    assert (str(found["ORGANIZER"]), found["ORGANIZER"].params["CN"]) == (f"mailto:{DESK}", "IT推進課 推進係")


def test_without_a_contact_replies_go_to_who_serves_as_secretariat(room: PostRoom) -> None:
    room.meeting()
    room.tick()
    mail = mail_to(room, ONE)
    assert mail["Reply-To"].addresses[0].addr_spec == SECRETARY
    assert "情報化推進部会事務局" in text_of(mail) and "返信は、上の事務局に届きます" in text_of(mail)
    assert "電話" not in text_of(mail)


def test_without_any_secretariat_the_office_organises_and_nobody_is_said_to_read_replies(
    room: PostRoom,
) -> None:
    room.meeting()
    with room.office.reading() as db:
        seat = person(db, "secretary", room.now.date()).seats[0].term.number
    actions.end_seat(room.office, "admin", seat, room.now.date(), now=room.now)
    room.now = room.now.replace(day=2)
    room.tick()
    mail = mail_to(room, ONE)
    assert mail["Reply-To"] is None and "お答えできません" in text_of(mail)
    assert str(entry(mail)["ORGANIZER"]) == f"mailto:{OFFICE}"


def test_a_reminder_that_goes_to_many_has_the_same_foot(room: PostRoom) -> None:
    set_desk(room)
    room.meeting()
    room.quiet().at("2023-06-07 09:00").tick()
    for mail in room.sink.mails:
        assert mail["Reply-To"].addresses[0].addr_spec == DESK and "03-0000-0000" in text_of(mail)


def test_no_other_persons_address_is_in_any_letter(room: PostRoom) -> None:
    set_desk(room)
    meeting = room.meeting()
    room.item(meeting)
    room.tick()
    room.move(meeting, "2023-06-20 14:00")
    room.tick()
    room.at("2023-06-15 09:00").tick()
    room.cancel(meeting)
    room.tick()
    assert len(room.sink.raw) >= 4 * 3
    for raw, to in zip(room.sink.raw, room.sink.to, strict=True):
        assert _addresses(raw) <= {to, OFFICE, DESK}


def test_only_members_are_asked_to_answer_by_their_calendar(room: PostRoom) -> None:
    room.meeting()
    room.tick()
    for address, asked in ((HEAD, "TRUE"), (ONE, "TRUE"), (SECRETARY, None)):
        attendee = entry(mail_to(room, address))["ATTENDEE"]
        assert str(attendee) == f"mailto:{address}"
        assert attendee.params.get("RSVP") == asked


def test_the_contact_is_set_by_the_secretariat_or_an_administrator(room: PostRoom) -> None:
    for by in ("one", "tanto"):
        with pytest.raises(NotAllowed, match="会議体の事務局"):
            set_desk(room, by)
    set_desk(room, "admin")
    with pytest.raises(BadInput, match="事務局の電子メール"):
        set_desk(room, email="bukai@x\r\nBcc: all@x")


def _addresses(raw: bytes) -> set[str]:
    """Every address that stands anywhere in the mail."""
    message = message_from_bytes(raw, policy=policy.default)
    parts = [
        str(part.get_payload(decode=True), "utf-8", "replace")
        for part in message.walk()
        if not part.is_multipart()
    ]
    heads = [str(value) for name, value in message.items() if name != "Message-ID"]
    words = " ".join([*heads, *(part.replace("\r\n ", "") for part in parts)])
    found = re.findall(r"[\w.+-]+@[\w.-]+", words)
    return {each for each in found if not each.startswith("meeting-")}
