"""The opinions as a table for spreadsheets."""

from collections.abc import Iterable, Mapping
from typing import Any

from workflow.domain.calendar import shown_moment
from workflow.domain.comments import WRITER_FIELDS, Author
from workflow.domain.language import label, say
from workflow.queries import Said

WIDTHS = (12, 6, 12, 24, 8, 60, 40, 60, 12, 20, 30, 16, 24)
"""The widths of the columns, in characters."""


def rows(said: Iterable[Said], writers: Mapping[int, Author]) -> list[list[Any]]:
    """The headings and one row for each opinion, with who wrote it, or that they are erased."""
    headings = [
        say("受付番号"),
        say("枝番"),
        say("受付方法"),
        say("届いた日時"),
        say("期間後"),
        say("意見"),
        say("意見の概要"),
        say("区の考え方"),
        say("反映結果"),
        *(say(label) for label, _ in WRITER_FIELDS.values()),
    ]
    return [headings, *(_row(each, writers) for each in said)]


def _row(each: Said, writers: Mapping[int, Author]) -> list[Any]:
    writer = writers.get(each.submission) or Author(say("消去済み"))
    return [
        each.receipt,
        each.number,
        label(each.route),
        shown_moment(each.received_at),
        say("期間後") if each.late else "",
        each.text,
        each.summary or "",
        each.answer_text or "",
        label(each.disposition) if each.disposition else "",
        *(getattr(writer, field) for field in WRITER_FIELDS),
    ]
