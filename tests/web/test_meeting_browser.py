"""Meetings in a real browser: by keyboard alone, by dragging, without scripts, and on paper."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from definitions.terms import Outcome
from tests.support.chromium import Site, every, must_read_well
from tests.support.scenario import LONG_AGO
from workflow import actions
from workflow.domain.meetings import MeetingForm
from workflow.domain.votes import Choice, Part

SECRETARIAT = "joho_bukai_office"


def a_full_agenda(site: Site, count: int) -> list[int]:
    """One meeting of the 部会 a week from now, with so many plans on its agenda."""
    house = site.house
    meeting = house.a_meeting()
    for number in range(count):
        actions.open_plan(
            house.office, "tanto", f"p{number}", f"計画{number}", house.chain, department="it", now=house.now
        )
        house.a_version(key=f"p{number}")
    return [
        actions.list_item(house.office, SECRETARIAT, meeting, f"p{number}", "policy_bukai", now=house.now)
        for number in range(count)
    ]


def press_until(page: Page, key: str, selector: str, most: int = 120) -> None:
    """Press the key until something that matches is in focus."""
    for _ in range(most):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press(key)
    pytest.fail(f"{key} never reached {selector}")


def test_ten_items_are_recorded_by_keyboard_alone(site: Site) -> None:
    items = a_full_agenda(site, 10)
    site.house.later(days=7, hours=1)
    page = site.person(SECRETARIAT)
    page.goto("/meetings/1")
    press_until(page, "Tab", "a[href='/meetings/1/sitting']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/meetings/1/sitting")
    for who in ("chair", "1", "2"):
        press_until(page, "Tab", f"select#there-joho_bukai_{who}")
        page.keyboard.press("ArrowDown")
    press_until(page, "Tab", "input[name=observers]")
    page.keyboard.type("3")
    press_until(page, "Tab", "textarea#text-1-1")
    page.keyboard.type("始める。")
    press_until(page, "Tab", "button[name=more][value=text-1]")
    page.keyboard.press("Enter")
    expect(page.locator("#text-1-2")).to_be_focused()
    page.keyboard.type("資料を説明する。")
    for number, item in enumerate(items):
        press_until(page, "Tab", f"input[name=outcome-{item}]")
        if number == 4:
            page.keyboard.press("2")
            page.keyboard.press("Tab")
            page.keyboard.type("図を直す")
        elif number % 2:
            page.keyboard.press("ArrowRight")
            page.keyboard.press("ArrowLeft")
        else:
            page.keyboard.press("1")
    press_until(page, "Tab", "form.sitting > p > button:not([formaction])")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="14 件を記録する")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("14 件を記録しました。")
    expect(page.get_by_role("status")).to_be_focused()
    press_until(page, "Tab", "a[href='/meetings/1#ending']")
    page.keyboard.press("Enter")
    expect(page.locator(".agenda").get_by_text("了承", exact=True)).to_have_count(9)
    expect(page.locator("#item-5")).to_contain_text("条件: 図を直す")
    press_until(page, "Tab", "textarea[name=minutes]")
    page.keyboard.type("すべて了承した。")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("の終了")
    press_until(page, "Tab", "main form button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("会議を終了しました。")


@pytest.mark.parametrize("chain", ["shingikai_gian"])
def test_a_show_of_hands_is_entered_by_keyboard_alone(site: Site) -> None:
    house = site.house
    house.a_plan()
    house.a_version()
    house.an_item("consultation_shingikai")
    page = site.person("shingikai_office")
    page.goto("/meetings/1")
    press_until(page, "Tab", "input[name=vote-shingikai_1]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("挙手の結果を記録しました。")
    expect(page.locator("#votes ~ .card")).to_contain_text("賛成 1・反対 0・棄権 0")
    must_read_well(page)
    page.locator("summary", has_text="集計して結果を記録する").click()
    page.get_by_role("button", name="集計する", exact=True).click()
    expect(page.locator(".notice.bad")).to_contain_text("1 人がまだ採決していません")
    must_read_well(page)


def test_a_draft_is_saved_by_itself_and_a_refusal_takes_the_focus(site: Site) -> None:
    a_full_agenda(site, 2)
    site.house.later(days=7, hours=1)
    page = site.person(SECRETARIAT)
    page.goto("/meetings/1/sitting")
    page.locator("#note-1").fill("書きかけ")
    expect(page.get_by_role("status")).to_have_text("下書きを保存しました 10:00")
    must_read_well(page)
    page.goto("/meetings/1/sitting")
    expect(page.locator("#note-1")).to_have_value("書きかけ")
    page.get_by_role("button", name="記録する", exact=True).click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("計画0")
    expect(page.locator("#note-1")).to_have_value("書きかけ")
    must_read_well(page)
    page.context.clear_cookies()
    page.locator("#note-2").fill("もう一つ")
    expect(page.get_by_role("status")).to_contain_text("下書きを保存できませんでした")


def test_a_member_marks_an_item_on_a_tablet(site: Site) -> None:
    a_full_agenda(site, 2)
    page = site.person("joho_bukai_1", scripts=False, viewport={"width": 768, "height": 1024})
    page.goto("/meetings/1")
    item = page.locator("#item-1")
    item.get_by_text("自分用のしるし").click()
    item.get_by_label("しるし", exact=True).select_option("質問する")
    item.get_by_label("メモ").fill("費用を聞く")
    item.get_by_role("button", name="しるしを保存する").click()
    expect(item).to_contain_text("質問する")
    expect(item).to_contain_text("費用を聞く")


def test_an_item_is_dragged_to_another_place(site: Site) -> None:
    a_full_agenda(site, 4)
    page = site.person(SECRETARIAT)
    page.goto("/meetings/1")
    expect(page.locator(".agenda .head a")).to_have_text(["計画0", "計画1", "計画2", "計画3"])
    page.locator("#item-4 .grip").hover()
    page.mouse.down()
    target = page.locator("#item-2").bounding_box()
    assert target is not None
    page.mouse.move(target["x"] + 40, target["y"] + 4, steps=8)
    page.mouse.up()
    expect(page.get_by_role("status")).to_have_text("議題の順を変えました。")
    expect(page.locator(".agenda .head a")).to_have_text(["計画0", "計画3", "計画1", "計画2"])
    page.reload()
    expect(page.locator(".agenda .head a")).to_have_text(["計画0", "計画3", "計画1", "計画2"])


def test_the_agenda_is_ordered_by_keyboard(site: Site) -> None:
    a_full_agenda(site, 3)
    page = site.person(SECRETARIAT)
    page.goto("/meetings/1")
    press_until(page, "Tab", "button[value='up:3']")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("議題の順を変えました。")
    expect(page.locator(".agenda .head a")).to_have_text(["計画0", "計画2", "計画1"])


def test_everything_works_without_scripts(site: Site) -> None:
    house = site.house
    for number in range(2):
        actions.open_plan(
            house.office, "tanto", f"p{number}", f"計画{number}", house.chain, department="it", now=house.now
        )
        house.a_version(key=f"p{number}")
    page = site.person(SECRETARIAT, scripts=False)
    page.goto("/meetings/new")
    for label, value in (("会議の名称", "第1回部会"), ("開催日", "2023-03-08"), ("開始", "14:00"), ("終了", "16:00"), ("場所", "第一委員会室")):  # fmt: skip
        page.get_by_label(re.compile(f"^{label}")).fill(value)
    for number in range(2):
        page.get_by_label(re.compile(f"計画{number}")).check()
    page.get_by_role("button", name="準備する").click()
    page.get_by_role("link", name="招集へ進む").click()
    expect(page.get_by_text("次の 4 人に、下の案内が送られます。")).to_be_visible()
    page.get_by_role("button", name="招集する").click()
    page.get_by_role("button", name="「計画1」を上へ").click()
    expect(page.locator(".agenda .head a")).to_have_text(["計画1", "計画0"])
    expect(page.locator(".grip").first).not_to_be_visible()
    house.at("2023-03-08 14:30")
    page = site.person(SECRETARIAT, scripts=False)
    page.goto("/meetings/1")
    page.get_by_role("button", name="印のない人は出席にして記録する").click()
    expect(page.get_by_text("出席 3 人（代理を含む）")).to_be_visible()
    page.get_by_role("link", name="会議の進行を記録する").click()
    for item in every(page.locator("section.outcome")):
        item.get_by_label("1 了承").check()
    page.get_by_role("button", name="記録する", exact=True).click()
    page.get_by_role("button", name="2 件を記録する").click()
    page.get_by_role("link", name="会議の終了へ進む").click()
    page.get_by_label("概要の案").fill("了承した。")
    page.get_by_role("button", name="会議を終了する").click()
    page.get_by_role("button", name="会議を終了する").click()
    expect(page.get_by_role("status")).to_have_text("会議を終了しました。")


def test_the_pages_of_meetings_read_well(site: Site) -> None:
    house = site.house
    a_full_agenda(site, 3)
    house.a_person("stand_in", "代理 次郎")
    actions.name_deputy(house.office, "admin", "joho_bukai_1", "stand_in", LONG_AGO, now=house.now)
    writing = house.a_meeting(form=MeetingForm.IN_WRITING, days=12)
    house.a_plan("circulated")
    house.a_version(key="circulated")
    actions.list_item(house.office, SECRETARIAT, writing, "circulated", "policy_bukai", now=house.now)
    page = site.person(SECRETARIAT)
    for path in ("/meetings", "/meetings?month=2023-12", "/meetings?show=coming", "/meetings?show=past",
                 "/meetings/new", "/meetings/entered", "/meetings/1", "/meetings/1/notice", "/meetings/2",
                 "/feeds"):  # fmt: skip
        page.goto(path)
        page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
        must_read_well(page)
    page.get_by_role("button", name="URL をつくる").click()
    must_read_well(page)
    house.later(days=7, hours=1)
    page = site.person(SECRETARIAT)
    page.goto("/meetings/1")
    must_read_well(page)
    page.goto("/meetings/1/sitting")
    page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
    must_read_well(page)
    page.get_by_label("2 条件付き了承").first.check()
    page.get_by_label("1 了承").last.check()
    for who in ("chair", "1", "2"):
        page.locator(f"#there-joho_bukai_{who}").select_option("yes")
    page.get_by_role("button", name="記録する", exact=True).click()
    must_read_well(page)
    page.get_by_role("button", name="戻って直す").click()
    must_read_well(page)
    for item in (1, 2, 3):
        actions.record_outcome(house.office, SECRETARIAT, item, Outcome.APPROVED, now=house.now)
    page.goto("/meetings/1")
    must_read_well(page)
    assert page.evaluate("new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size") == (
        page.locator("[id]").count()
    )
    member = site.person("joho_bukai_1")
    member.goto("/meetings/2")
    must_read_well(member)


def test_the_agenda_on_paper_is_the_agenda_and_a_roll_to_mark(site: Site) -> None:
    a_full_agenda(site, 2)
    page = site.person(SECRETARIAT)
    page.goto("/meetings/1")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_contain_text("次第")
    for words in ("計画0", "審議", "第1版", "第一委員会室", "情報化推進部会 委員1"):
        expect(page.get_by_text(words).locator("visible=true").first).to_be_visible()
    for words in ("通知の状況", "議題を加える", "上へ", "サインアウト", "⠿"):
        expect(page.get_by_text(words).locator("visible=true")).to_have_count(0)


@pytest.mark.parametrize("chain", ["shingikai_gian"])
def test_the_page_of_a_meeting_that_votes_reads_well_until_it_is_corrected(site: Site) -> None:
    house, secretary = site.house, "shingikai_office"
    house.a_plan()
    house.a_version()
    house.a_person("stand_in", "代理 次郎")
    actions.name_deputy(house.office, "admin", "shingikai_1", "stand_in", LONG_AGO, now=house.now)
    item = house.an_item("consultation_shingikai")
    page = site.person(secretary)

    def reads_well() -> None:
        page.goto("/meetings/1")
        page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
        must_read_well(page)
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
        assert len(ids) == len(set(ids))

    reads_well()
    page.locator("#parts-part-1").select_option("退席")
    page.locator("#parts-member-1").select_option("基本計画審議会 委員2")
    page.get_by_role("button", name="この議題の出欠を記録する").click()
    expect(page.locator(".agenda").get_by_text("退席: 基本計画審議会 委員2")).to_be_visible()
    actions.enter_parts(house.office, secretary, item, {"shingikai_2": Part.PRESENT}, now=house.now)
    actions.cast_vote(house.office, "shingikai_1", item, Choice.FOR, now=house.now)
    actions.cast_vote(house.office, "shingikai_2", item, Choice.AGAINST, now=house.now)
    reads_well()
    page.get_by_role("button", name="裁決: 賛成").click()
    expect(page.get_by_text("会長の裁決: 賛成")).to_be_visible()
    actions.decide_by_votes(house.office, secretary, item, now=house.now)
    actions.close_meeting(house.office, secretary, 1, "答申した。", now=house.now)
    reads_well()
    page.get_by_role("group", name="基本計画審議会 委員1").get_by_label("欠席").check()
    page.locator("#attendance-reason").fill("出欠簿と照合")
    page.get_by_role("button", name="出欠を訂正する").click()
    expect(page.get_by_text("先にその決定を訂正してください")).to_be_visible()
    must_read_well(page)


def test_a_meeting_with_two_plans_is_prepared_and_called_in_four_clicks_from_today(site: Site) -> None:
    house = site.house
    for key in ("a", "b"):
        house.a_plan(key)
        house.a_version(key=key)
    page = site.person(SECRETARIAT)
    clicks = 0

    def click(role: Literal["link", "button"], name: str) -> None:
        nonlocal clicks
        clicks += 1
        page.get_by_role(role, name=name, exact=True).click()

    click("link", "会議を準備する")
    _type_a_meeting(page)
    click("button", "すべての計画に印を付ける")
    must_read_well(page)
    click("button", "準備して、招集へ進む")
    expect(page.locator(".letter")).to_contain_text("【審議】")
    click("button", "招集する")
    expect(page.get_by_role("status")).to_contain_text("会議を招集しました。")
    expect(page.locator(".agenda .head a")).to_have_count(2)
    assert clicks == 4


def test_ten_items_are_entered_in_two_clicks_and_enter_ticks_nothing(site: Site) -> None:
    house = site.house
    for key in ("a", "b"):
        house.a_plan(key)
        house.a_version(key=key)
    page = site.person(SECRETARIAT)
    page.get_by_role("link", name="会議を準備する", exact=True).click()
    _type_a_meeting(page)
    page.get_by_label("その他の議題（1行に1件）").fill("\n".join(f"議題{n} {n}分" for n in range(1, 11)))
    page.get_by_label("場所").press("Enter")
    expect(page.locator(".agenda .head")).to_have_count(10)
    expect(page.locator(".agenda .head").last).to_contain_text("予定 10 分")
    page.get_by_role("link", name="議題を加える", exact=True).click()
    page.get_by_label("その他の議題（1行に1件）").fill("追加の件")
    page.get_by_label("載せる場所").select_option("2 議題2 の後")
    must_read_well(page)
    page.get_by_role("button", name="まとめて載せる").click()
    expect(page.locator(".agenda .head").nth(2)).to_contain_text("追加の件")


def _type_a_meeting(page: Page) -> None:
    for label, words in (
        ("会議の名称", "第3回部会"), ("開催日", "2023-03-20"), ("開始", "14:00"), ("終了", "15:00"),
    ):  # fmt: skip
        page.get_by_label(re.compile(f"^{label}( 必須)?$")).fill(words)
    page.get_by_label("場所").fill("第一委員会室")
