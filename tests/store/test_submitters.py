"""The upgrade moves the submitters of opinions, with their salts, to rows of their own."""

from pathlib import Path

from sqlalchemy import select, text

from tests.support.databases import SQLite
from tests.support.scribbled import full_house
from workflow.migrations.versions import v0027_submitters
from workflow.store import guards, schema
from workflow.store.database import Office
from workflow.store.proof import prove
from workflow.store.tables import Submission, Submitter


def test_the_upgrade_moves_who_sent_a_submission_in_to_a_row_of_their_own(
    sqlite: SQLite, tmp_path: Path
) -> None:
    with sqlite.office(tmp_path) as office:
        full_house(office)
        before = _submitters(office)
        assert len(before) > 2 and len({salt for *_, salt in before}) == len(before)
        _set_back(office)
        schema.migrate(office)
        assert _submitters(office) == before
        assert prove(office).findings == []
        with office.reading() as db:
            columns = {each["name"] for each in db.execute(text("PRAGMA table_info(submission)")).mappings()}
        assert columns == {each.name for each in Submission.__table__.columns}


LATER = ("passkey", "passkey_challenge", "plans_opened")
"""Tables of the migrations since."""

LATER_OF_AN_ITEM = ("title", "planned_minutes", "result")


def _submitters(office: Office) -> list[tuple[object, ...]]:
    with office.reading() as db:
        return [
            tuple(row) for row in db.execute(select(Submitter.__table__).order_by(Submitter.submission_id))
        ]


def _set_back(office: Office) -> None:
    """Who sent it in stands in the submission itself, as before."""
    with office.migrating() as connection:
        guards.stop_noting(connection)
        for column in v0027_submitters.COLUMNS:
            connection.execute(text(f"ALTER TABLE submission ADD COLUMN {column} TEXT NOT NULL DEFAULT ''"))
            moved = f"(SELECT {column} FROM submitter WHERE submission_id = submission.id)"
            connection.execute(text(f"UPDATE submission SET {column} = {moved}"))
        for table in ("submitter", *LATER):
            connection.execute(text(f"DROP TABLE {table}"))
        for column in LATER_OF_AN_ITEM:
            connection.execute(text(f"ALTER TABLE agenda_item DROP COLUMN {column}"))
        connection.execute(
            text("UPDATE alembic_version SET version_num = :at"), {"at": v0027_submitters.down_revision}
        )
