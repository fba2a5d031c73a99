"""The office's own closed days, and the notices that were counted over them."""

import json
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import CompoundSelect, Date, Row, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from workflow.domain.calendar import at_tokyo, business_days_after, business_days_before, tokyo_day
from workflow.domain.closed_days import Counted, YearRule
from workflow.domain.deliveries import State
from workflow.domain.events import Tag
from workflow.domain.language import say
from workflow.domain.lateness import WARNED
from workflow.store.tables import ClosedDay, ClosingRule, CommentPeriod, Delivery, Event, Meeting, Plan


def closed_days(db: Session) -> frozenset[date]:
    """The office's own closed days, those of its yearly rules included."""
    return frozenset(closed_day_names(db))


def closed_day_names(db: Session) -> dict[date, str]:
    """The office's own closed days, those of its yearly rules included, with why: a day's own name goes before a rule's. One
    statement."""
    days, rules = {}, []
    for day, name, number, first, last, since, until in db.execute(_CLOSED):
        if day is None:
            rules.append(YearRule(number, name, first, last, since, until))
        else:
            days[day] = name
    return {day: rule.name for rule in rules for day in rule.days()} | days


def closing_rules(db: Session) -> list[YearRule]:
    """The rules by which the office is closed each year, those that ended included."""
    return [
        YearRule(row.id, row.name, row.first_on, row.last_on, row.since_year, row.until_year)
        for row in db.scalars(select(ClosingRule).order_by(ClosingRule.first_on, ClosingRule.id))
    ]


_CLOSED: CompoundSelect[Any] = union_all(
    select(
        ClosedDay.day,
        ClosedDay.name,
        *(literal(0), literal(""), literal(""), literal(0), literal(0)),
    ),
    select(
        cast(null(), Date),
        ClosingRule.name,
        *(ClosingRule.id, ClosingRule.first_on, ClosingRule.last_on),
        *(ClosingRule.since_year, ClosingRule.until_year),
    ),
)


def entered_at(db: Session, day: date) -> datetime | None:
    """The moment at which a closed day was last entered; None when the log does not say."""
    found = db.execute(
        select(Event.at, Event.data).where(Event.tag == Tag.CLOSED_DAY_ADDED).order_by(Event.seq.desc())
    )
    return next((at for at, data in found if json.loads(data)["day"] == day.isoformat()), None)


def rule_set_at(db: Session, number: int) -> datetime | None:
    """The moment at which a yearly rule was entered; None when the log does not say."""
    found = db.execute(select(Event.at, Event.data).where(Event.tag == Tag.CLOSING_RULE_SET))
    return next((at for at, data in found if json.loads(data)["rule"] == number), None)


FARTHEST = timedelta(days=400)
"""The farthest that a notice is counted from what it is about."""
_OF_MEETINGS = ("meeting", "agenda_deadline", "unanswered", "agenda_changed")
_OF_MINUTES = ("summary_deadline", "minutes_deadline")
_BEFORE = {"plan_due": WARNED.business_days, "inquiry_due": 2}
"""The business days before what they are about at which notices are sent."""
_AFTER = {"plan_late": 1, "inquiry_overdue": 1}
"""The business days after it."""
_COMMENT, _WEEKLY = "comment_closing", "plans_weekly"
_KINDS = (*_OF_MEETINGS, *_OF_MINUTES, *_BEFORE, *_AFTER, _COMMENT, _WEEKLY)


def counted_over(db: Session, first: date, last: date) -> list[Counted]:
    """Every notice that was sent at a time counted in business days, and may have been counted over a day of the span. Three
    statements, however many notices."""
    rows = db.execute(
        select(
            Delivery.kind,
            Delivery.due_at,
            Delivery.finished_at,
            Delivery.plan_id,
            Meeting.title,
            Meeting.starts_at,
            Meeting.ends_at,
            Plan.title.label("plan"),
        )
        .outerjoin(Meeting, Meeting.id == Delivery.meeting_id)
        .outerjoin(Plan, Plan.id == Delivery.plan_id)
        .where(
            Delivery.state == State.SENT,
            Delivery.kind.in_(_KINDS),
            Delivery.finished_at.is_not(None),
            Delivery.due_at.between(
                at_tokyo(first - FARTHEST, datetime.min.time()),
                at_tokyo(last + FARTHEST, datetime.min.time()),
            ),
        )
        .order_by(Delivery.finished_at, Delivery.id)
    ).all()
    closed = closed_days(db)
    ends = _comment_ends(db) if any(row.kind == _COMMENT for row in rows) else {}
    return list(dict.fromkeys(_counted(row, closed, ends) for row in rows))


def _counted(row: Row[*tuple[Any, ...]], closed: frozenset[date], ends: dict[int, list[date]]) -> Counted:
    sent_on = tokyo_day(row.due_at)
    first, last = _span(row, sent_on, closed, ends)
    about = row.title or row.plan
    what = say("「{about}」についての通知", about=about) if about else say("通知")
    return Counted(what, first, last, row.finished_at)


def _span(
    row: Row[*tuple[Any, ...]], sent_on: date, closed: frozenset[date], ends: dict[int, list[date]]
) -> tuple[date, date]:
    if row.kind in _OF_MEETINGS and row.starts_at:
        aimed = tokyo_day(row.ends_at if row.kind == "unanswered" else row.starts_at)
        return min(sent_on, aimed), max(sent_on, aimed)
    if row.kind in _OF_MINUTES and row.ends_at:
        return tokyo_day(row.ends_at), sent_on
    if row.kind in _BEFORE:
        return sent_on, business_days_after(sent_on, _BEFORE[row.kind], closed)
    if row.kind in _AFTER:
        return business_days_before(sent_on, _AFTER[row.kind], closed), sent_on
    if row.kind == _WEEKLY:
        return sent_on - timedelta(days=sent_on.weekday()), sent_on
    aimed = next((end for end in ends.get(row.plan_id, ()) if end >= sent_on), sent_on)
    return sent_on, aimed


def _comment_ends(db: Session) -> dict[int, list[date]]:
    found: dict[int, list[date]] = {}
    rows = select(CommentPeriod.plan_id, CommentPeriod.closes_on).order_by(CommentPeriod.closes_on)
    for plan, end in db.execute(rows):
        found.setdefault(plan, []).append(end)
    return found
