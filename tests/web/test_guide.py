"""使い方: every page has its guide, and every refusal leads to a place in one."""

import re
from pathlib import Path

import pytest

from definitions.errors import SakuteiError
from tests.actions.test_refusals_in_english import SAMPLES
from tests.support.catalogue import catalogue
from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow.domain.errors import message_of
from workflow.web import app
from workflow.web.guide import FOLDER, PAGES, REFUSALS, Refusal, guide_of, guides, place_of
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
    assert set(STATUS) <= set(REFUSALS)
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


FORMS = (
    ("tanto", "/plans/dx/schedule", {"name-0": "x", "day-0": "x"}),
    ("tanto", "/plans/dx/inquiries/new", {}),
    ("joho_bukai_office", "/meetings/new", {"body": "joho_bukai"}),
    ("joho_bukai_office", "/meetings/entered", {"body": "joho_bukai"}),
    ("joho_bukai_office", "/meetings/series", {"body": "joho_bukai"}),
    ("tanto", "/account/password", {"old": "x", "password": "a", "again": "b"}),
    ("admin", "/departments/_list", {"lines": "x"}),
    ("admin", "/chains/_new", {"text": "x"}),
    ("admin", "/bodies/joho_bukai/seats", {"lines": "", "since": "x"}),
)


@pytest.mark.parametrize(("key", "path", "form"), FORMS, ids=[path for _, path, _ in FORMS])
def test_a_form_that_comes_back_leads_to_what_to_do(
    house: House, key: str, path: str, form: dict[str, str]
) -> None:
    house.a_plan()
    house.a_version()
    shown = Browser(house, key).send(path, 422, **form)
    [message] = re.findall(r'class="notice bad" role="alert">(.*?)</p>', shown, re.DOTALL)
    [place] = re.findall(r'<a href="/guide/([^"]*)" target="_blank">', message)
    assert place in REFUSALS.values()


def test_a_form_says_why_it_was_refused_in_one_way() -> None:
    """Whatever the refusal, it is shown with its place in the guides: no page shows the message alone."""
    pages = Path(app.__file__).parent
    alone = re.compile(r'role="alert">\{\{ *(problem|refused|why)\b')
    for each in (pages / "templates").glob("*.html"):
        found = alone.findall(each.read_text("utf-8"))
        assert len(found) == (each.name in ("parts.html", "first_start.html")), each.name
    handed = re.compile(r"(problem|problems|refused)=[^,\n]*(\.message|str\(each\))")
    for file in (pages / "pages").glob("*.py"):
        assert not handed.search(file.read_text("utf-8")), file.name


@pytest.mark.parametrize("error", SAMPLES, ids=lambda error: type(error).__name__)
def test_every_refusal_is_shown_with_its_place(error: SakuteiError) -> None:
    assert Refusal(error) == message_of(error)
    assert Refusal(error).help.removeprefix("/guide/") in {*REFUSALS.values(), ""}
    assert bool(Refusal(error).help) == any(kind in REFUSALS for kind in type(error).__mro__)


@pytest.mark.parametrize("key", guides())
def test_a_guide_is_read_by_everybody_and_is_whole(house: House, key: str) -> None:
    shown = Browser(house).see(f"/guide/{key}")
    guide = guides()[key]
    assert f"<h1>{guide.title}</h1>" in shown and "## " not in shown and "**" not in shown
    assert all(f'<h2 id="{anchor}">{words}</h2>' in shown for anchor, words in guide.places)
    assert all(re.fullmatch(r"[a-z-]+", anchor) and words for anchor, words in guide.places)
    assert f'href="/guide/{key}"' in Browser(house).see("/guide")


def test_the_guide_of_the_plans_names_what_stands_on_their_pages(house: House) -> None:
    text = (FOLDER / "03-plans.md").read_text("utf-8")
    pages = (
        "plans.html",
        "spread.html",
        "spread_proposal.html",
        "settings_parts.html",
        "lateness.py",
        "schedule_outlook.html",
    )
    there = {
        str(each.id)
        for each in catalogue()
        for place, _ in each.locations
        if place.rpartition("/")[2] in pages
    }
    named = {re.sub(r"\d+", "%(days)s", words) for words in re.findall("「([^」]+)」", text)}
    assert len(named) > 10 and named - there == set()
    house.a_plan()
    house.a_meeting()
    drawn = Browser(house, "tanto").see("/plans")
    for words, sign in (("三角", "<polygon"), ("破線が今日", "stroke-dasharray"), ("斜線", 'id="hatched"')):
        assert words in text and sign in drawn
    assert "●" not in text


def test_a_guide_that_is_not_there_is_said_kindly(house: House) -> None:
    assert "お探しのページはありません" in Browser(house).see("/guide/nothing", 404)
