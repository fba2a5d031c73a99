"""`sakutei meeting writing …`"""

from typing import Annotated

import typer

from workflow import actions
from workflow.cli import show
from workflow.cli.dry_run import told
from workflow.cli.options import By, DryRun, Reason, at_office, now
from workflow.domain.calendar import parse_moment

app = typer.Typer(no_args_is_help=True, help="持ち回り: 理由・同意・回答期限の延長", rich_markup_mode=None)

Number = Annotated[int, typer.Argument(help="会議の番号")]


@app.command("terms")
def explain_writing(
    meeting: Number,
    by: By,
    why: Annotated[str, typer.Option(help="持ち回りとする理由")],
    asks: Annotated[str, typer.Option(help="求める内容の要旨")],
) -> None:
    """持ち回りとする理由と、求める内容を書く。委員へのお知らせに載る。"""
    with at_office() as office:
        actions.explain_writing(office, by, meeting, why, asks, now=now())
        show.say("持ち回りの理由と、求める内容を記録しました。")


@app.command("consent")
def give_consent(
    meeting: Number,
    by: By,
    agrees: Annotated[bool, typer.Option("--agree/--refuse", help="同意する・しない")],
    seat: Annotated[str | None, typer.Option(help="代理する委員の利用者ID")] = None,
) -> None:
    """持ち回りで諮ることに同意するか、しないかを答える。先に同意を求める会議体だけ。"""
    with at_office() as office:
        actions.give_consent(office, by, meeting, agrees=agrees, member=seat, now=now())
        show.say("同意すると記録しました。" if agrees else "同意しないと記録しました。")


@app.command("extend")
def extend_answering(
    meeting: Number,
    by: By,
    ends: Annotated[str, typer.Option("--ends", help="新しい回答期限")],
    reason: Reason,
    dry_run: DryRun = False,
) -> None:
    """回答期限を延ばす。招集した全員に知らせる。"""
    ends_at = parse_moment(ends, "回答期限")
    with at_office() as office:
        told(
            office,
            lambda o: actions.extend_answering(o, by, meeting, ends_at, reason, now=now()),
            dry_run,
        )
