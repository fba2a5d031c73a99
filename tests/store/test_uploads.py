"""What may be uploaded: told from the content, whatever the name says."""

import io
import os
import random
import stat
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.support.documents import PAPERS, p, packed, pdf
from tests.support.documents import word as word_file
from workflow.domain.errors import BadInput
from workflow.domain.texts import Kind
from workflow.store import files
from workflow.store.extraction.__main__ import text_of
from workflow.store.uploads import OCTETS, an_upload, media_type_of

MB = 1024**2
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)


def archive(**files: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as found:
        for name, content in files.items():
            found.writestr(name.replace("__", "/").replace("Types", "[Content_Types].xml"), content)
    return written.getvalue()


def workbook() -> bytes:
    written = io.BytesIO()
    Workbook().save(written)
    return written.getvalue()


TAKEN = {
    "計画.pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "計画.docx": archive(Types="x", **{"word__document.xml": "<w/>"}),
    "計画.DOCX": archive(Types="x", **{"word__document.xml": "<w/>"}),
    "資料.pptx": archive(Types="x", **{"ppt__presentation.xml": "<p/>"}),
    "表.xlsx": workbook(),
    "計画.doc": OLE + "WordDocument".encode("utf-16-le"),
    "表.xls": OLE + "Workbook".encode("utf-16-le"),
    "方針.doc": (PAPERS / "policy.doc").read_bytes(),
    "日程.xls": (PAPERS / "schedule.xls").read_bytes(),
    "計画.odt": archive(mimetype="application/vnd.oasis.opendocument.text"),
    "表.ods": archive(mimetype="application/vnd.oasis.opendocument.spreadsheet"),
    "資料.odp": archive(mimetype="application/vnd.oasis.opendocument.presentation"),
    "方針.txt": "策定方針の要旨".encode(),
    "外字.txt": "髙橋\ue000子".encode("cp932"),
    "UTF-16.csv": "番号,意見\r\n".encode("utf-16"),
    "前置き.pdf": b"\r\nFrom: scanner\r\n" + b"%PDF-1.7\n",
    "Word Online.docx": archive(
        Types='<Override PartName="/word/document2.xml" ContentType="application/vnd.openxmlformats-officedocument'
        '.wordprocessingml.document.main+xml"/>',
        **{"word__document2.xml": "<w/>"},
    ),
    "制限.pdf": pdf("").replace(b"trailer <<", b"trailer << /Encrypt 99 0 R"),
    "方針.md": "# 策定方針\n\n- 一つ\n".encode("utf-8-sig"),
    "一覧.csv": "番号,意見\r\n1,①～の件\r\n".encode("cp932"),
    "図.png": b"\x89PNG\r\n\x1a\n" + bytes(30),
    "図.jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(30),
    "図.tif": b"II*\x00" + bytes(30),
}


@pytest.fixture
def arrived(tmp_path: Path) -> Callable[[bytes], Path]:
    """Where a document of that content lies."""

    def written(content: bytes) -> Path:
        place = tmp_path / "arrived"
        place.write_bytes(content)
        return place

    return written


Arrived = Callable[[bytes], Path]


@pytest.mark.parametrize("name", TAKEN)
def test_documents_of_an_office_are_taken(arrived: Arrived, name: str) -> None:
    assert an_upload(name, arrived(TAKEN[name]))


REFUSED = {
    "HTML": b"<!doctype html><html><script>alert(1)</script>",
    "スクリプト": b"#!/bin/sh\nrm -rf /\n",
    "XML": b"  <svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
    "Windows": b"MZ\x90\x00" + bytes(100),
    "ELF": b"\x7fELF\x02\x01\x01" + bytes(50),
    "ZIP": archive(**{"a.exe": "MZ"}),
    "壊れた ZIP": b"PK\x03\x04" + bytes(40),
    "マクロ": archive(Types="x", **{"word__document.xml": "<w/>", "word__vbaProject.bin": "x"}),
    "マクロ付きの": archive(
        Types='ContentType="application/vnd.ms-office.vbaProject"', **{"word__document.xml": "<w/>"}
    ),
    "マクロ付きの Office": archive(Types="x", **{"word__document.xml": "<w/>", "WORD__VBAPROJECT.BIN": "x"}),
    "マクロ付きの Office 文書": OLE + "WordDocument".encode("utf-16-le") + "_VBA_PROJECT".encode("utf-16-le"),
    "マクロ付き": archive(
        mimetype="application/vnd.oasis.opendocument.text", **{"Basic__Standard__Module1.xml": "x"}
    ),
    "パスワードで保護": OLE + "EncryptedPackage".encode("utf-16-le"),
    "パスワードで保護された": (PAPERS / "locked.pdf").read_bytes(),
    "パスワードで保護された文書": (PAPERS / "locked.doc").read_bytes(),
    "パスワードで保護された文書です": (PAPERS / "locked.xls").read_bytes(),
    "パスワード": archive(
        mimetype="application/vnd.oasis.opendocument.text",
        **{"META-INF__manifest.xml": "<manifest:encryption-data/>"},
    ),
    "展開すると大きく": archive(Types="x", **{f"word__{number}": "" for number in range(10_001)}),
    "Graphics interchange": b"GIF89a" + bytes(20),
    "以前の形式": OLE,
    "種類の分からない": b"\x00\x01\x02\x03nothing",
}


@pytest.mark.parametrize("found", REFUSED)
@pytest.mark.parametrize("name", ["計画.pdf", "計画.docx", "計画.txt"])
def test_what_is_no_document_is_refused_by_what_it_is(arrived: Arrived, found: str, name: str) -> None:
    with pytest.raises(BadInput, match=found) as refused:
        an_upload(name, arrived(REFUSED[found]))
    assert "登録" in str(refused.value) and (
        "PDF、Word（docx・doc）" in str(refused.value) or "保存し直した" in str(refused.value)
    )


@pytest.mark.parametrize("name", ["計画.docx", "計画.pdf.exe", "計画", "計画.html"])
def test_the_extension_must_agree_with_the_content(arrived: Arrived, name: str) -> None:
    with pytest.raises(BadInput, match=r"中身はPDFで、名前と合いません.*\.pdf"):
        an_upload(name, arrived(TAKEN["計画.pdf"]))


def test_an_empty_file_is_refused(arrived: Arrived) -> None:
    with pytest.raises(BadInput, match="空です"):
        an_upload("計画.pdf", arrived(b""))


def test_a_file_that_is_too_large_is_refused_with_the_limit_before_it_is_whole(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("workflow.store.files.LARGEST", 3 * 1024 * 1024)
    with files.arriving(tmp_path) as document:
        document.write(bytes(3 * 1024 * 1024))
        with pytest.raises(BadInput, match="3 MB 以内"):
            document.write(b"a")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("方針.txt", "策定方針の要旨。\n".encode() * 2_000_000),
        ("方針.csv", "番号,①～の件\r\n".encode("cp932") * 3_000_000),
        ("空白.txt", b" " * 50_000_000 + b"a"),
        ("計画.doc", OLE + bytes(50_000_000) + "WordDocument".encode("utf-16-le")),
    ],
    ids=["utf-8", "shift_jis", "blanks", "doc"],
)
def test_a_large_document_is_told_piece_by_piece(arrived: Arrived, name: str, content: bytes) -> None:
    place = arrived(content)
    del content
    assert _memory_of(lambda: an_upload(name, place)) < 8 * MB


def test_an_old_office_file_is_told_wherever_a_piece_ends(arrived: Arrived) -> None:
    named = "WordDocument".encode("utf-16-le")
    for before in range(len(named) + 1):
        filled = bytes(256 * 1024 - len(OLE) - before)
        assert an_upload("計画.doc", arrived(OLE + filled + named))


@pytest.mark.parametrize("paper", ["locked.doc", "locked.xls", "policy.doc", "schedule.xls"])
def test_an_old_office_file_that_is_not_whole_is_told_all_the_same(arrived: Arrived, paper: str) -> None:
    whole = (PAPERS / paper).read_bytes()
    shuffled = random.Random(1)
    for length in range(512, len(whole), 97):
        _is_told(arrived(whole[:length]), paper)
    for _ in range(300):
        spoiled = bytearray(whole)
        for _ in range(20):
            spoiled[shuffled.choice((shuffled.randrange(8, 512), shuffled.randrange(8, len(whole))))] = 255
        _is_told(arrived(bytes(spoiled)), paper)


def _is_told(place: Path, name: str) -> None:
    began = time.perf_counter()
    with suppress(BadInput):
        an_upload(name, place)
    assert time.perf_counter() - began < 0.5


def test_an_archive_of_countless_files_does_not_fill_the_memory(arrived: Arrived) -> None:
    entry = b"PK\x01\x02" + bytes(24) + (1).to_bytes(2, "little") + bytes(16) + b"a"
    contents = entry * 1_000_000
    end = b"PK\x05\x06" + bytes(4) + b"\xff\xff\xff\xff" + len(contents).to_bytes(4, "little") + bytes(6)
    place = arrived(b"PK\x03\x04" + bytes(26) + contents + end)
    assert _memory_of(lambda: _refused("計画.docx", place)) < 8 * MB


def test_an_archive_that_unpacks_to_much_is_not_unpacked(arrived: Arrived) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_BZIP2) as bomb:
        bomb.writestr("mimetype", bytes(200 * MB))
    place = arrived(written.getvalue())
    assert _memory_of(lambda: _refused("計画.odt", place)) < 8 * MB


def _refused(name: str, document: Path) -> None:
    with pytest.raises(BadInput, match="ZIP"):
        an_upload(name, document)


def _memory_of(act: Callable[[], object]) -> int:
    """The most memory it takes at once, in bytes."""
    tracemalloc.start()
    act()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def test_a_document_on_its_way_is_for_its_owner_alone_and_gone_when_nobody_kept_it(tmp_path: Path) -> None:
    with files.arriving(tmp_path) as document:
        document.write(b"x")
        assert stat.S_IMODE(document.path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == []


def test_what_a_crash_left_goes_with_the_next_document_and_what_is_on_its_way_stays(tmp_path: Path) -> None:
    left, yesterday = tmp_path / ".arriving-left", time.time() - 86400
    left.write_bytes(b"half a document")
    with files.arriving(tmp_path) as slow:
        slow.write(b"whole")
        slow.flush()
        for each in (left, slow.path):
            os.utime(each, (yesterday, yesterday))
        with files.arriving(tmp_path):
            assert slow.path.exists() and not left.exists()
        sha256 = files.keep(tmp_path, slow)
    assert files.read(tmp_path, sha256) == b"whole"


def test_what_a_browser_could_run_is_served_as_octets() -> None:
    assert media_type_of("計画.PDF") == "application/pdf"
    for name in ("計画.html", "計画.svg", "計画.txt", "計画"):
        assert media_type_of(name) == OCTETS


def test_a_document_of_word_online_is_read_by_the_part_it_names(arrived: Arrived) -> None:
    with zipfile.ZipFile(io.BytesIO(word_file(p("策定方針")))) as usual:
        parts = {name: usual.read(name) for name in usual.namelist()}
    parts["word/document2.xml"] = parts.pop("word/document.xml")
    types = parts["[Content_Types].xml"]
    parts["[Content_Types].xml"] = types.replace(b"/word/document.xml", b"/word/document2.xml")
    (block,) = text_of(arrived(packed(parts)))
    assert (block.kind, block.cells) == (Kind.PARAGRAPH, ("策定方針",))


def test_text_in_utf_16_and_with_signs_of_the_office_is_read(arrived: Arrived) -> None:
    for written in ("策定方針".encode("utf-16"), "策定方針".encode("cp932")):
        assert [block.cells for block in text_of(arrived(written))] == [("策定方針",)]
    assert [block.cells for block in text_of(arrived("髙\ue000".encode("cp932")))] == [("髙〓",)]
