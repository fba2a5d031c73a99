"""The papers of a meeting, and the notice of one decision, as files."""

from fastapi import APIRouter, Response

from workflow.domain.errors import NotFound
from workflow.domain.rights import Act
from workflow.domain.sheets import DecisionSheet, MeetingSheet, SheetFormat, SheetKind
from workflow.queries.agenda import put
from workflow.queries.meeting_sheets import decision_sheet, meeting_sheet
from workflow.queries.plans import plan_by_id
from workflow.queries.reading_rights import plan_to_read, whole_meeting_to_read
from workflow.queries.sheet_templates import own_templates
from workflow.store import files
from workflow.store.uploads import EXCEL, PDF, WORD
from workflow.web.pages.meetings import Number
from workflow.web.permissions import needs
from workflow.web.rendering import download
from workflow.web.session import Page, Reader, Visitor
from workflow.wire.sheets import documents
from workflow.wire.sheets.seats_table import seats_table

router = APIRouter(route_class=Page)


@router.get("/meetings/{number}/sheets/{kind}.{form}", openapi_extra=needs(Act.READ_MEETING))
def sheet(who: Reader, number: Number, kind: SheetKind, form: SheetFormat) -> Response:
    """A paper of the meeting, for who may read everything of it."""
    if kind is SheetKind.DECISION:
        raise NotFound("書類", f"{kind.value}.{form.value}")
    facts = _facts(who, number)
    name = f"{facts.title}_{kind.label}"
    if kind is SheetKind.SEATS and form is SheetFormat.EXCEL:
        return download(seats_table(facts), EXCEL.media_type, f"{name}.xlsx")
    return _document(who, kind, facts, form, name)


@router.get("/items/{item}/decision.{form}", openapi_extra=needs(Act.READ_PLAN))
def decision(who: Reader, item: Number, form: SheetFormat) -> Response:
    """The notice of what was decided on an item, for who may read its plan."""
    with who.office.reading() as db:
        plan_to_read(db, who.person, plan_by_id(db, put(db, item).plan).key)
        facts = decision_sheet(db, item, who.office.name, who.now)
    return _document(who, SheetKind.DECISION, facts, form, f"{SheetKind.DECISION.label}_{facts.plan}")


def _document(
    who: Visitor, kind: SheetKind, facts: MeetingSheet | DecisionSheet, form: SheetFormat, name: str
) -> Response:
    with who.office.reading() as db:
        own = own_templates(db).get(kind)
    template = files.checked(who.office.files, own.sha256) if own else None
    match form:
        case SheetFormat.WORD:
            return download(documents.word(kind, [facts], template)[0], WORD.media_type, f"{name}.docx")
        case SheetFormat.PDF:
            return download(documents.pdf(kind, [facts], template), PDF.media_type, f"{name}.pdf")
        case _:
            raise NotFound("書類", f"{kind.value}.{form.value}")


def _facts(who: Visitor, number: int) -> MeetingSheet:
    with who.office.reading() as db:
        held = whole_meeting_to_read(db, who.person, number)
        return meeting_sheet(db, held, who.office.name, who.now)
