"""A server that never falls silent and never comes to an end: it says what it must, and then drips."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain, repeat


@contextmanager
def dripping(*answers: bytes, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port of a server that answers each line with the next of `answers`, the first as its greeting, and when there
    are no more with a yes that never ends, one byte each twentieth of a second."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)
        running = threading.Thread(target=_serve, args=(listening, answers, tls, stop))
        running.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            stop.set()
            running.join()


def _serve(
    listening: socket.socket, answers: tuple[bytes, ...], tls: ssl.SSLContext | None, stop: threading.Event
) -> None:
    while not stop.is_set():
        with suppress(OSError):
            connection, _ = listening.accept()
            connection.settimeout(1)
            if tls:
                connection = tls.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as said:
                for number, answer in enumerate(answers):
                    if number:
                        said.readline()
                    connection.sendall(answer)
                drops = chain((b"2", b"5", b"0", b" "), repeat(b"x"))
                while not stop.is_set():
                    connection.sendall(next(drops))
                    time.sleep(0.05)
