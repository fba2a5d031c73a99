"""The papers a meeting's page offers, each in the forms it can be had in here."""

from typing import Any

from workflow.domain.meetings import Phase
from workflow.domain.sheets import SheetFormat, SheetKind
from workflow.store import pdf_maker
from workflow.wire.sheets.tables import TABLES

_AFTERWARDS = (SheetKind.MINUTES, SheetKind.SUMMARY)


def sheets_offered(phase: Phase) -> dict[str, Any]:
    """Return the values of the page: before the meeting begins, no papers of what was said there."""
    usual = [SheetFormat.WORD, *([SheetFormat.PDF] if pdf_maker.converter() else [])]
    more = {SheetKind.NOTICE: [SheetFormat.ARCHIVE], **{kind: [SheetFormat.EXCEL] for kind in TABLES}}
    kinds = [kind for kind in SheetKind if kind is not SheetKind.DECISION]
    return {
        "sheets": [
            (kind, [*usual, *more.get(kind, [])]) for kind in kinds if phase.begun or kind not in _AFTERWARDS
        ],
        "decision_forms": usual,
        "bound_forms": [SheetFormat.ARCHIVE, *usual[1:]],
    }
