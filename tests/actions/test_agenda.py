"""The agenda of a meeting: what may go on it, and in which order."""

import pytest
from sqlalchemy import select

from definitions.terms import Outcome
from tests.support.scenario import House
from tests.support.together import together
from workflow import actions
from workflow.domain.errors import AlreadyDone, NotAllowed, NotNow
from workflow.domain.events import Tag
from workflow.queries.agenda import agenda, alone_decided, candidates
from workflow.store import event_log
from workflow.store.tables import Event, Meeting

SECRETARIAT = "joho_bukai_office"


def listed(house: House, meeting: int, *plans: str) -> list[int]:
    """Items of these plans, each standing before the 部会."""
    for key in plans:
        house.a_plan(key)
        house.a_version(key=key)
    return [
        actions.list_item(house.office, SECRETARIAT, meeting, key, "policy_bukai", now=house.now)
        for key in plans
    ]


def plans_on(house: House, meeting: int) -> list[str]:
    with house.office.reading() as db:
        return [item.plan for item in agenda(db, meeting)]


def could_add(house: House, meeting: int) -> list[tuple[str, str, tuple[str, ...]]]:
    with house.office.reading() as db:
        found = candidates(db, db.get_one(Meeting, meeting), house.now)
        return [(each.plan, each.gate, each.after) for each in found]


def test_the_secretariat_puts_the_agenda_in_another_order(house: House) -> None:
    meeting = house.a_meeting()
    first, second, third = listed(house, meeting, "a", "b", "c")
    actions.order_items(house.office, SECRETARIAT, meeting, [third, first, second], now=house.now)
    assert plans_on(house, meeting) == ["c", "a", "b"]
    with house.office.reading() as db:
        assert db.scalar(select(Event.data).where(Event.tag == Tag.ITEMS_ORDERED)) == (
            f'{{"items":[{third},{first},{second}]}}'
        )


def test_an_item_listed_after_an_ordering_comes_last(house: House) -> None:
    meeting = house.a_meeting()
    first, second = listed(house, meeting, "a", "b")
    actions.order_items(house.office, SECRETARIAT, meeting, [second, first], now=house.now)
    listed(house, meeting, "c")
    assert plans_on(house, meeting) == ["b", "a", "c"]


@pytest.mark.parametrize("change", ["added", "removed", "twice", "of another meeting"])
def test_an_order_of_an_agenda_that_changed_since_is_refused(house: House, change: str) -> None:
    meeting = house.a_meeting()
    first, second = listed(house, meeting, "a", "b")
    seen = {"twice": [first, second, second]}.get(change, [second, first])
    if change == "added":
        listed(house, meeting, "c")
    if change == "removed":
        actions.remove_item(house.office, SECRETARIAT, first, "取下げ", now=house.now)
    if change == "of another meeting":
        seen = listed(house, house.a_meeting(), "c")
    before = plans_on(house, meeting)
    with pytest.raises(AlreadyDone, match="開き直して"):
        actions.order_items(house.office, SECRETARIAT, meeting, seen, now=house.now)
    assert plans_on(house, meeting) == before


def test_only_the_bodys_own_secretariat_orders_and_only_while_the_meeting_is_called(house: House) -> None:
    meeting = house.a_meeting()
    items = listed(house, meeting, "a", "b")
    for stranger in ("ict_honbu_office", "joho_bukai_1", "tanto"):
        with pytest.raises(NotAllowed):
            actions.order_items(house.office, stranger, meeting, items[::-1], now=house.now)
    actions.cancel_meeting(house.office, SECRETARIAT, meeting, "台風のため", now=house.now)
    with pytest.raises(NotNow):
        actions.order_items(house.office, SECRETARIAT, meeting, items[::-1], now=house.now)


def test_of_two_people_who_order_at_once_one_order_stands_whole(house: House) -> None:
    meeting = house.a_meeting()
    items = listed(house, meeting, "a", "b", "c", "d")
    orders = [items[::-1], [items[1], items[0], items[3], items[2]]]
    found = together(
        *(
            lambda o=o: actions.order_items(house.office, SECRETARIAT, meeting, o, now=house.now)
            for o in orders
        )
    )
    assert found == [None, None]
    assert plans_on(house, meeting) in (["d", "c", "b", "a"], ["b", "a", "d", "c"])
    with house.office.reading() as db:
        event_log.verify(db)


def test_an_order_and_an_addition_at_once_lose_no_item(house: House) -> None:
    meeting = house.a_meeting()
    items = listed(house, meeting, "a", "b")
    house.a_plan("c")
    house.a_version(key="c")
    found = together(
        lambda: actions.order_items(house.office, SECRETARIAT, meeting, items[::-1], now=house.now),
        lambda: actions.list_item(house.office, SECRETARIAT, meeting, "c", "policy_bukai", now=house.now),
    )
    refused = isinstance(found[0], AlreadyDone)
    assert plans_on(house, meeting) == (["a", "b", "c"] if refused else ["b", "a", "c"])


def test_the_plans_that_stand_before_the_body_can_be_put_on_its_agenda(house: House) -> None:
    house.a_plan("early")
    house.a_plan("ready")
    house.a_version(key="ready")
    house.a_plan("agreed")
    house.a_version(key="agreed")
    house.agree("policy_bukai", "agreed")
    bukai, honbu = house.a_meeting("joho_bukai"), house.a_meeting("ict_honbu")
    assert could_add(house, bukai) == [("ready", "policy_bukai", ())]
    assert could_add(house, honbu) == [
        ("agreed", "policy_honbu", ()),
        ("ready", "policy_honbu", ("部会での検討",)),
    ]


def test_what_is_on_the_agenda_is_not_offered_again_until_its_text_changes(house: House) -> None:
    meeting = house.a_meeting()
    (item,) = listed(house, meeting, "a")
    assert could_add(house, meeting) == []
    house.a_version("改めた文", key="a")
    assert could_add(house, meeting) == [("a", "policy_bukai", ())]
    with house.office.reading() as db:
        assert agenda(db, meeting)[0].stale
    actions.remove_item(house.office, SECRETARIAT, item, "版が古い", now=house.now)
    assert could_add(house, meeting) == [("a", "policy_bukai", ())]


def test_a_chairs_own_decision_is_owed_to_the_next_agenda_once(house: House) -> None:
    house.a_plan()
    house.a_version()
    number = actions.decide_alone(
        house.office,
        "joho_bukai_chair",
        "dx",
        "policy_bukai",
        Outcome.APPROVED,
        "急ぎ",
        seen=house.text(),
        now=house.now,
    )
    meeting = house.a_meeting()

    def owed() -> list[int]:
        with house.office.reading() as db:
            return [each.decision for each in alone_decided(db, db.get_one(Meeting, meeting))]

    assert owed() == [number]
    item = actions.list_ratification(house.office, SECRETARIAT, meeting, number, now=house.now)
    assert owed() == []
    actions.remove_item(house.office, SECRETARIAT, item, "次回に", now=house.now)
    assert owed() == [number]
