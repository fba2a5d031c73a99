"""Rate limit per token: 600 calls a minute in this process."""

import threading
import time
from collections.abc import Callable

from workflow.domain.errors import TooManyCalls


class Pace:
    """At most `most` calls of one token in a minute, in this process."""

    def __init__(self, most: int = 600, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` is in seconds."""
        self.most, self._clock = most, clock
        self._lock = threading.Lock()
        self._minute, self._calls = 0, dict[int, int]()

    def count(self, token: int) -> None:
        """Count one call. Raises `TooManyCalls`."""
        minute, second = divmod(int(self._clock()), 60)
        with self._lock:
            if minute != self._minute:
                self._minute, self._calls = minute, {}
            self._calls[token] = self._calls.get(token, 0) + 1
            if self._calls[token] > self.most:
                raise TooManyCalls(60 - second)
