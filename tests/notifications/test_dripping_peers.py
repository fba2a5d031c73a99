"""A mail server or an inbox that drips holds no round. Over real connections."""

import ssl
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from notifications.inbox import Inbox, InboxGone, receive
from notifications.transport import MailDelayed, MailServerGone, MailUncertain, SmtpMailer
from tests.support.dripping import dripping
from tests.support.scenario import House

GREETING, OK = b"220 x ESMTP\r\n", b"250 OK\r\n"


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ((), MailServerGone),
        ((GREETING,), MailServerGone),
        ((GREETING, OK), MailServerGone),
        ((GREETING, OK, OK), MailUncertain),
        ((GREETING, OK, OK, OK), MailUncertain),
    ],
    ids=["greeting", "EHLO", "MAIL", "RCPT", "DATA"],
)
def test_a_mail_server_that_drips_is_left(answers: tuple[bytes, ...], kind: type[MailDelayed]) -> None:
    with dripping(*answers) as port:
        mailer = SmtpMailer("127.0.0.1", port, sender="s@city.example.jp", starttls=False, timeout=0.5)
        began = time.monotonic()
        with pytest.raises(kind, match="時間内に応答がありません"):
            mailer.send("a@city.example.jp", b"Subject: x\r\n\r\nx\r\n")
        assert 0.9 < time.monotonic() - began < 3
        mailer.close()


def test_a_mail_server_that_drips_at_the_end_is_left() -> None:
    with dripping(GREETING, OK, OK, OK, b"354 go\r\n", OK) as port:
        mailer = SmtpMailer("127.0.0.1", port, sender="s@city.example.jp", starttls=False, timeout=0.5)
        mailer.send("a@city.example.jp", b"")
        began = time.monotonic()
        mailer.close()
        assert time.monotonic() - began < 3


@pytest.mark.parametrize("answers", [(), (b"* OK hello\r\n",)], ids=["greeting", "CAPABILITY"])
def test_an_inbox_that_drips_is_left(house: House, answers: tuple[bytes, ...]) -> None:
    with dripping(*answers) as port:
        inbox = Inbox("a@city.example.jp", "127.0.0.1", port, "a", "himitsu", tls=False, timeout=0.5)
        began = time.monotonic()
        with pytest.raises(InboxGone, match="時間内に応答がありません"):
            receive(house.office, inbox, "city.example.jp", lambda: datetime.now(UTC))
        assert 0.9 < time.monotonic() - began < 3


def test_an_inbox_that_drips_behind_tls_is_left(house: House, tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "1",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    with dripping(b"* OK hello\r\n", tls=tls) as port:
        inbox = Inbox("a@x.jp", "localhost", port, "a", "himitsu", ca_file=certificate, timeout=0.5)
        began = time.monotonic()
        with pytest.raises(InboxGone, match="時間内に応答がありません"):
            receive(house.office, inbox, "city.example.jp", lambda: datetime.now(UTC))
        assert 0.9 < time.monotonic() - began < 3
