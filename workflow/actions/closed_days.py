"""Use cases on the office's own closed days: enter one or several, and take one away on which nothing was built."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from workflow.actions.people import keeper
from workflow.domain.calendar import shown_day
from workflow.domain.closed_days import MOST, NamedDay, built_on
from workflow.domain.errors import AlreadyDone, BadInput, NotFound
from workflow.domain.events import Tag
from workflow.domain.language import say
from workflow.domain.validation import a_line
from workflow.queries.closed_days import counted_over, entered_at
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import ClosedDay


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

    Raises `AlreadyDone` (saying what was built on it), `NotFound`, `NotAllowed`, `BadInput`.
    """
    why = a_line("取消しの理由", reason)
    with office.writing() as db:
        who = keeper(db, by, now)
        entered = db.get(ClosedDay, day)
        if entered is None:
            raise NotFound("閉庁日", shown_day(day))
        if built := built_on(day, entered_at(db, day), counted_over(db, day), now):
            raise AlreadyDone(say("{day}の閉庁日は取り消せません。", day=shown_day(day)) + built)
        db.execute(delete(ClosedDay).where(ClosedDay.day == day))
        record(db, Tag.CLOSED_DAY_REMOVED, at=now, by=who.id, day=day, name=entered.name, reason=why)


def _must_be_new(db: Session, days: dict[date, str]) -> None:
    old = db.scalars(select(ClosedDay.day).where(ClosedDay.day.in_(days)).order_by(ClosedDay.day)).all()
    if old:
        named = say("、").join(shown_day(day) for day in old[:12])
        raise AlreadyDone(say("{day}は既に閉庁日です。", day=named))
