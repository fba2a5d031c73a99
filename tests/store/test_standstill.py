"""A process that stands still in the middle of writing: the others go on, and it is told when it wakes."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support.scenario import House
from workflow.domain.errors import DatabaseUnusable
from workflow.store import event_log
from workflow.store.database import LONGEST_PAUSE, Office

ROOT = Path(__file__).parents[2]
BEGIN_AND_WAIT = """
import sys
from datetime import datetime
from pathlib import Path
from workflow import actions
from workflow.domain.errors import SakuteiError
from workflow.store.database import ObservedOffice, Office

def wait(_):
    print("writing", flush=True)
    sys.stdin.readline()

office = ObservedOffice(Office(sys.argv[1], Path(sys.argv[2])), wait)
try:
    actions.suspend(office, "tanto", "dx", "止まった人の理由", seen=1, now=datetime.fromisoformat(sys.argv[3]))
    print("done")
except SakuteiError as error:
    print(type(error).__name__, str(error))
"""


@pytest.fixture
def on_postgres(house: House) -> House:
    if house.office.engine.dialect.name == "sqlite":
        pytest.skip("SQLite cannot put a process out")
    house.a_plan()
    return house


@pytest.fixture
def writer(on_postgres: House) -> Iterator[subprocess.Popen[str]]:
    """A process that has written and not committed yet: it does when it is given a line."""
    office = on_postgres.office
    command = [
        sys.executable,
        "-c",
        BEGIN_AND_WAIT,
        office.url,
        str(office.files),
        on_postgres.now.isoformat(),
    ]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "writing\n"
    yield process
    process.kill()
    process.wait()


def test_a_frozen_process_stops_the_others_for_five_seconds_at_most(
    on_postgres: House, writer: subprocess.Popen[str]
) -> None:
    writer.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    on_postgres.a_version()
    assert time.monotonic() - began < 5.5
    writer.send_signal(signal.SIGCONT)
    said, _ = writer.communicate("\n", timeout=30)
    assert said == (
        "DatabaseUnusable データベースを使えません: 処理が途中で止まっていたため、記録されずに打ち切られました。"
        "もう一度操作してください。\n"
    )
    assert (on_postgres.plan().status, on_postgres.plan().revision) == ("active", 1)
    with on_postgres.office.reading() as db:
        event_log.verify(db)


def test_a_process_that_is_only_slow_commits(on_postgres: House, writer: subprocess.Popen[str]) -> None:
    time.sleep(LONGEST_PAUSE / 2)
    assert writer.communicate("\n", timeout=30)[0] == "done\n"
    assert on_postgres.plan().status == "suspended"


def test_a_statement_that_takes_too_long_is_told_and_leaves_nothing(on_postgres: House) -> None:
    office = on_postgres.office
    with pytest.raises(DatabaseUnusable, match="時間がかかりすぎた"), office.writing() as db:
        db.execute(text("UPDATE plan SET title = '途中'"))
        db.execute(text("SELECT pg_sleep(20)"))
    assert on_postgres.plan().title == "DX推進計画"


def test_who_reads_or_migrates_may_take_longer_than_a_writer(on_postgres: House) -> None:
    for begun in (on_postgres.office.reading, on_postgres.office.migrating):
        with begun() as db:
            db.execute(text(f"SELECT pg_sleep({LONGEST_PAUSE + 2})"))
            time.sleep(LONGEST_PAUSE + 1)
            assert db.execute(text("SELECT 1")).scalar() == 1


def test_the_connection_that_was_cut_is_not_used_again(on_postgres: House) -> None:
    with pytest.raises(DatabaseUnusable, match="途中で止まっていた"), on_postgres.office.writing() as db:
        time.sleep(LONGEST_PAUSE + 1)
        db.execute(text("SELECT 1"))
    on_postgres.a_version()


def test_a_server_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    nowhere = Office("postgresql+psycopg://a@127.0.0.1:9/none", tmp_path)
    with pytest.raises(DatabaseUnusable), nowhere.reading():
        pass
