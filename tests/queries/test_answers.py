"""Whether what was answered at a gate still counts, and the schedule planned against held."""

from definitions.terms import Outcome
from tests.support.scenario import House
from workflow import actions, queries
from workflow.domain.decisions import Validity
from workflow.queries.gate_facts import facts


def validities(house: House) -> list[Validity]:
    """Of each answer, oldest first."""
    with house.office.reading() as db:
        plan = house.plan()
        given = queries.gate_answers(db, plan)
        found = queries.validities(plan, given, facts(db, plan, house.now))
    return [found[each.id] for each in given]


def test_an_answer_holds_while_its_version_is_the_newest_and_after_the_plan_moved_on(house: House) -> None:
    house.a_plan(at="outline")
    assert validities(house) == [Validity.IN_FORCE] * 3
    house.a_version()
    assert validities(house) == [Validity.IN_FORCE] * 3


def test_a_new_version_makes_the_answers_of_its_stage_stale(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai")
    house.a_version("改めた")
    house.agree("policy_bukai")
    assert validities(house) == [Validity.STALE, Validity.IN_FORCE]


def test_a_sending_back_voids_what_was_answered_from_that_stage_on(house: House) -> None:
    house.a_plan(at="draft")
    house.send_back("outline")
    assert validities(house) == [Validity.IN_FORCE] * 3 + [Validity.VOID] * 2
    house.open_every_gate()
    house.advance()
    assert validities(house) == [Validity.IN_FORCE] * 3 + [Validity.VOID] * 2 + [Validity.IN_FORCE] * 2


def test_corrected_and_taken_back_answers_are_known_as_such(house: House) -> None:
    house.a_plan()
    house.a_version()
    first = house.agree("policy_bukai")
    second = actions.correct_decision(
        house.office, "joho_bukai_office", first, Outcome.CONTINUED, "誤記", now=house.now
    )
    actions.take_back_decision(house.office, "joho_bukai_office", second, "誤記", now=house.now)
    assert validities(house) == [Validity.CORRECTED, Validity.TAKEN_BACK, Validity.TAKING_BACK]


def test_what_a_body_hears_of_its_chairs_decision_does_not_go_stale(house: House) -> None:
    house.a_plan()
    house.a_version()
    number = actions.decide_alone(
        house.office,
        "joho_bukai_chair",
        "dx",
        "policy_bukai",
        Outcome.APPROVED,
        "急ぎ",
        seen=house.text(),
        now=house.now,
    )
    house.a_version("改めた")
    meeting = house.a_meeting("joho_bukai")
    item = actions.list_ratification(house.office, "joho_bukai_office", meeting, number, now=house.now)
    house.later(days=7, hours=1)
    house.everybody_attends("joho_bukai", meeting)
    actions.record_outcome(house.office, "joho_bukai_office", item, Outcome.RECEIVED, now=house.now)
    assert validities(house) == [Validity.STALE, Validity.IN_FORCE]
