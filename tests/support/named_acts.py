"""The acts that a refusal names, each taken by the person it names."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from definitions.chain import Corrections, SignoffGate
from definitions.terms import Outcome, Role
from tests.support.scenario import USUAL, House
from workflow import actions, queries
from workflow.domain.calendar import end_of_day, parse_day, tokyo_day
from workflow.domain.comments import Disposition
from workflow.domain.errors import SakuteiError
from workflow.domain.gates import Lack, Reason
from workflow.domain.votes import ANOTHER_TIME, Choice
from workflow.queries.agenda import held_decision
from workflow.queries.bodies import chairs_of, seats
from workflow.queries.gate_facts import facts
from workflow.queries.plans import plan_by_key
from workflow.store.tables import (
    AgendaItem,
    CommentPeriod,
    Condition,
    Decision,
    Meeting,
    Opinion,
    Person,
    Submission,
)

# Built once: building a statement costs more than running it.
_UNDECIDED = select(AgendaItem.id).where(
    AgendaItem.gate_key == bindparam("gate"),
    AgendaItem.removed_at.is_(None),
    ~held_decision(AgendaItem.id).exists(),
)


class NamedActs:
    """What mends each lack, in a `House` with one plan."""

    def __init__(self, house: House) -> None:
        self.house, self.office, self.chain = house, house.office, house.chain

    def take(self, reason: Reason) -> None:
        """Raises the `SakuteiError` of an act that is refused."""
        whom, gate = self.whom(reason), reason.gate
        match reason.lack:
            case Lack.DOCUMENT:
                self.house.a_version()
            case _ if isinstance(self.chain.gate(gate), SignoffGate):
                seen = self.text_at(gate)
                actions.sign(self.office, whom, "dx", gate, seen=seen, now=self.house.now)
            case Lack.DECISION | Lack.STALE | Lack.OUTCOME | Lack.REFUSED | Lack.EARLY:
                self._answer(reason, whom)
            case Lack.UNCONFIRMED:
                self.house.confirm(gate, by=whom, seen=self.text_at(gate))
            case Lack.CONDITIONS:
                for number in self._open_conditions(gate, reason.detail):
                    actions.close_condition(self.office, whom, number, "直した", now=self.house.now)
            case Lack.PERIOD:
                day = tokyo_day(self.house.now)
                actions.open_comment(self.office, whom, "dx", gate, day, now=self.house.now)
            case Lack.RUNNING:
                self.house.now = end_of_day(parse_day(reason.detail[0]))
            case Lack.UNANSWERED:
                self.answer_the_public(self.round_at(gate), by=whom)
            case Lack.UNPUBLISHED:
                actions.publish_result(self.office, whom, "dx", round=self.round_at(gate), now=self.house.now)

    def why(self) -> tuple[Reason, ...]:
        with self.office.reading() as db:
            return queries.why(db, plan_by_key(db, "dx"), self.house.now)

    def confirms_for(self, gate: str) -> str:
        """The key of whoever may confirm for the gate's body."""
        body = self.chain.body(self.house.body_of(gate))
        if body.confirmed_by is Corrections.SECRETARIAT:
            return f"{body.key}_office"
        return self.chair_of(body.key)

    def whom(self, reason: Reason) -> str:
        """The key of the person whom the reason names."""
        for body in self.chain.bodies:
            if reason.who.startswith((f"{body.name}の事務局", f"{body.name}（会長")):
                return f"{body.key}_office"
            if reason.who.startswith(f"{body.name}の会長"):
                return self.chair_of(body.key)
        names = {"区長が": "mayor", "計画の担当課（IT推進課）": "tanto"}
        return next(key for words, key in names.items() if reason.who.startswith(words))

    def chair_of(self, body: str) -> str:
        with self.office.reading() as db:
            (chair,) = chairs_of(db, [body], tokyo_day(self.house.now))[body]
            return db.get_one(Person, chair).key

    def meets(
        self,
        gate: str,
        outcome: Outcome | None = None,
        *,
        held_at: datetime | None = None,
        version: int | None = None,
        late: str = "",
    ) -> int:
        """The gate's body met an hour ago, or at that moment, and gave that answer, or its usual one. Where it votes, all
        vote for what is not refused. Returns the number of the decision."""
        body = self.chain.body(self.house.body_of(gate))
        if held_at is None:
            held_at = self.house.later(hours=2).now - timedelta(hours=1)
        meeting = self.a_meeting(body.key, held_at)
        by = f"{body.key}_office"
        item = actions.list_item(self.office, by, meeting, "dx", gate, version=version, now=self.house.now)
        return self.decides(item, gate, outcome or USUAL[body.kind], late=late)

    def a_meeting(self, body: str, held_at: datetime) -> int:
        meeting = actions.enter_meeting(
            self.office, f"{body}_office", body, "会議", starts_at=held_at,
            ends_at=held_at + timedelta(minutes=30), place="室", now=self.house.now,
        )  # fmt: skip
        if self.chain.body(body).reaches == "tallied":
            there = {key: actions.Seated(present=True) for key in self._members(body, held_at)}
            actions.enter_attendance(self.office, f"{body}_office", meeting, there, now=self.house.now)
        return meeting

    def decides(self, item: int, gate: str, outcome: Outcome, *, late: str = "") -> int:
        body, now = self.chain.body(self.house.body_of(gate)), self.house.now
        by = f"{body.key}_office"
        conditions = ["直すこと"] if outcome is Outcome.CONDITIONAL else []
        if body.reaches != "tallied" or outcome in ANOTHER_TIME:
            return actions.record_outcome(
                self.office, by, item, outcome, conditions=conditions, late_text=late, now=now
            )
        refused = outcome in (Outcome.RETURNED, Outcome.REJECTED)
        with self.office.reading() as db:
            of_item = select(Meeting.starts_at).join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
            held_at = db.scalars(of_item.where(AgendaItem.id == item)).one()
        for key in self._members(body.key, held_at, but_chair=True):
            actions.cast_vote(self.office, key, item, Choice.AGAINST if refused else Choice.FOR, now=now)
        return actions.decide_by_votes(self.office, by, item, conditions=conditions, late_text=late, now=now)

    def text_at(self, gate: str) -> int:
        """The number of the version by which the gate is judged."""
        stage = self.chain.stage_of_gate(gate).key
        with self.office.reading() as db:
            plan = plan_by_key(db, "dx")
            known = facts(db, plan, self.house.now)
        stay = next(stay for stay in plan.path if stay.stage == stage)
        text = known.text(stay, self.chain.main_document)
        return text.number if text else 0

    def answer_the_public(self, round: int | None, by: str = "tanto") -> None:
        """Answer what nobody answered in that round, if there was one."""
        with self.office.reading() as db:
            periods = list(db.scalars(select(CommentPeriod.id).order_by(CommentPeriod.id)))
            if round is not None and round > len(periods):
                return
            period = periods[-1 if round is None else round - 1]
            of_round = select(Opinion.id).join(Submission, Submission.id == Opinion.submission_id)
            left = list(
                db.scalars(of_round.where(Submission.period_id == period, Opinion.answer_id.is_(None)))
            )
        actions.answer_opinions(
            self.office, by, "dx", left, summary="意見", answer="参考にします",
            disposition=Disposition.FOR_REFERENCE, round=round, now=self.house.now,
        )  # fmt: skip

    def round_at(self, gate: str) -> int:
        """The round of the gate's newest public comment."""
        with self.office.reading() as db:
            asked = list(db.scalars(select(CommentPeriod.gate_key).order_by(CommentPeriod.id)))
        return len(asked) - asked[::-1].index(gate)

    def _answer(self, reason: Reason, whom: str) -> None:
        """The body answers, at the meeting that waits for its record if there is one; what cannot be recorded there is
        taken off its agenda and put to the next meeting."""
        gate = reason.gate
        for item in self._undecided(gate):
            try:
                self.decides(item, gate, USUAL[self.chain.body(self.house.body_of(gate)).kind])
                return
            except SakuteiError:
                actions.remove_item(self.office, whom, item, "諮り直す", now=self.house.now)
        self.meets(gate)

    def _undecided(self, gate: str) -> Sequence[int]:
        with self.office.reading() as db:
            return list(db.scalars(_UNDECIDED, {"gate": gate}))

    def _open_conditions(self, gate: str, texts: Sequence[str]) -> Sequence[int]:
        with self.office.reading() as db:
            of_gate = select(Condition.id).join(Decision, Decision.id == Condition.decision_id)
            left = of_gate.where(
                Decision.gate_key == gate, Condition.closed_at.is_(None), Condition.text.in_(texts)
            )
            corrected = select(Decision.supersedes_id).where(Decision.supersedes_id.is_not(None))
            return list(db.scalars(left.where(Decision.id.not_in(corrected))))

    def _members(self, body: str, at: datetime, *, but_chair: bool = False) -> list[str]:
        with self.office.reading() as db:
            held = [seat for seat in seats(db, body, tokyo_day(at)) if seat.role is not Role.SECRETARIAT]
        chairs = {seat.key for seat in held if seat.role is Role.CHAIR}
        return sorted({seat.key for seat in held} - (chairs if but_chair else set()))
