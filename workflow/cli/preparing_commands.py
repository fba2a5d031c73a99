"""`sakutei meeting …`: how a meeting comes about."""

from datetime import datetime
from typing import Annotated

import typer

from workflow import actions
from workflow.cli import show
from workflow.cli.dry_run import told
from workflow.cli.options import By, DryRun, Reason, at_office, day_of, now
from workflow.domain.calendar import parse_moment
from workflow.domain.meetings import MeetingForm

app = typer.Typer(rich_markup_mode=None)

Number = Annotated[int, typer.Argument(help="会議の番号")]
Body = Annotated[str, typer.Argument(help="会議体ID")]
Title = Annotated[str, typer.Argument(help="会議の名称")]
Starts = Annotated[
    str, typer.Option("--starts", help="開始（2023-06-12 14:00、または 令和5年6月12日 14:00）")
]
Ends = Annotated[str, typer.Option("--ends", help="終了。持ち回りでは回答期限")]
Place = Annotated[str, typer.Option("--place", help="場所、またはオンラインの宛先")]
How = Annotated[MeetingForm, typer.Option("--form", help="対面・オンライン・持ち回り")]
ItemsDue = Annotated[
    datetime | None, typer.Option("--items-due", formats=["%Y-%m-%d"], help="議題の提出期限、2023-06-05")
]


@app.command()
def prepare(
    body: Body,
    title: Title,
    by: By,
    starts: Starts,
    ends: Ends,
    place: Place,
    form: How = MeetingForm.IN_PERSON,
    items_due: ItemsDue = None,
) -> None:
    """会議を準備する。招集するまで、事務局だけに表示し、誰にも知らせない。"""
    starts_at, ends_at = span(starts, ends)
    with at_office() as office:
        meeting = actions.prepare_meeting(
            office, by, body, title, form=form, starts_at=starts_at, ends_at=ends_at, place=place,
            items_due=day_of(items_due), now=now(),
        )  # fmt: skip
        show.say(f"会議 {meeting} を準備しました。")


@app.command("series")
def prepare_series(
    body: Body,
    pattern: Annotated[str, typer.Argument(help="会議の名称。{n} が回の番号になる")],
    days: Annotated[list[datetime], typer.Argument(formats=["%Y-%m-%d"], help="開催日、2023-06-12")],
    by: By,
    begins: Annotated[datetime, typer.Option(formats=["%H:%M"], help="開始の時刻")],
    ends: Annotated[datetime, typer.Option(formats=["%H:%M"], help="終了の時刻")],
    place: Place,
    first: Annotated[int, typer.Option(help="初めの回の番号")] = 1,
    form: How = MeetingForm.IN_PERSON,
) -> None:
    """同じ時間・場所の会議を、日ごとにまとめて準備する。"""
    with at_office() as office:
        numbers = actions.prepare_series(
            office, by, body, pattern, [day.date() for day in days], first=first, form=form, begins=begins.time(),
            ends=ends.time(), place=place, now=now(),
        )  # fmt: skip
        show.say(f"会議 {'、'.join(map(str, numbers))} を準備しました。")


@app.command("redraft")
def change_draft(
    meeting: Number,
    title: Title,
    by: By,
    starts: Starts,
    ends: Ends,
    place: Place,
    form: How = MeetingForm.IN_PERSON,
    items_due: ItemsDue = None,
) -> None:
    """準備中の会議の名称・日時・場所を変える。誰にも知らせない。"""
    starts_at, ends_at = span(starts, ends)
    with at_office() as office:
        actions.change_draft(
            office, by, meeting, title, form=form, starts_at=starts_at, ends_at=ends_at, place=place,
            items_due=day_of(items_due), now=now(),
        )  # fmt: skip
        show.say(f"会議 {meeting} を変えました。")


@app.command("discard")
def discard_draft(meeting: Number, by: By, reason: Reason) -> None:
    """準備中の会議を取りやめる。議題は、別の会議に載せ直せる。"""
    with at_office() as office:
        actions.discard_draft(office, by, meeting, reason, now=now())
        show.say(f"会議 {meeting} を取りやめました。")


@app.command()
def summon(meeting: Number, by: By, dry_run: DryRun = False) -> None:
    """準備中の会議を招集する。委員と事務局に、議題を添えた案内が届く。"""
    with at_office() as office:
        told(office, lambda o: actions.summon(o, by, meeting, now=now()), dry_run)
        if not dry_run:
            show.say(f"会議 {meeting} を招集しました。")


@app.command("tell")
def tell_agenda_changes(meeting: Number, by: By, dry_run: DryRun = False) -> None:
    """招集後の議題の変更を知らせる。知らせなければ、前の営業日の午前9時から自動で知らせる。"""
    with at_office() as office:
        told(office, lambda o: actions.tell_agenda_changes(o, by, meeting, now=now()), dry_run)


@app.command("carry")
def carry_over(
    meeting: Number,
    to: Annotated[int, typer.Option(help="送り先の会議の番号")],
    items: Annotated[list[int], typer.Argument(help="送る議題の番号")],
    by: By,
) -> None:
    """継続した議題、結果のない議題、外した議題を、同じ会議体の次の会議に送る。"""
    with at_office() as office:
        count = actions.carry_over(office, by, meeting, to, items, now=now())
        show.say(f"{count} 件を会議 {to} に送りました。")


@app.command()
def call(
    body: Body,
    title: Title,
    by: By,
    starts: Starts,
    ends: Ends,
    place: Place,
    form: How = MeetingForm.IN_PERSON,
    dry_run: DryRun = False,
) -> None:
    """会議を準備してすぐに招集する。委員と事務局に開催通知が届く。"""
    starts_at, ends_at = span(starts, ends)
    with at_office() as office:
        meeting = told(
            office,
            lambda o: actions.call_meeting(
                o, by, body, title, form=form, starts_at=starts_at, ends_at=ends_at, place=place, now=now()
            ),
            dry_run,
        )
        if meeting is not None:
            show.say(f"会議 {meeting} を招集しました。")


@app.command()
def enter(
    body: Body,
    title: Title,
    by: By,
    starts: Starts,
    ends: Ends,
    place: Place,
    form: How = MeetingForm.IN_PERSON,
) -> None:
    """開催済みの会議を登録する。委員はその日の委員とする。通知は送らない。"""
    starts_at, ends_at = span(starts, ends)
    with at_office() as office:
        meeting = actions.enter_meeting(
            office, by, body, title, form=form, starts_at=starts_at, ends_at=ends_at, place=place, now=now()
        )
        show.say(f"会議 {meeting} を登録しました。")


def span(starts: str, ends: str) -> tuple[datetime, datetime]:
    """From when until when, as the options say. Raises `BadInput`."""
    return parse_moment(starts, "開始"), parse_moment(ends, "終了")
