"""移行登録: a plan already under way, from the form filled in and the files of its versions. First everything is checked
and shown; then, when confirmed, it is recorded."""

import unicodedata
from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response, UploadFile

from workflow import actions, queries
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import BadInput
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.domain.takeover import RowFault, TakeoverRefused
from workflow.queries.chains import chain_for, chains_to_begin
from workflow.store.files import Arriving
from workflow.store.uploads import EXCEL
from workflow.store.waiting_files import keep_waiting, taken_up
from workflow.web.limits import Load, document_of, takes
from workflow.web.permissions import needs
from workflow.web.rendering import download, page, redirect
from workflow.web.session import FormUser, Page, Reader, Visitor
from workflow.wire.takeover_form import takeover_form

router = APIRouter(prefix="/plans/_takeover", route_class=Page)
"""No plan's key begins with an underscore."""


@router.get("", openapi_extra=needs(Act.OPEN_PLAN))
def begin(request: Request, who: Reader) -> Response:
    return _shown(request, who)


@router.get("/form", openapi_extra=needs(Act.OPEN_PLAN))
def form(who: Reader, chain: str = "") -> Response:
    """The form to fill in, for plans under that chain."""
    with who.office.reading() as db:
        chosen = chain_for(db, chain[:64])
        departments = [each for each in queries.departments(db) if each[0] in who.person.departments]
    content = takeover_form(chain[:64], chosen, departments, tokyo_day(who.now))
    return download(content, EXCEL.media_type, f"{say('移行登録')}_{chosen.key}.xlsx")


@router.post("", openapi_extra=needs(Act.OPEN_PLAN) | takes(Load.DOCUMENTS))
def check(
    request: Request,
    who: FormUser,
    workbook: UploadFile,
    documents: list[UploadFile] = [],  # noqa: B006
) -> Response:
    """Every fault of the form; or, when there is none, what would be recorded. The files wait for the answer."""
    filled, sent = document_of(workbook), _by_name(documents)
    paths = {name: content.path for name, content in sent.items()}
    filename = _name_of(workbook)
    try:
        tried = actions.rehearse_takeover(who.office, who.key, filename, filled.path, paths, now=who.now)
    except TakeoverRefused as refused:
        return _shown(request, who, refused)
    word = keep_waiting(who.office.files, who.key, [(filename, filled), *sent.items()])
    return _shown(request, who, tried=tried, word=word)


@router.post("/record", openapi_extra=needs(Act.OPEN_PLAN))
def record(request: Request, who: FormUser, word: Annotated[str, Form()] = "") -> Response:
    """Record what was checked. Meanwhile something may have changed: then the faults are shown."""
    try:
        with taken_up(who.office.files, who.key, word) as (workbook, *sent):
            documents = {each.name: each.path for each in sent}
            key = actions.take_over(who.office, who.key, workbook.name, workbook.path, documents, now=who.now)
    except TakeoverRefused as refused:
        return _shown(request, who, refused)
    return redirect(f"/plans/{key}", said=say("移行登録しました。続きは、この画面から記録してください。"))


def _shown(
    request: Request,
    who: Visitor,
    refused: TakeoverRefused | None = None,
    tried: actions.Rehearsed | None = None,
    word: str = "",
) -> Response:
    if not who.person.departments:
        who.person.refuse(Act.OPEN_PLAN)
    with who.office.reading() as db:
        chains = [(each.name, f"{each.chain.title}（{each.chain.office}）") for each in chains_to_begin(db)]
    faults: tuple[RowFault, ...] = refused.faults if refused else ()
    return page(
        request,
        "takeover.html",
        code=422 if refused else 200,
        who=who,
        chains=chains,
        faults=faults,
        rehearsed=refused.rehearsed if refused else False,
        tried=tried,
        word=word,
    )


def _by_name(documents: list[UploadFile]) -> dict[str, Arriving]:
    """The documents by their names. Raises `BadInput` when two have the same."""
    found: dict[str, Arriving] = {}
    for each in documents:
        if not each.filename:
            continue  # a field in which no file was chosen
        name = _name_of(each)
        if name in found:
            raise BadInput(
                "文書",
                say("「{name}」が 2 つあります", name=name[:100]),
                "名前を変えて、送り直してください。",
            )
        found[name] = document_of(each)
    return found


def _name_of(upload: UploadFile) -> str:
    return unicodedata.normalize("NFC", PurePath((upload.filename or "").replace("\\", "/")).name)
