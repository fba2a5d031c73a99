"""Clicks from where a person stands to what they came for: fields are filled in between, and not counted."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.chromium import Site, every, must_read_well
from tests.support.scenario import House
from workflow.domain.meetings import MeetingForm


class Mouse:
    """A person with a mouse, whose clicks on links, buttons and folded parts are counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks = page, 0

    def on(self, role: str, name: str | re.Pattern[str], within: str = "main") -> None:
        self._click(self.page.locator(within).get_by_role(role, name=name).first)  # type: ignore[arg-type]

    def _click(self, place: Locator) -> None:
        place.click()
        self.clicks += 1


@pytest.fixture
def written(site: Site) -> House:
    """The house, with a plan whose document is written and waits for its bodies."""
    site.house.a_plan()
    site.house.a_version()
    return site.house


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_plan_goes_on_in_two_clicks_from_todays_work(site: Site, scripts: bool) -> None:
    site.house.a_plan()
    site.house.open_every_gate()
    mouse = Mouse(site.person("tanto", scripts=scripts))
    mouse.on("link", "「DX推進計画」は「策定方針」から進めます")
    expect(mouse.page.get_by_text("お知らせ", exact=False).first).to_be_visible()
    mouse.on("button", "次の段階へ進める")
    expect(mouse.page.get_by_role("status")).to_have_text("骨子へ進めました。")
    assert mouse.clicks == 2


def test_a_plan_goes_on_in_two_clicks_from_its_page(site: Site) -> None:
    site.house.a_plan()
    site.house.open_every_gate()
    mouse = Mouse(site.person("tanto"))
    mouse.page.goto("/plans/dx")
    mouse.on("button", "「骨子」へ進める")
    mouse.on("button", "次の段階へ進める")
    expect(mouse.page.locator(".rail .here")).to_have_text("骨子")
    assert mouse.clicks == 2


def test_a_plan_is_finished_in_two_clicks_from_todays_work(site: Site) -> None:
    site.house.a_plan(at="printing")
    mouse = Mouse(site.person("tanto"))
    mouse.on("link", "「DX推進計画」は完了できます")
    mouse.on("button", "完了とする")
    expect(mouse.page.get_by_role("status")).to_have_text("完了としました。")
    assert mouse.clicks == 2


def test_a_decision_is_recorded_in_three_clicks_from_todays_work(site: Site, written: House) -> None:
    written.an_item("policy_bukai")
    mouse = Mouse(site.person("joho_bukai_office"))
    mouse.on("link", "「DX推進計画」の結果")
    for seat in every(mouse.page.locator("select[name^=there-]")):
        seat.select_option(label="出席")
    mouse.page.get_by_role("radio", name=re.compile(r"^\d 了承$")).check()
    mouse.on("button", re.compile("^記録する$"))
    mouse.on("button", re.compile(r"^\d 件を記録する$"))
    expect(mouse.page.get_by_role("status")).to_contain_text("件を記録しました。")
    assert mouse.clicks == 3
    assert written.why()[0].startswith("本部への報告")


def test_the_list_says_why_a_plan_is_blocked_and_one_click_says_who_lifts_it_and_when(
    site: Site, written: House
) -> None:
    written.a_meeting("joho_bukai", days=7)
    page = site.person("tanto")
    page.goto("/plans")
    lacks = "情報化推進部会の了承または条件付き了承がまだありません。"
    expect(page.get_by_text(lacks)).to_be_visible()
    mouse = Mouse(page)
    mouse.on("link", "DX推進計画")
    box = page.locator(".next")
    expect(box.get_by_text(lacks)).to_be_in_viewport()
    expect(box.get_by_text("事務局または部会長が記録します")).to_be_in_viewport()
    expect(box.get_by_role("link", name="情報化推進部会")).to_be_in_viewport()
    assert mouse.clicks == 1


# --- what the plan's page says first -------------------------------------------------------------------


def test_the_page_leads_each_reader_to_their_own_next_act(site: Site, written: House) -> None:
    secretary, mayor = site.person("joho_bukai_office"), site.person("mayor")
    secretary.goto("/plans/dx")
    secretary.locator(".next").get_by_role("link", name="この計画を議題に載せて、会議を準備する").click()
    expect(secretary.get_by_label("会議の名称")).to_be_visible()
    mayor.goto("/plans/dx")
    expect(mayor.locator(".next")).to_contain_text(
        "いま、あなたがこの計画を進めるためにできることはありません。"
    )
    meeting = written.a_meeting("joho_bukai", days=7)
    secretary.goto("/plans/dx")
    secretary.locator(".next").get_by_role("link", name="議題に載せる").click()
    assert secretary.url.endswith(f"/meetings/{meeting}/add?add=dx:policy_bukai")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
@pytest.mark.parametrize("place", ["gates", "versions", "decisions", "schedule", "discussion", "history"])
def test_a_link_into_a_folded_part_opens_it(site: Site, written: House, place: str, scripts: bool) -> None:
    page = site.person("tanto", scripts=scripts)
    page.goto("/plans/dx")
    expect(page.locator(f"#{place}")).to_be_hidden()
    page.goto("/meetings")
    page.goto(f"/plans/dx#{place}")
    expect(page.locator(f"#{place}")).to_be_in_viewport()


def test_after_a_remark_the_page_lands_where_it_stands_with_its_message(site: Site, written: House) -> None:
    page = site.person("tanto", scripts=False)
    page.goto("/plans/dx#discussion")
    page.get_by_label("記入").fill("読みました。")
    page.get_by_role("button", name="記入する").click()
    expect(page.get_by_text("読みました。")).to_be_in_viewport()
    expect(page.get_by_role("status")).to_be_in_viewport()


def test_a_late_plan_says_so_at_the_top(site: Site, written: House) -> None:
    written.later(days=60)
    page = site.person("tanto")
    page.goto("/plans/dx")
    expect(page.locator(".next .tag.bad")).to_have_text(re.compile(r"遅れ \d+ 日"))
    must_read_well(page)


def test_a_signer_is_led_to_the_form(site: Site) -> None:
    site.house.a_plan(at="proposal")
    site.house.a_version()
    for gate in ("proposal_bukai", "proposal_honbu", "proposal_iinkai"):
        site.house.agree(gate)
    page = site.person("mayor", scripts=False)
    page.goto("/plans/dx")
    page.locator(".next").get_by_role("link", name="決裁する").click()
    expect(page.get_by_role("button", name="決裁する", exact=True)).to_be_in_viewport()


def test_a_circular_whose_time_is_over_is_recorded_on_the_page_of_its_meeting(
    site: Site, written: House
) -> None:
    item = written.an_item("policy_bukai", form=MeetingForm.IN_WRITING)
    written.later(days=30)
    page = site.person("joho_bukai_office")
    page.get_by_role("link", name="「DX推進計画」の結果").click()
    expect(page).to_have_url(re.compile(f"/meetings/1#item-{item}$"))
