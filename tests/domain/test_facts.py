"""The decision, the 決裁 and the text that count at a moment."""

from collections.abc import Sequence

import pytest

from definitions.terms import Outcome
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
    taking_back,
    text,
)
from workflow.domain.decisions import Manner, SignoffResult, Validity
from workflow.domain.facts import DecisionFact, SignoffFact, decision_in_force
from workflow.domain.path import sent_back

DRAFT = path_to("draft")[0]
ALONE = Manner.CHAIR_ALONE


@pytest.mark.parametrize(
    ("recorded", "now", "counts"),
    [
        pytest.param([], 9, None, id="none where none was recorded"),
        pytest.param([decided(1, 5)], 4, None, id="none before the body met"),
        pytest.param([decided(1, 5)], 5, 1, id="at the moment the body met"),
        pytest.param([decided(1, 5), decided(2, 6)], 9, 2, id="the last by day"),
        pytest.param([decided(1, 6), decided(2, 5)], 9, 1, id="the last by day, though entered first"),
        pytest.param([decided(1, 6, "A"), decided(2, 7, "B", RETURNED)], 9, 2, id="the last, whatever its text"),
        pytest.param([decided(1, 5), decided(2, 7)], 6, 1, id="the last of those held by then"),
        pytest.param([decided(1, 5), decided(2, 5)], 9, 2, id="of one moment the one recorded last"),
        pytest.param([decided(2, 5), decided(1, 5)], 9, 2, id="of one moment the later number, in any order"),
        pytest.param(
            [decided(1, 5), decided(2, 6), decided(3, 5, supersedes=1)], 9, 2,
            id="a correction stands where the record it corrects stood",
        ),
        pytest.param(
            [decided(1, 5), decided(2, 8, supersedes=1)], 6, 2, id="a correction counts from the day of what it corrects"
        ),
        pytest.param(
            [decided(1, 5), decided(2, 8, supersedes=1), decided(3, 9, supersedes=2), decided(4, 6)], 9, 4,
            id="a correction of a correction stands where the first record stood",
        ),
        pytest.param(
            [decided(1, 5), decided(2, 5), decided(3, 5, supersedes=1)], 9, 2,
            id="of one moment a correction keeps the place of the first record",
        ),
        pytest.param([decided(1, 5), decided(2, 6, outcome=None, supersedes=1)], 9, None, id="none when taken back"),
        pytest.param(
            [decided(1, 4), decided(2, 5), decided(3, 6, outcome=None, supersedes=2)], 9, 1,
            id="the one before the one taken back",
        ),
        pytest.param(
            [decided(1, 5), decided(2, 6, outcome=RETURNED, ratifies=1)], 9, 1,
            id="an answer to a 専決 is no decision of its own",
        ),
    ],
)  # fmt: skip
def test_the_decision_in_force_is(recorded: Sequence[DecisionFact], now: float, counts: int | None) -> None:
    held = decision_in_force(recorded, day(now))
    assert (held.decision.number if held else None) == counts


def test_a_correction_has_the_moment_and_the_origin_of_what_it_corrects() -> None:
    recorded = [decided(1, 5), decided(2, 8, supersedes=1), decided(3, 9, outcome=RETURNED, supersedes=2)]
    held = decision_in_force(recorded, day(9))
    assert held is not None
    assert (held.at, held.origin, held.outcome) == (day(5), 1, RETURNED)


def test_a_correction_keeps_the_confirmations_of_what_it_corrects_and_no_others() -> None:
    recorded = [
        decided(1, 4, "A", confirmed=[confirmation(1, "A", "X")]),
        decided(2, 5, "A", confirmed=[confirmation(2, "A", "B")]),
        decided(3, 8, "A", supersedes=2, confirmed=[confirmation(3, "B", "C")]),
    ]
    held = decision_in_force(recorded, day(9))
    assert held is not None
    assert sorted(held.covered) == ["A", "B", "C"]
    assert [each.number for each in held.confirmations] == [2, 3]


def test_an_answer_on_another_day_lends_its_confirmations_to_none() -> None:
    earlier = decided(2, 4, "A", confirmed=[confirmation(1, "A", "B", on=5)])
    held = decision_in_force([decided(1, 6, "A"), earlier], day(9))
    assert held is not None
    assert (held.decision.number, sorted(held.covered)) == (1, ["A"])


def test_a_confirmation_counts_from_its_day() -> None:
    recorded = [decided(1, 3, confirmed=[confirmation(1, "A", "B", on=5)])]
    covered = {now: decision_in_force(recorded, day(now)) for now in (4, 5)}
    assert {now: sorted(held.covered) for now, held in covered.items() if held} == {4: ["A"], 5: ["A", "B"]}


def test_a_confirmation_taken_back_lets_later_ones_fall() -> None:
    given = [confirmation(1, "A", "B", on=4), confirmation(2, "B", "C", on=5)]
    held = decision_in_force([decided(1, 3, confirmed=[*given, taking_back(3, given[0])])], day(9))
    assert held is not None
    assert sorted(held.covered) == ["A"]


@pytest.mark.parametrize(
    ("met", "letter", "now", "still_open"),
    [
        pytest.param(None, "A", 9, [7], id="open while nobody closed it"),
        pytest.param(6, "A", 5, [7], id="open before its note"),
        pytest.param(6, "A", 6, [], id="closed from the moment of its note"),
        pytest.param(6, "Z", 9, [], id="closed by a note for all texts"),
        pytest.param(None, "B", 9, [], id="closed for the text its correction's confirmation leads to"),
        pytest.param(None, "C", 9, [], id="closed for what follows from that text"),
        pytest.param(None, "D", 9, [7], id="open for a text reached another way"),
        pytest.param(None, "Z", 9, [7], id="open for a text not covered"),
    ],
)
def test_a_condition_is(met: float | None, letter: str, now: float, still_open: list[int]) -> None:
    confirmed = [
        confirmation(1, "A", "B", on=4, meets=[7]),
        confirmation(2, "B", "C", on=4),
        confirmation(3, "A", "D", on=4),
    ]
    given = decided(1, 3, "A", CONDITIONAL, conditions=[condition(7, met)], confirmed=confirmed)
    held = decision_in_force([given], day(now))
    assert held is not None
    assert [each.number for each in held.open_conditions(letter)] == still_open


@pytest.mark.parametrize(
    ("answers", "now", "refused"),
    [
        pytest.param([], 9, False, id="not before the body answered"),
        pytest.param([decided(2, 6, outcome=Outcome.REJECTED, ratifies=1)], 9, True, id="rejected"),
        pytest.param([decided(2, 6, outcome=RETURNED, ratifies=1)], 9, True, id="returned"),
        pytest.param([decided(2, 6, outcome=Outcome.REJECTED, ratifies=1)], 5, False, id="not before that meeting"),
        pytest.param([decided(2, 6, ratifies=1)], 9, False, id="approved"),
        pytest.param([decided(2, 6, outcome=Outcome.RECEIVED, ratifies=1)], 9, False, id="heard"),
        pytest.param(
            [decided(2, 6, outcome=Outcome.REJECTED, ratifies=1), decided(3, 8, ratifies=1, supersedes=2)], 9, False,
            id="approved by a correction of the refusal",
        ),
        pytest.param(
            [decided(2, 6, outcome=Outcome.REJECTED, ratifies=1), decided(3, 8, outcome=None, ratifies=1, supersedes=2)],
            9, False, id="not when the refusal was taken back",
        ),
        pytest.param(
            [decided(2, 6, supersedes=1, manner=ALONE), decided(3, 7, outcome=Outcome.REJECTED, ratifies=2)], 9, True,
            id="refused after it was corrected",
        ),
    ],
)  # fmt: skip
def test_a_chairs_decision_is_refused(answers: Sequence[DecisionFact], now: float, refused: bool) -> None:
    held = decision_in_force([decided(1, 4, manner=ALONE), *answers], day(now))
    assert held is not None
    assert held.refused is refused


def test_a_meetings_decision_after_a_refused_one_of_the_chair_is_not_refused() -> None:
    recorded = [
        decided(1, 4, manner=ALONE),
        decided(2, 6, outcome=Outcome.REJECTED, ratifies=1),
        decided(3, 7),
    ]
    held = decision_in_force(recorded, day(9))
    assert held is not None
    assert (held.decision.number, held.refused) == (3, False)


@pytest.mark.parametrize(
    ("recorded", "now", "counts"),
    [
        pytest.param([], 9, None, id="none"),
        pytest.param([signed(1, 5)], 4, None, id="none before it was signed"),
        pytest.param([signed(1, 5)], 5, 1, id="at the moment it was signed"),
        pytest.param([signed(1, 5), signed(2, 6, "B", SignoffResult.RETURNED)], 9, 2, id="the last"),
        pytest.param([signed(1, 5), signed(2, 6, result=None, supersedes=1)], 9, None, id="none when taken back"),
        pytest.param(
            [signed(1, 5), signed(2, 6), signed(3, 7, result=None, supersedes=2)], 9, 1,
            id="the one before the one taken back",
        ),
    ],
)  # fmt: skip
def test_the_signature_in_force_is(recorded: Sequence[SignoffFact], now: float, counts: int | None) -> None:
    known = records(now, texts=[text("A", 1)], **({"draft_sign": recorded} if recorded else {}))
    held = known.signoff(DRAFT, "draft_sign")
    assert (held.number if held else None) == counts


def test_the_text_is_the_newest_of_the_stretch_registered_by_then() -> None:
    known = records(
        5, texts={1: [text("A", 1), correction("B", 2, on=5), text("C", 3, on=6)], 3: [text("Z", 4)]}
    )
    assert [each.sha256 for each in known.versions(DRAFT, "main")] == ["A", "B"]
    assert known.text(DRAFT, "main") == correction("B", 2, on=5)
    assert known.at(day(6)).text(DRAFT, "main") == text("C", 3, on=6)
    assert known.at(day(-1)).text(DRAFT, "main") is None
    assert records(5, texts={3: [text("Z", 4)]}).text(DRAFT, "main") is None


def test_what_was_recorded_counts_in_its_own_visit_only() -> None:
    known = records(9, texts=[text("A", 1)], draft_group=[decided(1, 3)], draft_sign=[signed(1, 4)])
    again = sent_back(CHAIN, path_to("comment", on=5), "draft", revision=3, at=day(6))[-1]
    assert known.decision(DRAFT, "draft_group") and known.signoff(DRAFT, "draft_sign")
    assert known.decision(again, "draft_group") is None
    assert known.signoff(again, "draft_sign") is None
    assert known.decision(DRAFT, "draft_board") is None


def test_an_answer_that_a_later_record_replaced_cannot_be_acted_on() -> None:
    assert {each for each in Validity if each.superseded} == {
        Validity.CORRECTED,
        Validity.TAKEN_BACK,
        Validity.TAKING_BACK,
    }


def test_a_signature_taken_back_was_none_at_any_time() -> None:
    given = [signed(1, 5), signed(2, 7, result=None, supersedes=1), signed(3, 8)]
    known = records(9, texts=[text("A", 1)], draft_sign=given)
    for moment, counts in ((6, None), (7, None), (9, 3)):
        found = known.at(day(moment)).signoff(DRAFT, "draft_sign")
        assert (found.number if found else None) == counts
