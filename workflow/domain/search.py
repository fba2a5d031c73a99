"""The words of a search: how a text and a question are brought to one form, the terms that are kept of a text, and the
place of what was found.

Japanese sets no spaces, so a text is kept as its bigrams (計画案: 計画, 画案 and 案), and a word is found as the sequence of
its own; a word of one character is the beginning of a bigram."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from definitions.labelled import Labelled

LONGEST_QUERY = 100
"""The longest question that is asked, in characters; what follows is left out."""

MOST_WORDS = 8
"""Words of a question that are looked for."""

LONGEST_WORD = 50
"""The longest word that is looked for, in characters; of a longer one, its beginning."""

PIECE = 4000
"""The longest piece of a text that is kept as one, in characters: a database looks for a sequence only in a text as short
as this."""

MOST_OF_A_PAIR = 255
"""The most places of one pair of characters in a piece: PostgreSQL remembers no more of a word, and finds no sequence in
the rest."""

AROUND = 40
"""Characters shown before and after the place of a word."""

TITLE_LINE = -1
"""The line of a piece that is the title."""


class SearchKind(Labelled):
    """Everything that can be found, in the order in which it is shown."""

    PLAN = "plan", "計画"
    VERSION = "version", "計画の文書"
    MEETING = "meeting", "会議"
    ITEM = "item", "議題"
    PAPER = "paper", "会議資料"
    MINUTES = "minutes", "概要・会議録"
    DECISION = "decision", "決定"
    CONDITION = "condition", "条件"
    OPINION = "opinion", "パブリックコメントの意見"
    REPLY = "reply", "区の考え方"
    INQUIRY = "inquiry", "照会"
    REMARK = "inquiry_remark", "照会への意見"
    PERSON = "person", "職員"
    BODY = "body", "会議体"


@dataclass(frozen=True, slots=True)
class Found:
    """The thing that an entry of the index leads to: the row `key` of its kind. `lines` is its text. `audience` is to whom
    the text was open when it was read; `link` what its address needs besides its plan and its meeting; `document` the
    SHA-256 of a document whose text belongs to it, None where there is none."""

    kind: SearchKind
    key: str
    title: str
    lines: tuple[str, ...] = ()
    plan: int | None = None
    meeting: int | None = None
    audience: str = ""
    link: str = ""
    document: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Some lines of a text, kept together; `line` is the number of the first."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text that is shown, marked where it is what was looked for."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The surroundings of a place: its line in the text, and what stands there."""

    line: int
    parts: tuple[Part, ...]


def folded(text: str) -> str:
    """The form in which texts are compared: full-width and half-width are the same (NFKC), and so are capitals."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def words_of(query: str) -> tuple[str, ...]:
    """The words of a question, folded; each has to be found. Empty where there is none."""
    found = [each[:LONGEST_WORD] for each in _RUN.findall(folded(_seen(query[:LONGEST_QUERY])))]
    return tuple(dict.fromkeys(found))[:MOST_WORDS]


def terms(text: str) -> str:
    """The terms of a text, divided by spaces: the bigrams of each run of letters and digits, and its last character."""
    return " ".join(
        term for run in _RUN.findall(folded(text)) for term in (*_bigrams(run), _written(run[-1]))
    )


def phrase(word: str) -> tuple[str, ...]:
    """The terms of a folded word that stand one after the other where it is; of one character, the beginning of a term."""
    return tuple(_bigrams(word)) if len(word) > 1 else (_written(word),)


def pieces(title: str, lines: Iterable[str]) -> Iterator[Piece]:
    """A text as it is kept, the title first. Of a line that is too much for a piece, two pieces share as much as a word may
    hold."""
    if title:
        yield Piece(TITLE_LINE, _one_line(title))
    begun, kept, size, pairs = 0, list[str](), 0, Counter[tuple[str, str]]()
    for number, line in enumerate(map(_one_line, lines)):
        own = Counter(pair for run in _RUN.findall(folded(line)) for pair in pairwise(run))
        many = any(pairs[pair] + count > MOST_OF_A_PAIR for pair, count in own.items())
        if kept and (many or size + len(line) > PIECE):
            yield Piece(begun, "\n".join(kept))
            kept, size = [], 0
            pairs.clear()
        longest = MOST_OF_A_PAIR if max(own.values(), default=0) > MOST_OF_A_PAIR else PIECE
        if len(line) > longest:
            step = longest - LONGEST_WORD
            yield from (Piece(number, line[start : start + longest]) for start in range(0, len(line), step))
            continue
        if not kept:
            begun = number
        kept.append(line)
        size += len(line) + 1
        pairs.update(own)
    if any(kept):
        yield Piece(begun, "\n".join(kept))


def excerpt(piece: Piece, words: Sequence[str]) -> Excerpt:
    """The first place of one of the words in the piece, with its surroundings; its beginning where there is none."""
    lines = piece.text.split("\n")
    for number, line in enumerate(lines):
        if places := _places(line, words):
            start, end = max(0, places[0][0] - AROUND), min(len(line), places[0][1] + AROUND)
            return Excerpt(piece.line + number, tuple(_parts(line, places, start, end)))
    shown = next(filter(None, lines), "")
    return Excerpt(piece.line, tuple(_parts(shown, (), 0, min(len(shown), 2 * AROUND))))


def marked(text: str, words: Sequence[str]) -> tuple[Part, ...]:
    """The whole text, with every place of the words marked."""
    return tuple(_parts(text, _places(text, words), 0, len(text)))


def _parts(line: str, places: Sequence[tuple[int, int]], start: int, end: int) -> Iterator[Part]:
    if start:
        yield Part("…", False)
    at = start
    for first, last in places:
        if last > end:
            break
        if first >= at:
            if first > at:
                yield Part(line[at:first], False)
            yield Part(line[first:last], True)
            at = last
    if at < end:
        yield Part(line[at:end], False)
    if end < len(line):
        yield Part("…", False)


def _places(line: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """The places of the words in a line as it is written, in their order, without those that overlap an earlier one."""
    whole = folded(_seen(line))
    if not any(word in whole for word in words):
        return []
    clusters = [(each.start(), each.end()) for each in _CLUSTER.finditer(line)]
    written, of = list[str](), list[tuple[int, int]]()
    for cluster in clusters:
        form = folded(_seen(line[slice(*cluster)]))
        written.append(form)
        of += [cluster] * len(form)
    text = "".join(written)
    found: list[tuple[int, int]] = []
    for place in re.finditer("|".join(map(re.escape, sorted(words, key=len, reverse=True))), text):
        first, last = of[place.start()][0], of[place.end() - 1][1]
        if not found or first >= found[-1][1]:
            found.append((first, last))
    return found


def _bigrams(run: str) -> Iterator[str]:
    return (_written(a) + _written(b) for a, b in pairwise(run))


@cache
def _written(sign: str) -> str:
    """A character as four letters. The databases divide texts into words by rules of their own, each by others, and none
    divides letters of ASCII."""
    code, written = ord(sign), ""
    for _ in range(4):
        code, letter = divmod(code, 26)
        written = chr(ord("a") + letter) + written
    return written


def _one_line(text: str) -> str:
    return re.sub(r"[\r\n\x00\x0b\x0c\x85\u2028\u2029]+", " ", _seen(text))


def _seen(text: str) -> str:
    """The text without signs that show nothing and stand inside of words: which form of a character is meant (異体字セレクタ,
    as in 葛飾), and where a line may break."""
    return _UNSEEN.sub("", text)


# 外字, characters that an office drew itself, lie in the area for private use.
_RUN = re.compile(r"(?:[^\W_]|[\ue000-\uf8ff])+")
_HIDDEN = (
    r"\u00ad\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff"
    r"\U000e0100-\U000e01ef"
)
_UNSEEN = re.compile(f"[{_HIDDEN}]+")
_CLUSTER = re.compile(rf".[\u0300-\u036f\u3099\u309a\uff9e\uff9f{_HIDDEN}]*", re.DOTALL)
