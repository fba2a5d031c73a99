"""Text out of real documents, and out of those that are none, within bounds."""

import io
import json
import stat
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.support.documents import PAPERS, p, packed, pdf, run, table, word, workbook
from tests.support.seed_paper import PAPER
from workflow.cli.demo.docx import docx
from workflow.domain.comparison import Change, Comparison, Incomparable
from workflow.domain.errors import DocumentDamaged
from workflow.domain.texts import Kind, Text, Unreadable
from workflow.store import files, texts

MB = 1024**2


def read(store: Path, content: bytes) -> Text | Unreadable:
    return texts.text_of(store, files.keep(store, content))


def lines(store: Path, content: bytes) -> list[str]:
    text = read(store, content)
    assert isinstance(text, tuple), text
    return [block.text for block in text]


def shape(text: Text | Unreadable) -> list[tuple[str, int, bool]]:
    assert isinstance(text, tuple), text
    return [(block.kind.value, block.level, block.begins) for block in text]


# --- what is read ------------------------------------------------------------------------------------------

ROWS = ["月\t計画策定工程\t会議名", "４月\t骨子作成\t情報化推進部会", "５月\t素案作成\tICT推進・活用本部"]


@pytest.mark.parametrize("format", ["docx", "odt", "pdf"])
def test_a_paper_reads_the_same_in_every_format(tmp_path: Path, format: str) -> None:
    text = read(tmp_path, (PAPERS / f"policy.{format}").read_bytes())
    assert isinstance(text, tuple)
    without_space = ["".join(block.text.split()) for block in text]
    assert without_space[0] == "板橋区DX推進計画2025の策定方針について"
    assert without_space[2] == "１策定の目的"
    assert without_space[3].startswith("単なるICT化に留まらず、") and without_space[3].endswith(
        "目的とする。"
    )
    assert without_space[5:8] == ["".join(each.split()) for each in ROWS]
    assert [(place, block.level) for place, block in enumerate(text) if block.kind is Kind.HEADING] == [
        (0, 1),
        (2, 2),
        (4, 2),
    ]


@pytest.mark.parametrize("format", ["docx", "odt"])
def test_a_table_is_read_by_row_and_cell(tmp_path: Path, format: str) -> None:
    text = read(tmp_path, (PAPERS / f"policy.{format}").read_bytes())
    assert isinstance(text, tuple)
    assert [block.text for block in text if block.kind is Kind.ROW] == ROWS
    assert [block.begins for block in text if block.kind is Kind.ROW] == [True, False, False]


def test_the_seed_reads_line_by_line_with_its_numbered_titles(tmp_path: Path) -> None:
    text = read(tmp_path, PAPER.read_bytes())
    assert isinstance(text, tuple)
    titles = [block.text for block in text if block.kind is Kind.HEADING]
    assert {"２ 基本的な視点", "３ 計画名称の変更", "４ 計画の位置づけ"} <= set(titles)
    assert len(text) == len([line for line in PAPER.read_text("utf-8").splitlines() if line.strip()])


def test_a_paper_of_the_demonstration_is_read(tmp_path: Path) -> None:
    assert lines(tmp_path, docx("第１章 目的", "区民の<利便>を図る。", "")) == [
        "第１章 目的",
        "区民の<利便>を図る。",
    ]


def test_word_is_read_as_with_its_changes_accepted_and_without_the_reading_beside_words(
    tmp_path: Path,
) -> None:
    insertion = f'<w:ins w:id="1" w:author="x">{run("入")}</w:ins>'
    deletion = '<w:del w:id="2" w:author="x"><w:r><w:delText>消</w:delText></w:r></w:del>'
    moved = f'<w:moveFrom w:id="3" w:author="x">{run("移")}</w:moveFrom>'
    ruby = f"<w:r><w:ruby><w:rt>{run('いたばし')}</w:rt><w:rubyBase>{run('板橋')}</w:rubyBase></w:ruby></w:r>"
    box = f"<w:r><w:pict><w:txbxContent>{p('枠の中')}</w:txbxContent></w:pict></w:r>"
    content = (
        f"<w:p>{run('前')}{insertion}{deletion}{moved}{ruby}{box}</w:p>"
        f"<w:sdt><w:sdtContent>{p('欄の中')}</w:sdtContent></w:sdt>{table(['月', '会議'], ['', ''])}{table(['年'])}"
    )
    notes = f'<w:footnotes xmlns:w="{_W}"><w:footnote w:id="1">{p("注の文")}</w:footnote></w:footnotes>'
    text = read(tmp_path, word(content, footnotes=notes))
    assert isinstance(text, tuple)
    assert [block.text for block in text] == ["前入板橋", "枠の中", "欄の中", "月\t会議", "年", "注の文"]
    assert [block.begins for block in text if block.kind is Kind.ROW] == [True, True]


_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def test_a_heading_of_word_is_one_by_its_level_or_its_style(tmp_path: Path) -> None:
    styles = (
        f'<w:styles xmlns:w="{_W}">'
        '<w:style w:styleId="a"><w:name w:val="heading 2"/></w:style>'
        '<w:style w:styleId="b"><w:name w:val="区の見出し"/><w:basedOn w:val="a"/></w:style></w:styles>'
    )
    content = (
        p("一", '<w:outlineLvl w:val="0"/>')
        + p("二", '<w:pStyle w:val="a"/>')
        + p("三", '<w:pStyle w:val="b"/>')
        + p("四", '<w:outlineLvl w:val="9"/>')
    )
    assert shape(read(tmp_path, word(content, styles=styles))) == [
        ("heading", 1, False),
        ("heading", 2, False),
        ("heading", 2, False),
        ("paragraph", 0, False),
    ]


def test_a_level_of_any_length_leaves_the_paper_readable(tmp_path: Path) -> None:
    absurd = word(p("一", f'<w:outlineLvl w:val="{"9" * 5000}"/>'))
    assert lines(tmp_path, absurd) == ["一"]


def test_a_workbook_is_read_sheet_by_sheet(tmp_path: Path) -> None:
    text = read(
        tmp_path, workbook(予算=[["年度", "額"], ["令和５", 1200.0], [None, None], ["計", 1.5]], 空=[])
    )
    assert isinstance(text, tuple)
    assert [block.text for block in text] == ["予算", "年度\t額", "令和５\t1200", "計\t1.5"]
    assert shape(text) == [("heading", 1, False), ("row", 0, True), ("row", 0, False), ("row", 0, False)]


def test_a_workbook_of_another_program_is_read(tmp_path: Path) -> None:
    read_lines = lines(tmp_path, (PAPERS / "schedule.xlsx").read_bytes())
    assert read_lines[1:] == ["月\t計画策定工程\t件数", "４月\t骨子作成\t1200", "５月\t素案作成\t1.5"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_markdown_has_headings_and_tables(tmp_path: Path, encoding: str) -> None:
    text = read(
        tmp_path, "# 方針\n\n目的を示す。\n\n| 月 | 会議 |\n|---|:--|\n| 4月 | 部会 |\n".encode(encoding)
    )
    assert isinstance(text, tuple)
    assert [block.text for block in text] == ["方針", "目的を示す。", "月\t会議", "4月\t部会"]
    assert shape(text)[0] == ("heading", 1, False)


def test_the_number_of_a_page_is_no_paragraph(tmp_path: Path) -> None:
    page = "BT /F 12 Tf 72 700 Td (The plan{}) Tj ET BT /F 12 Tf 290 40 Td (- {} -) Tj ET"
    written = pdf(page.format("", 1), page.format(" of the city for the coming year", 2))
    assert lines(tmp_path, written) == ["The plan", "The plan of the city for the coming year"]


def test_the_lines_of_a_paragraph_are_one_also_over_the_end_of_a_page(tmp_path: Path) -> None:
    first = (
        "BT /F 12 Tf 72 700 Td (The plan of the city for the) Tj 0 -16 Td (coming year and the years) Tj ET"
    )
    second = "BT /F 12 Tf 72 700 Td (after it.) Tj ET"
    assert lines(tmp_path, pdf(first, second)) == [
        "The plan of the city for the coming year and the years after it."
    ]


@pytest.mark.parametrize("content", [docx(), word("<w:p/>"), workbook(空=[]), b"\n \n"])
def test_an_empty_document_has_an_empty_text(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path, content) == ()


# --- what is not -------------------------------------------------------------------------------------------

_ENTITIES = '<!DOCTYPE x [<!ENTITY a "いろは"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "file:///etc/hostname">]>'
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:"
_ODT = (
    f'<o:document-content xmlns:o="{_TEXT}office:1.0" xmlns:t="{_TEXT}text:1.0"><o:body><o:text>'
    "<t:p>方針&b;</t:p></o:text></o:body></o:document-content>"
)


def _declaring(content: bytes, name: str, put: str) -> bytes:
    """A document with entities declared in a file of its archive, and used there."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts: dict[str, str | bytes] = {each: archive.read(each) for each in archive.namelist()}
    part = _as_text(parts[name]).replace(put, f"{put}&b;", 1)
    head, _, rest = part.rpartition("?>")
    assert put in part
    return packed({**parts, name: f"{head}?>{_ENTITIES}{rest}" if head else f"{_ENTITIES}{part}"})


def _as_text(part: str | bytes) -> str:
    return part.decode() if isinstance(part, bytes) else part


UNREADABLE = {
    "a password on Word": ((PAPERS / "locked.docx").read_bytes(), Unreadable.LOCKED),
    "a password on PDF": ((PAPERS / "locked.pdf").read_bytes(), Unreadable.LOCKED),
    "a scan": (pdf("0 0 595 842 re f", "10 10 20 20 re f"), Unreadable.SCAN),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(30), Unreadable.SCAN),
    "half a PDF": ((PAPERS / "policy.pdf").read_bytes()[:60], Unreadable.BROKEN),
    "half a Word file": ((PAPERS / "policy.docx").read_bytes()[:4000], Unreadable.BROKEN),
    "Word without XML": (packed({"[Content_Types].xml": "x", "word/document.xml": "<w:p>"}), Unreadable.BROKEN),
    "a workbook without sheets": (
        packed({"[Content_Types].xml": "x", "xl/workbook.xml": "<x/>"}),
        Unreadable.BROKEN,
    ),
    "entities in Word": (_declaring(word(p("方針")), "word/document.xml", "方針"), Unreadable.BROKEN),
    "entities in OpenDocument": (
        packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": f"{_ENTITIES}{_ODT}"}),
        Unreadable.BROKEN,
    ),
    "entities in Excel": (
        _declaring(workbook(表=[["Plan"]]), "xl/worksheets/sheet1.xml", "Plan"),
        Unreadable.BROKEN,
    ),
    "an old Word file": (
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + "WordDocument".encode("utf-16-le"),
        Unreadable.OTHER_KIND,
    ),
    "no document": (b"\x00\x01\x02\x03nothing", Unreadable.BROKEN),
    "a zip bomb": (
        packed({"[Content_Types].xml": "x", "word/document.xml": b" " * (101 * MB)}),
        Unreadable.TOO_LARGE,
    ),
    "a workbook of small bombs": (
        packed(
            {
                "[Content_Types].xml": "x",
                "xl/workbook.xml": "<x/>",
                **{f"xl/worksheets/sheet{each}.xml": b" " * (30 * MB) for each in range(4)},
            }
        ),
        Unreadable.TOO_LARGE,
    ),
    "too long a text": ("いろは\n".encode() * 100_001, Unreadable.TOO_LARGE),
    "too long a paragraph": (word(p("い" * 4_000_000)), Unreadable.TOO_LARGE),
    "too deep a document": (word("<w:ins>" * 5000 + "</w:ins>" * 5000), Unreadable.TOO_LARGE),
}  # fmt: skip


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_read_says_why(tmp_path: Path, what: str) -> None:
    content, why = UNREADABLE[what]
    assert read(tmp_path, content) is why


def test_a_line_that_is_nearly_the_rule_of_a_table_is_read_at_once(tmp_path: Path) -> None:
    began = time.perf_counter()
    assert len(lines(tmp_path, ("|" + "-" * 100_000 + "x|\n").encode())) == 1
    assert time.perf_counter() - began < 10


def test_a_cell_far_away_is_read_without_those_before_it(tmp_path: Path) -> None:
    book = Workbook()
    book.active["A1048576"] = "遠い"  # type: ignore[index]
    kept = io.BytesIO()
    book.save(kept)
    began = time.perf_counter()
    assert lines(tmp_path, kept.getvalue()) == ["Sheet", "遠い"]
    assert time.perf_counter() - began < 20


def test_what_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "LONGEST_READING", 0.001)
    sha256 = files.keep(tmp_path, docx("方針"))
    assert texts.text_of(tmp_path, sha256) is Unreadable.BUSY
    monkeypatch.undo()
    assert isinstance(texts.text_of(tmp_path, sha256), tuple)


# --- kept --------------------------------------------------------------------------------------------------


def test_a_text_is_read_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    sha256 = files.keep(tmp_path, docx("方針"))
    first = texts.text_of(tmp_path, sha256)
    (kept,) = tmp_path.glob("*/*.text.json")
    assert kept.name == f"{sha256}.text.json" and stat.S_IMODE(kept.stat().st_mode) == 0o600
    written = kept.stat().st_mtime_ns
    assert texts.text_of(tmp_path, sha256) == first
    assert kept.stat().st_mtime_ns == written
    assert files.read(tmp_path, sha256) == docx("方針")


def test_a_document_that_many_open_at_once_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = files.keep(tmp_path, docx("方針"))
    reads = list[str]()
    extracted = texts._extracted

    def counted(store: Path, sha256: str) -> object:
        reads.append(sha256)
        return extracted(store, sha256)

    monkeypatch.setattr(texts, "_extracted", counted)
    with ThreadPoolExecutor(5) as readers:
        found = list(readers.map(lambda _: texts.text_of(tmp_path, sha256), range(5)))
    assert found == [found[0]] * 5 and reads == [sha256]


@pytest.mark.parametrize("written", ["", "{", "[]", '{"format": 0, "made": []}'])
def test_a_text_kept_otherwise_is_read_anew(tmp_path: Path, written: str) -> None:
    sha256 = files.keep(tmp_path, docx("方針"))
    place = files.path_of(tmp_path, sha256)
    place.with_name(f"{sha256}.text.json").write_text(written)
    assert [block.text for block in texts.text_of(tmp_path, sha256)] == ["方針"]  # type: ignore[union-attr]
    assert json.loads(place.with_name(f"{sha256}.text.json").read_text())["made"]


def test_a_comparison_is_made_once_and_kept(tmp_path: Path) -> None:
    old, new = (files.keep(tmp_path, docx("第１章", f"対象は{count}件とする。")) for count in (5, 6))
    first = texts.comparison_of(tmp_path, old, new)
    assert isinstance(first, Comparison) and first.count(Change.CHANGED) == 1
    (kept,) = tmp_path.glob("*/*.comparison.json")
    assert kept.name == f"{new}.{old}.comparison.json" and stat.S_IMODE(kept.stat().st_mode) == 0o600
    written = kept.stat().st_mtime_ns
    assert texts.comparison_of(tmp_path, old, new) == first
    assert kept.stat().st_mtime_ns == written
    for text in tmp_path.glob("*/*.text.json"):
        text.unlink()
    assert texts.comparison_of(tmp_path, old, new) == first
    assert not list(tmp_path.glob("*/*.text.json"))
    back = texts.comparison_of(tmp_path, new, old)
    assert isinstance(back, Comparison) and back != first


def test_of_what_cannot_be_compared_is_said_which_and_why(tmp_path: Path) -> None:
    good, bad = files.keep(tmp_path, docx("方針")), files.keep(tmp_path, b"\x00\x01")
    assert texts.comparison_of(tmp_path, good, bad) == Incomparable(None, Unreadable.BROKEN)
    assert texts.comparison_of(tmp_path, bad, good) == Incomparable(Unreadable.BROKEN, None)


def test_a_store_nobody_can_write_to_still_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = files.keep(tmp_path, docx("方針"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "keep_made_of", full)
    assert isinstance(texts.text_of(tmp_path, sha256), tuple)


def test_a_document_that_was_changed_is_not_read(tmp_path: Path) -> None:
    sha256 = files.keep(tmp_path, docx("方針"))
    files.path_of(tmp_path, sha256).write_bytes(docx("別"))
    with pytest.raises(DocumentDamaged):
        texts.text_of(tmp_path, sha256)
