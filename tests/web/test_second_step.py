"""The second step of signing in, as people take it and as somebody who knows their password meets it."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from pyotp import TOTP
from sqlalchemy import text

from tests.support.chromium import Site, must_read_well
from tests.support.mailbox import mailed_links
from tests.support.scenario import House
from tests.support.web_client import PASSWORD, Browser
from workflow import actions
from workflow.domain.accounts import StepsDemanded
from workflow.domain.errors import BadInput, IdentityUnconfirmed, NotAllowed, SignInRefused
from workflow.store import schema

OWN = actions.OwnMachine()


def _browser(house: House, key: str = "tanto") -> Browser:
    """The browser of a person whose office is open on this machine."""
    browser = Browser(house)
    state = browser.client.app.state  # type: ignore[attr-defined]
    state.mail = replace(state.mail, site="http://localhost:8000")
    house.has_password(key, PASSWORD)
    browser.key, browser.password = key, PASSWORD
    return browser


def _first_step(browser: Browser, to: str = "/") -> str:
    """Give the password; the page it leads to."""
    answer = browser.client.post("/sign-in", data={"key": browser.key, "password": PASSWORD, "to": to})
    assert answer.status_code == 200
    browser.csrf = re.findall(r'name="csrf" value="([0-9a-f]{64})"', answer.text)[0]
    return answer.text


def _secret(page: str) -> str:
    return re.findall(r"<code>([A-Z2-7 ]{39})</code>", page)[0].replace(" ", "")


def _enrolled(browser: Browser) -> tuple[TOTP, list[str]]:
    """Sign in and enrol an app; the app, and the recovery codes."""
    _first_step(browser)
    page = browser.send("/account/second-step/app")
    assert "<svg" in page
    app = TOTP(_secret(page))
    shown = browser.send("/account/second-step/app", code=_code(browser, app))
    codes = re.findall(r"<li><code>([a-z2-9-]{19})</code>", shown)
    assert len(set(codes)) == 10
    browser.house.later(minutes=1)
    return app, codes


def _code(browser: Browser, app: TOTP) -> str:
    return app.at(browser.house.now)


def _is_in(browser: Browser) -> bool:
    return browser.client.get("/account", follow_redirects=False).status_code == 200


def test_with_an_app_the_password_alone_opens_nothing(house: House) -> None:
    app, _ = _enrolled(_browser(house))
    again = _browser(house)
    assert "6 桁のコード" in _first_step(again, to="/people/tanto")
    for path in ("/", "/account", "/people/tanto", "/plans", "/tokens", "/account/second-step"):
        led = again.client.get(path, follow_redirects=False)
        assert led.headers["location"].startswith("/second-step"), path
    for path in ("/tokens", "/account/password", "/account/second-step/app", "/account/second-step/reset"):
        led = again.client.post(path, data={"csrf": again.csrf}, follow_redirects=False)
        assert led.headers["location"].startswith("/second-step"), path
    assert "担当 花子" in again.send("/second-step", code=_code(again, app), to="/people/tanto")
    assert _is_in(again)


def test_a_link_for_a_new_password_does_not_pass_over_the_app(house: House) -> None:
    app, _ = _enrolled(_browser(house))
    again, chosen = _browser(house), "なつはよる 月のころはさらなり"
    actions.ask_reset(house.office, "tanto", now=house.now)
    [link] = mailed_links(house)
    again.see(link)
    shown = again.send(link, password=chosen, again=chosen)
    assert "6 桁のコード" in shown and not _is_in(again)
    again.csrf = re.findall(r'name="csrf" value="([0-9a-f]{64})"', shown)[0]
    again.send("/second-step", code=_code(again, app))
    assert _is_in(again)


def test_a_wrong_code_and_one_used_before_are_refused_and_guessing_waits(house: House) -> None:
    app, _ = _enrolled(_browser(house))
    first, second = _browser(house), _browser(house)
    for each in (first, second):
        _first_step(each)
    code = _code(first, app)
    assert "違うか" in first.send("/second-step", 422, code=f"{(int(code) + 1) % 1_000_000:06}")
    first.send("/second-step", code=f"{code[:3]} {code[3:]}")
    assert "既に使われています" in second.send("/second-step", 422, code=code)
    for _ in range(4):
        second.send("/second-step", 422, code="000000")
    house.later(seconds=20)
    assert "続けて間違えたため" in second.send("/second-step", 422, code=_code(second, app))
    assert not _is_in(second)


def test_a_recovery_code_serves_once(house: House) -> None:
    _, codes = _enrolled(_browser(house))
    first, second = _browser(house), _browser(house)
    for each in (first, second):
        _first_step(each)
    first.send("/second-step", code=codes[3].upper().replace("-", " "))
    assert "あと 9 個" in first.see("/account")
    second.send("/second-step", 422, code=codes[3])
    second.send("/second-step", code=codes[4])
    with house.office.reading() as db:
        kept = str(db.execute(text("SELECT * FROM recovery_code")).all())
        logged = str(db.execute(text("SELECT data FROM event")).all())
    assert not any(each.replace("-", "") in kept + logged for each in codes)


def _kept(house: House) -> str:
    with house.office.reading() as db:
        return str(db.execute(text("SELECT secret FROM authenticator")).scalar_one())


def test_a_copy_of_the_database_makes_no_code(house: House) -> None:
    app, codes = _enrolled(_browser(house))
    assert app.secret not in _kept(house) and len(_kept(house)) == 64
    key = house.office.key_file
    key.rename(key.with_name("elsewhere"))
    again = _browser(house)
    _first_step(again)
    assert "この庁の鍵（SAKUTEI_SIGNING_KEY）では読めません" in again.send(
        "/second-step", 422, code=_code(again, app)
    )
    again.send("/second-step", code=codes[0])
    assert _is_in(again), "a recovery code serves without the key"


def test_the_secret_of_one_person_serves_no_other(house: House) -> None:
    app, _ = _enrolled(_browser(house))
    _enrolled(_browser(house, "mayor"))
    with house.office.writing() as db:
        db.execute(
            text(
                "UPDATE authenticator SET secret = (SELECT secret FROM authenticator WHERE person_id ="
                " (SELECT id FROM person WHERE key = 'tanto'))"
            )
        )
    mayor = _browser(house, "mayor")
    _first_step(mayor)
    assert "では読めません" in mayor.send("/second-step", 422, code=_code(mayor, app))


def test_a_secret_of_before_serves_and_is_sealed_by_init(house: House) -> None:
    app, _ = _enrolled(_browser(house))
    with house.office.writing() as db:
        db.execute(text("UPDATE authenticator SET secret = :plain"), {"plain": app.secret})
    for kept in (app.secret, None):
        again = _browser(house)
        _first_step(again)
        again.send("/second-step", code=_code(again, app))
        assert kept is None or _kept(house) == kept
        schema.migrate(house.office)
        assert app.secret not in _kept(house)
        house.later(minutes=1)


def test_who_the_office_demands_it_of_enrols_before_anything_else(house: House) -> None:
    actions.demand_second_step(house.office, "admin", StepsDemanded.ADMINISTRATORS, proof=OWN, now=house.now)
    assert "今日の仕事" in _first_step(_browser(house, "tanto"))
    admin = _browser(house, "admin")
    page = _first_step(admin)
    assert "二段階目の確認を求めています" in page and not _is_in(admin)
    admin.send("/second-step", 422, code="000000")
    shown = admin.send("/second-step", code=_code(admin, TOTP(_secret(page))), to="//evil.example")
    assert 'class="button" href="/"' in shown and _is_in(admin)


def test_a_demand_holds_at_once_for_who_is_signed_in_and_has_no_means(house: House) -> None:
    admin, colleague, enrolled = (_browser(house, each) for each in ("admin", "mayor", "tanto"))
    for each in (admin, colleague):
        _first_step(each)
    _enrolled(enrolled)
    actions.demand_second_step(house.office, "admin", StepsDemanded.ADMINISTRATORS, proof=OWN, now=house.now)
    assert not _is_in(admin) and _is_in(colleague) and _is_in(enrolled)
    assert admin.client.get("/people", follow_redirects=False).headers["location"].startswith("/second-step")


@pytest.mark.parametrize(
    ("whom", "asked"),
    [
        (StepsDemanded.NOBODY, set()),
        (StepsDemanded.ADMINISTRATORS, {"admin"}),
        (StepsDemanded.APPROVERS, {"admin", "mayor", "joho_bukai_chair"}),
        (StepsDemanded.EVERYBODY, {"admin", "mayor", "joho_bukai_chair", "joho_bukai_1", "tanto"}),
    ],
)
def test_the_second_step_is_demanded_of_those_it_is_meant_for(
    house: House, whom: StepsDemanded, asked: set[str]
) -> None:
    house.a_plan()
    if whom is not StepsDemanded.NOBODY:
        actions.demand_second_step(house.office, "admin", whom, proof=OWN, now=house.now)
    people = ("admin", "mayor", "joho_bukai_chair", "joho_bukai_1", "tanto")
    found = {each for each in people if "二段階目" in _first_step(_browser(house, each))}
    assert found == asked


def test_an_administrator_lets_go_of_the_app_of_who_lost_it(house: House) -> None:
    mine = _browser(house)
    _enrolled(mine)
    admin = _browser(house, "admin")
    _first_step(admin)
    assert "二段階目の確認を解除する" in admin.see("/people/tanto")
    house.later(minutes=11)
    assert "あなたのパスワード" in admin.send("/people/tanto/second-step/reset")
    assert _is_in(mine)
    admin.send("/people/tanto/second-step/reset", own_password=PASSWORD)
    assert not _is_in(mine)
    assert "今日の仕事" in _first_step(mine)


def test_an_open_session_does_not_let_go_of_its_app_without_a_code(house: House) -> None:
    mine = _browser(house)
    app, _ = _enrolled(mine)
    house.later(minutes=11)
    assert "本人" in mine.send("/account/second-step/reset")
    mine.send("/account/second-step/reset", 422, own_password="000000")
    mine.send("/account/second-step/reset", own_password=_code(mine, app))
    assert "今日の仕事" in _first_step(mine)


def test_an_open_session_enrols_no_app_and_learns_no_secret_without_the_password(house: House) -> None:
    mine = _browser(house)
    _first_step(mine)
    house.later(minutes=11)
    for form in ({}, {"code": "123456"}):
        asked = mine.send("/account/second-step/app", **form)
        assert "あなたのパスワード" in asked and "<svg" not in asked
    secret = _secret(mine.send("/account/second-step/app", own_password=PASSWORD))
    mine.send("/account/second-step/app", code=_code(mine, TOTP(secret)))
    assert "使っています" in mine.see("/account/second-step")


def test_the_code_confirms_who_one_is_too(house: House) -> None:
    admin = _browser(house, "admin")
    app, _ = _enrolled(admin)
    house.later(minutes=11)
    form = {"since": "2023-01-01"}
    assert "確認コード" in admin.send("/people/mayor/administrator", **form)
    admin.send("/people/mayor/administrator", **form, own_password=_code(admin, app))
    assert "システム管理者" in admin.see("/people/mayor")


def test_only_an_administrator_who_confirms_changes_what_is_demanded(house: House) -> None:
    for by, proof, error in (("tanto", OWN, NotAllowed), ("admin", None, IdentityUnconfirmed)):
        with pytest.raises(error):
            actions.demand_second_step(house.office, by, StepsDemanded.EVERYBODY, proof=proof, now=house.now)
    admin = _browser(house, "admin")
    _enrolled(admin)
    admin.send("/settings/second-step", whom="everybody")
    assert 'value="everybody" checked' in admin.see("/settings/second-step")


def test_in_clear_over_the_network_it_is_not_offered_and_the_page_says_why(house: House) -> None:
    admin = Browser(house, "admin", password=PASSWORD)
    for path in ("/account/second-step", "/settings/second-step"):
        assert "暗号化されていません" in admin.see(path)
    assert "暗号化されていません" in admin.send("/account/second-step/app", 422)
    assert "暗号化されていません" in admin.send("/settings/second-step", 422, whom="everybody")


def test_one_code_at_the_same_moment_lets_one_in(house: House) -> None:
    secret = actions.begin_authenticator(house.office, "tanto", proof=OWN, now=house.now)
    app = TOTP(secret)
    actions.confirm_authenticator(house.office, "tanto", app.at(house.now), proof=OWN, now=house.now)
    later = house.now + timedelta(seconds=60)
    actions.give_second_step(house.office, "tanto", "", app.at(later), now=later)
    with pytest.raises(BadInput):
        actions.give_second_step(house.office, "tanto", "", app.at(later), now=later)
    for _ in range(4):
        with pytest.raises(BadInput):
            actions.give_second_step(house.office, "tanto", "", "000000", now=later)
    with pytest.raises(SignInRefused):
        actions.give_second_step(house.office, "tanto", "", app.at(later), now=later)


def test_the_pages_of_the_second_step_read_well(site: Site) -> None:
    actions.demand_second_step(
        site.house.office, "admin", StepsDemanded.EVERYBODY, proof=OWN, now=site.house.now
    )
    page = site.person()
    site.house.has_password("tanto", PASSWORD)
    page.goto("/sign-in")
    page.get_by_label("利用者ID").fill("tanto")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="サインイン", exact=True).click()
    expect(page.get_by_role("img", name="認証アプリで読み取る図形")).to_be_visible()
    must_read_well(page)
    secret = page.locator("li code").inner_text().replace(" ", "")
    page.get_by_label("確認コード").fill(TOTP(secret).at(site.house.now))
    page.get_by_role("button", name="登録する").click()
    must_read_well(page)
    page.get_by_role("link", name="保管しました").click()
    page.get_by_role("heading", name="今日の仕事").wait_for()
