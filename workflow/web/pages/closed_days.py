"""Settings: the days the office is closed, year by year."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response, UploadFile

from workflow import actions
from workflow.domain.calendar import holidays, parse_day, tokyo_day
from workflow.domain.closed_days import days_between, read_days
from workflow.domain.errors import BadInput
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.domain.validation import typed_number
from workflow.queries.closed_days import closed_day_names, closing_rules
from workflow.store.calendar_file import CalendarDays, closed_days_in
from workflow.web.limits import Load, takes
from workflow.web.pages.people import may_keep
from workflow.web.permissions import Open, needs
from workflow.web.rendering import page, redirect
from workflow.web.session import FormUser, Page, Reader

router = APIRouter(prefix="/settings/closed-days", route_class=Page)


@router.get("", openapi_extra=needs(Open.SIGNED_IN))
def closed_days(request: Request, who: Reader, year: int | None = None) -> Response:
    this = tokyo_day(who.now).year
    shown = min(max(year or this, 2000), 2100)
    with who.office.reading() as db:
        closed = [(day, name) for day, name in sorted(closed_day_names(db).items()) if day.year == shown]
        keeps, rules = may_keep(db, who), closing_rules(db)
    return page(
        request,
        "settings_closed_days.html",
        who=who,
        year=shown,
        this=this,
        closed=closed,
        own=[
            (day, name) for day, name in closed if day not in {each for rule in rules for each in rule.days()}
        ],
        holidays=holidays(shown),
        keeps=keeps,
        rules=rules,
        today=tokyo_day(who.now),
    )


@router.post("", openapi_extra=needs(Act.KEEP_PEOPLE))
def close_days(
    who: FormUser,
    day: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
) -> Response:
    """A day, or each from it to `until`."""
    first = parse_day(day, say("閉庁日"))
    last = parse_day(until, say("最後の日")) if until.strip() else first
    actions.close_days(who.office, who.key, days_between(first, last, name), now=who.now)
    return redirect(f"/settings/closed-days?year={first.year}", said=say("閉庁日を登録しました。"))


@router.post("/calendar", openapi_extra=needs(Act.KEEP_PEOPLE) | takes(Load.TABLE))
def look_at_calendar(request: Request, who: FormUser, file: UploadFile | None = None) -> Response:
    """The days of a calendar as a list to look over; nothing is entered yet."""
    if file is None or not file.filename:
        raise BadInput("予定表のファイル", "選ばれていません", ".ics のファイルを選んでください。")
    found = closed_days_in(file.file, who.now)
    with who.office.reading() as db:
        known = closed_day_names(db)
    days = [each for each in found.days if each.day not in known]
    return page(
        request,
        "settings_calendar_days.html",
        who=who,
        listed=CalendarDays(tuple(days), ()).listed(),
        count=len(days),
        known=len(found.days) - len(days),
        timed=found.timed,
    )


@router.post("/list", openapi_extra=needs(Act.KEEP_PEOPLE))
def close_listed_days(who: FormUser, days: Annotated[str, Form()] = "") -> Response:
    listed = read_days(days)
    count = actions.close_days(who.office, who.key, listed, now=who.now)
    said = say("閉庁日を {count} 日登録しました。", count=count)
    return redirect(f"/settings/closed-days?year={listed[0].day.year}", said=said)


@router.post("/remove", openapi_extra=needs(Act.KEEP_PEOPLE))
def remove_closed_day(
    who: FormUser, day: Annotated[str, Form()] = "", reason: Annotated[str, Form()] = ""
) -> Response:
    removed = parse_day(day, say("閉庁日"))
    actions.remove_closed_day(who.office, who.key, removed, reason, now=who.now)
    return redirect(f"/settings/closed-days?year={removed.year}", said=say("閉庁日を取り消しました。"))


@router.post("/rules", openapi_extra=needs(Act.KEEP_PEOPLE))
def set_closing_rule(
    who: FormUser,
    name: Annotated[str, Form()] = "",
    first: Annotated[str, Form()] = "",
    last: Annotated[str, Form()] = "",
    since: Annotated[str, Form()] = "",
) -> Response:
    actions.set_closing_rule(who.office, who.key, name, first, last, _a_year(since), now=who.now)
    return redirect("/settings/closed-days", said=say("毎年の閉庁日を登録しました。"))


@router.post("/rules/{number}/end", openapi_extra=needs(Act.KEEP_PEOPLE))
def end_closing_rule(who: FormUser, number: int, last_year: Annotated[str, Form()] = "") -> Response:
    actions.end_closing_rule(who.office, who.key, number, _a_year(last_year), now=who.now)
    return redirect("/settings/closed-days", said=say("毎年の閉庁日を終えました。"))


def _a_year(typed: str) -> int:
    """The year that the field holds. Raises `BadInput`, with what was typed."""
    year = typed_number(typed)
    if year is None:
        raise BadInput(
            say("年"),
            say("「{given}」は使えません", given=typed[:40]),
            say("2000 から 2100 までの西暦の年にしてください。"),
        )
    return year
