"""Tables for spreadsheets, as Excel and as CSV, that open as text, whatever people wrote into them."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from workflow.wire.formulas import may_be_a_formula

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"

BOM = "\ufeff"
"""Byte order mark by which a spreadsheet recognises UTF-8."""


def workbook(title: str, table: Sequence[Sequence[Any]], widths: Sequence[int]) -> bytes:
    """The table in Excel's own format, its first row the headings. Every text is kept as it is, and marked as text."""
    book = Workbook(write_only=True)
    sheet: WriteOnlyWorksheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    for place, row in enumerate(table):
        sheet.append([_cell(sheet, value, heading=place == 0) for value in row])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def csv_file(table: Sequence[Sequence[Any]]) -> bytes:
    """The table as CSV, its first row the headings."""
    headings, *rest = table
    return "".join(csv_lines(headings, rest)).encode()


def csv_lines(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The table line by line, as CSV. A cell that a spreadsheet would take for a formula is kept as text."""
    yield BOM + _line(headings)
    for row in rows:
        yield _line(row)


def _line(cells: Sequence[object]) -> str:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerow([_harmless(cell) for cell in cells])
    return written.getvalue()


def _harmless(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if may_be_a_formula(text) else text


def _cell(sheet: WriteOnlyWorksheet, value: Any, *, heading: bool) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = may_be_a_formula(value)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if heading:
        cell.font = Font(bold=True)
    return cell
