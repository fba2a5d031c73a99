"""The days of a year's meetings, and the titles they get."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from definitions.chain import months_later
from workflow.domain.calendar import first_of_month, month_of, parse_day
from workflow.domain.errors import BadInput
from workflow.domain.language import say
from workflow.domain.pasted_tables import DAYS, below_headings

NUMBER = "{n}"
"""Stands in the pattern of a title for the number of the meeting."""

MOST = 60
"""Number of meetings that are prepared at once."""


def titles(pattern: str, first: int, count: int) -> list[str]:
    """The titles of so many meetings, numbered from `first`. Raises `BadInput` for a pattern without a number."""
    if NUMBER not in pattern:
        raise BadInput(
            "会議の名称", say("「{n}」がありません", n=NUMBER), "第{n}回○○部会 のように書いてください。"
        )
    return [pattern.replace(NUMBER, str(number)) for number in range(first, first + count)]


def nth_weekdays(first_month: date, count: int, every: int, week: int, weekday: int) -> list[date]:
    """The `week`-th weekday (0 is Monday) of so many months, `every` months apart, from the month of `first_month` on. A
    month without a fifth one is left out."""
    found, month = [], month_of(first_month)
    for step in range(count):
        first = first_of_month(months_later(month, step * every))
        day = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (week - 1))
        if day.month == first.month:
            found.append(day)
    return found


def days_in(text: str) -> list[date]:
    """The days of a pasted list, one on a line or between commas, in their order; a heading above them is left out. Raises
    `BadInput`."""
    parts = [part for part in re.split(r"[\n,、，]+", text) if part.strip()]
    return [parse_day(part) for part in below_headings(parts, DAYS, str)]


def must_be_a_series(days: Sequence[date]) -> None:
    """Raises `BadInput` for no day, a day twice, or more than are prepared at once."""
    if not days:
        raise BadInput("開催日", "ありません", "開催日を 1 行に 1 日ずつ書いてください。")
    if len(set(days)) < len(days):
        raise BadInput("開催日", "同じ日が二度あります", "重なる日を消してください。")
    if len(days) > MOST:
        raise BadInput(
            "開催日",
            say("{count} 日は多すぎます", count=len(days)),
            say("一度に準備できるのは {most} 回までです。", most=MOST),
        )
