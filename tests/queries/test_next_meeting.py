"""The next meeting and an open meeting are one rule, whoever asks."""

from datetime import datetime, timedelta

import pytest

from tests.support.scenario import House
from workflow import actions, queries
from workflow.domain.calendar import tokyo_day
from workflow.domain.meetings import MeetingForm
from workflow.queries import Waiting
from workflow.queries.meetings import called_meetings, next_meetings
from workflow.queries.reading_rights import EVERYTHING

BODY = "joho_bukai"


@pytest.fixture
def called(house: House) -> tuple[House, int, int]:
    """A 持ち回り that runs for a week from now, and a meeting of three days from now."""
    house.a_plan("dx")
    house.a_version(key="dx")
    house.a_plan("bare")
    running = house.a_meeting(BODY, form=MeetingForm.IN_WRITING)
    return house, running, house.a_meeting(BODY, days=3)


def ahead(house: House, now: datetime) -> set[int | None]:
    """The next meeting of the body, from everywhere it is told while what runs does not count."""
    with house.office.reading() as db:
        held = next_meetings(db, EVERYTHING, now).get(BODY)
        reasons = queries.why(db, house.plan("dx"), now)
        tasks = queries.worklist(db, "tanto", now)
    told = next(each.coming for each in reasons if each.gate == "policy_bukai")
    work = next(each for each in tasks if each.kind is Waiting.DOCUMENT and each.plan == "bare")
    return {held.id if held else None, told.meeting if told else None, work.meeting}


def ahead_or_running(house: House, now: datetime) -> set[int | None]:
    """The same while what runs counts."""
    with house.office.reading() as db:
        held = next_meetings(db, EVERYTHING, now, running=True).get(BODY)
        line = next(
            each for each in queries.body_list(db, EVERYTHING, tokyo_day(now), now) if each.rule.key == BODY
        )
        page = queries.body(db, EVERYTHING, BODY, tokyo_day(now), now).coming
        called = called_meetings(db, EVERYTHING, now)
    firsts = (held, line.coming, page[0] if page else None, called[0] if called else None)
    return {each.id if each else None for each in firsts}


def test_the_next_meeting_is_the_same_whoever_asks(called: tuple[House, int, int]) -> None:
    house, running, coming = called
    assert ahead(house, house.now) == {coming}
    assert ahead_or_running(house, house.now) == {running}
    begins = house.now + timedelta(days=3)
    assert ahead(house, begins - timedelta(seconds=1)) == {coming}
    assert ahead(house, begins) == {None}
    assert ahead_or_running(house, house.now + timedelta(days=8)) == {None}


def test_a_cancelled_meeting_is_nobodys_next(called: tuple[House, int, int]) -> None:
    house, running, coming = called
    for number in (running, coming):
        actions.cancel_meeting(house.office, f"{BODY}_office", number, "日程の都合", now=house.now)
    assert ahead(house, house.now) == ahead_or_running(house, house.now) == {None}
