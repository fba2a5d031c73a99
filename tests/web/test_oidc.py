"""Signing in through a real OpenID Connect provider on this machine, honest or not."""

import base64
import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from joserfc.jwk import OctKey, RSAKey
from playwright.sync_api import expect

from notifications.network_guard import Refused, client
from tests.support.chromium import Site, must_read_well, serving
from tests.support.oidc_provider import (
    CLIENT,
    HANAKO,
    NAME,
    SECRET,
    Desk,
    Traveller,
    claims_of,
    provider_running,
    query_of,
    settle_at,
    signed,
    unsigned,
)
from tests.support.scenario import House
from tests.support.web_client import SITE, Browser, mail_settings
from tests.support.webhook_receiver import receiving
from workflow import actions
from workflow.web import oidc
from workflow.web.app import build
from workflow.web.oidc import Provider

UNSURE = "確かめることができませんでした"


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    desk = Desk()
    with provider_running(desk):
        yield desk


@pytest.fixture
def traveller(house: House, desk: Desk) -> Traveller:
    return Traveller(house, desk)


def _refused(traveller: Traveller, answer: httpx.Response, words: str) -> None:
    assert answer.status_code in (401, 502), answer.text
    assert words in answer.text and "サインイン" in answer.text and "Traceback" not in answer.text
    assert not traveller.is_in()


# --- the way there and back --------------------------------------------------------------------------


def test_the_person_with_the_verified_address_is_signed_in(traveller: Traveller) -> None:
    answer = traveller.travels()
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "担当 花子" in traveller.client.get("/account").text


def test_the_provider_is_asked_with_state_nonce_and_pkce(traveller: Traveller) -> None:
    url = traveller.leaves()
    asked = query_of(url)
    assert asked["response_type"] == "code" and asked["redirect_uri"] == f"{SITE}/sign-in/oidc/back"
    assert asked["code_challenge_method"] == "S256" and len(asked["nonce"]) >= 32
    traveller.comes_back(traveller.agrees(url))
    [form] = traveller.desk.asked
    digest = hashlib.sha256(form["code_verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
    assert form["authorization"].startswith("Basic ") and "client_secret" not in form


def test_each_way_has_secrets_of_its_own(traveller: Traveller) -> None:
    first, second = (query_of(traveller.leaves()) for _ in range(2))
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]


def test_the_cookie_of_the_way_is_out_of_reach_and_gone_afterwards(traveller: Traveller) -> None:
    cookie = traveller.client.get("/sign-in/oidc").headers["set-cookie"]
    assert cookie.startswith("sakutei-oidc=")
    assert {"HttpOnly", "SameSite=lax", "Max-Age=600"} <= set(cookie.split("; "))
    gone = traveller.travels().headers.get_list("set-cookie")
    assert any(re.match(r'sakutei-oidc="";.*Max-Age=0', each) for each in gone)


def test_an_address_only_the_userinfo_tells_is_taken_too(traveller: Traveller) -> None:
    traveller.desk.claims(email=None, email_verified=None)
    assert traveller.travels().status_code == 303
    traveller.desk.answers("/userinfo", body=json.dumps({**HANAKO, "sub": "somebody else"}).encode())
    other = traveller.another()
    _refused(other, other.travels(), UNSURE)


# --- who may not come in -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "nobody@city.example.jp", "email_verified": True},
        {"email": "tanto@city.example.jp", "email_verified": False},
        {"email": "tanto@city.example.jp"},
        {"email": "", "email_verified": True},
        {},
    ],
    ids=["unknown", "unverified", "unsaid", "empty", "none"],
)
def test_whom_no_verified_address_names_is_refused_in_the_same_words(
    traveller: Traveller, claims: dict[str, object]
) -> None:
    answer = traveller.travels(traveller.desk.knows("someone", **claims))
    _refused(traveller, answer, "では、職員を確かめられませんでした")
    assert "city.example.jp" not in answer.text


def test_an_address_of_two_people_names_nobody(traveller: Traveller) -> None:
    house = traveller.house
    actions.change_person(
        house.office,
        "admin",
        "mayor",
        email="tanto@city.example.jp",
        proof=actions.OwnMachine(),
        now=house.now,
    )
    _refused(traveller, traveller.travels(), "職員を確かめられませんでした")


def test_another_user_of_the_provider_who_got_the_address_is_not_let_in(traveller: Traveller) -> None:
    assert traveller.travels().status_code == 303
    traveller.client.cookies.clear()
    heir = traveller.another()
    _refused(heir, heir.travels(heir.desk.knows("heir", **HANAKO)), "職員を確かめられませんでした")
    traveller.desk.claims(email=None, email_verified=None)
    traveller.desk.answers("/userinfo", body=json.dumps({"sub": "hanako"}).encode())
    assert traveller.travels().status_code == 303, "the one who is bound needs no address any more"


def test_who_says_no_at_the_provider_is_led_back_kindly(traveller: Traveller) -> None:
    state = query_of(traveller.leaves())["state"]
    answer = traveller.comes_back(f"/sign-in/oidc/back?error=access_denied&state={state}")
    _refused(traveller, answer, "取りやめられました")


def test_a_way_somebody_else_began_does_not_sign_this_browser_in(traveller: Traveller) -> None:
    attacker = traveller.another()
    for _ in range(2):
        back = attacker.agrees(attacker.leaves())
        _refused(traveller, traveller.comes_back(back), "別の画面から始められた")
        traveller.leaves()


@pytest.mark.parametrize("query", ["", "?state=x", "?code=x", "?state=&code=x", "?code=x&state=%00あ"])
def test_a_return_that_makes_no_sense_is_refused(traveller: Traveller, query: str) -> None:
    traveller.leaves()
    _refused(traveller, traveller.comes_back(f"/sign-in/oidc/back{query}"), "もう一度")


def test_a_way_that_took_too_long_begins_again(traveller: Traveller) -> None:
    back = traveller.agrees(traveller.leaves())
    traveller.house.now += timedelta(minutes=10)
    _refused(traveller, traveller.comes_back(back), "時間が経ったか")


def test_a_code_is_used_once(traveller: Traveller) -> None:
    back = traveller.agrees(traveller.leaves())
    cookie = traveller.client.cookies["sakutei-oidc"]
    assert traveller.comes_back(back).status_code == 303
    again = traveller.another()
    again.client.cookies.set("sakutei-oidc", cookie)
    _refused(again, again.comes_back(back), UNSURE)


def test_a_forged_cookie_is_not_believed(traveller: Traveller) -> None:
    back = traveller.agrees(traveller.leaves())
    forged = {"state": query_of(back)["state"], "nonce": "n", "verifier": "v", "exp": 4_000_000_000}
    for cookie in (
        signed(forged, OctKey.import_key("k" * 32), "HS256"),
        signed(forged, RSAKey.generate_key(2048)),
        unsigned(signed(forged, OctKey.import_key("k" * 32), "HS256")),
        "a.b.c",
    ):
        traveller.client.cookies.clear()
        traveller.client.cookies.set("sakutei-oidc", cookie)
        _refused(traveller, traveller.comes_back(back), "別の画面から始められた")


# --- a provider that is wrong ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-8] + "AAAAAAAA",
        lambda token: signed(claims_of(token), RSAKey.generate_key(2048)),
        lambda token: signed(claims_of(token), OctKey.import_key(SECRET.encode()), "HS256"),
        unsigned,
        lambda token: "not a token",
    ],
    ids=["broken", "another key", "the shared secret", "unsigned", "no token"],
)
def test_an_id_token_the_provider_did_not_sign_is_refused(
    traveller: Traveller, change: Callable[[str], str]
) -> None:
    traveller.desk.gives(change)
    _refused(traveller, traveller.travels(), UNSURE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-application"},
        {"aud": ["sakutei", "another"], "azp": "another"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"iat": 4_000_000_000},
        {"sub": None},
    ],
    ids=str,
)
def test_an_id_token_meant_otherwise_is_refused(traveller: Traveller, wrong: dict[str, object]) -> None:
    traveller.desk.claims(**wrong)
    _refused(traveller, traveller.travels(), UNSURE)
    traveller.desk.claims()
    assert traveller.travels().status_code == 303, "the same token with nothing wrong is taken"


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/oauth2/token", "400 Bad Request", b'{"error":"invalid_grant"}'),
        ("/oauth2/token", "200 OK", b"<html>"),
        ("/oauth2/token", "200 OK", b"[]"),
        ("/oauth2/token", "200 OK", b"{}"),
        ("/oauth2/token", "200 OK", b'{"id_token": 5}'),
        ("/oauth2/token", "302 Found", b""),
        ("/jwks", "500 Internal Server Error", b""),
        ("/jwks", "200 OK", b'{"keys":"none"}'),
        ("/jwks", "200 OK", b'{"keys":[]}'),
        ("/jwks", "200 OK", b'{"keys":[{"kty":"RSA"}]}'),
        ("/.well-known/openid-configuration", "503 Service Unavailable", b""),
    ],
)
def test_a_provider_that_answers_nonsense_is_told_kindly(
    traveller: Traveller, path: str, status: str, body: bytes
) -> None:
    back = traveller.agrees(traveller.leaves())
    traveller.desk.answers(path, status, body)
    _refused(traveller, traveller.comes_back(back), UNSURE)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"issuer": "https://evil.example"}', b'{"issuer": 5}', b"\xff"]
)
def test_without_the_provider_s_own_word_nobody_is_sent_there(traveller: Traveller, body: bytes) -> None:
    traveller.desk.answers("/.well-known/openid-configuration", body=body)
    _refused(traveller, traveller.client.get("/sign-in/oidc"), UNSURE)


def test_a_provider_that_is_down_leaves_the_password(house: House, desk: Desk) -> None:
    traveller = Traveller(house, desk, issuer="http://localhost:1")
    _refused(traveller, traveller.client.get("/sign-in/oidc"), "利用者IDとパスワードで")


def test_a_failure_is_logged_for_the_administrator_without_secrets(
    traveller: Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    back = traveller.agrees(traveller.leaves())
    traveller.desk.answers("/jwks", "500 Internal Server Error")
    caplog.clear()
    traveller.comes_back(back)
    ours = "\n".join(line.getMessage() for line in caplog.records if line.name.startswith("workflow"))
    assert "/jwks answered 500" in ours
    assert query_of(back)["code"] not in ours and SECRET not in caplog.text


def test_a_provider_that_drips_or_sends_us_inside_is_left(house: House) -> None:
    with receiving() as slow:
        slow.drip = True
        began = time.monotonic()
        with pytest.raises(oidc.ProviderFailed):
            oidc.begin(
                Provider(slow.url.removesuffix("/hook"), CLIENT, SECRET, NAME, timeout=0.5), "", house.now
            )
        assert time.monotonic() - began < 5
        assert len(slow.calls) == 1
    with client((), timeout=1, trusted=("127.0.0.1",)) as guarded, pytest.raises(Refused):
        guarded.get("http://10.0.0.1/token")


# --- without a provider, and in a browser ------------------------------------------------------------


def test_without_a_provider_there_is_no_button_and_no_page(house: House) -> None:
    stranger = Browser(house)
    assert "/sign-in/oidc" not in stranger.see("/sign-in")
    stranger.see("/sign-in/oidc", 404)
    stranger.see("/sign-in/oidc/back?code=x&state=y", 404)


def test_a_person_signs_in_with_one_click_and_comes_back(site: Site, desk: Desk) -> None:
    house = site.house
    house.now = datetime.now(UTC)
    settings = mail_settings(house.office.files.parent)
    app = build(
        house.office, settings, clock=lambda: house.now, oidc=Provider(desk.url, CLIENT, SECRET, NAME)
    )
    with serving(app) as url:
        settle_at(app, url)
        page = site.browser.new_context().new_page()
        page.route("**/pico.min.css", lambda route: route.abort())
        page.goto(f"{url}/sign-in")
        must_read_well(page)
        page.get_by_role("link", name="「庁内アカウント」でサインイン").click()
        page.get_by_role("button", name="hanako").click()
        expect(page.get_by_role("heading", name="今日の仕事")).to_be_visible()
        page.get_by_role("link", name="担当 花子").click()
        expect(page.get_by_text("パスワードは設定されていません")).to_be_visible()
        page.get_by_role("button", name="サインアウト").first.click()
        page.get_by_role("link", name="「庁内アカウント」でサインイン").click()
        page.get_by_role("button", name="Deny").click()
        expect(page.get_by_role("alert")).to_be_visible()
        must_read_well(page)
