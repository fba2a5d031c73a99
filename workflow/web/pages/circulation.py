"""供覧 and the discussion of a plan."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from workflow import actions, queries
from workflow.domain.errors import BadInput
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.queries import Group
from workflow.queries.people import Contact
from workflow.queries.reading_rights import plan_to_read
from workflow.web.confirm import confirmed
from workflow.web.permissions import needs
from workflow.web.rendering import page, redirect
from workflow.web.session import Filled, FormUser, Page, Reader

router = APIRouter(prefix="/plans/{key}", route_class=Page)


@router.get("/circulate", openapi_extra=needs(Act.CIRCULATE))
def choose_readers(request: Request, who: Reader, key: str) -> Response:
    """Show the people who may be asked to read, in groups; those already asked for this version are marked."""
    with who.office.reading() as db:
        plan = plan_to_read(db, who.person, key)
        if not queries.concerned(who.person, Act.CIRCULATE, plan):
            who.person.refuse(Act.CIRCULATE)
        if plan.text is None:
            raise BadInput("供覧", "計画の文書がまだありません", "先に版を登録してください。")
        circle = _others(queries.circle(db, plan, who.person.on), who.person.id)
        asked = queries.reading(db, plan).asked
    before = {each.reader_id for each in asked if each.version == plan.text.number}
    return page(request, "plan_circulate.html", who=who, plan=plan, circle=circle, before=before)


@router.post("/circulate", openapi_extra=needs(Act.CIRCULATE))
def circulate(
    request: Request, who: FormUser, key: str, form: Filled, note: Annotated[str, Form()] = ""
) -> Response:
    readers, groups = (
        list(dict.fromkeys(str(each) for each in form.getlist(name))) for name in ("reader", "group")
    )
    with who.office.reading() as db:
        plan = plan_to_read(db, who.person, key)
    return confirmed(
        request,
        who,
        form,
        lambda office: actions.circulate(
            office, who.key, key, readers, groups=groups, note=note, now=who.now
        ),
        title=say(
            "{plan}（第{number}版）を供覧に付す", plan=plan.title, number=plan.text.number if plan.text else 0
        ),
        button=say("供覧に付す"),
        back=f"/plans/{key}#reading",
        said=say("供覧に付しました。"),
    )


@router.post("/circulations/{number}/read", openapi_extra=needs(Act.READ))
def mark_read(who: FormUser, key: str, number: int) -> Response:
    actions.mark_read(who.office, who.key, number, now=who.now)
    return redirect(f"/plans/{key}#reading", said=say("供覧を確認しました。"))


@router.post("/remarks", openapi_extra=needs(Act.DISCUSS))
def remark(who: FormUser, key: str, text: Annotated[str, Form()] = "") -> Response:
    actions.remark(who.office, who.key, key, text, now=who.now)
    return redirect(f"/plans/{key}#discussion", said=say("記入しました。"))


@router.post("/remarks/{number}/take-back", openapi_extra=needs(Act.DISCUSS))
def take_back_remark(who: FormUser, key: str, number: int) -> Response:
    actions.take_back_remark(who.office, who.key, number, now=who.now)
    return redirect(f"/plans/{key}#discussion", said=say("取り消しました。"))


def _others(circle: Iterable[Group], own: int) -> list[tuple[Group, list[Contact]]]:
    """Each group without the person who asks, beside those of its people who are in none of the groups before it."""
    named = {own}
    groups = []
    for group in circle:
        people = tuple(seat for seat in group.people if seat.person_id != own)
        new = [seat for seat in people if seat.person_id not in named]
        named |= {seat.person_id for seat in new}
        if people:
            groups.append((replace(group, people=people), new))
    return groups
