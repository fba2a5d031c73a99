"""A file that is not a chain is refused with every fault at its line, in Japanese, and never a traceback."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from definitions.chain import Chain
from definitions.errors import ChainInvalid, Fault
from definitions.load import MAXIMUM_BYTES, load_chain, parse_chain, shipped, shipped_chains

SMALL = """\
format: 1
key: small
title: 小さな計画
office: 区
bodies:
  - {key: bukai, name: 部会, kind: deliberative, chair: 部長, quorum: 2/3以上}
stages:
  - key: draft
    label: 素案
    gates:
      - key: draft_bukai
        kind: body
        label: 部会
        body: bukai
      - {key: draft_document, kind: document, label: 素案, mandatory: true}
  - key: decision
    label: 決定
    decided: true
reminders:
  - {key: today, kind: meeting, audience: members, when: 当日 08:30}
"""


def faults_of(text: str) -> tuple[Fault, ...]:
    with pytest.raises(ChainInvalid) as raised:
        parse_chain(text, "small.yaml")
    return raised.value.faults


def fault_of(old: str, new: str) -> Fault:
    """The only fault of the small chain after one replacement."""
    assert SMALL.count(old) == 1, old
    faults = faults_of(SMALL.replace(old, new))
    assert len(faults) == 1, faults
    return faults[0]


def test_a_sound_text_becomes_a_chain() -> None:
    chain = parse_chain(SMALL, "small.yaml")
    assert [stage.key for stage in chain.stages] == ["draft", "decision"]
    assert str(chain.body("bukai").quorum) == "2/3以上"


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, "utf-8-sig")
    assert load_chain(path) == parse_chain(SMALL, "small.yaml")


WRONG_SHAPE = [
    pytest.param("office: 区", "ofice: 区", 1, 1, "office", "「office」がありません", "office: を", id="a key is missing"),
    pytest.param("office: 区", "ofice: 区", 4, 1, "ofice", "「ofice」というキーはありません", "「office」のことでは", id="a key is misspelt"),
    pytest.param("    label: 決定", "    label: 決定\n    decide: true", 18, 5, "stages[1].decide", "「decide」", "「decided」のことでは", id="a key of a stage is misspelt"),
    pytest.param("        body: bukai", "        body: bukai\n        opens: [approved]", 15, 9, "stages[0].gates[0].opens", "「opens」", "「opens_on」のことでは", id="a key of a body gate is misspelt"),
    pytest.param("        body: bukai\n", "", 11, 9, "stages[0].gates[0].body", "「body」がありません", "body: を", id="a body gate names no body"),
    pytest.param("kind: document,", "kind: docment,", 15, 31, "stages[0].gates[1].kind", "「docment」", "「document」のことでは", id="a kind of gate is misspelt"),
    pytest.param("kind: document, ", "", 15, 9, "stages[0].gates[1].kind", "種類（kind）がありません", "signoff", id="a gate has no kind"),
    pytest.param("kind: deliberative", "kind: delibrative", 6, 28, "bodies[0].kind", "「delibrative」", "「deliberative」のことでは", id="a kind of body is misspelt"),
    pytest.param("quorum: 2/3以上", "quorum: 大半", 6, 59, "bodies[0].quorum", "「大半」は読めません", "「半数以上」", id="a share is not a share"),
    pytest.param("quorum: 2/3以上", "quorum: 0.5", 6, 59, "bodies[0].quorum", "「0.5」は割合", "「半数以上」", id="a share is a number"),
    pytest.param("when: 当日 08:30", "when: あした", 20, 52, "reminders[0].when", "「あした」は読めません", "3営業日前 09:00", id="a time is not a time"),
    pytest.param("when: 当日 08:30", "when: 3", 20, 52, "reminders[0].when", "「3」は時期", "3営業日前 09:00", id="a time is a number"),
    pytest.param("key: small", "key: 小さい", 2, 1, "key", "キーにできません", "英小文字", id="a key is not ASCII"),
    pytest.param("title: 小さな計画", "title: 2025", 3, 1, "title", "文字列ではありません", "引用符", id="a title is a number"),
    pytest.param("title: 小さな計画", "title: ''", 3, 1, "title", "空です", "中身", id="a title is empty"),
    pytest.param("title: 小さな計画", "title:", 3, 1, "title", "値がありません", "値を書く", id="a title has no value"),
    pytest.param("title: 小さな計画", "title: " + "長" * 201, 3, 1, "title", "長すぎます", "200 文字まで", id="a title is too long"),
    pytest.param("title: 小さな計画", 'title: "二\\n行"', 3, 1, "title", "一行になっていません", "改行を除いて", id="a title has two lines"),
    pytest.param("office: 区", "office: 区\ncomment_minimum_days: '14'", 5, 1, "comment_minimum_days", "整数ではありません", "引用符を付けず", id="a number is quoted"),
    pytest.param("office: 区", "office: 区\ncomment_minimum_days: 0", 5, 1, "comment_minimum_days", "小さすぎます", "1 以上", id="a number is too small"),
    pytest.param("office: 区", "office: 区\ncomment_minimum_days: 366", 5, 1, "comment_minimum_days", "大きすぎます", "365 以下", id="a number is too large"),
    pytest.param("decided: true", "decided: はい", 18, 5, "stages[1].decided", "true でも false でもありません", "true か false", id="a truth is neither true nor false"),
    pytest.param("    label: 決定", "    label: 決定\n    next: draft", 18, 5, "stages[1].next", "並びになっていません", "[ ]", id="a list is a word"),
    pytest.param("    label: 決定", "    label: 決定\n    planned: {first: 2023-13, last: 2024-01}", 18, 15, "stages[1].planned.first", "「2023-13」は月に", "2023-06", id="a month is no month"),
    pytest.param("    label: 決定", "    label: 決定\n    planned: 2023-03", 18, 5, "stages[1].planned", "「キー: 値」の形", "字下げ", id="a mapping is a word"),
    pytest.param("format: 1", "format: 2", 1, 1, "format", "版 2 は読めません", "format: 1", id="the format is another version"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "column", "key", "problem", "mend"), WRONG_SHAPE)
def test_the_text_is_refused_when(
    old: str, new: str, line: int, column: int, key: str, problem: str, mend: str
) -> None:
    assert SMALL.count(old) == 1, old
    fault = next(fault for fault in faults_of(SMALL.replace(old, new)) if fault.key == key)
    assert (fault.line, fault.column) == (line, column)
    assert problem in fault.problem
    assert mend in fault.mend


def test_all_faults_of_shape_are_told_at_once_in_the_order_of_the_file() -> None:
    text = (
        SMALL.replace("key: small", "key: 小")
        .replace("kind: document", "kind: docment")
        .replace("当日", "明日")
    )
    assert [(fault.line, fault.key) for fault in faults_of(text)] == [
        (2, "key"),
        (15, "stages[0].gates[1].kind"),
        (20, "reminders[0].when"),
    ]


def test_a_fault_inside_the_only_stage_is_not_told_again_as_no_stages() -> None:
    text = "format: 1\nkey: a\ntitle: a\noffice: a\nbodies: []\nstages: [{key: s, label: 3}]\n"
    assert [fault.key for fault in faults_of(text)] == ["stages[0].label"]


def test_no_stages_at_all_is_told() -> None:
    text = "format: 1\nkey: a\ntitle: a\noffice: a\nbodies: []\nstages: []\n"
    (fault,) = faults_of(text)
    assert (fault.line, fault.key, fault.problem) == (6, "stages", "空です")


def test_the_message_names_file_line_column_key_fault_and_mend() -> None:
    with pytest.raises(ChainInvalid) as raised:
        parse_chain(SMALL.replace("body: bukai", "body: bukay"), "small.yaml")
    assert "small.yaml:14:9: stages[0].gates[0].body: 会議体「bukay」" in raised.value.message
    assert "→ 「bukai」のことではありませんか" in raised.value.message


def test_an_anchor_and_its_alias_are_both_told() -> None:
    faults = faults_of(
        SMALL.replace("title: 小さな計画", "title: &name 小").replace("office: 区", "office: *name")
    )
    assert [(fault.line, fault.key) for fault in faults] == [(3, "&name"), (4, "*name")]


def test_a_tag_is_refused() -> None:
    fault = fault_of("office: 区", "office: !!python/name:os.system 区")
    assert (fault.line, "タグ" in fault.problem) == (4, True)


def test_a_key_written_twice_is_told_at_the_second_with_the_line_of_the_first() -> None:
    fault = fault_of("office: 区", "office: 区\ntitle: 別の計画")
    assert (fault.line, fault.column, fault.key) == (5, 1, "title")
    assert "一度目は 3 行目" in fault.problem


def test_every_key_written_twice_is_told() -> None:
    faults = faults_of(SMALL.replace("office: 区", "office: 区\nkey: b\noffice: 県"))
    assert [(fault.line, fault.key) for fault in faults] == [(5, "key"), (6, "office")]


def test_a_syntax_error_names_its_line() -> None:
    fault = fault_of("title: 小さな計画", "title: 小さな: 計画")
    assert fault.line == 3
    assert "コロン" in fault.problem


def test_a_tab_for_indentation_is_called_a_tab() -> None:
    fault = fault_of("    label: 素案\n", "\tlabel: 素案\n")
    assert fault.line == 9
    assert "タブ" in fault.problem


def test_two_documents_in_one_file_are_refused() -> None:
    (fault,) = faults_of(SMALL + "---\n" + SMALL)
    assert "二つ以上" in fault.problem


@pytest.mark.parametrize("text", ["- a\n- b\n", "ただの文", "3"])
def test_a_text_that_is_no_mapping_is_refused(text: str) -> None:
    (fault,) = faults_of(text)
    assert "「キー: 値」の形になっていません" in fault.problem


@pytest.mark.parametrize("text", ["", "# 覚え書きだけ\n"])
def test_an_empty_text_is_refused(text: str) -> None:
    (fault,) = faults_of(text)
    assert (fault.problem, fault.mend) == ("ファイルが空です", "format: 1 から書き始めてください")


def test_a_bottomless_nesting_is_refused() -> None:
    (fault,) = faults_of("[" * 100_000)
    assert "入れ子が深すぎます" in fault.problem


def test_a_text_of_more_than_256_kilobytes_is_refused() -> None:
    (fault,) = faults_of(SMALL + "#" * MAXIMUM_BYTES)
    assert "上限 256 KB" in fault.problem


def test_a_file_of_more_than_256_kilobytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"#" * (MAXIMUM_BYTES + 1))
    assert "上限 256 KB" in _only_fault_of_file(path).problem


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert _only_fault_of_file(tmp_path / "none.yaml").problem == "ファイルがありません"


def test_a_folder_is_told(tmp_path: Path) -> None:
    assert "フォルダ" in _only_fault_of_file(tmp_path).problem


def test_a_file_in_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "sjis.yaml"
    path.write_bytes(SMALL.encode("shift_jis"))
    fault = _only_fault_of_file(path)
    assert (fault.line, fault.problem) == (3, "UTF-8 として読めません")


def _only_fault_of_file(path: Path) -> Fault:
    with pytest.raises(ChainInvalid) as raised:
        load_chain(path)
    assert raised.value.file == str(path)
    (fault,) = raised.value.faults
    return fault


def test_an_unknown_shipped_chain_is_told_with_the_known_ones() -> None:
    with pytest.raises(ChainInvalid) as raised:
        shipped("itabashi_dx_2024")
    assert all(key in raised.value.message for key in shipped_chains())
    assert "「itabashi_dx_2025」のことではありませんか" in raised.value.message


def test_a_shipped_chain_is_found_by_key_and_never_by_path() -> None:
    with pytest.raises(ChainInvalid):
        shipped("../chains/itabashi_dx_2025")


_HOSTILE = st.one_of(
    st.text(max_size=200),
    st.text(alphabet="ab:-[]{}&*!|>%@`\"'#?,\\uU0 \n\t~<=", max_size=80),
)


@given(_HOSTILE)
def test_any_text_at_all_is_a_chain_or_told_to_be_none(text: str) -> None:
    _chain_or_told(text)


@given(st.integers(0, len(SMALL)), st.integers(0, 30), _HOSTILE)
def test_a_sound_text_with_any_damage_is_a_chain_or_told_to_be_none(start: int, cut: int, text: str) -> None:
    _chain_or_told(SMALL[:start] + text + SMALL[start + cut :])


def _chain_or_told(text: str) -> None:
    try:
        assert isinstance(parse_chain(text, "any.yaml"), Chain)
    except ChainInvalid as invalid:
        assert invalid.faults
        assert all(fault.problem and fault.mend for fault in invalid.faults)
