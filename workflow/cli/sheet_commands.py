"""`sakutei meeting sheet …`: the papers of a meeting as files."""

from pathlib import Path
from typing import Annotated

import typer

from workflow.cli import show
from workflow.cli.options import at_office, now
from workflow.cli.preparing_commands import Number
from workflow.domain.errors import BadInput
from workflow.domain.sheets import OF_A_PLAN, SheetFormat, SheetKind
from workflow.queries.meeting_sheets import decision_sheet, meeting_sheet
from workflow.queries.meetings import meeting as one_meeting
from workflow.wire.sheets.binder import bound_archive, bound_pdf
from workflow.wire.sheets.documents import made

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

PaperKind = Annotated[SheetKind, typer.Argument(help="書類の種類")]
PaperFile = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="書き出す先（docx、席次・出欠表は xlsx、LibreOffice があれば pdf）"),
]


@app.command("sheet")
def write_sheet(meeting: Number, kind: PaperKind, to: PaperFile) -> None:
    """会議の書類をファイルにする。"""
    if kind is SheetKind.DECISION:
        raise BadInput(
            "書類", "決定通知は議題ごとです", "`sakutei meeting decision-notice` を使ってください。"
        )
    if kind in OF_A_PLAN:
        raise BadInput("書類", "計画の書類です", "`sakutei plan paper` を使ってください。")
    with at_office() as office:
        with office.reading() as db:
            facts = meeting_sheet(db, one_meeting(db, meeting), office.name, now())
        to.write_bytes(made(office, kind, facts, form_of(to)))
    show.say(f"{to} に書きました。")


@app.command("decision-notice")
def write_decision_notice(item: Annotated[int, typer.Argument(help="議題の番号")], to: PaperFile) -> None:
    """決まった議題の決定通知をファイルにする。"""
    with at_office() as office:
        with office.reading() as db:
            facts = decision_sheet(db, item, office.name, now())
        to.write_bytes(made(office, SheetKind.DECISION, facts, form_of(to)))
    show.say(f"{to} に書きました。")


@app.command("binder")
def write_binder(meeting: Number, to: PaperFile) -> None:
    """次第とすべての資料を一つにまとめる（zip か pdf）。"""
    form = form_of(to)
    with at_office() as office:
        with office.reading() as db:
            facts = meeting_sheet(db, one_meeting(db, meeting), office.name, now())
        if form is SheetFormat.PDF:
            to.write_bytes(bound_pdf(office, facts))
        else:
            with to.open("wb") as archive:
                bound_archive(office, facts, archive)
    show.say(f"{to} に書きました。")


def form_of(to: Path) -> SheetFormat:
    """The form that the name of a file says. Raises `BadInput`."""
    known = [each.value for each in SheetFormat]
    if to.suffix[1:] not in known:
        raise BadInput(
            "ファイル名", f"「{to.name}」の種類が分かりません", f"{'・'.join(known)} のどれかにしてください。"
        )
    return SheetFormat(to.suffix[1:])
