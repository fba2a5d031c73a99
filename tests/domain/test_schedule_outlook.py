"""The outlook of a running plan, from its own schedule, and what a supposed change would do to it: worked by hand."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from definitions.chain import Chain, months_later
from definitions.load import shipped
from tests.support.scheduling import violations
from workflow.domain.errors import BadInput
from workflow.domain.schedules import Line, checked, modelled
from workflow.domain.scheduling.outlook import Outlook, Row, Supposed, Supposition, outlook, suppose
from workflow.domain.scheduling.own import Basis, Sitting, left, whole_problem
from workflow.domain.scheduling.passes import forward, supplied
from workflow.domain.scheduling.problem import Kind

CHAIN = shipped("itabashi_dx_2025")


def basis(today: str = "2023-03-01", path: tuple[str, ...] = ("policy",), **known: object) -> Basis:
    """The seed's plan with the schedule of the paper, on a day; nothing of it is done."""
    return Basis("dx", CHAIN, modelled(CHAIN), path, date.fromisoformat(today), **known)  # type: ignore[arg-type]


def rows(found: Outlook) -> dict[str, Row]:
    return {row.activity.key: row for row in found.rows}


def with_calendars() -> Basis:
    """The same, where the chain says on which days the bodies meet (as in tests/support/seed_schedule.py)."""
    raw = json.loads(CHAIN.canonical_json())
    for body, months, week, weekday in zip(
        raw["bodies"], ([3, 6, 9, 12], [1, 5, 8, 10], [2, 6, 9, 11]), (4, 4, 2), "水火月", strict=True
    ):
        body["meets"] = {"months": months, "week": week, "weekday": weekday}
    return replace(basis(), chain=Chain.model_validate(raw))


# By hand, business days: 策定方針（案） takes 10 from 03-01, so that it ends on 03-14; the papers of the 部会 go out 5 before
# it, so that it can meet from 03-22 on (03-21 is 春分の日). The headquarters meet in May, the committee in June: each from
# the first day on which they work. 骨子 takes 10 from 06-02, so that it ends on 06-15.


def test_a_month_without_a_day_is_early_on_its_first_day_and_late_after_its_last() -> None:
    found = rows(outlook(basis(), date(2024, 3, 29)))
    bukai = found["policy_bukai"]
    assert (bukai.planned, bukai.expected, bukai.latest) == ("令和5年3月", "令和5年3月中", date(2023, 3, 31))
    assert found["policy_document"].expected == "令和5年3月14日（火）"
    assert found["policy_document"].latest == date(2023, 3, 24)  # 03-31 less the five days of its papers
    assert found["policy_document"].slack == 7  # 03-15 to 03-24 but for 春分の日
    assert found["outline_document"].expected == "令和5年6月15日（木）"
    assert found["stage:printing"].latest is None
    assert not any(row.late for row in found.values())


def test_the_decision_is_ten_days_of_printing_before_the_last_day() -> None:
    found = outlook(basis())
    assert (found.finish, found.last_day) == (date(2024, 2, 6), date(2024, 2, 21))
    assert found.goal == date(2024, 3, 29)  # the last business day of the months that the paper gives 決定
    assert not found.clash and not found.needs
    assert "「策定方針（案）」は令和5年3月24日（金）を逃すと" in found.next_day
    assert "6月定例会に間に合わないと" in "".join(found.path)


def test_the_rule_of_a_body_gives_its_days_and_a_called_meeting_stands_for_its_month() -> None:
    found = rows(outlook(with_calendars(), date(2024, 3, 29)))
    assert found["policy_bukai"].expected == "令和5年3月22日（水）"
    assert found["policy_iinkai"].expected == "令和5年6月12日（月）"  # the day printed on the paper
    called = replace(with_calendars(), called=(Sitting(7, "joho_bukai", date(2023, 3, 29)),))
    assert rows(outlook(called))["policy_bukai"].expected == "令和5年3月29日（水）"


def test_a_line_whose_meeting_was_cancelled_has_its_month_alone() -> None:
    lines = list(basis().schedule.lines)
    lines[0] = replace(lines[0], when="2023-03-29", meeting=7)
    bound = basis().with_schedule(replace(basis().schedule, lines=tuple(lines)))
    held = replace(bound, called=(Sitting(7, "joho_bukai", date(2023, 3, 30)),))
    assert rows(outlook(held))["policy_bukai"].expected == "令和5年3月30日（木）"
    assert rows(outlook(bound))["policy_bukai"].expected == "令和5年3月中"
    again = suppose(bound, Supposition(Supposed.MOVE, line=0, when="2023-04"))
    assert again.meeting is None and again.schedule and again.schedule.lines[0].when == "2023-04"
    other = suppose(bound, Supposition(Supposed.MOVE, line=11, when="2024-03")).schedule
    assert other and (other.lines[0].when, other.lines[0].meeting) == ("2023-03", None)


def test_what_is_done_stays_on_its_day_and_the_rest_comes_from_today() -> None:
    done = basis(
        "2023-04-03", ended={"policy_document": date(2023, 3, 10), "policy_bukai": date(2023, 3, 30)}
    )
    found = rows(outlook(done))
    assert found["policy_bukai"].done == date(2023, 3, 30)
    assert found["policy_honbu"].expected == "令和5年5月中"
    late = rows(outlook(basis("2023-04-03")))
    assert late["policy_document"].expected == "令和5年4月14日（金）"
    # the next 部会 with a line is in June: 20 business days in April, 20 in May (three holidays), and its first
    assert late["policy_bukai"].expected == "令和5年6月中"
    assert late["policy_bukai"].late == 41


def test_an_item_on_an_agenda_needs_no_days_for_papers_any_more() -> None:
    sitting = Sitting(7, "joho_bukai", date(2023, 3, 16))
    ended = {"policy_document": date(2023, 3, 14)}
    late = basis("2023-03-15", ended=ended, called=(sitting,))
    assert rows(outlook(late))["policy_bukai"].expected != "令和5年3月16日（木）"
    put = replace(late, put={"policy_bukai": 7})
    assert rows(outlook(put))["policy_bukai"].expected == "令和5年3月16日（木）"


def test_a_comment_that_was_opened_ends_when_it_closes_and_is_answered() -> None:
    ended = {each.key: date(2023, 11, 1) for each in whole_problem(basis()).activities[:11]}
    running = basis(
        "2023-11-20",
        ("policy", "outline", "draft", "public_comment"),
        ended=ended,
        running={"comment_period": (date(2023, 11, 8), date(2023, 11, 26))},
    )
    # eleven business days after Sunday 11-26: ten of answers, one of publication
    assert rows(outlook(running))["comment_period"].expected == "令和5年12月11日（月）"
    longer = suppose(running, Supposition(Supposed.LENGTHEN, gate="comment_period", days=26))
    assert any("令和5年12月18日（月）" in line for line in longer.words)


def test_a_target_that_cannot_be_met_names_what_clashes_and_what_would_mend_it() -> None:
    found = outlook(basis(), date(2024, 2, 1))
    assert found.clash
    assert "令和6年2月1日（木）までに決定" in found.clash[0]
    assert any("令和6年2月6日（火）まで延ばせば" in line for line in found.clash)


MOVES = [
    # the 部会 of September in October: the 本部 of October is still in time, from five days after it on
    (5, "2023-10", "決定は令和6年2月6日（火）のまま変わりません。"),
    # the committee of February in March: 03-01, 決裁 three days, 決定 on 03-06
    (11, "2024-03", "決定は令和6年2月6日（火）から令和6年3月6日（水）へ、29日遅れます。"),
]


@pytest.mark.parametrize(("line", "when", "said"), MOVES)
def test_a_line_moved_to_another_month(line: int, when: str, said: str) -> None:
    found = suppose(basis(), Supposition(Supposed.MOVE, line=line, when=when))
    assert said in found.words
    assert found.schedule is not None
    checked(CHAIN, found.schedule)
    moved = [each for each in found.schedule.lines if each.tentative]
    assert when in [each.when for each in moved]


def test_a_line_left_out_says_which_meetings_are_missing() -> None:
    found = suppose(basis(), Supposition(Supposed.DROP, line=11))
    # 本部 in January from 01-04 on: papers five days before the committee, which could meet from 01-12 on
    assert found.words[0].startswith("決定は") and found.words[1].startswith("印刷などがすべて終わる日は")
    assert found.words[2].startswith("企画総務委員会を令和6年1月")
    assert found.schedule is not None
    assert (
        Line("2024-01", "kikaku_iinkai", gates=("proposal_iinkai",), tentative=True) in found.schedule.lines
    )


def test_a_missing_meeting_leaves_its_papers_their_days_after_a_day_off() -> None:
    """The plan begins on a Saturday with nothing to write: papers go out on Monday 03-06, five business days before 03-13."""
    ended = {"policy_document": date(2023, 3, 4)}
    nothing = replace(basis("2023-03-05", ended=ended), schedule=replace(modelled(CHAIN), lines=()))
    assert outlook(nothing).needs[0].startswith("情報化推進部会を令和5年3月13日（月）以後に")


def test_a_late_plan_that_has_done_a_part_of_its_stage_keeps_the_line_of_it_in_the_stage() -> None:
    """The 部会 of September was held, the rest of 素案 comes after its last month, November."""
    done = {each.key: date(2023, 9, 20) for each in whole_problem(basis()).activities}
    to_come = {"draft_honbu", "draft_iinkai", "comment_period"}
    late = basis(
        "2023-12-20",
        ("policy", "outline", "draft"),
        ended={key: day for key, day in done.items() if key.split("_")[0] in ("policy", "outline")}
        | {key: day for key, day in done.items() if key.startswith("draft") and key not in to_come},
    )
    found = suppose(late, Supposition(Supposed.MOVE, line=6, when="2024-01"))
    assert found.schedule is not None
    assert checked(CHAIN, found.schedule) == found.schedule
    [draft] = [span for span in found.schedule.spans if span.stage == "draft"]
    assert draft.first == "2023-09" and draft.last >= "2024-01"


def test_a_plan_sent_back_gets_the_lines_of_its_second_round() -> None:
    found = suppose(basis(), Supposition(Supposed.RETURN, gate="draft_honbu", to="draft"))
    assert any("素案の「本部への報告」の2回目は" in line for line in found.words)
    assert found.schedule is not None
    again = [line for line in found.schedule.lines if line.gates == ("draft_bukai",)]
    assert [line.when for line in again] == ["2023-09", "2023-12"]
    checked(CHAIN, found.schedule)


@pytest.mark.parametrize(
    "change",
    [
        Supposition(Supposed.MOVE, line=99, when="2023-10"),
        Supposition(Supposed.MOVE, line=0, when="2023-06 定例会"),
        Supposition(Supposed.LENGTHEN, gate="policy_bukai", days=20),
        Supposition(Supposed.LENGTHEN, gate="comment_period", days=0),
        Supposition(Supposed.LENGTHEN, gate="nothing", days=20),
        Supposition(Supposed.RETURN, gate="draft_honbu", to="printing"),
    ],
)
def test_a_change_that_cannot_be_made(change: Supposition) -> None:
    with pytest.raises(BadInput):
        suppose(basis(), change)


def test_a_meeting_that_was_called_is_moved_by_a_day_and_leaves_the_schedule_to_it() -> None:
    lines = (Line("2023-03-22", "joho_bukai", gates=("policy_bukai",), meeting=7), *modelled(CHAIN).lines[1:])
    bound = replace(
        basis(),
        schedule=replace(modelled(CHAIN), lines=lines),
        called=(Sitting(7, "joho_bukai", date(2023, 3, 22)),),
    )
    found = suppose(bound, Supposition(Supposed.MOVE, line=0, when="2023-03-29"))
    assert (found.meeting, found.schedule) == (7, None)
    assert "策定方針の「部会での検討」は令和5年3月22日（水）から令和5年3月29日（水）へ。" in found.words
    with pytest.raises(BadInput):
        suppose(bound, Supposition(Supposed.MOVE, line=0, when="2023-04"))


@settings(max_examples=60)
@given(
    line=st.integers(0, 11),
    month=st.integers(1, 12),
    year=st.sampled_from([2023, 2024]),
    kind=st.sampled_from([Supposed.MOVE, Supposed.DROP]),
)
def test_whatever_moves_the_plan_has_a_schedule_that_keeps_every_rule(
    line: int, month: int, year: int, kind: Supposed
) -> None:
    found = suppose(basis(), Supposition(kind, line=line, when=f"{year}-{month:02}"))
    assert found.words and found.schedule is not None
    after = basis().with_schedule(found.schedule)
    problem = left(whole_problem(after), after)
    assert problem is not None
    problem, _ = supplied(problem)
    schedule = forward(problem)
    assert schedule is not None and not violations(problem, schedule)


def reached(stage: str) -> Basis:
    """The seed's plan in that stage, ten days after the beginning of its months; what came before was done as planned."""
    plan, stages = modelled(CHAIN), [each.key for each in CHAIN.stages]
    path = tuple(stages[: stages.index(stage) + 1])
    behind = [gate.key for key in path[:-1] for gate in CHAIN.stage(key).gates]
    month = {gate: line.month for line in plan.lines for gate in line.gates}
    ended = {gate: date.fromisoformat(f"{month.get(gate, plan.spans[0].first)}-20") for gate in behind}
    (began,) = (span.first for span in plan.spans if span.stage == stage)
    return basis(f"{began}-10", path, ended=ended | {f"stage:{key}": date(2023, 3, 1) for key in path[:-1]})


@pytest.mark.parametrize("stage", ["policy", "outline", "draft", "public_comment", "proposal"])
def test_every_change_that_is_shown_can_be_made_the_next_version(stage: str) -> None:
    here = reached(stage)
    of_gates = [each for each in whole_problem(here).activities if each.kind in (Kind.SITTING, Kind.COMMENT)]
    asked = [
        *(Supposition(Supposed.LENGTHEN, gate=each.key, days=90) for each in of_gates),
        *(Supposition(Supposed.RETURN, gate=each.key, to=to.key) for each in of_gates for to in CHAIN.stages),
        *(Supposition(Supposed.DROP, line=line) for line in range(len(here.schedule.lines))),
        *(
            Supposition(Supposed.MOVE, line=number, when=months_later(line.month, by))
            for number, line in enumerate(here.schedule.lines)
            for by in (-1, 1, 4)
            if not here.ended.keys() & set(line.gates)
        ),
    ]
    made = 0
    for each in asked:
        try:
            found = suppose(here, each)
        except BadInput:
            continue  # said on the page
        assert found.schedule is not None
        checked(CHAIN, found.schedule)
        made += 1
    assert made > 20
