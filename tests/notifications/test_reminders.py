"""Reminders: once, late, missed, moved, cancelled."""

import threading

from notifications.kinds import Kind
from notifications.outbox import claim
from tests.support.outbox_scenario import PostRoom
from workflow.domain.deliveries import State
from workflow.domain.meetings import MeetingForm
from workflow.store.tables import Meeting

MEMBERS = ["head@city.example.jp", "one@city.example.jp", "two@city.example.jp"]


def test_sent_once_over_many_ticks(room: PostRoom) -> None:
    room.meeting()
    room.quiet().at("2023-06-07 08:59").tick()
    assert room.sink.to == []
    for text in ("2023-06-07 09:00", "2023-06-07 09:01", "2023-06-12 13:59", "2023-06-12 14:30"):
        room.at(text).tick()
    assert sorted(room.sink.to) == MEMBERS
    subject = "【会議のお知らせ】第1回 情報化推進部会（令和5年6月12日（月）14:00）"
    assert {mail["Subject"] for mail in room.sink.mails} == {subject}


def test_two_ticks_at_once_send_once(room: PostRoom) -> None:
    room.sink.mode = "slow"
    room.meeting()
    room.quiet().at("2023-06-07 09:00")
    threads = [threading.Thread(target=room.tick) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(room.sink.to) == MEMBERS


def test_late_is_sent_while_the_meeting_is_to_come(room: PostRoom) -> None:
    room.meeting()
    room.quiet().at("2023-06-12 13:00").tick()
    assert sorted(room.sink.to) == MEMBERS


def test_missed_is_recorded_and_not_sent(room: PostRoom) -> None:
    room.meeting()
    room.quiet().at("2023-06-12 14:00").tick()
    room.tick()
    assert room.sink.to == []
    assert room.states(Kind.MEETING) == [State.MISSED] * 3


def test_meeting_entered_afterwards_owes_nothing(room: PostRoom) -> None:
    room.at("2023-06-13 09:00").meeting("2023-06-12 14:00")
    room.tick()
    assert room.lines() == []


def test_called_after_its_time_is_never_missed(room: PostRoom) -> None:
    room.at("2023-06-12 10:00").meeting()
    room.at("2023-06-12 15:00").tick()
    assert room.states(Kind.MEETING) == []


def test_moved_meeting_reminds_again(room: PostRoom) -> None:
    meeting = room.meeting()
    room.quiet().at("2023-06-07 09:00").tick()
    room.move(meeting, "2023-06-20 10:00")
    room.quiet().at("2023-06-15 09:00").tick()
    room.tick()
    assert sorted(room.sink.to) == MEMBERS
    assert "6月20日" in str(room.sink.mails[0]["Subject"])


def test_reminder_waiting_when_the_meeting_moves_is_dropped(room: PostRoom) -> None:
    meeting = room.meeting()
    room.quiet().at("2023-06-07 09:00")
    assert claim(room.office, room.now) == 3
    room.move(meeting, "2023-06-20 10:00")
    room.tick()
    assert room.states(Kind.MEETING) == [State.DROPPED] * 3
    assert all("変更" in str(mail["Subject"]) for mail in room.sink.mails)


def test_cancelled_meeting_reminds_nobody(room: PostRoom) -> None:
    meeting = room.meeting()
    room.quiet()
    room.cancel(meeting)
    room.quiet().at("2023-06-07 09:00").tick()
    assert room.sink.to == []


def test_unanswered_only_those_who_owe_an_answer(room: PostRoom) -> None:
    meeting = room.meeting("2023-06-01 10:00", ends="2023-06-09 17:00", form=MeetingForm.IN_WRITING)
    item = room.item(meeting)
    room.quiet()
    room.vote(item, 1)
    room.vote(item, 2)
    room.vote(item, 2, "withdrawn", turn=2)
    room.at("2023-06-08 09:00").tick()
    assert sorted(room.sink.to) == MEMBERS[1:]
    assert "回答期限" in room.sink.mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_a_tick_without_log_invents_no_missed(room: PostRoom) -> None:
    with room.office.writing() as db:
        db.add(Meeting(body_key="bukai", title="会", form="in_person", starts_at=room.now, ends_at=room.now,
                       place="室", status="called", sequence=0))  # fmt: skip
    room.at("2023-06-02 09:00").tick()
    assert room.lines() == []


def test_a_clock_that_jumps_back_and_forth_sends_nothing_twice(room: PostRoom) -> None:
    room.meeting()
    room.quiet().at("2023-06-07 09:00").tick()
    for text in ("2023-06-05 09:00", "2023-06-07 09:00", "2022-01-01 09:00", "2023-06-08 09:00"):
        room.at(text).tick()
    assert sorted(room.sink.to) == MEMBERS
    assert set(room.states(Kind.MEETING)) == {State.SENT}
