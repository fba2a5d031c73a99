"""A database or a file that is not as it should be: said clearly, and nothing lost."""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from tests.support.databases import SQLite
from tests.support.ports import free_port
from tests.support.scenario import House, moment
from tests.support.web_client import SITE, Client, mail_settings
from workflow import actions, queries
from workflow.actions.random_tokens import sha256
from workflow.domain.accounts import LinkPurpose
from workflow.domain.errors import AuditBroken, BadInput, DatabaseUnusable, DocumentDamaged
from workflow.store import event_log, files, schema
from workflow.store.database import Office
from workflow.store.tables import Record
from workflow.web.app import build


@pytest.fixture
def on_file(sqlite: SQLite, tmp_path: Path, chain: str) -> Iterator[House]:
    with sqlite.office(tmp_path, chain) as office:
        impatient = Office(office.url, office.files, lock_timeout=0.2)
        yield House(impatient, chain)
        impatient.close()


def test_a_locked_database_says_so_and_keeps_everything(on_file: House, tmp_path: Path) -> None:
    on_file.a_plan()
    other = sqlite3.connect(tmp_path / "sakutei.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseUnusable, match="他の処理が書き込み中"):
        on_file.a_version("一")
    other.execute("ROLLBACK")
    assert on_file.a_version("一") == 1


def test_a_locked_postgresql_says_so(office: Office, tmp_path: Path) -> None:
    if office.engine.dialect.name == "sqlite":
        pytest.skip("the SQLite case stands above")
    house = House(office)
    house.a_plan()
    impatient = Office(office.url, tmp_path / "files", lock_timeout=0.2)
    with office.writing(), pytest.raises(DatabaseUnusable, match="他の処理が書き込み中"):
        actions.add_version(impatient, "tanto", "dx", "a.docx", b"x", now=house.now)
    impatient.close()


def test_a_read_only_database_says_so(on_file: House, tmp_path: Path) -> None:
    on_file.a_plan()
    on_file.office.close()
    reader = Office(f"sqlite:///file:{tmp_path}/sakutei.db?mode=ro&uri=true", tmp_path / "files")
    with pytest.raises(DatabaseUnusable, match="読み取り専用"):
        actions.suspend(reader, "tanto", "dx", "試し", seen=1, now=on_file.now)
    reader.close()
    assert on_file.plan().status == "active"


def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"PK\x03\x04 this is a workbook" * 100)
    office = Office(f"sqlite:///{tmp_path}/x.db", tmp_path / "files")
    with pytest.raises(DatabaseUnusable, match="SQLite のファイルではありません"):
        schema.require_current(office)


def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    office = Office(f"sqlite:///{tmp_path}/none/x.db", tmp_path / "files")
    with pytest.raises(DatabaseUnusable, match="ファイルを開けません"):
        schema.require_current(office)


def test_an_empty_database_is_not_used_before_init(tmp_path: Path) -> None:
    office = Office(f"sqlite:///{tmp_path}/x.db", tmp_path / "files")
    with pytest.raises(DatabaseUnusable, match="sakutei init"):
        schema.require_current(office)
    schema.migrate(office)
    schema.require_current(office)


def test_a_database_of_an_older_form_is_not_used_until_it_is_brought_up_to_date(tmp_path: Path) -> None:
    office = Office(f"sqlite:///{tmp_path}/x.db", tmp_path / "files")
    schema.migrate(office, to="0001")
    with _an_older_program(office):
        house = House(office)
        _a_plan_of_the_first_form(house)
    with pytest.raises(DatabaseUnusable, match="古い形式"):
        schema.require_current(office)
    schema.migrate(office)
    schema.require_current(office)
    with office.reading() as db:
        assert event_log.verify(db) > 10
    assert house.plan().dated == house.chain
    house.a_version()


def test_links_mailed_before_the_upgrade_work_and_stand_in_no_mail_that_waits(tmp_path: Path) -> None:
    office = Office(f"sqlite:///{tmp_path}/x.db", tmp_path / "files")
    schema.migrate(office, to="0008")
    now, ends = "2023-06-01 00:00:00.000000", "2023-06-08 00:00:00.000000"
    with office.migrating() as db:
        for statement in (
            "INSERT INTO person (id, key, name, email) VALUES (1, 'hanako', '担当 花子', 'h@example.jp')",
            "INSERT INTO mailed_link (person_id, purpose, token_sha256, made_at, expires_at)"
            f" VALUES (1, 'welcome', '{sha256('known')}', '{now}', '{ends}')",
            "INSERT INTO delivery (claim, kind, rule, recipient_id, due_at, state, attempts, message)"
            f" VALUES ('c', 'invitation', '', 1, '{now}', 'pending', 1, 'with a link')",
        ):
            db.execute(text(statement))
    schema.migrate(office)
    with office.reading() as db:
        assert (
            actions.link_holder(db, LinkPurpose.WELCOME, "known", moment("2023-06-02 09:00")).key == "hanako"
        )
        assert db.execute(text("SELECT message FROM delivery")).scalar() is None


def test_a_reminder_claimed_before_the_upgrade_is_not_claimed_again_after_it(tmp_path: Path) -> None:
    office = Office(f"sqlite:///{tmp_path}/x.db", tmp_path / "files")
    schema.migrate(office, to="0015")
    starts, ends = "2023-06-12 05:00:00.000000", "2023-06-12 07:00:00.000000"
    with office.migrating() as db:
        for statement in (
            "INSERT INTO chain_text (sha256, key, text) VALUES ('c', 'k', '{}')",
            "INSERT INTO body (key, name, chain_sha256) VALUES ('bukai', '部会', 'c')",
            "INSERT INTO person (id, key, name, email) VALUES (1, 'hanako', '担当 花子', 'h@example.jp')",
            "INSERT INTO meeting (id, body_key, title, form, place, starts_at, ends_at, status, sequence, minutes)"
            f" VALUES (7, 'bukai', '部会', 'in_person', '', '{starts}', '{ends}', 'called', 2, '')",
            "INSERT INTO delivery (claim, kind, rule, recipient_id, meeting_id, due_at, state, attempts) VALUES"
            f" ('meeting:7:before:20230612T0500Z:1', 'meeting', 'before', 1, 7, '{starts}', 'sent', 1),"
            f" ('meeting:7:before:20230605T0500Z:1', 'meeting', 'before', 1, 7, '{starts}', 'sent', 1)",
        ):
            db.execute(text(statement))
    schema.migrate(office)
    with office.reading() as db:
        claims = db.execute(text("SELECT claim FROM delivery ORDER BY id")).scalars().all()
    assert claims == ["meeting:7:before:2:1", "meeting:7:before:20230605T0500Z:1"]


def test_public_comments_of_before_the_upgrade_are_kept_and_can_be_cancelled_and_begun_again(
    tmp_path: Path,
) -> None:
    office = Office(f"sqlite:///{tmp_path}/x.db", tmp_path / "files")
    schema.migrate(office, to="0009")
    with _an_older_program(office):
        house = House(office)
        _a_comment_of_the_first_form(house)
    before = _rows(office)
    schema.migrate(office)
    assert _rows(office) == before
    with office.reading() as db:
        (held,) = queries.rounds(db, "dx", house.now)
        assert [reply.published_at for reply in queries.replies(db, 1)] == [held.published_at]
        assert db.execute(text("PRAGMA foreign_key_check")).all() == []
        left = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'kept_%'"
        assert db.execute(text(left)).scalars().all() == ["kept_calendar"]


def _a_comment_of_the_first_form(house: House) -> None:
    """A plan with a published comment, an opinion and its answer, as they were written by then."""
    _a_plan_of_the_first_form(house)
    at = "2023-03-01 00:00:00.000000"
    digest = "a" * 64
    with house.office.writing() as db:
        for statement in (
            "UPDATE plan SET stage = 'public_comment'",
            f"INSERT INTO document (sha256, size) VALUES ('{digest}', 1)",
            "INSERT INTO version (id, plan_id, number, sha256, filename, stage, visit, note, added_by, added_at)"
            f" VALUES (1, 1, 1, '{digest}', 'a.docx', 'draft', 1, '', 1, '{at}')",
            "INSERT INTO comment_period (id, plan_id, stage, visit, gate_key, version_id, opens_on, closes_on, places,"
            " contact, published_by, published_at) VALUES (1, 1, 'public_comment', 1, 'comment_period', 1,"
            f" '2023-02-01', '2023-02-20', '[]', '', 1, '{at}')",
            "INSERT INTO submission (id, period_id, number, route, name, address, telephone, affiliation, received_at,"
            f" late) VALUES (1, 1, 1, 'web', '区民', '', '', '', '{at}', 0)",
            "INSERT INTO answer (id, period_id, summary, text, disposition, answered_by, answered_at)"
            f" VALUES (1, 1, '概要', '考え方', 'reflected', 1, '{at}')",
            "INSERT INTO opinion (id, submission_id, number, text, answer_id) VALUES (1, 1, 1, '意見', 1)",
        ):
            db.execute(text(statement))


def _rows(office: Office) -> list[list[tuple[object, ...]]]:
    """The rows of a public comment, in the columns they had from the beginning."""
    asked = (
        "SELECT id, plan_id, gate_key, visit, version_id, opens_on, closes_on, published_at FROM comment_period",
        "SELECT id, period_id, number, received_at FROM submission",
        "SELECT id, period_id, summary, text FROM answer",
        "SELECT id, submission_id, text, answer_id FROM opinion",
    )
    with office.reading() as db:
        return [[tuple(row) for row in db.execute(text(each))] for each in asked]


@contextmanager
def _an_older_program(office: Office) -> Iterator[None]:
    """The tables that came later stand there, empty, for as long as this program fills those of the older form. Events
    name no rows, as before the log proved them."""
    with office.migrating() as connection:
        known = set(inspect(connection).get_table_names())
        later = [table for table in Record.metadata.sorted_tables if table.name not in known]
        Record.metadata.create_all(connection, later)
        connection.execute(text("ALTER TABLE event ADD COLUMN wrote TEXT"))
        connection.execute(text("ALTER TABLE department ADD COLUMN rank INTEGER DEFAULT 0 NOT NULL"))
        connection.execute(text("ALTER TABLE closed_day ADD COLUMN calendar_id INTEGER"))
        connection.execute(text("ALTER TABLE posting ADD COLUMN rank INTEGER DEFAULT 0 NOT NULL"))
    yield
    with office.migrating() as connection:
        connection.execute(text("ALTER TABLE event DROP COLUMN wrote"))
        connection.execute(text("ALTER TABLE department DROP COLUMN rank"))
        connection.execute(text("ALTER TABLE closed_day DROP COLUMN calendar_id"))
        connection.execute(text("ALTER TABLE posting DROP COLUMN rank"))
        Record.metadata.drop_all(connection, later)


def _a_plan_of_the_first_form(house: House) -> None:
    """What `engine.open_plan` wrote before plans had months of their own."""
    columns = "key, title, chain_sha256, department_key, stage, status, visit, revision, entered_at"
    with house.office.writing() as db:
        actions.plans.adopt(db, house.chain)
        db.execute(
            text(
                f"INSERT INTO plan ({columns}) SELECT 'dx', 'DX推進計画', sha256, 'it', 'policy', 'active', 1, 1, :now FROM chain_text"
            ),
            {"now": house.now.isoformat(" ")},
        )


def test_a_database_of_a_newer_form_is_left_alone(office: Office) -> None:
    with office.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnusable, match="新しい形式"):
        schema.require_current(office)
    with pytest.raises(DatabaseUnusable, match="新しい形式"):
        schema.migrate(office)


def test_migrating_twice_changes_nothing(house: House) -> None:
    house.a_plan(at="outline")
    schema.migrate(house.office)
    assert house.plan().stage.key == "outline"


def test_a_document_that_vanished_or_changed_is_found_out(house: House) -> None:
    house.a_plan()
    house.a_version("策定方針")
    sha256 = house.plan().sha256
    assert sha256 is not None
    assert files.read(house.office.files, sha256) == "策定方針".encode()
    place = files.path_of(house.office.files, sha256)
    place.write_bytes(b"changed")
    with pytest.raises(DocumentDamaged, match="書き換えられています"):
        files.read(house.office.files, sha256)
    place.unlink()
    with pytest.raises(DocumentDamaged, match="見つかりません"):
        files.read(house.office.files, sha256)


def test_a_damaged_document_is_mended_by_adding_the_same_bytes_again(house: House) -> None:
    house.a_plan()
    house.a_version("策定方針")
    sha256 = house.plan().sha256 or ""
    files.path_of(house.office.files, sha256).write_bytes(b"changed")
    files.keep(house.office.files, "策定方針".encode())
    assert files.read(house.office.files, sha256) == "策定方針".encode()


def test_an_empty_document_is_refused(house: House) -> None:
    house.a_plan()
    with pytest.raises(BadInput, match="空です"):
        actions.add_version(house.office, "tanto", "dx", "a.docx", b"", now=house.now)


@pytest.mark.parametrize("name", ["方針\n.docx", "\x00.docx", "a" * 300, ""])
def test_a_file_name_that_could_harm_is_refused(house: House, name: str) -> None:
    house.a_plan()
    with pytest.raises(BadInput, match="ファイル名"):
        actions.add_version(house.office, "tanto", "dx", name, b"x", now=house.now)


def test_a_file_name_keeps_no_folder(house: House) -> None:
    house.a_plan()
    actions.add_version(house.office, "tanto", "dx", "..\\..\\C:/x/方針.docx", b"x", now=house.now)
    with house.office.reading() as db:
        assert db.execute(text("SELECT filename FROM version")).scalar() == "方針.docx"


@pytest.mark.parametrize("address", ["a@b.jp\nBcc: x@y.jp", "a@b.jp\r\n", "a b@c.jp", "no-at", "山@例.jp"])
def test_an_address_that_is_none_is_refused(house: House, address: str) -> None:
    with pytest.raises(BadInput, match="宛先として使えません"):
        actions.add_person(house.office, "admin", "new", "新人", address, now=house.now)


@pytest.mark.parametrize("name", ["新人\nBcc: x@y.jp", "新\u2028人", "", "人" * 201])
def test_a_name_that_is_no_line_is_refused(house: House, name: str) -> None:
    with pytest.raises(BadInput, match="氏名"):
        actions.add_person(house.office, "admin", "new", name, "new@city.example.jp", now=house.now)


def _forge(office: Office, statement: str) -> None:
    """What somebody with the database's own password could do: drop the trigger and rewrite."""
    with office.engine.begin() as connection:
        if office.engine.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER event_no_update"))
            connection.execute(text("DROP TRIGGER event_no_delete"))
        else:
            connection.execute(text("ALTER TABLE event DISABLE TRIGGER ALL"))
        connection.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("UPDATE event SET data = '{}' WHERE seq = 7", 7),
        ("UPDATE event SET at = '2020-01-01 00:00:00' WHERE seq = 9", 9),
        ("DELETE FROM event WHERE seq = 5", 5),
    ],
)
def test_the_log_names_the_first_event_that_was_tampered_with(
    house: House, statement: str, where: int
) -> None:
    house.a_plan(at="outline")
    _forge(house.office, statement)
    with house.office.reading() as db, pytest.raises(AuditBroken) as broken:
        event_log.verify(db)
    assert broken.value.seq == where


@pytest.mark.skipif(os.name != "posix", reason="file modes")
def test_documents_lie_under_their_sha256(house: House) -> None:
    house.a_plan()
    house.a_version("策定方針")
    kept = [path.name for path in house.office.files.rglob("*") if path.is_file()]
    assert kept == [house.plan().sha256]


def test_a_database_that_is_away_tells_visitors_a_number_and_the_log_the_rest(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"postgresql+psycopg://clerk:hunter2@127.0.0.1:{free_port()}/office"
    office = Office(url, tmp_path / "files")
    with pytest.raises(DatabaseUnusable) as away:
        schema.require_current(office)
    visitor = Client(build(office, mail_settings(tmp_path)), base_url=SITE, raise_server_exceptions=False)
    visitor.cookies.set("sakutei", "x" * 43)
    pages = [visitor.get("/plans"), visitor.get("/api/v1/plans", headers={"authorization": "Bearer x"})]
    assert [page.status_code for page in pages] == [503, 503]
    for said in (away.value.message, *(page.text for page in pages)):
        (number,) = re.findall(r"照会番号 ([0-9a-f]{8})", said)
        assert "127.0.0.1" not in said and "clerk" not in said
        assert number in caplog.text
    assert "127.0.0.1" in caplog.text and "hunter2" not in caplog.text + away.value.message
