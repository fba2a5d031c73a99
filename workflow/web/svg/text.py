"""Width and line breaks of Japanese text, computed without a browser."""

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text; `size` and `height` are in pixels."""

    text: str
    size: int
    fill: str
    weight: int = 400

    @property
    def height(self) -> float:
        return self.size * 1.5


def block(text: str, size: int, width: float, *, fill: str, weight: int = 400) -> list[Line]:
    """The text in lines no wider than `width`, and of much the same length."""
    return [Line(line, size, fill, weight) for line in _balanced(text, size, width)]


def height_of(lines: list[Line]) -> float:
    """The height of a box around the lines, with room above and below."""
    return sum(line.height for line in lines) + 18


def width_of(text: str, size: float) -> float:
    """A full-width character is one em; a narrow one a little over half, a capital more. Rather too wide than
    too narrow: fonts differ."""
    return size * sum(map(_ems, text))


def wrapped(text: str, size: float, width: float) -> list[str]:
    """The text in lines no wider than `width`. No line begins with a closing mark or ends with an opening one
    (禁則), and a word in Latin letters is broken only when it is wider than a line."""
    lines, line = [], ""
    for piece in _pieces(text, size, width):
        if line and width_of(line + piece.rstrip(), size) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _balanced(text: str, size: float, width: float) -> list[str]:
    """As few lines as there must be, the longest of them as short as it can be: no last line of one character."""
    lines = wrapped(text, size, width)
    while width > size:
        width -= size / 2
        narrower = wrapped(text, size, width)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return lines


_OPENING, _CLOSING = (
    "（「『【〈《［〔(",
    "、。，．）」』】〉》］〕・ー〜：；？！ぁぃぅぇぉっゃゅょァィゥェォッャュョ)…々",
)
_UNBROKEN = re.compile(
    f"[{re.escape(_OPENING)}]*(?:[!-~]+|.)[{re.escape(_CLOSING)}]*|[{re.escape(_OPENING)}]+", re.DOTALL
)


def _pieces(text: str, size: float, width: float) -> list[str]:
    found = []
    for piece in _UNBROKEN.findall(text):
        found += [piece] if width_of(piece, size) <= width else list(piece)
    return found


def _ems(character: str) -> float:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return 0.0
    if unicodedata.east_asian_width(character) in "WFA":
        return 1.0
    return 0.72 if character.isupper() or character in "mw@%&" else 0.58
