"""The matters of an agenda as they are typed, one a line; the minutes planned for one."""

import re
import unicodedata
from dataclasses import dataclass

from workflow.domain.errors import BadInput
from workflow.domain.language import say
from workflow.domain.validation import a_line

MOST_MINUTES = 600
MOST_TYPED = 100
"""Lines that are taken at once."""

HEADING = "■"
"""A line that begins so is a heading."""

PLANS_HERE = "＊"
"""This line stands for the plans that are put on the agenda with the matters."""

_MINUTES = re.compile(r"(?P<title>.*\S)\s*(?:\s|[（(])(?P<minutes>[0-9０-９]{1,3})\s*(?:分|min)[）)]?")


@dataclass(frozen=True, slots=True)
class TypedMatter:
    """A matter at no gate, or a heading; `planned_minutes` None: not planned."""

    title: str
    heading: bool = False
    planned_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class TypedMatters:
    """The matters that go before the plans put on the agenda with them, and those that go after."""

    before: tuple[TypedMatter, ...] = ()
    after: tuple[TypedMatter, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.before or self.after)


def typed_matters(text: str) -> TypedMatters:
    """The matters of these lines. One that begins with 「■」 is a heading; minutes at the end of one (「10分」, 「（10分）」, 「10 min」) are
    planned for it. They go after the plans, or, those above a line 「＊」, before them.

    Raises `BadInput` (too many lines, two such lines, a title that is too long, the minutes).
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_TYPED:
        raise BadInput(
            "議題",
            say("{count} 行あります", count=len(lines)),
            say("一度に {most} 行までにしてください。", most=MOST_TYPED),
        )
    marks = [place for place, line in enumerate(lines) if line in (PLANS_HERE, "*")]
    if len(marks) > 1:
        raise BadInput("議題", "「＊」の行が2つ以上あります", "計画を載せる所に、1行だけ書いてください。")
    plans = marks[0] if marks else 0
    return TypedMatters(
        tuple(_typed_matter(line) for line in lines[:plans]),
        tuple(_typed_matter(line) for line in lines[plans + len(marks) :]),
    )


def must_be_minutes(minutes: int | None) -> None:
    """Raises `BadInput` for minutes that cannot be planned for an item."""
    if minutes is not None and not 1 <= minutes <= MOST_MINUTES:
        raise BadInput(
            "予定時間",
            say("{minutes} 分は受け取れません", minutes=minutes),
            say("1 から {most} までの数で入力してください。", most=MOST_MINUTES),
        )


def _typed_matter(line: str) -> TypedMatter:
    if line.startswith(HEADING):
        return TypedMatter(a_line("見出し", line.removeprefix(HEADING)), heading=True)
    timed = _MINUTES.fullmatch(line)
    if timed is None:
        return TypedMatter(a_line("議題", line))
    minutes = int(unicodedata.normalize("NFKC", timed["minutes"]))
    must_be_minutes(minutes)
    return TypedMatter(a_line("議題", timed["title"]), planned_minutes=minutes)
