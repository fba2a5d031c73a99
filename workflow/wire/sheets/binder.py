"""All the papers of a meeting in one: an archive with the 次第, the list of papers and each of them, or one PDF."""

import shutil
from pathlib import Path, PurePath
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from workflow.domain.errors import BadInput
from workflow.domain.language import say
from workflow.domain.sheets import MeetingSheet, SheetKind, SheetPaper
from workflow.store import files
from workflow.store.database import Office
from workflow.store.pdf_maker import as_pdf, joined
from workflow.wire.sheets.documents import plain_name, word

LARGEST = 1024**3
"""The largest sum of the papers bound, in bytes."""

_FIRST = (SheetKind.AGENDA, SheetKind.PAPERS)


def bound_archive(office: Office, facts: MeetingSheet, to: IO[bytes]) -> None:
    """Write the archive: the papers as they were given, each copied from the store. Raises `BadInput`, `DocumentDamaged`,
    `SheetNotMade`."""
    papers = _papers(office, facts)
    with ZipFile(to, "w", ZIP_DEFLATED) as archive:
        for number, kind in enumerate(_FIRST):
            archive.writestr(f"0{number}_{kind.label}.docx", word(office, kind, [facts])[0])
        for paper, path in papers:
            entry = ZipInfo(plain_name(f"{paper.number}_{paper.filename}"))
            entry.compress_type = ZIP_STORED
            with path.open("rb") as opened, archive.open(entry, "w") as kept:
                shutil.copyfileobj(opened, kept)


def bound_pdf(office: Office, facts: MeetingSheet) -> bytes:
    """The same as one PDF. Raises as `bound_archive`."""
    papers = _papers(office, facts)
    made: list[tuple[bytes | Path, str]] = [(word(office, kind, [facts])[0], ".docx") for kind in _FIRST]
    given = [(path, PurePath(paper.filename).suffix.lower()) for paper, path in papers]
    converted = iter(as_pdf([*made, *(each for each in given if each[1] != ".pdf")]))
    first = [next(converted) for _ in made]
    return joined([*first, *(path if suffix == ".pdf" else next(converted) for path, suffix in given)])


def _papers(office: Office, facts: MeetingSheet) -> list[tuple[SheetPaper, Path]]:
    found = [(each, files.checked(office.files, each.sha256)) for each in facts.papers]
    if sum(path.stat().st_size for _, path in found) > LARGEST:
        raise BadInput(
            "資料",
            "一つにまとめるには大きすぎます",
            say("資料を 1 つずつダウンロードしてください（まとめられるのは 1 GB まで）。"),
        )
    return found
