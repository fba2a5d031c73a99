"""A plan beside its schedule: late, early, on time, ended; by days that are worked out by hand."""

import json
from datetime import date

import pytest

from definitions.chain import Chain
from definitions.load import shipped
from workflow.domain.lateness import Course, dues, stages_left, standing, standing_words
from workflow.domain.plans import Status
from workflow.domain.schedules import PlanSchedule, modelled

CHAIN = shipped("itabashi_dx_2025")
SCHEDULE = modelled(CHAIN)


@pytest.mark.parametrize(
    ("stage", "passed", "today", "course", "late"),
    [
        # the 部会 was planned for March 2023: its last day is the 31st
        ("policy", [], date(2023, 3, 31), Course.ON_TIME, 0),
        ("policy", [], date(2023, 4, 1), Course.LATE, 1),
        ("policy", [], date(2023, 4, 30), Course.LATE, 30),
        # with the 部会 done, the 本部 of May is due next
        ("policy", ["policy_bukai"], date(2023, 5, 31), Course.ON_TIME, 0),
        ("policy", ["policy_bukai"], date(2023, 6, 2), Course.LATE, 2),
        # everything done, but the plan did not leave the stage by the end of June
        ("policy", ["policy_bukai", "policy_honbu", "policy_iinkai"], date(2023, 7, 3), Course.LATE, 3),
        # the 骨子 was to begin in June
        ("outline", [], date(2023, 5, 31), Course.EARLY, 0),
        ("outline", [], date(2023, 6, 1), Course.ON_TIME, 0),
        # the first month, March, is still to come: nothing is early before anything was done
        ("policy", [], date(2023, 2, 28), Course.AHEAD, 0),
        ("policy", ["policy_bukai"], date(2023, 2, 28), Course.EARLY, 0),
        ("printing", [], date(2025, 1, 1), Course.ENDED, 0),
    ],
)
def test_how_a_plan_stands(stage: str, passed: list[str], today: date, course: Course, late: int) -> None:
    found = standing(CHAIN, SCHEDULE, stage, Status.ACTIVE, passed, today)
    assert (found.course, found.days_late(today) if found.course is Course.LATE else 0) == (course, late)


def test_a_plan_that_ended_is_named_as_ended_and_one_without_a_schedule_as_unplanned() -> None:
    today = date(2030, 1, 1)
    assert standing(CHAIN, SCHEDULE, "policy", Status.WITHDRAWN, [], today).course is Course.ENDED
    assert (
        standing(CHAIN, PlanSchedule((), ()), "policy", Status.ACTIVE, [], today).course is Course.UNPLANNED
    )


def test_late_is_said_with_days_and_what_was_due() -> None:
    today = date(2023, 4, 12)
    found = standing(CHAIN, SCHEDULE, "policy", Status.ACTIVE, [], today)
    assert (
        standing_words(found, today)
        == "遅れ 12 日（情報化推進部会（部会での検討）、令和5年3月31日（金）まで）"
    )


def test_nothing_is_due_of_the_way_that_was_not_taken() -> None:
    raw = json.loads(CHAIN.canonical_json())
    names = [stage["key"] for stage in raw["stages"]]
    first, one, other, after = names[:4]
    raw["stages"][0]["next"], raw["stages"][1]["next"] = [one, other], [after]
    chain = Chain.model_validate(raw)
    here = set(names)
    assert {span.stage for span in SCHEDULE.spans} >= {other}
    assert stages_left(chain, first) == here
    assert stages_left(chain, one) == here - {first, other}
    gates = {gate.key for gate in chain.stage(other).gates}
    assert not any(gates & set(due.gates) for due in dues(chain, SCHEDULE, one, []))
