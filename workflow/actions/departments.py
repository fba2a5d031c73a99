"""The departments (課) of the office as one list in its official order (建制順): added, renamed and ordered at once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from definitions.errors import SakuteiError
from workflow.actions.people import keeper
from workflow.domain.blank import is_blank
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput, NotFound
from workflow.domain.events import Tag
from workflow.domain.language import reworded, say
from workflow.domain.pasted_tables import DEPARTMENTS, PEOPLE, below_headings, cells_of_lines
from workflow.domain.validation import a_key, a_line
from workflow.queries.actor import in_term
from workflow.queries.people import staff
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import Department, Posting


@dataclass(frozen=True, slots=True)
class DepartmentLine:
    """A line (from 1) of the list."""

    line: int
    name: str
    key: str = ""


class DepartmentsRefused(SakuteiError):
    """Some lines cannot be taken, so none was. `faults` are (line, words); line 0: the list as a whole."""

    def __init__(self, faults: Sequence[tuple[int, str]]) -> None:
        self.faults = tuple(faults)

    @property
    def message(self) -> str:
        lines = [
            say("{line} 行目: {words}", line=line, words=reworded(words)) if line else reworded(words)
            for line, words in self.faults
        ]
        return "\n".join([say("課の一覧に誤りがあります。まだ何も変えていません。"), *lines])


def read_departments(text: str) -> list[DepartmentLine]:
    """The list as typed or pasted from a spreadsheet (tabs): a name and a key a line; empty lines and one of headings are
    left out. Raises `BadInput`."""
    rows = cells_of_lines(text.replace("\t", ","), say("課の一覧"))
    found = [DepartmentLine(number, *cells[:2]) for number, cells in rows]
    return below_headings(found, DEPARTMENTS, lambda each: each.name)


def put_departments(office: Office, by: str, lines: Sequence[DepartmentLine], *, now: datetime) -> int:
    """Let the departments be those of the lines, in their order: new keys are added, other names are corrections. Returns
    how many departments were added, renamed or moved.

    Raises `DepartmentsRefused` with every fault (also a department that is missing), `AlreadyDone` (nothing changes),
    `NotAllowed`.
    """
    with office.writing() as db:
        who = keeper(db, by, now)
        before = {each.key: (each.name, each.rank) for each in db.scalars(select(Department))}
        if faults := _faults(lines, before):
            raise DepartmentsRefused(faults)
        added = [each for each in lines if each.key not in before]
        renamed = [each for each in lines if each.key in before and before[each.key][0] != each.name]
        known = [each.key for each in lines if each.key in before]
        moved = known != sorted(before, key=lambda key: (before[key][1], key))
        if not (added or renamed or moved):
            raise AlreadyDone("課の一覧は既にそのとおりです。")
        for each in added:
            db.execute(insert(Department).values(key=each.key, name=each.name, rank=0))
            record(db, Tag.DEPARTMENT_ADDED, at=now, by=who.id, key=each.key, name=each.name)
        for each in renamed:
            db.execute(update(Department).where(Department.key == each.key).values(name=each.name))
            was = before[each.key][0]
            record(db, Tag.DEPARTMENT_RENAMED, at=now, by=who.id, key=each.key, name=each.name, before=was)
        _order(db, [each.key for each in lines])
        names = [each.name for each in lines]
        record(db, Tag.DEPARTMENTS_ORDERED, at=now, by=who.id, names=names)
        return len(added) + len(renamed) + moved


def read_staff(text: str) -> list[str]:
    """The keys of people as typed or pasted, a name and a key a line, or the key alone; empty lines and one of headings
    are left out."""
    lines = [line.replace("\t", ",").split(",") for line in text.splitlines() if line.strip()]
    below = below_headings(lines, PEOPLE, lambda cells: cells[-1])
    return [key for key in (cells[-1].strip() for cells in below) if key]


def order_staff(office: Office, by: str, department: str, people: Sequence[str], *, now: datetime) -> None:
    """Let the people who serve in the department today stand in that order. Raises `BadInput` (they are others), `NotFound`,
    `NotAllowed`."""
    with office.writing() as db:
        who = keeper(db, by, now)
        if db.get(Department, department) is None:
            raise NotFound("課", department)
        numbers = {each.key: each.person_id for each in staff(db, department, tokyo_day(now))}
        wrong = sorted(set(numbers).symmetric_difference(people)) or [
            key for key, count in Counter(people).items() if count > 1
        ]
        if wrong:
            raise BadInput(
                "課の職員の順",
                say(
                    "この課の職員と合いません: {keys}", keys=say("、").join(each[:60] for each in wrong[:12])
                ),
                "この課のいまの職員を、1 行に 1 人、それぞれ 1 度だけ書いてください。",
            )
        serves = (Posting.department_key == department) & in_term(Posting, tokyo_day(now))
        for rank, key in enumerate(people, 1):
            db.execute(update(Posting).where(serves, Posting.person_id == numbers[key]).values(rank=rank))
        record(db, Tag.STAFF_ORDERED, at=now, by=who.id, department=department, people=list(people))


def _order(db: Session, keys: Sequence[str]) -> None:
    for rank, key in enumerate(keys, 1):
        db.execute(update(Department).where(Department.key == key, Department.rank != rank).values(rank=rank))


def _faults(lines: Sequence[DepartmentLine], before: dict[str, tuple[str, int]]) -> list[tuple[int, str]]:
    faults = list[tuple[int, str]]()
    seen = dict[str, int]()
    for each in lines:
        for check, place, value in ((a_line, "課の名称", each.name), (a_key, "課ID", each.key)):
            try:
                check(place, value)
            except BadInput as error:
                faults.append((each.line, error.message))
        if each.key in seen and not is_blank(each.key):
            words = say("課ID「{key}」は {line} 行目と同じです。", key=each.key, line=seen[each.key])
            faults.append((each.line, words))
        seen.setdefault(each.key, each.line)
    if missing := [name for key, (name, _) in before.items() if key not in seen]:
        faults.append(
            (0, say("一覧から消えた課があります。課は消せません: {names}", names=say("、").join(missing)))
        )
    return faults
