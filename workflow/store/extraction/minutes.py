"""Read the text of minutes that were edited in Word, named on the command line, and print as JSON its lines, the document's
keywords and what it has besides, or why there is no text."""

import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from workflow.domain.minutes import BesideText
from workflow.domain.texts import MOST_BLOCKS, MOST_CHARACTERS, Kind, Unreadable
from workflow.store.extraction import archive, word
from workflow.store.extraction.limits import CannotRead, limit_this_process

_KEYWORDS = "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}keywords"


def main() -> None:
    limit_this_process()
    try:
        found: str | dict[str, Any] = read(Path(sys.argv[1]))
    except CannotRead as error:
        found = error.why.value
    except (MemoryError, RecursionError):
        found = Unreadable.TOO_LARGE.value
    json.dump(found, sys.stdout)


def read(path: Path) -> dict[str, Any]:
    """The lines of a Word file, empty ones too, as they read with its tracked changes accepted. Raises `CannotRead`."""
    with archive.opened(path) as document:
        root = word.root_of(document)
        beside = [each.value for each in BesideText if each in _beside(document, root)]
        word.join_paragraphs(root)
        lines: list[str] = []
        characters = 0
        for line in _lines(document, root):
            lines.append(line)
            characters += len(line)
            if len(lines) > MOST_BLOCKS or characters > MOST_CHARACTERS:
                raise CannotRead(Unreadable.TOO_LARGE)
        return {"lines": lines, "keywords": _keywords(document), "beside": beside}


def _lines(document: zipfile.ZipFile, root: etree._Element) -> Iterator[str]:
    """Each line of each paragraph; a row of a table is one line, its cells a tab apart."""
    for block in word.blocks_of(document, root):
        if block.kind is not Kind.ROW:
            yield from block.text.split("\n")
        elif any(block.cells):
            yield "\t".join(cell.replace("\n", "　") for cell in block.cells)


def _keywords(document: zipfile.ZipFile) -> str:
    core = archive.xml(document, "docProps/core.xml")
    found = None if core is None else core.find(_KEYWORDS)
    return "" if found is None else (found.text or "")[:1000]


def _beside(document: zipfile.ZipFile, root: etree._Element) -> Iterator[BesideText]:
    tags = {element.tag for element in root.iter(etree.Element)}
    for part, named in _SIGNS.items():
        if not tags.isdisjoint(named):
            yield part
    if not tags.isdisjoint({word.named("numPr")}) or word.in_numbered_styles(
        root, archive.xml(document, "word/styles.xml")
    ):
        yield BesideText.NUMBERS
    if word.has_notes(archive.xml(document, "word/footnotes.xml")):
        yield BesideText.FOOTNOTES
    others = [name for name in document.namelist() if name.startswith(_OTHERS) and name.endswith(".xml")]
    if any(word.has_text(archive.xml(document, name)) for name in others[:_MOST_OTHERS]):
        yield BesideText.OTHERS


_SIGNS = {
    BesideText.CHANGES: {word.named(each) for each in ("ins", "del", "moveFrom", "moveTo")},
    BesideText.COMMENTS: {word.named("commentReference")},
    BesideText.PICTURES: {word.named(each) for each in ("drawing", "pict", "object")},
}
_OTHERS = ("word/endnotes", "word/header", "word/footer")
_MOST_OTHERS = 50

if __name__ == "__main__":
    main()
