"""Whatever people write, a page shows it as text: nothing of it becomes an element, an attribute or a script."""

import ast
import ipaddress
import json
import re
import shutil
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes, policy
from functools import cache
from pathlib import Path
from typing import Any

import icalendar
import pytest
from httpx import Response
from jinja2 import Environment, nodes
from sqlalchemy import select, update

from definitions.chain import BodyGate
from definitions.load import shipped
from notifications.kinds import Kind
from notifications.look import BUTTON, LETTER, STYLES, dressed
from notifications.scheduler import call, tick
from notifications.transport import mailer_of
from tests.support.api_client import Program
from tests.support.chromium import Site
from tests.support.databases import SQLite
from tests.support.long_forms import long_form
from tests.support.parsed import Form, Parsed
from tests.support.routes import calls, routes
from tests.support.scenario import House
from tests.support.scribbled import (
    OUR_WORDS,
    PASSKEY_OWNER,
    PEOPLES_WORDS,
    ROLES,
    columns_of_text,
    marks,
    markup,
    scribbled_house,
    written,
)
from tests.support.web_client import SITE, Browser, mail_settings
from tests.support.webhook_receiver import receiving
from workflow import actions
from workflow.domain.accounts import Scope
from workflow.domain.calendar import tokyo_day
from workflow.domain.deliveries import State
from workflow.domain.language import Language, label, language
from workflow.domain.meetings import MeetingForm
from workflow.domain.schedules import Line, PlanSchedule
from workflow.store import pdf_maker
from workflow.store.database import Office
from workflow.store.tables import Delivery, Meeting, SignIn
from workflow.web.rendering import _pages
from workflow.web.svg.drawing import picture

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted(
    (*(ROOT / "workflow/web/templates").glob("*.html"), *(ROOT / "notifications/templates").rglob("*.html"))
)
TRUSTED = {
    *("Markup(picture(chain))", "Markup(svg)", 'Markup(\' role="cell" data-label="{}"\')'),
    "HTMLResponse(marked(shown) if english else shown, status_code=code)",
    "Markup(reader.renderer.render(tokens, reader.options, {}))",
    *("Markup(drawn)", "Markup(scale(window))", "Markup(HATCHED)"),
}
"""What Python calls markup: a drawing that escapes each word in it, a QR code and bars, which have none, and a literal; and
a page that was made already, with its language marked or its form filled in again; and the
guides, our own files, in which HTML is escaped."""

LANGUAGES = long_form(tuple(Language), in_ci=(Language.JAPANESE,))
"""The languages in which the walk reads pages; what is escaped in one is in another."""

OF_ONE_KIND = 4
"""How many pages the walk sees of each kind, for each role and language."""

NEVER_SHOWN = {
    "sign_in.agent",
    "agenda_item.removed_why",
    "step.reason",
    "passkey.name",
    "publication.reason",
    "late_form.fields",
    "late_form.reason",
}
"""A browser is shown by its kind; why somebody did something is shown from the event that says so. A passkey is shown to
its owner alone, in a test below; a kept form to its writer, in tests of its own."""

SITTING_AT = 40
"""The meeting of the 部会 with a draft of its sitting."""

WITHOUT_A_LINK = {
    *("/feeds/{token}.ics", "/problems/{kind}"),
    *("/welcome/{token}", "/reset/{token}", "/public/{key}/received", "/answer/{token}"),
    *("/second-step", "/plans/{key}/finish"),
}
"""Pages that no page leads to, or none of this house; those with people's words have tests of their own below."""

FILES = {
    *("/chains/_schema", "/chains/{short}/text", "/plans/{key}/versions/{number}"),
    *("/plans/{key}/versions/compare.docx", "/plans/{key}/versions/compare.xlsx"),
    *("/plans/{key}/versions/tracked.docx", "/plans/{key}/papers/{kind}.{form}", "/plans.xlsx"),
    "/plans/{key}/dossier.zip",
    *("/comments/{key}/opinions.xlsx", "/comments/{key}/opinions.csv", "/public/{key}/document"),
    *("/public/{key}/corrections/{number}/document", "/meetings/{number}/papers/{paper}/{filename}"),
    "/public/{key}/corrections/{number}/document",
    *("/public/meetings.ics", "/public/meetings.rss", "/public/meetings/{number}/papers/{paper}/{filename}"),
    "/meetings/{number}/sheets/all.{form}",
    *("/meetings/{number}/sheets/{kind}.{form}", "/items/{item}/decision.{form}"),
    *("/settings/templates/{kind}.docx", "/meetings/{number}/minutes/{text}/{version}.docx"),
    *("/plans/{key}/inquiries/{number}/answers.xlsx", "/plans/{key}/inquiries/{number}/answers.csv"),
}

Field = tuple[str, str, str]


# --- what cannot be written --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_translates_literals_and_marks_nothing_as_safe(path: Path) -> None:
    tree = Environment(extensions=["jinja2.ext.do"]).parse(path.read_text("utf-8"))
    for found in tree.find_all(nodes.Call):
        name = found.node.name if isinstance(found.node, nodes.Name) else ""
        assert name not in ("gettext", "ngettext", "say", "translate"), f"line {found.lineno}"
        assert name != "_" or _literal(found.args[0]), f"line {found.lineno}"
    assert not [each.lineno for each in tree.find_all(nodes.Filter) if each.name == "safe"]
    assert not [each.lineno for each in tree.find_all((nodes.ScopedEvalContextModifier, nodes.MarkSafe))]


def _literal(given: nodes.Expr) -> bool:
    if isinstance(given, nodes.CondExpr):
        return _literal(given.expr1) and given.expr2 is not None and _literal(given.expr2)
    return isinstance(given, nodes.Const)


def test_nothing_becomes_markup_by_being_translated() -> None:
    assert type(_pages.env.globals["_"]("<b>%(name)s</b>", name="<i>")) is str  # type: ignore[operator]
    shown = _pages.env.from_string('{{ _("<b>") }}{{ _("%(name)s", name=name) }}').render(name="<i>")
    assert shown == "&lt;b&gt;&lt;i&gt;"


def test_what_people_named_is_not_taken_for_a_member_of_a_closed_list(scribbled: House) -> None:
    for named in (scribbled.chain.first, scribbled.chain.first.gates[0], scribbled.chain.first.label):
        with pytest.raises(TypeError):
            label(named)  # type: ignore[arg-type]


def test_python_calls_nothing_else_markup() -> None:
    found = set()
    for package in ("workflow", "notifications"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_bytes())):
                named = node.func if isinstance(node, ast.Call) else None
                if getattr(named, "id", getattr(named, "attr", "")) in ("Markup", "HTMLResponse"):
                    found.add(ast.unparse(node))
    assert found == TRUSTED


def test_a_script_is_ours_and_stands_in_a_file(scribbled: House) -> None:
    answer = Browser(scribbled, "tanto").client.get("/meetings")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    scripts = {path.name for path in (ROOT / "workflow/web/static").glob("*.js")}
    assert scripts == {"sakutei.js", "passkeys.js"}
    for path in TEMPLATES:
        assert not re.search(r"<[^>]*\s(on\w+|hx-[\w-]+|style)=|javascript:", path.read_text("utf-8")), path


# --- an office full of it ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def template(sqlite: SQLite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with sqlite.office(tmp_path_factory.mktemp("scribbled")) as office:
        house = scribbled_house(office)
        with office.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        yield house


@pytest.fixture
def scribbled(template: House, tmp_path: Path) -> Iterator[House]:
    """The office, anew for each test."""
    folder = template.office.files.parent
    shutil.copy(folder / "sakutei.db", tmp_path / "sakutei.db")
    shutil.copytree(folder / "files", tmp_path / "files")
    house = copy(template)
    house.office = Office(f"sqlite:///{tmp_path}/sakutei.db", tmp_path / "files")
    yield house
    house.office.close()


def test_a_column_of_text_is_known_as_peoples_words_or_ours() -> None:
    assert sorted((*PEOPLES_WORDS, *OUR_WORDS)) == sorted(columns_of_text())


def test_every_column_people_write_holds_markup(scribbled: House) -> None:
    assert [name for name, rows in written(scribbled.office).items() if not rows] == []


@dataclass(frozen=True)
class Walk:
    """What one role saw in one language: pages by their address."""

    role: str | None
    spoken: Language
    pages: dict[str, Parsed]

    @property
    def forms(self) -> Iterator[tuple[str, Form]]:
        """The forms that post, one of each kind, with the pages they stand on; not the one that ends the session."""
        known = set()
        for address, page in self.pages.items():
            for form in page.forms:
                kind = (_kind(form.action, "POST"), *sorted({name for _, name, _ in form.fields}))
                if form.method == "post" and form.action != "/sign-out" and kind not in known:
                    known.add(kind)
                    yield address, form


@pytest.fixture(scope="module")
def walks(template: House) -> list[Walk]:
    """Every role in every language through every kind of page; no walk converts a paper to PDF."""
    found = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pdf_maker, "converter", lambda: None)
        for role in ROLES:
            browser = Browser(template, role)
            with browser.client:
                for spoken in LANGUAGES:
                    _speak(browser, spoken)
                    found.append(Walk(role, spoken, dict(_pages_for(browser))))
    return found


def test_no_page_makes_an_element_of_what_people_wrote(walks: list[Walk]) -> None:
    seen = [(walk, address, page) for walk in walks for address, page in walk.pages.items()]
    assert [(walk.role, address, page.faults) for walk, address, page in seen if page.faults] == []
    assert {route.path for route in _gets()} - {
        _kind(address) for _, address, _ in seen
    } == WITHOUT_A_LINK | FILES
    assert set(PEOPLES_WORDS) - {mark for *_, page in seen for mark in marks(page.text)} == NEVER_SHOWN
    assert len(seen) > 1000


def test_no_answer_to_a_form_makes_an_element_of_what_was_written(
    scribbled: House, walks: list[Walk]
) -> None:
    """Each form of each page, with markup in its fields of text, and once more with markup in every field."""
    answers: Counter[int] = Counter()
    posted = set()
    for walk in walks:
        browser = Browser(scribbled, walk.role)
        _speak(browser, walk.spoken)
        with browser.client:
            for address, form in walk.forms:
                posted.add(_kind(form.action, "POST"))
                for answer in _sent(browser, form):
                    answers[answer.status_code] += 1
                    about = f"{walk.role} {walk.spoken.value} {form.action} on {address}"
                    _must_be_clean(answer, about)
                    if answer.status_code == 303:
                        _must_be_clean(browser.client.get(answer.headers["location"]), f"after {about}")
    assert {200, 303, 401, 404, 409, 422} <= set(answers) and sum(answers.values()) > 400
    assert len(posted) > 50


WRITTEN = markup("remark.text")
OPINION = {
    "name": WRITTEN,
    "address": WRITTEN,
    "telephone": WRITTEN,
    "affiliation": WRITTEN,
    "opinion": WRITTEN,
}
CALLED = {"body": "joho_bukai", "title": WRITTEN, "place": WRITTEN, "form": "in_person", "day": "2024-01-10",
          "begins": "10:00", "ends": "12:00"}  # fmt: skip


@pytest.mark.parametrize(
    ("role", "path", "form", "status"),
    [
        (None, "/public/asking", {**OPINION, "step": "check"}, 200),
        (None, "/public/asking", {**OPINION, "step": "back"}, 200),
        (None, "/public/asking", {**OPINION, "step": "send"}, 200),
        (None, "/public/asking", {**OPINION, "step": "check", "name": ""}, 422),
        ("admin", "/people/_table", {"people": f"{WRITTEN}\tsato\tsato@example.jp\tit\t{WRITTEN}"}, 200),
        ("admin", "/people/_table", {"people": f"{WRITTEN}\t{WRITTEN}\t{WRITTEN}"}, 422),
        ("admin", "/chains/_new", {"text": f"format: 1\nkey: {json.dumps(WRITTEN)}\n{json.dumps(WRITTEN)}: 1"}, 422),
        ("admin", "/settings/webhooks", {"url": WRITTEN}, 422),
        ("admin", "/people", {"name": WRITTEN, "key": WRITTEN, "email": WRITTEN}, 422),
        ("tanto", "/meetings/new", CALLED, 200),
        ("tanto", "/meetings/new", {**CALLED, "day": WRITTEN}, 422),
        ("tanto", "/plans/new", {"key": WRITTEN, "title": WRITTEN, "chain": WRITTEN, "department": WRITTEN}, 404),
        ("tanto", "/comments/asking/intake", {"letter": WRITTEN, "name": WRITTEN, "step": "check"}, 200),
        ("tanto", "/comments/asking/intake", {"letter": WRITTEN, "day": WRITTEN, "step": "enter"}, 422),
    ],
)  # fmt: skip
def test_a_page_that_only_a_form_makes_shows_what_was_written_as_text(
    scribbled: House, role: str | None, path: str, form: dict[str, str], status: int
) -> None:
    browser = Browser(scribbled, role)
    for spoken in Language:
        _speak(browser, spoken)
        answer = browser.client.post(path, data={"csrf": browser.csrf, "since": "2023-10-01", **form})
        page = Parsed(answer.text, SITE)
        assert (answer.status_code, page.faults) == (status, [])
        assert marks(page.text)


def test_a_passkey_shows_its_owner_the_name_they_gave_it_as_text(scribbled: House) -> None:
    owner = Browser(scribbled, PASSKEY_OWNER)
    with scribbled.office.writing() as db:
        db.execute(update(SignIn).values(waits_for=""))
    page = Parsed(owner.see("/account/second-step"), SITE)
    assert page.faults == [] and "passkey.name" in marks(page.text)


def test_a_chain_that_is_only_checked_is_drawn_with_its_words_as_text(scribbled: House) -> None:
    admin = Browser(scribbled, "admin")
    drawn = Parsed(admin.send("/chains/_new", text=scribbled.chain.canonical_json()), SITE)
    assert drawn.faults == [] and "chain_text.text" in marks(drawn.text)


def _told_of_and_changed(house: House) -> None:
    """One meeting is moved, another cancelled, a paper of a third replaced and the agenda of a fourth changed, after their
    members were invited."""
    office, by = house.office, "joho_bukai_office"
    moved, cancelled, goes_on, changed = (house.a_meeting(days=days) for days in (8, 9, 11, 12))
    named = f"{WRITTEN}.txt"
    paper = actions.add_paper(office, by, goes_on, named, b"1", title=WRITTEN, now=house.now)
    settings = mail_settings(office.files.parent)
    tick(office, mailer_of(settings), settings, lambda: house.now)
    starts_at, ends_at = house.now + timedelta(days=10), house.now + timedelta(days=10, hours=1)
    actions.move_meeting(
        office, by, moved, starts_at=starts_at, ends_at=ends_at, place=WRITTEN, reason=WRITTEN, now=house.now
    )
    actions.cancel_meeting(office, by, cancelled, WRITTEN, now=house.now)
    actions.replace_paper(office, by, paper, named, b"2", WRITTEN, now=house.now)
    actions.list_matter(office, by, changed, WRITTEN, now=house.now)
    actions.tell_agenda_changes(office, by, changed, now=house.now)


def _near_a_day_of_its_schedule(house: House) -> None:
    """The last gate of a body that a plan will pass is due in ten days; somebody leads the plan's department."""
    office, day, plan = house.office, tokyo_day(house.now), house.plan("dx")
    gate = [each for stage in plan.chain.stages for each in stage.gates if isinstance(each, BodyGate)][-1]
    line = Line((day + timedelta(days=10)).isoformat(), body=gate.body, gates=(gate.key,))
    seen = plan.schedule_number
    actions.change_schedule(
        office, "tanto", "dx", PlanSchedule((), (line,)), WRITTEN, WRITTEN, seen=seen, now=house.now
    )
    actions.post(office, "admin", "deputy", "it", day, position=f"{WRITTEN}課長", now=house.now)


def test_no_mail_makes_an_element_of_what_people_wrote(scribbled: House) -> None:
    settings = mail_settings(scribbled.office.files.parent)
    admin = Browser(scribbled, "admin")
    admin.send("/settings/trial")
    _told_of_and_changed(scribbled)
    _near_a_day_of_its_schedule(scribbled)
    for _ in range(60):
        tick(scribbled.office, mailer_of(settings), settings, lambda: scribbled.now)
        scribbled.later(hours=8)
    for path in settings.mail_folder.glob("*.eml"):
        mail: Any = message_from_bytes(path.read_bytes(), policy=policy.default)
        page = Parsed(_undressed(mail.get_body(("html",)).get_content()), SITE)
        assert page.faults == [], mail["subject"]
    with scribbled.office.reading() as db:
        sent = set(db.scalars(select(Delivery.kind).where(Delivery.state == State.SENT)))
    assert set(Kind) - sent == {Kind.WEBHOOK, Kind.TRIAL}


def _undressed(letter: str) -> str:
    """The letter without the look that `dressed` gave it: a style sheet of ours, and our styles."""
    plain = dressed("")
    frame = plain[: plain.index("<div")]
    assert letter.replace("\r\n", "\n").startswith(frame)
    rest = letter.replace("\r\n", "\n")[len(frame) :]
    for style in (*STYLES.values(), BUTTON, LETTER):
        rest = rest.replace(f' style="{style}"', "")
    return rest.removesuffix("</body></html>\n")


def test_a_drawn_chain_is_whole_xml_with_every_word_as_text(scribbled: House) -> None:
    for spoken in Language:
        language.set(spoken)
        drawn = ET.fromstring(picture(scribbled.chain, scribbled.chain.first.key))
        names = {each.tag.rpartition("}")[2] for each in drawn.iter()}
        assert names <= {"svg", "title", "desc", "defs", "marker", "path", "rect", "polyline", "polygon", "circle", "text", "g"}  # fmt: skip
        assert not [name for each in drawn.iter() for name in each.attrib if name.startswith(("on", "hx"))]
        assert markup("chain_text.text") in (drawn.findtext("{*}desc") or "")
    language.set(Language.JAPANESE)


def test_a_calendar_and_a_call_carry_the_words_as_they_are(scribbled: House) -> None:
    browser = Browser(scribbled, "tanto")
    token = actions.make_feed(scribbled.office, "tanto", now=scribbled.now)
    feed = browser.client.get(f"/feeds/{token}.ics")
    assert feed.headers["content-type"].startswith("text/calendar")
    titles = {str(event["summary"]) for event in icalendar.Calendar.from_ical(feed.text).walk("VEVENT")}
    assert {title.removeprefix("回答期限: ") for title in titles} == {markup("meeting.title")}
    program = Program(scribbled, "tanto", Scope.READ)
    for method, route in calls():
        if method == "GET":
            answer = program.client.get(re.sub(r"\{[^}]+\}", "dx", route.path).removeprefix("/"))
            assert answer.headers["content-type"] in ("application/json", "application/problem+json"), (
                route.path
            )


def test_another_system_is_told_in_json(scribbled: House) -> None:
    with receiving() as receiver:
        actions.add_webhook(scribbled.office, "admin", receiver.url, now=scribbled.now)
        actions.open_plan(
            scribbled.office, "tanto", "newest", markup("plan.title"), shipped("two_rounds"), department="it", now=scribbled.now
        )  # fmt: skip
        here = replace(
            mail_settings(scribbled.office.files.parent), networks=(ipaddress.ip_network("127.0.0.0/8"),)
        )
        tick(scribbled.office, mailer_of(here), here, lambda: scribbled.now)
        call(scribbled.office, here, lambda: scribbled.now)
    (_, headers, body), *_ = [each for each in receiver.calls if b'"newest"' in each[2]]
    assert headers["content-type"].startswith("application/json")
    assert json.loads(body)["plan"]["title"] == markup("plan.title")


def test_a_closed_day_cannot_post_in_the_name_of_who_reads_the_meetings(site: Site) -> None:
    site.house.a_plan()
    actions.post(site.house.office, "admin", "mayor", "it", tokyo_day(site.house.now), now=site.house.now)
    name = (
        '<i hx-post="/plans/dx/remarks" hx-trigger="load" hx-include="[name=csrf]"'
        """ hx-vals='{"text": "I agree"}' onclick="fetch('/sign-out')">創立記念日</i><img src=x onerror=alert(1)>"""
    )
    actions.close_day(site.house.office, "admin", tokyo_day(site.house.now), name, now=site.house.now)
    page = site.person("mayor")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.resource_type}"))
    page.goto("/meetings")
    shown = page.locator("td.today .why")
    assert shown.inner_text() == name
    shown.click()
    page.wait_for_timeout(500)
    assert not [
        each for each in asked if not each.startswith("GET") or each.endswith(("xhr", "fetch", "image"))
    ]
    page.goto("/plans/dx")
    assert "I agree" not in page.content()


# --- walking -----------------------------------------------------------------------------------------------


def _speak(browser: Browser, spoken: Language) -> None:
    browser.client.cookies.set("sakutei-language", spoken.value, domain=SITE.removeprefix("http://"))


def _pages_for(browser: Browser) -> Iterator[tuple[str, Parsed]]:
    """Every page that can be asked for by a plain address, and what they lead to: a few of each kind, with each set
    of things asked for in its query."""
    ahead = [route.path for route in _gets() if "{" not in route.path]
    ahead += [f"/meetings/{number}" for number in _meetings(browser)][:OF_ONE_KIND]
    ahead += [
        f"/meetings/{SITTING_AT}/sitting",
        "/plans/done",
        "/plans/mended",
        "/plans/asking",
        "/plans/mended/decisions/1",
        "/comments/asking/preview",
        "/comments/asking/answer?opinion=5",
        "/public/nothing",
        "/nothing",
    ]
    seen: Counter[tuple[str, str]] = Counter()
    known = set()
    while ahead:
        address = ahead.pop(0).partition("#")[0]
        path, _, query = address.partition("?")
        kind = (_kind(path), re.sub(r"=[^&]*", "", query))
        if address in known or seen[kind] >= OF_ONE_KIND:
            continue
        known.add(address)
        seen[kind] += 1
        answer = browser.client.get(address, follow_redirects=False)
        if answer.is_redirect:
            ahead.append(answer.headers["location"])
        elif page := _page_of(answer, address):
            yield address, page
            ahead += [link for link in page.links if link.startswith("/")]


def _must_be_clean(answer: Response, about: str) -> None:
    page = None if answer.is_redirect else _page_of(answer, about)
    assert page is None or page.faults == [], about


def _page_of(answer: Response, about: str) -> Parsed | None:
    """The page, when the answer is one. What else there is, a browser keeps as a file or takes for no page."""
    assert answer.status_code < 500, about
    kind = answer.headers["content-type"]
    if kind.startswith("text/html"):
        return Parsed(answer.text, SITE)
    kept = answer.headers.get("content-disposition", "").startswith("attachment")
    assert kept or kind.startswith(("application/json", "application/problem+json")), about
    return None


def _sent(browser: Browser, form: Form) -> Iterator[Response]:
    """The answers to the form. Nothing is sent that says yes to a question about it."""
    for everywhere in (False, True):
        fields, files = _filled(form.fields, everywhere)
        if "csrf" in fields:
            fields["csrf"] = browser.csrf
        named = f"{markup('version.filename')}.txt"
        bytes_of = dict.fromkeys(files, (named, b"\xe3\x81\x82")) if form.takes_files else None
        yield browser.client.post(form.action, data=fields, files=bytes_of, follow_redirects=False)


def _filled(fields: Sequence[Field], everywhere: bool) -> tuple[dict[str, Any], list[str]]:
    """Each field once: markup in those of text, and `everywhere` in all but the token of the form; else the first
    choice, and what the page has in it."""
    filled: dict[str, Any] = {}
    for kind, name, value in fields:
        if name == "sure" or (name in filled and not (kind == "choice" and not filled[name])):
            continue
        free = kind == "text" or (everywhere and name != "csrf")
        filled[name] = (
            markup("remark.text") if free else value or ("2023-10-12" if kind == "date" else "10:00")
        )
    return filled, [name for kind, name, _ in fields if kind == "file"]


def _gets() -> list[Any]:
    return [route for method, route in _ROUTES if method == "GET"]


def _meetings(browser: Browser) -> list[int]:
    """The meetings, those in writing first, the newest of each first."""
    in_writing = Meeting.form == MeetingForm.IN_WRITING
    with browser.house.office.reading() as db:
        return list(db.scalars(select(Meeting.id).order_by(in_writing.desc(), Meeting.id.desc())))


@cache
def _kind(path: str, method: str = "GET") -> str:
    """The route that answers the path."""
    plain = path.partition("?")[0]
    for each, route in _ROUTES:
        if each == method and route.path_regex.match(plain):
            return str(route.path)
    return "nothing"


_ROUTES = list(routes())
