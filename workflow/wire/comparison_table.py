"""新旧対照表: the differences of two versions as Word, as Excel and as a page, the words that changed underlined."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from itertools import groupby

import docx as word
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell, _Row
from docx.text.run import Run
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Alignment, Border, Font, Side

from workflow.domain.comparison import Changed, Comparison, Difference, Mark, Piece, Pieces
from workflow.domain.language import label, say
from workflow.wire.formulas import may_be_a_formula

_FONT = "游明朝"
_BETWEEN = " | "
"""The text between the cells of a row."""
_LONGEST_CELL = 32_000
"""The longest text of a cell, in characters: Excel takes 32,767."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A difference as the table has it, and the heading it stands under."""

    under: str
    old: tuple[Piece, ...]
    new: tuple[Piece, ...]
    remark: str


def docx(title: str, old: str, new: str, comparison: Comparison) -> bytes:
    """As Word, on A4 across. `old` and `new` name the versions."""
    paper = word.Document()
    _lay_across(paper)
    for text, size in ((say("新旧対照表"), 16), (title, 11)):
        above = paper.add_paragraph()
        above.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _write(above.add_run(text), size=size, bold=size > 11)
    parts = [(under, list(lines)) for under, lines in groupby(_lines(comparison), lambda line: line.under)]
    table = paper.add_table(rows=1 + sum(len(lines) + bool(under) for under, lines in parts), cols=3)
    table.style, table.autofit = "Table Grid", False
    for column, width in zip(table.columns, _WIDTHS, strict=True):
        column.width = width
    rows = iter(table.rows)
    _head(next(rows), _headings(old, new))
    for under, lines in parts:
        if under:
            _name_part(next(rows), under)
        for line in lines:
            _fill(next(rows), [line.old, line.new, _plain(line.remark)])
    kept = BytesIO()
    paper.save(kept)
    return kept.getvalue()


def xlsx(old: str, new: str, comparison: Comparison) -> bytes:
    """As Excel. Every text is kept as it is, and marked as text."""
    book = Workbook()
    sheet = book.active
    sheet.title = say("新旧対照表")
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage = 0, True
    sheet.print_title_rows = "1:1"
    for column, width in zip("ABCD", _COLUMNS, strict=True):
        sheet.column_dimensions[column].width = width
    table = [[_plain(each) for each in (say("見出し"), *_headings(old, new))]]
    for line in _lines(comparison):
        table.append([_plain(line.under), line.old, line.new, _plain(line.remark)])
    for place, row in enumerate(table, start=1):
        sheet.row_dimensions[place].height = _height(row)
        for number, pieces in enumerate(row, start=1):
            cell = sheet.cell(place, number)
            cell.value = _rich(pieces)
            cell.data_type = "s"
            cell.quotePrefix = may_be_a_formula("".join(piece.text for piece in pieces))
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.border = _BORDER
            cell.font = Font(bold=place == 1)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def page(title: str, old: str, new: str, comparison: Comparison) -> str:
    """As a page that needs nothing else."""
    rows, under = [], ""
    for line in _lines(comparison):
        if line.under and line.under != under:
            rows.append(f'<tr><th colspan="3">{escape(line.under)}</th></tr>')
        under = line.under
        cells = (_marked_up(line.old), _marked_up(line.new), escape(line.remark))
        rows.append(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    named = escape(f"{say('新旧対照表')}　{title}")
    heads = "".join(f'<th scope="col">{escape(each)}</th>' for each in _headings(old, new))
    return (
        f'<!doctype html>\n<html lang="ja">\n<head><meta charset="utf-8"><title>{named}</title><style>{_STYLE}</style></head>\n'
        f"<body>\n<h1>{named}</h1>\n<table>\n<tr>{heads}</tr>\n{chr(10).join(rows)}\n</table>\n</body>\n</html>\n"
    )


_STYLE = (
    "body{font-family:sans-serif;margin:2em}table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #666;padding:.4em;vertical-align:top;text-align:left;white-space:pre-wrap}th{background:#f2f2f2}"
)


def _marked_up(pieces: Sequence[Piece]) -> str:
    marks = {Mark.SAME: "{}", Mark.OTHER: "<u>{}</u>", Mark.NUMBER: "<b><u>{}</u></b>"}
    return "".join(marks[piece.mark].format(escape(piece.text)) for piece in pieces)


def _headings(old: str, new: str) -> tuple[str, str, str]:
    return say("旧（{version}）", version=old), say("新（{version}）", version=new), say("備考")


def _lines(comparison: Comparison) -> Iterator[_Line]:
    for part in comparison.parts:
        if isinstance(part, Changed):
            for each in part.differences:
                yield _Line(part.under, _side(each.old_pieces), _side(each.new_pieces), _remark(each))


def _side(cells: Pieces) -> tuple[Piece, ...]:
    between = _plain(_BETWEEN)
    return tuple(piece for place, cell in enumerate(cells) for piece in (*(between if place else ()), *cell))


def _plain(text: str) -> tuple[Piece, ...]:
    return (Piece(text, Mark.SAME),)


def _remark(each: Difference) -> str:
    words = label(each.change)
    if each.number_changed:
        return say("{change}（数字）", change=words)
    if each.elsewhere:
        return say("{change}（{heading}）", change=words, heading=each.elsewhere)
    return words


# --- Word --------------------------------------------------------------------------------------------------

_WIDTHS = (Mm(115), Mm(115), Mm(32))


def _lay_across(paper: Document) -> None:
    (section,) = paper.sections
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(17)
    section.top_margin = section.bottom_margin = Mm(18)


def _head(row: _Row, headings: Sequence[str]) -> None:
    """Fill the row of headings, which stands above the table on every page."""
    _fill(row, [_plain(each) for each in headings], bold=True)
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for cell in row.cells:
        _shade(cell)


def _name_part(row: _Row, under: str) -> None:
    """Fill a row across the table with the heading that the following rows stand under."""
    cell = row.cells[0].merge(row.cells[2])
    _fill_cell(cell, _plain(under), bold=True)
    _shade(cell)


def _shade(cell: _Cell) -> None:
    shading = OxmlElement("w:shd")
    shading.set(qn("w:val"), "clear")
    shading.set(qn("w:fill"), "F2F2F2")
    cell._tc.get_or_add_tcPr().append(shading)


def _fill(row: _Row, cells: Sequence[tuple[Piece, ...]], *, bold: bool = False) -> None:
    for cell, width, pieces in zip(row.cells, _WIDTHS, cells, strict=True):
        cell.width = width
        _fill_cell(cell, pieces, bold=bold)


def _fill_cell(cell: _Cell, pieces: tuple[Piece, ...], *, bold: bool) -> None:
    line = cell.paragraphs[0]
    line.paragraph_format.space_after = Pt(0)
    for piece in pieces:
        run = line.add_run(piece.text)
        run.underline = piece.mark is not Mark.SAME
        _write(run, size=10, bold=bold or piece.mark is Mark.NUMBER)


def _write(run: Run, *, size: int, bold: bool) -> None:
    run.font.size, run.font.name, run.bold = Pt(size), _FONT, bold
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONT)


# --- Excel -------------------------------------------------------------------------------------------------

_BORDER = Border(*(Side("thin") for _ in range(4)))
_FONTS = {
    Mark.OTHER: InlineFont(u="single"),
    Mark.NUMBER: InlineFont(u="single", b=True),
}


def _height(row: Sequence[tuple[Piece, ...]]) -> float:
    """The height a row needs, in points: a program that opens the table does not measure what it underlines."""
    texts = ("".join(piece.text for piece in pieces) for pieces in row)
    lines = (
        sum(1 + 2 * len(line) // width for line in text.split("\n"))
        for text, width in zip(texts, _COLUMNS, strict=True)
    )
    return min(max(lines) * _LINE, _HIGHEST)


_COLUMNS = (24, 60, 60, 24)
"""Widths of the columns, in half signs."""
_LINE, _HIGHEST = 16, 400


def _rich(pieces: tuple[Piece, ...]) -> CellRichText | str:
    text = "".join(piece.text for piece in pieces)
    if len(text) > _LONGEST_CELL:
        return say("{beginning}…（以下略）", beginning=text[:_LONGEST_CELL])
    if all(piece.mark is Mark.SAME for piece in pieces):
        return text
    return CellRichText(
        *(
            TextBlock(_FONTS[piece.mark], piece.text) if piece.mark in _FONTS else piece.text
            for piece in pieces
        )
    )
