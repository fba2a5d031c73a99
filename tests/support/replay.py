"""A second opinion on one plan: its path and its gates, worked out anew from the bare rows, row by row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from definitions.chain import BodyGate, Chain, Corrections, DocumentGate, PeriodGate, SignoffGate
from workflow.domain.calendar import TOKYO
from workflow.store.database import Office, connection_of
from workflow.store.tables import (
    AgendaItem,
    CommentPeriod,
    Condition,
    Confirmation,
    Decision,
    Declaration,
    Meeting,
    Signoff,
    Step,
    Version,
)


def registered(version: Any) -> datetime:
    """The moment from which a version counts."""
    return version.counts_from or version.added_at


def _rows(db: Session, table: Any, by: Any) -> Sequence[Any]:
    return connection_of(db).execute(select(table.__table__).order_by(by)).all()


@dataclass(frozen=True)
class Stood:
    """A stay of the plan."""

    stage: str
    visit: int
    stretch: int
    since: datetime


class Replay:
    def __init__(self, office: Office, chain: Chain) -> None:
        self.chain = chain
        with office.reading() as db:
            self.steps = _rows(db, Step, Step.revision)
            self.versions = _rows(db, Version, Version.number)
            self.declared = {each.version_id: each for each in _rows(db, Declaration, Declaration.id)}
            self.decisions = _rows(db, Decision, Decision.id)
            self.conditions = _rows(db, Condition, Condition.id)
            self.confirmations = _rows(db, Confirmation, Confirmation.id)
            self.signoffs = _rows(db, Signoff, Signoff.id)
            self.periods = _rows(db, CommentPeriod, CommentPeriod.id)
            meetings = {each.id: each for each in _rows(db, Meeting, Meeting.id)}
            items = _rows(db, AgendaItem, AgendaItem.id)
            self.meetings = {each.id: meetings[each.meeting_id] for each in items}

    # --- the path ------------------------------------------------------------------------------------------

    def path(self) -> list[Stood]:
        """The stays, from the steps. A 差戻し to a stage that is not among them is a fault."""
        path: list[Stood] = []
        for step in self.steps:
            at = step.counts_from or step.taken_at
            if step.trigger in ("open", "advance"):
                before = path[-1].stretch if path else 1
                path.append(Stood(step.to_stage, step.visit, self._stretch(step, before), at))
            elif step.trigger == "send_back":
                position = [stay.stage for stay in path].index(step.to_stage)
                stretch = self._stretch(step, path[position].stretch)
                path[position:] = [Stood(step.to_stage, step.visit, stretch, at)]
        return path

    def _stretch(self, step: Step, before: int) -> int:
        gates = self.chain.stage(step.to_stage).gates
        return int(step.revision) if any(isinstance(gate, DocumentGate) for gate in gates) else before

    # --- the gates -----------------------------------------------------------------------------------------

    def shut(self, stay: Stood, now: datetime) -> list[str]:
        """The gates of that stay which are shut, for the text of its stretch."""
        text = self.text(stay, now)
        return [
            gate.key for gate in self.chain.stage(stay.stage).gates if not self.holds(gate, stay, now, text)
        ]

    def fallen(self, now: datetime) -> list[str]:
        """The mandatory gates the plan passed that do not hold."""
        passed = [(stay, gate) for stay in self.path()[:-1] for gate in self.chain.stage(stay.stage).gates]
        return [
            gate.key
            for stay, gate in passed
            if gate.mandatory and not self.holds(gate, stay, now, self.text(stay, now))
        ]

    def text(self, stay: Stood, now: datetime) -> str | None:
        mine = [each for each in self.versions if each.stretch == stay.stretch and registered(each) <= now]
        return mine[-1].sha256 if mine else None

    def holds(self, gate: Any, stay: Stood, now: datetime, text: str | None) -> bool:
        if not all(self.holds(self.chain.gate(key), stay, now, text) for key in gate.after):
            return False
        match gate:
            case DocumentGate():
                return text is not None
            case BodyGate():
                return text is not None and self._agreed(gate, stay, now, text)
            case SignoffGate():
                return self._signed(gate, stay, now, text)
            case PeriodGate():
                return self._published(gate, stay, now)

    def _agreed(self, gate: BodyGate, stay: Stood, now: datetime, text: str) -> bool:
        given = [
            each for each in self._lines(None) if self._place(each[0]) == (stay.stage, stay.visit, gate.key)
        ]
        standing = [each for each in given if each[-1].outcome and self.moment(each[0]) <= now]
        if not standing:
            return False
        line = max(standing, key=lambda each: (self.moment(each[0]), each[0].id))
        first, last = line[0], line[-1]
        met = self._way(line, text, now)
        return (
            met is not None
            and last.outcome in self.chain.opens_on(gate)
            and all(self._closed(each, now) or each.id in met for each in self._conditions_of(last))
            and not self._refused(line, now)
            and self._in_order(gate, stay, self.moment(first), last.sha256)
        )

    def _lines(self, ratifying: list[Any] | None) -> Iterator[list[Any]]:
        """Each decision with what corrects it, one after another; those given to a 専決, or those given to none."""
        answered = [each.id for each in ratifying or []]
        corrected_by = {each.supersedes_id: each for each in self.decisions if each.supersedes_id}
        for first in self.decisions:
            to_chair = first.ratifies_id in answered if ratifying else first.ratifies_id is None
            if first.supersedes_id is None and to_chair:
                line = [first]
                while line[-1].id in corrected_by:
                    line.append(corrected_by[line[-1].id])
                yield line

    def moment(self, decision: Any) -> datetime:
        if decision.item_id is None:
            return decision.recorded_at
        meeting = self.meetings[decision.item_id]
        if meeting.form == "in_writing":
            return min(decision.recorded_at, meeting.ends_at)
        return meeting.starts_at

    def _way(self, line: list[Any], text: str, now: datetime) -> set[int] | None:
        """The conditions met on the ways of confirmations to that text; None when there is no way to it."""
        taken_back = {each.supersedes_id for each in self.confirmations}
        confirmed = [
            each
            for each in self.confirmations
            if each.result == "confirmed"
            and each.id not in taken_back
            and each.decision_id in [decision.id for decision in line]
            and each.confirmed_at <= now
        ]

        def led_to(begun: str, passed: frozenset[str] = frozenset()) -> set[str]:
            further = [e.sha256 for e in confirmed if e.base_sha256 == begun and e.sha256 not in passed]
            return {begun}.union(*(led_to(each, passed | {begun}) for each in further))

        agreed = led_to(line[0].sha256)
        on_the_way = [e for e in confirmed if e.base_sha256 in agreed and text in led_to(e.sha256)]
        met = {number for each in on_the_way for number in self.declared[each.version_id].conditions}
        return met if text in agreed else None

    def _refused(self, line: list[Any], now: datetime) -> bool:
        answers = [each for each in self._lines(line) if self.moment(each[0]) <= now]
        return any(each[-1].outcome in ("rejected", "returned") for each in answers)

    def _conditions_of(self, decision: Any) -> list[Any]:
        return [each for each in self.conditions if each.decision_id == decision.id]

    def _closed(self, condition: Any, now: datetime) -> bool:
        if condition.closed_at is None:
            return False
        if condition.met_on is None:
            return bool(condition.closed_at <= now)
        began = datetime.combine(condition.met_on, time.min, TOKYO).astimezone(UTC)
        return min(condition.closed_at, began) <= now

    def _signed(self, gate: SignoffGate, stay: Stood, now: datetime, text: str | None) -> bool:
        by_then = [
            each
            for each in self.signoffs
            if self._place(each) == (stay.stage, stay.visit, gate.key) and each.signed_at <= now
        ]
        taken_back = {each.supersedes_id for each in by_then}
        standing = [each for each in by_then if each.result and each.id not in taken_back]
        if not standing:
            return False
        last = standing[-1]
        ordered = self._in_order(gate, stay, last.signed_at, last.sha256)
        return last.result == "approved" and last.sha256 == text and ordered

    def _published(self, gate: PeriodGate, stay: Stood, now: datetime) -> bool:
        mine = [
            each
            for each in self.periods
            if self._place(each) == (stay.stage, stay.visit, gate.key) and each.cancelled_at is None
        ]
        if not mine or mine[-1].published_at is None or mine[-1].published_at > now:
            return False
        period = mine[-1]
        over = datetime.combine(period.closes_on + timedelta(days=1), time.min, TOKYO)
        length = (period.closes_on - period.opens_on).days + 1
        assert period.published_at >= over and length >= gate.minimum_days, "published too soon"
        return True

    def _in_order(self, gate: Any, stay: Stood, at: datetime, text: str) -> bool:
        return all(self.holds(self.chain.gate(key), stay, at, text) for key in gate.after)

    @staticmethod
    def _place(row: Any) -> tuple[str, int, str]:
        return row.stage, row.visit, row.gate_key

    # --- what was recorded ---------------------------------------------------------------------------------

    def out_of_order(self, decision: int) -> bool:
        """Return whether the gates before that one were shut, for its text, at the moment of a decision."""
        found = next(each for each in self.decisions if each.id == decision)
        stay = next(each for each in self.path() if (each.stage, each.visit) == (found.stage, found.visit))
        gate = self.chain.gate(found.gate_key)
        return not self._in_order(gate, stay, self.moment(found), found.sha256)

    def confirmed_wrongly(self) -> bool:
        """Return whether the newest confirmation was not to be given: the body must be asked again, it did not agree, or a
        new text that the approval does not cover came between."""
        answer = self.confirmations[-1]
        gate = self.chain.gate(answer.gate_key)
        assert isinstance(gate, BodyGate)
        if self.chain.body(gate.body).confirmed_by is Corrections.BODY:
            return True
        line = next(line for line in self._lines(None) if answer.decision_id in [each.id for each in line])
        if line[-1].outcome not in self.chain.opens_on(gate) or self._refused(line, answer.recorded_at):
            return True
        version = next(each for each in self.versions if each.id == answer.version_id)
        before = [each for each in self.versions if each.stretch == version.stretch and each.id < version.id]
        base = max((each.number for each in before if each.sha256 == answer.base_sha256), default=0)
        between = [each for each in before if each.number > base]
        return base == 0 or any(self.declared[each.id].kind == "new" for each in [*between, version])

    def new_texts_out_of_place(self) -> list[int]:
        """The numbers of the new texts registered where only corrections are taken."""
        begun: set[int] = set()
        wrong = []
        for each in self.versions:
            gates = self.chain.stage(each.stage).gates
            written = any(isinstance(gate, DocumentGate) for gate in gates)
            if self.declared[each.id].kind == "new" and each.stretch in begun and not written:
                wrong.append(each.number)
            begun.add(each.stretch)
        return wrong

    def decided_before_their_text(self) -> list[int]:
        """The decisions of a moment before their text was registered, without a word why."""
        at = {each.id: registered(each) for each in self.versions}
        return [
            line[0].id
            for line in self._lines(None)
            if self.moment(line[0]) < at[line[0].version_id] and not line[0].late_text_why
        ]

    def decided_before_the_visit(self) -> list[int]:
        """The decisions of a moment before the plan came to the stage, in that visit."""
        came: dict[tuple[str, int], datetime] = {}
        for step in self.steps:
            if step.trigger in ("open", "advance", "send_back"):
                came[step.to_stage, step.visit] = step.counts_from or step.taken_at
        return [
            line[0].id
            for line in self._lines(None)
            if self.moment(line[0]) < came[line[0].stage, line[0].visit]
        ]
