"""Read one document, named on the command line, and print its text as JSON, or why it has none: within limits that
end this process, not the one that asked."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from workflow.domain.texts import Block, Text, Unreadable, as_json, with_headings
from workflow.store import uploads
from workflow.store.extraction import archive, open_text, pdf, plain, word, workbook
from workflow.store.extraction.limits import LARGEST_PART, CannotRead, bounded, limit_this_process

_PROTECTED = "EncryptedPackage".encode("utf-16-le")
"""The stream in which Office keeps a document that a password protects."""


def main() -> None:
    limit_this_process()
    found = text_of(Path(sys.argv[1]))
    json.dump(found.value if isinstance(found, Unreadable) else as_json(found), sys.stdout)


def text_of(document: Path) -> Text | Unreadable:
    """The text of a document, whatever it is."""
    try:
        return with_headings(bounded(_blocks(document)))
    except CannotRead as error:
        return error.why
    except (MemoryError, RecursionError):
        return Unreadable.TOO_LARGE


def _blocks(document: Path) -> Iterable[Block]:
    with document.open("rb") as opened:
        kind = uploads.kind_of(opened)
    if kind is uploads.PDF:
        return pdf.blocks(document)
    if kind is uploads.WORD:
        return word.blocks(archive.opened(document))
    if kind is uploads.OPEN_TEXT:
        return open_text.blocks(archive.opened(document))
    if kind is uploads.EXCEL:
        return workbook.blocks(document, archive.opened(document))
    if kind is uploads.TEXT:
        if document.stat().st_size > LARGEST_PART:
            raise CannotRead(Unreadable.TOO_LARGE)
        return plain.blocks(document.read_bytes())
    raise CannotRead(_why_not(document, kind))


def _why_not(document: Path, kind: uploads.FileKind | str) -> Unreadable:
    with document.open("rb") as opened:
        start = opened.read(8 * 1024 * 1024)
    if _PROTECTED in start:
        return Unreadable.LOCKED
    if kind in (uploads.PNG, uploads.JPEG, uploads.TIFF):
        return Unreadable.SCAN
    return Unreadable.OTHER_KIND if isinstance(kind, uploads.FileKind) else Unreadable.BROKEN


if __name__ == "__main__":
    main()
