"""The papers of a meeting, and the notice of one decision, as files."""

from fastapi import APIRouter, Response

from workflow.domain.errors import NotFound
from workflow.domain.rights import Act
from workflow.domain.sheets import OF_A_MEETING, MeetingSheet, SheetFormat, SheetKind
from workflow.queries.agenda import put
from workflow.queries.meeting_sheets import decision_sheet, meeting_sheet
from workflow.queries.plans import plan_by_id
from workflow.queries.reading_rights import plan_to_read, whole_meeting_to_read
from workflow.store.files import to_be_sent
from workflow.web.pages.meetings import Number
from workflow.web.permissions import needs
from workflow.web.rendering import download, streamed
from workflow.web.session import Page, Reader, Visitor
from workflow.wire.sheets.binder import bound_archive, bound_pdf
from workflow.wire.sheets.documents import MEDIA, made

router = APIRouter(route_class=Page)


@router.get("/meetings/{number}/sheets/all.{form}", openapi_extra=needs(Act.READ_MEETING))
def bound(who: Reader, number: Number, form: SheetFormat) -> Response:
    """All the papers in one, for who may read everything of the meeting."""
    facts = _facts(who, number)
    name = f"{facts.title}_資料一式.{form.value}"
    match form:
        case SheetFormat.ARCHIVE:
            archive = to_be_sent(who.office.files)
            bound_archive(who.office, facts, archive)
            return streamed(archive, MEDIA[form], name)
        case SheetFormat.PDF:
            return download(bound_pdf(who.office, facts), MEDIA[form], name)
        case _:
            raise NotFound("書類", f"all.{form.value}")


@router.get("/meetings/{number}/sheets/{kind}.{form}", openapi_extra=needs(Act.READ_MEETING))
def sheet(who: Reader, number: Number, kind: SheetKind, form: SheetFormat) -> Response:
    """A paper of the meeting, for who may read everything of it."""
    if kind not in OF_A_MEETING:
        raise NotFound("書類", f"{kind.value}.{form.value}")
    facts = _facts(who, number)
    content = made(who.office, kind, facts, form)
    return download(content, MEDIA[form], f"{facts.title}_{kind.label}.{form.value}")


@router.get("/items/{item}/decision.{form}", openapi_extra=needs(Act.READ_PLAN))
def decision(who: Reader, item: Number, form: SheetFormat) -> Response:
    """The notice of what was decided on an item, for who may read its plan."""
    kind = SheetKind.DECISION
    with who.office.reading() as db:
        plan_to_read(db, who.person, plan_by_id(db, put(db, item).plan).key)
        facts = decision_sheet(db, item, who.office.name, who.now)
    content = made(who.office, kind, facts, form)
    return download(content, MEDIA[form], f"{kind.label}_{facts.plan}.{form.value}")


def _facts(who: Visitor, number: int) -> MeetingSheet:
    with who.office.reading() as db:
        found = whole_meeting_to_read(db, who.person, number)
        return meeting_sheet(db, found.meeting, who.office.name, who.now, shows=found.opens)
