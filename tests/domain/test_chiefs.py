"""Chiefs of departments by their titles, and the day of their weekly report, worked out by hand."""

from datetime import date

import pytest

from workflow.domain.calendar import parse_moment
from workflow.domain.chiefs import is_chief, reported_at, week_of


@pytest.mark.parametrize(
    ("position", "leads"),
    [
        ("課長", True),
        ("IT推進課長", True),
        ("デジタル担当課長", True),
        ("政策経営部長", True),
        ("児童相談所長", True),
        ("副都心整備室長", True),
        ("副課長", False),
        ("課長補佐", False),
        ("庶務係長", False),
        ("区長", False),
        ("主事", False),
        (None, False),
    ],
)
def test_a_title_tells_who_leads_a_department(position: str | None, leads: bool) -> None:
    assert is_chief(position) is leads


@pytest.mark.parametrize(
    ("day", "reported"),
    [
        # a common week: its Monday
        (date(2023, 6, 14), "2023-06-12 09:00"),
        # 2023-07-17 is 海の日
        (date(2023, 7, 19), "2023-07-18 09:00"),
    ],
)
def test_the_report_comes_on_the_first_business_day_of_the_week(day: date, reported: str) -> None:
    assert reported_at(week_of(day), frozenset()) == parse_moment(reported)


def test_a_week_in_which_the_office_is_closed_has_no_report() -> None:
    week = date(2023, 6, 12)
    assert reported_at(week, {week.replace(day=12 + number) for number in range(7)}) is None
