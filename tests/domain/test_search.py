"""The words of a search: one form for every way to write them, and the place of each, as it is written."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.domain.search import (
    AROUND,
    LONGEST_WORD,
    PIECE,
    TITLE_LINE,
    Piece,
    excerpt,
    folded,
    marked,
    phrase,
    pieces,
    terms,
    words_of,
)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("計", ("計",)),
        ("計画　計画案", ("計画", "計画案")),
        ("ＤＸ推進 ﾃﾞｼﾞﾀﾙ", ("dx推進", "デジタル")),
        ("「計画」、計画", ("計画",)),
        ("㈱ ①", ("株", "1")),
        ("　。、()", ()),
        ("葛\U000e0100飾 計\u200b画", ("葛飾", "計画")),
    ],
)
def test_a_question_is_divided_into_folded_words(query: str, words: tuple[str, ...]) -> None:
    assert words_of(query) == words


def test_a_long_question_is_cut() -> None:
    assert words_of("計" * 99 + " 画") == ("計" * LONGEST_WORD,)
    assert len(words_of(" ".join("一二三四五六七八九十"))) == 8


@given(
    st.text(st.sampled_from("計画案aＡ１・。 \n々ーﾊﾞ𠮷が"), min_size=1),
    st.integers(0, 30),
    st.integers(1, 5),
)
def test_every_part_of_a_text_is_found_by_its_terms(text: str, start: int, length: int) -> None:
    kept = terms(text).split()
    for word in words_of(folded(text)[start : start + length]):
        sought = phrase(word)
        if len(word) == 1:
            assert any(term.startswith(sought[0]) for term in kept)
        else:
            assert sought in [tuple(kept[at : at + len(sought)]) for at in range(len(kept))]


def test_terms_are_letters_only_which_no_database_divides() -> None:
    assert terms("計画案 ＡＢ①\U000e0100").replace(" ", "").isalpha()
    assert terms("計画案").split() == [*phrase("計画"), *phrase("画案"), *phrase("案")]


def test_a_place_is_marked_as_it_is_written() -> None:
    parts = marked("区のＤＸ・ﾊﾞｽ計画", words_of("dx バス"))
    assert [(each.text, each.marked) for each in parts] == [
        ("区の", False),
        ("ＤＸ", True),
        ("・", False),
        ("ﾊﾞｽ", True),
        ("計画", False),
    ]


def test_an_excerpt_is_the_line_of_the_first_place_with_what_is_around_it() -> None:
    piece = Piece(7, "前の行\n" + "あ" * 100 + "計画" + "い" * 100)
    found = excerpt(piece, ("計画",))
    assert found.line == 8
    assert "".join(each.text for each in found.parts) == f"…{'あ' * AROUND}計画{'い' * AROUND}…"
    assert [each.text for each in found.parts if each.marked] == ["計画"]


def test_signs_that_show_nothing_part_no_word_and_are_marked_with_it() -> None:
    (piece,) = pieces("", ["東京都葛\U000e0100飾区の計\u200b画"])
    assert {*phrase("葛飾"), *phrase("計画")} <= set(terms(piece.text).split())
    parts = marked("都葛\U000e0100飾\ufe00区", words_of("葛飾"))
    assert [(each.text, each.marked) for each in parts] == [
        ("都", False),
        ("葛\U000e0100飾\ufe00", True),
        ("区", False),
    ]


@pytest.mark.parametrize(
    "lines", [["令和5年4月1日"] * 700, ["令和" * 900], ["あ" * (2 * PIECE)], ["令和、" * 900]]
)
def test_no_piece_holds_more_places_of_a_word_than_a_database_remembers(lines: list[str]) -> None:
    found = list(pieces("", lines))
    assert max(count for each in found for count in Counter(terms(each.text).split()).values()) <= 256
    assert {each.line for each in found} <= set(range(len(lines)))


def kanji(count: int) -> str:
    """So many characters, each another."""
    return "".join(chr(0x4E00 + number) for number in range(count))


def test_a_text_is_kept_in_pieces_with_the_numbers_of_their_lines() -> None:
    lines = [kanji(PIECE - 10), "二" * 20, "三", kanji(2 * PIECE), "五"]
    found = list(pieces("題名", lines))
    assert found[0] == Piece(TITLE_LINE, "題名")
    assert [each.line for each in found] == [TITLE_LINE, 0, 1, 3, 3, 3, 4]
    assert all(len(each.text) <= PIECE for each in found)


def test_a_word_across_two_pieces_of_a_long_line_is_in_one_of_them() -> None:
    word = "計" + "画" * (LONGEST_WORD - 1)
    for before in range(PIECE - LONGEST_WORD, PIECE + 1):
        for line in (kanji(before) + word + kanji(PIECE), "あ" * before + word + "い" * PIECE):
            assert any(word in each.text for each in pieces("", [line]))
