"""Closed days taken away again, beside the mail that was counted over them."""

from datetime import date

import pytest

from tests.support.outbox_scenario import PostRoom
from workflow import actions
from workflow.domain.errors import AlreadyDone
from workflow.queries.closed_days import closed_days

DAY = date(2023, 6, 9)


def _remove(room: PostRoom) -> None:
    actions.remove_closed_day(room.office, "admin", DAY, "日を誤った", now=room.now)


def test_a_reminder_that_went_out_counted_over_the_day_keeps_it(room: PostRoom) -> None:
    room.at("2023-06-01 09:00").meeting()
    actions.close_day(room.office, "admin", DAY, "創立記念日", now=room.now)
    _tick_until_sent(room)
    with pytest.raises(AlreadyDone) as refused:
        _remove(room)
    assert "この日を除いて数えた時に送りました" in refused.value.message
    with room.office.reading() as db:
        assert DAY in closed_days(db)


def test_without_such_a_reminder_it_is_taken_away_and_can_be_entered_again(room: PostRoom) -> None:
    room.at("2023-06-01 09:00").meeting()
    actions.close_day(room.office, "admin", DAY, "創立記念日", now=room.now)
    _remove(room)
    with room.office.reading() as db:
        assert DAY not in closed_days(db)
    actions.close_day(room.office, "admin", DAY, "創立記念日", now=room.now)


def test_a_yearly_rule_is_counted_over_and_stays_where_mail_was_sent_by_it(room: PostRoom) -> None:
    room.at("2023-06-01 09:00").meeting()
    rule = actions.set_closing_rule(room.office, "admin", "創立記念日", "6/9", "6/9", 2023, now=room.now)
    with room.office.reading() as db:
        assert {DAY, date(2040, 6, 9)} <= closed_days(db)
    _tick_until_sent(room)
    with pytest.raises(AlreadyDone, match="この日を除いて数えた時に送りました"):
        actions.end_closing_rule(room.office, "admin", rule, 2022, now=room.now)
    actions.end_closing_rule(room.office, "admin", rule, 2023, now=room.now)
    with room.office.reading() as db:
        assert closed_days(db) == {DAY}


def _tick_until_sent(room: PostRoom) -> None:
    for day in range(1, 9):
        room.at(f"2023-06-0{day} 18:00").tick()
