"""The texts an approval covers: the one it was given on, and each that a confirmation of it leads to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from definitions.labelled import Labelled


class TextKind(Labelled):
    """The relation of a version to the one before it."""

    NEW = "new", "新しい文書"
    CONDITIONS = "conditions", "条件への対応"
    MINOR = "minor", "軽微な修正・正誤"

    @property
    def correction(self) -> bool:
        return self is not TextKind.NEW


@dataclass(frozen=True, slots=True)
class Text:
    """A version of a plan's text. `conditions` are the numbers of those it meets; `at` the moment it was
    registered; `by` the person who registered it."""

    version_id: int
    number: int
    sha256: str
    at: datetime
    by: int
    kind: TextKind = TextKind.NEW
    conditions: frozenset[int] = frozenset()


class ConfirmationResult(Labelled):
    """The answer to a correction: it is the text agreed, or it is put to the body again."""

    CONFIRMED = "confirmed", "確認"
    PUT_AGAIN = "put_again", "諮り直し"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """An answer to the comparison of two texts, for one approval: `base` is the covered one, `sha256` the corrected
    one, `conditions` those that the correction names. The result None takes back the answer it supersedes."""

    number: int
    at: datetime
    base: str
    sha256: str
    result: ConfirmationResult | None
    supersedes: int | None = None
    conditions: frozenset[int] = frozenset()


Cover = Mapping[str, frozenset[int]]
"""By SHA-256, the texts an approval covers, each with the conditions met on the way to it."""


def current(answers: Iterable[Confirmation]) -> list[Confirmation]:
    """The answers that were neither superseded nor taken back, in the order they were recorded."""
    known = sorted(answers, key=lambda each: each.number)
    superseded = {each.supersedes for each in known}
    return [each for each in known if each.result is not None and each.number not in superseded]


def cover(given_on: str, answers: Iterable[Confirmation]) -> Cover:
    """Return what an approval covers. A confirmation counts while the text it was compared with is covered, whichever
    was recorded first: one given again after it was taken back revives those that rest on it."""
    confirmed = [each for each in current(answers) if each.result is ConfirmationResult.CONFIRMED]
    covered: dict[str, frozenset[int]] = {given_on: frozenset()}
    found: dict[str, frozenset[int]] = {}
    while found != covered:
        found = dict(covered)
        for each in confirmed:
            if each.base in covered:
                met = covered[each.base] | each.conditions
                covered[each.sha256] = covered.get(each.sha256, frozenset()) | met
    return covered


def to_compare(texts: Sequence[Text], answers: Iterable[Confirmation], covered: Cover) -> Text | None:
    """The text with which whoever confirms compares the newest of `texts`, the versions of one stretch: the newest
    covered one. None when there is nothing to confirm: the newest is covered, a new text came between, or it is
    to be put to the body again."""
    if not texts or texts[-1].sha256 in covered:
        return None
    refused = {each.sha256 for each in current(answers) if each.result is ConfirmationResult.PUT_AGAIN}
    if texts[-1].sha256 in refused:
        return None
    return newest_before_corrections(texts, covered)


def newest_before_corrections(texts: Sequence[Text], covered: Iterable[str]) -> Text | None:
    """The newest of the texts that is among the covered ones, when every later one is a correction; else None."""
    among = set(covered)
    for text in reversed(texts):
        if text.sha256 in among:
            return text
        if not text.kind.correction:
            return None
    return None
