"""Of several decisions at a gate, which one holds; and what may become of a chair's 専決."""

from datetime import timedelta

import pytest

from definitions.terms import Outcome
from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions, queries
from workflow.domain.decisions import Validity
from workflow.domain.errors import AlreadyDone, BadInput, NotAllowed
from workflow.domain.gates import Reason
from workflow.queries.gate_facts import facts
from workflow.queries.worklist import Waiting

SECRETARIAT = "joho_bukai_office"


@pytest.fixture
def asked(house: House) -> House:
    """A plan with a version, before its first body."""
    house.a_plan()
    house.a_version()
    return house


def is_open(house: House, gate: str = "policy_bukai") -> bool:
    return not any(gate == reason.gate for reason in reasons(house))


def reasons(house: House) -> list[Reason]:
    with house.office.reading() as db:
        return list(queries.why(db, house.plan(), house.now))


def alone(house: House) -> int:
    return actions.decide_alone(
        house.office,
        "joho_bukai_chair",
        "dx",
        "policy_bukai",
        Outcome.APPROVED,
        "緊急",
        seen=house.text(),
        now=house.now,
    )


def reported(house: House, decision: int) -> int:
    """The number of the item that reports the 専決 at the body's next meeting, which has begun."""
    meeting = house.a_meeting()
    item = actions.list_ratification(house.office, SECRETARIAT, meeting, decision, now=house.now)
    house.later(days=7, hours=1)
    house.everybody_attends("joho_bukai", meeting)
    return item


def test_correcting_an_earlier_decision_does_not_bring_it_back(asked: House) -> None:
    first = asked.agree("policy_bukai")
    asked.agree("policy_bukai", outcome=Outcome.RETURNED)
    assert not is_open(asked)
    actions.correct_decision(asked.office, SECRETARIAT, first, Outcome.APPROVED, "誤記", now=asked.now)
    assert not is_open(asked)


def test_correcting_the_last_decision_counts(asked: House) -> None:
    asked.agree("policy_bukai")
    last = asked.agree("policy_bukai", outcome=Outcome.RETURNED)
    actions.correct_decision(asked.office, SECRETARIAT, last, Outcome.APPROVED, "誤記", now=asked.now)
    assert is_open(asked)


def test_a_meeting_entered_late_does_not_override_a_later_one(asked: House) -> None:
    earlier = asked.later(days=1).now
    asked.later(days=20)
    asked.agree("policy_bukai", outcome=Outcome.RETURNED)
    ends_at = earlier + timedelta(hours=1)
    meeting = actions.enter_meeting(
        asked.office,
        SECRETARIAT,
        "joho_bukai",
        "前回",
        starts_at=earlier,
        ends_at=ends_at,
        place="室",
        now=asked.now,
    )
    item = actions.list_item(asked.office, SECRETARIAT, meeting, "dx", "policy_bukai", now=asked.now)
    actions.record_outcome(asked.office, SECRETARIAT, item, Outcome.APPROVED, now=asked.now)
    assert not is_open(asked)


def test_a_chairs_decision_is_corrected_by_the_chair_only_and_only_to_what_may_be_decided_alone(
    asked: House,
) -> None:
    decision = alone(asked)
    with pytest.raises(NotAllowed):
        actions.correct_decision(asked.office, SECRETARIAT, decision, Outcome.APPROVED, "字句", now=asked.now)
    with pytest.raises(BadInput, match="専決できません"):
        actions.correct_decision(
            asked.office,
            "joho_bukai_chair",
            decision,
            Outcome.CONDITIONAL,
            "条件",
            conditions=["図"],
            now=asked.now,
        )
    actions.correct_decision(
        asked.office, "joho_bukai_chair", decision, Outcome.APPROVED, "字句", now=asked.now
    )
    assert is_open(asked)


def test_a_chairs_decision_on_an_agenda_is_neither_corrected_nor_taken_back(asked: House) -> None:
    decision = alone(asked)
    item = reported(asked, decision)
    with pytest.raises(AlreadyDone, match="議題に載っている"):
        actions.take_back_decision(asked.office, "joho_bukai_chair", decision, "誤り", now=asked.now)
    with pytest.raises(AlreadyDone, match="議題に載っている"):
        actions.correct_decision(
            asked.office, "joho_bukai_chair", decision, Outcome.APPROVED, "字句", now=asked.now
        )
    actions.remove_item(asked.office, SECRETARIAT, item, "取りやめ", now=asked.now)
    actions.take_back_decision(asked.office, "joho_bukai_chair", decision, "誤り", now=asked.now)
    with pytest.raises(AlreadyDone):
        actions.list_ratification(asked.office, SECRETARIAT, asked.a_meeting(), decision, now=asked.now)


def test_a_chairs_decision_is_reported_once(asked: House) -> None:
    decision = alone(asked)
    item = reported(asked, decision)
    actions.record_outcome(asked.office, SECRETARIAT, item, Outcome.RECEIVED, now=asked.now)
    with pytest.raises(AlreadyDone, match="既に会議で報告"):
        actions.list_ratification(asked.office, SECRETARIAT, asked.a_meeting(), decision, now=asked.now)


def test_a_condition_stays_owed_when_the_later_decision_was_taken_back(asked: House) -> None:
    asked.agree("policy_bukai", outcome=Outcome.CONDITIONAL, conditions=["図を直す"])
    again = asked.agree("policy_bukai")
    assert not _owes_a_condition(asked)
    actions.take_back_decision(asked.office, SECRETARIAT, again, "誤り", now=asked.now)
    assert not is_open(asked)
    assert _owes_a_condition(asked)


def test_an_outcome_taken_back_waits_for_its_record_at_the_same_meeting(asked: House) -> None:
    decision = asked.agree("policy_bukai")
    actions.take_back_decision(asked.office, SECRETARIAT, decision, "誤り", now=asked.now)
    [reason] = [each for each in reasons(asked) if each.gate == "policy_bukai"]
    assert reason.coming is not None
    assert reason.coming.meeting == 1


def _owes_a_condition(house: House) -> bool:
    with house.office.reading() as db:
        return Waiting.CONDITION in {task.kind for task in queries.worklist(db, SECRETARIAT, house.now)}


def test_a_return_overruled_at_a_later_meeting_is_neither_in_force_nor_lost_by_a_new_version(
    asked: House,
) -> None:
    asked.agree("policy_bukai", outcome=Outcome.RETURNED)
    asked.agree("policy_bukai")
    with asked.office.reading() as db:
        plan = asked.plan()
        given = queries.gate_answers(db, plan)
        found = queries.validities(plan, given, facts(db, plan, asked.now))
    assert [found[each.id] for each in given] == [Validity.OVERRULED, Validity.IN_FORCE]
    shown = Browser(asked, "tanto").see("/plans/dx")
    assert "後の結果が有効" in shown
    losing = shown.partition("新しい版を登録する")[2]
    assert "了承" in losing and "差戻し（" not in losing


def test_a_condition_of_a_corrected_decision_is_not_asked_for_once_a_later_one_of_the_day_counts(
    asked: House,
) -> None:
    first = asked.agree("policy_bukai", outcome=Outcome.CONDITIONAL, conditions=["図を直す"])
    asked.now -= timedelta(days=7, hours=1)
    asked.agree("policy_bukai")
    actions.correct_decision(
        asked.office,
        SECRETARIAT,
        first,
        Outcome.CONDITIONAL,
        "字句",
        conditions=["図を直すこと"],
        now=asked.now,
    )
    assert is_open(asked)
    assert not _owes_a_condition(asked)
