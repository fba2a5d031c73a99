"""Text out of Excel (xlsx): each sheet under its name, row by row, with the values last computed."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from workflow.domain.texts import Block, Unreadable, heading, row
from workflow.store.extraction import archive
from workflow.store.extraction.limits import LARGEST_PART, CannotRead

_MOST_COLUMNS = 500


def blocks(path: Path, document: zipfile.ZipFile) -> Iterator[Block]:
    """The blocks of a workbook. Raises `CannotRead`."""
    must_be_harmless(document)
    with broken_as_such(), path.open("rb") as opened:
        for sheet in load_workbook(opened, read_only=True, data_only=True, keep_links=False).worksheets:
            for each in _rows(sheet):
                if each.begins:
                    yield heading(sheet.title, 1)
                yield each


@contextmanager
def broken_as_such() -> Iterator[None]:
    """Turns what openpyxl raises on a broken workbook into `CannotRead`."""
    try:
        yield
    except (
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        SyntaxError,
        EOFError,
    ) as error:
        raise CannotRead(Unreadable.BROKEN) from error


def must_be_harmless(document: zipfile.ZipFile) -> None:
    """openpyxl unpacks what it finds: nothing too large may be in it, and nothing that declares entities."""
    names = [each.filename for each in document.infolist() if each.filename.endswith((".xml", ".rels"))]
    if sum(document.getinfo(name).file_size for name in names) > LARGEST_PART:
        raise CannotRead(Unreadable.TOO_LARGE)
    for name in names:
        written = archive.content(document, name) or b""
        if b"<!DOCTYPE" in written or b"\0" in written:
            raise CannotRead(Unreadable.BROKEN)


def _rows(sheet: Any) -> Iterator[Block]:
    sheet.reset_dimensions()  # what a sheet says of its size is not relied on
    begins = True
    for cells in sheet.iter_rows(values_only=True):
        written = [shown(cell) for cell in cells[:_MOST_COLUMNS]]
        while written and not written[-1]:
            written.pop()
        if any(written):
            yield row(written, begins=begins)
            begins = False


def shown(value: Any) -> str:
    """The value of a cell, as text."""
    if value is None:
        return ""
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, datetime | date | time):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
