"""A plan's own schedule: changed by its staff, in versions with a reason and who agreed."""

from dataclasses import replace

import pytest

from tests.support.scenario import House
from workflow import actions
from workflow.domain.errors import AlreadyDone, BadInput, NotAllowed, NotFound, NotNow
from workflow.domain.schedules import Line, PlanSchedule, Span
from workflow.queries.schedule import schedule_versions
from workflow.store import event_log


def current(house: House) -> PlanSchedule:
    return house.plan().schedule


def change(
    house: House, schedule: PlanSchedule, by: str = "tanto", seen: int = 0, agreed: str = "部長"
) -> int:
    return actions.change_schedule(
        house.office, by, "dx", schedule, "会場の都合", agreed, seen=seen, now=house.now
    )


def at(schedule: PlanSchedule, gate: str, **how: object) -> PlanSchedule:
    lines = [replace(line, **how) if gate in line.gates else line for line in schedule.lines]  # type: ignore[arg-type]
    return replace(schedule, lines=tuple(lines))


def test_a_plan_opened_without_a_month_begins_in_the_month_it_is_opened(house: House) -> None:
    house.at("2026-05-20 10:00")
    house.a_plan()
    assert current(house).lines[0].month == "2026-05"
    assert house.plan().first_month == "2026-05"


def test_a_change_is_a_version_with_its_reason_and_who_agreed(house: House) -> None:
    house.a_plan()
    begun = current(house)
    moved = at(begun, "policy_honbu", when="2023-06-14", tentative=True)
    assert change(house, moved) == 1
    fixed = at(current(house), "policy_honbu", tentative=False)
    assert change(house, fixed, seen=1, agreed="第1回本部") == 2
    with house.office.reading() as db:
        versions = schedule_versions(db, house.plan())
        assert event_log.verify(db)
    assert [(each.name, each.agreed) for each in versions] == [
        ("第2回変更", "第1回本部"), ("第1回変更", "部長"), ("当初", ""),
    ]  # fmt: skip
    assert versions[2].schedule == begun
    assert (versions[1].reason, versions[1].made_by) == ("会場の都合", "担当 花子")


def test_a_line_bound_to_a_meeting_takes_place_on_its_day(house: House) -> None:
    house.a_plan()
    number = house.a_meeting(days=9)
    change(house, at(current(house), "policy_bukai", when="2023-03-01", meeting=number))
    line = next(line for line in current(house).lines if "policy_bukai" in line.gates)
    assert (line.when, line.tentative) == ("2023-03-10", False)


def test_what_cannot_be_is_refused_and_changes_nothing(house: House) -> None:
    house.a_plan()
    begun = current(house)
    moved = at(begun, "policy_honbu", when="2023-06")
    with pytest.raises(BadInput, match="変わるものがありません"):
        change(house, begun)
    with pytest.raises(BadInput, match="変更の理由"):
        actions.change_schedule(house.office, "tanto", "dx", moved, " ", "部長", seen=0, now=house.now)
    with pytest.raises(BadInput, match="了解した人"):
        change(house, moved, agreed="")
    with pytest.raises(BadInput, match="の外"):
        change(house, at(begun, "policy_honbu", when="2024-06"))
    with pytest.raises(NotFound):
        change(house, at(begun, "policy_bukai", when="2023-03-01", meeting=99))
    with pytest.raises(NotAllowed):
        change(house, moved, by="joho_bukai_office")
    change(house, moved)
    with pytest.raises(AlreadyDone, match="第1回変更"):
        change(house, replace(moved, lines=(*moved.lines, Line("2023-07", event="説明会"))))
    actions.suspend(house.office, "tanto", "dx", "休止", seen=1, now=house.now)
    with pytest.raises(NotNow):
        change(house, begun, seen=1)
    assert current(house) == moved


def test_a_meeting_of_another_body_or_cancelled_is_not_bound(house: House) -> None:
    house.a_plan()
    begun = current(house)
    number = house.a_meeting(days=9)
    with pytest.raises(BadInput, match="その行の会議体"):
        change(house, at(begun, "policy_honbu", when="2023-05-01", meeting=number))
    actions.cancel_meeting(house.office, "joho_bukai_office", number, "台風", now=house.now)
    with pytest.raises(BadInput, match="中止"):
        change(house, at(begun, "policy_bukai", when="2023-03-01", meeting=number))


def test_a_span_of_no_stage_or_two_of_one_are_refused(house: House) -> None:
    house.a_plan()
    begun = current(house)
    with pytest.raises(BadInput, match="「nowhere」はこの計画の流れにありません"):
        change(house, replace(begun, spans=(*begun.spans, Span("nowhere", "2024-04", "2024-05"))))
    with pytest.raises(BadInput, match="2 度あります"):
        change(house, replace(begun, spans=(*begun.spans, begun.spans[-1])))
    assert current(house) == begun
