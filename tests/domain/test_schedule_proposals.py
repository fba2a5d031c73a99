"""The part of each plan in a proposal: a schedule that keeps the rules of its chain, and says what moves."""

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from definitions.load import shipped
from workflow.domain.schedules import PlanSchedule, checked, modelled
from workflow.domain.scheduling.loads import Capacity, items, loads
from workflow.domain.scheduling.own import Basis
from workflow.domain.scheduling.proposing import (
    Given,
    Move,
    OfficeProposal,
    mark_of,
    problems_together,
    proposal_from_rows,
    proposal_of,
    proposal_to_rows,
)
from workflow.domain.scheduling.spreading import spread, spread_from_rows, spread_to_rows

CHAIN = shipped("itabashi_dx_2025")
TODAY = date(2023, 3, 1)


def plan(name: str, first_month: str = "2023-03") -> Given:
    """A plan that begins, whose schedule is the chain's from that month on."""
    schedule = modelled(CHAIN.beginning(first_month))
    return Given(Basis(name, CHAIN, schedule, (CHAIN.first.key,), TODAY), 0, "it")


def proposal(plans: list[Given], most: int) -> OfficeProposal:
    """The proposal for the plans, none of whose sittings is too full."""
    capacity = Capacity(usual=most)
    problems = problems_together(plans)
    found = spread(problems, capacity, seconds=20)
    assert spread_from_rows(spread_to_rows(found)) == found
    assert not any(load.over for load in loads(items(problems, found.schedules), capacity))
    return proposal_of(plans, problems, found, capacity)


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.sampled_from(["2023-03", "2023-04", "2023-06", "2023-09"]), min_size=1, max_size=5),
    st.integers(1, 3),
)
def test_what_is_proposed_keeps_the_rules_of_schedules(months: list[str], most: int) -> None:
    found = proposal([plan(f"p{n}", month) for n, month in enumerate(months)], most)
    assert proposal_from_rows(proposal_to_rows(found)) == found
    for part in found.parts:
        proposed = PlanSchedule.from_rows(part.rows)
        assert checked(CHAIN, proposed) == proposed
        when = {gate: line for line in proposed.lines for gate in line.gates}
        for move in part.moves:
            assert when[move.gate].when == move.after != move.before
            assert when[move.gate].tentative
    assert all(peak.after <= most for peak in found.peaks)


def test_plans_that_fit_stay_as_they_are() -> None:
    found = proposal([plan("a"), plan("b")], 8)
    assert (found.parts, found.unplaced, found.over_before, found.optimal) == ((), (), 0, True)


def test_a_line_that_comes_too_early_in_any_case_moves_from_what_it_says_and_taken_once_nothing_is_left() -> (
    None
):
    late = [
        replace(each, basis=replace(each.basis, today=date(2023, 4, 3))) for each in (plan("a"), plan("b"))
    ]
    found = proposal(late, 8)
    assert [part.moves[0] for part in found.parts] == [Move("policy_bukai", "2023-03", "2023-06")] * 2
    taken = [
        replace(each, basis=each.basis.with_schedule(PlanSchedule.from_rows(part.rows)))
        for each, part in zip(late, found.parts, strict=True)
    ]
    assert proposal(taken, 8).parts == ()


def test_the_mark_is_another_one_when_the_plan_has_come_further() -> None:
    basis = plan("a").basis
    assert mark_of(basis) == mark_of(replace(basis, today=date(2023, 3, 9)))
    assert mark_of(basis) != mark_of(replace(basis, ended={"policy_text": TODAY}))
    assert mark_of(basis) != mark_of(replace(basis, put={"policy_bukai": 3}))
