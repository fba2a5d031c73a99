"""The departments as one list in the office's official order (建制順)."""

import pytest

from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions, queries
from workflow.actions import DepartmentsRefused, read_departments, read_newcomers, read_staff
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput, NotAllowed, NotFound
from workflow.queries.inquiries import staffed_departments
from workflow.queries.people import staff as staff_of
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


def test_the_people_of_a_department_stand_in_the_order_that_was_set(house: House) -> None:
    for key in ("ichiro", "jiro", "saburo"):
        actions.add_person(house.office, "admin", key, key, f"{key}@city.example.jp", now=house.now)
        actions.post(house.office, "admin", key, "it", tokyo_day(house.now), now=house.now)
    before = _staff(house)
    wanted = read_staff("\n".join(f"氏名,{key}" for key in before[::-1]))
    actions.order_staff(house.office, "admin", "it", wanted, now=house.now)
    assert _staff(house) == wanted
    with house.office.reading() as db:
        event_log.verify(db)
        first = queries.people_list(db, tokyo_day(house.now), department="it", limit=2)
        assert first.following is not None
        rest = queries.people_list(db, tokyo_day(house.now), department="it", following=first.following)
        assert [each.key for each in (*first.people, *rest.people)] == wanted
        asked = {
            each.key: [one.key for one in each.staff]
            for each in staffed_departments(db, tokyo_day(house.now))
        }
        assert asked["it"] == wanted
    for wrong in (wanted[1:], [*wanted, wanted[0]], [*wanted[1:], "mayor"]):
        with pytest.raises(BadInput):
            actions.order_staff(house.office, "admin", "it", wrong, now=house.now)
    with pytest.raises(NotFound):
        actions.order_staff(house.office, "admin", "nowhere", wanted, now=house.now)


def test_a_table_of_people_says_their_places(house: House) -> None:
    table = "乙,otsu,otsu@city.example.jp,zaisei,係長,2\n甲,ko,ko@city.example.jp,zaisei,課長,1\n丙,hei,hei@city.example.jp,zaisei,主事,x"
    actions.add_department(house.office, "admin", "zaisei", "財政課", now=house.now)
    with pytest.raises(actions.NewcomersRefused, match="順「x」"):
        actions.add_people(house.office, "admin", read_newcomers(table), tokyo_day(house.now), now=house.now)
    listed = read_newcomers(table.replace(",x", ",3"))
    actions.add_people(house.office, "admin", listed, tokyo_day(house.now), now=house.now)
    assert _staff(house, "zaisei") == ["ko", "otsu", "hei"]


def test_an_administrator_changes_the_order_on_the_page_of_the_people(house: House) -> None:
    actions.add_person(house.office, "admin", "ichiro", "一郎", "ichiro@city.example.jp", now=house.now)
    actions.post(house.office, "admin", "ichiro", "it", tokyo_day(house.now), now=house.now)
    before = _staff(house)
    admin, staff = Browser(house, "admin"), Browser(house, "tanto")
    assert "一郎,ichiro" in admin.see("/people?department=it")
    assert "一郎,ichiro" not in staff.see("/people?department=it")
    admin.send("/departments/it/staff", people="\n".join(before[::-1]))
    assert _staff(house) == before[::-1]
    staff.send("/departments/it/staff", 403, people="\n".join(before))


def _staff(house: House, department: str = "it") -> list[str]:
    with house.office.reading() as db:
        return [each.key for each in staff_of(db, department, tokyo_day(house.now))]
