"""The rule for which decision or 決裁 counts at a gate."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from definitions.labelled import Labelled


class SignedAs(Labelled):
    """In what right somebody signed."""

    OWN = "own", "決裁"
    DELEGATED = "delegated", "専決"
    DEPUTY = "deputy", "代決"


class SignoffResult(Labelled):
    """The result of a 決裁: approved, or returned without approval."""

    APPROVED = "approved", "決裁"
    RETURNED = "returned", "返却"


class Validity(Labelled):
    """The validity of an answer."""

    IN_FORCE = "in_force", "有効"
    STALE = "stale", "前の版への結果（現在の版には効かない）"
    EARLY = "early", "先の手続が済む前の結果（効かない）"
    OVERRULED = "overruled", "後の結果が有効"
    VOID = "void", "差戻しにより失効"
    CORRECTED = "corrected", "訂正済（新しい記録が有効）"
    TAKEN_BACK = "taken_back", "引戻し済"
    TAKING_BACK = "taking_back", "引戻しの記録"

    @property
    def superseded(self) -> bool:
        """Return whether a later record replaced the answer, or the record only takes another back. Such an
        answer cannot be acted on."""
        return self in (Validity.CORRECTED, Validity.TAKEN_BACK, Validity.TAKING_BACK)


class Manner(Labelled):
    """The manner in which a decision was made."""

    RECORDED = "recorded", "会議の記録"
    TALLIED = "tallied", "採決"
    CHAIR_ALONE = "chair_alone", "専決"


@dataclass(frozen=True, slots=True)
class Given:
    """A decision or a 決裁 as it was recorded, as far as it takes to tell which one counts. `place` is the gate, in
    one visit of its stage; `at` the moment it was given. The result None takes back the record it supersedes.
    `ratifies`: the record says what a body answered to its chair's 専決, and is no decision at the gate itself."""

    number: int
    place: Hashable
    at: datetime
    result: str | None
    supersedes: int | None
    ratifies: int | None = None


def current_records(given: Iterable[Given]) -> list[Given]:
    """The records that were neither corrected nor taken back."""
    known = list(given)
    superseded = {each.supersedes for each in known}
    return [each for each in known if each.result is not None and each.number not in superseded]


def first_records(given: Iterable[Given]) -> dict[int, int]:
    """By number, the record that each one corrects in the end: itself when it corrects none."""
    first: dict[int, int] = {}
    for each in sorted(given, key=lambda each: each.number):
        origin = each.number if each.supersedes is None else first.get(each.supersedes, each.number)
        first[each.number] = origin
    return first


def in_force(given: Sequence[Given]) -> dict[Hashable, int]:
    """By place, the number of the record that counts: given last, and of one moment the one recorded last. A
    correction stands where the record it corrects stood, however late it is written."""
    first = first_records(given)
    inherited = sorted(current_records(given), key=lambda each: (each.at, first[each.number]))
    return {each.place: each.number for each in inherited if each.ratifies is None}
