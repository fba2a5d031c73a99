"""The upgrade moves the reason of a refused form from among its fields to a column of its own."""

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import insert, text

from tests.support.scenario import House
from workflow.migrations.versions import v0056_reasons_of_late_forms
from workflow.queries.kept_forms import KeptField, KeptForm, kept_form
from workflow.queries.people import person_id
from workflow.store.tables import LateForm


def test_the_upgrade_loses_neither_what_was_typed_nor_why_it_was_refused(house: House) -> None:
    kept = {
        "tanto": [["title", "第2回"], ["title", "第3回"], ["", "日時が要ります。"]],
        "admin": [["title", "臨時"]],
    }
    with house.office.writing() as db:
        people = {key: person_id(db, key) for key in kept}
        form = {"action": "/meetings/new", "page": "/meetings/new", "kept_at": house.now}
        for key, fields in kept.items():
            db.execute(insert(LateForm).values(person_id=people[key], fields=fields, **form))
    with house.office.migrating() as connection:
        connection.execute(text("ALTER TABLE late_form DROP COLUMN reason"))
        with Operations.context(MigrationContext.configure(connection)):
            v0056_reasons_of_late_forms.upgrade()
    with house.office.reading() as db:
        refused, late = (kept_form(db, people[key], house.now) for key in ("tanto", "admin"))
    typed = [KeptField("title", "第2回"), KeptField("title", "第3回")]
    assert refused == KeptForm("/meetings/new", "/meetings/new", typed, "日時が要ります。")
    assert late == KeptForm("/meetings/new", "/meetings/new", [KeptField("title", "臨時")], "")
