"""`sakutei mail …`"""

from typing import Annotated

import typer

from notifications import outbox, pulse, resending
from notifications.scheduler import call, tick
from notifications.transport import mailer_of
from workflow.cli import show
from workflow.cli.options import By, Json, at_office, mail_settings, now
from workflow.domain.deliveries import NOT_SENT, State
from workflow.store.settings import settings
from workflow.wire.deliveries import Deliveries

app = typer.Typer(no_args_is_help=True, help="通知", rich_markup_mode=None)


@app.command("list")
def list_mail(
    json: Json = False,
    meeting: Annotated[int | None, typer.Option(help="この会議の通知だけ")] = None,
    failed: Annotated[
        bool,
        typer.Option("--failed", help="送れなかった通知だけ（時機を逸したものと、修正待ちのものを含む）"),
    ] = False,
) -> None:
    """お知らせと、その送信の状況。"""
    with at_office() as office, office.reading() as db:
        lines = outbox.listing(db, meeting, states=NOT_SENT if failed else tuple(State))
    if json:
        show.as_json(Deliveries.of(lines))
        return
    rows = [
        (
            line.id,
            line.kind.label,
            line.recipient,
            line.meeting or line.plan,
            show.moment(line.due_at),
            line.state.label,
            line.error,
        )
        for line in lines
    ]
    show.table("通知", ("番号", "種類", "宛先", "会議・計画", "予定", "状態", "事情"), rows)


@app.command()
def resend(delivery: Annotated[int, typer.Argument(help="通知の番号")], by: By) -> None:
    """送れなかった通知を、宛先を確かめたうえで、もう一度送る。"""
    with at_office() as office:
        resending.resend(office, by, delivery, now=now())
        show.say("送信待ちに戻しました。次の巡回で送られます。")


@app.command("resend-all")
def resend_all(by: By) -> None:
    """送れなかった通知のうち、送り直せるものをすべて、もう一度送る。"""
    with at_office() as office:
        count = resending.resend_all(office, by, now=now())
        show.say(f"{count} 件を送信待ちに戻しました。次の巡回で送られます。")


@app.command()
def send() -> None:
    """いま送るべきお知らせを、待っているものも含めて一度だけ送る（ふだんは `sakutei serve` か `sakutei scheduler` が送り続ける）。"""
    mail = mail_settings(settings())
    mailer = mailer_of(mail)
    show.say(mailer.description)
    with at_office() as office, show.terminal().status("送信しています…"):
        pulse.hurry(office, now())
        results = (
            ("お知らせ", tick(office, mailer, mail, now)),
            ("他システムへの通知", call(office, mail, now)),
        )
    for name, result in results:
        show.say(
            f"{name}: 送信 {result.sent} 件、再試行 {result.delayed} 件、失敗 {result.failed} 件、修正待ち {result.held} 件、送信不要 {result.dropped} 件"
        )
