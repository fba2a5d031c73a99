"""Many people added at once: all or none, with every fault told; and single terms that end."""

from datetime import date

import pytest
from sqlalchemy import select

from definitions.terms import Role
from tests.support.scenario import LONG_AGO, House
from workflow import actions
from workflow.actions import NewcomersRefused, read_newcomers
from workflow.domain.errors import AlreadyDone, BadInput, NotAllowed, NotFound
from workflow.domain.events import Tag
from workflow.queries.actor import actor
from workflow.queries.bodies import seats
from workflow.queries.people import is_deputy_of, staff
from workflow.store import event_log
from workflow.store.tables import Deputy, Event, Membership, Person, Posting

APRIL = date(2023, 4, 1)
TABLE = """氏名,利用者ID,メール,課,職
佐藤 一郎,sato,sato@city.example.jp,IT推進課,課長
鈴木 次郎,suzuki,suzuki@city.example.jp,it,
高橋 三郎,takahashi,takahashi@city.example.jp,,
"""


def _add(house: House, text: str, by: str = "admin") -> int:
    return actions.add_people(house.office, by, read_newcomers(text), APRIL, now=house.now)


def _faults(house: House, text: str) -> list[tuple[int, str]]:
    with pytest.raises(NewcomersRefused) as refused:
        _add(house, text)
    return [(fault.line, fault.words) for fault in refused.value.faults]


def _keys(house: House) -> set[str]:
    with house.office.reading() as db:
        return set(db.scalars(select(Person.key)))


def test_a_table_of_people_is_added_with_their_departments_and_positions(house: House) -> None:
    assert _add(house, TABLE) == 3
    with house.office.reading() as db:
        assert {seat.key for seat in staff(db, "it", APRIL)} >= {"sato", "suzuki"}
        assert actor(db, "sato", APRIL).positions == {"課長"}
        assert actor(db, "takahashi", APRIL).departments == frozenset()
        event_log.verify(db)


def test_a_table_pasted_from_a_spreadsheet_reads_the_same() -> None:
    assert read_newcomers(TABLE) == read_newcomers(TABLE.replace(",", "\t"))


def test_a_name_with_a_comma_stands_in_quotes() -> None:
    (person,) = read_newcomers('"Smith, John",john,john@city.example.jp')
    assert (person.name, person.department) == ("Smith, John", "")


def test_one_bad_line_keeps_everybody_out(house: House) -> None:
    before = _keys(house)
    faults = _faults(house, TABLE + "田中 四郎,tanaka,これは宛先ではない,it,\n")
    assert [line for line, _ in faults] == [5]
    assert _keys(house) == before


def test_every_fault_of_every_line_is_told_at_once(house: House) -> None:
    faults = _faults(
        house,
        "\n".join(
            (
                ",tanto,other@city.example.jp,it,",
                "田中,tanaka,tanaka@city.example.jp,財政課,",
                "田中,tanaka,tanaka2@city.example.jp,,主査",
                "山田,Yamada,yamada@city.example.jp,it,主事,,余り",
            )
        ),
    )
    told = "\n".join(f"{line}: {words}" for line, words in faults)
    assert [line for line, _ in faults] == [1, 1, 2, 3, 3, 4, 4]
    for words in (
        "1: 氏名: 空です",
        "1: 利用者ID「tanto」は、電子メールの違う職員が既に使っています",
        "2: 課「財政課」はありません",
        "3: 利用者ID「tanaka」は 2 行目と同じです",
        "3: 職がありますが、課がありません",
        "4: 利用者ID: 「Yamada」は使えません",
        "4: 欄が多すぎます",
    ):
        assert words in told


def test_who_is_registered_already_is_left_as_they_are(house: House) -> None:
    mine = "管理 次郎,admin,ADMIN@City.example.jp,it,課長\n"
    assert _add(house, TABLE + mine) == 3
    with house.office.reading() as db:
        assert db.scalars(select(Person.name).where(Person.key == "admin")).one() != "管理 次郎"
        assert actor(db, "admin", APRIL).departments == frozenset()
    with pytest.raises(BadInput, match="全員が既に登録されています"):
        _add(house, mine)


def test_an_empty_table_and_a_broken_one_are_told_kindly(house: House) -> None:
    with pytest.raises(BadInput, match="0 人です"):
        _add(house, "氏名,利用者ID,メール,課,職\n\n")
    with pytest.raises(BadInput, match="表として読めません"):
        read_newcomers('"佐藤,sato\n')


def test_only_administrators_add_people(house: House) -> None:
    with pytest.raises(NotAllowed):
        _add(house, TABLE, by="tanto")


def test_one_seat_ends_and_the_others_stay(house: House) -> None:
    actions.seat(house.office, "admin", "joho_bukai_1", "ict_honbu", Role.MEMBER, LONG_AGO, now=house.now)
    actions.end_seat(house.office, "admin", _number(house, Membership, "joho_bukai"), APRIL, now=house.now)
    with house.office.reading() as db:
        assert "joho_bukai_1" in {seat.key for seat in seats(db, "joho_bukai", APRIL)}
        assert "joho_bukai_1" not in {seat.key for seat in seats(db, "joho_bukai", date(2023, 4, 2))}
        assert "joho_bukai_1" in {seat.key for seat in seats(db, "ict_honbu", date(2023, 4, 2))}
        event_log.verify(db)


def test_one_posting_ends_and_its_right_with_it(house: House) -> None:
    with house.office.reading() as db:
        number = db.scalars(select(Posting.id).join(Person).where(Person.key == "tanto")).one()
    actions.end_posting(house.office, "admin", number, APRIL, now=house.now)
    with house.office.reading() as db:
        assert actor(db, "tanto", APRIL).departments == {"it"}
        assert actor(db, "tanto", date(2023, 4, 2)).departments == frozenset()


def test_one_deputyship_ends(house: House) -> None:
    actions.name_deputy(house.office, "admin", "mayor", "tanto", LONG_AGO, now=house.now)
    with house.office.reading() as db:
        held = db.scalars(select(Deputy)).one()
    actions.end_deputyship(house.office, "admin", held.id, APRIL, now=house.now)
    with house.office.reading() as db:
        assert is_deputy_of(db, held.deputy_id, held.principal_id, APRIL)
        assert not is_deputy_of(db, held.deputy_id, held.principal_id, date(2023, 4, 2))


def test_a_term_ends_only_once_and_never_before_it_began(house: House) -> None:
    number = _number(house, Membership, "joho_bukai")
    with pytest.raises(BadInput, match="始まり"):
        actions.end_seat(house.office, "admin", number, date(2019, 1, 1), now=house.now)
    actions.end_seat(house.office, "admin", number, APRIL, now=house.now)
    with pytest.raises(AlreadyDone, match="既に令和5年4月1日（土）まで"):
        actions.end_seat(house.office, "admin", number, date(2023, 5, 1), now=house.now)
    with pytest.raises(NotFound):
        actions.end_seat(house.office, "admin", 9999, APRIL, now=house.now)
    with pytest.raises(NotAllowed):
        actions.end_seat(house.office, "tanto", number, APRIL, now=house.now)


def test_a_chain_that_is_new_to_the_office_is_logged_once(house: House) -> None:
    actions.add_chain(house.office, "admin", house.chain, now=house.now)
    with house.office.reading() as db:
        added = db.scalars(select(Event.by).where(Event.tag == Tag.CHAIN_ADDED)).all()
    assert len(added) == 1


def _number(house: House, table: type[Membership], body: str) -> int:
    with house.office.reading() as db:
        mine = select(table.id).join(Person, Person.id == table.person_id)
        return db.scalars(mine.where(Person.key == "joho_bukai_1", table.body_key == body)).one()
