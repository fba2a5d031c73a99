"""Settings: the days the office is closed, year by year."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from workflow import actions
from workflow.domain.calendar import holidays, parse_day, tokyo_day
from workflow.domain.closed_days import days_between, read_days
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.queries.meetings import closed_day_names
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
        keeps = may_keep(db, who)
    return page(
        request,
        "settings_closed_days.html",
        who=who,
        year=shown,
        this=this,
        closed=closed,
        holidays=holidays(shown),
        keeps=keeps,
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
