"""`sakutei plan …`"""

import shutil
from pathlib import Path
from typing import Annotated
from unicodedata import normalize

import typer

from workflow import actions, queries
from workflow.actions import Moved
from workflow.cli import plan_paper_commands, show
from workflow.cli.dry_run import told
from workflow.cli.options import (
    By,
    DryRun,
    Json,
    Note,
    On,
    PlanKey,
    Reason,
    Seen,
    at_office,
    chain_named,
    day_of,
    now,
)
from workflow.domain.calendar import tokyo_day
from workflow.domain.comparison import Change, Changed, Mark, Piece, readable
from workflow.domain.cover import TextKind
from workflow.domain.plans import Status
from workflow.domain.texts import Unreadable
from workflow.queries.chains import chain_for
from workflow.queries.plans import plan_by_key
from workflow.queries.reading_rights import EVERYTHING
from workflow.queries.schedule import schedule_versions
from workflow.queries.versions import version as version_of
from workflow.store import files, texts
from workflow.store.database import Office
from workflow.store.uploads import an_upload
from workflow.wire.plans import History, Plans, PlanShown, Schedule
from workflow.wire.takeover_form import takeover_form
from workflow.wire.texts import ComparisonShown, TextShown

Number = Annotated[int, typer.Argument(help="版の番号")]
Kind = Annotated[
    TextKind, typer.Option(help="new: 新しい文書、conditions: 条件への対応、minor: 軽微な修正・正誤")
]
Meets = Annotated[list[int] | None, typer.Option("--meets", help="対応する条件の番号（いくつでも）")]
Why = Annotated[str, typer.Option("--reason", help="後から登録する理由（記録に残ります）")]

app = typer.Typer(no_args_is_help=True, help="計画", rich_markup_mode=None)
app.add_typer(plan_paper_commands.app)


@app.command("open")
def open_plan(
    key: PlanKey,
    title: str,
    by: By,
    department: Annotated[str, typer.Option(help="担当課ID")],
    chain: Annotated[
        str, typer.Option(help="策定の流れのIDか SHA-256、または策定の流れのファイル")
    ] = "itabashi_dx_2025",
    first_month: Annotated[
        str | None, typer.Option(help="工程表の始まりの月、2023-03（省くと、策定の流れの月のまま）")
    ] = None,
    on: On = None,
    reason: Why = "",
    revises: Annotated[str | None, typer.Option(help="改定する、完了した計画ID")] = None,
) -> None:
    """計画を開始する。計画は開始した日の策定の流れを最後まで持ち続ける。"""
    chosen = chain_named(chain)
    with at_office() as office:
        moved = actions.open_plan(
            office,
            by,
            key,
            title,
            chosen,
            department=department,
            first_month=first_month,
            on=day_of(on),
            reason=reason,
            revises=revises,
            now=now(),
        )
        show.say(f"計画「{moved.plan}」を開始しました。")
        show.say(show.rail(chosen, moved.to_stage))


@app.command("takeover-form")
def takeover_form_of(
    to: Annotated[Path, typer.Argument(help="書き出すファイル、移行.xlsx")],
    chain: Annotated[str, typer.Option(help="策定の流れのIDか SHA-256")] = "itabashi_dx_2025",
) -> None:
    """移行登録の様式（Excel）を書き出す。使い方と記入例は、その中にある。"""
    with at_office() as office, office.reading() as db:
        chosen = chain_for(db, chain)
        to.write_bytes(takeover_form(chain, chosen, queries.departments(db), tokyo_day(now())))
    show.say(f"移行登録の様式（{chosen.title}）を {to} に書き出しました。")


@app.command("takeover")
def take_over(
    workbook: Annotated[Path, typer.Argument(help="記入した様式")],
    folder: Annotated[Path, typer.Argument(help="各版の文書のファイルがあるフォルダ")],
    by: By,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="検査して何が登録されるかを示し、何も登録しない")
    ] = False,
) -> None:
    """移行登録: 途中まで進んでいる計画を、様式に書いたとおりにまとめて登録する。誤りがあれば、すべて示して何も登録しない。"""
    # A link in a folder that others filled may lead to what only the program's user reads.
    documents = {
        normalize("NFC", each.name): each
        for each in sorted(folder.iterdir())
        if each.is_file() and not each.is_symlink()
    }
    with at_office() as office:
        at = now()
        if dry_run:
            tried = actions.rehearse_takeover(office, by, workbook.name, workbook, documents, now=at)
            for each in tried.history:
                show.say(each.words)
            show.say(show.rail(tried.plan.chain, tried.plan.stage.key, tried.plan.status))
            show.say("誤りはありません。まだ何も登録していません。")
            return
        key = actions.take_over(office, by, workbook.name, workbook, documents, now=at)
        with office.reading() as db:
            plan = plan_by_key(db, key)
        show.say(f"計画「{key}」を移行登録しました。")
        show.say(show.rail(plan.chain, plan.stage.key, plan.status))


@app.command("add")
def add_version(
    key: PlanKey,
    document: Path,
    by: By,
    document_key: Annotated[str | None, typer.Option(help="どの文書の版か（省くと本編）")] = None,
    note: Note = "",
    kind: Kind = TextKind.NEW,
    meets: Meets = None,
    why: Annotated[str, typer.Option(help="軽微な修正の理由")] = "",
    on: On = None,
    reason: Why = "",
) -> None:
    """文書の新しい版を登録する。新しい文書には、前の版への了承は効かなくなる。訂正には、了承した会議体の確認が要る。"""
    with at_office() as office, document.open("rb") as file, files.arriving(office.files) as content:
        shutil.copyfileobj(file, content)
        content.flush()
        an_upload(document.name, content.path)
        number = actions.add_version(
            office,
            by,
            key,
            document.name,
            content,
            document=document_key,
            kind=kind,
            conditions=meets or [],
            why=why,
            note=note,
            on=day_of(on),
            reason=reason,
            now=now(),
        )
        show.say(f"第{number}版を登録しました。")


@app.command("kind")
def declare_version(
    key: PlanKey,
    number: Number,
    kind: Annotated[TextKind, typer.Argument(help="新しい種類")],
    by: By,
    meets: Meets = None,
    why: Annotated[str, typer.Option(help="軽微な修正の理由")] = "",
) -> None:
    """現在の版の種類を改める。誰かが確認するまでの間だけできる。"""
    with at_office() as office:
        actions.declare_version(office, by, key, number, kind, conditions=meets or [], why=why, now=now())
        show.say(f"第{number}版を「{kind.label}」に改めました。")


@app.command("correct")
def correct_plan(
    key: PlanKey,
    by: By,
    reason: Reason,
    title: Annotated[str | None, typer.Option(help="計画の名称")] = None,
    department: Annotated[str | None, typer.Option(help="担当課ID")] = None,
    first_month: Annotated[str | None, typer.Option(help="工程表の始まりの月、2023-03")] = None,
) -> None:
    """計画の名称・担当課・工程表の月を訂正する。前のものは記録に残る。"""
    with at_office() as office:
        actions.correct_plan(
            office, by, key, reason, title=title, department=department, first_month=first_month, now=now()
        )
        show.say(f"計画「{key}」の登録を訂正しました。")


@app.command("document")
def save_document(
    key: PlanKey,
    to: Annotated[Path, typer.Argument(help="書き出すファイル")],
    number: Annotated[int | None, typer.Option("--version", help="版の番号（省くと現在の版）")] = None,
) -> None:
    """登録した版の文書を、SHA-256 を確かめてから書き出す。"""
    with at_office() as office, office.reading() as db:
        plan = plan_by_key(db, key)
        found = version_of(db, plan, number or (plan.text.number if plan.text else 0))
        shutil.copyfile(files.checked(office.files, found.sha256), to)
        show.say(f"{found.filename} 第{found.number}版（SHA-256 {found.sha256}）を {to} に書き出しました。")


@app.command("text")
def show_text(key: PlanKey, number: Number, json: Json = False) -> None:
    """版の文書から取り出した文字。"""
    with at_office() as office:
        with office.reading() as db:
            found = version_of(db, plan_by_key(db, key), number)
        text = texts.text_of(office.files, found.sha256)
    if json:
        show.as_json(TextShown.of(found, text))
    elif isinstance(text, Unreadable):
        show.say(f"第{number}版の文字は取り出せません: {text.label}。")
    else:
        for block in text:
            show.say("#" * block.level + " " * bool(block.level) + " | ".join(block.cells))


@app.command("compare")
def compare(key: PlanKey, old: Number, new: Number, json: Json = False) -> None:
    """二つの版の違い。【】は変わった語、《》は変わった数字。"""
    with at_office() as office:
        with office.reading() as db:
            plan = plan_by_key(db, key)
            before, after = version_of(db, plan, old), version_of(db, plan, new)
        found = texts.comparison_of(office.files, before.sha256, after.sha256)
    if json:
        show.as_json(ComparisonShown.of(before, after, found))
        return
    comparison = readable(found)
    counts = "、".join(
        f"{change.label} {comparison.count(change)}" for change in Change if comparison.count(change)
    )
    show.say(f"第{old}版から第{new}版への変更: {counts or 'ありません'}")
    for part in comparison.parts:
        if isinstance(part, Changed):
            _tell_part(part)


def _tell_part(part: Changed) -> None:
    if part.under:
        show.say(f"■ {part.under}")
    for each in part.differences:
        where = f"（{each.elsewhere}）" if each.elsewhere else ""
        show.say(f"  {each.change.label}{where}")
        for sign, cells in (("-", each.old_pieces), ("+", each.new_pieces)):
            if cells:
                show.say(f"    {sign} " + " | ".join("".join(map(_marked, cell)) for cell in cells))


def _marked(piece: Piece) -> str:
    return {Mark.SAME: "{}", Mark.OTHER: "【{}】", Mark.NUMBER: "《{}》"}[piece.mark].format(piece.text)


@app.command()
def advance(
    key: PlanKey,
    by: By,
    to: Annotated[str | None, typer.Option(help="次の段階ID（分かれ道のとき）")] = None,
    on: On = None,
    reason: Why = "",
    seen: Seen = None,
    dry_run: DryRun = False,
) -> None:
    """次の段階へ進める。手続が済んでいなければ、理由をすべて示して進めない。"""
    with at_office() as office:
        revision = _revision(office, key, seen)
        _moved(
            office,
            told(
                office,
                lambda o: actions.advance(
                    o, by, key, seen=revision, to=to, on=day_of(on), reason=reason, now=now()
                ),
                dry_run,
            ),
        )


@app.command("send-back")
def send_back(
    key: PlanKey,
    to: str,
    by: By,
    reason: Reason,
    on: On = None,
    seen: Seen = None,
    dry_run: DryRun = False,
) -> None:
    """差戻し: 前の段階 TO へ戻す。それまでの了承は効かなくなる。"""
    with at_office() as office:
        revision = _revision(office, key, seen)
        done = told(
            office,
            lambda o: actions.send_back(o, by, key, to, reason, seen=revision, on=day_of(on), now=now()),
            dry_run,
        )
        _moved(office, done)


@app.command()
def suspend(key: PlanKey, by: By, reason: Reason, seen: Seen = None) -> None:
    """中断する。再開するまで何も進まない。"""
    with at_office() as office:
        revision = _revision(office, key, seen)
        _moved(office, actions.suspend(office, by, key, reason, seen=revision, now=now()))


@app.command()
def resume(key: PlanKey, by: By, reason: Reason, seen: Seen = None) -> None:
    """再開する。"""
    with at_office() as office:
        revision = _revision(office, key, seen)
        _moved(office, actions.resume(office, by, key, reason, seen=revision, now=now()))


@app.command()
def finish(key: PlanKey, by: By, seen: Seen = None) -> None:
    """最後の段階の計画を完了とする。その後は、文書の訂正と改定だけができる。"""
    with at_office() as office:
        revision = _revision(office, key, seen)
        _moved(office, actions.finish(office, by, key, seen=revision, now=now()))


@app.command()
def withdraw(key: PlanKey, by: By, reason: Reason, seen: Seen = None) -> None:
    """取り下げる。元には戻せない。"""
    with at_office() as office:
        revision = _revision(office, key, seen)
        _moved(office, actions.withdraw(office, by, key, reason, seen=revision, now=now()))


@app.command("list")
def list_plans(
    json: Json = False,
    department: Annotated[str | None, typer.Option(help="担当課ID")] = None,
    status: Annotated[Status | None, typer.Option(help="状態")] = None,
    stage: Annotated[str | None, typer.Option(help="段階ID")] = None,
    query: Annotated[str, typer.Option("--words", help="名称や計画IDに含まれる語")] = "",
    following: Annotated[str | None, typer.Option(help="このIDより後から")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
) -> None:
    """計画の一覧。"""
    with at_office() as office, office.reading() as db:
        page = queries.plan_list(
            db,
            EVERYTHING,
            department=department,
            status=status,
            stage=stage,
            query=query,
            following=following,
            limit=limit,
        )
    if json:
        show.as_json(Plans.of(page))
        return
    rows = [
        (p.key, p.title, p.department, p.stage.label, p.status.label, show.moment(p.entered_at))
        for p in page.plans
    ]
    show.table("計画", ("ID", "名称", "担当課", "段階", "状態", "この段階に入った日時"), rows)
    if page.following:
        show.say(f"続きは --following {page.following}")


@app.command("show")
def show_plan(key: PlanKey, json: Json = False) -> None:
    """計画の現在: 段階、手続、版。"""
    with at_office() as office, office.reading() as db:
        found = queries.blockers(db, plan_by_key(db, key), now())
    if json:
        show.as_json(PlanShown.of(found.plan))
        return
    plan = found.plan
    show.say(f"{plan.title}（{plan.key}） 改訂 {plan.revision}")
    show.say(show.rail(plan.chain, plan.stage.key, plan.status))
    version = f"第{plan.text.number}版 SHA-256 {plan.sha256}" if plan.text else "まだありません"
    show.say(f"現在の版: {version}")
    words = {reason.gate: reason.words for reason in found.reasons}
    rows = [
        ("済" if state.open else "未", state.gate.label, words.get(state.gate.key, ""))
        for state in found.states
    ]
    show.table("必要な手続", ("", "必要な手続", "足りないもの"), rows)


@app.command()
def history(key: PlanKey, json: Json = False) -> None:
    """計画に起きたことのすべて。"""
    with at_office() as office, office.reading() as db:
        happened = queries.history(db, plan_by_key(db, key))
    if json:
        show.as_json(History.of(happened))
        return
    show.table(
        "履歴",
        ("番号", "日時", "誰が", "何を"),
        [(h.seq, show.moment(h.at), h.by, h.words) for h in happened],
    )


@app.command()
def schedule(key: PlanKey, json: Json = False) -> None:
    """予定と実際の工程表（月・計画策定工程・会議名・区議会）。"""
    with at_office() as office, office.reading() as db:
        plan = plan_by_key(db, key)
        version, planned = schedule_versions(db, plan)[0], queries.planned_schedule(plan)
        held = queries.held_schedule(db, plan, now())
    if json:
        show.as_json(Schedule.of(version, planned, held))
        return
    show_schedule(f"予定（{version.name}）", planned)
    show_schedule("実際", held)


def show_schedule(title: str, months: list[queries.Month]) -> None:
    """Print a schedule in the shape of the seed's section 7."""
    rows = []
    year = ""
    for month in months:
        new_year = month.month[:4] if month.month[:4] != year else ""
        year = month.month[:4]
        assembly = "\n".join(f"■{body}\n・{label}" for body, label in month.assembly)
        meetings = "\n".join(f"■{name}" for name in month.meetings)
        when = f"{new_year}年 {int(month.month[5:])}" if new_year else str(int(month.month[5:]))
        rows.append((when, "\n".join(month.work), meetings, assembly))
    show.table(title, ("月", "計画策定工程", "会議名", "区議会"), rows)


def _revision(office: Office, key: str, seen: int | None) -> int:
    if seen is not None:
        return seen
    with office.reading() as db:
        return plan_by_key(db, key).revision


def _moved(office: Office, moved: Moved | None) -> None:
    if moved is None:
        return
    with office.reading() as db:
        plan = plan_by_key(db, moved.plan)
    show.say(show.rail(plan.chain, plan.stage.key, plan.status))
