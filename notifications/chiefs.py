"""The weekly report to the chiefs of departments (所属長): one mail about all their plans, on the first business day of the
week. A week without one, for the server was down all through it, is not made up for: the next report tells everything."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from notifications.kinds import Kind
from notifications.outbox import enqueue_for
from notifications.subjects import NoLongerDue, Subject
from workflow.domain.calendar import reiwa_moment, reiwa_with_weekday, tokyo_day
from workflow.domain.chiefs import reported_at, week_of
from workflow.domain.deliveries import State
from workflow.domain.language import say
from workflow.domain.lateness import Course, report_words
from workflow.domain.plans import Status
from workflow.queries.chiefs import chiefs, departments_at_work, reported_plans
from workflow.queries.closed_days import closed_days
from workflow.queries.plan_sheet import SheetRow, sheet_rows
from workflow.store.database import Office

WEEK = timedelta(days=7)


def claim(office: Office, now: datetime) -> int:
    """Put the reports of the week in the outbox, once; returns the number of new ones. Who leads no department with a plan
    that is not over gets none."""
    day = tokyo_day(now)
    with office.reading() as db:
        due_at = reported_at(week_of(day), closed_days(db))
        if due_at is None or now < due_at:
            return 0
        at_work = departments_at_work(db)
        people = {
            claim_of(week_of(day), each.person_id): each.person_id
            for each in (chiefs(db, day) if at_work else [])
            if each.department in at_work
        }
    return enqueue_for(office, people, Kind.PLANS_WEEKLY, "weekly", due_at, now)


def claim_of(week: date, person: int) -> str:
    """The unique key of the report of the week that begins on that Monday."""
    return f"weekly:{week.isoformat()}:{person}"


def words(db: Session, about: Subject, now: datetime) -> Mapping[str, Any]:
    """The template values of a report. Raises `NoLongerDue`."""
    today = tokyo_day(now)
    if about.claim != claim_of(week_of(today), about.recipient_id):
        raise NoLongerDue(State.DROPPED, say("その後の週の報告が送られます"))
    own = [each for each in chiefs(db, today) if each.person_id == about.recipient_id]
    if not own:
        raise NoLongerDue(State.DROPPED, say("所属長ではなくなりました"))
    names = {each.department: each.department_name for each in own}
    rows = sheet_rows(db, reported_plans(db, names, now - WEEK), now)
    if all(row.plan.status in (Status.FINISHED, Status.WITHDRAWN) for row in rows):
        raise NoLongerDue(State.DROPPED, say("進んでいる計画がありません"))
    return {
        "name": about.name,
        "departments": list(names.values()),
        "positions": list(dict.fromkeys(each.position for each in own)),
        "day": reiwa_with_weekday(today),
        "plans": [_line(row, today) for row in rows],
        "late": sum(row.standing.course is Course.LATE for row in rows),
    }


def _line(row: SheetRow, today: date) -> dict[str, Any]:
    meeting = row.next_meeting
    return {
        "title": row.plan.title,
        "key": row.plan.key,
        "department": row.plan.department_name,
        "stage": row.plan.stage.label,
        "standing": report_words(row.plan.status, row.standing, today),
        "late": row.standing.course is Course.LATE,
        "blocker": row.blocker,
        "meeting": meeting.title if meeting else "",
        "meeting_at": reiwa_moment(meeting.starts_at) if meeting else "",
    }
