"""The worklist of a person (今日の仕事)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from workflow.domain.calendar import tokyo_day
from workflow.domain.rights import Actor
from workflow.queries.absences import covers
from workflow.queries.actor import actor
from workflow.queries.meetings import MeetingFact, next_meetings
from workflow.queries.reading_rights import EVERYTHING
from workflow.queries.worklist.items import items_waiting
from workflow.queries.worklist.mail import mail_waiting, troubles_waiting
from workflow.queries.worklist.minutes import minutes_waiting
from workflow.queries.worklist.owed import owed
from workflow.queries.worklist.plans import addenda, plans_waiting
from workflow.queries.worklist.tasks import FOR_DEPUTIES, Task, Waiting

__all__ = ["Task", "Waiting", "waiting_for", "worklist"]


def worklist(db: Session, person: str, now: datetime) -> list[Task]:
    """Return the person's tasks, nearest first. Raises `NotFound`."""
    return waiting_for(db, actor(db, person, tokyo_day(now)), now)


def waiting_for(db: Session, who: Actor, now: datetime) -> list[Task]:
    """Return the actor's tasks and, as their deputy, those of people who are away, nearest first. A fixed number of
    statements for each of them, however many plans there are."""
    coming = next_meetings(db, EVERYTHING, now)
    theirs = [
        replace(task, principal=cover.principal.name)
        for cover in (covers(db, who.on, deputy=who.id) if who.principals else [])
        for task in _tasks(db, actor(db, cover.principal.key, who.on), now, coming)
        if task.kind in FOR_DEPUTIES
    ]
    known = {replace(task, principal=None) for task in theirs}
    tasks = [*theirs, *(task for task in _tasks(db, who, now, coming) if task not in known)]
    far = now + timedelta(days=36500)
    return sorted(tasks, key=lambda task: (task.due or far, list(Waiting).index(task.kind), task.number or 0))


def _tasks(db: Session, who: Actor, now: datetime, coming: Mapping[str, MeetingFact]) -> list[Task]:
    tasks = [
        *items_waiting(db, who, now),
        *owed(db, who, coming, now),
        *minutes_waiting(db, who, now),
        *plans_waiting(db, who, now, coming),
        *mail_waiting(db, who, now),
        *troubles_waiting(db, who),
    ]
    answering = {task.plan for task in tasks if task.kind is Waiting.ANSWER_OPINIONS}
    return tasks + [task for task in addenda(db, who) if task.plan not in answering]
