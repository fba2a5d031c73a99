"""`sakutei inquiry …`"""

from typing import Annotated

import typer

from workflow import actions, queries
from workflow.cli import show
from workflow.cli.dry_run import told
from workflow.cli.options import By, DryRun, Json, PlanKey, Reason, at_office, now
from workflow.domain.calendar import parse_day, reiwa_with_weekday
from workflow.domain.inquiries import GivenRemark, Silence, Verdict
from workflow.queries.plans import plan_by_key
from workflow.wire.inquiries import InquiryShown

Number = Annotated[int, typer.Argument(metavar="INQUIRY", help="照会の番号")]
Departments = Annotated[list[str] | None, typer.Option("--department", help="宛先の課ID（いくつでも）")]
People = Annotated[list[str] | None, typer.Option("--person", help="宛先の利用者ID（いくつでも）")]

app = typer.Typer(no_args_is_help=True, help="照会", rich_markup_mode=None)


@app.command()
def ask(
    plan: PlanKey,
    by: By,
    title: Annotated[str, typer.Option(help="件名")],
    text: Annotated[str, typer.Option(help="照会文")],
    due: Annotated[str, typer.Option(help="回答の期限、2023-06-12（その日の24時まで）")],
    silence: Annotated[Silence, typer.Option(help="回答がないとき")],
    question: Annotated[list[str] | None, typer.Option(help="質問（いくつでも）")] = None,
    department: Departments = None,
    person: People = None,
    dry_run: DryRun = False,
) -> None:
    """計画の現在の版について、庁内の課や職員に照会する。"""
    day = parse_day(due, "回答の期限")
    with at_office() as office:
        number = told(
            office,
            lambda o: actions.inquire(
                o,
                by,
                plan,
                title,
                text,
                question or [],
                departments=department or [],
                people=person or [],
                due_on=day,
                silence=silence,
                now=now(),
            ),
            dry_run,
        )
        if number is not None:
            show.say(f"照会 {number} を出しました。期限は {reiwa_with_weekday(day)} の 24:00 です。")


@app.command()
def add(
    plan: PlanKey,
    number: Number,
    by: By,
    department: Departments = None,
    person: People = None,
    dry_run: DryRun = False,
) -> None:
    """照会の宛先を追加する。"""
    with at_office() as office:
        added = told(
            office,
            lambda o: actions.add_addressees(
                o, by, plan, number, departments=department or [], people=person or [], now=now()
            ),
            dry_run,
        )
        if added is not None:
            show.say(f"宛先を {added} 追加しました。")


@app.command()
def answer(
    plan: PlanKey,
    number: Number,
    by: By,
    opinion: Annotated[list[str] | None, typer.Option(help="意見（いくつでも。省くと「意見なし」）")] = None,
    addressee: Annotated[int | None, typer.Option(help="どの宛先として答えるか（一つなら省けます）")] = None,
) -> None:
    """照会に回答する。回答し直すと、新しい回答に改まる。"""
    remarks = [GivenRemark(text) for text in opinion or []]
    with at_office() as office:
        actions.answer_inquiry(
            office, by, plan, number, remarks, has_opinion=bool(remarks), addressee=addressee, now=now()
        )
        show.say(f"「{'意見あり' if remarks else '意見なし'}」と回答しました。")


@app.command()
def respond(
    plan: PlanKey,
    number: Number,
    remark: Annotated[int, typer.Argument(help="意見の番号")],
    verdict: Annotated[Verdict, typer.Argument(help="対応")],
    by: By,
    reason: Reason,
) -> None:
    """照会への意見に対応を記録する。"""
    with at_office() as office:
        actions.respond_to_remark(office, by, plan, number, remark, verdict, reason, now=now())
        show.say(f"意見 {remark} に「{verdict.label}」と記録しました。")


@app.command()
def extend(
    plan: PlanKey,
    number: Number,
    by: By,
    due: Annotated[str, typer.Option(help="新しい期限、2023-06-12")],
    reason: Reason,
    dry_run: DryRun = False,
) -> None:
    """照会の期限を延長する。"""
    day = parse_day(due, "回答の期限")
    with at_office() as office:
        told(
            office,
            lambda o: actions.extend_inquiry(o, by, plan, number, day, reason, now=now()),
            dry_run,
        )


@app.command()
def withdraw(plan: PlanKey, number: Number, by: By, reason: Reason, dry_run: DryRun = False) -> None:
    """照会を取り下げる。"""
    with at_office() as office:
        told(
            office,
            lambda o: actions.withdraw_inquiry(o, by, plan, number, reason, now=now()),
            dry_run,
        )


@app.command("list")
def list_inquiries(plan: PlanKey) -> None:
    """計画の照会の一覧。"""
    with at_office() as office, office.reading() as db:
        found = queries.reading(db, plan_by_key(db, plan)).inquiries
    rows = [
        (
            each.number,
            each.title,
            each.due_on.isoformat(),
            f"{len(each.addressees)}件中{each.answered}件",
            "取下げ" if each.withdrawn_at else "",
        )
        for each in found
    ]
    show.table("照会", ("番号", "件名", "期日", "回答", "状態"), rows)


@app.command("show")
def show_inquiry(plan: PlanKey, number: Number, json: Json = False) -> None:
    """照会と、すべての回答。"""
    with at_office() as office, office.reading() as db:
        found = queries.inquiry(db, plan_by_key(db, plan), number)
    at = now()
    if json:
        show.as_json(InquiryShown.of(found, at))
        return
    show.say(f"{found.title}（第{found.version}版、{reiwa_with_weekday(found.due_on)}まで）")
    show.say(found.silence.label)
    rows: list[tuple[object, ...]] = []
    for each in found.addressees:
        state = found.state_of(each, at).label
        remarks = each.answer.remarks if each.answer else ()
        rows += [
            (
                each.name,
                state,
                remark.number,
                remark.text,
                remark.response.verdict.label if remark.response else "",
            )
            for remark in remarks
        ] or [(each.name, state, "", "", "")]
    show.table("回答", ("宛先", "状態", "番号", "意見", "対応"), rows)
