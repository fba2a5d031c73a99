"""Reading a version on its page, and comparing two: on screen, as Word and as Excel."""

import io
import re
import zipfile

import docx as word
import pytest
from docx.oxml.ns import qn
from lxml import etree
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.support.chromium import Site, every, must_read_well
from tests.support.documents import p, table
from tests.support.documents import word as word_file
from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions, queries
from workflow.domain.texts import Unreadable
from workflow.store import texts

GOAL = "区民サービスの向上を図ることを目的とする。"
SCOPE = "対象となる手続は、全庁の50手続とし、順次広げる。"
STAFF = "デジタル人材を育成し、各課に配置していく。"
EVIL = "<script>alert(1)</script>と書く段落である。"
FORMULA = '=HYPERLINK("https://example.com","賞品")である。'


def heading(text: str, level: int = 1) -> str:
    return p(text, f'<w:outlineLvl w:val="{level - 1}"/>')


OLD = word_file(
    heading("第１章 目的")
    + p(GOAL)
    + p(STAFF)
    + heading("第２章 対象")
    + p(SCOPE)
    + p("これまでの経過は、別紙のとおりとする。")
    + table(("月", "会議"), ("４月", "情報化推進部会"))
    + p(EVIL)
)
NEW = word_file(
    heading("第１章 目的")
    + p(GOAL)
    + heading("第２章 対象")
    + p(SCOPE.replace("50", "60"))
    + table(("月", "会議"), ("５月", "情報化推進部会"))
    + p(EVIL)
    + p(STAFF)
    + p(FORMULA)
)


@pytest.fixture
def written(house: House) -> House:
    return two_versions(house)


def two_versions(house: House) -> House:
    house.a_plan()
    for content in (OLD, NEW):
        actions.add_version(house.office, "tanto", "dx", "計画.docx", content, now=house.now)
    return house


# --- reading -------------------------------------------------------------------------------------------


def test_a_version_is_read_with_its_headings_and_tables(written: House) -> None:
    reader = Browser(written, "joho_bukai_1")
    shown = reader.see("/plans/dx/versions/1/text")
    assert '<h2 id="t0">第１章 目的</h2>' in shown and '<a href="#t0">第１章 目的</a>' in shown
    assert re.search(rf"<p[^>]*>{GOAL}</p>", shown)
    assert re.search(r"<tr[^>]*><td>４月</td><td>情報化推進部会</td></tr>", shown)


def test_what_a_document_says_is_text(written: House) -> None:
    reader = Browser(written, "tanto")
    for path in ("1/text", "compare?old=1&new=2", "compare?old=2&new=1"):
        shown = reader.see(f"/plans/dx/versions/{path}")
        assert "<script>alert" not in shown and "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_the_list_of_versions_leads_to_reading_and_comparing(written: House) -> None:
    shown = Browser(written, "mayor").see("/plans/dx")
    assert 'href="/plans/dx/versions/1/text"' in shown
    assert shown.count('href="/plans/dx/versions/compare?old=1&amp;new=2"') == 1
    assert "compare?old=0" not in shown and 'id="compare-old"' not in shown
    written.a_version()
    assert 'id="compare-old"' in Browser(written, "mayor").see("/plans/dx")


def test_a_version_that_cannot_be_read_says_why_and_can_be_saved(written: House) -> None:
    actions.add_version(
        written.office, "tanto", "dx", "図.png", b"\x89PNG\r\n\x1a\n" + bytes(30), now=written.now
    )
    reader = Browser(written, "tanto")
    shown = reader.see("/plans/dx/versions/3/text")
    assert "文字のない文書です" in shown and 'href="/plans/dx/versions/3"' in shown
    shown = reader.see("/plans/dx/versions/compare?old=2&new=3")
    assert "二つの版を比べられません。" in shown and "第3版: 文字のない文書です" in shown
    assert "文字のない文書です" in reader.see("/plans/dx/versions/compare.docx?old=2&new=3", 422)


def test_an_empty_document_says_so(written: House) -> None:
    actions.add_version(written.office, "tanto", "dx", "空.docx", word_file(p("")), now=written.now)
    assert "文書に文字がありません。" in Browser(written, "tanto").see("/plans/dx/versions/3/text")


PATHS = (
    "1/text",
    "tracked.docx?old=1&new=2",
    "compare?old=1&new=2",
    "compare.docx?old=1&new=2",
    "compare.xlsx?old=1&new=2",
)


@pytest.mark.parametrize("path", PATHS)
def test_versions_of_another_plan_and_versions_there_are_not_are_not_found(written: House, path: str) -> None:
    written.a_plan("other")
    reader = Browser(written, "tanto")
    assert "版「1」はありません" in reader.see(f"/plans/other/versions/{path}", 404)
    reader.see(f"/plans/none/versions/{path}", 404)
    reader.see(f"/plans/dx/versions/{path.replace('1', '9')}", 404)


@pytest.mark.parametrize("path", PATHS)
def test_who_is_not_signed_in_reads_nothing(written: House, path: str) -> None:
    answer = Browser(written).client.get(f"/plans/dx/versions/{path}", follow_redirects=False)
    assert answer.headers["location"].startswith("/sign-in")


def test_a_plan_without_a_version_has_nothing_to_compare(house: House) -> None:
    house.a_plan()
    Browser(house, "tanto").see("/plans/dx/versions/compare", 404)


# --- comparing -----------------------------------------------------------------------------------------


def test_a_comparison_says_what_changed(written: House) -> None:
    shown = Browser(written, "joho_bukai_1").see("/plans/dx/versions/compare?old=1&new=2")
    for words in ("変更 2 箇所", "追加 1", "削除 1", "移動 1", "数字の変更 2 箇所", "…1段落は変更なし"):
        assert words in shown
    assert '全庁の<del class="number">50</del>手続' in shown
    assert '全庁の<ins class="number">60</ins>手続' in shown
    assert '<ins class="number">５</ins>月 <span class="bar-between">|</span> 情報化推進部会' in shown
    assert "<del>これまでの経過は、別紙のとおりとする。</del>" in shown
    assert "「第２章 対象」の下へ移動" in shown and "「第１章 目的」の下から移動" in shown


def test_without_numbers_the_current_version_is_compared_with_the_one_before(written: House) -> None:
    actions.add_version(written.office, "tanto", "dx", "計画.docx", OLD, now=written.now)
    shown = Browser(written, "tanto").see("/plans/dx/versions/compare")
    assert "第2版から第3版への変更" in shown
    assert "二つの版は、同じファイルです。" in Browser(written, "tanto").see(
        "/plans/dx/versions/compare?old=1&new=3"
    )


def test_another_format_without_another_word_says_so(written: House) -> None:
    lines = f"# 第１章 目的\n{GOAL}\n".encode()
    for name, content in (("一.md", lines), ("二.md", lines.replace(b"\n", b"\n\n"))):
        actions.add_version(written.office, "tanto", "dx", name, content, now=written.now)
    assert "文字の違いはありません。" in Browser(written, "tanto").see("/plans/dx/versions/compare")


# --- the table of old and new -------------------------------------------------------------------------------


def test_the_table_of_old_and_new_as_word(written: House) -> None:
    answer = Browser(written, "tanto").client.get("/plans/dx/versions/compare.docx?old=1&new=2")
    assert answer.headers["content-disposition"].startswith(
        "attachment; filename=\"sakutei.docx\"; filename*=UTF-8''%E6%96%B0"
    )
    paper = word.Document(io.BytesIO(answer.content))
    assert [line.text for line in paper.paragraphs] == ["新旧対照表", "DX推進計画"]
    assert paper.sections[0].page_width > paper.sections[0].page_height
    rows = [[cell.text for cell in row.cells] for row in paper.tables[0].rows]
    assert rows[0] == ["旧（第1版）", "新（第2版）", "備考"]
    assert [SCOPE, SCOPE.replace("50", "60"), "変更（数字）"] in rows
    assert ["", FORMULA, "追加"] in rows
    assert [row[0] for row in rows if row[0] == row[1] == row[2]] == ["第１章 目的", "第２章 対象"]
    assert [STAFF, "", "移動元（第２章 対象）"] in rows
    changed = next(row for row in paper.tables[0].rows if row.cells[0].text == SCOPE)
    for cell, number in zip(changed.cells, ("50", "60"), strict=False):
        assert [run.text for run in cell.paragraphs[0].runs if run.underline] == [number]


def test_tracked_changes_accepted_are_the_new_text_and_rejected_the_old_one(written: House) -> None:
    answer = Browser(written, "tanto").client.get("/plans/dx/versions/tracked.docx?old=1&new=2")
    assert answer.headers["content-disposition"].startswith(
        "attachment; filename=\"sakutei.docx\"; filename*=UTF-8''%E5%A4%89"
    )
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        xml = archive.read("word/document.xml").decode()
    with written.office.reading() as db:
        new, old = queries.versions(db, written.plan())
    for kept, version in (("ins", new), ("del", old)):
        text = texts.text_of(written.office.files, version.sha256)
        assert not isinstance(text, Unreadable)
        assert _settled(xml, kept) == [" ".join(block.cells) for block in text]
    changes = set(re.findall(r'<w:(?:ins|del) w:id="\d+" w:author="([^"]+)" w:date="([^"]+)"', xml))
    (author, at), *others = changes
    assert not others and author == "担当 花子" and at == f"{written.now:%Y-%m-%dT%H:%M:%SZ}"


def _settled(xml: str, kept: str) -> list[str]:
    """The paragraphs and rows that are left when Word accepts (`ins`) or rejects (`del`) every change."""
    body = etree.fromstring(xml.encode()).find(qn("w:body"))
    other = qn("w:del" if kept == "ins" else "w:ins")
    found = []
    for part in body.iter(qn("w:p"), qn("w:tr")):
        if part.tag == qn("w:p") and part.getparent().tag == qn("w:tc"):
            continue
        marks = (
            part.find(f"{qn('w:pPr')}/{qn('w:rPr')}") if part.tag == qn("w:p") else part.find(qn("w:trPr"))
        )
        if marks is not None and marks.find(other) is not None:
            continue
        lines = [part] if part.tag == qn("w:p") else list(part.iter(qn("w:p")))
        words = [
            "".join(
                text.text or ""
                for text in line.iter(qn("w:t"), qn("w:delText"))
                if text.getparent().getparent().tag != other
            )
            for line in lines
        ]
        found.append(" ".join(words))
    return found


def test_the_table_of_old_and_new_as_excel_holds_no_formula(written: House) -> None:
    content = Browser(written, "tanto").client.get("/plans/dx/versions/compare.xlsx?old=1&new=2").content
    sheet = load_workbook(io.BytesIO(content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("見出し", "旧（第1版）", "新（第2版）", "備考")
    assert ("第２章 対象", SCOPE, SCOPE.replace("50", "60"), "変更（数字）") in rows
    assert {cell.data_type for row in sheet for cell in row if cell.value} == {"s"}
    assert [cell.quotePrefix for row in sheet for cell in row if cell.value == FORMULA] == [True]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        written_sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in written_sheet


def test_a_comparison_speaks_english(written: House) -> None:
    reader = Browser(written, "tanto")
    reader.client.cookies.set("sakutei-language", "en", domain="office.example.jp")
    assert "numbers changed in 2" in reader.see("/plans/dx/versions/compare?old=1&new=2")
    content = reader.client.get("/plans/dx/versions/compare.docx?old=1&new=2").content
    assert word.Document(io.BytesIO(content)).tables[0].rows[0].cells[0].text == "Old (version 1)"


# --- before a real screen ------------------------------------------------------------------------------


def test_both_pages_read_well_on_screen_and_phone(site: Site) -> None:
    two_versions(site.house)
    page = site.person("tanto")
    page.goto("/plans/dx#versions")
    page.get_by_role("link", name="読む").last.click()
    expect(page.get_by_role("heading", name="第２章 対象")).to_be_visible()
    must_read_well(page)
    page.goto("/plans/dx/versions/compare?old=1&new=2")
    for summary in every(page.locator("main summary")):
        summary.click()
    must_read_well(page)


def test_two_versions_are_chosen_without_scripts(site: Site) -> None:
    two_versions(site.house).a_version("第三の文")
    page = site.person("tanto", scripts=False)
    page.goto("/plans/dx#versions")
    page.get_by_label("比べる版（旧）").select_option("1")
    page.get_by_label("比べる版（新）").select_option("2")
    page.get_by_role("button", name="比べる").click()
    expect(page.get_by_role("heading", name="第1版から第2版への変更")).to_be_visible()
    expect(page.get_by_role("row", name="移動元")).to_contain_text(STAFF)
    page.emulate_media(media="print")
    expect(page.get_by_text("…1段落は変更なし").last).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
