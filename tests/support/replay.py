"""A second opinion on one plan: its path and its gates, worked out anew from the bare rows, row by row."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from definitions.chain import BodyGate, Chain, DocumentGate, PeriodGate, SignoffGate
from workflow.domain.calendar import TOKYO
from workflow.store.database import Office
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
            self.steps = list(db.scalars(select(Step).order_by(Step.revision)))
            self.versions = list(db.scalars(select(Version).order_by(Version.number)))
            self.meets = {
                each.version_id: set(each.conditions)
                for each in db.scalars(select(Declaration).order_by(Declaration.id))
            }
            self.decisions = list(db.scalars(select(Decision).order_by(Decision.id)))
            self.conditions = list(db.scalars(select(Condition)))
            self.confirmations = list(db.scalars(select(Confirmation).order_by(Confirmation.id)))
            self.signoffs = list(db.scalars(select(Signoff).order_by(Signoff.id)))
            self.periods = list(db.scalars(select(CommentPeriod).order_by(CommentPeriod.id)))
            at_meetings = select(AgendaItem.id, Meeting).join(Meeting, Meeting.id == AgendaItem.meeting_id)
            self.meetings = {row.id: row.Meeting for row in db.execute(at_meetings)}
            db.expunge_all()

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
        mine = [each for each in self.versions if each.stretch == stay.stretch and each.added_at <= now]
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
        met = self._way(line, text, now, len(self.confirmations))
        return (
            met is not None
            and last.outcome in self.chain.opens_on(gate)
            and all(self._closed(each, now) or each.id in met for each in self._conditions_of(last))
            and not self._refused(line, now)
            and self._in_order(gate, stay, self.moment(first), last.sha256)
        )

    def _lines(self, ratifying: list[Decision] | None) -> Iterator[list[Decision]]:
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

    def moment(self, decision: Decision) -> datetime:
        if decision.item_id is None:
            return decision.recorded_at
        meeting = self.meetings[decision.item_id]
        if meeting.form == "in_writing":
            return min(decision.recorded_at, meeting.ends_at)
        return meeting.starts_at

    def _way(self, line: list[Decision], text: str, now: datetime, before: int) -> set[int] | None:
        """The conditions met on the way of confirmations to that text; None when there is no way to it."""
        way: set[int] | None = set() if text == line[0].sha256 else None
        taken_back = {each.supersedes_id for each in self.confirmations}
        for position, each in enumerate(self.confirmations[:before]):
            counts = each.result == "confirmed" and each.id not in taken_back and each.confirmed_at <= now
            if not counts or each.sha256 != text or each.decision_id not in [d.id for d in line]:
                continue
            base = self._way(line, each.base_sha256, now, position)
            if base is not None:
                way = (way or set()) | base | self.meets[each.version_id]
        return way

    def _refused(self, line: list[Decision], now: datetime) -> bool:
        answers = [each for each in self._lines(line) if self.moment(each[0]) <= now]
        return any(each[-1].outcome in ("rejected", "returned") for each in answers)

    def _conditions_of(self, decision: Decision) -> list[Condition]:
        return [each for each in self.conditions if each.decision_id == decision.id]

    def _closed(self, condition: Condition, now: datetime) -> bool:
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
        mine = [each for each in self.periods if self._place(each) == (stay.stage, stay.visit, gate.key)]
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

    # --- what was decided ----------------------------------------------------------------------------------

    def decided_before_their_text(self) -> list[int]:
        """The decisions of a moment before their text was registered, without a word why."""
        registered = {each.id: each.added_at for each in self.versions}
        return [
            line[0].id
            for line in self._lines(None)
            if self.moment(line[0]) < registered[line[0].version_id] and not line[0].late_text_why
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
