"""Use cases on the office's own closed days: enter one or several, and take one away on which nothing was built."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from workflow.actions.people import keeper
from workflow.domain.calendar import shown_day, tokyo_day
from workflow.domain.closed_days import MOST, NamedDay, YearRule, built_on, day_of_year
from workflow.domain.errors import AlreadyDone, BadInput, NotFound
from workflow.domain.events import Tag
from workflow.domain.language import say
from workflow.domain.validation import a_line
from workflow.queries.closed_days import FARTHEST, closing_rules, counted_over, entered_at, rule_set_at
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import ClosedDay, ClosingRule


def close_day(office: Office, by: str, day: date, name: str, *, now: datetime) -> None:
    """Enter a day on which the office is closed. Raises `AlreadyDone`, `NotAllowed`, `BadInput`."""
    close_days(office, by, [NamedDay(day, name)], now=now)


def close_days(office: Office, by: str, days: Sequence[NamedDay], *, now: datetime) -> int:
    """Enter several days, all of them or none; returns how many. Raises `AlreadyDone` (naming those entered before),
    `NotAllowed`, `BadInput` (none, too many, the same day twice)."""
    named = {each.day: a_line("閉庁日の名称", each.name) for each in days}
    if not days or len(days) > MOST or len(named) < len(days):
        raise BadInput(
            "閉庁日",
            say("{count} 日あるか、同じ日が 2 度あります", count=len(days)),
            say("1 日から {most} 日まで、それぞれ 1 度だけ書いてください。", most=MOST),
        )
    with office.writing() as db:
        who = keeper(db, by, now)
        _must_be_new(db, named)
        for day, name in sorted(named.items()):
            db.execute(insert(ClosedDay).values(day=day, name=name))
            record(db, Tag.CLOSED_DAY_ADDED, at=now, by=who.id, day=day, name=name)
        return len(named)


def remove_closed_day(office: Office, by: str, day: date, reason: str, *, now: datetime) -> None:
    """Take a closed day away, as long as nothing was built on it; what is still to come is counted anew.

    Raises `AlreadyDone` (saying what was built on it, or that a calendar closes it), `NotFound`, `NotAllowed`, `BadInput`.
    """
    why = a_line("取消しの理由", reason)
    with office.writing() as db:
        who = keeper(db, by, now)
        entered = db.get(ClosedDay, day)
        if entered is None:
            raise NotFound("閉庁日", shown_day(day))
        if entered.calendar_id is not None:
            raise AlreadyDone(
                say("{day}は予定表による閉庁日です。予定表を直すか、除いてください。", day=shown_day(day))
            )
        if built := built_on(day, entered_at(db, day), counted_over(db, day, day), now):
            raise AlreadyDone(say("{day}の閉庁日は取り消せません。", day=shown_day(day)) + built)
        db.execute(delete(ClosedDay).where(ClosedDay.day == day))
        record(db, Tag.CLOSED_DAY_REMOVED, at=now, by=who.id, day=day, name=entered.name, reason=why)


def set_closing_rule(
    office: Office, by: str, name: str, first: str, last: str, since: int, *, now: datetime
) -> int:
    """Close the office each year from the first day of the year to the last (12/29 to 1/3), from the year `since` on;
    returns the rule's number. Raises `AlreadyDone`, `NotAllowed`, `BadInput`."""
    wanted = {
        "name": a_line("閉庁日の名称", name),
        "first_on": day_of_year(first, "最初の日"),
        "last_on": day_of_year(last, "最後の日"),
        "since_year": _a_year(since),
    }
    with office.writing() as db:
        who = keeper(db, by, now)
        for rule in closing_rules(db):
            if (rule.first, rule.last, rule.until) == (wanted["first_on"], wanted["last_on"], None):
                raise AlreadyDone("同じ月日の毎年の閉庁日が既にあります。")
        number = db.scalars(
            insert(ClosingRule).returning(ClosingRule.id), {**wanted, "until_year": None}
        ).one()
        record(
            db, Tag.CLOSING_RULE_SET, at=now, by=who.id, rule=number, name=wanted["name"],
            first=wanted["first_on"], last=wanted["last_on"], since=since,
        )  # fmt: skip
        return number


def end_closing_rule(office: Office, by: str, number: int, last_year: int, *, now: datetime) -> None:
    """Let a yearly rule count for the last time in that year; the year before its first takes it away whole. As with a
    single day, nothing may have been built on the days that are taken away.

    Raises `AlreadyDone` (it ends by then, or saying what was built on it), `NotFound`, `NotAllowed`, `BadInput`.
    """
    _a_year(last_year)
    with office.writing() as db:
        who = keeper(db, by, now)
        rule = next((each for each in closing_rules(db) if each.number == number), None)
        if rule is None:
            raise NotFound("毎年の閉庁日", str(number))
        if rule.until is not None and rule.until <= last_year:
            raise AlreadyDone("既にそのとおりです。")
        _must_be_free(db, replace(rule, since=max(rule.since, last_year + 1)), now)
        until = max(last_year, rule.since - 1)
        db.execute(update(ClosingRule).where(ClosingRule.id == number).values(until_year=until))
        record(db, Tag.CLOSING_RULE_ENDED, at=now, by=who.id, rule=number, name=rule.name, until=until)


def _must_be_free(db: Session, gone: YearRule, now: datetime) -> None:
    horizon = tokyo_day(now) + FARTHEST
    days = [day for day in gone.days() if day <= horizon]
    if not days:
        return
    since, counted = rule_set_at(db, gone.number), counted_over(db, days[0], days[-1])
    for day in days:
        if built := built_on(day, since, counted, now):
            raise AlreadyDone(say("{day}の閉庁日は取り消せません。", day=shown_day(day)) + built)


def _a_year(year: int) -> int:
    if not 2000 <= year <= 2100:
        raise BadInput(
            "年",
            say("「{given}」は使えません", given=year),
            "2000 から 2100 までの西暦の年にしてください。",
        )
    return year


def _must_be_new(db: Session, days: dict[date, str]) -> None:
    old = db.scalars(select(ClosedDay.day).where(ClosedDay.day.in_(days)).order_by(ClosedDay.day)).all()
    if old:
        named = say("、").join(shown_day(day) for day in old[:12])
        raise AlreadyDone(say("{day}は既に閉庁日です。", day=named))
