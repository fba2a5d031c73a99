"""Ports of this machine: a free one, and one that somebody listens on."""

import socket
import time


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def until_it_answers(port: int) -> None:
    """Wait until somebody listens. Raises `TimeoutError` after two minutes: a demonstration is played first."""
    for _ in range(1200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"nobody listens on {port}")
