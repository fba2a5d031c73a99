"""A plan's own schedule (工程表): its versions, and the form by which it is changed."""

from collections.abc import Callable, Mapping, Sequence

from fastapi import APIRouter, Request, Response

from definitions.chain import BodyGate, Chain
from workflow import actions
from workflow.domain.errors import AlreadyDone, BadInput
from workflow.domain.language import say
from workflow.domain.plans import Status
from workflow.domain.rights import Act
from workflow.domain.schedules import (
    Line,
    PlanSchedule,
    Span,
    check_line,
    checked,
    differences,
    gate_name,
    line_name,
    line_place,
    parse_month,
    parse_when,
    shown_span,
    shown_time,
)
from workflow.domain.validation import typed_number
from workflow.queries.plans import PlanFact
from workflow.queries.reading_rights import plan_to_read
from workflow.queries.schedule import (
    BoundMeeting,
    ScheduleFact,
    meetings_to_bind,
    on_days_of_meetings,
    schedule_versions,
)
from workflow.web.confirm import SURE, confirmed
from workflow.web.guide import Refusal
from workflow.web.http_status import status_of
from workflow.web.pages.meetings import typed_in
from workflow.web.permissions import needs
from workflow.web.rendering import page
from workflow.web.session import Filled, FormUser, Page, Reader, Visitor

router = APIRouter(prefix="/plans/{key}/schedule", route_class=Page)

EMPTY_LINES = 2
"""Lines offered below those of the schedule, for what is added."""


@router.get("", openapi_extra=needs(Act.READ_PLAN))
def schedule(request: Request, who: Reader, key: str) -> Response:
    return _page(request, who, key)


@router.post("", openapi_extra=needs(Act.CHANGE_SCHEDULE))
def change_schedule(request: Request, who: FormUser, key: str, form: Filled) -> Response:
    """Offer more lines (`more`), or show what changes and then change it."""
    typed = typed_in(form)
    if typed.get("step") == "more":
        return _page(request, who, key, typed, more=True)
    try:
        seen = typed_number(typed.get("seen")) or 0
        with who.office.reading() as db:
            plan = plan_to_read(db, who.person, key)
            asked = checked(plan.chain, on_days_of_meetings(db, _asked(plan.chain, typed)))
            versions = schedule_versions(db, plan)
        changed = differences(plan.chain, versions[0].schedule, asked)
        return confirmed(
            request,
            who,
            form,
            lambda office: actions.change_schedule(
                office,
                who.key,
                key,
                asked,
                typed.get("reason", ""),
                typed.get("agreed", ""),
                seen=seen,
                now=who.now,
            ),
            title=say("工程表の{version}", version=ScheduleFact(versions[0].number + 1, asked).name),
            button=say("この工程表にする"),
            back=f"/plans/{key}/schedule",
            said=say("工程表を変えました。前の工程表は、版として残っています。"),
            facts=[
                (say("変わるところ"), "\n".join(changed)),
                (say("了解した人・会議"), typed.get("agreed", "")),
            ],
        )
    except (BadInput, AlreadyDone) as error:
        typed.pop(SURE, None)
        return _page(request, who, key, typed, problem=Refusal(error), code=status_of(error))


def _asked(chain: Chain, typed: Mapping[str, str]) -> PlanSchedule:
    """The schedule that the form asks for. Raises `BadInput`, which counts the lines as the form does."""
    spans, lines = [], []
    for name in typed:
        if name.startswith("first:") and (typed[name] or typed.get(f"last:{name[6:]}")):
            stage = name.removeprefix("first:")
            first, last = (
                parse_month(typed.get(f"{end}:{stage}", ""), say("段階の月")) for end in ("first", "last")
            )
            spans.append(Span(stage, first, last))
    for number in range(_count(typed)):
        line = {name: typed.get(f"{name}:{number}", "").strip() for name in LINE_FIELDS}
        if line["drop"] or not (line["when"] or line["event"] or line["body"]):
            continue
        lines.append(
            Line(
                parse_when(line["when"], say("工程表の {number} 行目の時期", number=number + 1)),
                line["body"] or None,
                line["event"] or None,
                line["label"],
                tuple(filter(None, line["gates"].split(","))),
                bool(line["tentative"]),
                typed_number(line["meeting"]),
            )
        )
        check_line(chain, lines[-1], line_place(number + 1))
    return PlanSchedule(tuple(spans), tuple(lines))


LINE_FIELDS = ("when", "body", "event", "label", "gates", "tentative", "meeting", "drop")


def _count(typed: Mapping[str, str]) -> int:
    return min(typed_number(typed.get("count")) or 0, 1000)


def _page(
    request: Request,
    who: Visitor,
    key: str,
    typed: Mapping[str, str] | None = None,
    *,
    more: bool = False,
    problem: str = "",
    code: int = 200,
) -> Response:
    with who.office.reading() as db:
        plan = plan_to_read(db, who.person, key)
        versions = schedule_versions(db, plan)
        may_change = plan.status is Status.ACTIVE and who.person.may(
            Act.CHANGE_SCHEDULE, department=plan.department
        )
        newest = versions[0]
        offered = meetings_to_bind(db, plan, newest.schedule, who.now)
    values = dict(typed) if typed is not None else form_values(newest.schedule)
    return page(
        request,
        "schedule.html",
        code=code,
        who=who,
        plan=plan,
        newest=newest,
        versions=_with_changes(plan.chain, versions),
        may_change=may_change,
        values=values,
        count=_count(values) + (EMPTY_LINES if typed is None or more else 0),
        problem=problem,
        line_name=line_name,
        shown_time=shown_time,
        shown_span=shown_span,
        bound={each.number: each for each in offered},
        **_choices(plan, newest),
        meetings=_meeting_choices(plan.chain, offered),
    )


def _with_changes(chain: Chain, versions: Sequence[ScheduleFact]) -> list[tuple[ScheduleFact, list[str]]]:
    """Return each version, newest first, with what it changed."""
    before = [each.schedule for each in versions[1:]]
    changes = [
        differences(chain, old, each.schedule) for old, each in zip(before, versions[:-1], strict=True)
    ]
    return list(zip(versions, [*changes, []], strict=True))


def form_values(schedule: PlanSchedule) -> dict[str, str]:
    """Return the fields of the form as the schedule fills them."""
    values = {"count": str(len(schedule.lines))}
    for span in schedule.spans:
        values |= {f"first:{span.stage}": span.first, f"last:{span.stage}": span.last}
    for number, line in enumerate(schedule.lines):
        filled = {
            "when": line.when,
            "body": line.body or "",
            "event": line.event or "",
            "label": line.label,
            "gates": ",".join(line.gates),
            "tentative": "yes" if line.tentative else "",
            "meeting": str(line.meeting or ""),
        }
        values |= {f"{name}:{number}": value for name, value in filled.items()}
    return values


def _choices(plan: PlanFact, newest: ScheduleFact) -> dict[str, object]:
    """Return the choices of the form: bodies, and gates (those of several at one sitting as one choice)."""
    chain = plan.chain
    alone = [gate.key for stage in chain.stages for gate in stage.gates]
    together = {line.gates for line in newest.schedule.lines if len(line.gates) > 1}
    groups = [*((key,) for key in alone if _takes_time(chain, key)), *sorted(together)]
    return {
        "body_choices": [("", say("（行事）")), *((body.key, body.name) for body in chain.bodies)],
        "gate_choices": [
            ("", say("なし")),
            *((",".join(group), say("、").join(gate_name(chain, key) for key in group)) for group in groups),
        ],
    }


def _meeting_choices(
    chain: Chain, offered: Sequence[BoundMeeting]
) -> Callable[[str, str], list[tuple[str, str]]]:
    """Return the meetings that a line of the form may be bound to, by the body and the event of the line: those of its body,
    none for an event, and for a new line those of every body."""
    bodies = {body.key: body.name for body in chain.bodies}
    named = {
        each: (str(each.number), say("{day} {title}", day=each.day.isoformat(), title=each.title))
        for each in offered
    }
    new = [
        (number, say("{meeting}（{body}）", meeting=words, body=bodies[each.body]))
        for each, (number, words) in named.items()
        if each.body in bodies
    ]

    def of(body: str, event: str) -> list[tuple[str, str]]:
        fitting = [choice for each, choice in named.items() if each.body == body] if body or event else new
        return [("", say("なし")), *fitting]

    return of


def _takes_time(chain: Chain, key: str) -> bool:
    """Return whether a sitting or a period opens the gate: what stands in a schedule."""
    gate = chain.gate(key)
    return isinstance(gate, BodyGate) or gate.kind == "period"
