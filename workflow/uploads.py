"""What an uploaded file is, from its content: nobody's word is taken for it."""

import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import PurePath

import puremagic

from workflow.errors import BadInput
from workflow.files import LARGEST
from workflow.language import say

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
"""What is taken, in words."""


def an_upload(filename: str, content: bytes) -> FileKind:
    """The kind of an uploaded file, when it is one that is taken and its name's extension says the same.

    Raises `BadInput`, naming what was found and what is allowed.
    """
    name = PurePath(filename.replace("\\", "/")).name
    if not content:
        raise BadInput("文書", "ファイルが空です", "内容のあるファイルを選んでください。")
    if len(content) > LARGEST:
        raise BadInput(
            "文書",
            "ファイルが大きすぎます",
            say("{megabytes} MB 以内のファイルにしてください。", megabytes=LARGEST // 1024 // 1024),
        )
    found = kind_of(content)
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


def kind_of(content: bytes) -> FileKind | str:
    """The kind of the file, or what a file that is not taken is called."""
    if content.startswith(b"PK\x03\x04"):
        return _in_archive(content)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _in_old_office(content)
    guesses = _guesses(content)
    for kind in (PDF, PNG, JPEG, TIFF):
        if any(guess.extension in kind.extensions for guess in guesses):
            return kind
    if (text := _text(content)) is not None:
        return say("HTML・XML・スクリプト") if _MARKUP.match(text) else TEXT
    return next((guess.name for guess in guesses if guess.name), say("種類の分からないもの"))


def media_type_of(filename: str) -> str:
    """What a stored document is served as: the media type its extension stands for, else octets."""
    suffix = PurePath(filename).suffix.lower()
    return next((kind.media_type for kind in TAKEN if suffix in kind.extensions), OCTETS)


_MARKUP = re.compile(r"\s*(<[!?a-zA-Z]|#!)")


def _guesses(content: bytes) -> list[puremagic.PureMagicWithConfidence]:
    try:
        return list(puremagic.magic_string(content))
    except (puremagic.PureError, ValueError):
        return []


def _in_archive(content: bytes) -> FileKind | str:
    """Office documents are archives: what they are stands in their table of contents."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            declared = _start_of(archive, "mimetype") if "mimetype" in names else ""
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


def _start_of(archive: zipfile.ZipFile, name: str) -> str:
    """The beginning of a member only: unpacked whole it might be of any size."""
    with archive.open(name) as member:
        return member.read(100).decode("ascii", "replace")


def _in_old_office(content: bytes) -> FileKind | str:
    """Office 97-2003 files name their main stream in UTF-16."""
    for stream, kind in (("WordDocument", OLD_WORD), ("Workbook", OLD_EXCEL)):
        if stream.encode("utf-16-le") in content:
            return kind
    return say("以前の形式の Office 文書（Word・Excel 以外）")


def _text(content: bytes) -> str | None:
    """The text, in UTF-8 or Shift_JIS as Windows writes it; None when it is none."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(
            unicodedata.category(sign) in ("Cc", "Co") and sign not in "\t\r\n\f" for sign in set(text)
        ):
            return text
    return None
