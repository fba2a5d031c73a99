"""`sakutei minutes …`"""

from typing import Annotated

import typer

from workflow import actions
from workflow.actions import Spoken
from workflow.cli import show
from workflow.cli.meeting_commands import Number
from workflow.cli.options import By, Json, at_office, now
from workflow.domain.calendar import parse_moment, tokyo_day
from workflow.domain.minutes import Speaker
from workflow.domain.rights import Act
from workflow.queries.actor import actor
from workflow.queries.attendance import places
from workflow.queries.meetings import meeting as one_meeting
from workflow.queries.speeches import besides, speeches
from workflow.wire.minutes import SittingShown

app = typer.Typer(no_args_is_help=True, help="会議録", rich_markup_mode=None)

SpeechNumber = Annotated[int, typer.Argument(help="発言の番号")]
Item = Annotated[int, typer.Argument(help="議題の番号")]
Words = Annotated[str, typer.Argument(help="発言")]
Whose = Annotated[Speaker, typer.Option("--speaker", help="会長・委員・説明者・事務局の別")]
Member = Annotated[str, typer.Option(help="委員の鍵（委員のとき）")]
Name = Annotated[str, typer.Option(help="職と氏名（説明者・関係者のとき）")]
WhyCorrected = Annotated[str, typer.Option("--reason", help="訂正の理由（会議の終了後）")]


@app.command("speech")
def record_speech(
    item: Item, text: Words, by: By, speaker: Whose, member: Member = "", name: Name = "", reason: WhyCorrected = ""
) -> None:  # fmt: skip
    """議題での発言を記録する。前の発言の後に続く。"""
    spoken = Spoken(speaker, text, member=member, name=name)
    with at_office() as office:
        number = actions.record_speech(office, by, item, spoken, reason=reason, now=now())
        show.say(f"発言 {number} を記録しました。")


@app.command("correct-speech")
def correct_speech(
    speech: SpeechNumber, text: Words, by: By, speaker: Whose, member: Member = "", name: Name = "",
    reason: WhyCorrected = "",
) -> None:  # fmt: skip
    """発言の記録を訂正する。前の記録は残る。"""
    spoken = Spoken(speaker, text, member=member, name=name)
    with at_office() as office:
        number = actions.correct_speech(office, by, speech, spoken, reason=reason, now=now())
        show.say(f"発言 {number} として記録し直しました。")


@app.command("remove-speech")
def remove_speech(speech: SpeechNumber, by: By, reason: WhyCorrected = "") -> None:
    """発言の記録を取り消す。"""
    with at_office() as office:
        actions.remove_speech(office, by, speech, reason=reason, now=now())
        show.say(f"発言 {speech} の記録を取り消しました。")


@app.command("guests")
def enter_guests(
    meeting: Number,
    by: By,
    guest: Annotated[list[str] | None, typer.Option(help="説明者・関係者の職と氏名")] = None,
    observers: Annotated[int | None, typer.Option(help="傍聴者の数")] = None,
    reason: WhyCorrected = "",
) -> None:
    """説明者・関係者と、傍聴者の数を記録する。前の記録に代わる。"""
    with at_office() as office:
        actions.enter_guests(office, by, meeting, guest or [], observers, reason=reason, now=now())
        show.say(f"会議 {meeting} の説明者・傍聴者を記録しました。")


@app.command("times")
def enter_times(
    meeting: Number,
    member: Annotated[str, typer.Argument(help="委員の鍵")],
    by: By,
    arrived: Annotated[str, typer.Option(help="来た日時（2023-06-12 14:20）")] = "",
    left: Annotated[str, typer.Option(help="去った日時")] = "",
    reason: WhyCorrected = "",
) -> None:
    """委員の遅参・退席の時刻を記録する。どちらも省くと消す。"""
    with at_office() as office:
        actions.enter_times(
            office,
            by,
            meeting,
            member,
            arrived_at=parse_moment(arrived, "来た時刻") if arrived else None,
            left_at=parse_moment(left, "去った時刻") if left else None,
            reason=reason,
            now=now(),
        )
        show.say(f"会議 {meeting} の遅参・退席を記録しました。")


@app.command("sitting")
def show_sitting(meeting: Number, by: By, json: Json = False) -> None:
    """会議の場で記録した発言、説明者・傍聴者、遅参・退席（会議体の事務局・会長と監査が読める）。"""
    with at_office() as office, office.reading() as db:
        held = one_meeting(db, meeting)
        actor(db, by, tokyo_day(now())).require(Act.READ_DRAFTS, body=held.body_key)
        found, members, said = besides(db, meeting), places(db, held), speeches(db, meeting)
    if json:
        show.as_json(SittingShown.of(found, members, said))
        return
    counted = "記録なし" if found.observers is None else f"{found.observers} 人"
    show.say(f"説明者・関係者: {'、'.join(found.guests) or 'なし'}　傍聴者: {counted}")
    show.table(
        "遅参・退席",
        ("鍵", "氏名", "来た", "去った"),
        [
            (each.seat.key, each.seat.name, show.moment(each.arrived_at), show.moment(each.left_at))
            for each in members
            if each.arrived_at or each.left_at
        ],
    )
    show.table(
        "発言",
        ("番号", "議題", "発言者", "発言"),
        [
            (each.id, each.item, each.name or each.speaker.label, each.text)
            for at in said.values()
            for each in at
        ],
    )
