"""A meeting from its preparation to its call, over HTTP and without scripts."""

import re

import pytest

from tests.support.counting import counted
from tests.support.scenario import House
from tests.support.web_client import Browser
from tests.web.test_meeting_pages import MEETING
from workflow import actions


@pytest.fixture
def secretary(house: House) -> Browser:
    """The 事務局 of the 部会, with two plans before its gate."""
    for key in ("a", "b"):
        house.a_plan(key)
        house.a_version(key=key)
    return Browser(house, "joho_bukai_office")


def links(shown: str, words: str) -> list[str]:
    """Where the links with these words lead."""
    return [to.replace("&amp;", "&") for to in re.findall(rf'<a[^>]* href="([^"]+)"[^>]*>{words}</a>', shown)]


def on_agenda(shown: str) -> list[str]:
    return re.findall(r'<p class="head"><span class="number">\d+</span> <a href="/plans/(\w+)"', shown)


def test_a_meeting_with_two_items_is_called_in_four_clicks(secretary: Browser) -> None:
    form = secretary.see(links(secretary.see("/meetings"), "会議を準備する")[0])
    assert 'value="a:policy_bukai"' in form and 'value="b:policy_bukai"' in form
    prepared = secretary.send("/meetings/new", **MEETING, add=["a:policy_bukai", "b:policy_bukai"])
    assert on_agenda(prepared) == ["a", "b"] and "準備中" in prepared and "招集がまだです" in prepared
    letter = secretary.see(links(prepared, "招集へ進む")[0])
    assert "次の 4 人に" in letter and letter.count("【審議】DX推進計画（策定方針）") == 2
    called = secretary.send("/meetings/1/summon")
    assert "招集済" in called and "招集へ進む" not in called and "日時・場所を変更する" in called


def test_a_plan_leads_to_the_meetings_at_which_it_can_be_put_with_itself_ticked(secretary: Browser) -> None:
    house = secretary.house
    secretary.send("/meetings/new", **MEETING)
    house.a_meeting(days=20)
    shown = secretary.see("/plans/a")
    called, draft = sorted(set(links(shown, "議題に載せる")), reverse=True)
    new = links(shown, "この計画を議題に載せて、会議を準備する")[0]
    for address in (called, draft, new):
        form = secretary.see(address.partition("#")[0])
        assert re.search(r'value="a:policy_bukai" checked', form), address
        assert not re.search(r'value="b:policy_bukai" checked', form), address
    secretary.send("/meetings/1/items", add="a:policy_bukai")
    shown = secretary.see("/plans/a")
    assert set(links(shown, "議題に載っています")) == {"/meetings/1#agenda"}
    assert "準備中" not in Browser(house, "joho_bukai_1").see("/plans/a")


def test_a_draft_is_changed_and_discarded_on_its_page(secretary: Browser) -> None:
    secretary.send("/meetings/new", **MEETING, items_due="2023-03-03")
    changed = {**MEETING, "title": "第1回部会（臨時）", "place": "大会議室", "begins": "15:00"}
    shown = secretary.send("/meetings/1/draft", **changed)
    assert "第1回部会（臨時）" in shown and "15:00 から 16:00" in shown and "大会議室" in shown
    secretary.send("/meetings/1/draft", 422, **{**changed, "items_due": "いつか"})
    secretary.send("/meetings/1/discard", 422, reason="")
    shown = secretary.send("/meetings/1/discard", reason="日程が合わない")
    assert "取りやめ" in shown and "招集へ進む" not in shown and "議題を加える" not in shown


def test_drafts_stand_where_their_secretariat_looks_and_nowhere_else(secretary: Browser) -> None:
    secretary.send("/meetings/new", **MEETING)
    places = ("/meetings?month=2023-03", "/meetings?show=coming", "/bodies/joho_bukai", "/")
    for place in places:
        assert "第1回部会" in secretary.see(place), place
    for who in ("joho_bukai_1", "joho_bukai_chair", "tanto"):
        other = Browser(secretary.house, who)
        for place in places:
            assert "第1回部会" not in other.see(place), (who, place)
        other.see("/meetings/1", 404)
    Browser(secretary.house, "ict_honbu_office").see("/meetings/1/summon", 404)


def test_what_was_ticked_and_typed_stays_when_a_meeting_cannot_be_prepared(secretary: Browser) -> None:
    shown = secretary.send("/meetings/new", 422, **{**MEETING, "place": " "}, add="b:policy_bukai")
    assert re.search(r'value="b:policy_bukai" checked', shown) and 'value="第1回部会"' in shown


def test_the_pages_cost_the_same_for_more_items_and_more_meetings(secretary: Browser) -> None:
    house = secretary.house

    def cost() -> list[int]:
        found = []
        for path in ("/meetings/new", "/meetings/1", "/meetings/1/summon", "/plans/c"):
            with counted(house) as sent:
                secretary.see(path)
            found.append(len(sent))
        return found

    house.a_plan("c")
    house.a_version(key="c")
    secretary.send("/meetings/new", **MEETING, add="a:policy_bukai")
    cost()
    before = cost()
    for number in range(4):
        house.a_plan(f"more{number}")
        house.a_version(key=f"more{number}")
        house.a_meeting()
        secretary.send("/meetings/new", **MEETING)
    secretary.send("/meetings/1/items", add=["b:policy_bukai", "more0:policy_bukai"])
    actions.list_matter(house.office, "joho_bukai_office", 1, "その他", now=house.now)
    assert cost() == before


def test_forty_items_and_two_hundred_papers_are_shown_with_few_statements(secretary: Browser) -> None:
    house = secretary.house
    secretary.send("/meetings/new", **MEETING, add=["a:policy_bukai", "b:policy_bukai"])
    items = [1, 2]
    for number in range(38):
        title = f"議題{number}"
        items.append(actions.list_matter(house.office, "joho_bukai_office", 1, title, now=house.now))
    for item in items:
        for number in range(5):
            name = f"資料{item}-{number}.txt"
            actions.add_paper(
                house.office, "joho_bukai_office", 1, name, name.encode(), item=item, now=house.now
            )
    secretary.send("/meetings/1/summon")
    for person in (secretary, Browser(house, "joho_bukai_1")):
        person.see("/meetings/1")
        with counted(house) as sent:
            shown = person.see("/meetings/1")
        assert shown.count(".txt") >= 200 and len(sent) < 12, sent
