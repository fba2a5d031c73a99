"""A plan that is late waits for its staff on 今日の仕事, until what was due is done."""

from tests.support.scenario import House
from workflow import actions, queries
from workflow.queries import Task, Waiting


def late(house: House, who: str = "tanto") -> list[Task]:
    with house.office.reading() as db:
        return [each for each in queries.worklist(db, who, house.now) if each.kind is Waiting.LATE]


def test_a_late_plan_waits_for_its_staff_with_days_and_what_was_due(house: House) -> None:
    house.a_plan()
    assert late(house.at("2023-03-31 23:00")) == []
    [task] = late(house.at("2023-04-12 10:00"))
    assert task.plan == "dx"
    assert task.words == (
        "「DX推進計画」: 遅れ 12 日（情報化推進部会（部会での検討）、令和5年3月31日（金）まで）"
    )
    assert late(house, "joho_bukai_chair") == []


def test_it_is_gone_when_that_is_done(house: House) -> None:
    house.a_plan()
    house.at("2023-04-12 10:00").a_version()
    house.agree("policy_bukai")
    assert late(house) == []


def test_a_suspended_plan_does_not_wait(house: House) -> None:
    plan = house.a_plan()
    house.at("2023-04-12 10:00")
    actions.suspend(house.office, "tanto", "dx", "国の方針を待つ", seen=plan.revision, now=house.now)
    assert late(house) == []
