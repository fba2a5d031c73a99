"""The chains that come with the program load, and the Itabashi one says what the city's own paper says."""

import pytest

from definitions.chain import BodyGate, Chain, PeriodGate
from definitions.load import shipped, shipped_chains
from definitions.terms import BodyKind, Outcome
from tests.support.seed_paper import joined, schedule_of_the_paper, section


@pytest.fixture(scope="module")
def itabashi() -> Chain:
    return shipped("itabashi_dx_2025")


def test_three_chains_come_with_the_program() -> None:
    assert shipped_chains() == ("itabashi_dx_2025", "shingikai_gian", "two_rounds")


@pytest.mark.parametrize("key", shipped_chains())
def test_a_shipped_chain_bears_the_name_of_its_file(key: str) -> None:
    assert shipped(key).key == key


@pytest.mark.parametrize("key", shipped_chains())
def test_a_shipped_chain_comes_back_whole_from_its_canonical_text(key: str) -> None:
    chain = shipped(key)
    again = Chain.from_canonical_json(chain.canonical_json())
    assert again == chain
    assert again.canonical_json() == chain.canonical_json()


@pytest.mark.parametrize("key", shipped_chains())
def test_every_shipped_chain_reminds_of_the_same_five_things(key: str) -> None:
    reminders = [
        (rule.key, str(rule.kind), str(rule.audience), str(rule.when)) for rule in shipped(key).reminders
    ]
    assert reminders == [
        ("members_3days", "meeting", "members", "3営業日前 09:00"),
        ("members_today", "meeting", "members", "当日 08:30"),
        ("agenda_5days", "agenda_deadline", "secretariat", "5営業日前 09:00"),
        ("unanswered_1day", "unanswered", "members", "1営業日前 09:00"),
        ("comment_3days", "comment_closing", "staff", "3営業日前 09:00"),
    ]


# ---------------------------------------------------------------- Itabashi against the paper


def test_the_plan_bears_the_namesection_3_gives_it(itabashi: Chain) -> None:
    assert f"「{itabashi.title}（仮称）」へ名称変更を行う" in joined(section("３ 計画名称の変更", "４ "))


def test_the_bodies_meet_in_the_monthssection_7_gives_them_in_its_order(itabashi: Chain) -> None:
    ours = [
        (slot.month, itabashi.body(slot.body).name if slot.body else slot.event, slot.label)
        for slot in itabashi.schedule
    ]
    assert ours == schedule_of_the_paper()


def test_the_paper_names_twelve_lines_of_schedule() -> None:
    assert len(schedule_of_the_paper()) == 12


def test_a_schedule_moves_whole_to_the_month_it_is_to_begin_in(itabashi: Chain) -> None:
    moved = itabashi.beginning("2024-10")
    assert itabashi.first_month == "2023-03"
    assert moved.first_month == moved.schedule[0].month == "2024-10"
    assert [slot.month for slot in moved.schedule][-3:] == ["2025-07", "2025-08", "2025-09"]
    printing = moved.stage("printing").planned
    assert printing is not None
    assert (printing.first, printing.last) == ("2025-10", "2025-10")
    assert moved.beginning("2023-03") == itabashi


def test_a_copy_of_a_chain_finds_its_own_parts(itabashi: Chain) -> None:
    body, stage = itabashi.bodies[0], itabashi.stages[0]
    gate = stage.gates[0]
    assert (itabashi.body(body.key), itabashi.stage(stage.key), itabashi.gate(gate.key)) == (
        body,
        stage,
        gate,
    )
    named = body.model_copy(update={"name": "改名"})
    moved = stage.model_copy(update={"label": "改称", "gates": ()})
    copied = itabashi.model_copy(update={"bodies": (named,), "stages": (moved,)})
    assert (copied.body(body.key), copied.stage(stage.key)) == (named, moved)
    assert not copied.has_gate(gate.key)


def test_a_chain_that_plans_no_months_has_none_to_move() -> None:
    two_rounds = shipped("two_rounds")
    assert two_rounds.first_month is None
    assert two_rounds.beginning("2024-10") is two_rounds


def test_the_work_of_the_stages_is_the_papers_own_in_its_order(itabashi: Chain) -> None:
    work = joined(section("７ 今後のスケジュール", None)).rpartition("３")[2]
    assert work == "".join(stage.work or "" for stage in itabashi.stages)


def test_the_bukai_and_its_chair_are_assection_6_says(itabashi: Chain) -> None:
    told, bukai = joined(section("６ 検討体制", "７ ")), itabashi.body("joho_bukai")
    assert f"「{bukai.name}」（{bukai.chair}を部会長とし" in told
    assert bukai.basis is not None
    assert "設置要綱第5条第1項" in bukai.basis
    assert "設置要綱」第5条第1項に基づき設置" in told


def test_the_honbu_and_its_chair_are_assection_6_says(itabashi: Chain) -> None:
    told, honbu = joined(section("６ 検討体制", "７ ")), itabashi.body("ict_honbu")
    assert f"{honbu.chair}を本部長とする「{honbu.name.removesuffix('（庁議）')}」（庁議）" in told


def test_only_the_committee_stands_in_the_assemblys_column_and_it_receives(itabashi: Chain) -> None:
    assert [(body.name, body.kind) for body in itabashi.bodies if body.assembly] == [
        ("企画総務委員会", BodyKind.RECEIVING)
    ]


def test_every_gate_of_a_body_stands_on_one_meeting_of_the_schedule(itabashi: Chain) -> None:
    scheduled = [key for slot in itabashi.schedule for key in slot.gates]
    waiting = [
        gate.key
        for stage in itabashi.stages
        for gate in stage.gates
        if isinstance(gate, BodyGate | PeriodGate)
    ]
    assert sorted(scheduled) == sorted(waiting)


def test_nobody_stands_in_the_decision_without_the_mayors_sign(itabashi: Chain) -> None:
    assert itabashi.gate("decision_mayor").mandatory
    assert itabashi.after(itabashi.stage_of_gate("decision_mayor")) == ("decision",)
    assert itabashi.stage("decision").decided


# ---------------------------------------------------------------- the other two


def test_the_advisory_council_votes_by_the_usual_shares() -> None:
    council = shipped("shingikai_gian").body("shingikai")
    assert (council.kind, council.reaches) == (BodyKind.ADVISORY, "tallied")
    assert (str(council.quorum), str(council.majority)) == ("半数以上", "過半数")


def test_a_bill_is_decided_only_as_the_assembly_passed_it() -> None:
    chain = shipped("shingikai_gian")
    gate = chain.gate("bill_gikai")
    assert isinstance(gate, BodyGate)
    assert gate.mandatory
    assert chain.opens_on(gate) == (Outcome.PASSED,)


def test_two_rounds_cannot_be_decided_without_both_public_comments() -> None:
    stages = shipped("two_rounds").stages
    periods = [gate for stage in stages for gate in stage.gates if isinstance(gate, PeriodGate)]
    assert [period.key for period in periods] == ["first_period", "second_period"]
    assert all(period.mandatory for period in periods)
