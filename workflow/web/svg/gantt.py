"""The bars of a plan over the months, as SVG that is read in black and white: planned stages are outlined, actual ones
filled, a public comment is hatched, planned meetings are empty triangles and held ones full, today is a dashed line."""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from definitions.chain import months_later
from workflow.domain.calendar import first_of_month, last_of_month, month_of, months_between
from workflow.domain.lateness import last_day_of
from workflow.domain.schedules import PlanSchedule
from workflow.queries.plan_sheet import SheetRow
from workflow.web.svg.shapes import INK, RULE, WHITE

MONTH = 32
"""Width of a month, in pixels."""
HEIGHT = 44
"""Height of a plan's bars, in pixels."""


@dataclass(frozen=True, slots=True)
class Window:
    """The months that the sheet shows, from `first` on."""

    first: date
    count: int

    @classmethod
    def around(cls, month: str, count: int) -> "Window":
        """The window that begins with that month, 2026-09."""
        return cls(first_of_month(month), count)

    @property
    def months(self) -> list[str]:
        return [self.moved(step) for step in range(self.count)]

    @property
    def width(self) -> int:
        return self.count * MONTH

    def moved(self, months: int) -> str:
        """The month with which the window so many months later begins."""
        return months_later(month_of(self.first), months)

    def x(self, day: date) -> float:
        """The place of the beginning of that day; at an edge when it lies outside."""
        length = _length(day.year, day.month)
        months = months_between(self.first, day) + (day.day - 1) / length
        return min(max(months * MONTH, 0.0), float(self.width))


@lru_cache(maxsize=1024)
def _length(year: int, month: int) -> int:
    return monthrange(year, month)[1]


def bars(rows: Iterable[SheetRow], window: Window, today: date) -> dict[int, str]:
    """The bars of each plan, by its number. Drawings for the eye alone: what they show stands in words beside them. What is
    the same for all plans, or for those whose schedule the chain made, is drawn once."""
    grid = "".join(part for number in range(window.count + 1) for part in _line(number * MONTH, RULE, ""))
    line = "".join(_line(window.x(today), INK, ' stroke-dasharray="4 3" stroke-width="1.5"'))
    planned: dict[int, tuple[str, str]] = {}
    drawn: dict[int, str] = {}
    for row in rows:
        if id(row.schedule) not in planned:
            planned[id(row.schedule)] = _planned(row.schedule, window)
        stages, meetings = planned[id(row.schedule)]
        held = _triangles(window, (each.day for each in row.meetings), 35, f'fill="{INK}"')
        actual = "".join(_actual(row, window))
        drawn[row.plan.id] = (
            f'<svg class="bars" xmlns="http://www.w3.org/2000/svg" aria-hidden="true" width="{window.width}" '
            f'height="{HEIGHT}" viewBox="0 0 {window.width} {HEIGHT}">'
            f"{grid}{stages}{actual}{meetings}{''.join(held)}{line}</svg>"
        )
    return drawn


def _planned(schedule: PlanSchedule, window: Window) -> tuple[str, str]:
    """The stages of a schedule, and its meetings."""
    how = f'fill="{WHITE}" stroke="{INK}"'
    stages = (
        part
        for span in schedule.spans
        for part in _bar(window, first_of_month(span.first), last_of_month(span.last), 8, how)
    )
    days = (last_day_of(line) for line in schedule.lines if line.body)
    return "".join(stages), "".join(_triangles(window, days, 4, how))


def _line(x: float, colour: str, more: str) -> Iterator[str]:
    yield f'<line x1="{x:.1f}" y1="0" x2="{x:.1f}" y2="{HEIGHT}" stroke="{colour}"{more}/>'


def _actual(row: SheetRow, window: Window) -> Iterator[str]:
    for number, (_, first, last) in enumerate(row.stays):
        fill = INK if number % 2 == 0 else "#5c5c5c"
        yield from _bar(window, first, last, 22, f'fill="{fill}"')
    for opens_on, closes_on in row.comments:
        outline = f'fill="url(#hatched)" stroke="{INK}"'
        yield from _bar(window, opens_on, closes_on, 22, outline)


def _bar(window: Window, first: date, last: date, y: int, how: str) -> Iterator[str]:
    left, right = window.x(first), window.x(last + timedelta(days=1))
    if right > left:
        yield f'<rect x="{left:.1f}" y="{y}" width="{max(right - left, 2):.1f}" height="9" {how}/>'


def _triangles(window: Window, days: Iterable[date], y: int, how: str) -> Iterator[str]:
    for day in days:
        x = window.x(day)
        if 0 < x < window.width:
            yield f'<polygon points="{x - 4:.1f},{y + 4} {x + 4:.1f},{y + 4} {x:.1f},{y - 3}" {how}/>'


HATCHED = (
    '<svg width="0" height="0" aria-hidden="true"><defs><pattern id="hatched" width="5" height="5" '
    'patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="#ffffff"/>'
    f'<line x1="0" y1="0" x2="0" y2="5" stroke="{INK}" stroke-width="2"/></pattern></defs></svg>'
)
"""The pattern of a public comment, once on a page."""


def scale(window: Window) -> str:
    """The months above the bars: the year where it begins, then the month's number."""
    return "".join(
        (
            f'<svg class="bars" xmlns="http://www.w3.org/2000/svg" aria-hidden="true" width="{window.width}" height="34" '
            f'viewBox="0 0 {window.width} 34">',
            *_names(window.months),
            "</svg>",
        )
    )


def _names(months: Sequence[str]) -> Iterator[str]:
    for number, month in enumerate(months):
        x = number * MONTH
        if number == 0 or month.endswith("-01"):
            yield f'<text x="{x + 2}" y="13" font-size="12" fill="{INK}">{month[:4]}</text>'
        yield f'<text x="{x + MONTH / 2}" y="29" font-size="12" fill="{INK}" text-anchor="middle">{int(month[5:])}</text>'
