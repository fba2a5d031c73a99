"""Letters about meetings: nothing owed is lost, what they say is true when they are sent, and one says all."""

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import insert, update

from definitions.chain import Audience, ReminderKind
from definitions.terms import Role
from notifications.kinds import Kind
from tests.support.outbox_scenario import CHAIN, PostRoom, rule
from workflow import actions
from workflow.domain.deliveries import State
from workflow.domain.meetings import MeetingForm
from workflow.store.tables import BodyRecord, ChainText, Plan, Version

INVITED = ["head", "one", "secretary", "two"]
MEMBERS = ["head", "one", "two"]


def got(room: PostRoom, who: str) -> list[EmailMessage]:
    """The letters that this person got, oldest first."""
    mails = zip(room.sink.to, room.sink.mails, strict=True)
    return [mail for address, mail in mails if address.partition("@")[0] == who]


def words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return f"{mail['Subject']}\n{body.get_content()}"


def entry(mail: EmailMessage) -> Any:
    (file,) = mail.iter_attachments()
    return Calendar.from_ical(file.get_payload(decode=True))


def people(room: PostRoom) -> list[str]:
    return sorted(address.partition("@")[0] for address in room.sink.to)


# --- nothing owed is lost --------------------------------------------------------------------------------


def test_a_meeting_moved_and_moved_back_while_a_reminder_waited_is_reminded_of(room: PostRoom) -> None:
    meeting = room.meeting("2023-06-12 14:00")
    room.quiet().at("2023-06-07 09:00")
    room.sink.mode = "delay"
    room.tick()
    room.move(meeting, "2023-06-20 14:00")
    room.at("2023-06-07 09:10").move(meeting, "2023-06-12 14:00")
    room.sink.mode = "accept"
    for hours in range(0, 120, 4):
        room.now += timedelta(hours=4 if hours else 0)
        room.tick()
    last = [words(got(room, who)[-1]) for who in MEMBERS]
    assert all("令和5年6月12日（月）14:00" in text for text in last)


def test_a_reminder_due_again_after_a_move_back_goes_out_on_its_day(room: PostRoom) -> None:
    meeting = room.meeting("2023-06-26 14:00")
    room.quiet()
    room.at("2023-06-21 09:00").quiet()
    room.at("2023-06-21 10:00").move(meeting, "2023-07-20 14:00")
    room.quiet()
    room.at("2023-06-21 11:00").move(meeting, "2023-06-29 14:00")
    room.quiet()
    room.at("2023-06-26 09:00").tick()
    assert people(room) == MEMBERS


def test_a_reminder_for_the_hour_of_the_meeting_goes_an_hour_before(room: PostRoom) -> None:
    _rules(room, rule("today", ReminderKind.MEETING, Audience.MEMBERS, "当日 08:30"))
    room.meeting("2023-06-12 08:30")
    room.quiet().at("2023-06-12 07:29").tick()
    assert room.sink.to == []
    room.at("2023-06-12 07:30").tick()
    assert people(room) == MEMBERS
    room.at("2023-06-12 09:00").tick()
    assert room.states(Kind.MEETING) == [State.SENT] * 3


def test_an_invitation_goes_out_when_the_scheduler_stood_still_for_sixteen_days(room: PostRoom) -> None:
    room.meeting("2023-06-30 14:00")
    room.at("2023-06-17 09:00").tick()
    assert people(room) == INVITED


def test_a_body_named_by_a_chain_without_reminders_takes_the_rules_of_what_is_on_the_agenda(
    room: PostRoom,
) -> None:
    bare = CHAIN.model_copy(update={"key": "bare", "reminders": ()})
    with room.office.writing() as db:
        db.execute(insert(ChainText).values(sha256="d" * 64, key="bare", text=bare.canonical_json()))
        db.execute(update(BodyRecord).values(chain_sha256="d" * 64))
    room.item(room.meeting())
    room.meeting("2023-06-12 16:00", title="議題のない会議")
    room.quiet().at("2023-06-07 09:00").tick()
    assert people(room) == MEMBERS
    assert {line.meeting for line in room.lines(Kind.MEETING)} == {"第1回 情報化推進部会"}


# --- what a letter says is true --------------------------------------------------------------------------


def test_a_meeting_moved_twice_is_told_from_the_day_this_person_knew(room: PostRoom) -> None:
    meeting = room.meeting("2023-06-12 14:00")
    room.quiet()
    room.at("2023-06-02 09:00").move(meeting, "2023-06-20 14:00")
    room.at("2023-06-02 09:05").move(meeting, "2023-06-27 14:00")
    room.tick()
    (mail,) = got(room, "one")
    assert "変更前の日時　令和5年6月12日（月）14:00" in words(mail) and "6月20日" not in words(mail)
    assert entry(mail).walk("VEVENT")[0]["SEQUENCE"] == 2


def test_a_move_there_and_back_before_anybody_was_told_tells_nobody_of_a_change_of_day(
    room: PostRoom,
) -> None:
    meeting = room.meeting("2023-06-12 14:00")
    room.quiet()
    room.at("2023-06-02 09:00").move(meeting, "2023-06-20 14:00")
    room.at("2023-06-02 09:05").move(meeting, "2023-06-12 14:00")
    room.tick()
    (mail,) = got(room, "one")
    assert "変更前の日時" not in words(mail) and "令和5年6月12日（月）14:00" in words(mail)


def test_a_changed_room_is_told_with_the_old_one_and_waiting_reminders_name_the_new(room: PostRoom) -> None:
    meeting = room.meeting("2023-06-12 14:00", place="第一委員会室")
    room.quiet().at("2023-06-06 09:00").move(meeting, "2023-06-12 14:00", place="大会議室")
    room.tick()
    (mail,) = got(room, "one")
    assert "変更前の場所　第一委員会室" in words(mail) and "場　所　大会議室" in words(mail)
    room.quiet().at("2023-06-07 09:00").tick()
    assert "場　所　大会議室" in words(got(room, "one")[-1])


def test_who_was_never_told_of_a_meeting_is_invited_to_it_and_not_told_of_its_change(room: PostRoom) -> None:
    room.sink.refused = {"one@city.example.jp"}
    meeting = room.meeting("2023-06-12 14:00")
    room.quiet()
    room.sink.refused = set()
    room.at("2023-06-02 09:00").move(meeting, "2023-06-20 14:00")
    room.tick()
    (first,), (other,) = got(room, "one"), got(room, "two")
    assert str(first["Subject"]).startswith("【会議の御案内】") and "変更" not in words(first)
    assert str(other["Subject"]).startswith("【会議の変更】")


def test_a_cancelled_meeting_nobody_was_told_of_is_told_to_nobody(room: PostRoom) -> None:
    meeting = room.meeting()
    room.cancel(meeting)
    room.tick()
    assert room.sink.to == []
    assert set(room.states()) == {State.DROPPED}


@pytest.mark.parametrize(
    ("status", "remark"),
    [("withdrawn", "計画が取り下げられたため、審議しません"), ("suspended", "計画が中断しているため")],
)
def test_an_item_that_will_not_be_dealt_with_is_not_announced_for_deliberation(
    room: PostRoom, status: str, remark: str
) -> None:
    room.item(room.meeting())
    with room.office.writing() as db:
        db.execute(update(Plan).values(status=status))
    room.tick()
    text = words(got(room, "one")[0])
    assert remark in text and "【審議】" not in text and "aaaaaaaaaaaa" not in text


def test_an_item_whose_text_was_replaced_says_so_and_names_no_old_hash(room: PostRoom) -> None:
    room.item(room.meeting())
    with room.office.writing() as db:
        db.execute(
            insert(Version).values(
                id=2, plan_id=1, number=2, stage="outline", visit=1, sha256="a" * 64, filename="新.docx",
                note="", added_by=5, added_at=room.now,
            )
        )  # fmt: skip
    room.tick()
    text = words(got(room, "one")[0])
    assert "新しい第2版があります" in text and "aaaaaaaaaaaa" not in text


# --- one letter says all ---------------------------------------------------------------------------------


def test_a_meeting_called_at_short_notice_brings_one_letter(room: PostRoom) -> None:
    room.at("2023-06-08 10:00").meeting("2023-06-12 14:00")
    room.tick()
    room.at("2023-06-08 10:01").tick()
    assert people(room) == INVITED


def test_after_a_move_to_a_near_day_the_notice_of_it_is_the_only_letter(room: PostRoom) -> None:
    meeting = room.meeting("2023-06-26 14:00")
    room.quiet()
    room.at("2023-06-08 10:00").move(meeting, "2023-06-12 14:00")
    room.tick()
    room.at("2023-06-08 10:01").tick()
    assert people(room) == INVITED


def test_after_a_week_of_standing_still_each_person_gets_one_letter_about_a_meeting(room: PostRoom) -> None:
    _rules(
        room,
        rule("five", ReminderKind.MEETING, Audience.MEMBERS, "5営業日前 09:00"),
        rule("three", ReminderKind.MEETING, Audience.MEMBERS, "3営業日前 09:00"),
        rule("office", ReminderKind.AGENDA_DEADLINE, Audience.SECRETARIAT, "4営業日前 09:00"),
    )
    room.meeting("2023-06-12 14:00")
    room.at("2023-06-08 09:00").tick()
    assert people(room) == INVITED
    dropped = [line for line in room.lines() if line.state is State.DROPPED]
    assert dropped and all("別の通知に含めました" in (line.error or "") for line in dropped)
    room.at("2023-06-08 09:01").tick()
    assert people(room) == INVITED


# --- who comes and goes ----------------------------------------------------------------------------------


def test_who_joins_a_body_is_invited_to_its_meetings_to_come(room: PostRoom) -> None:
    room.meeting("2023-06-12 14:00")
    room.quiet().at("2023-06-05 09:00")
    actions.seat(room.office, "admin", "tanto", "bukai", Role.MEMBER, date(2023, 6, 5), now=room.now)
    room.tick()
    (mail,) = got(room, "tanto")
    assert str(mail["Subject"]).startswith("【会議の御案内】")
    assert entry(mail)["METHOD"] == "REQUEST"
    assert people(room) == ["tanto"]


def test_who_leaves_a_body_is_told_that_there_is_nothing_to_attend(room: PostRoom) -> None:
    room.meeting("2023-06-12 14:00")
    room.quiet().at("2023-06-05 09:00")
    actions.end_terms(room.office, "admin", "one", date(2023, 6, 5), now=room.now)
    room.tick()
    (mail,) = got(room, "one")
    assert str(mail["Subject"]).startswith("【御出席不要】") and entry(mail)["METHOD"] == "CANCEL"
    assert people(room) == ["one"]
    room.quiet().at("2023-06-07 09:00").tick()
    assert people(room) == ["head", "two"]


def test_who_leaves_after_the_meeting_is_still_invited(room: PostRoom) -> None:
    room.meeting("2023-06-12 14:00")
    room.quiet().at("2023-06-05 09:00")
    actions.end_terms(room.office, "admin", "one", date(2023, 6, 30), now=room.now)
    room.tick()
    assert room.sink.to == []


def test_no_letter_shows_the_address_of_another_member(room: PostRoom) -> None:
    """Only that of the 事務局, to whom replies go."""
    room.meeting()
    room.meeting("2023-06-01 09:00", ends="2023-06-09 17:00", form=MeetingForm.IN_WRITING)
    room.tick()
    for address, raw in zip(room.sink.to, room.sink.raw, strict=True):
        for part in _parts(raw):
            others = {f"{who}@city.example.jp" for who in ("head", "one", "two")} - {address}
            assert not [each for each in others if each in part]


def _parts(raw: bytes) -> Iterator[str]:
    for part in message_from_bytes(raw).walk():
        content = part.get_payload(decode=True)
        yield str(part.as_string())
        yield content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


def _rules(room: PostRoom, *rules: Any) -> None:
    """Let the body and the plan follow the chain with these rules."""
    text = CHAIN.model_copy(update={"reminders": rules}).canonical_json()
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    with room.office.writing() as db:
        db.execute(insert(ChainText).values(sha256=sha256, key="demo", text=text))
        db.execute(update(BodyRecord).values(chain_sha256=sha256))
        db.execute(update(Plan).values(chain_sha256=sha256))
