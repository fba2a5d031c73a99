"""`sakutei sign …`"""

from typing import Annotated

import typer

from workflow import actions
from workflow.cli import show
from workflow.cli.options import By, Note, PlanKey, Reason, at_office, now

app = typer.Typer(no_args_is_help=True, help="決裁", rich_markup_mode=None)

Number = Annotated[int, typer.Argument(help="決裁の番号")]
Gate = Annotated[str, typer.Argument(help="手続ID")]
Seen = Annotated[int, typer.Option("--version", help="読んだ版の番号")]


@app.command()
def approve(plan: PlanKey, gate: Gate, by: By, seen: Seen, note: Note = "") -> None:
    """決裁する。代理者が行えば代決として残り、後閲が要る。"""
    with at_office() as office:
        number = actions.sign(office, by, plan, gate, seen=seen, note=note, now=now())
        show.say(f"決裁 {number} を記録しました。")


@app.command("return")
def send_back(plan: PlanKey, gate: Gate, by: By, seen: Seen, note: Note) -> None:
    """理由を書いて、決裁せずに返す。"""
    with at_office() as office:
        number = actions.sign(office, by, plan, gate, seen=seen, approve=False, note=note, now=now())
        show.say(f"決裁せずに返しました（{number}）。")


@app.command("take-back")
def take_back(signoff: Number, by: By, reason: Reason) -> None:
    """自分の決裁を引き戻す。"""
    with at_office() as office:
        actions.take_back_signoff(office, by, signoff, reason, now=now())
        show.say("引き戻しました。")


@app.command()
def review(signoff: Number, by: By, note: Note = "") -> None:
    """後閲する。"""
    with at_office() as office:
        actions.review_signoff(office, by, signoff, note=note, now=now())
        show.say("後閲を記録しました。")
