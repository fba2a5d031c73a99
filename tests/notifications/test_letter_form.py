"""The form of a letter: its headers, its parts, the calendar entry in it and its look."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from notifications import outbox, resending
from notifications.composing import Letter, Stationery
from notifications.kinds import Kind
from notifications.look import dressed
from notifications.mail_settings import MailSettings
from tests.support.outbox_scenario import PostRoom
from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions
from workflow.domain.calendar import parse_moment
from workflow.domain.errors import BadInput
from workflow.domain.meetings import MeetingForm
from workflow.domain.validation import an_address

NOW = parse_moment("2023-06-01 09:00")


def settings(folder: Path, **more: Any) -> MailSettings:
    return MailSettings(
        **{"sender": "s@city.example.jp", "office_name": "○○区 本庁 Office", "domain": "city.example.jp",
           "mail_folder": folder / "mail"} | more
    )  # fmt: skip


def a_letter(name: str = "委員 一郎", address: str = "one@city.example.jp", plan: str = "計画") -> Letter:
    context = {"plan": plan, "key": "dx", "closes_on": "令和5年6月30日（金）"}
    return Letter(Kind.COMMENT_CLOSING, name, address, context)


def mail_of(room: PostRoom) -> EmailMessage:
    return room.sink.mails[-1]


_SIGNS = st.text(alphabet="DX計画 の2025（ー）。ｱa é🙂区 ", min_size=1, max_size=90)


@given(plan=_SIGNS, name=_SIGNS)
def test_no_space_of_a_header_is_lost_and_no_encoded_word_is_too_long(
    tmp_path_factory: pytest.TempPathFactory, plan: str, name: str
) -> None:
    stationery = Stationery(settings(tmp_path_factory.getbasetemp()))
    letter = a_letter(name.strip() or "名", plan=plan)
    raw = stationery.write(letter, "claim", NOW)
    head = raw.partition(b"\r\n\r\n")[0]
    assert all(len(word) <= 75 for word in re.findall(rb"=\?[^?]+\?[^?]+\?[^?]*\?=", head))
    assert all(len(line) <= 78 for line in head.split(b"\r\n") if not line.startswith(b"Message-ID"))
    read = message_from_bytes(raw, policy=policy.compat32)
    assert str(make_header(decode_header(read["Subject"]))) == stationery.subject(letter)
    modern = message_from_bytes(raw, policy=policy.default)
    assert modern["To"].addresses[0].addr_spec == "one@city.example.jp"
    assert str(make_header(decode_header(parseaddr(read["To"])[0]))) == (name.strip() or "名")
    assert modern["From"].addresses[0].display_name == "○○区 本庁 Office"


def test_a_letter_says_that_no_robot_is_to_answer(room: PostRoom) -> None:
    room.meeting()
    room.tick()
    assert mail_of(room)["Auto-Submitted"] == "auto-generated"
    assert "OOF" in mail_of(room)["X-Auto-Response-Suppress"]


def test_the_calendar_entry_is_one_of_the_alternatives_and_a_file(room: PostRoom) -> None:
    """Outlook shows the card of a text/calendar beside text and HTML; other programs open the file."""
    room.meeting()
    room.tick()
    mail = mail_of(room)
    assert mail.get_content_type() == "multipart/mixed"
    alternatives, file = mail.iter_parts()
    kinds = [part.get_content_type() for part in alternatives.iter_parts()]
    assert (alternatives.get_content_type(), kinds) == (
        "multipart/alternative",
        ["text/plain", "text/html", "text/calendar"],
    )
    card = list(alternatives.iter_parts())[-1]
    assert card.get_param("method") == "REQUEST" and card.get_content_disposition() is None
    assert (file.get_content_type(), file.get_filename()) == ("application/ics", "invite.ics")
    assert card.get_payload(decode=True) == file.get_payload(decode=True)


def test_a_meeting_in_writing_is_a_day_in_the_calendar_the_last_one_to_answer(room: PostRoom) -> None:
    room.meeting("2023-06-01 09:00", ends="2023-06-09 17:00", form=MeetingForm.IN_WRITING)
    room.tick()
    entry = _entry(mail_of(room))
    assert (entry["DTSTART"].to_ical(), entry["DTEND"].to_ical()) == (b"20230609", b"20230610")
    assert entry["SUMMARY"].startswith("回答期限: ") and entry["TRANSP"] == "TRANSPARENT"


def test_the_address_of_a_meeting_online_can_be_clicked(room: PostRoom) -> None:
    room.meeting(place="オンライン https://meet.example.jp/a?b=1&c=2 （入室は10分前から）")
    room.tick()
    html = mail_of(room).get_body(("html",))
    assert html is not None
    assert re.search(r'href="https://meet\.example\.jp/a\?b=1&amp;c=2"[^>]*>https://meet', html.get_content())
    assert _entry(mail_of(room))["URL"] == "https://meet.example.jp/a?b=1&c=2"


def test_a_calendar_rings_when_the_office_chose_so(room: PostRoom) -> None:
    room.meeting()
    room.tick()
    assert not _entry(mail_of(room)).walk("VALARM")
    room.set(alarm=30)
    room.meeting("2023-06-14 14:00")
    room.tick()
    (alarm,) = _entry(mail_of(room)).walk("VALARM")
    assert alarm["TRIGGER"].dt == timedelta(minutes=-30)


def test_a_letter_sent_again_by_hand_says_so_and_has_an_id_of_its_own(room: PostRoom) -> None:
    room.meeting()
    room.tick()
    first = {mail["Message-ID"] for mail in room.sink.mails}
    with room.office.reading() as db:
        line = outbox.listing(db)[0]
    for _ in range(2):
        resending.resend(room.office, "admin", line.id, now=room.now)
        room.tick()
    again = room.sink.mails[len(first) :]
    assert [mail["Subject"].startswith("【再送】【会議の御案内】") for mail in again] == [True, True]
    assert len({mail["Message-ID"] for mail in again} | first) == len(first) + 2


def test_an_address_in_japanese_letters_is_sent_to_in_its_ascii_form(tmp_path: Path) -> None:
    assert an_address("電子メール", "taro@例え.jp") == "taro@例え.jp"
    raw = Stationery(settings(tmp_path)).write(a_letter(address="taro@例え.jp"), "claim", NOW)
    assert b"<taro@xn--r8jz45g.jp>" in raw
    for wrong in ("太郎@例え.jp", "taro@", "taro@a b.jp", "taro@例え.jp\nBcc: x@y.jp", "@例え.jp"):
        with pytest.raises(BadInput):
            an_address("電子メール", wrong)


def test_a_mail_to_an_address_in_japanese_letters_arrives_and_holds_up_no_other(room: PostRoom) -> None:
    room.change(2, email="one@例え.jp")
    room.meeting()
    room.tick()
    assert sorted(room.sink.to) == [
        *("head@city.example.jp", "one@xn--r8jz45g.jp", "secretary@city.example.jp", "two@city.example.jp"),
    ]


def test_the_look_of_a_letter_stands_in_its_elements_and_fetches_nothing() -> None:
    page = dressed(
        '<p>a &lt;b&gt; &amp; c</p><p><a class="button" href="https://x/?a=1&amp;b=2">開く</a></p>'
    )
    assert "<p style=" in page and 'class="button"' in page and "a &lt;b&gt; &amp; c" in page
    assert not re.search(r"<(img|link|script|iframe)|url\(|@import", page)
    assert "prefers-color-scheme: dark" in page and "width=device-width" in page


def test_a_template_of_the_office_that_is_a_whole_page_stays_as_it_is() -> None:
    own = "<!DOCTYPE html><html><body><p>町の書式</p></body></html>"
    assert dressed(own) == own


def test_a_feed_answers_to_head(house: House) -> None:
    reader = Browser(house, "joho_bukai_1")
    token = actions.make_feed(house.office, "joho_bukai_1", None, now=house.now)
    answer = reader.client.head(f"/feeds/{token}.ics")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/calendar")
    assert answer.content == b""


def _entry(mail: EmailMessage) -> Any:
    (file,) = mail.iter_attachments()
    return Calendar.from_ical(file.get_payload(decode=True)).walk("VEVENT")[0]
