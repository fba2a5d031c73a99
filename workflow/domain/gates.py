"""States of gates: open or closed, and why. Pure functions over the records of a plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from definitions.chain import BodyGate, Chain, Corrections, DocumentGate, Gate, PeriodGate, SignoffGate, Stage
from definitions.errors import SakuteiError
from workflow.domain.calendar import end_of_day, period_end
from workflow.domain.cover import Text, newest_before_corrections, to_compare
from workflow.domain.decisions import SignoffResult
from workflow.domain.facts import ConditionFact, Facts, InForce
from workflow.domain.language import label, say
from workflow.domain.path import Path, Stay


class Lack(StrEnum):
    """The kinds of missing requirements at a closed gate."""

    AFTER = "after"
    EARLY = "early"
    DOCUMENT = "document"
    DECISION = "decision"
    STALE = "stale"
    UNCONFIRMED = "unconfirmed"
    OUTCOME = "outcome"
    CONDITIONS = "conditions"
    REFUSED = "refused"
    PERIOD = "period"
    RUNNING = "running"
    UNANSWERED = "unanswered"
    UNPUBLISHED = "unpublished"
    SIGNATURE = "signature"
    SIGNATURE_STALE = "signature_stale"
    SIGNATURE_RETURNED = "signature_returned"


@dataclass(frozen=True, slots=True)
class GateState:
    """A gate with what it lacks; it is open when it lacks nothing. `detail` is what is lacking: labels of gates,
    texts of conditions, an outcome, a version, a day."""

    gate: Gate
    lack: Lack | None = None
    detail: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        return self.lack is None


@dataclass(frozen=True, slots=True)
class Put:
    """A text of a document that was put to somebody, by its SHA-256, whatever came after it."""

    document: str
    sha256: str


def states(chain: Chain, stay: Stay, facts: Facts, *, put: Put | None = None) -> dict[str, GateState]:
    """Every gate on leaving the stage of the stay with its state, by key, in the chain's order. The gates are judged
    for the newest texts of the stay's stretches, those about the document of `put` for that text."""
    judged = _Judged(chain, stay, facts, put)
    return {gate.key: judged.state(gate) for gate in chain.stage(stay.stage).gates}


def fallen(chain: Chain, facts: Facts) -> list[GateState]:
    """The gates the plan passed on its path that no longer hold: mandatory ones, and those that these come after. A plan
    with any is stopped."""
    return [
        state
        for stay in facts.path[:-1]
        if (needed := _needed(chain.stage(stay.stage)))
        for state in states(chain, stay, facts).values()
        if state.gate.key in needed and not state.open
    ]


def _needed(stage: Stage) -> set[str]:
    """The keys of the gates without which no mandatory gate of the stage is open."""
    needed = {gate.key for gate in stage.gates if gate.mandatory}
    while before := {key for gate in stage.gates if gate.key in needed for key in gate.after} - needed:
        needed |= before
    return needed


def versions_at(chain: Chain, stay: Stay, gate: Gate, facts: Facts) -> list[Text]:
    """The versions of the document that the gate is about, in the stay's stretch, oldest first."""
    return facts.versions(stay, chain.document_of(gate))


def text_at(chain: Chain, stay: Stay, gate: Gate, facts: Facts) -> Text | None:
    """The text by which the gate of the stay is judged; None before there is one."""
    return facts.text(stay, chain.document_of(gate))


class _Judged:
    """The gates of one stay, each judged once."""

    def __init__(self, chain: Chain, stay: Stay, facts: Facts, put: Put | None) -> None:
        self.chain, self.stay, self.facts, self.put = chain, stay, facts, put
        self.found: dict[str, GateState] = {}

    def state(self, gate: Gate) -> GateState:
        if gate.key not in self.found:
            shut = [
                before.gate.label
                for before in (self.state(self.chain.gate(key)) for key in gate.after)
                if not before.open
            ]
            self.found[gate.key] = GateState(gate, Lack.AFTER, tuple(shut)) if shut else self._own_state(gate)
        return self.found[gate.key]

    def _own_state(self, gate: Gate) -> GateState:
        text = self._text(gate)
        if isinstance(gate, DocumentGate):
            return GateState(gate, Lack.DOCUMENT if text is None else None)
        if isinstance(gate, BodyGate):
            return self._body_state(gate, text)
        if isinstance(gate, PeriodGate):
            return self._period_state(gate)
        return self._signoff_state(gate, text)

    def _text(self, gate: Gate) -> str | None:
        """The text by which the gate is judged, by its SHA-256."""
        if self.put is not None and self.put.document == self.chain.document_of(gate):
            return self.put.sha256
        newest = text_at(self.chain, self.stay, gate, self.facts)
        return newest.sha256 if newest else None

    def _body_state(self, gate: BodyGate, text: str | None) -> GateState:
        held = self.facts.decision(self.stay, gate.key)
        if held is None:
            return GateState(gate, Lack.DECISION)
        if shut := self._shut_then(gate, held.at, held.decision.sha256):
            return GateState(gate, Lack.EARLY, tuple(shut))
        if late := self._registered_after(gate, held):
            return GateState(gate, Lack.EARLY, (say("第{number}版の登録", number=late.number),))
        if held.at < self.stay.since:
            stage = self.chain.stage(self.stay.stage).label
            return GateState(gate, Lack.EARLY, (say("{stage}に入る手続", stage=stage),))
        if text is None or text not in held.covered:
            waits = self.put is None and to_confirm(self.chain, self.stay, gate, self.facts)
            lack = Lack.UNCONFIRMED if waits else Lack.STALE
            return GateState(gate, lack, (say("第{number}版", number=held.decision.version),))
        if held.outcome not in self.chain.opens_on(gate):
            return GateState(gate, Lack.OUTCOME, (label(held.outcome),))
        if unmet := held.open_conditions(text):
            return GateState(gate, Lack.CONDITIONS, tuple(dict.fromkeys(each.text for each in unmet)))
        return GateState(gate, Lack.REFUSED if held.refused else None)

    def _signoff_state(self, gate: SignoffGate, text: str | None) -> GateState:
        signoff = self.facts.signoff(self.stay, gate.key)
        if signoff is None:
            return GateState(gate, Lack.SIGNATURE)
        if shut := self._shut_then(gate, signoff.at, signoff.sha256):
            return GateState(gate, Lack.EARLY, tuple(shut))
        if signoff.sha256 != text:
            version = say("第{number}版", number=signoff.version)
            return GateState(gate, Lack.SIGNATURE_STALE, (version,))
        signed = signoff.result is SignoffResult.APPROVED
        return GateState(gate, None if signed else Lack.SIGNATURE_RETURNED)

    def _period_state(self, gate: PeriodGate) -> GateState:
        period, now = self.facts.period(self.stay, gate.key), self.facts.now
        if period is None:
            return GateState(gate, Lack.PERIOD)
        if period.published_at is not None and period.published_at <= now:
            return GateState(gate)
        full = period_end(period.opens_on, gate.minimum_days, first_day_counts=gate.first_day_counts)
        versions = versions_at(self.chain, self.stay, gate, self.facts)
        on_other_text = newest_before_corrections(versions, [period.sha256]) is None
        if on_other_text or (period.closes_on < full and not period.shortened):
            return GateState(gate, Lack.PERIOD)
        if now < end_of_day(period.closes_on):
            return GateState(gate, Lack.RUNNING, (period.closes_on.isoformat(),))
        if period.unanswered:
            return GateState(gate, Lack.UNANSWERED, (str(period.unanswered),))
        return GateState(gate, Lack.UNPUBLISHED)

    def _registered_after(self, gate: Gate, held: InForce) -> Text | None:
        """The text of the decision when it was registered only after the body met, and nothing says why the body saw it
        nevertheless (後日登録): the day of the meeting was corrected."""
        versions = versions_at(self.chain, self.stay, gate, self.facts)
        first = next((text for text in versions if text.sha256 == held.decision.sha256), None)
        return first if first and held.at < first.at and not held.late_text else None

    def _shut_then(self, gate: Gate, at: datetime, sha256: str) -> list[str]:
        """The labels of the gates before this one that were shut, for that text, when its answer was given."""
        if not gate.after:
            return []
        put = Put(self.chain.document_of(gate), sha256)
        then = _Judged(self.chain, self.stay, self.facts.at(at), put)
        return [
            state.gate.label for key in gate.after if not (state := then.state(self.chain.gate(key))).open
        ]


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """An approval that waits for somebody to confirm, on their comparison, that `current` is the text agreed to, as
    `base` was."""

    stay: Stay
    gate: BodyGate
    held: InForce
    base: Text
    current: Text


def unconfirmed(chain: Chain, facts: Facts) -> list[Unconfirmed]:
    """The approvals on the plan's path that wait for a confirmation. Each can be given whatever the other gates lack."""
    stood_at = [(stay, gate) for stay in facts.path for gate in chain.stage(stay.stage).gates]
    return [found for stay, gate in stood_at if (found := to_confirm(chain, stay, gate, facts))]


def to_confirm(chain: Chain, stay: Stay, gate: Gate, facts: Facts) -> Unconfirmed | None:
    """Return what waits for a confirmation at the gate; None when nothing does, or the body must be asked again."""
    if not isinstance(gate, BodyGate) or chain.body(gate.body).confirmed_by is Corrections.BODY:
        return None
    held, texts = facts.decision(stay, gate.key), versions_at(chain, stay, gate, facts)
    if held is None or held.refused or held.outcome not in chain.opens_on(gate):
        return None
    base = to_compare(texts, held.confirmations, held.covered)
    return None if base is None else Unconfirmed(stay, gate, held, base, texts[-1])


def about_present_text(chain: Chain, path: Path, document: str) -> list[tuple[Stay, Gate]]:
    """The gates on the path that are about the document's present text, each with its stay."""
    here = path[-1]
    return [
        (stay, gate)
        for stay in path
        if stay.shares_text_with(here, document)
        for gate in chain.stage(stay.stage).gates
        if chain.document_of(gate) == document
    ]


def correctable_conditions(chain: Chain, facts: Facts, document: str) -> list[ConditionFact]:
    """The conditions that a correction of the document's present text can meet: of the decisions in force on it that
    no note closed."""
    held = [facts.decision(stay, gate.key) for stay, gate in about_present_text(chain, facts.path, document)]
    return [condition for decision in held if decision for condition in decision.unmet]


def asking_the_public(chain: Chain, facts: Facts, document: str) -> bool:
    """Return whether the public is asked about the document's present text, or was, and the result is not published."""
    asked = (facts.period(stay, gate.key) for stay, gate in about_present_text(chain, facts.path, document))
    return any(period is not None and period.published_at is None for period in asked)


def takes_new_text(chain: Chain, facts: Facts, document: str) -> bool:
    """Return whether a new text of the document may be registered where the plan stands: there is none yet, or it is
    written here and the public is not being asked about it."""
    here = facts.path[-1]
    if facts.text(here, document) is None:
        return True
    written = document in chain.written_in(chain.stage(here.stage))
    return written and not asking_the_public(chain, facts, document)


@dataclass(frozen=True, slots=True)
class Coming:
    """A meeting that can lift a block: the next one of the body, or the one that waits for its record."""

    meeting: int
    title: str
    starts_at: datetime
    listed: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """The reason why a gate is closed: what is `missing`, `who` can provide it, at the meeting `coming`, and
    `when` that is. `words` is the whole reason in one line."""

    gate: str
    label: str
    lack: Lack
    detail: tuple[str, ...]
    words: str
    who: str
    coming: Coming | None = None
    missing: str = ""
    when: str = ""


class GateClosed(SakuteiError):
    """A step was refused because gates are closed. `why` holds the reasons, once known."""

    def __init__(self, stage: Stage, shut: "Sequence[GateState]", why: "Sequence[Reason]" = ()) -> None:
        self.stage = stage
        self.shut = tuple(shut)
        self.why = tuple(why)

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(reason.words for reason in self.why)

    @property
    def message(self) -> str:
        lines = self.reasons or tuple(state.gate.label for state in self.shut)
        said = say("「{stage}」から進めません。次の手続が済んでいません。", stage=self.stage.label)
        return "\n".join([said, *(f"・{line}" for line in lines)])
