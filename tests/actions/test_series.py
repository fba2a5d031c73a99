"""A year's meetings, prepared at once."""

from datetime import date, time

import pytest
from sqlalchemy import select

from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions
from workflow.domain.calendar import shown_clock, tokyo_day
from workflow.domain.errors import BadInput, NotAllowed
from workflow.domain.series import days_in, nth_weekdays, titles
from workflow.store.tables import Meeting

SECRETARIAT = "joho_bukai_office"
DAYS = [date(2023, 5, 16), date(2023, 7, 18), date(2023, 3, 21)]


def prepare(
    house: House, days: list[date] = DAYS, by: str = SECRETARIAT, pattern: str = "第{n}回部会"
) -> list[int]:
    return actions.prepare_series(
        house.office, by, "joho_bukai", pattern, days, first=3, begins=time(14), ends=time(16), place="第一委員会室",
        now=house.now,
    )  # fmt: skip


def prepared(house: House) -> list[tuple[str, str, date, str]]:
    with house.office.reading() as db:
        rows = db.scalars(select(Meeting).order_by(Meeting.starts_at)).all()
        return [
            (each.title, each.status, tokyo_day(each.starts_at), shown_clock(each.ends_at)) for each in rows
        ]


def test_a_series_is_numbered_by_its_days_and_prepared(house: House) -> None:
    assert prepare(house) == [1, 2, 3]
    assert prepared(house) == [
        ("第3回部会", "draft", date(2023, 3, 21), "16:00"),
        ("第4回部会", "draft", date(2023, 5, 16), "16:00"),
        ("第5回部会", "draft", date(2023, 7, 18), "16:00"),
    ]


@pytest.mark.parametrize(
    "how",
    [{"days": []}, {"days": [*DAYS, DAYS[0]]}, {"days": [*DAYS, date(2023, 2, 1)]}, {"pattern": "部会"}],
)
def test_all_are_prepared_or_none(house: House, how: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        prepare(house, **how)  # type: ignore[arg-type]
    assert prepared(house) == []


def test_only_by_its_secretariat(house: House) -> None:
    with pytest.raises(NotAllowed):
        prepare(house, by="ict_honbu_office")


def test_days_by_a_rule_and_from_a_list() -> None:
    assert nth_weekdays(date(2023, 11, 1), 3, 2, 3, 1) == [
        date(2023, 11, 21),
        date(2024, 1, 16),
        date(2024, 3, 19),
    ]
    assert nth_weekdays(date(2023, 1, 1), 3, 1, 5, 1) == [date(2023, 1, 31)]
    assert days_in("2023-05-16\n令和5年7月18日、R5.9.19,\n") == [
        date(2023, 5, 16),
        date(2023, 7, 18),
        date(2023, 9, 19),
    ]
    assert titles("第{n}回", 9, 2) == ["第9回", "第10回"]


def test_the_page_lays_days_out_shows_what_is_closed_and_prepares(house: House) -> None:
    secretary = Browser(house, SECRETARIAT)
    form = {"body": "joho_bukai", "pattern": "第{n}回部会", "first": "3", "form": "in_person", "begins": "14:00",
            "ends": "16:00", "place": "第一委員会室"}  # fmt: skip
    rule = {"month": "2023-03", "count": "3", "every": "2", "week": "3", "weekday": "1"}
    shown = secretary.send("/meetings/series", **form, **rule, step="days")
    assert "2023-03-21\n2023-05-16\n2023-07-18</textarea>" in shown
    days = "2023-03-21\n2023-05-16"
    shown = secretary.send("/meetings/series", **form, days=days, step="check")
    assert "閉庁日です（春分の日）" in shown and "2 回の会議を準備する" in shown and prepared(house) == []
    shown = secretary.send("/meetings/series", **form, days=days, step="prepare")
    assert "2 回の会議を準備しました" in shown and "第4回部会" in shown
    for wrong in ({"days": "いつか"}, {"begins": ""}, {"pattern": "部会"}, {"first": "x"}, {"days": ""}):
        refused = secretary.send("/meetings/series", 422, **{**form, "days": days, "step": "check", **wrong})
        assert 'role="alert"' in refused and 'value="第一委員会室"' in refused
    secretary.send("/meetings/series", 422, **form, **{**rule, "week": "6"}, step="days")
    assert len(prepared(house)) == 2
