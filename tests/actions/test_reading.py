"""供覧 and the discussion of a plan: who may, what stays, and that they decide nothing."""

import pytest

from definitions.terms import Role
from tests.support.scenario import LONG_AGO, House
from workflow import actions, queries
from workflow.domain.errors import AlreadyDone, BadInput, NotAllowed, NotFound, NotNow
from workflow.queries import Waiting
from workflow.store.event_log import verify
from workflow.store.tables import Event, Remark


@pytest.fixture
def ready(house: House) -> House:
    house.a_plan()
    house.a_version()
    return house


def circulate(house: House, *readers: str, by: str = "tanto") -> int:
    return actions.circulate(house.office, by, "dx", readers, note="お願い", now=house.now)


def reading(house: House) -> queries.Reading:
    with house.office.reading() as db:
        return queries.reading(db, house.plan())


def waits_to_read(house: House, person: str) -> bool:
    with house.office.reading() as db:
        return Waiting.READ in {task.kind for task in queries.worklist(db, person, house.now)}


def test_staff_and_the_secretariat_ask_people_of_the_plan_to_read(ready: House) -> None:
    assert circulate(ready, "joho_bukai_1", "ict_honbu_chair", "tanto") == 3
    assert circulate(ready, "kikaku_iinkai_1", by="joho_bukai_office") == 1
    assert waits_to_read(ready, "ict_honbu_chair")
    for person in ("joho_bukai_1", "mayor"):
        with pytest.raises(NotAllowed):
            circulate(ready, "joho_bukai_2", by=person)


def test_circulating_opens_no_gate(ready: House) -> None:
    before = ready.why()
    circulate(ready, "joho_bukai_chair")
    actions.mark_read(ready.office, "joho_bukai_chair", 1, now=ready.now)
    assert ready.why() == before


def test_who_was_asked_for_this_version_is_not_asked_twice(ready: House) -> None:
    circulate(ready, "joho_bukai_1")
    assert circulate(ready, "joho_bukai_1", "joho_bukai_2", "joho_bukai_2") == 1
    with pytest.raises(AlreadyDone, match="第1版の供覧を既に依頼"):
        circulate(ready, "joho_bukai_1", "joho_bukai_2")
    ready.a_version("改めた")
    assert circulate(ready, "joho_bukai_1") == 1


def test_only_people_of_the_plan_are_asked(ready: House) -> None:
    ready.a_person("stranger")
    with pytest.raises(BadInput, match="stranger"):
        circulate(ready, "joho_bukai_1", "stranger")
    with pytest.raises(BadInput, match="選ばれていません"):
        circulate(ready)
    assert reading(ready).asked == ()


def test_a_whole_body_is_asked_at_once_with_whom_else_one_names_and_nobody_twice(ready: House) -> None:
    def whole(*groups: str, by: str = "tanto", readers: tuple[str, ...] = ()) -> int:
        return actions.circulate(ready.office, by, "dx", readers, groups=groups, now=ready.now)

    circulate(ready, "joho_bukai_1")
    assert whole("body:joho_bukai", readers=("ict_honbu_1",)) == 4
    assert {each.reader for each in reading(ready).asked} == {
        *(f"情報化推進部会 {who}" for who in ("事務局office", "会長chair", "委員1", "委員2")),
        "ICT推進・活用本部（庁議） 委員1",
    }
    with pytest.raises(AlreadyDone):
        whole("body:joho_bukai")
    with pytest.raises(BadInput, match="other"):
        whole("body:other")
    with pytest.raises(BadInput, match="it"):
        whole("it")
    assert whole("body:ict_honbu", by="ict_honbu_office") == 2


def test_there_is_nothing_to_read_before_the_first_version(house: House) -> None:
    house.a_plan()
    with pytest.raises(BadInput, match="文書がまだありません"):
        circulate(house, "joho_bukai_1")


def test_a_reader_reads_once_and_only_for_themselves(ready: House) -> None:
    circulate(ready, "joho_bukai_1")
    with pytest.raises(NotFound):
        actions.mark_read(ready.office, "joho_bukai_2", 1, now=ready.now)
    ready.later(days=1)
    actions.mark_read(ready.office, "joho_bukai_1", 1, now=ready.now)
    assert reading(ready).asked[0].read_at == ready.now
    assert not waits_to_read(ready, "joho_bukai_1")
    with pytest.raises(AlreadyDone):
        actions.mark_read(ready.office, "joho_bukai_1", 1, now=ready.now)


def test_the_discussion_is_open_to_the_people_of_the_plan_as_of_the_day(ready: House) -> None:
    for person in ("tanto", "joho_bukai_1", "ict_honbu_chair", "kikaku_iinkai_office"):
        actions.remark(ready.office, person, "dx", "一言", now=ready.now)
    with pytest.raises(NotAllowed):
        actions.remark(ready.office, "mayor", "dx", "一言", now=ready.now)
    ready.a_person("former", "元 委員")
    actions.seat(
        ready.office, "admin", "former", "joho_bukai", Role.MEMBER, LONG_AGO, until=LONG_AGO, now=ready.now
    )
    with pytest.raises(NotAllowed):
        actions.remark(ready.office, "former", "dx", "一言", now=ready.now)
    assert [each.text for each in reading(ready).said] == ["一言"] * 4


def test_a_word_taken_back_leaves_no_text_anywhere(ready: House) -> None:
    number = actions.remark(ready.office, "tanto", "dx", "書き誤り", now=ready.now)
    with pytest.raises(NotNow, match="本人だけ"):
        actions.take_back_remark(ready.office, "joho_bukai_1", number, now=ready.now)
    actions.take_back_remark(ready.office, "tanto", number, now=ready.now)
    with pytest.raises(AlreadyDone):
        actions.take_back_remark(ready.office, "tanto", number, now=ready.now)
    with ready.office.reading() as db:
        assert db.get_one(Remark, number).text == ""
        assert not any("書き誤り" in event.data for event in db.query(Event))
        verify(db)
    assert reading(ready).said[0].taken_back_at == ready.now


def test_an_empty_word_is_refused(ready: House) -> None:
    with pytest.raises(BadInput):
        actions.remark(ready.office, "tanto", "dx", " \n", now=ready.now)
