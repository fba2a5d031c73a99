"""A person gets one mail about meetings in a round, however many meetings there are: it holds every letter."""

from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any

import pytest
from icalendar import Calendar

from tests.support.outbox_scenario import PostRoom
from workflow.actions.rsvp import linked_rsvp
from workflow.domain.deliveries import State


def test_three_meetings_called_in_one_round_are_one_mail_each(room: PostRoom) -> None:
    for number in (1, 2, 3):
        room.meeting(f"2023-06-{11 + number} 14:00", title=f"第{number}回 情報化推進部会")
    assert room.tick().sent == 12
    assert sorted(room.sink.to) == [f"{key}@city.example.jp" for key in ("head", "one", "secretary", "two")]
    mail = of(room, "one")
    assert mail["Subject"] == "【会議のお知らせ】3件（第1回 情報化推進部会 ほか）"
    for text in words(mail):
        assert [text.count(f"第{number}回 情報化推進部会") >= 2 for number in (1, 2, 3)] == [True] * 3
        assert text.count("このメールはシステムから自動でお送りしています") == 1, "the same foot once"
        assert "invite-2.ics" in text
    calendars = files(mail)
    assert sorted(calendars) == ["invite-1.ics", "invite-2.ics", "invite-3.ics"]
    assert len({event["UID"] for each in calendars.values() for event in each.walk("VEVENT")}) == 3
    assert {str(each["METHOD"]) for each in calendars.values()} == {"REQUEST"}


def test_everything_in_it_counts_as_told(room: PostRoom) -> None:
    moved, other = room.meeting(), room.meeting("2023-06-13 14:00", title="第2回 情報化推進部会")
    room.quiet()
    room.move(moved, "2023-06-20 14:00")
    room.cancel(other)
    room.tick()
    mail = of(room, "one")
    [text, _] = words(mail)
    assert "第1回 情報化推進部会" in text
    assert {str(each["METHOD"]) for each in files(mail).values()} == {"REQUEST", "CANCEL"}
    room.tick()
    assert len(room.sink.raw) == 4, "nothing is told twice"


def test_what_one_letter_has_alone_stays_as_it_is_in_a_mail_of_its_own(room: PostRoom) -> None:
    """One calendar entry in a mail of two letters is still among the alternatives, where Outlook shows its card."""
    room.meeting("2023-06-12 14:00")
    room.quiet()
    room.at("2023-06-07 09:00").meeting("2023-06-20 14:00", title="第2回 情報化推進部会")
    room.tick()
    mail = of(room, "one")
    assert mail["Subject"] == "【会議のお知らせ】2件（第2回 情報化推進部会 ほか）"
    [card] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert card.get_param("method") == "REQUEST"
    assert list(files(mail)) == ["invite.ics"]


def test_the_links_to_answer_in_it_all_work(room: PostRoom) -> None:
    meetings = [room.meeting(f"2023-06-{11 + number} 14:00", title=f"第{number}回 部会") for number in (1, 2)]
    room.tick()
    tokens = {
        line.rpartition("/")[2] for line in words(of(room, "one"))[0].splitlines() if "/answer/" in line
    }
    with room.office.reading() as db:
        asked = {linked_rsvp(db, token, room.now).meeting.id for token in tokens}
    assert sorted(asked) == meetings
    assert not any(room.stored()), "a mail with a secret link is never kept"


@pytest.mark.parametrize("mode", ["refuse", "delay"])
def test_what_the_server_refuses_is_refused_whole(room: PostRoom, mode: str) -> None:
    room.meeting()
    room.meeting("2023-06-13 14:00", title="第2回 情報化推進部会")
    room.sink.mode = mode
    room.tick()
    assert set(room.states()) == ({State.FAILED} if mode == "refuse" else {State.PENDING})
    room.sink.mode = "accept"
    if mode == "delay":
        room.now = room.due()
        room.tick()
        assert len(room.sink.raw) == 4
        assert set(room.states()) == {State.SENT}


def of(room: PostRoom, person: str) -> EmailMessage:
    """The one mail to the person."""
    [mail] = [
        each for each in room.sink.mails if getaddresses([each["To"]])[0][1] == f"{person}@city.example.jp"
    ]
    return mail


def words(mail: EmailMessage) -> list[str]:
    return [str(mail.get_body((kind,)).get_content()) for kind in ("plain", "html")]  # type: ignore[union-attr]


def files(mail: EmailMessage) -> dict[str | None, Any]:
    return {
        part.get_filename(): Calendar.from_ical(part.get_payload(decode=True))
        for part in mail.iter_attachments()
    }
