"""The calendar of meetings: a month of them, and the lists of what is coming and what is past."""

import re
from calendar import SUNDAY, Calendar
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response

from definitions.chain import months_later
from workflow.domain.calendar import (
    first_of_month,
    month_label,
    month_of,
    parse_day,
    shown_clock,
    tokyo_day,
    weekday,
    why_closed,
)
from workflow.domain.language import Language, language, say
from workflow.domain.meetings import Phase, phase_of
from workflow.domain.rights import Act
from workflow.queries.bodies import body_names
from workflow.queries.calendar import NOTHING_HELD, OnDay, Period, meetings_by_day, periods_between
from workflow.queries.closed_days import closed_day_names
from workflow.queries.meetings import coming_meetings, meetings_of_day, past_meetings
from workflow.queries.reading_rights import meetings_readable, plans_readable
from workflow.web.permissions import Open, needs
from workflow.web.rendering import page
from workflow.web.session import Page, Reader, Visitor

router = APIRouter(route_class=Page)

FIRST, LAST = "2000-01", "2100-12"
"""The months the calendar shows."""
MOST = 5
"""So many meetings stand on a day of the month's table, and so many periods that open or close; the rest is said in
number."""


@dataclass(slots=True)
class Day:
    """A day of the month's table. `closed` says why the office does not work."""

    day: date
    outside: bool
    closed: str | None
    held: OnDay = NOTHING_HELD
    opens: list[Period] = field(default_factory=list)
    closes: list[Period] = field(default_factory=list)
    more_periods: int = 0

    def add(self, period: Period, to: list[Period]) -> None:
        """Show the period that opens or closes, or count it where enough are shown."""
        if len(self.opens) + len(self.closes) < MOST:
            to.append(period)
        else:
            self.more_periods += 1

    @property
    def empty(self) -> bool:
        return not (self.held.begins or self.held.answered_by or self.opens or self.closes)

    @property
    def holiday(self) -> str:
        """Why the office does not work, where the weekday does not say it."""
        return "" if self.closed is None or self.closed == weekday(self.day) else self.closed


@router.get("/meetings", openapi_extra=needs(Open.SIGNED_IN))
def meetings(
    request: Request,
    who: Reader,
    show: str = "month",
    month: str = "",
    day: str = "",
    body: str = "",
    following: str = "",
) -> Response:
    """A month (`show=month`), a `day`, or what is `coming` or `past`; of one body, or of all."""
    chosen = body[:60] or None
    with who.office.reading() as db:
        known = body_names(db)
        shared: dict[str, Any] = {
            "who": who,
            "bodies": known,
            "body": chosen,
            "may_call": any(who.person.may(Act.CALL_MEETING, body=key) for key, _ in known),
            "phase_of": phase_of,
            "Phase": Phase,
            "clock": shown_clock,
        }
        if show in ("coming", "past"):
            asked = coming_meetings if show == "coming" else past_meetings
            found = asked(
                db, meetings_readable(db, who.person), who.now, body=chosen, following=following or None
            )
            return page(request, "meetings_list.html", show=show, found=found, day=None, **shared)
        if show == "day":
            on = parse_day(day, say("日")) if day.strip() else tokyo_day(who.now)
            readable = meetings_readable(db, who.person)
            found = meetings_of_day(db, readable, on, body=chosen, following=following or None)
            return page(request, "meetings_list.html", show=show, found=found, day=on, **shared)
    return _month_page(request, who, month, chosen, shared)


def _month_page(
    request: Request, who: Visitor, month: str, body: str | None, shared: dict[str, Any]
) -> Response:
    today = tokyo_day(who.now)
    named = re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month) and FIRST <= month <= LAST
    shown = month if named else month_of(today)
    first = first_of_month(shown)
    weeks = _weeks(who, first, body)
    earlier, later = months_later(shown, -1), months_later(shown, 1)
    return page(
        request,
        "meetings.html",
        show="month",
        first=first,
        today=today,
        weeks=weeks,
        empty=all(day.empty for week in weeks for day in week if not day.outside),
        weekday=weekday,
        short=_short,
        month_of=month_of,
        month_label=month_label,
        earlier=earlier if earlier >= FIRST else None,
        later=later if later <= LAST else None,
        **shared,
    )


def _short(day: date) -> str:
    """日, or Sun: the day of the week."""
    return weekday(day)[: 1 if language.get() is Language.JAPANESE else 3]


def _weeks(who: Visitor, first: date, body: str | None) -> list[list[Day]]:
    """The weeks of the month, from Sunday to Saturday, with what is on each day."""
    weeks = Calendar(SUNDAY).monthdatescalendar(first.year, first.month)
    start, end = weeks[0][0], weeks[-1][-1]
    with who.office.reading() as db:
        closed = closed_day_names(db)
        held = meetings_by_day(db, meetings_readable(db, who.person), start, end, body, most=MOST)
        periods = periods_between(db, plans_readable(db, who.person), start, end)
    days = {
        day: Day(day, day.month != first.month, why_closed(day, closed)) for week in weeks for day in week
    }
    for on, meetings in held.items():
        days[on].held = meetings
    for period in periods:
        if period.opens_on in days:
            days[period.opens_on].add(period, days[period.opens_on].opens)
        if period.closes_on in days:
            days[period.closes_on].add(period, days[period.closes_on].closes)
    return [[days[day] for day in week] for week in weeks]
