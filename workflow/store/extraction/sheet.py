"""Read one sheet of a workbook, both named on the command line, and print its rows as JSON, or why there are none:
each row's number, its cells, and the places of those that are computed."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from openpyxl import load_workbook

from workflow.domain.takeover import MOST_ROWS
from workflow.domain.texts import Unreadable
from workflow.store.extraction import archive, workbook
from workflow.store.extraction.limits import CannotRead, limit_this_process

_MOST_COLUMNS = 50

Row = tuple[int, list[str], list[int]]


def main() -> None:
    limit_this_process()
    try:
        found: str | list[Row] | None = rows_of(Path(sys.argv[1]), sys.argv[2])
    except CannotRead as error:
        found = error.why.value
    except (MemoryError, RecursionError):
        found = Unreadable.TOO_LARGE.value
    json.dump(found, sys.stdout)


def rows_of(path: Path, name: str) -> list[Row] | None:
    """The rows of the sheet in which something is written; None when the workbook has no sheet of that name. Raises
    `CannotRead`."""
    workbook.must_be_harmless(archive.opened(path))
    with workbook.broken_as_such(), path.open("rb") as opened:
        book = load_workbook(opened, read_only=True, keep_links=False)
        if name not in book.sheetnames:
            return None
        found = []
        for row in _written(book[name]):
            found.append(row)
            if len(found) > 2 * MOST_ROWS:
                raise CannotRead(Unreadable.TOO_LARGE)
        return found


def _written(sheet: object) -> Iterator[Row]:
    sheet.reset_dimensions()  # type: ignore[attr-defined]  # what a sheet says of its size is not relied on
    for number, cells in enumerate(sheet.iter_rows(max_col=_MOST_COLUMNS), start=1):  # type: ignore[attr-defined]
        formulas = [place for place, cell in enumerate(cells) if cell.data_type == "f"]
        texts = [workbook.shown(cell.value) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            yield number, texts, formulas


if __name__ == "__main__":
    main()
