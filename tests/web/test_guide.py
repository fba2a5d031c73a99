"""使い方: every page has its guide, and every refusal leads to a place in one."""

import re

import pytest

from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow.web.guide import PAGES, REFUSALS, guide_of, guides, place_of
from workflow.web.http_status import STATUS

PATHS = (
    *(
        "/",
        "/days",
        "/search",
        "/plans",
        "/plans/dx",
        "/plans/dx/history",
        "/meetings",
        "/people",
        "/people/tanto",
    ),
    *(
        "/bodies",
        "/bodies/joho_bukai",
        "/chains",
        "/comments",
        "/settings/reminders",
        "/account",
        "/feeds",
        "/tokens",
    ),
)


def test_every_kind_of_refusal_leads_to_a_place_that_is_there() -> None:
    assert set(REFUSALS) == set(STATUS)
    for place in REFUSALS.values():
        key, _, anchor = place.partition("#")
        assert anchor in dict(guides()[key].places), place


def test_every_page_has_the_guide_of_its_subject(house: House) -> None:
    house.a_plan()
    browser = Browser(house, "tanto")
    for path in PATHS:
        shown = browser.see(path)
        assert f'href="{guide_of(path)}"' in shown and guide_of(path) != "/guide", path
    assert {key for _, key in PAGES} <= set(guides())


def test_a_refusal_leads_to_what_to_do(house: House) -> None:
    house.a_plan()
    browser = Browser(house, "tanto")
    refused = browser.send("/plans/dx/advance", 409, seen=house.plan().revision)
    address = re.findall(r'href="(/guide/plan#gates)"', refused)[0]
    assert 'id="gates"' in browser.see(address.partition("#")[0])
    assert place_of(ValueError()) == ""


@pytest.mark.parametrize("key", guides())
def test_a_guide_is_read_by_everybody_and_is_whole(house: House, key: str) -> None:
    shown = Browser(house).see(f"/guide/{key}")
    guide = guides()[key]
    assert f"<h1>{guide.title}</h1>" in shown and "## " not in shown and "**" not in shown
    assert all(f'<h2 id="{anchor}">{words}</h2>' in shown for anchor, words in guide.places)
    assert all(re.fullmatch(r"[a-z-]+", anchor) and words for anchor, words in guide.places)
    assert f'href="/guide/{key}"' in Browser(house).see("/guide")


def test_a_guide_that_is_not_there_is_said_kindly(house: House) -> None:
    assert "お探しのページはありません" in Browser(house).see("/guide/nothing", 404)
