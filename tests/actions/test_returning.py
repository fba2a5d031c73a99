"""Who left and returns: nothing that let them in before does again."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from definitions.terms import Role
from tests.support.mailbox import mailed
from tests.support.scenario import House
from workflow import actions
from workflow.actions.invitations import mint
from workflow.domain.accounts import LinkPurpose, Scope
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import LinkUnusable, NotFound
from workflow.queries.calendar_feeds import feed_shown
from workflow.store.proof import prove
from workflow.store.tables import MailedLink

PASSWORD = "correct horse battery 策定"

Return = Callable[[House, date], object]

RETURNS: dict[str, Return] = {
    "posted": lambda house, day: actions.post(house.office, "admin", "tanto", "mayor", day, now=house.now),
    "seated": lambda house, day: actions.seat(
        house.office, "admin", "tanto", "ict_honbu", Role.SECRETARIAT, day, now=house.now
    ),
    "administrator": lambda house, day: actions.name_administrator(
        house.office, "admin", "tanto", day, proof=actions.OwnMachine(), now=house.now
    ),
    "auditor": lambda house, day: actions.name_auditor(
        house.office, "admin", "tanto", day, proof=actions.OwnMachine(), now=house.now
    ),
}


@pytest.fixture
def ways_in(house: House) -> dict[str, Callable[[], bool]]:
    """Everything by which 担当 comes in, and whether it does."""
    end = house.now + timedelta(days=300)
    token = actions.make_token(house.office, "tanto", "鍵", [Scope.READ], expires_at=end, now=house.now)
    feed = actions.make_feed(house.office, "tanto", now=house.now)
    actions.set_password(house.office, "admin", "tanto", PASSWORD, now=house.now)
    session = actions.sign_in(house.office, "tanto", PASSWORD, now=house.now)

    actions.ask_reset(house.office, "tanto", now=house.now)
    with house.office.writing() as db:
        link = mailed(db, mint(db.scalars(select(MailedLink)).one(), house.now))

    def token_opens() -> bool:
        with house.office.reading() as db:
            return actions.holder_of(db, token, house.now) is not None

    def feed_opens() -> bool:
        try:
            with house.office.reading() as db:
                feed_shown(db, feed, house.now)
        except NotFound:
            return False
        return True

    def session_opens() -> bool:
        with house.office.reading() as db:
            return actions.signed_in(db, session, house.now) is not None

    def link_opens() -> bool:
        try:
            with house.office.reading() as db:
                actions.link_holder(db, LinkPurpose.RESET, link, house.now)
        except LinkUnusable:
            return False
        return True

    return {"token": token_opens, "feed": feed_opens, "session": session_opens, "link": link_opens}


def _open(ways_in: dict[str, Callable[[], bool]]) -> list[str]:
    return [name for name, opens in ways_in.items() if opens()]


@pytest.mark.parametrize("way", RETURNS)
def test_who_returns_finds_what_let_them_in_before_ended(
    house: House, ways_in: dict[str, Callable[[], bool]], way: str
) -> None:
    today = tokyo_day(house.now)
    assert _open(ways_in) == ["token", "feed", "session", "link"]
    actions.end_terms(house.office, "admin", "tanto", today - timedelta(days=1), now=house.now)
    assert _open(ways_in) == []
    RETURNS[way](house, today)
    assert _open(ways_in) == []
    assert actions.sign_in(house.office, "tanto", PASSWORD, now=house.now), "the password stands"
    assert prove(house.office).findings == []


@pytest.mark.parametrize("way", RETURNS)
def test_who_goes_on_without_having_left_keeps_everything(
    house: House, ways_in: dict[str, Callable[[], bool]], way: str
) -> None:
    today = tokyo_day(house.now)
    actions.end_terms(house.office, "admin", "tanto", today, now=house.now)
    RETURNS[way](house, today + timedelta(days=1))
    assert _open(ways_in) == ["token", "feed", "session", "link"]
    house.later(days=1)
    assert _open(ways_in) == ["token", "feed"], "a session lasts a working day"
