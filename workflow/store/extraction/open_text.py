"""Text out of an OpenDocument text (odt)."""

import zipfile
from collections.abc import Iterator

from lxml import etree

from workflow.domain.texts import Block, Unreadable, heading, paragraph, row
from workflow.store.extraction import archive
from workflow.store.extraction.limits import CannotRead

_NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TEXT, _TABLE, _DRAW = (f"{{{_NAMES}{each}:1.0}}" for each in ("office", "text", "table", "drawing"))
_UNSEEN = {f"{_TEXT}tracked-changes", f"{_TEXT}ruby-text", f"{_TEXT}note-citation", f"{_OFFICE}annotation"}
"""Deletions, the reading beside a word (ruby), the number of a note, remarks in the margin."""
_APART = {f"{_TEXT}note-body", f"{_DRAW}text-box"}
"""Elements attached to a paragraph that have paragraphs of its own."""
_MOST_REPEATED = 50


def blocks(document: zipfile.ZipFile) -> Iterator[Block]:
    """The blocks of an OpenDocument text. Raises `CannotRead`."""
    if b"encryption-data" in (archive.content(document, "META-INF/manifest.xml") or b""):
        raise CannotRead(Unreadable.LOCKED)
    root = archive.xml(document, "content.xml")
    body = None if root is None else root.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise CannotRead(Unreadable.BROKEN)
    yield from _blocks(body)


def _blocks(parent: etree._Element) -> Iterator[Block]:
    for child in parent:
        if child.tag in (f"{_TEXT}h", f"{_TEXT}p"):
            yield _block(child)
            for apart in _hanging(child):
                yield from _blocks(apart)
        elif child.tag == f"{_TABLE}table":
            for place, each in enumerate(_rows(child)):
                yield row(_cells(each), begins=place == 0)
        elif child.tag not in _UNSEEN:
            yield from _blocks(child)


def _block(element: etree._Element) -> Block:
    text = "".join(_pieces(element))
    if element.tag == f"{_TEXT}p":
        return paragraph(text)
    return heading(text, _count(element, f"{_TEXT}outline-level"))


def _pieces(element: etree._Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag == f"{_TEXT}s":
            yield " " * _count(child, f"{_TEXT}c")
        elif child.tag in (f"{_TEXT}tab", f"{_TEXT}line-break"):
            yield "\t" if child.tag == f"{_TEXT}tab" else "\n"
        elif child.tag not in _UNSEEN and child.tag not in _APART:
            yield from _pieces(child)
        yield child.tail or ""


def _hanging(element: etree._Element) -> Iterator[etree._Element]:
    for child in element:
        if child.tag in _APART:
            yield child
        elif child.tag not in _UNSEEN:
            yield from _hanging(child)


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        if child.tag == f"{_TABLE}table-row":
            yield child
        else:
            yield from _rows(child)


def _cells(row: etree._Element) -> Iterator[str]:
    for cell in row:
        if cell.tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            text = "\n".join(filter(None, (block.text.strip() for block in _blocks(cell))))
            yield from [text] * _count(cell, f"{_TABLE}number-columns-repeated")


def _count(element: etree._Element, name: str) -> int:
    value = element.get(name, "1")
    return min(int(value), _MOST_REPEATED) if value.isdecimal() and len(value) < 9 else 1
