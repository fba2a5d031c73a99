"""Tables pasted from a spreadsheet: the line of headings above their rows is no row, whatever the table is of."""

from collections.abc import Callable, Sequence

import pytest

from tests.support.scenario import House
from workflow import actions
from workflow.domain.closed_days import read_days
from workflow.domain.errors import BadInput
from workflow.domain.series import days_in

TABLES: tuple[tuple[Callable[[str], Sequence[object]], Sequence[str], str], ...] = (
    (actions.read_departments, ("名称,課ID", "課名\t課ID", "課の名称,課ID", "課", "Name,Key of the section"), "総務課,soumu"),
    (actions.read_staff, ("氏名,利用者ID", "氏名\t利用者ID", "利用者ID", "User key"), "佐藤,sato"),
    (actions.read_newcomers, ("氏名,利用者ID,メール,課,職", "名前,利用者ID,メール"), "佐藤,sato,sato@city.example.jp"),
    (actions.read_seats, ("氏名,役", "利用者ID\t役", "職員,役"), "佐藤,会長"),
    (read_days, ("日,名称", "日付\t名称", "開始日〜終了日 名称", "Day,Name"), "2026-08-13 夏季の閉庁"),
    (days_in, ("開催日", "日付\n"), "2026-05-16"),
)  # fmt: skip
"""Each reader of a table, with headings that offices write above it, and a row."""


@pytest.mark.parametrize(("read", "headings", "row"), TABLES, ids=lambda each: getattr(each, "__name__", ""))
def test_headings_are_no_row(
    read: Callable[[str], Sequence[object]], headings: Sequence[str], row: str
) -> None:
    wanted = len(read(row))
    for heading in headings:
        assert len(read(f"\n{heading}\n{row}")) == wanted == 1, heading


def test_the_lines_below_headings_keep_their_numbers(house: House) -> None:
    with pytest.raises(actions.DepartmentsRefused, match="2 行目: 課ID"):
        lines = actions.read_departments("名称,課ID\n総務課,SOUMU")
        actions.put_departments(house.office, "admin", lines, now=house.now)


def test_a_name_that_only_begins_like_a_heading_stays_a_row() -> None:
    assert [each.name for each in actions.read_departments("課税課,kazei\n所属支援課,shien")] == [
        "課税課",
        "所属支援課",
    ]


@pytest.mark.parametrize(
    ("read", "place"),
    [
        (actions.read_newcomers, "名簿"),
        (actions.read_departments, "課の一覧"),
        (actions.read_seats, "委員の一覧"),
    ],
)
def test_a_quotation_left_open_is_refused_by_the_name_of_the_table(
    read: Callable[[str], Sequence[object]], place: str
) -> None:
    with pytest.raises(BadInput, match=f"^{place}: 表として読めません"):
        read('佐藤,"sato\n鈴木,suzuki')
