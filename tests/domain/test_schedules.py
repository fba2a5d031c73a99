"""A plan's own schedule: when its lines take place, what its order allows, and what changed between two versions."""

from dataclasses import replace

import pytest

from definitions.load import shipped
from workflow.domain.errors import BadInput
from workflow.domain.schedules import (
    Line,
    PlanSchedule,
    checked,
    differences,
    modelled,
    parse_month,
    parse_when,
    shown_when,
    version_name,
)

CHAIN = shipped("itabashi_dx_2025")
AS_BEGUN = modelled(CHAIN)


def moved(schedule: PlanSchedule, gate: str, when: str) -> PlanSchedule:
    lines = [replace(line, when=when) if gate in line.gates else line for line in schedule.lines]
    return replace(schedule, lines=tuple(lines))


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("2026-09", "2026-09"),
        ("2026/9", "2026-09"),
        ("２０２６年９月", "2026-09"),
        ("令和8年9月", "2026-09"),
        ("R8.9", "2026-09"),
        ("2026-09-14", "2026-09-14"),
        ("令和8年9月14日", "2026-09-14"),
        ("2026-09 定例会", "2026-09 定例会"),
        ("令和8年9月定例会", "2026-09 定例会"),
        ("令和8年9月第3回定例会", "2026-09 定例会"),
        ("令和8年9月の定例会", "2026-09 定例会"),
        ("2026年 9月", "2026-09"),
        ("2117-09", "2117-09"),
    ],
)
def test_when_a_line_takes_place_is_read_as_people_write_it(written: str, when: str) -> None:
    assert parse_when(written, "時期") == when
    assert parse_when(shown_when(when), "時期") == when, "what the page shows can be written too"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "9月",
        "2026-13",
        "1949-12",
        "2200-01",
        "2026-00",
        "令和8年9月31日",
        "そのうち",
        "2026-09-14 定例会",
    ],
)
def test_what_is_no_time_is_refused(written: str) -> None:
    with pytest.raises(BadInput):
        parse_when(written, "時期")


@pytest.mark.parametrize("written", ["2026-09-14", "2026-09 定例会"])
def test_a_month_is_a_month(written: str) -> None:
    with pytest.raises(BadInput):
        parse_month(written, "段階の月")


def test_the_schedule_as_begun_is_the_chains_own() -> None:
    assert checked(CHAIN, AS_BEGUN) == AS_BEGUN
    assert AS_BEGUN.on(CHAIN).schedule == CHAIN.schedule
    assert PlanSchedule.from_rows(AS_BEGUN.to_rows()) == AS_BEGUN


def test_lines_are_put_in_the_order_of_their_time() -> None:
    asked = replace(AS_BEGUN, lines=AS_BEGUN.lines[::-1])
    assert [line.month for line in checked(CHAIN, asked).lines] == [line.month for line in AS_BEGUN.lines]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (moved(AS_BEGUN, "policy_honbu", "2023-02"), "予定（2023-03 から 2023-06）の外"),
        (moved(AS_BEGUN, "policy_honbu", "2023-03-01"), ""),
        (moved(AS_BEGUN, "outline_bukai", "2023-09"), "の外"),
        (replace(AS_BEGUN, lines=(Line("2023-06", "joho_bukai", "行事"),)), "どちらか一方"),
        (replace(AS_BEGUN, lines=(Line("2023-06"),)), "どちらか一方"),
        (replace(AS_BEGUN, lines=(Line("2023-06", "nobody"),)), "流れにありません"),
        (replace(AS_BEGUN, lines=(Line("2023-06 定例会", "joho_bukai"),)), "定例会があるのは"),
        (replace(AS_BEGUN, lines=(Line("2023-06", "joho_bukai", meeting=3),)), "日付のない行"),
        (
            replace(AS_BEGUN, lines=(Line("2023-06", "ict_honbu", gates=("outline_bukai",)),)),
            "済ませるのは会議体「情報化推進部会」",
        ),
        (replace(AS_BEGUN, lines=(Line("2023-06", event="行事"),) * 201), "201 行"),
        (
            replace(AS_BEGUN, spans=(replace(AS_BEGUN.spans[0], last="2023-02"), *AS_BEGUN.spans[1:])),
            "より前",
        ),
    ],
)
def test_what_a_schedule_cannot_be_is_refused_in_words(wrong: PlanSchedule, words: str) -> None:
    if not words:
        checked(CHAIN, wrong)
        return
    with pytest.raises(BadInput, match=words):
        checked(CHAIN, wrong)


def test_every_fault_is_told_at_once() -> None:
    wrong = moved(moved(AS_BEGUN, "policy_honbu", "2023-08"), "outline_bukai", "2023-12")
    with pytest.raises(BadInput) as refused:
        checked(CHAIN, wrong)
    assert "手続「策定方針: 本部への報告」" in refused.value.message
    assert "手続「骨子: 部会での検討」" in refused.value.message
    assert "_bukai" not in refused.value.message and "_honbu" not in refused.value.message


def test_what_changed_is_said_in_words() -> None:
    new = moved(AS_BEGUN, "policy_honbu", "2023-06-14")
    new = replace(new, spans=(replace(new.spans[0], last="2023-07"), *new.spans[1:]))
    new = replace(new, lines=(*new.lines[1:], Line("2023-07", event="住民説明会", tentative=True)))
    assert differences(CHAIN, AS_BEGUN, new) == [
        "策定方針: 令和5年3月から令和5年6月まで → 令和5年3月から令和5年7月まで",
        "ICT推進・活用本部（庁議）（本部への報告）: 令和5年5月 → 令和5年6月14日（水）",
        "加える: 令和5年7月（仮）　住民説明会",
        "外す: 令和5年3月　情報化推進部会（部会での検討）",
    ]
    assert differences(CHAIN, new, new) == []


def test_versions_are_named_as_offices_name_them() -> None:
    assert [version_name(number) for number in range(3)] == ["当初", "第1回変更", "第2回変更"]
