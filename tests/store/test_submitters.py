"""The upgrade moves the submitters of opinions, with their salts, to rows of their own."""

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, select, text

from tests.support.databases import SQLite
from tests.support.scribbled import full_house
from workflow.migrations.versions import v0027_submitters
from workflow.store import guards
from workflow.store.database import Office
from workflow.store.event_log import name_rows_found
from workflow.store.proof import prove
from workflow.store.tables import Submission, Submitter


def test_the_upgrade_moves_who_sent_a_submission_in_to_a_row_of_their_own(
    sqlite: SQLite, tmp_path: Path
) -> None:
    with sqlite.office(tmp_path) as office:
        full_house(office)
        before = _submitters(office)
        assert len(before) > 2 and len({salt for *_, salt in before}) == len(before)
        with office.migrating() as connection:
            guards.stop_noting(connection)
            _set_back(connection)
            with Operations.context(MigrationContext.configure(connection)):
                v0027_submitters.upgrade()
            guards.set_up(connection)
            name_rows_found(connection)
        assert _submitters(office) == before
        assert prove(office).findings == []
        with office.reading() as db:
            columns = {each["name"] for each in db.execute(text("PRAGMA table_info(submission)")).mappings()}
        assert columns == {each.name for each in Submission.__table__.columns}


def _submitters(office: Office) -> list[tuple[object, ...]]:
    with office.reading() as db:
        return [
            tuple(row) for row in db.execute(select(Submitter.__table__).order_by(Submitter.submission_id))
        ]


def _set_back(connection: Connection) -> None:
    """Who sent it in stands in the submission itself, as before."""
    for column in v0027_submitters.COLUMNS:
        connection.execute(text(f"ALTER TABLE submission ADD COLUMN {column} TEXT NOT NULL DEFAULT ''"))
        moved = f"(SELECT {column} FROM submitter WHERE submission_id = submission.id)"
        connection.execute(text(f"UPDATE submission SET {column} = {moved}"))
    connection.execute(text("DROP TABLE submitter"))
