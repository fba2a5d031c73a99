"""The office's own templates, put into use at the settings."""

import io
from pathlib import Path

import docx
import pytest
from sqlalchemy import select

from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions
from workflow.domain.errors import NotAllowed, TemplateRefused
from workflow.domain.sheets import SheetKind
from workflow.queries.sheet_templates import own_templates
from workflow.store import proof
from workflow.store.tables import SheetTemplate
from workflow.wire.sheets.documents import ours


def a_template(folder: Path, *words: str) -> Path:
    paper = docx.Document()
    for each in words:
        paper.add_paragraph(each)
    paper.save(str(folder / "庁の次第.docx"))
    return folder / "庁の次第.docx"


def sent(browser: Browser, template: Path, kind: str = "agenda", status: int = 200) -> str:
    answer = browser.client.post(
        f"/settings/templates/{kind}",
        data={"csrf": browser.csrf},
        files={"template": (template.name, template.read_bytes())},
    )
    assert answer.status_code == status, answer.text
    return answer.text


def agenda(house: House, meeting: int) -> str:
    content = (
        Browser(house, "joho_bukai_office").client.get(f"/meetings/{meeting}/sheets/agenda.docx").content
    )
    return "\n".join(each.text for each in docx.Document(io.BytesIO(content)).paragraphs)


def test_the_office_makes_its_papers_by_its_own_template_until_it_returns_to_ours(
    house: House, tmp_path: Path
) -> None:
    house.a_plan()
    meeting = house.a_meeting()
    browser = Browser(house, "admin")
    template = a_template(tmp_path, "{{ 庁名 }}様式第1号　{{ 会議名 }}")
    assert "庁の次第.docx" in sent(browser, template)
    assert "様式第1号　情報化推進部会" in agenda(house, meeting)
    assert browser.client.get("/settings/templates/agenda.docx").content == template.read_bytes()
    assert "既定のテンプレートで作ります" in browser.send("/settings/templates/agenda/ours")
    assert "様式第1号" not in agenda(house, meeting) and "次第" in agenda(house, meeting)
    assert (
        browser.client.get("/settings/templates/agenda.docx").content == ours(SheetKind.AGENDA).read_bytes()
    )
    with house.office.reading() as db:
        kept = db.scalars(select(SheetTemplate).order_by(SheetTemplate.id)).all()
        assert [bool(each.sha256) for each in kept] == [True, False]
    assert proof.prove(house.office).findings == []


def test_the_newest_template_of_a_kind_is_in_use(house: House, tmp_path: Path) -> None:
    for words in ("一つ目", "二つ目"):
        actions.put_template(
            house.office,
            "admin",
            SheetKind.AGENDA,
            f"{words}.docx",
            a_template(tmp_path, words),
            now=house.now,
        )
    with house.office.reading() as db:
        found = own_templates(db)
    assert [(kind, each.filename, each.by) for kind, each in found.items()] == [
        (SheetKind.AGENDA, "二つ目.docx", "管理 太郎")
    ]


def test_a_template_with_faults_is_not_taken_and_every_fault_is_shown(house: House, tmp_path: Path) -> None:
    browser = Browser(house, "admin")
    page = sent(browser, a_template(tmp_path, "{{ 会議名称 }}", "{{ 場所は }}"), status=422)
    assert "「会議名」のことですか" in page and "「場所は」という差込みはありません" in page
    with house.office.reading() as db:
        assert own_templates(db) == {}
    (tmp_path / "x.docx").write_bytes(b"%PDF-1.7")
    assert "docx で保存し直して" in sent(browser, tmp_path / "x.docx", status=422)


def test_a_placeholder_of_another_paper_is_unknown(house: House, tmp_path: Path) -> None:
    template = a_template(tmp_path, "{{ 決定日 }}")
    actions.put_template(house.office, "admin", SheetKind.DECISION, "x.docx", template, now=house.now)
    with pytest.raises(TemplateRefused):
        actions.put_template(house.office, "admin", SheetKind.AGENDA, "x.docx", template, now=house.now)


def test_only_administrators_change_and_see_templates(house: House, tmp_path: Path) -> None:
    template = a_template(tmp_path, "x")
    for person in ("tanto", "joho_bukai_office", "mayor"):
        browser = Browser(house, person)
        browser.see("/settings/templates", 403)
        browser.see("/settings/templates/agenda.docx", 403)
        sent(browser, template, status=403)
        with pytest.raises(NotAllowed):
            actions.put_template(house.office, person, SheetKind.AGENDA, "x.docx", template, now=house.now)
        with pytest.raises(NotAllowed):
            actions.use_our_template(house.office, person, SheetKind.AGENDA, now=house.now)


def test_the_page_names_every_placeholder_with_an_example(house: House) -> None:
    page = Browser(house, "admin").see("/settings/templates")
    for each in (
        "{{ 会議名 }}",
        "{% for 議題 in 議題一覧 %}",
        "{{ 議題.名称 }}",
        "{{ 決定日 }}",
        "第3回 情報化推進部会",
    ):
        assert each in page
