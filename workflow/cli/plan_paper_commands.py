"""`sakutei plan paper …`: the papers of a plan as files."""

from pathlib import Path
from typing import Annotated

import typer

from workflow.cli import show
from workflow.cli.options import PlanKey, at_office, now
from workflow.cli.sheet_commands import form_of
from workflow.domain.errors import BadInput
from workflow.domain.sheets import OF_A_PLAN, SheetKind
from workflow.queries.plan_papers import plan_paper
from workflow.queries.plans import plan_by_key
from workflow.wire.sheets.documents import made

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

PaperKind = Annotated[SheetKind, typer.Argument(help="schedule: 工程表、approvals: 決裁経過")]
PaperFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="書き出す先（docx、xlsx、LibreOffice があれば pdf）")
]


@app.command("paper")
def write_paper(key: PlanKey, kind: PaperKind, to: PaperFile) -> None:
    """計画の書類（工程表・決裁経過）をファイルにする。"""
    with at_office() as office:
        with office.reading() as db:
            facts = plan_paper(db, plan_by_key(db, key), kind, office.name, now())
        if facts is None:
            known = "・".join(each.value for each in OF_A_PLAN)
            raise BadInput("書類", "計画の書類ではありません", f"{known} のどれかにしてください。")
        to.write_bytes(made(office, kind, facts, form_of(to)))
    show.say(f"{to} に書きました。")
