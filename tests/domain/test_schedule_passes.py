"""The earliest and latest days of one plan: the seed's schedule from its constraints, and what holds for any problem."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings

from definitions.chain import Chain
from definitions.load import shipped
from tests.support.scheduling import every_schedule, problems, violations
from tests.support.seed_paper import schedule_of_the_paper
from tests.support.seed_schedule import CHAIN, seed_problem
from workflow.domain.calendar import is_business_day, month_of
from workflow.domain.scheduling.from_chain import Letter, Pace, problem_of
from workflow.domain.scheduling.passes import Latest, backward, forward
from workflow.domain.scheduling.problem import (
    BodyCalendar,
    Problem,
    Schedule,
    Wish,
    WishKind,
    from_rows,
    problem_from_rows,
    problem_to_rows,
    to_rows,
)
from workflow.domain.scheduling.sittings import EveryMonths, FixedDays, NamedMonths, rule_of, sittings


def found(problem: Problem) -> Schedule:
    schedule = forward(problem)
    assert schedule is not None
    return schedule


# The constraints of the seed's plan (tests/support/seed_schedule.py), business days unless said otherwise:
#   starts 2023-03-01; 情報化推進部会 on the 4th Wednesday of 3, 6, 9, 12; ICT推進・活用本部 on the 4th Tuesday of 1, 5, 8, 10;
#   企画総務委員会 in the 定例会 of 2, 6, 9, 11, on the 2nd Monday; papers 5 days before each sitting;
#   work: 策定方針 5, 骨子 5, 素案 10 (begun 7 days after the 本部, whose remarks are taken in first), 原案 5;
#   comment: opens 2 days after the report to the committee, 19 calendar days, answers 4, publication 1;
#   決裁 5, 計画の決定 8, 印刷・製本 10.


def test_the_meetings_come_out_in_the_months_of_the_seed() -> None:
    schedule = found(seed_problem())
    planned = {gate: slot.month for slot in CHAIN.schedule for gate in slot.gates}
    assert {gate: month_of(schedule[gate].begins) for gate in planned} == planned
    names = {body.key: body.name for body in CHAIN.bodies} | {"": "パブリックコメント募集"}
    ours = [
        (planned[each.key], names[each.body]) for each in seed_problem().activities if each.key in planned
    ]
    assert sorted(ours) == sorted((month, name) for month, name, _ in schedule_of_the_paper())


def test_each_stage_takes_the_months_of_the_seed() -> None:
    problem, months = seed_problem(), dict[str, list[str]]()
    schedule = found(problem)
    for activity in problem.activities:
        mine = schedule[activity.key]
        months.setdefault(activity.stage, []).extend((month_of(mine.begins), month_of(mine.ends)))
    assert {stage: (min(named), max(named)) for stage, named in months.items()} == {
        stage.key: (stage.planned.first, stage.planned.last) for stage in CHAIN.stages if stage.planned
    }


def test_the_days_of_the_seed_worked_by_hand() -> None:
    schedule = found(seed_problem())
    assert [(each.activity, f"{each.begins:%m-%d}", f"{each.ends:%m-%d}") for each in schedule.placed] == [
        ("policy_document", "03-01", "03-07"),
        ("policy_bukai", "03-22", "03-22"),
        ("policy_honbu", "05-23", "05-23"),
        ("policy_iinkai", "06-12", "06-12"),  # the day printed on the paper
        ("outline_document", "06-13", "06-19"),
        ("outline_bukai", "06-28", "06-28"),
        ("outline_honbu", "08-22", "08-22"),
        ("draft_document", "09-01", "09-14"),
        ("draft_bukai", "09-27", "09-27"),
        ("draft_honbu", "10-24", "10-24"),
        ("draft_iinkai", "11-13", "11-13"),
        ("comment_period", "11-15", "12-08"),  # closes on 12-03, nineteen days
        ("proposal_document", "12-11", "12-15"),
        ("proposal_bukai", "12-27", "12-27"),
        ("proposal_honbu", "01-23", "01-23"),
        ("proposal_iinkai", "02-13", "02-13"),  # 02-12 is 振替休日
        ("decision_mayor", "02-14", "02-20"),
        ("stage:decision", "02-21", "03-04"),
        ("stage:printing", "03-05", "03-18"),
    ]
    assert schedule["comment_period"].closes == date(2023, 12, 3)
    assert (schedule.finished, schedule.last_day) == (date(2024, 3, 4), date(2024, 3, 18))


def test_the_slack_of_the_seed_is_in_the_work_and_never_in_a_meeting() -> None:
    latest = backward(seed_problem(), date(2024, 3, 29))
    assert latest is not None
    slack = {each.activity: each.slack for each in latest}
    assert {key: days for key, days in slack.items() if days} == {
        "policy_document": 5,
        "outline_document": 2,
        "draft_document": 3,
        "comment_period": 3,
        "proposal_document": 3,
        "decision_mayor": 18,
        "stage:decision": 18,
    }
    assert {each.sittings for each in latest} == {0, None}
    assert slack["stage:printing"] is None  # nothing bounds what comes after the decision
    [comment] = [each for each in latest if each.activity == "comment_period"]
    assert (comment.begins, comment.ends) == (date(2023, 11, 17), date(2023, 12, 13))


def test_no_latest_days_for_a_target_that_cannot_be_met() -> None:
    assert backward(seed_problem(), date(2024, 3, 1)) is None


def test_a_target_missed_is_still_a_schedule_and_a_wish_missed_is_none() -> None:
    early = date(2024, 2, 1)
    assert found(seed_problem(target=early)).finished == date(2024, 3, 4)
    assert (
        forward(seed_problem(wishes=(Wish(WishKind.NOT_AFTER, "stage:decision", "2月まで", early),))) is None
    )


def test_a_schedule_is_kept_as_json() -> None:
    problem = seed_problem(
        wishes=(Wish(WishKind.AT, "draft_iinkai", "11月定例会で", date(2023, 11, 13)),),
        closed=frozenset({date(2023, 8, 14)}),
    )
    schedule = found(problem)
    assert from_rows(to_rows(schedule)) == schedule
    assert problem_from_rows(problem_to_rows(problem)) == problem


def test_two_rounds_of_comment_are_each_as_long_as_the_chain_wants() -> None:
    chain = shipped("two_rounds")
    monthly = sittings(EveryMonths(date(2024, 4, 1), 1, 2, 2), date(2024, 4, 1), date(2026, 3, 31))
    calendars = [BodyCalendar(body.key, body.name, monthly) for body in chain.bodies]
    problem = problem_of(chain, "p", date(2024, 4, 1), calendars, pace=Pace(comment={"second_period": 45}))
    schedule = found(problem)
    lengths = {each.activity: (each.closes - each.begins).days + 1 for each in schedule.placed if each.closes}
    assert lengths == {"first_period": 30, "second_period": 45}
    assert problem.finish == "stage:decision"
    assert not violations(problem, schedule)


def test_a_letter_to_the_prefecture_is_waited_for() -> None:
    letter = Letter("prefecture", "県への協議", after="draft_honbu", before="proposal_honbu", length=100)
    base = seed_problem()
    pace = Pace(letters=(letter,))
    problem = problem_of(CHAIN, "dx", base.start, base.calendars, pace=pace)
    schedule = found(problem)
    sent, honbu = schedule["prefecture"], schedule["proposal_honbu"]
    assert sent.begins >= schedule["draft_honbu"].ends
    assert sent.ends >= sent.begins + timedelta(days=100)
    assert honbu.papers is not None and honbu.papers >= sent.ends
    assert not violations(problem, schedule)


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        pytest.param(
            NamedMonths((2, 6, 9, 11), 2, 0),
            ["2024-02-13", "2024-06-10", "2024-09-09", "2024-11-11"],
            id="定例会; 02-12 is a holiday",
        ),
        pytest.param(
            EveryMonths(date(2023, 11, 1), 2, 3, 2),
            ["2024-01-17", "2024-03-21", "2024-05-15", "2024-07-17", "2024-09-18", "2024-11-20"],
            id="every second month, begun the year before; 03-20 is a holiday",
        ),
        pytest.param(
            EveryMonths(date(2024, 4, 1), 3, 5, 4),
            ["2024-05-31", "2024-08-30", "2024-11-29"],
            id="a fifth Friday",
        ),
        pytest.param(
            FixedDays((date(2024, 5, 10), date(2024, 5, 3), date(2023, 5, 1))),
            ["2024-05-10"],
            id="fixed, one closed",
        ),
    ],
)
def test_the_sittings_of_a_year(rule: NamedMonths | EveryMonths | FixedDays, days: list[str]) -> None:
    if isinstance(rule, EveryMonths) and rule.week == 5:
        rule = replace(rule, since=date(2024, 5, 1))
    listed = sittings(rule, date(2024, 1, 1), date(2024, 12, 31))
    assert [day.isoformat() for day in listed] == days


def test_a_chain_says_when_its_bodies_meet_and_how_early_their_papers_go_out() -> None:
    raw = json.loads(CHAIN.canonical_json())
    raw["bodies"][0] |= {
        "meets": {"every": 3, "since": "2023-03", "week": 4, "weekday": "水"},
        "papers_days": 9,
    }
    raw["bodies"][2] |= {"meets": {"months": [2, 6, 9, 11], "week": 2, "weekday": "月"}}
    chain = Chain.model_validate(raw)
    assert Chain.from_canonical_json(chain.canonical_json()) == chain
    bukai, _, iinkai = chain.bodies
    assert bukai.meets and rule_of(bukai.meets) == EveryMonths(date(2023, 3, 1), 3, 4, 2)
    assert iinkai.meets and rule_of(iinkai.meets) == NamedMonths((2, 6, 9, 11), 2, 0)
    papers = {each.body: each.days for each in problem_of(chain, "dx", date(2023, 3, 1), ()).activities}
    assert (papers["joho_bukai"], papers["kikaku_iinkai"]) == (9, 5)


def test_a_sitting_moved_off_a_closed_day_stays_in_its_month() -> None:
    closed = frozenset(date(2024, 10, day) for day in (30, 31))
    rule = NamedMonths((9, 10), 5, 2)
    assert sittings(rule, date(2024, 9, 1), date(2024, 12, 1), closed) == ()
    assert all(
        is_business_day(day, closed) for day in sittings(rule, date(2024, 1, 1), date(2030, 1, 1), closed)
    )


@settings(max_examples=200)
@given(problems(most=7, wishes=3))
def test_every_schedule_keeps_every_rule_and_wish(problem: Problem) -> None:
    schedule = forward(problem)
    assert schedule is None or not violations(problem, schedule)


@settings(max_examples=60)
@given(problems(most=3, wishes=2))
def test_no_schedule_ends_anything_earlier(problem: Problem) -> None:
    """Among all schedules of a small problem none has an earlier end of any activity; and where there is none, none."""
    horizon, schedule = 14, forward(problem)
    others = list(every_schedule(problem, horizon))
    if schedule is None:
        assert not others
        return
    for other in others:
        assert all(mine.ends <= its.ends for mine, its in zip(schedule.placed, other.placed, strict=True))


@settings(max_examples=100)
@given(problems(most=6, wishes=2))
def test_the_latest_day_is_safe_and_the_next_is_not(problem: Problem) -> None:
    schedule = forward(problem)
    if schedule is None:
        return
    target = schedule.finished + timedelta(days=9)
    for latest in backward(problem, target) or ():
        if latest.begins is not None:
            assert met(problem, latest, latest.begins, target)
            assert not met(problem, latest, latest.begins + timedelta(days=1), target)


def met(problem: Problem, latest: Latest, begins: date, target: date) -> bool:
    """Whether the target and all wishes are met when the activity begins on that day at the earliest."""
    late = Wish(WishKind.NOT_BEFORE, latest.activity, "late", begins)
    schedule = forward(problem.wishing((*problem.wishes, late)))
    return schedule is not None and schedule.finished <= target
