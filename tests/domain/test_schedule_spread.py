"""Many plans at once: no sitting too full, nobody and no room twice on a day, the fewest days late, small peaks."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.scheduling import START, problems, violations
from tests.support.seed_schedule import seed_problem
from workflow.domain.scheduling import spreading
from workflow.domain.scheduling.loads import (
    Capacity,
    Item,
    PersonClash,
    TooMuch,
    items,
    loads,
    peaks,
    person_clashes,
    rooms,
    too_much,
)
from workflow.domain.scheduling.passes import forward
from workflow.domain.scheduling.problem import (
    Activity,
    BodyCalendar,
    Kind,
    Problem,
    Schedule,
    Wish,
    WishKind,
)
from workflow.domain.scheduling.spreading import UNPLACED, Spread

DAYS = tuple(START + timedelta(days=n) for n in (8, 15, 29, 36))


def spread(plans: Sequence[Problem], capacity: Capacity) -> Spread:
    """The proposal, with time enough on a busy machine to end by itself."""
    return spreading.spread(plans, capacity, seconds=60)


def a_plan(name: str, *, body: str = "bukai", staff: str = "", target: date | None = None) -> Problem:
    """A plan of one gate at a body that sits on four days."""
    gate = Activity("gate", "部会", "s", Kind.SITTING, body=body)
    calendars = tuple(BodyCalendar(each, each, DAYS) for each in ("bukai", "honbu"))
    return Problem(name, START, (gate,), calendars, "gate", target, staff=staff)


def days(found: Spread) -> list[date]:
    return sorted(schedule["gate"].begins for schedule in found.schedules)


def must_keep(found: Spread, plans: Sequence[Problem], capacity: Capacity) -> None:
    """Every rule of every plan, and of all together."""
    by_plan = {plan.plan: plan for plan in plans}
    assert {each.plan for each in found.schedules} | set(found.unplaced) == set(by_plan)
    assert not any(violations(by_plan[each.plan], each) for each in found.schedules)
    its = items(plans, found.schedules)
    assert not any(load.over for load in loads(its, capacity))
    assert not person_clashes(its, capacity)
    assert len({(day, room) for _, day, room in found.rooms}) == len(found.rooms)
    sits = {(item.body, item.day) for item in its if capacity.rooms.get(item.body)}
    assert {(body, day) for body, day, _ in found.rooms} == sits


def test_a_full_sitting_sends_the_plans_without_haste_to_the_next() -> None:
    plans = [a_plan("a", target=DAYS[1]), a_plan("b", target=DAYS[0]), a_plan("c", target=DAYS[2])]
    found = spread(plans, Capacity(usual=1))
    assert (found.late, found.optimal) == (0, True)
    assert {each.plan: each["gate"].begins for each in found.schedules} == {
        "a": DAYS[1],
        "b": DAYS[0],
        "c": DAYS[2],
    }


def test_peaks_are_spread_where_nobody_comes_late_by_it() -> None:
    plans = [a_plan(f"p{n}", target=DAYS[3]) for n in range(8)]
    found = spread(plans, Capacity(usual=8))
    assert (found.late, found.peak, found.optimal) == (0, 2, True)


def test_a_plan_without_a_target_is_late_when_others_take_its_place() -> None:
    found = spread([a_plan("a"), a_plan("b")], Capacity(usual=1))
    assert (found.late, days(found)) == (7, [DAYS[0], DAYS[1]])


def test_nobody_is_before_two_bodies_on_one_day() -> None:
    plans = [a_plan("a", staff="係長"), a_plan("b", body="honbu", staff="係長")]
    alone = [schedule for plan in plans if (schedule := forward(plan))]
    assert person_clashes(items(plans, alone), Capacity()) == [
        PersonClash("係長", DAYS[0], ("bukai", "honbu"))
    ]
    found = spread(plans, Capacity())
    must_keep(found, plans, Capacity())
    assert days(found) == [DAYS[0], DAYS[1]]


def test_no_room_holds_two_bodies_on_one_day() -> None:
    plans = [a_plan("a"), a_plan("b", body="honbu")]
    one = Capacity(rooms={"bukai": ("大会議室",), "honbu": ("大会議室",)})
    found = spread(plans, one)
    must_keep(found, plans, one)
    assert days(found) == [DAYS[0], DAYS[1]]
    two = Capacity(rooms={"bukai": ("大会議室", "小会議室"), "honbu": ("大会議室",)})
    found = spread(plans, two)
    must_keep(found, plans, two)
    assert {(body, room) for body, _, room in found.rooms} == {("bukai", "小会議室"), ("honbu", "大会議室")}


def test_a_plan_that_finds_no_place_is_said() -> None:
    plans = [a_plan(f"p{n}", target=DAYS[3]) for n in range(5)]
    found = spread(plans, Capacity(usual=1))
    assert len(found.unplaced) == 1
    assert (found.late, found.late_bound) == (UNPLACED, UNPLACED)
    wish = Wish(WishKind.NOT_AFTER, "gate", "すぐに", START)
    found = spread([a_plan("a").wishing([wish])], Capacity())
    assert (found.unplaced, found.late, found.late_bound) == (("a",), UNPLACED, UNPLACED)
    assert spread([], Capacity()).optimal


def test_ten_plans_of_the_seed_keep_their_wishes() -> None:
    wish = Wish(WishKind.AT, "draft_iinkai", "11月定例会で", date(2023, 11, 13))
    plans = [seed_problem(plan=f"p{n}", staff=f"s{n % 4}", target=date(2024, 12, 27)) for n in range(10)]
    plans[3] = replace(plans[3], wishes=(wish,))
    capacity = Capacity(usual=6, rooms={"joho_bukai": ("A",), "ict_honbu": ("A", "B")})
    found = spread(plans, capacity)
    must_keep(found, plans, capacity)
    assert found.late == 0
    assert next(each for each in found.schedules if each.plan == "p3")["draft_iinkai"].begins == wish.day


def test_the_same_plans_have_the_same_proposal() -> None:
    plans = [seed_problem(plan=f"p{n}", staff=f"s{n % 3}") for n in range(6)]
    assert spread(plans, Capacity(usual=4)) == spread(plans, Capacity(usual=4))


def test_who_has_too_much_in_which_month() -> None:
    plans = [seed_problem(plan=f"p{n}", staff="係長") for n in range(3)]
    its = items(plans, [schedule for plan in plans if (schedule := forward(plan))])
    assert too_much(its, Capacity(monthly=4)) == [TooMuch("係長", "2023-06", 6)]
    [june] = [load for load in loads(its, Capacity(usual=2)) if load.day == date(2023, 6, 28)]
    assert (june.body, len(june.items), june.over) == ("joho_bukai", 3, 1)


def test_rooms_are_given_so_that_every_body_has_one() -> None:
    capacity = Capacity(rooms={"a": ("1", "2"), "b": ("1",), "c": ("2", "3")})
    assert rooms(["a", "b", "c", "d"], capacity) == {"a": "2", "b": "1", "c": "3"}
    assert rooms(["a", "b", "c"], Capacity(rooms=dict.fromkeys("abc", ("1", "2")))) is None


@st.composite
def offices(draw: st.DrawFn) -> tuple[list[Problem], Capacity]:
    """Two or three small plans with common calendars, one or two people, and little room."""
    first = draw(problems(most=3, wishes=1))
    plans = [replace(first, plan="p0", staff="s0", target=draw(st.none() | st.just(START)))]
    for n in range(1, draw(st.integers(2, 3))):
        other = draw(problems(most=2))
        plans.append(
            replace(
                other,
                plan=f"p{n}",
                staff=draw(st.sampled_from(["s0", "s1", ""])),
                calendars=first.calendars,
                closed=first.closed,
                target=draw(st.none() | st.just(START + timedelta(days=9))),
            )
        )
    shared = dict.fromkeys(("bukai", "honbu"), ("大会議室",))
    return plans, Capacity(usual=draw(st.integers(1, 2)), rooms=draw(st.sampled_from([{}, shared])))


@settings(max_examples=25, deadline=None)
@given(offices())
def test_no_other_choice_of_sittings_is_better(office: tuple[list[Problem], Capacity]) -> None:
    plans, capacity = office
    found = spread(plans, capacity)
    must_keep(found, plans, capacity)
    assert found.optimal
    assert (found.late, found.peak) == min(every_choice(plans, capacity))


def every_choice(plans: Sequence[Problem], capacity: Capacity) -> Iterator[tuple[int, int]]:
    """Days late and sum of peaks of every choice that keeps the rules."""
    for choice in product(*(list(choices(plan)) for plan in plans)):
        placed = [schedule for schedule in choice if schedule]
        its = items(plans, placed)
        if fits(its, capacity):
            late = sum(days_late(*each) for each in zip(plans, choice, strict=True))
            yield late, sum(peaks(loads(its, capacity)).values())


def choices(plan: Problem) -> Iterator[Schedule | None]:
    yield None
    gates = [each for each in plan.activities if each.kind is Kind.SITTING]
    for chosen in product(*(plan.calendar(each.body).days for each in gates)):
        wishes = [Wish(WishKind.AT, each.key, "", day) for each, day in zip(gates, chosen, strict=True)]
        if schedule := forward(plan.wishing([*plan.wishes, *wishes])):
            yield schedule


def fits(its: Sequence[Item], capacity: Capacity) -> bool:
    sitting: dict[date, set[str]] = {}
    for item in its:
        sitting.setdefault(item.day, set()).add(item.body)
    full = any(load.over for load in loads(its, capacity))
    crowded = capacity.rooms and any(len(bodies) > 1 for bodies in sitting.values())
    return not full and not crowded and not person_clashes(its, capacity)


def days_late(plan: Problem, schedule: Schedule | None) -> int:
    alone = forward(plan)
    if schedule is None or alone is None:
        return UNPLACED
    return max(0, (schedule.finished - (plan.target or alone.finished)).days)
