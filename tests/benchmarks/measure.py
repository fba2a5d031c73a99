"""Two sides of one figure, measured in turns because machines are noisy."""

import statistics
import time
from collections.abc import Callable, Iterable


def medians(
    ours: Iterable[Callable[[], object]], bare: Iterable[Callable[[], object]]
) -> tuple[float, float]:
    """The median seconds of one act of ours and one of the bare side. Acts are taken in turns, and each side
    goes first every other time: whoever follows a commit finds the disk and the caches in another state."""
    sides: tuple[list[float], list[float]] = ([], [])
    for turn, pair in enumerate(zip(ours, bare, strict=True)):
        for side in (0, 1) if turn % 2 == 0 else (1, 0):
            began = time.perf_counter()
            pair[side]()
            sides[side].append(time.perf_counter() - began)
    return statistics.median(sides[0]), statistics.median(sides[1])


def say(name: str, ours: float, bare: float, target: float) -> None:
    """Print one line: both medians in milliseconds, their ratio, the target."""
    print(
        f"{name}: {ours * 1000:.3f} ms against {bare * 1000:.3f} ms: {ours / bare:.2f}× (target ≤ {target}×)"
    )
