"""A plan of several named documents: each has its own texts and approvals, and its versions share one numbering."""

import json
import re

import pytest
from sqlalchemy import select

from definitions.chain import Chain
from definitions.load import shipped
from definitions.terms import Outcome
from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions, queries
from workflow.domain.calendar import tokyo_day
from workflow.domain.cover import TextKind
from workflow.domain.errors import AlreadyDone, BadInput, NotFound, NotNow
from workflow.domain.gates import GateClosed
from workflow.queries.agenda import agenda
from workflow.queries.plans import plan_by_key
from workflow.store.database import Office
from workflow.store.tables import Condition


def with_a_summary() -> Chain:
    """The shipped chain, where a 概要版 is written in 骨子 and in 素案, agreed to by the 部会 in 素案, and is what the
    public is asked about."""
    raw = json.loads(shipped("itabashi_dx_2025").canonical_json())
    stages = {stage["key"]: stage for stage in raw["stages"]}
    for stage in ("outline", "draft"):
        stages[stage]["gates"].append(
            {"key": f"{stage}_summary", "kind": "document", "label": "概要版", "document": "summary"}
        )
    stages["draft"]["gates"].append(
        {"key": "summary_bukai", "kind": "body", "label": "概要版の検討", "body": "joho_bukai",
         "after": ["draft_summary", "draft_bukai"], "document": "summary", "mandatory": True}
    )  # fmt: skip
    for gate in stages["public_comment"]["gates"]:
        if gate["kind"] == "period":
            gate["document"] = "summary"
    documents = [{"key": "main", "label": "本編"}, {"key": "summary", "label": "概要版"}]
    return Chain.model_validate(raw | {"key": "with_a_summary", "documents": documents})


@pytest.fixture
def two(office: Office) -> House:
    house = House(office, with_a_summary())
    house.a_plan(at="outline")
    return house


def a_summary(house: House, text: str | None = None, **how: object) -> int:
    content = text or f"概要 {house.now.isoformat()}"
    return actions.add_version(
        house.office, "tanto", "dx", "概要.docx", content.encode(), document="summary", now=house.now, **how
    )  # type: ignore[arg-type]


def in_draft(house: House) -> None:
    """素案, with both documents written."""
    house.a_version()
    a_summary(house)
    for gate in ("outline_bukai", "outline_honbu", "outline_iinkai"):
        if house.chain.has_gate(gate):
            house.agree(gate)
    house.advance()
    house.a_version()
    a_summary(house)


def test_each_document_opens_its_own_gate(two: House) -> None:
    main = two.a_version()
    assert [line.split(":")[0] for line in two.why() if "概要版" in line] == ["概要版"]
    assert a_summary(two) == main + 1
    assert not [line for line in two.why() if "概要版" in line]


def test_a_new_text_of_one_document_leaves_the_approval_of_the_other_in_force(two: House) -> None:
    in_draft(two)
    two.agree("draft_bukai")
    agreed = two.agree("summary_bukai")
    two.a_version("本編の新しい案")
    with two.office.reading() as db:
        plan = plan_by_key(db, "dx")
        valid = {a.number: v for a, v in queries.answers_with_validity(db, plan, two.now)}
        held = {a.number: a.gate for a, _ in queries.answers_with_validity(db, plan, two.now)}
    assert [number for number, gate in held.items() if gate == "summary_bukai"] == [agreed]
    assert valid[agreed].value == "in_force"
    assert {valid[n].value for n, gate in held.items() if gate == "draft_bukai"} == {"stale"}


def test_a_gate_on_a_document_waits_for_gates_on_another(two: House) -> None:
    in_draft(two)
    meeting = two.a_meeting("joho_bukai")
    item = actions.list_item(two.office, "joho_bukai_office", meeting, "dx", "summary_bukai", now=two.now)
    two.later(days=7, hours=1)
    two.everybody_attends("joho_bukai", meeting)
    with pytest.raises(GateClosed):
        actions.record_outcome(two.office, "joho_bukai_office", item, Outcome.APPROVED, now=two.now)


def test_what_a_meeting_sees_of_a_gate_is_the_document_the_gate_is_about(two: House) -> None:
    in_draft(two)
    summary = a_summary(two, "概要の新しい案")
    two.agree("draft_bukai")
    meeting = two.a_meeting("joho_bukai")
    actions.list_item(two.office, "joho_bukai_office", meeting, "dx", "summary_bukai", now=two.now)
    with two.office.reading() as db:
        (item,) = agenda(db, meeting)
    assert (item.document, item.version, item.current, item.stale) == ("概要版", summary, summary, False)
    two.a_version("本編だけが新しい")
    with two.office.reading() as db:
        assert not agenda(db, meeting)[0].stale
    a_summary(two, "概要も新しい")
    with two.office.reading() as db:
        assert agenda(db, meeting)[0].stale


def test_a_correction_meets_the_conditions_of_its_own_document(two: House) -> None:
    in_draft(two)
    two.agree("draft_bukai", outcome=Outcome.CONDITIONAL, conditions=["図を直す"])
    with two.office.reading() as db:
        number = db.scalars(select(Condition.id)).one()
    with pytest.raises(BadInput, match="解消を待っていません"):
        a_summary(two, "概要の訂正", kind=TextKind.CONDITIONS, conditions=[number])
    two.a_correction("本編の訂正", meets=[number])
    two.confirm("draft_bukai")
    assert not [line for line in two.why() if line.startswith("部会での検討")]


def test_the_public_is_asked_about_the_document_of_the_period(two: House) -> None:
    in_draft(two)
    for gate in ("draft_bukai", "draft_honbu", "draft_iinkai", "summary_bukai"):
        if two.chain.has_gate(gate):
            two.agree(gate)
    two.advance()
    assert two.plan().stage.key == "public_comment"
    actions.open_comment(two.office, "tanto", "dx", "comment_period", tokyo_day(two.now), now=two.now)
    with two.office.reading() as db:
        (asked,) = queries.rounds(db, "dx", two.now)
    assert asked.filename == "概要.docx"
    with pytest.raises(NotNow):
        a_summary(two, "別の概要")
    a_summary(two, "概要の誤字", kind=TextKind.MINOR, why="誤字")


def test_the_bytes_of_another_document_may_be_registered_and_its_own_may_not(two: House) -> None:
    two.a_version("同じ文書")
    a_summary(two, "同じ文書")
    with pytest.raises(AlreadyDone):
        a_summary(two, "同じ文書")


def test_an_unknown_document_is_refused_with_those_there_are(two: House) -> None:
    with pytest.raises(NotFound, match="summary"):
        actions.add_version(two.office, "tanto", "dx", "a.docx", b"x", document="sumary", now=two.now)


def test_the_kind_of_either_present_text_can_be_said_anew(two: House) -> None:
    two.a_version()
    a_summary(two)
    main = two.a_version("本編の二つ目")
    summary = a_summary(two, "概要の二つ目")
    for number in (main, summary):
        actions.declare_version(
            two.office, "tanto", "dx", number, TextKind.MINOR, why="誤字のみ", now=two.now
        )
    with two.office.reading() as db:
        kinds = {each.number: each.kind for each in queries.versions(db, plan_by_key(db, "dx"))}
    assert kinds[main] is kinds[summary] is TextKind.MINOR


def test_what_was_registered_as_a_correction_cannot_become_a_new_text_where_none_is_taken(two: House) -> None:
    in_draft(two)
    for gate in ("draft_bukai", "draft_honbu", "draft_iinkai", "summary_bukai"):
        if two.chain.has_gate(gate):
            two.agree(gate)
    two.advance()
    number = a_summary(two, "概要の誤字", kind=TextKind.MINOR, why="誤字")
    with pytest.raises(NotNow, match="差し戻して"):
        actions.declare_version(two.office, "tanto", "dx", number, TextKind.NEW, now=two.now)
    two.confirm("summary_bukai", seen=number)
    actions.open_comment(two.office, "tanto", "dx", "comment_period", tokyo_day(two.now), now=two.now)
    number = a_summary(two, "概要の別の誤字", kind=TextKind.MINOR, why="誤字")
    with pytest.raises(NotNow):
        actions.declare_version(two.office, "tanto", "dx", number, TextKind.NEW, now=two.now)


def test_the_page_asks_for_the_document_and_names_it_beside_each_version_and_gate(two: House) -> None:
    staff = Browser(two, "tanto")
    answer = staff.client.post(
        "/plans/dx/versions",
        data={"csrf": staff.csrf, "document_key": "summary", "kind": "new"},
        files={"document": ("概要.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")},
    )
    assert answer.status_code == 200
    shown = staff.see("/plans/dx")
    assert '<input type="radio" name="document_key" value="summary" required> 概要版' in shown
    versions = shown[shown.index('id="versions"') :]
    assert re.search(
        r'<span class="tag soft">概要版</span> <a href="/plans/dx/versions/\d+">概要.pdf', versions
    )
    assert '<b>概要版</b> <span class="tag soft">概要版</span>' in shown


def test_a_plan_of_one_document_is_not_asked_for_it(house: House) -> None:
    house.a_plan()
    assert "document_key" not in Browser(house, "tanto").see("/plans/dx")
