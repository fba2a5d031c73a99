"""Business days, 令和 and deadlines."""

from datetime import UTC, date, datetime, time

import pytest

from definitions.chain import Offset
from workflow.domain import calendar
from workflow.domain.errors import BadInput
from workflow.domain.language import Dates, dates


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2023, 6, 12), True),
        (date(2023, 6, 11), False),
        (date(2023, 5, 3), False),  # 憲法記念日
        (date(2024, 2, 12), False),  # 振替休日
        (date(2026, 9, 22), False),  # 国民の休日
        (date(2023, 12, 28), True),
        (date(2023, 12, 29), False),
        (date(2024, 1, 3), False),
        (date(2024, 1, 4), True),
    ],
)
def test_the_office_works_on_business_days_only(day: date, works: bool) -> None:
    assert calendar.is_business_day(day) is works


def test_the_offices_own_closed_days_do_not_count() -> None:
    assert calendar.business_days_before(date(2023, 6, 12), 1) == date(2023, 6, 9)
    assert calendar.business_days_before(date(2023, 6, 12), 1, {date(2023, 6, 9)}) == date(2023, 6, 8)


def test_business_days_are_counted_over_the_years_end() -> None:
    assert calendar.business_days_before(date(2024, 1, 5), 3) == date(2023, 12, 27)
    assert calendar.business_days_after(date(2023, 12, 28), 1) == date(2024, 1, 4)


def test_an_offset_falls_at_its_time_in_tokyo() -> None:
    due = calendar.offset_before(date(2023, 6, 12), Offset(business_days=3, at=time(9)))
    assert due == datetime(2023, 6, 7, 0, 0, tzinfo=UTC)


def test_a_period_of_nineteen_days_ends_as_itabashis_did() -> None:
    last = calendar.period_end(date(2020, 12, 3), 19, first_day_counts=True)
    assert last == date(2020, 12, 21)
    assert calendar.end_of_day(last) == datetime(2020, 12, 21, 15, tzinfo=UTC)
    assert calendar.period_days(date(2020, 12, 3), last, first_day_counts=True) == 19


def test_a_period_counted_from_the_day_after_ends_a_day_later() -> None:
    assert calendar.period_end(date(2023, 11, 1), 14, first_day_counts=False) == date(2023, 11, 15)


@pytest.mark.parametrize(
    ("written", "first", "last", "words"),
    [
        (Dates.ERA, date(2023, 11, 8), date(2023, 11, 26), "令和5年11月8日（水）から11月26日（日）24:00まで"),
        (
            Dates.ERA,
            date(2023, 12, 20),
            date(2024, 1, 8),
            "令和5年12月20日（水）から令和6年1月8日（月）24:00まで",
        ),
        (Dates.ISO, date(2023, 11, 8), date(2023, 11, 26), "2023-11-08から2023-11-26 24:00まで"),
    ],
)
def test_a_period_is_said_in_words(written: Dates, first: date, last: date, words: str) -> None:
    token = dates.set(written)
    assert calendar.period_words(first, last) == words
    dates.reset(token)


def test_days_are_shown_in_reiwa() -> None:
    assert calendar.reiwa_with_weekday(date(2023, 6, 12)) == "令和5年6月12日（月）"
    assert calendar.reiwa(date(2019, 5, 1)) == "令和元年5月1日"
    assert calendar.reiwa(date(2019, 4, 30)) == "2019年4月30日"
    assert calendar.nendo_label(date(2024, 3, 31)) == "令和5年度"


@pytest.mark.parametrize(
    "text", ["2023-06-12", "2023/6/12", "令和5年6月12日", "R5.6.12", "２０２３／６／１２"]
)
def test_a_day_is_read_in_the_ways_officials_write_it(text: str) -> None:
    assert calendar.parse_day(text) == date(2023, 6, 12)


@pytest.mark.parametrize("text", ["2023-02-30", "tomorrow", "", "2023-6", "令和5年13月1日", "2023-06-12\n14"])
def test_a_wrong_day_is_refused_with_the_form_that_is_right(text: str) -> None:
    with pytest.raises(BadInput, match="2023-06-12 または 令和5年6月12日"):
        calendar.parse_day(text)


def test_a_moment_is_read_in_tokyo_time() -> None:
    assert calendar.parse_moment("2023-06-12 14:00") == datetime(2023, 6, 12, 5, tzinfo=UTC)
    with pytest.raises(BadInput, match="14:00"):
        calendar.parse_moment("2023-06-12 25:00")


def test_a_month_has_its_first_and_last_day_and_a_distance() -> None:
    assert calendar.first_of_month("2024-02") == date(2024, 2, 1)
    assert calendar.last_of_month("2024-02") == date(2024, 2, 29)
    assert calendar.last_of_month("2023-12") == date(2023, 12, 31)
    assert calendar.months_between(date(2023, 12, 31), date(2024, 1, 1)) == 1
    assert calendar.months_between(date(2024, 1, 31), date(2023, 11, 1)) == -2
