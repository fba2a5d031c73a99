"""Text out of PDF. A PDF knows signs and their places: lines are joined to paragraphs where one fills its column, and
larger lines are headings. Tables are read line by line."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pypdfium2
from pypdfium2 import raw

from workflow.domain.texts import MOST_CHARACTERS, Block, Unreadable, heading, paragraph, title_level
from workflow.store.extraction.limits import CannotRead

_PASSWORD = 4
"""PDFium's error for a document that asks for a password (FPDF_ERR_PASSWORD)."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line on a page: where it begins and ends and how high its signs are, in points; `column` is where the lines of
    pages like its own begin and end."""

    text: str
    left: float
    right: float
    height: float
    column: tuple[float, float] = (0, 0)


def blocks(path: Path) -> Iterator[Block]:
    """The blocks of a PDF. Raises `CannotRead`."""
    try:
        document = pypdfium2.PdfDocument(path)
        pages = [(page.get_width(), _without_number(_lines(page.get_textpage()))) for page in document]
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == _PASSWORD
        raise CannotRead(Unreadable.LOCKED if locked else Unreadable.BROKEN) from error
    lines = list(_placed(pages))
    if not lines:
        raise CannotRead(Unreadable.SCAN)
    body = _usual_height(lines)
    larger = sorted({round(line.height) for line in lines if line.height > body * _LARGER}, reverse=True)
    for paragraph_lines in _paragraphs(lines):
        text = _joined(line.text for line in paragraph_lines)
        height = round(paragraph_lines[0].height)
        if height in larger and len(text) <= _LONGEST_HEADING:
            yield heading(text, min(larger.index(height) + 1, _LOWEST))
        elif level := title_level(text):
            yield heading(text, level)
        else:
            yield paragraph(text)


def is_locked(path: Path) -> bool:
    """Return whether the PDF asks for a password before it shows anything."""
    try:
        pypdfium2.PdfDocument(path).close()
    except pypdfium2.PdfiumError as error:
        return getattr(error, "err_code", None) == _PASSWORD
    return False


_LARGER = 1.2
_LOWEST = 4
_LONGEST_HEADING = 100


def _lines(page: pypdfium2.PdfTextPage) -> Iterator[_Line]:
    """The lines of a page as PDFium orders them."""
    signs: list[tuple[int, str]] = []
    count = page.count_chars()
    if count > MOST_CHARACTERS:
        raise CannotRead(Unreadable.TOO_LARGE)
    for place in range(count):
        sign = chr(raw.FPDFText_GetUnicode(page, place))
        if sign in "\r\n":
            yield from _line(page, signs)
            signs = []
        else:
            signs.append((place, "-" if sign in "\x02\ufffe" else sign))
    yield from _line(page, signs)


def _line(page: pypdfium2.PdfTextPage, signs: Sequence[tuple[int, str]]) -> Iterator[_Line]:
    seen = [place for place, sign in signs if not sign.isspace()]
    if seen:
        left, bottom, _, top = page.get_charbox(seen[0], loose=True)
        _, _, right, _ = page.get_charbox(seen[-1], loose=True)
        yield _Line("".join(sign for _, sign in signs).strip(), left, right, abs(top - bottom))


def _without_number(lines: Iterable[_Line]) -> list[_Line]:
    """The lines of a page but for its number, which would count as a change wherever the text before grew."""
    kept = list(lines)
    for place in (-1, 0):
        if kept and _PAGE_NUMBER.fullmatch(kept[place].text):
            kept.pop(place)
    return kept


_PAGE_NUMBER = re.compile(r"[\s―—–‐－-]*[0-9０-９]{1,4}([\s　]*[/／][\s　]*[0-9０-９]{1,4})?[\s―—–‐－-]*")


def _placed(pages: Sequence[tuple[float, list[_Line]]]) -> Iterator[_Line]:
    """The lines of all pages, with the column that pages of the same width have."""
    columns: dict[float, tuple[float, float]] = {}
    for width, page in pages:
        left, right = columns.get(width, (width, 0))
        columns[width] = (
            min((left, *(line.left for line in page))),
            max((right, *(line.right for line in page))),
        )
    return (replace(line, column=columns[width]) for width, page in pages for line in page)


def _usual_height(lines: Iterable[_Line]) -> float:
    """The height most signs have."""
    heights = Counter[float]()
    for line in lines:
        heights[round(line.height, 1)] += len(line.text)
    return heights.most_common(1)[0][0]


def _paragraphs(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    together: list[_Line] = []
    for line in lines:
        if together and not _goes_on(together[-1], line):
            yield together
            together = []
        together.append(line)
    yield together


def _goes_on(line: _Line, following: _Line) -> bool:
    """Return whether the line fills its column, and the next one is of its kind and begins nothing."""
    full = line.right > line.column[1] - 2 * line.height
    alike = abs(line.height - following.height) < 0.1 * line.height
    indented = following.left > following.column[0] + 0.5 * following.height
    ends = line.text.endswith("。") and indented
    deeper = indented and following.left > line.left + 0.5 * following.height
    return full and alike and not (ends or deeper or _BEGINS.match(following.text) or title_level(line.text))


_BEGINS = re.compile(
    r"[・●○■□◆◇※◎▪]|[(（][0-9０-９]{1,2}[)）]|[①-⑳]|第[0-9０-９一二三四五六七八九十百]+[編部章節条]"
)


def _joined(lines: Iterable[str]) -> str:
    """Lines as one; Latin words that a line's end parted keep their space."""
    text = ""
    for line in lines:
        apart = text[-1:].isascii() and line[:1].isascii() and text[-1:].isalnum() and line[:1].isalnum()
        text += f" {line}" if apart else line
    return text
