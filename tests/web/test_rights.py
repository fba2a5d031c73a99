"""Every route, every role, against the rights table: what a route says it needs is what opens its door."""

import re
from datetime import timedelta

import pytest

from tests.support.routes import calls, routes
from tests.support.scenario import LONG_AGO, House
from tests.support.web_client import Browser
from workflow import actions
from workflow.domain.accounts import Scope
from workflow.domain.rights import RIGHTS, Act, Capacity
from workflow.queries.actor import actor
from workflow.web.permissions import Open

ROLES = {
    "nobody": frozenset(),
    "tanto": {Capacity.STAFF, Capacity.EMPLOYEE, Capacity.INQUIRED},
    "joho_bukai_office": {Capacity.SECRETARIAT},
    "joho_bukai_1": {Capacity.MEMBER},
    "joho_bukai_chair": {Capacity.MEMBER, Capacity.CHAIR},
    "mayor": {
        *(Capacity.EMPLOYEE, Capacity.STAFF, Capacity.INQUIRED),
        *(Capacity.POSITION_HOLDER, Capacity.DELEGATE),
    },
    "deputy": {Capacity.DEPUTY, Capacity.CHAIR_DEPUTY, Capacity.MEMBER_DEPUTY},
    "clerk": {Capacity.ADMINISTRATOR},
    "auditor": {Capacity.AUDITOR},
}
"""Whom the walk sends, and the capacities each has somewhere."""


OF_ONES_OWN_SECTION = {
    *("/plans/{key}/advance", "/plans/{key}/finish"),
    *("/plans/{key}/circulate", "/plans/{key}/inquiries/new", "/plans/{key}/dossier.zip"),
    *(f"/plans/{{key}}/inquiries/{{number}}/{act}" for act in ("extend", "withdraw", "addressees")),
}
"""What the staff of a section do for its own plans only, before anything else is asked: the mayor has none."""


@pytest.fixture
def town(house: House) -> House:
    """A house with a plan, a meeting, and one person of each role."""
    house.a_plan()
    house.a_version()
    house.a_meeting()
    for key in ("nobody", "deputy", "clerk", "auditor"):
        house.a_person(key)
    actions.name_deputy(house.office, "admin", "mayor", "deputy", LONG_AGO, now=house.now)
    actions.name_administrator(
        house.office, "admin", "clerk", LONG_AGO, proof=actions.OwnMachine(), now=house.now
    )
    actions.name_auditor(
        house.office, "admin", "auditor", LONG_AGO, proof=actions.OwnMachine(), now=house.now
    )
    return house


def test_every_route_says_what_it_needs() -> None:
    assert len(list(routes())) > 100 and len(list(calls())) > 50
    known = set(Act.__members__) | set(Open.__members__)
    for method, route in (*routes(), *calls()):
        needed = (route.openapi_extra or {}).get("x-needs")
        assert needed and set(needed) <= known, f"{method} {route.path}"


def test_the_roles_of_the_walk_have_the_standings_it_says(town: House) -> None:
    with town.office.reading() as db:
        for key, capacities in ROLES.items():
            person = actor(db, key, town.now.date())
            for act in Act:
                assert person.may_somewhere(act) == bool(RIGHTS[act] & capacities), (key, act)


@pytest.mark.parametrize("role", ROLES)
def test_a_door_opens_to_whom_the_rights_table_names_and_to_nobody_else(town: House, role: str) -> None:
    browser = Browser(town, role)
    for method, route in routes():
        if route.path in ("/sign-out", "/sign-in") or (role == "mayor" and route.path in OF_ONES_OWN_SECTION):
            continue
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
    token = actions.make_token(town.office, role, "すべて", list(Scope), expires_at=ends, now=town.now)
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
