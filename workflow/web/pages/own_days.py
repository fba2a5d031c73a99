"""わたしの予定: a week or a month of the person who asks, as a list by day, with the load of each week in numbers."""

from calendar import SUNDAY, Calendar
from datetime import date, timedelta

from fastapi import APIRouter, Request, Response

from definitions.chain import months_later
from workflow.domain.calendar import (
    first_of_month,
    month_label,
    month_of,
    shown_clock,
    tokyo_day,
    weekday,
    why_closed,
)
from workflow.domain.language import Language, language
from workflow.domain.rights import Act
from workflow.queries.closed_days import closed_day_names
from workflow.queries.own_days import MOST_PLANS, DayKind, Entry, own_days
from workflow.queries.worklist.tasks import bodies_for
from workflow.web.pages.worklist import place_of
from workflow.web.permissions import Open, needs
from workflow.web.rendering import page
from workflow.web.session import Page, Reader, Visitor

router = APIRouter(route_class=Page)

FIRST, LAST = date(2000, 1, 1), date(2100, 12, 1)
"""The days that can be shown."""
MOST_LISTED = 30
"""Entries of one day that are listed; the rest is said in number."""


@router.get("/days", openapi_extra=needs(Open.SIGNED_IN))
def days(request: Request, who: Reader, show: str = "week", day: str = "") -> Response:
    """Show the reader's own week (`show=week`) or month (`show=month`) that has the day, or everything of the day
    (`show=day`)."""
    chosen, today = _day(day, who), tokyo_day(who.now)
    view = show if show in ("day", "month") else "week"
    weeks = {"day": _alone, "week": _week, "month": _month}[view](chosen)
    with who.office.reading() as db:
        found = own_days(db, who.person, weeks[0][0], weeks[-1][-1], who.now)
        closed = closed_day_names(db)
    keeps = set(bodies_for(who.person, Act.RECORD_OUTCOME)) <= set(bodies_for(who.person, Act.KEEP_MINUTES))
    listed = [each for week in weeks for each in week if found.on(each)]
    return page(
        request,
        "own_days.html",
        who=who,
        found=found,
        view=view,
        chosen=chosen,
        today=today,
        weeks=weeks,
        listed=listed,
        loads=[] if view == "day" else [found.week(week[0]) for week in weeks],
        kinds=list(DayKind),
        most=MOST_PLANS,
        most_listed=None if view == "day" else MOST_LISTED,
        place=lambda entry: _place(entry, keeps=keeps),
        task_place=lambda task: place_of(task, keeps=keeps),
        earlier=_moved(chosen, -1, view),
        later=_moved(chosen, 1, view),
        clock=shown_clock,
        short=_short,
        weekday=weekday,
        title=month_label(month_of(chosen)),
        why_closed=lambda each: why_closed(each, closed),
    )


def _day(text: str, who: Visitor) -> date:
    """The day asked for, or today."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        return tokyo_day(who.now)
    return min(max(asked, FIRST), LAST)


def _alone(day: date) -> list[list[date]]:
    return [[day]]


def _week(day: date) -> list[list[date]]:
    first = day - timedelta(days=day.isoweekday() % 7)
    return [[first + timedelta(days=step) for step in range(7)]]


def _month(day: date) -> list[list[date]]:
    return Calendar(SUNDAY).monthdatescalendar(day.year, day.month)


def _moved(day: date, step: int, view: str) -> str:
    """The day that the previous or the next day, week or month is asked for by."""
    if view != "month":
        return (day + timedelta(days=step if view == "day" else 7 * step)).isoformat()
    return first_of_month(months_later(month_of(day), step)).isoformat()


def _short(day: date) -> str:
    """日, or Sun: the day of the week."""
    return weekday(day)[: 1 if language.get() is Language.JAPANESE else 3]


def _place(entry: Entry, *, keeps: bool) -> str:
    if entry.task:
        return place_of(entry.task, keeps=keeps)
    return f"/meetings/{entry.meeting}" if entry.meeting else f"/plans/{entry.plan}"
