"""A change of the seed's plan: what it does to each later activity, and what missing a meeting costs."""

from datetime import date

import pytest

from tests.support.scheduling import violations
from tests.support.seed_schedule import seed_problem
from workflow.domain.errors import BadInput
from workflow.domain.language import Language, language
from workflow.domain.scheduling.critical import critical_path, step_words
from workflow.domain.scheduling.effects import (
    Change,
    Drop,
    Effects,
    Lengthen,
    MoveSitting,
    SendBack,
    changed,
    effect_words,
    effects,
)
from workflow.domain.scheduling.problem import Wish, WishKind


def done_by(change: Change) -> Effects:
    found = effects(seed_problem(), change)
    assert found is not None
    assert not violations(changed(seed_problem(), change), found.after)
    return found


def days(found: Effects) -> dict[str, str | None]:
    return {each.activity.key: each.after and each.after.isoformat() for each in found.moved}


LATER = {
    "policy_iinkai": "2023-09-11",
    "outline_document": "2023-09-19",
    "outline_bukai": "2023-09-27",
    "outline_honbu": "2023-10-24",
    "draft_document": "2023-11-17",
    "draft_bukai": "2023-12-27",
    "draft_honbu": "2024-01-23",
    "draft_iinkai": "2024-02-13",
    "comment_period": "2024-03-11",
    "proposal_document": "2024-03-18",
    "proposal_bukai": "2024-03-27",
    "proposal_honbu": "2024-05-28",
    "proposal_iinkai": "2024-06-10",
    "decision_mayor": "2024-06-17",
    "stage:decision": "2024-06-27",
    "stage:printing": "2024-07-11",
}
"""The days, worked by hand, of a plan that came one sitting too late: the 定例会 of June 2024 instead of February."""


def later_from(first: str) -> dict[str, str]:
    keys = list(LATER)
    return {key: LATER[key] for key in keys[keys.index(first) :]}


@pytest.mark.parametrize(
    ("gate", "to", "expected"),
    [
        # a month later: 部会
        ("policy_bukai", "2023-04-26", {"policy_bukai": "2023-04-26"}),  # the 本部 is in May
        ("outline_bukai", "2023-07-26", {"outline_bukai": "2023-07-26"}),  # the 本部 is in August
        (
            "draft_bukai",
            "2023-10-25",
            {"draft_bukai": "2023-10-25", **later_from("draft_honbu")},
        ),  # a day too late
        ("proposal_bukai", "2024-01-24", {"proposal_bukai": "2024-01-24", **later_from("proposal_honbu")}),
        # 本部
        ("policy_honbu", "2023-06-27", {"policy_honbu": "2023-06-27", **later_from("policy_iinkai")}),
        (
            "outline_honbu",
            "2023-09-26",
            {"outline_honbu": "2023-09-26", "draft_document": "2023-10-20", **later_from("draft_bukai")},
        ),
        ("draft_honbu", "2023-11-28", {"draft_honbu": "2023-11-28", **later_from("draft_iinkai")}),
        ("proposal_honbu", "2024-02-27", {"proposal_honbu": "2024-02-27", **later_from("proposal_iinkai")}),
        # 委員会
        (
            "policy_iinkai",
            "2023-07-10",
            {"policy_iinkai": "2023-07-10", "outline_document": "2023-07-18", **later_from("outline_bukai")},
        ),
        (
            "draft_iinkai",
            "2023-12-11",
            {
                "draft_iinkai": "2023-12-11",
                "comment_period": "2024-01-11",  # 12-13 to 12-31, then five business days past the New Year
                "proposal_document": "2024-01-18",
                **later_from("proposal_bukai"),
            },
        ),
        (
            "proposal_iinkai",
            "2024-03-11",
            {
                "proposal_iinkai": "2024-03-11",
                "decision_mayor": "2024-03-18",
                "stage:decision": "2024-03-29",  # 03-20 is 春分の日
                "stage:printing": "2024-04-12",
            },
        ),
        # a month earlier
        ("policy_honbu", "2023-04-25", {"policy_honbu": "2023-04-25"}),
        ("outline_honbu", "2023-07-25", {"outline_honbu": "2023-07-25", "draft_document": "2023-08-18"}),
        ("outline_bukai", "2023-05-24", later_from("outline_bukai")),  # before the plan is there
        ("proposal_honbu", "2023-12-26", later_from("proposal_honbu")),  # a day before the 部会
        ("draft_iinkai", "2023-10-10", later_from("draft_iinkai")),
    ],
)
def test_one_meeting_moved_by_a_month(gate: str, to: str, expected: dict[str, str]) -> None:
    problem = seed_problem()
    [before] = [each.planned for each in PLANNED if each.gate == gate]
    change = MoveSitting(problem.activity(gate).body, before, date.fromisoformat(to))
    assert days(done_by(change)) == expected


class PlannedDay:
    def __init__(self, gate: str, day: str) -> None:
        self.gate, self.planned = gate, date.fromisoformat(day)


PLANNED = [
    PlannedDay("policy_bukai", "2023-03-22"),
    PlannedDay("policy_honbu", "2023-05-23"),
    PlannedDay("policy_iinkai", "2023-06-12"),
    PlannedDay("outline_bukai", "2023-06-28"),
    PlannedDay("outline_honbu", "2023-08-22"),
    PlannedDay("draft_bukai", "2023-09-27"),
    PlannedDay("draft_honbu", "2023-10-24"),
    PlannedDay("draft_iinkai", "2023-11-13"),
    PlannedDay("proposal_bukai", "2023-12-27"),
    PlannedDay("proposal_honbu", "2024-01-23"),
    PlannedDay("proposal_iinkai", "2024-02-13"),
]


def test_a_comment_of_three_days_more_is_still_in_time_and_of_four_is_not() -> None:
    assert days(done_by(Lengthen("comment_period", 3))) == {
        "comment_period": "2023-12-13",
        "proposal_document": "2023-12-20",
    }
    assert days(done_by(Lengthen("comment_period", 4))) == {
        "comment_period": "2023-12-14",
        "proposal_document": "2023-12-21",
        **later_from("proposal_bukai"),
    }


def test_a_round_dropped() -> None:
    found = done_by(Drop("draft_iinkai"))
    assert days(found) == {
        "draft_iinkai": None,
        "comment_period": "2023-11-20",  # opens on 10-26, two days after the 本部
        "proposal_document": "2023-11-28",
    }
    assert found.before.finished == found.after.finished


@pytest.mark.parametrize("gate", ["comment_period", "proposal_bukai", "stage:decision"])
def test_what_the_chain_demands_is_not_dropped(gate: str) -> None:
    with pytest.raises(BadInput):
        changed(seed_problem(), Drop(gate))


def test_a_plan_sent_back_by_the_headquarters_takes_the_round_again() -> None:
    assert days(done_by(SendBack("draft_honbu", "draft"))) == {
        "draft_document#2": "2023-11-08",  # ten business days after 10-24; 11-03 is 文化の日
        "draft_bukai#2": "2023-12-27",
        "draft_honbu#2": "2024-01-23",
        **later_from("draft_iinkai"),
    }


def test_a_plan_sent_back_over_the_comment_holds_that_again() -> None:
    found = done_by(SendBack("proposal_bukai", "draft"))
    again = [each.activity.key for each in found.moved if each.activity.visit == 2]
    assert again == [
        "draft_document#2",
        "draft_bukai#2",
        "draft_honbu#2",
        "draft_iinkai#2",
        "comment_period#2",
        "proposal_document#2",
        "proposal_bukai#2",
    ]
    assert found.after.finished == date(2024, 11, 28)


def test_a_plan_sent_back_twice_counts_its_visits() -> None:
    once = changed(seed_problem(), SendBack("draft_honbu", "draft"))
    twice = changed(once, SendBack("draft_honbu#2", "draft"))
    assert [each.key for each in twice.activities if each.key.startswith("draft_honbu")] == [
        "draft_honbu",
        "draft_honbu#2",
        "draft_honbu#3",
    ]
    found = effects(once, SendBack("draft_honbu#2", "draft"))
    assert found is not None
    assert not violations(twice, found.after)


def test_a_plan_is_sent_back_only_to_where_it_came_by() -> None:
    with pytest.raises(BadInput):
        changed(seed_problem(), SendBack("draft_honbu", "proposal"))


def test_only_a_sitting_there_is_can_be_moved() -> None:
    with pytest.raises(BadInput):
        changed(seed_problem(), MoveSitting("ict_honbu", date(2023, 5, 1), date(2023, 5, 2)))


def test_a_change_after_which_there_is_no_schedule() -> None:
    at = Wish(WishKind.AT, "draft_honbu", "10月の本部で", date(2023, 10, 24))
    assert effects(seed_problem(wishes=(at,)), SendBack("outline_honbu", "policy")) is None


def test_the_effects_in_words() -> None:
    words = effect_words(
        seed_problem(), done_by(MoveSitting("kikaku_iinkai", date(2024, 2, 13), date(2024, 3, 11)))
    )
    assert words == [
        "決定は令和6年3月4日（月）から令和6年3月29日（金）へ、25日遅れます。",
        "原案の「策定報告」は令和6年2月13日（火）から令和6年3月11日（月）へ。",
        "「区長の決裁」は令和6年2月20日（火）から令和6年3月18日（月）へ。",
        "「印刷・製本」は令和6年3月18日（月）から令和6年4月12日（金）へ。",
    ]


def test_the_critical_path_says_what_missing_each_meeting_costs() -> None:
    problem = seed_problem()
    steps = critical_path(problem)
    assert [step.activity.key for step in steps] == [each.key for each in problem.activities[:-1]]
    said = {step.activity.key: step_words(problem, step) for step in steps}
    assert said["policy_iinkai"] == (
        "令和5年6月12日（月）、企画総務委員会で策定方針の「策定方針報告」。"
        "6月定例会に間に合わないと、次は9月定例会で、決定は令和6年6月27日（木）になります。"
    )
    assert (
        said["draft_document"]
        == "「素案」は令和5年9月1日（金）から令和5年9月14日（木）まで。余裕は3営業日です。"
    )
    assert said["comment_period"] == (
        "「パブリックコメント募集」は令和5年11月15日（水）から12月3日（日）24:00まで、"
        "結果の公表は令和5年12月8日（金）。余裕は3営業日です。"
    )
    assert said["stage:decision"].endswith("余裕はありません。")


def test_the_critical_path_begins_where_a_wish_holds_it() -> None:
    wish = Wish(WishKind.NOT_BEFORE, "proposal_iinkai", "選挙の後に", date(2024, 3, 1))
    problem = seed_problem(wishes=(wish,))
    first = critical_path(problem)[0]
    assert first.activity.key == "proposal_iinkai"
    assert "「選挙の後に」という希望によります。" in step_words(problem, first)


def test_the_last_sitting_has_none_to_go_to() -> None:
    calendars = tuple(
        each.__class__(
            each.body, each.name, tuple(d for d in each.days if d < date(2024, 3, 1)), each.assembly
        )
        for each in seed_problem().calendars
    )
    problem = seed_problem(calendars=calendars)
    [step] = [each for each in critical_path(problem) if each.activity.key == "proposal_iinkai"]
    assert step.following is step.finish_then is None
    assert "2月定例会に間に合わないと、決定までの会議の予定がもうありません。" in step_words(problem, step)


def test_the_path_in_english() -> None:
    chosen = language.set(Language.ENGLISH)
    try:
        problem = seed_problem()
        [step] = [each for each in critical_path(problem) if each.activity.key == "policy_iinkai"]
        assert "the regular session of month 9" in step_words(problem, step)
    finally:
        language.reset(chosen)
