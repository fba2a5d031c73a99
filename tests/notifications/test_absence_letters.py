"""Letters of a meeting reach who stands in for an absent member too, and say for whom."""

from datetime import date

import pytest

from tests.notifications.test_rsvp_letters import ONE, mail_to, text_of
from tests.support.outbox_scenario import PostRoom
from workflow import actions
from workflow.domain.meetings import MeetingForm

DEPUTY, SAYS = "tanto@city.example.jp", "不在の期間中の職員 oneさんの代理としてお知らせいたします"


@pytest.fixture
def away(room: PostRoom) -> PostRoom:
    """A member is away in the first half of June; `tanto` stands in."""
    actions.name_deputy(
        room.office, "one", "one", "tanto", date(2023, 6, 1), until=date(2023, 6, 15), absence=True, now=room.now
    )  # fmt: skip
    return room


def test_the_invitation_and_the_reminder_reach_both(away: PostRoom) -> None:
    away.meeting()
    away.tick()
    for subject in ("【会議の御案内】", "【会議のお知らせ】"):
        theirs, mine = mail_to(away, DEPUTY), mail_to(away, ONE)
        assert subject in theirs["Subject"] and subject in mine["Subject"]
        assert SAYS in text_of(theirs) and SAYS in text_of(theirs, "html")
        assert "の代理としてお知らせ" not in text_of(mine)
        assert "/answer/" not in text_of(theirs), "the link is the member's own"
        away.at("2023-06-07 09:00").tick()


def test_the_calendar_of_the_deputy_shows_their_own_address_alone(away: PostRoom) -> None:
    away.meeting()
    away.tick()
    assert ONE not in mail_to(away, DEPUTY).as_string()


def test_a_meeting_after_the_absence_reaches_the_member_alone(away: PostRoom) -> None:
    away.meeting("2023-06-16 14:00")
    away.tick()
    away.at("2023-06-13 09:00").tick()
    assert ONE in away.sink.to and DEPUTY not in away.sink.to


def test_an_unanswered_item_in_writing_reminds_both_until_one_of_them_answered(away: PostRoom) -> None:
    meeting = away.meeting("2023-06-01 10:00", ends="2023-06-08 17:00", form=MeetingForm.IN_WRITING)
    item = away.item(meeting)
    away.quiet()
    for member in (1, 3):
        away.vote(item, member)
    away.at("2023-06-07 09:00").tick()
    asked = [
        to
        for to, mail in zip(away.sink.to, away.sink.mails, strict=True)
        if "【持ち回りの回答のお願い】" in mail["Subject"]
    ]
    assert sorted(asked) == sorted([ONE, DEPUTY])
    assert SAYS in text_of(mail_to(away, DEPUTY))


def test_a_standing_deputy_gets_no_letters(room: PostRoom) -> None:
    actions.name_deputy(room.office, "admin", "one", "tanto", date(2020, 4, 1), now=room.now)
    room.meeting()
    room.tick()
    assert DEPUTY not in room.sink.to
