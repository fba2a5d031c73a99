"""`sakutei serve`"""

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from notifications.mail import MailSettings
from workflow import engine, schema
from workflow.cli import show
from workflow.cli.demo_folder import empty
from workflow.cli.options import at_office
from workflow.cli.replay import Replay
from workflow.office import Office
from workflow.web.app import build

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
    show.say(f"http://{host}:{port}/ を開いてください。止めるときは Ctrl+C を押します。")
    if demo:
        office, guests = halfway(folder)
        uvicorn.run(build(office, guests=guests), host=host, port=port, log_level="warning")
        return
    with at_office() as office:
        uvicorn.run(build(office), host=host, port=port, log_level="warning")


def halfway(folder: Path) -> tuple[Office, tuple[tuple[str, str, str], ...]]:
    """The seed's plan at 素案, its 部会 waiting for the record, and three people who can sign in: (whom they
    stand for, key, password)."""
    empty(folder)
    office = Office(f"sqlite:///{folder / 'sakutei.db'}", folder / "documents")
    schema.migrate(office)
    mail = MailSettings(
        sender="sakutei@example.jp", office_name="板橋区", domain="example.jp", maildir=folder / "mail"
    )
    Replay(office, mail, lambda *_: None).play_halfway()
    guests = tuple((name, key, secrets.token_urlsafe(9)) for name, key in GUESTS)
    for _, key, password in guests:
        engine.set_password(office, "admin", key, password, now=datetime.now(UTC))
    return office, guests
