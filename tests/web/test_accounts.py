"""Signing in, one's account and its sessions, as a browser and as an attacker meet them."""

import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import expect

from tests.support.chromium import Site, must_read_well, sign_in
from tests.support.databases import SQLite
from tests.support.mailbox import mailed_links
from tests.support.ports import free_port
from tests.support.scenario import House
from tests.support.web_client import PASSWORD, SITE, Browser, Client, mail_settings
from workflow import actions
from workflow.domain.accounts import Scope
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import SignInRefused
from workflow.domain.meetings import MeetingForm
from workflow.web.app import build
from workflow.web.browser_names import browser_name
from workflow.web.pages.demo import Demo

NEWER = "なつはよる 月のころはさらなり"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"


@pytest.fixture
def mine(house: House) -> Browser:
    return Browser(house, "tanto", password=PASSWORD)


def _elsewhere(mine: Browser, agent: str = SAFARI) -> Browser:
    """Another browser of the same person."""
    other = Browser(mine.house)
    other.key, other.password = mine.key, mine.password
    other.client.headers["user-agent"] = agent
    other.sign_in()
    return other


def _is_in(browser: Browser) -> bool:
    return browser.client.get("/", follow_redirects=False).status_code == 200


def _over_https(house: House) -> Client:
    site = "https://office.example.jp"
    settings = replace(mail_settings(house.office.files.parent), site=site)
    app = build(house.office, settings, clock=lambda: house.now)
    return Client(app, base_url=site, follow_redirects=False)


def _post_sign_in(client: Client, password: str = PASSWORD, **headers: str) -> httpx.Response:
    return client.post(
        "/sign-in", data={"key": "tanto", "password": password}, headers=headers, follow_redirects=False
    )


# --- the account page --------------------------------------------------------------------------------


def test_the_account_shows_who_one_is_today(mine: Browser) -> None:
    shown = mine.see("/account")
    assert "担当 花子" in shown and "tanto@city.example.jp" in shown and "IT推進課" in shown
    shown = Browser(mine.house, "joho_bukai_chair").see("/account")
    assert "情報化推進部会（部会長）" in shown


def test_the_account_names_each_browser_and_marks_this_one(mine: Browser) -> None:
    _elsewhere(mine)
    mine.client.headers["user-agent"] = EDGE
    mine.sign_in()
    shown = mine.see("/account")
    assert "Windows の Edge" in shown and "iPhone の Safari" in shown
    assert shown.count("この画面</span>") == 1


def test_a_session_ended_on_the_account_page_is_over_at_once(mine: Browser) -> None:
    other = _elsewhere(mine)
    [session] = re.findall(r'name="session" value="([0-9a-f]{64})"', mine.see("/account"))
    mine.send("/account/sessions/end", session=session)
    assert (_is_in(mine), _is_in(other)) == (True, False)


def test_all_other_sessions_end_at_once(mine: Browser) -> None:
    others = [_elsewhere(mine) for _ in range(3)]
    mine.send("/account/sessions/end-others")
    assert _is_in(mine) and not any(_is_in(other) for other in others)
    assert "ほかの画面をすべて終える" not in mine.see("/account")


def test_nobody_ends_a_session_of_somebody_else(mine: Browser) -> None:
    mayor = Browser(mine.house, "mayor")
    [session] = re.findall(r'name="session" value="([0-9a-f]{64})"', _see_with_two(mine))
    mayor.send("/account/sessions/end", session=session)
    mayor.send("/account/sessions/end-others")
    assert "iPhone" in mine.see("/account")


def _see_with_two(mine: Browser) -> str:
    _elsewhere(mine)
    return mine.see("/account")


def test_a_changed_password_ends_what_one_asks_for(mine: Browser) -> None:
    house, other = mine.house, _elsewhere(mine)
    ends = house.now + timedelta(days=30)
    token = actions.make_token(house.office, "tanto", "集計", [Scope.READ], expires_at=ends, now=house.now)
    feed = actions.make_feed(house.office, "tanto", now=house.now)

    def open_ways() -> tuple[bool, bool, bool]:
        with house.office.reading() as db:
            holder = actions.holder_of(db, token, house.now)
        return _is_in(other), holder is not None, mine.client.get(f"/feeds/{feed}.ics").status_code == 200

    assert 'value="sessions" checked' in mine.see("/account/password")
    form = {"password": NEWER, "again": NEWER, "old": PASSWORD}
    assert "終えました" not in mine.send("/account/password", **form)
    assert open_ways() == (True, True, True)
    form = {"password": PASSWORD, "again": PASSWORD, "old": NEWER}
    assert "予定表の購読" in mine.send("/account/password", **form, ends=["tokens", "feeds"])
    assert open_ways() == (True, False, False) and _is_in(mine)


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(mine: Browser) -> None:
    other = _elsewhere(mine)
    shown = mine.send("/account/password", old=PASSWORD, password=NEWER, again=NEWER, ends="sessions")
    assert "パスワードを変更し" in shown
    assert (_is_in(mine), _is_in(other)) == (True, False)
    assert _post_sign_in(other.client).status_code == 401
    assert _post_sign_in(other.client, NEWER).status_code == 303


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"old": "ちがう", "password": NEWER, "again": NEWER}, "現在のパスワード"),
        ({"old": PASSWORD, "password": NEWER, "again": PASSWORD}, "2回の入力が一致しません"),
        ({"old": PASSWORD, "password": "みじかい", "again": "みじかい"}, "12 文字以上"),
        ({"old": PASSWORD, "password": "password1234", "again": "password1234"}, "推測されやすい"),
        ({}, "12 文字以上"),
    ],
)
def test_a_password_is_not_changed_until_everything_is_right(
    mine: Browser, form: dict[str, str], words: str
) -> None:
    shown = mine.send("/account/password", 422, **form)
    assert words in shown
    assert not any(value in shown for value in form.values())
    assert _post_sign_in(mine.client).status_code == 303


def test_who_has_left_is_let_in_no_more(mine: Browser) -> None:
    house = mine.house
    actions.end_terms(house.office, "admin", "tanto", tokyo_day(house.now), now=house.now)
    mine.see("/account")
    house.later(days=1)
    mine.client.cookies.clear()
    answer = mine.client.post("/sign-in", data={"key": mine.key, "password": PASSWORD})
    assert answer.status_code == 401


def test_a_session_ends_with_the_last_day_of_its_person(mine: Browser) -> None:
    house = mine.house
    house.at("2023-03-31 20:00")
    mine.sign_in()
    actions.end_terms(house.office, "admin", "tanto", tokyo_day(house.now), now=house.now)
    mine.see("/account")
    house.at("2023-04-01 00:30")
    assert mine.client.get("/account", follow_redirects=False).status_code == 303


def test_without_the_page_s_own_form_nothing_of_an_account_changes(mine: Browser) -> None:
    other = _elsewhere(mine)
    mine.csrf = other.csrf
    mine.send("/account/password", 403, old=PASSWORD, password=NEWER, again=NEWER)
    mine.send("/account/sessions/end-others", 403)
    assert _is_in(other)


def test_a_stranger_has_no_account(house: House) -> None:
    stranger = Browser(house)
    for path in ("/account", "/account/password"):
        answer = stranger.client.get(path, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in")
    for path in ("/account/password", "/account/sessions/end-others"):
        assert (
            stranger.client.post(path, follow_redirects=False).headers["location"].startswith("/sign-in?to=")
        )


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (EDGE, "Windows の Edge"),
        (SAFARI, "iPhone の Safari"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Linux の Firefox"),
        ("curl/8.0", "不明なブラウザー"),
        ("", "不明なブラウザー"),
    ],
)
def test_a_browser_is_told_in_words(agent: str, words: str) -> None:
    assert browser_name(agent) == words


# --- sessions and cookies ----------------------------------------------------------------------------


def test_a_planted_cookie_is_not_the_session_one_gets(mine: Browser) -> None:
    planted = "f" * 64
    mine.client.cookies.clear()
    mine.client.cookies.set("sakutei", planted, domain="office.example.jp")
    answer = _post_sign_in(mine.client)
    assert planted not in answer.headers["set-cookie"]
    stranger = Browser(mine.house)
    stranger.client.cookies.set("sakutei", planted)
    assert not _is_in(stranger)


def test_signing_in_again_ends_the_session_this_browser_had(mine: Browser) -> None:
    before = mine.client.cookies["sakutei"]
    mine.sign_in()
    assert mine.client.cookies["sakutei"] != before
    old = Browser(mine.house)
    old.client.cookies.set("sakutei", before)
    assert not _is_in(old)


def test_over_https_no_neighbouring_site_can_set_the_cookie(mine: Browser) -> None:
    client = _over_https(mine.house)
    cookie = _post_sign_in(client).headers["set-cookie"]
    assert re.match(r"__Host-sakutei=[0-9a-f]{64}; ", cookie)
    assert {"HttpOnly", "SameSite=lax", "Secure", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    secure = [each for each in client.get("/sign-out").headers.get_list("set-cookie") if "Secure" not in each]
    assert not secure
    assert client.get("/").status_code == 200
    token = client.cookies["__Host-sakutei"]
    client.cookies.clear()
    client.cookies.set("sakutei", token)
    assert client.get("/").status_code == 303


def test_a_site_by_https_is_asked_by_https_only_and_every_cookie_with_it(mine: Browser) -> None:
    client = _over_https(mine.house)
    answers = [
        client.get("/sign-in"),
        _post_sign_in(client),
        client.post("/reset", data={"who": "tanto"}),
        client.post("/language", data={"language": "en"}),
        client.get("/static/sakutei.css"),
        client.get("/api/v1/plans"),
    ]
    for answer in answers:
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert all("; Secure" in each for each in answer.headers.get_list("set-cookie"))
    assert sum(len(each.headers.get_list("set-cookie")) for each in answers) >= 4
    assert "strict-transport-security" not in mine.client.get("/sign-in").headers


def test_what_a_proxy_or_a_visitor_says_of_the_scheme_changes_no_cookie(mine: Browser) -> None:
    client = Client(mine.client.app, base_url="https://office.example.jp")
    answer = _post_sign_in(client, **{"x-forwarded-proto": "https"})
    assert answer.headers["set-cookie"].startswith("sakutei=")


@pytest.mark.parametrize(
    ("site", "warned"),
    [
        ("http://office.example.jp", True),
        ("http://10.1.2.3:8000", True),
        ("https://office.example.jp", False),
        ("http://localhost:8000", False),
        ("http://127.0.0.1:8000", False),
        ("http://[::1]:8000", False),
        ("http://localhost.example.jp", True),
    ],
)
def test_administrators_read_that_passwords_cross_the_network_in_clear(
    house: House, site: str, warned: bool
) -> None:
    for person, told in (("admin", warned), ("tanto", False)):
        browser = Browser(house, person)
        browser.client.app.state.mail = replace(browser.client.app.state.mail, site=site)  # type: ignore[attr-defined]
        if site.startswith("https"):
            browser.client.cookies.set("__Host-sakutei", browser.client.cookies["sakutei"])
        assert ("暗号化されていません" in browser.see("/settings")) is told


def test_signing_out_takes_the_cookie_away(mine: Browser) -> None:
    answer = mine.client.post("/sign-out", data={"csrf": mine.csrf}, follow_redirects=False)
    assert re.match(r'sakutei=""; .*Max-Age=0', answer.headers["set-cookie"])


# --- other sites -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://office.example.jp.evil.example", ""]
)
@pytest.mark.parametrize("path", ["/sign-in", "/reset"])
def test_another_site_cannot_send_the_forms_of_strangers(mine: Browser, path: str, origin: str) -> None:
    form = {"key": "tanto", "password": PASSWORD, "who": "tanto"}
    answer = mine.client.post(path, data=form, headers={"origin": origin}, follow_redirects=False)
    assert answer.status_code == 403 and "set-cookie" not in answer.headers


def test_behind_a_proxy_that_renames_the_host_people_still_sign_in(mine: Browser) -> None:
    answer = _post_sign_in(mine.client, host="10.0.0.5:8000", origin=SITE)
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "back",
    [
        "//evil.example", "/\\evil.example", "/\t/evil.example", "/\n/evil.example", "https://evil.example",
        "javascript:alert(1)", "\\/evil.example", " /evil", "/%0a\r\nset-cookie: a=b", "",
    ],
)  # fmt: skip
def test_the_language_leads_nowhere_else(mine: Browser, back: str) -> None:
    answer = mine.client.post("/language", data={"back": back, "language": "en"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize(
    "hostile", ["//evil.example", "/\\evil.example", "https://evil.example/", "/\t/evil"]
)
def test_signing_in_leads_nowhere_else(mine: Browser, hostile: str) -> None:
    form = {"key": "tanto", "password": PASSWORD, "to": hostile}
    answer = mine.client.post("/sign-in", data=form, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize(("back", "led"), [("/plans?a=1", "/plans?a=1"), ("//evil.example", "/"), ("", "/")])
def test_the_clock_of_a_demonstration_leads_back_to_its_page_only(house: House, back: str, led: str) -> None:
    demo = Demo(house.office, (), house.now, lambda _: None)
    app = build(house.office, mail_settings(house.office.files.parent), demo=demo)
    client = Client(app, base_url=SITE, follow_redirects=False)
    answer = client.post(
        "/demo/clock", data={"days": 1, "back": back}, headers=HOSTILE | {"host": "office.example.jp"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, led)


HOSTILE = {
    "host": "evil.example",
    "referer": "http://evil.example/plans/evil",
    "x-forwarded-host": "evil.example",
}


@pytest.mark.parametrize(
    "path", ["/", "/plans/dx", "/plans/", "/plans/none", "/sign-in/", "//evil.example/", "/static/"]
)
def test_nothing_a_request_says_of_hosts_is_believed(mine: Browser, path: str) -> None:
    for client in (mine.client, Browser(mine.house).client):
        for method in ("GET", "POST"):
            answer = client.request(method, f"{SITE}{path}", headers=HOSTILE, follow_redirects=False)
            assert "evil" not in answer.headers.get("location", "")
            assert "evil.example" not in answer.text.replace("%2F", "/").replace("//evil.example/", "")


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("/plans/dx/suspend", "/plans/dx"),
        ("/people/tanto/change", "/people/tanto"),
        ("/account/sessions/end", "/account"),
        ("/account/password", "/account/password"),
    ],
)
def test_a_refused_form_leads_back_to_the_page_above_it(mine: Browser, path: str, above: str) -> None:
    mine.house.a_plan()
    answer = mine.client.post(path, data={"csrf": "forged"}, headers=HOSTILE)
    assert answer.status_code in (403, 422)
    assert f'href="{above}">前の画面へ戻る' in answer.text
    signed_out = Browser(mine.house).client.post(path, follow_redirects=False, headers=HOSTILE)
    assert signed_out.headers["location"] == f"/sign-in?{urlencode({'to': above})}"


def test_the_address_of_a_mailed_link_stands_on_no_refusal(mine: Browser) -> None:
    answer = mine.client.post("/welcome/0123456789abcdef", content=b"x" * 2_000_000)
    assert answer.status_code >= 400 and 'href="/welcome' not in answer.text


def test_the_language_leads_back_to_the_page(mine: Browser) -> None:
    answer = mine.client.post(
        "/language", data={"back": "/plans/dx?a=1&b=%E8%A8%88", "language": "en"}, follow_redirects=False
    )
    assert answer.headers["location"] == "/plans/dx?a=1&b=%E8%A8%88"


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE"])
def test_other_methods_do_nothing(mine: Browser, method: str) -> None:
    for path in ("/sign-in", "/account", "/account/password", "/reset", "/sign-out"):
        answer = mine.client.request(method, path, follow_redirects=False)
        assert answer.status_code == 405 and "set-cookie" not in answer.headers
    assert _is_in(mine)


# --- secrets and guesses -----------------------------------------------------------------------------


def test_known_and_unknown_keys_are_answered_alike(mine: Browser) -> None:
    for path, fields in (("/sign-in", ("key",)), ("/reset", ("who",))):
        answers = []
        for key in ("tanto", "mayor", "nobody"):
            form = {**dict.fromkeys(fields, key), "password": "違うパスワードです"}
            answer = Browser(mine.house).client.post(path, data=form, follow_redirects=False)
            answers.append((answer.status_code, answer.text, dict(answer.headers)))
        assert answers[0] == answers[1] == answers[2], path


def test_after_wrong_passwords_even_the_right_one_waits_but_not_in_a_known_browser(mine: Browser) -> None:
    stranger = Browser(mine.house).client
    for _ in range(5):
        assert "あと" not in _post_sign_in(stranger, "春夏秋冬春夏秋冬").text
    for key in ("tanto", "tanto%00"):
        form = f"key={key}&password={PASSWORD}"
        headers = {"content-type": "application/x-www-form-urlencoded"}
        answer = stranger.post("/sign-in", content=form.encode(), headers=headers)
        assert answer.status_code == 401 and "あと 1 分" in answer.text
    assert _post_sign_in(mine.client).status_code == 303


def test_the_cookie_of_a_known_browser_opens_nothing(mine: Browser) -> None:
    answer = _post_sign_in(_over_https(mine.house))
    [device] = [each for each in answer.headers.get_list("set-cookie") if "sakutei-device" in each]
    assert device.startswith("__Host-") and "HttpOnly" in device and "Secure" in device
    name, value = device.split(";")[0].split("=", 1)
    client = _over_https(mine.house)
    client.cookies.set(name, value)
    assert client.get("/account").status_code == 303
    assert _post_sign_in(client, "春夏秋冬春夏秋冬").status_code == 401


def test_a_browser_in_which_a_link_was_used_is_known(mine: Browser) -> None:
    stranger = Browser(mine.house)
    stranger.send("/reset", who="tanto")
    [link] = mailed_links(mine.house)
    stranger.send(link, password=NEWER, again=NEWER)
    for _ in range(6):
        with pytest.raises(SignInRefused):
            actions.sign_in(
                mine.house.office, "tanto", "当てずっぽう", source="testclient", now=mine.house.now
            )
    assert _post_sign_in(Browser(mine.house).client, NEWER).status_code == 401
    assert _post_sign_in(stranger.client, NEWER).status_code == 303


def test_an_administrator_lifts_the_wait_on_the_page(mine: Browser) -> None:
    stranger = Browser(mine.house).client
    for _ in range(6):
        _post_sign_in(stranger, "春夏秋冬春夏秋冬")
    admin = Browser(mine.house, "admin")
    assert 'action="/people/tanto/lift-wait"' in admin.see("/people/tanto")
    assert "待ち時間を解きました" in admin.send("/people/tanto/lift-wait")
    assert _post_sign_in(stranger).status_code == 303


def test_the_server_writes_no_secret_to_its_log(tmp_path: Path, sqlite: SQLite) -> None:
    with sqlite.office(tmp_path) as office:
        actions.begin(office, "admin", "管理 太郎", "admin@example.jp", now=datetime.now(UTC))
        actions.set_password(office, "admin", "admin", PASSWORD, now=datetime.now(UTC))
    port = free_port()
    env = {**os.environ, "SAKUTEI_DATA": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-c", "from workflow.cli import main; main()", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        try:
            with _when_it_answers(f"http://127.0.0.1:{port}") as client:
                for password in ("違うパスワードです", PASSWORD):
                    client.post("/sign-in", data={"key": "admin", "password": password})
                token = client.cookies["sakutei"]
                assert client.get("/reset/" + "ab" * 32).status_code == 410
        finally:
            server.terminate()
        written = server.communicate(timeout=20)[0].decode()
    for secret in (PASSWORD, "違うパスワード", token, "abab", "/reset/"):
        assert secret not in written


def _when_it_answers(url: str) -> httpx.Client:
    for _ in range(200):
        try:
            httpx.get(f"{url}/sign-in")
        except httpx.ConnectError:
            time.sleep(0.1)
        else:
            return httpx.Client(base_url=url)
    raise TimeoutError(url)


# --- in a browser ------------------------------------------------------------------------------------


def test_the_account_pages_read_well(site: Site) -> None:
    page = site.person("joho_bukai_chair")
    site.person("joho_bukai_chair", user_agent=SAFARI)
    sign_in(page, "joho_bukai_chair", PASSWORD)
    for path in ("/account", "/account/password", "/reset", "/sign-in"):
        page.goto(path)
        must_read_well(page)


def test_a_person_ends_the_browser_they_left_open(site: Site) -> None:
    page = site.person("tanto")
    left = site.browser.new_context(base_url=site.url, user_agent=SAFARI).new_page()
    sign_in(left, "tanto", PASSWORD)
    page.goto("/account")
    phone = page.get_by_role("listitem").filter(has_text="iPhone の Safari")
    phone.get_by_role("button", name="この画面を終える").click()
    expect(page.get_by_text("その画面のサインインを終えました")).to_be_visible()
    expect(phone).to_have_count(0)
    left.goto("/plans")
    expect(left).to_have_url(re.compile(r"/sign-in(\?|$)"))


def test_a_person_changes_the_password_with_the_keyboard_alone(site: Site) -> None:
    page = site.person("tanto", scripts=False)
    page.goto("/account/password")
    page.get_by_label("現在のパスワード").focus()
    for text in (PASSWORD, NEWER, NEWER):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("パスワードを変更しました。")).to_be_visible()
    expect(page.get_by_role("heading", name="アカウント")).to_be_visible()


def test_a_person_names_a_deputy_for_an_absence_and_ends_it(house: House) -> None:
    mine = Browser(house, "joho_bukai_1")
    form = {"deputy": "tanto", "since": "2023-03-01", "until": "2023-03-14"}
    mine.send("/account/deputies", 422, **{**form, "until": ""})
    shown = mine.send("/account/deputies", **form)
    assert "代理の方を登録しました" in shown and "担当 花子" in shown
    house.a_plan()
    house.a_version()
    house.an_item("policy_bukai", form=MeetingForm.IN_WRITING)
    assert "情報化推進部会 委員1さんの代理として" in Browser(house, "tanto").see("/")
    assert "代理を終えました" in mine.send("/account/deputies/1/end", last_day="2023-03-01")
