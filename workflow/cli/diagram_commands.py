"""`sakutei diagram`"""

from pathlib import Path
from typing import Annotated

import typer

from definitions.load import load_chain, shipped
from workflow.cli.options import at_office
from workflow.domain.diagram import mermaid
from workflow.domain.errors import BadInput
from workflow.queries.plans import plan_by_key

app = typer.Typer(rich_markup_mode=None)


@app.command()
def diagram(
    plan: Annotated[str | None, typer.Argument(help="計画の鍵。いまの段階に印が付く")] = None,
    chain: Annotated[str | None, typer.Option(help="定義の鍵、または定義のファイル")] = None,
) -> None:
    """段階と関門を mermaid の図として出す。"""
    if plan is not None:
        with at_office() as office, office.reading() as db:
            fact = plan_by_key(db, plan)
        print(mermaid(fact.chain, current=fact.stage.key))
    elif chain is not None:
        chosen = load_chain(Path(chain)) if chain.endswith((".yaml", ".yml")) else shipped(chain)
        print(mermaid(chosen))
    else:
        raise BadInput("diagram", "計画も定義も指定されていません", "計画の鍵か --chain を指定してください。")
