"""A paper of a meeting or a plan as a file: Word from the office's own template or the one that comes with the product, PDF made of
that, Excel for those that are tables, and an archive of the notices to each member."""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from workflow.domain.errors import NotFound
from workflow.domain.sheets import (
    ApprovalsSheet,
    DecisionSheet,
    MeetingSheet,
    ScheduleSheet,
    SheetFormat,
    SheetKind,
    names_of,
    sheet_of,
    values_of,
)
from workflow.queries.sheet_templates import own_templates
from workflow.store import files
from workflow.store.database import Office
from workflow.store.pdf_maker import as_pdf
from workflow.store.uploads import EXCEL, PDF, WORD
from workflow.store.word_templates import filled
from workflow.wire.sheets.plan_tables import approvals_table, schedule_table
from workflow.wire.sheets.tables import TABLES

OURS = Path(__file__).parent / "templates"
MEDIA = {
    SheetFormat.WORD: WORD.media_type,
    SheetFormat.PDF: PDF.media_type,
    SheetFormat.EXCEL: EXCEL.media_type,
    SheetFormat.ARCHIVE: "application/zip",
}

Facts = MeetingSheet | DecisionSheet | ScheduleSheet | ApprovalsSheet


def made(office: Office, kind: SheetKind, facts: Facts, form: SheetFormat) -> bytes:
    """The paper in that form. Raises `NotFound` where it is not had so, `BadInput` where the office's template cannot be
    used, and `SheetNotMade`."""
    match form, facts:
        case SheetFormat.WORD, _:
            return word(office, kind, [facts])[0]
        case SheetFormat.PDF, _:
            return as_pdf([(word(office, kind, [facts])[0], ".docx")])[0]
        case SheetFormat.EXCEL, MeetingSheet() if kind in TABLES:
            return TABLES[kind](facts)
        case SheetFormat.EXCEL, ScheduleSheet():
            return schedule_table(facts)
        case SheetFormat.EXCEL, ApprovalsSheet():
            return approvals_table(facts)
        case SheetFormat.ARCHIVE, MeetingSheet() if kind is SheetKind.NOTICE:
            return _to_each_member(office, facts)
        case _:
            raise NotFound("書類", f"{kind.value}.{form.value}")


def word(office: Office, kind: SheetKind, sheets: Sequence[Facts]) -> list[bytes]:
    """Each paper as Word. Raises `BadInput`, `SheetNotMade`."""
    with office.reading() as db:
        own = own_templates(db).get(kind)
    template = files.checked(office.files, own.sha256) if own else ours(kind)
    return filled(template, names_of(sheet_of(kind)), [values_of(each) for each in sheets])


def ours(kind: SheetKind) -> Path:
    """Return the template of the kind that comes with the product."""
    return OURS / f"{kind.value}.docx"


def plain_name(name: str) -> str:
    """The name of a file, without what some systems do not take in one."""
    return "".join("_" if sign in '/\\:*?"<>|' or not sign.isprintable() else sign for sign in name)[:120]


def _to_each_member(office: Office, facts: MeetingSheet) -> bytes:
    addressed = [replace(facts, addressee=f"{seat.name}　様") for seat in facts.members]
    kept = BytesIO()
    with ZipFile(kept, "w", ZIP_DEFLATED) as archive:
        notices = word(office, SheetKind.NOTICE, addressed) if addressed else []
        for seat, notice in zip(facts.members, notices, strict=True):
            archive.writestr(f"{seat.number:0>2}_{plain_name(seat.name)}.docx", notice)
    return kept.getvalue()
