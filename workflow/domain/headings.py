"""The line of headings above a table that somebody pastes: no row of it, and left out by every reader of such a table."""

from collections.abc import Callable, Collection
from typing import TypeVar

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


Line = TypeVar("Line")


def below_headings(
    lines: list[Line], first_column: Collection[str], cell: Callable[[Line], str]
) -> list[Line]:
    """The lines of a table without the first one, where its cell names the column by one of those names."""
    names = {each.casefold() for each in first_column}
    return lines[1:] if lines and cell(lines[0]).strip().casefold() in names else lines
