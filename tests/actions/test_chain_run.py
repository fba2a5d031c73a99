"""The whole way of a plan, and what may not happen on it."""

from datetime import date

import pytest
from sqlalchemy import select

from definitions.terms import Outcome
from tests.support.scenario import House
from workflow import actions, queries
from workflow.domain.errors import (
    AlreadyDone,
    BadInput,
    NotAllowed,
    NotFound,
    NotNow,
    PlanMoved,
    QuorumMissing,
    UnknownStage,
)
from workflow.domain.gates import GateClosed
from workflow.domain.meetings import MeetingForm
from workflow.domain.votes import Choice
from workflow.store import event_log
from workflow.store.tables import Decision


def test_a_plan_goes_from_the_policy_to_the_printing(house: House) -> None:
    assert house.a_plan(at="printing").stage.label == "印刷"
    with house.office.reading() as db:
        assert event_log.verify(db) > 50


def test_a_plan_without_its_approvals_is_refused_with_every_reason(house: House) -> None:
    house.a_plan()
    with pytest.raises(GateClosed) as refused:
        house.advance()
    assert len(refused.value.reasons) == 4
    assert "文書がまだ登録されていません" in refused.value.reasons[0]
    assert house.plan().stage.key == "policy"


def test_why_names_the_body_and_its_coming_meeting(house: House) -> None:
    house.a_plan()
    house.a_version()
    assert "次の会議はまだ招集されていません" in house.why()[0]
    meeting = house.a_meeting("joho_bukai")
    assert "令和5年3月8日（水）09:00" in house.why()[0]
    assert "まだ議題に載っていません" in house.why()[0]
    actions.list_item(house.office, "joho_bukai_office", meeting, "dx", "policy_bukai", now=house.now)
    assert "まだ議題に載っていません" not in house.why()[0]
    assert "政策経営部長" in house.why()[0]
    house.later(days=8)
    assert "結果の記録を待っています" in house.why()[0]


def test_the_headquarters_cannot_decide_before_the_working_group(house: House) -> None:
    house.a_plan()
    house.a_version()
    item = house.an_item("policy_honbu")
    with pytest.raises(GateClosed):
        actions.record_outcome(house.office, "ict_honbu_office", item, Outcome.APPROVED, now=house.now)


def test_a_new_version_makes_an_approval_stale_and_shuts_the_gate(house: House) -> None:
    house.a_plan()
    house.open_every_gate()
    assert house.why() == []
    house.a_version("直した方針")
    assert any("第1版へのもので" in words for words in house.why())
    with pytest.raises(GateClosed):
        house.advance()


def test_a_decision_on_a_version_replaced_since_is_recorded_and_says_that_it_is_stale(house: House) -> None:
    house.a_plan()
    house.a_version()
    item = house.an_item("policy_bukai")
    house.a_version("直した方針")
    actions.record_outcome(house.office, "joho_bukai_office", item, Outcome.APPROVED, now=house.now)
    assert any("第1版へのもので、現在の第2版には効きません" in words for words in house.why())


def test_a_conditional_approval_opens_the_gate_only_when_each_condition_is_closed(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai", outcome=Outcome.CONDITIONAL, conditions=["図を直す", "用語をそろえる"])
    assert "図を直す、用語をそろえる" in house.why()[0]
    with house.office.reading() as db:
        waiting = [t for t in queries.worklist(db, "joho_bukai_office", house.now) if t.kind == "condition"]
    for task in waiting:
        assert task.number is not None
        actions.close_condition(house.office, "joho_bukai_chair", task.number, "直した", now=house.now)
    assert not any("解消されていません" in words for words in house.why())


def test_a_plan_sent_back_needs_new_approvals(house: House) -> None:
    house.a_plan(at="draft")
    house.send_back("policy")
    assert house.plan().stage.key == "policy"
    with pytest.raises(GateClosed):
        house.advance()


def test_a_plan_cannot_be_sent_back_to_a_later_or_unknown_stage(house: House) -> None:
    house.a_plan(at="outline")
    with pytest.raises(NotNow):
        house.send_back("draft")
    with pytest.raises(UnknownStage):
        house.send_back("drafts")


def test_a_suspended_plan_stands_still_until_it_is_resumed(house: House) -> None:
    house.a_plan()
    actions.suspend(house.office, "tanto", "dx", "選挙のため", seen=1, now=house.now)
    with pytest.raises(NotNow, match="中断中"):
        house.a_version()
    with pytest.raises(NotNow):
        house.advance()
    actions.resume(house.office, "tanto", "dx", "選挙が終わった", seen=2, now=house.now)
    house.a_version()


def test_a_withdrawn_plan_never_moves_again(house: House) -> None:
    house.a_plan()
    actions.withdraw(house.office, "tanto", "dx", "計画の統合", seen=1, now=house.now)
    with pytest.raises(NotNow):
        actions.resume(house.office, "tanto", "dx", "再開", seen=2, now=house.now)


def test_the_second_of_two_who_saw_the_same_plan_is_told_that_it_moved(house: House) -> None:
    house.a_plan()
    house.open_every_gate()
    house.advance()
    with pytest.raises(PlanMoved):
        actions.advance(house.office, "tanto", "dx", seen=1, now=house.now)


def test_who_has_no_right_is_told_who_has(house: House) -> None:
    house.a_plan()
    house.a_version()
    item = house.an_item("policy_bukai")
    with pytest.raises(NotAllowed, match="事務局"):
        actions.record_outcome(house.office, "tanto", item, Outcome.APPROVED, now=house.now)
    with pytest.raises(NotAllowed, match="担当課"):
        actions.advance(house.office, "mayor", "dx", seen=1, now=house.now)


def test_unknown_things_are_named(house: House) -> None:
    house.a_plan()
    house.a_version()
    with pytest.raises(NotFound, match="nobody"):
        actions.advance(house.office, "nobody", "dx", seen=1, now=house.now)
    with pytest.raises(NotFound, match="joho_bukai"):
        actions.call_meeting(
            house.office, "tanto", "no_body", "会議", starts_at=house.now, ends_at=house.now.replace(hour=23),
            place="x", form=MeetingForm.IN_WRITING, now=house.now,
        )  # fmt: skip
    meeting = house.a_meeting("joho_bukai")
    with pytest.raises(NotFound, match="policy_bukai"):
        actions.list_item(house.office, "joho_bukai_office", meeting, "dx", "no_gate", now=house.now)


def test_a_meeting_cannot_be_called_for_the_past(house: House) -> None:
    with pytest.raises(BadInput, match="過ぎています"):
        house.a_meeting(days=-3)


def test_a_body_answers_only_as_its_kind_does(house: House) -> None:
    house.a_plan()
    house.a_version()
    item = house.an_item("policy_bukai")
    with pytest.raises(BadInput, match="「可決」とは答えません"):
        actions.record_outcome(house.office, "joho_bukai_office", item, Outcome.PASSED, now=house.now)


def test_a_result_is_recorded_once_and_corrected_by_superseding_it(house: House) -> None:
    house.a_plan()
    house.a_version()
    decision = house.agree("policy_bukai")
    item = 1
    with pytest.raises(AlreadyDone):
        actions.record_outcome(house.office, "joho_bukai_office", item, Outcome.RETURNED, now=house.now)
    actions.correct_decision(
        house.office, "joho_bukai_office", decision, Outcome.CONTINUED, "議事録の誤り", now=house.now
    )
    assert "継続審議" in house.why()[0]
    with pytest.raises(AlreadyDone):
        actions.correct_decision(
            house.office, "joho_bukai_office", decision, Outcome.RETURNED, "誤り", now=house.now
        )


def test_ones_own_record_is_taken_back_until_the_next_body_built_on_it(house: House) -> None:
    house.a_plan()
    house.a_version()
    decision = house.agree("policy_bukai")
    with pytest.raises(NotNow, match="本人"):
        actions.take_back_decision(house.office, "joho_bukai_chair", decision, "誤り", now=house.now)
    actions.take_back_decision(house.office, "joho_bukai_office", decision, "誤り", now=house.now)
    assert "まだありません" in house.why()[0]
    again = actions.record_outcome(house.office, "joho_bukai_office", 1, Outcome.APPROVED, now=house.now)
    house.agree("policy_honbu")
    with pytest.raises(AlreadyDone, match="次の会議体が既に決定した"):
        actions.take_back_decision(house.office, "joho_bukai_office", again, "誤り", now=house.now)


def test_a_headquarters_decision_taken_back_frees_the_working_groups(house: House) -> None:
    house.a_plan()
    house.a_version()
    first = house.agree("policy_bukai")
    second = house.agree("policy_honbu")
    actions.take_back_decision(house.office, "ict_honbu_office", second, "誤り", now=house.now)
    actions.take_back_decision(house.office, "joho_bukai_office", first, "誤り", now=house.now)


def test_nobody_is_decided_without_the_mayors_signature(house: House) -> None:
    house.a_plan(at="proposal")
    plan = house.plan()
    for gate in plan.stage.gates:
        if gate.kind == "document":
            house.a_version()
        elif gate.kind == "body":
            house.agree(gate.key)
    assert any("区長が決裁します" in words for words in house.why())
    with pytest.raises(GateClosed):
        house.advance()
    actions.sign(house.office, "mayor", "dx", "decision_mayor", seen=house.text(), now=house.now)
    assert house.advance().to_stage == "decision"


def test_a_chair_alone_opens_the_gate_until_the_body_refuses(house: House) -> None:
    house.a_plan()
    house.a_version()
    decision = actions.decide_alone(
        house.office,
        "joho_bukai_chair",
        "dx",
        "policy_bukai",
        Outcome.APPROVED,
        "台風で開けない",
        seen=house.text(),
        now=house.now,
    )
    assert not any("策定方針" in words and "情報化推進部会の了承" in words for words in house.why())
    with house.office.reading() as db:
        kinds = [task.kind for task in queries.worklist(db, "joho_bukai_office", house.now)]
    assert "ratify" in kinds
    meeting = house.a_meeting("joho_bukai")
    item = actions.list_ratification(house.office, "joho_bukai_office", meeting, decision, now=house.now)
    house.later(days=8)
    actions.record_outcome(house.office, "joho_bukai_office", item, Outcome.RECEIVED, now=house.now)
    with house.office.reading() as db:
        kinds = [task.kind for task in queries.worklist(db, "joho_bukai_office", house.now)]
    assert "ratify" not in kinds


def test_a_tallied_body_needs_its_quorum_and_majority(office: object) -> None:
    house = House(office, "shingikai_gian")  # type: ignore[arg-type]
    body = next(b for b in house.chain.bodies if b.reaches == "tallied")
    gate = next(
        (s, g) for s in house.chain.stages for g in s.gates if g.kind == "body" and g.body == body.key
    )
    house.a_plan(at=gate[0].key)
    for before in gate[0].gates:
        if before.key == gate[1].key:
            break
        house.open_every_gate() if before.kind != "document" else house.a_version()
    meeting = house.a_meeting(body.key)
    item = actions.list_item(house.office, f"{body.key}_office", meeting, "dx", gate[1].key, now=house.now)
    house.later(days=7, hours=1)
    actions.enter_attendance(
        house.office,
        f"{body.key}_office",
        meeting,
        {f"{body.key}_1": actions.Seated(present=True)},
        now=house.now,
    )
    actions.cast_vote(house.office, f"{body.key}_1", item, Choice.FOR, now=house.now)
    with pytest.raises(AlreadyDone):
        actions.cast_vote(house.office, f"{body.key}_1", item, Choice.FOR, now=house.now)
    with pytest.raises(NotNow, match="出席が記録されていません"):
        actions.cast_vote(house.office, f"{body.key}_2", item, Choice.FOR, now=house.now)
    with pytest.raises(QuorumMissing):
        actions.decide_by_votes(house.office, f"{body.key}_office", item, now=house.now)
    house.everybody_attends(body.key, meeting)
    actions.cast_vote(house.office, f"{body.key}_2", item, Choice.AGAINST, now=house.now)
    with pytest.raises(NotNow, match="可否同数"):
        actions.decide_by_votes(house.office, f"{body.key}_office", item, now=house.now)
    actions.cast_deciding_vote(house.office, f"{body.key}_chair", item, Choice.FOR, now=house.now)
    actions.decide_by_votes(house.office, f"{body.key}_office", item, now=house.now)


@pytest.mark.parametrize("chain", ["shingikai_gian", "two_rounds"])
def test_a_chain_of_another_shape_is_only_data(house: House) -> None:
    last = house.chain.stages[-1].key
    assert house.a_plan(at=last).stage.key == last


def test_a_version_waits_for_one_meeting_at_a_time(house: House) -> None:
    house.a_plan()
    house.a_version()
    first = house.an_item("policy_bukai", form=MeetingForm.IN_WRITING)
    with pytest.raises(AlreadyDone, match="まだ結果がありません"):
        house.an_item("policy_bukai")
    actions.remove_item(house.office, "joho_bukai_office", first, "会議で諮るため", now=house.now)
    house.agree("policy_bukai")


def test_a_circular_is_decided_on_the_day_its_answers_are_taken_together(house: House) -> None:
    house.a_plan()
    house.a_version()
    item = house.an_item("policy_bukai", form=MeetingForm.IN_WRITING)
    actions.cast_vote(house.office, "joho_bukai_1", item, Choice.FOR, now=house.now)
    house.later(days=7, hours=3)
    actions.record_outcome(house.office, "joho_bukai_office", item, Outcome.APPROVED, now=house.now)
    with house.office.reading() as db:
        assert db.scalar(select(Decision.decided_on)) == date(2023, 3, 8)
