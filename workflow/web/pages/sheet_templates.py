"""Settings: the office's own Word templates for the papers of meetings and plans."""

from fastapi import APIRouter, Request, Response, UploadFile

from workflow import actions
from workflow.domain.errors import TemplateRefused
from workflow.domain.language import label, say
from workflow.domain.rights import Act
from workflow.domain.sheets import OF_A_MEETING, MeetingSheet, SheetKind, placeholders, sheet_of
from workflow.queries.sheet_templates import own_templates
from workflow.store.uploads import WORD
from workflow.web.guide import Refusal
from workflow.web.limits import Load, document_of, takes
from workflow.web.permissions import needs
from workflow.web.rendering import attachment, download, page, redirect
from workflow.web.session import FormUser, Page, Reader, Visitor
from workflow.wire.sheets.documents import ours

router = APIRouter(prefix="/settings/templates", route_class=Page)


@router.get("", openapi_extra=needs(Act.KEEP_TEMPLATES))
def templates(request: Request, who: Reader) -> Response:
    return _shown(request, who)


@router.get("/{kind}.docx", openapi_extra=needs(Act.KEEP_TEMPLATES))
def template(who: Reader, kind: SheetKind) -> Response:
    """The template in use, to begin one's own from."""
    with who.office.reading() as db:
        own = own_templates(db).get(kind)
    if own is None:
        return download(ours(kind).read_bytes(), WORD.media_type, f"{kind.label}.docx")
    return attachment(who.office, own.sha256, own.filename, WORD.media_type)


@router.post("/{kind}", openapi_extra=needs(Act.KEEP_TEMPLATES) | takes(Load.DOCUMENT))
def put(request: Request, who: FormUser, kind: SheetKind, template: UploadFile) -> Response:
    """Use the file from now on; or every fault of it."""
    try:
        sent = document_of(template)
        actions.put_template(who.office, who.key, kind, template.filename or "", sent.path, now=who.now)
    except TemplateRefused as refused:
        return _shown(request, who, refused, kind)
    return redirect("/settings/templates", said=say("{kind}のテンプレートを登録しました。", kind=label(kind)))


@router.post("/{kind}/ours", openapi_extra=needs(Act.KEEP_TEMPLATES))
def use_ours(who: FormUser, kind: SheetKind) -> Response:
    actions.use_our_template(who.office, who.key, kind, now=who.now)
    return redirect(
        "/settings/templates", said=say("{kind}は、既定のテンプレートで作ります。", kind=label(kind))
    )


def _shown(
    request: Request, who: Visitor, refused: TemplateRefused | None = None, kind: SheetKind | None = None
) -> Response:
    with who.office.reading() as db:
        own = own_templates(db)
    return page(
        request,
        "settings_templates.html",
        code=422 if refused else 200,
        who=who,
        kinds=list(SheetKind),
        own=own,
        refused=refused,
        why=Refusal(refused) if refused else None,
        kind=kind,
        of_meetings=placeholders(MeetingSheet),
        of_others=[(each, placeholders(sheet_of(each))) for each in SheetKind if each not in OF_A_MEETING],
    )
