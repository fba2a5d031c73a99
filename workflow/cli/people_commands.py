"""`sakutei people …`"""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from definitions.terms import Role
from workflow import actions, queries
from workflow.cli import show
from workflow.cli.dry_run import told
from workflow.cli.options import By, ChainName, DryRun, Json, Reason, at_office, chain_named, now
from workflow.domain.calendar import month_label, parse_day, tokyo_day
from workflow.domain.closed_days import days_between, read_days
from workflow.domain.schedules import shown_time
from workflow.domain.seats import seat_label
from workflow.queries.actor import actor
from workflow.queries.body_year import body_year
from workflow.queries.closed_days import closed_day_names
from workflow.store.plain_text import text_in
from workflow.wire.body_year import BodyYearShown
from workflow.wire.people import ClosedDays, Departments, OnePerson, People

app = typer.Typer(no_args_is_help=True, help="名簿", rich_markup_mode=None)

PersonKey = Annotated[str, typer.Argument(metavar="PERSON", help="利用者ID")]
Since = Annotated[str, typer.Option("--since", help="この日から")]
TermNumber = Annotated[int, typer.Argument(help="番号（sakutei people show で分かる）")]
LastDay = Annotated[str, typer.Argument(help="最後の日")]
Until = Annotated[str | None, typer.Option("--until", help="この日まで（省くと続く）")]


@app.command()
def department(key: str, name: str, by: By) -> None:
    """課を登録する。"""
    with at_office() as office:
        actions.add_department(office, by, key, name, now=now())


@app.command()
def departments(
    file: Annotated[
        Path,
        typer.Argument(
            help="1 行に 1 課、建制順に、名称と課ID（CSV）。sakutei people show-departments で書き出せる"
        ),
    ],
    by: By,
) -> None:
    """課の一覧を、ファイルのとおりの順と名称にする。新しい課IDは加え、名称の違いは訂正になる。誤りがあれば、何も変えない。"""
    with file.open("rb") as table:
        lines = actions.read_departments(text_in(table, "課の一覧"))
    with at_office() as office:
        show.say(f"課の一覧を変えました（{actions.put_departments(office, by, lines, now=now())} 件）。")


@app.command("show-departments")
def show_departments(json: Json = False) -> None:
    """課の一覧を、建制順に、名称と課IDで示す。"""
    with at_office() as office, office.reading() as db:
        found = queries.departments(db)
    if json:
        show.as_json(Departments.of(found))
        return
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows((name, key) for key, name in found)
    show.say(table.getvalue().rstrip("\n"))


@app.command()
def bodies(chain: ChainName, by: By) -> None:
    """策定の流れの会議体を名簿に加え、委員を登録できるようにする。"""
    chosen = chain_named(chain)
    with at_office() as office:
        actions.add_chain(office, by, chosen, now=now())
        show.table("会議体", ("ID", "名称"), [(body.key, body.name) for body in chosen.bodies])


@app.command()
def add(key: PersonKey, name: str, email: str, by: By) -> None:
    """職員を登録する。"""
    with at_office() as office:
        actions.add_person(office, by, key, name, email, now=now())


@app.command("add-table")
def add_table(
    file: Annotated[Path, typer.Argument(help="CSV（氏名,利用者ID,メール,課,職,順）")], by: By, since: Since
) -> None:
    """名簿の表の全員を登録する。誤りがあれば、すべてを示し、誰も登録しない。"""
    with file.open("rb") as table:
        people = actions.read_newcomers(text_in(table, "名簿のファイル"))
    with at_office() as office:
        added = actions.add_people(office, by, people, _day(since), now=now())
        show.say(f"{added} 人を登録しました。")


@app.command()
def change(
    key: PersonKey,
    by: By,
    name: Annotated[str | None, typer.Option(help="新しい氏名")] = None,
    email: Annotated[str | None, typer.Option(help="新しい電子メール")] = None,
) -> None:
    """氏名・電子メールを変える。"""
    with at_office() as office:
        proof = actions.OwnMachine()
        if actions.change_person(office, by, key, name=name, email=email, proof=proof, now=now()):
            show.say("前の電子メールに送ったリンクは使えなくなりました。必要なら、もう一度招待してください。")


@app.command()
def post(
    person: PersonKey,
    department: str,
    by: By,
    since: Since,
    position: Annotated[str | None, typer.Option(help="職（区長、政策経営部長 など）")] = None,
    until: Until = None,
) -> None:
    """所属と職を登録する。"""
    with at_office() as office:
        actions.post(
            office, by, person, department, _day(since), position=position, until=_last(until), now=now()
        )


@app.command()
def seat(person: PersonKey, body: str, role: Role, by: By, since: Since, until: Until = None) -> None:
    """会議体の会長・副会長・委員・事務局を、任期とともに登録する。"""
    with at_office() as office:
        actions.seat(office, by, person, body, role, _day(since), until=_last(until), now=now())


@app.command()
def seats(
    body: str,
    file: Annotated[Path, typer.Argument(help="1 行に 1 人、氏名か利用者IDと、役（空なら委員）（CSV）")],
    by: By,
    since: Since,
    until: Until = None,
) -> None:
    """一覧の全員を会議体の席に着ける。誤りがあれば、すべてを示し、誰も着けない。"""
    with file.open("rb") as table:
        lines = actions.read_seats(text_in(table, "委員の一覧"))
    with at_office() as office:
        count = actions.seat_people(office, by, body, lines, _day(since), until=_last(until), now=now())
        show.say(f"{count} 人を登録しました。")


@app.command()
def end(person: PersonKey, last_day: LastDay, by: By) -> None:
    """異動・退職: その日で所属・委員・代理を終える。"""
    with at_office() as office:
        show.say(f"{actions.end_terms(office, by, person, _day(last_day), now=now())} 件を終えました。")


@app.command("end-seat")
def end_seat(number: TermNumber, last_day: LastDay, by: By) -> None:
    """会議体の任期を一つだけ終える。"""
    with at_office() as office:
        actions.end_seat(office, by, number, _day(last_day), now=now())


@app.command("end-posting")
def end_posting(number: TermNumber, last_day: LastDay, by: By) -> None:
    """所属を一つだけ終える。"""
    with at_office() as office:
        actions.end_posting(office, by, number, _day(last_day), now=now())


@app.command("end-deputyship")
def end_deputyship(number: TermNumber, last_day: LastDay, by: By) -> None:
    """代理の届出を一つだけ終える。"""
    with at_office() as office:
        actions.end_deputyship(office, by, number, _day(last_day), now=now())


@app.command()
def deputy(
    principal: str,
    deputy: str,
    by: By,
    since: Since,
    until: Until = None,
    absence: Annotated[
        bool, typer.Option("--absence", help="不在の間の代理。仕事とお知らせが代理者にも届く")
    ] = False,
) -> None:
    """代理者を届け出る（代理出席・代決）。自分の不在の間の代理者は、本人が届け出られる。"""
    with at_office() as office:
        actions.name_deputy(
            office, by, principal, deputy, _day(since), until=_last(until), absence=absence, now=now()
        )


@app.command()
def administrator(person: PersonKey, by: By, since: Since, until: Until = None) -> None:
    """システム管理者を加える。"""
    with at_office() as office:
        actions.name_administrator(
            office, by, person, _day(since), until=_last(until), proof=actions.OwnMachine(), now=now()
        )


@app.command()
def auditor(person: PersonKey, by: By, since: Since, until: Until = None) -> None:
    """監査に指定する。"""
    with at_office() as office:
        actions.name_auditor(
            office, by, person, _day(since), until=_last(until), proof=actions.OwnMachine(), now=now()
        )


@app.command("end-auditor")
def end_auditor(number: TermNumber, last_day: LastDay, by: By) -> None:
    """監査の任期を一つだけ終える。"""
    with at_office() as office:
        actions.end_auditor(office, by, number, _day(last_day), now=now())


@app.command()
def contact(
    body: str,
    by: By,
    name: Annotated[str, typer.Option(help="事務局の名称")] = "",
    email: Annotated[str, typer.Option(help="返信先の電子メール")] = "",
    telephone: Annotated[str, typer.Option(help="電話")] = "",
) -> None:
    """会議体の事務局の連絡先を登録する。メールの末尾と返信先、予定表の主催者になる。省いたものはいつものものに戻る。"""
    with at_office() as office:
        actions.set_contact(office, by, body, name=name, email=email, telephone=telephone, now=now())
        show.say("連絡先を登録しました。次のメールから使います。")


@app.command("body-year")
def year(
    body: str,
    by: By,
    months: Annotated[int, typer.Option(min=1, max=12, help="今月からの月数")] = 6,
    json: Json = False,
) -> None:
    """会議体にこれから付議されるものを、月ごとに、操作する人が閲覧できる範囲で示す。"""
    with at_office() as office, office.reading() as db:
        found = body_year(db, actor(db, by, tokyo_day(now())), body, now(), months)
    if json:
        show.as_json(BodyYearShown.of(body, found))
        return
    for month in found.months:
        rows = [
            *(
                (show.moment(each.meeting.starts_at), each.meeting.title, f"議題 {each.items}件")
                for each in month.sittings
            ),
            *((shown_time(due.line), due.plan.title, f"{due.stage}: {due.about}") for due in month.expected),
        ]
        over = f"、{month.over}件超過" if month.over else ""
        show.table(
            f"{month_label(month.month)}（{month.items}件{over}）", ("日時", "会議・計画", "内容"), rows
        )


@app.command("closed-day")
def closed_day(
    day: str,
    name: str,
    by: By,
    until: Annotated[str | None, typer.Option("--until", help="この日まで続けて閉庁する")] = None,
) -> None:
    """閉庁日を加える。営業日の数え方に効く。"""
    first = _day(day)
    with at_office() as office:
        days = days_between(first, _day(until) if until else first, name)
        actions.close_days(office, by, days, now=now())


@app.command("closed-days")
def closed_days(
    file: Annotated[
        Path, typer.Argument(help="1 行に 1 件、日と名称（2026-12-29〜2027-01-03 年末年始の休日）")
    ],
    by: By,
) -> None:
    """一覧の閉庁日をまとめて加える。誤りがあれば、どの日も加えない。"""
    with file.open("rb") as listed:
        days = read_days(text_in(listed, "閉庁日の一覧"))
    with at_office() as office:
        count = actions.close_days(office, by, days, now=now())
        show.say(f"閉庁日を {count} 日登録しました。")


@app.command("remove-closed-day")
def remove_closed_day(day: str, by: By, reason: Reason) -> None:
    """閉庁日を取り消す。閉庁日のまま過ぎた日と、その日を除いて数えた通知を送った日は取り消せない。"""
    with at_office() as office:
        actions.remove_closed_day(office, by, _day(day), reason, now=now())


@app.command("closing-rule")
def closing_rule(
    first: Annotated[str, typer.Argument(help="最初の月日（12/29）")],
    last: Annotated[str, typer.Argument(help="最後の月日（1/3）")],
    name: str,
    by: By,
    since: Annotated[int, typer.Option("--since", help="初めの年（西暦）")],
) -> None:
    """毎年の閉庁日を加える。"""
    with at_office() as office:
        number = actions.set_closing_rule(office, by, name, first, last, since, now=now())
        show.say(f"毎年の閉庁日を登録しました。番号は {number} です。")


@app.command("end-closing-rule")
def end_closing_rule(
    number: Annotated[int, typer.Argument(help="番号")],
    last_year: Annotated[int, typer.Argument(help="最後の年（西暦）")],
    by: By,
) -> None:
    """毎年の閉庁日を、その年で終える。"""
    with at_office() as office:
        actions.end_closing_rule(office, by, number, last_year, now=now())


@app.command("show-closed-days")
def show_closed_days(
    year: Annotated[int, typer.Argument(min=1950, max=2199, help="年（西暦）")], json: Json = False
) -> None:
    """その年の閉庁日を示す。"""
    with at_office() as office, office.reading() as db:
        found = ClosedDays.of(closed_day_names(db), year)
    if json:
        show.as_json(found)
        return
    show.table("閉庁日", ("日", "名称"), [(each.day, each.name) for each in found.closed_days])


@app.command("show")
def show_person(key: PersonKey, json: Json = False) -> None:
    """職員の所属・任期・代理を、番号とともに示す。"""
    with at_office() as office, office.reading() as db:
        person = queries.person(db, key, tokyo_day(now()))
    if json:
        show.as_json(OnePerson.model_validate(person))
        return
    rows = [
        *(("所属", each.term, f"{each.department} {each.position or ''}") for each in person.postings),
        *(("任期", each.term, f"{each.name} {seat_label(each.role, each.rule)}") for each in person.seats),
        *(("代理者", each.term, each.name) for each in person.deputies),
        *(("代理する", each.term, each.name) for each in person.principals),
    ]
    show.table(
        f"{person.name}（{person.email}）",
        ("番号", "種類", "内容", "状態", "から", "まで"),
        [(term.number, kind, words, term.state.label, term.since, term.until) for kind, term, words in rows],
    )


@app.command()
def invite(key: PersonKey, by: By, dry_run: DryRun = False) -> None:
    """利用を案内する: パスワードを設定するリンクを、メールで送る。"""
    with at_office() as office:
        told(office, lambda at: actions.invite(at, by, key, now=now()), dry_run)


@app.command()
def password(key: PersonKey, by: By) -> None:
    """パスワードを設定する（画面には表示されません）。最初のシステム管理者は、これで入れるようになる。"""
    typed = typer.prompt("新しいパスワード", hide_input=True, confirmation_prompt="もう一度")
    with at_office() as office:
        actions.set_password(office, by, key, typed, now=now())
        show.say("パスワードを設定しました。この職員のサインインは、すべて終わりました。")


@app.command("lift-wait")
def lift_wait(key: PersonKey, by: By) -> None:
    """パスワードを続けて間違えた職員が、待たずにサインインできるようにする。"""
    with at_office() as office:
        actions.lift_wait(office, by, key, now=now())
        show.say("待ち時間を解きました。")


@app.command("list")
def list_people(json: Json = False) -> None:
    """職員の一覧。"""
    with at_office() as office, office.reading() as db:
        found, following = queries.people_by_key(db)
    if json:
        show.as_json(People.of(found, following, addresses=True))
        return
    show.table("職員", ("ID", "氏名", "電子メール"), [(each.key, each.name, each.email) for each in found])


def _day(text: str) -> date:
    return parse_day(text)


def _last(text: str | None) -> date | None:
    return parse_day(text, "終わりの日") if text else None
