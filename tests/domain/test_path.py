"""The way of a plan: which stays share a text, and which visit an approval belongs to."""

import pytest

from tests.support.records import CHAIN, day, path_to
from workflow.domain.path import Path, Stay, advanced, from_rows, opened, sent_back, stay_in, to_rows

WHOLE = path_to("decision", on=3)


def shape(path: Path) -> list[tuple[str, int, int]]:
    return [(stay.stage, stay.visit, stay.stretches["main"]) for stay in path]


def test_a_plan_opened_stands_in_the_first_stage_from_that_moment() -> None:
    assert opened(CHAIN, day(2)) == (Stay("draft", 1, {"main": 1}, day(2)),)


def test_a_stage_with_a_document_gate_begins_a_stretch_and_the_others_share_it() -> None:
    assert shape(WHOLE) == [("draft", 1, 1), ("comment", 1, 1), ("proposal", 1, 3), ("decision", 1, 3)]


def test_a_step_counts_from_its_moment() -> None:
    path = advanced(CHAIN, path_to("draft"), "comment", revision=2, at=day(5))
    assert [stay.since for stay in path] == [day(0), day(5)]


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        pytest.param("draft", [("draft", 2, 9)], id="a stage with a document gate begins a new stretch"),
        pytest.param(
            "comment", [("draft", 1, 1), ("comment", 2, 1)], id="a stage without one keeps the stretch it had"
        ),
        pytest.param(
            "proposal", [("draft", 1, 1), ("comment", 1, 1), ("proposal", 2, 9)], id="what came before stays"
        ),
    ],
)
def test_a_plan_sent_back(to: str, expected: list[tuple[str, int, int]]) -> None:
    path = sent_back(CHAIN, WHOLE, to, revision=9, at=day(7))
    assert shape(path) == expected
    assert path[-1].since == day(7)


def test_each_sending_back_raises_the_visit_and_steps_after_it_keep_that() -> None:
    once = sent_back(CHAIN, WHOLE, "proposal", revision=5, at=day(4))
    twice = sent_back(CHAIN, once, "draft", revision=6, at=day(5))
    after = advanced(CHAIN, twice, "comment", revision=7, at=day(6))
    assert shape(after) == [("draft", 3, 6), ("comment", 3, 6)]


def test_a_plan_is_not_sent_back_to_a_stage_it_did_not_come_by() -> None:
    with pytest.raises(KeyError, match="proposal"):
        sent_back(CHAIN, path_to("comment"), "proposal", revision=3, at=day(1))


def test_the_stay_in_a_stage_is_found_only_on_the_path() -> None:
    assert stay_in(WHOLE, "comment") == WHOLE[1]
    assert stay_in(path_to("comment"), "proposal") is None


def test_a_path_is_read_as_it_was_written() -> None:
    assert from_rows(to_rows(WHOLE)) == WHOLE
