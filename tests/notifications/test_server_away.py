"""A mail server that is away or takes nothing from us: nothing is given up, somebody is told, and what can still be in
time goes by itself when it is back."""

from datetime import timedelta

import pytest

from notifications.kinds import Kind
from tests.support.outbox_scenario import PostRoom
from workflow.domain.calendar import parse_moment
from workflow.domain.deliveries import State
from workflow.queries.pulse import PulseFact, mail_pulse


def pulse(room: PostRoom) -> PulseFact:
    with room.office.reading() as db:
        return mail_pulse(db, room.now)


def ticks(room: PostRoom, *, every: timedelta, until: str) -> None:
    while room.now < parse_moment(until):
        room.tick()
        room.now += every


@pytest.mark.parametrize("away", ["2023-06-01 14:30", "2023-06-05 09:00"])
def test_a_server_away_for_hours_or_days_loses_nothing(room: PostRoom, away: str) -> None:
    room.set(smtp_port=1).meeting()
    ticks(room, every=timedelta(minutes=29), until=away)
    assert room.states() == [State.PENDING] * 4
    trouble = pulse(room)
    assert "メールサーバーに接続できません" in str(trouble.trouble) and not trouble.sends
    room.set(smtp_port=room.sink.port).now += timedelta(minutes=10)
    assert room.tick().sent == 4
    assert pulse(room).sends


def test_all_that_waits_goes_with_the_first_mail_that_is_taken(room: PostRoom) -> None:
    room.set(smtp_port=1).meeting()
    for _ in range(6):
        room.tick()
        room.now = room.due()
    room.tick()
    room.set(smtp_port=room.sink.port).meeting("2023-06-14 10:00", title="第2回")
    assert room.tick().sent == 8, "also those whose next try was minutes away"


def test_what_came_too_late_while_the_server_was_away_is_listed_as_missed(room: PostRoom) -> None:
    room.meeting()
    room.quiet().set(smtp_port=1).at("2023-06-07 09:00").tick()
    room.set(smtp_port=room.sink.port).at("2023-06-12 14:01").tick()
    assert room.states(Kind.MEETING) == [State.MISSED] * 3


@pytest.mark.parametrize(
    ("stage", "answer"),
    [
        ("at_mail", "550 5.7.1 not allowed to send"),
        ("at_mail", "451 4.3.0 try later"),
        ("at_rcpt", "530 5.7.0 Authentication required"),
        ("at_rcpt", "550 5.1.8 Domain of sender address not found"),
        ("at_rcpt", "553 5.7.1 Sender address rejected: not owned by user"),
    ],
)
def test_a_sender_who_is_refused_is_no_fault_of_the_recipients(
    room: PostRoom, stage: str, answer: str
) -> None:
    setattr(room.sink, stage, answer)
    room.meeting()
    assert room.tick().failed == 0
    assert room.states() == [State.PENDING] * 4
    assert answer[:9] in str(pulse(room).trouble)
    setattr(room.sink, stage, "")
    room.now = room.due()
    assert room.tick().sent == 4, "by itself, once it is mended"
    assert len(room.ids()) == len(set(room.ids())) == 4


def test_an_address_that_the_server_does_not_relay_to_waits_alone(room: PostRoom) -> None:
    room.sink.unrelayed = {"one@city.example.jp"}
    room.meeting()
    done = room.tick()
    assert (done.sent, done.held, done.failed) == (3, 1, 0)
    assert any("中継" in line.error for line in room.lines() if line.error)
    room.sink.unrelayed = set()
    room.now = room.due()
    assert room.tick().sent == 1, "by itself, once it is mended"


def test_a_server_that_takes_one_mail_after_the_other_later_is_asked_no_more(room: PostRoom) -> None:
    room.sink.mode = "delay"
    room.members(16).meeting()
    assert room.tick().delayed == 20
    assert len(room.sink.delayed) == 10 and "greylisted" in str(pulse(room).trouble)
    room.sink.mode = "accept"
    room.now += timedelta(minutes=1)
    assert room.tick().sent == 20


def test_each_round_leaves_its_mark_and_a_stop_is_seen(room: PostRoom) -> None:
    assert pulse(room).silent and pulse(room).at is None
    room.tick()
    began = room.now
    assert not pulse(room).silent
    room.now += timedelta(hours=4)
    assert pulse(room).silent and pulse(room).at == began
    room.tick()
    assert not pulse(room).silent
