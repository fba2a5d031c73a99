"""The papers that the page of a meeting or a plan offers, each in the forms it can be had in here."""

from typing import Any

from workflow.domain.meetings import Phase
from workflow.domain.sheets import OF_A_MEETING, OF_A_PLAN, SheetFormat, SheetKind
from workflow.store import pdf_maker
from workflow.wire.sheets.tables import TABLES

_AFTERWARDS = (SheetKind.MINUTES, SheetKind.SUMMARY)


def sheets_offered(phase: Phase) -> dict[str, Any]:
    """Return the values of the page: before the meeting begins, no papers of what was said there."""
    usual = _usual()
    more = {SheetKind.NOTICE: [SheetFormat.ARCHIVE], **{kind: [SheetFormat.EXCEL] for kind in TABLES}}
    return {
        "sheets": [
            (kind, [*usual, *more.get(kind, [])])
            for kind in OF_A_MEETING
            if phase.begun or kind not in _AFTERWARDS
        ],
        "decision_forms": usual,
        "bound_forms": [SheetFormat.ARCHIVE, *usual[1:]],
    }


def plan_papers_offered() -> list[tuple[SheetKind, list[SheetFormat]]]:
    """Return the papers of a plan, each with its forms."""
    return [(kind, [*_usual(), SheetFormat.EXCEL]) for kind in OF_A_PLAN]


def _usual() -> list[SheetFormat]:
    return [SheetFormat.WORD, *([SheetFormat.PDF] if pdf_maker.converter() else [])]
