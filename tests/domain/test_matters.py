"""Matters typed into a form, one a line."""

import pytest

from workflow.domain.errors import BadInput
from workflow.domain.matters import MOST_TYPED, TypedMatter, TypedMatters, typed_matters


def test_a_line_is_a_matter_with_its_minutes_or_a_heading() -> None:
    found = typed_matters(
        "会長の選出　10分\r\n\r\n■ 議事\n前回会議録の承認（５分）\n休憩 10 分\nBreak 15 min\n令和5年度の区分\n"
    )
    assert found == TypedMatters(
        after=(
            TypedMatter("会長の選出", planned_minutes=10),
            TypedMatter("議事", heading=True),
            TypedMatter("前回会議録の承認", planned_minutes=5),
            TypedMatter("休憩", planned_minutes=10),
            TypedMatter("Break", planned_minutes=15),
            TypedMatter("令和5年度の区分"),
        )
    )


@pytest.mark.parametrize("mark", ["＊", "*"])
def test_a_line_of_its_own_says_where_the_plans_go(mark: str) -> None:
    found = typed_matters(f"開会\n■議事\n{mark}\nその他")
    assert found == TypedMatters(
        (TypedMatter("開会"), TypedMatter("議事", heading=True)), (TypedMatter("その他"),)
    )


def test_nothing_typed_is_nothing() -> None:
    assert not typed_matters(" \r\n　\n")


@pytest.mark.parametrize(
    "text",
    ["長" * 201, "■", "＊\n＊", "休憩 0分", "休憩 601分", "\n".join(["件"] * (MOST_TYPED + 1)), "a\x00b"],
)
def test_what_cannot_be_an_item_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        typed_matters(text)
