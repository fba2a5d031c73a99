"""供覧 and the discussion of a plan."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from workflow import engine, questions
from workflow.errors import BadInput
from workflow.facts import plan_by_key
from workflow.language import say
from workflow.people import Seat
from workflow.rights import Act
from workflow.web.confirm import confirmed
from workflow.web.doors import Filled, Page, Reader, Writer, go, needs, page

router = APIRouter(prefix="/plans/{key}", route_class=Page)


@router.get("/circulate", openapi_extra=needs(Act.CIRCULATE))
def choose_readers(request: Request, who: Reader, key: str) -> Response:
    """Whom to ask, in the groups they belong to; who was asked for this version is shown as such."""
    with who.office.reading() as db:
        plan = plan_by_key(db, key)
        if not questions.concerned(who.person, Act.CIRCULATE, plan):
            who.person.refuse(Act.CIRCULATE)
        if plan.text is None:
            raise BadInput("供覧", "計画の文書がまだありません", "先に版を登録してください。")
        circle = _others(questions.circle(db, plan, who.person.on), who.person.id)
        asked = questions.reading(db, plan).asked
    before = {each.reader_id for each in asked if each.version == plan.text.number}
    return page(request, "plan_circulate.html", who=who, plan=plan, circle=circle, before=before)


@router.post("/circulate", openapi_extra=needs(Act.CIRCULATE))
def circulate(
    request: Request, who: Writer, key: str, form: Filled, note: Annotated[str, Form()] = ""
) -> Response:
    readers = list(dict.fromkeys(str(each) for each in form.getlist("reader")))
    with who.office.reading() as db:
        plan = plan_by_key(db, key)
    return confirmed(
        request,
        who,
        form,
        lambda office: engine.circulate(office, who.key, key, readers, note=note, now=who.now),
        title=say(
            "{plan}（第{number}版）を供覧に付す", plan=plan.title, number=plan.text.number if plan.text else 0
        ),
        button=say("供覧に付す"),
        back=f"/plans/{key}#reading",
        said=say("供覧に付しました。"),
    )


@router.post("/circulations/{number}/read", openapi_extra=needs(Act.READ))
def mark_read(who: Writer, key: str, number: int) -> Response:
    engine.mark_read(who.office, who.key, number, now=who.now)
    return go(f"/plans/{key}#reading", said=say("供覧を確認しました。"))


@router.post("/remarks", openapi_extra=needs(Act.DISCUSS))
def remark(who: Writer, key: str, text: Annotated[str, Form()] = "") -> Response:
    engine.remark(who.office, who.key, key, text, now=who.now)
    return go(f"/plans/{key}#discussion", said=say("記入しました。"))


@router.post("/remarks/{number}/take-back", openapi_extra=needs(Act.DISCUSS))
def take_back_remark(who: Writer, key: str, number: int) -> Response:
    engine.take_back_remark(who.office, who.key, number, now=who.now)
    return go(f"/plans/{key}#discussion", said=say("取り消しました。"))


def _others(circle: Iterable[tuple[str, list[Seat]]], own: int) -> list[tuple[str, list[Seat]]]:
    """The groups without the person who asks, everybody in the first group they belong to."""
    named = {own}
    groups = []
    for name, people in circle:
        new = [seat for seat in people if seat.person_id not in named]
        named |= {seat.person_id for seat in new}
        if new:
            groups.append((name, new))
    return groups
