"""What of a request is read: nothing before it is known who asks, no more than its route takes, one document at a
time to the disk. Over real connections to a real server."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.support.api_client import Program
from tests.support.chromium import serving
from tests.support.databases import SQLite
from tests.support.scenario import House
from tests.support.sending import BOUNDARY, FORM, MB, Post, document, field
from tests.support.web_client import Browser, mail_settings
from workflow import actions
from workflow.web.api.routing import Call
from workflow.web.app import build
from workflow.web.limits import Load, Quota, load_of
from workflow.web.session import Page

A_PIECE = 320 * 1024
"""The most that an application is given at once: what the server holds before it stops the sender (64 KiB), and what one more
reading of the socket brings (256 KiB)."""


class Reading:
    """Counts what an application reads of its requests."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.bytes = app, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counted() -> Message:
            message = await receive()
            self.bytes += len(message.get("body", b""))
            return message

        await self.app(scope, counted, send)


class Server(Post):
    """The port of a house's pages, and what was read of the requests to it."""

    def __init__(self, house: House, url: str, reading: Reading) -> None:
        super().__init__(house, url)
        self.reading = reading


@contextmanager
def server_of(house: House, quota: Quota | None = None) -> Iterator[Server]:
    app = build(house.office, mail_settings(house.office.files.parent), clock=lambda: house.now)
    app.state.quota = quota or Quota()
    reading = Reading(app)
    with serving(reading) as url:
        yield Server(house, url, reading)


@pytest.fixture
def server(sqlite: SQLite, tmp_path: Path, chain: str) -> Iterator[Server]:
    """On SQLite: the databases have no part in it."""
    with sqlite.office(tmp_path, chain) as office:
        house = House(office, chain)
        house.a_plan()
        with server_of(house) as found:
            yield found


def left(server: Server) -> list[str]:
    """What lies in the store that is no document."""
    store = server.house.office.files
    return [path.name for path in store.iterdir() if path.is_file()] if store.exists() else []


STRANGERS = {
    "a version": ("POST", "/plans/dx/versions", 303),
    "a version by the API": ("POST", "/api/v1/plans/dx/versions", 401),
    "a definition": ("POST", "/chains/_new", 303),
    "a table of people": ("POST", "/people/_table", 303),
    "a step": ("POST", "/plans/dx/advance", 303),
    "a call": ("POST", "/api/v1/plans/dx/advance", 401),
    "no page": ("POST", "/nothing/versions", 404),
    "no call": ("POST", "/api/v1/nothing/versions", 404),
    "a wrong method": ("PUT", "/plans/dx/versions", 405),
    "a wrong method of a call": ("PUT", "/api/v1/plans/dx/versions", 405),
    "a page that only shows": ("GET", "/plans", 303),
    "a file of ours": ("POST", "/static/sakutei.css", 405),
    "a session that is none": ("POST", "/plans/dx/versions", 303),
    "a token that is none": ("POST", "/api/v1/plans/dx/versions", 401),
}


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "chunked"])
@pytest.mark.parametrize("what", STRANGERS)
def test_nothing_a_stranger_sends_is_read(server: Server, what: str, announced: bool) -> None:
    method, path, status = STRANGERS[what]
    body, length = document(50 * MB)
    headers = {"cookie": "sakutei=nobody", "authorization": "Bearer nobody"} if "none" in what else {}
    answered, sent = server.send(path, body, length if announced else None, method=method, **headers)
    assert answered == status
    assert server.reading.bytes == 0
    assert sent < 16 * MB, "the server did not hang up"
    assert left(server) == []


@pytest.mark.parametrize("path", ["/sign-in", "/language", "/reset", "/reset/x", "/welcome/x", "/public/dx"])
@pytest.mark.parametrize("announced", [True, False], ids=["announced", "chunked"])
def test_of_a_form_for_everybody_little_is_read(server: Server, path: str, announced: bool) -> None:
    body, length = document(50 * MB)
    answered, sent = server.send(path, body, length if announced else None)
    assert answered == 413
    assert server.reading.bytes == 0 and sent < 16 * MB


def test_who_may_not_is_refused_before_anything_is_read(server: Server) -> None:
    cookie, csrf = server.who("joho_bukai_1")
    for path, headers in (
        ("/plans/dx/versions", cookie),
        ("/api/v1/plans/dx/versions", server.program("joho_bukai_1")),
    ):
        body, length = document(5 * MB, csrf)
        assert server.send(path, body, length, **headers)[0] == 403
    assert server.reading.bytes == 0


@pytest.mark.parametrize(
    ("path", "size", "unannounced"),
    [
        ("/plans/dx/advance", 2 * MB, 400),  # a form without files
        ("/people/_table", 5 * MB, 413),
        ("/plans/dx/versions", 202 * MB, 422),  # the document itself is too large
    ],
)
def test_what_is_larger_than_its_route_takes_is_told_in_words_with_the_limit(
    server: Server, path: str, size: int, unannounced: int
) -> None:
    cookie, csrf = server.who("admin" if "people" in path else "tanto")
    body, length = document(size, csrf)
    status, _, said = server.exchange(path, body, length, **cookie)
    assert status == 413 and "送られたものが大きすぎます" in said and "MB 以内" in said
    assert server.reading.bytes == 0
    body, _ = document(size, csrf)
    assert server.send(path, body, **cookie)[0] == unannounced
    assert left(server) == []


def test_a_program_is_told_the_limit_as_a_problem(server: Server) -> None:
    body, length = document(202 * MB)
    status, _, said = server.exchange("/api/v1/plans/dx/versions", body, length, **server.program("tanto"))
    assert status == 413 and '"/problems/too-large"' in said and "201 MB 以内" in said


@pytest.mark.parametrize(
    "form",
    [
        lambda csrf: field("csrf", csrf) + _a_file() + _a_file(),
        lambda csrf: field("csrf", csrf) + field("note", "x") * 100,
        lambda csrf: field("csrf", csrf) + field("note", "x" * MB),
        lambda csrf: b"--" + BOUNDARY.encode() + b"\r\nnonsense",
    ],
    ids=["two files", "many fields", "a long field", "no form"],
)
def test_a_form_of_another_shape_than_the_pages_is_refused(server: Server, form: Any) -> None:
    cookie, csrf = server.who("tanto")
    body = form(csrf) + f"--{BOUNDARY}--\r\n".encode()
    status, _, said = server.exchange("/plans/dx/versions", iter([body]), len(body), **cookie)
    assert status == 400 and "読み取れません" in said
    status, _, said = server.exchange(
        "/api/v1/plans/dx/versions", iter([body]), len(body), **server.program("tanto")
    )
    assert status == 422 and "/problems/invalid-request" in said
    assert left(server) == [] and server.house.plan().text is None


def _a_file() -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="document"; filename="a.txt"\r\n\r\n'
    return head.encode() + b"a\r\n"


def test_five_large_documents_at_once_do_not_fill_the_memory(server: Server) -> None:
    """Of five people; on their way they lie on the disk, and those that were refused leave nothing."""
    people = ["tanto", *(f"writer{number}" for number in range(4))]
    house = server.house
    for key in people[1:]:
        house.a_person(key)
        actions.post(house.office, "admin", key, "it", house.now.date() - timedelta(days=30), now=house.now)
    sent = [(*server.who(key), key) for key in people]
    before, done, answers = _memory(), threading.Event(), list[int]()
    highest = [0]

    def watch() -> None:
        while not done.is_set():
            highest[0] = max(highest[0], _memory())
            time.sleep(0.02)

    def send(number: int) -> None:
        cookie, csrf, _ = sent[number]
        body, length = document(199 * MB + number, csrf, name="方針.pdf" if number == 0 else "方針.txt")
        answers.append(server.send("/plans/dx/versions", body, length, **cookie)[0])

    watching = threading.Thread(target=watch)
    watching.start()
    senders = [threading.Thread(target=send, args=(number,)) for number in range(5)]
    for each in senders:
        each.start()
    for each in senders:
        each.join()
    done.set()
    watching.join()
    assert sorted(answers) == [303, 303, 303, 303, 422]
    assert highest[0] - before < 60 * MB, f"{(highest[0] - before) // MB} MB"
    assert left(server) == []
    assert len([path for path in house.office.files.rglob("*") if path.is_file()]) == 4


def test_a_large_document_comes_back_without_filling_the_memory(server: Server) -> None:
    server.house.a_version("a" * 150 * MB)
    browser = Browser(server.house, "tanto")
    cookie, _ = server.who("tanto")
    before, got, highest = _memory(), 0, 0
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as line:
        line.sendall(
            f"GET /plans/dx/versions/1 HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncookie: {cookie['cookie']}\r\n\r\n".encode()
        )
        while piece := line.recv(1 << 20):
            got += len(piece)
            highest = max(highest, _memory())
    assert got > 150 * MB and highest - before < 40 * MB
    assert "attachment" in browser.client.get("/plans/dx/versions/1").headers["content-disposition"]


def test_a_person_sends_two_documents_at_once_and_others_are_not_kept_waiting(server: Server) -> None:
    cookie, csrf = server.who("tanto")
    with _sending(server, cookie, csrf), _sending(server, cookie, csrf):
        body, length = document(1000, csrf)
        status, _, said = server.exchange("/plans/dx/versions", body, length, **cookie)
        assert status == 429 and "同時に送れる文書は 2 件まで" in said
        body, length = document(1000)
        status, _, said = server.exchange(
            "/api/v1/plans/dx/versions", body, length, **server.program("tanto")
        )
        assert status == 429 and "/problems/too-many-uploads" in said
        server.house.a_person("other")
        actions.post(
            server.house.office, "admin", "other", "it", server.house.now.date(), now=server.house.now
        )
        others, others_csrf = server.who("other")
        body, length = document(1000, others_csrf)
        assert server.send("/plans/dx/versions", body, length, **others)[0] == 303
    deadline = time.monotonic() + 10
    while left(server) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left(server) == [], "what was broken off is still there"
    body, length = document(1001, csrf)
    assert server.send("/plans/dx/versions", body, length, **cookie)[0] == 303


@contextmanager
def _sending(server: Server, cookie: dict[str, str], csrf: str) -> Iterator[None]:
    """Somebody is half way through a document, and breaks it off at the end."""
    already = len(left(server))
    body, length = document(10 * MB, csrf)
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        head = f"POST /plans/dx/versions HTTP/1.1\r\nhost: x\r\ncontent-type: {FORM}\r\ncontent-length: {length}\r\n"
        line.sendall(f"{head}cookie: {cookie['cookie']}\r\n\r\n".encode())
        for _ in range(20):
            line.sendall(next(body))
        deadline = time.monotonic() + 10
        while len(left(server)) == already and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(left(server)) == already + 1
        yield


def test_a_person_has_a_quota_of_a_day(house: House) -> None:
    house.a_plan()
    with server_of(house, Quota(a_day=3 * MB)) as server:
        cookie, csrf = server.who("tanto")

        def send(size: int, announced: bool = True) -> tuple[int, str]:
            body, length = document(size, csrf)
            status, _, said = server.exchange(
                "/plans/dx/versions", body, length if announced else None, **cookie
            )
            return status, said

        assert send(2 * MB)[0] == 303
        for announced in (True, False):
            read = server.reading.bytes
            status, said = send(2 * MB - 1, announced)
            assert status == 429 and "一日に送れる文書の量（3 MB）" in said
            assert server.reading.bytes - read <= (0 if announced else MB + A_PIECE)
        house.now += timedelta(hours=16)
        cookie, csrf = server.who("tanto")
        assert send(2 * MB - 2)[0] == 303
    assert house.plan().text is not None and house.plan().text.number == 2  # type: ignore[union-attr]


def test_a_call_sent_again_with_the_same_document_is_not_done_twice(house: House) -> None:
    house.a_plan()
    program = Program(house, "tanto")

    def send(content: bytes) -> Any:
        return program.client.post(
            "plans/dx/versions", files={"document": ("方針.txt", content)}, headers={"idempotency-key": "k"}
        )

    first, again, other = send("一".encode()), send("一".encode()), send("二".encode())
    assert first.json() == again.json() and again.headers["idempotent-replayed"] == "true"
    assert other.json()["type"] == "/problems/key-reused"


def test_every_route_reads_only_what_it_says_it_takes() -> None:
    """Every route of the pages is a `Page`, every call a `Call`: there is no other way to read a request."""
    app = build(None, mail_settings(Path()))  # type: ignore[arg-type]
    for found, kind, usual in ((app.routes, Page, Load.FORM), (app.state.api.routes, Call, Load.JSON)):
        routes = [each.original_route for each in iter_route_contexts(found)]
        walked = [each for each in routes if isinstance(each, APIRoute)]
        assert len(walked) > 50 and all(isinstance(each, kind) for each in walked)
        large = {each.path for each in walked if load_of(each, usual).most > 4 * MB}
        files = {
            path.rpartition("/")[2] for path in large - {"/plans/_takeover", "/settings/templates/{kind}"}
        }
        assert files == {"versions", "papers", "replace", *(["word"] if kind is Page else [])}
        assert len(large) == (6 if kind is Page else 3)


def _memory() -> int:
    """What this process holds, in bytes; the server is a thread of it."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
