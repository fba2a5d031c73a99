"""People and programs that send bodies of any size and form to a real port."""

import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

from tests.support.api_client import a_token
from tests.support.scenario import House
from tests.support.web_client import Browser

MB = 1024**2
BOUNDARY = "----------------------------sakutei"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


class Post:
    """Requests to the pages of a house on a local port."""

    def __init__(self, house: House, url: str) -> None:
        self.house, self.port = house, urlsplit(url).port

    def who(self, key: str) -> tuple[dict[str, str], str]:
        """The headers of a person's browser, and the token of their forms."""
        browser = Browser(self.house, key)
        return {"cookie": f"sakutei={browser.client.cookies['sakutei']}"}, browser.csrf

    def program(self, key: str) -> dict[str, str]:
        return {"authorization": f"Bearer {a_token(self.house, key)}"}

    def send(
        self,
        path: str,
        body: Iterator[bytes],
        length: int | None = None,
        *,
        method: str = "POST",
        **headers: str,
    ) -> tuple[int, int]:
        """The status of the answer, and how many bytes could be sent until it came or the server hung up."""
        status, sent, _ = self.exchange(path, body, length, method=method, **headers)
        return status, sent

    def exchange(
        self,
        path: str,
        body: Iterator[bytes],
        length: int | None = None,
        *,
        method: str = "POST",
        **headers: str,
    ) -> tuple[int, int, str]:
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * 1024)
            given = {"host": "localhost", "content-type": FORM, **headers}
            given |= (
                {"content-length": str(length)} if length is not None else {"transfer-encoding": "chunked"}
            )
            head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
            line.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode())
            sent = 0
            with suppress(OSError):
                for piece in body:
                    line.sendall(piece if length is not None else b"%x\r\n%s\r\n" % (len(piece), piece))
                    sent += len(piece)
                if length is None:
                    line.sendall(b"0\r\n\r\n")
            answer = b""
            with suppress(OSError):
                while b"\r\n\r\n" not in answer or (b"</html>" not in answer and b"}" not in answer):
                    if not (more := line.recv(65536)):
                        break
                    answer += more
                    if b"content-length: 0\r\n" in answer:
                        break
            found = re.match(rb"HTTP/1.1 (\d+)", answer)
            return int(found[1]) if found else 0, sent, answer.decode("utf-8", "replace")


def field(name: str, value: str) -> bytes:
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


def document(size: int, csrf: str = "", name: str = "方針.txt") -> tuple[Iterator[bytes], int]:
    """A form with a text of so many bytes, and its length."""
    head = field("csrf", csrf) if csrf else b""
    head += (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="document"; filename="{name}"\r\n\r\n'.encode()
    )
    foot = f"\r\n--{BOUNDARY}--\r\n".encode()

    def pieces() -> Iterator[bytes]:
        yield head
        for _ in range(size // 65536):
            yield b"a" * 65536
        yield b"a" * (size % 65536) + foot

    return pieces(), len(head) + size + len(foot)
