"""`sakutei serve`"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from threading import Event as Stop
from threading import Thread
from time import sleep
from typing import Annotated

import typer
from fastapi import FastAPI

from notifications.erasing import Erasing
from notifications.mail_settings import MailSettings
from notifications.nightly_backup import Nightly
from notifications.scheduler import run as deliver
from notifications.transport import mailer_of
from workflow import actions
from workflow.cli import show
from workflow.cli.demo.folder import empty
from workflow.cli.demo.other_plans import Neighbours
from workflow.cli.demo.story import Replay
from workflow.cli.options import at_office, mail_settings, nightly_backup, now
from workflow.domain.addresses import is_loopback
from workflow.domain.calendar import parse_moment
from workflow.domain.errors import BadInput
from workflow.domain.language import say
from workflow.queries.office_setup import has_begun
from workflow.queries.pulse import mail_pulse
from workflow.store import schema
from workflow.store.database import Office
from workflow.store.settings import Settings, settings
from workflow.web.app import build
from workflow.web.first_start import FirstStart
from workflow.web.oidc import Provider
from workflow.web.pages.demo import Demo
from workflow.web.server import serve as start
from workflow.web.transport import is_https, warning

app = typer.Typer(rich_markup_mode=None)
GUESTS = (
    ("担当", "tanto"),
    ("部会長", "bucho"),
    ("本部員", "kyoiku"),
    ("区長", "kucho"),
    ("区議会事務局", "gikai"),
    ("システム管理者", "admin"),
)


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    host: Annotated[str, typer.Option(help="この機械の外から開くときだけ変える")] = "127.0.0.1",
    demo: Annotated[bool, typer.Option("--demo", help="板橋区の計画が素案まで進んだ見本を開く")] = False,
    folder: Annotated[Path, typer.Option(help="見本の置き場所")] = Path("sakutei-demo-web"),
    public: Annotated[
        bool, typer.Option("--public", help="見本を、この機械の外からも開けるようにする")
    ] = False,
    no_scheduler: Annotated[
        bool,
        typer.Option("--no-scheduler", help="お知らせを送らない（`sakutei scheduler` を別に動かすとき）"),
    ] = False,
) -> None:
    """ブラウザーで使う画面を開き、お知らせを送り続ける。初めてのときは、庁の登録をブラウザーで行う。"""
    if demo:
        _demo_is_for_this_machine(host, public=public)
        show.say("見本を用意しています（10 秒ほど）。")
        played, mail = halfway(folder, site=_opened_at(host, port))
        with _delivering(played.office, mail, every_seconds=3, clock=played.clock):
            run(build(played.office, mail, demo=played), host, port, mail.site)
        return
    found = _settings_at(host, port)
    with ExitStack() as opened:
        if _is_new(found):
            _set_up_first(found, opened, host, port, no_scheduler=no_scheduler)
            return
        run(_opened(found, opened, no_scheduler=no_scheduler), host, port, found.site)


def _settings_at(host: str, port: int) -> Settings:
    """The settings as they are now; without a site of their own, that of this server."""
    found = settings()
    if "site" in found.model_fields_set:
        return found
    return found.model_copy(update={"site": _opened_at(host, port)})


def _opened(found: Settings, opened: ExitStack, *, no_scheduler: bool) -> FastAPI:
    """The pages of the office of the settings. Until `opened` closes, its mail goes out."""
    office = opened.enter_context(at_office())
    mail = mail_settings(found)
    months = found.citizens_data_months
    pages = build(office, mail, oidc=provider_of(found), citizens_data_months=months)
    if not no_scheduler:
        show.say(mailer_of(mail).description)
        every, nightly = found.tick_seconds, nightly_backup(found)
        sending = _delivering(
            office, mail, every_seconds=every, clock=now, nightly=nightly, erasing=Erasing(months)
        )
        opened.enter_context(sending)
    return pages


def _is_new(found: Settings) -> bool:
    """Return whether nobody has begun the records of the office. Raises `DatabaseUnusable` for an older form of them."""
    office = found.office()
    try:
        if schema.is_empty(office):
            return True
        schema.require_current(office)
        with office.reading() as db:
            return not has_begun(db)
    finally:
        office.close()


def _set_up_first(found: Settings, opened: ExitStack, host: str, port: int, *, no_scheduler: bool) -> None:
    """Let whoever has the link of the terminal set up the office in the browser, then go on with its pages."""
    provider_of(found)

    def then() -> FastAPI:
        named = _settings_at(host, port)  # the office's name was kept meanwhile
        pages = _opened(named, opened, no_scheduler=no_scheduler)
        if not no_scheduler:
            _wait_for_first_round(pages.state.office)
        return pages

    first = FirstStart(mail_settings(found), then, clock=now)
    if danger := warning(found.site):
        show.say(danger)
    show.say(
        "この庁はまだ準備されていません。次のリンクをブラウザーで開き、庁名と最初のシステム管理者を登録してください。"
    )
    show.say(f"{found.site}{first.path}")
    show.say("このリンクを知る人だけが登録できます。止めるときは Ctrl+C を押します。")
    start(first, host, port)


def _wait_for_first_round(office: Office) -> None:
    """Wait until the mail was looked through once, 5 s at most: else the first page says that nobody does."""
    for _ in range(50):
        with office.reading() as db:
            if mail_pulse(db, now()).at is not None:
                return
        sleep(0.1)


def _demo_is_for_this_machine(host: str, *, public: bool) -> None:
    """Its page shows everybody the passwords. Raises `BadInput` for another machine's, unless that is meant."""
    if is_loopback(host):
        return
    if not public:
        raise BadInput(
            "--host",
            say("{host} では、見本がこの機械の外からも開けます", host=host),
            "見本のパスワードは画面に出ているため、それでもよいときは --public を付けてください。",
        )
    show.say("この見本は、届く人なら誰でも、画面に出ているパスワードで使えます。")


def run(pages: FastAPI, host: str, port: int, site: str) -> None:
    """Serve until Ctrl+C."""
    here = _opened_at(host, port)
    if danger := warning(site) or ("" if is_https(site) else warning(here)):
        show.say(danger)
    show.say(f"{here}/ を開いてください。止めるときは Ctrl+C を押します。")
    start(pages, host, port)


def _opened_at(host: str, port: int) -> str:
    """Return where a browser opens the pages. This machine is `localhost`: browsers give no passkey to a number."""
    name = "localhost" if is_loopback(host) else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"


@contextmanager
def _delivering(
    office: Office,
    mail: MailSettings,
    *,
    every_seconds: float,
    clock: Callable[[], datetime],
    nightly: Nightly | None = None,
    erasing: Erasing | None = None,
) -> Iterator[None]:
    """Send due mail while the pages are open; the mail in hand is finished when they are closed."""
    stop = Stop()
    delivering = Thread(
        target=deliver,
        args=(office, lambda: mailer_of(mail), mail),
        kwargs={
            "every_seconds": every_seconds,
            "stop": stop,
            "clock": clock,
            "nightly": nightly,
            "erasing": erasing,
        },
        daemon=True,
    )
    delivering.start()
    try:
        yield
    finally:
        stop.set()
        delivering.join(timeout=60)


def provider_of(found: Settings) -> Provider | None:
    """The OIDC provider the settings name, or None. Raises `BadInput` when they name it only in part."""
    if found.oidc_issuer is None:
        return None
    if found.oidc_client_id is None or found.oidc_client_secret is None:
        raise BadInput(
            "環境変数 SAKUTEI_OIDC_CLIENT_ID と SAKUTEI_OIDC_CLIENT_SECRET",
            "揃っていません",
            "連携先から受け取った値を両方とも指定してください。",
        )
    secret = found.oidc_client_secret.get_secret_value()
    return Provider(found.oidc_issuer, found.oidc_client_id, secret, found.oidc_name, networks=found.networks)


def halfway(folder: Path, *, site: str) -> tuple[Demo, MailSettings]:
    """The seed's plan at 素案, its 部会 waiting for the record, other plans in other stages, and a few people who
    can sign in. The clock goes on from that day; its mail goes to the folder."""
    empty(folder)
    office = Office(f"sqlite:///{folder / 'sakutei.db'}", folder / "documents", name="板橋区")
    schema.migrate(office)
    mail = MailSettings(
        sender="sakutei@example.jp",
        office_name=office.name,
        domain="example.jp",
        mail_folder=folder / "mail",
        site=site,
    )
    replay = Replay(office, mail, lambda *_: None)
    neighbours = Neighbours(replay)
    replay.now = parse_moment("2021-04-01 09:00")
    replay.people()
    neighbours.before()
    replay.at("2023-03-01 09:00")
    replay.play_halfway()
    neighbours.beside()
    guests = tuple((name, key, secrets.token_urlsafe(12)) for name, key in GUESTS)
    for _, key, password in guests:
        actions.set_password(office, "admin", key, password, now=replay.now)
    return Demo(office, guests, replay.now, replay.until), mail
