"""`sakutei days PERSON`"""

from datetime import datetime
from typing import Annotated

import typer

from workflow.cli import show
from workflow.cli.options import Json, at_office, now
from workflow.domain.calendar import shown_clock, shown_day, tokyo_day
from workflow.queries.actor import actor
from workflow.queries.own_days import A_WEEK, own_days
from workflow.wire.own_days import OwnDaysShown

app = typer.Typer(rich_markup_mode=None)


@app.command()
def days(
    person: Annotated[str, typer.Argument(help="利用者ID")],
    first: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="この日から（省くと今日）")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="この日まで（省くと 1 週間）")
    ] = None,
    json: Json = False,
) -> None:
    """職員の予定（会議・期限・仕事）を、日の順に示す。"""
    begins = first.date() if first else tokyo_day(now())
    ends = last.date() if last else begins + A_WEEK
    with at_office() as office, office.reading() as db:
        found = own_days(db, actor(db, person, tokyo_day(now())), begins, ends, now())
    if json:
        show.as_json(OwnDaysShown.of(found))
        return
    rows = [
        (shown_day(each.day), shown_clock(each.at) if each.at else "", each.kind.label, each.words)
        for each in found.entries
    ]
    show.table("予定", ("日", "時刻", "種類", "内容"), rows)
    show.table(
        "日の決まっていない仕事", ("仕事", "内容"), [(each.kind.label, each.words) for each in found.undated]
    )
    if found.unwatched:
        keys = "、".join(plan.key for plan in found.unwatched)
        show.say(f"次の計画は数が多いため、次に逃せない日を求めていません: {keys}")
