"""Making a mail from a letter, and delivering it to a mail server or a Maildir."""

import base64
import hashlib
import mailbox
import re
import secrets
import smtplib
import ssl
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import escape

from notifications import witness
from notifications.icalendar_file import Invite, calendar_bytes
from notifications.inbox import Inbox
from notifications.kinds import Kind
from notifications.look import dressed, inner
from notifications.network_guard import Network
from notifications.whole_call import Watched, WholeCall
from workflow.actions.minted_links import MintedLink
from workflow.domain.calendar import TOKYO
from workflow.domain.errors import BadInput, SakuteiError, Unwritable
from workflow.domain.language import reworded, say
from workflow.domain.validation import ascii_address
from workflow.queries.contacts import BodyContact
from workflow.store import private_files

_CALENDAR = "invite.ics"
"""The name of the file with a mail's only calendar entry."""

_LINE = "─" * 20
"""Stands around the title of each letter of a mail that holds several."""

_AGAIN = "【再送】"
"""The beginning of the subject of a letter that was sent again by hand."""

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Mail settings of an office. Without `smtp_host` all mail goes to the Maildir. `ca_file` holds the
    certificates used to check the server's (None: the system's); `timeout` is in seconds, for each answer. `site` is the address
    of the pages, for links in mails, without a trailing slash. `networks` are the office's internal networks that
    webhooks may call. `alarm`: the minutes before a meeting at which a calendar rings; None: it does not. `inbox` is
    where calendars send their answers; None: to the 事務局. `signing_key` is the file of the key that signs the head of
    the log; None: it lies beside the Maildir."""

    sender: str
    office_name: str
    domain: str
    maildir: Path
    site: str = "http://localhost:8000"
    smtp_host: str | None = None
    smtp_port: int = 587
    starttls: bool = True
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    overrides: Path | None = None
    ca_file: Path | None = None
    timeout: float = 30.0
    networks: tuple[Network, ...] = ()
    alarm: int | None = None
    inbox: Inbox | None = None
    signing_key: Path | None = None

    @property
    def key_of_the_log(self) -> Path:
        return self.signing_key or self.maildir.with_name("signing.key")


@dataclass(frozen=True, slots=True)
class Letter:
    """The content of a message to one person, before it becomes a mail. `chain` and `body` select custom
    templates; `tells` is the schedule of the meeting that it tells of. `personal` is what the letter says to this
    recipient alone, in place of the `mark` of each name in `context`: the rest is made once for all recipients.
    `secretariat` gets the replies and stands in the foot; None: nobody reads replies. `link` is the secret link in it, to be
    kept before the letter is sent. `log` is the number and the hash of the last event, of which the mail is a witness."""

    kind: Kind
    name: str
    address: str
    context: Mapping[str, Any]
    chain: str | None = None
    body: str | None = None
    invite: Invite | None = None
    tells: int | None = None
    personal: Mapping[str, str] = field(default_factory=dict)
    secretariat: BodyContact | None = None
    link: MintedLink | None = None
    log: tuple[int, str] | None = None


_MARK = secrets.token_hex(16)


def mark(name: str) -> str:
    """The place of a personal value in the context of a letter. Nobody can write it: it is random in each process."""
    return f"{_MARK}{name};"


@dataclass(frozen=True, slots=True)
class _Shared:
    """The part of a letter that all its mails have in common."""

    headers: tuple[str, ...]
    text: str
    html: str


class _CalendarFile(NamedTuple):
    """A calendar entry as it goes with a mail."""

    name: str
    method: str
    content: bytes


class MailRefused(SakuteiError):
    """The server will never take this message (5xx)."""

    def __init__(self, words: str) -> None:
        self.words = words

    @property
    def message(self) -> str:
        return say(
            "メールサーバーに拒否されました: {words}。宛先を確かめ、直してから再送してください。",
            words=reworded(self.words),
        )


class OfficeRefused(MailRefused):
    """The server's own rules refuse this message from us: to relay it, to take it from our address. The recipient is not at
    fault."""

    @property
    def message(self) -> str:
        return say(
            "メールサーバーの規則で拒否されました: {words}。メールサーバーの設定（中継など）を確かめてください。直れば、自動で送られます。",
            words=reworded(self.words),
        )


class MailDelayed(SakuteiError):
    """The server did not take this message now (4xx, hang-up, timeout)."""

    def __init__(self, words: str) -> None:
        self.words = words

    @property
    def message(self) -> str:
        return say(
            "メールサーバーが受け取りませんでした: {words}。しばらくして自動で送り直します。",
            words=reworded(self.words),
        )


class MailUncertain(MailDelayed):
    """The line was cut before the server's answer: the message may have been taken."""


class MailServerGone(MailDelayed):
    """No message can be sent now: the server is not there, or does not let us in."""

    @property
    def message(self) -> str:
        return say(
            "メールサーバーに接続できません: {words}。接続先の設定を確かめてください。",
            words=reworded(self.words),
        )


class SenderRefused(MailServerGone):
    """The server takes no mail from us: no recipient is at fault."""

    @property
    def message(self) -> str:
        return say(
            "メールサーバーが差出人を受け付けません: {words}。差出人とサインインの設定を確かめてください。直れば、待っているメールは自動で送られます。",
            words=reworded(self.words),
        )


class Mailer(Protocol):
    """Takes mails. Raises `MailRefused`, `MailDelayed` and their kinds."""

    @property
    def description(self) -> str: ...

    def send(self, address: str, message: bytes) -> None: ...

    def close(self) -> None: ...


def mailer_of(settings: MailSettings) -> Mailer:
    """SMTP when a server is configured, else the Maildir."""
    if settings.smtp_host is None:
        return MaildirMailer(settings.maildir)
    return SmtpMailer(
        settings.smtp_host,
        settings.smtp_port,
        sender=settings.sender,
        starttls=settings.starttls,
        username=settings.username,
        password=settings.password,
        timeout=settings.timeout,
        ca_file=settings.ca_file,
    )


def message_id(claim: str, domain: str, resent: int = 0) -> str:
    """The Message-ID of a delivery: the same however often it is tried, another each time it is sent again by hand."""
    named = f"{claim}:resent:{resent}" if resent else claim
    return f"<{hashlib.sha256(named.encode()).hexdigest()[:32]}@{domain}>"


class Stationery:
    """Writes mails in the office's name, with its own templates where it has some. Templates are read once:
    a new one is for the next `Stationery`."""

    def __init__(self, settings: MailSettings) -> None:
        self.settings = settings
        folders = [settings.overrides, TEMPLATES] if settings.overrides else [TEMPLATES]
        self._templates = Environment(
            loader=FileSystemLoader(folders),
            autoescape=select_autoescape(["html"], default=False),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._last: tuple[tuple[Any, ...], _Shared] | None = None
        self._chosen: dict[tuple[str | None, str | None, str, str], Any] = {}

    def address(self, letter: Letter) -> str:
        """The address as the mail server takes it. Raises `BadInput`."""
        return ascii_address(say("宛先のアドレス"), letter.address, say("名簿を直してから再送してください。"))

    def subject(self, letter: Letter) -> str:
        """The subject, on one line. Raises `Unwritable`."""
        text = self._render(letter, "subject.txt").strip()
        return "".join(" " if _is_control(sign) else sign for sign in text)

    def text(self, letter: Letter) -> str:
        """The mail's words without markup. Raises `Unwritable`."""
        return _filled(self._render(letter, "body.txt"), letter.personal)

    def write(self, letter: Letter, claim: str, now: datetime, *, resent: int = 0) -> bytes:
        """The mail's bytes; `resent`: how often it was sent again by hand. Raises `BadInput` when the recipient's name or
        address cannot be used, `Unwritable` when a template or a setting of the office cannot."""
        own = self._to(letter, message_id(claim, self.settings.domain, resent))
        shared = self._shared(letter, now, again=resent > 0)
        text = _filled(shared.text, letter.personal)
        html = _filled(shared.html, _escaped(letter.personal))
        return _mail([*own, *shared.headers], text, html, self._calendars([letter], now))

    def write_together(self, letters: Sequence[Letter], claims: Sequence[str], now: datetime) -> bytes:
        """The bytes of one mail that says what several letters about meetings say to the same person. Raises as `write`
        does."""
        own = self._to(letters[0], message_id("|".join(sorted(claims)), self.settings.domain))
        subjects = [self.subject(letter) for letter in letters]
        count = len(letters)
        subject = say(
            "【会議のお知らせ】{count}件（{first} ほか）",
            count=count,
            first=letters[0].context["meeting"].title,
        )
        opening = say("会議について、次の{count}件をまとめてお知らせします。", count=count)
        texts, pages = [opening, *_numbered(subjects)], [_contents(opening, subjects)]
        files = _calendar_files(letters)
        for number, (letter, title) in enumerate(zip(letters, subjects, strict=True), 1):
            foot_follows = number < count and letters[number].secretariat == letter.secretariat
            part = partial(self._render, letter, calendar_file=files[number - 1], foot_follows=foot_follows)
            texts += ["", _LINE, f"{number}　{title}", _LINE, "", _filled(part("body.txt"), letter.personal)]
            page = _filled(inner(part("body.html")), _escaped(letter.personal))
            pages += [f"<h2>{number}　{escape(title)}</h2>", page]
        headers = [*own, *self._headers(letters, subject, now)]
        return _mail(headers, "\n".join(texts), dressed("\n".join(pages)), self._calendars(letters, now))

    def _to(self, letter: Letter, number: str) -> list[str]:
        name = _one_line("宛先の氏名", letter.name)
        known = [witness.header(*letter.log)] if letter.log else []
        if letter.log and letter.kind is Kind.LOG_HEAD:
            known.append(witness.signature_header(self.settings.key_of_the_log, *letter.log))
        return [f"Message-ID: {number}", _header("To", name, self.address(letter)), *known]

    def _shared(self, letter: Letter, now: datetime, *, again: bool) -> "_Shared":
        """The part that the mails to all recipients share; cached while the letter is the same."""
        made_for = (
            *(letter.kind, letter.chain, letter.body, again, now),
            *(letter.context, letter.secretariat, letter.log),
        )
        if self._last is None or self._last[0] != made_for:
            self._last = (made_for, self._made(letter, now, again=again))
        return self._last[1]

    def _made(self, letter: Letter, now: datetime, *, again: bool) -> "_Shared":
        subject = f"{_AGAIN}{self.subject(letter)}" if again else self.subject(letter)
        text, html = self._render(letter, "body.txt"), dressed(self._render(letter, "body.html"))
        return _Shared(self._headers([letter], subject, now), text, html)

    def _headers(self, letters: Sequence[Letter], subject: str, now: datetime) -> tuple[str, ...]:
        return (
            *self._senders([letter.secretariat for letter in letters if letter.secretariat]),
            _header("Subject", subject),
            f"Date: {format_datetime(now.astimezone(TOKYO))}",
            "Auto-Submitted: auto-generated",
            "X-Auto-Response-Suppress: OOF, AutoReply",
        )

    def _senders(self, secretariats: Sequence[BodyContact]) -> tuple[str, ...]:
        try:
            office = _one_line("庁名", self.settings.office_name)
            sender = ascii_address(say("差出人のアドレス"), self.settings.sender)
            return (_header("From", office, sender), *_reply_to(secretariats))
        except BadInput as error:
            raise Unwritable(error.place, error.problem, error.mend) from error

    def _calendars(self, letters: Sequence[Letter], now: datetime) -> list["_CalendarFile"]:
        return [
            _CalendarFile(file, letter.invite.method.value, self._calendar(letter, letter.invite, now))
            for letter, file in zip(letters, _calendar_files(letters), strict=True)
            if letter.invite
        ]

    def _calendar(self, letter: Letter, invite: Invite, now: datetime) -> bytes:
        contact = letter.secretariat or BodyContact(self.settings.office_name, "", "")
        # A calendar answers to the organizer: where an inbox is read, that is its address.
        inbox = self.settings.inbox
        return calendar_bytes(
            invite,
            domain=self.settings.domain,
            organizer=(contact.name, inbox.address if inbox else contact.email or self.settings.sender),
            attendee=(_one_line("宛先の氏名", letter.name), self.address(letter)),
            alarm=self.settings.alarm,
            now=now,
        )

    def _render(
        self, letter: Letter, part: str, *, calendar_file: str = _CALENDAR, foot_follows: bool = False
    ) -> str:
        try:
            return str(
                self._template(letter, part).render(
                    office_name=self.settings.office_name,
                    site=self.settings.site,
                    secretariat=letter.secretariat,
                    calendar_file=calendar_file,
                    foot_follows=foot_follows,
                    witness=witness.foot(*letter.log) if letter.log else None,
                    **letter.context,
                )
            )
        except Exception as error:
            # A template may compute anything: whatever it stumbles over is its own.
            where = say("通知のひな形 {where}", where=f"{letter.kind.value}/{part}")
            raise Unwritable(
                where,
                str(error) or type(error).__name__,
                "ひな形を直してください。直れば、待っているメールは自動で送られます。",
            ) from error

    def _template(self, letter: Letter, part: str) -> Any:
        key = (letter.chain, letter.body, letter.kind.value, part)
        if key not in self._chosen:
            folders = [f"{letter.chain}/{letter.body}/", f"{letter.chain}/"] if letter.chain else []
            if letter.body is None:
                folders = folders[1:]
            names = [f"{folder}{letter.kind.value}/{part}" for folder in (*folders, "")]
            self._chosen[key] = self._templates.select_template(names)
        return self._chosen[key]


class SmtpMailer:
    """One SMTP connection, kept open from mail to mail until `close`."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        sender: str,
        starttls: bool = True,
        username: str | None = None,
        password: str | None = None,
        timeout: float = 30.0,
        ca_file: Path | None = None,
    ) -> None:
        """`timeout` is in seconds, for each answer of the server; a mail takes twice that at most."""
        self._host, self._port, self._sender = host, port, sender
        self._starttls, self._username, self._password = starttls, username, password
        self._timeout, self._ca_file = timeout, ca_file
        self._smtp: smtplib.SMTP | None = None
        self._call = WholeCall(2 * timeout)

    @property
    def description(self) -> str:
        return say("メールサーバー {host}:{port} から送ります。", host=self._host, port=self._port)

    def send(self, address: str, message: bytes) -> None:
        with self._whole_call():
            self._send(address, message)

    def _send(self, address: str, message: bytes) -> None:
        try:
            smtp = self._ready_for_mail()
            self._take(smtp.rcpt(address))
            self._take(smtp.data(message))
        except (smtplib.SMTPException, OSError) as error:
            if isinstance(error, smtplib.SMTPResponseException) and not self._call.over:
                self._recover(error.smtp_code)
                raise _by_code(error) from error
            self._drop()
            raise MailUncertain(self._why(error)) from error

    def close(self) -> None:
        if self._smtp is not None:
            try:
                with self._whole_call():
                    self._smtp.quit()
            except (smtplib.SMTPException, OSError):
                self._smtp.close()
            self._smtp = None

    def _whole_call(self) -> WholeCall:
        self._call = WholeCall(2 * self._timeout, self._smtp)
        return self._call

    def _take(self, answer: tuple[int, bytes]) -> None:
        """Raises what `_accept` does, and `TimeoutError`: of an answer that was cut nobody knows what it would have been."""
        if self._call.over:
            raise TimeoutError
        _accept(answer)

    def _why(self, error: Exception) -> str:
        return _words(TimeoutError() if self._call.over else error)

    def _ready_for_mail(self) -> smtplib.SMTP:
        """A connection that has taken our MAIL FROM. A kept one may have been closed by the server: then a new
        one is opened, once. Raises `SenderRefused`, `MailServerGone`."""
        if self._smtp is not None:
            try:
                answer = self._smtp.mail(self._sender)
                if answer[0] != 421:
                    self._sender_must_be_taken(answer)
                    return self._smtp
            except (smtplib.SMTPServerDisconnected, OSError):
                pass
            self._drop()
        self._smtp = self._connect()
        try:
            self._sender_must_be_taken(self._smtp.mail(self._sender))
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise MailServerGone(self._why(error)) from error
        return self._smtp

    def _sender_must_be_taken(self, answer: tuple[int, bytes]) -> None:
        """Raises `SenderRefused`, `MailServerGone` unless the answer to MAIL FROM is a yes."""
        try:
            self._take(answer)
        except smtplib.SMTPResponseException as error:
            self._recover(error.smtp_code)
            gone = SenderRefused if error.smtp_code >= 500 else MailServerGone
            raise gone(_words(error)) from error

    def _connect(self) -> smtplib.SMTP:
        try:
            smtp = _Smtp(self._call, self._host, self._port, timeout=self._timeout)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise MailServerGone(self._why(error)) from error
        try:
            smtp.ehlo_or_helo_if_needed()
            if self._starttls:
                cafile = str(self._ca_file) if self._ca_file else None
                smtp.starttls(context=ssl.create_default_context(cafile=cafile))
                smtp.ehlo_or_helo_if_needed()
            if self._username is not None:
                smtp.login(self._username, self._password or "")
        except (smtplib.SMTPException, OSError, ValueError) as error:
            smtp.close()
            raise MailServerGone(self._why(error)) from error
        return smtp

    def _recover(self, code: int) -> None:
        """After a refusal the connection serves the next mail, unless the server is closing it."""
        try:
            if code == 421 or self._smtp is None or self._smtp.rset()[0] != 250:
                self._drop()
        except (smtplib.SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


class _Smtp(Watched, smtplib.SMTP):
    """One that a whole call can end."""


class MaildirMailer:
    """Puts each mail in a Maildir, for offices (and demonstrations) with no mail server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def description(self) -> str:
        return say(
            "メールサーバーの設定がないため、メールは送られず {folder} に保存されます。", folder=self._folder
        )

    def send(self, address: str, message: bytes) -> None:
        try:
            private_files.make_folder(self._folder.parent)
            mailbox.Maildir(self._folder, create=True).add(message)
        except OSError as error:
            raise MailServerGone(
                say("{folder} に書き込めません（{error}）", folder=self._folder, error=error.strerror)
            ) from error

    def close(self) -> None:
        """Nothing is kept open."""


def _reply_to(contacts: Sequence[BodyContact]) -> tuple[str, ...]:
    answering = dict.fromkeys(
        (_one_line("事務局の名称", each.name), ascii_address(say("事務局のアドレス"), each.email))
        for each in contacts
        if each.email
    )
    written = [_header("Reply-To", *each).removeprefix("Reply-To: ") for each in answering]
    return ("Reply-To: " + ",\r\n ".join(written),) if written else ()


def _numbered(subjects: Sequence[str]) -> list[str]:
    return [f"　{number}　{subject}" for number, subject in enumerate(subjects, 1)]


def _contents(opening: str, subjects: Sequence[str]) -> str:
    lines = "".join(f"<li>{escape(subject)}</li>" for subject in subjects)
    return f"<p>{escape(opening)}</p><ol>{lines}</ol>"


def _calendar_files(letters: Sequence[Letter]) -> list[str]:
    """The names of the calendar files in one mail of these letters, one for each letter."""
    if sum(letter.invite is not None for letter in letters) <= 1:
        return [_CALENDAR] * len(letters)
    return [f"invite-{number}.ics" for number in range(1, len(letters) + 1)]


def _mail(headers: Sequence[str], text: str, html: str, calendars: Sequence[_CalendarFile]) -> bytes:
    """The mail's bytes. Raises `Unwritable` for signs that no mail can hold."""
    card = calendars[0] if len(calendars) == 1 else None
    files = tuple(calendar.name for calendar in calendars)
    try:
        contents = [_lines(text), _lines(html), *([card.content] if card else [])]
    except UnicodeError as error:
        raise Unwritable(
            "メール",
            say("作成できません（{error}）", error=error),
            "ひな形を直してください。直れば、待っているメールは自動で送られます。",
        ) from error
    contents += [calendar.content for calendar in calendars]
    pieces = ["\r\n".join([*headers, ""]).encode("ascii")]
    for around, content in zip(_parts(card.method if card else None, files), [*contents, b""], strict=True):
        pieces += [around, base64.encodebytes(content).replace(b"\n", b"\r\n")]
    return b"".join(pieces)


@cache
def _parts(card: str | None, files: tuple[str, ...]) -> list[bytes]:
    """The bytes around the contents of a mail: around text, HTML, calendar card, if it has one, and calendar files. A mail
    with one calendar entry has it among the alternatives too, where Outlook finds it. `email` makes them once, since that
    takes ten times as long as filling them."""
    message = EmailMessage(policy=SMTP)
    message.set_content("", cte="base64")
    message.add_alternative("", subtype="html", cte="base64")
    if card:
        params = {"method": card, "charset": "utf-8"}
        message.add_alternative(b"", maintype="text", subtype="calendar", params=params)
    for file in files:
        message.add_attachment(b"", maintype="application", subtype="ics", filename=file)
    for part in message.walk():
        if not part.is_multipart():
            part.set_payload(_MARK)
    return message.as_bytes().split(_MARK.encode())


def _lines(text: str) -> bytes:
    """The text as mail takes it: each line ends with CRLF. Raises `UnicodeError`."""
    return b"".join(line + b"\r\n" for line in text.encode().splitlines())


def _filled(text: str, personal: Mapping[str, str]) -> str:
    """The text with the personal values in place of their marks."""
    for name, value in personal.items():
        text = text.replace(mark(name), value)
    return text


def _escaped(personal: Mapping[str, str]) -> dict[str, str]:
    return {name: str(escape(value)) for name, value in personal.items()}


def _accept(answer: tuple[int, bytes]) -> None:
    code, words = answer
    if code == -1:
        raise smtplib.SMTPServerDisconnected("no answer")
    if code not in (250, 251):
        raise smtplib.SMTPResponseException(code, words)


def _by_code(error: smtplib.SMTPResponseException) -> SakuteiError:
    """The refusal of RCPT TO or of the message. Servers that look at the sender only then say so by a code of its own, or
    in words."""
    if error.smtp_code < 500:
        return MailDelayed(_words(error))
    text = _server_words(error)
    if error.smtp_code in _SIGN_IN_FIRST or _OF_THE_SENDER.search(text):
        return SenderRefused(text)
    return OfficeRefused(text) if _OF_THE_RULES.search(text) else MailRefused(text)


_SIGN_IN_FIRST = (530, 534, 535, 538)
_OF_THE_SENDER = re.compile(r"\b5\.1\.[78]\b|sender address (rejected|refused)", re.IGNORECASE)
"""The sender's address as RFC 3463 codes it, or as Postfix words it."""
_OF_THE_RULES = re.compile(r"^5\d\d 5\.[57]\.\d+\b|^50[0-4]\b|relay(ing)? (access )?denied", re.IGNORECASE)
"""A refusal of what we say or by the server's rules, relaying among them, as RFC 3463 and RFC 5321 4.2.3 code it."""


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _server_words(error)
    if isinstance(error, TimeoutError):
        return say("時間内に応答がありません")
    if isinstance(error, ConnectionRefusedError):
        return say("接続を拒まれました")
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return say("途中で接続が切れました")
    return " ".join(str(error).split()) or type(error).__name__


def _server_words(error: smtplib.SMTPResponseException) -> str:
    words = error.smtp_error
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return f"{error.smtp_code} {' '.join(text.split())}"


def _one_line(place: str, text: str) -> str:
    if any(_is_control(sign) for sign in text):
        raise BadInput(place, "改行などの制御文字が含まれています", "名簿を直してから再送してください。")
    return text


def _header(field: str, words: str, address: str | None = None) -> str:
    """A header, folded; its words and address were checked before. Words that are not plain ASCII are encoded as a whole,
    spaces too: those between encoded words are lost on the way (RFC 2047, 6.2)."""
    if words.isascii() and len(words) <= _FITS_A_LINE and "=?" not in words and "  " not in words:
        return f"{field}: {words if address is None else formataddr((words, address))}"
    encoded = Header(words, "utf-8", maxlinelen=75, header_name=field).encode(linesep="\r\n")
    return f"{field}: {encoded}" if address is None else f"{field}: {encoded}\r\n <{address}>"


_FITS_A_LINE = 60
"""The longest words that stand unencoded in a header, in characters."""


def _is_control(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Zl", "Zp")
