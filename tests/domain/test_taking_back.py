"""Until when a record may be taken back, and what is left afterwards."""

import pytest

from workflow.domain.taking_back import EndedBy, Kind, TakingBack


def test_while_nothing_was_built_on_it_the_acts_that_would_end_it_are_named() -> None:
    found = TakingBack.of(Kind.DECISION, [(EndedBy.MOVED, False), (EndedBy.CLOSED, False)])
    assert found.ended is None
    assert found.words == (
        "引き戻せるのは、次のいずれかまでです: 計画が動く（進行・差戻し）、会議が終了する。"
    )


@pytest.mark.parametrize("end", EndedBy)
@pytest.mark.parametrize("kind", Kind)
def test_afterwards_it_says_why_not_and_what_instead(kind: Kind, end: EndedBy) -> None:
    found = TakingBack.of(kind, [(EndedBy.CLOSED, False), (end, True), (EndedBy.MOVED, True)])
    assert found.ended is end
    assert found.words == f"{end.done}ため、引き戻せません。{kind.instead}"
