"""The texts an approval covers, and the one that a corrected text is compared with."""

from collections.abc import Sequence

import pytest

from tests.support.records import confirmation, correction, put_again, taking_back, text
from workflow.domain.cover import Confirmation, Text, TextKind, cover, current, to_compare

AB = confirmation(1, "A", "B")
BC = confirmation(2, "B", "C")


@pytest.mark.parametrize(
    ("answers", "covered"),
    [
        pytest.param([], "A", id="the text it was given on"),
        pytest.param([AB], "AB", id="a confirmed text"),
        pytest.param([AB, BC], "ABC", id="a chain of confirmations"),
        pytest.param([BC, AB], "ABC", id="a chain read in another order"),
        pytest.param([BC], "A", id="not what was compared with a text it does not cover"),
        pytest.param([put_again(1, "A", "B")], "A", id="not what is put to the body again"),
        pytest.param(
            [put_again(1, "A", "B"), confirmation(2, "A", "C")], "AC", id="a later correction than the refused one"
        ),
        pytest.param([put_again(1, "A", "B"), BC], "A", id="nothing that rests on a refused one"),
        pytest.param([AB, taking_back(2, AB)], "A", id="not what was taken back"),
        pytest.param([AB, BC, taking_back(3, AB)], "A", id="nothing that rests on what was taken back"),
        pytest.param([AB, BC, taking_back(3, BC)], "AB", id="what came before the one taken back"),
        pytest.param(
            [AB, taking_back(2, AB), confirmation(3, "A", "B")], "AB", id="what is confirmed again after taking back"
        ),
        pytest.param(
            [AB, BC, taking_back(3, AB), confirmation(4, "A", "B")], "ABC", id="what rests on one that is given again"
        ),
        pytest.param([AB, confirmation(2, "A", "C")], "ABC", id="two corrections of the same text"),
    ],
)  # fmt: skip
def test_an_approval_covers(answers: Sequence[Confirmation], covered: str) -> None:
    assert sorted(cover("A", answers)) == list(covered)


def test_conditions_are_met_only_for_the_texts_on_the_way_of_their_corrections_confirmation() -> None:
    answers = [
        confirmation(1, "A", "B", meets=[7]),
        confirmation(2, "B", "C", meets=[8]),
        confirmation(3, "A", "D", meets=[9]),
    ]
    assert {letter: sorted(met) for letter, met in cover("A", answers).items()} == {
        "A": [],
        "B": [7],
        "C": [7, 8],
        "D": [9],
    }


def test_two_ways_to_one_text_meet_the_conditions_of_both() -> None:
    answers = [
        confirmation(1, "A", "B", meets=[7]),
        confirmation(2, "A", "C", meets=[8]),
        confirmation(3, "B", "C"),
    ]
    assert cover("A", answers)["C"] == {7, 8}


def test_conditions_met_on_the_way_count_in_whatever_order_it_was_recorded() -> None:
    answers = [confirmation(1, "B", "C", meets=[8]), confirmation(2, "A", "B", meets=[7])]
    assert cover("A", answers) == {"A": set(), "B": {7}, "C": {7, 8}}


def test_answers_taken_back_and_the_records_that_do_it_are_not_current() -> None:
    assert current([BC, AB, taking_back(3, AB)]) == [BC]
    assert current([BC, AB]) == [AB, BC]


@pytest.mark.parametrize(
    ("texts", "answers", "compared"),
    [
        pytest.param([], [], None, id="nothing while there is no text"),
        pytest.param([text("A", 1)], [], None, id="nothing while the text is the one agreed"),
        pytest.param([text("A", 1), correction("B", 2)], [], 1, id="the one agreed with its correction"),
        pytest.param([text("A", 1), correction("B", 2)], [AB], None, id="nothing once it is confirmed"),
        pytest.param(
            [text("A", 1), correction("B", 2), correction("C", 3)], [AB], 2, id="the newest covered one"
        ),
        pytest.param(
            [text("A", 1), correction("B", 2), correction("C", 3)], [], 1, id="an unconfirmed correction passed over"
        ),
        pytest.param(
            [text("A", 1), correction("B", 2)], [put_again(1, "A", "B")], None,
            id="nothing for a text put to the body again",
        ),
        pytest.param(
            [text("A", 1), correction("B", 2), correction("C", 3)], [put_again(1, "A", "B")], 1,
            id="a refused correction passed over",
        ),
        pytest.param(
            [text("A", 1), correction("B", 2)], [p := put_again(1, "A", "B"), taking_back(2, p)], 1,
            id="what was put again until that was taken back",
        ),
        pytest.param([text("A", 1), text("B", 2)], [], None, id="nothing with a new text"),
        pytest.param(
            [text("A", 1), text("B", 2), correction("C", 3)], [], None, id="nothing beyond a new text between"
        ),
        pytest.param(
            [text("A", 1), text("B", 2), text("A", 3), correction("C", 4)], [], 3,
            id="the covered bytes put back after a new text",
        ),
        pytest.param(
            [text("A", 1), text("B", 2), correction("A", 3)], [], None, id="nothing with covered bytes put back"
        ),
        pytest.param([text("X", 1), correction("Y", 2)], [], None, id="nothing where no text is covered"),
    ],
)  # fmt: skip
def test_a_confirmation_compares(
    texts: Sequence[Text], answers: Sequence[Confirmation], compared: int | None
) -> None:
    base = to_compare(texts, answers, cover("A", answers))
    assert (base.number if base else None) == compared


def test_every_kind_of_version_but_a_new_text_is_a_correction() -> None:
    assert [kind for kind in TextKind if not kind.correction] == [TextKind.NEW]
