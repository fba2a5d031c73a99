"""The office's inbox for answers by calendar: read over IMAP, so many mails at a time, none of them larger than
`LARGEST`. A mail that is taken or set aside is marked as read; nothing is deleted."""

import base64
import imaplib
import logging
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Event as Stop
from typing import Any

from notifications.calendar_replies import LARGEST, read_reply, sender_and_subject
from notifications.whole_call import Watched, WholeCall
from workflow import actions
from workflow.domain.errors import (
    BadInput,
    DatabaseUnusable,
    NotNow,
    ReplyNotTaken,
    SakuteiError,
    TooManyTries,
)
from workflow.domain.language import reworded, say
from workflow.store.database import Office

AT_ONCE = 50
"""Mails that are read in one turn; the others wait for the next."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Inbox:
    """The inbox to which calendars send their answers. `address` is the organizer that invitations name; `timeout` is in
    seconds, for each answer of the server; a turn takes twice that at most."""

    address: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    tls: bool = True
    ca_file: Path | None = None
    timeout: float = 30.0


class InboxGone(SakuteiError):
    """The inbox cannot be read now."""

    def __init__(self, words: str) -> None:
        self.words = words

    @property
    def message(self) -> str:
        return say(
            "出欠の回答の受信箱を読めません: {words}。接続先、サインイン、フォルダの設定を確かめてください。",
            words=reworded(self.words),
        )


@dataclass(slots=True)
class Received:
    """Numbers of mails whose answer was recorded, and that were set aside."""

    taken: int = 0
    set_aside: int = 0


def receive(
    office: Office, inbox: Inbox, domain: str, clock: Callable[[], datetime], stop: Stop | None = None
) -> Received:
    """Take the new answers, oldest first. Raises `InboxGone`, `DatabaseUnusable`; what was not marked as read comes
    again, and the same answer again changes nothing."""
    stop, result = stop or Stop(), Received()
    with _opened(inbox) as server:
        for number in _unread(server):
            if stop.is_set():
                break
            _take(office, server, number, domain, clock(), result)
    return result


@contextmanager
def _opened(inbox: Inbox) -> Iterator[imaplib.IMAP4]:
    """The folder of the inbox, signed in. Raises `InboxGone`."""
    with WholeCall(2 * inbox.timeout) as call:
        server: imaplib.IMAP4 | None = None
        try:
            server = _connected(inbox, call)
            server.login(inbox.user, inbox.password)
            _well(server.select(_quoted(inbox.folder)))
            yield server
        except (imaplib.IMAP4.error, OSError) as error:
            raise InboxGone(_words(TimeoutError() if call.over else error)) from error
        finally:
            if server is not None:
                with suppress(imaplib.IMAP4.error, OSError):
                    server.logout()


def _connected(inbox: Inbox, call: WholeCall) -> imaplib.IMAP4:
    if not inbox.tls:
        return _Imap(call, inbox.host, inbox.port, timeout=inbox.timeout)
    context = ssl.create_default_context(cafile=str(inbox.ca_file) if inbox.ca_file else None)
    return _ImapTls(call, inbox.host, inbox.port, ssl_context=context, timeout=inbox.timeout)


class _Imap(Watched, imaplib.IMAP4):
    """One that a whole call can end."""


class _ImapTls(Watched, imaplib.IMAP4_SSL):
    """The same over TLS."""


def _unread(server: imaplib.IMAP4) -> list[str]:
    answer = _well(server.uid("SEARCH", "UNSEEN", "UNDELETED"))
    found = answer[0] or b""
    return [number.decode("ascii") for number in found.split()[:AT_ONCE]]


def _take(
    office: Office, server: imaplib.IMAP4, number: str, domain: str, now: datetime, result: Received
) -> None:
    raw = _beginning(server, number)
    try:
        actions.give_rsvp_by_calendar(office, read_reply(raw, domain), now=now)
        result.taken += 1
    except DatabaseUnusable:
        raise
    except (ReplyNotTaken, NotNow, BadInput, TooManyTries) as refused:
        sender, subject = sender_and_subject(raw)
        why = refused.why if isinstance(refused, ReplyNotTaken | NotNow) else refused.message
        actions.set_mail_aside(office, sender, subject, why, now=now)
        result.set_aside += 1
    _well(server.uid("STORE", number, "+FLAGS.SILENT", r"(\Seen)"))


def _beginning(server: imaplib.IMAP4, number: str) -> bytes:
    """The mail, and one byte more than is read of a mail that is too large."""
    answer = _well(server.uid("FETCH", number, f"(BODY.PEEK[]<0.{LARGEST + 1}>)"))
    return next((part[1] for part in answer if isinstance(part, tuple) and isinstance(part[1], bytes)), b"")


def _well(answer: tuple[str, list[Any]]) -> list[Any]:
    """The data of a good answer. Raises `imaplib.IMAP4.error`."""
    kind, data = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(data[0] if data else kind)
    return data


def _quoted(folder: str) -> str:
    """The name of a folder as IMAP takes it: what is not ASCII in modified UTF-7 (RFC 3501, 5.1.3)."""
    folder = re.sub(r"[^\x20-\x7e]+", _in_utf7, folder.replace("&", "&-"))
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _in_utf7(found: re.Match[str]) -> str:
    packed = base64.b64encode(found[0].encode("utf-16-be")).decode("ascii")
    return f"&{packed.rstrip('=').replace('/', ',')}-"


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return say("時間内に応答がありません")
    if isinstance(error, ConnectionRefusedError):
        return say("接続を拒まれました")
    given = error.args[0] if error.args else ""
    text = given.decode("utf-8", "replace") if isinstance(given, bytes) else str(error)
    return re.sub(r"\s+", " ", text).strip() or type(error).__name__
