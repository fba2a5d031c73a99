"""課: the departments as one list in the office's official order (建制順), kept by an administrator."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from workflow import actions, queries
from workflow.domain.errors import AlreadyDone, BadInput
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.web.guide import Refusal
from workflow.web.permissions import Open, needs
from workflow.web.rendering import page, redirect
from workflow.web.session import FormUser, Page, Reader, Visitor

router = APIRouter(route_class=Page)


@router.get("/departments", openapi_extra=needs(Open.SIGNED_IN))
def departments(request: Request, who: Reader) -> Response:
    return _shown(request, who)


@router.post("/departments/_list", openapi_extra=needs(Act.KEEP_PEOPLE))
def put_departments(request: Request, who: FormUser, lines: Annotated[str, Form()] = "") -> Response:
    """Add, rename and order them as the list says; a list that cannot be taken comes back as it was sent."""
    with who.office.reading() as db:
        first = not queries.departments(db)
    try:
        count = actions.put_departments(who.office, who.key, actions.read_departments(lines), now=who.now)
    except (actions.DepartmentsRefused, AlreadyDone, BadInput) as refused:
        return _shown(request, who, code=422, text=lines, refused=Refusal(refused))
    said = say(
        "課を {count} 件登録しました。" if first else "課の一覧を変えました（{count} 件）。", count=count
    )
    return redirect("/departments", said=said)


def _shown(
    request: Request, who: Visitor, *, code: int = 200, text: str | None = None, refused: str = ""
) -> Response:
    with who.office.reading() as db:
        found = queries.departments(db)
    return page(
        request,
        "departments.html",
        code=code,
        who=who,
        found=found,
        keeps=who.person.may(Act.KEEP_PEOPLE),
        text="\n".join(f"{name},{key}" for key, name in found) if text is None else text,
        refused=refused,
    )
