"""`sakutei demo`: the seed's plan, replayed from end to end."""

import socket
import time
from collections import Counter
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Annotated

import typer
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox

from notifications import outbox
from notifications.mail_settings import MailSettings
from workflow import queries
from workflow.cli import show
from workflow.cli.demo.folder import empty
from workflow.cli.demo.story import PLAN, Replay
from workflow.cli.plan_commands import show_schedule
from workflow.domain.calendar import TOKYO
from workflow.queries.plans import plan_by_key
from workflow.store import event_log, schema
from workflow.store.database import Office

app = typer.Typer(rich_markup_mode=None)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="再生した記録と届いたメールを残す場所")] = Path("sakutei-demo"),
) -> None:
    """板橋区の計画（2023年3月〜2024年3月）を再生する。本物のデータベース、本物の SMTP を使う。"""
    began = time.monotonic()
    empty(folder)
    office = Office(f"sqlite:///{folder / 'sakutei.db'}", folder / "documents", name="板橋区")
    schema.migrate(office)
    host, port = "127.0.0.1", _free_port()
    sink = Controller(Mailbox(folder / "received"), hostname=host, port=port)
    sink.start()
    try:
        settings = MailSettings(
            sender="sakutei@example.jp",
            office_name=office.name,
            domain="example.jp",
            mail_folder=folder / "mail",
            smtp_host=host,
            smtp_port=port,
            starttls=False,
        )
        show.say(f"この場のメールサーバー {host}:{port} を開きました。")
        replay = Replay(office, settings, _tell)
        replay.play()
        _the_end(office, replay, folder)
    finally:
        sink.stop()
        office.close()
    show.say(f"{time.monotonic() - began:.1f} 秒で再生しました。")
    show.say(f"この計画を見るには: SAKUTEI_DATA={folder} .venv/bin/sakutei plan show {PLAN}")
    show.say("ブラウザーで触るには: .venv/bin/sakutei serve --demo")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _tell(now: datetime, words: str) -> None:
    show.say(f"{now.astimezone(TOKYO):%Y-%m-%d}  {words}")


def _the_end(office: Office, replay: Replay, folder: Path) -> None:
    with office.reading() as db:
        plan = plan_by_key(db, PLAN)
        happened = queries.history(db, plan)
        held = queries.held_schedule(db, plan, replay.now)
        verified = event_log.verify(db)
        deliveries = outbox.listing(db, limit=10_000)
    show.say("")
    show.table(
        "経過",
        ("番号", "日時", "誰が", "何を"),
        [(h.seq, show.moment(h.at), h.by, h.words) for h in happened],
    )
    show_schedule("工程表（実際）", held)
    received = sorted((folder / "received" / "new").iterdir())
    kinds = Counter((line.kind.label, line.state.label) for line in deliveries)
    show.table(
        "お知らせ", ("種類", "状態", "通"), [(*kind, number) for kind, number in sorted(kinds.items())]
    )
    _one_mail(received)
    show.say(f"送ったお知らせ {replay.sent} 通、届いたお知らせ {len(received)} 通（{folder / 'received'}）")
    show.say(show.rail(plan.chain, plan.stage.key, plan.status))
    show.say(f"記録は改変されていません（{verified} 件）。")


def _one_mail(received: list[Path]) -> None:
    """Show one meeting reminder as its recipient reads it."""
    for path in received:
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        body = mail.get_body(("plain",)) if isinstance(mail, EmailMessage) else None
        if body is not None and "情報化推進部会" in str(mail["Subject"]):
            show.say(
                f"\n届いたお知らせの一つ（{mail['To']} 宛て）\n件名: {mail['Subject']}\n\n{body.get_content()}"
            )
            return
