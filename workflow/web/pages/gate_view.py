"""The gates and the answers of a plan as its page shows them."""

from dataclasses import dataclass

from definitions.chain import Body, Gate, Stage
from definitions.terms import Outcome
from workflow.domain.decisions import Manner, SignedAs, Validity
from workflow.domain.gates import GateState, Reason
from workflow.queries import GateAnswer, Owed


@dataclass(frozen=True, slots=True)
class GateView:
    """A gate of the stage, or one passed before that fell: why it is closed, the last answer, and what the reader may do
    about it. `document` is the name of the one it is about, empty where the plan has only one; `text` the number of the
    version it is judged by. `alone` are the outcomes the reader can give alone (専決), `signs_as` the right in which they
    would sign. `comment`: the gate waits for something on the page of public comments; `may_ask`: for the period that
    the reader may begin."""

    state: GateState
    stage: Stage
    document: str
    text: int | None
    reason: Reason | None
    body: Body | None
    answer: GateAnswer | None
    conditions: tuple[Owed, ...]
    may_close: bool
    may_list: bool
    may_record: bool
    alone: tuple[Outcome, ...]
    signs_as: SignedAs | None
    comment: bool
    may_ask: bool
    confirm: bool
    may_confirm: bool


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer as the list of decisions shows it. `holds_right`: the reader has today the right by which it was
    given."""

    answer: GateAnswer
    validity: Validity
    gate: Gate
    body: Body | None
    in_what_right: SignedAs | Manner
    holds_right: bool
    may_change: bool
    owes_review: bool
