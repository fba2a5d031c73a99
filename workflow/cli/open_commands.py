"""`sakutei open …`"""

from typing import Annotated

import typer

from workflow import actions
from workflow.cli import show
from workflow.cli.options import By, Reason, at_office, now
from workflow.cli.preparing_commands import Number
from workflow.domain.minutes import MinutesKind

app = typer.Typer(no_args_is_help=True, help="会議公開", rich_markup_mode=None)

Item = Annotated[int | None, typer.Option(help="議題の番号（省くと会議の全体）")]
Kind = Annotated[MinutesKind, typer.Argument(help="概要・会議録の別")]


@app.command("close")
def close_to_public(
    meeting: Number,
    by: By,
    reason: Reason,
    basis: Annotated[str, typer.Option(help="根拠。条例第7条第3号")],
    item: Item = None,
) -> None:
    """会議か議題を非公開とする決定を記録する。公開していた会議録は、公開を取りやめる。"""
    with at_office() as office:
        actions.close_to_public(office, by, meeting, reason, basis, item=item, now=now())
        show.say("非公開の決定を記録しました。")


@app.command("reopen")
def open_to_public(meeting: Number, by: By, reason: Reason, item: Item = None) -> None:
    """非公開とした会議か議題を公開する決定を記録する。前の決定は残る。"""
    with at_office() as office:
        actions.open_to_public(office, by, meeting, reason, item=item, now=now())
        show.say("公開の決定を記録しました。")


@app.command("publish")
def publish_minutes(
    meeting: Number,
    kind: Kind,
    by: By,
    version: Annotated[int, typer.Option(help="読んだ版")],
    read: Annotated[
        bool, typer.Option("--read", help="読み、非公開の内容がないことを確かめた（非公開の議題があるとき）")
    ] = False,
) -> None:
    """確定した概要か会議録を公開する。"""
    with at_office() as office:
        actions.publish_minutes(office, by, meeting, kind, version, read=read, now=now())
        show.say(f"会議 {meeting} の{kind.label}を公開しました。")


@app.command("unpublish")
def withdraw_minutes(meeting: Number, kind: Kind, by: By, reason: Reason) -> None:
    """概要か会議録の公開を取りやめる。"""
    with at_office() as office:
        actions.withdraw_minutes(office, by, meeting, kind, reason, now=now())
        show.say(f"会議 {meeting} の{kind.label}の公開を取りやめました。")
