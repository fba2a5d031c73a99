"""Every route, page and call alike, as people of another department and of every capacity open it for everything
there is: nobody is shown a word that the rights table does not give them, and everybody is shown their own."""

import io
import itertools
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import func, select

from definitions.load import shipped
from definitions.terms import Role
from notifications.scheduler import index, tick
from notifications.transport import mailer_of
from notifications.webhooks import STEPS
from tests.support.api_client import Program
from tests.support.databases import SQLite
from tests.support.routes import calls, routes
from tests.support.scenario import LONG_AGO, House
from tests.support.scribbled import PEOPLES_WORDS, marks, scribbled_house
from tests.support.web_client import Browser, mail_settings
from workflow import actions
from workflow.domain.calendar import tokyo_day
from workflow.domain.inquiries import Silence
from workflow.domain.minutes import MinutesKind, Speaker
from workflow.domain.rights import PaperAudience, PlanReaders
from workflow.domain.search import SearchKind
from workflow.queries.actor import actor
from workflow.queries.calendar_feeds import feed_shown
from workflow.queries.plans import plan_by_id
from workflow.queries.reading_rights import bodies_followed, may_read
from workflow.store.tables import Delivery, Event, Meeting, Person
from workflow.web.api.rate_limit import Pace

PLAN = {
    *("plan.title", "version.filename", "version.note", "step.reason", "agenda_item.removed_why"),
    *("agenda_item.title", "agenda_item.result"),
    *("paper.title", "paper.filename", "paper.why", "paper.withdrawn_why", "paper.audience_why"),
    *("decision.note", "condition.text", "condition.closed_note", "signoff.note", "review.note"),
    *("decision.late_text_why", "version.counts_why", "declaration.why", "confirmation.note"),
    *("confirmation_review.note", "circulation.note", "remark.text", "answer.summary", "answer.text"),
    *("comment_period.shortened_why", "comment_period.places", "comment_period.contact"),
    *("comment_period.cancelled_why", "comment_period.counts_why", "event.data", "inquiry.title"),
    *("schedule_version.reason", "schedule_version.agreed"),
}
INQUIRY = {
    *("inquiry.text", "inquiry.withdrawn_why", "inquiry_question.text"),
    *("inquiry_remark.page", "inquiry_remark.section", "inquiry_remark.text", "inquiry_response.reason"),
}
DAY = {"meeting.title", "meeting.place"}
MEETING = {
    *("minutes_text.text", "minutes_text.reason", "minutes_text.note", "rsvp.deputy_name", "rsvp.remark"),
    *("vote.remark", "late_answer.remark", "written_terms.why", "written_terms.asks"),
    *("closing.reason", "closing.basis", "publication.reason"),
}
OPEN_PAPERS = {"paper.title", "paper.filename"}
"""公開: whoever knows of the meeting reads them. Those for others have words of their own, below."""
DRAFTS = {"meeting.guests", "speech.name", "speech.text"}
LETTERS = {
    *("opinion.text", "submitter.name", "submitter.address", "submitter.telephone", "submitter.affiliation"),
}
ADDRESSES = {"person.email", "delivery.address"}
MAIL = {"delivery.error", "delivery.address", "person.email"}
OFFICE = {
    *(
        "chain_text.text",
        "body.name",
        "closed_day.name",
        "closing_rule.name",
        "department.name",
        "person.name",
        "posting.office",
    ),
    *("secretariat_contact.name", "secretariat_contact.email", "secretariat_contact.telephone"),
}
SYSTEM = {
    *("set_aside_mail.sender", "set_aside_mail.subject", "set_aside_mail.why"),
    *("kept_calendar.name", "kept_calendar.room", "kept_calendar.url", "calendar_entry.title"),
    *("sheet_template.filename", "webhook.url", "pulse.trouble", "held_event.error"),
}
OWN = {
    "api_token.name",
    "sign_in.agent",
    "passkey.name",
    "sitting_draft.fields",
    "late_form.fields",
    "late_form.reason",
    "agenda_mark.memo",
}

READS = {
    "nobody": OFFICE,
    "fukushi": OFFICE | DAY | OPEN_PAPERS,
    "other_member": OFFICE,
    "admin": OFFICE
    | SYSTEM
    | MAIL
    | ADDRESSES
    | DAY
    | OPEN_PAPERS
    | {"event.data", "plan.title", "inquiry.title"},
    "auditor": OFFICE | PLAN | INQUIRY | DAY | MEETING | DRAFTS,
    "tanto": OFFICE | PLAN | INQUIRY | DAY | LETTERS | MEETING | DRAFTS | MAIL,
    "joho_bukai_1": OFFICE | PLAN | DAY | MEETING,
    "joho_bukai_office": OFFICE | PLAN | DAY | MEETING | DRAFTS | MAIL,
    "mayor": OFFICE | PLAN | INQUIRY | DAY,
    "deputy_of_member": OFFICE | PLAN | DAY | MEETING,
    "was_circulated": OFFICE | PLAN | DAY,
    "was_inquired": OFFICE | PLAN | INQUIRY | DAY,
}
"""The columns whose words each person may be shown at most; one's own address and tokens apart."""

PAPERS_AT = 45
"""The meeting with papers; those with words of their own are for one audience each."""

FOR_THE_MEETING, FOR_THE_BODY = "庁内の名簿zzz", "会議体限りzzz"

CLOSED_AT, CLOSED_ITEMS, CLOSED_PAPERS = 48, (47, 48), (8, 9)
"""The meeting that was held and is not over, with a matter and a report on a plan that are closed to the public, and the paper
of each that was for everybody."""

CLOSED_MATTER, ITS_RESULT, ITS_PAPER = "閉じた件zzz", "閉じた結果zzz", "閉じた件の資料zzz"
CLOSED_REPORT, ITS_REMARK, PAPER_OF_REPORT = "閉じた報告zzz", "閉じた発言zzz", "閉じた報告の資料zzz"
DRAFTED = "案のうちの文zzz"

OF_THE_BODY = ("auditor", "joho_bukai_1", "joho_bukai_office", "deputy_of_member", "tanto")
"""The people who read every paper of the 部会: its members, their deputies, its 事務局 and 監査."""

OF_THE_PLAN = (*OF_THE_BODY, "mayor", "was_circulated", "was_inquired")

TAKES_MINUTES = ("auditor", "joho_bukai_office", "tanto")

SECRETS = {
    FOR_THE_MEETING: OF_THE_BODY,
    FOR_THE_BODY: OF_THE_BODY,
    CLOSED_MATTER: OF_THE_BODY,
    ITS_RESULT: OF_THE_BODY,
    ITS_PAPER: OF_THE_BODY,
    CLOSED_REPORT: OF_THE_PLAN,
    PAPER_OF_REPORT: OF_THE_PLAN,
    ITS_REMARK: TAKES_MINUTES,
    DRAFTED: TAKES_MINUTES,
}
"""The words of one thing each, and who reads them; everybody else is shown them nowhere."""

SEEN_BY_READERS = {"plan.title", "version.filename", "remark.text", "decision.note"}

OUTSIDERS = ("nobody", "fukushi", "other_member")

TAKEN = {
    **{"opens_on": "2023-12-01", "closes_on": "2023-12-31", "department": "welfare"},
    **{"first_month": "2023-04", "document_key": "main", "due_on": "2023-12-31"},
    **{"people": ["tanto"], "group": "body:joho_bukai"},
    "spans": [{"stage": "policy", "first": "2023-03", "last": "2023-06"}],
    "lines": [{"when": "2023-04", "event": "説明会"}],
}
"""What a call takes whatever plan it is about."""

FORBIDDEN, NOWHERE = 403, 404

PLANS = ("dx", "done", "asking", "mended")

NUMBERS = range(1, 4)

LISTS = (
    *("/meetings?show=coming", "/meetings?show=past", "/plans?words=zq", "/people?words=zq"),
    *("/people?words=example", "/comments/done/opinions?which=answered&words=zq"),
    *("/search?words=onclick", *(f"/search?words=onclick&kind={each.value}" for each in SearchKind)),
    *("/search?words=zzz", "/search?words=資料"),
)

FORM = {
    **dict.fromkeys(("reason", "note", "text", "title", "minutes", "summary", "name", "why"), "理由"),
    **{"to": "outline", "seen": "1", "outcome": "approved", "choice": "for", "member": "joho_bukai_1"},
    **{"meeting": "1", "sure": "yes", "opinion": "1", "answer": "1", "disposition": "reflected"},
    **{"intent": "attend", "person": "tanto", "reader": "tanto", "gate": "policy_bukai", "plan": "dx"},
    **{"day": "2023-06-01", "begins": "10:00", "ends": "11:00", "place": "会議室", "whom": "staff"},
    **{
        "closes_on": "2023-12-01",
        "opens_on": "2023-06-01",
        "letter": "意見",
        "kind": "minor",
        "add": "dx:policy_bukai",
    },
}


@pytest.fixture(scope="module")
def town(sqlite: SQLite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with sqlite.office(tmp_path_factory.mktemp("reads")) as office:
        house = scribbled_house(office)
        _people(house)
        for text, audience in ((FOR_THE_MEETING, PaperAudience.OFFICE), (FOR_THE_BODY, PaperAudience.BODY)):
            actions.add_paper(
                office, "joho_bukai_office", PAPERS_AT, f"{text}.txt", text.encode(), audience=audience, now=house.now
            )  # fmt: skip
        _what_is_closed(house)
        index(office)
        yield house


def _what_is_closed(house: House) -> None:
    """A meeting of an open body with items that are closed, a remark, a result and minutes that are being drafted."""
    office, by, now = house.office, "joho_bukai_office", house.now
    since = now - timedelta(hours=3)
    number = actions.enter_meeting(
        office, by, "joho_bukai", "臨時会", starts_at=since, ends_at=since + timedelta(hours=1), place="室", now=now
    )  # fmt: skip
    items, papers = [], []
    for title, plan, paper in ((CLOSED_MATTER, None, ITS_PAPER), (CLOSED_REPORT, "dx", PAPER_OF_REPORT)):
        item, how = actions.list_matter(office, by, number, title, plan=plan, now=now), PaperAudience.PUBLIC
        file = f"{paper}.txt", paper.encode()
        papers.append(actions.add_paper(office, by, number, *file, item=item, audience=how, now=now))
        actions.close_to_public(office, by, number, "個人の情報", "第7条", item=item, now=now)
        items.append(item)
    assert (number, tuple(items), tuple(papers)) == (CLOSED_AT, CLOSED_ITEMS, CLOSED_PAPERS)
    actions.record_result(office, by, items[0], ITS_RESULT, now=now)
    actions.record_speech(office, by, items[1], actions.Spoken(Speaker.CHAIR, ITS_REMARK), now=now)
    actions.draft_minutes(office, by, number, MinutesKind.FULL, now=now)
    actions.edit_minutes(office, by, number, MinutesKind.FULL, DRAFTED, seen=0, now=now)


def _people(house: House) -> None:
    """People of another department, who do, or no longer do, with the plans."""
    office, now = house.office, house.now
    for key in (
        "nobody",
        "fukushi",
        "other_member",
        "auditor",
        "deputy_of_member",
        "was_circulated",
        "was_inquired",
    ):
        house.a_person(key, "よその人")
    for key, name in (("welfare", "福祉課"), ("finance", "財政課")):
        actions.add_department(office, "admin", key, name, now=now)
    actions.post(office, "admin", "was_inquired", "finance", LONG_AGO, now=now)
    for key in ("fukushi", "auditor", "deputy_of_member", "was_circulated"):
        actions.post(office, "admin", key, "welfare", LONG_AGO, now=now)
    actions.name_auditor(office, "admin", "auditor", LONG_AGO, proof=actions.OwnMachine(), now=now)
    actions.name_deputy(office, "admin", "joho_bukai_2", "deputy_of_member", LONG_AGO, now=now)
    actions.add_chain(office, "admin", shipped("two_rounds"), now=now)
    actions.seat(office, "admin", "other_member", "kentokai", Role.MEMBER, LONG_AGO, now=now)
    actions.seat(office, "admin", "other_member", "kentokai", Role.SECRETARIAT, LONG_AGO, now=now)
    today = tokyo_day(now)
    actions.seat(office, "admin", "was_circulated", "joho_bukai", Role.MEMBER, LONG_AGO, until=today, now=now)
    actions.circulate(office, "tanto", "dx", ["was_circulated"], now=now)
    actions.add_addressees(office, "tanto", "asking", 1, departments=["finance"], now=now)
    actions.inquire(
        office, "tanto", "dx", "照会", "御意見を", departments=["finance"], due_on=today + timedelta(days=9),
        silence=Silence.NO_OBJECTION, now=now,
    )  # fmt: skip
    house.later(days=1)


def test_the_walk_knows_every_column_of_words() -> None:
    known = PLAN | INQUIRY | DAY | MEETING | DRAFTS | LETTERS | ADDRESSES | MAIL | OFFICE | SYSTEM | OWN
    assert known == set(PEOPLES_WORDS)


@pytest.mark.parametrize("person", READS)
def test_nobody_is_shown_what_the_table_does_not_give_them(town: House, person: str) -> None:
    shown: dict[str, set[str]] = {}
    opened, secrets = 0, set[str]()
    for path, answer in _everything(town, person):
        opened += 1
        assert answer.status_code < 500, f"{path}: {answer.text}"
        words = _words_of(answer, person)
        for column in marks(words):
            shown.setdefault(column, set()).add(path)
        told = {secret for secret in SECRETS if secret in words}
        secrets |= told
    beyond = {
        column: sorted(paths)[:5] for column, paths in shown.items() if column not in READS[person] | OWN
    }
    assert beyond == {}
    assert secrets == {secret for secret, readers in SECRETS.items() if person in readers}
    if "remark.text" in READS[person]:
        assert set(shown) >= SEEN_BY_READERS
    assert opened > 300
    print(f"{person}: {opened} answers, {len(shown)} kinds of words")


def test_the_log_names_a_closed_item_to_its_auditor_and_not_to_an_administrator(town: House) -> None:
    words = (CLOSED_MATTER, ITS_RESULT, CLOSED_REPORT)
    for path in (f"/log?meeting={CLOSED_AT}", f"/log/csv?meeting={CLOSED_AT}"):
        audited, kept = Browser(town, "auditor").see(path), Browser(town, "admin").see(path)
        assert all(each in audited for each in words) and "非公開の議題" not in audited
        assert not any(each in kept for each in words) and "議題の結果を言葉で記録: 非公開の議題" in kept


@pytest.mark.parametrize("person", OUTSIDERS)
def test_a_refusal_says_nothing_of_the_thing_and_changes_nothing(town: House, person: str) -> None:
    before = _happened(town)
    sent, beyond = 0, {}
    for path, answer in _every_act(town, person):
        sent += 1
        assert answer.status_code < 500, f"{path}: {answer.text}"
        if more := marks(_words_of(answer, person)) - READS[person] - OWN:
            beyond[path] = more
    assert beyond == {}
    assert _happened(town) == before
    assert sent > 300


@pytest.mark.parametrize("person", OUTSIDERS)
def test_who_may_not_read_a_plan_is_told_nothing_of_its_state(town: House, person: str) -> None:
    """Every call about a plan, with everything it asks for: the answer is the same wherever the plan is."""
    program = Program(town, person)
    program.app.state.pace = Pace(10**9)
    described = program.app.state.api.openapi()
    sent, others = 0, {}
    for method, route in calls():
        if method == "POST" and route.path.startswith("/v1/plans/{plan}"):
            for path in _paths(route.path.replace("{plan}", "{key}")):
                answer = program.client.post(path.removeprefix("/v1"), **_asked_of(described, route.path))
                sent += 1
                if answer.status_code not in (FORBIDDEN, NOWHERE):
                    others[path] = answer.json()["detail"]
    assert others == {}
    assert sent > 100


def test_a_plan_that_one_may_not_read_is_neither_listed_nor_revised(house: House) -> None:
    office, now = house.office, house.now
    house.a_plan()
    for key in ("fukushi", "kentokai_office"):
        house.a_person(key)
    actions.add_department(office, "admin", "welfare", "福祉課", now=now)
    actions.post(office, "admin", "fukushi", "welfare", LONG_AGO, now=now)
    actions.add_chain(office, "admin", shipped("two_rounds"), now=now)
    actions.seat(office, "admin", "kentokai_office", "kentokai", Role.SECRETARIAT, LONG_AGO, now=now)
    day = {"day": "2023-12-01", "begins": "10:00", "ends": "11:00", "place": "会議室", "form": "in_person"}
    secretary, fukushi = Browser(house, "kentokai_office"), Browser(house, "fukushi")
    secretary.send("/meetings/new", body="kentokai", title="検討会", **day)
    assert "計画の閲覧" in secretary.send("/meetings/1/items", FORBIDDEN, add="dx:policy_bukai")
    new = {"key": "fukushi", "title": "福祉計画", "chain": "two_rounds", "department": "welfare"}
    assert "計画の閲覧" in fukushi.send("/plans/new", FORBIDDEN, **new, revises="dx")


def test_an_office_that_opens_its_plans_opens_them_to_its_staff_and_no_letter_with_them(house: House) -> None:
    house.a_plan()
    for key in ("fukushi", "citizen_member"):
        house.a_person(key)
    actions.add_department(house.office, "admin", "welfare", "福祉課", now=house.now)
    actions.post(house.office, "admin", "fukushi", "welfare", LONG_AGO, now=house.now)
    assert "計画の閲覧" in Browser(house, "fukushi").see("/plans/dx", 403)
    actions.open_plans_to(house.office, "admin", PlanReaders.STAFF, proof=actions.OwnMachine(), now=house.now)
    assert "DX推進計画" in Browser(house, "fukushi").see("/plans/dx")
    Browser(house, "citizen_member").see("/plans/dx", 403)
    Browser(house, "fukushi").see("/comments/dx/opinions", 403)
    Browser(house, "fukushi").see("/log", 403)


def test_who_is_moved_reads_from_that_day_what_is_theirs_and_no_more(house: House) -> None:
    house.a_plan()
    house.a_person("mover")
    today = tokyo_day(house.now)
    actions.post(house.office, "admin", "mover", "it", LONG_AGO, until=today, now=house.now)
    assert "DX推進計画" in Browser(house, "mover").see("/plans/dx")
    house.later(days=1)
    with house.office.reading() as db:
        assert not may_read(db, actor(db, "mover", tokyo_day(house.now)), house.plan())


def test_a_citizen_reaches_nothing_that_is_closed_by_any_address(town: House) -> None:
    """Every page and call there is, public or not, without signing in."""
    opened, found = 0, {}
    for path, answer in _everything(town, None):
        opened += 1
        assert answer.status_code < 500, f"{path}: {answer.text}"
        words = _words_of(answer, "")
        if told := {secret for secret in SECRETS if secret in words}:
            found[path] = told
        if more := marks(words) & (DRAFTS | LETTERS | ADDRESSES | MAIL | SYSTEM | INQUIRY):
            found[path] = more
    assert found == {}
    assert opened > 300


def test_other_systems_are_told_nothing_of_meetings() -> None:
    assert {tag.partition(".")[0] for tag in STEPS} <= {
        "plan", "version", "confirmation", "decision", "condition", "signoff", "comment",
    }  # fmt: skip


def test_mail_goes_only_to_who_may_read_what_it_is_about(town: House) -> None:
    """Every mail that the story made, on the day it was made."""
    tick(
        town.office,
        mailer_of(mail_settings(town.office.files.parent)),
        mail_settings(town.office.files.parent),
        lambda: town.now,
    )
    with town.office.reading() as db:
        asked = db.execute(
            select(Delivery.kind, Delivery.recipient_id, Delivery.plan_id, Meeting.body_key, Delivery.due_at)
            .outerjoin(Meeting, Meeting.id == Delivery.meeting_id)
            .where(Delivery.recipient_id.is_not(None))
        ).all()
        keys = dict(db.execute(select(Person.id, Person.key)).all())
        told = 0
        for kind, recipient, plan, body, due_at in asked:
            who = actor(db, keys[recipient], tokyo_day(due_at))
            if plan is not None:
                told += 1
                assert may_read(db, who, plan_by_id(db, plan)), (kind, who.key)
            if body is not None:
                told += 1
                assert who.may_read_meeting_of(body) or body in bodies_followed(db, who), (kind, who.key)
    assert told > 50


def test_a_feed_shows_no_meeting_of_another_body(town: House) -> None:
    token = actions.make_feed(town.office, "other_member", now=town.now)
    with town.office.reading() as db:
        assert feed_shown(db, token, town.now).entries == ()


def _everything(house: House, person: str | None) -> Iterator[tuple[str, Response]]:
    """Every page and call that can be opened, for everything there is; for a citizen (None) those for the public too."""
    browser, program = Browser(house, person), Program(house, person or "nobody")
    if person is None:
        del program.client.headers["authorization"]
    for method, route in routes():
        if method == "GET" and (person is None or "PUBLIC" not in route.openapi_extra["x-needs"]):
            for path in _paths(route.path):
                yield path, browser.client.get(path, follow_redirects=False)
    for path in LISTS:
        yield path, browser.client.get(path)
    for method, route in calls():
        if method == "GET" and (person is None or "PUBLIC" not in route.openapi_extra["x-needs"]):
            for path in _paths(route.path.replace("{plan}", "{key}")):
                yield path, program.client.get(path.removeprefix("/v1"))
    for path in LISTS:
        if path.startswith("/search"):
            yield f"/v1{path}", program.client.get(path)


def _every_act(house: House, person: str) -> Iterator[tuple[str, Response]]:
    browser, program = Browser(house, person), Program(house, person)
    for method, route in routes():
        if (
            method == "POST"
            and route.path not in ("/sign-out", "/sign-in", "/language")
            and "SELF" not in route.openapi_extra["x-needs"]
        ):
            for path in _paths(route.path):
                yield (
                    path,
                    browser.client.post(path, data={"csrf": browser.csrf, **FORM}, follow_redirects=False),
                )
    for method, route in calls():
        if method == "POST":
            for path in _paths(route.path.replace("{plan}", "{key}")):
                body = {**FORM, "seen": 1, "opinions": [1], "readers": ["tanto"], "items": [1]}
                yield path, program.client.post(path.removeprefix("/v1"), json=body)


def _asked_of(described: dict[str, Any], path: str) -> dict[str, Any]:
    """The body that a call asks for, as its description says: each value the first that is taken."""
    asked = described["paths"][path]["post"].get("requestBody")
    if asked is None:
        return {}
    ((kind, body),) = asked["content"].items()
    filled = _filled(described, body["schema"])
    if kind == "application/json":
        return {"json": filled}
    return {"data": {**filled, "document": None}, "files": {"document": ("案.txt", b"text")}}


def _filled(described: dict[str, Any], schema: dict[str, Any], name: str = "") -> Any:
    if "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if name in TAKEN:
        return TAKEN[name]
    if "anyOf" in schema:
        return _filled(described, schema["anyOf"][0], name)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema.get("type"):
        case "object":
            return {each: _filled(described, of, each) for each, of in schema.get("properties", {}).items()}
        case "array":
            return [_filled(described, schema["items"], name.removesuffix("s"))]
        case "boolean":
            return True
        case "integer":
            return 1
    return {"date": "2023-06-01", "date-time": "2023-06-01T10:00:00+09:00"}.get(
        schema.get("format", ""), FORM.get(name, "理由")
    )


def _paths(path: str) -> Iterator[str]:
    """The path for some of everything: plans, versions, meetings, people."""
    holes = re.findall(r"\{([^}]+)\}", path)
    for values in itertools.product(*(_values(path, hole) for hole in holes)):
        filled = path
        for hole, value in zip(holes, values, strict=True):
            filled = filled.replace(f"{{{hole}}}", str(value), 1)
        yield filled


def _values(path: str, hole: str) -> tuple[object, ...]:
    if "/sheets/all" in path:
        return {"form": ("zip",)}.get(hole, (PAPERS_AT, CLOSED_AT))
    if "/sheets/" in path:
        return {"kind": ("minutes", "notice"), "form": ("docx",)}.get(hole, (*NUMBERS, CLOSED_AT))
    if path.startswith("/items/{item}/decision"):
        return {"form": ("docx",)}.get(hole, tuple(NUMBERS))
    if path.endswith("/minutes/{text}/{version}.docx"):
        return {"text": ("summary", "full"), "version": (1, 2)}.get(hole, (*range(1, 13), PAPERS_AT))
    if hole == "key" and path.startswith(("/plans", "/comments", "/v1/plans")):
        return PLANS
    if hole in ("key", "person") and "people" in path:
        return ("tanto", "joho_bukai_1")
    if hole in ("key", "body"):
        return ("joho_bukai",)
    if hole == "gate":
        return ("policy_bukai", "proposal_bukai")
    if hole in ("short", "chain", "token", "kind"):
        return ("itabashi_dx_2025",)
    if hole == "item":
        return (*range(1, 26), *CLOSED_ITEMS)
    if hole == "paper":
        return (*range(1, 7), *CLOSED_PAPERS)
    if "{paper}" in path:
        return (PAPERS_AT, CLOSED_AT)
    if path.startswith(("/meetings/{number}", "/v1/meetings", "/public/meetings")):
        return (*range(1, 13), PAPERS_AT, CLOSED_AT) if hole in ("number", "meeting") else (1,)
    return tuple(NUMBERS)


def _words_of(answer: Response, person: str) -> str:
    """The text of an answer, of the parts of an Office file too; one's own address is no secret."""
    if answer.content.startswith(b"PK"):
        return _words_inside(answer.content)
    return re.sub(rf"\b{person}zq", "", answer.text) if person else answer.text


def _words_inside(content: bytes) -> str:
    """The names and the texts of the parts of an archive, and of the archives in it."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return "".join(f"{name}{_words_inside(file.read(name))}" for name in file.namelist())


def _happened(house: House) -> int:
    """The number of events about plans and meetings."""
    with house.office.reading() as db:
        about = Event.plan_id.is_not(None) | Event.meeting_id.is_not(None)
        return db.scalar(select(func.count()).select_from(Event).where(about)) or 0
