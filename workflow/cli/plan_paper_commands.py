"""`sakutei plan paper …` and `plan dossier …`: the papers of a plan as files."""

from pathlib import Path
from typing import Annotated

import typer

from workflow.cli import show
from workflow.cli.options import PlanKey, at_office, now
from workflow.cli.sheet_commands import form_of
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import BadInput
from workflow.domain.sheets import OF_A_PLAN, SheetKind
from workflow.queries.actor import actor
from workflow.queries.plan_papers import plan_paper
from workflow.queries.plans import plan_by_key
from workflow.wire.dossier.archive import write_dossier
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


@app.command("dossier")
def write_dossier_to(
    key: PlanKey,
    to: Annotated[Path, typer.Argument(metavar="FILE", help="書き出す先（zip）")],
    reader: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="PERSON",
            help="渡す相手（利用者ID）。その人が読めるものだけを入れる。省くと、すべて",
        ),
    ] = None,
) -> None:
    """監査のための一件書類を作る。検証は、中の verify.py で、策定のない機械でもできる。"""
    with at_office() as office:
        who = None
        if reader is not None:
            with office.reading() as db:
                who = actor(db, reader, tokyo_day(now()))
        part = to.with_name(f"{to.name}.part")
        try:
            with part.open("w+b") as archive:
                write_dossier(office, who, key, archive, now=now())
            part.replace(to)
        finally:
            part.unlink(missing_ok=True)
    show.say(f"{to} に書きました。検証: python3 verify.py {to}")
