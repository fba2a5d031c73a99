"""Delivering a mail to a mail server or into a folder, and why one was not taken."""

import re
import smtplib
import ssl
from pathlib import Path
from typing import Protocol

from notifications.mail_folder import keep_mail
from notifications.mail_settings import MailSettings
from notifications.whole_call import Watched, WholeCall
from workflow.domain.errors import SakuteiError
from workflow.domain.language import reworded, say


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
    """SMTP when a server is configured, else the folder."""
    if settings.smtp_host is None:
        return FolderMailer(settings.mail_folder)
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


class FolderMailer:
    """Puts each mail in a folder, for offices (and demonstrations) with no mail server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def description(self) -> str:
        return say(
            "メールサーバーの設定がないため、メールは送られず {folder} に保存されます。", folder=self._folder
        )

    def send(self, address: str, message: bytes) -> None:
        try:
            keep_mail(self._folder, message)
        except OSError as error:
            raise MailServerGone(
                say("{folder} に書き込めません（{error}）", folder=self._folder, error=error.strerror)
            ) from error

    def close(self) -> None:
        """Nothing is kept open."""


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
