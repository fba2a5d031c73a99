"""The page of the search, the call and the command: the same answer, marked and escaped, leading to the place."""

import json
import re

import pytest

from notifications.scheduler import index
from tests.support.api_client import Program
from tests.support.chromium import Site, must_read_well
from tests.support.counting import counted
from tests.support.documents import p, table, word
from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions
from workflow.domain.minutes import MinutesKind

MARKUP = '<script>alert("架橋")</script>'


@pytest.fixture
def town(house: House) -> House:
    house.a_plan()
    body = p("前書き") + p(f"{MARKUP} ＤＸの架橋") + table(["表の", "橋脚"])
    actions.add_version(house.office, "tanto", "dx", "本編.docx", word(body), note="", now=house.now)
    house.agree("policy_bukai", note="架橋 <b>を急ぐ</b>")
    actions.close_meeting(house.office, "joho_bukai_office", 1, now=house.now)
    actions.draft_minutes(house.office, "joho_bukai_office", 1, MinutesKind.FULL, now=house.now)
    index(house.office)
    return house


def test_results_are_grouped_marked_and_escaped(town: House) -> None:
    shown = Browser(town, "tanto").see("/search?words=架橋")
    assert "<mark>架橋</mark>" in shown
    assert "&lt;script&gt;alert(&#34;<mark>架橋</mark>&#34;)&lt;/script&gt; ＤＸの<mark>架橋</mark>" in shown
    assert "<script>alert" not in shown
    assert "<b>を" not in shown
    assert re.findall(r'<h2 id="found-(\w+)">', shown) == ["version", "decision"]


def test_each_result_leads_to_a_page_with_its_place(town: House) -> None:
    secretary = Browser(town, "joho_bukai_office")
    for query in ("架橋", "橋脚", "推進計画", "部会", "会議録", "事務局"):
        shown = secretary.see(f"/search?words={query}")
        places = re.findall(r'<li><a href="([^"]+)">', shown)
        assert places, query
        for place in places:
            path, _, anchor = place.partition("#")
            assert f'id="{anchor}"' in secretary.see(path) if anchor else secretary.see(path), place


def test_the_field_stands_in_the_header_of_every_page_for_who_is_signed_in(town: House) -> None:
    assert 'role="search"' in Browser(town, "tanto").see("/people")
    assert 'action="/search"' not in Browser(town).see("/sign-in")


def test_a_stranger_is_shown_nothing_and_no_count(town: House) -> None:
    town.a_person("stranger")
    index(town.office)
    shown = Browser(town, "stranger").see("/search?words=架橋")
    assert "見つかりませんでした" in shown
    assert "件" not in re.sub(r"<form.*?</form>", "", shown, flags=re.DOTALL)


def test_the_page_says_up_to_which_moment_it_searched(town: House) -> None:
    browser = Browser(town, "tanto")
    assert "までの記録から探しました" not in browser.see("/search?words=架橋")
    town.later(hours=1)
    town.a_plan("other")
    assert "までの記録から探しました" in browser.see("/search?words=架橋")
    index(town.office)
    assert "までの記録から探しました" not in browser.see("/search?words=架橋")


@pytest.mark.parametrize(
    "query",
    ["", "words=", "words=%20", "words=%EF%BC%9C", "words=x&kind=none", "words=x&following=a-b&kind=plan"],
)
def test_whatever_is_asked_is_answered(town: House, query: str) -> None:
    Browser(town, "tanto").see(f"/search?{query}")


def test_the_kind_is_chosen_and_its_pages_go_on(town: House) -> None:
    for number in range(25):
        town.a_person(f"bridge{number}", f"橋本 {number}")
    index(town.office)
    browser = Browser(town, "tanto")
    shown = browser.see("/search?words=橋本")
    assert "職員" in shown
    following = re.search(r'href="(/search\?words=[^"]*kind=person)"', shown)
    assert following
    first = browser.see(following[1].replace("&amp;", "&"))
    assert first.count("<li>") == 20
    more = re.search(r'href="(/search[^"]*following=[^"]+)"', first)
    assert more
    assert browser.see(more[1].replace("&amp;", "&")).count("<li>") == 5


def test_the_call_answers_what_the_page_shows(town: House) -> None:
    program = Program(town, "tanto")
    answer = program.client.get("/search", params={"words": "架橋"}).json()
    assert [(each["kind"], each["count"]) for each in answer["groups"]] == [("version", 1), ("decision", 1)]
    hit = answer["groups"][0]["hits"][0]
    assert hit["path"] == "/plans/dx/versions/1/text#t1"
    assert {"text": "架橋", "marked": True} in hit["excerpt"]
    assert program.client.get("/search", params={"words": ""}).status_code == 422
    assert (
        json.dumps(program.client.get("/search", params={"words": "橋脚", "kind": "plan"}).json()["groups"])
        == "[]"
    )


def test_the_page_takes_few_statements(town: House) -> None:
    browser = Browser(town, "joho_bukai_1")
    browser.see("/search?words=架橋")
    with counted(town) as sent:
        browser.see("/search?words=架橋")
    assert len(sent) <= 20, "\n\n".join(sent)


def test_the_search_reads_well_and_leads_to_the_place_by_keyboard_alone(site: Site) -> None:
    house = site.house
    house.a_plan()
    house.a_version("\n".join([*(f"第{number}段落" for number in range(90)), "架橋を進める。"]))
    index(house.office)
    page = site.person("tanto")
    page.goto("/plans")
    page.get_by_role("search", name="全体の検索").get_by_role("textbox").fill("架橋")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="計画の文書").wait_for()
    must_read_well(page)
    page.get_by_role("link", name="計画.docx").focus()
    page.keyboard.press("Enter")
    page.get_by_text("架橋を進める。").wait_for()
    assert page.evaluate("document.querySelector(':target').innerText") == "架橋を進める。"
    page.goto("/search?words=ない言葉")
    must_read_well(page)
