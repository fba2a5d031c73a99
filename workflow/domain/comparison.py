"""Two texts compared: by paragraph and table row, and by word within those that changed. Space does not count."""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import IntEnum
from typing import Any

from definitions.labelled import Labelled
from workflow.domain.errors import BadInput
from workflow.domain.texts import Block, Kind, Text, Unreadable, as_json, from_json

FORMAT = 1
"""The version of the JSON a comparison is kept as, and of how texts are compared."""


class Change(Labelled):
    """The fate of a block. A block that moved is named at both of its places."""

    CHANGED = "changed", "変更"
    ADDED = "added", "追加"
    DELETED = "deleted", "削除"
    MOVED_AWAY = "moved_away", "移動元"
    MOVED_HERE = "moved_here", "移動先"


class Mark(IntEnum):
    """The relation of a piece of a changed text to the other side. `NUMBER`: a number that stands against another."""

    SAME = 0
    OTHER = 1
    NUMBER = 2


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    mark: Mark


Pieces = tuple[tuple[Piece, ...], ...]
"""The pieces of each cell."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A block that differs, with its pieces on each side it is on; `elsewhere`: the heading at the other end of a move."""

    change: Change
    old: Block | None
    new: Block | None
    old_pieces: Pieces
    new_pieces: Pieces
    elsewhere: str = ""

    @property
    def number_changed(self) -> bool:
        return any(piece.mark is Mark.NUMBER for cell in self.new_pieces for piece in cell)


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Blocks that are in both texts, as the new one has them."""

    blocks: Text


@dataclass(frozen=True, slots=True)
class Changed:
    """Differences one after the other; `under`: the heading above them, empty when there is none."""

    under: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    parts: tuple[Unchanged | Changed, ...]

    @property
    def differences(self) -> list[Difference]:
        return [each for part in self.parts if isinstance(part, Changed) for each in part.differences]

    def count(self, change: Change) -> int:
        return sum(each.change is change for each in self.differences)

    @property
    def numbers_changed(self) -> int:
        """In how many blocks a number changed."""
        return sum(each.number_changed for each in self.differences)


@dataclass(frozen=True, slots=True)
class Incomparable:
    """Why the old document cannot be read, and why the new one; None: it can."""

    old: Unreadable | None
    new: Unreadable | None


def readable(found: Comparison | Incomparable) -> Comparison:
    """The comparison. Raises `BadInput` when a document cannot be read."""
    if isinstance(found, Incomparable):
        why = found.old or found.new or Unreadable.BROKEN
        raise BadInput("文書", why.label, "文書をそのまま開いて比べてください。")
    return found


def compare(old: Text, new: Text) -> Comparison:
    """The differences between an old text and a new one."""
    old_keys, new_keys = [_key(block) for block in old], [_key(block) for block in new]
    matched = _matches(old_keys, new_keys)
    moved = _moves(old_keys, new_keys, matched)
    told = _Telling(old, new, moved)
    parts: list[Unchanged | Changed] = []
    at_old = at_new = 0
    for (i, j), length in _stretches(matched):
        if differences := tuple(told.gap(range(at_old, i), range(at_new, j))):
            parts.append(Changed(told.heading_of_new(at_new), differences))
        at_old, at_new = i + length, j + length
        if length:
            parts.append(Unchanged(new[j:at_new]))
    if differences := tuple(told.gap(range(at_old, len(old)), range(at_new, len(new)))):
        parts.append(Changed(told.heading_of_new(at_new), differences))
    return Comparison(tuple(parts))


def words(text: str) -> list[str]:
    """The words of a text: runs of one kind of sign, for Japanese parts its words by nothing else; a number is one."""
    return _WORD.findall(text)


_NUMBER = "[0-9０-９]+(?:[.,．，][0-9０-９]+)*|[〇一二三四五六七八九十百千万億兆]+"
_IS_NUMBER = re.compile(_NUMBER)
_WORD = re.compile(
    rf"{_NUMBER}|(?:(?![〇一二三四五六七八九十百千万億兆])[々〆㐀-䶿一-鿿豈-﫿])+|[ァ-ヿｦ-ﾟ]+|[ぁ-ゟ]+|[A-Za-zＡ-Ｚａ-ｚ]+|\s+|.",
    re.DOTALL,
)
_SPACE = re.compile(r"\s+")


# --- which blocks are in both ------------------------------------------------------------------------------

Pairs = list[tuple[int, int]]


def _key(block: Block) -> Hashable:
    """Return the identity of a block: its words, without the space between and around them."""
    cells = tuple(_SPACE.sub("", cell) for cell in block.cells)
    return cells if block.kind is Kind.ROW else cells[0]


def _matches(old: Sequence[Hashable], new: Sequence[Hashable]) -> Pairs:
    """Return the places that hold the same, both rising. Between places that nothing else is like (patience), the longest runs."""
    found: Pairs = []
    ahead = [(0, len(old), 0, len(new))]
    while ahead:
        i, i_end, j, j_end = ahead.pop()
        while i < i_end and j < j_end and old[i] == new[j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        while i < i_end and j < j_end and old[i_end - 1] == new[j_end - 1]:
            i_end, j_end = i_end - 1, j_end - 1
            found.append((i_end, j_end))
        if i == i_end or j == j_end:
            continue
        if anchors := _anchors(old, new, (i, i_end, j, j_end)):
            starts = [(i, j), *anchors]
            ends = [*anchors, (i_end, j_end)]
            ahead += [(a, c, b, d) for (a, b), (c, d) in zip(starts, ends, strict=True)]
        elif (i_end - i) * (j_end - j) <= _MOST_PAIRS:
            runs = SequenceMatcher(None, old[i:i_end], new[j:j_end], autojunk=False).get_matching_blocks()
            found += [(i + a + step, j + b + step) for a, b, size in runs for step in range(size)]
    return sorted(set(found))


_MOST_PAIRS = 100_000
"""Beyond so many pairs, blocks that are all alike are not sought out: it would take too long, and tell nobody much."""


def _anchors(old: Sequence[Hashable], new: Sequence[Hashable], within: tuple[int, int, int, int]) -> Pairs:
    """Return the blocks that occur once on either side, as far as its order is the same."""
    i, i_end, j, j_end = within
    there = _once(new, j, j_end)
    pairs = [(place, there[key]) for key, place in _once(old, i, i_end).items() if key in there]
    return _rising(pairs)


def _once(keys: Sequence[Hashable], start: int, end: int) -> dict[Hashable, int]:
    count = Counter(keys[start:end])
    return {keys[place]: place for place in range(start, end) if count[keys[place]] == 1}


def _rising(pairs: Pairs) -> Pairs:
    """The most of them that rise on both sides (the longest increasing subsequence)."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for place, (_, j) in enumerate(pairs):
        length = bisect_left(ends, j)
        before.append(at[length - 1] if length else -1)
        ends[length : length + 1] = [j]
        at[length : length + 1] = [place]
    found: Pairs = []
    place = at[-1] if at else -1
    while place >= 0:
        found.append(pairs[place])
        place = before[place]
    return found[::-1]


def _moves(old: Sequence[Hashable], new: Sequence[Hashable], matched: Pairs) -> Pairs:
    """Return the blocks that stand elsewhere in the new text."""
    stayed_old, stayed_new = {i for i, _ in matched}, {j for _, j in matched}
    waiting = defaultdict[Hashable, list[int]](list)
    for j in range(len(new) - 1, -1, -1):
        if j not in stayed_new and len("".join(new[j])) >= _SHORTEST_MOVE:  # type: ignore[arg-type]
            waiting[new[j]].append(j)
    return [(i, waiting[key].pop()) for i, key in enumerate(old) if i not in stayed_old and waiting.get(key)]


_SHORTEST_MOVE = 6


def _stretches(matched: Pairs) -> Iterator[tuple[tuple[int, int], int]]:
    """Return the runs of the same: their beginnings on both sides, and their lengths."""
    start, length = (0, 0), 0
    for i, j in matched:
        if (i, j) == (start[0] + length, start[1] + length):
            length += 1
        else:
            yield start, length
            start, length = (i, j), 1
    yield start, length


# --- what became of the others -----------------------------------------------------------------------------


class _Telling:
    """Return the fate of the blocks between those in both."""

    def __init__(self, old: Text, new: Text, moved: Pairs) -> None:
        self.old, self.new = old, new
        self.went, self.came = dict(moved), {j: i for i, j in moved}
        self._old_headings, self._new_headings = _headings_above(old), _headings_above(new)
        self._bigrams: dict[tuple[bool, int], Counter[str]] = {}

    def heading_of_new(self, place: int) -> str:
        """The heading above a place of the new text."""
        return self._new_headings[place]

    def gap(self, old: range, new: range) -> Iterator[Difference]:
        """The differences between two places, each pair of a block and what it became on one line."""
        left = [i for i in old if i not in self.went]
        right = [j for j in new if j not in self.came]
        at_old, at_new = old.start, new.start
        for i, j in (*self._pairs(left, right), (old.stop, new.stop)):
            yield from map(self._gone, range(at_old, i))
            yield from map(self._come, range(at_new, j))
            if i < old.stop:
                yield self._changed(self.old[i], self.new[j])
            at_old, at_new = i + 1, j + 1

    def _gone(self, i: int) -> Difference:
        block = self.old[i]
        if i in self.went:
            elsewhere = self._new_headings[self.went[i]]
            return Difference(Change.MOVED_AWAY, block, None, _whole(block, Mark.SAME), (), elsewhere)
        return Difference(Change.DELETED, block, None, _whole(block, Mark.OTHER), ())

    def _come(self, j: int) -> Difference:
        block = self.new[j]
        if j in self.came:
            elsewhere = self._old_headings[self.came[j]]
            return Difference(Change.MOVED_HERE, None, block, (), _whole(block, Mark.SAME), elsewhere)
        return Difference(Change.ADDED, None, block, (), _whole(block, Mark.OTHER))

    def _changed(self, old: Block, new: Block) -> Difference:
        count = max(len(old.cells), len(new.cells))
        cells = [
            _word_by_word(mine, yours)
            for mine, yours in zip(_filled(old.cells, count), _filled(new.cells, count), strict=True)
        ]
        return Difference(
            Change.CHANGED, old, new, tuple(mine for mine, _ in cells), tuple(yours for _, yours in cells)
        )

    def _pairs(self, left: Sequence[int], right: Sequence[int]) -> Pairs:
        """Pair the blocks that became one another: alike ones, both rising."""
        if len(left) * len(right) <= _MOST_WEIGHED:
            return self._best_pairs(left, right)
        return self._near_pairs(left, right)

    def _best_pairs(self, left: Sequence[int], right: Sequence[int]) -> Pairs:
        """Those that are the most alike in all."""
        best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
        alike = [[self._alike(i, j) for j in right] for i in left]
        for a in range(len(left) - 1, -1, -1):
            for b in range(len(right) - 1, -1, -1):
                best[a][b] = max(best[a + 1][b], best[a][b + 1], best[a + 1][b + 1] + alike[a][b])
        found: Pairs = []
        a = b = 0
        while a < len(left) and b < len(right):
            if alike[a][b] and best[a][b] == best[a + 1][b + 1] + alike[a][b]:
                found.append((left[a], right[b]))
                a, b = a + 1, b + 1
            elif best[a][b] == best[a + 1][b]:
                a += 1
            else:
                b += 1
        return found

    def _near_pairs(self, left: Sequence[int], right: Sequence[int]) -> Pairs:
        """Each with the most alike among the few that are as far along."""
        found: Pairs = []
        at = 0
        for place, i in enumerate(left):
            along = place * len(right) // len(left)
            ahead = range(max(at, along - _LOOKS_AROUND), min(max(at, along) + _LOOKS_AROUND, len(right)))
            best = max(ahead, key=lambda there: self._alike(i, right[there]), default=None)
            if best is not None and self._alike(i, right[best]):
                found.append((i, right[best]))
                at = best + 1
        return found

    def _alike(self, i: int, j: int) -> float:
        """Return the likeness of two blocks, from 0.4 to 1; 0 when one did not become the other."""
        old, new = self.old[i], self.new[j]
        if (old.kind is Kind.ROW) != (new.kind is Kind.ROW):
            return 0
        mine, yours = self._bigrams_of(False, i), self._bigrams_of(True, j)
        total = mine.total() + yours.total()
        if not total or 2 * min(mine.total(), yours.total()) < _ALIKE * total:
            return 0
        share = 2 * (mine & yours).total() / total
        return share if share >= _ALIKE else 0

    def _bigrams_of(self, is_new: bool, place: int) -> Counter[str]:
        if (is_new, place) not in self._bigrams:
            text = _SPACE.sub("", (self.new if is_new else self.old)[place].text)[:_LONGEST_WEIGHED]
            self._bigrams[is_new, place] = Counter(
                a + b for a, b in zip(f"\n{text}", f"{text}\n", strict=True)
            )
        return self._bigrams[is_new, place]


_ALIKE = 0.4
"""The share of bigrams from which on a block is taken for another one that changed."""
_MOST_WEIGHED = 200
"""Up to so many pairs between two places, all are weighed against each other."""
_LOOKS_AROUND = 6
_LONGEST_WEIGHED = 2000


def _headings_above(text: Text) -> list[str]:
    """The heading above each place, the end too."""
    above, found = "", [""]
    for block in text:
        above = block.text if block.kind is Kind.HEADING else above
        found.append(above)
    return found


def _whole(block: Block, mark: Mark) -> Pieces:
    return tuple((Piece(cell, mark),) for cell in block.cells)


def _filled(cells: Sequence[str], count: int) -> list[str]:
    return [*cells, *[""] * (count - len(cells))]


# --- word by word ------------------------------------------------------------------------------------------


def _word_by_word(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    mine, yours = words(old), words(new)
    left: list[Piece] = []
    right: list[Piece] = []
    for same, was, became in _runs(mine, yours):
        if same:
            left.append(Piece("".join(was), Mark.SAME))
            right.append(Piece("".join(became), Mark.SAME))
        else:
            numbers = _numbers(was), _numbers(became)
            left += _marked(was, became=numbers[1] - numbers[0] and numbers[0] - numbers[1])
            right += _marked(became, became=numbers[0] - numbers[1] and numbers[1] - numbers[0])
    return tuple(left), tuple(right)


Run = tuple[bool, Sequence[str], Sequence[str]]


def _runs(old: Sequence[str], new: Sequence[str]) -> Iterator[Run]:
    """The words in turns: the same ones, others."""
    if len(old) * len(new) > _MOST_WORDS:
        yield False, old, new
        return
    plain_old, plain_new = ([" " if word.isspace() else word for word in side] for side in (old, new))
    for tag, i, i_end, j, j_end in SequenceMatcher(None, plain_old, plain_new, autojunk=False).get_opcodes():
        yield tag == "equal", old[i:i_end], new[j:j_end]


_MOST_WORDS = 4_000_000
"""Beyond so many pairs of words, a paragraph is told as another one altogether."""


def _numbers(run: Iterable[str]) -> Counter[str]:
    """The numbers of a run by what they are worth: １,０００ is 1000."""
    return Counter(_worth(word) for word in run if _IS_NUMBER.fullmatch(word))


def _worth(number: str) -> str:
    return unicodedata.normalize("NFKC", number).replace(",", "")


def _marked(run: Sequence[str], became: Counter[str]) -> Iterator[Piece]:
    """The words of a run that differs; the numbers that `became` others apart."""
    together = ""
    for word in run:
        if _IS_NUMBER.fullmatch(word) and _worth(word) in became:
            if together:
                yield Piece(together, Mark.OTHER)
            yield Piece(word, Mark.NUMBER)
            together = ""
        else:
            together += word
    if together:
        yield Piece(together, Mark.SAME if together.isspace() else Mark.OTHER)


# --- kept as JSON ------------------------------------------------------------------------------------------


def comparison_as_json(comparison: Comparison) -> list[Any]:
    return [
        as_json(part.blocks)
        if isinstance(part, Unchanged)
        else {"under": part.under, "differences": [_difference_as_json(each) for each in part.differences]}
        for part in comparison.parts
    ]


def comparison_from_json(kept: list[Any]) -> Comparison:
    return Comparison(
        tuple(
            Unchanged(from_json(part))
            if isinstance(part, list)
            else Changed(part["under"], tuple(_difference_from_json(*each) for each in part["differences"]))
            for part in kept
        )
    )


def _difference_as_json(each: Difference) -> list[Any]:
    blocks = [as_json((block,)) if block else [] for block in (each.old, each.new)]
    pieces = [
        [[[piece.text, piece.mark.value] for piece in cell] for cell in side]
        for side in (each.old_pieces, each.new_pieces)
    ]
    return [each.change.value, *blocks, *pieces, each.elsewhere]


def _difference_from_json(
    change: str, old: list[Any], new: list[Any], old_pieces: list[Any], new_pieces: list[Any], elsewhere: str
) -> Difference:
    mine, yours = (
        tuple(tuple(Piece(text, Mark(mark)) for text, mark in cell) for cell in side)
        for side in (old_pieces, new_pieces)
    )
    return Difference(
        Change(change),
        next(iter(from_json(old)), None),
        next(iter(from_json(new)), None),
        mine,
        yours,
        elsewhere,
    )
