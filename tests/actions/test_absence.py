"""Somebody who is away names a deputy: their tasks and the notices of their meetings reach both in that time."""

from datetime import date

import pytest

from tests.support.scenario import LONG_AGO, House
from workflow import actions, queries
from workflow.domain.errors import BadInput, NotAllowed
from workflow.domain.meetings import MeetingForm
from workflow.queries import Task, Waiting

MEMBER, FIRST, LAST = "joho_bukai_1", date(2023, 3, 1), date(2023, 3, 14)


@pytest.fixture
def away(house: House) -> House:
    """A member of the 部会 is away for two weeks from today."""
    house.a_person("deputy", "代理 次郎")
    actions.post(house.office, "admin", "deputy", "it", LONG_AGO, now=house.now)
    actions.name_deputy(
        house.office, MEMBER, MEMBER, "deputy", FIRST, until=LAST, absence=True, now=house.now
    )
    return house


def tasks(house: House, person: str, kind: Waiting) -> list[Task]:
    with house.office.reading() as db:
        return [task for task in queries.worklist(db, person, house.now) if task.kind is kind]


def test_an_item_in_writing_waits_for_both_and_says_for_whom(away: House) -> None:
    away.a_plan()
    away.a_version()
    away.an_item("policy_bukai", form=MeetingForm.IN_WRITING)
    [mine] = tasks(away, MEMBER, Waiting.ANSWER)
    [theirs] = tasks(away, "deputy", Waiting.ANSWER)
    assert (mine.principal, theirs.principal) == (None, "情報化推進部会 委員1")
    assert mine.number == theirs.number


def test_it_waits_for_the_deputy_only_in_that_time(away: House) -> None:
    away.later(days=12)
    away.a_plan()
    away.a_version()
    away.an_item("policy_bukai", form=MeetingForm.IN_WRITING)
    assert tasks(away, "deputy", Waiting.ANSWER)
    away.later(days=2)
    assert not tasks(away, "deputy", Waiting.ANSWER) and tasks(away, MEMBER, Waiting.ANSWER)


def test_a_standing_deputy_is_not_given_the_tasks_of_who_is_here(house: House) -> None:
    house.a_person("deputy")
    actions.name_deputy(house.office, "admin", MEMBER, "deputy", LONG_AGO, now=house.now)
    house.a_plan()
    house.a_version()
    house.an_item("policy_bukai", form=MeetingForm.IN_WRITING)
    assert not tasks(house, "deputy", Waiting.ANSWER)


def test_a_signature_waits_for_both_once_and_says_for_whom(house: House) -> None:
    house.a_person("deputy", "代理 次郎")
    actions.name_deputy(
        house.office, "mayor", "mayor", "deputy", FIRST, until=date(2024, 12, 31), absence=True, now=house.now
    )
    house.a_plan(at="proposal")
    house.a_version()
    for gate in ("proposal_bukai", "proposal_honbu", "proposal_iinkai"):
        house.agree(gate)
    [task] = tasks(house, "deputy", Waiting.SIGN)
    assert task.principal == "区 長"


def test_one_names_a_deputy_for_oneself_and_for_an_absence_alone(house: House) -> None:
    def name(by: str, whose: str, until: date | None, absence: bool = True) -> None:
        actions.name_deputy(
            house.office, by, whose, "tanto", FIRST, until=until, absence=absence, now=house.now
        )

    for by, whose, absence in ((MEMBER, "joho_bukai_2", True), (MEMBER, MEMBER, False)):
        with pytest.raises(NotAllowed, match="システム管理者"):
            name(by, whose, LAST, absence)
    with pytest.raises(BadInput, match="最後の日"):
        name(MEMBER, MEMBER, None)
    actions.end_terms(house.office, "admin", "tanto", FIRST, now=house.now)
    house.later(days=1)
    with pytest.raises(BadInput, match="現在おられる"):
        name(MEMBER, MEMBER, LAST)


def test_one_ends_the_deputyship_of_ones_own_deputy_and_no_other(away: House) -> None:
    with away.office.reading() as db:
        number = queries.person(db, MEMBER, FIRST).deputies[0].term.number
    for by in ("deputy", "joho_bukai_2"):
        with pytest.raises(NotAllowed):
            actions.end_deputyship(away.office, by, number, FIRST, now=away.now)
    actions.end_deputyship(away.office, MEMBER, number, FIRST, now=away.now)
