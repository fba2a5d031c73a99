"""Things to think over before a call."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from definitions.chain import Offset
from tests.support.scenario import moment
from workflow.domain.kept_calendars import Entry
from workflow.domain.meeting_warnings import AtTheSameTime, Planned, meeting_warnings
from workflow.domain.meetings import MeetingForm

STARTS = moment("2023-03-10 14:00")
PLANNED = Planned(MeetingForm.IN_PERSON, STARTS, STARTS + timedelta(hours=2), "第一 委員会室")
MONTH_BEFORE = moment("2023-02-10 09:00")
THREE_DAYS = Offset(business_days=3, at=time(9))


def at_the_same_time(
    place: str = "大会議室", *shared: str, form: MeetingForm = MeetingForm.IN_PERSON
) -> AtTheSameTime:
    return AtTheSameTime("本部会議", form, STARTS, place, shared)


def warned(
    planned: Planned = PLANNED,
    *others: AtTheSameTime,
    members: int = 3,
    taken: Sequence[tuple[str, Entry]] = (),
    now: datetime = MONTH_BEFORE,
) -> list[str]:
    closed = {date(2023, 3, 13): "庁舎停電"}
    return meeting_warnings(planned, others, range(members), [THREE_DAYS], closed, taken, now)


def test_a_meeting_that_clashes_with_nothing_is_warned_of_nothing() -> None:
    assert warned(PLANNED, at_the_same_time()) == []


def test_the_same_room_is_the_same_however_it_is_written() -> None:
    assert warned(PLANNED, at_the_same_time("第一委員会室")) == [
        "同じ時間に、同じ場所で「本部会議」（14:00 から）があります。"
    ]
    assert warned(PLANNED, at_the_same_time("第一委員会室", form=MeetingForm.ONLINE)) == []


def test_a_room_that_its_calendar_says_is_taken() -> None:
    entry = Entry(STARTS - timedelta(hours=1), STARTS + timedelta(minutes=30), "職員研修")
    assert warned(taken=[("第一委員会室", entry)]) == [
        "「第一委員会室」の予定表では、令和5年3月10日（金）13:00〜14:30に「職員研修」が入っています。"
        "この会議の予約でなければ、場所か時間を変えてください。"
    ]
    assert warned(taken=[("大会議室", entry)]) == []
    online = replace(PLANNED, form=MeetingForm.ONLINE)
    assert warned(online, taken=[("第一委員会室", entry)]) == []


def test_members_who_sit_elsewhere_are_named() -> None:
    assert warned(PLANNED, at_the_same_time("大会議室", "甲", "乙")) == [
        "甲さん、乙さんは、同じ時間の「本部会議」（14:00 から）の委員でもあります。"
    ]


def test_a_body_without_members_and_a_closed_day() -> None:
    assert warned(members=0) == ["この日の委員がいません。名簿を確かめてください。"]
    monday = Planned(MeetingForm.IN_PERSON, moment("2023-03-13 14:00"), moment("2023-03-13 15:00"), "室")
    assert warned(monday) == ["令和5年3月13日（月）は閉庁日です（庁舎停電）。よろしいか確かめてください。"]


@pytest.mark.parametrize(("now", "short"), [("2023-03-07 09:00", False), ("2023-03-07 09:01", True)])
def test_a_call_after_the_first_reminder_is_short(now: str, short: bool) -> None:
    words = (
        "会議の前の最初の通知の時（3営業日前 09:00）を過ぎています。招集の期間が足りるか確かめてください。"
    )
    assert warned(now=moment(now)) == ([words] if short else [])


def test_a_circular_has_neither_room_nor_day() -> None:
    circular = Planned(MeetingForm.IN_WRITING, STARTS, STARTS + timedelta(days=3), "第一委員会室")
    assert warned(circular, at_the_same_time("第一委員会室", "甲"), now=STARTS) == []
