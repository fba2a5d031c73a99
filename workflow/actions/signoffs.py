"""Use cases on 決裁: sign, take back, and read afterwards what was signed in one's name (後閲)."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from definitions.chain import SignoffGate
from workflow import queries
from workflow.actions.at_gates import must_be_seen, must_come_after_open_gates, stay_at, text_of
from workflow.actions.plans import must_be_active
from workflow.actions.taking_back import must_be_own, must_not_be_ended
from workflow.domain import gates
from workflow.domain.calendar import at_tokyo, shown_day, tokyo_day
from workflow.domain.cover import Text
from workflow.domain.decisions import SignedAs, SignoffResult
from workflow.domain.errors import AlreadyDone, NotFound, NotNow
from workflow.domain.events import Tag
from workflow.domain.language import say
from workflow.domain.path import Stay
from workflow.domain.rights import Act, Actor
from workflow.domain.timing import must_be_in_time
from workflow.domain.validation import a_text, some_text
from workflow.queries.actor import actor
from workflow.queries.decisions import current_signoff
from workflow.queries.people import held_positions, holders
from workflow.queries.plans import PlanFact, plan_by_id
from workflow.queries.reading_rights import plan_to_read
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import Review, Signoff


def sign(
    office: Office,
    by: str,
    plan: str,
    gate: str,
    *,
    seen: int,
    approve: bool = True,
    note: str = "",
    now: datetime,
) -> int:
    """Sign (決裁) at a signoff gate, or refuse with a note; returns its number. The manner follows from the
    signer: the holder of the position, its delegate by rule (専決), or a deputy (代決, which the principal must review).
    `seen` is the number of the version the signer read.

    Raises `NotAllowed`, `OtherText`, `GateClosed` (gates before it are closed, or the plan is stopped),
    `AlreadyDone` (signed for this version), `NotNow`, `BadInput`, `NotFound`."""
    a_text("備考", note)
    if not approve:
        some_text("決裁しない理由", note)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        fact = plan_to_read(db, who, plan)
        must_be_active(fact, "決裁")
        found = _signoff_gate(fact, gate)
        principal, manner = _right_to_sign(db, who, found)
        stay, known = stay_at(db, fact, gate, now)
        text = text_of(fact, found, stay, known)
        must_be_seen(text, seen)
        must_come_after_open_gates(db, fact, found, stay, known)
        if gates.states(fact.chain, stay, known)[gate].open:
            raise AlreadyDone("この版は既に決裁されています。")
        signed = _Signed(stay, found, text, principal, manner, who.id, approve, note, now)
        return _write(db, who, fact, signed, now)


def enter_signoff(
    office: Office,
    by: str,
    plan: str,
    gate: str,
    day: date,
    *,
    approve: bool,
    note: str,
    reason: str,
    now: datetime,
) -> int:
    """Enter what the holder of the position signed on paper on an earlier day, on the text of that day: a part of the
    takeover (移行登録) of a plan, by its staff, for a `reason`. Returns its number.

    Raises `NotAllowed`, `NotNow` (the position was vacant), `TooEarly` (gates before it were closed), `AlreadyDone`,
    `BadInput`, `NotFound`."""
    a_text("備考", note)
    if not approve:
        some_text("決裁しない理由", note)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        fact = plan_to_read(db, who, plan)
        must_be_active(fact, "決裁")
        who.require(Act.MOVE_PLAN, department=fact.department)
        found = _signoff_gate(fact, gate)
        signers = holders(db, found.position, day)
        if not signers:
            raise NotNow(
                "決裁",
                found.label,
                say(
                    "{day} に{position}だった方が名簿にいません。先に、その期間を付けて登録してください。",
                    day=shown_day(day),
                    position=found.position,
                ),
            )
        stay, known = stay_at(db, fact, gate, now)
        text = text_of(fact, found, stay, known)
        at = at_tokyo(day, time(23, 59))  # the hour is not known: after everything else of that day
        must_be_in_time(fact.chain, found, stay, known, text=text, at=at, late="")
        if gates.states(fact.chain, stay, known)[gate].open:
            raise AlreadyDone("この版は既に決裁されています。")
        signer = signers[0].person_id
        signed = _Signed(stay, found, text, signer, SignedAs.OWN, signer, approve, note, at)
        return _write(db, who, fact, signed, now, on=day, reason=reason)


def take_back_signoff(office: Office, by: str, signoff: int, reason: str, *, now: datetime) -> None:
    """引戻し of one's own 決裁, until the plan moved or its principal has read it.

    Raises `AlreadyDone`, `NotNow` (somebody else signed), `NotAllowed` (their right has ended),
    `NotFound`, `BadInput`.
    """
    some_text("引戻しの理由", reason)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        old = _current_signoff(db, signoff)
        fact = plan_by_id(db, old.plan_id)
        holds = signs_as(who, _gate_of(fact, old)) is not None
        what = say("決裁 {signoff}", signoff=signoff)
        must_be_own(who, Act.SIGN, what, recorded_by=old.signed_by, holds=holds)
        given = queries.gate_answers(db, fact)
        answer = next(a for a in given if a.id == (True, signoff))
        must_not_be_ended(queries.taking_back(fact, given, answer))
        db.execute(
            insert(Signoff).values(
                plan_id=old.plan_id,
                stage=old.stage,
                visit=old.visit,
                gate_key=old.gate_key,
                version_id=old.version_id,
                sha256=old.sha256,
                result=None,
                manner=old.manner,
                principal_id=old.principal_id,
                signed_by=who.id,
                note=reason,
                supersedes_id=old.id,
                signed_at=now,
            )
        )
        record(
            db,
            Tag.SIGNOFF_TAKEN_BACK,
            at=now,
            by=who.id,
            plan=old.plan_id,
            signoff=signoff,
            gate=old.gate_key,
            reason=reason,
        )


def review_signoff(office: Office, by: str, signoff: int, *, note: str = "", now: datetime) -> None:
    """Record a 後閲: the principal has read what a deputy signed for them, or the present holder of the position
    when the principal no longer holds it. Raises `NotAllowed` (neither), `NotNow` (none is open), `AlreadyDone`,
    `NotFound`."""
    a_text("後閲の所見", note)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        found = _current_signoff(db, signoff)
        if found.manner != SignedAs.DEPUTY:
            raise NotNow(
                "後閲", say("決裁 {signoff}", signoff=signoff), "代決ではないため、後閲は要りません。"
            )
        gate = _gate_of(plan_by_id(db, found.plan_id), found)
        held = held_positions(db, [gate.position], who.on)
        if not queries.reviews(who, gate, found.principal_id, held):
            who.refuse(Act.REVIEW, ended=found.principal_id == who.id)
        if db.get(Review, signoff) is not None:
            raise AlreadyDone("後閲は既に済んでいます。")
        db.execute(insert(Review).values(signoff_id=signoff, reviewed_by=who.id, reviewed_at=now, note=note))
        record(db, Tag.SIGNOFF_REVIEWED, at=now, by=who.id, plan=found.plan_id, signoff=signoff, note=note)


def signs_as(who: Actor, gate: SignoffGate) -> SignedAs | None:
    """In what right the person would sign at the gate that day; None when in none."""
    if gate.position in who.positions:
        return SignedAs.OWN
    if any(position == gate.position for _, position in who.represented):
        return SignedAs.DEPUTY
    return SignedAs.DELEGATED if gate.delegate is not None and gate.delegate in who.positions else None


@dataclass(frozen=True, slots=True)
class _Signed:
    """A 決裁 to be written: on which text, in whose name and right, by whom and when."""

    stay: Stay
    gate: SignoffGate
    text: Text
    principal: int
    manner: SignedAs
    signer: int
    approve: bool
    note: str
    at: datetime


def _write(
    db: Session, who: Actor, plan: PlanFact, signed: _Signed, now: datetime, **entered_later: Any
) -> int:
    """Write the 決裁, recorded by `who`, and return its number. `entered_later` says of which day and why."""
    signoff = db.scalars(
        insert(Signoff).returning(Signoff.id),
        {
            "plan_id": plan.id,
            "stage": signed.stay.stage,
            "visit": signed.stay.visit,
            "gate_key": signed.gate.key,
            "version_id": signed.text.version_id,
            "sha256": signed.text.sha256,
            "result": SignoffResult.APPROVED if signed.approve else SignoffResult.RETURNED,
            "manner": signed.manner,
            "principal_id": signed.principal,
            "signed_by": signed.signer,
            "note": signed.note,
            "signed_at": signed.at,
        },
    ).one()
    record(
        db,
        Tag.SIGNED,
        at=now,
        by=who.id,
        plan=plan.id,
        signoff=signoff,
        gate=signed.gate.key,
        approved=signed.approve,
        manner=signed.manner,
        principal=signed.principal,
        sha256=signed.text.sha256,
        note=signed.note,
        **entered_later,
    )
    return signoff


def _signoff_gate(plan: PlanFact, key: str) -> SignoffGate:
    found = plan.chain.gate(key) if plan.chain.has_gate(key) else None
    if isinstance(found, SignoffGate):
        return found
    known = [gate.key for gate in plan.stage.gates if isinstance(gate, SignoffGate)]
    raise NotFound("決裁の手続", key, known)


def _right_to_sign(db: Session, who: Actor, gate: SignoffGate) -> tuple[int, SignedAs]:
    """In whose name and in what right the person signs. Raises `NotAllowed`."""
    manner = signs_as(who, gate)
    if manner is None:
        who.refuse(Act.SIGN)
    if manner is SignedAs.OWN:
        return who.id, manner
    if manner is SignedAs.DEPUTY:
        return min(person for person, position in who.represented if position == gate.position), manner
    principals = holders(db, gate.position, who.on)
    return (principals[0].person_id if principals else who.id), manner


def _gate_of(plan: PlanFact, signoff: Signoff) -> SignoffGate:
    """The gate it was signed at. Raises `NotFound`."""
    gate = plan.chain.gate(signoff.gate_key)
    if not isinstance(gate, SignoffGate):
        raise NotFound("決裁", str(signoff.id))
    return gate


def _current_signoff(db: Session, signoff: int) -> Signoff:
    found = db.get(Signoff, signoff)
    if found is None or found.result is None:
        raise NotFound("決裁", str(signoff))
    if db.scalar(select(Signoff.id).where(Signoff.id == signoff, current_signoff())) is None:
        raise AlreadyDone("この決裁は既に引き戻されています。")
    return found
