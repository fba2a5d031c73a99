"""`sakutei work PERSON`"""

from typing import Annotated

import typer

from workflow import queries
from workflow.cli import show
from workflow.cli.options import Json, at_office, now
from workflow.wire.worklist import Worklist

app = typer.Typer(rich_markup_mode=None)


@app.command()
def work(person: Annotated[str, typer.Argument(help="利用者ID")], json: Json = False) -> None:
    """職員の手元で待っている仕事を、近いものから示す。"""
    with at_office() as office, office.reading() as db:
        tasks = queries.worklist(db, person, now())
    if json:
        show.as_json(Worklist.of(tasks))
        return
    rows = [(task.kind.label, task.words, task.number, show.moment(task.due)) for task in tasks]
    show.table("待っている仕事", ("仕事", "内容", "番号", "期日"), rows)
