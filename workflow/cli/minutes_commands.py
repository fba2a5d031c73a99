"""`sakutei minutes …`"""

from pathlib import Path
from typing import Annotated

import typer

from workflow import actions
from workflow.actions import Spoken
from workflow.cli import show
from workflow.cli.dry_run import told
from workflow.cli.options import By, DryRun, Json, Note, Reason, at_office, now
from workflow.cli.preparing_commands import Number
from workflow.domain.calendar import parse_moment, tokyo_day
from workflow.domain.errors import NotFound
from workflow.domain.minutes import MinutesKind, Speaker
from workflow.domain.rights import Act
from workflow.queries.actor import actor
from workflow.queries.attendance import places
from workflow.queries.meetings import meeting as one_meeting
from workflow.queries.minutes import minutes_versions
from workflow.queries.speeches import besides, speeches
from workflow.store.minutes_word import minutes_in
from workflow.wire.minutes import MinutesShown, SittingShown
from workflow.wire.sheets.minutes_word import minutes_to_edit

app = typer.Typer(no_args_is_help=True, help="会議録", rich_markup_mode=None)

SpeechNumber = Annotated[int, typer.Argument(help="発言の番号")]
Item = Annotated[int, typer.Argument(help="議題の番号")]
Words = Annotated[str, typer.Argument(help="発言")]
Whose = Annotated[Speaker, typer.Option("--speaker", help="会長・委員・説明者・事務局の別")]
Member = Annotated[str, typer.Option(help="委員の利用者ID（委員のとき）")]
Name = Annotated[str, typer.Option(help="職と氏名（説明者・関係者のとき）")]
Before = Annotated[int | None, typer.Option(help="この番号の発言の前に入れる")]
WhyCorrected = Annotated[str, typer.Option("--reason", help="訂正の理由（会議の終了後）")]


@app.command("speech")
def record_speech(
    item: Item, text: Words, by: By, speaker: Whose, member: Member = "", name: Name = "",
    before: Before = None, reason: WhyCorrected = "",
) -> None:  # fmt: skip
    """議題での発言を記録する。前の発言の後に続く。"""
    spoken = Spoken(speaker, text, member=member, name=name)
    with at_office() as office:
        number = actions.record_speech(office, by, item, spoken, before=before, reason=reason, now=now())
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
    member: Annotated[str, typer.Argument(help="委員の利用者ID")],
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
        ("ID", "氏名", "来た", "去った"),
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


Kind = Annotated[MinutesKind, typer.Argument(help="概要（summary）・会議録（full）の別")]
Written = Annotated[
    Path,
    typer.Argument(
        help="文のファイル（UTF-8。又は、minutes word の Word 文書）", exists=True, dir_okay=False
    ),
]
Revision = Annotated[int, typer.Option("--seen", help="読んだ案の改訂番号（minutes show が示す）")]


@app.command("draft")
def draft_minutes(
    meeting: Number,
    kind: Kind,
    by: By,
    anew: Annotated[bool, typer.Option("--anew", help="人が直した案も、記録から作り直す")] = False,
) -> None:
    """会議の記録から、概要又は会議録の案を作る。"""
    with at_office() as office:
        version = actions.draft_minutes(office, by, meeting, kind, anew=anew, now=now())
        show.say(f"会議 {meeting} の{kind.label}（第{version}版）の案を作りました。")


@app.command("edit")
def edit_minutes(meeting: Number, kind: Kind, file: Written, by: By, seen: Revision) -> None:
    """案の文を、ファイルの文に改める。"""
    with at_office() as office:
        actions.edit_minutes(office, by, meeting, kind, _written(file), seen=seen, now=now())
        show.say(f"会議 {meeting} の{kind.label}の案を直しました。")


@app.command("word")
def minutes_in_word(
    meeting: Number,
    kind: Kind,
    to: Annotated[Path, typer.Option(help="書き出すファイル（docx）", dir_okay=False)],
    version: Annotated[int, typer.Option(help="版の番号。省くと最新")] = 0,
) -> None:
    """概要又は会議録を、直すための Word 文書に書き出す。直したものは、minutes edit で取り込む。"""
    with at_office() as office, office.reading() as db:
        held = one_meeting(db, meeting)
        found = (each for each in minutes_versions(db, meeting, drafts=True) if each.kind is kind)
        wanted = next((each for each in found if version in (0, each.version)), None)
    if wanted is None:
        raise NotFound(kind.label, f"第{version}版" if version else f"会議 {meeting}")
    to.write_bytes(minutes_to_edit(meeting, held.title, wanted))
    show.say(f"{to} に{kind.label}（第{wanted.version}版、改訂番号 {wanted.revision}）を書き出しました。")


@app.command("put")
def put_minutes(meeting: Number, kind: Kind, by: By, dry_run: DryRun = False) -> None:
    """案の確認を会長に依頼する。"""
    with at_office() as office:
        told(office, lambda o: actions.put_minutes(o, by, meeting, kind, now=now()), dry_run)
        if not dry_run:
            show.say(f"会議 {meeting} の{kind.label}の確認を会長に依頼しました。")


@app.command("confirm")
def confirm_minutes(meeting: Number, kind: Kind, by: By, seen: Revision, note: Note = "") -> None:
    """会議録を確認し、確定する。"""
    with at_office() as office:
        actions.confirm_minutes(office, by, meeting, kind, seen=seen, note=note, now=now())
        show.say(f"会議 {meeting} の{kind.label}を確定しました。")


@app.command("return")
def return_minutes(meeting: Number, kind: Kind, by: By, note: Note) -> None:
    """直すところを示して、会議録を案に戻す。"""
    with at_office() as office:
        actions.return_minutes(office, by, meeting, kind, note, now=now())
        show.say(f"会議 {meeting} の{kind.label}を案に戻しました。")


@app.command("correct")
def correct_minutes(meeting: Number, kind: Kind, file: Written, by: By, reason: Reason) -> None:
    """終了した会議の会議録を、ファイルの文に訂正する。前の版は残る。"""
    with at_office() as office:
        actions.correct_minutes(office, by, meeting, _written(file), reason, kind=kind, now=now())
        show.say(f"会議 {meeting} の{kind.label}を訂正しました。")


@app.command("approval")
def list_minutes(meeting: Number, by: By, kind: Kind = MinutesKind.FULL) -> None:
    """確定した会議録の承認を、次の会議の最初の議題に載せる。"""
    with at_office() as office:
        item = actions.list_minutes(office, by, meeting, kind, now=now())
        show.say(f"議題 {item} として載せました。")


@app.command("show")
def show_minutes(meeting: Number, json: Json = False) -> None:
    """概要と会議録、すべての版。"""
    with at_office() as office, office.reading() as db:
        one_meeting(db, meeting)
        versions = minutes_versions(db, meeting, drafts=True)
    if json:
        show.as_json(MinutesShown.of(versions))
        return
    for each in versions:
        show.say(
            f"{each.kind.label} 第{each.version}版（{each.state.label}、改訂番号 {each.revision}）\n{each.text}"
        )
    if not versions:
        show.say("概要・会議録はまだありません。")


def _written(file: Path) -> str:
    """The text in the file. Raises `BadInput` for a Word document that cannot be read."""
    return minutes_in(file.name, file).text if file.suffix.lower() == ".docx" else file.read_text("utf-8")
