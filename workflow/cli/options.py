"""Options that several commands take alike, and the office they work on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from definitions.chain import Chain
from definitions.load import load_chain, shipped, shipped_chains
from notifications.inbox import Inbox
from notifications.mail_settings import MailSettings
from notifications.nightly_backup import Nightly
from workflow.queries.chains import chain_for
from workflow.store import schema
from workflow.store.database import Office
from workflow.store.settings import Settings, settings

By = Annotated[str, typer.Option("--as", envvar="SAKUTEI_AS", help="操作する利用者ID")]
Json = Annotated[bool, typer.Option("--json", help="JSON で出力する")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="誰に何が送られるかだけを示し、何も変えない")]
ChainName = Annotated[
    str, typer.Argument(metavar="CHAIN", help="策定の流れのIDか SHA-256、または策定の流れのファイル")
]
PlanKey = Annotated[str, typer.Argument(metavar="PLAN", help="計画ID")]
Reason = Annotated[str, typer.Option("--reason", help="理由（記録に残ります）")]
On = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help="行った日、2023-06-12（後から登録するときだけ）"),
]
Note = Annotated[str, typer.Option("--note", help="備考・所見")]
Seen = Annotated[
    int | None, typer.Option("--seen", help="ご覧になった計画の改訂番号（省くと現在の改訂で操作します）")
]


@contextmanager
def at_office() -> Iterator[Office]:
    """The office of the settings, its database up to date. Raises `DatabaseUnusable`."""
    office = settings().office()
    try:
        schema.require_current(office)
        yield office
    finally:
        office.close()


def chain_named(name: str) -> Chain:
    """The chain in a file, else the one of that key or SHA-256. Raises `ChainInvalid`, `NotFound`."""
    if "." in name or "/" in name:  # in no key
        return load_chain(Path(name))
    if name in shipped_chains():  # known before there is an office
        return shipped(name)
    with at_office() as office, office.reading() as db:
        return chain_for(db, name)


def day_of(on: datetime | None) -> date | None:
    """The day of an option `--on`."""
    return None if on is None else on.date()


def now() -> datetime:
    return datetime.now(UTC)


def mail_settings(found: Settings) -> MailSettings:
    """Return the mail settings, from the office's settings."""
    password = found.smtp_password.get_secret_value() if found.smtp_password else None
    return MailSettings(
        sender=found.mail_from,
        office_name=found.office_name,
        domain=found.mail_from.rpartition("@")[2],
        mail_folder=found.mail_folder,
        site=found.site,
        smtp_host=found.smtp_host,
        smtp_port=found.smtp_port,
        starttls=found.smtp_starttls,
        username=found.smtp_user,
        password=password,
        overrides=found.templates,
        ca_file=found.smtp_ca_file,
        networks=found.networks,
        alarm=found.calendar_alarm,
        inbox=_inbox(found),
        signing_key=found.key_of_the_log,
    )


def nightly_backup(found: Settings) -> Nightly | None:
    """Return how the nightly backup is made; None: none is."""
    if found.backup_folder is None:
        return None
    return Nightly(found.backup_folder, found.backup_hour, found.backup_days, found.backup_key_file)


def _inbox(found: Settings) -> Inbox | None:
    if found.imap_host is None:
        return None
    address, user, password = found.imap_login()
    return Inbox(
        address,
        found.imap_host,
        found.imap_port,
        user,
        password,
        folder=found.imap_folder,
        tls=found.imap_tls,
        ca_file=found.imap_ca_file,
    )
