"""The time of running plans, read for their outlook: what is done and when, what is on agendas, and in how many statements."""

from datetime import date, timedelta

from tests.support.counting import counted
from tests.support.scenario import House
from workflow import actions
from workflow.domain.calendar import shown_day, tokyo_day
from workflow.domain.meetings import MeetingForm
from workflow.domain.scheduling.outlook import outlook
from workflow.domain.scheduling.own import Basis
from workflow.queries.plan_problem import plan_problem, plan_problems
from workflow.queries.plans import plan_by_key


def read(house: House, key: str = "dx") -> Basis:
    with house.office.reading() as db:
        return plan_problem(db, plan_by_key(db, key), house.now)


def test_what_was_decided_is_done_on_its_day_and_what_is_on_an_agenda_is_put(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai")
    held = tokyo_day(house.now)
    meeting = house.a_meeting("ict_honbu", days=20)
    actions.list_item(house.office, "ict_honbu_office", meeting, "dx", "policy_honbu", now=house.now)
    found = read(house)
    assert found.ended == {"policy_document": date(2023, 3, 1), "policy_bukai": held}
    assert found.put == {"policy_honbu": meeting}
    [honbu] = [row for row in outlook(found).rows if row.activity.key == "policy_honbu"]
    assert honbu.planned == "令和5年5月"
    assert not [row for row in outlook(found).rows if row.activity.key == "policy_bukai" and row.expected]


def test_a_meeting_that_is_over_is_counted_on_though_nobody_has_recorded_its_result_yet(house: House) -> None:
    house.a_plan()
    house.a_version()
    meeting = house.a_meeting("joho_bukai", days=20)
    actions.list_item(house.office, "joho_bukai_office", meeting, "dx", "policy_bukai", now=house.now)
    before = outlook(read(house))
    house.later(days=23)
    found = read(house)
    assert found.ended.keys() == {"policy_document"} and not found.put
    held = found.awaiting["policy_bukai"]
    after = outlook(found)
    assert (after.finish, after.clash) == (before.finish, before.clash)
    assert "部会での検討" not in after.next_day
    [bukai] = [row for row in after.rows if row.activity.key == "policy_bukai"]
    assert (bukai.done, bukai.expected, bukai.late) == (None, f"{shown_day(held)}（結果の記録待ち）", 0)
    house.a_version()  # another text: the sitting saw the one before it
    assert not read(house).awaiting


def test_a_circular_that_is_under_way_is_expected_to_be_answered_on_its_last_day(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai")
    meeting = house.a_meeting("ict_honbu", form=MeetingForm.IN_WRITING, days=12)
    actions.list_item(house.office, "ict_honbu_office", meeting, "dx", "policy_honbu", now=house.now)
    found = read(house)
    [honbu] = [row for row in outlook(found).rows if row.activity.key == "policy_honbu"]
    assert honbu.expected == shown_day(
        tokyo_day(house.now + timedelta(days=12))
    )  # before the month of its line


def test_a_stage_that_was_passed_is_done_and_a_plan_sent_back_has_it_before_it_again(house: House) -> None:
    house.a_plan(at="draft")
    assert {"policy_iinkai", "outline_honbu", "stage:policy"} <= set(read(house).ended)
    house.send_back("outline")
    ended = set(read(house).ended)
    assert "policy_iinkai" in ended and "outline_honbu" not in ended


def test_a_plan_that_is_decided_has_only_its_printing_left(house: House) -> None:
    house.a_plan(at="decision")
    found = outlook(read(house))
    assert found.decided and found.finish is None
    assert [row.activity.key for row in found.rows if row.expected] == ["stage:printing"]


def test_many_plans_are_read_in_as_many_statements_as_one(house: House) -> None:
    for key in ("dx", "two", "three"):
        house.a_plan(key)
    with house.office.reading() as db:
        known = [plan_by_key(db, key) for key in ("dx", "two", "three")]
        with counted(house) as one:
            plan_problem(db, known[0], house.now)
        with counted(house) as many:
            plan_problems(db, known, house.now)
    assert len(one) == len(many) == 5
