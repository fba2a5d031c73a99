"""A sitting for each gate of 200 plans over three years, on ten bodies: the days late and the peaks that are left, with
what is proved of each."""

import random
import time
from dataclasses import replace
from datetime import date, timedelta

from tests.support.seed_schedule import CHAIN, PACE
from workflow.domain.scheduling.from_chain import problem_of
from workflow.domain.scheduling.loads import Capacity
from workflow.domain.scheduling.passes import forward
from workflow.domain.scheduling.problem import BodyCalendar, Problem
from workflow.domain.scheduling.sittings import EveryMonths, NamedMonths, sittings
from workflow.domain.scheduling.spreading import spread

FIRST, LAST = date(2025, 4, 1), date(2029, 3, 31)
TARGET = 10.0


def main() -> None:
    problems = portfolio()
    began, computed = time.perf_counter(), time.process_time()
    found = spread(problems, CAPACITY)
    took, computed = time.perf_counter() - began, time.process_time() - computed
    print(
        f"{len(problems)} plans, {len(CALENDARS)} bodies: {took:.1f} s (target ≤ {TARGET:.0f} s), "
        f"{computed:.1f} s of it computing"
    )
    print(f"days late: {found.late}, proved needed: {found.late_bound}")
    print(f"sum of peaks: {found.peak}, proved needed: {found.peak_bound}; unplaced: {len(found.unplaced)}")


BODIES = {
    **{f"bukai{n}": EveryMonths(FIRST, 1, n, 2) for n in range(1, 5)},
    **{f"honbu{n}": EveryMonths(FIRST, 1, n, 1) for n in range(2, 5)},
    **{f"iinkai{n}": NamedMonths((2, 6, 9, 11), 2, n) for n in range(3)},
}
CALENDARS = tuple(
    BodyCalendar(body, body, sittings(rule, FIRST, LAST), body.startswith("iinkai"))
    for body, rule in BODIES.items()
)
CAPACITY = Capacity(
    {body: 30 if body.startswith("iinkai") else 12 for body in BODIES},
    rooms=dict.fromkeys(BODIES, ("第一委員会室", "第二委員会室")),
)


def portfolio(count: int = 200, seed: int = 2025) -> list[Problem]:
    """Plans of the seed's chain that begin within two years, each before three of the ten bodies."""
    chance = random.Random(seed)
    return [_plan(chance, f"p{number}") for number in range(count)]


def _plan(chance: random.Random, name: str) -> Problem:
    start = FIRST + timedelta(days=chance.randrange(730))
    kinds = {"joho_bukai": "bukai", "ict_honbu": "honbu", "kikaku_iinkai": "iinkai"}
    own = {
        key: chance.choice([each for each in CALENDARS if each.body.startswith(kind)])
        for key, kind in kinds.items()
    }
    problem = problem_of(CHAIN, name, start, CALENDARS, pace=PACE, staff=f"s{chance.randrange(50)}")
    problem = replace(
        problem,
        activities=tuple(
            replace(each, body=own[each.body].body) if each.body else each for each in problem.activities
        ),
    )
    alone = forward(problem)
    assert alone is not None
    year = alone.finished.year + (alone.finished.month > 3)
    return replace(problem, target=date(year, 3, 31))


if __name__ == "__main__":
    main()
