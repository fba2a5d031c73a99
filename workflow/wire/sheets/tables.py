"""Papers of a meeting as Excel: 席次・出欠表 with room to mark, 次第 and 資料一覧. Every text is kept as it is, and marked as
text."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation

from workflow.domain.sheets import MeetingSheet, SheetItem, SheetKind, SheetSeat

_LINE = Border(*(Side("thin") for _ in range(4)))
_NAMED = PatternFill("solid", fgColor="F2F2F2")
_WAYS = '"出席,代理出席,欠席"'
_SEATS = (("番号", 8), ("役", 12), ("氏名", 30), ("出欠", 14), ("代理者", 30), ("備考", 24))
_AGENDA = (("番号", 10), ("議題", 60), ("目的", 10), ("予定時間", 10), ("資料", 28))
_PAPERS = (("番号", 16), ("資料の名称", 54), ("議題", 10), ("ファイル名", 38))


def seats_table(sheet: MeetingSheet) -> bytes:
    """The table of a meeting's seats: members by role, then the 事務局."""
    book, table = _begun(SheetKind.SEATS, sheet, _SEATS)
    first = table.max_row + 1
    for seat in (*sheet.members, *sheet.staff):
        write_row(table, _of_seat(seat))
    if table.max_row >= first:
        choices = DataValidation("list", formula1=_WAYS, allow_blank=True)
        choices.add(f"D{first}:D{table.max_row}")
        table.add_data_validation(choices)
    return kept_book(book)


def agenda_table(sheet: MeetingSheet) -> bytes:
    """The 次第: the items in their order, each with its papers."""
    book, table = _begun(SheetKind.AGENDA, sheet, _AGENDA)
    for item in sheet.items:
        write_row(table, _of_item(item), bold=bool(item.heading))
    return kept_book(book)


def papers_table(sheet: MeetingSheet) -> bytes:
    """The 資料一覧."""
    book, table = _begun(SheetKind.PAPERS, sheet, _PAPERS)
    for paper in sheet.papers:
        write_row(table, (paper.number, paper.name, paper.item, paper.filename))
    return kept_book(book)


TABLES = {SheetKind.SEATS: seats_table, SheetKind.AGENDA: agenda_table, SheetKind.PAPERS: papers_table}
"""The papers that are had as Excel."""


def _of_seat(seat: SheetSeat) -> Sequence[str]:
    return seat.number, seat.role, seat.name, seat.present, seat.deputy, seat.presided


def _of_item(item: SheetItem) -> Sequence[str]:
    papers = "、".join(paper.number for paper in item.papers)
    return item.number, item.title, item.purpose, item.minutes, papers


def _begun(kind: SheetKind, sheet: MeetingSheet, columns: Sequence[tuple[str, int]]) -> tuple[Workbook, Any]:
    """A book whose one sheet names the meeting and has its headings, which stand on every page of A4."""
    book = Workbook()
    table = book.active
    table.title = kind.label.replace("・", "")
    table.page_setup.paperSize, table.page_setup.fitToHeight = table.PAPERSIZE_A4, 0
    table.sheet_properties.pageSetUpPr.fitToPage = True
    for column, (_, width) in zip("ABCDEF", columns, strict=False):
        table.column_dimensions[column].width = width
    for words in (sheet.title, sheet.when, sheet.place):
        write_row(table, (words,), lined=False)
    write_row(table, [heading for heading, _ in columns], bold=True, filled=True)
    table.print_title_rows = f"{table.max_row}:{table.max_row}"
    table.freeze_panes = f"A{table.max_row + 1}"
    return book, table


def kept_book(book: Workbook) -> bytes:
    """The book as a file."""
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def write_row(
    table: Any, words: Iterable[str], *, bold: bool = False, lined: bool = True, filled: bool = False
) -> None:
    """Add a row of texts, as they are."""
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
        if filled:
            cell.fill = _NAMED
