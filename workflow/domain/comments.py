"""Opinions on a plan: how they arrive, how they are handled, and how one letter is divided into several."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from definitions.chain import months_later
from definitions.labelled import Labelled
from workflow.domain.calendar import end_of_day, last_of_month, month_of, tokyo_day
from workflow.domain.language import say


class PeriodState(Labelled):
    """The state of a public comment. `STOPPED`: its form is shut although its days are not over, or they did not run
    in full: its plan was sent back, suspended or withdrawn, or a newer comment replaced it."""

    COMING = "coming", "開始前"
    RUNNING = "running", "募集中"
    STOPPED = "stopped", "受付停止"
    ANSWERING = "answering", "回答・公表待ち"
    PUBLISHED = "published", "公表済み"
    CANCELLED = "cancelled", "中止"


def period_state(
    opens_on: date,
    closes_on: date,
    now: datetime,
    *,
    published: bool,
    cancelled: bool,
    current: bool,
    left_at: datetime | None,
) -> PeriodState:
    """Return the state of a period at that time. `current`: its plan is active, still on the visit in which the
    period began, and has no newer period at its gate. `left_at` is when the plan was sent back from that visit."""
    if cancelled:
        return PeriodState.CANCELLED
    if published:
        return PeriodState.PUBLISHED
    if now >= end_of_day(closes_on):
        ran = left_at is None or left_at >= end_of_day(closes_on)
        return PeriodState.ANSWERING if ran else PeriodState.STOPPED
    if not current:
        return PeriodState.STOPPED
    return PeriodState.COMING if tokyo_day(now) < opens_on else PeriodState.RUNNING


def days_shut(opens_on: date, closes_on: date, since: datetime, now: datetime) -> int:
    """Return the number of days by which a period has to go on, when its plan was suspended from `since` to `now`
    and the form was shut: so many that the public has as many days left as it had. 0 for one that had not begun by
    now, and for one that was over before."""
    if since >= end_of_day(closes_on):
        return 0
    return max(0, (tokyo_day(now) - max(tokyo_day(since), opens_on)).days)


class Route(Labelled):
    """The route by which an opinion arrived."""

    WEB = "web", "フォーム"
    MAIL = "mail", "電子メール"
    FAX = "fax", "ファクス"
    COUNTER = "counter", "窓口"
    POST = "post", "郵送"


class Disposition(Labelled):
    """The result of an opinion."""

    REFLECTED = "reflected", "反映"
    ALREADY_WRITTEN = "already_written", "記載済み"
    FOR_REFERENCE = "for_reference", "参考"
    DIFFICULT = "difficult", "反映困難"
    OUTSIDE = "outside", "対象外"


@dataclass(frozen=True, slots=True)
class Author:
    """The author of opinions, as the 要綱 asks: a body also names its representative, people from outside the
    area also their school or workplace there (`affiliation`)."""

    name: str
    address: str = ""
    telephone: str = ""
    affiliation: str = ""


CITIZENS_DATA_MONTHS = 12
"""Months after the end of a public comment for which its authors are kept, where the office sets no other."""


def erased_on(ended_at: datetime, months: int) -> date:
    """Return the day from which the authors of a public comment are erased that ended then."""
    day = tokyo_day(ended_at)
    last = last_of_month(months_later(month_of(day), months))
    return last.replace(day=min(day.day, last.day))


WRITER_FIELDS = {
    "name": ("氏名", 200),
    "address": ("住所", 400),
    "telephone": ("電話", 60),
    "affiliation": ("在勤・在学先", 400),
}
"""The label of each field of an `Author`, and its longest length in characters."""


def told_of(writer: Author) -> list[tuple[str, str]]:
    """Return the fields that the author filled in, each with its label in the chosen language."""
    told = ((say(name), getattr(writer, field)) for field, (name, _) in WRITER_FIELDS.items())
    return [(name, value) for name, value in told if value.strip()]


_LINE_OF_SIGNS = re.compile(r"^[ \t　]*[-－ー―─=＝*＊_＿]{3,}[ \t　]*$", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n(?:[ \t　]*\n)+")


def split_letter(text: str) -> list[str]:
    """The opinions of one letter: divided at lines of signs (`---`) where there are any, else at blank lines, so
    that an opinion of several paragraphs can be kept whole."""
    text = _with_plain_lines(text)
    divider = _LINE_OF_SIGNS if _LINE_OF_SIGNS.search(text) else _BLANK_LINES
    return [part.strip() for part in divider.split(text) if part.strip()]


def same_words(text: str, parts: list[str]) -> bool:
    """Return whether the parts together have the same words as the text, ignoring white space and lines of signs."""
    return _words(text) == "".join(map(_words, parts))


def _words(text: str) -> str:
    return re.sub(r"\s", "", _LINE_OF_SIGNS.sub("", _with_plain_lines(text)))


def _with_plain_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
