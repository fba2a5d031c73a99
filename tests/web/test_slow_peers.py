"""Who sends a request too slowly is left, and keeps nobody waiting. Over real connections to the real server."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from tests.support.databases import SQLite
from tests.support.ports import free_port
from tests.support.scenario import House
from tests.support.web_client import mail_settings
from workflow.web import limits, server
from workflow.web.app import build


@pytest.fixture
def site(sqlite: SQLite, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Served as `sakutei serve` does, with less patience."""
    monkeypatch.setattr(server, "LONGEST_HEAD", 0.5)
    monkeypatch.setattr(limits, "LONGEST_SILENCE", 0.5)
    with sqlite.office(tmp_path, "itabashi_dx_2025") as office:  # type: ignore[arg-type]
        house = House(office)
        port = free_port()
        app = build(office, mail_settings(office.files.parent), clock=lambda: house.now)
        serving = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, **server.OPTIONS))
        running = threading.Thread(target=serving.run)
        running.start()
        while not serving.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
        serving.should_exit = True
        running.join()


def talk(site: str, *parts: bytes, pause: float = 0.0) -> bytes:
    """Send the parts and read all until the server hangs up, which it does within five seconds."""
    with socket.create_connection(("127.0.0.1", urlsplit(site).port or 0), timeout=5) as line:
        answer = b""
        try:
            for part in parts:
                line.sendall(part)
                time.sleep(pause)
            while piece := line.recv(65536):
                answer += piece
        except ConnectionError:
            pass
    return answer


HEAD = b"POST /sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 900\r\n\r\n"


@pytest.mark.parametrize(
    "parts",
    [(), (b"GET / HT",), (b"GET /static/icon.svg HTTP/1.1\r\nhost: x\r\n\r\n", b"GET /pu")],
    ids=["nothing", "half a head", "half a head on a kept connection"],
)
def test_who_sends_no_whole_head_is_left(site: str, parts: tuple[bytes, ...]) -> None:
    began = time.monotonic()
    talk(site, *parts)
    assert time.monotonic() - began < 5


def test_a_head_that_drips_is_left(site: str) -> None:
    began = time.monotonic()
    talk(site, *(bytes([byte]) for byte in HEAD), pause=0.1)
    assert time.monotonic() - began < 5


def test_a_body_that_does_not_come_is_answered_so(site: str) -> None:
    assert b" 408 " in talk(site, HEAD + b"key=tanto").splitlines()[0]
    began = time.monotonic()
    talk(site, HEAD, *(b"k" for _ in range(800)), pause=0.1)
    assert time.monotonic() - began < 5


def test_forty_sign_ins_at_once_keep_nobody_waiting(site: str) -> None:
    answers: list[int] = []

    def sign_in() -> None:
        form = {"key": "tanto", "password": "wrong password"}
        answers.append(httpx.post(f"{site}/sign-in", data=form, timeout=30).status_code)

    together = [threading.Thread(target=sign_in) for _ in range(40)]
    for each in together:
        each.start()
    time.sleep(0.1)
    waits = []
    while any(each.is_alive() for each in together):
        began = time.monotonic()
        assert httpx.get(f"{site}/static/icon.svg", timeout=10).status_code == 200
        waits.append(time.monotonic() - began)
    assert max(waits) < 3
    assert set(answers) <= {401, 429, 503} and 401 in answers and len(answers) == 40


def test_others_are_served_meanwhile(site: str) -> None:
    slow = [threading.Thread(target=talk, args=(site, HEAD)) for _ in range(60)]
    for each in slow:
        each.start()
    began = time.monotonic()
    assert httpx.get(f"{site}/sign-in").status_code == 200
    assert time.monotonic() - began < 3
    for each in slow:
        each.join()


MUCH = 256
"""Megabytes of an answer, more than any buffer on the way holds."""


async def _much(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for left in reversed(range(MUCH * 16)):
        await send({"type": "http.response.body", "body": bytes(1 << 16), "more_body": left > 0})


@pytest.mark.parametrize(("pause", "whole"), [(0.0, True), (1.5, False)])
def test_who_reads_nothing_of_an_answer_is_given_up(
    monkeypatch: pytest.MonkeyPatch, pause: float, whole: bool
) -> None:
    monkeypatch.setattr(server, "LONGEST_UNREAD", 0.5)
    port = free_port()
    config = uvicorn.Config(_much, host="127.0.0.1", port=port, lifespan="off", **server.OPTIONS)
    serving = uvicorn.Server(config)
    running = threading.Thread(target=serving.run)
    running.start()
    while not serving.started:
        time.sleep(0.02)
    read = 0
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line, suppress(ConnectionError):
        line.sendall(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        time.sleep(pause)
        while piece := line.recv(1 << 20):
            read += len(piece)
    serving.should_exit = True
    running.join()
    assert (read > MUCH << 20) is whole
