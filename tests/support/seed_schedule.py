"""The seed's plan as a scheduling problem: its bodies' calendars and lengths that an office would count on."""

from dataclasses import replace
from datetime import date

from definitions.load import shipped
from workflow.domain.scheduling.from_chain import Pace, problem_of
from workflow.domain.scheduling.problem import BodyCalendar, Problem
from workflow.domain.scheduling.sittings import NamedMonths, sittings

CHAIN = shipped("itabashi_dx_2025")
WEDNESDAY, TUESDAY, MONDAY = 2, 1, 0
RULES = {
    "joho_bukai": NamedMonths((3, 6, 9, 12), 4, WEDNESDAY),
    "ict_honbu": NamedMonths((1, 5, 8, 10), 4, TUESDAY),
    "kikaku_iinkai": NamedMonths((2, 6, 9, 11), 2, MONDAY),
}
PACE = Pace(
    work={"policy": 5, "outline": 5, "draft": 10, "proposal": 5, "decision": 8, "printing": 10},
    gaps={"draft_document": 7},
    opening=2,
    answering=4,
    publishing=1,
    signing=5,
)


def calendars(until: date = date(2025, 12, 31)) -> tuple[BodyCalendar, ...]:
    """The sittings of the three bodies from March 2023 on."""
    return tuple(
        BodyCalendar(body.key, body.name, sittings(RULES[body.key], date(2023, 3, 1), until), body.assembly)
        for body in CHAIN.bodies
    )


def seed_problem(**changed: object) -> Problem:
    """The problem of the seed's plan, with what the test changes."""
    found = problem_of(CHAIN, "dx", date(2023, 3, 1), calendars(), pace=PACE, target=date(2024, 3, 29))
    return replace(found, **changed)  # type: ignore[arg-type]
