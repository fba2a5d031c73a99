"""Many seats of a body at once, from lines of people and roles. All of them are given, or none."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from definitions.chain import Body
from definitions.errors import SakuteiError
from definitions.terms import Role
from workflow.actions.people import in_order, insert_seat, keeper
from workflow.domain.errors import BadInput
from workflow.domain.language import label, reworded, say
from workflow.domain.pasted_tables import PEOPLE, below_headings, cells_of_lines
from workflow.domain.seats import may_chair, seat_label
from workflow.queries.actor import in_term
from workflow.queries.bodies import body_rule
from workflow.store.database import Office
from workflow.store.tables import Membership, Person, Posting

MOST = 300
"""Most lines at once."""


@dataclass(frozen=True, slots=True)
class SeatLine:
    """A line (from 1): a person by their name or key, and their role in words; no words: a member (委員)."""

    line: int
    person: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class SeatFound:
    """A line with the person and the role that were found. `held`: the person has that seat already, and keeps it.
    `fault` says why the line cannot be taken; empty: it can. `doubt` says what may be a slip in a line that is taken."""

    line: SeatLine
    key: str = ""
    name: str = ""
    role: Role | None = None
    held: bool = False
    fault: str = ""
    doubt: str = ""


class SeatsRefused(SakuteiError):
    """Some lines cannot be taken, so none was. `found` are all lines."""

    def __init__(self, found: Sequence[SeatFound]) -> None:
        self.found = tuple(found)

    @property
    def message(self) -> str:
        faults = [each for each in self.found if each.fault]
        lines = [
            say("{line} 行目: {words}", line=each.line.line, words=reworded(each.fault)) for each in faults
        ]
        said = say("委員の一覧に誤りが {count} 件あります。まだ誰も登録していません。", count=len(lines))
        return "\n".join([said, *lines])


def read_seats(text: str) -> list[SeatLine]:
    """The lines as typed or pasted from a spreadsheet (tabs); empty lines and one of headings are left out. Raises
    `BadInput`."""
    plain = text.replace("\t", ",").replace("、", ",").replace("，", ",")
    found = [SeatLine(number, *cells[:2]) for number, cells in cells_of_lines(plain, say("委員の一覧"))]
    found = below_headings(found, PEOPLE, lambda each: each.person)
    if len(found) > MOST:
        raise BadInput(
            "委員の一覧",
            say("{count} 行あります", count=len(found)),
            say("{most} 行以内にしてください。", most=MOST),
        )
    return found


def find_seats(
    db: Session, body: str, lines: Sequence[SeatLine], since: date, until: date | None
) -> list[SeatFound]:
    """Every line with whom it means, and what is wrong with it. Three statements, and one more with a new chair. Raises
    `NotFound`, `BadInput`."""
    in_order(since, until)
    rule = body_rule(db, body)
    people = db.execute(select(Person.key, Person.name).order_by(Person.key)).all()
    by_key = dict[str, str](people)
    by_name = defaultdict[str, list[str]](list)
    for key, name in people:
        by_name["".join(name.split())].append(key)
    rows = db.execute(
        select(Person.key, Membership.role)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.body_key == body,
            Membership.since <= (until or date.max),
            (Membership.until.is_(None)) | (Membership.until >= since),
        )
    )
    taken = {(key, Role(role)) for key, role in rows}
    found = list[SeatFound]()
    before = dict[tuple[str, Role], int]()
    for each in lines:
        keys = [each.person] if each.person in by_key else by_name["".join(each.person.split())]
        role = _role(each.role, rule)
        fault = _fault(each, keys, role, rule, before)
        if fault or role is None:
            found.append(SeatFound(each, role=role, fault=fault))
            continue
        (key,) = keys
        before[key, role] = each.line
        found.append(SeatFound(each, key, by_key[key], role, held=(key, role) in taken))
    return _doubted(db, rule, found, since)


def seat_people(
    office: Office,
    by: str,
    body: str,
    lines: Sequence[SeatLine],
    since: date,
    *,
    until: date | None = None,
    now: datetime,
) -> int:
    """Seat the people of the lines in a body for a term, and return how many were seated; who has the seat already
    keeps it.

    Raises `SeatsRefused` with every fault, `NotAllowed`, `NotFound`, `BadInput`.
    """
    with office.writing() as db:
        who = keeper(db, by, now)
        found = find_seats(db, body, lines, since, until)
        if any(each.fault for each in found):
            raise SeatsRefused(found)
        new = [each for each in found if not each.held]
        if not new:
            raise BadInput(
                "委員の一覧", "新しく登録する人がいません", "職員を選ぶか、1 行に 1 人を書いてください。"
            )
        for each in new:
            if each.role is not None:
                insert_seat(db, who, each.key, body, each.role, since, until, now)
        return len(new)


def _doubted(db: Session, rule: Body, found: list[SeatFound], day: date) -> list[SeatFound]:
    """The lines, with a doubt at each new chair whose position (職) on the first day is not the one that chairs the body."""
    chairs = [each.key for each in found if each.role is Role.CHAIR and each.key and not each.held]
    if not chairs:
        return found
    posted = in_term(Posting, day) & Posting.position.is_not(None)
    rows = db.execute(
        select(Person.key, Posting.position)
        .join(Posting, (Posting.person_id == Person.id) & posted)
        .where(Person.key.in_(chairs))
        .order_by(Posting.id)
    )
    positions = defaultdict[str, list[str]](list)
    for key, position in rows:
        positions[key].append(position or "")
    return [
        replace(each, doubt=_not_the_chair(rule, positions[each.key]))
        if each.role is Role.CHAIR and not each.held and not may_chair(rule, positions[each.key])
        else each
        for each in found
    ]


def _not_the_chair(rule: Body, positions: Sequence[str]) -> str:
    return say(
        "{title}を務める職は「{chair}」ですが、この人の職は「{positions}」です。このままでよければ登録できます。",
        title=seat_label(Role.CHAIR, rule),
        chair=rule.chair,
        positions=say("、").join(positions),
    )


def _role(words: str, rule: Body) -> Role | None:
    """The role in words, in the body's own, in Japanese, in the reader's language, or by its key. None: there is no such
    role."""
    if not words:
        return Role.MEMBER
    return next(
        (role for role in Role if words in (seat_label(role, rule), role.label, label(role), role.value)),
        None,
    )


def _fault(
    each: SeatLine, keys: Sequence[str], role: Role | None, rule: Body, before: dict[tuple[str, Role], int]
) -> str:
    if not keys:
        return say("「{person}」という氏名・利用者IDの職員はいません。", person=each.person[:60])
    if len(keys) > 1:
        return say(
            "「{person}」という氏名の職員は{count}人います。利用者IDで書いてください: {keys}",
            person=each.person[:60],
            count=len(keys),
            keys=say("、").join(keys),
        )
    if role is None:
        return say(
            "役「{role}」はありません。{roles} のどれかにしてください。",
            role=each.role[:60],
            roles=say("・").join(seat_label(known, rule) for known in Role),
        )
    if (keys[0], role) in before:
        return say("{line} 行目と同じです。どちらかを消してください。", line=before[keys[0], role])
    return ""
