"""The opinions as a spreadsheet. Text of the public must not run as a formula when the file is opened."""

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from workflow.domain.calendar import shown_moment
from workflow.domain.comments import WRITER_FIELDS, Author
from workflow.domain.language import label, say
from workflow.queries import Said
from workflow.web.spreadsheet import csv_lines, may_be_a_formula


def rows(said: Iterable[Said], writers: Mapping[int, Author]) -> list[list[Any]]:
    """The headings and one row for each opinion, with who wrote it, or that they are erased."""
    headings = [
        say("受付番号"),
        say("枝番"),
        say("受付方法"),
        say("届いた日時"),
        say("期間後"),
        say("意見"),
        say("意見の概要"),
        say("区の考え方"),
        say("反映結果"),
        *(say(label) for label, _ in WRITER_FIELDS.values()),
    ]
    return [headings, *(_row(each, writers) for each in said)]


def xlsx(table: Sequence[Sequence[Any]]) -> bytes:
    """As Excel's own format. Every text is kept as it is, and marked as text."""
    book = Workbook(write_only=True)
    sheet: WriteOnlyWorksheet = book.create_sheet(say("意見"))
    sheet.freeze_panes = "A2"
    for column, width in zip(
        "ABCDEFGHIJKLM", (12, 6, 12, 24, 8, 60, 40, 60, 12, 20, 30, 16, 24), strict=True
    ):
        sheet.column_dimensions[column].width = width
    for place, row in enumerate(table):
        sheet.append([_cell(sheet, value, heading=place == 0) for value in row])
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def csv(table: Sequence[Sequence[Any]]) -> bytes:
    """As CSV."""
    headings, *rest = table
    return "".join(csv_lines(headings, rest)).encode()


def _row(each: Said, writers: Mapping[int, Author]) -> list[Any]:
    writer = writers.get(each.submission) or Author(say("消去済み"))
    return [
        each.receipt,
        each.number,
        label(each.route),
        shown_moment(each.received_at),
        say("期間後") if each.late else "",
        each.text,
        each.summary or "",
        each.answer_text or "",
        label(each.disposition) if each.disposition else "",
        *(getattr(writer, field) for field in WRITER_FIELDS),
    ]


def _cell(sheet: WriteOnlyWorksheet, value: Any, *, heading: bool) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = may_be_a_formula(value)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if heading:
        cell.font = Font(bold=True)
    return cell
