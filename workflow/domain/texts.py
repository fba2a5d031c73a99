"""The text of a document: headings, paragraphs and table rows in their order."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from definitions.labelled import Labelled

FORMAT = 1
"""The version of the JSON a text is kept as, and of what the readers of documents make of one: a text kept in another
is read anew."""

MOST_CHARACTERS = 3_000_000
"""The longest text that is kept, in characters: some 2,500 pages."""

MOST_BLOCKS = 100_000


class Kind(StrEnum):
    """Kinds of blocks."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph, or a row of a table with its cells; the others have one cell. `level` is a heading's, 1 the
    highest; `begins`: the row is the first of its table."""

    kind: Kind
    cells: tuple[str, ...]
    level: int = 0
    begins: bool = False

    @property
    def text(self) -> str:
        return "\t".join(self.cells)


Text = tuple[Block, ...]


class Unreadable(Labelled):
    """Why no text can be had of a document."""

    SCAN = "scan", "文字のない文書です（紙をスキャンした画像など）"
    LOCKED = "locked", "パスワードで保護されています"
    BROKEN = "broken", "ファイルが壊れているか、名前と違う形式です"
    TOO_LARGE = "too_large", "中身が大きすぎます"
    TOO_SLOW = "too_slow", "読み取りに時間がかかりすぎます"
    OTHER_KIND = "other_kind", "文字を取り出せない形式です（取り出せるのは、Word（docx）・PDF・OpenDocument 文書・Excel（xlsx）・テキスト）"  # fmt: skip
    BUSY = "busy", "ほかの文書を読み取っています。少し待ってから開き直してください"


def heading(text: str, level: int) -> Block:
    return Block(Kind.HEADING, (text,), level=max(1, min(level, 9)))


def paragraph(text: str) -> Block:
    return Block(Kind.PARAGRAPH, (text,))


def row(cells: Iterable[str], *, begins: bool = False) -> Block:
    return Block(Kind.ROW, tuple(cells), begins=begins)


def headings(text: Text) -> Iterator[tuple[int, Block]]:
    """The headings, with their places in the text."""
    return ((place, block) for place, block in enumerate(text) if block.kind is Kind.HEADING)


def with_tables(text: Text) -> Iterator[tuple[int, Block | list[Block]]]:
    """The blocks with their places in the text, the rows of a table together."""
    table: list[Block] = []
    for place, block in enumerate(text):
        if table and (block.kind is not Kind.ROW or block.begins):
            yield place - len(table), table
            table = []
        if block.kind is Kind.ROW:
            table.append(block)
        else:
            yield place, block
    if table:
        yield len(text) - len(table), table


def with_headings(text: Text) -> Text:
    """The text as it is when its document marks headings; else with its numbered titles (第１章 …, １ …) as headings."""
    if any(headings(text)):
        return text
    return tuple(_titled(block) for block in text)


def _titled(block: Block) -> Block:
    level = title_level(block.text) if block.kind is Kind.PARAGRAPH else None
    return replace(block, kind=Kind.HEADING, level=level) if level else block


def title_level(line: str) -> int | None:
    """The level a numbered title stands for; None when the line is none."""
    if len(line) > _LONGEST_TITLE or line.endswith(("。", "、", "，", ".", ",")):
        return None
    return next((level for level, pattern in _TITLES if pattern.match(line)), None)


_LONGEST_TITLE = 60
_TITLES = (
    (1, re.compile(r"第[0-9０-９一二三四五六七八九十百]+[編部章]|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ][\s　.．]")),
    (2, re.compile(r"第[0-9０-９一二三四五六七八九十百]+節|[0-9０-９]{1,2}[\s　.．]+[^\W\d_・]")),
    (3, re.compile(r"[0-9０-９]{1,2}([.．－-][0-9０-９]{1,2})+[\s　]+[^\W\d_・]")),
)


def as_json(text: Text) -> list[Any]:
    return [[block.kind.value, block.level, block.begins, *block.cells] for block in text]


def from_json(kept: list[Any]) -> Text:
    return tuple(
        Block(Kind(kind), tuple(cells), level=level, begins=begins) for kind, level, begins, *cells in kept
    )


def is_gaiji(sign: str) -> bool:
    """Return whether the sign is one that an office drew itself (外字): the place for them in Windows's Shift_JIS."""
    return "\ue000" <= sign <= "\ue757"
