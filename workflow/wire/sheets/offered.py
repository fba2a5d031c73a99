"""The papers a meeting's page offers, each in the forms it can be had in here."""

from typing import Any

from workflow.domain.meetings import Phase
from workflow.domain.sheets import SheetFormat, SheetKind
from workflow.store import pdf_maker

_AFTERWARDS = (SheetKind.MINUTES, SheetKind.SUMMARY)


def sheets_offered(phase: Phase) -> dict[str, Any]:
    """Return the values of the page: before the meeting begins, no papers of what was said there."""
    usual = [SheetFormat.WORD, *([SheetFormat.PDF] if pdf_maker.converter() else [])]
    more = {SheetKind.SEATS: [SheetFormat.EXCEL], SheetKind.NOTICE: [SheetFormat.ARCHIVE]}
    kinds = [kind for kind in SheetKind if kind is not SheetKind.DECISION]
    return {
        "sheets": [
            (kind, [*usual, *more.get(kind, [])]) for kind in kinds if phase.begun or kind not in _AFTERWARDS
        ],
        "decision_forms": usual,
        "bound_forms": [SheetFormat.ARCHIVE, *usual[1:]],
    }
