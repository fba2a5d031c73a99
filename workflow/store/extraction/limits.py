"""Limits of a document while it is read, and the error of a reader that cannot go on."""

import resource
from collections.abc import Iterable

from workflow.domain.texts import MOST_BLOCKS, MOST_CHARACTERS, Block, Kind, Text, Unreadable, is_gaiji

MEMORY = 2 * 1024**3
"""The memory the reading process may have, in bytes."""

SECONDS = 60
"""The time on a processor the reading process may take."""

LARGEST_PART = 100 * 1024**2
"""The largest file inside a document, unpacked, in bytes; of a workbook, all its files together."""


_GETA = "〓"
"""Stands for a sign that an office drew itself (外字) and nobody else can show."""


class CannotRead(Exception):
    """A document without a text to be had."""

    def __init__(self, why: Unreadable) -> None:
        self.why = why


def limit_this_process() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))


def bounded(blocks: Iterable[Block]) -> Text:
    """The blocks that say something, without the space around it. Raises `CannotRead` when there are too many."""
    kept: list[Block] = []
    characters = 0
    begins = False
    for block in blocks:
        cells = tuple(_legible(cell) for cell in block.cells)
        characters += sum(map(len, cells))
        begins = block.kind is Kind.ROW and (begins or block.begins)
        if any(cells):
            kept.append(Block(block.kind, cells, block.level, begins))
            begins = False
        if len(kept) > MOST_BLOCKS or characters > MOST_CHARACTERS:
            raise CannotRead(Unreadable.TOO_LARGE)
    return tuple(kept)


def _legible(text: str) -> str:
    """The text without what no page or file can show."""
    seen = (_GETA if is_gaiji(sign) else sign for sign in text)
    return "".join(sign for sign in seen if sign.isprintable() or sign in "\t\n　").strip()
