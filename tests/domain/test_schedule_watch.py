"""The seed's schedule beside what was done: what is late, what will be, and the next day that cannot be missed."""

from datetime import date, timedelta

from hypothesis import given, settings

from tests.support.scheduling import problems
from tests.support.seed_schedule import seed_problem
from workflow.domain.scheduling.passes import Done, forward
from workflow.domain.scheduling.problem import Problem
from workflow.domain.scheduling.watching import Course, NextDay, Watch, next_day_words, watch, watched_words

PROBLEM = seed_problem()


def seen(today: date, *, until: date, **done: date) -> Watch:
    """The plan on that day: everything planned before `until` was done on its day, and `done` besides."""
    schedule = forward(PROBLEM)
    assert schedule is not None
    ended = {each.activity: each.ends for each in schedule.placed if each.ends < until}
    return watch(PROBLEM, schedule, Done({**ended, **done}), today)


def words(found: Watch) -> dict[str, str]:
    return {each.activity.key: watched_words(each) for each in found.activities}


def said(found: Watch) -> str:
    assert found.next_day is not None
    return next_day_words(found.next_day)


def test_a_plan_in_time_knows_the_next_day_it_cannot_miss() -> None:
    found = seen(date(2023, 9, 1), until=date(2023, 9, 1))
    assert set(words(found).values()) == {"済", "予定どおり"}
    assert found.finish == date(2024, 3, 4)
    assert said(found) == (
        "「素案」は令和5年9月20日（水）を逃すと、決定は早くて令和6年6月27日（木）、"
        "印刷などがすべて終わるのは令和6年7月11日（木）になります。"
    )


def test_work_that_is_late_within_its_slack_delays_nothing_after_it() -> None:
    found = seen(date(2023, 9, 15), until=date(2023, 9, 14))
    late = {key: course for key, course in words(found).items() if course not in ("済", "予定どおり")}
    assert late["draft_document"] == "遅れ 1営業日"
    # nothing of it was begun by then: ten business days are left, and the sitting is missed
    assert found.finish == date(2024, 6, 27)
    handed_in = seen(date(2023, 9, 19), until=date(2023, 9, 14), draft_document=date(2023, 9, 19))
    assert words(handed_in)["draft_document"] == "済（遅れ 2営業日）"
    assert words(handed_in)["draft_bukai"] == "予定どおり"
    assert handed_in.finish == date(2024, 3, 4)


def test_papers_a_day_too_late_put_everything_off_to_the_next_sitting() -> None:
    found = seen(date(2023, 9, 21), until=date(2023, 9, 14), draft_document=date(2023, 9, 21))
    assert words(found)["draft_bukai"] == "遅れる見込み 62営業日"
    assert found.finish == date(2024, 6, 27)
    assert (
        said(found) == "「部会での検討」は令和5年12月27日（水）を逃すと、決定は早くて令和6年11月28日（木）、"
        "印刷などがすべて終わるのは令和6年12月12日（木）になります。"
    )


def test_where_no_sitting_is_left_they_count_as_held_at_once() -> None:
    day = date(2023, 12, 27)
    activity = PROBLEM.activities[0]
    asked = NextDay(activity, day, date(2024, 1, 15), date(2024, 1, 15), short=True)
    assert next_day_words(asked).endswith(
        "会議の予定がもうありません。すぐに開いても、決定は早くて令和6年1月15日（月）になります。"
    )


def test_a_comment_that_opened_late_ends_late() -> None:
    schedule = forward(PROBLEM)
    assert schedule is not None
    ended = {each.activity: each.ends for each in schedule.placed if each.ends < date(2023, 11, 14)}
    for opened, finish in ((date(2023, 11, 17), date(2024, 3, 4)), (date(2023, 11, 20), date(2024, 6, 27))):
        found = watch(PROBLEM, schedule, Done(ended, {"comment_period": opened}), date(2023, 11, 22))
        assert found.finish == finish


def test_what_was_done_early_is_early() -> None:
    found = seen(date(2023, 3, 3), until=date(2023, 3, 1), policy_document=date(2023, 3, 3))
    assert words(found)["policy_document"] == "予定より早い"
    assert words(found)["policy_bukai"] == "予定どおり"


def test_without_sittings_left_nothing_is_expected() -> None:
    found = seen(date(2026, 1, 5), until=date(2023, 9, 1))
    assert (found.finish, found.next_day) == (None, None)
    [draft] = [each for each in found.activities if each.activity.key == "draft_document"]
    assert (draft.course, draft.expected) == (Course.LATE, None)


@settings(max_examples=100)
@given(problems(most=6))
def test_on_the_first_day_nothing_is_late_and_the_next_day_is_the_last_that_saves_it(
    problem: Problem,
) -> None:
    schedule = forward(problem)
    if schedule is None:
        return
    found = watch(problem, schedule, Done(), problem.start)
    assert {each.course for each in found.activities} == {Course.ON_TIME}
    assert found.finish == schedule.finished
    assert found.next_day is not None
    key, day = found.next_day.activity.key, found.next_day.day
    then = forward(problem, Done({key: day}), problem.start)
    assert then is not None and then.finished <= schedule.finished
    late = forward(problem, Done({key: day + timedelta(days=1)}), problem.start)
    assert late is None or late.finished >= schedule.finished
    assert found.next_day.short or found.next_day.finish_then >= schedule.finished
    assert found.next_day.last_then >= found.next_day.finish_then
