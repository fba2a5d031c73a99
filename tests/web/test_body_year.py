"""The months to come of a body: its sittings with their items, and the plans whose schedules lead to it."""

import re

from tests.support.api_client import Program
from tests.support.counting import counted
from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions

YEAR = "/bodies/joho_bukai/year"


def rows(page: str) -> list[list[str]]:
    """The cells of the table of months, as words."""
    table = page.split("</table>")[0]
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd] [^>]*>(.*?)</t[hd]>", row)]
        for row in table.split("<tr ")[2:]
    ]


def test_a_plan_stands_in_the_month_its_schedule_names_with_its_stage_and_purpose(house: House) -> None:
    house.a_plan()
    member = Browser(house, "joho_bukai_1")
    shown = member.see(YEAR)
    assert len(rows(shown)) == 6
    assert len(rows(member.see(f"{YEAR}?months=12"))) == 12
    assert 'href="/plans/dx"' in shown and "部会での検討" in shown
    assert f'href="{YEAR}"' in member.see("/bodies/joho_bukai")


def test_what_is_on_an_agenda_is_an_item_of_the_sitting_and_expected_no_more(house: House) -> None:
    house.a_plan()
    house.a_version()
    member = Browser(house, "joho_bukai_1")
    before = rows(member.see(YEAR))
    meeting = house.a_meeting("joho_bukai", days=9)
    actions.list_item(house.office, "joho_bukai_office", meeting, "dx", "policy_bukai", now=house.now)
    shown = member.see(YEAR)
    after = rows(shown)
    assert f'href="/meetings/{meeting}"' in shown and "議題 1件" in shown
    assert sum(int(row[2]) for row in after) == 1
    assert sum(int(row[3]) for row in after) == sum(int(row[3]) for row in before) - 1


def test_the_month_that_has_too_much_is_marked(house: House) -> None:
    for number in range(9):
        house.a_plan(f"plan{number}")
    assert "多すぎます（1件超過）" in Browser(house, "joho_bukai_1").see(YEAR)


def test_what_is_overdue_stands_in_the_present_month(house: House) -> None:
    house.a_plan()
    house.at("2023-05-20 10:00")
    shown = Browser(house, "joho_bukai_1").see(YEAR)
    assert "予定を過ぎています" in shown
    assert int(rows(shown)[0][3]) >= 1


def test_a_plan_that_is_suspended_is_marked(house: House) -> None:
    house.a_plan()
    member = Browser(house, "joho_bukai_1")
    assert "中断中" not in member.see(YEAR)
    seen = house.plan().revision
    actions.suspend(house.office, "tanto", "dx", "指針の改定を待つため", seen=seen, now=house.now)
    assert '<span class="tag bad">中断中</span>' in member.see(YEAR)


def test_who_may_not_read_a_plan_sees_neither_it_nor_its_item(house: House) -> None:
    house.a_plan()
    house.a_version()
    meeting = house.a_meeting("joho_bukai", days=9)
    actions.list_item(house.office, "joho_bukai_office", meeting, "dx", "policy_bukai", now=house.now)
    house.a_person("outsider")
    shown = Browser(house, "outsider").see(YEAR)
    assert "/plans/dx" not in shown
    assert all(row[4] == "0" for row in rows(shown))


def test_a_body_that_is_not_there_is_not_found(house: House) -> None:
    Browser(house, "tanto").see("/bodies/nobody/year", 404)


def test_the_months_cost_the_same_for_more_plans(house: House) -> None:
    member = Browser(house, "joho_bukai_1")

    def cost() -> int:
        member.see(YEAR)
        with counted(house) as sent:
            member.see(YEAR)
        return len(sent)

    house.a_plan("one")
    one = cost()
    for number in range(4):
        house.a_plan(f"plan{number}")
    assert cost() == one <= 11


def test_a_program_reads_the_same_months(house: House) -> None:
    house.a_plan()
    house.a_version()
    meeting = house.a_meeting("joho_bukai", days=9)
    actions.list_item(house.office, "joho_bukai_office", meeting, "dx", "policy_bukai", now=house.now)
    shown = Program(house, "joho_bukai_1").ask("bodies/joho_bukai/year", months=12)
    assert shown["body"] == "joho_bukai" and len(shown["months"]) == 12
    sittings = [each for month in shown["months"] for each in month["sittings"]]
    assert [(each["meeting"], each["items"], each["status"]) for each in sittings] == [(meeting, 1, "called")]
    assert {each["plan"] for month in shown["months"] for each in month["expected"]} == {"dx"}
    Program(house, "joho_bukai_1").ask("bodies/nothing/year", 404)
    Program(house, "joho_bukai_1").ask("bodies/joho_bukai/year", 422, months=13)
