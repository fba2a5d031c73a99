"""Calendar feeds: whose they are, what they show, and when they stop."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from definitions.terms import Role
from tests.support.scenario import LONG_AGO, House
from workflow import actions
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput, NotFound
from workflow.queries.calendar_feeds import feed_shown
from workflow.store.tables import Event, Feed


def titles(house: House, token: str) -> list[str]:
    with house.office.reading() as db:
        return [entry.meeting.title for entry in feed_shown(db, token, house.now).entries]


def test_ones_own_feed_shows_the_meetings_of_ones_bodies_and_no_others(house: House) -> None:
    house.a_meeting("joho_bukai")
    house.a_meeting("ict_honbu")
    token = actions.make_feed(house.office, "joho_bukai_1", now=house.now)
    assert titles(house, token) == ["情報化推進部会"]
    actions.seat(
        house.office, "admin", "joho_bukai_1", "ict_honbu", Role.SECRETARIAT, LONG_AGO, now=house.now
    )
    assert titles(house, token) == ["情報化推進部会", "ICT推進・活用本部（庁議）"]


def test_ones_own_feed_leaves_out_what_is_held_after_ones_term(house: House) -> None:
    house.a_meeting(days=7)
    house.a_meeting(days=30)
    token = actions.make_feed(house.office, "joho_bukai_1", now=house.now)
    last = tokyo_day(house.now) + timedelta(days=10)
    actions.end_terms(house.office, "admin", "joho_bukai_1", last, now=house.now)
    assert len(titles(house, token)) == 1


def test_a_feed_reaches_ninety_days_back(house: House) -> None:
    house.a_meeting(days=1)
    token = actions.make_feed(house.office, "joho_bukai_1", now=house.now)
    house.later(days=91)
    assert len(titles(house, token)) == 1
    house.later(days=1)
    assert titles(house, token) == []


def test_a_bodys_feed_ends_with_ones_seat_in_it(house: House) -> None:
    house.a_meeting()
    token = actions.make_feed(house.office, "joho_bukai_1", "joho_bukai", now=house.now)
    assert len(titles(house, token)) == 1
    actions.end_terms(house.office, "admin", "joho_bukai_1", tokyo_day(house.now), now=house.now)
    assert len(titles(house, token)) == 1
    house.later(days=1)
    with pytest.raises(NotFound):
        titles(house, token)


def test_nobody_subscribes_to_a_body_they_do_not_sit_in(house: House) -> None:
    with pytest.raises(BadInput, match="委員または事務局ではありません"):
        actions.make_feed(house.office, "joho_bukai_1", "ict_honbu", now=house.now)


def test_a_revoked_feed_shows_nothing_and_is_its_owners_alone_to_revoke(house: House) -> None:
    token = actions.make_feed(house.office, "joho_bukai_1", now=house.now)
    with pytest.raises(NotFound):
        actions.revoke_feed(house.office, "joho_bukai_2", 1, now=house.now)
    actions.revoke_feed(house.office, "joho_bukai_1", 1, now=house.now)
    with pytest.raises(NotFound):
        titles(house, token)
    with pytest.raises(AlreadyDone):
        actions.revoke_feed(house.office, "joho_bukai_1", 1, now=house.now)


def test_the_token_is_kept_nowhere(house: House) -> None:
    token = actions.make_feed(house.office, "joho_bukai_1", now=house.now)
    with house.office.reading() as db:
        kept = db.scalars(select(Feed.token_sha256)).all()
        logged = "".join(db.scalars(select(Event.data)))
    assert token not in kept and token not in logged
    with pytest.raises(NotFound):
        titles(house, kept[0])
