"""今日の仕事: what waits for me, each line leading to where it is done."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from notifications import resending
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.queries.worklist import Task, Waiting, first_waiting_for
from workflow.queries.worklist.tasks import DAY_IN_WORDS, bodies_for
from workflow.web.office_setup import has_server, is_set_up, shows_setup, steps_of
from workflow.web.permissions import Open, needs
from workflow.web.pulse import when_sent
from workflow.web.rendering import page, redirect
from workflow.web.session import FormUser, Page, Reader

router = APIRouter(route_class=Page)


ON_A_PAGE = 50
"""Number of tasks on one page."""


@router.get("/", openapi_extra=needs(Open.SIGNED_IN))
def today(
    request: Request, who: Reader, following: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0
) -> Response:
    """Show the reader's worklist, a page at a time: tasks with a date first, nearest first. `following` are the tasks on the
    pages before. Before them an administrator finds the steps of setting up the office that are left: of an office
    without a mail server the mail alone no more once a plan was begun, and none once that of a meeting does. Then the settings have them."""
    end = following + ON_A_PAGE
    with who.office.reading() as db:
        nearest = first_waiting_for(db, who.person, who.now, end)
    tasks, count = nearest.tasks, len(nearest.tasks) + nearest.more
    keeps = set(bodies_for(who.person, Act.RECORD_OUTCOME)) <= set(bodies_for(who.person, Act.KEEP_MINUTES))
    dated = sum(task.due is not None for task in tasks) + nearest.more
    lines = [(task, place_of(task, keeps=keeps)) for task in tasks[following:end]]
    groups = [
        (say("期限のあるもの"), dated, [line for line in lines if line[0].due]),
        (say("その他"), count - dated, [line for line in lines if not line[0].due]),
    ]
    sets_up = shows_setup(request, who.person) and not any(task.meeting for task in tasks)
    steps = steps_of(request, who.office, who.person, who.now) if sets_up else ()
    return page(
        request,
        "today.html",
        steps=() if is_set_up(steps, without_mail=who.has_plans and not has_server(request)) else steps,
        who=who,
        groups=[group for group in groups if group[2]],
        first_page="/" if following else None,
        next_page=f"/?following={end}" if end < count else None,
        Waiting=Waiting,
        DAY_IN_WORDS=DAY_IN_WORDS,
        may_open=bool(who.person.departments),
        may_call=bool(bodies_for(who.person, Act.CALL_MEETING)),
    )


@router.post("/deliveries/{number}/resend", openapi_extra=needs(Act.RESEND))
def resend(request: Request, who: FormUser, number: int) -> Response:
    """Send a failed mail once more; the scheduler takes it up at its next round."""
    resending.resend(who.office, who.key, number, now=who.now)
    return redirect(
        "/", said=say("送信待ちに戻しました。{when}", when=when_sent(who.mail, request.app.state.mail))
    )


def place_of(task: Task, *, keeps: bool) -> str:
    """The page, and the place on it, where the task is done. `keeps`: the reader keeps the record of each meeting whose
    outcomes they record; a chair, who does not, records them on the page of the meeting."""
    plan, meeting = f"/plans/{task.plan}", f"/meetings/{task.meeting}"
    match task.kind:
        case Waiting.RECORD if keeps:
            return f"{meeting}/sitting#item-{task.number}"
        case Waiting.RECORD | Waiting.ANSWER:
            return f"{meeting}#item-{task.number}"
        case Waiting.RATIFY:
            return f"{meeting}#agenda" if task.meeting else f"{plan}/decisions/{task.number}"
        case Waiting.CONDITION:
            return f"{plan}#condition-{task.number}"
        case Waiting.REVIEW:
            return f"{plan}#review-{task.number}"
        case Waiting.REVIEW_CONFIRMATION:
            return f"{plan}#confirmation-{task.number}"
        case Waiting.SIGN | Waiting.STOPPED:
            return f"{plan}#gate-{task.gate}"
        case Waiting.CONFIRM_MINUTES | Waiting.SUMMARY_DUE | Waiting.MINUTES_DUE:
            return f"{meeting}/minutes"
        case Waiting.CLOSE:
            return f"{meeting}#ending"
        case Waiting.RSVP:
            return f"{meeting}#rsvp"
        case Waiting.SUMMON:
            return f"{meeting}#preparing"
        case Waiting.CONFIRM:
            return f"{plan}/gates/{task.gate}/confirm"
        case Waiting.LATE:
            return f"{plan}#gates"
        case Waiting.ADVANCE:
            return f"{plan}/advance"
        case Waiting.FINISH:
            return f"{plan}/finish"
        case Waiting.DOCUMENT:
            return f"{plan}#new-version"
        case Waiting.READ:
            return f"{plan}#reading"
        case Waiting.ANSWER_INQUIRY | Waiting.RESPOND:
            return f"{plan}/inquiries/{task.number}"
        case Waiting.ANSWER_OPINIONS:
            return f"/comments/{task.plan}"
        case Waiting.FAILED_MAIL:
            return meeting if task.meeting else plan if task.plan else "/people"
        case Waiting.UNREAD_CALENDAR:
            return f"/settings/calendars/{task.number}"
        case Waiting.HELD_EVENT:
            return f"/log?before={task.number + 1}" if task.number else "/log"
