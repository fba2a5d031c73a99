"""Findings: the broken rules of a chain, at their places in the definition."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from definitions.words import Words, words

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule: its path in the definition (`("stages", 2, "gates", 0, "body")`), the fault and the hint."""

    path: KeyPath
    problem: Words
    mend: Words


def suggestion(word: str, known: Iterable[str]) -> Words:
    """Return the hint for an unknown name: the nearest known name, or all of them."""
    names = tuple(known)
    near = get_close_matches(word, names, n=1)
    if near:
        return words("「{name}」のことではありませんか", name=near[0])
    if not names:
        return words("書ける名前がまだ一つもありません。先に定義してください")
    return words("{names} のどれかにしてください", names="・".join(names))
