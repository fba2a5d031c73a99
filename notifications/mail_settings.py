"""The mail settings of an office: for whom mail is written, and over which server it goes."""

from dataclasses import dataclass, field
from pathlib import Path

from notifications.inbox import Inbox
from notifications.network_guard import Network


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Mail settings of an office. Without `smtp_host` all mail is kept in `mail_folder`. `ca_file` holds the
    certificates used to check the server's (None: the system's); `timeout` is in seconds, for each answer. `site` is the address
    of the pages, for links in mails, without a trailing slash. `networks` are the office's internal networks that
    webhooks may call. `alarm`: the minutes before a meeting at which a calendar rings; None: it does not. `inbox` is
    where calendars send their answers; None: to the 事務局. `signing_key` is the file of the key that signs the head of
    the log; None: it lies beside `mail_folder`."""

    sender: str
    office_name: str
    domain: str
    mail_folder: Path
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
        return self.signing_key or self.mail_folder.with_name("signing.key")
