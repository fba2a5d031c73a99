"""`sakutei decision …`"""

from typing import Annotated

import typer

from definitions.terms import Outcome
from workflow import actions, queries
from workflow.cli import show
from workflow.cli.dry_run import told
from workflow.cli.options import By, DryRun, Json, Note, On, PlanKey, Reason, at_office, day_of, now
from workflow.domain.cover import ConfirmationResult
from workflow.domain.votes import Choice
from workflow.queries.plans import plan_by_key
from workflow.wire.decisions import Decisions, TallyShown

app = typer.Typer(no_args_is_help=True, help="決定", rich_markup_mode=None)

Item = Annotated[int, typer.Argument(help="議題の番号")]
Decided = Annotated[int, typer.Argument(help="決定の番号")]
OutcomeArgument = Annotated[Outcome, typer.Argument(help="結果")]
Conditions = Annotated[list[str] | None, typer.Option("--condition", help="条件（いくつでも）")]
LateText = Annotated[
    str, typer.Option("--late-text", help="会議の後に登録した版を、会議が見たといえる理由（後日登録）")
]
Seen = Annotated[int, typer.Option("--version", help="読んだ版の番号")]
Seat = Annotated[str | None, typer.Option("--for", help="代理する委員の利用者ID")]


@app.command("list")
def list_decisions(plan: PlanKey, json: Json = False) -> None:
    """計画について決したことと決裁、古い順。訂正・引戻しで置き換わったものは除く。"""
    with at_office() as office, office.reading() as db:
        fact = plan_by_key(db, plan)
        found = Decisions.of(fact, queries.answers_with_validity(db, fact, now()))
    if json:
        show.as_json(found)
        return
    show.table(
        "決定",
        ("番号", "必要な手続", "結果", "決め方", "版", "決した日", "効力"),
        [
            (
                each.number,
                fact.chain.gate(each.gate).label,
                each.outcome.label,
                each.manner.label,
                each.version,
                each.decided_on,
                each.validity.label,
            )
            for each in found.decisions
        ],
    )
    show.table(
        "決裁",
        ("番号", "必要な手続", "結果", "版", "日時", "効力"),
        [
            (
                each.number,
                fact.chain.gate(each.gate).label,
                each.manner.label if each.approved else "返却",
                each.version,
                show.moment(each.signed_at),
                each.validity.label,
            )
            for each in found.signoffs
        ],
    )


@app.command()
def record(
    item: Item,
    outcome: OutcomeArgument,
    by: By,
    condition: Conditions = None,
    note: Note = "",
    late_text: LateText = "",
    dry_run: DryRun = False,
) -> None:
    """議事から結果を記録する。"""
    with at_office() as office:
        _number(
            told(
                office,
                lambda o: actions.record_outcome(
                    o,
                    by,
                    item,
                    outcome,
                    conditions=condition or [],
                    note=note,
                    late_text=late_text,
                    now=now(),
                ),
                dry_run,
            )
        )


@app.command()
def vote(
    item: Item,
    choice: Choice,
    by: By,
    seat: Seat = None,
    remark: Annotated[str, typer.Option(help="回答に添える意見・条件")] = "",
) -> None:
    """採決の票、または持ち回りの回答を入れる。期限を過ぎた持ち回りの回答は、残りますが、数えません。"""
    with at_office() as office:
        in_time = actions.cast_vote(office, by, item, choice, member=seat, remark=remark, now=now())
        late = "" if in_time else "（期限後のため、数えません）"
        show.say(f"「{choice.label}」を記録しました{late}。")


@app.command("hands")
def enter_votes(
    item: Item,
    by: By,
    in_favour: Annotated[list[str] | None, typer.Option("--for", help="賛成した委員")] = None,
    against: Annotated[list[str] | None, typer.Option(help="反対した委員")] = None,
    abstain: Annotated[list[str] | None, typer.Option(help="棄権した委員")] = None,
    reason: Annotated[str, typer.Option(help="委員が自ら入れた票を置き換える理由")] = "",
) -> None:
    """挙手の結果を、事務局がまとめて入れる。"""
    named = {Choice.FOR: in_favour, Choice.AGAINST: against, Choice.ABSTAIN: abstain}
    votes = {member: choice for choice, members in named.items() for member in members or []}
    with at_office() as office:
        actions.enter_votes(office, by, item, votes, reason=reason, now=now())
        show.say(f"{len(votes)} 人の票を記録しました。")


@app.command("take-back-vote")
def take_back_vote(item: Item, by: By, seat: Seat = None) -> None:
    """自分の票を取り消す。"""
    with at_office() as office:
        actions.take_back_vote(office, by, item, member=seat, now=now())
        show.say("取り消しました。")


@app.command()
def cast_deciding_vote(item: Item, choice: Choice, by: By) -> None:
    """可否同数のとき、進行した会長が決する。事務局は、議事録から入れられる。"""
    with at_office() as office:
        actions.cast_deciding_vote(office, by, item, choice, now=now())
        show.say(f"裁決「{choice.label}」を記録しました。")


@app.command()
def tally(item: Item, json: Json = False) -> None:
    """いまの票の数。"""
    with at_office() as office, office.reading() as db:
        found = actions.current_tally(db, item)
    if json:
        show.as_json(TallyShown.model_validate(found))
        return
    carried = {True: "可決", False: "否決", None: "可否同数"}[found.carried]
    show.say(
        f"委員 {found.members} 人中 {found.present} 人（定足数{'に達した' if found.quorate else '不足'}）: "
        f"賛成 {found.in_favour}、反対 {found.against}、棄権 {found.abstained}、除斥 {found.recused} → {carried}"
    )


@app.command("count")
def decide_by_votes(
    item: Item,
    by: By,
    condition: Conditions = None,
    note: Note = "",
    late_text: LateText = "",
    dry_run: DryRun = False,
) -> None:
    """票を集計して結果を記録する。"""
    with at_office() as office:
        _number(
            told(
                office,
                lambda o: actions.decide_by_votes(
                    o, by, item, conditions=condition or [], note=note, late_text=late_text, now=now()
                ),
                dry_run,
            )
        )


@app.command()
def alone(
    plan: str,
    gate: str,
    outcome: OutcomeArgument,
    by: By,
    reason: Reason,
    seen: Seen,
    dry_run: DryRun = False,
) -> None:
    """専決: 会議を開けないとき、会長が決する。次の会議への報告が残る。"""
    with at_office() as office:
        _number(
            told(
                office,
                lambda o: actions.decide_alone(o, by, plan, gate, outcome, reason, seen=seen, now=now()),
                dry_run,
            )
        )


@app.command()
def correct(
    decision: Decided,
    outcome: OutcomeArgument,
    by: By,
    reason: Reason,
    condition: Conditions = None,
    dry_run: DryRun = False,
) -> None:
    """訂正: 前の記録を残したまま、新しい記録で置き換える。"""
    with at_office() as office:
        _number(
            told(
                office,
                lambda o: actions.correct_decision(
                    o, by, decision, outcome, reason, conditions=condition or [], now=now()
                ),
                dry_run,
            )
        )


@app.command("take-back")
def take_back(decision: Decided, by: By, reason: Reason, dry_run: DryRun = False) -> None:
    """引戻し: 次の人が動く前に、自分の記録を取り消す。"""
    with at_office() as office:
        told(office, lambda o: actions.take_back_decision(o, by, decision, reason, now=now()), dry_run)


@app.command("close-condition")
def close_condition(
    condition: Annotated[int, typer.Argument(help="条件の番号")], by: By, note: Note, on: On = None
) -> None:
    """条件付き了承の条件を、どう満たしたかを書いて解消する。"""
    with at_office() as office:
        actions.close_condition(office, by, condition, note, on=day_of(on), now=now())
        show.say("条件を解消しました。")


@app.command()
def confirm(
    plan: str,
    gate: Annotated[str, typer.Argument(help="手続ID")],
    by: By,
    seen: Seen,
    again: Annotated[bool, typer.Option("--again", help="確認せず、会議に諮り直す")] = False,
    note: Note = "",
    person: Annotated[
        str | None, typer.Option(help="書面で確認した会長の利用者ID（事務局が登録するときだけ）")
    ] = None,
    on: On = None,
) -> None:
    """訂正された文書が、会議体の決した文書であることを確認する。先に sakutei plan compare で比べる。"""
    result = ConfirmationResult.PUT_AGAIN if again else ConfirmationResult.CONFIRMED
    with at_office() as office:
        number = actions.confirm_text(
            office,
            by,
            plan,
            gate,
            seen=seen,
            result=result,
            note=note,
            person=person,
            on=day_of(on),
            now=now(),
        )
        show.say(f"「{result.label}」を記録しました（確認 {number}）。")


@app.command("take-back-confirmation")
def take_back_confirmation(
    confirmation: Annotated[int, typer.Argument(help="確認の番号")], by: By, reason: Reason
) -> None:
    """自分の確認を引き戻す。計画が動く前だけできる。"""
    with at_office() as office:
        actions.take_back_confirmation(office, by, confirmation, reason, now=now())
        show.say("引き戻しました。")


@app.command("review-confirmation")
def review_confirmation(
    confirmation: Annotated[int, typer.Argument(help="確認の番号")], by: By, note: Note = ""
) -> None:
    """代理者が会長に代わって確認したものを後閲する。"""
    with at_office() as office:
        actions.review_confirmation(office, by, confirmation, note=note, now=now())
        show.say("後閲を記録しました。")


def _number(decision: int | None) -> None:
    if decision is not None:
        show.say(f"決定 {decision} を記録しました。")
