"""Letters about a plan beside its schedule, written from what is true when they are sent: one that is overtaken is dropped."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from notifications.kinds import Kind
from notifications.lateness_reminders import About, waiting
from notifications.subjects import NoLongerDue, Subject
from workflow.domain.calendar import end_of_day, reiwa_moment, reiwa_with_weekday, tokyo_day
from workflow.domain.deliveries import State
from workflow.domain.language import say
from workflow.domain.plans import Status
from workflow.domain.schedules import version_name
from workflow.domain.scheduling.outlook import next_day
from workflow.domain.scheduling.watching import next_day_words
from workflow.queries.people import staff
from workflow.queries.plan_problem import plan_problem
from workflow.queries.plan_sheet import SheetRow, gates_to_come, sheet_rows
from workflow.queries.plans import PlanFact, plan_by_id

ABOUT_LATENESS = (Kind.PLAN_DUE, Kind.PLAN_LATE)


class LatenessLetters:
    """Template values for the letters about what is due or late; each plan is read once."""

    def __init__(self, db: Session, now: datetime) -> None:
        self._db, self._now = db, now
        self._rows: dict[int, SheetRow] = {}
        self._next_days: dict[int, str] = {}
        self._people: dict[str, frozenset[int]] = {}

    def words(self, about: Subject) -> tuple[Mapping[str, Any], str]:
        """The values, and the key of the plan's chain. Raises `NoLongerDue`."""
        number, schedule, last = About.of(about.claim)
        row = self._row(number)
        plan, today = row.plan, tokyo_day(self._now)
        if plan.status is not Status.ACTIVE:
            raise NoLongerDue(State.DROPPED, say("計画は、いま進められていません"))
        if plan.schedule_number != schedule:
            raise NoLongerDue(State.DROPPED, say("その後に、工程表が変わりました"))
        if about.recipient_id not in self._staff(plan.department):
            raise NoLongerDue(State.DROPPED, say("計画の担当課の職員ではなくなりました"))
        warning = about.kind is Kind.PLAN_DUE
        listed = gates_to_come(self._db, [plan.id], self._now) if warning else {}
        things = waiting(row.dues, last, plan.id, listed)
        if not things:
            raise NoLongerDue(State.DROPPED, say("その後に、済んだか、議題になりました"))
        if warning and end_of_day(last) <= self._now:
            raise NoLongerDue(State.MISSED, say("送る前に、工程表の期日が過ぎました"))
        meeting = row.next_meeting
        context = {
            "plan": plan.title,
            "key": plan.key,
            "department": plan.department_name,
            "stage": plan.stage.label,
            "things": [each.name for each in things],
            "last": reiwa_with_weekday(last),
            "days": max((today - last).days, 0),
            "next_day": self._next_day(row.plan),
            "blocker": row.blocker,
            "meeting": meeting.title if meeting else "",
            "meeting_number": meeting.number if meeting else None,
            "meeting_at": reiwa_moment(meeting.starts_at) if meeting else "",
            "schedule": version_name(plan.schedule_number),
        }
        return context, plan.chain.key

    def _next_day(self, plan: PlanFact) -> str:
        """The next day that cannot be missed, and what missing it does; empty where there is none."""
        if plan.id not in self._next_days:
            found = next_day(plan_problem(self._db, plan, self._now))
            self._next_days[plan.id] = next_day_words(found) if found else ""
        return self._next_days[plan.id]

    def _row(self, number: int) -> SheetRow:
        if number not in self._rows:
            [self._rows[number]] = sheet_rows(self._db, [plan_by_id(self._db, number)], self._now)
        return self._rows[number]

    def _staff(self, department: str) -> frozenset[int]:
        if department not in self._people:
            people = staff(self._db, department, tokyo_day(self._now))
            self._people[department] = frozenset(each.person_id for each in people)
        return self._people[department]
