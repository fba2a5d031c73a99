"""Wishes that clash: a smallest set of them, and what would mend it."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings

from tests.support.scheduling import problems
from tests.support.seed_schedule import seed_problem
from workflow.domain.scheduling.clashes import clash, clash_words, wishes_with_target
from workflow.domain.scheduling.passes import forward
from workflow.domain.scheduling.problem import Problem, Wish, WishKind

THIRTY_DAYS = Wish(WishKind.AT_LEAST, "comment_period", "募集は30日間", length=30)


def words(*wishes: Wish, target: date | None = None) -> list[str]:
    problem = seed_problem(wishes=wishes, target=target)
    found = clash(problem)
    return clash_words(problem, found) if found else []


def test_wishes_that_can_all_be_met_do_not_clash() -> None:
    assert (
        words(Wish(WishKind.AT, "draft_iinkai", "11月定例会で", date(2023, 11, 13)), target=date(2024, 3, 4))
        == []
    )


def test_thirty_days_of_comment_and_a_decision_within_the_year() -> None:
    not_in_it = Wish(WishKind.NOT_BEFORE, "draft_document", "素案は夏から", date(2023, 7, 1))
    assert words(not_in_it, THIRTY_DAYS, target=date(2024, 3, 29)) == [
        "「募集は30日間」、「令和6年3月29日（金）までに決定」は、同時には実現できません。",
        "「募集は30日間」を22日間まで縮めれば、実現できます。",
        "「令和6年3月29日（金）までに決定」を令和6年6月27日（木）まで延ばせば、実現できます。",
    ]


def test_a_sitting_and_a_day_before_which_nobody_is_ready() -> None:
    at = Wish(WishKind.AT, "draft_iinkai", "素案報告は11月定例会で", date(2023, 11, 13))
    later = Wish(WishKind.NOT_BEFORE, "draft_bukai", "部会は10月以後", date(2023, 10, 1))
    assert words(at, later) == [
        "「素案報告は11月定例会で」、「部会は10月以後」は、同時には実現できません。",
        "「素案報告は11月定例会で」を2月定例会に変えれば、実現できます。",
        "「部会は10月以後」を令和5年9月27日（水）まで早めれば、実現できます。",
    ]


def test_one_wish_that_cannot_be_met_at_all() -> None:
    assert words(Wish(WishKind.AT, "draft_iinkai", "素案報告は9月定例会で", date(2023, 9, 11))) == [
        "「素案報告は9月定例会で」は、実現できません。",
        "「素案報告は9月定例会で」を11月定例会に変えれば、実現できます。",
    ]


def test_too_few_sittings_are_no_fault_of_a_wish() -> None:
    calendars = tuple(replace(each, days=each.days[:3]) for each in seed_problem().calendars)
    problem = seed_problem(calendars=calendars, wishes=(THIRTY_DAYS,))
    found = clash(problem)
    assert found is not None
    assert found.wishes == found.mends == ()
    assert clash_words(problem, found) == [
        "希望をすべて外しても、会議の予定が足りません。会議の予定を加えてください。"
    ]


def possible(problem: Problem, wishes: tuple[Wish, ...]) -> bool:
    return forward(problem.wishing(wishes)) is not None


@settings(max_examples=200)
@given(problems(most=5, wishes=5))
def test_a_clash_is_minimal_and_its_mends_are_the_nearest(problem: Problem) -> None:
    problem = replace(problem, target=problem.start + timedelta(days=14))
    wishes, found = wishes_with_target(problem), clash(problem)
    if found is None:
        assert possible(problem, wishes)
        return
    assert not possible(problem, found.wishes)
    for wish, mend in zip(found.wishes, found.mends, strict=True):
        others = tuple(each for each in found.wishes if each is not wish)
        assert possible(problem, others)
        assert possible(problem, (*others, mend))
        assert not possible(problem, (*others, nearer(problem, wish, mend)))
    fewer = (some for size in range(min(len(found.wishes), 3)) for some in combinations(wishes, size))
    assert all(possible(problem, some) for some in fewer)


def nearer(problem: Problem, wish: Wish, mend: Wish) -> Wish:
    """The next change smaller than the mend; the wish itself where there is none."""
    if mend.kind is WishKind.AT_LEAST:
        return replace(mend, length=mend.length + 1)
    assert mend.day is not None and wish.day is not None
    step = {WishKind.NOT_BEFORE: 1, WishKind.NOT_AFTER: -1}.get(mend.kind)
    if step:
        return replace(mend, day=mend.day + timedelta(days=step))
    far = abs(mend.day - wish.day)
    days = problem.calendar(problem.activity(wish.activity).body).days
    between = [day for day in days if abs(day - wish.day) < far]
    return replace(wish, day=between[-1]) if between else wish


@pytest.mark.parametrize("kind", [WishKind.NOT_BEFORE, WishKind.NOT_AFTER])
def test_a_wish_mended_is_of_the_same_kind_and_name(kind: WishKind) -> None:
    wishes = (
        Wish(WishKind.NOT_BEFORE, "draft_bukai", "部会は10月以後", date(2023, 10, 1)),
        Wish(WishKind.NOT_AFTER, "draft_iinkai", "年内に素案報告", date(2023, 12, 28)),
    )
    found = clash(seed_problem(wishes=wishes, target=None))
    assert found is not None
    [(wish, mend)] = [pair for pair in zip(found.wishes, found.mends, strict=True) if pair[0].kind is kind]
    assert replace(mend, day=wish.day) == wish
