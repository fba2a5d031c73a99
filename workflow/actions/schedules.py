"""Use cases on a plan's own schedule (工程表): changed in dated versions."""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from workflow.actions.plans import must_be_active
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput
from workflow.domain.events import Tag
from workflow.domain.language import say
from workflow.domain.rights import Act, Actor
from workflow.domain.schedules import PlanSchedule, checked, version_name
from workflow.domain.validation import a_line, some_text
from workflow.queries.actor import actor
from workflow.queries.reading_rights import plan_to_read
from workflow.queries.schedule import on_days_of_meetings
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import ScheduleVersion


def change_schedule(
    office: Office,
    by: str,
    plan: str,
    schedule: PlanSchedule,
    reason: str,
    agreed: str,
    *,
    seen: int,
    now: datetime,
) -> int:
    """Make this the plan's schedule, in a version of its own that keeps the earlier ones, and return its number. `agreed` says
    who agreed to the change (部長の了解、本部 6月14日), `seen` is the number of the version it was made from. A line bound to
    a meeting takes place on the day of that meeting.

    Raises `BadInput` (no reason, nobody who agreed, nothing changed, an order that cannot be), `AlreadyDone` (changed
    meanwhile), `NotFound` (a meeting), `NotNow` (the plan is suspended, withdrawn or finished), `NotAllowed`.
    """
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        return put_schedule(db, who, plan, schedule, reason, agreed, seen=seen, now=now)


def put_schedule(
    db: Session,
    who: Actor,
    plan: str,
    schedule: PlanSchedule,
    reason: str,
    agreed: str,
    *,
    seen: int,
    now: datetime,
) -> int:
    """The same within a transaction. Raises as `change_schedule`."""
    some_text("変更の理由", reason)
    a_line("了解した人・会議", agreed)
    fact = plan_to_read(db, who, plan)
    who.require(Act.CHANGE_SCHEDULE, department=fact.department)
    must_be_active(fact, say("工程表の変更"))
    if fact.schedule_number != seen:
        raise AlreadyDone(
            say(
                "ご覧になった後に、工程表が変わりました（現在は{version}）。",
                version=version_name(fact.schedule_number),
            )
            + say("画面を開き直し、変わったところを確かめてください。")
        )
    new = checked(fact.chain, on_days_of_meetings(db, schedule))
    if new == fact.schedule:
        raise BadInput("工程表", "変わるものがありません", "直すところを直してから、押してください。")
    number = fact.schedule_number + 1
    db.execute(
        insert(ScheduleVersion).values(
            plan_id=fact.id, number=number, rows=new.to_rows(), reason=reason, agreed=agreed.strip(),
            made_by=who.id, made_at=now,
        )
    )  # fmt: skip
    record(
        db,
        Tag.SCHEDULE_CHANGED,
        at=now,
        by=who.id,
        plan=fact.id,
        number=number,
        reason=reason,
        agreed=agreed.strip(),
    )
    return number
