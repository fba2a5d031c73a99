"""Gates open and shut by the records of a plan, where it stands and where it passed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from definitions.chain import Chain
from definitions.terms import Outcome
from tests.support.records import (
    APPROVED,
    BODIES,
    CHAIN,
    CONDITIONAL,
    RETURNED,
    STAGES,
    asked,
    condition,
    confirmation,
    correction,
    date_of,
    day,
    decided,
    path_to,
    put_again,
    records,
    signed,
    taking_back,
    text,
)
from workflow.domain.calendar import end_of_day
from workflow.domain.cover import Text
from workflow.domain.decisions import Manner, SignoffResult
from workflow.domain.facts import Facts
from workflow.domain.gates import (
    Coming,
    GateClosed,
    GateState,
    Lack,
    Put,
    Reason,
    asking_the_public,
    correctable_conditions,
    fallen,
    states,
    takes_new_text,
    to_confirm,
    unconfirmed,
)
from workflow.domain.path import Path, Stay, opened, sent_back

DRAFT = path_to("draft")[0]
A, B, C = text("A", 1), correction("B", 2, on=5), correction("C", 3, on=6)
AB = confirmation(1, "A", "B", on=5)
BC = confirmation(2, "B", "C", on=6)
OPEN = None


def state(gate: str, known: Facts, stay: Stay | None = None) -> GateState:
    return states(CHAIN, stay or known.path[-1], known)[gate]


def lacks(gate: str, known: Facts, stay: Stay | None = None) -> Lack | None:
    return state(gate, known, stay).lack


# ---------------------------------------------------------------- documents and bodies


def test_every_gate_of_the_stage_is_judged_in_the_chains_order() -> None:
    found = states(CHAIN, DRAFT, records(1))
    assert list(found) == ["draft_text", "draft_group", "draft_board", "draft_report", "draft_sign"]
    assert {key: each.lack for key, each in found.items()} == {
        "draft_text": Lack.DOCUMENT,
        "draft_group": Lack.DECISION,
        "draft_board": Lack.AFTER,
        "draft_report": Lack.DECISION,
        "draft_sign": Lack.AFTER,
    }
    assert found["draft_sign"].detail == ("本部の決定",)
    assert not found["draft_text"].open


def test_a_document_gate_opens_with_a_version_of_its_stretch() -> None:
    assert lacks("draft_text", records(1, texts=[A])) is OPEN
    assert lacks("draft_text", records(1, texts={3: [A]})) is Lack.DOCUMENT


@pytest.mark.parametrize(
    ("texts", "given", "lack"),
    [
        pytest.param([A], {}, OPEN, id="open for the text it was given on"),
        pytest.param([A, B], {}, Lack.UNCONFIRMED, id="waiting with a correction"),
        pytest.param([A, B], {"confirmed": [AB]}, OPEN, id="open for a confirmed text"),
        pytest.param([A, B, C], {"confirmed": [AB]}, Lack.UNCONFIRMED, id="waiting with the next correction"),
        pytest.param([A, B, C], {"confirmed": [AB, BC]}, OPEN, id="open along a chain of confirmations"),
        pytest.param(
            [A, B, C], {"confirmed": [confirmation(1, "A", "C", on=6)]}, OPEN, id="open past an unconfirmed correction"
        ),
        pytest.param(
            [A, B, C], {"confirmed": [AB, BC, taking_back(3, AB)]}, Lack.UNCONFIRMED,
            id="waiting when the first of the confirmations is taken back",
        ),
        pytest.param([A, B], {"confirmed": [put_again(1, "A", "B", on=5)]}, Lack.STALE, id="shut by 諮り直し"),
        pytest.param(
            [A, B, C], {"confirmed": [put_again(1, "A", "B", on=5)]}, Lack.UNCONFIRMED,
            id="waiting with a later correction than the one put again",
        ),
        pytest.param(
            [A, B, correction("A", 3, on=6)], {"confirmed": [put_again(1, "A", "B", on=5)]}, OPEN,
            id="open for covered bytes put back",
        ),
        pytest.param([A, text("B", 2, on=5), text("A", 3, on=6)], {}, OPEN, id="open when a new text is undone"),
        pytest.param([A, text("B", 2, on=5)], {}, Lack.STALE, id="shut by a new text"),
        pytest.param([A, text("B", 2, on=5), C], {}, Lack.STALE, id="shut by a new text between"),
        pytest.param([A, text("B", 2, on=20)], {}, OPEN, id="open until the new text is registered"),
        pytest.param([A], {"outcome": RETURNED}, Lack.OUTCOME, id="shut by an answer that does not open"),
        pytest.param([A, B], {"outcome": RETURNED}, Lack.STALE, id="not to be confirmed after such an answer"),
        pytest.param(
            [A], {"outcome": CONDITIONAL, "conditions": [condition(7)]}, Lack.CONDITIONS, id="shut by a condition"
        ),
        pytest.param(
            [A], {"outcome": CONDITIONAL, "conditions": [condition(7, 8)]}, OPEN, id="open when a note closed it"
        ),
        pytest.param(
            [A, B],
            {"outcome": CONDITIONAL, "conditions": [condition(7)],
             "confirmed": [confirmation(1, "A", "B", on=5, meets=[7])]},
            OPEN, id="open for the correction that meets its condition",
        ),
        pytest.param(
            [A, B, correction("A", 3, on=6)],
            {"outcome": CONDITIONAL, "conditions": [condition(7)],
             "confirmed": [confirmation(1, "A", "B", on=5, meets=[7])]},
            Lack.CONDITIONS, id="shut when the correction that meets its condition is undone",
        ),
        pytest.param(
            [A, correction("B", 2, on=5, meets=[7])], {"outcome": CONDITIONAL, "conditions": [condition(7)]},
            Lack.UNCONFIRMED, id="waiting with conditions met that nobody confirmed",
        ),
    ],
)  # fmt: skip
def test_a_body_gate_is(texts: Sequence[Text], given: dict[str, Any], lack: Lack | None) -> None:
    assert lacks("draft_group", records(9, texts=texts, draft_group=[decided(1, 3, **given)])) is lack


@pytest.mark.parametrize(
    ("gate", "known", "detail"),
    [
        (
            "draft_group",
            records(9, texts=[A, B], draft_group=[decided(1, 3, of_version=1)]),
            ("第1版",),
        ),
        ("draft_group", records(9, texts=[A], draft_group=[decided(1, 3, outcome=RETURNED)]), ("差戻し",)),
        (
            "draft_group",
            records(
                9,
                texts=[A],
                draft_group=[
                    decided(1, 3, "A", CONDITIONAL, conditions=[condition(7), condition(8), condition(9, 4)])
                ],
            ),
            ("条件7", "条件8"),
        ),
    ],
)
def test_a_shut_gate_says_what_it_lacks(gate: str, known: Facts, detail: tuple[str, ...]) -> None:
    assert state(gate, known).detail == detail


def test_the_last_decision_counts_whatever_its_text() -> None:
    agreed, refused = decided(1, 3, "A"), decided(2, 6, "B", RETURNED, of_version=2)
    known = records(9, texts=[A, text("B", 2, on=5), text("A", 3, on=7)], draft_group=[agreed, refused])
    assert lacks("draft_group", known) is Lack.STALE


def test_the_decision_on_an_older_version_is_stale_and_names_it() -> None:
    known = records(9, texts=[A, text("B", 2, on=5)], draft_group=[decided(1, 8, "A", of_version=1)])
    found = state("draft_group", known)
    assert (found.lack, found.detail) == (Lack.STALE, ("第1版",))


@pytest.mark.parametrize(
    ("answer", "lack"),
    [
        (None, OPEN),
        (APPROVED, OPEN),
        (Outcome.REJECTED, Lack.REFUSED),
        (RETURNED, Lack.REFUSED),
    ],
)
def test_a_chairs_decision_opens_until_the_body_refuses_it(answer: Outcome | None, lack: Lack | None) -> None:
    given = [decided(2, 4, manner=Manner.CHAIR_ALONE)]
    if answer:
        given.append(decided(3, 6, outcome=answer, ratifies=2))
    known = records(9, texts=[A], draft_group=[decided(1, 3)], draft_board=given)
    assert lacks("draft_board", known) is lack


def test_a_refused_decision_of_a_chair_is_not_to_be_confirmed() -> None:
    given = [decided(2, 4, manner=Manner.CHAIR_ALONE), decided(3, 6, outcome=RETURNED, ratifies=2)]
    group = [decided(1, 3, confirmed=[AB])]
    assert lacks("draft_board", records(9, texts=[A, B], draft_group=group, draft_board=given)) is Lack.STALE
    known = records(9, texts=[A, B], draft_group=group, draft_board=given[:1])
    assert lacks("draft_board", known) is Lack.UNCONFIRMED


def test_a_gate_opens_only_on_the_outcomes_it_names() -> None:
    path = path_to("decision", on=10)
    for outcome, lack in ((APPROVED, OPEN), (CONDITIONAL, Lack.OUTCOME)):
        known = records(
            20, path, texts={3: [text("Z", 4, on=10)]}, decision_board=[decided(9, 12, "Z", outcome)]
        )
        assert lacks("decision_board", known) is lack


# ---------------------------------------------------------------- one gate after another


@pytest.mark.parametrize(
    ("group", "board", "lack", "detail"),
    [
        pytest.param([decided(1, 3)], [decided(2, 4)], OPEN, (), id="after the first gate opened"),
        pytest.param([], [decided(2, 4)], Lack.AFTER, ("部会の検討",), id="before the first gate is open"),
        pytest.param([decided(1, 3)], [decided(2, 3)], OPEN, (), id="at the same moment"),
        pytest.param(
            [decided(1, 5)], [decided(2, 4)], Lack.EARLY, ("部会の検討",), id="before the first body met"
        ),
        pytest.param(
            [decided(1, 3), decided(3, 9, supersedes=1)], [decided(2, 4)], OPEN, (),
            id="though the first answer was corrected since",
        ),
        pytest.param(
            [decided(1, 3, outcome=RETURNED), decided(3, 6)], [decided(2, 4)], Lack.EARLY, ("部会の検討",),
            id="when the first body had refused it",
        ),
        pytest.param(
            [decided(1, 3), decided(3, 4, outcome=None, supersedes=1), decided(4, 6)], [decided(2, 4)],
            Lack.EARLY, ("部会の検討",), id="when the first answer was taken back and given again",
        ),
        pytest.param(
            [decided(1, 3, "A", CONDITIONAL, conditions=[condition(7, 4)])], [decided(2, 4)], OPEN, (),
            id="at the moment a condition was closed",
        ),
        pytest.param(
            [decided(1, 3, "A", CONDITIONAL, conditions=[condition(7, 5)])], [decided(2, 4)],
            Lack.EARLY, ("部会の検討",), id="before a condition was closed",
        ),
        pytest.param(
            [decided(1, 3, outcome=RETURNED)], [decided(2, 4)], Lack.AFTER, ("部会の検討",),
            id="when the first answer shuts its gate",
        ),
    ],
)  # fmt: skip
def test_a_decision_counts(group: Any, board: Any, lack: Lack | None, detail: tuple[str, ...]) -> None:
    given = {"draft_group": group} if group else {}
    found = state("draft_board", records(20, texts=[A], draft_board=board, **given))
    assert (found.lack, found.detail) == (lack, detail)


@pytest.mark.parametrize(
    ("confirmed_on", "lack"),
    [(7, OPEN), (8, OPEN), (9, Lack.EARLY)],
)
def test_a_decision_on_a_correction_comes_after_its_confirmation(
    confirmed_on: float, lack: Lack | None
) -> None:
    group = decided(1, 3, confirmed=[confirmation(1, "A", "B", on=confirmed_on)])
    known = records(20, texts=[A, B], draft_group=[group], draft_board=[decided(2, 8, "B", of_version=2)])
    assert lacks("draft_board", known) is lack


def test_the_gate_before_is_asked_about_the_text_that_was_decided_on() -> None:
    """The board decided on A, as the group had; the confirmations of B that follow leave that in order."""
    group = decided(1, 3, confirmed=[confirmation(1, "A", "B", on=9)])
    board = decided(2, 8, confirmed=[confirmation(2, "A", "B", on=9)])
    assert lacks("draft_board", records(20, texts=[A, B], draft_group=[group], draft_board=[board])) is OPEN


# ---------------------------------------------------------------- signatures

AGREED: dict[str, Any] = {"draft_group": [decided(1, 3)], "draft_board": [decided(2, 4)]}


@pytest.mark.parametrize(
    ("texts", "given", "lack"),
    [
        pytest.param([A], [], Lack.SIGNATURE, id="shut without one"),
        pytest.param([A], [signed(1, 5)], OPEN, id="open when signed"),
        pytest.param([A], [signed(1, 5, result=SignoffResult.RETURNED)], Lack.SIGNATURE_RETURNED, id="shut when returned"),
        pytest.param([A], [signed(1, 3.5)], Lack.EARLY, id="shut when signed before the gate it comes after"),
        pytest.param([A], [signed(1, 5, "Z")], Lack.EARLY, id="shut for a text the board did not see"),
        pytest.param([A], [signed(1, 5), signed(2, 6, result=None, supersedes=1)], Lack.SIGNATURE, id="shut when taken back"),
    ],
)  # fmt: skip
def test_a_signature_gate_is(texts: Sequence[Text], given: Any, lack: Lack | None) -> None:
    known = records(9, texts=texts, **AGREED, **({"draft_sign": given} if given else {}))
    assert lacks("draft_sign", known) is lack


def test_a_signature_is_given_anew_for_a_corrected_text() -> None:
    agreed = {
        "draft_group": [decided(1, 3, confirmed=[AB])],
        "draft_board": [decided(2, 4, confirmed=[confirmation(3, "A", "B", on=6)])],
    }
    found = state("draft_sign", records(9, texts=[A, B], **agreed, draft_sign=[signed(1, 5)]))
    assert (found.lack, found.detail) == (Lack.SIGNATURE_STALE, ("第1版",))
    assert (
        lacks("draft_sign", records(9, texts=[A, B], **agreed, draft_sign=[signed(1, 5), signed(2, 7, "B")]))
        is OPEN
    )
    read_again = bytes([0xAB]).hex()
    agreed_on_it = {gate: [replace(given[0], sha256="ab")] for gate, given in AGREED.items()}
    known = records(9, texts=[text("ab", 1)], **agreed_on_it, draft_sign=[signed(1, 5, read_again)])
    assert lacks("draft_sign", known) is OPEN
    put_back = records(9, texts=[A, B, correction("A", 3, on=8)], **agreed, draft_sign=[signed(1, 7, "B")])
    assert lacks("draft_sign", put_back) is Lack.SIGNATURE_STALE


# ---------------------------------------------------------------- public comment


@pytest.mark.parametrize(
    ("period", "now", "lack"),
    [
        pytest.param(None, 30, Lack.PERIOD, id="shut before it"),
        pytest.param(asked(10, 19), 15, Lack.RUNNING, id="shut while it runs"),
        pytest.param(asked(10, 19, published=25), 30, OPEN, id="open once published"),
        pytest.param(asked(10, 19, published=25), 24, Lack.UNPUBLISHED, id="shut before that"),
        pytest.param(asked(10, 19, published=25), 25, OPEN, id="open from the moment it is published"),
        pytest.param(asked(10, 19, unanswered=2), 30, Lack.UNANSWERED, id="shut with an opinion unanswered"),
        pytest.param(asked(10, 19, unanswered=2, published=25), 30, OPEN, id="open though a letter was found later"),
        pytest.param(asked(10, 18), 30, Lack.PERIOD, id="shut when a day too short"),
        pytest.param(asked(10, 25), 30, Lack.UNPUBLISHED, id="as usual when longer"),
        pytest.param(asked(10, 18, shortened=True), 30, Lack.UNPUBLISHED, id="as usual when shorter with a reason"),
        pytest.param(asked(10, 19, "Z"), 30, Lack.PERIOD, id="shut for another text"),
        pytest.param(asked(10, 19), 30, Lack.UNPUBLISHED, id="as usual with a 正誤 during it"),
        pytest.param(asked(10, 19, "Z", published=25), 30, OPEN, id="open once published, whatever texts follow"),
    ],
)  # fmt: skip
def test_a_period_gate_is(period: Any, now: float, lack: Lack | None) -> None:
    texts = [text("Z", 1), text("A", 2, on=5), correction("C", 3, on=12)]
    known = records(
        now, path_to("comment", on=8), texts=texts, **({"comment_period": period} if period else {})
    )
    assert lacks("comment_period", known) is lack


def test_a_period_is_over_at_24_00_of_its_last_day() -> None:
    path, period = path_to("comment", on=8), asked(10, 19)
    known = records(10, path, texts=[A], comment_period=period)
    end = end_of_day(date_of(19))
    assert lacks("comment_period", known.at(end - (day(1) - day(0)) / 86400)) is Lack.RUNNING
    assert state("comment_period", known).detail == ("2023-06-20",)
    assert lacks("comment_period", known.at(end)) is Lack.UNPUBLISHED


def test_opinions_without_an_answer_are_counted() -> None:
    known = records(30, path_to("comment", on=8), texts=[A], comment_period=asked(10, 19, unanswered=2))
    assert state("comment_period", known).detail == ("2",)


def test_the_days_of_a_period_are_counted_as_the_chain_says() -> None:
    gate = {"key": "p", "label": "公募", "kind": "period", "minimum_days": 10, "first_day_counts": False}
    stages = [STAGES[0], {"key": "comment", "label": "公募", "gates": [gate]}, *STAGES[2:]]
    chain = Chain.model_validate(
        {"format": 1, "key": "k", "title": "例", "office": "市", "bodies": BODIES, "stages": stages}
    )
    path = path_to("comment", on=8)
    known = records(30, path, texts=[A])
    for last, lack in ((19, Lack.PERIOD), (20, Lack.UNPUBLISHED)):
        place = {("comment", 1, "p"): asked(10, last)}
        found = states(chain, path[-1], Facts(known.now, path, known.texts, periods=place))["p"]
        assert found.lack is lack


# ---------------------------------------------------------------- gates passed

PASSED = path_to("comment", on=8)
IN_PROPOSAL = path_to("proposal", on=30)


def test_a_plan_whose_gates_hold_is_not_stopped() -> None:
    assert fallen(CHAIN, records(20, PASSED, texts=[A], **AGREED)) == []


@pytest.mark.parametrize(
    ("group", "fell"),
    [
        pytest.param(
            [decided(1, 3), decided(3, 9, outcome=RETURNED, supersedes=1)],
            {"draft_group": Lack.OUTCOME, "draft_board": Lack.AFTER},
            id="corrected to a refusal",
        ),
        pytest.param(
            [decided(1, 3), decided(3, 10, outcome=RETURNED)],
            {"draft_group": Lack.OUTCOME, "draft_board": Lack.AFTER},
            id="refused by a later meeting",
        ),
        pytest.param(
            [decided(1, 3), decided(3, 9, outcome=None, supersedes=1)],
            {"draft_group": Lack.DECISION, "draft_board": Lack.AFTER},
            id="taken back",
        ),
        pytest.param(
            [decided(1, 3), decided(3, 9, outcome=None, supersedes=1), decided(4, 12)],
            {"draft_board": Lack.EARLY},
            id="given again after the gate that follows it",
        ),
    ],
)
def test_a_mandatory_gate_passed_falls_when_its_decision_is(group: Any, fell: dict[str, Lack]) -> None:
    known = records(20, PASSED, texts=[A], draft_group=group, draft_board=[decided(2, 4)])
    assert {each.gate.key: each.lack for each in fallen(CHAIN, known)} == fell


def test_a_chairs_decision_refused_later_falls() -> None:
    board = [decided(2, 4, manner=Manner.CHAIR_ALONE), decided(3, 12, outcome=RETURNED, ratifies=2)]
    known = records(20, PASSED, texts=[A], draft_group=[decided(1, 3)], draft_board=board)
    assert [(each.gate.key, each.lack) for each in fallen(CHAIN, known)] == [("draft_board", Lack.REFUSED)]
    assert fallen(CHAIN, known.at(day(11))) == []


def test_gates_that_are_not_mandatory_and_those_of_the_present_stage_do_not_fall() -> None:
    assert lacks("draft_report", records(20, PASSED, texts=[A], **AGREED), PASSED[0]) is Lack.DECISION
    assert fallen(CHAIN, records(5, texts=[A])) == []


@pytest.mark.parametrize(
    ("texts", "fell"),
    [
        pytest.param({1: [A]}, [], id="the text it was passed with"),
        pytest.param({1: [A], 3: [text("Z", 4, on=30)]}, [], id="not by the text of a later stretch"),
        pytest.param({1: [A, B], 3: [text("A", 4, on=30)]}, ["draft_group", "draft_board"], id="by a correction nobody confirmed"),
    ],
)  # fmt: skip
def test_a_gate_passed_is_judged_by_the_text_of_its_own_stretch(
    texts: dict[int, list[Text]], fell: list[str]
) -> None:
    known = records(40, IN_PROPOSAL, texts=texts, **AGREED)
    assert [each.gate.key for each in fallen(CHAIN, known)] == fell


def test_an_approval_never_crosses_a_visit() -> None:
    again = sent_back(CHAIN, PASSED, "draft", revision=3, at=day(10))
    known = records(20, again, texts={1: [A], 3: [text("A", 2, on=11)]}, **AGREED)
    assert lacks("draft_group", known) is Lack.DECISION
    assert fallen(CHAIN, known) == []


def test_a_stage_kept_when_the_plan_is_sent_back_beyond_it_keeps_its_approvals() -> None:
    path = sent_back(CHAIN, PASSED, "comment", revision=3, at=day(10))
    known = records(20, path, texts=[A], **AGREED, comment_period=asked(9, 18, published=19))
    assert fallen(CHAIN, known) == []
    assert lacks("comment_period", known) is Lack.PERIOD


# ---------------------------------------------------------------- confirmations that are waited for


def test_each_approval_waits_for_its_own_confirmation_whatever_the_others_lack() -> None:
    board = [decided(2, 4, confirmed=[confirmation(5, "A", "B", on=6)])]
    report = [decided(3, 4, outcome=Outcome.RECEIVED)]
    given = {"draft_group": [decided(1, 3)], "draft_board": board, "draft_report": report}
    known = records(9, PASSED, texts=[A, B], **given)
    waiting = unconfirmed(CHAIN, known)
    assert [(each.gate.key, each.base.number, each.current.number) for each in waiting] == [
        ("draft_group", 1, 2),
        ("draft_report", 1, 2),
    ]
    assert {each.stay for each in waiting} == {PASSED[0]}
    [group, *_] = unconfirmed(CHAIN, records(9, PASSED, texts=[A, B, C], **given))
    assert (group.base.number, group.current.number) == (1, 3)
    assert waiting[0].held.decision == decided(1, 3)


def test_an_assembly_is_asked_again_and_confirms_nothing() -> None:
    texts = {3: [text("A", 4, on=30), correction("B", 5, on=32)]}
    vote = [decided(1, 31, outcome=Outcome.PASSED, of_version=4)]
    known = records(40, IN_PROPOSAL, texts=texts, proposal_vote=vote)
    assert unconfirmed(CHAIN, known) == []
    assert lacks("proposal_vote", known) is Lack.STALE


def test_nothing_waits_at_a_gate_of_another_kind_or_without_a_decision() -> None:
    known = records(9, texts=[A, B], **AGREED, draft_sign=[signed(1, 5)])
    found = {gate.key: to_confirm(CHAIN, DRAFT, gate, known) for gate in CHAIN.stage("draft").gates}
    assert [key for key, waiting in found.items() if waiting] == ["draft_group", "draft_board"]


def test_gates_asked_about_one_text_do_not_say_that_another_waits() -> None:
    known = records(9, texts=[A, B], draft_group=[decided(1, 3)])
    assert states(CHAIN, DRAFT, known, put=Put("main", "A"))["draft_group"].lack is OPEN
    assert states(CHAIN, DRAFT, known, put=Put("main", "B"))["draft_group"].lack is Lack.STALE


def test_a_decision_older_than_its_text_holds_only_with_a_reason_why_the_body_saw_it() -> None:
    """The day of the meeting was corrected to one before the text was registered."""
    late, seen = (text("ab", 1, on=4), bytes([0xAB]).hex())  # equal, and read apart from each other
    for reason, lack in ((True, OPEN), (False, Lack.EARLY)):
        known = records(
            40, path_to("draft"), texts=[late], draft_group=[decided(1, 3, seen, late_text=reason)]
        )
        assert states(CHAIN, DRAFT, known)["draft_group"].lack is lack
    for other, decided_on in (("A", "B"), ("B", "A")):
        texts = [text(other, 1, on=1), text(decided_on, 2, on=5)]
        known = records(40, path_to("draft"), texts=texts, draft_group=[decided(1, 3, decided_on)])
        assert state("draft_group", known).detail == ("第2版の登録",)
    at_once = records(40, path_to("draft"), texts=[late], draft_group=[decided(1, 4, seen)])
    assert states(CHAIN, DRAFT, at_once)["draft_group"].lack is OPEN
    corrected = [decided(1, 3, seen, late_text=True), decided(2, 3, seen, supersedes=1)]
    known = records(40, path_to("draft"), texts=[late], draft_group=corrected)
    assert states(CHAIN, DRAFT, known)["draft_group"].lack is OPEN


def test_a_decision_counts_only_from_the_plans_arrival_in_the_stage() -> None:
    """The day of the meeting was corrected to one before that."""
    texts = {3: [text("Z", 4, on=8)]}
    for on, lack, detail in ((10, OPEN, ()), (9.9, Lack.EARLY, ("決定に入る手続",))):
        known = records(
            20, path_to("decision", on=10), texts=texts, decision_board=[decided(9, on, "Z", late_text=True)]
        )
        found = state("decision_board", known)
        assert (found.lack, found.detail) == (lack, detail)


# ---------------------------------------------------------------- several documents


def test_each_document_has_its_own_text_and_approvals() -> None:
    of_summary = [
        {"key": "summary_text", "label": "概要版の文書", "kind": "document", "document": "summary"},
        {
            "key": "summary_group",
            "label": "概要版の検討",
            "kind": "body",
            "body": "group",
            "document": "summary",
        },
    ]
    chain = Chain.model_validate(
        {"format": 1, "key": "k", "title": "例", "office": "市", "bodies": BODIES,
         "documents": [{"key": "main", "label": "本編"}, {"key": "summary", "label": "概要版"}],
         "stages": [{**STAGES[0], "gates": [*STAGES[0]["gates"], *of_summary]}, *STAGES[1:]]}
    )  # fmt: skip
    path = opened(chain, day(0))
    given = {
        "draft_group": decided(1, 3, "A", CONDITIONAL, conditions=[condition(7)]),
        "summary_group": decided(2, 3, "S", CONDITIONAL, conditions=[condition(8)]),
    }
    texts = {("main", 1): [A], ("summary", 1): [text("S", 2)]}
    known = Facts(day(9), path, texts, {("draft", 1, key): [each] for key, each in given.items()})
    for document, gate in (("main", "draft_group"), ("summary", "summary_group")):
        found = states(chain, path[0], known, put=Put(document, "Z"))
        assert [key for key in given if found[key].lack is Lack.STALE] == [gate]
        [open_condition] = given[gate].conditions
        assert correctable_conditions(chain, known, document) == [open_condition]


# ---------------------------------------------------------------- conditions a correction can meet


def test_a_correction_can_meet_the_open_conditions_of_its_stretch() -> None:
    conditional = decided(1, 3, "A", CONDITIONAL, conditions=[condition(7), condition(8, 4)])
    for path, expected in ((PASSED, [7]), (IN_PROPOSAL, [])):
        known = records(40, path, texts=[A], draft_group=[conditional], draft_board=[decided(2, 5)])
        assert [each.number for each in correctable_conditions(CHAIN, known, "main")] == expected


def test_a_correction_meets_no_condition_of_a_text_written_anew() -> None:
    conditional = decided(1, 31, "Z", CONDITIONAL, of_version=4, conditions=[condition(9)])
    known = records(
        40,
        IN_PROPOSAL,
        texts={1: [A], 3: [text("Z", 4, on=30)]},
        draft_group=[decided(2, 3, "A", CONDITIONAL, conditions=[condition(7)])],
        proposal_group=[conditional],
    )
    assert [each.number for each in correctable_conditions(CHAIN, known, "main")] == [9]


# ---------------------------------------------------------------- where a new text is taken


@pytest.mark.parametrize(
    ("path", "texts", "period", "taken"),
    [
        pytest.param(path_to("draft"), [], None, True, id="the first one"),
        pytest.param(path_to("draft"), [A], None, True, id="where texts are written"),
        pytest.param(PASSED, [A], None, False, id="not where the text was written before"),
        pytest.param(PASSED, [], None, True, id="the first one, wherever the plan stands"),
        pytest.param(PASSED, [A], asked(10, 19), False, id="not while the public is asked"),
        pytest.param(IN_PROPOSAL, [A], asked(10, 19), True, id="in another stretch than the one asked about"),
    ],
)
def test_a_new_text_is_taken(path: Path, texts: Sequence[Text], period: Any, taken: bool) -> None:
    """Each path is given its texts in the stretch it stands in."""
    given = {"comment_period": period} if period else {}
    known = records(40, path, texts={path[-1].stretches["main"]: texts}, **given)
    assert takes_new_text(CHAIN, known, "main") is taken


def test_texts_are_written_in_the_stages_with_a_document_gate() -> None:
    assert {stage.key: set(CHAIN.written_in(stage)) for stage in CHAIN.stages} == {
        "draft": {"main"},
        "comment": set(),
        "proposal": {"main"},
        "decision": set(),
    }


@pytest.mark.parametrize(
    ("stages", "period", "asking"),
    [
        pytest.param("comment", None, False, id="not before"),
        pytest.param("comment", asked(10, 19), True, id="from its beginning"),
        pytest.param("comment", asked(10, 19, published=25), False, id="until the result is published"),
        pytest.param("proposal", asked(10, 19), False, id="not about the text of another stretch"),
    ],
)
def test_the_public_is_asked_about_the_present_text(stages: str, period: Any, asking: bool) -> None:
    known = records(40, path_to(stages, on=8), texts=[A], **({"comment_period": period} if period else {}))
    assert asking_the_public(CHAIN, known, "main") is asking


def test_a_text_is_not_written_anew_beside_a_period_of_its_own_stage() -> None:
    gates = [*STAGES[0]["gates"], {"key": "p", "label": "公募", "kind": "period", "minimum_days": 10}]
    chain = Chain.model_validate(
        {"format": 1, "key": "k", "title": "例", "office": "市", "bodies": BODIES,
         "stages": [{**STAGES[0], "gates": gates}, *STAGES[1:]]}
    )  # fmt: skip
    path = path_to("draft")
    for period, taken in ((asked(10, 19), False), (asked(10, 19, published=25), True)):
        known = Facts(day(30), path, {("main", 1): [A]}, periods={("draft", 1, "p"): period})
        assert takes_new_text(chain, known, "main") is taken


# ---------------------------------------------------------------- what is said of shut gates


def test_a_step_refused_says_the_reasons_or_else_the_gates() -> None:
    shut = [each for each in states(CHAIN, DRAFT, records(1)).values() if not each.open]
    stage = CHAIN.stage("draft")
    assert GateClosed(stage, shut).message.splitlines() == [
        "「素案」から進めません。次の手続が済んでいません。",
        *(f"・{each.gate.label}" for each in shut),
    ]
    coming = Coming(meeting=1, title="第1回部会", starts_at=day(3), listed=True)
    why = Reason(
        "draft_group", "部会の検討", Lack.DECISION, (), "部会の検討: まだありません", "事務局", coming
    )
    closed = GateClosed(stage, shut, [why])
    assert [each.coming and each.coming.title for each in closed.why] == ["第1回部会"]
    assert closed.reasons == ("部会の検討: まだありません",)
    assert closed.message.endswith("済んでいません。\n・部会の検討: まだありません")
