"""The departments as one list in the office's official order (建制順)."""

import pytest

from tests.support.scenario import House
from workflow import actions, queries
from workflow.actions import DepartmentsRefused, read_departments
from workflow.domain.errors import AlreadyDone, NotAllowed
from workflow.store import event_log


def _put(house: House, text: str, by: str = "admin") -> int:
    return actions.put_departments(house.office, by, read_departments(text), now=house.now)


def _listed(house: House) -> list[tuple[str, str]]:
    with house.office.reading() as db:
        event_log.verify(db)
        return queries.departments(db)


def _text(listed: list[tuple[str, str]]) -> str:
    return "\n".join(f"{name},{key}" for key, name in listed)


def test_departments_stand_in_the_order_of_the_list_and_new_ones_are_added(house: House) -> None:
    before = _listed(house)
    _put(house, "総務課\tzsoumu\n" + _text(before[::-1]))
    assert _listed(house) == [("zsoumu", "総務課"), *before[::-1]]
    actions.add_department(house.office, "admin", "aaa", "後からの課", now=house.now)
    assert _listed(house)[-1] == ("aaa", "後からの課")


def test_another_name_is_a_correction_and_is_recorded(house: House) -> None:
    listed = [(key, "デジタル推進課" if key == "it" else name) for key, name in _listed(house)]
    assert _put(house, _text(listed)) == 1
    assert _listed(house) == listed
    with pytest.raises(AlreadyDone):
        _put(house, _text(listed))


def test_every_fault_is_told_and_nothing_changes(house: House) -> None:
    before = _listed(house)
    with pytest.raises(DepartmentsRefused) as refused:
        _put(house, "総務課,SOUMU\n,law\n法務課,law")
    told = refused.value.message
    assert (
        "1 行目: 課ID" in told
        and "2 行目: 課の名称" in told
        and "2 行目と同じ" in told
        and "消えた課" in told
    )
    assert _listed(house) == before


def test_only_administrators_keep_the_list(house: House) -> None:
    with pytest.raises(NotAllowed):
        _put(house, _text(_listed(house)), by="tanto")
