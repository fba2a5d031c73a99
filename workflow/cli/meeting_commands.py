"""`sakutei meeting …`"""

from typing import Annotated

import typer

from workflow import actions
from workflow.actions import GivenRsvp, Seated
from workflow.cli import in_writing_commands, preparing_commands, sheet_commands, show
from workflow.cli.dry_run import told
from workflow.cli.options import By, DryRun, Json, Reason, at_office, now
from workflow.cli.preparing_commands import Ends, Number, Starts, span
from workflow.domain.errors import BadInput
from workflow.domain.meetings import Purpose
from workflow.domain.minutes import MinutesKind
from workflow.domain.rsvp import Intent
from workflow.domain.votes import Part, counts_words
from workflow.queries.agenda import agenda, agenda_lines
from workflow.queries.agenda_changes import items_late
from workflow.queries.attendance import apart, attendance_of
from workflow.queries.bodies import body_rule
from workflow.queries.meeting_warnings import draft_warnings
from workflow.queries.meetings import meeting as one_meeting
from workflow.queries.meetings import meeting_list
from workflow.queries.minutes import current_text
from workflow.queries.reading_rights import EVERYTHING
from workflow.queries.rsvp import expected_at, invited, right_to_read
from workflow.wire.meetings import Meetings, OneMeeting
from workflow.wire.rsvp import Rsvps

app = typer.Typer(no_args_is_help=True, help="会議", rich_markup_mode=None)
app.add_typer(in_writing_commands.app, name="writing")
app.add_typer(preparing_commands.app)
app.add_typer(sheet_commands.app)

After = Annotated[int | None, typer.Option(help="この番号の議題の後に載せる（0 は先頭、省くと末尾）")]
WhyCorrected = Annotated[str, typer.Option("--reason", help="訂正の理由（結果の記録後・会議の終了後）")]


@app.command()
def move(
    meeting: Number,
    by: By,
    starts: Starts,
    ends: Ends,
    reason: Reason,
    place: Annotated[str | None, typer.Option(help="新しい場所（省くと変えない）")] = None,
    dry_run: DryRun = False,
) -> None:
    """会議の日時・場所を変える。招集した全員に知らせ、予定表の予定も動く。"""
    starts_at, ends_at = span(starts, ends)
    with at_office() as office:
        told(
            office,
            lambda o: actions.move_meeting(
                o, by, meeting, starts_at=starts_at, ends_at=ends_at, place=place, reason=reason, now=now()
            ),
            dry_run,
        )


@app.command("time")
def correct_meeting_time(meeting: Number, by: By, starts: Starts, ends: Ends, reason: Reason) -> None:
    """開いた会議の日時を訂正する。結果も、正しい日時のものになる。前の日時は記録に残る。"""
    starts_at, ends_at = span(starts, ends)
    with at_office() as office:
        actions.correct_meeting_time(
            office, by, meeting, starts_at=starts_at, ends_at=ends_at, reason=reason, now=now()
        )
        show.say(f"会議 {meeting} の日時を訂正しました。")


@app.command()
def cancel(meeting: Number, by: By, reason: Reason, dry_run: DryRun = False) -> None:
    """会議を中止する。議題は継続審議にはならず、別の会議に載せ直す。"""
    with at_office() as office:
        told(office, lambda o: actions.cancel_meeting(o, by, meeting, reason, now=now()), dry_run)


@app.command()
def close(
    meeting: Number,
    by: By,
    minutes: Annotated[str, typer.Option(help="概要の案（省くと、記録から作る）")] = "",
) -> None:
    """会議を終える。すべての議題に結果があるか、議題から外されている必要がある。"""
    with at_office() as office:
        actions.close_meeting(office, by, meeting, minutes, now=now())
        show.say(f"会議 {meeting} を終了しました。")


@app.command("agenda")
def list_item(
    meeting: Number,
    plan: Annotated[str, typer.Argument(help="計画ID")],
    gate: Annotated[str, typer.Argument(help="手続ID")],
    by: By,
    purpose: Annotated[Purpose | None, typer.Option(help="目的（省くと会議体のふつうの目的）")] = None,
    after: After = None,
) -> None:
    """計画の現在の版を議題に載せる。"""
    with at_office() as office:
        item = actions.list_item(office, by, meeting, plan, gate, purpose=purpose, after=after, now=now())
        show.say(f"議題 {item} として載せました。")


@app.command()
def ratify(meeting: Number, decision: Annotated[int, typer.Argument(help="専決の決定番号")], by: By) -> None:
    """会長の専決を、会議に報告する議題として載せる。"""
    with at_office() as office:
        item = actions.list_ratification(office, by, meeting, decision, now=now())
        show.say(f"議題 {item} として載せました。")


@app.command("remove")
def remove_item(item: Annotated[int, typer.Argument(help="議題の番号")], by: By, reason: Reason) -> None:
    """議題から外す。継続審議とは違い、何も決めていない。"""
    with at_office() as office:
        actions.remove_item(office, by, item, reason, now=now())
        show.say(f"議題 {item} を外しました。")


@app.command()
def attend(
    meeting: Number,
    by: By,
    present: Annotated[list[str] | None, typer.Option(help="出席した委員。代理出席は 委員=代理者")] = None,
    absent: Annotated[list[str] | None, typer.Option(help="欠席した委員")] = None,
    presider: Annotated[
        str | None, typer.Option(help='進行した委員（省くと元のまま、"" は規則のとおり会長か副会長）')
    ] = None,
    reason: WhyCorrected = "",
) -> None:
    """出欠を記録する。結果の記録後の訂正には理由が要る。"""
    attended = {}
    for entry in present or []:
        member, _, deputy = entry.partition("=")
        attended[member] = Seated(present=True, deputy=deputy or None)
    attended |= {member: Seated(present=False) for member in absent or []}
    if not attended and presider is None:
        raise BadInput("出欠", "指定がありません", "--present または --absent で委員を指定してください。")
    with at_office() as office:
        actions.enter_attendance(office, by, meeting, attended, presider=presider, reason=reason, now=now())
        show.say(f"{len(attended)} 人の出欠を記録しました。")


@app.command("part")
def enter_parts(
    item: Annotated[int, typer.Argument(help="議題の番号")],
    by: By,
    left: Annotated[list[str] | None, typer.Option(help="退席した委員")] = None,
    recused: Annotated[list[str] | None, typer.Option(help="除斥された委員")] = None,
    absent: Annotated[list[str] | None, typer.Option(help="この議題だけ欠席した委員")] = None,
    present: Annotated[list[str] | None, typer.Option(help="この議題に加わった委員（元に戻す）")] = None,
    reason: WhyCorrected = "",
) -> None:
    """一つの議題での退席・除斥を記録する。"""
    named = {Part.LEFT: left, Part.RECUSED: recused, Part.ABSENT: absent, Part.PRESENT: present}
    parts = {member: part for part, members in named.items() for member in members or []}
    with at_office() as office:
        actions.enter_parts(office, by, item, parts, reason=reason, now=now())
        show.say(f"議題 {item} の出欠を {len(parts)} 人記録しました。")


@app.command("answer")
def give_rsvp(
    meeting: Number,
    intent: Annotated[Intent, typer.Argument(help="出席・代理出席・欠席")],
    by: By,
    member: Annotated[
        str | None, typer.Option(help="委員の利用者ID（省くと自分。代理者・事務局が答えるとき）")
    ] = None,
    deputy: Annotated[str, typer.Option(help="届け出た代理者の利用者ID")] = "",
    deputy_name: Annotated[str, typer.Option(help="届け出ていない代理の方の氏名")] = "",
    remark: Annotated[str, typer.Option(help="伝言（事務局だけが読む）")] = "",
) -> None:
    """招集された会議への出欠を答える。最後の回答が有効になる。"""
    reply = GivenRsvp(intent, deputy, deputy_name, remark)
    with at_office() as office:
        actions.give_rsvp(office, by, meeting, reply, member=member, now=now())
        show.say(f"会議 {meeting} への回答（{intent.label}）を記録しました。")


@app.command("matter")
def list_matter(
    meeting: Number,
    title: Annotated[str, typer.Argument(help="議題の名称")],
    by: By,
    plan: Annotated[str | None, typer.Option(help="途中の報告をする計画ID")] = None,
    heading: Annotated[bool, typer.Option("--heading", help="見出しとして載せる")] = False,
    minutes: Annotated[int | None, typer.Option(help="予定時間（分）")] = None,
    after: After = None,
) -> None:
    """手続によらない議題（その他の議題、計画の中間報告、見出し）を載せる。"""
    with at_office() as office:
        item = actions.list_matter(
            office, by, meeting, title, plan=plan, heading=heading, planned_minutes=minutes, after=after,
            now=now(),
        )  # fmt: skip
        show.say(f"議題 {item} として載せました。")


@app.command("result")
def record_result(
    item: Annotated[int, typer.Argument(help="議題の番号")],
    result: Annotated[str, typer.Argument(help="結果")],
    by: By,
    approved: Annotated[
        bool, typer.Option("--approved/--not-approved", help="会議録の承認の議題で、承認されたか")
    ] = True,
    reason: Annotated[str, typer.Option(help="訂正の理由（終了した会議のときだけ）")] = "",
) -> None:
    """手続によらない議題の結果を、言葉で記録する。"""
    with at_office() as office:
        actions.record_result(office, by, item, result, approved=approved, reason=reason, now=now())
        show.say(f"議題 {item} の結果を記録しました。")


@app.command("answers")
def show_rsvps(meeting: Number, by: By, json: Json = False) -> None:
    """出欠の回答の一覧（その会議体の事務局だけが読める）。"""
    with at_office() as office, office.reading() as db:
        held = one_meeting(db, meeting)
        right_to_read(db, by, held, now())
        members = invited(db, held)
        expected = expected_at(body_rule(db, held.body_key), members)
    if json:
        show.as_json(Rsvps.of(members, expected))
        return
    quorum = "" if expected.needed is None else f" / 定足数 {expected.needed} 人"
    show.say(
        f"出席予定 {expected.attending} 人（代理を含む）{quorum}、欠席 {expected.absent} 人、"
        f"未回答 {expected.unanswered} 人"
    )
    show.table(
        "出欠の回答",
        ("ID", "氏名", "回答", "代理", "伝言", "日時", "方法"),
        [
            (each.seat.key, each.seat.name, answer.intent.label, answer.deputy, answer.remark,
             show.moment(answer.at), answer.way.label)
            if (answer := each.answer) else (each.seat.key, each.seat.name, "未回答", None, None, None, None)
            for each in members
        ],
    )  # fmt: skip


@app.command("revoke-links")
def revoke_rsvp_links(
    meeting: Number,
    by: By,
    member: Annotated[str | None, typer.Option(help="委員の利用者ID（省くと全員）")] = None,
) -> None:
    """これまでに送ったメールの回答用リンクを無効にする。"""
    with at_office() as office:
        count = actions.revoke_rsvp_links(office, by, meeting, member, now=now())
        show.say(f"回答用リンクを {count} 件、無効にしました。")


@app.command("list")
def list_meetings(json: Json = False, body: Annotated[str | None, typer.Option()] = None) -> None:
    """会議の一覧。"""
    with at_office() as office, office.reading() as db:
        found, following = meeting_list(db, EVERYTHING, body=body)
    if json:
        show.as_json(Meetings.of(found, following))
        return
    rows = [(m.id, m.body_key, m.title, show.moment(m.starts_at), m.status.label) for m in found]
    show.table("会議", ("番号", "会議体", "名称", "日時", "状態"), rows)


@app.command("show")
def show_meeting(meeting: Number, json: Json = False) -> None:
    """会議の議題・出欠・結果。"""
    with at_office() as office, office.reading() as db:
        held = one_meeting(db, meeting)
        items = agenda(db, meeting, with_removed=not json)
        lines = agenda_lines(db, meeting, items, with_removed=not json)
        attended = attendance_of(db, meeting)
        parted = apart(db, meeting)
        warnings = draft_warnings(db, held, now())
        minutes = current_text(db, meeting, MinutesKind.SUMMARY, drafts=True)
        late = items_late(db, held)
    if json:
        whole = OneMeeting.whole(held, lines, attended, parted, minutes=minutes, warnings=warnings, late=late)
        show.as_json(whole)
        return
    show.say(
        f"会議 {held.id} {held.title} {show.moment(held.starts_at)} {held.place}"
        f"（{held.form.label}、{held.status.label}）"
    )
    for each in warnings:
        show.say(f"注意: {each}")
    show.table(
        "議題",
        ("次第", "番号", "目的", "計画・議題", "必要な手続", "版", "結果", "決め方", "票"),
        [
            (
                line.number,
                line.id,
                line.purpose.label,
                f"{line.title}（期限後）" if line.id in late else line.title,
                item.gate if item else None,
                item.version if item else None,
                line.removed_why or (decided.outcome.label if decided else line.result),
                decided.manner.label if decided else None,
                counts_words(decided.counts) if decided and decided.counts else None,
            )
            for line in lines
            for item in [line.item]
            for decided in [item.decided if item else None]
        ],
    )
    show.table(
        "出欠",
        ("ID", "氏名", "出欠", "役"),
        [
            (
                each.member,
                each.name,
                ("代理出席" if each.deputy else "出席") if each.present else "欠席",
                "進行" if each.presided else None,
            )
            for each in attended
        ],
    )
    if parted:
        show.table(
            "議題ごとの出欠",
            ("議題", "ID", "氏名", "出欠"),
            [(each.item, each.member, each.name, each.part.label) for each in parted],
        )
