"""Sheets of uploaded workbooks, read like every document in a process of its own."""

from pathlib import Path

from workflow.domain.errors import BadInput
from workflow.domain.language import label, say
from workflow.domain.takeover import SheetRow
from workflow.domain.texts import Unreadable
from workflow.store.texts import Busy, alone, answer_of_reader
from workflow.store.uploads import EXCEL, an_upload


def rows_of(filename: str, workbook: Path, sheet: str) -> list[SheetRow]:
    """The rows of the sheet in which something is written. Raises `BadInput` when the file is no workbook that is taken,
    or has no such sheet."""
    if an_upload(filename, workbook) is not EXCEL:
        raise BadInput(
            "Excel の表",
            say("「{name}」は Excel ブック（xlsx）ではありません", name=filename[:100]),
            "様式に書き、Excel ブック（xlsx）として保存したファイルを選んでください。",
        )
    try:
        with alone():
            found = answer_of_reader("workflow.store.extraction.sheet", workbook, sheet)
    except Busy:
        found = Unreadable.BUSY.value
    if found is None:
        raise BadInput(
            "Excel の表",
            say("「{name}」に「{sheet}」のシートがありません", name=filename[:100], sheet=sheet),
            "様式のシートの名前を変えずに使ってください。",
        )
    if isinstance(found, str):
        raise BadInput(
            "Excel の表",
            say("「{name}」を読めません（{why}）", name=filename[:100], why=label(Unreadable(found))),
            "様式に書き写し、xlsx で保存し直してください。",
        )
    return [SheetRow(number, tuple(cells), frozenset(formulas)) for number, cells, formulas in found]
