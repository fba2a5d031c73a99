"""Another system, on this machine, that receives webhooks with adjustable behaviour."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """Answers with `status`, after `pause` seconds; with `hang_up` it takes what is sent and cuts the line; with
    `drip` its answer comes byte by byte. A GET is answered with `content`, called `etag`, or with 304 when that is named. What
    it took is in `calls` (path, headers, body)."""

    status: int = 200
    pause: float = 0.0
    hang_up: bool = False
    drip: bool = False
    port: int = 0
    content: bytes = b""
    etag: str = ""
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.calls]

    @property
    def types(self) -> list[str]:
        return [body["type"] for body in self.bodies]


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.calls.append((self.path, headers, body))
            time.sleep(receiver.pause)
            if receiver.hang_up:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            if receiver.drip:
                self._drip()
                return
            known = self.command == "GET" and receiver.etag and headers.get("if-none-match") == receiver.etag
            content = receiver.content if self.command == "GET" and not known else b""
            self.send_response(304 if known else receiver.status)
            if receiver.etag:
                self.send_header("etag", receiver.etag)
            self.send_header("location", f"http://127.0.0.1:{receiver.port}/elsewhere")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(content)

        def _drip(self) -> None:
            with suppress(OSError):
                for byte in b"HTTP/1.1 200 OK\r\nx: " + b"a" * 300:
                    self.wfile.write(bytes([byte]))
                    time.sleep(0.05)

        do_GET = do_POST

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
