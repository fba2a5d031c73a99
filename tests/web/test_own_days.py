"""わたしの予定: a week and a month of the person who asks."""

import re
from datetime import timedelta

import pypdfium2

from tests.support.api_client import Program
from tests.support.chromium import Site, must_read_well
from tests.support.counting import counted
from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions
from workflow.domain.calendar import tokyo_day
from workflow.queries.calendar import periods_between
from workflow.queries.own_days import MOST_PLANS
from workflow.queries.reading_rights import EVERYTHING
from workflow.web.pages.own_days import MOST_LISTED


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


def test_under_the_month_every_entry_stands_by_day_also_what_its_grid_has_no_room_for(house: House) -> None:
    for _ in range(6):
        house.a_meeting("joho_bukai", days=9)
    shown = Browser(house, "joho_bukai_1").see(f"/days?show=month&day={day_of(house, 9)}")
    listed = shown.split("</table>", 1)[1]
    day = listed.split(f'aria-labelledby="d{day_of(house, 9)}"')[1].split("</section>")[0]
    assert day.count('class="clock"') == 6


def test_of_a_day_of_very_many_entries_the_first_are_listed_and_lead_to_all_of_them(house: House) -> None:
    for _ in range(MOST_LISTED + 2):
        house.a_meeting("joho_bukai", days=9)
    member, day = Browser(house, "joho_bukai_1"), day_of(house, 9)
    shown = member.see(f"/days?show=week&day={day}")
    assert shown.count('class="clock"') == MOST_LISTED and re.search("ほか[0-9]+件", shown)
    assert f'href="/days?show=day&amp;day={day}"' in shown
    assert member.see(f"/days?show=day&day={day}").count('class="clock"') == MOST_LISTED + 2


def test_the_plans_whose_next_day_is_not_computed_are_named(house: House) -> None:
    for number in range(MOST_PLANS):
        house.a_plan(f"plan{number:02}")
    staff = Browser(house, "tanto")
    assert "unwatched" not in staff.see("/days")
    house.a_plan("zz")
    named = staff.see("/days").split('id="unwatched"')[1].split("</details>")[0]
    assert re.findall(r'href="([^"]+)"', named) == ["/plans/zz/schedule/outlook"]
    staff.see("/plans/zz/schedule/outlook")


def test_a_program_reads_its_owners_days(house: House) -> None:
    meeting = house.a_meeting("joho_bukai", days=9)
    program = Program(house, "joho_bukai_1")
    shown = program.ask("days", first=day_of(house, 9), last=day_of(house, 9))
    assert [
        (each["kind"], each["meeting"], each["day"]) for each in shown["entries"] if not each["task"]
    ] == [("meeting", meeting, day_of(house, 9))]
    assert not any(each["meeting"] == meeting for each in program.ask("days")["entries"])
    assert program.ask("days", first=day_of(house, 3))["entries"]


def test_a_month_is_one_sheet_of_paper(site: Site) -> None:
    for days in range(1, 22):
        for _ in range(3):
            site.house.a_meeting("joho_bukai", days=days)
    page = site.person("joho_bukai_1")
    page.goto("/days?show=month")
    must_read_well(page)
    first, second = (
        each.get_textpage().get_text_range()
        for each in pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    )
    assert first.count("09:00 情報化推進部会") == 3 * 21 and "週ごとの件数" not in first
    assert "週ごとの件数" in second
