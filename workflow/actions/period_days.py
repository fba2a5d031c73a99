"""The days and words of a period of public comment, set anew: each change is one event with the old values and the
new, and letters are marked late by the last day as it is now."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from definitions.chain import PeriodGate
from workflow.domain.calendar import end_of_day, period_end, shown_day, tokyo_day
from workflow.domain.comments import days_shut
from workflow.domain.errors import BadInput
from workflow.domain.events import Tag
from workflow.domain.language import say
from workflow.domain.plans import Trigger
from workflow.domain.validation import some_text
from workflow.queries.comments import Consultation, rounds
from workflow.queries.plans import PlanFact
from workflow.store.event_log import record
from workflow.store.tables import CommentPeriod, Step, Submission


def values_of(period: Consultation) -> dict[str, Any]:
    """Return what can be changed of a period, as it is."""
    return {
        "opens_on": period.opens_on,
        "closes_on": period.closes_on,
        "shortened_why": period.shortened_why,
        "places": list(period.places),
        "contact": period.contact,
        "shut_days": period.shut_days,
    }


def set_values(
    db: Session,
    who: int,
    tag: Tag,
    period: Consultation,
    values: Mapping[str, Any],
    now: datetime,
    **why: Any,
) -> None:
    """Sets values of the period, and logs them beside those they replace. Raises `BadInput`."""
    was = values_of(period)
    wanted = {**was, **values}
    for name, place in (("opens_on", "募集開始日"), ("closes_on", "募集終了日")):
        if name in values and values[name] < tokyo_day(now):
            raise BadInput(
                place,
                say("{day} は過ぎています", day=shown_day(values[name])),
                "今日以後の日を指定してください。",
            )
    gate = period.plan.chain.gate(period.gate)
    if isinstance(gate, PeriodGate):
        open_until = wanted["closes_on"] - timedelta(days=wanted["shut_days"])
        wanted["shortened_why"] = shortened(gate, wanted["opens_on"], open_until, wanted["shortened_why"])
    changed = {name: value for name, value in wanted.items() if value != was[name]}
    db.execute(update(CommentPeriod).where(CommentPeriod.id == period.id).values(changed_at=now, **changed))
    if "closes_on" in changed:
        _mark_late(db, period.id, changed["closes_on"])
    record_of(
        db,
        who,
        tag,
        period,
        now,
        was={name: _plain(was[name]) for name in changed},
        set={name: _plain(value) for name, value in changed.items()},
        **why,
    )


def full_end(gate: PeriodGate, opens_on: date) -> date:
    return period_end(opens_on, gate.minimum_days, first_day_counts=gate.first_day_counts)


def shortened(gate: PeriodGate, opens_on: date, last: date, why: str | None) -> str | None:
    """The reason for a period shorter than the chain's minimum; None for one that is not. Raises `BadInput`."""
    full = full_end(gate, opens_on)
    if last < opens_on:
        raise BadInput("募集終了日", "開始日より前です", "開始日以後の日を指定してください。")
    if last >= full:
        return None
    if not (why or "").strip():
        raise BadInput(
            "募集終了日",
            say("期間が {days} 日に足りません", days=gate.minimum_days),
            say("{day} 以後にするか、短縮の理由を記録してください。", day=shown_day(full)),
        )
    return some_text("短縮の理由", why or "")


def record_of(db: Session, who: int, tag: Tag, period: Consultation, now: datetime, **data: Any) -> None:
    record(db, tag, at=now, by=who, plan=period.plan.id, period=period.id, gate=period.gate, **data)


def periods_after_resume(db: Session, plan: PlanFact, since: datetime, now: datetime, who: int) -> None:
    """Move the last day of each period of the plan's visit by the days its form was shut, from the suspension at
    `since` to `now`: the public has as many days left as it had."""
    for period in rounds(db, plan.key, now):
        standing = period.held and period.here and period.published_at is None
        days = days_shut(period.opens_on, period.closes_on, since, now)
        if standing and period.cancelled_at is None and days:
            values = {
                "closes_on": period.closes_on + timedelta(days=days),
                "shut_days": period.shut_days + days,
            }
            set_values(db, who, Tag.COMMENT_EXTENDED, period, values, now, reason="", days_shut=days)


def suspended_at(db: Session, plan: PlanFact) -> datetime:
    """Return when the plan was last suspended."""
    taken = select(func.max(Step.taken_at)).where(Step.plan_id == plan.id, Step.trigger == Trigger.SUSPEND)
    return db.scalars(taken).one()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _mark_late(db: Session, period: int, closes_on: date) -> None:
    """Marks anew which letters of the period came late, by its last day."""
    late = Submission.received_at >= end_of_day(closes_on)
    db.execute(update(Submission).where(Submission.period_id == period).values(late=late))
