"""本人確認: what could hand the office to somebody else is done by an administrator who has just given their password,
and by no program."""

import pytest

from tests.support.api_client import Program
from tests.support.scenario import House
from tests.support.web_client import PASSWORD, Browser
from workflow import actions, queries
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import IdentityUnconfirmed

NEW = "momoko@city.example.jp"

SENSITIVE = {
    "/people/mayor/change": {"name": "区 長", "email": NEW},
    "/people/mayor/administrator": {"since": "2023-01-01"},
    "/people/mayor/auditor": {"since": "2023-01-01"},
}


@pytest.fixture
def admin(house: House) -> Browser:
    return Browser(house, "admin", password=PASSWORD)


@pytest.mark.parametrize("path", SENSITIVE)
def test_who_signed_in_long_ago_is_asked_for_the_password_and_loses_nothing_typed(
    admin: Browser, path: str
) -> None:
    admin.house.later(minutes=11)
    asked = admin.send(path, **SENSITIVE[path])
    assert "あなたのパスワード" in asked and "システム管理者の全員にメール" in asked
    for name, value in SENSITIVE[path].items():
        assert f'name="{name}" value="{value}"' in asked
    assert not _done(admin.house)
    assert "違います" in admin.send(path, 422, **SENSITIVE[path], own_password="なにか 別の ことば です")
    assert not _done(admin.house)
    admin.send(path, **SENSITIVE[path], own_password=PASSWORD)
    assert _done(admin.house)


@pytest.mark.parametrize("path", SENSITIVE)
def test_who_gave_the_password_minutes_ago_is_not_asked_again(admin: Browser, path: str) -> None:
    admin.house.later(minutes=9)
    admin.send(path, **SENSITIVE[path])
    assert _done(admin.house)


def test_who_came_through_the_provider_gives_the_password_or_learns_how_to_get_one(house: House) -> None:
    admin = Browser(house, "admin")
    path = "/people/mayor/administrator"
    assert "パスワードは、まだ設定されていません" in admin.send(path, **SENSITIVE[path])
    house.has_password("admin", PASSWORD)
    admin.sign_in()
    assert "あなたのパスワード" in admin.send(path, **SENSITIVE[path])
    admin.send(path, **SENSITIVE[path], own_password=PASSWORD)
    assert _done(house)


def test_one_session_confirmed_confirms_no_other(admin: Browser) -> None:
    house = admin.house
    other = actions.InSession(str(Browser(house, "admin").client.cookies["sakutei"]))
    with pytest.raises(IdentityUnconfirmed):
        actions.name_administrator(
            house.office, "admin", "mayor", tokyo_day(house.now), proof=other, now=house.now
        )


def test_passwords_cannot_be_tried_out_on_the_page_either(admin: Browser) -> None:
    admin.house.later(minutes=11)
    path = "/people/mayor/administrator"
    for _ in range(5):
        admin.send(path, 422, **SENSITIVE[path], own_password="まちがった ことば ばかり")
    assert "続けて間違えたため" in admin.send(path, 422, **SENSITIVE[path], own_password=PASSWORD)
    assert not _done(admin.house)


def test_a_name_alone_is_changed_without_more_ado(admin: Browser) -> None:
    admin.house.later(hours=1)
    admin.send("/people/mayor/change", name="区 長二", email="mayor@city.example.jp")
    assert "区 長二" in admin.see("/people/mayor")


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("people/mayor/change", {"email": NEW}),
        ("people/mayor/administrator", {"since": "2023-01-01"}),
    ],
)
def test_a_token_for_everything_is_refused_in_words_that_say_where_it_is_done(
    house: House, path: str, asked: dict[str, str]
) -> None:
    said = Program(house, "admin").do(path, 403, **asked)
    assert said["type"] == "/problems/identity-unconfirmed"
    assert "サインインした画面で" in said["detail"] and "API" in said["detail"]
    assert not _done(house)


def test_a_token_still_corrects_a_name(house: House) -> None:
    Program(house, "admin").do("people/mayor/change", name="区 長二")


def _done(house: House) -> bool:
    """Return whether the mayor has another address, or is an administrator or auditor."""
    with house.office.reading() as db:
        mayor = queries.person(db, "mayor", tokyo_day(house.now))
    return mayor.email == NEW or bool(mayor.administrator or mayor.auditor)
