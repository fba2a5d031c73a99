"""Japanese first, English whole."""

import html
import re
import string
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import lxml.html
import pytest
from sqlalchemy import update

from definitions.load import shipped, shipped_chains
from definitions.terms import Outcome, Role
from notifications import notices
from notifications.sending import State
from notifications.transport import MailRefused
from tests.support.catalogue import catalogue, messages
from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions
from workflow.domain import language
from workflow.domain.calendar import tokyo_day
from workflow.domain.language import say
from workflow.store.tables import Delivery, Meeting
from workflow.web.japanese import marked

PAGES = sorted((Path(language.__file__).parents[1] / "web" / "templates").glob("*.html"))
VOID = {
    "meta",
    "link",
    "br",
    "hr",
    "input",
    "img",
    "col",
    "path",
    "line",
    "rect",
    "circle",
    "use",
    "polygon",
    "polyline",
}
JAPANESE = re.compile(r"[\u3041-\u30fa\u30fc-\u30ff\u4e00-\u9fff]")


def test_the_english_catalogue_is_complete_and_holds_nothing_else() -> None:
    english = {message.id: message.string for message in catalogue() if message.id}
    wanted = messages()
    assert sorted(wanted - {text for text, words in english.items() if words}) == []
    assert sorted(set(english) - wanted) == []


def test_a_translation_keeps_the_values_of_its_original() -> None:
    for message in catalogue():
        if message.id:
            assert _values(message.string) == _values(message.id), message.id
            assert not JAPANESE.search(re.sub(r"[（「][^）」]*[）」]|\([^)]*\)", "", message.string)), (
                message.string
            )


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_no_page_has_japanese_that_cannot_be_translated(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text("utf-8"), flags=re.DOTALL)
    assert JAPANESE.findall(text) == []


def test_a_page_in_english_is_marked_as_english(house: House) -> None:
    browser = Browser(house, "tanto")
    browser.client.post("/language", data={"language": "en", "back": "/"})
    shown = browser.see("/")
    assert '<html lang="en">' in shown and "Today" in shown and "今日の仕事" not in shown


STAFF_PAGES = (
    *(
        "/",
        "/days",
        "/days?show=month",
        "/plans",
        "/plans/new",
        "/plans/dx",
        "/plans/dx/history",
        "/meetings",
        "/meetings?show=coming",
    ),
    *("/meetings?show=past", "/comments", "/people", "/people/tanto", "/people/joho_bukai_1", "/bodies"),
    *(
        "/bodies/joho_bukai",
        "/bodies/joho_bukai/year",
        "/chains",
        "/account",
        "/feeds",
        "/tokens",
        "/api/v1/docs",
    ),
)
KEEPER_PAGES = (
    *("/log", "/settings", "/settings/closed-days", "/settings/reminders", "/settings/unsent"),
    *("/people/_table", "/people/tanto", "/chains/_new", "/settings/webhooks", "/settings/plan-readers"),
    *("/settings/office-setup", "/people/_invitations", "/departments", "/bodies/joho_bukai/seats"),
)
PUBLIC_PAGES = ("/sign-in", "/public", "/reset")


@pytest.mark.parametrize("stage", ["policy", "public_comment", "decision"])
def test_no_japanese_is_left_on_the_pages_in_english_but_names(house: House, stage: str) -> None:
    house.a_plan(at=stage)
    for key, pages in (("tanto", STAFF_PAGES), ("admin", KEEPER_PAGES), (None, PUBLIC_PAGES)):
        browser = _english(house, key)
        for path in pages:
            assert _japanese_left(house, browser.see(path)) == [], path


def test_no_japanese_is_left_where_there_is_nothing(house: House) -> None:
    browser = _english(house, "tanto")
    for path in ("/nothing", "/plans/nothing", "/meetings/9", "/people/nobody", "/public/nothing"):
        assert _japanese_left(house, browser.see(path, 404)) == [], path


@pytest.mark.parametrize("key", shipped_chains())
def test_no_japanese_is_left_around_a_drawn_chain(house: House, key: str) -> None:
    sha256 = actions.add_chain(house.office, "admin", shipped(key), now=house.now)
    assert _japanese_left(house, _english(house, "tanto").see(f"/chains/{sha256[:12]}")) == []


def test_no_japanese_is_left_where_mail_is_about_to_be_sent(house: House) -> None:
    house.a_plan(at="outline")
    browser = _english(house, "tanto")
    asked = browser.send("/plans/dx/send_back", to="policy", reason="Budget.", seen=house.plan().revision)
    assert "will be kept in the folder" in asked
    assert _japanese_left(house, asked) == []


def test_no_japanese_is_left_on_a_plan_that_met_every_kind_of_trouble(house: House) -> None:
    house.a_plan(at="outline")
    house.a_version()
    house.agree("outline_bukai", outcome=Outcome.CONDITIONAL, conditions=["Add the budget."])
    house.send_back("policy")
    browser = _english(house, "tanto")
    for path in (
        "/",
        "/plans",
        "/plans/dx",
        "/plans/dx/history",
        "/plans/dx/decisions/1",
        "/plans/dx/schedule/outlook",
        "/plans/dx/schedule/outlook?target=2023-12-01&change=return&gate=draft_honbu&to=draft",
        "/meetings/1",
    ):
        assert _japanese_left(house, browser.see(path)) == [], path
    seen = house.plan().revision
    refused = browser.send("/plans/dx/advance", 409, seen=seen, sure="yes")
    assert "These gates are shut" in refused
    assert _japanese_left(house, refused) == []


def test_no_japanese_is_left_on_a_meeting_from_its_calling_to_its_end(house: House) -> None:
    house.a_plan()
    house.a_version()
    item = house.an_item("policy_bukai")
    browser = _english(house, "joho_bukai_office")
    assert _japanese_left(house, browser.see("/meetings/1")) == []
    actions.record_outcome(house.office, "joho_bukai_office", item, Outcome.APPROVED, now=house.now)
    actions.close_meeting(house.office, "joho_bukai_office", 1, "Minutes.", now=house.now)
    for path in ("/", "/meetings/1", "/meetings?show=past", "/meetings/new", "/bodies/joho_bukai"):
        assert _japanese_left(house, browser.see(path)) == [], path


def test_no_japanese_is_left_on_a_running_public_comment(house: House) -> None:
    house.a_plan(at="public_comment")
    today = tokyo_day(house.now)
    actions.open_comment(
        house.office,
        "tanto",
        "dx",
        "comment_period",
        today,
        places=["Library"],
        contact="City",
        now=house.now,
    )
    staff, citizen = _english(house, "tanto"), _english(house, None)
    for path in ("/comments", "/comments/dx", "/plans/dx", "/plans/dx/history", "/"):
        assert _japanese_left(house, staff.see(path)) == [], path
    for path in ("/public", "/public/dx"):
        assert _japanese_left(house, citizen.see(path)) == [], path


def test_no_japanese_is_left_in_what_a_page_refuses(house: House) -> None:
    house.a_plan()
    house.a_version()
    item = house.an_item("policy_bukai")
    staff, office = _english(house, "tanto"), _english(house, "joho_bukai_office")
    seen = house.plan().revision
    refused = [
        staff.send("/plans/dx/send_back", 409, to="policy", reason="Budget.", seen=seen, sure="yes"),
        staff.send("/plans/dx/suspend", 409, reason="Later.", seen=seen + 1, sure="yes"),
        staff.send("/plans/dx/withdraw", 422, reason="", seen=seen, sure="yes"),
        office.send(f"/items/{item}/hands", 422, sure="yes"),
        office.send("/plans/dx/withdraw", 403, reason="No.", seen=seen, sure="yes"),
    ]
    for page in refused:
        assert _japanese_left(house, page) == [], page


def test_no_japanese_is_left_in_the_faults_of_a_chain(house: House) -> None:
    keeper = _english(house, "admin")
    for text in ("- 1", "format: 2\nkey: A\nbodies: [{}]", "format: 1\nkey: &a b"):
        page = keeper.send("/chains/_new", 422, text=text)
        assert _japanese_left(house, page) == [], page


def test_why_a_mail_was_not_sent_is_told_in_english(house: House) -> None:
    house.a_meeting()
    notices.claim(house.office, house.now)
    words = MailRefused(say("時間内に応答がありません")).message
    with house.office.writing() as db:
        db.execute(update(Delivery).values(state=State.FAILED, error=words))
    shown = _english(house, "admin").see("/settings/unsent")
    assert "The mail server refused it: there was no answer in time." in shown
    assert "メールサーバーに拒否されました: 時間内に応答がありません。" in Browser(house, "admin").see(
        "/settings/unsent"
    )


def _english(house: House, key: str | None) -> Browser:
    browser = Browser(house, key)
    browser.client.post("/language", data={"language": "en", "dates": "iso", "back": "/"})
    return browser


def _japanese_left(house: House, page: str) -> list[str]:
    """What Japanese the page shows or reads aloud, once the names of this house are taken out, the longest
    first. A name in a drawing may go over several lines. A letter is shown as it is sent, in Japanese, and marked so."""
    page = re.sub(r'<(\w+)[^>]* lang="ja">.*?</\1>', "", page, flags=re.DOTALL)
    page = re.sub(r"</text>\s*<text[^>]*>", "", page)
    heard = re.findall(r'\b(?:title|aria-label|placeholder|alt)="([^"]*)"', page)
    text = html.unescape("\n".join([re.sub(r"<[^>]*>", " ", page), *heard]))
    for name in sorted(_names(house), key=len, reverse=True):
        text = text.replace(name, "")
    return [word for word in text.split() if JAPANESE.search(word)]


def _names(house: House) -> Iterator[str]:
    """Data: people, sections, offices, what the chains name, and what was written down."""
    yield from (language.Language.JAPANESE.label, language.Dates.ERA.label, "板橋区", "印")
    yield from ("管理 太郎", "担当 花子", "区 長", "IT推進課", "区長室", "区長")
    yield from ("DX推進計画", "計画.docx", "第一委員会室", "方針の見直し")
    for body in house.chain.bodies:
        yield from (
            f"{body.name} {role.label}{who}" for role in Role for who in ("office", "chair", "1", "2")
        )
    for chain in map(shipped, shipped_chains()):
        yield from filter(None, (chain.title, chain.office, chain.source))
        for body in chain.bodies:
            yield from filter(None, (body.name, body.chair, body.basis))
        for stage in chain.stages:
            yield from filter(None, (stage.label, stage.work, *(gate.label for gate in stage.gates)))
        yield from filter(None, (words for slot in chain.schedule for words in (slot.event, slot.label)))


def test_the_way_back_from_a_choice_never_leaves_the_site(house: House) -> None:
    browser = Browser(house)
    for elsewhere in ("https://evil.example", "//evil.example", "/\\evil.example"):
        answer = browser.client.post(
            "/language", data={"language": "en", "back": elsewhere}, follow_redirects=False
        )
        assert answer.headers["location"] == "/"


def _values(text: str) -> set[str]:
    named = {name for _, name, _, _ in string.Formatter().parse(text) if name} if "%(" not in text else set()
    return named | set(re.findall(r"%\((\w+)\)", text))


def test_stages_gates_and_bodies_have_the_english_names_of_their_chain(house: House) -> None:
    house.a_plan(at="outline")
    shown = _english(house, "tanto").see("/plans/dx")
    assert "Outline" in shown and "Report to the headquarters" in shown and ">骨子<" not in shown
    assert "ICT Promotion Headquarters" in _english(house, "tanto").see("/bodies/ict_honbu")
    assert "骨子" in Browser(house, "tanto").see("/plans/dx")


def test_words_in_a_tag_are_left_as_they_are_whatever_stands_behind_it() -> None:
    cell = '<td data-label="情報化推進部会"></td><td data-label="庁議">1件</td>'
    assert marked(cell) == cell.replace("1件", '1<span lang="ja">件</span>')


def test_an_empty_cell_of_an_english_page_stays_empty(house: House) -> None:
    house.a_plan()
    [*cells] = lxml.html.fromstring(_english(house, "tanto").see("/plans/_spread")).xpath(
        "//table[@aria-label='Items by body and month']//td"
    )
    assert {str(cell.text_content()).strip() for cell in cells} == {"", "1"}
    assert not any(JAPANESE.search(cell.get("data-label")) for cell in cells)


def test_the_japanese_on_an_english_page_is_marked_as_japanese(house: House) -> None:
    house.a_plan(at="outline")
    for path in (
        "/",
        "/plans",
        "/plans/dx",
        "/plans/dx/history",
        "/meetings",
        "/people",
        "/chains",
        "/plans/new",
    ):
        unmarked = _Unmarked()
        unmarked.feed(_english(house, "tanto").see(path))
        assert unmarked.found == [], path


class _Unmarked(HTMLParser):
    """The Japanese text of a page that stands in no element of `lang="ja"`."""

    def __init__(self) -> None:
        super().__init__()
        self.languages: list[tuple[str, str]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        inherited = self.languages[-1][1] if self.languages else ""
        if tag not in VOID:
            self.languages.append((tag, dict(attrs).get("lang") or inherited))

    def handle_endtag(self, tag: str) -> None:
        while self.languages and self.languages.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if JAPANESE.search(data) and self.languages[-1][1] != "ja":
            self.found.append(data.strip())


LISTS = (
    *("/", "/days", "/days?show=month", "/plans", "/comments", "/feeds", "/account", "/search?q=DX"),
    *("/meetings", "/meetings?show=coming", "/meetings?show=past", "/meetings?show=month", "/meetings/new"),
    *(
        "/bodies",
        "/bodies/joho_bukai",
        "/bodies/joho_bukai/year",
        "/people/joho_bukai_1",
        "/plans/dx/history",
    ),
    *("/settings/office-setup", "/settings/reminders", "/meetings/series"),
)


@pytest.mark.parametrize("stage", ["outline", "decision"])
def test_a_body_is_named_in_english_in_every_list(house: House, stage: str) -> None:
    """People, titles and positions are as they were written; a body has the English name of its chain."""
    house.a_plan(at=stage)
    number = house.a_meeting("joho_bukai")
    with house.office.writing() as db:  # their titles are the names of their bodies
        db.execute(update(Meeting).values(title="定例の会議"))
    ours = {each for body in house.chain.bodies for each in (body.name, body.name.english) if each}
    bad: list[object] = []
    written = sorted(set(_names(house)) - ours, key=len, reverse=True)
    for key in ("joho_bukai_office", "joho_bukai_1", "admin", "tanto"):
        browser = _english(house, key)
        for path in (*LISTS, f"/meetings/{number}", f"/meetings/{number}/minutes"):
            shown = browser.client.get(path)
            assert shown.status_code in (200, 403), path
            page = html.unescape(re.sub(r"<[^>]*>", "", shown.text))
            for each in written:
                page = page.replace(each, "")
            found = [body.name for body in house.chain.bodies if body.name.english and body.name in page]
            found = [page[max(0, page.find(each) - 60) : page.find(each) + 40] for each in found]
            bad += [(key, path, each) for each in found]
    assert bad == [], "\n".join(map(repr, bad))
