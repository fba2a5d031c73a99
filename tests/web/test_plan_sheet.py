"""The sheet of plans: how each stands beside its schedule, narrowed, sorted, page by page, as Excel."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from tests.support.counting import counted
from tests.support.scenario import LONG_AGO, House
from tests.support.web_client import Browser
from workflow import actions
from workflow.actions.watching import watch_plans


def late_plan(house: House, key: str = "dx") -> None:
    """A plan whose first meeting was planned for March, and is not held on 20 April."""
    house.a_plan(key)
    house.at("2023-04-20 10:00")


def test_a_missed_month_is_said_late_with_the_days_and_what_was_due(house: House) -> None:
    late_plan(house)
    page = Browser(house, "tanto").see("/plans")
    assert "遅れ 20 日" in page
    assert "情報化推進部会（部会での検討）" in page
    assert "文書がまだ登録されていません" in page


def test_what_was_done_in_time_is_not_late(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai")
    house.at("2023-04-20 10:00")
    page = Browser(house, "tanto").see("/plans")
    assert "予定どおり" in page and "遅れ 20" not in page


def test_the_next_meeting_that_treats_the_plan_is_named(house: House) -> None:
    house.a_plan()
    house.a_version()
    meeting = house.a_meeting("joho_bukai", days=9)
    actions.list_item(house.office, "joho_bukai_office", meeting, "dx", "policy_bukai", now=house.now)
    assert f'href="/meetings/{meeting}"' in Browser(house, "tanto").see("/plans")


def test_the_day_s_comparison_narrows_and_sorts_by_lateness(house: House) -> None:
    late_plan(house, "late")
    house.a_plan("fresh")
    assert watch_plans(house.office, now=house.now) == 2
    assert watch_plans(house.office, now=house.now) == 0
    staff = Browser(house, "tanto")
    late = staff.see("/plans?late=yes")
    assert "/plans/late" in late and "/plans/fresh" not in late
    by_due = staff.see("/plans?order=due")
    assert by_due.index('href="/plans/late"') < by_due.index('href="/plans/fresh"')
    assert watch_plans(house.office, now=house.now + timedelta(days=1)) == 2


def test_a_plan_that_was_given_up_late_stands_behind_those_that_are_late_on_each_page(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("a", "b", "c"):
        late_plan(house, key)
    watch_plans(house.office, now=house.now)
    house.a_plan("d")
    actions.withdraw(house.office, "tanto", "a", "計画の統合", seen=1, now=house.now)
    monkeypatch.setattr("workflow.web.pages.plan_sheet.PLANS_ON_A_PAGE", 1)
    staff, seen = Browser(house, "tanto"), [""]
    for _ in range(4):
        page = staff.see(f"/plans?order=due&following={seen[-1]}")
        seen += [key for key in "abcd" if f'href="/plans/{key}"' in page]
    assert seen == ["", "b", "c", "a", "d"]
    assert "続きを見る" not in page


@pytest.mark.parametrize("order", ["key", "title", "department", "entered", "due"])
def test_every_order_shows_each_plan_once_over_its_pages(
    house: House, order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [f"plan{number}" for number in range(5)]
    for key in keys:
        house.later(hours=1).a_plan(key)
    watch_plans(house.office, now=house.now)
    monkeypatch.setattr("workflow.web.pages.plan_sheet.PLANS_ON_A_PAGE", 2)
    staff, seen, path = Browser(house, "tanto"), [], f"/plans?order={order}"
    for _ in range(3):
        page = staff.see(path)
        seen += [key for key in keys if f'href="/plans/{key}"' in page]
        path = f"/plans?order={order}&following={seen[-1]}"
    assert seen == keys


def test_departments_stand_in_their_official_order_over_pages_too(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = actions.read_departments("福祉課,welfare\nIT推進課,it\n区長室,mayor\n会計室,accounts")
    actions.put_departments(house.office, "admin", lines, now=house.now)
    actions.post(house.office, "admin", "tanto", "welfare", LONG_AGO, now=house.now)
    actions.post(house.office, "admin", "tanto", "accounts", LONG_AGO, now=house.now)
    for key, department in (("a", "accounts"), ("b", "it"), ("c", "welfare"), ("d", "it")):
        actions.open_plan(house.office, "tanto", key, key, house.chain, department=department, now=house.now)
    staff = Browser(house, "tanto")
    shown = staff.see("/plans?order=department")
    places = [shown.index(f'href="/plans/{key}"') for key in "cbda"]
    assert places == sorted(places)
    monkeypatch.setattr("workflow.web.pages.plan_sheet.PLANS_ON_A_PAGE", 2)
    rest = staff.see("/plans?order=department&following=b")
    assert 'href="/plans/d"' in rest and 'href="/plans/a"' in rest and 'href="/plans/c"' not in rest


def test_the_same_plans_as_excel(house: House) -> None:
    late_plan(house)
    staff = Browser(house, "tanto")
    content = staff.client.get("/plans.xlsx").content
    rows = list(load_workbook(io.BytesIO(content)).active.values)
    assert rows[0][0] == "計画ID"
    assert rows[1][0] == "dx" and "遅れ 20 日" in rows[1][5]


def test_an_excel_that_cannot_hold_all_plans_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("a", "b", "c"):
        house.a_plan(key)
    staff = Browser(house, "tanto")
    for most, last in ((4, "c"), (2, "2 件までです")):
        monkeypatch.setattr("workflow.web.pages.plan_sheet.PLANS_ON_A_PAGE", 2)
        monkeypatch.setattr("workflow.web.pages.plan_sheet.PLANS_IN_EXCEL", most)
        rows = list(load_workbook(io.BytesIO(staff.client.get("/plans.xlsx").content)).active.values)
        assert len(rows) == 4 and str(rows[-1][0]).startswith(last)


def test_a_word_is_found_in_the_title_and_in_the_key_as_soon_as_it_stands_there(house: House) -> None:
    house.a_plan("green-2023")
    house.a_plan("dx")
    staff = Browser(house, "tanto")
    actions.correct_plan(house.office, "tanto", "dx", "表記", title="第2次ICT基盤計画（案）", now=house.now)
    for words in ("基", "次I", "ICT基盤", "2次", "（案）", "画（"):
        found = staff.see(f"/plans?words={words}")
        assert 'href="/plans/dx"' in found and 'href="/plans/green-2023"' not in found, words
    for words in ("2023", "reen-", "n-2", "推進"):
        found = staff.see(f"/plans?words={words}")
        assert 'href="/plans/green-2023"' in found and 'href="/plans/dx"' not in found, words
    assert "当てはまる計画はありません" in staff.see("/plans?words=基盤案")
    assert "当てはまる計画はありません" in staff.see("/plans?words=%25")


def test_a_body_narrows_to_the_plans_whose_way_leads_to_it(house: House) -> None:
    house.a_plan()
    staff = Browser(house, "tanto")
    assert "/plans/dx" in staff.see("/plans?body=joho_bukai")
    assert "/plans/dx" not in staff.see("/plans?body=nobody")


def test_a_person_narrows_to_the_plans_of_the_departments_they_serve(house: House) -> None:
    house.a_plan()
    staff = Browser(house, "tanto")
    shown = staff.see("/plans?person=tanto")
    assert "/plans/dx" in shown and 'value="tanto"' in shown
    assert "person=tanto" in shown.split("Excel で受け取る")[0]
    assert "/plans/dx" in staff.see("/plans?person=担当 花子")
    assert "/plans/dx" not in staff.see("/plans?person=nobody")


def test_the_order_of_the_stages_is_that_of_the_chain_over_pages_too(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.a_plan("a", at="draft")
    house.a_plan("b")
    house.a_plan("c", at="outline")
    staff = Browser(house, "tanto")
    shown = staff.see("/plans?order=stage")
    places = [shown.index(f'href="/plans/{key}"') for key in "bca"]
    assert places == sorted(places)
    monkeypatch.setattr("workflow.web.pages.plan_sheet.PLANS_ON_A_PAGE", 1)
    assert 'href="/plans/c"' in staff.see("/plans?order=stage&following=b")
    assert 'href="/plans/a"' in staff.see("/plans?order=stage&following=c")


def test_the_sheet_costs_the_same_for_more_plans(house: House) -> None:
    staff = Browser(house, "tanto")

    def cost() -> int:
        staff.see("/plans")
        with counted(house) as sent:
            staff.see("/plans")
        return len(sent)

    house.a_plan()
    first = cost()
    for number in range(6):
        house.a_plan(f"more{number}")
    assert cost() == first <= 11
