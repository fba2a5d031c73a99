"""Every route, every role, against the rights table: what a route says it needs is what opens its door."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from tests.house import LONG_AGO, House
from tests.web.visiting import Browser, mail_settings
from workflow import engine
from workflow.engine import Scope
from workflow.rights import RIGHTS, Act, As, actor
from workflow.web.app import build
from workflow.web.doors import Open

ROLES = {
    "nobody": frozenset(),
    "tanto": {As.STAFF},
    "joho_bukai_office": {As.SECRETARIAT},
    "joho_bukai_1": {As.MEMBER},
    "joho_bukai_chair": {As.MEMBER, As.CHAIR},
    "mayor": {As.STAFF, As.OFFICE, As.DELEGATE},
    "deputy": {As.DEPUTY},
    "clerk": {As.ADMINISTRATOR},
}
"""Whom the walk sends, and the standings each has somewhere."""


def routes() -> Iterator[tuple[str, RouteContext]]:
    """Every route of the pages, with each of its methods."""
    yield from _routes(_APP.routes)


def calls() -> Iterator[tuple[str, RouteContext]]:
    """Every call of the API."""
    yield from _routes(_APP.state.api.routes)


def _routes(found: Iterable[Any]) -> Iterator[tuple[str, RouteContext]]:
    for route in iter_route_contexts(found):
        if isinstance(route.original_route, APIRoute):
            for method in sorted(route.methods or ()):
                yield method, route


@pytest.fixture
def town(house: House) -> House:
    """A house with a plan, a meeting, and one person of each role."""
    house.a_plan()
    house.a_version()
    house.a_meeting()
    for key in ("nobody", "deputy", "clerk"):
        house.a_person(key)
    engine.name_deputy(house.office, "admin", "mayor", "deputy", LONG_AGO, now=house.now)
    engine.name_administrator(house.office, "admin", "clerk", LONG_AGO, now=house.now)
    return house


def test_every_route_says_what_it_needs() -> None:
    assert len(list(routes())) > 100 and len(list(calls())) > 50
    known = set(Act.__members__) | set(Open.__members__)
    for method, route in (*routes(), *calls()):
        needed = (route.openapi_extra or {}).get("x-needs")
        assert needed and set(needed) <= known, f"{method} {route.path}"


def test_the_roles_of_the_walk_have_the_standings_it_says(town: House) -> None:
    with town.office.reading() as db:
        for key, standings in ROLES.items():
            person = actor(db, key, town.now.date())
            for act in Act:
                assert person.may_somewhere(act) == bool(RIGHTS[act] & standings), (key, act)


@pytest.mark.parametrize("role", ROLES)
def test_a_door_opens_to_whom_the_rights_table_names_and_to_nobody_else(town: House, role: str) -> None:
    browser = Browser(town, role)
    for method, route in routes():
        if route.path in ("/sign-out", "/sign-in") or (role, route.path) == (
            "mayor",
            "/plans/{key}/circulate",
        ):
            continue  # the mayor circulates the plans of their own section only
        needed = route.openapi_extra["x-needs"]
        acts = [Act[name] for name in needed if name in Act.__members__]
        allowed = not acts or any(RIGHTS[act] & ROLES[role] for act in acts)
        answer = browser.client.request(
            method, _a_path(route.path), data={"csrf": browser.csrf}, follow_redirects=False
        )
        refused = answer.status_code == 403
        assert refused is not allowed, f"{role}: {method} {route.path} answered {answer.status_code}"
        assert answer.status_code < 500, f"{method} {route.path}: {answer.text}"


@pytest.mark.parametrize("role", ROLES)
def test_a_call_answers_whom_the_rights_table_names_and_nobody_else(town: House, role: str) -> None:
    ends = town.now + timedelta(days=1)
    token = engine.make_token(town.office, role, "すべて", list(Scope), expires_at=ends, now=town.now)
    client = Browser(town).client
    for method, route in calls():
        acts = [Act[name] for name in route.openapi_extra["x-needs"] if name in Act.__members__]
        allowed = not acts or any(RIGHTS[act] & ROLES[role] for act in acts)
        answer = client.request(
            method,
            "/api" + _a_path(route.path),
            headers={"authorization": f"Bearer {token}"},
            json={} if method == "POST" else None,
        )
        refused = answer.status_code == 403
        assert refused is not allowed, f"{role}: {method} {route.path} answered {answer.status_code}"


def test_a_call_without_a_token_is_answered_only_where_it_is_public(town: House) -> None:
    client = Browser(town).client
    for method, route in calls():
        answer = client.request(method, "/api" + _a_path(route.path))
        public = "PUBLIC" in route.openapi_extra["x-needs"]
        assert (answer.status_code == 401) is not public, f"{method} {route.path}: {answer.status_code}"


def test_a_stranger_passes_only_the_public_doors(town: House) -> None:
    stranger = Browser(town)
    for method, route in routes():
        answer = stranger.client.request(method, _a_path(route.path), data={}, follow_redirects=False)
        led_to_sign_in = (
            answer.headers.get("location", "").startswith("/sign-in") or answer.status_code == 401
        )
        public = bool({"PUBLIC", "SELF"} & set(route.openapi_extra["x-needs"]))
        assert public or led_to_sign_in, f"{method} {route.path} answered {answer.status_code}"
        assert answer.status_code < 500, f"{method} {route.path}"


def _a_path(path: str) -> str:
    """The path with something in place of its parameters: a plan and a meeting that are there."""
    filled = path.replace("/plans/{key}", "/plans/dx").replace("{number}", "1").replace("{item}", "1")
    return re.sub(r"\{[^}]+\}", "1", filled)


_APP = build(None, mail_settings(Path()))  # type: ignore[arg-type]
