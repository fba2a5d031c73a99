"""A real SMTP server with adjustable behaviour."""

import ssl
import time
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.support.ports import free_port


@dataclass
class Sink:
    """`mode`: accept, delay (451), refuse (550), hang_up (the message is kept, then the line is cut) or slow.
    `refused` are addresses answered with 550 whatever the mode, `unrelayed` those the server does not relay to.
    `at_mail` and `at_rcpt` are what it answers to every sender and to every recipient, when they are not empty."""

    mode: str = "accept"
    refused: set[str] = field(default_factory=set)
    unrelayed: set[str] = field(default_factory=set)
    at_mail: str = ""
    at_rcpt: str = ""
    raw: list[bytes] = field(default_factory=list)
    delayed: list[bytes] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=default) for raw in self.raw]  # type: ignore[misc]

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.at_mail:
            return self.at_mail
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.at_rcpt:
            return self.at_rcpt
        if address in self.refused or self.mode == "refuse":
            return "550 5.1.1 no such user"
        if address in self.unrelayed:
            return "554 5.7.1 Relay access denied"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.mode == "delay":
            self.delayed.append(envelope.original_content)
            return "451 4.7.1 greylisted"
        self.raw.append(envelope.original_content)
        self.to += envelope.rcpt_tos
        if self.mode == "hang_up":
            server.transport.abort()
        if self.mode == "slow":
            time.sleep(0.1)
        return "250 OK"


def serve(
    sink: Sink, *, tls: tuple[Path, Path] | None = None, login: tuple[str, str] | None = None
) -> Controller:
    """The server, started on a free port; `tls` is (certificate, key), `login` what it asks for."""
    how: dict[str, Any] = {}
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*map(str, tls))
        how |= {"tls_context": context, "require_starttls": True}
    if login:
        wanted = LoginPassword(login[0].encode(), login[1].encode())
        how |= {
            "authenticator": lambda server, session, envelope, mechanism, data: AuthResult(
                success=data == wanted, handled=False
            ),
            "auth_required": True,
        }
    sink.port = free_port()
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port, **how)
    controller.start()
    return controller
