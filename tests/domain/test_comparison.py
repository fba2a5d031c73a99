"""Two texts compared: what became of each paragraph, row and word."""

import json
import time
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.compare import CHANGES, versions
from workflow.domain.comparison import (
    Change,
    Changed,
    Comparison,
    Mark,
    Unchanged,
    compare,
    comparison_as_json,
    comparison_from_json,
    words,
)
from workflow.domain.texts import Block, Text, heading, paragraph, row

GOAL = "区民サービスの向上を図ることを目的とする。"
SCOPE = "対象となる手続は、全庁の50手続とし、順次広げる。"
STAFF = "デジタル人材を育成し、各課に配置していく。"


def text(*lines: str) -> Text:
    return tuple(heading(line[1:], 1) if line.startswith("#") else paragraph(line) for line in lines)


def told(comparison: Comparison) -> list[tuple[Change, str, str]]:
    """What became of what, with the text on each side."""
    return [
        (each.change, each.old.text if each.old else "", each.new.text if each.new else "")
        for each in comparison.differences
    ]


def marked(pieces: Iterable[tuple[object, ...]]) -> str:
    """【other】 and 《number》 in a cell of a difference."""
    signs = {Mark.SAME: "{}", Mark.OTHER: "【{}】", Mark.NUMBER: "《{}》"}
    return "|".join("".join(signs[piece.mark].format(piece.text) for piece in cell) for cell in pieces)  # type: ignore[attr-defined]


CASES = {
    "nothing": (text(GOAL), text(GOAL), []),
    "space alone": (text("区の ＩＣＴ　計画"), text("区のＩＣＴ計画 "), []),
    "a paragraph added": (text(GOAL, STAFF), text(GOAL, SCOPE, STAFF), [(Change.ADDED, "", SCOPE)]),
    "a paragraph deleted": (text(GOAL, SCOPE, STAFF), text(GOAL, STAFF), [(Change.DELETED, SCOPE, "")]),
    "a heading inserted": (
        text("#１ 目的", GOAL, SCOPE),
        text("#１ 目的", GOAL, "#２ 対象", SCOPE),
        [(Change.ADDED, "", "２ 対象")],
    ),
    "a paragraph changed": (
        text(GOAL, SCOPE, STAFF),
        text(GOAL, SCOPE.replace("50", "60"), STAFF),
        [(Change.CHANGED, SCOPE, SCOPE.replace("50", "60"))],
    ),
    "a paragraph rewritten": (
        text(GOAL, SCOPE),
        text(GOAL, STAFF),
        [(Change.DELETED, SCOPE, ""), (Change.ADDED, "", STAFF)],
    ),
    "a paragraph moved": (
        text("#１ 目的", GOAL, "#２ 対象", SCOPE, STAFF),
        text("#１ 目的", "#２ 対象", SCOPE, STAFF, GOAL),
        [(Change.MOVED_AWAY, GOAL, ""), (Change.MOVED_HERE, "", GOAL)],
    ),
    "short lines are not followed": (
        text("以上", GOAL, SCOPE),
        text(GOAL, SCOPE, "以上"),
        [(Change.DELETED, "以上", ""), (Change.ADDED, "", "以上")],
    ),
    "a row of a table": (
        (row(("月", "会議"), begins=True), row(("４月", "情報化推進部会")), row(("５月", "推進本部"))),
        (row(("月", "会議"), begins=True), row(("４月", "情報化推進部会")), row(("６月", "推進本部"))),
        [(Change.CHANGED, "５月\t推進本部", "６月\t推進本部")],
    ),
    "a row does not become a paragraph": (
        (row(("４月", "情報化推進部会")),),
        text("４月 情報化推進部会"),
        [(Change.DELETED, "４月\t情報化推進部会", ""), (Change.ADDED, "", "４月 情報化推進部会")],
    ),
    "all of it": ((), text(GOAL), [(Change.ADDED, "", GOAL)]),
}


@pytest.mark.parametrize("case", CASES)
def test_what_became_of_a_text(case: str) -> None:
    old, new, expected = CASES[case]
    assert told(compare(old, new)) == expected


WORDS = {
    "a number is one word": (
        "予算は1,200万円とする。",
        "予算は1,350万円とする。",
        "予算は《1,200》万円とする。",
        "予算は《1,350》万円とする。",
    ),
    "a full-width number too": (
        "令和５年度から７年度まで",
        "令和５年度から１０年度まで",
        "令和５年度から《７》年度まで",
        "令和５年度から《１０》年度まで",
    ),
    "a number in kanji": ("第三条の規定", "第五条の規定", "第《三》条の規定", "第《五》条の規定"),
    "another width is no other number": (
        "対象は1,000件",
        "対象は１０００件",
        "対象は【1,000】件",
        "対象は【１０００】件",
    ),
    "words": (
        "情報化推進部会で検討する。",
        "情報化推進本部で決定する。",
        "【情報化推進部会】で【検討】する。",
        "【情報化推進本部】で【決定】する。",
    ),
    "a word inserted": (
        "区民の利便性を高める。",
        "区民と事業者の利便性を高める。",
        "区民の利便性を高める。",
        "区民【と事業者】の利便性を高める。",
    ),
    "space is none": ("区の ICT 計画を定める。", "区のICT計画を改める。", "区の ICT 計画を【定】める。", "区のICT計画を【改】める。"),
}  # fmt: skip


@pytest.mark.parametrize("case", WORDS)
def test_a_changed_paragraph_is_marked_word_by_word(case: str) -> None:
    old, new, left, right = WORDS[case]
    (found,) = compare(text(old), text(new)).differences
    assert (marked(found.old_pieces), marked(found.new_pieces)) == (left, right)
    assert found.number_changed == ("《" in right)


def test_a_changed_row_is_marked_cell_by_cell_also_when_it_has_another_cell() -> None:
    old, new = (row(("４月", "骨子作成", "部会")),), (row(("５月", "骨子作成", "部会", "報告")),)
    (found,) = compare(old, new).differences
    assert marked(found.old_pieces) == "《４》月|骨子作成|部会|"
    assert marked(found.new_pieces) == "《５》月|骨子作成|部会|【報告】"


def test_the_words_of_japanese() -> None:
    assert words("第2期ＤＸ計画は、デジタル化を1,200.5件") == [
        *("第", "2", "期", "ＤＸ", "計画", "は", "、", "デジタル", "化", "を", "1,200.5", "件"),
    ]


def test_a_comparison_says_under_which_heading_it_changed_and_where_a_paragraph_went() -> None:
    found = compare(
        text("#１ 目的", GOAL, STAFF, "#２ 対象", SCOPE), text("#１ 目的", STAFF, "#２ 対象", SCOPE, GOAL)
    )
    changed = [part for part in found.parts if isinstance(part, Changed)]
    assert [part.under for part in changed] == ["１ 目的", "２ 対象"]
    assert [part.differences[0].elsewhere for part in changed] == ["２ 対象", "１ 目的"]
    assert [len(part.blocks) for part in found.parts if isinstance(part, Unchanged)] == [1, 3]


_BLOCKS = st.lists(
    st.one_of(
        st.builds(paragraph, st.sampled_from(["あ", "い", GOAL, SCOPE, STAFF, GOAL + STAFF, ""])),
        st.builds(heading, st.sampled_from(["１ 目的", "２ 対象"]), st.integers(1, 3)),
        st.builds(row, st.lists(st.sampled_from(["", "4月", "部会"]), min_size=1, max_size=3)),
    ),
    max_size=14,
).map(tuple)


@given(_BLOCKS, _BLOCKS)
def test_both_texts_stand_in_their_comparison_whole_and_in_order(old: Text, new: Text) -> None:
    found = compare(old, new)
    before: list[Block | None] = []
    after: list[Block | None] = []
    for part in found.parts:
        if isinstance(part, Unchanged):
            before += part.blocks
            after += part.blocks
        else:
            before += [each.old for each in part.differences if each.old]
            after += [each.new for each in part.differences if each.new]
    assert [_plain(block) for block in before] == [_plain(block) for block in old]
    assert after == list(new)
    for each in found.differences:
        for block, pieces in ((each.old, each.old_pieces), (each.new, each.new_pieces)):
            assert bool(block) == bool(pieces)
            if block:
                cells = ["".join(piece.text for piece in cell) for cell in pieces]
                assert cells[: len(block.cells)] == list(block.cells) and not any(cells[len(block.cells) :])
    assert found.count(Change.MOVED_AWAY) == found.count(Change.MOVED_HERE)
    assert comparison_from_json(json.loads(json.dumps(comparison_as_json(found)))) == found
    assert bool(found.differences) or [_plain(each) for each in old] == [_plain(each) for each in new]


def _plain(block: Block | None) -> tuple[str, ...]:
    """The words of a block, with which it is the same whatever its level."""
    return ("row" if block and block.kind == "row" else "", *(block.cells if block else ()))


def test_a_section_written_anew_is_still_told_paragraph_by_paragraph() -> None:
    old = text(*(f"取組{n}: {SCOPE}令和5年度の{n}番目の取組である。" for n in range(60)))
    new = text(*(f"施策{n}: {SCOPE}令和6年度の{n}番目の取組である。" for n in range(60)))
    found = compare(old, new)
    assert found.count(Change.CHANGED) == 60
    assert [(each.old, each.new) for each in found.differences] == list(zip(old, new, strict=True))


def test_three_hundred_pages_are_compared_in_no_time() -> None:
    old, new = versions()
    began = time.perf_counter()
    found = compare(old, new)
    assert time.perf_counter() - began < 3
    assert CHANGES * 0.9 < len(found.differences) < CHANGES * 1.3


@pytest.mark.slow
@pytest.mark.parametrize("line", ["・", "・同じ行が続く"])
def test_texts_full_of_the_same_line_are_compared_in_no_time(line: str) -> None:
    old = text(*(line if number % 2 else f"{number}" for number in range(20_000)))
    new = text(*(line if number % 3 else f"{number} x" for number in range(20_000)))
    began = time.perf_counter()
    compare(old, new)
    assert time.perf_counter() - began < 15


def test_a_paragraph_without_end_is_compared_in_no_time() -> None:
    began = time.perf_counter()
    compare(text("あ、い。" * 50_000), text("あ、う。" * 50_000))
    assert time.perf_counter() - began < 5
