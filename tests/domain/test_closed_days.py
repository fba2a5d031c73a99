"""Closed days as typed and pasted, and what is built on one."""

from datetime import UTC, date, datetime

import pytest

from workflow.domain.closed_days import (
    MOST,
    Counted,
    NamedDay,
    YearRule,
    built_on,
    day_of_year,
    days_between,
    read_days,
)
from workflow.domain.errors import BadInput

NOW = datetime(2026, 6, 1, 1, tzinfo=UTC)
DAY = date(2026, 6, 10)


def test_a_span_is_every_day_of_it_over_the_years_end() -> None:
    days = days_between(date(2026, 12, 29), date(2027, 1, 3), "年末年始の休日")
    assert [each.day.day for each in days] == [29, 30, 31, 1, 2, 3]
    assert {each.name for each in days} == {"年末年始の休日"}


def test_a_list_is_read_as_offices_write_it() -> None:
    pasted = (
        "2026-10-01 区制記念日\n\n令和8年8月13日〜令和8年8月14日　夏季の閉庁\n2026/11/4\t庁舎停電、全館\n"
    )
    assert read_days(pasted) == [
        NamedDay(date(2026, 8, 13), "夏季の閉庁"),
        NamedDay(date(2026, 8, 14), "夏季の閉庁"),
        NamedDay(date(2026, 10, 1), "区制記念日"),
        NamedDay(date(2026, 11, 4), "庁舎停電、全館"),
    ]


@pytest.mark.parametrize(
    ("span", "last"),
    [
        ("令和8年8月13日〜8月15日", date(2026, 8, 15)),
        ("令和8年8月13日（木）～１５日（土）", date(2026, 8, 15)),
        ("2026/8/13〜8/15", date(2026, 8, 15)),
        ("2026-12-29〜1月3日", date(2027, 1, 3)),
    ],
)
def test_the_last_day_of_a_span_may_leave_out_what_the_first_says(span: str, last: date) -> None:
    assert read_days(f"{span} 休日")[-1] == NamedDay(last, "休日")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-08-13〜12日 閉庁", "最初の日より前です"),
        ("2026-08-13〜8月32日 閉庁", "「8月32日」は日付として読めません"),
        ("2026-10-01 記念日\n2026-10-02", "2 行目: 日と名称に分けられません"),
        ("2026-02-30 記念日", "1 行目: 「2026-02-30」は日付として読めません"),
        ("2026-10-02〜2026-10-01 記念日", "最初の日より前です"),
        ("2026-10-01 甲\n2026-10-01 乙", "2 行目: 令和8年10月1日（木）が 2 度書かれています"),
        ("2026-10-01〜2126-10-01 百年", f"一度に {MOST} 日を超えています"),
        ("2026-10-01 記念\x07日", "制御文字"),
        (" \n", "空です"),
        ("あ" * 50_000, "文字あります"),
    ],
)
def test_a_fault_of_a_list_names_its_line(text: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_days(text)
    assert said in refused.value.message


def test_nothing_is_built_on_a_day_to_come() -> None:
    assert built_on(DAY, datetime(2026, 5, 1, tzinfo=UTC), [], NOW) is None


def test_a_notice_counted_over_the_day_is_built_on_it() -> None:
    sent = Counted("通知", date(2026, 6, 8), date(2026, 6, 12), datetime(2026, 6, 8, tzinfo=UTC))
    built = built_on(DAY, datetime(2026, 5, 1, tzinfo=UTC), [sent], datetime(2026, 6, 9, tzinfo=UTC))
    assert built is not None and "通知を、この日を除いて数えた時に送りました" in built


def test_a_notice_that_went_before_the_day_was_entered_is_not_built_on_it() -> None:
    sent = Counted("通知", date(2026, 6, 8), date(2026, 6, 12), datetime(2026, 6, 8, tzinfo=UTC))
    entered = datetime(2026, 6, 8, 5, tzinfo=UTC)
    assert built_on(DAY, entered, [sent], datetime(2026, 6, 9, tzinfo=UTC)) is None


def test_a_day_that_passed_closed_stays_and_one_entered_afterwards_does_not() -> None:
    later = datetime(2026, 6, 20, tzinfo=UTC)
    assert "過ぎました" in (built_on(DAY, NOW, [], later) or "")
    assert "過ぎました" in (built_on(DAY, None, [], later) or "")
    assert built_on(DAY, datetime(2026, 6, 15, tzinfo=UTC), [], later) is None


def test_a_yearly_rule_goes_over_the_years_end_and_ends() -> None:
    days = YearRule(1, "年末年始の休日", "12-29", "01-03", 2026, 2027).days()
    assert len(days) == 12 and (days[0], days[-1]) == (date(2026, 12, 29), date(2028, 1, 3))
    assert date(2190, 12, 31) in YearRule(1, "年末年始の休日", "12-29", "01-03", 2026).days()


@pytest.mark.parametrize("written", ["12/29", "１２／２９", "12月29日", "12-29"])
def test_a_day_of_the_year_is_read(written: str) -> None:
    assert day_of_year(written, "最初の日") == "12-29"


@pytest.mark.parametrize("written", ["2/29", "13/1", "2026-12-29", "年末"])
def test_a_day_that_is_not_in_every_year_is_none(written: str) -> None:
    with pytest.raises(BadInput, match="毎年ある月日として読めません"):
        day_of_year(written, "最初の日")
