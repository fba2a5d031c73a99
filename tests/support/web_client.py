"""A person at the pages without JavaScript, over HTTP."""

import asyncio
import re
from collections.abc import AsyncIterator
from concurrent.futures import Future
from functools import cache
from pathlib import Path
from threading import Thread, main_thread
from typing import Any
from urllib.parse import urlsplit

import httpx
from anyio.from_thread import BlockingPortal
from httpx import Response
from starlette.types import ASGIApp

from notifications.mail_settings import MailSettings
from tests.support.scenario import House
from workflow.actions.sessions import begin_session
from workflow.queries.people import person_id
from workflow.web.app import build
from workflow.web.session import csrf_of

PASSWORD = "いろはにほへとちりぬるを"
SITE = "http://office.example.jp"


def mail_settings(folder: Path) -> MailSettings:
    """Mail goes into the folder: no server is configured."""
    return MailSettings("sakutei@example.jp", "板橋区", "example.jp", folder / "mail", site=SITE)


class Client(httpx.Client):
    """Asks an application without a server. Starlette's client starts a loop for each request and goes between its threads
    nine times, which takes longer than most answers; here all clients of a process share one loop, and go there once."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        base_url: str = "http://testserver",
        follow_redirects: bool = True,
        raise_server_exceptions: bool = True,
        **settings: Any,
    ) -> None:
        self.app = app
        self.to_app = httpx.ASGITransport(
            app, raise_app_exceptions=raise_server_exceptions, client=("testclient", 50000)
        )
        super().__init__(
            transport=_Door(self.to_app),
            base_url=base_url,
            follow_redirects=follow_redirects,
            **settings,
        )


class _Door(httpx.BaseTransport):
    def __init__(self, to_app: httpx.ASGITransport) -> None:
        self.to_app = to_app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return _portal().call(self._answer, request)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        sent = httpx.Request(
            request.method, request.url, headers=request.headers, stream=_Pieces(request.stream)
        )
        answer = await self.to_app.handle_async_request(sent)
        body = b"".join([piece async for piece in answer.aiter_raw()])
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(body))


class _Pieces(httpx.AsyncByteStream):
    """What a request sends, piece by piece."""

    def __init__(self, sent: Any) -> None:
        self.sent = sent

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.sent:
            yield piece


@cache
def _portal() -> BlockingPortal:
    """The way to the loop, which ends with the process."""
    opened: Future[BlockingPortal] = Future()

    async def keep_open() -> None:
        async with BlockingPortal() as portal:
            opened.set_result(portal)
            while main_thread().is_alive():
                await asyncio.sleep(0.2)

    Thread(target=asyncio.run, args=(keep_open(),)).start()
    return opened.result()


class Browser:
    """With a key, that person's browser, signed in: by a session begun for them, or with a `password` by the page."""

    def __init__(self, house: House, key: str | None = None, *, password: str | None = None) -> None:
        self.house = house
        app = build(house.office, mail_settings(house.office.files.parent), clock=lambda: house.now)
        self.client = Client(app, base_url=SITE, raise_server_exceptions=False)
        self.csrf = ""
        self.password = password
        if key:
            self.key = key
            if password:
                house.has_password(key, password)
            self.sign_in()

    def sign_in(self) -> None:
        """Also the morning after: a session lasts a working day."""
        if self.password:
            answer = self.client.post("/sign-in", data={"key": self.key, "password": self.password})
            assert answer.status_code == 200, answer.text
            self.csrf = re.findall(r'name="csrf" value="([0-9a-f]{64})"', answer.text)[0]
            return
        with self.house.office.writing() as db:
            token = begin_session(db, person_id(db, self.key), "", self.house.now)
        self.client.cookies.set("sakutei", token, domain=urlsplit(SITE).hostname or "")
        self.csrf = csrf_of(token)

    def see(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    def send(self, path: str, status: int = 200, **form: object) -> str:
        """Send a form; the page it leads to."""
        return self.post(path, status, **form).text

    def do(self, path: str, **form: object) -> str:
        """Send a form that asks first who will get which mail, and say yes."""
        return self.send(path, **form, sure="yes")

    def call(self, **form: object) -> str:
        """Prepare a meeting by its form, and call it at once; its page."""
        shown = self.send("/meetings/new", **form)
        number = re.findall(r'action="/meetings/(\d+)/discard"', shown)[0]
        return self.send(f"/meetings/{number}/summon")

    def post(self, path: str, status: int = 200, **form: object) -> Response:
        answer = self.client.post(path, data={"csrf": self.csrf, **form})
        assert answer.status_code == status, answer.text
        return answer
