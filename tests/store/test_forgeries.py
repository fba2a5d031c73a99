"""A copy of an office altered in every way by somebody who has the database's file, and what the verification says."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Date, Integer, Table, func, select, text

from tests.support.databases import PostgreSQL, SQLite
from tests.support.scenario import moment
from tests.support.scribbled import full_house
from workflow import actions
from workflow.domain.accounts import StepsDemanded
from workflow.domain.events import Tag
from workflow.domain.language import label
from workflow.domain.rights import PlanReaders
from workflow.store import checkpoint, event_log, files, guards, hash_chain
from workflow.store.database import Office
from workflow.store.proof import Kept, Proof, Witness, prove, verify, verify_what_is_new
from workflow.store.tables import APPEND_ONLY, PROVEN, Document, Record, Remark, Utc
from workflow.store.touched import key_column

NOW = moment("2024-04-01 09:00")


@pytest.fixture(scope="module")
def original(sqlite: SQLite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with a row in nearly every table; nothing of it is open."""
    folder = tmp_path_factory.mktemp("original")
    with sqlite.office(folder) as office:
        house = full_house(office)
        administrators, here = StepsDemanded.ADMINISTRATORS, actions.OwnMachine()
        actions.demand_second_step(office, "admin", administrators, proof=here, now=house.now)
        actions.open_plans_to(office, "admin", PlanReaders.STAFF, proof=here, now=house.now)
        with office.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


@pytest.fixture
def copy(original: Path, tmp_path: Path) -> Iterator[Office]:
    shutil.copytree(original, tmp_path / "copy")
    office = Office(f"sqlite:///{tmp_path}/copy/sakutei.db", tmp_path / "copy" / "files")
    yield office
    office.close()


def test_an_office_that_nobody_altered_is_proven_whole(copy: Office) -> None:
    proof = prove(copy)
    assert proof.findings == []
    with copy.reading() as db:
        documents = db.scalar(select(func.count()).select_from(Document)) or 0
    assert (proof.since, proof.events, proof.documents) == (1, proof.seq, documents) and documents > 20
    assert proof.rows > 400


def test_every_proven_table_has_a_name_and_the_copy_a_row_of_nearly_each(copy: Office) -> None:
    assert {each.value for each in Kept} == set(PROVEN)
    with _forging(copy) as file:
        empty = {table for table in PROVEN if not file.execute(f"SELECT count(*) FROM {table}").fetchone()[0]}
    assert empty <= {"item_attendance"}


def _updated(file: sqlite3.Connection, table: Table, row: dict[str, Any]) -> str:
    key, column = key_column(table).name, _some_column(table)
    value = _another(table, column, row[column])
    file.execute(f'UPDATE {table.name} SET "{column}" = ? WHERE "{key}" = ?', (value, row[key]))
    return f"{_place(table, row[key])}の内容が、"


def _replaced(file: sqlite3.Connection, table: Table, row: dict[str, Any]) -> str:
    column = _some_column(table)
    _insert(file, table, {**row, column: _another(table, column, row[column])})
    return f"{_place(table, row[key_column(table).name])}の内容が、"


def _deleted(file: sqlite3.Connection, table: Table, row: dict[str, Any]) -> str:
    key = key_column(table).name
    file.execute(f'DELETE FROM {table.name} WHERE "{key}" = ?', (row[key],))
    return f"{_place(table, row[key])}が失われています（"


def _inserted(file: sqlite3.Connection, table: Table, row: dict[str, Any]) -> str:
    key = key_column(table).name
    free = {
        name: None if table.c[name].nullable else _another(table, name, row[name])
        for unique in guards.unique_keys(table)
        for name in unique
    }
    new = {
        **row,
        **free,
        key: 9999 if isinstance(table.c[key].type, Integer) else _another(table, key, row[key]),
    }
    _insert(file, table, new)
    return f"{_place(table, new[key])}を書いた出来事がありません。"


@pytest.mark.parametrize("forge", [_updated, _replaced, _deleted, _inserted])
def test_a_row_of_every_proven_table_altered_is_named(
    copy: Office, forge: Callable[[sqlite3.Connection, Table, dict[str, Any]], str]
) -> None:
    with _forging(copy) as file:
        expected = [
            forge(file, Record.metadata.tables[name], row)
            for name in PROVEN
            if (row := _last_row(file, name))
        ]
    assert {*APPEND_ONLY} - {"event", "security_entry"} <= set(PROVEN)
    found = prove(copy).findings
    assert [each for each in expected if not any(finding.startswith(each) for finding in found)] == []
    assert len(expected) >= len(PROVEN) - 1
    print(f"{forge.__name__}: {len(expected)} of {len(PROVEN)} tables, {len(found)} findings")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE event SET data = '{}' WHERE seq = 100", "100 番の出来事が改変されています: 内容が"),
        ("UPDATE event SET wrote = NULL WHERE seq = 100", "100 番の出来事が改変されています: 内容が"),
        ("UPDATE event SET wrote = '偽' WHERE seq = 100", "100 番の出来事が改変されています: 内容が"),
        ("UPDATE event SET at = 'いつか' WHERE seq = 100", "100 番の出来事が改変されています: 内容が"),
        (
            "REPLACE INTO event SELECT seq, at, 1, 'vote.cast', plan_id, meeting_id, data, hash, wrote FROM event"
            " WHERE seq = 100",
            "100 番の出来事が改変されています: 内容が",
        ),
        (
            "DELETE FROM event WHERE seq = 100",
            "100 番の出来事が改変されています: この番号の出来事が失われています",
        ),
        (
            "INSERT INTO event SELECT seq + 1, at, by, tag, plan_id, meeting_id, data, hash, wrote FROM event"
            " ORDER BY seq DESC LIMIT 1",
            "番の出来事が改変されています: 内容が",
        ),
    ],
)
def test_an_event_altered_is_named(copy: Office, statement: str, expected: str) -> None:
    with _forging(copy) as file:
        file.execute(statement)
    _finds(prove(copy), expected)


DERIVED = {
    "stage": ("'elsewhere'", "段階"),
    "status": ("'withdrawn'", "状態"),
    "visit": ("7", "訪問の番号"),
    "revision": ("77", "改訂番号"),
    "stretch": ("77", "文書の区間"),
    "entered_at": ("'2001-01-01 00:00:00.000000'", "段階に入った日時"),
    "path": ("'[]'", "経路"),
}
"""What follows from the events of a plan, a value that does not, and its name."""


def test_each_column_of_a_plan_that_follows_from_its_events_is_named(copy: Office) -> None:
    with _forging(copy) as file:
        keys = [key for (key,) in file.execute("SELECT key FROM plan ORDER BY id")]
        for key, (column, (value, _)) in zip(keys, DERIVED.items(), strict=False):
            file.execute(f"UPDATE plan SET {column} = {value} WHERE key = ?", (key,))
    proof = prove(copy)
    for key, (_, name) in zip(keys, DERIVED.values(), strict=False):
        _finds(proof, f"計画「{key}」の{name}が、出来事から導かれるもの（")


def test_opinions_memberships_and_administrators_exchanged_are_named(copy: Office) -> None:
    with _forging(copy) as file:
        texts = dict(file.execute("SELECT id, text FROM opinion WHERE id IN (1, 2)"))
        file.execute("UPDATE opinion SET text = ? WHERE id = 1", (texts[2],))
        file.execute("UPDATE opinion SET text = ? WHERE id = 2", (texts[1],))
        file.execute("UPDATE membership SET role = 'chair' WHERE id = (SELECT min(id) FROM membership)")
        file.execute("UPDATE administrator SET person_id = person_id + 1")
    proof = prove(copy)
    for place in (
        "意見の 1（opinion）",
        "意見の 2（opinion）",
        "委員・事務局の 1（membership）",
        "システム管理者の 1（administrator）",
    ):
        _finds(proof, f"{place}の内容が、")
    assert len(proof.findings) == 4


@pytest.mark.parametrize("how_many", [1, 5, 10_000])
def test_the_end_of_the_log_cut_off_is_known_to_the_last_verification(copy: Office, how_many: int) -> None:
    assert verify(copy, now=NOW).findings == []
    with _forging(copy) as file:
        _cut(file, how_many)
    proof = verify(copy, now=NOW)
    _finds(proof, "記録の終わりが失われています: 前回の検証の控えは")
    assert any("前回の検証の控え" in finding for finding in verify(copy, now=NOW).findings), "and stays known"


def test_the_end_of_the_log_cut_off_is_known_to_a_witness_and_to_the_rows_left(copy: Office) -> None:
    whole = prove(copy)
    with _forging(copy) as file:
        _cut(file, 8)
    _finds(prove(copy), "を書いた出来事がありません。")
    witness = Witness(whole.seq, whole.head[:32], "受け取ったメール")
    _finds(prove(copy, [witness]), f"受け取ったメールは {whole.seq} 番の出来事を知っていますが、")


def test_a_chain_made_anew_after_a_forgery_is_known_to_a_witness_and_to_the_last_verification(
    copy: Office,
) -> None:
    whole = verify(copy, now=NOW)
    witness = Witness(whole.seq, whole.head[:32], "受け取ったメール")
    assert prove(copy, [witness]).findings == []
    with _forging(copy) as file:
        file.execute("UPDATE event SET data = '{\"outcome\":\"approved\"}' WHERE tag = 'decision.recorded'")
        _chain_anew(file)
    assert prove(copy).findings == [], "nothing in the database knows"
    _finds(prove(copy, [witness]), f"{whole.seq} 番までの記録が書き換えられています: 受け取ったメール")
    _finds(verify(copy, now=NOW), f"{whole.seq} 番までの記録が書き換えられています: 前回の検証の控え")


def test_documents_exchanged_and_lost_are_named(copy: Office) -> None:
    with _forging(copy) as file:
        one, other = (sha256 for (sha256,) in file.execute("SELECT sha256 FROM document LIMIT 2"))
    files.path_of(copy.files, one).write_bytes(files.path_of(copy.files, other).read_bytes())
    files.path_of(copy.files, other).unlink()
    proof = prove(copy)
    _finds(proof, f"保管された文書（SHA-256 {one[:12]}…）が書き換えられています")
    _finds(proof, f"保管された文書（SHA-256 {other[:12]}…）が見つかりません")
    assert len(proof.findings) == 2


def test_files_that_nobody_kept_are_named_and_an_upload_that_came_to_nothing_is_not(copy: Office) -> None:
    files.keep(copy.files, "送信が途中で切れた文書".encode())
    assert prove(copy).findings == []
    (copy.files / "ab").mkdir(exist_ok=True)
    (copy.files / "ab" / "偽.docx").write_bytes(b"x")
    (copy.files / "ab" / ("ab" * 32)).write_bytes(b"x")
    proof = prove(copy)
    _finds(proof, "文書の置き場所に、知らないファイル（ab/偽.docx）")
    _finds(proof, f"文書の置き場所に、知らないファイル（ab/{'ab' * 32}）")
    assert len(proof.findings) == 2


def test_text_that_is_none_is_named_wherever_it_stands(copy: Office) -> None:
    altered = {"event": ("data", "seq", 100), "person": ("name", "id", 1), "plan": ("key", "id", 1)}
    with _forging(copy) as file:
        for table, (column, key, number) in altered.items():
            file.execute(f"UPDATE {table} SET {column} = CAST(x'ff' AS TEXT) WHERE {key} = {number}")
    proof = prove(copy)
    for expected in ("100 番の出来事が改変されています: 内容が", "職員の 1（person）", "計画の 1（plan）"):
        _finds(proof, expected)
    assert len(proof.findings) == 3


def test_what_is_altered_on_postgresql_is_named(postgres: PostgreSQL, tmp_path: Path) -> None:
    with postgres.office(tmp_path) as office:
        full_house(office)
        assert prove(office).findings == []
        with office.engine.begin() as connection:
            connection.execute(text("SET session_replication_role = replica"))  # no trigger fires
            for forged in (
                "UPDATE decision SET outcome = 'approved', note = '偽' WHERE id = 1",
                "DELETE FROM vote WHERE id = 1",
                "UPDATE event SET at = at + interval '1 microsecond' WHERE seq = 100",
                "UPDATE plan SET stage = 'policy', revision = 99 WHERE id = 2",
                "UPDATE opinion SET text = '偽' WHERE id = 1",
                "INSERT INTO administrator (id, person_id, since) VALUES (99, 2, '2023-04-01')",
            ):
                assert connection.execute(text(forged)).rowcount == 1, forged
            connection.execute(text("SET session_replication_role = DEFAULT"))
            connection.execute(text("ALTER TABLE vote DISABLE TRIGGER vote_append_only"))
        proof = prove(office)
    for expected in (
        "結果の 1（decision）の内容が、",
        "票の 1（vote）が失われています（",
        "100 番の出来事が改変されています: 内容が",
        "計画の 2（plan）の内容が、",
        "の改訂番号が、出来事から導かれるもの（",
        "意見の 1（opinion）の内容が、",
        "システム管理者の 99（administrator）を書いた出来事がありません。",
        "vote の表を守る仕組み（vote_append_only）",
    ):
        _finds(proof, expected)


def test_a_guard_taken_away_is_named(copy: Office) -> None:
    with _forging(copy) as file:
        pass
    with closing(sqlite3.connect(_file_of(copy))) as file:
        file.execute("DROP TRIGGER decision_no_update")
    _finds(prove(copy), "decision の表を守る仕組み（decision_no_update）")


@pytest.mark.parametrize(
    "forged",
    [
        *("偽", "[]", '"x"', "[" * 100_000, "{}"),
        *(
            {"seq": "9"},
            {"seq": -1},
            {"seq": True},
            {"seq": 10**30},
            {"seq": 1e300},
            {"hash": 5},
            {"hash": "b"},
        ),
        *({"at": 5}, {"at": "2026-01-01"}, {"everything_at": "2023-03-01T00:00:00"}, {"findings": "x"}),
    ],
)
def test_a_result_that_is_none_is_as_if_there_were_none(
    copy: Office, forged: str | dict[str, object]
) -> None:
    verify(copy, now=NOW)
    result = copy.files / "verified.json"
    was = json.loads(result.read_text())
    result.write_text(forged if isinstance(forged, str) else json.dumps({**was, **forged}))
    assert checkpoint.last_checkpoint(copy.files) is None
    proof, doubt = verify_what_is_new(copy, now=NOW)
    assert (proof.findings, doubt) == ([], "前回の検証の控えがありません")


def test_a_verification_takes_up_from_the_one_before_and_looks_at_what_is_new(copy: Office) -> None:
    before = verify(copy, now=NOW)
    _new_remark(copy)
    proof, doubt = verify_what_is_new(copy, now=NOW)
    assert (doubt, proof.findings) == (None, [])
    assert (proof.after, proof.seq, proof.events, proof.rows) == (before.seq, before.seq + 1, 1, 1)
    assert (proof.documents, proof.head != before.head) == (0, True)
    again, _ = verify_what_is_new(copy, now=NOW)
    assert (again.after, again.seq, again.head, again.events) == (proof.seq, proof.seq, proof.head, 0)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE remark SET text = '偽' WHERE id = (SELECT max(id) FROM remark)", "の内容が、"),
        ("DELETE FROM remark WHERE id = (SELECT max(id) FROM remark)", "が失われています（"),
        (
            "UPDATE event SET data = '[]' WHERE seq = (SELECT max(seq) FROM event)",
            "が改変されています: 内容が",
        ),
        (
            "UPDATE event SET wrote = NULL WHERE seq = (SELECT max(seq) FROM event)",
            "が改変されています: 内容が",
        ),
        ("UPDATE plan SET stage = 'elsewhere' WHERE id = 1", "の段階が、出来事から導かれるもの（"),
        ("UPDATE security_entry SET route = '偽' WHERE seq = 1", "アクセス記録の 1 番が改変されています"),
    ],
)
def test_what_is_new_and_altered_is_found_and_the_next_verification_is_of_everything(
    copy: Office, statement: str, expected: str
) -> None:
    verify(copy, now=NOW)
    _new_remark(copy)
    with _forging(copy) as file:
        assert file.execute(statement).rowcount == 1
    _finds(verify_what_is_new(copy, now=NOW)[0], expected)
    proof, doubt = verify_what_is_new(copy, now=NOW)
    _finds(proof, expected)
    assert proof.after == 0 and doubt is not None and "証明できないところが" in doubt


def test_an_old_row_altered_is_found_within_a_week(copy: Office) -> None:
    verify(copy, now=NOW)
    with _forging(copy) as file:
        file.execute("UPDATE decision SET note = '偽' WHERE id = 1")
    for day in range(7):
        assert verify_what_is_new(copy, now=NOW + timedelta(days=day))[0].whole, "it was not looked at"
    proof, doubt = verify_what_is_new(copy, now=NOW + timedelta(days=7))
    _finds(proof, "結果の 1（decision）の内容が、")
    assert doubt is not None and "7 日が過ぎています" in doubt


@pytest.mark.parametrize(
    "forged",
    [{"hash": "a" * 64}, {"seq": 99_999}, {"seq": 100}, {"everything_at": "2100-01-01T00:00:00+00:00"}],
)
def test_a_forged_result_of_the_last_verification_shortens_nothing(
    copy: Office, forged: dict[str, object]
) -> None:
    whole = verify(copy, now=NOW)
    with _forging(copy) as file:
        file.execute("UPDATE decision SET note = '偽' WHERE id = 1")
    result = copy.files / "verified.json"
    result.write_text(json.dumps({**json.loads(result.read_text()), **forged}))
    proof, doubt = verify_what_is_new(copy, now=NOW)
    assert (proof.after, proof.events) == (0, whole.events) and doubt is not None
    _finds(proof, "結果の 1（decision）の内容が、")
    assert "everything_at" in forged or any("前回の検証の控え" in each for each in proof.findings)


def test_a_result_written_without_the_key_puts_the_whole_verification_off_no_longer(copy: Office) -> None:
    verify(copy, now=NOW)
    later = NOW + timedelta(days=8)
    with _forging(copy) as file:
        file.execute("UPDATE decision SET note = '偽' WHERE id = 1")
    result = copy.files / "verified.json"
    result.write_text(json.dumps({**json.loads(result.read_text()), "everything_at": later.isoformat()}))
    proof, doubt = verify_what_is_new(copy, now=later)
    _finds(proof, "結果の 1（decision）の内容が、")
    assert doubt is not None and "この庁の鍵による印がありません" in doubt


def test_without_a_verification_before_everything_is_walked(copy: Office) -> None:
    proof, doubt = verify_what_is_new(copy, now=NOW)
    assert (proof.after, proof.findings, doubt) == (0, [], "前回の検証の控えがありません")
    assert verify_what_is_new(copy, now=NOW)[1] is None


def test_what_is_new_is_found_on_postgresql_too(postgres: PostgreSQL, tmp_path: Path) -> None:
    with postgres.office(tmp_path) as office:
        house = full_house(office)
        before = verify(office, now=house.now)
        actions.close_day(office, "admin", date(2024, 5, 1), "創立記念日", now=house.now)
        _new_remark(office)
        proof = prove(office, after=before.seq)
        assert (proof.after, proof.rows, proof.findings) == (before.seq, 2, [])
        with office.engine.begin() as connection:
            connection.execute(text("SET session_replication_role = replica"))
            connection.execute(text("UPDATE closed_day SET name = '偽' WHERE day = '2024-05-01'"))
            forged = {"wrote": '{"vote": {"偽": "偽"}, "body": {"偽": "偽"}}', "seq": proof.seq}
            connection.execute(text("UPDATE event SET wrote = :wrote WHERE seq = :seq"), forged)
        found = verify_what_is_new(office, now=house.now)[0]
    _finds(found, "閉庁日の 2024-05-01（closed_day）の内容が、")
    _finds(found, "票の 偽（vote）が失われています")


def _new_remark(office: Office) -> None:
    with office.writing() as db:
        plan = db.execute(text("SELECT min(plan_id) FROM remark")).scalar_one()
        db.add(Remark(plan_id=plan, by=1, at=NOW, text="図がよい。"))
        event_log.record(db, Tag.REMARKED, at=NOW, by=1, plan=plan)


def _finds(proof: Proof, expected: str) -> None:
    assert any(expected in finding for finding in proof.findings), (expected, proof.findings[:5])


def _place(table: Table, key: object) -> str:
    return f"{label(Kept(table.name))}の {key}（{table.name}）"


@contextmanager
def _forging(office: Office) -> Iterator[sqlite3.Connection]:
    """What somebody with the file can do: take every trigger away, alter, and put them back."""
    with closing(sqlite3.connect(_file_of(office))) as file:
        triggers = file.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            file.execute(f"DROP TRIGGER {name}")
        yield file
        for _, statement in triggers:
            file.execute(statement)
        file.commit()


def _file_of(office: Office) -> str:
    return str(office.engine.url.database)


def _last_row(file: sqlite3.Connection, table: str) -> dict[str, Any] | None:
    found = file.execute(f"SELECT * FROM {table} ORDER BY rowid DESC LIMIT 1")
    names = [each[0] for each in found.description]
    row = found.fetchone()
    return dict(zip(names, row, strict=True)) if row else None


def _insert(file: sqlite3.Connection, table: Table, row: dict[str, Any]) -> None:
    columns = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" for _ in row)
    file.execute(f"INSERT OR REPLACE INTO {table.name} ({columns}) VALUES ({marks})", tuple(row.values()))


def _some_column(table: Table) -> str:
    """One that is part of no key."""
    keys = {name for key in guards.unique_keys(table) for name in key}
    return [column.name for column in table.columns if column.name not in keys][-1]


def _another(table: Table, column: str, value: Any) -> Any:
    match table.c[column].type:
        case JSON():
            return '["偽"]'
        case Boolean():
            return 1 - value
        case Integer():
            return (value or 0) + 1
        case Date():
            return "2001-01-01"
        case Utc():
            return "2001-01-01 00:00:00.000000"
        case _:
            return f"{value or ''}偽"


def _cut(file: sqlite3.Connection, how_many: int) -> None:
    """Cut the end of the log off, and what else in the database knows of it."""
    file.execute("DELETE FROM event WHERE seq > (SELECT max(seq) FROM event) - ?", (how_many,))
    file.execute("UPDATE cursor SET seq = 0")
    file.execute("UPDATE delivery SET event_seq = NULL")


def _chain_anew(file: sqlite3.Connection) -> None:
    before = hash_chain.GENESIS
    events = file.execute(
        'SELECT seq, at, "by", tag, plan_id, meeting_id, data, wrote FROM event ORDER BY seq'
    ).fetchall()
    for seq, at, *told in events:
        before = hash_chain.link(before, seq, at, event_log._told(told))
        file.execute("UPDATE event SET hash = ? WHERE seq = ?", (before, seq))
