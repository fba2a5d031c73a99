"""Backups: whole while people work, restored as they were on either database, and nothing touched by a bad one."""

import gzip
import hashlib
import io
import json
import random
import resource
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import text

from tests.support.backup_under_load import KEY, back_up_and_restore, working
from tests.support.databases import PostgreSQL, SQLite
from tests.support.scenario import House
from workflow.actions.search import follow_record
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import BackupUnusable, BadInput, DatabaseUnusable, DocumentDamaged
from workflow.queries.actor import actor
from workflow.queries.search import search
from workflow.store import event_log, files, schema
from workflow.store.backup import archive
from workflow.store.backup.archive import Manifest
from workflow.store.backup.envelope import read_key, sealed
from workflow.store.backup.restoring import Restored, restore
from workflow.store.backup.rows import read_rows, tables_of
from workflow.store.database import Office, connection_of
from workflow.store.health import health
from workflow.store.proof import prove

NOW = datetime(2026, 4, 1, 3, tzinfo=UTC)
OTHER_KEY = b"another key that is long enough, too"


@pytest.fixture
def databases(request: pytest.FixtureRequest, office: Office) -> SQLite | PostgreSQL:
    """Those of the test's office."""
    found: SQLite | PostgreSQL = request.getfixturevalue(
        "sqlite" if office.engine.dialect.name == "sqlite" else "postgres"
    )
    return found


@contextmanager
def another(databases: SQLite | PostgreSQL, folder: Path) -> Iterator[Office]:
    folder.mkdir()
    with databases.office(folder) as office:
        office.close()
        yield office


def a_backup(office: Office, folder: Path, key: bytes | None = None) -> Path:
    place = folder / "one.backup"
    archive.write(office, place, key, now=NOW)
    return place


def put_back(office: Office, place: Path, key: bytes | None = None) -> Restored:
    with place.open("rb") as opened:
        return restore(office, opened, key, now=NOW)


def everything(office: Office) -> dict[str, list[Any]]:
    with office.reading() as db:
        connection = connection_of(db)
        return {
            table.name: [row for rows in read_rows(connection, table) for row in rows]
            for table in tables_of(connection)
        }


def a_busy_house(house: House) -> House:
    house.a_plan(at="outline")
    house.a_version("骨子")
    return house


def test_what_is_written_after_a_restore_is_proven(
    house: House, databases: SQLite | PostgreSQL, tmp_path: Path
) -> None:
    place = a_backup(a_busy_house(house).office, tmp_path)
    with another(databases, tmp_path / "other") as target:
        put_back(target, place)
        House(target, house.chain).later(days=1).a_plan("after")
        assert prove(target).findings == []


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "encrypted"])
def test_what_was_backed_up_is_restored_row_by_row(
    house: House, databases: SQLite | PostgreSQL, tmp_path: Path, key: bytes | None
) -> None:
    a_busy_house(house)
    place = a_backup(house.office, tmp_path, key)
    with another(databases, tmp_path / "other") as target:
        put_back(target, place, key)
        assert everything(target) == everything(house.office)
        with target.reading() as db:
            assert event_log.verify(db) > 10
            for sha256 in db.scalars(text("SELECT sha256 FROM document")):
                assert files.read(target.files, sha256)
        later = House(target)
        later.now = house.now
        later.a_version("素案")
        assert [each.words for each in health(target) if each.wrong] == []


@pytest.mark.parametrize("source", ["sqlite", "postgres"])
def test_a_backup_of_one_database_is_restored_on_the_other(
    sqlite: SQLite, postgres: PostgreSQL, tmp_path: Path, source: str
) -> None:
    here, there = (sqlite, postgres) if source == "sqlite" else (postgres, sqlite)
    with here.office(tmp_path, "itabashi_dx_2025") as office, another(there, tmp_path / "other") as target:
        place = a_backup(a_busy_house(House(office)).office, tmp_path)
        put_back(target, place)
        assert everything(target) == everything(office)


def test_what_was_there_is_kept_beside(house: House, tmp_path: Path) -> None:
    place = a_backup(house.office, tmp_path)
    a_busy_house(house)
    office = house.office
    office.close()
    kept = put_back(office, place).kept or ""
    assert "20260401" in kept
    with office.reading() as db:
        assert db.scalar(text("SELECT count(*) FROM plan")) == 0
    if office.engine.dialect.name == "sqlite":
        before = Office(f"sqlite:///{kept}", office.files)
        with before.reading() as db:
            assert db.scalar(text("SELECT count(*) FROM plan")) == 1
        before.close()
    else:
        with office.reading() as db:
            assert db.scalar(text(f"SELECT count(*) FROM {kept.split()[1]}.plan")) == 1


def test_an_office_in_use_is_not_replaced(house: House, tmp_path: Path) -> None:
    place = a_backup(house.office, tmp_path)
    a_busy_house(house)
    before = everything(house.office)
    visitor = Office(house.office.url, house.office.files, lock_timeout=0.2)
    with house.office.reading() as db, pytest.raises(DatabaseUnusable, match="止めてから"):
        db.scalar(text("SELECT 1"))
        put_back(visitor, place)
    visitor.close()
    assert everything(house.office) == before


def test_no_byte_can_be_changed_and_none_left_out(sqlite: SQLite, tmp_path: Path) -> None:
    with sqlite.office(tmp_path, "itabashi_dx_2025") as office:
        a_busy_house(House(office))
        before = everything(office)
        for key in (None, KEY):
            place = tmp_path / f"{key is None}.backup"
            archive.write(office, place, key, now=NOW)
            whole = place.read_bytes()
            chance = random.Random(len(whole))
            size = len(whole)
            changed = [
                0,
                1,
                22,
                23,
                60,
                size - 1,
                size - 32,
                size - 33,
                *(chance.randrange(size) for _ in range(60)),
            ]
            for at in changed:
                place.write_bytes(
                    whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :]
                )
                _refused(place, key)
            for length in (0, 5, 30, size - 1, size - 32, size - 10_240, size // 2, size // 65_536 * 65_536):
                place.write_bytes(whole[:length])
                _refused(place, key)
            place.write_bytes(whole + b"more")
            _refused(place, key)
        assert everything(office) == before


def _refused(place: Path, key: bytes | None) -> None:
    with pytest.raises(BackupUnusable), place.open("rb") as opened:
        archive.check(opened, key)


def test_a_backup_is_only_read_with_its_key(house: House, tmp_path: Path) -> None:
    place = a_backup(house.office, tmp_path, KEY)
    assert b"rows/plan" not in place.read_bytes()
    office = house.office
    office.close()
    with pytest.raises(BackupUnusable, match="鍵が違う"):
        put_back(office, place, OTHER_KEY)
    with pytest.raises(BackupUnusable, match="暗号化されています"):
        put_back(office, place)


def test_the_key_is_never_said(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("short-secret")
    with pytest.raises(BadInput, match="32 文字より短い") as refused:
        read_key(tmp_path / "key")
    assert "short-secret" not in refused.value.message
    with pytest.raises(BadInput, match="読めません"):
        read_key(tmp_path / "none")


def test_another_archive_is_no_backup(house: House, tmp_path: Path) -> None:
    place = tmp_path / "foreign.backup"
    with zipfile.ZipFile(place, "w") as foreign:
        foreign.writestr("manifest.json", "{}")
    with pytest.raises(BackupUnusable, match="Sakutei のバックアップではありません"):
        put_back(house.office, place)


@pytest.mark.parametrize(
    "name", ["../../x", "/etc/x", "documents/../../x", "rows/plan/000000.json.gz/../x", "x"]
)
def test_no_name_leads_out_of_the_store(house: House, tmp_path: Path, name: str) -> None:
    place = tmp_path / "slip.backup"
    with place.open("wb") as to:
        envelope = sealed(to, None)
        with tarfile.open(fileobj=cast(Any, envelope), mode="w|") as made:
            made.addfile(tarfile.TarInfo(name), io.BytesIO())
            empty = Manifest(
                format=1, made_at=NOW, revision="0019", position=0, head="", columns={}, parts={}, missing=[]
            ).model_dump_json().encode()  # fmt: skip
            member = tarfile.TarInfo("manifest.json")
            member.size = len(empty)
            made.addfile(member, io.BytesIO(empty))
        envelope.finish()
    before = everything(house.office)
    house.office.close()
    with pytest.raises(BackupUnusable):
        put_back(house.office, place)
    assert everything(house.office) == before


_STRANGE = (b"[" * 200_000, b"[5]", b"[null]", b"{}", b"\xff", b'[["' + b"x" * 9 + b'"]]')


def _packed(rows: Any) -> bytes:
    return gzip.compress(json.dumps(rows).encode())


def test_rows_that_somebody_made_up_are_refused_in_words(sqlite: SQLite, tmp_path: Path) -> None:
    """A plain backup has no key: who can write it can write anything."""
    with sqlite.office(tmp_path, "itabashi_dx_2025") as office:
        good = a_backup(office, tmp_path)
    with good.open("rb") as backup:
        parts = {name: part.read() for name, part in archive.parts(backup, None)}
    name = "rows/person/000000.json.gz"
    rows = json.loads(gzip.decompress(parts[name]))
    values = (5, 10**30, -1.5, None, {}, [], "", "\ud800", "0000-00-00", True)
    strange = [*map(gzip.compress, _STRANGE), b"", parts[name][:-12], parts[name][:9] + b"\xff" * 40]
    strange += [_packed([[value] * len(rows[0])]) for value in values]
    place, folder = tmp_path / "made up.backup", tmp_path / "new"
    folder.mkdir()
    for rows_part in strange:
        _write(place, {**parts, name: rows_part})
        office = Office(f"sqlite:///{folder}/sakutei.db", folder / "files")
        with pytest.raises(BackupUnusable):
            put_back(office, place)


@pytest.mark.parametrize(
    "headers",
    [
        {"size": "99999999999999999"},
        {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": str(10**15)},
        {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "x"},
    ],
)
def test_a_part_that_says_it_is_endless_is_not_read(tmp_path: Path, headers: dict[str, str]) -> None:
    place = tmp_path / "endless.backup"
    member = tarfile.TarInfo(f"documents/{'b' * 64}")
    member.pax_headers, member.size = headers, 512
    with place.open("wb") as to:
        envelope = sealed(to, None)
        with tarfile.open(fileobj=cast(Any, envelope), mode="w|", format=tarfile.PAX_FORMAT) as made:
            made.addfile(member, io.BytesIO(b"0\n".ljust(512, b"\0")))
        envelope.finish()
    _refused(place, None)


def test_with_a_key_a_plain_backup_is_not_taken_for_one_of_ours(house: House, tmp_path: Path) -> None:
    place = a_backup(house.office, tmp_path)
    with pytest.raises(BackupUnusable, match="暗号化されていません"):
        put_back(house.office, place, KEY)


def _write(place: Path, parts: dict[str, bytes]) -> None:
    """A plain backup of the parts, whole by its own account."""
    *rows, manifest = parts
    told = {**json.loads(parts[manifest]), "parts": {n: hashlib.sha256(parts[n]).hexdigest() for n in rows}}
    with place.open("wb") as to:
        envelope = sealed(to, None)
        with tarfile.open(fileobj=cast(Any, envelope), mode="w|") as made:
            for name, content in {**parts, manifest: json.dumps(told).encode()}.items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                made.addfile(member, io.BytesIO(content))
        envelope.finish()


def test_an_older_form_is_brought_up_to_date_and_a_newer_one_refused(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Office(f"sqlite:///{tmp_path}/old.db", tmp_path / "files")
    schema.migrate(source, to="0012")
    place = a_backup(source, tmp_path)
    with source.migrating() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    newer = tmp_path / "newer.backup"
    archive.write(source, newer, None, now=NOW)
    source.close()
    house.office.close()
    with pytest.raises(DatabaseUnusable, match="新しい形式"):
        put_back(house.office, newer)
    put_back(house.office, place)
    schema.require_current(house.office)


def test_a_damaged_document_is_told_and_the_rest_is_kept(house: House, tmp_path: Path) -> None:
    house.a_plan()
    house.a_version("first")
    house.a_version("second")
    with house.office.reading() as db:
        lost, *_ = db.scalars(text("SELECT sha256 FROM document")).all()
    whole = a_backup(house.office, tmp_path)
    files.path_of(house.office.files, lost).write_bytes(b"rewritten")
    place = tmp_path / "damaged.backup"
    assert archive.write(house.office, place, None, now=NOW).missing == [lost]
    assert [each.what for each in health(house.office) if each.wrong] == ["文書"]
    house.office.close()
    put_back(house.office, place)
    with pytest.raises(DocumentDamaged):
        files.read(house.office.files, lost)
    house.office.close()
    with whole.open("rb") as opened:
        restore(house.office, opened, None, now=NOW.replace(hour=4))
    assert files.read(house.office.files, lost)
    assert [path.read_bytes() for path in house.office.files.rglob(f"{lost}.replaced-*")] == [b"rewritten"]


def test_a_full_disk_leaves_no_half_backup_and_no_half_office(sqlite: SQLite, tmp_path: Path) -> None:
    with sqlite.office(tmp_path, "itabashi_dx_2025") as office:
        a_busy_house(House(office))
        place = a_backup(office, tmp_path)
        before = everything(office)
        office.close()
        for words, limit in ((("backup", "half.backup"), 8_192), (("restore", str(place)), 100_000)):
            done = _sakutei(tmp_path, limit, *words)
            assert (done.returncode, done.stdout) == (2, ""), done
            assert "エラー: " in done.stderr and "Traceback" not in done.stderr
        assert everything(office) == before
    left = {path.name for path in tmp_path.iterdir()}
    assert not {name for name in left if "half" in name or "making" in name or "restoring" in name}


def _sakutei(folder: Path, largest: int, *words: str) -> subprocess.CompletedProcess[str]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    return subprocess.run(
        [sys.executable, "-c", "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
         "from workflow.cli import main; main()", *words],
        cwd=folder, env={"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(Path(__file__).parents[2]), "SAKUTEI_DATA": str(folder)},
        capture_output=True, text=True, preexec_fn=limit, check=False,
    )  # fmt: skip


def test_a_missing_guard_and_a_lost_row_are_found(house: House) -> None:
    office = house.office
    a_busy_house(house)
    assert [each.words for each in health(office) if each.wrong] == []
    with office.migrating() as connection:
        if office.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER event_no_update")
        else:
            connection.exec_driver_sql("ALTER TABLE event DISABLE TRIGGER USER")
    (found,) = (each for each in health(office) if each.wrong)
    assert found.what == "トリガーと制約" and "event" in found.words


@pytest.mark.slow
def test_backups_under_load_and_kills_lose_nothing(
    house: House, databases: SQLite | PostgreSQL, tmp_path: Path
) -> None:
    chance = random.Random(20240329)
    with working(house) as workers:
        for number in range(2):
            with another(databases, tmp_path / str(number)) as target:
                back_up_and_restore(house, workers, tmp_path, target, chance)


@pytest.mark.parametrize("source", ["sqlite", "postgres"])
def test_the_index_of_the_search_is_in_no_backup_and_is_made_anew_from_the_record(
    sqlite: SQLite, postgres: PostgreSQL, tmp_path: Path, source: str
) -> None:
    here, there = (sqlite, postgres) if source == "sqlite" else (postgres, sqlite)
    with here.office(tmp_path, "itabashi_dx_2025") as office, another(there, tmp_path / "other") as target:
        house = a_busy_house(House(office))
        house.a_version("架橋の計画")
        follow_record(office)
        place = a_backup(office, tmp_path)
        put_back(target, place)
        for each, count in ((office, 1), (target, 0)):
            with each.reading() as db:
                who = actor(db, "tanto", tokyo_day(house.now))
                assert search(db, who, "架橋").count == count
        follow_record(target)
        with target.reading() as db:
            assert search(db, actor(db, "tanto", tokyo_day(house.now)), "架橋").count == 1
        assert prove(target).findings == []
