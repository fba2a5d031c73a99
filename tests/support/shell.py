"""The command line, each command as its own process."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SAKUTEI = [sys.executable, "-c", "from workflow.cli import main; main()"]
ROOT = Path(__file__).parents[2]


class Shell:
    """Runs `sakutei …` at a terminal, as its own process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        own = {"SAKUTEI_DATA": str(folder / "data"), "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
        self.env = {**os.environ, **own}

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [*SAKUTEI, *arguments], cwd=self.folder, env=self.env, capture_output=True, text=True, check=True
        )
        return done.stdout

    def type(self, *arguments: str, answers: list[tuple[str, str]]) -> str:
        """Answer each question when it is asked; everything the terminal showed."""
        ours, its = pty.openpty()
        command = [*SAKUTEI, *arguments]
        with subprocess.Popen(
            command, cwd=self.folder, env=self.env, stdin=its, stdout=its, stderr=its, start_new_session=True
        ) as running:
            os.close(its)
            shown = b""
            for question, answer in answers:
                while question.encode() not in shown:
                    shown += os.read(ours, 1024)
                os.write(ours, f"{answer}\n".encode())
            for more in _rest(ours):
                shown += more
            assert running.wait(30) == 0, shown.decode()
        os.close(ours)
        return shown.decode()


def _rest(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            found = os.read(terminal, 1024)
        except OSError:  # Linux says so when the other side is closed.
            return
        if not found:
            return
        yield found
