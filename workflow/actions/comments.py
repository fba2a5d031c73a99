"""Use cases on the period of a パブリックコメント: open, extend, correct and cancel it, publish its result and what was
found afterwards, and count one held before."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from definitions.chain import PeriodGate
from workflow.actions.at_gates import must_come_after_open_gates, stay_at
from workflow.actions.period_days import full_end, record_of, set_values, shortened, values_of
from workflow.actions.plans import must_be_active
from workflow.domain.calendar import period_days, shown_day, tokyo_day
from workflow.domain.comments import PeriodState
from workflow.domain.cover import Text
from workflow.domain.errors import AlreadyDone, BadInput, NotFound, NotNow
from workflow.domain.events import Tag
from workflow.domain.gates import text_at
from workflow.domain.language import say
from workflow.domain.rights import Act, Actor
from workflow.domain.validation import a_line, a_text, some_text
from workflow.queries.actor import actor
from workflow.queries.comments import Consultation, of_round, rounds, to_add, unanswered_in
from workflow.queries.plans import PlanFact
from workflow.queries.reading_rights import plan_to_read
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import CommentPeriod, Reply


def open_comment(
    office: Office,
    by: str,
    plan: str,
    gate: str,
    opens_on: date,
    *,
    closes_on: date | None = None,
    shortened_why: str | None = None,
    places: Sequence[str] = (),
    contact: str = "",
    now: datetime,
) -> date:
    """Open the public comment on the plan's current version; returns its last day (it ends at 24:00 of it).
    Left out, the last day is the chain's minimum; a shorter one needs a reason, which is recorded. `places` are
    where the text can be read, `contact` where opinions go by post, fax, mail and at the counter.

    Raises `BadInput` (in the past, or shorter without a reason), `GateClosed` (gates before it are closed, or
    the plan is stopped), `AlreadyDone`, `NotNow` (the period before it is still to be published or cancelled), `NotAllowed`, `NotFound`.
    """
    if opens_on < tokyo_day(now):
        raise BadInput(
            "募集開始日",
            say("{day} は過ぎています", day=shown_day(opens_on)),
            "今日以後の日を指定してください。",
        )
    with office.writing() as db:
        who, fact = may_run(db, by, plan, now)
        found = _period_gate(fact, gate)
        last = closes_on or full_end(found, opens_on)
        why = shortened(found, opens_on, last, shortened_why)
        text = _text_at_its_turn(db, fact, found, now)
        _must_be_the_only_one(db, fact, gate, text)
        period = db.scalars(
            insert(CommentPeriod).returning(CommentPeriod.id),
            {
                "plan_id": fact.id,
                "stage": fact.stage.key,
                "visit": fact.visit,
                "gate_key": gate,
                "version_id": text.version_id,
                "opens_on": opens_on,
                "closes_on": last,
                "shortened_why": why,
                "places": _some_places(places),
                "contact": _a_contact(contact),
                "changed_at": now,
            },
        ).one()
        days = period_days(opens_on, last, first_day_counts=found.first_day_counts)
        record(
            db,
            Tag.COMMENT_OPENED,
            at=now,
            by=who.id,
            plan=fact.id,
            period=period,
            gate=gate,
            opens_on=opens_on.isoformat(),
            closes_on=last.isoformat(),
            days=days,
            shortened=why,
            sha256=text.sha256,
        )
        return last


def extend_comment(
    office: Office,
    by: str,
    plan: str,
    closes_on: date,
    reason: str,
    *,
    round: int | None = None,
    now: datetime,
) -> None:
    """Extend the period to a later last day. `round` names it, the newest when None. Letters that came between the
    two last days came in time.

    Raises `BadInput` (not later, or past), `NotNow`, `AlreadyDone` (published or cancelled), `NotAllowed`,
    `NotFound`.
    """
    some_text("延長の理由", reason)
    with office.writing() as db:
        who, fact = may_run(db, by, plan, now)
        period = _changeable(db, fact, round, now)
        if closes_on <= period.closes_on:
            raise BadInput(
                "募集終了日",
                say("{day} まで募集することになっています", day=shown_day(period.closes_on)),
                "それより後の日を指定してください。",
            )
        set_values(db, who.id, Tag.COMMENT_EXTENDED, period, {"closes_on": closes_on}, now, reason=reason)


def correct_comment(
    office: Office,
    by: str,
    plan: str,
    reason: str,
    *,
    opens_on: date | None = None,
    closes_on: date | None = None,
    shortened_why: str | None = None,
    places: Sequence[str] | None = None,
    contact: str | None = None,
    round: int | None = None,
    now: datetime,
) -> None:
    """Correct what was entered when the comment was opened; None leaves a value as it is. `round` names the period,
    the newest when None.

    Raises `BadInput` (nothing changes, a past day, or shorter without a reason), `NotNow`, `AlreadyDone` (published
    or cancelled), `NotAllowed`, `NotFound`.
    """
    some_text("訂正の理由", reason)
    given: dict[str, Any] = {
        "opens_on": opens_on,
        "closes_on": closes_on,
        "shortened_why": some_text("短縮の理由", shortened_why) if shortened_why else None,
        "places": None if places is None else _some_places(places),
        "contact": None if contact is None else _a_contact(contact),
    }
    with office.writing() as db:
        who, fact = may_run(db, by, plan, now)
        period = _changeable(db, fact, round, now)
        was = values_of(period)
        values = {name: value for name, value in given.items() if value is not None and value != was[name]}
        if not values:
            raise BadInput("訂正", "変わるところがありません", "直すところを入力してください。")
        set_values(db, who.id, Tag.COMMENT_CORRECTED, period, values, now, reason=reason)


def cancel_comment(
    office: Office, by: str, plan: str, reason: str, *, round: int | None = None, now: datetime
) -> None:
    """中止: the form shuts; what came in is kept, and the same text can be put to the public again. `round` names the
    period, the newest when None. A decision that an earlier comment counts is taken back so.

    Raises `BadInput` (no reason), `AlreadyDone` (published or cancelled), `NotNow`, `NotAllowed`, `NotFound`.
    """
    some_text("中止の理由", reason)
    with office.writing() as db:
        who, fact = may_run(db, by, plan, now)
        period = asked_round(db, fact, round, now)
        must_not_be_cancelled(period)
        if not period.may_be_cancelled:
            raise AlreadyDone("結果は既に公表されています。")
        db.execute(
            update(CommentPeriod)
            .where(CommentPeriod.id == period.id)
            .values(cancelled_by=who.id, cancelled_at=now, cancelled_why=reason)
        )
        record_of(db, who.id, Tag.COMMENT_CANCELLED, period, now, reason=reason)


def count_held_comment(office: Office, by: str, plan: str, gate: str, reason: str, *, now: datetime) -> int:
    """Decide that the comment held at the gate in an earlier visit still counts, where the chain allows it
    (`held_still_counts`). Returns the number of its round.

    Raises `NotNow` (not allowed by the chain, or none was held), `GateClosed` (gates before it are closed, or
    the plan is stopped), `AlreadyDone`, `BadInput` (no reason), `NotAllowed`, `NotFound`.
    """
    some_text("有効とする理由", reason)
    with office.writing() as db:
        who, fact = may_run(db, by, plan, now)
        found = _period_gate(fact, gate)
        if not found.held_still_counts:
            raise NotNow(
                "前の募集の適用",
                found.label,
                "この計画の策定の流れは、前の募集を有効とすることを認めていません。",
            )
        text = _text_at_its_turn(db, fact, found, now)
        _must_be_the_only_one(db, fact, gate, text)
        known = rounds(db, plan, now)
        earlier = next((each for each in reversed(known) if each.gate == gate and each.may_be_counted), None)
        if earlier is None:
            raise NotNow("前の募集の適用", found.label, "結果を公表した前の募集がありません。")
        period = db.scalars(
            insert(CommentPeriod).returning(CommentPeriod.id),
            {
                "plan_id": fact.id,
                "stage": fact.stage.key,
                "visit": fact.visit,
                "gate_key": gate,
                "version_id": text.version_id,
                "opens_on": earlier.opens_on,
                "closes_on": earlier.closes_on,
                "shortened_why": earlier.shortened_why,
                "places": list(earlier.places),
                "contact": earlier.contact,
                "published_by": who.id,
                "published_at": now,
                "counts_as_id": earlier.id,
                "counts_why": reason,
            },
        ).one()
        record(
            db,
            Tag.COMMENT_COUNTED,
            at=now,
            by=who.id,
            plan=fact.id,
            period=period,
            counts=earlier.id,
            gate=gate,
            sha256=text.sha256,
            reason=reason,
        )
        return len(known) + 1


def publish_result(office: Office, by: str, plan: str, *, round: int | None = None, now: datetime) -> None:
    """Publish the result of the public comment: counts, opinions, 区の考え方. `round` names the period, the newest
    when None.

    Raises `NotNow` (still running, stopped, or opinions unanswered), `AlreadyDone`, `NotAllowed`, `NotFound`.
    """
    with office.writing() as db:
        who, fact = may_run(db, by, plan, now)
        period = asked_round(db, fact, round, now)
        must_not_be_cancelled(period)
        if period.published_at is not None:
            raise AlreadyDone("結果は既に公表されています。")
        if now < period.ends_at:
            raise NotNow(
                "結果の公表",
                fact.title,
                say("募集は {closes_on} の 24:00 までです。", closes_on=shown_day(period.closes_on)),
            )
        if not period.may_be_published:
            raise NotNow("結果の公表", fact.title, "募集は、期間の途中で止まりました。")
        _must_be_answered(db, period)
        db.execute(
            update(CommentPeriod)
            .where(CommentPeriod.id == period.id)
            .values(published_by=who.id, published_at=now)
        )
        _publish_answers(db, period, now)
        record(db, Tag.COMMENT_PUBLISHED, at=now, by=who.id, plan=fact.id, period=period.id)


def publish_addendum(office: Office, by: str, plan: str, *, round: int | None = None, now: datetime) -> None:
    """追補: publish the answers to opinions that came in time and were found after the result was published. `round`
    names the period, the newest when None.

    Raises `NotNow` (not published yet, unanswered opinions, or nothing to add), `NotAllowed`, `NotFound`.
    """
    with office.writing() as db:
        who, fact = may_run(db, by, plan, now)
        period = asked_round(db, fact, round, now)
        if not period.held or period.state is not PeriodState.PUBLISHED:
            raise NotNow("追補の公表", fact.title, "結果がまだ公表されていません。")
        _must_be_answered(db, period)
        opinions = to_add(db, period.id)
        if not opinions:
            raise NotNow("追補の公表", fact.title, "公表していない回答はありません。")
        _publish_answers(db, period, now)
        record_of(db, who.id, Tag.ADDENDUM_PUBLISHED, period, now, opinions=opinions)


def may_run(db: Session, by: str, plan: str, now: datetime) -> tuple[Actor, PlanFact]:
    """Return the actor, who must be allowed to run the plan's public comments, and the plan. Raises `NotAllowed`,
    `NotFound`, `NotNow`."""
    who = actor(db, by, tokyo_day(now))
    fact = plan_to_read(db, who, plan)
    who.require(Act.RUN_COMMENT, department=fact.department)
    must_be_active(fact, "パブリックコメント")
    return who, fact


def asked_round(db: Session, plan: PlanFact, round: int | None, now: datetime) -> Consultation:
    """That round of the plan's public comments, the newest when None. Raises `NotNow` when there is none yet,
    `NotFound`."""
    known = rounds(db, plan.key, now)
    if not known:
        raise NotNow("パブリックコメント", plan.stage.label, "募集がまだ始められていません。")
    return of_round(known, round)


def must_not_be_cancelled(period: Consultation) -> None:
    """Raises `AlreadyDone` when the period was cancelled."""
    if period.cancelled_at is not None:
        raise AlreadyDone("この募集は中止されています。")


def _changeable(db: Session, plan: PlanFact, round: int | None, now: datetime) -> Consultation:
    period = asked_round(db, plan, round, now)
    must_not_be_cancelled(period)
    if period.published_at is not None:
        raise AlreadyDone("結果は既に公表されています。")
    if not period.may_be_changed:
        raise NotNow("募集の変更", plan.title, "この募集は、いまの段階の募集ではありません。")
    return period


def _must_be_answered(db: Session, period: Consultation) -> None:
    left = db.scalars(unanswered_in(period.id)).one()
    if left:
        raise NotNow("結果の公表", period.plan.title, say("回答のない意見が {left} 件あります。", left=left))


def _publish_answers(db: Session, period: Consultation, now: datetime) -> None:
    fresh = (Reply.period_id == period.id) & Reply.published_at.is_(None)
    db.execute(update(Reply).where(fresh).values(published_at=now))


def _text_at_its_turn(db: Session, plan: PlanFact, gate: PeriodGate, now: datetime) -> Text:
    """The text that is put to the public. Raises `BadInput` while there is none, `GateClosed` when gates that come
    before it are closed, or the plan is stopped."""
    stay, known = stay_at(db, plan, gate.key, now)
    text = text_at(plan.chain, stay, gate, known)
    if text is None:
        raise BadInput("パブリックコメント", "意見を求める文書がまだありません", "先に版を登録してください。")
    must_come_after_open_gates(db, plan, gate, stay, known)
    return text


def _must_be_the_only_one(db: Session, plan: PlanFact, gate: str, text: Text) -> None:
    """Raises `AlreadyDone` when that text was put to the public at the gate, `NotNow` when another one is: its opinions
    must not be left behind."""
    standing = select(CommentPeriod.version_id, CommentPeriod.published_at).where(
        CommentPeriod.plan_id == plan.id,
        CommentPeriod.gate_key == gate,
        CommentPeriod.visit == plan.visit,
        CommentPeriod.cancelled_at.is_(None),
    )
    for version, published_at in db.execute(standing):
        if version == text.version_id:
            raise AlreadyDone("この版のパブリックコメントは既に始めています。")
        if published_at is None:
            raise NotNow(
                "募集の開始",
                plan.title,
                "前の募集が終わっていません。先に、その結果を公表するか、募集を中止してください。",
            )


def _period_gate(plan: PlanFact, key: str) -> PeriodGate:
    for gate in plan.stage.gates:
        if gate.key == key and isinstance(gate, PeriodGate):
            return gate
    known = [gate.key for gate in plan.stage.gates if isinstance(gate, PeriodGate)]
    raise NotFound("いまの段階のパブリックコメントの手続", key, known)


def _some_places(places: Sequence[str]) -> list[str]:
    return [a_line("閲覧場所", place) for place in places]


def _a_contact(contact: str) -> str:
    return a_text("提出先・問合せ先", contact).strip()
