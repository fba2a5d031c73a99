"""Papers of a plan as Excel: the 工程表 with its bars as filled cells, and the 決裁経過, a row a record. Every text is kept
as it is, and marked as text."""

from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter

from workflow.domain.sheets import ApprovalsSheet, ScheduleSheet, SheetGate, SheetKind
from workflow.wire.sheets.tables import kept_book, write_row

_PLANNED, _HELD = PatternFill("solid", fgColor="8DB3E2"), PatternFill("solid", fgColor="4F6228")
_BAR, _NAME = 3.6, 34
"""Widths of a month of the bars and of their names, in half signs."""

_MONTHS = (("月", 14), ("計画策定工程", 30), ("会議名", 34), ("区議会", 30), ("実施", 34))
_VERSIONS = (("版", 16), ("変更日", 20), ("理由", 50), ("了解", 30), ("変更者", 20))
_TEXTS = (
    *(("版", 10), ("文書", 16), ("ファイル名", 34), ("種類", 24), ("段階", 18), ("登録", 40)),
    ("SHA-256", 68),
)
_RECORDS = (
    *(
        ("段階", 16),
        ("必要な手続", 24),
        ("決める者", 24),
        ("根拠", 30),
        ("番号", 8),
        ("日", 24),
        ("種類", 16),
    ),
    *(("文書", 34), ("SHA-256 の初め", 18), ("決めた者", 30), ("権限", 34), ("会議", 40), ("結果", 18)),
    *(("決め方", 14), ("条件・後閲", 44), ("備考", 40), ("記録", 34), ("効力", 30), ("関係", 24)),
)


def schedule_table(sheet: ScheduleSheet) -> bytes:
    """The 工程表: months, bars, and versions, a sheet each."""
    book = Workbook()
    months = _begun(book.active, SheetKind.SCHEDULE.label, f"{sheet.plan}　{sheet.version}", _MONTHS)
    for each in sheet.months:
        write_row(months, (each.name, each.work, each.meetings, each.assembly, each.held))
    if sheet.ruler:
        _bars(book.create_sheet("工程の線"), sheet)
    known = _begun(book.create_sheet(), "工程表の版", sheet.plan, _VERSIONS)
    for version in sheet.versions:
        write_row(known, (version.name, version.changed_on, version.reason, version.agreed, version.made_by))
    return kept_book(book)


def approvals_table(sheet: ApprovalsSheet) -> bytes:
    """The 決裁経過: the records, and the texts that they are about, a sheet each."""
    book = Workbook()
    records = _begun(book.active, SheetKind.APPROVALS.label, f"{sheet.plan}　{sheet.chain}", _RECORDS)
    for gate in sheet.gates:
        for row in _of_gate(gate):
            write_row(records, row)
    texts = _begun(book.create_sheet(), "文書", sheet.plan, _TEXTS)
    for each in sheet.texts:
        row = (each.number, each.document, each.filename, each.kind, each.stage, each.registered)
        write_row(texts, (*row, each.sha256))
    return kept_book(book)


def _of_gate(gate: SheetGate) -> Iterable[Sequence[str]]:
    name = f"{gate.name}　{gate.visit}" if gate.visit else gate.name
    for each in gate.answers:
        yield (
            *(gate.stage, name, gate.decider, gate.basis, each.number, each.day, each.kind, each.text),
            *(each.sha256, each.decider, each.authority, each.held, each.outcome, each.manner),
            *(each.conditions, each.note, each.recorded, each.validity, each.about),
        )


def _bars(table: Any, sheet: ScheduleSheet) -> None:
    """The months of each work as filled cells: a row as planned, and a row as held."""
    _shape(table, [_NAME, *[_BAR] * len(sheet.months)])
    write_row(table, (f"{sheet.plan}　{sheet.version}",), lined=False)
    write_row(table, ("", *(each.year for each in sheet.months)), lined=False)
    write_row(table, ("工程", *(each.month for each in sheet.months)), bold=True, filled=True)
    table.freeze_panes = f"B{table.max_row + 1}"
    for work in sheet.works:
        for name, bar, fill in (
            (f"{work.name}（予定）", work.bar, _PLANNED),
            (f"{work.name}（実際）", work.held_bar, _HELD),
        ):
            write_row(table, (name, *[""] * len(bar)))
            for column, sign in enumerate(bar, start=2):
                if sign != "・":
                    table.cell(table.max_row, column).fill = fill


def _begun(table: Any, title: str, about: str, columns: Sequence[tuple[str, int]]) -> Any:
    """A sheet with the plan above its headings, which stand on every page of A4."""
    table.title = title
    _shape(table, [width for _, width in columns])
    write_row(table, (about,), lined=False)
    write_row(table, [heading for heading, _ in columns], bold=True, filled=True)
    table.print_title_rows = f"{table.max_row}:{table.max_row}"
    table.freeze_panes = f"A{table.max_row + 1}"
    return table


def _shape(table: Any, widths: Sequence[float]) -> None:
    table.page_setup.paperSize, table.page_setup.fitToHeight = table.PAPERSIZE_A4, 0
    table.page_setup.orientation = "landscape"
    table.sheet_properties.pageSetUpPr.fitToPage = True
    for column, width in enumerate(widths, start=1):
        table.column_dimensions[get_column_letter(column)].width = width
