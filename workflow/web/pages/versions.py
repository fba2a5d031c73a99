"""The documents of a plan: adding a version, getting one back."""

from typing import Annotated

from fastapi import APIRouter, Form, Response, UploadFile

from workflow import actions
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.queries.plans import plan_by_key
from workflow.queries.versions import version
from workflow.store.uploads import an_upload, media_type_of
from workflow.web.limits import Load, document_of, takes
from workflow.web.permissions import Open, needs
from workflow.web.rendering import attachment, redirect
from workflow.web.session import FormUser, Page, Reader

router = APIRouter(prefix="/plans/{key}/versions", route_class=Page)


@router.get("/{number}", openapi_extra=needs(Open.SIGNED_IN))
def document(who: Reader, key: str, number: int) -> Response:
    """The document, as an attachment whatever it is."""
    with who.office.reading() as db:
        found = version(db, plan_by_key(db, key), number)
    return attachment(who.office, found.sha256, found.filename, media_type_of(found.filename))


@router.post("", openapi_extra=needs(Act.ADD_VERSION) | takes(Load.DOCUMENT))
def add_version(
    who: FormUser,
    key: str,
    document: UploadFile,
    note: Annotated[str, Form()] = "",
    seen: Annotated[int | None, Form()] = None,
) -> Response:
    """Add a version, when its type is accepted and the plan is at the revision that the person saw."""
    content, name = document_of(document), document.filename or ""
    an_upload(name, content.path)
    number = actions.add_version(who.office, who.key, key, name, content, note=note, seen=seen, now=who.now)
    return redirect(f"/plans/{key}#versions", said=say("第{number}版を登録しました。", number=number))
