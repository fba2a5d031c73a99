"""Text out of Word (docx), as it reads with its tracked changes accepted."""

import re
import zipfile
from collections.abc import Iterator

from lxml import etree

from workflow.domain.texts import Block, Unreadable, heading, paragraph, row
from workflow.store.extraction import archive
from workflow.store.extraction.limits import CannotRead

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_UNSEEN = {f"{_W}del", f"{_W}moveFrom", f"{_W}rt", f"{_W}pPr", f"{_W}rPr", f"{_W}sdtPr", _FALLBACK}
"""Deletions, what moved away, the reading beside a word (ruby), properties, and what older programs show instead."""
_SIGNS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_NO_HEADING = 9
"""The outline level of running text; a heading's is from 0."""


def blocks(document: zipfile.ZipFile) -> Iterator[Block]:
    """The blocks of a Word file, then those of its footnotes. Raises `CannotRead`."""
    yield from blocks_of(document, root_of(document))


def root_of(document: zipfile.ZipFile) -> etree._Element:
    """The root of the file's main part. Raises `CannotRead`."""
    main = archive.main_part(document, "wordprocessingml.document.main+xml", "word/document.xml")
    root = archive.xml(document, main)
    if root is None:
        raise CannotRead(Unreadable.BROKEN)
    return root


def blocks_of(document: zipfile.ZipFile, root: etree._Element) -> Iterator[Block]:
    """The blocks of the main part, then those of the file's footnotes. Raises `CannotRead`."""
    levels = _heading_styles(archive.xml(document, "word/styles.xml"))
    yield from _blocks(root, levels)
    for note in _notes(archive.xml(document, "word/footnotes.xml")):
        yield from _blocks(note, levels)


def join_paragraphs(root: etree._Element) -> None:
    """Join each paragraph whose end a tracked change takes away with the next one, into which its text goes."""
    for each in reversed(list(root.iter(f"{_W}p"))):
        marks = each.find(f"{_W}pPr/{_W}rPr")
        after = each.getnext()
        if marks is None or after is None or after.tag != f"{_W}p":
            continue
        if any(marks.find(f"{_W}{mark}") is not None for mark in ("del", "moveFrom")):
            own = [child for child in each if child.tag != f"{_W}pPr"]
            place = 0 if after.find(f"{_W}pPr") is None else 1
            after[place:place] = own
            each.getparent().remove(each)


def has_notes(notes: etree._Element | None) -> bool:
    """Return whether the part holds footnotes of somebody's."""
    return any(True for _ in _notes(notes))


def has_text(part: etree._Element | None) -> bool:
    """Return whether words stand in the part; the number of a page is none."""
    return part is not None and any(
        (text.text or "").strip(" 　0123456789-/") for text in part.iter(f"{_W}t")
    )


def in_numbered_styles(root: etree._Element, styles: etree._Element | None) -> bool:
    """Return whether a paragraph is in a style that numbers it, or puts a sign before it."""
    numbered = {
        style.get(f"{_W}styleId")
        for style in (() if styles is None else styles.iter(f"{_W}style"))
        if style.find(f"{_W}pPr/{_W}numPr") is not None
    }
    return any(used.get(f"{_W}val") in numbered for used in root.iter(f"{_W}pStyle"))


def named(tag: str) -> str:
    """The tag as lxml names it."""
    return f"{_W}{tag}"


def _notes(notes: etree._Element | None) -> Iterator[etree._Element]:
    for note in () if notes is None else notes:
        if note.get(f"{_W}type") is None:
            yield note


def _blocks(parent: etree._Element, levels: dict[str, int]) -> Iterator[Block]:
    for child in parent:
        if child.tag == f"{_W}p":
            yield _block(child, levels)
            for box in _boxes(child):
                yield from _blocks(box, levels)
        elif child.tag == f"{_W}tbl":
            for place, each in enumerate(_rows(child)):
                yield row(_cells(each), begins=place == 0)
        elif child.tag not in _UNSEEN:
            yield from _blocks(child, levels)


def _block(element: etree._Element, levels: dict[str, int]) -> Block:
    text = "".join(_pieces(element))
    level = _level(element, levels)
    return paragraph(text) if level is None else heading(text, level + 1)


def _level(element: etree._Element, levels: dict[str, int]) -> int | None:
    """The outline level of a paragraph, from 0; None when it is no heading."""
    own = element.find(f"{_W}pPr/{_W}outlineLvl")
    if own is not None:
        return _number(own)
    style = element.find(f"{_W}pPr/{_W}pStyle")
    return None if style is None else levels.get(style.get(f"{_W}val", ""))


def _pieces(element: etree._Element) -> Iterator[str]:
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]
        elif child.tag not in _UNSEEN and child.tag != f"{_W}txbxContent":
            yield from _pieces(child)


def _boxes(element: etree._Element) -> Iterator[etree._Element]:
    """The text boxes that hang on a paragraph."""
    for child in element:
        if child.tag == f"{_W}txbxContent":
            yield child
        elif child.tag not in _UNSEEN:
            yield from _boxes(child)


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        if child.tag == f"{_W}tr":
            yield child
        elif child.tag not in _UNSEEN:
            yield from _rows(child)


def _cells(element: etree._Element) -> Iterator[str]:
    for child in element:
        if child.tag == f"{_W}tc":
            yield "\n".join(filter(None, (block.text.strip() for block in _blocks(child, {}))))
        elif child.tag not in _UNSEEN:
            yield from _cells(child)


def _heading_styles(styles: etree._Element | None) -> dict[str, int]:
    """The outline level of each style that is a heading's, from 0: its own, or that of the style it is based on."""
    found: dict[str, int] = {}
    based: dict[str, str] = {}
    for style in () if styles is None else styles.iter(f"{_W}style"):
        key = style.get(f"{_W}styleId", "")
        level, name, base = (
            style.find(f"{_W}{each}") for each in ("pPr/" + f"{_W}outlineLvl", "name", "basedOn")
        )
        named = _HEADING.fullmatch(name.get(f"{_W}val", "").lower()) if name is not None else None
        if level is not None:
            if (own := _number(level)) is not None:
                found[key] = own
        elif named:
            found[key] = int(named[1] or 1) - 1
        elif base is not None:
            based[key] = base.get(f"{_W}val", "")
    for _ in based:
        more = {key: found[base] for key, base in based.items() if base in found and key not in found}
        if not more:
            break
        found |= more
    return found


_HEADING = re.compile(r"(?:heading|見出し) ?([1-9])|title|表題")


def _number(level: etree._Element) -> int | None:
    value = level.get(f"{_W}val", "")
    return int(value) if re.fullmatch(r"[0-9]{1,4}", value) and int(value) < _NO_HEADING else None
