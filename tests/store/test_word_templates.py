"""Word templates: every fault by its place and its mend, and nothing of a template or a value runs."""

import sys
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from tests.support import default_sheets
from workflow.domain.sheets import (
    MeetingSheet,
    SheetItem,
    SheetKind,
    example_of,
    names_of,
    placeholders,
    sheet_of,
    values_of,
)
from workflow.store import bounded_process, word_template_process, word_templates
from workflow.store.bounded_process import OutOfBounds, run_bounded
from workflow.store.word_templates import fault_words, faults_of, filled
from workflow.wire.sheets.documents import ours

NAMES, EXAMPLE = names_of(MeetingSheet), example_of(MeetingSheet)

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(*paragraphs: str) -> Path:
        paper = docx.Document()
        for words in paragraphs:
            paper.add_paragraph(words)
        paper.save(str(tmp_path / "template.docx"))
        return tmp_path / "template.docx"

    return written


def faults(template: Path) -> list[str]:
    """What is wrong with the template as it is read, without a process of its own."""
    return [fault_words(each) for each in word_template_process.faults(template, NAMES)]


def text_of(content: bytes) -> str:
    paper = docx.Document(BytesIO(content))
    cells = (cell.text for table in paper.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(each.text for each in paper.paragraphs), *cells])


@pytest.mark.parametrize("kind", SheetKind)
def test_the_templates_that_come_with_the_product_have_no_fault_and_are_those_of_the_script(
    kind: SheetKind,
) -> None:
    sheet = sheet_of(kind)
    assert faults_of(ours(kind), names_of(sheet), example_of(sheet)) == []
    with zipfile.ZipFile(ours(kind)) as kept:
        body = kept.read("word/document.xml")
    made = BytesIO()
    default_sheets.template(kind).save(made)
    with zipfile.ZipFile(made) as anew:
        assert anew.read("word/document.xml") == body


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("{{ 会議名称 }}", "「会議名称」という差込みはありません。「会議名」のことですか"),
        ("{% for 議題 in 議題一覧 %}{{ 議題.題名 }}{% endfor %}", "「議題.題名」"),
        ("{{ 議題一覧 }}", "「議題一覧」は一覧です"),
        ("{% for 議題 in 会議名 %}{{ 議題 }}{% endfor %}", "「会議名」は一覧でない"),
        ("{{ 会議名", "印が閉じていません"),
        ("会議名 }}", "印が閉じていません"),
        ("{% for 議題 in 議題一覧 %}{{ 議題.名称 }}", "{% endfor %}"),
        ("{% endif %}", "差込みを読めません"),
        ("｛｛ 会議名 ｝｝", "全角"),
        ("{{p 会議名 }}", "「{{p」は使えません"),
        ("{% for 議題 in 議題一覧 %}", "差込みを読めません"),
    ],
)
def test_a_fault_is_told_with_its_name_and_its_mend(write: Write, words: str, said: str) -> None:
    found = faults(write("会議の書類", words))
    assert any(said in each for each in found), found
    assert any("本文" in each for each in found)


def test_every_unknown_placeholder_is_told_at_once_and_in_its_part(write: Write) -> None:
    template = write("{{ 会議めい }}", "{{ ばしょ }}", "｛｛ 場所 ｝｝")
    paper = docx.Document(str(template))
    paper.sections[0].header.paragraphs[0].text = "{{ 庁めい }}"
    paper.save(str(template))
    found = "\n".join(faults(template))
    assert "会議めい" in found and "全角" in found and "ばしょ" in found and "ヘッダー: 「庁めい」" in found


@pytest.mark.parametrize(
    "words",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ 会議名.__class__ }}",
        "{{ 会議名.upper() }}",
        "{{ 議題一覧.append(1) }}",
        "{% for i in range(10**9) %}{{ i }}{% endfor %}",
        "{{ 'a'*10**10 }}",
        "{{ 10**10**10 }}",
        "{{ lipsum() }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ namespace() }}",
        "{{ self.__init__ }}",
        "{{ self }}",
        "{{ 会議名|attr('__class__') }}",
        "{{ 会議名|format }}",
        "{{ 会議名|safe }}",
        "{{ 議題一覧|map(attribute='__class__') }}",
        "{{ '{0.__class__}'.format(会議名) }}",
        "{{ '%s' % 会議名 }}",
        "{% include '/etc/passwd' %}",
        "{% import '/etc/passwd' as x %}",
        "{% extends '/etc/passwd' %}",
        "{% macro x() %}{{ x() }}{% endmacro %}",
        "{% set x = 会議名 %}",
        "{% autoescape false %}{{ 会議名 }}{% endautoescape %}",
        "{% filter upper %}a{% endfilter %}",
        "{% block x %}{% endblock %}",
        "{% for a in 議題一覧 recursive %}{{ loop(a) }}{% endfor %}",
        "{% for a in 議題一覧 %}{% for b in 議題一覧 %}{% for c in 議題一覧 %}{% for d in 議題一覧 %}x{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
        "{{ 会議名[0] }}",
        "{% for a in 議題一覧 %}{{ loop.__init__ }}{% endfor %}",
        "{% for a in 議題一覧 %}{{ a.items }}{% endfor %}",
        "{% if 会議名 is defined %}x{% endif %}",
        "{{ [1,2] }}",
        "{{ debug }}",
        "{% debug %}",
    ],
)
def test_a_template_that_would_do_more_than_name_loop_and_ask_is_refused(write: Write, words: str) -> None:
    assert faults(write(words))


def test_a_stored_template_that_is_refused_today_is_not_filled(write: Write) -> None:
    with pytest.raises(Exception, match="使えません"):
        filled(write("{{ ''.__class__ }}"), NAMES, [EXAMPLE])


HOSTILE = "</w:t></w:r><w:r><w:instrText>DDE</w:instrText>{{ 7*7 }}{% for x in y %}<![CDATA[&x;{_{ 8*8 }_}\x07\x0c\x00\ufffe"


def test_a_value_is_text_whatever_it_looks_like(write: Write) -> None:
    sheet = MeetingSheet(
        title=HOSTILE, minutes="一行目\n二行目\t表", items=(SheetItem(title=HOSTILE, number="1"),)
    )
    template = write(
        "{{ 会議名 }}", "{{ 議事要旨 }}", "{% for 議題 in 議題一覧 %}{{ 議題.名称 }}{% endfor %}"
    )
    paper = docx.Document(str(template))
    paper.sections[0].footer.paragraphs[0].text = "{{ 会議名 }}"
    paper.save(str(template))
    [made] = filled(template, NAMES, [values_of(sheet)])
    said = text_of(made)
    assert said.count("<w:instrText>DDE</w:instrText>{{ 7*7 }}{% for x in y %}<![CDATA[&x;") == 2
    assert "49" not in said and "64" not in said and "一行目\n二行目\t表" in said
    with zipfile.ZipFile(BytesIO(made)) as kept:
        assert b"instrText>" not in kept.read("word/document.xml").replace(b"&lt;w:instrText&gt;", b"")
        assert b"&lt;/w:t&gt;" in kept.read("word/footer1.xml")


def test_the_marks_of_a_template_must_not_tear_its_paragraphs(write: Write) -> None:
    template = write("x")
    paper = docx.Document()
    paper.add_table(1, 1).cell(0, 0).text = "{% if 会議名 %}"
    paper.add_paragraph("{% endif %}")
    paper.save(str(template))
    assert any("{%p … %}" in each for each in faults_of(template, NAMES, EXAMPLE))


@pytest.mark.parametrize(
    "field", ["INCLUDEPICTURE http://x/y.png", "DDEAUTO c:\\x", "INCLUDETEXT \\\\x\\y", "PAGE {{ 会議名 }}"]
)
@pytest.mark.parametrize("simple", [True, False])
def test_a_field_that_fetches_or_holds_a_value_is_refused(write: Write, field: str, simple: bool) -> None:
    template = write("x")
    paper = docx.Document(str(template))
    run = paper.paragraphs[0].add_run()
    if simple:
        made = OxmlElement("w:fldSimple")
        made.set(qn("w:instr"), field)
        run._r.addnext(made)
    else:
        for piece in (field[:4], field[4:]):
            made = OxmlElement("w:instrText")
            made.text = piece
            run._r.append(made)
        begin = OxmlElement("w:fldChar")
        begin.set(qn("w:fldCharType"), "begin")
        run._r.insert(0, begin)
    paper.save(str(template))
    assert any("フィールド" in each for each in faults(template))


def test_page_numbers_are_fields_that_stay(write: Write) -> None:
    template = write("{{ 会議名 }}")
    paper = docx.Document(str(template))
    made = OxmlElement("w:fldSimple")
    made.set(qn("w:instr"), "PAGE \\* MERGEFORMAT")
    paper.sections[0].footer.paragraphs[0]._p.append(made)
    paper.save(str(template))
    assert faults(template) == []


def _with(template: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """The template with a part of it changed, or added."""
    with zipfile.ZipFile(template) as kept:
        parts = {each: kept.read(each) for each in kept.namelist()}
    parts[name] = change(parts.get(name, b""))
    with zipfile.ZipFile(template, "w", zipfile.ZIP_DEFLATED) as written:
        for each, content in parts.items():
            written.writestr(each, content)
    return template


def _relationship(kind: str, target: str, mode: str = "External") -> Callable[[bytes], bytes]:
    added = f'<Relationship Id="rIdX" Type="http://x/{kind}" Target="{target}" TargetMode="{mode}"/></Relationships>'
    return lambda found: found.replace(b"</Relationships>", added.encode())


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        (
            "word/_rels/document.xml.rels",
            _relationship("attachedTemplate", "http://x/evil.dotm"),
            "文書の外のもの",
        ),
        ("word/_rels/document.xml.rels", _relationship("image", "http://x/p.png"), "文書の外のもの"),
        ("word/_rels/document.xml.rels", _relationship("hyperlink", "file:///etc/passwd"), "文書の外のもの"),
        (
            "word/_rels/document.xml.rels",
            _relationship("oleObject", "embeddings/x.bin", "Internal"),
            "文書の外のもの",
        ),
        ("word/_rels/document.xml.rels", _relationship("aFChunk", "x.html", "Internal"), "文書の外のもの"),
        ("word/vbaProject.bin", lambda _: b"x", "マクロ"),
        (
            "[Content_Types].xml",
            lambda found: found.replace(b"document.main+xml", b"document.macroEnabled.main+xml"),
            "マクロ",
        ),
        (
            "word/document.xml",
            lambda found: found.replace(b"<w:document ", b'<!DOCTYPE w [<!ENTITY a "b">]><w:document ', 1),
            "読めません",
        ),
        ("word/header9.xml", lambda _: b"<a>" + b" " * 60_000_000 + b"</a>", "大きすぎる"),
        ("word/document.xml", lambda _: b"<nothing", "読めません"),
    ],
)
def test_a_file_that_holds_or_fetches_something_else_is_refused(
    write: Write, name: str, change: Any, said: str
) -> None:
    found = faults(_with(write("{{ 会議名 }}"), name, change))
    assert any(said in each for each in found), found


def test_a_link_to_a_page_is_no_fault(write: Write) -> None:
    change = _relationship("hyperlink", "https://www.city.example.jp/")
    assert faults(_with(write("{{ 会議名 }}"), "word/_rels/document.xml.rels", change)) == []


def test_what_is_no_word_document_and_what_is_too_large_is_refused(tmp_path: Path) -> None:
    for content in (b"", b"hello", b"PK\x03\x04", b"%PDF-1.7"):
        (tmp_path / "x.docx").write_bytes(content)
        assert any("読めません" in each for each in faults(tmp_path / "x.docx"))
    with (tmp_path / "large.docx").open("wb") as large:
        large.truncate(100 * 1024**2)
    assert any("10 MB" in each for each in faults_of(tmp_path / "large.docx", NAMES, EXAMPLE))


# --- bounds ------------------------------------------------------------------------------------------------


def test_a_process_that_goes_on_is_ended_with_everything_it_started(tmp_path: Path) -> None:
    script = "import os, subprocess, sys, time\nchild = subprocess.Popen([sys.executable, '-c', 'while True: pass'])\nopen('child', 'w').write(str(child.pid))\nwhile True: pass"
    began = time.monotonic()
    with pytest.raises(OutOfBounds):
        run_bounded([sys.executable, "-c", script], folder=tmp_path, seconds=1, memory=1024**3)
    assert time.monotonic() - began < 5
    child = int((tmp_path / "child").read_text())
    for _ in range(50):
        state = Path(f"/proc/{child}/stat")
        if not state.exists() or state.read_text().split()[2] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the child goes on")


def test_a_process_gets_no_more_memory_than_it_may_have_and_nothing_of_our_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAKUTEI_SECRET", "秘密")
    ended = run_bounded(
        [sys.executable, "-c", "x = b'a' * 600_000_000"], folder=tmp_path, seconds=10, memory=300 * 1024**2
    )
    assert ended.code != 0
    ended = run_bounded(
        [sys.executable, "-c", "import os; print(sorted(os.environ))"],
        folder=tmp_path,
        seconds=10,
        memory=1024**3,
    )
    assert b"SAKUTEI" not in ended.output and b"HOME" in ended.output


def test_a_template_that_takes_too_long_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_templates, "SECONDS", 0.05)
    assert any("入り組みすぎ" in each for each in faults_of(write("{{ 会議名 }}"), NAMES, EXAMPLE))


def test_who_waits_too_long_for_others_is_told_so(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_process, "LONGEST_WAIT", 0.05)
    with word_templates._ONE_AT_A_TIME, pytest.raises(Exception, match="ほかの書類を作っています"):
        faults_of(write("{{ 会議名 }}"), NAMES, EXAMPLE)


def test_the_readme_names_every_placeholder_with_its_example() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    for sheet in {sheet_of(kind) for kind in SheetKind}:
        for each in placeholders(sheet):
            if each.example:
                assert f"`{each.written}` {each.example}" in readme, each.written
