"""An act held at a moment is judged by the gates as they stood then."""

from typing import Any

import pytest

from tests.support.records import (
    CHAIN,
    CONDITIONAL,
    RETURNED,
    condition,
    confirmation,
    correction,
    day,
    decided,
    path_to,
    records,
    signed,
    text,
)
from workflow.domain.path import sent_back
from workflow.domain.timing import LateText, TooEarly, must_be_in_time

A, B = text("A", 1, on=2), correction("B", 2, on=5)
BOARD = CHAIN.gate("draft_board")
DRAFT = path_to("draft")[0]


def judge(group: Any, at: float, given_on: Any = A, late: str = "", gate: str = "draft_board") -> None:
    known = records(20, texts=[A, B], **({"draft_group": group} if group else {}))
    must_be_in_time(CHAIN, CHAIN.gate(gate), DRAFT, known, text=given_on, at=day(at), late=late)


@pytest.mark.parametrize(
    ("group", "at", "given_on"),
    [
        pytest.param([decided(1, 3)], 4, A, id="a later moment"),
        pytest.param([decided(1, 3)], 3, A, id="the same moment"),
        pytest.param([decided(1, 3), decided(2, 9, outcome=RETURNED)], 4, A, id="before a refusal that came later"),
        pytest.param([decided(1, 3), decided(2, 9, supersedes=1)], 4, A, id="on what was corrected since"),
        pytest.param([decided(1, 3, confirmed=[confirmation(1, "A", "B", on=6)])], 6, B, id="on a text confirmed by then"),
        pytest.param([decided(1, 3, confirmed=[confirmation(1, "A", "B", on=6)])], 9, A, id="on the older text"),
        pytest.param([decided(1, 3, "A", CONDITIONAL, conditions=[condition(7, 4)])], 4, A, id="once conditions were closed"),
    ],
)  # fmt: skip
def test_an_answer_is_in_time_after_the_gates_before_it_opened(group: Any, at: float, given_on: Any) -> None:
    judge(group, at, given_on)


@pytest.mark.parametrize(
    ("group", "at", "given_on"),
    [
        pytest.param([], 4, A, id="before they have any answer"),
        pytest.param([decided(1, 5)], 4, A, id="before they met"),
        pytest.param([decided(1, 3, confirmed=[confirmation(1, "A", "B", on=7)])], 6, B, id="before a text was confirmed"),
        pytest.param([decided(1, 3, "A", CONDITIONAL, conditions=[condition(7, 5)])], 4, A, id="before conditions were closed"),
        pytest.param([decided(1, 3), decided(2, 9, outcome=RETURNED, supersedes=1)], 4, A, id="on what was corrected to a refusal"),
    ],
)  # fmt: skip
def test_an_answer_is_too_early(group: Any, at: float, given_on: Any) -> None:
    with pytest.raises(TooEarly) as refused:
        judge(group, at, given_on)
    assert refused.value.message == (
        f"「本部の決定」の結果を、令和5年6月{1 + int(at)}日（{'木金土日月火水'[int(at) % 7]}）10:00 のものとしては"
        "記録できません。そのとき「部会の検討」は、この文書についてまだ済んでいませんでした。"
        "日時を確かめて直すか、次の会議に諮ってください。"
    )


def test_a_gate_that_comes_after_none_is_answered_whatever_the_others_lack() -> None:
    judge([], 4, gate="draft_report")
    judge([], 4, gate="draft_group")


def test_a_gate_with_an_answer_is_answered_again() -> None:
    known = records(20, texts=[A], draft_group=[decided(1, 3)], draft_board=[decided(2, 5)])
    must_be_in_time(CHAIN, BOARD, DRAFT, known, text=A, at=day(6), late="")


def test_an_answer_comes_after_the_plans_arrival_in_the_stage() -> None:
    again = sent_back(CHAIN, path_to("comment", on=8), "draft", revision=3, at=day(10))
    known = records(20, again, texts={3: [text("A", 1, on=2)]})
    gate = CHAIN.gate("draft_group")
    must_be_in_time(CHAIN, gate, again[-1], known, text=A, at=day(10), late="")
    with pytest.raises(TooEarly, match=r"記録できません。計画が「素案」に入ったのは .*6月11日.*です。"):
        must_be_in_time(CHAIN, gate, again[-1], known, text=A, at=day(9.9), late="出席者に配った")


def test_a_text_registered_after_the_body_met_needs_a_reason() -> None:
    group = [decided(1, 1, late_text=True)]
    judge(group, 2)
    with pytest.raises(LateText, match=r"^第1版は、会議（.*6月2日.*）の後の .*6月3日.* に登録") as late:
        judge(group, 1, late="  ")
    assert (late.value.version, late.value.registered_at, late.value.held_at) == (1, day(2), day(1))
    judge(group, 1, late="配った資料を後から登録した")


def test_a_reason_for_a_late_text_does_not_excuse_an_early_answer() -> None:
    with pytest.raises(TooEarly):
        judge([decided(1, 5)], 1, late="配った資料を後から登録した")


def test_a_signature_comes_after_its_gates_too() -> None:
    known = records(
        20, texts=[A], draft_group=[decided(1, 3)], draft_board=[decided(2, 5)], draft_sign=[signed(1, 9)]
    )
    gate = CHAIN.gate("draft_sign")
    must_be_in_time(CHAIN, gate, DRAFT, known, text=A, at=day(5), late="")
    with pytest.raises(TooEarly, match="本部の決定"):
        must_be_in_time(CHAIN, gate, DRAFT, known, text=A, at=day(4), late="")
