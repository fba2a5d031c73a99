"""Many people at once, as offices keep them: a table of names. All of them are added, or none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from definitions.errors import SakuteiError
from workflow.actions.people import insert_person, insert_posting, keeper
from workflow.domain.blank import is_blank
from workflow.domain.errors import BadInput
from workflow.domain.events import Tag
from workflow.domain.language import reworded, say
from workflow.domain.pasted_tables import PEOPLE, below_headings, cells_of_lines
from workflow.domain.validation import a_key, a_line, an_address, comparable_address, typed_number
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import Department, Person

HEADINGS = ("氏名", "利用者ID", "メール", "課", "職", "順")
MOST = 2000
"""Most people in one table."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A line of the table. `department` is a section's key or name, empty for none; `position` (職) may be
    empty. `rank` is the place in the official order of the section, empty for none. `excess` holds the cells beyond the six."""

    line: int
    name: str
    key: str
    email: str
    department: str = ""
    position: str = ""
    rank: str = ""
    excess: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewcomerFault:
    """A fault in a line of the table (from 1)."""

    line: int
    words: str


@dataclass(frozen=True, slots=True)
class CheckedNewcomers:
    """The faults of a table, in the order of its lines, and the lines whose people are registered already: the user ID is
    theirs, and so is the mail address."""

    faults: tuple[NewcomerFault, ...]
    registered: frozenset[int]


class NewcomersRefused(SakuteiError):
    """Some lines cannot be taken, so none was. `faults` are all there are."""

    def __init__(self, faults: Sequence[NewcomerFault]) -> None:
        self.faults = tuple(faults)

    @property
    def message(self) -> str:
        lines = [
            say("{line} 行目: {words}", line=fault.line, words=reworded(fault.words)) for fault in self.faults
        ]
        said = say("名簿に誤りが {count} 件あります。まだ誰も登録していません。", count=len(lines))
        return "\n".join([said, *lines])


def read_newcomers(text: str) -> list[Newcomer]:
    """The table as typed, pasted from a spreadsheet (tabs) or kept as CSV; a first line of headings is left
    out, and so are empty lines. Raises `BadInput`."""
    between = "\t" if "\t" in text.partition("\n")[0] else ","
    found = [_newcomer(number, cells) for number, cells in cells_of_lines(text, say("名簿"), between=between)]
    people = [each for each in found if any((each.name, each.key, each.email, each.department))]
    return below_headings(people, PEOPLE, lambda each: each.name)


def check_newcomers(db: Session, people: Sequence[Newcomer]) -> CheckedNewcomers:
    """Everything wrong with the table, and who of it is registered already. Nothing of the line of one who is registered
    is asked about: it changes nothing. Two statements."""
    departments = _departments(db)
    rows = db.execute(select(Person.key, Person.email).where(Person.key.in_([p.key for p in people])))
    addresses = {key: comparable_address(email) for key, email in rows}
    taken = dict.fromkeys(addresses, 0)
    faults, registered = list[NewcomerFault](), set[int]()
    for each in people:
        address = comparable_address(each.email)
        if address is not None and addresses.get(each.key) == address:
            registered.add(each.line)
            continue
        faults += [NewcomerFault(each.line, words) for words in _faults(each, departments, taken)]
        taken.setdefault(each.key, each.line)
    return CheckedNewcomers(tuple(faults), frozenset(registered))


def add_people(office: Office, by: str, people: Sequence[Newcomer], since: date, *, now: datetime) -> int:
    """Add the people of a table, who serve in their departments from a day, and return how many they are. Who is registered
    already stays as they are.

    Raises `NewcomersRefused` with every fault, `NotAllowed`, `BadInput`.
    """
    if not 0 < len(people) <= MOST:
        raise BadInput(
            "名簿",
            say("{count} 人です", count=len(people)),
            say("1 人以上 {most} 人以内にしてください。", most=MOST),
        )
    with office.writing() as db:
        who = keeper(db, by, now)
        checked = check_newcomers(db, people)
        if checked.faults:
            raise NewcomersRefused(checked.faults)
        new = [each for each in people if each.line not in checked.registered]
        if not new:
            raise BadInput(
                "名簿", "全員が既に登録されています", "まだ登録していない人を、1 行に 1 人書いてください。"
            )
        departments = _departments(db)
        for each in new:
            insert_person(db, each.key, each.name, each.email)
            record(db, Tag.PERSON_ADDED, at=now, by=who.id, key=each.key, name=each.name, email=each.email)
            if each.department:
                department, position = departments[each.department], each.position or None
                rank = typed_number(each.rank) or 0
                insert_posting(db, who, each.key, department, position, since, None, now, rank=rank)
        return len(new)


def _newcomer(number: int, cells: list[str]) -> Newcomer:
    name, key, email, department, position, rank, *excess = [*cells, *[""] * len(HEADINGS)]
    more = tuple(each for each in excess if each)
    return Newcomer(number, name, key, email, department, position, rank, more)


def _departments(db: Session) -> dict[str, str]:
    """The key of each department, by its name and by its key."""
    rows = db.execute(select(Department.key, Department.name).order_by(Department.key)).all()
    return {name: key for key, name in rows} | {key: key for key, _ in rows}


def _faults(each: Newcomer, departments: dict[str, str], taken: dict[str, int]) -> Iterator[str]:
    for check, place, value in (
        (a_line, "氏名", each.name),
        (a_key, "利用者ID", each.key),
        (an_address, "メール", each.email),
    ):
        try:
            check(place, value)
        except BadInput as error:
            yield error.message
    if each.position:
        try:
            a_line("職", each.position)
        except BadInput as error:
            yield error.message
    if taken.get(each.key) == 0:
        yield say(
            "利用者ID「{key}」は、電子メールの違う職員が既に使っています。同じ人なら電子メールを名簿のものに、別の人なら別の利用者IDにしてください。",
            key=each.key,
        )
    elif each.key in taken and not is_blank(each.key):
        yield say(
            "利用者ID「{key}」は {line} 行目と同じです。別の利用者IDにしてください。",
            key=each.key,
            line=taken[each.key],
        )
    if each.department and each.department not in departments:
        known = say("、").join(sorted(set(departments.values()))[:12])
        yield say(
            "課「{section}」はありません。先に課を登録するか、次の課IDか名称にしてください: {known}。",
            section=each.department[:60],
            known=known,
        )
    if each.position and not each.department:
        yield say("職がありますが、課がありません。課も書いてください。")
    if each.rank and typed_number(each.rank) is None:
        yield say(
            "順「{given}」は数ではありません。課の中の順を 1、2、3 と書くか、空けてください。",
            given=each.rank[:60],
        )
    if each.excess:
        yield say(
            "欄が多すぎます（{headings} の 6 欄です）。",
            headings=say("、").join(say(each) for each in HEADINGS),
        )
