"""Answers that calendars mail to the office's inbox: on a real IMAP server, from people and from whoever else writes."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from notifications.calendar_replies import LARGEST, read_reply
from notifications.inbox import AT_ONCE, Inbox, InboxGone, Received
from notifications.scheduler import answers as take_answers
from tests.notifications.test_rsvp_letters import ONE, mail_to
from tests.notifications.test_secretariat import entry
from tests.support.imap_server import ADDRESS, NO_IMAP_SERVER, PASSWORD, Mailbox, has_imap_server, imap_server
from tests.support.outbox_scenario import PostRoom
from workflow import actions
from workflow.actions import GivenRsvp
from workflow.cli.options import mail_settings
from workflow.domain.errors import ReplyNotTaken
from workflow.domain.rsvp import Intent, Way
from workflow.queries.meetings import meeting as meeting_of
from workflow.queries.rsvp import Answer, answers, mails_set_aside
from workflow.store.settings import settings

DOMAIN = "city.example.jp"


def a_reply(
    meeting: int,
    status: str = "ACCEPTED",
    *,
    attendee: str = ONE,
    sender: str | None = None,
    starts: str = "20230612T050000Z",
    stamp: str = "20230601T000000Z",
    sequence: int = 0,
    comment: str = "",
    method: str = "REPLY",
    uid: str = "",
    attendees: int = 1,
) -> bytes:
    """The mail of a calendar program that answers."""
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Calendar//EN", f"METHOD:{method}", "BEGIN:VEVENT"),
        *(f"UID:{uid or f'meeting-{meeting}@{DOMAIN}'}", f"SEQUENCE:{sequence}", f"DTSTAMP:{stamp}"),
        *([f"DTSTART:{starts}"] if starts else []),
        f"ORGANIZER:mailto:{ADDRESS}",
        *([f"ATTENDEE;PARTSTAT={status}:mailto:{attendee}"] * attendees),
        *([f"COMMENT:{comment}"] if comment else []),
        *("END:VEVENT", "END:VCALENDAR", ""),
    ]
    mail = EmailMessage()
    mail["From"] = f"職員 <{sender or attendee}>"
    mail["To"], mail["Subject"] = ADDRESS, "承諾: 第1回 情報化推進部会"
    mail.set_content("承諾します。")
    mail.add_alternative("\r\n".join(lines).encode(), maintype="text", subtype="calendar")
    return mail.as_bytes()


@pytest.fixture(scope="session")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    if not has_imap_server():
        pytest.skip(NO_IMAP_SERVER)
    with imap_server(tmp_path_factory.mktemp("imap") / "server") as found:
        yield found


@pytest.fixture
def posted(room: PostRoom, mailbox: Mailbox) -> PostRoom:
    """The office, whose inbox is read and empty."""
    room.set(inbox=mailbox.inbox)
    while take(room) != Received():
        pass
    return room


def take(room: PostRoom) -> Received:
    return take_answers(room.office, room.settings, lambda: room.now)


def answer(room: PostRoom, meeting: int, member: int = 2) -> Answer | None:
    with room.office.reading() as db:
        return answers(db, meeting_of(db, meeting)).get(member)


def set_aside(room: PostRoom) -> list[str]:
    with room.office.reading() as db:
        return [each.why for each in mails_set_aside(db)]


def test_an_answer_by_calendar_counts(posted: PostRoom, mailbox: Mailbox) -> None:
    meeting = posted.meeting()
    mailbox.put(a_reply(meeting, "DECLINED", comment="出張のため"))
    assert take(posted) == Received(taken=1)
    found = answer(posted, meeting)
    assert found and (found.intent, found.way, found.remark, found.by_key) == (
        Intent.ABSENT, Way.CALENDAR, "出張のため", "one",
    )  # fmt: skip
    assert mailbox.unread() == 0 and take(posted) == Received(), "it is read once"


def test_the_calendar_answers_to_the_address_that_the_invitation_names(posted: PostRoom) -> None:
    posted.meeting()
    posted.tick()
    invitation = mail_to(posted, ONE)
    assert str(entry(invitation)["ORGANIZER"]) == f"mailto:{ADDRESS}"
    assert invitation["Reply-To"].addresses[0].addr_spec == "secretary@city.example.jp"


def test_a_mail_that_is_no_answer_of_ours_is_set_aside_in_words(posted: PostRoom, mailbox: Mailbox) -> None:
    meeting = posted.meeting()
    foreign = EmailMessage()
    foreign["From"], foreign["Subject"] = "誰か <someone@example.net>", "=?utf-8?b?4oCu?= 御案内"
    foreign.set_content("広告です。")
    mailbox.put(foreign.as_bytes())
    mailbox.put(a_reply(meeting, attendee="stranger@example.net"))
    assert take(posted) == Received(set_aside=2)
    assert set_aside(posted) == [
        "「第1回 情報化推進部会」に招かれた委員の電子メールではありません",
        "予定表からの回答ではありません",
    ]
    with posted.office.reading() as db:
        [_, first] = mails_set_aside(db)
    assert "someone@example.net" in first.sender and first.subject.endswith("御案内")
    assert answer(posted, meeting) is None


def test_a_huge_mail_is_not_read_and_the_others_are(posted: PostRoom, mailbox: Mailbox) -> None:
    meeting = posted.meeting()
    mailbox.put(a_reply(meeting) + b"x" * LARGEST)
    mailbox.put(a_reply(meeting))
    assert take(posted) == Received(taken=1, set_aside=1)
    assert set_aside(posted) == ["大きすぎるメールです"]


def test_so_many_mails_are_read_in_one_turn_and_the_rest_in_the_next(
    posted: PostRoom, mailbox: Mailbox
) -> None:
    for _ in range(AT_ONCE + 3):
        mailbox.put(b"From: a@example.net\r\nSubject: x\r\n\r\nx\r\n")
    assert (take(posted).set_aside, take(posted).set_aside, take(posted)) == (AT_ONCE, 3, Received())


def test_an_inbox_that_cannot_be_read_says_so_without_the_password(posted: PostRoom) -> None:
    right = posted.settings.inbox
    assert right is not None
    for wrong in ({"port": 1}, {"password": "machigai-no-kotoba"}, {"folder": "回答 & その他"}):
        posted.set(inbox=replace(right, **wrong))
        with pytest.raises(InboxGone, match="受信箱を読めません") as refused:
            take(posted)
        assert PASSWORD not in refused.value.message and "machigai" not in refused.value.message
    assert PASSWORD not in repr(posted.settings)


# --- what counts, without a server ---------------------------------------------------------------------------


def given(room: PostRoom, mail: bytes) -> None:
    actions.give_rsvp_by_calendar(room.office, read_reply(mail, DOMAIN), now=room.now)


def test_an_answer_for_another_time_does_not_count(room: PostRoom) -> None:
    meeting = room.meeting()
    reply = a_reply(meeting)
    room.move(meeting, "2023-06-20 14:00")
    for mail in (reply, a_reply(meeting, starts="")):
        with pytest.raises(ReplyNotTaken, match="変更前の日時への回答"):
            given(room, mail)
    given(room, a_reply(meeting, starts="", sequence=1))
    given(room, a_reply(meeting, "DECLINED", starts="20230620T050000Z"))
    assert (found := answer(room, meeting)) and found.intent is Intent.ABSENT


def test_an_answer_that_was_given_before_the_newest_one_does_not_undo_it(room: PostRoom) -> None:
    meeting = room.meeting()
    room.now += timedelta(hours=1)
    actions.give_rsvp(room.office, "one", meeting, GivenRsvp(Intent.ABSENT), now=room.now)
    with pytest.raises(ReplyNotTaken, match="その後に、別の回答（欠席）があります"):
        given(room, a_reply(meeting, "ACCEPTED", stamp="20230601T000100Z"))
    given(room, a_reply(meeting, "ACCEPTED", stamp="20230601T020000Z"))
    assert (found := answer(room, meeting)) and found.intent is Intent.ATTENDS


def test_two_people_at_one_address_cannot_answer_by_it(room: PostRoom) -> None:
    meeting = room.meeting()
    room.change(3, email=ONE)
    with pytest.raises(ReplyNotTaken, match="招かれた委員の電子メールではありません"):
        given(room, a_reply(meeting))


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"status": "TENTATIVE"}, "仮の予定"),
        ({"status": "NEEDS-ACTION"}, "どちらでもない"),
        ({"method": "REQUEST"}, "予定表からの回答ではありません"),
        ({"uid": f"meeting-1@{DOMAIN}.example.net"}, "この庁の会議への回答ではありません"),
        ({"uid": f"meeting-99999999999@{DOMAIN}"}, "この庁の会議への回答ではありません"),
        ({"sender": "two@city.example.jp"}, "差出人が、回答した本人ではありません"),
        ({"attendees": 2}, "一人の回答ではありません"),
        ({"attendees": 0}, "一人の回答ではありません"),
        ({"starts": "nonsense"}, "読み取れない"),
        ({"sequence": "x"}, "読み取れない"),
    ],
)
def test_what_is_no_answer_is_refused_in_words(how: dict[str, object], words: str) -> None:
    with pytest.raises(ReplyNotTaken, match=words):
        read_reply(a_reply(1, **how), DOMAIN)  # type: ignore[arg-type]


def _nested(depth: int) -> bytes:
    heads = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth)
    )
    return (
        b"From: one@city.example.jp\r\n" + heads + b"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n"
    )


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"\0" * 1000,
        b"\xff\xfe" * 500,
        b"From: a@b, c@d\r\nContent-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\n",
        b"From: a@b\r\nContent-Type: text/calendar; charset=nonsense\r\nContent-Transfer-Encoding: base64\r\n\r\n!!",
        b"From: a@b\r\nContent-Type: text/calendar\r\n\r\n" + b"BEGIN:VEVENT\r\n" * 20_000,
        b"From: a@b\r\n" + b"X: y\r\n" * 30_000 + b"\r\n",
        _nested(60),
        _nested(4000),
        b"x" * (LARGEST + 1),
    ],
    ids=range(10),
)
def test_no_hostile_mail_breaks_the_reading(mail: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(ReplyNotTaken):
        read_reply(mail, DOMAIN)
    assert time.monotonic() - began < 10


def test_the_password_is_read_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password").write_text("himitsu\n", "utf-8")
    for name, value in {"HOST": "imap.example.jp", "USER": "answers@example.jp", "FOLDER": "回答"}.items():
        monkeypatch.setenv(f"SAKUTEI_IMAP_{name}", value)
    monkeypatch.setenv("SAKUTEI_IMAP_PASSWORD_FILE", str(tmp_path / "password"))
    found = mail_settings(settings()).inbox
    assert isinstance(found, Inbox) and (found.password, found.address) == ("himitsu", "answers@example.jp")
    assert "himitsu" not in repr(found) and "himitsu" not in repr(settings())
