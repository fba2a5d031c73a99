"""`sakutei chain …`"""

import json
from pathlib import Path
from typing import Annotated

import typer

from definitions.chain import Chain
from definitions.load import load_chain, shipped, shipped_chains
from workflow.cli import show
from workflow.cli.options import Json

app = typer.Typer(no_args_is_help=True, help="定義", rich_markup_mode=None)


@app.command("list")
def list_chains(json: Json = False) -> None:
    """同梱の定義。"""
    chains = [shipped(key) for key in shipped_chains()]
    if json:
        show.as_json([{"key": c.key, "title": c.title, "stages": [s.key for s in c.stages]} for c in chains])
        return
    show.table(
        "定義",
        ("鍵", "名称", "段階"),
        [(c.key, c.title, " → ".join(s.label for s in c.stages)) for c in chains],
    )


@app.command()
def check(file: Annotated[Path, typer.Argument(help="定義のファイル（YAML）")]) -> None:
    """定義を検査する。誤りがあれば、すべてを行番号とともに示す。"""
    chain = load_chain(file)
    show.say(f"「{chain.title}」に誤りはありません（段階 {len(chain.stages)}、会議体 {len(chain.bodies)}）。")


@app.command()
def schema() -> None:
    """定義の形式の JSON Schema。エディターの入力補完に使える。"""
    print(json.dumps(Chain.model_json_schema(), ensure_ascii=False, indent=2))
