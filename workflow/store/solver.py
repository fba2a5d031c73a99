"""The solver of many plans' schedules, in a process of its own: OR-Tools is loaded nowhere else, and what it takes of a processor
and of memory is bounded. `python -m workflow.store.solver` reads the problems and writes what was found."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from workflow.domain.scheduling.loads import Capacity
from workflow.domain.scheduling.problem import Problem, problem_from_rows, problem_to_rows
from workflow.domain.scheduling.spreading import Spread, spread, spread_from_rows, spread_to_rows
from workflow.store.bounded_process import OutOfBounds, run_bounded

SECONDS = 20.0
"""The time that the search is given, on two processors; it mostly ends sooner."""

LONGEST = 400
"""The longest time that the process takes, in seconds, and in seconds of a processor."""

MEMORY = 8 * 1024**3
"""Address space of the process, in bytes: what it uses is a tenth."""


def solved(problems: Sequence[Problem], capacity: Capacity) -> Spread | None:
    """Return the proposal for the plans; None when the process was ended, or failed."""
    given = json.dumps([[problem_to_rows(each) for each in problems], _capacity_rows(capacity)]).encode()
    environment = {"PYTHONPATH": os.pathsep.join(str(Path(path or ".").resolve()) for path in sys.path)}
    command = [sys.executable, "-m", "workflow.store.solver"]
    with TemporaryDirectory() as folder:
        try:
            ended = run_bounded(
                command,
                folder=Path(folder),
                seconds=LONGEST,
                memory=MEMORY,
                given=given,
                environment=environment,
            )
        except OutOfBounds:
            return None
    return spread_from_rows(json.loads(ended.output)) if ended.code == 0 else None


def _capacity_rows(capacity: Capacity) -> Any:
    return {
        "items": dict(capacity.items),
        "usual": capacity.usual,
        "monthly": capacity.monthly,
        "people": dict(capacity.people),
    }


def main() -> None:
    problems, capacity = json.load(sys.stdin)
    found = spread([problem_from_rows(each) for each in problems], Capacity(**capacity), seconds=SECONDS)
    json.dump(spread_to_rows(found), sys.stdout)


if __name__ == "__main__":
    main()
