"""A proposal that spreads the plans: asked for, computed in a process of its own, taken plan by plan, and never half."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.support.scenario import House
from workflow import actions
from workflow.actions.spread import GIVEN_UP, compute_spread
from workflow.domain.errors import AlreadyDone, NotAllowed, NotNow
from workflow.domain.schedules import PlanSchedule, checked
from workflow.queries.spread import ProposalFact, SpreadState, newest_proposal
from workflow.store.tables import SpreadProposal


def newest(house: House) -> ProposalFact:
    with house.office.reading() as db:
        found = newest_proposal(db)
    assert found is not None
    return found


def test_too_many_plans_at_one_meeting_are_spread_and_each_takes_its_part(house: House) -> None:
    keys = [f"plan{number}" for number in range(10)]
    for key in keys:
        house.a_plan(key)
    number = actions.ask_spread(house.office, "tanto", now=house.now)
    assert newest(house).state is SpreadState.COMPUTING
    with pytest.raises(AlreadyDone, match="いま計算しています"):
        actions.ask_spread(house.office, "tanto", now=house.now)
    assert compute_spread(house.office, now=house.now)
    assert not compute_spread(house.office, now=house.now)
    found = newest(house).found
    assert found is not None
    assert found.plans == 10 and found.over_before > 0
    assert found.parts and not found.unplaced
    first = found.parts[0]
    made = actions.take_part(
        house.office, "tanto", first.plan, number, "会議を分けるため", "部長", now=house.now
    )
    assert made == 1
    assert house.plan(first.plan).schedule.to_rows() == first.rows
    for part in found.parts:
        proposed = PlanSchedule.from_rows(part.rows)
        assert checked(house.chain, proposed) == proposed
    assert all(peak.after <= 8 for peak in found.peaks)


def proposed(house: House, count: int) -> tuple[int, list[str]]:
    """A proposal for so many plans alike: its number, and the plans that have a part in it."""
    for number in range(count):
        house.a_plan(f"plan{number}")
    number = actions.ask_spread(house.office, "tanto", now=house.now)
    compute_spread(house.office, now=house.now)
    found = newest(house).found
    assert found is not None
    return number, [part.plan for part in found.parts]


def take(house: House, plan: str, number: int, by: str = "tanto") -> int:
    return actions.take_part(house.office, by, plan, number, "会議を分けるため", "部長", now=house.now)


def test_a_plan_that_changed_meanwhile_is_refused_and_the_others_are_taken(house: House) -> None:
    number, [first, second, third, *_] = proposed(house, 10)
    assert take(house, first, number) == 1
    with pytest.raises(AlreadyDone, match="工程表が変わりました"):
        take(house, first, number)
    house.a_version(key=second)
    with pytest.raises(AlreadyDone, match="もう一度、案を作ってください"):
        take(house, second, number)
    assert take(house, third, number) == 1


def test_nobody_takes_what_is_past_or_of_another_proposal(house: House) -> None:
    number, [first, *_] = proposed(house, 10)
    with pytest.raises(NotAllowed):
        take(house, first, number, by="joho_bukai_1")
    with pytest.raises(AlreadyDone, match="案が変わりました"):
        take(house, first, number + 1)
    actions.discard_spread(house.office, "tanto", number, now=house.now)
    again = actions.ask_spread(house.office, "tanto", now=house.now)
    assert again > number
    compute_spread(house.office, now=house.now)
    house.later(days=900)
    with pytest.raises(NotNow, match="案の日を過ぎました"):
        take(house, first, again)


def test_only_who_changes_schedules_asks_and_throws_away(house: House) -> None:
    for who in ("joho_bukai_1", "admin"):
        with pytest.raises(NotAllowed):
            actions.ask_spread(house.office, who, now=house.now)
    number = actions.ask_spread(house.office, "tanto", now=house.now)
    with pytest.raises(NotAllowed):
        actions.discard_spread(house.office, "joho_bukai_1", number, now=house.now)
    actions.discard_spread(house.office, "tanto", number, now=house.now)
    with pytest.raises(AlreadyDone):
        actions.discard_spread(house.office, "tanto", number, now=house.now)
    assert not compute_spread(house.office, now=house.now)


def test_what_was_left_half_computed_is_computed_by_the_next(house: House) -> None:
    house.a_plan()
    actions.ask_spread(house.office, "tanto", now=house.now)
    with house.office.writing() as db:
        db.execute(update(SpreadProposal).values(began_at=house.now))
    assert not compute_spread(house.office, now=house.now)
    assert compute_spread(house.office, now=house.now + GIVEN_UP + timedelta(seconds=1))
    assert newest(house).state is SpreadState.DONE


def test_after_all_parts_are_taken_nothing_is_too_much_any_more(house: House) -> None:
    number, plans = proposed(house, 10)
    for plan in plans:
        take(house, plan, number)
        assert checked(house.chain, house.plan(plan).schedule) == house.plan(plan).schedule
    actions.ask_spread(house.office, "tanto", now=house.now)
    assert compute_spread(house.office, now=house.now)
    again = newest(house).found
    assert again is not None and again.over_before == 0
