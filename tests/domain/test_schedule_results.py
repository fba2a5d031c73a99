"""The results of a schedule by month, worked out by hand."""

import pytest

from workflow.domain.schedule_results import Match, Result, met, worked

JUNE, JULY, AUGUST, SEPTEMBER = "2023-06", "2023-07", "2023-08", "2023-09"


@pytest.mark.parametrize(
    ("planned", "held", "owed", "running", "results"),
    [
        # held in its month
        ({JUNE: ["部会"]}, {JUNE: ["部会"]}, [], True, {JUNE: ["予定どおり"]}),
        # still to come, this month and later
        ({AUGUST: ["部会"], SEPTEMBER: ["部会"]}, {}, [], True, {AUGUST: ["予定"], SEPTEMBER: ["予定"]}),
        # past, and its gate not open
        ({JUNE: ["部会"]}, {}, [(JUNE, "部会")], True, {JUNE: ["遅れ"]}),
        # past, and nothing of it is owed: no record that it took place
        ({JUNE: ["説明会"]}, {}, [], True, {JUNE: ["実施の記録なし"]}),
        # of a plan that is over nothing is to come and nothing is late
        ({JUNE: ["部会"], SEPTEMBER: ["部会"]}, {}, [(JUNE, "部会")], False,
         {JUNE: ["実施の記録なし"], SEPTEMBER: ["実施の記録なし"]}),
        # held a month later
        ({JUNE: ["部会"]}, {JULY: ["部会"]}, [], True,
         {JUNE: ["令和5年7月に遅れて実施"], JULY: ["令和5年6月の予定から遅れて実施"]}),
        # held a month earlier
        ({SEPTEMBER: ["本部"]}, {AUGUST: ["本部"]}, [], True,
         {AUGUST: ["令和5年9月の予定を早めて実施"], SEPTEMBER: ["令和5年8月に早めて実施"]}),
        # one of two was held in the month, the other in the next, a third was planned for no month
        ({JUNE: ["部会", "部会"]}, {JUNE: ["部会"], JULY: ["部会", "本部"]}, [], True,
         {JUNE: ["予定どおり", "令和5年7月に遅れて実施"], JULY: ["令和5年6月の予定から遅れて実施", "予定外"]}),
        # June's and July's meeting each a month late: July's counts as planned, June's was held last
        ({JUNE: ["部会"], JULY: ["部会"]}, {JULY: ["部会"], AUGUST: ["部会"]}, [], True,
         {JUNE: ["令和5年8月に遅れて実施"], JULY: ["予定どおり"], AUGUST: ["令和5年6月の予定から遅れて実施"]}),
    ],
)  # fmt: skip
def test_meetings(
    planned: dict[str, list[str]],
    held: dict[str, list[str]],
    owed: list[tuple[str, str]],
    running: bool,
    results: dict[str, list[str]],
) -> None:
    found = met(planned, held, AUGUST, owed, running=running)
    assert {month: [result.words for _, result in found[month]] for month in found} == results


@pytest.mark.parametrize(
    ("planned", "held", "ahead", "running", "results"),
    [
        # in its months; the last of them is to come
        ([JULY, AUGUST, SEPTEMBER], [JULY, AUGUST], True, True, ["予定どおり", "予定どおり", "予定"]),
        # it goes on after its last month
        ([JUNE, JULY], [JUNE, JULY, AUGUST], True, True,
         ["予定どおり", "予定どおり", "令和5年7月までの予定を過ぎて実施"]),
        # it began before its first month
        ([AUGUST], [JULY, AUGUST], True, True, ["令和5年8月からの予定より早く着手", "予定どおり"]),
        # it began late
        ([JUNE, JULY], [JULY], True, True, ["令和5年7月に遅れて実施", "予定どおり"]),
        # it has not begun yet
        ([JUNE, SEPTEMBER], [], True, True, ["遅れ", "予定"]),
        # it was done before its last months
        ([JULY, AUGUST, SEPTEMBER], [JULY], False, True,
         ["予定どおり", "令和5年7月に早めて実施", "令和5年7月に早めて実施"]),
        # the plan was withdrawn
        ([JUNE, SEPTEMBER], [], True, False, ["実施の記録なし", "実施の記録なし"]),
    ],
)  # fmt: skip
def test_work(planned: list[str], held: list[str], ahead: bool, running: bool, results: list[str]) -> None:
    found = worked(
        {month: ["素案"] for month in planned},
        {month: ["素案"] for month in held},
        AUGUST,
        ["素案"] if ahead else [],
        running=running,
    )
    assert [result.words for month in sorted(found) for _, result in found[month]] == results


def test_work_that_was_planned_for_no_month_is_unplanned() -> None:
    found = worked({}, {JULY: ["調整"]}, AUGUST, [], running=True)
    assert found[JULY] == [("調整", Result(Match.UNPLANNED))]
