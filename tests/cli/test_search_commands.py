"""The search on the command line: words, kinds, and the index made anew."""

import json

from tests.support.terminal import Terminal


def test_words_are_found_once_the_index_is_made(office: Terminal) -> None:
    assert "ありません" in office.run("search", "部会", "--as", "hanako")
    assert "索引を作り直しました" in office.run("search", "rebuild")
    shown = office.run("search", "部会", "--as", "hanako")
    assert "/bodies/joho_bukai" in shown
    assert shown == office.run("search", "words", "部会", "--as", "hanako")


def test_every_word_has_to_be_found_and_the_answer_is_that_of_the_call(office: Terminal) -> None:
    office.run("search", "rebuild")
    found = json.loads(office.run("search", "情報化", "部会", "--kind", "body", "--json", "--as", "hanako"))
    assert found["words"] == ["情報化", "部会"]
    assert {each["kind"] for each in found["groups"]} <= {"body"}
    assert json.loads(office.run("search", "部会", "ない言葉", "--json", "--as", "hanako"))["groups"] == []
    assert "nobody」はありません" in office.refuse("search", "部会", "--as", "nobody")
