"""`sakutei chain …`"""

import json

import typer

from definitions.chain import Chain
from workflow.cli import show
from workflow.cli.options import ChainName, Json, at_office, chain_named
from workflow.domain.votes import rules_words
from workflow.queries.chains import chains_by_key
from workflow.wire.chains import Chains

app = typer.Typer(no_args_is_help=True, help="策定の流れ", rich_markup_mode=None)


@app.command("list")
def list_chains(json: Json = False) -> None:
    """使える策定の流れ: 同梱のものと、この庁のもの。"""
    with at_office() as office, office.reading() as db:
        chains = chains_by_key(db)
    if json:
        show.as_json(Chains.of(chains))
        return
    show.table(
        "策定の流れ",
        ("ID", "名称", "段階"),
        [(c.key, c.title, " → ".join(s.label for s in c.stages)) for c in chains],
    )


@app.command("show")
def show_chain(chain: ChainName, json: Json = False) -> None:
    """一つの策定の流れの段階と会議体。"""
    found = chain_named(chain)
    if json:
        show.as_json(found)
        return
    show.say(f"{found.title}（{found.office}、{found.key}）")
    show.say(" → ".join(stage.label for stage in found.stages))
    show.table(
        "会議体",
        ("ID", "名称", "会長", "決め方"),
        [
            (
                body.key,
                body.name,
                body.chair,
                "、".join(f"{name}: {words}" for name, words in rules_words(body)),
            )
            for body in found.bodies
        ],
    )


@app.command()
def check(chain: ChainName) -> None:
    """策定の流れを検査する。誤りがあれば、すべてを行番号とともに示す。"""
    found = chain_named(chain)
    show.say(f"「{found.title}」に誤りはありません（段階 {len(found.stages)}、会議体 {len(found.bodies)}）。")


@app.command()
def schema() -> None:
    """策定の流れの形式の JSON Schema。エディターの入力補完に使える。"""
    print(json.dumps(Chain.model_json_schema(), ensure_ascii=False, indent=2))
