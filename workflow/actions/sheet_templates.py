"""Use cases on the Word templates of papers: put one of the office's own into use, or return to ours."""

import unicodedata
from datetime import datetime
from pathlib import Path, PurePath

from sqlalchemy import insert
from sqlalchemy.orm import Session

from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import AlreadyDone, TemplateRefused
from workflow.domain.events import Tag
from workflow.domain.rights import Act, Actor
from workflow.domain.sheets import SheetKind, example_of, names_of, sheet_of
from workflow.domain.validation import a_line
from workflow.queries.actor import actor
from workflow.queries.sheet_templates import own_templates
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import Document, SheetTemplate
from workflow.store.word_templates import faults_of


def put_template(
    office: Office, by: str, kind: SheetKind, filename: str, template: Path, *, now: datetime
) -> None:
    """Use the Word file as the template for papers of that kind from now on. Raises `NotAllowed`, `BadInput` (the name),
    and `TemplateRefused` with everything that is wrong with it."""
    written = unicodedata.normalize("NFC", filename.replace("\\", "/"))
    name = a_line("ファイル名", PurePath(written).name)
    with office.reading() as db:
        _keeper(db, by, now)
    sheet = sheet_of(kind)
    faults = faults_of(template, names_of(sheet), example_of(sheet))
    if faults:
        raise TemplateRefused(name, faults)
    kept = office.keep(template.read_bytes())
    with office.writing() as db:
        who = _keeper(db, by, now)
        if db.get(Document, kept.sha256) is None:
            db.execute(insert(Document).values(sha256=kept.sha256, size=kept.size))
        _set(db, who, kind, kept.sha256, name, now)


def use_our_template(office: Office, by: str, kind: SheetKind, *, now: datetime) -> None:
    """Use the template that comes with the product again. Raises `NotAllowed`, `AlreadyDone`."""
    with office.writing() as db:
        who = _keeper(db, by, now)
        if kind not in own_templates(db):
            raise AlreadyDone("既定のテンプレートを使っています。")
        _set(db, who, kind, None, "", now)


def _keeper(db: Session, by: str, now: datetime) -> Actor:
    who = actor(db, by, tokyo_day(now))
    who.require(Act.KEEP_TEMPLATES)
    return who


def _set(db: Session, who: Actor, kind: SheetKind, sha256: str | None, filename: str, now: datetime) -> None:
    db.execute(
        insert(SheetTemplate).values(
            kind=kind.value, sha256=sha256, filename=filename, set_by=who.id, set_at=now
        )
    )
    record(db, Tag.TEMPLATE_SET, at=now, by=who.id, kind=kind.value, sha256=sha256, filename=filename)
