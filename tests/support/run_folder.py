"""The folder of one run of the tests: separate, so that runs can overlap, in memory where there is room, and
deleted at its end. The next run deletes what a killed run left."""

import fcntl
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 3 * 1024**3
"""Bytes that must be free in memory; a run on two workers used a fifth of it."""

PREFIX = "sakutei-tests-"
LOCK = "lock"
SERVER = "postgres-"
"""Prefix of the names of the folders of PostgreSQL servers."""


@contextmanager
def run_folder() -> Iterator[Path]:
    root = _root()
    for old in root.glob(f"{PREFIX}*"):
        with suppress(OSError):
            _clear_if_left(old)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
    with (folder / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _root() -> Path:
    with suppress(OSError):
        if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
            return MEMORY
    return Path(tempfile.gettempdir())


def _clear_if_left(folder: Path) -> None:
    """A run holds its lock as long as it lives, whatever ends it."""
    with (folder / LOCK).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for pid_file in folder.glob(f"{SERVER}*/postmaster.pid"):
            _stop(pid_file)
        shutil.rmtree(folder)


def _stop(pid_file: Path) -> None:
    """Stop a server that outlived its run: its number may have gone to another process since."""
    pid = int(pid_file.read_text().split()[0])
    command = Path(f"/proc/{pid}/cmdline")
    if command.exists() and str(pid_file.parent).encode() in command.read_bytes():
        os.kill(pid, signal.SIGQUIT)
