"""A year's meetings of a body, prepared at once: days laid out by a rule or pasted, shown with what is closed, then prepared."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from fastapi import APIRouter, Request, Response

from workflow import actions
from workflow.domain.calendar import parse_day, weekday
from workflow.domain.errors import BadInput
from workflow.domain.language import say
from workflow.domain.meeting_warnings import closed_day_words
from workflow.domain.meetings import MeetingForm
from workflow.domain.rights import Act
from workflow.domain.series import days_in, must_be_a_series, nth_weekdays, titles
from workflow.domain.validation import typed_number
from workflow.queries.closed_days import closed_day_names
from workflow.web.guide import Refusal
from workflow.web.pages.meetings import bodies_called_by, form_choices, typed_in
from workflow.web.permissions import needs
from workflow.web.rendering import page, redirect
from workflow.web.session import Filled, FormUser, Page, Reader, Visitor

router = APIRouter(route_class=Page)


@dataclass(frozen=True, slots=True)
class Planned:
    """A meeting of the series; `warning` is empty on a day when the office works."""

    title: str
    day: date
    warning: str


@router.get("/meetings/series", openapi_extra=needs(Act.CALL_MEETING))
def series(request: Request, who: Reader, body: str = "") -> Response:
    return _series_page(request, who, {"body": body})


@router.post("/meetings/series", openapi_extra=needs(Act.CALL_MEETING))
def prepare_series(request: Request, who: FormUser, form: Filled) -> Response:
    """Lay the days out (`days`), show the meetings (`check`), or prepare them all (`prepare`). Nobody is told."""
    typed, step = typed_in(form), str(form.get("step", ""))
    try:
        if step == "days":
            days = _laid_out(typed)
            return _series_page(request, who, {**typed, "days": "\n".join(map(date.isoformat, days))})
        days = sorted(days_in(typed.get("days", "")))
        must_be_a_series(days)
        if step != "prepare":
            return _series_page(request, who, typed, planned=_planned(who, typed, days))
        body, way = typed.get("body", ""), typed.get("form", "")
        actions.prepare_series(
            who.office,
            who.key,
            body,
            typed.get("pattern", ""),
            days,
            first=_first(typed),
            form=MeetingForm(way) if way in set(MeetingForm) else MeetingForm.IN_PERSON,
            begins=_clock(typed, "begins", say("開始")),
            ends=_clock(typed, "ends", say("終了")),
            place=typed.get("place", ""),
            now=who.now,
        )
    except BadInput as error:
        return _series_page(request, who, typed, problem=Refusal(error), code=422)
    said = say("{count} 回の会議を準備しました。それぞれ、議題を載せて招集してください。", count=len(days))
    return redirect(f"/meetings?show=coming&body={body}", said=said)


def _laid_out(typed: Mapping[str, str]) -> list[date]:
    """The days by the rule in the form. Raises `BadInput`."""
    month = typed.get("month", "").strip()
    first = parse_day(f"{month}-01" if re.fullmatch(r"\d{4}-\d{2}", month) else month, say("初めの月"))
    limits = {"count": (1, 24), "every": (1, 12), "week": (1, 5), "weekday": (0, 6)}
    numbers = {}
    for name, (least, most) in limits.items():
        number = typed_number(typed.get(name, ""))
        if number is None or not least <= number <= most:
            raise BadInput("開催日の決まり", "数が読めません", "回数・月の間隔・週・曜日を選んでください。")
        numbers[name] = number
    return nth_weekdays(first, **numbers)


def _planned(who: Visitor, typed: Mapping[str, str], days: Sequence[date]) -> list[Planned]:
    """The meetings of the series. Raises `BadInput`."""
    _clock(typed, "begins", say("開始"))
    _clock(typed, "ends", say("終了"))
    named = titles(typed.get("pattern", ""), _first(typed), len(days))
    with who.office.reading() as db:
        closed = closed_day_names(db)
    return [
        Planned(title, day, closed_day_words(day, closed)) for title, day in zip(named, days, strict=True)
    ]


def _first(typed: Mapping[str, str]) -> int:
    """Raises `BadInput`."""
    number = typed_number(typed.get("first", "") or "1")
    if number is None or not 1 <= number <= 9999:
        raise BadInput("初めの回の番号", "数が読めません", "1 以上の番号を入力してください。")
    return number


def _clock(typed: Mapping[str, str], name: str, place: str) -> time:
    """Raises `BadInput`."""
    try:
        return time.fromisoformat(typed.get(name, "")).replace(tzinfo=None)
    except ValueError:
        raise BadInput(place, "時刻が読めません", "14:00 の形で書いてください。") from None


def _series_page(
    request: Request,
    who: Visitor,
    typed: Mapping[str, str],
    *,
    planned: Sequence[Planned] = (),
    problem: str = "",
    code: int = 200,
) -> Response:
    with who.office.reading() as db:
        mine = bodies_called_by(db, who.person)
    monday = date(2024, 1, 1)
    return page(
        request,
        "meeting_series.html",
        code=code,
        who=who,
        typed=typed,
        planned=planned,
        problem=problem,
        bodies=mine,
        forms=form_choices(),
        weekdays=[(str(each), weekday(monday.replace(day=1 + each))) for each in range(7)],
        weeks=[(str(each), say("第{n}", n=each)) for each in range(1, 6)],
        intervals=[(str(each), say("{n} か月ごと", n=each)) for each in (1, 2, 3, 4, 6)],
    )
