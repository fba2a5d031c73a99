"""The records of a plan, as of a moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from definitions.terms import Outcome
from workflow.domain.cover import Confirmation, Cover, Text, cover
from workflow.domain.decisions import Given, Manner, SignoffResult, current_records, first_records, in_force
from workflow.domain.path import Path, Stay

Place = tuple[str, int, str]
"""Stage, visit and gate."""

Stretch = tuple[str, int]
"""A document, and the revision of the step that began the stretch of its text."""

REFUSALS = frozenset({Outcome.REJECTED, Outcome.RETURNED})
"""Answers to a chair's 専決 that shut its gate again."""


@dataclass(frozen=True, slots=True)
class ConditionFact:
    """A condition (条件) of a 条件付き了承; `met_at` is the moment a note closed it, None while none did."""

    number: int
    text: str
    met_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DecisionFact:
    """A body's decision as recorded, with what was attached to it: conditions, and confirmations of corrected texts.
    `at` is the moment the body decided; `late_text`: it is recorded why the body saw a text registered later (後日登録)."""

    number: int
    at: datetime
    outcome: Outcome | None
    manner: Manner
    version: int
    sha256: str
    supersedes: int | None
    ratifies: int | None
    conditions: tuple[ConditionFact, ...]
    confirmations: tuple[Confirmation, ...]
    late_text: bool


@dataclass(frozen=True, slots=True)
class InForce:
    """The decision that counts at a gate, at a moment. `origin` is the record it corrects in the end, `covered` the
    texts it is for; `refused`: a 専決 the body did not approve afterwards; `late_text` as for its origin."""

    decision: DecisionFact
    origin: int
    at: datetime
    outcome: Outcome
    covered: Cover
    confirmations: tuple[Confirmation, ...]
    unmet: tuple[ConditionFact, ...]
    refused: bool
    late_text: bool

    def open_conditions(self, sha256: str) -> tuple[ConditionFact, ...]:
        """The conditions not met for that text: by no note, and by no correction on the way to it."""
        met = self.covered.get(sha256, frozenset())
        return tuple(condition for condition in self.unmet if condition.number not in met)


@dataclass(frozen=True, slots=True)
class SignoffFact:
    """A 決裁 as recorded: `sha256` is the text that was signed."""

    number: int
    at: datetime
    result: SignoffResult | None
    version: int
    sha256: str
    supersedes: int | None = None


@dataclass(frozen=True, slots=True)
class PeriodFact:
    """A public comment: `sha256` is the text it began with; `unanswered` counts the opinions without 区の考え方."""

    opens_on: date
    closes_on: date
    sha256: str
    shortened: bool
    unanswered: int
    published_at: datetime | None


@dataclass(frozen=True)
class Facts:
    """The records of a plan, as of `now`: what was held later does not count yet. What is known of an act is
    what is known today: a correction counts from the day of what it corrects."""

    now: datetime
    path: Path
    texts: Mapping[Stretch, Sequence[Text]] = field(default_factory=dict)
    decisions: Mapping[Place, Sequence[DecisionFact]] = field(default_factory=dict)
    signoffs: Mapping[Place, Sequence[SignoffFact]] = field(default_factory=dict)
    periods: Mapping[Place, PeriodFact] = field(default_factory=dict)

    def at(self, moment: datetime) -> "Facts":
        """The same records, as of another moment."""
        return replace(self, now=moment)

    def versions(self, stay: Stay, document: str) -> list[Text]:
        """The versions of the document in the stay's stretch, oldest first."""
        stretch = document, stay.stretches[document]
        return [text for text in self.texts.get(stretch, ()) if text.at <= self.now]

    def text(self, stay: Stay, document: str) -> Text | None:
        """The document's text by which the gates of the stay are judged; None before there is one."""
        versions = self.versions(stay, document)
        return versions[-1] if versions else None

    def decision(self, stay: Stay, gate: str) -> InForce | None:
        """The decision in force at the gate."""
        recorded = self.decisions.get((stay.stage, stay.visit, gate), ())
        return decision_in_force(recorded, self.now)

    def signoff(self, stay: Stay, gate: str) -> SignoffFact | None:
        """The 決裁 in force at the gate."""
        recorded = self.signoffs.get((stay.stage, stay.visit, gate), ())
        by_number = {each.number: each for each in recorded}
        counts = in_force(_held_by(self.now, [_signed(each) for each in recorded]))
        return by_number[counts[_HERE]] if counts else None

    def period(self, stay: Stay, gate: str) -> PeriodFact | None:
        """The newest public comment of the gate that was not cancelled."""
        return self.periods.get((stay.stage, stay.visit, gate))


_HERE = "here"
"""All records given to `in_force` are of one gate."""


def decision_in_force(recorded: Sequence[DecisionFact], now: datetime) -> InForce | None:
    """Of the decisions recorded at one gate in one visit, the one that counts as of that moment."""
    by_number = {each.number: each for each in recorded}
    given = [_given(each) for each in recorded]
    first = first_records(given)
    known = _held_by(now, given)
    counts = in_force(known)
    if not counts:
        return None
    decision = by_number[counts[_HERE]]
    origin = first[decision.number]
    answers = {
        first[each.ratifies]: each.result for each in current_records(known) if each.ratifies is not None
    }
    of_this = [each for each in recorded if first[each.number] == origin]
    confirmations = tuple(c for each in of_this for c in each.confirmations if c.at <= now)
    return InForce(
        decision=decision,
        origin=origin,
        at=by_number[origin].at,
        outcome=Outcome(decision.outcome or ""),
        covered=cover(decision.sha256, confirmations),
        confirmations=confirmations,
        unmet=tuple(c for c in decision.conditions if c.met_at is None or c.met_at > now),
        refused=answers.get(origin) in REFUSALS,
        late_text=by_number[origin].late_text,
    )


def _held_by(now: datetime, given: Sequence[Given]) -> list[Given]:
    """The records of acts held by that moment. A record that corrects or takes back another is held when that was: it
    says what is known of it today."""
    first = first_records(given)
    at = {each.number: each.at for each in given}
    inherited = [replace(each, at=at.get(first[each.number], each.at)) for each in given]
    return [each for each in inherited if each.at <= now]


def _given(decision: DecisionFact) -> Given:
    result = None if decision.outcome is None else decision.outcome.value
    return Given(decision.number, _HERE, decision.at, result, decision.supersedes, decision.ratifies)


def _signed(signoff: SignoffFact) -> Given:
    result = None if signoff.result is None else signoff.result.value
    return Given(signoff.number, _HERE, signoff.at, result, signoff.supersedes)
