"""What may be uploaded: told from the content, whatever the name says."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from workflow.errors import BadInput
from workflow.uploads import OCTETS, an_upload, media_type_of

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
    "計画.odt": archive(mimetype="application/vnd.oasis.opendocument.text"),
    "表.ods": archive(mimetype="application/vnd.oasis.opendocument.spreadsheet"),
    "資料.odp": archive(mimetype="application/vnd.oasis.opendocument.presentation"),
    "方針.txt": "策定方針の要旨".encode(),
    "方針.md": "# 策定方針\n\n- 一つ\n".encode("utf-8-sig"),
    "一覧.csv": "番号,意見\r\n1,①～の件\r\n".encode("cp932"),
    "図.png": b"\x89PNG\r\n\x1a\n" + bytes(30),
    "図.jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(30),
    "図.tif": b"II*\x00" + bytes(30),
}


@pytest.mark.parametrize("name", TAKEN)
def test_documents_of_an_office_are_taken(name: str) -> None:
    assert an_upload(name, TAKEN[name])


REFUSED = {
    "HTML": b"<!doctype html><html><script>alert(1)</script>",
    "スクリプト": b"#!/bin/sh\nrm -rf /\n",
    "XML": b"  <svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
    "Windows": b"MZ\x90\x00" + bytes(100),
    "ELF": b"\x7fELF\x02\x01\x01" + bytes(50),
    "ZIP": archive(**{"a.exe": "MZ"}),
    "壊れた ZIP": b"PK\x03\x04" + bytes(40),
    "マクロ": archive(Types="x", **{"word__document.xml": "<w/>", "word__vbaProject.bin": "x"}),
    "Graphics interchange": b"GIF89a" + bytes(20),
    "以前の形式": OLE,
    "種類の分からない": b"\x00\x01\x02\x03nothing",
}


@pytest.mark.parametrize("found", REFUSED)
@pytest.mark.parametrize("name", ["計画.pdf", "計画.docx", "計画.txt"])
def test_what_is_no_document_is_refused_by_what_it_is(found: str, name: str) -> None:
    with pytest.raises(BadInput, match=found) as refused:
        an_upload(name, REFUSED[found])
    assert "PDF、Word（docx・doc）" in str(refused.value)


@pytest.mark.parametrize("name", ["計画.docx", "計画.pdf.exe", "計画", "計画.html"])
def test_the_extension_must_agree_with_the_content(name: str) -> None:
    with pytest.raises(BadInput, match=r"中身はPDFで、名前と合いません.*\.pdf"):
        an_upload(name, TAKEN["計画.pdf"])


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(BadInput, match="空です"):
        an_upload("計画.pdf", b"")


def test_a_file_that_is_too_large_is_refused_with_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflow.uploads.LARGEST", 3 * 1024 * 1024)
    with pytest.raises(BadInput, match="3 MB 以内"):
        an_upload("計画.txt", b"a" * (3 * 1024 * 1024 + 1))


def test_what_a_browser_could_run_is_served_as_octets() -> None:
    assert media_type_of("計画.PDF") == "application/pdf"
    for name in ("計画.html", "計画.svg", "計画.txt", "計画"):
        assert media_type_of(name) == OCTETS
