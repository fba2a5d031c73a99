"""Passkeys, as people register and give them, and as somebody who knows their password, or holds an answer given
before, meets them."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from html import unescape
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from webauthn.helpers import bytes_to_base64url as base64url

from tests.support.authenticator import Passkey
from tests.support.chromium import Site, must_read_well, sign_in
from tests.support.scenario import House
from tests.support.web_client import PASSWORD, Browser
from workflow import actions
from workflow.domain.accounts import StepsDemanded
from workflow.domain.errors import BadInput
from workflow.domain.passkeys import PasskeyUse, relying_party
from workflow.queries.accounts import account
from workflow.store.tables import SecurityEntry

OWN = actions.OwnMachine()
SITE = "http://localhost:8000"
CODE = r"<li><code>([a-z2-9-]{19})</code>"
ENROL = "/account/second-step/passkeys"


def _browser(house: House, key: str = "tanto", site: str = SITE) -> Browser:
    """The browser of a person whose office is open on this machine."""
    browser = Browser(house)
    state = browser.client.app.state  # type: ignore[attr-defined]
    state.mail = replace(state.mail, site=site)
    with house.office.reading() as db:
        known = account(db, key, house.now).has_password
    if not known:  # a password set anew ends their sessions
        house.has_password(key, PASSWORD)
    browser.key, browser.password = key, PASSWORD
    return browser


def _first_step(browser: Browser) -> str:
    """Give the password; the page it leads to."""
    answer = browser.client.post("/sign-in", data={"key": browser.key, "password": PASSWORD})
    assert answer.status_code == 200
    browser.csrf = re.findall(r'name="csrf" value="([0-9a-f]{64})"', answer.text)[0]
    return answer.text


def _ask(page: str) -> str:
    return unescape(re.findall(r'data-ask="([^"]+)"', page)[0])


def _register(browser: Browser, passkey: Passkey, name: str = "庁内の端末") -> str:
    ask = _ask(browser.send(ENROL))
    return browser.send(ENROL, name=name, passkey=passkey.make(ask, SITE))


def _registered(house: House, key: str = "tanto", **traits: Any) -> Passkey:
    """A passkey of a person, who is signed in nowhere any more."""
    browser, passkey = _browser(house, key), Passkey(**traits)
    _first_step(browser)
    _register(browser, passkey)
    browser.send("/sign-out")
    house.later(minutes=11)
    return passkey


def _entered(house: House) -> list[str]:
    with house.office.reading() as db:
        return list(db.scalars(select(SecurityEntry.kind).order_by(SecurityEntry.seq)))


def _is_in(browser: Browser) -> bool:
    return browser.client.get("/account", follow_redirects=False).status_code == 200


def test_a_passkey_is_the_second_step_and_recovery_codes_come_with_the_first(house: House) -> None:
    mine, passkey = _browser(house), Passkey()
    _first_step(mine)
    shown = _register(mine, passkey, "青い鍵")
    codes = re.findall(CODE, shown)
    assert len(set(codes)) == 10
    assert "これまでのもの" in _register(mine, Passkey(), "別の鍵"), "one set of codes, whichever means"
    page = mine.see("/account/second-step")
    assert "青い鍵" in page and "別の鍵" in page and page.count("まだ使っていません") == 2
    house.later(minutes=11)
    first, second = _browser(house), _browser(house)
    ask = _ask(_first_step(first))
    assert json.loads(ask)["userVerification"] == "preferred" and not _is_in(first)
    assert "今日の仕事" in first.send("/second-step", passkey=passkey.sign(ask, SITE))
    assert first.see("/account/second-step").count("まだ使っていません") == 1
    _first_step(second)
    second.send("/second-step", 422, code="0000-0000")
    assert "今日の仕事" in second.send("/second-step", code=codes[0])
    assert "あと 9 個" in second.see("/account")


def test_who_the_office_demands_it_of_may_register_a_passkey_first(house: House) -> None:
    actions.demand_second_step(house.office, "admin", StepsDemanded.EVERYBODY, proof=OWN, now=house.now)
    mine, other, passkey = _browser(house), _browser(house), Passkey()
    ask = _ask(_first_step(mine))
    foreign = _ask(_first_step(other))
    assert "名前" in mine.send("/second-step", 422, name=" ", passkey=passkey.make(ask, SITE))
    assert not _is_in(mine)
    ask = _ask(mine.see("/second-step"))
    assert "予備のコード" in mine.send("/second-step", name="青い鍵", passkey=passkey.make(ask, SITE))
    assert _is_in(mine)
    other.send("/second-step", 422, name="他人の利用者ID", passkey=Passkey().make(foreign, SITE))
    assert not _is_in(other), "who knows the password adds nothing once there is a passkey"


def test_an_open_session_neither_adds_nor_removes_a_passkey_without_confirming(house: House) -> None:
    mine, passkey = _browser(house), Passkey()
    _first_step(mine)
    _register(mine, passkey, "青い鍵")
    house.later(minutes=11)
    for path in (ENROL, f"{ENROL}/1/remove"):
        asked = mine.send(path)
        assert "本人確認" in asked and json.loads(_ask(asked))["userVerification"] == "required"
    page = mine.send(f"{ENROL}/1/remove", own_passkey=passkey.sign(_ask(asked), SITE))
    assert "パスキーを削除しました" in page and "青い鍵" not in page
    assert "今日の仕事" in _first_step(_browser(house))
    assert len(re.findall(CODE, _register(mine, Passkey()))) == 10, "they went with the last means"


def test_identity_wants_finger_face_or_pin_and_the_second_step_without_them_confirms_nobody(
    house: House,
) -> None:
    passkey = _registered(house, "admin", verifies=False)
    admin = _browser(house, "admin")
    admin.send("/second-step", passkey=passkey.sign(_ask(_first_step(admin)), SITE))
    form = {"since": "2023-01-01"}
    asked = admin.send("/people/mayor/administrator", **form)
    assert "確かめられません" in admin.send(
        "/people/mayor/administrator", 422, **form, own_passkey=passkey.sign(_ask(asked), SITE)
    )
    passkey.verifies = True
    asked = admin.send("/people/mayor/administrator", **form)
    admin.send("/people/mayor/administrator", **form, own_passkey=passkey.sign(_ask(asked), SITE))
    assert "システム管理者" in admin.see("/people/mayor")


def _replayed(house: House, passkey: Passkey, mine: Browser, ask: str) -> str:
    answer = passkey.sign(ask, SITE)
    mine.send("/second-step", passkey=answer)
    mine.send("/sign-out")
    _first_step(mine)
    return answer


def _of_another_session(house: House, passkey: Passkey, mine: Browser, ask: str) -> str:
    return passkey.sign(_ask(_first_step(_browser(house))), SITE)


def _too_late(house: House, passkey: Passkey, mine: Browser, ask: str) -> str:
    house.later(minutes=5)
    return passkey.sign(ask, SITE)


def _of_another_origin(house: House, passkey: Passkey, mine: Browser, ask: str) -> str:
    return passkey.sign(ask, "http://localhost:8001")


def _for_another_host(house: House, passkey: Passkey, mine: Browser, ask: str) -> str:
    return passkey.sign(json.dumps({**json.loads(ask), "rpId": "evil.example"}), SITE)


def _of_another_person(house: House, passkey: Passkey, mine: Browser, ask: str) -> str:
    return _registered(house, "mayor").sign(_ask(mine.see("/second-step")), SITE)


def _counted_back(house: House, passkey: Passkey, mine: Browser, ask: str) -> str:
    passkey.count = 0
    return passkey.sign(ask, SITE)


def _by_another_key(house: House, passkey: Passkey, mine: Browser, ask: str) -> str:
    return Passkey(id=passkey.id, count=9).sign(ask, SITE)


def _for_registering(house: House, passkey: Passkey, mine: Browser, ask: str) -> str:
    options = json.loads(ask)
    return passkey.make(json.dumps({**options, "rp": {"id": options["rpId"]}}), SITE)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (_replayed, "確かめられません"),
        (_of_another_session, "確かめられません"),
        (_too_late, "5 分を過ぎたか"),
        (_of_another_origin, "確かめられません"),
        (_for_another_host, "確かめられません"),
        (_of_another_person, "登録されていません"),
        (_counted_back, "確かめられません"),
        (_by_another_key, "確かめられません"),
        (_for_registering, "確かめられません"),
    ],
)
def test_an_answer_that_is_not_fresh_not_theirs_or_not_for_this_site_is_refused(
    house: House, answer: Callable[[House, Passkey, Browser, str], str], words: str
) -> None:
    passkey, mine = _registered(house), _browser(house)
    given = answer(house, passkey, mine, _ask(_first_step(mine)))
    page = mine.send("/second-step", 422, passkey=given)
    assert words in page and not _is_in(mine)
    fresh = passkey.sign(_ask(page), SITE) if answer is not _counted_back else ""
    if fresh:
        assert "今日の仕事" in mine.send("/second-step", passkey=fresh), "the page asks anew"


def test_a_challenge_serves_one_try(house: House) -> None:
    passkey, mine = _registered(house), _browser(house)
    right = passkey.sign(_ask(_first_step(mine)), SITE)
    wrong = json.loads(right)
    wrong["response"]["signature"] = base64url(b"no signature")
    form = {"csrf": mine.csrf, "passkey": json.dumps(wrong)}
    mine.client.post("/second-step", data=form)
    assert not _is_in(mine)
    page = mine.send("/second-step", 422, passkey=right)
    assert "確かめられません" in page
    assert _entered(house).count("sign_in.wrong") == 2


def test_one_answer_at_the_same_moment_lets_one_in(house: House) -> None:
    """Of an authenticator that tells no count, the challenge alone is left."""
    passkey, mine = _registered(house, counts=False), _browser(house)
    answer = passkey.sign(_ask(_first_step(mine)), SITE)
    token = mine.client.cookies["sakutei"]
    party = relying_party(SITE, "策定")
    assert party
    give = partial(
        actions.give_passkey,
        house.office,
        "tanto",
        token,
        party,
        PasskeyUse.SECOND_STEP,
        answer,
        now=house.now,
    )
    give()
    with pytest.raises(BadInput):
        give()


@pytest.mark.parametrize("given", ["", "x", "[]", "{}", '{"id": "\\u0000"}', '{"id": "AAAA", "response": 1}'])
def test_what_no_browser_sends_is_refused_in_words(house: House, given: str) -> None:
    passkey, mine = _registered(house), _browser(house)
    _first_step(mine)
    assert 'role="alert"' in mine.send("/second-step", 422, passkey=given)
    known = {"id": base64url(passkey.id), "rawId": "é", "type": 1, "response": {"clientDataJSON": "é"}}
    assert "確かめられません" in mine.send("/second-step", 422, passkey=json.dumps(known))
    mine.send("/second-step", passkey=passkey.sign(_ask(mine.see("/second-step")), SITE))
    for odd in (given or "{", json.dumps(known)):
        assert 'role="alert"' in mine.send(ENROL, 422, name="鍵", passkey=odd)


def test_one_passkey_is_registered_once(house: House) -> None:
    passkey = _registered(house)
    mayor = _browser(house, "mayor")
    _first_step(mayor)
    ask = _ask(mayor.send(ENROL))
    assert json.loads(ask)["excludeCredentials"] == []
    assert "既に登録されています" in mayor.send(ENROL, 422, name="鍵", passkey=passkey.make(ask, SITE))


def test_an_administrator_lets_go_of_the_passkeys_of_who_lost_them(house: House) -> None:
    _registered(house)
    admin = _browser(house, "admin")
    _first_step(admin)
    admin.send("/people/tanto/second-step/reset")
    assert "今日の仕事" in _first_step(_browser(house))


@pytest.mark.parametrize(
    ("site", "why"),
    [("http://office.example.jp", "暗号化されていません"), ("https://192.0.2.1", "IP アドレス")],
)
def test_where_no_browser_has_passkeys_they_are_not_offered_and_the_page_says_why(
    house: House, site: str, why: str
) -> None:
    mine = _browser(house, site=site)
    mine.client.base_url = site  # type: ignore[assignment]
    _first_step(mine)
    page = mine.see("/account/second-step")
    assert why in page and f'action="{ENROL}"' not in page
    assert why in mine.send(ENROL, 422)


def test_adding_and_removing_is_told_and_entered_with_its_name(house: House) -> None:
    mine = _browser(house)
    _first_step(mine)
    _register(mine, Passkey(), "青い鍵")
    mine.send(f"{ENROL}/1/remove")
    assert _entered(house)[-2:] == ["rights.changed"] * 2
    told = Browser(house, "admin").see("/log")
    assert "パスキーを登録" in told and "パスキーを削除" in told and "青い鍵" in told


# --- in Chromium -------------------------------------------------------------------------------------------


def _with_authenticator(site: Site) -> tuple[Page, str]:
    """A person before a screen with an authenticator that knows them; the site, which passkeys want a name of."""
    url = site.url.replace("127.0.0.1", "localhost")
    state = site.app.state
    state.mail = replace(state.mail, site=url)
    page = site.person(base_url=url)
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
    }
    device |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    return page, url


def test_a_passkey_is_registered_given_and_removed_in_a_browser(site: Site) -> None:
    page, _ = _with_authenticator(site)
    site.house.has_password("tanto", PASSWORD)
    sign_in(page, "tanto", PASSWORD)
    page.goto("/account/second-step")
    page.get_by_role("button", name="パスキーを登録する").click()
    page.get_by_label("パスキーの名前").fill("庁内の端末")
    must_read_well(page)
    page.get_by_role("button", name="パスキーを作って登録する").click()
    page.get_by_role("link", name="保管しました").click()
    must_read_well(page)
    page.get_by_role("button", name="パスキーを登録する").click()
    page.get_by_label("パスキーの名前").fill("もう一つ")
    page.get_by_role("button", name="パスキーを作って登録する").click()
    expect(page.get_by_role("alert")).to_have_text("この端末のパスキーは、既に登録されています。")
    page.get_by_role("button", name="サインアウト").click()

    page.get_by_label("利用者ID").fill("tanto")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="サインイン", exact=True).click()
    page.get_by_role("button", name="パスキーで確かめる").wait_for()
    must_read_well(page)
    page.get_by_role("button", name="パスキーで確かめる").click()
    page.get_by_role("heading", name="今日の仕事").wait_for()

    site.house.later(minutes=11)
    page.goto("/account/second-step")
    page.get_by_role("button", name="削除する : 庁内の端末").click()
    page.get_by_role("button", name="パスキーで確かめて行う").wait_for()
    must_read_well(page)
    page.get_by_role("button", name="パスキーで確かめて行う").click()
    expect(page.get_by_role("status")).to_contain_text("パスキーを削除しました")


def test_without_javascript_the_page_says_so_and_takes_a_recovery_code(site: Site) -> None:
    _, url = _with_authenticator(site)
    browser = _browser(site.house, site=url)
    _first_step(browser)
    passkey = Passkey()
    shown = browser.send(ENROL, name="鍵", passkey=passkey.make(_ask(browser.send(ENROL)), url))
    code = re.findall(CODE, shown)[0]
    page = site.person(scripts=False, base_url=url)
    page.goto("/sign-in")
    page.get_by_label("利用者ID").fill("tanto")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="サインイン", exact=True).click()
    expect(page.get_by_text("JavaScript が要ります")).to_be_visible()
    expect(page.get_by_role("button", name="パスキーで確かめる")).to_be_hidden()
    page.get_by_label("予備のコード").fill(code)
    page.get_by_role("button", name="確かめる").click()
    page.get_by_role("heading", name="今日の仕事").wait_for()
