"""The upgrade makes what was typed when a meeting was closed the first version of its 概要, final."""

from pathlib import Path

from sqlalchemy import text

from workflow.domain.minutes import MinutesKind, MinutesState
from workflow.queries.minutes import minutes_versions
from workflow.store import schema
from workflow.store.database import Office


def test_what_was_typed_is_the_first_final_summary(tmp_path: Path) -> None:
    office = Office(f"sqlite:///{tmp_path}/x.db", tmp_path / "files")
    schema.migrate(office, to="0030")
    at = "2023-06-12 08:00:00.000000"
    with office.migrating() as db:
        for statement in (
            "INSERT INTO chain_text (sha256, key, text) VALUES ('c', 'k', '{}')",
            "INSERT INTO body (key, name, chain_sha256) VALUES ('bukai', '部会', 'c')",
            "INSERT INTO person (id, key, name, email) VALUES (1, 'hanako', '担当 花子', 'h@example.jp')",
            *(
                "INSERT INTO meeting (id, body_key, title, form, place, starts_at, ends_at, status, sequence, minutes)"
                f" VALUES ({number}, 'bukai', '部会', 'in_person', '', '{at}', '{at}', '{status}', 0, '{minutes}')"
                for number, status, minutes in ((7, "closed", "了承した。"), (8, "called", ""))
            ),
            'INSERT INTO event (seq, at, "by", tag, meeting_id, data, hash)'
            f" VALUES (1, '{at}', 1, 'meeting.closed', 7, '{{}}', 'h')",
        ):
            db.execute(text(statement))
    schema.migrate(office)
    with office.reading() as db:
        (kept,) = minutes_versions(db, 7, drafts=False)
        assert minutes_versions(db, 8, drafts=True) == []
        assert db.execute(text("PRAGMA foreign_key_check")).all() == []
    assert (kept.kind, kept.version, kept.state) == (MinutesKind.SUMMARY, 1, MinutesState.CONFIRMED)
    assert (kept.text, kept.written_by) == ("了承した。", "担当 花子")
