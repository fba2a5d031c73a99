"""Use cases on the period of a パブリックコメント: open it, and publish its result."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from definitions.chain import PeriodGate
from workflow.actions.plans import must_be_active
from workflow.domain.calendar import end_of_day, period_days, period_end, shown_day, tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput, NotFound, NotNow
from workflow.domain.events import Tag
from workflow.domain.language import say
from workflow.domain.rights import Act, Actor
from workflow.domain.validation import a_line, a_text, some_text
from workflow.queries.actor import actor
from workflow.queries.comments import NewestPeriod, newest_period, unanswered_in
from workflow.queries.plans import PlanFact, plan_by_key
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import CommentPeriod


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

    Raises `BadInput` (in the past, or shorter without a reason), `AlreadyDone`, `NotAllowed`, `NotFound`.
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
        full = period_end(opens_on, found.minimum_days, first_day_counts=found.first_day_counts)
        last = closes_on or full
        if last < opens_on:
            raise BadInput("募集終了日", "開始日より前です", "開始日以後の日を指定してください。")
        if last < full and not (shortened_why or "").strip():
            raise BadInput(
                "募集終了日",
                say("期間が {days} 日に足りません", days=found.minimum_days),
                say("{day} 以後にするか、短縮の理由を記録してください。", day=shown_day(full)),
            )
        if fact.text is None:
            raise BadInput(
                "パブリックコメント", "意見を求める文書がまだありません", "先に版を登録してください。"
            )
        same = select(CommentPeriod.id).where(
            CommentPeriod.plan_id == fact.id,
            CommentPeriod.gate_key == gate,
            CommentPeriod.visit == fact.visit,
            CommentPeriod.version_id == fact.text.version_id,
        )
        if db.scalar(same) is not None:
            raise AlreadyDone("この版のパブリックコメントは既に始めています。")
        why = some_text("短縮の理由", shortened_why) if last < full and shortened_why else None
        period = db.scalars(
            insert(CommentPeriod).returning(CommentPeriod.id),
            {
                "plan_id": fact.id,
                "stage": fact.stage.key,
                "visit": fact.visit,
                "gate_key": gate,
                "version_id": fact.text.version_id,
                "opens_on": opens_on,
                "closes_on": last,
                "shortened_why": why,
                "places": [a_line("閲覧場所", place) for place in places],
                "contact": a_text("提出先・問合せ先", contact).strip(),
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
            sha256=fact.sha256,
        )
        return last


def publish_result(office: Office, by: str, plan: str, *, now: datetime) -> None:
    """Publish the result of the public comment: counts, opinions, 区の考え方.

    Raises `NotNow` (still running, or opinions unanswered), `AlreadyDone`, `NotAllowed`, `NotFound`.
    """
    with office.writing() as db:
        who, fact = may_run(db, by, plan, now)
        period = asked_last(db, fact)
        must_be_unpublished(period)
        if now < end_of_day(period.closes_on):
            raise NotNow(
                "結果の公表",
                fact.title,
                say("募集は {closes_on} の 24:00 までです。", closes_on=shown_day(period.closes_on)),
            )
        left = db.scalars(unanswered_in(period.id)).one()
        if left:
            raise NotNow("結果の公表", fact.title, say("回答のない意見が {left} 件あります。", left=left))
        db.execute(
            update(CommentPeriod)
            .where(CommentPeriod.id == period.id)
            .values(published_by=who.id, published_at=now)
        )
        record(db, Tag.COMMENT_PUBLISHED, at=now, by=who.id, plan=fact.id, period=period.id)


def may_run(db: Session, by: str, plan: str, now: datetime) -> tuple[Actor, PlanFact]:
    """Return the actor, who must be allowed to run the plan's public comments, and the plan. Raises `NotAllowed`,
    `NotFound`, `NotNow`."""
    who = actor(db, by, tokyo_day(now))
    fact = plan_by_key(db, plan)
    who.require(Act.RUN_COMMENT, department=fact.department)
    must_be_active(fact, "パブリックコメント")
    return who, fact


def _period_gate(plan: PlanFact, key: str) -> PeriodGate:
    for gate in plan.stage.gates:
        if gate.key == key and isinstance(gate, PeriodGate):
            return gate
    known = [gate.key for gate in plan.stage.gates if isinstance(gate, PeriodGate)]
    raise NotFound("いまの段階のパブリックコメントの関門", key, known)


def asked_last(db: Session, plan: PlanFact) -> NewestPeriod:
    """The plan's newest period. Raises `NotNow` when there is none."""
    found = newest_period(db, plan.id)
    if found is None:
        raise NotNow("パブリックコメント", plan.stage.label, "募集がまだ始められていません。")
    return found


def must_be_unpublished(period: NewestPeriod) -> None:
    """Raises `AlreadyDone` when the result is published: then nothing about it changes any more."""
    if period.published_at is not None:
        raise AlreadyDone("結果は既に公表されています。")
