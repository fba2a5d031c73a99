"""The end of a whole call: a peer that answers in drips keeps each single time limit, and would hold a round for ever."""

import socket
from contextlib import suppress
from threading import Event, Thread
from types import TracebackType
from typing import Any

AGAIN = 0.2
"""Seconds until a connection that was opened meanwhile is shut too."""


class WholeCall:
    """A limit in seconds: then the connection of the peer is shut, whatever the call waits for; `over` says so."""

    def __init__(self, seconds: float, peer: object = None) -> None:
        """`peer` has the connection as `sock`; None: a `Watched` peer will say that it is the one."""
        self.peer = peer
        self.over = False
        self._seconds, self._done = seconds, Event()

    def __enter__(self) -> "WholeCall":
        Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()

    def _watch(self) -> None:
        wait = self._seconds
        while not self._done.wait(wait):
            self.over, wait = True, AGAIN
            connection = getattr(self.peer, "sock", None)
            if isinstance(connection, socket.socket):
                with suppress(OSError):
                    # Not by the class of TLS, which would take its state away from who is reading.
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)


class Watched:
    """A client of the standard library, from its connection on: the greeting is waited for before it is made."""

    def __init__(self, call: WholeCall, *args: Any, **kwargs: Any) -> None:
        call.peer = self
        super().__init__(*args, **kwargs)
