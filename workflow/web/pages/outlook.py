"""The outlook of a plan's schedule (見込みと逆算): what is expected, what is latest safe, and what a change would do."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from workflow.domain.calendar import parse_day
from workflow.domain.errors import BadInput
from workflow.domain.language import label, say
from workflow.domain.plans import Status
from workflow.domain.rights import Act
from workflow.domain.schedules import Line, differences, parse_when, shown_line
from workflow.domain.scheduling.from_chain import Pace
from workflow.domain.scheduling.outlook import Result, Supposed, Supposition, outlook, suppose
from workflow.domain.scheduling.own import Basis, whole_problem
from workflow.domain.scheduling.problem import Kind
from workflow.domain.validation import typed_number
from workflow.queries.plan_problem import Touched, plan_problem, touched
from workflow.queries.plans import PlanFact
from workflow.queries.reading_rights import plan_to_read, plans_readable
from workflow.store.database import Reading
from workflow.web.guide import Refusal
from workflow.web.http_status import status_of
from workflow.web.pages.meetings import too_many_words
from workflow.web.pages.schedules import form_values
from workflow.web.permissions import needs
from workflow.web.rendering import page
from workflow.web.session import Page, Reader, Visitor

router = APIRouter(prefix="/plans/{key}/schedule/outlook", route_class=Page)


class Asked(BaseModel):
    """The target and the supposed change, as the address has them."""

    target: str = ""
    change: str = ""
    line: str = ""
    when: str = ""
    gate: str = ""
    days: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a supposition: what the schedule would change, the form of its next version, and other plans at
    the same meeting, with a word on those that are too many."""

    result: Result
    changes: list[str]
    form: dict[str, str]
    others: list[Touched]
    more: str = ""


@router.get("", openapi_extra=needs(Act.READ_PLAN))
def schedule_outlook(request: Request, who: Reader, key: str, asked: Annotated[Asked, Query()]) -> Response:
    """Show the outlook, and what the supposed change does. Nothing is written."""
    problem, code, target, answer = "", 200, None, None
    with who.office.reading() as db:
        plan = plan_to_read(db, who.person, key)
        basis = plan_problem(db, plan, who.now)
        try:
            target = parse_day(asked.target, say("目標日")) if asked.target.strip() else None
            if asked.change in set(Supposed):
                answer = _answer(db, who, plan, basis, _supposition(asked))
        except BadInput as error:
            problem, code = Refusal(error), status_of(error)
    return page(
        request,
        "schedule_outlook.html",
        code=code,
        who=who,
        plan=plan,
        found=outlook(basis, target),
        asked=asked,
        answer=answer,
        problem=problem,
        pace=Pace(),
        may_change=plan.status is Status.ACTIVE
        and who.person.may(Act.CHANGE_SCHEDULE, department=plan.department),
        Supposed=Supposed,
        **_choices(basis),
    )


def _supposition(asked: Asked) -> Supposition:
    """The change that the address supposes. Raises `BadInput`."""
    kind = Supposed(asked.change)
    line = typed_number(asked.line)
    return Supposition(
        kind,
        -1 if line is None else line,
        parse_when(asked.when, say("移す日か月")) if kind is Supposed.MOVE else "",
        asked.gate,
        typed_number(asked.days) or 0,
        asked.to,
    )


def _answer(db: Reading, who: Visitor, plan: PlanFact, basis: Basis, change: Supposition) -> Answer:
    result = suppose(basis, change)
    others: list[Touched] = []
    more = 0
    day = Line(change.when).day
    if result.meeting and day:
        which = plans_readable(db, who.person)
        others, more = touched(db, which, meeting=result.meeting, day=day, now=who.now, besides=plan.key)
    schedule = result.schedule
    return Answer(
        result,
        differences(plan.chain, plan.schedule, schedule) if schedule else [],
        {**form_values(schedule), "seen": str(plan.schedule_number)} if schedule else {},
        others,
        too_many_words(more) if more else "",
    )


def _choices(basis: Basis) -> dict[str, Any]:
    """The choices of the forms: lines that are still to come, comments, the gates that a body may send back from."""
    activities = whole_problem(basis).activities
    left = [each for each in activities if each.key not in basis.behind]
    sittings = [each for each in activities if each.kind is Kind.SITTING and each.key not in basis.ended]
    stages = _returned_to([each.stage for each in activities], [each.stage for each in sittings])
    return {
        "lines": [
            (str(number), shown_line(basis.chain, line))
            for number, line in enumerate(basis.schedule.lines)
            if _to_come(basis, line, {each.key for each in left})
        ],
        "comments": [
            (each.key, say("{gate}（いまの見込みは {days} 日間）", gate=each.label, days=each.length))
            for each in left
            if each.kind is Kind.COMMENT
        ],
        "sittings": [
            (each.key, say("{stage}: {gate}", stage=each.stage_label, gate=each.label)) for each in sittings
        ],
        "stages": [(key, basis.chain.stage(key).label) for key in stages],
        "kind_words": label,
    }


def _returned_to(stages: list[str], sitting: list[str]) -> list[str]:
    """The stages, in order, to which one of the sittings may send the plan back: none behind the last of them."""
    way = list(dict.fromkeys(stages))
    return way[: max(map(way.index, sitting), default=-1) + 1]


def _to_come(basis: Basis, line: Line, left: set[str]) -> bool:
    """Return whether the line is of a gate still to be opened, or of a day or month that is not over."""
    if line.gates:
        return bool(left & set(line.gates))
    return (line.day or date(int(line.month[:4]), int(line.month[5:]), 28)) >= basis.today
