"""`sakutei calendar …`"""

from pathlib import Path
from typing import Annotated

import typer

from notifications.kept_calendars import read_again
from workflow import actions
from workflow.cli import show
from workflow.cli.options import By, Json, at_office, now
from workflow.domain.errors import BadInput
from workflow.domain.kept_calendars import CalendarKind, Entry
from workflow.queries.kept_calendars import kept_calendars
from workflow.store.calendar_file import LARGEST, entries_in
from workflow.wire.kept_calendars import Calendars

app = typer.Typer(no_args_is_help=True, help="取り込む予定表", rich_markup_mode=None)

Number = Annotated[int, typer.Argument(help="番号（sakutei calendar list で分かる）")]


@app.command("list")
def show_calendars(json: Json = False) -> None:
    """取り込む予定表の一覧を示す。"""
    with at_office() as office, office.reading() as db:
        found = Calendars.of(kept_calendars(db, now()))
    if json:
        show.as_json(found)
        return
    show.table(
        "取り込む予定表",
        ("番号", "名称", "種類", "もと", "これからの予定", "読めない理由"),
        [
            (each.number, each.name, each.room or each.kind.label, each.host or "ファイル", each.entries, each.trouble or "")
            for each in found.calendars
        ],
    )  # fmt: skip


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="名称")],
    kind: Annotated[CalendarKind, typer.Argument(help="種類")],
    by: By,
    file: Annotated[Path | None, typer.Option("--file", help="予定表のファイル（.ics）")] = None,
    url: Annotated[str, typer.Option("--url", help="ファイルの代わりに、1 日に 1 回読む URL")] = "",
    room: Annotated[str, typer.Option("--room", help="会議室の予定表なら、会議の場所と同じ名称")] = "",
) -> None:
    """予定表を登録する。"""
    if (file is None) == (not url):
        raise BadInput(
            "予定表", "ファイルと URL のどちらもないか、両方があります", "どちらか一方にしてください。"
        )
    entries = _entries(file) if file else ()
    with at_office() as office:
        number = actions.keep_calendar(office, by, name, kind, room=room, url=url, entries=entries, now=now())
        show.say(f"予定表を登録しました。番号は {number} です。")


@app.command()
def read(
    number: Number,
    by: By,
    file: Annotated[Path | None, typer.Option("--file", help="予定表のファイル（.ics）")] = None,
) -> None:
    """予定表を読み直す: ファイルから、省くと URL からまもなく。"""
    with at_office() as office:
        if file is None:
            read_again(office, by, number, now=now())
            show.say("まもなく読みます。")
            return
        found = actions.upload_calendar(office, by, number, _entries(file), now=now())
        show.say(f"増えた予定 {len(found.new)} 件、なくなった予定 {len(found.gone)} 件です。")


@app.command()
def remove(number: Number, by: By) -> None:
    """予定表を除く。その予定表によるこれからの閉庁日も、取り消せるものはなくなる。"""
    with at_office() as office:
        actions.remove_calendar(office, by, number, now=now())


def _entries(file: Path) -> tuple[Entry, ...]:
    with file.open("rb") as opened:
        return entries_in(opened.read(LARGEST + 1), now())
