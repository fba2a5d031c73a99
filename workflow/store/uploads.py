"""The type of an uploaded file, determined from its content and not from its declared type."""

import codecs
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from io import BufferedReader, FileIO
from pathlib import Path, PurePath
from typing import BinaryIO

import puremagic

from workflow.domain.errors import BadInput
from workflow.domain.language import say

OCTETS = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file that is taken: what people call it, the extensions it may have, its media type."""

    label: str
    extensions: tuple[str, ...]
    media_type: str


_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
PDF = FileKind("PDF", (".pdf",), "application/pdf")
WORD = FileKind("Word 文書", (".docx",), f"{_OPEN_XML}.wordprocessingml.document")
EXCEL = FileKind("Excel ブック", (".xlsx",), f"{_OPEN_XML}.spreadsheetml.sheet")
SLIDES = FileKind("PowerPoint 資料", (".pptx",), f"{_OPEN_XML}.presentationml.presentation")
OLD_WORD = FileKind("Word 97-2003 文書", (".doc",), "application/msword")
OLD_EXCEL = FileKind("Excel 97-2003 ブック", (".xls",), "application/vnd.ms-excel")
OPEN_TEXT = FileKind("OpenDocument 文書", (".odt",), f"{_OPEN_DOCUMENT}.text")
OPEN_SHEET = FileKind("OpenDocument 表計算", (".ods",), f"{_OPEN_DOCUMENT}.spreadsheet")
OPEN_SLIDES = FileKind("OpenDocument プレゼンテーション", (".odp",), f"{_OPEN_DOCUMENT}.presentation")
# Text may be in Shift_JIS, which its media type could not say: it is served as octets.
TEXT = FileKind("テキスト", (".txt", ".md", ".csv"), OCTETS)
PNG = FileKind("PNG 画像", (".png",), "image/png")
JPEG = FileKind("JPEG 画像", (".jpg", ".jpeg"), "image/jpeg")
TIFF = FileKind("TIFF 画像", (".tif", ".tiff"), "image/tiff")

TAKEN = (
    PDF, WORD, OLD_WORD, EXCEL, OLD_EXCEL, SLIDES, OPEN_TEXT, OPEN_SHEET, OPEN_SLIDES, TEXT, PNG, JPEG, TIFF,
)  # fmt: skip
ALLOWED = (
    "PDF、Word（docx・doc）、Excel（xlsx・xls）、PowerPoint（pptx）、OpenDocument（odt・ods・odp）、"
    "テキスト（txt・md・csv。UTF-8 または Shift_JIS）、画像（png・jpg・tif）"
)
"""The accepted types, as text."""


def an_upload(filename: str, document: Path) -> FileKind:
    """The kind of an uploaded file, when it is one that is taken and its name's extension says the same.

    Raises `BadInput`, naming what was found and what is allowed.
    """
    name = PurePath(filename.replace("\\", "/")).name
    if not document.stat().st_size:
        raise BadInput("文書", "ファイルが空です", "内容のあるファイルを選んでください。")
    with document.open("rb") as opened:
        found = kind_of(opened)
    if isinstance(found, str):
        raise BadInput(
            "文書",
            say("「{name}」の中身は{found}です", name=name[:100], found=found),
            say("登録できるのは、{allowed}です。", allowed=say(ALLOWED)),
        )
    if PurePath(name).suffix.lower() not in found.extensions:
        raise BadInput(
            "文書",
            say("「{name}」の中身は{found}で、名前と合いません", name=name[:100], found=say(found.label)),
            say(
                "名前の終わりを {endings} にするか、正しいファイルを選んでください。",
                endings="・".join(found.extensions),
            ),
        )
    return found


def kind_of(document: BinaryIO) -> FileKind | str:
    """The kind of the file, or what a file that is not taken is called."""
    start = document.read(8)
    if start.startswith(b"PK\x03\x04"):
        return _in_archive(document)
    if start == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _in_old_office(document)
    guesses = _guesses(document)
    for kind in (PDF, PNG, JPEG, TIFF):
        if any(guess.extension in kind.extensions for guess in guesses):
            return kind
    if (text := _text(document)) is not None:
        return say("HTML・XML・スクリプト") if _MARKUP.match(text) else TEXT
    return next((guess.name for guess in guesses if guess.name), say("種類の分からないもの"))


def media_type_of(filename: str) -> str:
    """Return the media type used to serve a stored document, by its extension; octet-stream when unknown."""
    suffix = PurePath(filename).suffix.lower()
    return next((kind.media_type for kind in TAKEN if suffix in kind.extensions), OCTETS)


_MARKUP = re.compile(r"<[!?a-zA-Z]|#!")
_A_PIECE = 256 * 1024


def _pieces(document: BinaryIO) -> Iterator[bytes]:
    """The document from its beginning, piece by piece: whole it might not fit into memory."""
    document.seek(0)
    return iter(partial(document.read, _A_PIECE), b"")


def _guesses(document: BinaryIO) -> list[puremagic.PureMagicWithConfidence]:
    document.seek(0)
    try:
        return list(puremagic.magic_stream(document))
    except (puremagic.PureError, ValueError):
        return []


LONGEST_CONTENTS = 4 * 1024 * 1024
"""The longest table of contents of an archive that is read, in bytes: an office document's is a thousandth of it."""


class _Frugal(BufferedReader):
    """A file of which nobody reads much at once."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            return super().read(LONGEST_CONTENTS)
        if size > LONGEST_CONTENTS:
            raise zipfile.BadZipFile
        return super().read(size)


def _in_archive(document: BinaryIO) -> FileKind | str:
    """The kind of an Office document, which is an archive: read from its table of contents."""
    frugal = _Frugal(FileIO(document.fileno(), closefd=False))
    try:
        with zipfile.ZipFile(frugal) as archive:
            names = set(archive.namelist())
            declared = _declared(archive) if "mimetype" in names else ""
    except Exception:
        return say("壊れた ZIP")
    if any(name.endswith("vbaProject.bin") for name in names):
        return say("マクロ付きの Office 文書")
    for kind in (OPEN_TEXT, OPEN_SHEET, OPEN_SLIDES):
        if declared.strip() == kind.media_type:
            return kind
    if "[Content_Types].xml" in names:
        for main, kind in (
            ("word/document.xml", WORD),
            ("xl/workbook.xml", EXCEL),
            ("ppt/presentation.xml", SLIDES),
        ):
            if main in names:
                return kind
    return "ZIP"


def _declared(archive: zipfile.ZipFile) -> str:
    """Return the declared type of an OpenDocument file: its first member, stored uncompressed. A compressed one
    is not read, because it might be of any size."""
    if archive.getinfo("mimetype").compress_type != zipfile.ZIP_STORED:
        return ""
    with archive.open("mimetype") as member:
        return member.read(100).decode("ascii", "replace")


def _in_old_office(document: BinaryIO) -> FileKind | str:
    """Office 97-2003 files name their main stream in UTF-16."""
    streams = {"WordDocument".encode("utf-16-le"): OLD_WORD, "Workbook".encode("utf-16-le"): OLD_EXCEL}
    end = b""
    for piece in _pieces(document):
        for stream, kind in streams.items():
            if stream in end + piece:
                return kind
        end = piece[-30:]
    return say("以前の形式の Office 文書（Word・Excel 以外）")


def _text(document: BinaryIO) -> str | None:
    """Return the start of the text, decoded as UTF-8 or as Windows's Shift_JIS; None when it is not text."""
    readings = (_read_as(encoding, document) for encoding in ("utf-8-sig", "cp932"))
    return next((beginning for beginning in readings if beginning is not None), None)


def _read_as(encoding: str, document: BinaryIO) -> str | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    beginning = ""
    try:
        for piece in _pieces(document):
            text = decoder.decode(piece)
            if not _is_written(text):
                return None
            beginning = (beginning + text).lstrip()[:100]
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    return beginning


def _is_written(text: str) -> bool:
    return not any(
        unicodedata.category(sign) in ("Cc", "Co") and sign not in "\t\r\n\f" for sign in set(text)
    )
