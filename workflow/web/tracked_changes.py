"""Two versions as one Word document with tracked changes (変更履歴): accepted, it is the text of the new one; rejected,
of the old one."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from io import BytesIO
from itertools import count, zip_longest

import docx as word
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm
from docx.table import Table
from docx.text.paragraph import Paragraph

from workflow.domain.comparison import Changed, Comparison, Difference, Mark, Piece
from workflow.domain.texts import Block, Kind


class _Fate(StrEnum):
    """The tag of what came to a text, as Word names it."""

    KEPT = ""
    INSERTED = "w:ins"
    DELETED = "w:del"


_Words = Sequence[tuple[_Fate, str]]


@dataclass(frozen=True, slots=True)
class _Line:
    """A heading, a paragraph or a row, with what came to it as a whole and to the words of its cells."""

    block: Block
    fate: _Fate
    cells: tuple[_Words, ...]


def tracked(comparison: Comparison, author: str, at: datetime) -> bytes:
    """The document. `author` is who registered the new version, `at` when."""
    paper = _Paper(author, at)
    for line in _lines(comparison):
        paper.add(line)
    return paper.content()


_ADDED_COLUMN = Mm(30)
"""The width of a column that a longer row adds to its table."""


class _Paper:
    """The Word document as it grows."""

    def __init__(self, author: str, at: datetime) -> None:
        self._paper: Document = word.Document()
        (section,) = self._paper.sections
        section.page_width, section.page_height = Mm(210), Mm(297)
        self._author, self._at = author, f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        self._numbers = count(1)
        self._table: Table | None = None

    def add(self, line: _Line) -> None:
        if line.block.kind is Kind.ROW:
            self._add_row(line)
            return
        self._table = None
        level = line.block.level if line.block.kind is Kind.HEADING else 0
        paragraph = self._paper.add_paragraph(style=f"Heading {level}" if level else None)
        self._write(paragraph, line.cells[0])
        self._mark_end(paragraph, line.fate)

    def content(self) -> bytes:
        kept = BytesIO()
        self._paper.save(kept)
        return kept.getvalue()

    def _add_row(self, line: _Line) -> None:
        if self._table is None or (line.block.begins and line.fate is not _Fate.DELETED):
            self._table = self._paper.add_table(rows=0, cols=len(line.cells))
            self._table.style = "Table Grid"
        for _ in range(len(line.cells) - len(self._table.columns)):
            self._table.add_column(_ADDED_COLUMN)
        row = self._table.add_row()
        if line.fate is not _Fate.KEPT:
            row._tr.get_or_add_trPr().append(self._change(line.fate))
        for cell, words in zip(row.cells, line.cells, strict=False):
            self._write(cell.paragraphs[0], words)

    def _write(self, paragraph: Paragraph, words: _Words) -> None:
        for fate, text in words:
            run = paragraph.add_run(text)._element
            if fate is _Fate.DELETED:
                for part in run.findall(qn("w:t")):
                    part.tag = qn("w:delText")
            if fate is not _Fate.KEPT:
                change = self._change(fate)
                run.addprevious(change)
                change.append(run)

    def _mark_end(self, paragraph: Paragraph, fate: _Fate) -> None:
        """Mark the paragraph's own end: a paragraph that was deleted leaves no empty line."""
        if fate is not _Fate.KEPT:
            marks = OxmlElement("w:rPr")
            marks.append(self._change(fate))
            paragraph._p.get_or_add_pPr().append(marks)

    def _change(self, fate: _Fate) -> BaseOxmlElement:
        change = OxmlElement(fate.value)
        for name, value in (("id", next(self._numbers)), ("author", self._author), ("date", self._at)):
            change.set(qn(f"w:{name}"), str(value))
        return change


def _lines(comparison: Comparison) -> Iterator[_Line]:
    for part in comparison.parts:
        if isinstance(part, Changed):
            yield from map(_changed, part.differences)
        else:
            for block in part.blocks:
                yield _Line(block, _Fate.KEPT, _whole(block, _Fate.KEPT))


def _changed(difference: Difference) -> _Line:
    old, new = difference.old, difference.new
    if new is None:
        assert old is not None  # noqa: S101
        return _Line(old, _Fate.DELETED, _whole(old, _Fate.DELETED))
    if old is None:
        return _Line(new, _Fate.INSERTED, _whole(new, _Fate.INSERTED))
    cells = zip_longest(difference.old_pieces, difference.new_pieces, fillvalue=())
    return _Line(new, _Fate.KEPT, tuple(tuple(_in_one(was, became)) for was, became in cells))


def _whole(block: Block, fate: _Fate) -> tuple[_Words, ...]:
    return tuple(((fate, cell),) for cell in block.cells)


def _in_one(old: Iterable[Piece], new: Iterable[Piece]) -> Iterator[tuple[_Fate, str]]:
    """Both sides as one run of words: before what stands on both, what went, then what came. Space alone is no change:
    the new one's stands."""
    left = deque(piece for piece in old if piece.text.strip())
    for piece in new:
        if piece.text.strip():
            yield from _gone(left)
            if piece.mark is Mark.SAME:
                left.popleft()
        yield (_Fate.KEPT if piece.mark is Mark.SAME else _Fate.INSERTED), piece.text
    yield from _gone(left)


def _gone(left: deque[Piece]) -> Iterator[tuple[_Fate, str]]:
    """The words of the old side before the next ones that stand on both."""
    while left and left[0].mark is not Mark.SAME:
        yield _Fate.DELETED, left.popleft().text
