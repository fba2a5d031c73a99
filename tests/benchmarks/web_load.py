"""The plan page and Today under fifty signed-in readers, in an office of 200 plans and again of 20,000. Twenty
sections work on four plans each, whatever the archive holds: the rest are printed plans, each with its versions,
meetings, decisions, mails and log. The archive's rows are copies of one plan that went through the engine, so its
part of the hash chain does not verify; nothing here asks it to."""

import itertools
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx
from sqlalchemy import Table, insert, select

from tests.support.scenario import LONG_AGO, House
from workflow import actions
from workflow.store import schema
from workflow.store.database import Office
from workflow.store.tables import Record

SECTIONS, UNDER_WAY, READERS, ROUNDS = 20, 4, 50, 12
PORT = 8765
STRIDE = 100_000
"""How far the numbers of one copy lie from the next one's."""
COPIED = ("plan", "version", "step", "meeting", "agenda_item", "attendance", "decision", "event", "delivery")
MOVED = (
    "id",
    "seq",
    "plan_id",
    "version_id",
    "meeting_id",
    "item_id",
    "supersedes_id",
    "ratifies_id",
    "event_seq",
)


def main() -> None:
    few, many = _measure(200), _measure(20_000)
    for name in few:
        ratio = many[name] / few[name]
        print(
            f"{name}: p95 {many[name] * 1000:.0f} ms of 20,000 plans against {few[name] * 1000:.0f} ms of 200: {ratio:.2f}× (target ≤ 1.5×)"
        )


def _measure(plans: int) -> dict[str, float]:
    folder = Path(tempfile.mkdtemp())
    tokens = _an_office(folder, plans)
    environment = {**os.environ, "SAKUTEI_DATA": str(folder)}
    command = [str(Path(sys.executable).parent / "sakutei"), "serve", "--port", str(PORT)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait()
        return {
            "Today": _p95(tokens, lambda _: "/"),
            "plan page": _p95(tokens, lambda reader: f"/plans/s{reader % SECTIONS}-{reader % UNDER_WAY}"),
        }
    finally:
        server.terminate()
        server.wait()


def _p95(tokens: list[str], path: Any) -> float:
    """The 95th of a hundred answers, in seconds, to all readers at once."""
    times: list[float] = []

    def read(reader: int, token: str) -> None:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{PORT}", cookies={"sakutei": token}, timeout=60
        ) as client:
            for _ in range(ROUNDS):
                began = time.perf_counter()
                answer = client.get(path(reader))
                times.append(time.perf_counter() - began)
                assert answer.status_code == 200, answer.text

    readers = [threading.Thread(target=read, args=each) for each in enumerate(tokens)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return quantiles(times, n=100)[94]


def _an_office(folder: Path, plans: int) -> list[str]:
    """The sessions of fifty readers in an office with so many plans."""
    office = Office(f"sqlite:///{folder}/sakutei.db", folder / "documents")
    schema.migrate(office)
    house = House(office)
    house.a_plan("archived", at="printing")
    _copy(office, plans - SECTIONS * UNDER_WAY - 1)
    for section in range(SECTIONS):
        actions.add_department(office, "admin", f"s{section}", f"第{section}課", now=house.now)
        actions.post(office, "admin", "tanto", f"s{section}", LONG_AGO, now=house.now)
        for number in range(UNDER_WAY):
            key = f"s{section}-{number}"
            actions.open_plan(
                office, "tanto", key, f"計画 {key}", house.chain, department=f"s{section}", now=house.now
            )
            house.a_version(key=key)
            house.agree("policy_bukai", key)
    readers = []
    for reader in range(READERS):
        key = f"reader{reader}"
        house.a_person(key)
        actions.post(office, "admin", key, f"s{reader % SECTIONS}", LONG_AGO, now=house.now)
        readers.append(key)
    now = datetime.now(UTC)
    tokens = [_session(office, key, now) for key in readers]
    office.close()
    return tokens


def _session(office: Office, key: str, now: datetime) -> str:
    actions.set_password(office, "admin", key, "a password of a reader", now=now)
    return actions.sign_in(office, key, "a password of a reader", now=now)


def _copy(office: Office, copies: int) -> None:
    with office.writing() as db:
        for name in COPIED:
            table = Record.metadata.tables[name]
            rows = [row._asdict() for row in db.execute(select(table))]
            for some in _batches(_moved(table, rows, copies)):
                db.execute(insert(table), some)


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while some := list(itertools.islice(rows, 10_000)):
        yield some


def _moved(table: Table, rows: list[dict[str, Any]], copies: int) -> Iterator[dict[str, Any]]:
    for copy in range(1, copies + 1):
        for row in rows:
            yield {name: _renamed(table, name, value, copy) for name, value in row.items()}


def _renamed(table: Table, name: str, value: Any, copy: int) -> Any:
    if value is None:
        return None
    if name in MOVED:
        return value + copy * STRIDE
    if (table.name, name) in (("plan", "key"), ("delivery", "claim")):
        return f"{value}-{copy}"
    return "closed" if (table.name, name) == ("meeting", "status") else value


def _wait() -> None:
    for _ in range(200):
        try:
            httpx.get(f"http://127.0.0.1:{PORT}/sign-in")
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError("the server did not come up")


if __name__ == "__main__":
    main()
