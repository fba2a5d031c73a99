"""The worklist of a person (今日の仕事)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from workflow.domain.calendar import tokyo_day
from workflow.domain.rights import Act, Actor
from workflow.queries.absences import covers
from workflow.queries.actor import actor
from workflow.queries.meetings import MeetingFact, next_meetings
from workflow.queries.reading_rights import EVERYTHING
from workflow.queries.worklist.items import items_waiting, undecided_items
from workflow.queries.worklist.mail import mail_waiting, troubles_waiting
from workflow.queries.worklist.minutes import minutes_waiting
from workflow.queries.worklist.owed import owed
from workflow.queries.worklist.plans import addenda, plans_waiting
from workflow.queries.worklist.tasks import FOR_DEPUTIES, Task, Waiting, bodies_for

__all__ = ["FirstTasks", "Task", "Waiting", "first_waiting_for", "waiting_for", "worklist"]


def worklist(db: Session, person: str, now: datetime) -> list[Task]:
    """Return the person's tasks, nearest first. Raises `NotFound`."""
    return waiting_for(db, actor(db, person, tokyo_day(now)), now)


def waiting_for(db: Session, who: Actor, now: datetime) -> list[Task]:
    """Return the actor's tasks and, as their deputy, those of people who are away, nearest first. A fixed number of
    statements for each of them, however many plans there are."""
    return list(first_waiting_for(db, who, now, None).tasks)


@dataclass(frozen=True, slots=True)
class FirstTasks:
    """The nearest tasks of a person. `more` further ones, which all have a date, were counted and not read."""

    tasks: tuple[Task, ...]
    more: int


def first_waiting_for(db: Session, who: Actor, now: datetime, first: int | None) -> FirstTasks:
    """Return at least the first so many of the tasks of `waiting_for`, or all; of the meetings that nobody closed, which may
    be many, no more are read."""
    coming = next_meetings(db, EVERYTHING, now)
    theirs = [
        replace(task, principal=cover.principal.name)
        for cover in (covers(db, who.on, deputy=who.id) if who.principals else [])
        for task in _tasks(db, actor(db, cover.principal.key, who.on), now, coming, first).tasks
        if task.kind in FOR_DEPUTIES
    ]
    known = {replace(task, principal=None) for task in theirs}
    own = _tasks(db, who, now, coming, first)
    tasks = [*theirs, *(task for task in own.tasks if task not in known)]
    return FirstTasks(tuple(sorted(tasks, key=_order)), own.more)


_PLACES = {kind: place for place, kind in enumerate(Waiting)}


def _order(task: Task) -> tuple[datetime, int, int]:
    return task.due or datetime.max.replace(tzinfo=UTC), _PLACES[task.kind], task.number or 0


def _tasks(
    db: Session, who: Actor, now: datetime, coming: Mapping[str, MeetingFact], first: int | None
) -> FirstTasks:
    items = undecided_items(db, who, now)
    closes = bodies_for(who, Act.CALL_MEETING)
    unfinished = {each.meeting for each in items if each.ends_at <= now and each.body_key in closes}
    duties, more = owed(db, who, coming, now, unfinished=unfinished, first=first)
    tasks = [
        *items_waiting(db, who, items, now),
        *duties,
        *minutes_waiting(db, who, now),
        *plans_waiting(db, who, now, coming),
        *mail_waiting(db, who, now),
        *troubles_waiting(db, who),
    ]
    answering = {task.plan for task in tasks if task.kind is Waiting.ANSWER_OPINIONS}
    tasks += [task for task in addenda(db, who) if task.plan not in answering]
    return FirstTasks(tuple(tasks), more)
