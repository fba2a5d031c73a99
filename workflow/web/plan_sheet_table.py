"""The sheet of plans as a table for spreadsheets: a row a plan, the months of its stages and meetings in words."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from workflow.domain.calendar import shown_day, shown_moment
from workflow.domain.language import label, say
from workflow.domain.lateness import standing_words
from workflow.domain.schedules import line_name, shown_span, shown_time
from workflow.queries.plan_sheet import SheetRow

WIDTHS = (14, 40, 20, 16, 12, 30, 44, 34, 60, 50)
"""The widths of the columns, in characters."""


def rows(found: Iterable[SheetRow], today: date) -> list[list[Any]]:
    """The headings, and a row for each plan."""
    headings = [
        say("計画ID"),
        say("計画の名称"),
        say("担当課"),
        say("段階"),
        say("状態"),
        say("工程表と比べて"),
        say("進めるのに足りないもの"),
        say("次の会議"),
        say("予定"),
        say("経過した段階"),
    ]
    return [headings, *(_row(each, today) for each in found)]


def _row(row: SheetRow, today: date) -> list[Any]:
    plan, coming = row.plan, row.next_meeting
    chain = plan.chain
    spans = [f"{chain.stage(span.stage).label} {shown_span(span)}" for span in row.schedule.spans]
    lines = [f"{shown_time(line)} {line_name(chain, line)}" for line in row.schedule.lines]
    stays = [
        f"{chain.stage(stage).label} {shown_day(first)}～{shown_day(last)}"
        for stage, first, last in row.stays
    ]
    return [
        plan.key,
        plan.title,
        plan.department_name,
        plan.stage.label,
        label(plan.status),
        standing_words(row.standing, today),
        row.blocker,
        f"{shown_moment(coming.starts_at)} {coming.title}" if coming else "",
        "\n".join([*spans, *lines]),
        "\n".join(stays),
    ]
