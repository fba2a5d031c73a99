"""`sakutei db …`"""

import typer

from workflow.cli import show
from workflow.store.health import health
from workflow.store.settings import settings

app = typer.Typer(no_args_is_help=True, help="データベース", rich_markup_mode=None)


@app.callback()
def db() -> None:
    """A group, although it has one command."""


@app.command()
def check() -> None:
    """データベースの形と中身、文書の有無と SHA-256 を検査する。誤りがあれば終了コードは 1。"""
    office = settings().office()
    try:
        found = list(health(office))
    finally:
        office.close()
    for each in found:
        show.say(f"{'誤り' if each.wrong else '正常'}: {each.what}: {each.words}")
    if any(each.wrong for each in found):
        raise typer.Exit(1)
