"""Limits on request bodies: no more is read than the route accepts, and nothing before the user is known. A
document is written to the disk while it arrives."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import QuotaSpent, TooLarge, TooManyUploads, TooSlow
from workflow.store import files
from workflow.store.files import Arriving

KB, MB, GB = 1024, 1024**2, 1024**3


LONGEST_SILENCE = 30.0
"""Time in which the next part of a body has to come, in seconds."""

SLOWEST = 4 * KB
"""Bytes a second that a body brings at least, after the first silence."""


class Load(Enum):
    """The request size that a route accepts: bytes in all, number of fields, bytes of a field, and number of
    files."""

    KEY = 16 * KB, 20, 16 * KB, 0
    """A password, a choice: what anybody may send."""
    FORM = MB, 1000, MB, 0
    LONG_FORM = 4 * MB, 1000, MB, 0
    """Twenty opinions of the longest kind."""
    TABLE = 4 * MB, 20, 4 * MB, 1
    """A list of people or a definition, typed or as a file."""
    DOCUMENT = files.LARGEST + MB, 20, 256 * KB, 1
    DOCUMENTS = 2 * files.LARGEST, 20, 256 * KB, 100
    """The versions of a plan, each at most as large as a document."""
    JSON = MB, 0, 0, 0

    def __init__(self, most: int, fields: int, field: int, files: int) -> None:
        self.most, self.fields, self.field, self.files = most, fields, field, files


def takes(load: Load) -> dict[str, Any]:
    """Return the declaration of a route's load, stored in its OpenAPI beside its permissions."""
    return {"x-takes": load.name}


def load_of(route: Any, usual: Load) -> Load:
    """Return the load that a route declares; `usual` when it declares none."""
    return Load[(route.openapi_extra or {}).get("x-takes", usual.name)]


class Quota:
    """The upload limit of one person: documents at once and bytes a day, in this process."""

    def __init__(self, at_once: int = 2, a_day: int = 2 * GB) -> None:
        self.at_once, self.a_day = at_once, a_day
        self._sending = Counter[str]()
        self._day, self._sent = date.min, Counter[str]()

    @contextmanager
    def sending(self, person: str, today: date, announced: int) -> Iterator[Callable[[int], None]]:
        """One document that the person sends; the caller reports its bytes as they arrive. Raises
        `TooManyUploads`, `QuotaSpent`."""
        if today != self._day:
            self._day, self._sent = today, Counter()
        if self._sending[person] >= self.at_once:
            raise TooManyUploads(self.at_once)
        self._must_have_left(person, announced)
        self._sending[person] += 1
        try:
            yield lambda size: self._count(person, size)
        finally:
            self._sending[person] -= 1

    def _count(self, person: str, size: int) -> None:
        self._must_have_left(person, size)
        self._sent[person] += size

    def _must_have_left(self, person: str, size: int) -> None:
        if self._sent[person] + size > self.a_day:
            raise QuotaSpent(self.a_day)


@asynccontextmanager
async def received(request: Request, load: Load, by: str | None) -> AsyncIterator[Request]:
    """The request, read: sent by that person, or by nobody known. Raises `TooLarge`, `TooManyUploads`, `QuotaSpent`,
    and `HTTPException` when it cannot be read."""
    announced = _announced(request, load, by)
    if announced > load.most:
        raise TooLarge(load.most)
    try:
        if load is Load.JSON:
            read = Request(request.scope, _limited(request.receive, load))
            await read.body()
            yield read
        elif load in (Load.DOCUMENT, Load.DOCUMENTS) and is_multipart(request):
            quota: Quota = request.app.state.quota
            today = tokyo_day(request.app.state.clock())
            with quota.sending(by or "", today, announced) as count:
                async with _with_documents(
                    Request(request.scope, _limited(request.receive, load, count)), load
                ) as read:
                    yield read
        else:
            read = Request(request.scope, _limited(request.receive, load))
            limits = {"max_files": load.files, "max_fields": load.fields, "max_part_size": load.field}
            async with read.form(**limits):
                yield read
    except (ClientDisconnect, MultiPartException) as error:
        raise HTTPException(400) from error


def document_of(upload: UploadFile) -> Arriving:
    """The document of a form that was read as `Load.DOCUMENT` or `Load.DOCUMENTS`."""
    if not isinstance(upload.file, Arriving):
        raise TypeError("the route takes no document")
    upload.file.flush()
    return upload.file


def _announced(request: Request, load: Load, by: str | None) -> int:
    """Return the declared length of a request in bytes; 0 when it declares none. A user who is not signed in must
    declare it."""
    length = request.headers.get("content-length", "0")
    if not length.isdigit():
        raise HTTPException(400)
    if by is None and "transfer-encoding" in request.headers:
        raise TooLarge(load.most)
    return int(length)


def _limited(receive: Receive, load: Load, count: Callable[[int], None] = lambda size: None) -> Receive:
    """Receives no more than the route takes: what a request says of its length is not relied on."""
    received, began = 0, time.monotonic()

    async def counted() -> Message:
        nonlocal received
        left = began + LONGEST_SILENCE + received / SLOWEST - time.monotonic()
        try:
            message = await asyncio.wait_for(receive(), max(0.0, min(left, LONGEST_SILENCE)))
        except TimeoutError:
            raise TooSlow from None
        size = len(message.get("body", b""))
        received += size
        if received > load.most:
            raise TooLarge(load.most)
        count(size)
        return message

    return counted


def is_multipart(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "multipart/form-data"


@asynccontextmanager
async def _with_documents(request: Request, load: Load) -> AsyncIterator[Request]:
    store: Path = request.app.state.office.files
    async with aclosing(request.stream()) as stream:
        form = _DocumentForm(request.headers, stream, load, store)
        try:
            yield _Read(request, await form.parse())
        finally:
            await run_in_threadpool(form.close)


class _DocumentForm(MultiPartParser):
    """A form whose files are written where they will stay: the system's folder for temporary files may be memory."""

    def __init__(
        self, headers: Headers, stream: AsyncGenerator[bytes, None], load: Load, store: Path
    ) -> None:
        super().__init__(
            headers,
            stream,
            max_files=load.files,
            max_fields=load.fields,
            max_part_size=load.field,
        )
        self._store = store
        self._arrived: list[Arriving] = []

    def on_headers_finished(self) -> None:
        super().on_headers_finished()
        if self._current_part.file is not None:
            self._arrived.append(files.arriving(self._store))
            self._current_part.file.file = self._arrived[-1]

    def close(self) -> None:
        for each in self._arrived:
            each.close()


class _Read(Request):
    """A request whose form is read already."""

    def __init__(self, request: Request, form: FormData) -> None:
        super().__init__(request.scope, request.receive)
        self._taken = form

    async def form(self, **_: Any) -> FormData:  # type: ignore[override]
        return self._taken
