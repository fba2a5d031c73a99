"""How many SQL statements a use case costs."""

import pytest

from definitions.terms import Outcome
from tests.support.counting import counted
from tests.support.scenario import House
from workflow import actions, queries
from workflow.queries.reading_rights import EVERYTHING


def test_recording_a_decision_takes_at_most_eight_statements(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai")
    item = house.an_item("policy_honbu")
    with counted(house) as sent:
        actions.record_outcome(house.office, "ict_honbu_office", item, Outcome.APPROVED, now=house.now)
    assert 4 <= len(sent) <= 8, "\n\n".join(sent)


def test_advancing_takes_at_most_nine_statements(house: House) -> None:
    house.a_plan()
    house.open_every_gate()
    with counted(house) as sent:
        house_seen = 1
        actions.advance(house.office, "tanto", "dx", seen=house_seen, now=house.now)
    assert 4 <= len(sent) <= 9, "\n\n".join(sent)


@pytest.mark.parametrize("person", ["tanto", "joho_bukai_office", "mayor"])
def test_the_worklist_and_the_plan_list_cost_the_same_for_more_plans(house: House, person: str) -> None:
    def cost() -> tuple[int, int]:
        with house.office.reading() as db:
            with counted(house) as work:
                queries.worklist(db, person, house.now)
            with counted(house) as plans:
                queries.plan_list(db, EVERYTHING)
        return len(work), len(plans)

    house.a_plan("one", at="proposal")
    house.a_version(key="one")
    house.an_item("proposal_bukai", "one")
    cost()
    before = cost()
    for number in range(4):
        house.a_plan(f"more{number}")
        house.a_version(key=f"more{number}")
        house.an_item("policy_bukai", f"more{number}")
    assert cost() == before
    assert before[0] <= 10
    assert before[1] == 1
