"""席次・出欠表 as Excel, with room to mark. Every text is kept as it is, and marked as text."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation

from workflow.domain.sheets import MeetingSheet, SheetKind, SheetSeat

_HEADINGS = ("番号", "役", "氏名", "出欠", "代理者", "備考")
_WIDTHS = (8, 12, 30, 14, 30, 24)
_LINE = Border(*(Side("thin") for _ in range(4)))
_NAMED = PatternFill("solid", fgColor="F2F2F2")
_WAYS = '"出席,代理出席,欠席"'


def seats_table(sheet: MeetingSheet) -> bytes:
    """The table of a meeting's seats: members by role, then the 事務局."""
    book = Workbook()
    table = book.active
    table.title = SheetKind.SEATS.label.replace("・", "")
    table.page_setup.paperSize, table.page_setup.fitToHeight = table.PAPERSIZE_A4, 0
    table.sheet_properties.pageSetUpPr.fitToPage = True
    for column, width in zip("ABCDEF", _WIDTHS, strict=True):
        table.column_dimensions[column].width = width
    for words in (sheet.title, sheet.when, sheet.place):
        _write(table, (words,), lined=False)
    _write(table, _HEADINGS, bold=True)
    table.print_title_rows = f"{table.max_row}:{table.max_row}"
    table.freeze_panes = f"A{table.max_row + 1}"
    first = table.max_row + 1
    for seat in (*sheet.members, *sheet.staff):
        _write(table, _cells(seat))
    if table.max_row >= first:
        choices = DataValidation("list", formula1=_WAYS, allow_blank=True)
        choices.add(f"D{first}:D{table.max_row}")
        table.add_data_validation(choices)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def _cells(seat: SheetSeat) -> Sequence[str]:
    return seat.number, seat.role, seat.name, seat.present, seat.deputy, seat.presided


def _write(table: Any, words: Sequence[str], *, bold: bool = False, lined: bool = True) -> None:
    row = table.max_row + (table.max_row > 1 or table.cell(1, 1).value is not None)
    for column, text in enumerate(words, start=1):
        cell = table.cell(row, column)
        cell.value = text or None
        if text:
            cell.data_type = "s"
            cell.quotePrefix = True
        cell.font = Font(bold=bold)
        if lined:
            cell.border, cell.alignment = _LINE, Alignment(wrap_text=True, vertical="top")
        if bold:
            cell.fill = _NAMED
