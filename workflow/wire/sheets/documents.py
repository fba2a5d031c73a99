"""A paper of a meeting as Word or PDF: the office's own template filled, or the one that comes with the product."""

from collections.abc import Sequence
from pathlib import Path

from workflow.domain.sheets import DecisionSheet, MeetingSheet, SheetKind, names_of, sheet_of, values_of
from workflow.store.pdf_maker import as_pdf, joined
from workflow.store.word_templates import filled

OURS = Path(__file__).parent / "templates"


def word(
    kind: SheetKind, sheets: Sequence[MeetingSheet | DecisionSheet], template: Path | None = None
) -> list[bytes]:
    """Each paper as Word. `template` is the office's own; None: ours. Raises `BadInput`, `SheetNotMade`."""
    return filled(template or ours(kind), names_of(sheet_of(kind)), [values_of(each) for each in sheets])


def pdf(
    kind: SheetKind, sheets: Sequence[MeetingSheet | DecisionSheet], template: Path | None = None
) -> bytes:
    """The papers as one PDF. Raises as `word`."""
    made = as_pdf([(content, ".docx") for content in word(kind, sheets, template)])
    return made[0] if len(made) == 1 else joined(made)


def ours(kind: SheetKind) -> Path:
    """Return the template of the kind that comes with the product."""
    return OURS / f"{kind.value}.docx"
