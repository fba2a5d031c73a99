"""Recording a decision and advancing, against the very SQL statements they send, in the same durable
transactions: SQLite in WAL with `synchronous=FULL`, BEGIN IMMEDIATE. The statements are captured from the engine
on a copy of the database, and replayed on another copy through SQLAlchemy Core's driver-level execution."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event

from definitions.terms import Outcome
from tests.benchmarks.measure import medians, say
from tests.support.scenario import House
from workflow import actions
from workflow.store import schema
from workflow.store.database import Office

PLANS = 200
Statements = list[tuple[str, Any]]


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    house = House(_office(folder, "prepared", migrate=True))
    items, now = [], house.now
    for number in range(PLANS):
        key = f"p{number}"
        house.now = now
        house.a_plan(key)
        house.a_version(key=key)
        items.append(house.an_item("policy_bukai", key))
    _measure(
        folder,
        house,
        "record a decision",
        [
            lambda o, item=item: actions.record_outcome(
                o, "joho_bukai_office", item, Outcome.APPROVED, now=house.now
            )
            for item in items
        ],
    )
    for number, item in enumerate(items):
        actions.record_outcome(house.office, "joho_bukai_office", item, Outcome.APPROVED, now=house.now)
        for gate in ("policy_honbu", "policy_iinkai"):
            house.agree(gate, f"p{number}")
    _measure(
        folder,
        house,
        "advance",
        [
            lambda o, key=f"p{number}": actions.advance(o, "tanto", key, seen=1, now=house.now)
            for number in range(PLANS)
        ],
    )
    shutil.rmtree(folder)


def _measure(folder: Path, house: House, name: str, acts: list[Callable[[Office], object]]) -> None:
    captured = _capture(_copy(folder, house, f"{name} captured"), acts)
    ours, bare = _copy(folder, house, f"{name} ours"), _copy(folder, house, f"{name} bare")
    warm = 20
    for act, statements in zip(acts[:warm], captured[:warm], strict=True):
        act(ours)
        _replay(bare, statements)
    figures = medians(
        [lambda act=act: act(ours) for act in acts[warm:]],
        [lambda statements=statements: _replay(bare, statements) for statements in captured[warm:]],
    )
    say(f"{name} ({len(captured[-1])} statements)", *figures, 1.5)


def _capture(office: Office, acts: list[Callable[[Office], object]]) -> list[Statements]:
    found: list[Statements] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            found[-1].append((statement, parameters))

    event.listen(office.engine, "before_cursor_execute", note)
    for act in acts:
        found.append([])
        act(office)
    return found


def _replay(office: Office, statements: Statements) -> None:
    with office.engine.begin() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        for statement, parameters in statements:
            result = connection.exec_driver_sql(statement, parameters)
            if result.returns_rows:
                result.fetchall()


def _copy(folder: Path, house: House, name: str) -> Office:
    with house.office.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(folder / "prepared.db", folder / f"{name}.db")
    return _office(folder, name)


def _office(folder: Path, name: str, *, migrate: bool = False) -> Office:
    office = Office(f"sqlite:///{folder}/{name}.db", folder / "files")
    if migrate:
        schema.migrate(office)
    return office


if __name__ == "__main__":
    main()
