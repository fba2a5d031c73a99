"""Events name the rows that were written for them, whatever statement wrote one."""

import json
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from sqlalchemy import inspect, select, text, update

from tests.support.databases import PostgreSQL, SQLite
from tests.support.scenario import House
from tests.support.scribbled import full_house
from workflow import actions
from workflow.domain.calendar import tokyo_day
from workflow.domain.events import Tag
from workflow.store import guards, schema
from workflow.store.database import Office
from workflow.store.tables import PROVEN, UNPROVEN, Event, Person, Record
from workflow.store.touched import rows_with_hashes


def test_every_table_is_proven_or_says_why_not() -> None:
    assert set(PROVEN) | set(UNPROVEN) == set(Record.metadata.tables)
    assert set(PROVEN) & set(UNPROVEN) == set()
    assert all(len(why) > 5 for why in UNPROVEN.values())
    for table in PROVEN:
        assert len(Record.metadata.tables[table].primary_key.columns) == 1, table


def test_every_row_is_the_one_that_its_last_event_names(office: Office) -> None:
    full_house(office)
    named = _last_named(office)
    with office.reading() as db:
        standing = {
            (table, key): digest
            for table in PROVEN
            for key, digest in rows_with_hashes(db.connection(), table)
        }
        tags = set(db.scalars(select(Event.tag)))
    assert {row: digest for row, digest in named.items() if digest is not None} == standing
    assert {table for table, _ in standing} > {
        "decision",
        "opinion",
        "membership",
        "administrator",
        "document",
    }
    assert Tag.ROWS_NAMED not in tags, "a use case writes rows after its last event"


def test_the_hash_of_a_row_is_the_same_on_both_databases(
    sqlite: SQLite, postgres: PostgreSQL, tmp_path: Path
) -> None:
    def wrote(office: Office) -> list[str | None]:
        house = House(office)
        house.a_plan(at="proposal")
        actions.close_day(
            office, "admin", tokyo_day(house.now) + timedelta(days=1), "創立記念日", now=house.now
        )
        with office.reading() as db:
            return list(db.scalars(select(Event.wrote).order_by(Event.seq)))

    with sqlite.office(tmp_path) as one, postgres.office(tmp_path) as other:
        assert wrote(one) == wrote(other)


def test_what_is_written_after_the_last_event_is_named_in_an_event_of_its_own(house: House) -> None:
    with house.office.writing() as db:
        db.execute(update(Person).where(Person.key == "tanto").values(name="担当 華子"))
    with house.office.reading() as db:
        tag, data, wrote = db.execute(
            select(Event.tag, Event.data, Event.wrote).order_by(Event.seq.desc()).limit(1)
        ).one()
    assert (tag, json.loads(data)) == (Tag.ROWS_NAMED, {"rows": 1})
    assert list(json.loads(wrote)) == ["person"]


def test_what_was_written_behind_the_programs_back_is_named_by_no_event(house: House) -> None:
    with house.office.engine.begin() as connection:
        connection.execute(text("UPDATE person SET name = '偽 物' WHERE key = 'mayor'"))
    house.a_plan()
    named = _last_named(house.office)
    with house.office.reading() as db:
        wrong = [
            key
            for key, digest in rows_with_hashes(db.connection(), "person")
            if named["person", key] != digest
        ]
        mayor = db.scalar(select(Person.id).where(Person.key == "mayor"))
    assert wrong == [str(mayor)]


def test_a_migration_names_the_rows_it_found_and_those_it_changed(office: Office, tmp_path: Path) -> None:
    house = House(office)
    _set_back(office, "0020", tmp_path)
    schema.migrate(office)
    named = _last_named(office)
    with office.reading() as db:
        found = db.scalars(select(Event.data).where(Event.tag == Tag.ROWS_NAMED)).all()
        people = dict(rows_with_hashes(db.connection(), "person"))
    assert sum(json.loads(data)["rows"] for data in found) == len(named) > 30
    assert people == {key: digest for (table, key), digest in named.items() if table == "person"}
    house.a_plan()


def _set_back(office: Office, to: str, folder: Path) -> None:
    """Take away every table, column and index of a later form, and bring back the columns and indexes that it gave up."""
    with closing(Office(f"sqlite:///{folder}/older.db", folder / "older")) as older:
        schema.migrate(older, to=to)
        found = inspect(older.engine)
        indexes = {
            each["name"]: (name, each["column_names"])
            for name in found.get_table_names()
            for each in found.get_indexes(name)
            if not each["unique"]
        }
        columns = {
            name: {each["name"] for each in found.get_columns(name)} for name in found.get_table_names()
        }
    with office.engine.begin() as connection:
        guards.stop_noting(connection)
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{to}'"))
        for table in reversed(Record.metadata.sorted_tables):
            if table.name not in columns:
                connection.execute(text(f"DROP TABLE {table.name}"))
                continue
            for index in {str(each.name) for each in table.indexes} - indexes.keys():
                connection.execute(text(f"DROP INDEX {index}"))
            for column in {each.name for each in table.columns} - columns[table.name]:
                connection.execute(text(f"ALTER TABLE {table.name} DROP COLUMN {column}"))
            for column in columns[table.name] - {each.name for each in table.columns}:
                connection.execute(
                    text(f"ALTER TABLE {table.name} ADD COLUMN {column} TEXT DEFAULT '' NOT NULL")
                )
            for index, (of, over) in indexes.items():
                if of == table.name and index not in {each.name for each in table.indexes}:
                    connection.execute(text(f"CREATE INDEX {index} ON {of} ({', '.join(over)})"))


def _last_named(office: Office) -> dict[tuple[str, str], str | None]:
    named: dict[tuple[str, str], str | None] = {}
    with office.reading() as db:
        for wrote in db.scalars(select(Event.wrote).where(Event.wrote.is_not(None)).order_by(Event.seq)):
            for table, rows in json.loads(wrote).items():
                named |= {(table, key): digest for key, digest in rows.items()}
    return named
