"""The type of an uploaded file, determined from its content and not from its declared type."""

import codecs
import re
import struct
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
from workflow.domain.texts import is_gaiji
from workflow.store import compound_file
from workflow.store.texts import answer_of_reader

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
    "テキスト（txt・md・csv。UTF-8・UTF-16・Shift_JIS）、画像（png・jpg・tif）"
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
    if found is PDF and _asks_for_a_password(document):
        found = _PROTECTED
    if isinstance(found, str):
        raise BadInput(
            "文書",
            say("「{name}」の中身は{found}です", name=name[:100], found=found),
            _MENDS.get(found) or say("登録できるのは、{allowed}です。", allowed=say(ALLOWED)),
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


_PROTECTED = say("パスワードで保護された文書")
_WITH_MACROS = say("マクロ付きの Office 文書")
_MENDS: dict[str, str] = {
    _PROTECTED: say("パスワードを外して保存し直したものを登録してください。"),
    _WITH_MACROS: say("マクロを含まない形式（docx・xlsx・pptx など）で保存し直したものを登録してください。"),
}


def kind_of(document: BinaryIO) -> FileKind | str:
    """The kind of the file, or what a file that is not taken is called."""
    start = document.read(_PDF_BEGINS_WITHIN)
    if start.startswith(b"PK\x03\x04"):
        return _in_archive(document)
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _in_old_office(document)
    if b"%PDF-" in start and not start.startswith(_RUNS):
        return PDF
    guesses = _guesses(document)
    for kind in (PNG, JPEG, TIFF):
        if any(guess.extension in kind.extensions for guess in guesses):
            return kind
    if (text := _text(document)) is not None:
        return say("HTML・XML・スクリプト") if _MARKUP.match(text) else TEXT
    return next((guess.name for guess in guesses if guess.name), say("種類の分からないもの"))


_PDF_BEGINS_WITHIN = 1024
"""Bytes that may stand before a PDF: readers look for its beginning that far."""

_RUNS = (b"MZ", b"\x7fELF", b"#!", b"<")
"""The beginnings of programs and pages: a PDF further on makes none of them a document."""


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


MOST_PARTS = 10_000
"""The most parts an office document may have."""

MOST_UNPACKED = 1024**3
"""The most an office document may unpack to, in bytes."""

_LONGEST_TYPES = 1024 * 1024
"""The longest table of types, or list of parts, that is read of an office document, in bytes."""

_MACROS = (b"vbaproject", b"macroenabled", b"macrosheet")
"""In the types of the parts, whatever they are called."""

_LOCKED = (b"encryption-data", b"encrypted-package")


def _in_archive(document: BinaryIO) -> FileKind | str:
    """The kind of an Office document, which is an archive: read from its table of contents."""
    frugal = _Frugal(FileIO(document.fileno(), closefd=False))
    try:
        with zipfile.ZipFile(frugal) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            declared = _declared(archive) if "mimetype" in names else ""
            types = _beginning(archive, "[Content_Types].xml") if "[Content_Types].xml" in names else None
            parts = _beginning(archive, "META-INF/manifest.xml") if "META-INF/manifest.xml" in names else b""
    except Exception:
        return say("壊れた ZIP")
    if len(members) > MOST_PARTS or sum(member.file_size for member in members) > MOST_UNPACKED:
        return say("展開すると大きくなりすぎる ZIP")
    lowered = [name.lower() for name in names if not name.endswith("/")]
    if any(name.endswith("vbaproject.bin") for name in lowered) or any(
        sign in (types or b"") for sign in _MACROS
    ):
        return _WITH_MACROS
    for kind in (OPEN_TEXT, OPEN_SHEET, OPEN_SLIDES):
        if declared.strip() == kind.media_type:
            if any(name.startswith(("basic/", "scripts/")) for name in lowered):
                return _WITH_MACROS
            return _PROTECTED if any(sign in parts for sign in _LOCKED) else kind
    return "ZIP" if types is None else _in_open_xml(types, names)


def _in_open_xml(types: bytes, names: set[str]) -> FileKind | str:
    """The kind by the type of the main part, whatever it is called; else by its usual name."""
    for main, usual, kind in (
        (b"wordprocessingml.document.main+xml", "word/document.xml", WORD),
        (b"spreadsheetml.sheet.main+xml", "xl/workbook.xml", EXCEL),
        (b"presentationml.presentation.main+xml", "ppt/presentation.xml", SLIDES),
    ):
        if main in types or usual in names:
            return kind
    return "ZIP"


def _beginning(archive: zipfile.ZipFile, name: str) -> bytes:
    """The beginning of a part, in small letters. Raises `BadZipFile` for what packs it in another way than offices do,
    which might be of any size."""
    if archive.getinfo(name).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile
    with archive.open(name) as part:
        return part.read(_LONGEST_TYPES).lower()


def _declared(archive: zipfile.ZipFile) -> str:
    """Return the declared type of an OpenDocument file: its first member, stored uncompressed. A compressed one
    is not read, because it might be of any size."""
    if archive.getinfo("mimetype").compress_type != zipfile.ZIP_STORED:
        return ""
    with archive.open("mimetype") as member:
        return member.read(100).decode("ascii", "replace")


def _in_old_office(document: BinaryIO) -> FileKind | str:
    """Office 97-2003 files name their streams in UTF-16; so does what a password protects of a newer one."""
    found = {
        stream for stream in (*_OLD, _OLD_MACROS, _OLD_LOCKED) if _has(document, stream.encode("utf-16-le"))
    }
    if _OLD_MACROS in found:
        return _WITH_MACROS
    if _OLD_LOCKED in found:
        return _PROTECTED
    word, excel = (compound_file.beginning(document, stream) for stream in _OLD)
    if _word_is_locked(word) or _excel_is_locked(excel):
        return _PROTECTED
    kinds = (kind for stream, kind in _OLD.items() if stream in found)
    return next(kinds, say("以前の形式の Office 文書（Word・Excel 以外）"))


_OLD = {"WordDocument": OLD_WORD, "Workbook": OLD_EXCEL}
_OLD_MACROS, _OLD_LOCKED = "_VBA_PROJECT", "EncryptedPackage"


def _word_is_locked(stream: bytes) -> bool:
    """The bit fEncrypted of its first record (MS-DOC 2.5.2)."""
    return len(stream) > 11 and bool(stream[11] & 0x01)


def _excel_is_locked(stream: bytes) -> bool:
    """A record FILEPASS after BOF, and WRITEPROTECT where there is one (MS-XLS 2.1.7.20)."""
    for _ in range(3):
        if len(stream) < 4:
            return False
        record, length = struct.unpack_from("<HH", stream)
        if record == _FILEPASS:
            return True
        stream = stream[4 + length :]
    return False


_FILEPASS = 0x2F


def _has(document: BinaryIO, sought: bytes) -> bool:
    """Return whether the bytes are anywhere in the file."""
    end = b""
    for piece in _pieces(document):
        if sought in end + piece:
            return True
        end = piece[1 - len(sought) :]
    return False


def _asks_for_a_password(document: Path) -> bool:
    """An encrypted PDF says so in plain bytes; only PDFium knows whether it asks its reader for a password."""
    with document.open("rb") as opened:
        encrypted = _has(opened, b"/Encrypt")
    return encrypted and answer_of_reader("workflow.store.extraction.pdf_lock", document) is True


def encodings_of(start: bytes) -> tuple[str, ...]:
    """The encodings a text that begins so may be in."""
    return ("utf-16",) if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else ("utf-8-sig", "cp932")


def _text(document: BinaryIO) -> str | None:
    """Return the start of the text, decoded as UTF-16, UTF-8 or Windows's Shift_JIS; None when it is not text."""
    document.seek(0)
    readings = (_read_as(encoding, document) for encoding in encodings_of(document.read(2)))
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
    return all(
        sign in "\t\r\n\f" or is_gaiji(sign) or unicodedata.category(sign) not in ("Cc", "Co", "Cs")
        for sign in set(text)
    )
