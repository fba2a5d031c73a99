"""`sakutei serve`"""

import secrets
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI

from notifications.mail import MailSettings, mailer_of
from notifications.scheduler import tick
from workflow import engine, schema
from workflow.calendar import parse_moment
from workflow.cli import show
from workflow.cli.demo_folder import empty
from workflow.cli.neighbours import Neighbours
from workflow.cli.options import at_office, mail_settings
from workflow.cli.replay import Replay
from workflow.office import Office
from workflow.settings import settings
from workflow.web.app import build
from workflow.web.demo import Demo

app = typer.Typer(rich_markup_mode=None)
GUESTS = (("担当", "tanto"), ("部会長", "bucho"), ("本部員", "kyoiku"))


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    host: Annotated[str, typer.Option(help="この機械の外から開くときだけ変える")] = "127.0.0.1",
    demo: Annotated[bool, typer.Option("--demo", help="板橋区の計画が素案まで進んだ見本を開く")] = False,
    folder: Annotated[Path, typer.Option(help="見本の置き場所")] = Path("sakutei-demo-web"),
) -> None:
    """ブラウザーで使う画面を開く。"""
    if demo:
        show.say("見本を用意しています（10 秒ほど）。")
        played, mail = halfway(folder, site=f"http://{host}:{port}")
        _run(build(played.office, mail, demo=played), host, port)
        return
    with at_office() as office:
        _run(build(office, mail_settings(settings())), host, port)


def _run(pages: FastAPI, host: str, port: int) -> None:
    show.say(f"http://{host}:{port}/ を開いてください。止めるときは Ctrl+C を押します。")
    uvicorn.run(pages, host=host, port=port, log_level="warning", server_header=False)


def halfway(folder: Path, *, site: str) -> tuple[Demo, MailSettings]:
    """The seed's plan at 素案, its 部会 waiting for the record, other plans in other stages, and three people who
    can sign in. The clock goes on from that day; its mail goes to the folder."""
    empty(folder)
    office = Office(f"sqlite:///{folder / 'sakutei.db'}", folder / "documents")
    schema.migrate(office)
    mail = MailSettings(
        sender="sakutei@example.jp",
        office_name="板橋区",
        domain="example.jp",
        maildir=folder / "mail",
        site=site,
    )
    replay = Replay(office, mail, lambda *_: None)
    neighbours = Neighbours(replay)
    replay.now = parse_moment("2022-10-03 09:00")
    replay.people()
    neighbours.before()
    replay.at("2023-03-01 09:00")
    replay.play_halfway()
    neighbours.beside()
    guests = tuple((name, key, secrets.token_urlsafe(9)) for name, key in GUESTS)
    for _, key, password in guests:
        engine.set_password(office, "admin", key, password, now=replay.now)
    return Demo(
        office, guests, replay.now, lambda now: tick(office, mailer_of(mail), mail, lambda: now)
    ), mail
