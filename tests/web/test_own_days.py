"""わたしの予定: a week and a month of the person who asks."""

import re
from datetime import timedelta

from tests.support.counting import counted
from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions
from workflow.domain.calendar import tokyo_day
from workflow.queries.meetings import periods_between
from workflow.queries.reading_rights import EVERYTHING


def day_of(house: House, days: int = 0) -> str:
    return tokyo_day(house.now + timedelta(days=days)).isoformat()


def load(page: str) -> list[list[int]]:
    """The counts of each week: meetings, deadlines, tasks, all."""
    table = page.split('id="load"')[1].split("</table>")[0]
    return [
        [int(each) for each in re.findall(r"<td[^>]*>(\d+)</td>", row)] for row in table.split("<tr ")[2:]
    ]


def test_a_member_finds_the_meeting_in_its_week_and_its_month(house: House) -> None:
    meeting = house.a_meeting("joho_bukai", days=9)
    member = Browser(house, "joho_bukai_1")
    for view in ("week", "month"):
        shown = member.see(f"/days?show={view}&day={day_of(house, 9)}")
        assert f'<a href="/meetings/{meeting}">情報化推進部会</a>' in shown
        assert sum(week[0] for week in load(shown)) == 1
    far = member.see(f"/days?day={day_of(house, 60)}")
    assert f"/meetings/{meeting}" not in far and load(far) == [[0, 0, 0, 0]]


def test_today_leads_to_it_and_it_to_the_weeks_before_and_after(house: House) -> None:
    member = Browser(house, "joho_bukai_1")
    assert 'href="/days"' in member.see("/")
    shown = member.see("/days?show=week&day=2023-06-14")
    assert "day=2023-06-07" in shown and "day=2023-06-21" in shown
    shown = member.see("/days?show=month&day=2023-06-14")
    assert "day=2023-05-01" in shown and "day=2023-07-01" in shown
    assert "わたしの予定" in member.see("/days?day=never")


def test_staff_find_the_meeting_that_treats_their_plan_and_what_the_schedule_expects(house: House) -> None:
    house.a_plan()
    house.a_version()
    meeting = house.a_meeting("joho_bukai", days=9)
    staff = Browser(house, "tanto")
    assert f"/meetings/{meeting}" not in staff.see(f"/days?day={day_of(house, 9)}").split("undated")[0]
    actions.list_item(house.office, "joho_bukai_office", meeting, "dx", "policy_bukai", now=house.now)
    assert f'href="/meetings/{meeting}"' in staff.see(f"/days?day={day_of(house, 9)}")
    assert "（工程表）" in staff.see(f"/days?show=month&day={day_of(house)}")


def test_the_last_day_of_a_comment_is_a_deadline_of_its_department(house: House) -> None:
    house.a_plan(at="public_comment")
    house.open_every_gate()
    since = tokyo_day(house.now) - timedelta(days=90)
    with house.office.reading() as db:
        period = periods_between(db, EVERYTHING, since, tokyo_day(house.now))[-1]
    shown = Browser(house, "tanto").see(f"/days?day={period.closes_on.isoformat()}")
    assert "パブリックコメント最終日" in shown


def test_nobody_finds_the_days_of_another(house: House) -> None:
    house.a_plan()
    house.a_version()
    meeting = house.a_meeting("joho_bukai", days=9)
    actions.list_item(house.office, "joho_bukai_office", meeting, "dx", "policy_bukai", now=house.now)
    house.a_person("outsider")
    shown = Browser(house, "outsider").see(f"/days?show=month&day={day_of(house, 9)}")
    assert f"/meetings/{meeting}" not in shown and "/plans/dx" not in shown
    assert all(week == [0, 0, 0, 0] for week in load(shown))


def test_the_days_cost_the_same_for_more_plans(house: House) -> None:
    staff = Browser(house, "tanto")

    def cost() -> int:
        staff.see("/days?show=month")
        with counted(house) as sent:
            staff.see("/days?show=month")
        return len(sent)

    house.a_plan("one")
    one = cost()
    for number in range(4):
        house.a_plan(f"plan{number}")
    assert cost() == one <= 26
