"""20,000 reminders claimed and sent while somebody else records one thing after the other: how long that one waits at most,
on SQLite and on PostgreSQL. The one who records is a process of its own, as is the mail server."""

import multiprocessing
import statistics
import tempfile
import time
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from notifications import outbox, sending
from notifications.composing import Stationery
from notifications.transport import mailer_of
from tests.benchmarks.mail_sink import add_members, mail_sink, settings_for
from tests.support.databases import Databases, PostgreSQL, SQLite
from tests.support.scenario import House
from workflow import actions
from workflow.store.database import Office

MEMBERS, MEETINGS = 400, 50
BETWEEN = 0.02
"""Seconds between two things recorded."""

SPAWN = multiprocessing.get_context("spawn")


def main() -> None:
    with mail_sink() as port, tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        postgres = PostgreSQL(place)
        try:
            for name, databases in (("SQLite", SQLite(place)), ("PostgreSQL", postgres)):
                (place / name).mkdir()
                _measure(name, databases, place / name, port)
        finally:
            postgres.stop()


def _measure(name: str, databases: Databases, folder: Path, port: int) -> None:
    with databases.office(folder, "itabashi_dx_2025") as office:
        house = _a_full_body(office)
        settings = settings_for(port, folder)
        ours, its = SPAWN.Pipe()
        args = (office.url, office.files, house.now, its)
        writer = SPAWN.Process(target=_record, args=args, daemon=True)
        writer.start()
        ours.recv()
        alone = _during(ours, lambda: time.sleep(3))
        claimed = 0

        def claim() -> None:
            nonlocal claimed
            claimed = outbox.claim(office, house.now)

        claiming = _during(ours, claim)
        began = time.perf_counter()
        sent = sending.Sending()

        def send() -> None:
            nonlocal sent
            sent = sending.send_due(office, mailer_of(settings), Stationery(settings), lambda: house.now)

        beside = _during(ours, send)
        took = time.perf_counter() - began
        writer.terminate()
    print(f"{name}: alone {_shown(alone)}")
    print(f"{name}: while {claimed} were claimed {_shown(claiming)} (target: longest ≤ 100 ms)")
    print(
        f"{name}: while {sent.sent} were sent, {sent.sent / took:.0f} a second, {_shown(beside)} (target: longest ≤ 100 ms)"
    )


def _shown(times: list[float]) -> str:
    longest, median = max(times) * 1000, statistics.median(times) * 1000
    return f"{len(times)} records, median {median:.1f} ms, longest {longest:.0f} ms"


def _during(writer: Connection, act: Any) -> list[float]:
    """How long each record took while that was done."""
    writer.send("begin")
    act()
    writer.send("end")
    times: list[float] = writer.recv()
    return times


def _record(url: str, files: Path, now: datetime, to: Connection) -> None:
    office = Office(url, files)
    actions.remark(office, "tanto", "p", "一言", now=now)
    to.send("ready")
    times: list[float] = []
    while True:
        if to.poll():
            if to.recv() == "begin":
                times = []
            else:
                to.send(times or [0.0])
        began = time.perf_counter()
        actions.remark(office, "tanto", "p", "一言", now=now)
        times.append(time.perf_counter() - began)
        time.sleep(BETWEEN)


def _a_full_body(office: Office) -> House:
    """A 部会 of four hundred members more, whose fifty meetings are tomorrow."""
    house = House(office)
    house.a_plan("p")
    house.a_version(key="p")
    add_members(office, MEMBERS)
    for _ in range(MEETINGS):
        house.a_meeting("joho_bukai", days=7)
    house.now += timedelta(days=6, hours=23)
    return house


if __name__ == "__main__":
    main()
