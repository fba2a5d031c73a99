"""Tokens: made and ended on a page, never more than their person, never known to the database."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.api_client import Program
from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions
from workflow.domain.accounts import Scope
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput, NotAllowed
from workflow.store.tables import ApiToken, Event


def made_on_the_page(browser: Browser, **form: object) -> str:
    shown = browser.send("/tokens", **{"name": "文書管理", "scopes": "read", "days": 30, **form})
    found = re.search(r'<code id="token">(sakutei_[\w-]+)</code>', shown)
    assert found, shown
    return found[1]


def test_a_token_is_shown_once_and_works(house: House) -> None:
    house.a_plan()
    browser, program = Browser(house, "tanto"), Program(house, "tanto")
    token = made_on_the_page(browser)
    assert token not in browser.see("/tokens")
    program.client.headers["authorization"] = f"Bearer {token}"
    assert program.ask("plans/dx")["title"] == "DX推進計画"


def test_the_database_knows_no_token(house: House) -> None:
    token = made_on_the_page(Browser(house, "tanto"))
    with house.office.reading() as db:
        kept = [str(vars(row)) for row in (*db.scalars(select(ApiToken)), *db.scalars(select(Event)))]
    assert not any(token in row or token.removeprefix("sakutei_") in row for row in kept)


def test_a_revoked_token_is_refused_at_once(house: House) -> None:
    browser, program = Browser(house, "tanto"), Program(house, "tanto")
    program.ask("plans")
    browser.send("/tokens/1/revoke")
    answer = program.client.get("plans")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="sakutei", error="invalid_token"'
    assert "失効" in browser.see("/tokens")


def test_a_token_ends_on_its_day(house: House) -> None:
    program = Program(house, "tanto")
    house.later(days=29, hours=23)
    program.ask("plans")
    house.later(hours=1)
    program.ask("plans", 401)


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer ", "Bearer sakutei_none", "Basic dGFudG86eA=="])
def test_without_a_token_nothing_is_answered(house: House, sent: str) -> None:
    program = Program(house, "tanto")
    program.client.headers["authorization"] = sent
    answer = program.client.get("plans")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["type"] == "/problems/token-refused"


def test_a_session_cookie_opens_no_call(house: House) -> None:
    browser = Browser(house, "tanto")
    assert browser.client.get("/api/v1/plans").status_code == 401


def test_a_token_does_only_what_it_was_made_for(house: House) -> None:
    house.a_plan()
    program = Program(house, "tanto", Scope.READ)
    program.ask("plans/dx")
    said = program.do("plans/dx/suspend", 403, seen=1, reason="見直し")
    assert (said["type"], said["needed"]) == ("/problems/scope-missing", ["plans"])
    assert "計画の開始・版の登録・進行" in said["detail"]
    Program(house, "tanto", Scope.PLANS).ask("plans/dx", 403)


def test_a_token_never_gives_more_than_its_person_has_that_day(house: House) -> None:
    house.a_plan()
    program = Program(house, "tanto")
    program.do("plans/dx/suspend", seen=1, reason="見直し")
    today = tokyo_day(house.now)
    actions.end_terms(house.office, "admin", "tanto", today, now=house.now)
    actions.post(house.office, "admin", "tanto", "mayor", today + timedelta(days=1), now=house.now)
    house.later(days=1)
    said = program.do("plans/dx/resume", 403, seen=2, reason="再開")
    assert said["type"] == "/problems/not-allowed" and "計画の担当課の職員" in said["needed"]


def test_a_token_ends_when_its_person_leaves(house: House) -> None:
    house.a_plan()
    program = Program(house, "tanto")
    actions.end_terms(house.office, "admin", "tanto", house.now.date(), now=house.now)
    house.later(days=1)
    assert program.do("plans/dx/suspend", 401, seen=1, reason="見直し")["type"] == "/problems/token-refused"


def test_a_page_of_another_site_makes_no_token(house: House) -> None:
    browser = Browser(house, "tanto")
    browser.csrf = "0" * 64
    browser.send("/tokens", 403, name="悪意", scopes="read", days=30)


def test_a_token_needs_a_scope_a_name_and_an_end_within_a_year(house: House) -> None:
    browser = Browser(house, "tanto")
    browser.send("/tokens", 422, name="名", days=30)
    browser.send("/tokens", 422, name=" ", scopes="read", days=30)
    browser.send("/tokens", 422, name="名", scopes="read", days=400)
    for days in (-1, 0, 366):
        with pytest.raises(BadInput):
            actions.make_token(
                house.office,
                "tanto",
                "名",
                [Scope.READ],
                expires_at=house.now + timedelta(days=days),
                now=house.now,
            )


def test_others_tokens_are_ended_by_administrators_alone(house: House) -> None:
    Program(house, "tanto")
    with pytest.raises(NotAllowed):
        actions.revoke_token(house.office, "mayor", 1, now=house.now)
    assert "試験" not in Browser(house, "mayor").see("/tokens")
    admin = Browser(house, "admin")
    assert "担当 花子" in admin.see("/tokens")
    admin.send("/tokens/1/revoke")
    with pytest.raises(AlreadyDone):
        actions.revoke_token(house.office, "tanto", 1, now=house.now)
