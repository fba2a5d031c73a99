"""An approval is for one text, at one time: what must not get through, and what must."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from definitions.load import parse_chain
from definitions.terms import Outcome, Role
from tests.support.scenario import LONG_AGO, House
from workflow import actions, queries
from workflow.domain.calendar import parse_moment, tokyo_day
from workflow.domain.cover import ConfirmationResult, TextKind
from workflow.domain.errors import (
    AlreadyDone,
    BadInput,
    NotAllowed,
    NotNow,
    OtherText,
)
from workflow.domain.gates import GateClosed
from workflow.domain.plans import Status
from workflow.domain.timing import LateText, TooEarly
from workflow.queries.plans import plan_by_key
from workflow.store.database import Office
from workflow.store.tables import Meeting

BUKAI = "joho_bukai_office"
HONBU = "ict_honbu_office"


def record(house: House, item: int, outcome: Outcome = Outcome.APPROVED, **how: object) -> int:
    by = BUKAI if how.pop("by", "bukai") == "bukai" else HONBU
    return actions.record_outcome(house.office, by, item, outcome, now=house.now, **how)  # type: ignore[arg-type]


def held(house: House, body: str, day: str, gate: str, key: str = "dx", version: int | None = None) -> int:
    """An item for the gate at a meeting of the body already held on that day, attended by all."""
    office, starts_at = house.office, parse_moment(f"{day} 10:00")
    meeting = actions.enter_meeting(
        office, f"{body}_office", body, "会議", starts_at=starts_at, ends_at=starts_at + timedelta(hours=2),
        place="会議室", now=house.now,
    )  # fmt: skip
    house.everybody_attends(body, meeting)
    return actions.list_item(office, f"{body}_office", meeting, key, gate, version=version, now=house.now)


# ---------------------------------------------------------------- texts nobody saw


def test_a_meeting_does_not_decide_on_a_text_registered_after_it(house: House) -> None:
    house.at("2023-06-05 09:00").a_plan()
    house.a_version("第一")
    item = house.an_item("policy_bukai")
    house.later(days=2).a_version("第二")
    meeting = 1
    second = actions.list_item(house.office, BUKAI, meeting, "dx", "policy_bukai", version=2, now=house.now)
    with pytest.raises(LateText, match=r"第2版は、会議（.*6月12日.*）の後の .*6月14日"):
        record(house, second)
    record(house, item)
    assert any("第1版へのもの" in words for words in house.why())


def test_a_text_registered_late_counts_when_somebody_says_why_the_body_saw_it(house: House) -> None:
    house.at("2023-06-05 09:00").a_plan()
    house.at("2023-06-14 09:00").a_version("配った資料そのもの")
    item = held(house, "joho_bukai", "2023-06-12", "policy_bukai")
    decision = record(house, item, late_text="当日配布した資料の電子データを後から登録した")
    assert not any(words.startswith("部会での検討") for words in house.why())
    with house.office.reading() as db:
        plan = plan_by_key(db, "dx")
        (answer,) = (each for each in queries.gate_answers(db, plan) if each.number == decision)
        happened = queries.history(db, plan)
    assert answer.late_text == "当日配布した資料の電子データを後から登録した"
    assert any("後日登録の版: 当日配布した資料" in each.words for each in happened)


def test_a_meeting_before_the_plan_was_opened_opens_no_gate(house: House) -> None:
    house.at("2023-06-14 09:00").a_plan()
    house.a_version()
    item = held(house, "joho_bukai", "2023-06-12", "policy_bukai")
    with pytest.raises(TooEarly, match="「策定方針」に入ったのは"):
        record(house, item, late_text="見た")


def test_a_meeting_before_a_sending_back_does_not_open_the_gate_of_the_visit_after_it(house: House) -> None:
    house.at("2023-06-01 09:00").a_plan(at="outline")
    house.later(days=1).send_back("policy")
    house.a_version("直した方針")
    before = str(tokyo_day(house.now - timedelta(days=3)))
    house.later(days=1)
    item = held(house, "joho_bukai", before, "policy_bukai")
    with pytest.raises(TooEarly):
        record(house, item, late_text="見た")


def test_headquarters_of_may_does_not_decide_what_the_working_group_saw_in_june(house: House) -> None:
    house.at("2023-05-01 09:00").a_plan()
    house.a_version()
    house.at("2023-06-15 09:00")
    record(house, held(house, "joho_bukai", "2023-06-10", "policy_bukai"))
    item = held(house, "ict_honbu", "2023-05-20", "policy_honbu")
    with pytest.raises(TooEarly, match="部会での検討"):
        record(house, item, by="honbu")


def test_meetings_of_one_day_count_by_their_hour(house: House) -> None:
    house.at("2023-05-01 09:00").a_plan()
    house.a_version()
    house.at("2023-06-15 09:00")
    record(house, held(house, "joho_bukai", "2023-06-10", "policy_bukai"))
    record(house, held(house, "ict_honbu", "2023-06-10", "policy_honbu"), by="honbu")
    assert not any(words.startswith("本部への報告") for words in house.why())


def test_a_true_decision_of_may_on_the_first_version_is_entered_in_july(house: House) -> None:
    house.at("2023-05-01 09:00").a_plan()
    house.a_version("第一")
    house.at("2023-06-20 09:00").a_version("第二")
    house.at("2023-07-03 09:00")
    record(house, held(house, "joho_bukai", "2023-05-20", "policy_bukai"))
    assert any("了承または条件付き了承は第1版へのもの" in words for words in house.why())


def test_a_correction_that_makes_a_later_decision_too_early_shuts_its_gate_and_says_why(house: House) -> None:
    house.at("2023-05-01 09:00").a_plan()
    house.a_version()
    house.at("2023-06-15 09:00")
    first = record(house, held(house, "joho_bukai", "2023-06-01", "policy_bukai"))
    record(house, held(house, "ict_honbu", "2023-06-10", "policy_honbu"), by="honbu")
    actions.correct_decision(house.office, BUKAI, first, Outcome.RETURNED, "誤記", now=house.now)
    record(house, held(house, "joho_bukai", "2023-06-12", "policy_bukai"))
    (why,) = (words for words in house.why() if words.startswith("本部への報告"))
    assert "「部会での検討」が済む前の結果のため、効きません" in why


# ---------------------------------------------------------------- the path


FORK = """
format: 1
key: fork
title: 条例案
office: 市
bodies:
  - {key: gikai, name: 本会議, kind: voting, chair: 議長, reaches: recorded}
stages:
  - {key: draft, label: 案, next: [bill, publish], gates: [{key: d, kind: document, label: 案文}]}
  - key: bill
    label: 議案
    next: [decided]
    gates:
      - {key: vote, kind: body, label: 議決, body: gikai, mandatory: true}
      - {key: mayor, kind: signoff, label: 決裁, office: 区長, after: [vote], mandatory: true}
  - {key: decided, label: 決定, decided: true, next: [publish]}
  - {key: publish, label: 公表, next: []}
"""


def test_a_plan_is_not_sent_back_to_a_stage_it_never_stood_in(office: Office) -> None:
    house = House(office, parse_chain(FORK, "fork.yaml"))
    house.a_plan()
    house.a_version()
    house.advance(to="publish")
    with pytest.raises(
        NotNow, match=r"「公表」から「決定」への差戻しはできません|「publish」から「decided」への差戻し"
    ):
        house.send_back("decided")
    assert house.plan().stage.key == "publish"
    house.send_back("draft")


# ---------------------------------------------------------------- passed gates stay gates


def test_a_text_changed_after_the_last_approval_stops_the_plan(house: House) -> None:
    house.a_plan(at="decision")
    with pytest.raises(NotNow, match="前の段階で決まっています"):
        house.a_version("別の文書")
    house.a_correction("誤字を直した原案")
    with pytest.raises(GateClosed, match="済んだ「原案」の手続が効力を失いました"):
        house.advance()
    with house.office.reading() as db:
        (task, *_) = [t for t in queries.worklist(db, "tanto", house.now) if t.kind == "stopped"]
    assert "止まっています" in task.words
    for gate in ("proposal_bukai", "proposal_honbu", "proposal_iinkai"):
        house.confirm(gate)
    with pytest.raises(GateClosed, match="区長の決裁"):
        house.advance()
    house.later(minutes=1)
    actions.sign(house.office, "mayor", "dx", "decision_mayor", seen=house.text(), now=house.now)
    house.advance()


def test_a_mandatory_refusal_that_comes_late_stops_the_plan(house: House) -> None:
    house.a_plan(at="outline")
    with house.office.reading() as db:
        plan = plan_by_key(db, "dx")
        honbu = next(a for a in queries.gate_answers(db, plan) if a.gate == "policy_honbu")
    actions.correct_decision(house.office, HONBU, honbu.number, Outcome.RETURNED, "誤記", now=house.now)
    house.a_version()
    with pytest.raises(GateClosed, match="本部への報告"):
        house.agree("outline_bukai")
    item = house.an_item("policy_honbu")
    record(house, item, by="honbu")
    house.agree("policy_iinkai")
    house.agree("outline_bukai")


def test_a_chairs_decision_refused_when_the_plan_stands_in_decision_stops_it(house: House) -> None:
    chain = house.chain.model_copy(
        update={"bodies": tuple(b.model_copy(update={"urgent": "approval"}) for b in house.chain.bodies)}
    )
    house.chain = chain
    house.a_plan(at="proposal")
    house.a_version()
    alone = actions.decide_alone(
        house.office, "joho_bukai_chair", "dx", "proposal_bukai", Outcome.APPROVED, "急ぐ",
        seen=house.text(), now=house.now,
    )  # fmt: skip
    house.later(minutes=1)
    for gate in ("proposal_honbu", "proposal_iinkai"):
        house.agree(gate)
    actions.sign(house.office, "mayor", "dx", "decision_mayor", seen=house.text(), now=house.now)
    house.advance()
    meeting = house.a_meeting()
    item = actions.list_ratification(house.office, BUKAI, meeting, alone, now=house.now)
    house.later(days=7, hours=1)
    house.everybody_attends("joho_bukai", meeting)
    record(house, item, Outcome.REJECTED)
    with pytest.raises(GateClosed, match="部会長の専決を情報化推進部会が承認しませんでした"):
        house.advance()


# ---------------------------------------------------------------- corrections and confirmations


def test_conditions_met_by_a_corrected_text_are_confirmed_by_the_chair(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai", outcome=Outcome.CONDITIONAL, conditions=["図を直す", "用語をそろえる"])
    house.a_correction("図を直した", meets=[1])
    (why,) = (words for words in house.why() if words.startswith("部会での検討"))
    assert "訂正として登録されていて、比較しての確認を待っています" in why
    with house.office.reading() as db:
        (task,) = [t for t in queries.worklist(db, "joho_bukai_chair", house.now) if t.kind == "confirm"]
    assert task.gate == "policy_bukai"
    house.confirm("policy_bukai")
    assert "用語をそろえる" in next(words for words in house.why() if words.startswith("部会での検討"))
    actions.close_condition(house.office, BUKAI, 2, "そろえた", now=house.now)
    assert not any(words.startswith("部会での検討") for words in house.why())


def test_a_correction_closes_its_conditions_only_for_texts_reached_through_its_confirmation(
    house: House,
) -> None:
    house.a_plan()
    house.a_version("第一")
    house.agree("policy_bukai", outcome=Outcome.CONDITIONAL, conditions=["図を直す"])
    house.a_correction("図を直した", meets=[1])
    house.confirm("policy_bukai")
    house.later(minutes=1).a_correction("第一")
    assert "図を直す" in next(words for words in house.why() if words.startswith("部会での検討"))


def test_a_typing_error_is_mended_after_every_body_agreed(house: House) -> None:
    house.a_plan()
    house.open_every_gate()
    house.a_correction()
    with pytest.raises(GateClosed):
        house.advance()
    house.confirm("policy_honbu")
    house.confirm("policy_bukai")
    house.confirm("policy_iinkai")
    house.advance()


def test_the_approved_bytes_put_back_are_approved_again(house: House) -> None:
    house.a_plan()
    house.a_version("了承された文書")
    for gate in ("policy_bukai", "policy_honbu", "policy_iinkai"):
        house.agree(gate)
    house.a_version("誤って登録した文書")
    assert house.why()
    house.later(minutes=1).a_version("了承された文書")
    assert house.why() == []
    house.advance()


def test_a_new_text_between_must_be_put_to_the_body_again(house: House) -> None:
    house.a_plan()
    house.a_version("第一")
    house.agree("policy_bukai")
    house.a_version("第二")
    house.later(minutes=1).a_correction("第三")
    with pytest.raises(NotNow, match="間に新しい文書が登録されている"):
        house.confirm("policy_bukai")
    actions.declare_version(house.office, "tanto", "dx", 3, TextKind.NEW, now=house.now)


def test_an_unconfirmed_correction_is_passed_over(house: House) -> None:
    house.a_plan()
    house.a_version("第一")
    house.agree("policy_bukai")
    house.a_correction("第二")
    house.confirm("policy_bukai", result=ConfirmationResult.PUT_AGAIN)
    with pytest.raises(AlreadyDone, match="諮り直す"):
        house.confirm("policy_bukai")
    house.later(minutes=1).a_correction("第三")
    house.confirm("policy_bukai")
    assert not any(words.startswith("部会での検討") for words in house.why())


def test_a_declared_kind_is_mended_until_somebody_confirmed(house: House) -> None:
    house.a_plan()
    house.a_version("第一")
    house.agree("policy_bukai")
    house.a_version("第二")
    actions.declare_version(house.office, "tanto", "dx", 2, TextKind.MINOR, why="誤字", now=house.now)
    house.confirm("policy_bukai")
    with pytest.raises(AlreadyDone, match="既に確認されています"):
        actions.declare_version(house.office, "tanto", "dx", 2, TextKind.NEW, now=house.now)


def test_a_confirmation_stays_once_the_plan_moved_whatever_day_the_step_is_of(house: House) -> None:
    house.a_plan()
    house.a_version()
    for gate in ("policy_bukai", "policy_honbu", "policy_iinkai"):
        house.agree(gate)
    day = tokyo_day(house.now)
    house.later(days=2).a_correction(on=day, reason="紙で直していた")
    number = house.confirm("policy_bukai", on=day)
    for gate in ("policy_honbu", "policy_iinkai"):
        house.confirm(gate, on=day, **({"note": "了解"} if gate == "policy_iinkai" else {}))
    house.later(minutes=5).advance(on=day, reason="紙で進めていた")
    with pytest.raises(AlreadyDone, match="計画が既に動いた"):
        actions.take_back_confirmation(house.office, "joho_bukai_chair", number, "誤り", now=house.now)


def test_a_confirmation_is_taken_back(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai")
    house.a_correction()
    number = house.confirm("policy_bukai")
    with pytest.raises(NotNow):
        actions.take_back_confirmation(house.office, BUKAI, number, "誤り", now=house.now)
    actions.take_back_confirmation(house.office, "joho_bukai_chair", number, "誤り", now=house.now)
    assert any("確認を待っています" in words for words in house.why())
    house.confirm("policy_bukai")


def test_who_confirms_is_the_bodys_rule(house: House) -> None:
    house.a_plan()
    house.open_every_gate()
    house.a_correction()
    for gate, by in (("policy_bukai", "joho_bukai_1"), ("policy_bukai", BUKAI), ("policy_iinkai", "tanto")):
        with pytest.raises(NotAllowed):
            house.confirm(gate, by=by)
    house.confirm("policy_iinkai", by="kikaku_iinkai_office")
    with pytest.raises(BadInput, match=r"書いて|入力"):
        house.confirm("policy_bukai", by=BUKAI, person="joho_bukai_chair")
    house.confirm("policy_bukai", by=BUKAI, person="joho_bukai_chair", note="部会長が紙で確認、押印済み")


def test_a_deputy_confirms_and_a_vice_chair_while_the_chair_is_vacant(house: House) -> None:
    house.a_person("deputy", "代理")
    office, now = house.office, house.now
    actions.name_deputy(office, "admin", "joho_bukai_chair", "deputy", LONG_AGO, now=now)
    actions.seat(office, "admin", "joho_bukai_1", "joho_bukai", Role.VICE_CHAIR, LONG_AGO, now=now)
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai")
    house.a_correction("甲")
    with pytest.raises(NotAllowed):
        house.confirm("policy_bukai", by="joho_bukai_1")
    given = house.confirm("policy_bukai", by="deputy")
    assert _reviews_waiting(house) == [given]
    with pytest.raises(NotAllowed):
        actions.review_confirmation(office, "deputy", given, now=house.now)
    actions.review_confirmation(office, "joho_bukai_chair", given, note="見た", now=house.now)
    assert _reviews_waiting(house) == []
    with pytest.raises(AlreadyDone, match="後閲は既に"):
        actions.review_confirmation(office, "joho_bukai_chair", given, now=house.now)
    house.later(minutes=1).a_correction("乙")
    actions.end_terms(office, "admin", "joho_bukai_chair", tokyo_day(house.now), now=house.now)
    house.later(days=1)
    house.confirm("policy_bukai", by="joho_bukai_1")


def _reviews_waiting(house: House) -> list[int | None]:
    with house.office.reading() as db:
        tasks = queries.worklist(db, "joho_bukai_chair", house.now)
    return [task.number for task in tasks if task.kind is queries.Waiting.REVIEW_CONFIRMATION]


def test_nobody_confirms_a_text_they_registered(house: House) -> None:
    office = house.office
    actions.post(office, "admin", "joho_bukai_chair", "it", LONG_AGO, now=house.now)
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai")
    actions.add_version(
        office, "joho_bukai_chair", "dx", "計画.docx", "直し".encode(), kind=TextKind.MINOR, why="誤字",
        now=house.now,
    )  # fmt: skip
    with pytest.raises(NotNow, match="本人は、自分では確認できません"):
        house.confirm("policy_bukai")


@pytest.mark.parametrize("chain", ["shingikai_gian"])
def test_a_body_that_votes_is_asked_again(house: House) -> None:
    assert {body.confirmed_by for body in house.chain.bodies if body.kind == "voting"} == {"body"}


def test_every_act_of_approval_is_for_the_text_that_was_seen(house: House) -> None:
    house.a_plan(at="proposal")
    house.a_version("第一")
    seen = house.text()
    house.a_version("第二")
    with pytest.raises(OtherText, match="ご覧になった文書は第"):
        actions.decide_alone(
            house.office, "joho_bukai_chair", "dx", "proposal_bukai", Outcome.APPROVED, "急ぐ", seen=seen,
            now=house.now,
        )  # fmt: skip
    for gate in ("proposal_bukai", "proposal_honbu", "proposal_iinkai"):
        house.agree(gate)
    with pytest.raises(OtherText):
        actions.sign(house.office, "mayor", "dx", "decision_mayor", seen=seen, now=house.now)
    house.a_correction("第三")
    with pytest.raises(OtherText):
        house.confirm("proposal_bukai", seen=house.text() - 1)


# ---------------------------------------------------------------- days of their own, and the end


def test_a_step_entered_later_does_not_lock_out_the_real_meeting_after_it(house: House) -> None:
    house.at("2023-05-01 09:00").a_plan()
    house.a_version()
    house.at("2023-07-05 09:00")
    record(house, held(house, "joho_bukai", "2023-06-10", "policy_bukai"))
    record(house, held(house, "ict_honbu", "2023-06-20", "policy_honbu"), by="honbu")
    item = held(house, "kikaku_iinkai", "2023-06-26", "policy_iinkai")
    actions.record_outcome(house.office, "kikaku_iinkai_office", item, Outcome.RECEIVED, now=house.now)
    with pytest.raises(GateClosed):
        house.advance(on=date(2023, 6, 19), reason="入力が遅れた")
    with pytest.raises(BadInput, match="理由"):
        house.advance(on=date(2023, 6, 28))
    house.advance(on=date(2023, 6, 28), reason="入力が遅れた")
    assert tokyo_day(house.plan().entered_at - timedelta(seconds=1)) == date(2023, 6, 28)
    house.a_version("骨子")
    record(house, held(house, "joho_bukai", "2023-07-01", "outline_bukai"), late_text="会議で配った")
    with house.office.reading() as db:
        happened = queries.history(db, plan_by_key(db, "dx"))
    assert any("付け、後日登録" in each.words for each in happened)


def test_a_step_is_never_dated_before_what_it_rests_on_nor_to_come(house: House) -> None:
    house.at("2023-06-05 09:00").a_plan()
    house.open_every_gate()
    for day in (date(2023, 6, 4), tokyo_day(house.now) + timedelta(days=1)):
        with pytest.raises(BadInput):
            house.advance(on=day, reason="入力が遅れた")


def test_a_plan_opened_earlier_is_entered_with_its_day(house: House) -> None:
    house.at("2023-06-05 09:00")
    with pytest.raises(BadInput, match="理由"):
        actions.open_plan(
            house.office, "tanto", "old", "計画", house.chain, department="it", on=date(2023, 4, 3),
            now=house.now,
        )  # fmt: skip
    actions.open_plan(
        house.office, "tanto", "old", "計画", house.chain, department="it", on=date(2023, 4, 3),
        reason="紙で進めていた", now=house.now,
    )  # fmt: skip
    house.a_version(key="old")
    item = held(house, "joho_bukai", "2023-05-20", "policy_bukai", "old")
    record(house, item, late_text="紙で配った文書を登録した")


def test_a_finished_plan_takes_corrections_and_a_revision_and_nothing_else(house: House) -> None:
    house.a_plan(at="printing")
    seen = house.plan().revision
    with pytest.raises(NotNow, match="完了した計画です"):
        actions.open_plan(
            house.office, "tanto", "next", "改定", house.chain, department="it", revises="dx", now=house.now
        )
    actions.finish(house.office, "tanto", "dx", seen=seen, now=house.now)
    assert house.plan().status is Status.FINISHED
    with pytest.raises(NotNow):
        house.a_version()
    for step in (actions.suspend, actions.withdraw):
        with pytest.raises(NotNow):
            step(house.office, "tanto", "dx", "理由", seen=seen + 1, now=house.now)
    house.a_correction()
    house.confirm("proposal_bukai")
    actions.open_plan(
        house.office, "tanto", "next", "改定", house.chain, department="it", revises="dx", now=house.now
    )


def test_a_plan_that_is_not_at_its_end_is_not_finished(house: House) -> None:
    house.a_plan(at="decision")
    with pytest.raises(NotNow):
        actions.finish(house.office, "tanto", "dx", seen=house.plan().revision, now=house.now)


def test_the_title_department_and_months_of_a_plan_are_corrected_and_the_log_keeps_what_they_were(
    house: House,
) -> None:
    house.a_plan()
    office, now = house.office, house.now
    with pytest.raises(BadInput, match="変わるものがありません"):
        actions.correct_plan(office, "tanto", "dx", "改称", title="DX推進計画", now=now)
    actions.correct_plan(
        office, "tanto", "dx", "改称", title="板橋区DX推進計画2025", first_month="2024-03", now=now
    )
    plan = house.plan()
    assert (plan.title, plan.first_month) == ("板橋区DX推進計画2025", "2024-03")
    with office.reading() as db:
        (said,) = (each.words for each in queries.history(db, plan) if each.tag == "plan.corrected")
    assert "DX推進計画 → 板橋区DX推進計画2025" in said and "改称" in said
    actions.correct_plan(office, "tanto", "dx", "移管", department="mayor", now=now)
    with pytest.raises(NotAllowed):
        actions.correct_plan(office, "tanto", "dx", "戻す", department="it", now=now)


def test_the_day_of_a_held_meeting_is_corrected_and_its_decisions_count_from_then(house: House) -> None:
    house.at("2023-05-01 09:00").a_plan()
    house.a_version()
    house.at("2023-06-25 09:00")
    record(house, held(house, "joho_bukai", "2023-06-10", "policy_bukai"))
    record(house, held(house, "ict_honbu", "2023-06-20", "policy_honbu"), by="honbu")
    starts_at = parse_moment("2023-06-21 10:00")
    with pytest.raises(BadInput, match="これからです"):
        to_come = house.now + timedelta(days=1)
        actions.correct_meeting_time(
            house.office, BUKAI, 1, starts_at=to_come, ends_at=to_come, reason="誤記", now=house.now
        )
    actions.correct_meeting_time(
        house.office, BUKAI, 1, starts_at=starts_at, ends_at=starts_at, reason="日付の誤記", now=house.now
    )
    with house.office.reading() as db:
        days = {each.gate: each.day for each in queries.gate_answers(db, house.plan())}
    assert days["policy_bukai"] == date(2023, 6, 21)
    (why,) = (words for words in house.why() if words.startswith("本部への報告"))
    assert "済む前の結果のため、効きません" in why
    starts_at = parse_moment("2023-06-12 10:00")
    actions.correct_meeting_time(
        house.office, BUKAI, 1, starts_at=starts_at, ends_at=starts_at, reason="再訂正", now=house.now
    )
    assert not any(words.startswith("本部への報告") for words in house.why())


def test_a_plan_under_way_is_taken_over_in_order_each_act_on_its_own_day(house: House) -> None:
    """Everything up to 素案, entered afterwards: the texts, meetings and steps of spring."""
    office = house.at("2023-09-01 09:00").office
    why = "紙で進めていた"
    actions.open_plan(
        office, "tanto", "dx", "計画", house.chain, department="it", on=date(2023, 3, 1), reason=why,
        now=house.now,
    )  # fmt: skip
    for name, text_day, days, step_day in (
        ("policy", date(2023, 3, 6), {"bukai": "2023-03-20", "honbu": "2023-05-15", "iinkai": "2023-06-12"},
         date(2023, 6, 12)),
        ("outline", date(2023, 6, 14), {"bukai": "2023-06-26", "honbu": "2023-08-21"}, date(2023, 8, 21)),
    ):  # fmt: skip
        with pytest.raises(BadInput):
            actions.add_version(
                office, "tanto", "dx", "計画.docx", b"early", on=date(2023, 2, 1), reason=why, now=house.now
            )
        actions.add_version(
            office, "tanto", "dx", "計画.docx", name.encode(), on=text_day, reason=why, now=house.now
        )
        for body, day in days.items():
            key = {"bukai": "joho_bukai", "honbu": "ict_honbu", "iinkai": "kikaku_iinkai"}[body]
            outcome = Outcome.RECEIVED if body == "iinkai" else Outcome.APPROVED
            item = held(house, key, day, f"{name}_{body}")
            actions.record_outcome(office, f"{key}_office", item, outcome, now=house.now)
        house.advance(on=step_day, reason=why)
    plan = house.plan()
    assert plan.stage.key == "draft" and tokyo_day(plan.entered_at - timedelta(seconds=1)) == date(
        2023, 8, 21
    )
    with office.reading() as db:
        first = queries.versions(db, plan)[-1]
    assert first.counts_from is not None and tokyo_day(first.counts_from) == date(2023, 3, 6)
    assert first.counts_why == why


def test_a_meeting_corrected_to_before_its_text_was_registered_shuts_the_gate_and_says_why(
    house: House,
) -> None:
    house.a_plan()
    house.a_version()
    registered = house.now
    house.agree("policy_bukai")
    with house.office.reading() as db:
        held = db.scalars(select(Meeting)).one()
        meeting = held.id
    early = registered - timedelta(days=3)
    actions.correct_meeting_time(
        house.office, BUKAI, meeting, starts_at=early, ends_at=early + timedelta(hours=1), reason="日付の誤り",
        now=house.now,
    )  # fmt: skip
    (why,) = (words for words in house.why() if words.startswith("部会での検討"))
    assert "第1版の登録" in why
