"""Confirmations of corrected texts: those that wait, and those that were given."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from workflow.domain.confirming import ConfirmedAs
from workflow.domain.cover import ConfirmationResult
from workflow.domain.errors import NotFound
from workflow.domain.gates import Unconfirmed, to_confirm
from workflow.domain.path import stay_in
from workflow.domain.plans import Trigger
from workflow.domain.taking_back import EndedBy, Kind, TakingBack
from workflow.queries.gate_facts import facts
from workflow.queries.plans import PlanFact
from workflow.store.tables import Confirmation, ConfirmationReview, Person, Step, Version


@dataclass(frozen=True, slots=True)
class ConfirmationLine:
    """An answer to a correction: at which gate, about which version, compared with the text of that SHA-256; by whom and
    in what right. `current`: it was not taken back; `taking_back` says until when it may be. `reviewed_by` and
    `reviewed_at`: the 後閲 of a deputy's."""

    number: int
    decision: int
    gate: str
    version: int
    base_sha256: str
    result: ConfirmationResult
    manner: ConfirmedAs
    by: str
    at: datetime
    note: str
    recorded_by_id: int
    recorded_by: str
    current: bool
    taking_back: TakingBack
    reviewed_by: str | None
    reviewed_at: datetime | None
    review_note: str | None

    @property
    def owes_review(self) -> bool:
        return self.current and self.manner is ConfirmedAs.DEPUTY and self.reviewed_at is None


def confirmation_waiting(db: Session, plan: PlanFact, gate: str, now: datetime) -> Unconfirmed:
    """The corrected text that waits for a confirmation at the gate, with the one it is compared with. One statement.
    Raises `NotFound`."""
    if plan.chain.has_gate(gate):
        stay = stay_in(plan.path, plan.chain.stage_of_gate(gate).key)
        found = stay and to_confirm(plan.chain, stay, plan.chain.gate(gate), facts(db, plan, now))
        if found:
            return found
    raise NotFound("確認を待つ訂正", gate)


def confirmations(db: Session, plan: PlanFact) -> list[ConfirmationLine]:
    """The answers to corrections of the plan's texts, oldest first. One statement."""
    confirmer, recorder, reviewer = aliased(Person), aliased(Person), aliased(Person)
    later, review = aliased(Confirmation), ConfirmationReview
    rows = db.execute(
        select(
            Confirmation,
            Version.number,
            confirmer.name,
            recorder.name,
            later.id,
            _moved_since(),
            reviewer.name,
            review.reviewed_at,
            review.note,
        )
        .join(Version, Version.id == Confirmation.version_id)
        .join(confirmer, confirmer.id == Confirmation.confirmed_by)
        .join(recorder, recorder.id == Confirmation.recorded_by)
        .outerjoin(later, later.supersedes_id == Confirmation.id)
        .outerjoin(review, review.confirmation_id == Confirmation.id)
        .outerjoin(reviewer, reviewer.id == review.reviewed_by)
        .where(Confirmation.plan_id == plan.id, Confirmation.result.is_not(None))
        .order_by(Confirmation.id)
    )
    return [
        ConfirmationLine(
            number=row.id,
            decision=row.decision_id,
            gate=row.gate_key,
            version=version,
            base_sha256=row.base_sha256,
            result=ConfirmationResult(row.result or ""),
            manner=ConfirmedAs(row.manner),
            by=by,
            at=row.confirmed_at,
            note=row.note,
            recorded_by_id=row.recorded_by,
            recorded_by=recorded_by,
            current=taken_back is None,
            taking_back=TakingBack.of(Kind.CONFIRMATION, [(EndedBy.MOVED, moved)]),
            reviewed_by=reviewed_by,
            reviewed_at=reviewed_at,
            review_note=review_note,
        )
        for row, version, by, recorded_by, taken_back, moved, reviewed_by, reviewed_at, review_note in rows
    ]


def _moved_since() -> ColumnElement[bool]:
    """The condition that the plan moved after the `Confirmation` of a statement was recorded, whatever day the step is
    of."""
    return (
        select(Step.id)
        .where(
            Step.plan_id == Confirmation.plan_id,
            Step.trigger.in_([Trigger.ADVANCE, Trigger.SEND_BACK]),
            Step.taken_at > Confirmation.recorded_at,
        )
        .correlate(Confirmation)
        .exists()
    )
