"""Append-only tables, each against every way to change a row that stands."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import Column, ColumnElement, Connection, RowMapping, Table, insert, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError

from tests.support.scenario import House
from tests.support.scribbled import full_house
from workflow.store import guards, schema
from workflow.store.database import Office
from workflow.store.tables import APPEND_ONLY, Record

TABLES = [Record.metadata.tables[name] for name in APPEND_ONLY]


def test_no_row_of_an_append_only_table_is_changed_replaced_or_deleted(office: Office) -> None:
    full_house(office)
    tried = 0
    for table in TABLES:
        for way in _ways(office, table):
            with office.engine.connect() as connection:
                row = connection.execute(select(table)).mappings().first()
                assert row is not None, f"no row in {table.name}"
                with pytest.raises(DBAPIError, match="append-only"):
                    way(connection, table, row)
                tried += 1
    assert tried >= 4 * len(TABLES)


def test_a_row_beside_the_others_is_taken(office: Office) -> None:
    full_house(office)
    for table in TABLES:
        with office.engine.connect() as connection:
            row = dict(connection.execute(select(table)).mappings().first() or {})
            key = next(iter(table.primary_key.columns)).name
            new = {**row, key: 999, **_free_of(table, key)}
            connection.execute(insert(table), new)


def test_a_trigger_that_somebody_dropped_is_missed_and_made_again(house: House) -> None:
    with house.office.engine.begin() as connection:
        assert guards.missing(connection) == []
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE vote DISABLE TRIGGER vote_append_only"))
        else:
            connection.execute(text("DROP TRIGGER vote_no_replace"))
        assert [guard.table for guard in guards.missing(connection)] == ["vote"]
    schema.migrate(house.office)
    with house.office.engine.begin() as connection:
        assert guards.missing(connection) == []


Way = Callable[[Connection, Table, RowMapping], object]


def _ways(office: Office, table: Table) -> list[Way]:
    if office.engine.dialect.name == "postgresql":
        return [_update, _delete, _upsert, _truncate]
    keys = guards.unique_keys(table)
    return [_update, _delete, *(_replacing(key) for key in keys), _update_or_replace]


def _update(connection: Connection, table: Table, row: RowMapping) -> None:
    column = _some_column(table)
    connection.execute(table.update().where(_it(table, row)).values({column: row[column.name]}))


def _update_or_replace(connection: Connection, table: Table, row: RowMapping) -> None:
    column = _some_column(table)
    change = table.update().prefix_with("OR REPLACE").where(_it(table, row))
    connection.execute(change.values({column: row[column.name]}))


def _delete(connection: Connection, table: Table, row: RowMapping) -> None:
    connection.execute(table.delete().where(_it(table, row)))


def _replacing(key: list[str]) -> Way:
    """A new row in the place of another, by one of its unique keys; the others are its own."""

    def replace(connection: Connection, table: Table, _: RowMapping) -> None:
        full = [table.c[name].is_not(None) for name in key]
        first = next(iter(table.primary_key.columns)).name
        row: Mapping[str, object] | None = connection.execute(select(table).where(*full)).mappings().first()
        if row is None:
            assert key == ["supersedes_id"]
            one = connection.execute(select(table)).mappings().one()
            row = {**one, first: 998, "supersedes_id": one[first]}
            connection.execute(insert(table), row)
        new = {**row, first: 999, **{name: row[name] for name in key}}
        connection.execute(insert(table).prefix_with("OR REPLACE"), new)

    return replace


def _upsert(connection: Connection, table: Table, row: RowMapping) -> None:
    column = _some_column(table)
    upsert = postgresql.insert(table).values(dict(row))
    keys = list(table.primary_key.columns)
    connection.execute(
        upsert.on_conflict_do_update(index_elements=keys, set_={column.name: row[column.name]})
    )


def _truncate(connection: Connection, table: Table, _: RowMapping) -> None:
    connection.execute(text(f"TRUNCATE {table.name} CASCADE"))


def _it(table: Table, row: RowMapping) -> ColumnElement[bool]:
    key = next(iter(table.primary_key.columns))
    return key == row[key.name]


def _some_column(table: Table) -> Column[Any]:
    return list(table.columns)[-1]


def _free_of(table: Table, key: str) -> dict[str, object]:
    """Values by which a copy of a row keeps clear of the table's other unique keys."""
    free: dict[str, object] = {"supersedes_id": None, "turn": 999, "revision": 999, "number": 999}
    return {name: value for name, value in free.items() if name in table.c and name != key}
