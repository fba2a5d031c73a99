"""Tables that somebody pastes from a spreadsheet (tabs), or keeps as CSV. The line of headings above them is no row, and left
out by every reader of such a table."""

import csv
import io
from collections.abc import Callable, Collection
from typing import TypeVar

from workflow.domain.errors import BadInput

PEOPLE = ("氏名", "名前", "利用者ID", "職員", "name", "user key")
"""The first column of a table of people or of the seats of a body."""
DEPARTMENTS = ("名称", "課名", "課の名称", "課", "課ID", "所属", "name", "section", "key of the section")
"""The first column of a list of departments."""
DAYS = (
    "日",
    "日付",
    "月日",
    "年月日",
    "期日",
    "期間",
    "開始日",
    "最初の日",
    "閉庁日",
    "開催日",
    "day",
    "date",
)
"""The first column of a list of days, closed ones or those of meetings."""


def cells_of_lines(text: str, place: str, *, between: str = ",") -> list[tuple[int, list[str]]]:
    """The lines of a table in which something is written, each by its number (from 1) with its cells, which the sign `between`
    separates. `place` names the table in the refusal: raises `BadInput` for a quotation left open, or too long a cell."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True))
    except csv.Error as error:
        raise BadInput(
            place, "表として読めません", '引用符（"）の対応と、一つの欄の長さを確かめてください。'
        ) from error
    lines = [(number, [cell.strip() for cell in row]) for number, row in enumerate(rows, 1)]
    return [(number, cells) for number, cells in lines if any(cells)]


Line = TypeVar("Line")


def below_headings(
    lines: list[Line], first_column: Collection[str], cell: Callable[[Line], str]
) -> list[Line]:
    """The lines of a table without the first one, where its cell names the column by one of those names."""
    names = {each.casefold() for each in first_column}
    return lines[1:] if lines and cell(lines[0]).strip().casefold() in names else lines
