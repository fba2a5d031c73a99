"""Lists of plans, and what happened to one."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from workflow.audit import Tag
from workflow.facts import PlanFact, plan_fact, plans
from workflow.language import say
from workflow.machine import Status
from workflow.questions.events import event_words
from workflow.records import (
    Event,
    Meeting,
    Person,
    Plan,
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of plans in the order of their keys; `following` is the key to go on from, None at the end."""

    plans: tuple[PlanFact, ...]
    following: str | None


def plan_list(
    db: Session,
    *,
    department: str | None = None,
    status: Status | None = None,
    stage: str | None = None,
    words: str = "",
    following: str | None = None,
    limit: int = 50,
) -> Page:
    """Plans by key, one page. `words` are looked for in the title and the key. One statement."""
    narrowed = plans().order_by(Plan.key).limit(limit + 1)
    for column, value in ((Plan.department_key, department), (Plan.status, status), (Plan.stage, stage)):
        if value is not None:
            narrowed = narrowed.where(column == value)
    if words:
        narrowed = narrowed.where(
            Plan.title.contains(words, autoescape=True) | Plan.key.contains(words, autoescape=True)
        )
    if following:
        narrowed = narrowed.where(Plan.key > following)
    found = [plan_fact(db, row) for row in db.execute(narrowed)]
    more = len(found) > limit
    return Page(tuple(found[:limit]), found[limit - 1].key if more else None)


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a plan's history. `words` say it in Japanese."""

    seq: int
    at: datetime
    by: str
    tag: Tag
    words: str
    data: Mapping[str, Any]


def history(db: Session, plan: PlanFact) -> list[Happened]:
    """Everything that happened to the plan, from its start. One statement."""
    return _happened(plan, db.execute(_events(plan).order_by(Event.seq)))


def newest_first(
    db: Session, plan: PlanFact, *, before: int | None = None, limit: int = 50
) -> tuple[list[Happened], int | None]:
    """What happened to the plan last, newest first; with `before`, what happened before the event of that
    number. The second value is the `before` of the next page, None at the plan's beginning. One statement."""
    wanted = _events(plan).order_by(Event.seq.desc()).limit(limit + 1)
    if before is not None:
        wanted = wanted.where(Event.seq < before)
    found = _happened(plan, db.execute(wanted))
    return found[:limit], found[limit - 1].seq if len(found) > limit else None


def _events(plan: PlanFact) -> Select[*tuple[Any, ...]]:
    return (
        select(Event.seq, Event.at, Person.name, Event.tag, Event.data, Meeting.title)
        .outerjoin(Person, Person.id == Event.by)
        .outerjoin(Meeting, Meeting.id == Event.meeting_id)
        .where(Event.plan_id == plan.id)
    )


def _happened(plan: PlanFact, rows: Iterable[Row[*tuple[Any, ...]]]) -> list[Happened]:
    found = []
    for seq, at, name, tag, text, meeting in rows:
        data = json.loads(text)
        words = event_words(Tag(tag), data, chain=plan.chain, meeting=meeting)
        found.append(Happened(seq, at, name or say("（意見提出者）"), Tag(tag), words, data))
    return found
