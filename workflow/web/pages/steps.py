"""The steps of a plan: advance, 差戻し, 中断, 再開, 取下げ. Each says first who will get which mail."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from starlette.datastructures import FormData

from workflow import actions
from workflow.domain.calendar import parse_day
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.queries.reading_rights import plan_to_read
from workflow.store.database import Office
from workflow.web.confirm import confirmed
from workflow.web.permissions import needs
from workflow.web.rendering import redirect
from workflow.web.session import Filled, FormUser, Page, Reader, Visitor

router = APIRouter(prefix="/plans/{key}", route_class=Page)
Seen = Annotated[int, Form()]
Reason = Annotated[str, Form()]


@router.get("/advance", openapi_extra=needs(Act.MOVE_PLAN))
def ask_to_advance(request: Request, who: Reader, key: str) -> Response:
    """Ask whether to go on to the next stage, at once: where there is a choice of stages, the plan's page asks first."""
    with who.office.reading() as db:
        plan = plan_to_read(db, who.person, key)
    who.person.require(Act.MOVE_PLAN, department=plan.department)
    following = plan.chain.after(plan.stage)
    if len(following) != 1:
        return redirect(f"/plans/{key}#steps")
    form = FormData([("csrf", who.csrf), ("seen", str(plan.revision)), ("to", following[0])])
    return advance(request, who, key, form, seen=plan.revision, to=following[0])


@router.get("/finish", openapi_extra=needs(Act.MOVE_PLAN))
def ask_to_finish(request: Request, who: Reader, key: str) -> Response:
    """Ask whether the plan is finished, at once."""
    with who.office.reading() as db:
        plan = plan_to_read(db, who.person, key)
    form = FormData([("csrf", who.csrf), ("seen", str(plan.revision))])
    return finish(request, who, key, form, seen=plan.revision)


@router.post("/advance", openapi_extra=needs(Act.MOVE_PLAN))
def advance(
    request: Request,
    who: FormUser,
    key: str,
    form: Filled,
    seen: Seen,
    to: Annotated[str, Form()] = "",
    on: Annotated[str, Form()] = "",
    reason: Reason = "",
) -> Response:
    day = _day(on)

    def act(office: Office) -> actions.Moved:
        return actions.advance(
            office, who.key, key, seen=seen, to=to or None, on=day, reason=reason, now=who.now
        )

    here, there = _stages(who, key, to)
    return _step(
        request,
        who,
        key,
        form,
        act,
        verb=say("次の段階へ進める"),
        what=say("「{here}」から「{there}」へ進める", here=here, there=there),
        done=say("{there}へ進めました。", there=there),
    )


@router.post("/send_back", openapi_extra=needs(Act.MOVE_PLAN))
def send_back(
    request: Request,
    who: FormUser,
    key: str,
    form: Filled,
    seen: Seen,
    to: Annotated[str, Form()] = "",
    on: Annotated[str, Form()] = "",
    reason: Reason = "",
) -> Response:
    day = _day(on)

    def act(office: Office) -> actions.Moved:
        return actions.send_back(office, who.key, key, to, reason, seen=seen, on=day, now=who.now)

    here, there = _stages(who, key, to)
    return _step(
        request,
        who,
        key,
        form,
        act,
        verb=say("差し戻す"),
        what=say(
            "「{here}」から「{there}」へ差し戻す（いまの段階の決定は効かなくなります）",
            here=here,
            there=there,
        ),
        done=say("差し戻しました。"),
    )


@router.post("/suspend", openapi_extra=needs(Act.MOVE_PLAN))
def suspend(
    request: Request, who: FormUser, key: str, form: Filled, seen: Seen, reason: Reason = ""
) -> Response:
    def act(office: Office) -> actions.Moved:
        return actions.suspend(office, who.key, key, reason, seen=seen, now=who.now)

    return _step(request, who, key, form, act, verb=say("中断する"), done=say("中断しました。"))


@router.post("/resume", openapi_extra=needs(Act.MOVE_PLAN))
def resume(
    request: Request, who: FormUser, key: str, form: Filled, seen: Seen, reason: Reason = ""
) -> Response:
    def act(office: Office) -> actions.Moved:
        return actions.resume(office, who.key, key, reason, seen=seen, now=who.now)

    return _step(request, who, key, form, act, verb=say("再開する"), done=say("再開しました。"))


@router.post("/finish", openapi_extra=needs(Act.MOVE_PLAN))
def finish(request: Request, who: FormUser, key: str, form: Filled, seen: Seen) -> Response:
    def act(office: Office) -> actions.Moved:
        return actions.finish(office, who.key, key, seen=seen, now=who.now)

    return _step(request, who, key, form, act, verb=say("完了とする"), done=say("完了としました。"))


@router.post("/withdraw", openapi_extra=needs(Act.MOVE_PLAN))
def withdraw(
    request: Request, who: FormUser, key: str, form: Filled, seen: Seen, reason: Reason = ""
) -> Response:
    def act(office: Office) -> actions.Moved:
        return actions.withdraw(office, who.key, key, reason, seen=seen, now=who.now)

    return _step(request, who, key, form, act, verb=say("取り下げる"), done=say("取り下げました。"))


def _day(text: str) -> date | None:
    """The day a step was taken on, when it is entered later. Raises `BadInput`."""
    return parse_day(text) if text.strip() else None


def _stages(who: Visitor, key: str, to: str) -> tuple[str, str]:
    """Return the label of the plan's stage and the label of the target stage. An unknown target is returned
    unchanged, and the step itself refuses it."""
    with who.office.reading() as db:
        plan = plan_to_read(db, who.person, key)
    there = to or next(iter(plan.chain.after(plan.stage)), "")
    return plan.stage.label, plan.chain.stage(there).label if plan.chain.has_stage(there) else there


def _step(
    request: Request,
    who: Visitor,
    key: str,
    form: Any,
    act: Callable[[Office], actions.Moved],
    *,
    verb: str,
    done: str,
    what: str = "",
) -> Response:
    """Asks and takes the step. `verb` is on the button, `done` is said afterwards, `what` says the step in full
    where the verb does not."""
    with who.office.reading() as db:
        title = plan_to_read(db, who.person, key).title
    return confirmed(
        request,
        who,
        form,
        act,
        title=f"{title}: {what or verb}",
        button=verb,
        back=f"/plans/{key}",
        said=done,
    )
