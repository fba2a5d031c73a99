"""`sakutei paper …`"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from workflow import actions
from workflow.cli import show
from workflow.cli.dry_run import told
from workflow.cli.options import By, DryRun, Json, Reason, at_office, day_of, now
from workflow.domain.papers import PaperKind, shown_size
from workflow.domain.rights import PaperAudience
from workflow.queries.meetings import meeting as one_meeting
from workflow.queries.papers import papers_of
from workflow.store import files
from workflow.store.database import Office
from workflow.store.files import Arriving
from workflow.store.uploads import an_upload
from workflow.wire.papers import Papers, PaperShown

app = typer.Typer(no_args_is_help=True, help="会議資料", rich_markup_mode=None)

Meeting = Annotated[int, typer.Argument(help="会議の番号")]
Number = Annotated[int, typer.Argument(help="会議資料の番号")]
Title = Annotated[
    str, typer.Option("--title", help="資料の名称（省くとファイルの名前、差し替えでは元のまま）")
]


@app.command("add")
def add_paper(
    meeting: Meeting,
    document: Path,
    by: By,
    item: Annotated[int | None, typer.Option(help="議題の番号（省くと会議そのものの資料）")] = None,
    title: Title = "",
    kind: Annotated[PaperKind, typer.Option(help="種類。番号は種類ごとに付く")] = PaperKind.PAPER,
    audience: Annotated[PaperAudience, typer.Option(help="閲覧できる人")] = PaperAudience.OFFICE,
    dry_run: DryRun = False,
) -> None:
    """会議資料を登録する。御案内した方には、追加のお知らせが届く。"""
    with at_office() as office, _arrived(office, document) as content:
        paper = told(
            office,
            lambda o: actions.add_paper(
                o,
                by,
                meeting,
                document.name,
                content,
                item=item,
                title=title,
                kind=kind,
                audience=audience,
                now=now(),
            ),
            dry_run,
        )
        if paper is not None:
            show.say(f"会議資料 {paper} として登録しました。")


@app.command("replace")
def replace_paper(
    paper: Number, document: Path, by: By, reason: Reason, title: Title = "", dry_run: DryRun = False
) -> None:
    """会議資料を差し替える。呼び名は同じままで、前の版も読める。"""
    with at_office() as office, _arrived(office, document) as content:
        edition = told(
            office,
            lambda o: actions.replace_paper(
                o, by, paper, document.name, content, reason, title=title, now=now()
            ),
            dry_run,
        )
        if edition is not None:
            show.say(f"会議資料 {edition} として差し替えました。")


@app.command("withdraw")
def withdraw_paper(paper: Number, by: By, reason: Reason, dry_run: DryRun = False) -> None:
    """会議資料を取り下げる。番号は欠番になる。"""
    with at_office() as office:
        told(office, lambda o: actions.withdraw_paper(o, by, paper, reason, now=now()), dry_run)


@app.command("title")
def retitle_paper(paper: Number, title: Annotated[str, typer.Argument(help="資料の名称")], by: By) -> None:
    """会議資料の名称を訂正する。"""
    with at_office() as office:
        actions.retitle_paper(office, by, paper, title, now=now())
        show.say(f"会議資料 {paper} の名称を訂正しました。")


@app.command("audience")
def open_paper_to(
    paper: Number,
    audience: Annotated[PaperAudience, typer.Argument(help="閲覧できる人")],
    by: By,
    reason: Reason,
) -> None:
    """会議資料の閲覧範囲を変える。差し替え前の版を含む。"""
    with at_office() as office:
        actions.open_paper_to(office, by, paper, audience, reason, now=now())
        show.say(f"会議資料 {paper} の閲覧範囲を「{audience.label}」に変えました。")


@app.command("due")
def set_papers_due(
    meeting: Meeting,
    by: By,
    day: Annotated[
        datetime | None,
        typer.Option("--day", formats=["%Y-%m-%d"], help="最後の日、2023-06-12（省くと期限を消す）"),
    ] = None,
) -> None:
    """資料の提出期限を決める。"""
    with at_office() as office:
        actions.set_papers_due(office, by, meeting, day_of(day), now=now())
        show.say(f"会議 {meeting} の資料の提出期限を決めました。")


@app.command("renumber")
def renumber_papers(meeting: Meeting, by: By) -> None:
    """準備中の会議の資料に、議題の順に番号を付け直す。"""
    with at_office() as office:
        count = actions.renumber_papers(office, by, meeting, now=now())
        show.say(f"会議 {meeting} の資料 {count} 件の番号を付け直しました。")


@app.command("list")
def list_papers(meeting: Meeting, json: Json = False) -> None:
    """会議の資料の一覧。差し替え前の版も含む。"""
    with at_office() as office, office.reading() as db:
        held = one_meeting(db, meeting)
        found = papers_of(db, meeting)
    if json:
        show.as_json(Papers.of(held.papers_due, (PaperShown.at(held, each, opens=True) for each in found)))
        return
    show.table(
        "会議資料",
        ("番号", "資料", "版", "議題", "名称", "ファイル", "大きさ", "閲覧できる人", "印"),
        [
            (
                each.id,
                each.designation,
                each.edition,
                each.item,
                each.title,
                each.filename,
                shown_size(each.size),
                each.audience.label,
                "、".join(mark.label for mark in each.marks(held)),
            )
            for each in found
        ],
    )


@contextmanager
def _arrived(office: Office, document: Path) -> Iterator[Arriving]:
    """The file as an upload that is taken. Raises `BadInput`."""
    with document.open("rb") as file, files.arriving(office.files) as content:
        shutil.copyfileobj(file, content)
        content.flush()
        an_upload(document.name, content.path)
        yield content
