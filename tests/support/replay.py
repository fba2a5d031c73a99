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
            self.items = _rows(db, AgendaItem, AgendaItem.id)
            self.meetings = {each.id: meetings[each.meeting_id] for each in self.items}

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

    def waiting(self, now: datetime) -> list[str]:
        """The gates of the path at which somebody can confirm, on the comparison, that a correction is what was agreed."""
        stood_at = [(stay, gate) for stay in self.path() for gate in self.chain.stage(stay.stage).gates]
        return [
            gate.key for stay, gate in stood_at if isinstance(gate, BodyGate) and self._waits(gate, stay, now)
        ]

    def moments(self) -> list[datetime]:
        """The moments from which anything recorded counts."""
        found = {
            *(stay.since for stay in self.path()),
            *(registered(each) for each in self.versions),
            *(self.moment(each) for each in self.decisions),
            *(each.confirmed_at for each in self.confirmations),
            *(each.closed_at for each in self.conditions),
            *(each.signed_at for each in self.signoffs),
            *(each.published_at for each in self.periods),
        }
        return sorted(found - {None})

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
        line = self._standing(gate, stay, now)
        if line is None or not self._opens(gate, line, now) or not self._in_time(line, stay):
            return False
        met = self._way(line, text, now)
        return (
            met is not None
            and all(self._closed(each, now) or each.id in met for each in self._conditions_of(line[-1]))
            and self._in_order(gate, stay, self.moment(line[0]), line[-1].sha256)
        )

    def _standing(self, gate: BodyGate, stay: Stood, now: datetime) -> list[Any] | None:
        """The last of the decisions given at the gate in that visit, with its corrections."""
        place = stay.stage, stay.visit, gate.key
        given = [line for line in self._lines(None) if self._place(line[0]) == place]
        standing = [line for line in given if line[-1].outcome and self.moment(line[0]) <= now]
        return max(standing, key=lambda line: (self.moment(line[0]), line[0].id), default=None)

    def _opens(self, gate: BodyGate, line: list[Any], now: datetime) -> bool:
        return line[-1].outcome in self.chain.opens_on(gate) and not self._refused(line, now)

    def _in_time(self, line: list[Any], stay: Stood) -> bool:
        """After the plan came to the stage, and on bytes that were registered, unless it is said why the body saw them."""
        at, sha256 = self.moment(line[0]), line[-1].sha256
        mine = [each for each in self.versions if each.stretch == stay.stretch and each.sha256 == sha256]
        seen = bool(line[0].late_text_why) or any(registered(each) <= at for each in mine)
        return stay.since <= at and seen

    def _waits(self, gate: BodyGate, stay: Stood, now: datetime) -> bool:
        line = self._standing(gate, stay, now)
        if line is None or self.chain.body(gate.body).confirmed_by is Corrections.BODY:
            return False
        known = [each for each in self.versions if each.stretch == stay.stretch and registered(each) <= now]
        covered = [self._way(line, each.sha256, now) is not None for each in known]
        if True not in covered or covered[-1] or not self._opens(gate, line, now):
            return False
        since = known[len(covered) - covered[::-1].index(True) :]
        put_again = [each.sha256 for each in self._answers(line, now) if each.result == "put_again"]
        return known[-1].sha256 not in put_again and all(
            self.declared[each.id].kind != "new" for each in since
        )

    def _answers(self, line: list[Any], now: datetime) -> list[Any]:
        """The answers to corrections of the texts that the decision is about, but for those taken back."""
        taken_back = {each.supersedes_id for each in self.confirmations}
        return [
            each
            for each in self.confirmations
            if each.id not in taken_back
            and each.decision_id in [decision.id for decision in line]
            and each.confirmed_at <= now
        ]

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
        confirmed = [each for each in self._answers(line, now) if each.result == "confirmed"]

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
        taken_back = {each.supersedes_id for each in self.signoffs}
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

    def in_turn(self, *, late: bool) -> bool:
        """Return whether the newest item of an agenda was answered in its turn: after the plan came to the stage, on a text
        registered by then, unless it was `late`, for which the gates before were open."""
        item = self.items[-1]
        at = self.meetings[item.id].starts_at
        stay = next(each for each in self.path() if (each.stage, each.visit) == (item.stage, item.visit))
        text = next(each for each in self.versions if each.id == item.version_id)
        seen = late or registered(text) <= at
        return (
            stay.since <= at
            and seen
            and self._in_order(self.chain.gate(item.gate_key), stay, at, text.sha256)
        )

    def confirmed_wrongly(self) -> bool:
        """Return whether nothing waited for the newest confirmation at its gate."""
        *before, answer = self.confirmations
        self.confirmations = before
        waited = answer.gate_key in self.waiting(answer.recorded_at)
        self.confirmations = [*before, answer]
        return not waited

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
