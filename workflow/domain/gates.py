"""Is this gate open, and if not, why. Pure functions over what the records say of one stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from definitions.chain import BodyGate, Chain, DocumentGate, Gate, PeriodGate, Stage
from definitions.errors import SakuteiError
from definitions.terms import Outcome
from workflow.domain.calendar import end_of_day, period_end
from workflow.domain.decisions import Manner
from workflow.domain.language import label, say


class Lack(StrEnum):
    """The kinds of missing requirements at a closed gate."""

    AFTER = "after"
    DOCUMENT = "document"
    DECISION = "decision"
    STALE = "stale"
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
class TextFact:
    """The plan's current version."""

    version_id: int
    number: int
    stage: str
    visit: int


@dataclass(frozen=True, slots=True)
class OpenCondition:
    """A condition (条件) of a 条件付き了承 that nobody has closed yet."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class DecisionFact:
    """The decision in force at a gate. `refused`: a 専決 the body did not approve afterwards."""

    id: int
    version_id: int
    version_number: int
    outcome: Outcome
    manner: Manner
    open_conditions: tuple[OpenCondition, ...] = ()
    refused: bool = False


@dataclass(frozen=True, slots=True)
class SignoffFact:
    id: int
    version_id: int
    version_number: int
    approved: bool


@dataclass(frozen=True, slots=True)
class PeriodFact:
    opens_on: date
    closes_on: date
    version_id: int
    shortened: bool
    unanswered: int
    published: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """Recorded facts about the plan's current stage, on this visit."""

    now: datetime
    stage: str
    visit: int
    text: TextFact | None = None
    decisions: Mapping[str, DecisionFact] = field(default_factory=dict)
    signoffs: Mapping[str, SignoffFact] = field(default_factory=dict)
    periods: Mapping[str, PeriodFact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GateState:
    """A gate with its missing requirements; it is open when there are none. `detail` names them: labels of gates,
    texts of conditions, an outcome, a day."""

    gate: Gate
    lack: Lack | None = None
    detail: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        return self.lack is None


def states(chain: Chain, stage: Stage, facts: Facts) -> dict[str, GateState]:
    """Every gate of the stage with its state, by key, in the chain's order."""
    found: dict[str, GateState] = {}
    for gate in stage.gates:
        _settle(chain, gate, facts, found)
    return {gate.key: found[gate.key] for gate in stage.gates}


def _settle(chain: Chain, gate: Gate, facts: Facts, found: dict[str, GateState]) -> GateState:
    if gate.key not in found:
        shut = [
            before.gate.label
            for before in (_settle(chain, chain.gate(key), facts, found) for key in gate.after)
            if not before.open
        ]
        found[gate.key] = GateState(gate, Lack.AFTER, tuple(shut)) if shut else _own_state(chain, gate, facts)
    return found[gate.key]


def _own_state(chain: Chain, gate: Gate, facts: Facts) -> GateState:
    if isinstance(gate, DocumentGate):
        return _document_state(gate, facts)
    if isinstance(gate, BodyGate):
        return _body_state(chain, gate, facts)
    if isinstance(gate, PeriodGate):
        return _period_state(gate, facts)
    signoff = facts.signoffs.get(gate.key)
    if signoff is None:
        return GateState(gate, Lack.SIGNATURE)
    if facts.text is not None and signoff.version_id != facts.text.version_id:
        return GateState(gate, Lack.SIGNATURE_STALE, (say("第{number}版", number=signoff.version_number),))
    return GateState(gate) if signoff.approved else GateState(gate, Lack.SIGNATURE_RETURNED)


def _document_state(gate: DocumentGate, facts: Facts) -> GateState:
    text = facts.text
    if text is None or text.stage != facts.stage or text.visit != facts.visit:
        return GateState(gate, Lack.DOCUMENT)
    return GateState(gate)


def _body_state(chain: Chain, gate: BodyGate, facts: Facts) -> GateState:
    decision = facts.decisions.get(gate.key)
    if decision is None:
        return GateState(gate, Lack.DECISION)
    if facts.text is None or decision.version_id != facts.text.version_id:
        return GateState(gate, Lack.STALE, (say("第{number}版", number=decision.version_number),))
    if decision.outcome not in chain.opens_on(gate):
        return GateState(gate, Lack.OUTCOME, (label(decision.outcome),))
    if decision.open_conditions:
        texts = dict.fromkeys(condition.text for condition in decision.open_conditions)
        return GateState(gate, Lack.CONDITIONS, tuple(texts))
    return GateState(gate, Lack.REFUSED) if decision.refused else GateState(gate)


def _period_state(gate: PeriodGate, facts: Facts) -> GateState:
    period = facts.periods.get(gate.key)
    if period is None or (facts.text is not None and period.version_id != facts.text.version_id):
        return GateState(gate, Lack.PERIOD)
    full = period_end(period.opens_on, gate.minimum_days, first_day_counts=gate.first_day_counts)
    if period.closes_on < full and not period.shortened:
        return GateState(gate, Lack.PERIOD)
    if facts.now < end_of_day(period.closes_on):
        return GateState(gate, Lack.RUNNING, (period.closes_on.isoformat(),))
    if period.unanswered:
        return GateState(gate, Lack.UNANSWERED, (str(period.unanswered),))
    return GateState(gate) if period.published else GateState(gate, Lack.UNPUBLISHED)


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
        said = say("「{stage}」から進めません。次の関門が閉じています。", stage=self.stage.label)
        return "\n".join([said, *(f"・{line}" for line in lines)])
