"""Output in a terminal, and as JSON."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from rich.text import Text

from definitions.chain import Chain
from workflow.domain.calendar import TOKYO
from workflow.domain.plans import Status

_SHORT = {"番号", "日時", "予定", "期日", "誰が", "月", "状態", "種類", "通"}
"""Columns that are never broken."""


def as_json(answer: BaseModel) -> None:
    """Print an answer as JSON, in the shape the API gives it."""
    print(answer.model_dump_json(indent=2))


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; says so when it is empty."""
    drawn = Table(title=title, title_justify="left", show_lines=False)
    for heading in headings:
        drawn.add_column(heading, overflow="fold", no_wrap=heading in _SHORT)
    count = 0
    for row in rows:
        drawn.add_row(*(Text(str("" if cell is None else cell)) for cell in row))
        count += 1
    if count:
        terminal().print(drawn)
    else:
        say(f"{title}: ありません。")


def say(line: str) -> None:
    """Print a line as it is: text from people is never markup."""
    terminal().print(Text(line), soft_wrap=True)


def rail(chain: Chain, stage: str, status: Status = Status.ACTIVE) -> str:
    """The stage rail: 策定方針 → [骨子] → 素案 …"""
    names = [f"【{s.label}】" if s.key == stage else s.label for s in chain.stages]
    return " → ".join(names) + ("" if status is Status.ACTIVE else f"（{status.label}）")


def moment(at: datetime | None) -> str:
    """2023-06-12 14:00 in Asia/Tokyo: short, so that a table stays readable."""
    return f"{at.astimezone(TOKYO):%Y-%m-%d %H:%M}" if at else ""


def terminal() -> Console:
    """The terminal, as wide as it is now."""
    return Console(highlight=False)
