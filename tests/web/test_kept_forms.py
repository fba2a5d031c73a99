"""A form that comes after its session had ended is not lost: it stands on its page again after signing in."""

import re
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.support.scenario import House
from tests.support.web_client import SITE, Browser
from workflow.actions.kept_forms import SECRETS
from workflow.store.tables import LateForm
from workflow.web import rendering

REASON = "庁議で方針の見直しを求められた。\n財政課と調整する。"
PASSWORDS = re.compile(r'field\("(\w+)"[^}]*type="password"')


@pytest.fixture
def tanto(house: House) -> Browser:
    house.a_plan(at="outline")
    return Browser(house, "tanto")


def _late(browser: Browser, path: str = "/plans/dx/send_back", **form: object) -> str:
    """Send a form the next morning, when the session is over; the page that asks to sign in."""
    browser.house.later(hours=11)
    form = {"csrf": browser.csrf, "to": "policy", "reason": REASON, "seen": 1} | form
    return browser.client.post(path, data=form, headers={"referer": f"{SITE}/plans/dx"}).text


def _address_after_sign_in(shown: str) -> str:
    return re.findall(r'name="to" value="([^"]*)"', shown)[0]


def _kept(house: House) -> int:
    with house.office.reading() as db:
        return db.scalar(select(func.count()).select_from(LateForm)) or 0


def test_the_text_stands_in_its_form_again_after_signing_in(tanto: Browser) -> None:
    asked = _late(tanto)
    assert "入力した内容は残っています" in asked
    tanto.sign_in()
    shown = tanto.see(_address_after_sign_in(asked))
    assert "まだ記録していません" in shown
    form = re.findall(r'<form[^>]*action="/plans/dx/send_back".*?</form>', shown, re.DOTALL)[0]
    assert REASON in form and re.search(r'<option[^>]*value="policy"[^>]* selected', form)
    assert f'name="csrf" value="{tanto.csrf}"' in form
    assert tanto.house.plan().stage.key == "outline"


def test_a_form_of_a_page_from_the_session_before_is_shown_again(tanto: Browser) -> None:
    old = tanto.csrf
    tanto.sign_in()
    form = {"csrf": old, "to": "policy", "reason": REASON, "seen": 1}
    headers = {"origin": SITE, "referer": f"{SITE}/plans/dx"}
    shown = tanto.client.post("/plans/dx/send_back", data=form, headers=headers).text
    assert "まだ記録していません" in shown and REASON in shown
    for others in ({}, {"origin": "https://evil.example"}):
        assert tanto.client.post("/plans/dx/send_back", data=form, headers=others).status_code == 403


def test_nobody_else_sees_what_was_kept(tanto: Browser) -> None:
    address = _address_after_sign_in(_late(tanto))
    tanto.key = "admin"
    tanto.sign_in()
    other = tanto.client.get(address).text
    assert "財政課と調整" not in other and "まだ記録していません" not in other
    tanto.house.later(days=2)
    tanto.key = "tanto"
    tanto.sign_in()
    assert "財政課と調整" not in tanto.see(address) and _kept(tanto.house) == 0


def test_nothing_is_kept_of_who_was_not_signed_in_or_signed_out(tanto: Browser) -> None:
    stranger = Browser(tanto.house)
    stranger.client.post("/plans/dx/send_back", data={"csrf": "", "reason": REASON})
    stranger.client.cookies.set("sakutei", "0" * 43)
    stranger.client.post("/plans/dx/send_back", data={"csrf": "", "reason": REASON})
    tanto.house.later(hours=11)
    tanto.client.post("/plans/dx/send_back", data={"csrf": "0" * 64, "reason": REASON})
    tanto.sign_in()
    tanto.send("/sign-out")
    assert _kept(tanto.house) == 0 and "入力した内容は残っています" not in _late(tanto)
    assert _kept(tanto.house) == 0


def test_a_form_that_is_no_longer_on_its_page_is_shown_to_be_copied(tanto: Browser) -> None:
    address = _address_after_sign_in(_late(tanto, "/plans/dx/finish"))
    tanto.sign_in()
    shown = tanto.see(address)
    assert "財政課と調整する。" in shown and "必要なら控えて" in shown


def test_what_was_kept_makes_no_element_and_no_password_is_kept(tanto: Browser) -> None:
    asked = _late(tanto, reason="</textarea><script>alert(1)</script>", password="ひみつの言葉")
    tanto.sign_in()
    shown = tanto.see(_address_after_sign_in(asked))
    assert "alert(1)" in shown and "<script>alert(1)" not in shown and "ひみつの言葉" not in shown
    templates = (Path(rendering.__file__).parent / "templates").glob("*.html")
    named = {name for each in templates for name in PASSWORDS.findall(each.read_text("utf-8"))}
    assert named and named <= SECRETS


def test_of_a_form_with_a_file_the_text_is_kept_and_the_file_is_asked_for_again(tanto: Browser) -> None:
    tanto.house.later(hours=11)
    sent = tanto.client.post(
        "/plans/dx/versions",
        data={"csrf": tanto.csrf, "seen": 1, "note": "財政課の意見を反映した。"},
        files={"document": ("素案.txt", "ひみつの素案".encode())},
        headers={"referer": f"{SITE}/plans/dx"},
    )
    assert "入力した内容は残っています" in sent.text
    tanto.sign_in()
    shown = tanto.see(_address_after_sign_in(sent.text))
    assert "ファイルは残していません。もう一度選んでください。" in shown
    form = re.findall(r'<form[^>]*action="/plans/dx/versions".*?</form>', shown, re.DOTALL)[0]
    assert 'value="財政課の意見を反映した。"' in form and "素案.txt" not in shown
    stored = [each for each in tanto.house.office.files.rglob("*") if each.is_file()]
    assert not any("ひみつの素案".encode() in each.read_bytes() for each in stored)


def test_a_form_with_a_file_is_kept_of_nobody_who_was_not_signed_in(tanto: Browser) -> None:
    tanto.house.later(hours=11)
    form = {"csrf": "0" * 64, "note": "他人の言葉"}
    for client in (tanto.client, Browser(tanto.house).client):
        client.post("/plans/dx/versions", data=form, files={"document": ("素案.txt", b"x")})
    assert _kept(tanto.house) == 0


def _back(shown: str) -> str:
    return unescape(re.findall(r'<a class="button quiet" href="([^"]*)"', shown)[0])


def test_what_was_typed_stands_in_its_form_again_after_a_refusal(house: House) -> None:
    admin = Browser(house, "admin")
    page, typed = f"{SITE}/people", {"key": "tanto", "name": "別の 花子", "email": "betsu@example.jp"}
    form = {"csrf": admin.csrf} | typed
    refused = admin.client.post("/people", data=form, headers={"referer": page})
    assert refused.status_code == 409
    assert "入力した内容は、前の画面に残っています" in refused.text
    shown = admin.see(_back(refused.text))
    form_again = re.findall(r'<form[^>]*action="/people" class.*?</form>', shown, re.DOTALL)[0]
    assert all(f'value="{each}"' in form_again for each in typed.values())
    assert "まだ記録していません" in shown and "サインインの期限" not in shown
    notice = re.findall(r'<div[^>]*id="kept".*?</div>', shown, re.DOTALL)[0]
    assert "利用者ID「tanto」は既に使われています" in notice


def test_a_form_that_is_shown_to_be_copied_says_why_it_was_refused(house: House) -> None:
    admin = Browser(house, "admin")
    form = {"csrf": admin.csrf, "key": "new", "name": "別の 花子", "email": "<b>宛先ではない"}
    refused = admin.client.post("/people", data=form, headers={"referer": f"{SITE}/people/tanto"})
    shown = admin.see(_back(refused.text))
    notice = re.findall(r'<div[^>]*id="kept".*?</div>', shown, re.DOTALL)[0]
    assert "必要なら控えて" in notice and "電子メールの宛先として使えません" in notice and "<b>" not in notice


def test_a_list_in_the_wrong_order_is_not_lost(house: House) -> None:
    admin = Browser(house, "admin")
    form = {"csrf": admin.csrf, "people": "担当 花子,tanto\n誰か,nobody"}
    page = f"{SITE}/people?department=it"
    refused = admin.client.post("/departments/it/staff", data=form, headers={"referer": page})
    assert refused.status_code == 422
    assert "誰か,nobody" in admin.see(_back(refused.text))


def test_who_may_not_do_it_has_nothing_kept(tanto: Browser) -> None:
    tanto.client.post("/people", data={"csrf": tanto.csrf, "key": "x", "name": "秘", "email": "x@example.jp"})
    assert _kept(tanto.house) == 0


def test_the_long_form_of_a_schedule_comes_back_and_of_its_added_rows_the_text(house: House) -> None:
    """Its address leads to a place of the page; rows that were added have no field on the page as it opens."""
    house.a_plan()
    staff, page = Browser(house, "tanto"), "/plans/dx/schedule"
    typed = {
        "when:13": "2023-07",
        "event:13": "書きかけの会",
        "tentative:13": "yes",
        "count": "18",
        "seen": "0",
    }
    added = {"when:17": "2023-08", "event:17": "足した行の会", "sure": "yes"}
    house.later(hours=11)
    asked = staff.client.post(
        page, data={"csrf": staff.csrf, **typed, **added, "reason": REASON}, headers={"referer": SITE + page}
    )
    staff.sign_in()
    shown = staff.see(_address_after_sign_in(asked.text))
    form = re.findall(r'<form[^>]*action="/plans/dx/schedule#change".*?</form>', shown, re.DOTALL)[0]
    assert "書きかけの会" in form and REASON in form and "足した行の会" not in form
    assert "欄がないため戻せません" in shown and "足した行の会" in shown and "<p>yes</p>" not in shown
    assert house.plan().schedule_number == 0
