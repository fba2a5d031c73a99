"""Backups while people work, and both are killed at random moments. As a script: makes one backup of an office."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from tests.support.ports import free_port
from tests.support.scenario import House
from workflow.store import event_log
from workflow.store.backup import archive
from workflow.store.backup.restoring import restore
from workflow.store.database import Office, connection_of
from workflow.store.health import health
from workflow.store.tables import Event

ROOT = Path(__file__).parents[2]
KEY = b"k" * 43


@dataclass(frozen=True, slots=True)
class Round:
    """One backup: the events acknowledged before it began and those restored, how many backups and workers were killed
    on the way, its size in bytes and its time in seconds."""

    acknowledged: int
    restored: int
    killed_backups: int
    killed_workers: int
    size: int
    seconds: float


class Workers:
    """People at work: one process at a time, and another after its death."""

    def __init__(self, house: House) -> None:
        command = [
            sys.executable,
            "-m",
            "tests.support.kill_worker",
            house.office.url,
            str(house.office.files),
        ]
        self._nursery = subprocess.Popen(
            [*command, str(free_port())], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.deaths = 0
        self._bear()

    def kill(self) -> None:
        os.kill(self._worker, signal.SIGKILL)
        self.deaths += 1
        self._bear()

    def end(self) -> None:
        os.kill(self._worker, signal.SIGKILL)
        assert self._nursery.stdin is not None and self._nursery.stdout is not None
        self._nursery.stdin.close()
        self._nursery.wait(timeout=30)
        self._nursery.stdout.close()

    def _bear(self) -> None:
        assert self._nursery.stdin is not None and self._nursery.stdout is not None
        self._nursery.stdin.write("\n")
        self._nursery.stdin.flush()
        self._worker = int(self._nursery.stdout.readline())


@contextmanager
def working(house: House) -> Iterator[Workers]:
    workers = Workers(house)
    try:
        yield workers
    finally:
        workers.end()


def back_up_and_restore(
    house: House, workers: Workers, folder: Path, target: Office, chance: random.Random
) -> Round:
    """Take a backup under load, however often it is killed, and restore it into the target. Asserts that nothing that
    was acknowledged before its beginning is missing, and that all of it is whole."""
    to = folder / f"{time.monotonic_ns()}.backup"
    deaths, killed = workers.deaths, 0
    time.sleep(chance.uniform(0.2, 1.5))
    while True:
        with house.office.reading() as db:
            acknowledged = archive.head_of(connection_of(db))
        began = time.monotonic()
        backup = _start(house.office, to)
        if chance.random() < 0.6:
            time.sleep(chance.uniform(0.1, 1.0))
            workers.kill()
        if killed < 5 and chance.random() < 0.6:
            time.sleep(chance.uniform(0.0, 2.0))
            backup.kill()
        if backup.wait() == 0 or to.exists():
            # Killed after the file got its name: then it is whole, and is restored like the others.
            break
        killed += 1
    seconds = time.monotonic() - began
    with to.open("rb") as opened:
        manifest = restore(target, opened, KEY, now=datetime.now(UTC)).manifest
    with target.reading() as db:
        assert event_log.verify(db) == manifest.position >= acknowledged[0]
        assert db.scalar(select(Event.hash).where(Event.seq == acknowledged[0])) == acknowledged[1]
    assert [each.words for each in health(target) if each.wrong] == []
    return Round(
        acknowledged[0], manifest.position, killed, workers.deaths - deaths, to.stat().st_size, seconds
    )


def _start(office: Office, to: Path) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "tests.support.backup_under_load",
        office.url,
        str(office.files),
        str(to),
    ]
    return subprocess.Popen(command, cwd=ROOT)


def main() -> None:
    url, files, to = sys.argv[1:]
    archive.write(Office(url, Path(files)), Path(to), KEY, now=datetime.now(UTC))


if __name__ == "__main__":
    main()
