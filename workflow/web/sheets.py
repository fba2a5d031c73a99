"""Tables for spreadsheets: CSV that opens as text, whatever people wrote into it."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

BOM = "\ufeff"
"""Tells a spreadsheet that this is UTF-8."""


def csv_lines(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The table line by line, as CSV. A cell that a spreadsheet would take for a formula is kept as text."""
    yield BOM + _line(headings)
    for row in rows:
        yield _line(row)


def _line(cells: Sequence[object]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([_safe(cell) for cell in cells])
    return written.getvalue()


def _safe(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return (
        f"'{text}"
        if text.lstrip().startswith(("=", "+", "-", "@")) or text.startswith(("\t", "\r", "\n"))
        else text
    )
