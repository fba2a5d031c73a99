"""The sessions of the assembly that a calendar tells, and the days of its bodies that follow: worked by hand."""

from dataclasses import replace
from datetime import date

from tests.domain.test_schedule_outlook import rows, with_calendars
from workflow.domain.scheduling.outlook import outlook
from workflow.domain.scheduling.own import Sitting, whole_problem
from workflow.domain.scheduling.problem import Days
from workflow.domain.scheduling.sessions import beyond, merged, narrowed

JUNE = Days(date(2023, 6, 5), date(2023, 6, 23))
AUTUMN = Days(date(2023, 9, 25), date(2023, 10, 6))


def test_a_sitting_inside_of_its_session_is_no_session_of_its_own() -> None:
    sitting = Days(date(2023, 6, 14), date(2023, 6, 15))
    assert merged([AUTUMN, sitting, JUNE]) == (JUNE, AUTUMN)


def test_the_months_of_the_chain_stand_beyond_what_is_known() -> None:
    # second Mondays of 2, 6, 9 and 11; known is June to October, so that 06-12 and 09-11 go
    regular = [date(2023, 2, 13), date(2023, 6, 12), date(2023, 9, 11), date(2023, 11, 13)]
    assert beyond(regular, (JUNE, AUTUMN)) == [date(2023, 2, 13), date(2023, 11, 13)]
    assert beyond(regular, ()) == regular


def test_a_month_is_narrowed_to_the_session_that_reaches_into_it() -> None:
    october, july, november = (
        Days(date(2023, m, 1), date(2023, m, d)) for m, d in ((10, 31), (7, 31), (11, 30))
    )
    assert narrowed(october, (JUNE, AUTUMN)) == [AUTUMN]
    assert narrowed(july, (JUNE, AUTUMN)) == []
    assert narrowed(november, (JUNE, AUTUMN)) == [november]


def test_a_committee_sits_on_a_business_day_of_the_known_session() -> None:
    known = replace(with_calendars(), sessions=(JUNE, AUTUMN))
    committee = whole_problem(known).calendar("kikaku_iinkai")
    # 06-05 to 06-23 without two weekends, 09-25 to 10-06 without one; then the chain: 11-13, and 2024-02-12 is a holiday
    assert [day for day in committee.days if day < date(2024, 3, 1)] == [
        *(date(2023, 6, day) for day in (5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 19, 20, 21, 22, 23)),
        *(date(2023, 9, day) for day in (25, 26, 27, 28, 29)),
        *(date(2023, 10, day) for day in (2, 3, 4, 5, 6)),
        date(2023, 11, 13),
        date(2024, 2, 13),
    ]
    found = rows(outlook(known, date(2024, 3, 29)))["policy_iinkai"]
    assert found.expected == "令和5年6月5日（月）〜令和5年6月23日（金）の会期中"


def test_missing_a_session_leads_to_the_next_one() -> None:
    said = "".join(outlook(replace(with_calendars(), sessions=(JUNE, AUTUMN))).path)
    assert "6月定例会に間に合わないと、次は9月定例会" in said


def test_a_called_meeting_is_the_day_of_its_session() -> None:
    called = replace(
        with_calendars(), sessions=(JUNE,), called=(Sitting(7, "kikaku_iinkai", date(2023, 6, 15)),)
    )
    days = whole_problem(called).calendar("kikaku_iinkai").days
    assert [day for day in days if day < date(2023, 9, 1)] == [date(2023, 6, 15)]


def test_a_body_that_does_not_sit_in_sessions_is_left_alone() -> None:
    plain = with_calendars()
    known = replace(plain, sessions=(JUNE, AUTUMN))
    assert whole_problem(known).calendar("joho_bukai") == whole_problem(plain).calendar("joho_bukai")
