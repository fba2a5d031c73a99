"""What was continued, left undecided or taken off goes on to the next meeting of the body."""

import pytest

from definitions.terms import Outcome
from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions
from workflow.domain.errors import BadInput, NotAllowed, NotNow
from workflow.queries.agenda import agenda, agenda_lines
from workflow.queries.carrying import lines_to_carry
from workflow.queries.meetings import meeting as meeting_of
from workflow.store.proof import prove

SECRETARIAT = "joho_bukai_office"


def titles(house: House, meeting: int) -> list[str]:
    with house.office.reading() as db:
        return [line.title for line in agenda_lines(db, meeting, agenda(db, meeting))]


def going(house: House, meeting: int) -> dict[str, int]:
    with house.office.reading() as db:
        return {line.title: line.id for line in lines_to_carry(db, meeting_of(db, meeting))}


@pytest.fixture
def held(house: House) -> int:
    """A meeting that is on: one plan continued, one agreed to, one without an outcome; one matter settled, one not, one
    taken off."""
    number = house.a_meeting()
    items = {}
    for key in ("continued", "agreed", "left"):
        actions.open_plan(house.office, "tanto", key, key, house.chain, department="it", now=house.now)
        house.a_version(key=key)
        items[key] = actions.list_item(house.office, SECRETARIAT, number, key, "policy_bukai", now=house.now)
    for title in ("済んだ件", "残った件", "外した件"):
        items[title] = actions.list_matter(
            house.office, SECRETARIAT, number, title, planned_minutes=5, now=house.now
        )
    actions.list_matter(house.office, SECRETARIAT, number, "見出し", heading=True, now=house.now)
    actions.remove_item(house.office, SECRETARIAT, items["外した件"], "時間切れ", now=house.now)
    house.later(days=7, hours=1)
    house.everybody_attends("joho_bukai", number)
    for key, outcome in (("continued", Outcome.CONTINUED), ("agreed", Outcome.APPROVED)):
        actions.record_outcome(house.office, SECRETARIAT, items[key], outcome, now=house.now)
    actions.record_result(house.office, SECRETARIAT, items["済んだ件"], "承認した。", now=house.now)
    return number


def test_what_is_not_settled_goes_on_with_one_button(house: House, held: int) -> None:
    found = going(house, held)
    assert list(found) == ["continued", "left", "残った件", "外した件"]
    to = house.a_meeting()
    assert actions.carry_over(house.office, SECRETARIAT, held, to, list(found.values()), now=house.now) == 4
    assert titles(house, to) == ["continued", "left", "残った件", "外した件"]
    assert titles(house, held) == ["continued", "agreed", "済んだ件", "見出し"]
    assert going(house, held) == {}
    actions.close_meeting(house.office, SECRETARIAT, held, "議事要旨", now=house.now)
    assert prove(house.office).findings == []


def test_after_it_was_closed_too(house: House, held: int) -> None:
    actions.remove_item(house.office, SECRETARIAT, going(house, held)["left"], "時間切れ", now=house.now)
    actions.close_meeting(house.office, SECRETARIAT, held, "議事要旨", now=house.now)
    house.a_version("直した", key="continued")
    to = house.a_meeting()
    found = going(house, held)
    actions.carry_over(house.office, SECRETARIAT, held, to, list(found.values()), now=house.now)
    assert sorted(titles(house, to)) == ["continued", "left", "外した件", "残った件"]
    with house.office.reading() as db:
        versions = {item.plan: item.stale for item in agenda(db, to)}
    assert versions == {"continued": False, "left": False}


def test_what_was_settled_or_waits_elsewhere_does_not_go_on(house: House, held: int) -> None:
    to, other = house.a_meeting(), house.a_meeting(days=9)
    found = going(house, held)
    actions.carry_over(house.office, SECRETARIAT, held, to, [found["continued"]], now=house.now)
    with house.office.reading() as db:
        agreed = next(item.id for item in agenda(db, held) if item.plan == "agreed")
    for item in (found["continued"], agreed, 4711):
        with pytest.raises(NotNow):
            actions.carry_over(house.office, SECRETARIAT, held, other, [item], now=house.now)
    assert titles(house, other) == []


def test_it_goes_to_another_meeting_of_the_same_body_by_its_secretariat(house: House, held: int) -> None:
    item = going(house, held)["left"]
    honbu = house.a_meeting("ict_honbu")
    with pytest.raises(NotAllowed):
        actions.carry_over(house.office, SECRETARIAT, held, honbu, [item], now=house.now)
    with pytest.raises(BadInput):
        actions.carry_over(house.office, SECRETARIAT, held, held, [item], now=house.now)
    to = house.a_meeting()
    with pytest.raises(NotAllowed):
        actions.carry_over(house.office, "joho_bukai_1", held, to, [item], now=house.now)
    with pytest.raises(BadInput):
        actions.carry_over(house.office, SECRETARIAT, held, to, [], now=house.now)
    with pytest.raises(NotNow):
        actions.carry_over(house.office, SECRETARIAT, to, held, [item], now=house.now)


def test_the_page_offers_it_with_the_next_meetings_in_preparation_or_called(house: House, held: int) -> None:
    secretary = Browser(house, SECRETARIAT)
    assert "次の会議がまだありません" in secretary.see(f"/meetings/{held}")
    to = house.a_meeting()
    shown = secretary.see(f"/meetings/{held}")
    assert "次の会議に送る" in shown and f'<option value="{to}"' in shown
    assert "次の会議に送る" not in Browser(house, "joho_bukai_1").see(f"/meetings/{held}")
    found = going(house, held)
    shown = secretary.send(f"/meetings/{held}/carry", to=to, item=[found["left"], found["残った件"]])
    assert "2 件を次の会議に送りました" in shown and "残った件" in shown
    secretary.send(f"/meetings/{held}/carry", 422, to="", item=found["continued"])


def test_what_was_sent_on_and_settled_there_is_not_offered_again(house: House, held: int) -> None:
    to = house.a_meeting()
    actions.carry_over(house.office, SECRETARIAT, held, to, list(going(house, held).values()), now=house.now)
    house.later(days=7, hours=1)
    house.everybody_attends("joho_bukai", to)
    with house.office.reading() as db:
        there = {line.title: line.id for line in agenda_lines(db, to, agenda(db, to))}
    for key, outcome in (("continued", Outcome.APPROVED), ("left", Outcome.CONTINUED)):
        actions.record_outcome(house.office, SECRETARIAT, there[key], outcome, now=house.now)
    actions.record_result(house.office, SECRETARIAT, there["残った件"], "承認した。", now=house.now)
    actions.record_result(house.office, SECRETARIAT, there["外した件"], "承認した。", now=house.now)
    assert going(house, held) == {}
    assert list(going(house, to)) == ["left"]
    actions.close_meeting(house.office, SECRETARIAT, to, "議事要旨", now=house.now)
    assert going(house, held) == {}
    assert list(going(house, to)) == ["left"]


def test_what_was_sent_to_a_meeting_that_is_cancelled_can_be_sent_again(house: House, held: int) -> None:
    to = house.a_meeting()
    item = going(house, held)["continued"]
    actions.carry_over(house.office, SECRETARIAT, held, to, [item], now=house.now)
    assert "continued" not in going(house, held)
    actions.cancel_meeting(house.office, SECRETARIAT, to, "台風", now=house.now)
    assert going(house, held)["continued"] == item
