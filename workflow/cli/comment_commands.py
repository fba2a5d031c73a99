"""`sakutei comment …`"""

from pathlib import Path
from typing import Annotated

import typer

from workflow import actions, queries
from workflow.cli import show
from workflow.cli.options import By, Json, PlanKey, Reason, at_office, now
from workflow.domain.calendar import (
    parse_day,
    parse_moment,
    period_words,
    reiwa_with_weekday,
    shown_day,
    tokyo_day,
)
from workflow.domain.comments import Author, Disposition, Route
from workflow.store.database import DryRunOffice
from workflow.store.plain_text import text_in
from workflow.store.settings import settings
from workflow.wire.comments import WholeComment

Round = Annotated[int | None, typer.Option("--round", help="第何回の募集か（省くと最新の募集）")]
Places = Annotated[list[str] | None, typer.Option("--place", help="閲覧場所（いくつでも）")]

app = typer.Typer(no_args_is_help=True, help="パブリックコメント", rich_markup_mode=None)


@app.command("open")
def open_comment(
    plan: PlanKey,
    gate: str,
    by: By,
    opens: Annotated[str, typer.Option(help="募集開始日")],
    closes: Annotated[str | None, typer.Option(help="募集終了日（省くと定めの日数）")] = None,
    shortened_why: Annotated[str | None, typer.Option(help="日数を縮める理由")] = None,
    place: Places = None,
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
    file: Annotated[
        Path | None, typer.Option(help="意見を 1 行に 1 件書いた、UTF-8 または Shift_JIS のファイル")
    ] = None,
    address: Annotated[str, typer.Option(help="住所")] = "",
    telephone: Annotated[str, typer.Option(help="電話")] = "",
    affiliation: Annotated[str, typer.Option(help="在勤・在学先")] = "",
    round: Round = None,
) -> None:
    """届いた意見を登録する。期間の後に届いたものも残し、印を付ける。"""
    texts = list(opinion or [])
    if file:
        with file.open("rb") as written:
            texts += [line for line in text_in(written, "意見のファイル").splitlines() if line.strip()]
    with at_office() as office:
        number = actions.receive_opinions(
            office,
            by,
            plan,
            Author(name, address, telephone, affiliation),
            texts,
            route=route,
            received_at=parse_moment(received, "届いた日時"),
            round=round,
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
    round: Round = None,
) -> None:
    """区の考え方を、似た意見にまとめて答える。"""
    with at_office() as office:
        actions.answer_opinions(
            office,
            by,
            plan,
            opinions,
            summary=summary,
            answer=text,
            disposition=disposition,
            round=round,
            now=now(),
        )
        show.say(f"{len(opinions)} 件に回答しました（{disposition.label}）。")


@app.command()
def publish(plan: PlanKey, by: By, round: Round = None) -> None:
    """結果を公表する。"""
    with at_office() as office:
        actions.publish_result(office, by, plan, round=round, now=now())
        show.say("結果を公表しました。")


@app.command()
def addendum(plan: PlanKey, by: By, round: Round = None) -> None:
    """公表の後に見つかった、期間内の意見への回答を、追補として公表する。"""
    with at_office() as office:
        actions.publish_addendum(office, by, plan, round=round, now=now())
        show.say("追補を公表しました。")


@app.command()
def extend(
    plan: PlanKey,
    by: By,
    closes: Annotated[str, typer.Option(help="新しい募集終了日")],
    reason: Reason,
    round: Round = None,
) -> None:
    """募集期間を延長する。理由は公開される。"""
    with at_office() as office:
        last = parse_day(closes, "募集終了日")
        actions.extend_comment(office, by, plan, last, reason, round=round, now=now())
        show.say(f"募集は {reiwa_with_weekday(last)} の 24:00 までになりました。")


@app.command()
def correct(
    plan: PlanKey,
    by: By,
    reason: Reason,
    opens: Annotated[str | None, typer.Option(help="正しい募集開始日")] = None,
    closes: Annotated[str | None, typer.Option(help="正しい募集終了日")] = None,
    shortened_why: Annotated[str | None, typer.Option(help="日数を縮める理由")] = None,
    place: Places = None,
    contact: Annotated[str | None, typer.Option(help="正しい提出先・問合せ先")] = None,
    round: Round = None,
) -> None:
    """募集の日や閲覧場所などの誤りを直す。省いたものは変わらない。"""
    with at_office() as office:
        actions.correct_comment(
            office,
            by,
            plan,
            reason,
            opens_on=parse_day(opens, "募集開始日") if opens else None,
            closes_on=parse_day(closes, "募集終了日") if closes else None,
            shortened_why=shortened_why,
            places=place,
            contact=contact,
            round=round,
            now=now(),
        )
        show.say("募集を訂正しました。")


@app.command()
def cancel(plan: PlanKey, by: By, reason: Reason, round: Round = None) -> None:
    """募集を中止する。届いた意見は残り、同じ版についてあらためて募集できる。"""
    with at_office() as office:
        actions.cancel_comment(office, by, plan, reason, round=round, now=now())
        show.say("募集を中止しました。")


@app.command()
def count(plan: PlanKey, gate: str, by: By, reason: Reason) -> None:
    """差戻しの前に行った募集を、いまの段階でも有効とする（策定の流れが認めるとき）。"""
    with at_office() as office:
        actions.count_held_comment(office, by, plan, gate, reason, now=now())
        show.say("前の募集を有効としました。")


@app.command()
def erase(
    plan: PlanKey,
    by: By,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="消去されるものだけを示し、何も変えない")
    ] = False,
) -> None:
    """期限（SAKUTEI_CITIZENS_DATA_MONTHS）の過ぎた提出者の氏名・住所・電話などを消去する。意見は残る。"""
    with at_office() as office:
        found = DryRunOffice(office, lambda _: None) if dry_run else office
        erased = actions.erase_authors(found, by, plan, settings().citizens_data_months, now=now())
    if not erased:
        show.say("消去するものはありません。")
        return
    show.table(
        "消去されるもの" if dry_run else "消去したもの",
        ("受付番号", "公表・中止", "提出者"),
        [
            (f"{each.period}-…", shown_day(tokyo_day(each.ended_at)), f"{each.submissions} 人")
            for each in erased
        ],
    )


@app.command("show")
def show_comment(plan: PlanKey, json: Json = False, round: Round = None) -> None:
    """意見と回答、件数と人数。"""
    with at_office() as office, office.reading() as db:
        period = queries.chosen_round(db, plan, round, now())
        counted = queries.comment_counts(db, period.held_id)
        said = queries.all_opinions(db, period.held_id)
    if json:
        show.as_json(WholeComment.whole(period, counted, said))
        return
    late = f" ほか期間後 {counted.late_opinions}件" if counted.late_opinions else ""
    show.say(f"第{period.round}回: {period_words(period.opens_on, period.closes_on)}（{period.state.label}）")
    for each in period.changes:
        show.say(f"{each.act.label}: {each.reason}")
    if not period.held:
        show.say(f"第{period.counts_round}回の募集を有効とした: {period.counts_why}")
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
