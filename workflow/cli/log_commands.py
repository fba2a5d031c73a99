"""`sakutei log …`"""

from json import dumps
from typing import Annotated

import typer

from workflow.cli import show
from workflow.cli.options import Json, at_office
from workflow.queries.log import last_entries
from workflow.store import event_log
from workflow.wire.log import WholeLog

app = typer.Typer(no_args_is_help=True, help="記録", rich_markup_mode=None)


@app.command()
def verify() -> None:
    """記録の連鎖を初めから検証する。切れていれば、最初の出来事の番号を示す。"""
    with at_office() as office, office.reading() as db:
        count = event_log.verify(db)
    show.say(f"記録の連鎖は正しくつながっています（{count} 件）。")


@app.command("show")
def show_log(
    json: Json = False, last: Annotated[int, typer.Option(min=1, help="終わりから何件")] = 50
) -> None:
    """記録の終わりの部分。"""
    with at_office() as office, office.reading() as db:
        found = last_entries(db, last)
    if json:
        show.as_json(WholeLog.of(found))
        return
    show.table(
        "記録",
        ("番号", "日時", "誰が", "何を", "内容"),
        [(e.seq, show.moment(e.at), e.name, e.tag.label, dumps(e.data, ensure_ascii=False)) for e in found],
    )
