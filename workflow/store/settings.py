"""Configuration, from the environment (`SAKUTEI_…`) or a `.env` file beside the data."""

import os
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from workflow.domain.comments import CITIZENS_DATA_MONTHS
from workflow.domain.errors import BadInput
from workflow.domain.language import say
from workflow.store import private_files
from workflow.store.database import Office

_FILE = Path(".env")


class Settings(BaseSettings):
    """Every setting has a default that works on one machine with nothing else installed."""

    model_config = SettingsConfigDict(env_prefix="SAKUTEI_", env_file=_FILE, extra="ignore", frozen=True)

    data: Path = Field(default=Path("sakutei-data"), description="where the database, documents and mail lie")
    database_url: str | None = Field(
        default=None, description="postgresql+psycopg://…; none: SQLite in `data`"
    )
    office_name: str = Field(default="○○区", max_length=100, description="names the office in every mail")
    site: str = Field(
        default="http://localhost:8000",
        pattern=r"^https?://[^/\s]+$",
        description="where people open the pages: links in mails, feeds and sign-in begin with it",
    )
    mail_from: str = Field(default="sakutei@localhost.localdomain", description="the sender of every mail")
    smtp_host: str | None = Field(default=None, description="none: mail is kept in a folder in `data`")
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_starttls: bool = True
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_ca_file: Path | None = Field(default=None, description="certificates to check the server by")
    imap_host: str | None = Field(
        default=None, description="the inbox for answers by calendar; none: calendars answer to the 事務局"
    )
    imap_port: int = Field(default=993, ge=1, le=65535)
    imap_tls: bool = True
    imap_ca_file: Path | None = Field(default=None, description="certificates to check that server by")
    imap_user: str | None = None
    imap_password: SecretStr | None = None
    imap_password_file: Path | None = Field(default=None, description="a file that holds the password")
    imap_folder: str = Field(default="INBOX", max_length=200)
    imap_address: str | None = Field(
        default=None, description="the address of the inbox; none: `imap_user`, which is one then"
    )
    oidc_issuer: str | None = Field(
        default=None,
        pattern=r"^(https://|http://(localhost|127\.0\.0\.1)[:/])\S+$",
        description="the OpenID Connect provider people may sign in through; none: password only",
    )
    oidc_client_id: str | None = Field(default=None, description="how the provider knows this application")
    oidc_client_secret: SecretStr | None = None
    oidc_name: str = Field(default="庁内アカウント", max_length=40, description="the provider, on its button")
    calendar_alarm: int | None = Field(
        default=None,
        ge=0,
        le=40320,
        description="minutes before a meeting at which calendars ring; none: never",
    )
    templates: Path | None = Field(default=None, description="a folder of templates that override ours")
    webhook_networks: str = Field(
        default="", description="networks inside the office whose addresses webhooks may call: 10.1.0.0/16,…"
    )
    backup_folder: Path | None = Field(
        default=None, description="where the scheduler puts each night's backup; none: it makes none"
    )
    backup_hour: int = Field(default=2, ge=0, le=23, description="the hour of it, in Asia/Tokyo")
    backup_days: int = Field(default=14, ge=1, le=3650, description="days for which it is kept")
    backup_key_file: Path | None = Field(
        default=None, description="a file that holds the key of backups; none: they are not encrypted"
    )
    signing_key: Path | None = Field(
        default=None,
        description="the file of the key that signs the head of the log; none: `signing.key` in `data`",
    )
    security_log: Path | None = Field(
        default=None, description="the file to which the security log is handed on; none: nowhere"
    )
    citizens_data_months: int = Field(
        default=CITIZENS_DATA_MONTHS,
        ge=1,
        le=120,
        description="months after its end for which the authors of a public comment are kept",
    )
    tick_seconds: int = Field(default=30, ge=1, le=3600, description="how often the scheduler looks")
    lock_timeout: float = Field(default=10.0, gt=0, description="seconds a writer waits for another")

    @field_validator("webhook_networks")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        _networks(value)
        return value

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of `webhook_networks`."""
        return _networks(self.webhook_networks)

    def imap_login(self) -> tuple[str, str, str]:
        """The address of the inbox, and the user and the password to read it by. Raises `BadInput`."""
        user, secret = self.imap_user or "", self.imap_password
        try:
            file = self.imap_password_file
            read = private_files.secret_in(file).decode() if file else None
        except (OSError, UnicodeDecodeError):
            raise BadInput(
                say("環境変数 {name}", name="SAKUTEI_IMAP_PASSWORD_FILE"),
                "ファイルを読めません",
                "README の Configuration を見てください。",
            ) from None
        password = read.strip() if read is not None else secret.get_secret_value() if secret else ""
        address = self.imap_address or user
        if not user or not password or "@" not in address:
            raise BadInput(
                say("環境変数 {name}", name="SAKUTEI_IMAP_…"),
                "利用者、パスワード又は受信箱の電子メールがありません",
                "README の Configuration を見てください。",
            )
        return address, user, password

    @property
    def names_office(self) -> bool:
        """Return whether the office's name was given, and is not the one that stands for it."""
        return "office_name" in self.model_fields_set

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{self.data / 'sakutei.db'}"

    @property
    def documents(self) -> Path:
        return self.data / "documents"

    @property
    def key_of_the_log(self) -> Path:
        return self.signing_key or self.data / "signing.key"

    @property
    def mail_folder(self) -> Path:
        """Return the folder in which mail is kept when no mail server is configured."""
        return self.data / "mail"

    def office(self) -> Office:
        """The office these settings name; its folder is made when it is missing, and closed to other users of the
        machine."""
        if private_files.is_anothers(self.data) and os.geteuid() != 0:
            raise BadInput(
                say("フォルダー「{name}」", name=self.data),
                "この利用者のものではありません",
                "SAKUTEI_DATA に別の場所を指定するか、持ち主を直してください。",
            )
        private_files.make_folder(self.data)
        for place in (self.documents, self.mail_folder):
            private_files.shut_all(place)
        return Office(
            self.url,
            self.documents,
            name=self.office_name,
            key_file=self.key_of_the_log,
            lock_timeout=self.lock_timeout,
            collector=self.security_log,
        )


def keep_office_name(name: str) -> None:
    """Write the name of the office into the `.env` file, in the place of one that stands there. Raises `BadInput` for signs
    that the file's form gives a meaning, and when the file cannot be written."""
    if any(sign in "\"'`$\\#" for sign in name):
        raise BadInput("庁名", "引用符・$・#・\\ のどれかがあります", "使わない書き方にしてください。")
    try:
        before = _FILE.read_text("utf-8").splitlines() if _FILE.exists() else []
        kept = [line for line in before if not line.strip().startswith("SAKUTEI_OFFICE_NAME=")]
        private_files.make_file(_FILE)
        _FILE.write_text("\n".join([*kept, f'SAKUTEI_OFFICE_NAME="{name}"', ""]), "utf-8")
    except OSError as error:
        raise BadInput(
            say("ファイル「{name}」", name=_FILE.absolute()),
            "書き込めません",
            "書き込めるフォルダーで実行するか、環境変数 SAKUTEI_OFFICE_NAME で庁名を指定してください。",
        ) from error


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def settings() -> Settings:
    """The settings of this process. Raises `BadInput` that names the variable, and when another user of the machine could
    have written the `.env` file."""
    if private_files.is_anothers(_FILE) or private_files.all_may_write(_FILE):
        raise BadInput(
            say("ファイル「{name}」", name=_FILE.absolute()),
            "この利用者のものではないか、ほかの利用者が書き換えられます",
            "別のフォルダーで実行するか、持ち主と権限（chmod 600）を直してください。",
        )
    with suppress(FileNotFoundError):
        private_files.secret_in(_FILE)
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(["SAKUTEI", *(str(part).upper() for part in first["loc"])])
        raise BadInput(
            say("環境変数 {name}", name=name), first["msg"], "README の Configuration を見てください。"
        ) from None
