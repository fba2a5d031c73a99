"""The marks that readers make at items of an agenda, each for themselves."""

import re

import pytest

from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions
from workflow.store.proof import prove


@pytest.fixture
def item(house: House) -> int:
    """The item of a plan at the 部会, which has begun and is attended by all."""
    house.a_plan()
    house.a_version()
    return house.an_item("policy_bukai")


def test_a_member_marks_an_item_for_themselves_alone(house: House, item: int) -> None:
    member = Browser(house, "joho_bukai_1")
    with house.office.reading() as db:
        events = len(db.connection().exec_driver_sql("SELECT seq FROM event").all())
    shown = member.send(f"/items/{item}/mark", meeting=1, mark="ask", memo="費用を聞く")
    assert '<span class="tag">質問する</span>' in shown and "費用を聞く" in shown
    for other in ("joho_bukai_2", "joho_bukai_office", "joho_bukai_chair"):
        assert "費用を聞く" not in Browser(house, other).see("/meetings/1")
    changed = member.send(f"/items/{item}/mark", meeting=1, mark="read", memo="")
    assert '<span class="tag">読んだ</span>' in changed and "費用を聞く" not in changed
    gone = member.send(f"/items/{item}/mark", meeting=1)
    assert not re.search(r'<span class="tag">(読んだ|質問する)</span>', gone)
    with house.office.reading() as db:
        assert len(db.connection().exec_driver_sql("SELECT seq FROM event").all()) == events
    assert prove(house.office).whole


def test_a_mark_is_made_by_who_reads_the_meeting_alone(house: House, item: int) -> None:
    stranger = Browser(house, "ict_honbu_1")
    stranger.send(f"/items/{item}/mark", 403, meeting=1, mark="read")
    member = Browser(house, "joho_bukai_1")
    assert "2001 文字" in member.send(f"/items/{item}/mark", 422, meeting=1, memo="あ" * 2001)
    member.send("/items/99/mark", 404, meeting=1, mark="read")
    matter = actions.list_matter(house.office, "joho_bukai_office", 1, "その他", now=house.now)
    assert "読んだ" in member.send(f"/items/{matter}/mark", meeting=1, mark="read")
