"""供覧 and the discussion on the page of a plan."""

import pytest
from playwright.sync_api import expect

from tests.support.chromium import Site, must_read_well
from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions


@pytest.fixture
def ready(house: House) -> House:
    house.a_plan()
    house.a_version()
    return house


def test_who_asks_others_to_read_sees_first_who_will_get_a_mail(ready: House) -> None:
    staff = Browser(ready, "tanto")
    assert "ICT推進・活用本部（庁議） 委員1" in staff.see("/plans/dx/circulate")
    form = {"reader": ["joho_bukai_1", "ict_honbu_1"], "note": "来週まで"}
    told = staff.send("/plans/dx/circulate", **form)
    assert "joho-bukai-1@city.example.jp" in told and "ict-honbu-1@city.example.jp" in told
    assert "次の計画の文書が供覧に付されました" in told and "伝　言　来週まで" in told
    assert "2人中0人が確認" in staff.do("/plans/dx/circulate", **form)


def test_a_whole_body_is_ticked_at_once_without_scripts(ready: House) -> None:
    staff = Browser(ready, "tanto")
    shown = staff.see("/plans/dx/circulate")
    assert 'name="group" value="body:joho_bukai"' in shown and "この会議体の全員（4人）" in shown
    form = {"group": "body:joho_bukai", "reader": ["ict_honbu_1"]}
    told = staff.send("/plans/dx/circulate", **form)
    assert told.count("joho-bukai-") == 4 and "ict-honbu-1@city.example.jp" in told
    assert "5人中0人が確認" in staff.do("/plans/dx/circulate", **form)
    assert 'value="body:joho_bukai" disabled' in staff.see("/plans/dx/circulate")


def test_a_reader_marks_it_read_and_everybody_sees_when(ready: House) -> None:
    actions.circulate(ready.office, "tanto", "dx", ["joho_bukai_1"], note="来週まで", now=ready.now)
    reader = Browser(ready, "joho_bukai_1")
    assert 'href="/plans/dx#reading">「DX推進計画」第1版の供覧' in reader.see("/")
    shown = reader.see("/plans/dx")
    assert "確認しました" in shown and "来週まで" in shown
    assert "1人中1人が確認" in reader.send("/plans/dx/circulations/1/read")
    assert "第1版の供覧" not in reader.see("/")
    assert "確認しました" not in reader.see("/plans/dx")
    assert "令和5年3月1日（水）09:00" in Browser(ready, "mayor").see("/plans/dx")


def test_nobody_marks_it_read_for_another(ready: House) -> None:
    actions.circulate(ready.office, "tanto", "dx", ["joho_bukai_1"], now=ready.now)
    Browser(ready, "joho_bukai_2").send("/plans/dx/circulations/1/read", 404)


def test_a_member_is_not_offered_to_circulate(ready: House) -> None:
    member = Browser(ready, "joho_bukai_1")
    assert "供覧に付す" not in member.see("/plans/dx")
    member.see("/plans/dx/circulate", 403)
    member.send("/plans/dx/circulate", 403, reader="joho_bukai_2", sure="yes")


def test_nobody_chosen_is_said_before_anything_is_sent(ready: House) -> None:
    assert "1 人以上選んでください" in Browser(ready, "tanto").send("/plans/dx/circulate", 422)


def test_the_discussion_is_written_in_and_taken_back(ready: House) -> None:
    member = Browser(ready, "joho_bukai_1")
    assert "&lt;b&gt;図を直したい" in member.send("/plans/dx/remarks", text="<b>図を直したい")
    assert "取り消す" in member.see("/plans/dx")
    assert "取り消す" not in Browser(ready, "joho_bukai_2").see("/plans/dx")
    Browser(ready, "joho_bukai_2").send("/plans/dx/remarks/1/take-back", 409)
    shown = member.send("/plans/dx/remarks/1/take-back")
    assert "本人が取り消しました" in shown and "図を直したい" not in shown


def test_who_has_no_part_in_the_plan_reads_the_discussion_only(ready: House) -> None:
    actions.remark(ready.office, "tanto", "dx", "一言", now=ready.now)
    mayor = Browser(ready, "mayor")
    shown = mayor.see("/plans/dx")
    assert "一言" in shown and "記入できるのは" in shown
    mayor.send("/plans/dx/remarks", 403, text="x")


def test_a_member_reads_and_answers_by_keyboard(site: Site) -> None:
    house = site.house
    house.a_plan()
    house.a_version()
    actions.circulate(house.office, "tanto", "dx", ["joho_bukai_1"], now=house.now)
    page = site.person("joho_bukai_1")
    page.get_by_role("link", name="「DX推進計画」第1版の供覧").press("Enter")
    expect(page.get_by_role("heading", name="DX推進計画", exact=True)).to_be_visible()
    must_read_well(page)
    page.get_by_role("button", name="確認しました").press("Enter")
    expect(page.locator("#reading").get_by_text("1人中1人が確認")).to_be_visible()
    page.locator("summary", has_text="意見交換").press("Enter")
    page.get_by_label("記入").fill("読みました。")
    page.get_by_role("button", name="記入する").press("Enter")
    expect(page.get_by_text("読みました。")).to_be_visible()
