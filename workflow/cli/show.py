"""How answers look in a terminal, and as JSON."""

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from rich.text import Text

from definitions.chain import Chain
from workflow.domain.calendar import TOKYO
from workflow.domain.plans import Status
from workflow.queries.plans import PlanFact

console = Console(highlight=False)
_SHORT = {"番号", "日時", "予定", "期日", "誰が", "月", "状態", "種類", "通"}
"""Columns that are never broken."""


def as_json(answer: Any) -> None:
    """Print an answer as JSON: dataclasses by field, moments in UTC."""
    print(json.dumps(answer, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: Any) -> Any:
    if isinstance(value, PlanFact):
        return plan_data(value)
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_defaults=True)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)


def plan_data(plan: PlanFact) -> dict[str, Any]:
    """A plan as JSON shows it."""
    return {
        "key": plan.key,
        "title": plan.title,
        "department": plan.department,
        "chain": plan.chain.key,
        "stage": plan.stage.key,
        "stage_label": plan.stage.label,
        "status": plan.status,
        "revision": plan.revision,
        "visit": plan.visit,
        "entered_at": plan.entered_at.isoformat(),
        "version": plan.text.number if plan.text else None,
        "sha256": plan.sha256,
    }


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
        console.print(drawn)
    else:
        say(f"{title}: ありません。")


def say(line: str) -> None:
    """Print a line as it is: text from people is never markup."""
    console.print(Text(line), soft_wrap=True)


def rail(chain: Chain, stage: str, status: Status = Status.ACTIVE) -> str:
    """The stage rail: 策定方針 → [骨子] → 素案 …"""
    names = [f"【{s.label}】" if s.key == stage else s.label for s in chain.stages]
    return " → ".join(names) + ("" if status is Status.ACTIVE else f"（{status.label}）")


def moment(at: datetime | None) -> str:
    """2023-06-12 14:00 in Asia/Tokyo: short, so that a table stays readable."""
    return f"{at.astimezone(TOKYO):%Y-%m-%d %H:%M}" if at else ""
