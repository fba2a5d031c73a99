"""パブリックコメント in a real browser: a citizen with a phone, the staff at their desk, and how it all reads."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.support.chromium import PHONE, Site, must_read_well
from tests.support.scenario import House
from workflow import actions, queries
from workflow.domain.calendar import end_of_day, tokyo_day
from workflow.domain.comments import Author, Disposition, Route


@pytest.fixture
def asking(site: Site) -> House:
    """A plan whose public comment opened today, an hour ago."""
    house = site.house
    house.a_plan(at="public_comment")
    actions.open_comment(
        house.office, "tanto", "dx", "comment_period", tokyo_day(house.now),
        places=["IT推進課（本庁舎5階）", "中央図書館"],
        contact="〒173-8501 板橋区板橋二丁目66番1号\nファクス 03-0000-1111\n電子メール it@city.example.jp",
        now=house.now,
    )  # fmt: skip
    return house.later(hours=1)


def a_letter(house: House, *opinions: str) -> None:
    actions.receive_opinions(
        house.office, "tanto", "dx", Author("区民 一郎", "板橋区板橋二丁目", "03-0000-0000"), opinions,
        route=Route.FAX, received_at=house.now, now=house.now,
    )  # fmt: skip


def test_a_citizen_with_a_phone_and_no_scripts_sends_two_opinions_and_gets_a_number(
    site: Site, asking: House
) -> None:
    page = site.person(scripts=False, viewport=PHONE)
    page.goto("/public")
    page.get_by_role("link", name="DX推進計画").click()
    page.get_by_label("ご意見 1").fill("図が小さくて見えません。")
    page.get_by_label("ご意見 2").fill("費用が心配です。")
    page.get_by_role("button", name="意見の欄を増やす").click()
    expect(page.get_by_label("ご意見 4")).to_be_visible()
    page.get_by_role("button", name="内容を確認する").click()
    expect(page.get_by_role("alert")).to_contain_text("氏名を入力してください")
    page.get_by_role("link", name="氏名を入力してください").click()
    page.get_by_label("氏名").fill("区民 一郎")
    page.get_by_label("住所").fill("板橋区板橋二丁目")
    page.get_by_label("住所").press("Enter")
    expect(page.get_by_role("heading", name="内容の確認")).to_be_visible()
    expect(page.get_by_text("費用が心配です。")).to_be_visible()
    page.get_by_role("button", name="送信する").click()
    expect(page.get_by_text(re.compile(r"^1-0001$"))).to_be_visible()
    with asking.office.reading() as db:
        assert [each.text for each in queries.all_opinions(db, 1)] == [
            "図が小さくて見えません。",
            "費用が心配です。",
        ]


def test_staff_divide_a_fax_put_opinions_together_and_answer_them(site: Site, asking: House) -> None:
    page = site.person("tanto")
    page.goto("/comments")
    page.get_by_role("link", name="DX推進計画").click()
    page.get_by_role("link", name="意見を登録する").click()
    page.get_by_label("届いた方法").select_option(label="ファクス")
    page.get_by_label("氏名").fill("区民 一郎")
    page.get_by_label("本文").fill("図が小さい。\n\n字も小さい。\n\n費用が心配だ。")
    page.get_by_role("button", name="分け方を確かめる").click()
    expect(page.get_by_text("分けた結果: 3 件")).to_be_visible()
    page.get_by_role("button", name="この分け方で登録する").click()
    expect(page.get_by_role("status")).to_contain_text("受付番号 1-0001")
    page.get_by_role("link", name="意見", exact=True).click()
    page.get_by_label("選ぶ 1-0001-1").check()
    page.get_by_label("選ぶ 1-0001-2").check()
    page.get_by_role("button", name="選んだ意見に回答する").click()
    page.get_by_label("意見の概要").fill("図や字が小さい。")
    page.get_by_label("区の考え方").fill("大きくします。")
    page.get_by_label("反映結果").select_option(index=1)
    page.get_by_role("button", name="回答を登録する").click()
    expect(page.get_by_role("status")).to_contain_text("2 件の意見に回答しました")
    expect(page.get_by_text("費用が心配だ。")).to_be_visible()
    expect(page.get_by_text("字も小さい。")).to_have_count(0)


def test_the_pages_of_the_public_read_well(site: Site, asking: House) -> None:
    page = site.person()
    for path in ("/public", "/public/dx", "/public/none"):
        page.goto(path)
        must_read_well(page)
    page.goto("/public/dx")
    page.get_by_role("button", name="内容を確認する").click()
    page.get_by_role("alert").wait_for()
    must_read_well(page)
    page.get_by_label("氏名").fill("区民" * 50)
    page.get_by_label("住所").fill("A" * 200)
    page.get_by_label("ご意見 1").fill("図が小さい。" * 40)
    page.get_by_role("button", name="内容を確認する").click()
    page.get_by_role("heading", name="内容の確認").wait_for()
    must_read_well(page)
    page.get_by_role("button", name="送信する").click()
    page.get_by_role("heading", name="ご意見を受け付けました").wait_for()
    must_read_well(page)
    publish(asking)
    page.goto("/public/dx")
    expect(page.get_by_text("3件・2人")).to_be_visible()
    must_read_well(page)


def test_the_pages_of_the_staff_read_well(site: Site, asking: House) -> None:
    a_letter(asking, "図が小さい。" * 30, "https://example.jp/" + "a" * 120)
    page = site.person("tanto")
    for path in (
        "",
        "/intake",
        "/opinions",
        "/opinions/1",
        "/answer?opinion=1",
        "/answers",
        "/publish",
        "/preview",
    ):
        page.goto(f"/comments/dx{path}")
        must_read_well(page)
    asking.a_plan("ready", at="public_comment")
    page = site.person("tanto")
    for path in ("/comments", "/comments/ready"):
        page.goto(path)
        must_read_well(page)
    publish(asking)
    page = site.person("tanto")
    for path in (
        "/comments",
        "/comments/dx",
        "/comments/dx/answers",
        "/comments/dx/answers/1",
        "/comments/dx/publish",
    ):
        page.goto(path)
        must_read_well(page)


def test_the_pages_of_a_period_that_changed_read_well(site: Site, asking: House) -> None:
    house = asking
    with house.office.reading() as db:
        last = queries.rounds(db, "dx", house.now)[0].closes_on
    staff, citizen = site.person("tanto"), site.person(viewport=PHONE)
    why = "大型連休を挟み、ご意見を寄せていただく日が足りないため。" * 4
    actions.extend_comment(house.office, "tanto", "dx", last + timedelta(days=7), why, now=house.now)
    actions.correct_comment(
        house.office,
        "tanto",
        "dx",
        "番号の誤り",
        contact="ファクス 03-0000-1112\n" + "a" * 120,
        now=house.now,
    )
    staff.goto("/comments/dx")
    for opened in ("期間を延長する", "誤りを訂正する", "募集を中止する"):
        staff.get_by_text(opened, exact=True).click()
    expect(staff.get_by_label("新しい募集終了日")).to_be_visible()
    must_read_well(staff)
    citizen.goto("/public/dx")
    must_read_well(citizen)
    publish(house)
    house.later(days=3)
    received_at = house.now - timedelta(days=5)
    actions.receive_opinions(
        house.office, "tanto", "dx", Author("区民 二郎"), ["机の中にあった意見"], route=Route.POST,
        received_at=received_at, now=house.now,
    )  # fmt: skip
    staff = site.person("tanto")
    for path in ("", "/intake", "/opinions?which=unanswered"):
        staff.goto(f"/comments/dx{path}")
        must_read_well(staff)
    with house.office.reading() as db:
        found = queries.all_opinions(db, 1)[-1].id
    actions.answer_opinions(
        house.office, "tanto", "dx", [found], summary="図が小さい。" * 20, answer="改めます。" * 30,
        disposition=Disposition.REFLECTED, now=house.now,
    )  # fmt: skip
    staff.goto("/comments/dx/publish")
    must_read_well(staff)
    staff.get_by_role("button", name="追補の公表へ進む").click()
    staff.get_by_role("button", name="公表する").click()
    expect(staff.get_by_role("status")).to_contain_text("追補を公表しました")
    must_read_well(staff)
    citizen.goto("/public/dx")
    expect(citizen.get_by_role("heading", name="追補")).to_be_visible()
    must_read_well(citizen)


def test_the_pages_of_a_cancelled_period_read_well(site: Site, asking: House) -> None:
    page = site.person("tanto", viewport=PHONE)
    page.goto("/comments/dx")
    page.get_by_text("募集を中止する", exact=True).click()
    page.get_by_label("中止の理由").fill("公表した文書に誤りがあったため。" * 5)
    page.get_by_role("button", name="中止へ進む").click()
    must_read_well(page)
    page.get_by_role("button", name="中止する").click()
    expect(page.get_by_role("status")).to_contain_text("募集を中止しました")
    must_read_well(page)
    for path in ("/public", "/public/dx", "/comments", "/plans/dx"):
        page.goto(path)
        must_read_well(page)


def publish(house: House) -> None:
    """Two more opinions of one more person, all answered, and published."""
    a_letter(house, "費用が心配だ。", "人が足りるか。")
    with house.office.reading() as db:
        said = queries.all_opinions(db, 1)
        last = queries.rounds(db, "dx", house.now)[0].closes_on
    for each in said:
        actions.answer_opinions(
            house.office, "tanto", "dx", [each.id], summary=each.text, answer="ご意見を踏まえ、図を大きくします。" * 6,
            disposition=Disposition.REFLECTED, now=house.now,
        )  # fmt: skip
    house.now = max(house.now, end_of_day(last))
    actions.publish_result(house.office, "tanto", "dx", now=house.now)
