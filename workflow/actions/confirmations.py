"""Use cases on confirmations: answer, for a body, whether a corrected text is the one it agreed to."""

from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from definitions.chain import Body, BodyGate, Corrections
from definitions.terms import Role
from workflow.actions.at_gates import must_be_seen, text_of
from workflow.actions.meetings import body_gate
from workflow.actions.plans import must_be_active
from workflow.actions.stopping import noting_stops
from workflow.actions.taking_back import must_be_own, must_not_be_ended
from workflow.domain.calendar import effective_from, tokyo_day
from workflow.domain.confirming import ConfirmedAs, confirms_as
from workflow.domain.cover import ConfirmationResult, current
from workflow.domain.errors import AlreadyDone, BadInput, NotFound, NotNow
from workflow.domain.events import Tag
from workflow.domain.facts import Facts
from workflow.domain.gates import Unconfirmed, text_at, to_confirm
from workflow.domain.language import say
from workflow.domain.path import Stay, stay_in
from workflow.domain.rights import Act, Actor
from workflow.domain.validation import a_text, not_to_come, some_text
from workflow.queries.actor import actor
from workflow.queries.bodies import chairs_of
from workflow.queries.confirmations import confirmations
from workflow.queries.gate_facts import facts
from workflow.queries.people import person_id
from workflow.queries.plans import PlanFact, plan_by_id
from workflow.queries.reading_rights import plan_to_read
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import Confirmation, ConfirmationReview


def confirm_text(
    office: Office,
    by: str,
    plan: str,
    gate: str,
    *,
    seen: int,
    result: ConfirmationResult = ConfirmationResult.CONFIRMED,
    note: str = "",
    person: str | None = None,
    on: date | None = None,
    now: datetime,
) -> int:
    """Confirm, on the comparison with the text the body agreed to, that the corrected one is that text; or have it put
    to the body again (諮り直し). `seen` is the number of the corrected version that was compared. The 事務局 enters
    what a chair answered on paper with that `person` and the day, and says in the `note` how. Returns its number.

    Raises `NotAllowed`, `OtherText`, `AlreadyDone` (covered already), `NotNow` (nothing to confirm, or by whoever
    registered the text), `BadInput`, `NotFound`.
    """
    a_text("確認の所見", note)
    not_to_come("確認の日", on, now)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        fact = plan_to_read(db, who, plan)
        must_be_active(fact, "訂正の確認", or_finished=True)
        known = facts(db, fact, now)
        found = body_gate(fact, gate)
        stay = stay_in(fact.path, fact.chain.stage_of_gate(gate).key)
        if stay is None:
            raise NotNow("訂正の確認", fact.stage.label, "計画はその段階を通っていません。")
        body = fact.chain.body(found.body)
        at = effective_from(on, now)
        manner, confirmer = _right_to_confirm(db, who, body, person, tokyo_day(at), note)
        text = text_of(fact, found, stay, known)
        must_be_seen(text, seen)
        waiting = to_confirm(fact.chain, stay, found, known)
        if waiting is None:
            raise _nothing_to_confirm(fact, stay, found, known)
        _must_fit(waiting, manner, confirmer, at)
        return _write(db, who, fact, waiting, result, manner, confirmer, at, note, now)


def take_back_confirmation(office: Office, by: str, confirmation: int, reason: str, *, now: datetime) -> None:
    """引戻し of a confirmation by whoever recorded it, until the plan moved.

    Raises `AlreadyDone` (the plan moved, or it was taken back), `NotNow` (somebody else recorded it), `NotAllowed`
    (their right has ended), `BadInput`, `NotFound`.
    """
    some_text("引戻しの理由", reason)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        old = _standing(db, confirmation)
        fact = plan_by_id(db, old.plan_id)
        gate = fact.chain.gate(old.gate_key)
        assert isinstance(gate, BodyGate)  # noqa: S101
        body = fact.chain.body(gate.body)
        holds = who.may(Act.CONFIRM, body=body.key) or bool(who.principals)
        what = say("確認 {confirmation}", confirmation=confirmation)
        must_be_own(who, Act.CONFIRM, what, recorded_by=old.recorded_by, holds=holds)
        line = next(each for each in confirmations(db, fact) if each.number == confirmation)
        must_not_be_ended(line.taking_back)
        copied = ("plan_id", "stage", "visit", "gate_key", "decision_id", "version_id", "sha256", "base_sha256",
                  "manner", "confirmed_by", "confirmed_at")  # fmt: skip
        with noting_stops(db, [old.plan_id], by=who.id, now=now):
            db.execute(
                insert(Confirmation).values(
                    **{name: getattr(old, name) for name in copied},
                    result=None,
                    note=reason,
                    supersedes_id=old.id,
                    recorded_by=who.id,
                    recorded_at=now,
                )
            )
            record(
                db,
                Tag.CONFIRMATION_TAKEN_BACK,
                at=now,
                by=who.id,
                plan=old.plan_id,
                confirmation=confirmation,
                gate=old.gate_key,
                reason=reason,
            )


def review_confirmation(office: Office, by: str, confirmation: int, *, note: str = "", now: datetime) -> None:
    """Record a 後閲: a chair of the body has read what a deputy confirmed for them.

    Raises `NotNow` (no deputy gave it), `AlreadyDone` (read, or taken back), `NotAllowed`, `NotFound`.
    """
    a_text("後閲の所見", note)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        found = _standing(db, confirmation)
        gate = plan_by_id(db, found.plan_id).chain.gate(found.gate_key)
        assert isinstance(gate, BodyGate)  # noqa: S101
        if found.manner != ConfirmedAs.DEPUTY:
            what = say("確認 {confirmation}", confirmation=confirmation)
            raise NotNow("後閲", what, "代理者による確認ではないため、後閲は要りません。")
        if (gate.body, Role.CHAIR) not in who.seats:
            who.refuse(Act.REVIEW)
        if db.get(ConfirmationReview, confirmation) is not None:
            raise AlreadyDone("後閲は既に済んでいます。")
        db.execute(
            insert(ConfirmationReview).values(
                confirmation_id=confirmation, reviewed_by=who.id, reviewed_at=now, note=note
            )
        )
        record(
            db,
            Tag.CONFIRMATION_REVIEWED,
            at=now,
            by=who.id,
            plan=found.plan_id,
            confirmation=confirmation,
            gate=found.gate_key,
            note=note,
        )


def _right_to_confirm(
    db: Session, who: Actor, body: Body, person: str | None, day: date, note: str
) -> tuple[ConfirmedAs, int]:
    """In what right the person confirms, and who it is that confirms. Raises `NotAllowed`, `BadInput`, `NotNow`."""
    if body.confirmed_by is Corrections.BODY:
        raise NotNow(
            "訂正の確認",
            body.name,
            "この会議体では、訂正した文書は会議に諮り直します。議題に載せてください。",
        )
    chairs = chairs_of(db, [body.key], day)[body.key]
    if person is None:
        manner = confirms_as(who, body, chairs)
        if manner is None:
            who.refuse(Act.CONFIRM)
        return manner, who.id
    if (body.key, Role.SECRETARIAT) not in who.seats:
        who.refuse(Act.CONFIRM)
    some_text("確認の方法", note)
    named = person_id(db, person)
    if named not in chairs:
        raise BadInput(
            "確認した人",
            say("「{person}」は、その日の会長ではありません", person=person),
            "その日の会長の利用者IDを指定してください。",
        )
    return ConfirmedAs.PAPER, named


def _nothing_to_confirm(plan: PlanFact, stay: Stay, gate: BodyGate, known: Facts) -> AlreadyDone | NotNow:
    """The error that says why there is nothing to confirm at the gate."""
    held, text = known.decision(stay, gate.key), text_at(plan.chain, stay, gate, known)
    if held is None or held.outcome not in plan.chain.opens_on(gate) or held.refused:
        why: str = say("「{gate}」には、確認のもとになる結果がありません。", gate=gate.label)
    elif text is not None and text.sha256 in held.covered:
        return AlreadyDone(
            say("第{number}版は、「{gate}」の結果が既に及んでいます。", number=text.number, gate=gate.label)
        )
    elif any(
        text and answer.sha256 == text.sha256 and answer.result is ConfirmationResult.PUT_AGAIN
        for answer in current(held.confirmations)
    ):
        return AlreadyDone("この版は、会議に諮り直すことになっています。議題に載せてください。")
    else:
        why = say("間に新しい文書が登録されているため、確認では済みません。会議に諮り直してください。")
    return NotNow("訂正の確認", plan.chain.stage(stay.stage).label, why)


def _must_fit(waiting: Unconfirmed, manner: ConfirmedAs, confirmer: int, at: datetime) -> None:
    """Raises `NotNow` when whoever registered the text would confirm it, `BadInput` for a day before it was."""
    if confirmer == waiting.current.by and manner is not ConfirmedAs.SECRETARIAT:
        raise NotNow(
            "訂正の確認",
            say("第{number}版", number=waiting.current.number),
            "文書を登録した本人は、自分では確認できません。代理者または事務局に依頼してください。",
        )
    if tokyo_day(at) < tokyo_day(waiting.current.at):
        raise BadInput("確認の日", "文書を登録した日より前です", "登録した日以後の日を指定してください。")


def _write(
    db: Session,
    who: Actor,
    plan: PlanFact,
    waiting: Unconfirmed,
    result: ConfirmationResult,
    manner: ConfirmedAs,
    confirmer: int,
    at: datetime,
    note: str,
    now: datetime,
) -> int:
    confirmation = db.scalars(
        insert(Confirmation).returning(Confirmation.id),
        {
            "plan_id": plan.id,
            "stage": waiting.stay.stage,
            "visit": waiting.stay.visit,
            "gate_key": waiting.gate.key,
            "decision_id": waiting.held.decision.number,
            "version_id": waiting.current.version_id,
            "sha256": waiting.current.sha256,
            "base_sha256": waiting.base.sha256,
            "result": result,
            "manner": manner,
            "confirmed_by": confirmer,
            "confirmed_at": max(at, waiting.current.at),
            "note": note,
            "recorded_by": who.id,
            "recorded_at": now,
        },
    ).one()
    record(
        db,
        Tag.TEXT_CONFIRMED if result is ConfirmationResult.CONFIRMED else Tag.TEXT_PUT_AGAIN,
        at=now,
        by=who.id,
        plan=plan.id,
        confirmation=confirmation,
        decision=waiting.held.decision.number,
        gate=waiting.gate.key,
        number=waiting.current.number,
        sha256=waiting.current.sha256,
        base=waiting.base.number,
        manner=manner,
        person=confirmer,
        note=note,
    )
    return confirmation


def _standing(db: Session, confirmation: int) -> Confirmation:
    """Raises `NotFound`, `AlreadyDone`."""
    found = db.get(Confirmation, confirmation)
    if found is None or found.result is None:
        raise NotFound("確認", str(confirmation))
    later = select(Confirmation.id).where(Confirmation.supersedes_id == confirmation)
    if db.scalar(later) is not None:
        raise AlreadyDone("この確認は既に引き戻されています。")
    return found
