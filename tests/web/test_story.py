"""A plan's whole life in real browsers, from its opening to its printing, with scripts and without; and two browsers
that race."""

import re
from datetime import time, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.support.chromium import PHONE, Site, sign_in
from tests.support.web_client import PASSWORD
from workflow import actions
from workflow.cli.demo.docx import docx
from workflow.domain.calendar import at_tokyo, end_of_day, tokyo_day
from workflow.domain.meetings import MeetingForm
from workflow.store import event_log

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class Town:
    """People before screens of their own, on the house's clock."""

    def __init__(self, site: Site, *, scripts: bool) -> None:
        self.site, self.house, self.scripts = site, site.house, scripts
        self.screens: dict[str, Page] = {}

    def at_desk(self, key: str) -> Page:
        """The person, signed in today."""
        if key not in self.screens:
            self.screens[key] = self.site.person(key, scripts=self.scripts)
        page = self.screens[key]
        page.goto("/")
        if page.url.endswith("/sign-in"):
            sign_in(page, key, PASSWORD)
        return page

    def opens(self, title: str) -> None:
        page = self.at_desk("tanto")
        page.get_by_role("link", name="計画", exact=True).click()
        page.get_by_role("link", name="新しい計画を始める").click()
        page.get_by_label("計画の名称").fill(title)
        page.get_by_label("計画ID").fill("dx")
        page.get_by_label("策定の流れ").select_option("itabashi_dx_2025")
        page.get_by_role("button", name="開始する").click()
        expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()

    def adds(self, name: str) -> None:
        page = self.at_desk("tanto")
        page.goto("/plans/dx#new-version")
        page.locator("#document").set_input_files(
            {"name": f"{name}.docx", "mimeType": WORD, "buffer": docx(name)}
        )
        page.get_by_role("button", name="登録する", exact=True).click()
        expect(page.get_by_role("link", name=f"{name}.docx").first).to_be_visible()

    def meets(self, body: str, outcome: str, *, condition: str = "") -> None:
        """The body's 事務局 calls a meeting for next week, sets its agenda, and records what came out."""
        page = self.at_desk(f"{body}_office")
        self.calls(page, body)
        page.get_by_role("link", name="議題を加える").click()
        page.get_by_label("DX推進計画").check()
        page.get_by_role("button", name="まとめて載せる").click()
        expect(page).to_have_url(re.compile(r"/meetings/\d+(#|$)"))
        meeting = page.url.partition("#")[0]
        self.house.now = at_tokyo(tokyo_day(self.house.now) + timedelta(days=7), time(15))
        page = self.at_desk(f"{body}_office")
        expect(page.get_by_text("結果の記録").first).to_be_visible()
        page.goto(meeting)
        page.get_by_role("button", name="印のない人は出席にして記録する").click()
        page.get_by_role("link", name="会議の進行を記録する").click()
        page.get_by_role("radio", name=re.compile(rf"^\d {outcome}$")).check()
        if condition:
            page.get_by_role("textbox", name="条件").fill(condition)
        page.get_by_role("button", name="記録する", exact=True).click()
        page.get_by_role("button", name="1 件を記録する").click()
        expect(page.get_by_role("status")).to_contain_text("記録しました")
        page.get_by_role("link", name="会議の終了へ進む").click()
        page.get_by_label("概要の案").fill("全員で話し合った。")
        page.get_by_role("button", name="会議を終了する").click()
        page.get_by_role("button", name="会議を終了する").click()
        expect(page.get_by_role("paragraph").get_by_text("全員で話し合った。")).to_be_visible()

    def calls(self, page: Page, body: str) -> None:
        day = tokyo_day(self.house.now) + timedelta(days=7)
        page.get_by_role("link", name="会議", exact=True).click()
        page.get_by_role("link", name="会議を準備する").first.click()
        page.get_by_label("会議の名称").fill(f"{self.house.chain.body(body).name}の会議")
        page.get_by_label("開催日").fill(day.isoformat())
        page.get_by_label("開始 必須").fill("14:00")
        page.get_by_label("終了 必須").fill("15:00")
        page.get_by_label("場所").fill("第一委員会室")
        page.get_by_role("button", name="準備する").click()
        page.get_by_role("link", name="招集へ進む").click()
        expect(page.get_by_text(f"{body.replace('_', '-')}-chair@city.example.jp")).to_be_visible()
        page.get_by_role("button", name="招集する").click()

    def advances(self, to: str) -> None:
        page = self.at_desk("tanto")
        page.goto("/plans/dx")
        page.get_by_role("button", name=f"「{to}」へ進める").click()
        page.get_by_role("button", name="次の段階へ進める").click()
        expect(page.locator(".rail .here")).to_have_text(to)

    def cannot_advance(self, why: str) -> None:
        page = self.at_desk("tanto")
        page.goto("/plans/dx")
        expect(page.get_by_text(why).first).to_be_visible()
        expect(page.get_by_role("button", name="へ進める")).to_have_count(0)

    def closes_condition(self, condition: str) -> None:
        page = self.at_desk("joho_bukai_office")
        page.get_by_role("link", name=condition).click()
        page.get_by_label("どう満たしたか").fill("図を描き直した。")
        page.get_by_role("button", name="解消を記録する").click()
        expect(page.get_by_role("status")).to_be_visible()

    def asks_the_public(self) -> None:
        page = self.at_desk("tanto")
        page.goto("/comments/dx")
        page.get_by_label("募集開始日").fill(tokyo_day(self.house.now).isoformat())
        page.get_by_label("閲覧場所").fill("区政資料室")
        page.get_by_role("button", name="期間を確かめる").click()
        page.get_by_role("button", name="募集を始める").click()
        expect(page.get_by_text("募集中です。")).to_be_visible()

    def citizen_writes(self, text: str) -> None:
        page = self.site.person(scripts=self.scripts, viewport=PHONE)
        page.goto("/public/dx")
        page.get_by_label("氏名").fill("区民 花")
        page.get_by_label("住所").fill("板橋区板橋")
        page.get_by_label("ご意見 1").fill(text)
        page.get_by_role("button", name="内容を確認する").click()
        page.get_by_role("button", name="送信する").click()
        expect(page.get_by_text("受付番号", exact=True)).to_be_visible()
        self.screens["citizen"] = page

    def answers_and_publishes(self, answer: str) -> None:
        page = self.at_desk("tanto")
        page.goto("/comments/dx/opinions")
        page.get_by_label("選ぶ").first.check()
        page.get_by_role("button", name="選んだ意見に回答する").click()
        page.get_by_label("意見の概要").fill("文字の大きさ")
        page.get_by_label("区の考え方").fill(answer)
        page.get_by_label("反映結果").select_option(index=1)
        page.get_by_role("button", name="回答を登録する").click()
        page.goto("/comments/dx/publish")
        page.get_by_role("button", name="公表へ進む").click()
        page.get_by_role("button", name="公表する").click()
        public = self.screens["citizen"]
        public.goto("/public/dx")
        expect(public.get_by_text(answer).first).to_be_visible()
        expect(public.get_by_text("1件・1人").first).to_be_visible()

    def signs(self, gate: str) -> None:
        page = self.at_desk("mayor")
        page.get_by_role("link", name=gate).click()
        page.get_by_role("button", name="決裁する", exact=True).click()
        expect(page.get_by_text("この操作で送られるお知らせはありません。")).to_be_visible()
        page.get_by_role("button", name="決裁する", exact=True).click()
        expect(page.get_by_role("status")).to_have_text("決裁を記録しました。")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_plan_goes_from_its_opening_to_print(site: Site, scripts: bool) -> None:
    town = Town(site, scripts=scripts)
    town.opens("DX推進計画")
    town.cannot_advance("手続が4件済んでいないため")
    town.adds("策定方針")
    town.meets("joho_bukai", "条件付き了承", condition="図を直す")
    town.cannot_advance("図を直す")
    town.closes_condition("図を直す")
    town.meets("ict_honbu", "了承")
    town.meets("kikaku_iinkai", "報告済")
    town.advances("骨子")
    for stage, bodies in (
        ("骨子", ("joho_bukai", "ict_honbu")),
        ("素案", ("joho_bukai", "ict_honbu", "kikaku_iinkai")),
    ):
        town.adds(stage)
        for body in bodies:
            town.meets(body, "報告済" if body == "kikaku_iinkai" else "了承")
        town.advances({"骨子": "素案", "素案": "パブリックコメント"}[stage])
    town.asks_the_public()
    town.citizen_writes("文字を大きくしてほしい。")
    town.house.now = end_of_day(tokyo_day(town.house.now) + timedelta(days=18)) + timedelta(hours=9)
    town.answers_and_publishes("大きくします。")
    town.advances("原案")
    town.adds("原案")
    for body in ("joho_bukai", "ict_honbu", "kikaku_iinkai"):
        town.meets(body, "報告済" if body == "kikaku_iinkai" else "了承")
    town.signs("区長の決裁")
    town.advances("決定")
    town.advances("印刷")
    with town.house.office.reading() as db:
        event_log.verify(db)


def test_the_second_of_two_browsers_that_race_is_told_kindly(site: Site) -> None:
    site.house.a_plan()
    site.house.open_every_gate()
    first, second = site.person("tanto"), site.person("tanto")
    sign_in(first, "tanto", PASSWORD)
    for page in (first, second):
        page.goto("/plans/dx")
        page.get_by_role("button", name="「骨子」へ進める").click()
        expect(page.get_by_role("button", name="次の段階へ進める")).to_be_visible()
    first.get_by_role("button", name="次の段階へ進める").click()
    expect(first.locator(".rail .here")).to_have_text("骨子")
    second.get_by_role("button", name="次の段階へ進める").click()
    expect(second.get_by_role("alert")).to_contain_text("他の方が動かしました")
    expect(second.get_by_text("記録は変わっていません。")).to_be_visible()
    assert site.house.plan().stage.key == "outline"


def test_who_decides_finds_and_answers_a_circular_by_keyboard_alone(site: Site) -> None:
    site.house.a_plan()
    site.house.a_version()
    item = site.house.an_item("policy_bukai", form=MeetingForm.IN_WRITING)
    page = site.person("joho_bukai_1")
    _tab_to(page, "e => e.tagName === 'A' && e.innerText.includes('への回答')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/meetings/*")
    _tab_to(page, "e => e.value === 'for'")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    with site.house.office.reading() as db:
        assert actions.current_tally(db, item).present == 1


def _tab_to(page: Page, found: str) -> None:
    """Press Tab until what is in focus is what is looked for."""
    for _ in range(80):
        if page.evaluate(f"({found})(document.activeElement)"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab never reached {found}")
