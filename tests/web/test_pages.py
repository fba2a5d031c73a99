"""The pages over HTTP: who may come in, what a form may do, what every answer carries."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.scenario import House
from tests.support.web_client import PASSWORD, Browser, Client, mail_settings
from workflow import actions
from workflow.domain.meetings import MeetingForm
from workflow.store import event_log
from workflow.web.app import HEADERS, build


@pytest.fixture
def staff(house: House) -> Browser:
    house.a_plan()
    return Browser(house, "tanto")


def test_a_stranger_is_led_to_the_sign_in_page_from_everywhere(house: House) -> None:
    house.a_plan()
    stranger = Browser(house)
    for path in ("/", "/plans", "/plans/dx", "/plans/dx/versions/1", "/meetings", "/meetings/1", "/log"):
        answer = stranger.client.get(path, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in"), path
    for path in ("/plans/dx/advance", "/plans/dx/versions", "/meetings/1/outcomes", "/items/1/vote"):
        assert stranger.client.post(path, follow_redirects=False).status_code in (303, 422), path


def test_a_wrong_password_is_refused_without_saying_what_was_wrong(house: House) -> None:
    stranger = Browser(house)
    answers = {
        stranger.client.post("/sign-in", data={"key": key, "password": "x"}).text
        for key in ("tanto", "nobody")
    }
    assert len(answers) == 1
    assert "利用者IDまたはパスワードが違います" in answers.pop()


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(house: House, tmp_path: Path) -> None:
    house.has_password("tanto", PASSWORD)
    site = "https://office.example.jp"
    app = build(house.office, replace(mail_settings(tmp_path), site=site), clock=lambda: house.now)
    client = Client(app, base_url=site)
    answer = client.post("/sign-in", data={"key": "tanto", "password": PASSWORD}, follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Secure" in cookie


def test_every_answer_carries_the_security_headers(staff: Browser) -> None:
    for path in ("/", "/plans", "/plans/none", "/nothing", "/static/sakutei.css", "/sign-in"):
        answer = staff.client.get(path)
        kept = {"cache-control": "no-cache"} if path.startswith("/static/") else {}
        for name, value in (HEADERS | kept).items():
            assert answer.headers[name] == value, (path, name)


@pytest.mark.parametrize("csrf", ["", "0" * 64])
def test_a_form_of_another_site_changes_nothing(staff: Browser, csrf: str) -> None:
    staff.csrf = csrf
    staff.send("/plans/dx/suspend", 403, seen=1, reason="悪意", sure="yes")
    assert staff.house.plan().status == "active"
    answer = staff.client.post(
        "/sign-in", data={"key": "tanto", "password": PASSWORD}, headers={"origin": "https://evil.example"}
    )
    assert answer.status_code == 403


def test_signing_out_ends_the_session(staff: Browser) -> None:
    cookie = staff.client.cookies["sakutei"]
    staff.send("/sign-out")
    staff.client.cookies.set("sakutei", cookie)
    assert staff.client.get("/", follow_redirects=False).status_code == 303


def test_a_shut_gate_is_explained_and_no_button_offers_the_step(staff: Browser) -> None:
    shown = staff.see("/plans/dx")
    assert "文書がまだ登録されていません" in shown
    assert "へ進める" not in shown
    said = staff.send("/plans/dx/advance", 409, seen=1, sure="yes")
    assert "次の手続が済んでいません" in said


def test_an_open_plan_advances_after_the_page_said_who_gets_which_mail(staff: Browser) -> None:
    staff.house.open_every_gate()
    staff.sign_in()
    assert "「骨子」へ進める" in staff.see("/plans/dx")
    assert "お知らせはありません" in staff.send("/plans/dx/advance", seen=1)
    assert staff.house.plan().stage.key == "policy"
    staff.send("/plans/dx/advance", seen=1, sure="yes")
    assert staff.house.plan().stage.key == "outline"


def test_a_sending_back_names_who_will_be_told(staff: Browser) -> None:
    staff.house.open_every_gate()
    staff.house.advance()
    staff.sign_in()
    said = staff.send("/plans/dx/send_back", seen=2, to="policy", reason="方針の誤り")
    assert "joho-bukai-chair@city.example.jp" in said
    staff.send("/plans/dx/send_back", seen=2, to="policy", reason="方針の誤り", sure="yes")
    assert staff.house.plan().stage.key == "policy"


def test_the_second_of_two_browsers_is_told_kindly(staff: Browser) -> None:
    staff.house.open_every_gate()
    staff.sign_in()
    staff.send("/plans/dx/advance", seen=1, sure="yes")
    assert "他の方が動かしました" in staff.send("/plans/dx/advance", 409, seen=1, sure="yes")


def test_a_meeting_is_attended_decided_and_closed_on_one_page(house: House) -> None:
    house.a_plan()
    house.a_version()
    meeting = house.a_meeting("joho_bukai")
    item = actions.list_item(house.office, "joho_bukai_office", meeting, "dx", "policy_bukai", now=house.now)
    house.later(days=7, hours=1)
    secretary = Browser(house, "joho_bukai_office")
    assert "結果の記録" in secretary.see("/")
    secretary.send(
        f"/meetings/{meeting}/attendance", **{"there-joho_bukai_chair": "yes", "there-joho_bukai_1": "no"}
    )
    secretary.do(
        f"/meetings/{meeting}/outcomes",
        **{f"outcome-{item}": "conditional", f"conditions-{item}": "図を直す\n\n用語をそろえる"},
    )
    assert "条件付き了承" in secretary.see(f"/meetings/{meeting}")
    secretary.do(f"/meetings/{meeting}/close", minutes="全員で話し合った。")
    assert "全員で話し合った。" in secretary.see(f"/meetings/{meeting}")
    assert "図を直す、用語をそろえる" in secretary.see("/plans/dx")
    with house.office.reading() as db:
        event_log.verify(db)


def test_a_member_without_the_right_sees_no_form_and_is_refused(house: House) -> None:
    house.a_plan()
    house.a_version()
    item = house.an_item("policy_bukai")
    member = Browser(house, "joho_bukai_1")
    shown = member.see("/meetings/1")
    assert "結果を記録する" not in shown and "出欠を記録する" not in shown
    said = member.send("/meetings/1/outcomes", 403, **{f"outcome-{item}": "approved"})
    assert "会議体の事務局" in said


def test_a_member_answers_in_writing(house: House) -> None:
    house.a_plan()
    house.a_version()
    item = house.an_item("policy_bukai", form=MeetingForm.IN_WRITING)
    member = Browser(house, "joho_bukai_1")
    assert "への回答" in member.see("/")
    member.send(f"/items/{item}/vote", choice="for", meeting=1)
    assert "待っている仕事はありません" in member.see("/")


def test_what_people_write_is_only_text(staff: Browser) -> None:
    actions.suspend(
        staff.house.office, "tanto", "dx", "<img src=x onerror=alert(1)>", seen=1, now=staff.house.now
    )
    shown = staff.see("/plans/dx")
    assert "<img src=x" not in shown and "&lt;img src=x" in shown


def test_the_page_of_the_log_says_that_it_is_whole(staff: Browser) -> None:
    assert "改変されていません" in Browser(staff.house, "admin").see("/log")


def test_a_request_too_large_is_refused_before_it_is_read(staff: Browser) -> None:
    answer = staff.client.post("/plans/dx/versions", headers={"content-length": str(10**10)}, content=b"x")
    assert answer.status_code == 413


def test_pages_do_not_run_scripts_or_styles_of_their_own() -> None:
    for path in (Path(__file__).parents[2] / "workflow" / "web" / "templates").glob("*.html"):
        text = path.read_text("utf-8")
        assert not re.search(r"<script(?! src=)|<style|\son\w+=|\sstyle=", text), path.name
