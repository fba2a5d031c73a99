"""The attendance to expect from the answers, and the quorum by the body's rule."""

import pytest

from definitions.chain import Body
from workflow.domain.rsvp import Intent, expected

COMES, DEPUTY, AWAY = Intent.ATTENDS, Intent.BY_DEPUTY, Intent.ABSENT


def a_body(quorum: str | None) -> Body:
    return Body.model_validate(
        {"key": "bukai", "name": "部会", "kind": "deliberative", "chair": "部長", "quorum": quorum}
    )


@pytest.mark.parametrize(
    ("quorum", "members", "needed"),
    [
        ("半数以上", 4, 2),
        ("過半数", 4, 3),
        ("半数以上", 5, 3),
        ("過半数", 5, 3),
        ("2/3以上", 7, 5),
        ("半数以上", 0, None),
        (None, 5, None),
    ],
)
def test_the_quorum_in_members(quorum: str | None, members: int, needed: int | None) -> None:
    assert expected(a_body(quorum), [None] * members).needed == needed


def test_a_deputy_counts_for_the_member_they_come_for() -> None:
    found = expected(a_body("過半数"), [COMES, DEPUTY, AWAY, None])
    assert (found.attending, found.absent, found.unanswered) == (2, 1, 1)
    assert not found.enough and not found.out_of_reach


def test_a_quorum_can_be_out_of_reach_before_everybody_answered() -> None:
    assert expected(a_body("過半数"), [COMES, AWAY, AWAY, None]).out_of_reach
