"""Writing a mail from a letter: its templates, its headers and its parts."""

import base64
import hashlib
import secrets
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
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import escape

from notifications import signing, witness
from notifications.icalendar_file import Invite, calendar_bytes
from notifications.kinds import Kind
from notifications.look import dressed, inner
from notifications.mail_settings import MailSettings
from workflow.actions.minted_links import MintedLink
from workflow.domain.calendar import TOKYO
from workflow.domain.errors import BadInput, Unwritable
from workflow.domain.language import say
from workflow.domain.validation import ascii_address
from workflow.queries.contacts import BodyContact

_CALENDAR = "invite.ics"
"""The name of the file with a mail's only calendar entry."""

_LINE = "─" * 20
"""Stands around the title of each letter of a mail that holds several."""

_AGAIN = "【再送】"
"""The beginning of the subject of a letter that was sent again by hand."""

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Letter:
    """The content of a message to one person, before it becomes a mail. `chain` and `body` select custom
    templates; `tells` is the schedule of the meeting that it tells of, and `tells_agenda` the number of the last event
    that the agenda in it follows. `personal` is what the letter says to this
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
    tells_agenda: int | None = None
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
        signs = letter.kind is Kind.LOG_HEAD
        public_key = signing.public_key(self.settings.key_of_the_log) if signs else None
        try:
            return str(
                self._template(letter, part).render(
                    office_name=self.settings.office_name,
                    site=self.settings.site,
                    secretariat=letter.secretariat,
                    calendar_file=calendar_file,
                    foot_follows=foot_follows,
                    witness=witness.foot(*letter.log) if letter.log else None,
                    public_key=public_key,
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
