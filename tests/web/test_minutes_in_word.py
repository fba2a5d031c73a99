"""Minutes that are edited in Word: taken out as a document, edited there, compared with the text that stands, and taken back."""

import html
import io
import re
from collections.abc import Callable

import docx
import pytest
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from httpx import Response
from sqlalchemy import select

from definitions.terms import Outcome
from tests.support.documents import p, packed, table, word
from tests.support.scenario import LONG_AGO, House
from tests.support.web_client import Browser
from workflow import actions
from workflow.actions import Spoken
from workflow.domain.events import Tag
from workflow.domain.minutes import MinutesKind, MinutesState, Speaker
from workflow.queries.minutes import MinutesVersion, minutes_versions
from workflow.store import files
from workflow.store.proof import prove
from workflow.store.tables import Event

OFFICE, CHAIR, MEMBER = "joho_bukai_office", "joho_bukai_chair", "joho_bukai_1"
FULL = MinutesKind.FULL
HERE = "/meetings/1/minutes"


@pytest.fixture
def secretary(house: House) -> Browser:
    """The 事務局 of the 部会, whose meeting is over and has a draft of its 会議録."""
    house.a_person("fukushi")
    actions.add_department(house.office, "admin", "welfare", "福祉課", now=house.now)
    actions.post(house.office, "admin", "fukushi", "welfare", LONG_AGO, now=house.now)
    house.a_plan()
    house.a_version()
    item = house.an_item("policy_bukai")
    said = Spoken(Speaker.GUEST, "三百万円である。\n内訳は資料のとおり。", name="IT推進課長 山田 太郎")
    actions.record_speech(house.office, OFFICE, item, said, now=house.now)
    actions.record_outcome(house.office, OFFICE, item, Outcome.APPROVED, now=house.now)
    actions.close_meeting(house.office, OFFICE, 1, now=house.now)
    actions.draft_minutes(house.office, OFFICE, 1, FULL, now=house.now)
    return Browser(house, OFFICE)


def newest(house: House) -> MinutesVersion:
    with house.office.reading() as db:
        return next(each for each in minutes_versions(db, 1, drafts=True) if each.kind is FULL)


def taken_out(browser: Browser, version: int = 1) -> Document:
    answer = browser.client.get(f"{HERE}/full/{version}.docx")
    assert answer.status_code == 200
    return docx.Document(io.BytesIO(answer.content))


def bytes_of(paper: Document) -> bytes:
    kept = io.BytesIO()
    paper.save(kept)
    return kept.getvalue()


def sent(
    browser: Browser, content: bytes, name: str = "会議録.docx", *, kind: str = "full", meeting: int = 1
) -> Response:
    return browser.client.post(
        f"/meetings/{meeting}/minutes/{kind}/word",
        data={"csrf": browser.csrf},
        files={"document": (name, content)},
    )


def fields(page: str) -> dict[str, str]:
    """The hidden fields of the form that takes the text."""
    form = page[page.index("<main") :]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in found if name != "csrf"}


def taken_back(browser: Browser, content: bytes) -> str:
    """Send the document, and take its text; the text of the draft afterwards."""
    answer = sent(browser, content)
    assert answer.status_code == 200, answer.text
    browser.send(f"{HERE}/full/edit", **fields(answer.text))
    return newest(browser.house).text


def line(paper: Document, words: str) -> Paragraph:
    return next(each for each in paper.paragraphs if words in each.text)


def tracked(paragraph: Paragraph, tag: str, text: str) -> None:
    """Put a run into the paragraph as a tracked change."""
    run = paragraph.add_run(text)._element
    if tag == "w:del":
        for part in run.findall(qn("w:t")):
            part.tag = qn("w:delText")
    change = OxmlElement(tag)
    for name, value in (("id", "1"), ("author", "課長"), ("date", "2023-03-09T00:00:00Z")):
        change.set(qn(f"w:{name}"), value)
    run.addprevious(change)
    change.append(run)


# --- there and back ----------------------------------------------------------------------------------------


def test_a_document_that_nobody_edited_changes_nothing(secretary: Browser) -> None:
    paper = taken_out(secretary)
    was = newest(secretary.house)
    assert [each.text for each in paper.paragraphs] == was.text.rstrip().split("\n")
    answer = sent(secretary, bytes_of(paper))
    assert "同じです。取り込むものはありません" in answer.text and "この文を案にする" not in answer.text
    assert newest(secretary.house) == was


def test_the_items_are_headings_in_word(secretary: Browser) -> None:
    paper = taken_out(secretary)
    headed = [each.text for each in paper.paragraphs if each.style and each.style.name == "Heading 2"]
    assert "議題1　DX推進計画（策定方針・部会での検討）" in headed and "６　議題、経過及び結果" in headed
    assert paper.sections[0].page_width == 7560310 and paper.sections[0].page_height == 10692130  # A4


def test_an_edited_paragraph_is_compared_and_becomes_the_draft(secretary: Browser) -> None:
    paper, was = taken_out(secretary), newest(secretary.house)
    line(paper, "三百万円").text = "　（IT推進課長 山田 太郎）四百万円である。"
    content = bytes_of(paper)
    answer = sent(secretary, content)
    assert '<del class="number">三百万</del>' in answer.text
    assert '<ins class="number">四百万</ins>' in answer.text
    assert newest(secretary.house) == was, "it is shown before it is taken"
    assert taken_back(secretary, content) == was.text.replace("三百万", "四百万")
    kept = newest(secretary.house)
    assert (kept.version, kept.state, kept.edited) == (1, MinutesState.DRAFT, True)
    with secretary.house.office.reading() as db:
        assert db.scalars(select(Event.tag).order_by(Event.seq.desc())).first() == Tag.MINUTES_EDITED
    assert prove(secretary.house.office).findings == []


def test_a_document_brought_back_after_a_round_changes_nothing_the_second_time(secretary: Browser) -> None:
    paper = taken_out(secretary)
    paper.add_paragraph("　末尾の\t字下げ  と空白")
    paper.add_paragraph("")
    paper.add_paragraph("終わり")
    once = taken_back(secretary, bytes_of(paper))
    assert once.endswith("　末尾の\t字下げ  と空白\n\n終わり\n")
    assert "同じです" in sent(secretary, bytes_of(taken_out(secretary))).text


def test_a_table_a_broken_line_and_a_footnote_are_not_lost(secretary: Browser) -> None:
    notes = (
        '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f'<w:footnote w:id="2">{p("脚注の文")}</w:footnote></w:footnotes>'
    )
    body = (
        p("議題1　貼り付けた段落")
        + "<w:p><w:r><w:t>一行目</w:t><w:br/><w:t>二行目</w:t></w:r></w:p>"
        + table(("指標", "目標"), ("件数", "１２"))
    )
    content = word(body, footnotes=notes)
    shown = sent(secretary, content).text
    assert "脚注は、文の終わりに置きました" in shown and "かどうか分かりません" in shown
    assert taken_back(secretary, content) == (
        "議題1　貼り付けた段落\n一行目\n二行目\n指標\t目標\n件数\t１２\n脚注の文\n"
    )


def test_tracked_changes_count_as_accepted_and_the_page_says_so(secretary: Browser) -> None:
    paper = taken_out(secretary)
    about = line(paper, "三百万円")
    tracked(about, "w:del", "消した文。")
    tracked(about, "w:ins", "足した文。")
    gone, kept = paper.add_paragraph("前の段落と"), paper.add_paragraph("続く")
    marks = OxmlElement("w:rPr")
    marks.append(OxmlElement("w:del"))
    gone._p.get_or_add_pPr().append(marks)
    assert kept.text == "続く"
    content = bytes_of(paper)
    shown = sent(secretary, content).text
    assert "変更履歴は、すべて承諾したものとして読みました" in shown
    text = taken_back(secretary, content)
    assert "足した文。" in text and "消した文。" not in text and text.endswith("\n前の段落と続く\n")


def test_what_word_has_besides_its_text_is_told(secretary: Browser) -> None:
    paper = taken_out(secretary)
    paper.add_paragraph("自動の番号", style="List Number")
    paper.sections[0].header.paragraphs[0].text = "取扱注意"
    shown = sent(secretary, bytes_of(paper)).text
    assert "自動で付けた番号" in shown and "ヘッダー及びフッターは取り込みません" in shown
    assert "コメントは" not in shown and "図と画像は" not in shown and "変更履歴は" not in shown


def test_only_other_spaces_are_told_as_such_and_can_be_taken(secretary: Browser) -> None:
    paper = taken_out(secretary)
    line(paper, "内訳は").text = "内訳は資料のとおり。"
    shown = sent(secretary, bytes_of(paper)).text
    assert "空白と空の行だけが違います" in shown and "この文を案にする" in shown


# --- whoever else edits ------------------------------------------------------------------------------------


def test_an_edit_made_since_the_download_is_shown_as_what_would_be_lost(secretary: Browser) -> None:
    paper = taken_out(secretary)
    edited = newest(secretary.house).text + "画面で足した文。\n"
    secretary.send(f"{HERE}/full/edit", minutes=edited, seen="0")
    paper.add_paragraph("Word で足した文。")
    shown = sent(secretary, bytes_of(paper)).text
    assert "その直しは失われます" in shown and "<del>画面" in shown
    fresh = sent(secretary, bytes_of(taken_out(secretary))).text
    assert "その直しは失われます" not in fresh


def test_an_edit_made_since_the_comparison_refuses_the_text_and_keeps_it(secretary: Browser) -> None:
    paper = taken_out(secretary)
    paper.add_paragraph("Word で足した文。")
    waiting = fields(sent(secretary, bytes_of(paper)).text)
    secretary.send(f"{HERE}/full/edit", minutes="画面で直した文。", seen="0")
    refused = secretary.send(f"{HERE}/full/edit", 409, **waiting)
    assert "ほかの人が会議録を直しました" in refused and "Word で足した文。" in refused
    assert newest(secretary.house).text == "画面で直した文。"


def test_a_final_text_edited_in_word_becomes_a_correction_with_a_reason(secretary: Browser) -> None:
    house, paper = secretary.house, taken_out(secretary)
    secretary.do(f"{HERE}/full/put")
    assert "会長の確認待ち" in sent(secretary, bytes_of(paper)).text, "the chair reads what stands"
    Browser(house, CHAIR).send(f"{HERE}/full/confirm", seen="0")
    paper.add_paragraph("訂正の文。")
    asked = fields(sent(secretary, bytes_of(paper)).text)
    secretary.send(HERE, **asked, reason="誤り")
    kept = newest(house)
    assert (kept.version, kept.state, kept.reason) == (2, MinutesState.DRAFT, "誤り")
    assert kept.text.endswith("訂正の文。\n")
    assert [each.text for each in taken_out(secretary, 1).paragraphs][-1] != "訂正の文。"


# --- what is not taken -------------------------------------------------------------------------------------

BROKEN = packed({"[Content_Types].xml": "wordprocessingml.document.main+xml", "word/document.xml": "x"})
REFUSED: dict[str, tuple[str, bytes, str]] = {
    "text": ("会議録.txt", "議事".encode(), "Word 文書（docx）ではありません"),
    "PDF under the name of a Word document": ("会議録.docx", b"%PDF-1.4\n%%EOF", "名前と合いません"),
    "empty file": ("会議録.docx", b"", "ファイルが空です"),
    "no text": ("会議録.docx", word(p("") + p("　")), "に文字がありません"),
    "broken": ("会議録.docx", BROKEN, "を読めません"),
    "too long": ("会議録.docx", word(p("議" * 100_001)), "100000 文字以内"),
    "macros": (
        "会議録.docx",
        packed(
            {
                "[Content_Types].xml": "wordprocessingml.document.main+xml",
                "word/document.xml": "<x/>",
                "word/vbaProject.bin": "x",
            }
        ),
        "マクロ",
    ),
}


@pytest.mark.parametrize("which", REFUSED)
def test_what_cannot_be_taken_is_refused_with_what_mends_it(secretary: Browser, which: str) -> None:
    name, content, words = REFUSED[which]
    was = newest(secretary.house)
    answer = sent(secretary, content, name)
    assert 400 <= answer.status_code < 500 and words in answer.text
    assert was.text.split("\n")[0] in answer.text, "the page of the minutes is shown again"
    assert newest(secretary.house) == was


def declaring(entity: str) -> bytes:
    """A Word document that declares an entity and uses it."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    main = f'<!DOCTYPE x [<!ENTITY a {entity}>]><w:document xmlns:w="{space}"><w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>'
    return packed({"[Content_Types].xml": "wordprocessingml.document.main+xml", "word/document.xml": main})


@pytest.mark.parametrize("entity", ['"いろは"', 'SYSTEM "file:///etc/hostname"'])
def test_a_document_that_declares_entities_is_refused(secretary: Browser, entity: str) -> None:
    answer = sent(secretary, declaring(entity))
    assert answer.status_code == 422 and "を読めません" in answer.text and "いろは" not in answer.text


def test_what_unpacks_beyond_bounds_is_refused(secretary: Browser) -> None:
    bomb = word(p("x" * 120_000_000))
    answer = sent(secretary, bomb)
    assert answer.status_code == 422 and "中身が大きすぎます" in answer.text


def test_a_document_too_large_is_refused(secretary: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST", 1000)
    assert sent(secretary, word(p("議事")) + b" " * 5000).status_code in (413, 422)


def test_markup_in_a_document_stays_words(secretary: Browser) -> None:
    content = word(p("議題1　<script>alert(1)</script>") + p('"><b>'))
    shown = sent(secretary, content).text
    assert "<script>alert(1)" not in shown and "&lt;script&gt;" in shown
    assert taken_back(secretary, content) == '議題1　<script>alert(1)</script>\n"><b>\n'


def test_another_meetings_document_and_another_text_are_refused(secretary: Browser) -> None:
    actions.draft_minutes(secretary.house.office, OFFICE, 1, FULL, anew=True, now=secretary.house.now)
    paper = taken_out(secretary)
    assert "この文" not in (refused := sent(secretary, bytes_of(paper), kind="summary")).text.split("<h2")[0]
    assert refused.status_code == 422 and "会議 1 の会議録です" in refused.text
    assert "会議 1 の概要の Word を選んでください" in refused.text
    marked = paper.core_properties.keywords
    paper.core_properties.keywords = marked.replace("-1-full", "-7-full")
    refused = sent(secretary, bytes_of(paper))
    assert refused.status_code == 422 and "会議 7 の会議録です" in refused.text


# --- who ---------------------------------------------------------------------------------------------------


def test_only_who_keeps_the_minutes_sends_a_text(secretary: Browser) -> None:
    content = bytes_of(taken_out(secretary))
    for key in (MEMBER, CHAIR, "tanto", "fukushi"):
        assert sent(Browser(secretary.house, key), content).status_code == 403, key
    assert (
        secretary.client.post(f"{HERE}/full/word", files={"document": ("a.docx", content)}).status_code == 403
    )


def status_of(house: House) -> Callable[[str, int], int]:
    def asked(key: str, version: int) -> int:
        return int(Browser(house, key).client.get(f"{HERE}/full/{version}.docx").status_code)

    return asked


def test_a_version_is_had_as_word_by_who_reads_it_on_the_page(secretary: Browser) -> None:
    house, asked = secretary.house, status_of(secretary.house)
    assert (asked(OFFICE, 1), asked(CHAIR, 1)) == (200, 200)
    assert asked(MEMBER, 1) == 404, "a member reads no draft"
    assert asked(OFFICE, 2) == 404
    secretary.do(f"{HERE}/full/put")
    Browser(house, CHAIR).send(f"{HERE}/full/confirm", seen="0")
    secretary.send(HERE, text="full", minutes="訂正中の文", reason="誤り")
    assert (asked(MEMBER, 1), asked(MEMBER, 2), asked(CHAIR, 2)) == (200, 404, 200)
    assert "full/1.docx" in Browser(house, MEMBER).see(HERE)
    assert asked("fukushi", 1) == 403, "who reads the day and the place alone"
    assert Browser(house).client.get(f"{HERE}/full/1.docx", follow_redirects=False).status_code in (303, 401)
