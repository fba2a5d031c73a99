"""One-time links over HTTP: what scanners, thieves and the person they are for can do with them."""

import re
import time

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from tests.support.chromium import Site, must_read_well
from tests.support.mailbox import mailed_links
from tests.support.scenario import House
from tests.support.web_client import PASSWORD, SITE, Browser
from workflow import actions
from workflow.store.tables import LinkToken

NEWER = "なつはよる 月のころはさらなり"


@pytest.fixture
def stranger(house: House) -> Browser:
    return Browser(house)


def _invited(browser: Browser, person: str = "mayor") -> str:
    actions.invite(browser.house.office, "admin", person, now=browser.house.now)
    return mailed_links(browser.house)[-1]


def _can_sign_in(browser: Browser, key: str, password: str) -> bool:
    form = {"key": key, "password": password}
    return browser.client.post("/sign-in", data=form, follow_redirects=False).status_code == 303


def test_an_invited_person_types_a_password_twice_and_is_in(stranger: Browser) -> None:
    link = _invited(stranger)
    shown = stranger.see(link)
    assert "区 長 さんのパスワードを設定します" in shown and 'value="mayor"' in shown
    shown = stranger.send(link, password=NEWER, again=NEWER)
    assert "今日の仕事" in shown and "パスワードを設定しました" in shown and "区 長" in shown
    assert _can_sign_in(Browser(stranger.house), "mayor", NEWER)


def test_the_rules_of_a_password_stand_before_it_is_typed(stranger: Browser) -> None:
    before = stranger.see(_invited(stranger)).partition('name="password"')[0]
    assert "12文字以上" in before and "庁名" in before and "使えません" in before


def test_the_form_of_another_site_signs_nobody_in_by_a_link(stranger: Browser) -> None:
    """A browser brings no cookie of ours with the form of another site, whose link would make its reader somebody else."""
    link = _invited(stranger)
    Browser(stranger.house).see(link)
    answer = stranger.client.post(link, data={"password": NEWER, "again": NEWER}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert "sakutei" not in stranger.client.cookies


def test_a_link_that_was_opened_does_not_sign_in_by_another(stranger: Browser) -> None:
    link = _invited(stranger)
    stranger.see(_invited(stranger, "joho_bukai_chair"))
    assert "サインインしてください" in stranger.send(link, password=NEWER, again=NEWER)


def test_the_sign_in_page_after_it_has_the_user_id_once_and_no_address_tells_it(stranger: Browser) -> None:
    link = _invited(stranger)
    shown = stranger.send(link, password=NEWER, again=NEWER)
    assert re.search(r'<input id="key"[^>]* value="mayor"', shown)
    assert _can_sign_in(stranger, "mayor", NEWER)
    assert re.search(r'<input id="key"[^>]* value=""', stranger.see("/sign-in"))


def test_opening_a_link_does_not_use_it_up(stranger: Browser) -> None:
    link = _invited(stranger)
    for method in ("GET", "GET", "HEAD", "OPTIONS"):
        stranger.client.request(method, link)
    stranger.send(link, password=NEWER, again=NEWER)


def test_a_used_link_says_what_to_do(stranger: Browser) -> None:
    link = _invited(stranger)
    stranger.send(link, password=NEWER, again=NEWER)
    assert "既に設定されています" in stranger.see(link, 410)
    shown = stranger.send(link, 410, password=PASSWORD, again=PASSWORD)
    assert "もう使えません" in shown and 'href="/reset"' in shown
    assert not _can_sign_in(stranger, "mayor", PASSWORD)


def test_an_expired_link_says_what_to_do(stranger: Browser) -> None:
    link = _invited(stranger)
    stranger.house.later(days=7)
    for shown in (stranger.see(link, 410), stranger.send(link, 410, password=NEWER, again=NEWER)):
        assert "期限が過ぎました" in shown and 'href="/reset"' in shown


@pytest.mark.parametrize("token", ["0" * 64, "x", "%00", "あ", "..%2f..%2fetc"])
def test_a_link_that_never_was_is_no_error_of_ours(stranger: Browser, token: str) -> None:
    assert stranger.client.get(f"/reset/{token}").status_code in (404, 410)
    assert stranger.client.post(f"/welcome/{token}", data={}).status_code in (404, 410)


def test_a_link_serves_its_own_page_only(stranger: Browser) -> None:
    stranger.see(_invited(stranger).replace("/welcome/", "/reset/"), 410)


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        (NEWER, PASSWORD, "2回の入力が一致しません"),
        ("短い", "短い", "12 文字以上"),
        ("mayor@city.example.jp", "mayor@city.example.jp", "推測されやすい"),
    ],
)
def test_a_refused_password_can_be_mended_on_the_same_page(
    stranger: Browser, password: str, again: str, words: str
) -> None:
    link = _invited(stranger)
    assert words in stranger.send(link, 422, password=password, again=again)
    stranger.send(link, password=NEWER, again=NEWER)


def test_a_forgotten_password_is_set_anew_and_ends_every_session(house: House) -> None:
    mine = Browser(house, "tanto", password=PASSWORD)
    stranger = Browser(house)
    shown = stranger.send("/reset", who="tanto@city.example.jp")
    assert "登録があれば、リンクを作りました" in shown
    [link] = mailed_links(house)
    stranger.send(link, password=NEWER, again=NEWER)
    assert mine.client.get("/", follow_redirects=False).status_code == 303
    assert _can_sign_in(stranger, "tanto", NEWER) and not _can_sign_in(stranger, "tanto", PASSWORD)


def test_asking_says_the_same_for_whom_nobody_knows(house: House) -> None:
    shown = Browser(house).send("/reset", who="nobody@example.jp")
    assert "登録があれば、リンクを作りました" in shown
    assert mailed_links(house) == []


def test_links_lead_to_the_office_whatever_host_was_asked(house: House) -> None:
    actions.set_password(house.office, "admin", "tanto", PASSWORD, now=house.now)
    headers = {"host": "evil.example", "x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}
    Browser(house).client.post("/reset", data={"who": "tanto"}, headers=headers, follow_redirects=False)
    assert len(mailed_links(house)) == 1, f"a link that does not begin with {SITE} is not found"


def test_the_address_of_a_link_is_told_to_nobody(stranger: Browser) -> None:
    link = _invited(stranger)
    for method, path in (("GET", link), ("POST", link), ("GET", "/reset/" + "0" * 64), ("HEAD", link)):
        answer = stranger.client.request(method, path)
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
    shown = stranger.see(link)
    assert not re.findall(r'(?:src|href)="https?:', shown), "nothing is loaded from elsewhere"


def test_the_address_of_a_link_is_nowhere_in_the_database(stranger: Browser) -> None:
    token = _invited(stranger).rpartition("/")[2]
    with stranger.house.office.reading() as db:
        kept = db.scalars(select(LinkToken.token_sha256)).all()
        assert kept and token not in kept


def test_a_person_opens_a_link_in_a_browser(site: Site) -> None:
    actions.invite(site.house.office, "admin", "mayor", now=site.house.now)
    [link] = mailed_links(site.house)
    page = site.person()
    page.goto(link)
    must_read_well(page)
    paper = "el => getComputedStyle(el).backgroundColor + getComputedStyle(el).borderColor"
    fields = [page.get_by_label(name, exact=False).first for name in ("利用者ID", "新しいパスワード")]
    assert fields[0].evaluate(paper) != fields[1].evaluate(paper), (
        "what cannot be changed looks as if it could"
    )
    page.get_by_label("新しいパスワード", exact=False).first.fill(NEWER)
    page.get_by_label("もう一度", exact=False).fill(NEWER)
    page.get_by_role("button", name="設定する").click()
    expect(page.get_by_role("status")).to_contain_text("パスワードを設定しました")
    page.goto(link)
    expect(page.get_by_role("alert")).to_contain_text("もう使えません")
    must_read_well(page)
    page.get_by_role("link", name="新しいリンクを求める").click()
    page.get_by_label("利用者IDまたは電子メール").fill("mayor")
    page.get_by_role("button", name="リンクを作る").click()
    expect(page.get_by_role("status")).to_contain_text("登録があれば")
    deadline = time.monotonic() + 10
    while len(mailed_links(site.house)) < 2:
        assert time.monotonic() < deadline, "no mail came"
        time.sleep(0.1)
