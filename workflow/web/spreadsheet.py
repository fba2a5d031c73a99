"""Tables for spreadsheets: CSV that opens as text, whatever people wrote into it."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

STARTS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""First characters that some spreadsheets read as a formula (OWASP: CSV injection)."""
BOM = "\ufeff"
"""Byte order mark by which a spreadsheet recognises UTF-8."""


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


def may_be_a_formula(text: str) -> bool:
    return text.startswith(STARTS_A_FORMULA) or text.lstrip().startswith(STARTS_A_FORMULA)
