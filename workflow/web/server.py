"""The HTTP server: uvicorn, which hangs up on who sends the head of a request too slowly, or reads nothing of the answer.
How long a body may take is in `limits`."""

import asyncio
import gc
from collections.abc import Mapping
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

LONGEST_HEAD = 10.0
"""Time from the connection, or from the last answer on a kept one, to the end of the head, in seconds."""


LONGEST_UNREAD = 30.0
"""Time for which nothing of an answer is read before the connection is given up, in seconds."""


class _Impatient(H11Protocol):
    _hanging_up: asyncio.TimerHandle | None = None
    _giving_up: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._giving_up = self.loop.call_later(LONGEST_UNREAD, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._keep()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watching()
        self._keep()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Wait only so long where no answer is being made: for a head, and for the rest of what was answered already."""
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_watching()
        elif self._hanging_up is None:
            self._hanging_up = self.loop.call_later(LONGEST_HEAD, self.transport.close)

    def _keep(self) -> None:
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None

    def _stop_watching(self) -> None:
        if self._hanging_up is not None:
            self._hanging_up.cancel()
            self._hanging_up = None


OPTIONS: Mapping[str, Any] = {
    "http": _Impatient,
    "log_level": "warning",
    "access_log": False,
    "server_header": False,
}
"""The options of uvicorn. Addresses are not logged: some are one-time links."""


def serve(app: ASGIApp, host: str, port: int) -> None:
    """Serve until Ctrl+C. What is loaded by now stays: to walk it again and again, the collector would stop an answer for a
    tenth of a second."""
    gc.collect()
    gc.freeze()
    uvicorn.run(app, host=host, port=port, **OPTIONS)
