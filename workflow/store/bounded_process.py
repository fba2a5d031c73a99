"""Processes that work for us within bounds of time, memory and disk: alone, without our environment, and ended as a whole
when they exceed one."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from workflow.domain.errors import SheetNotMade
from workflow.domain.language import say

LARGEST_FILE = 300 * 1024**2
"""The largest file that such a process writes, in bytes."""


LONGEST_WAIT = 20
"""The longest wait for others' papers, in seconds."""


class OutOfBounds(Exception):
    """The process took too long, and was ended."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A process that ended by itself, or by its bound on memory."""

    code: int
    output: bytes


@contextmanager
def one_at_a_time(lock: threading.Lock) -> Iterator[None]:
    """Papers are made one at a time, for it takes a processor. Raises `SheetNotMade`."""
    if not lock.acquire(timeout=LONGEST_WAIT):
        raise SheetNotMade(say("ほかの書類を作っています"), say("少し待ってから、もう一度お試しください。"))
    try:
        yield
    finally:
        lock.release()


def run_bounded(
    command: Sequence[str],
    *,
    folder: Path,
    seconds: float,
    memory: int,
    given: bytes = b"",
    environment: Mapping[str, str] | None = None,
) -> Ended:
    """Run the command in that folder, with the bytes `given` on its input. `memory` is in bytes of address space. Its
    output that is no answer goes nowhere. Raises `OutOfBounds`."""
    bounds = [str(memory), str(int(seconds) + 1), str(LARGEST_FILE)]
    started = subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", "-c", _WITHIN, *bounds, *command],
        cwd=folder,
        env={
            "PATH": os.defpath,
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "LANG": "C.UTF-8",
            **(environment or {}),
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        output, _ = started.communicate(given, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise OutOfBounds from None
    finally:
        # Its children too: what it started is of its own session.
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.communicate()
    return Ended(started.returncode, output)


_WITHIN = """
import os, resource, sys
memory, seconds, file = map(int, sys.argv[1:4])
for bound, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, file),
                    (resource.RLIMIT_CORE, 0)):
    resource.setrlimit(bound, (most, most))
os.execvp(sys.argv[4], sys.argv[4:])
"""
"""The program that sets the bounds on itself and becomes the command: set between fork and exec, they would need a fork
of a process with threads."""
