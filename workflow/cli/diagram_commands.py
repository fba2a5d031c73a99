"""`sakutei diagram`"""

from typing import Annotated

import typer

from workflow.cli.options import at_office, chain_named
from workflow.domain.diagram import mermaid
from workflow.domain.errors import BadInput
from workflow.queries.plans import plan_by_key

app = typer.Typer(rich_markup_mode=None)


@app.command()
def diagram(
    plan: Annotated[str | None, typer.Argument(help="計画ID。いまの段階に印が付く")] = None,
    chain: Annotated[
        str | None, typer.Option(help="策定の流れのIDか SHA-256、または策定の流れのファイル")
    ] = None,
) -> None:
    """段階と必要な手続を mermaid の図として出す。"""
    if plan is not None:
        with at_office() as office, office.reading() as db:
            fact = plan_by_key(db, plan)
        print(mermaid(fact.chain, current=fact.stage.key))
    elif chain is not None:
        print(mermaid(chain_named(chain)))
    else:
        raise BadInput(
            "diagram", "計画も策定の流れも指定されていません", "計画IDか --chain を指定してください。"
        )
