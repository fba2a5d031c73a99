"""Plans: the list, one plan, its documents and its steps."""

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response, UploadFile
from sqlalchemy import select

from workflow import engine, files, questions
from workflow.errors import NotFound
from workflow.facts import plan_by_key
from workflow.language import say
from workflow.machine import Status, earlier_stages
from workflow.office import Office
from workflow.records import Person, Version
from workflow.rights import Act
from workflow.web.confirm import confirmed
from workflow.web.doors import Filled, Open, Reader, Visitor, Writer, go, needs, page

router = APIRouter(prefix="/plans")


@router.get("", openapi_extra=needs(Open.SIGNED_IN))
def plans(request: Request, who: Reader, words: str = "", status: str = "", following: str = "") -> Response:
    chosen = Status(status) if status in set(Status) else None
    with who.office.reading() as db:
        found = questions.plan_list(db, status=chosen, words=words[:100], following=following[:60] or None)
    return page(
        request, "plans.html", who=who, found=found, words=words, status=status, statuses=list(Status)
    )


@router.get("/{key}", openapi_extra=needs(Open.SIGNED_IN))
def plan(request: Request, who: Reader, key: str) -> Response:
    with who.office.reading() as db:
        fact = plan_by_key(db, key)
        versions = db.execute(
            select(
                Version.number, Version.filename, Version.stage, Version.note, Version.added_at, Person.name
            )
            .join(Person, Person.id == Version.added_by)
            .where(Version.plan_id == fact.id)
            .order_by(Version.number.desc())
        ).all()
        shown: dict[str, Any] = {
            "found": questions.blockers(db, fact, who.now),
            "history": questions.history(db, fact)[::-1],
            "planned": {month.month: month for month in questions.planned_schedule(fact.chain)},
            "held": {month.month: month for month in questions.held_schedule(db, fact, who.now)},
            "versions": versions,
            "earlier": [fact.chain.stage(stage) for stage in earlier_stages(fact.chain, fact.stage.key)],
        }
    return page(request, "plan.html", who=who, plan=fact, Status=Status, **shown)


@router.get("/{key}/versions/{number}", openapi_extra=needs(Open.SIGNED_IN))
def document(who: Reader, key: str, number: int) -> Response:
    """The document, as an attachment whatever it is."""
    with who.office.reading() as db:
        fact = plan_by_key(db, key)
        found = db.scalar(select(Version).where(Version.plan_id == fact.id, Version.number == number))
        if found is None:
            raise NotFound("版", str(number))
        content = files.read(who.office.files, found.sha256)
    name = quote(found.filename)
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.post("/{key}/versions", openapi_extra=needs(Act.ADD_VERSION))
def add_version(who: Writer, key: str, document: UploadFile, note: Annotated[str, Form()] = "") -> Response:
    content = document.file.read(files.LARGEST + 1)
    engine.add_version(who.office, who.key, key, document.filename or "", content, note=note, now=who.now)
    return go(f"/plans/{key}")


@router.post("/{key}/{step}", openapi_extra=needs(Act.MOVE_PLAN))
def take_step(
    request: Request,
    who: Writer,
    key: str,
    step: str,
    form: Filled,
    seen: Annotated[int, Form()],
    to: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Advance, send back, suspend, resume or withdraw: first who will get which mail, then the step."""
    act = _step(who, key, step, seen, to, reason)
    with who.office.reading() as db:
        title = plan_by_key(db, key).title
    return confirmed(
        request,
        who,
        form,
        act,
        title=f"{title}: {say(_STEPS[step])}",
        button=say(_STEPS[step]),
        back=f"/plans/{key}",
        said=say("記録しました。"),
    )


_STEPS = {
    "advance": "次の段階へ進める",
    "send_back": "差し戻す",
    "suspend": "中断する",
    "resume": "再開する",
    "withdraw": "取り下げる",
}


def _step(who: Visitor, key: str, step: str, seen: int, to: str, reason: str) -> Callable[[Office], Any]:
    if step == "advance":
        return lambda office: engine.advance(office, who.key, key, seen=seen, to=to or None, now=who.now)
    if step == "send_back":
        return lambda office: engine.send_back(office, who.key, key, to, reason, seen=seen, now=who.now)
    acts = {"suspend": engine.suspend, "resume": engine.resume, "withdraw": engine.withdraw}
    if step not in acts:
        raise NotFound("操作", step)
    return lambda office: acts[step](office, who.key, key, reason, seen=seen, now=who.now)
