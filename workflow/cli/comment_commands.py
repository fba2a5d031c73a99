"""`sakutei comment …`"""

from pathlib import Path
from typing import Annotated

import typer

from workflow import actions, queries
from workflow.cli import show
from workflow.cli.options import By, Json, PlanKey, at_office, now
from workflow.domain.calendar import parse_day, parse_moment, reiwa_with_weekday
from workflow.domain.comments import Author, Disposition, Route
from workflow.wire.comments import WholeComment

app = typer.Typer(no_args_is_help=True, help="パブリックコメント", rich_markup_mode=None)


@app.command("open")
def open_comment(
    plan: PlanKey,
    gate: str,
    by: By,
    opens: Annotated[str, typer.Option(help="募集開始日")],
    closes: Annotated[str | None, typer.Option(help="募集終了日（省くと定めの日数）")] = None,
    shortened_why: Annotated[str | None, typer.Option(help="日数を縮める理由")] = None,
    place: Annotated[list[str] | None, typer.Option(help="閲覧場所（いくつでも）")] = None,
    contact: Annotated[str, typer.Option(help="提出先・問合せ先（所在地、電話、ファクス、電子メール）")] = "",
) -> None:
    """現在の版について意見の募集を始める。最終日の 24:00 に終わる。"""
    with at_office() as office:
        last = actions.open_comment(
            office,
            by,
            plan,
            gate,
            parse_day(opens, "募集開始日"),
            closes_on=parse_day(closes, "募集終了日") if closes else None,
            shortened_why=shortened_why,
            places=place or [],
            contact=contact,
            now=now(),
        )
        show.say(f"募集は {reiwa_with_weekday(last)} の 24:00 までです。")


@app.command()
def receive(
    plan: PlanKey,
    by: By,
    name: Annotated[str, typer.Option(help="氏名（団体は団体名と代表者名）")],
    route: Annotated[Route, typer.Option(help="受付方法")],
    received: Annotated[str, typer.Option(help="届いた日時")],
    opinion: Annotated[list[str] | None, typer.Option(help="意見（1 件ごと）")] = None,
    file: Annotated[Path | None, typer.Option(help="意見を 1 行に 1 件書いた UTF-8 のファイル")] = None,
    address: Annotated[str, typer.Option(help="住所")] = "",
    telephone: Annotated[str, typer.Option(help="電話")] = "",
    affiliation: Annotated[str, typer.Option(help="在勤・在学先")] = "",
) -> None:
    """届いた意見を登録する。期間の後に届いたものも残し、印を付ける。"""
    texts = list(opinion or [])
    if file:
        texts += [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    with at_office() as office:
        number = actions.receive_opinions(
            office,
            by,
            plan,
            Author(name, address, telephone, affiliation),
            texts,
            route=route,
            received_at=parse_moment(received, "届いた日時"),
            now=now(),
        )
        show.say(f"受付番号 {number}（{len(texts)} 件）")


@app.command()
def answer(
    plan: PlanKey,
    opinions: Annotated[list[int], typer.Argument(help="意見の番号（似た意見をまとめて）")],
    by: By,
    summary: Annotated[str, typer.Option(help="意見の概要")],
    text: Annotated[str, typer.Option(help="区の考え方")],
    disposition: Annotated[Disposition, typer.Option(help="扱い")],
) -> None:
    """区の考え方を、似た意見にまとめて答える。"""
    with at_office() as office:
        actions.answer_opinions(
            office, by, plan, opinions, summary=summary, answer=text, disposition=disposition, now=now()
        )
        show.say(f"{len(opinions)} 件に回答しました（{disposition.label}）。")


@app.command()
def publish(plan: PlanKey, by: By) -> None:
    """結果を公表する。"""
    with at_office() as office:
        actions.publish_result(office, by, plan, now=now())
        show.say("結果を公表しました。")


@app.command("show")
def show_comment(plan: PlanKey, json: Json = False) -> None:
    """意見と回答、件数と人数。"""
    with at_office() as office, office.reading() as db:
        period = queries.newest_consultation(db, plan, now())
        counted = queries.comment_counts(db, period.id)
        said = queries.all_opinions(db, period.id)
    if json:
        show.as_json(WholeComment.whole(period, counted, said))
        return
    late = f" ほか期間後 {counted.late_opinions}件" if counted.late_opinions else ""
    show.say(counted.words + late)
    show.table(
        "意見",
        ("番号", "意見", "扱い", "区の考え方"),
        [
            (
                each.id,
                f"{'（期間後）' if each.late else ''}{each.text}",
                each.disposition.label if each.disposition else "未回答",
                each.answer_text,
            )
            for each in said
        ],
    )
