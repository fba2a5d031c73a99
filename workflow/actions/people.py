"""Use cases on people: their names, departments, seats in bodies, and deputies."""

from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from definitions.terms import Role
from workflow.actions.identity import Proof, require_identity
from workflow.actions.invitations import end_links
from workflow.actions.returning import end_what_was_left
from workflow.actions.rsvp import end_rsvp_links
from workflow.domain.calendar import shown_day, tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput, NotFound
from workflow.domain.events import Tag
from workflow.domain.language import label, say
from workflow.domain.rights import Act, Actor
from workflow.domain.validation import a_key, a_line, an_address
from workflow.queries.actor import actor, in_term
from workflow.queries.bodies import known_body
from workflow.queries.people import person_id
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import (
    Administrator,
    Auditor,
    Department,
    Deputy,
    Membership,
    Person,
    Posting,
)


def add_department(office: Office, by: str, key: str, name: str, *, now: datetime) -> None:
    """Add a section (課) of the office. Raises `AlreadyDone`, `NotAllowed`, `BadInput`."""
    a_key("課ID", key)
    a_line("課の名称", name)
    with office.writing() as db:
        who = keeper(db, by, now)
        if db.get(Department, key) is not None:
            raise AlreadyDone(say("課ID「{key}」は既に使われています。", key=key))
        last = db.scalar(select(func.max(Department.rank))) or 0
        db.execute(insert(Department).values(key=key, name=name, rank=last + 1 if last else 0))
        record(db, Tag.DEPARTMENT_ADDED, at=now, by=who.id, key=key, name=name)


def add_person(office: Office, by: str, key: str, name: str, email: str, *, now: datetime) -> int:
    """Add a person, and return their number. Raises `AlreadyDone`, `NotAllowed`, `BadInput`."""
    with office.writing() as db:
        who = keeper(db, by, now)
        person = insert_person(db, key, name, email)
        record(db, Tag.PERSON_ADDED, at=now, by=who.id, key=key, name=name, email=email)
        return person


def change_person(
    office: Office,
    by: str,
    key: str,
    *,
    name: str | None = None,
    email: str | None = None,
    proof: Proof = None,
    now: datetime,
) -> int:
    """Change a person's name or address. The links that were mailed to an older address end; returns how many.
    Raises `NotAllowed`, `NotFound`, `BadInput`, `IdentityUnconfirmed` (for another address: who moves it gets in by
    mail)."""
    changed: dict[str, Any] = {}
    if name is not None:
        changed["name"] = a_line("氏名", name)
    if email is not None:
        changed["email"] = an_address("電子メール", email)
    if not changed:
        raise BadInput("職員の変更", "変えるものがありません", "氏名か電子メールを指定してください。")
    with office.writing() as db:
        who = keeper(db, by, now)
        person = person_id(db, key)
        before = db.get_one(Person, person).email
        moved = email is not None and before != email
        if moved:
            require_identity(db, who, proof, now)
        ended = end_links(db, person) + end_rsvp_links(db, person) if moved else 0
        db.execute(update(Person).where(Person.id == person).values(**changed))
        told = changed | ({"email_before": before} if moved else {})
        record(db, Tag.PERSON_CHANGED, at=now, by=who.id, person=key, **told)
        return ended


def post(
    office: Office,
    by: str,
    person: str,
    department: str,
    since: date,
    *,
    position: str | None = None,
    until: date | None = None,
    now: datetime,
) -> int:
    """A person serves in a department from a day, perhaps with a position (職: 区長, 政策経営部長), until a day;
    None means still. Returns the posting's number. Raises `NotAllowed`, `NotFound`, `BadInput`."""
    in_order(since, until)
    if position is not None:
        a_line("職", position)
    with office.writing() as db:
        who = keeper(db, by, now)
        if db.get(Department, department) is None:
            raise NotFound(
                "課", department, list(db.scalars(select(Department.key).order_by(Department.key)))
            )
        return insert_posting(db, who, person, department, position, since, until, now)


def seat(
    office: Office,
    by: str,
    person: str,
    body: str,
    role: Role,
    since: date,
    *,
    until: date | None = None,
    now: datetime,
) -> int:
    """Seat a person in a body for a term (任期), both days included; until None means still. Returns the
    membership's number. Raises `AlreadyDone` (seated so in that time), `NotAllowed`, `NotFound`, `BadInput`."""
    in_order(since, until)
    with office.writing() as db:
        who = keeper(db, by, now)
        known_body(db, body)
        number = person_id(db, person)
        overlapping = select(Membership.id).where(
            Membership.person_id == number,
            Membership.body_key == body,
            Membership.role == role,
            Membership.since <= (until or date.max),
            (Membership.until.is_(None)) | (Membership.until >= since),
        )
        if db.scalar(overlapping) is not None:
            raise AlreadyDone(
                say("「{person}」はその期間、既に{role}です。", person=person, role=label(role))
            )
        return insert_seat(db, who, person, body, role, since, until, now)


def end_terms(office: Office, by: str, person: str, last_day: date, *, now: datetime) -> int:
    """End every seat, posting and deputyship of a person after a day (異動・退職), and return how many ended.
    What they did before stays valid. Raises `NotAllowed`, `NotFound`, `BadInput` (nobody else is an administrator
    afterwards)."""
    with office.writing() as db:
        who = keeper(db, by, now)
        number = person_id(db, person)
        ended = administered = _end(db, Administrator, Administrator.person_id == number, last_day)
        for table in (Membership, Posting, Auditor):
            ended += _end(db, table, table.person_id == number, last_day)
        ended += _end(db, Deputy, (Deputy.deputy_id == number) | (Deputy.principal_id == number), last_day)
        after = in_term(Administrator, last_day + timedelta(days=1))
        if administered and db.scalar(select(Administrator.id).where(after).limit(1)) is None:
            raise BadInput(
                "異動・退職",
                say("この日の翌日から、システム管理者がいなくなります"),
                "先に、別の職員をシステム管理者に指定してください。",
            )
        record(db, Tag.TERM_ENDED, at=now, by=who.id, person=person, last_day=last_day)
        return ended


def end_seat(office: Office, by: str, number: int, last_day: date, *, now: datetime) -> None:
    """End one seat in a body after a day. Raises `AlreadyDone`, `NotAllowed`, `NotFound`, `BadInput`."""
    with office.writing() as db:
        who = keeper(db, by, now)
        held = _end_one(db, Membership, number, last_day)
        person = db.get_one(Person, held.person_id).key
        told: dict[str, Any] = {
            "person": person,
            "body": held.body_key,
            "role": held.role,
            "last_day": last_day,
        }
        record(db, Tag.TERM_ENDED, at=now, by=who.id, **told)


def end_posting(office: Office, by: str, number: int, last_day: date, *, now: datetime) -> None:
    """End one posting after a day. Raises `AlreadyDone`, `NotAllowed`, `NotFound`, `BadInput`."""
    with office.writing() as db:
        who = keeper(db, by, now)
        held = _end_one(db, Posting, number, last_day)
        person = db.get_one(Person, held.person_id).key
        told: dict[str, Any] = {"person": person, "department": held.department_key, "office": held.position}
        record(db, Tag.TERM_ENDED, at=now, by=who.id, **told, last_day=last_day)


def end_deputyship(office: Office, by: str, number: int, last_day: date, *, now: datetime) -> None:
    """End one person's deputyship for another after a day; a person ends that of their own deputy. Raises
    `AlreadyDone`, `NotAllowed`, `NotFound`, `BadInput`."""
    with office.writing() as db:
        named = db.scalar(
            select(Person.key).join(Deputy, Deputy.principal_id == Person.id).where(Deputy.id == number)
        )
        who = _names_deputies_of(db, by, named or "", now)
        held = _end_one(db, Deputy, number, last_day)
        deputy = db.get_one(Person, held.deputy_id).key
        principal = db.get_one(Person, held.principal_id).key
        told: dict[str, Any] = {"person": deputy, "principal": principal, "last_day": last_day}
        record(db, Tag.TERM_ENDED, at=now, by=who.id, **told)


def name_deputy(
    office: Office,
    by: str,
    principal: str,
    deputy: str,
    since: date,
    *,
    until: date | None = None,
    absence: bool = False,
    now: datetime,
) -> None:
    """Name who may sit in (代理出席) and sign (代決) for somebody; with `absence` also who gets their tasks and mail while
    they are away. An administrator names anybody's deputy, a person their own for the time of an absence, which has an
    end.

    Raises `NotAllowed`, `NotFound`, `BadInput`.
    """
    in_order(since, until)
    if principal == deputy:
        raise BadInput("代理者", "本人です", "別の職員を指定してください。")
    with office.writing() as db:
        who = _names_deputies_of(db, by, principal, now)
        if not absence:
            who.require(Act.KEEP_PEOPLE)
        if absence and until is None:
            raise BadInput("代理期間", "終わりの日がありません", "最後の日を指定してください。")
        if absence and actor(db, deputy, tokyo_day(now)).left:
            raise BadInput(
                "代理者", "所属と任期がすべて終わった職員です", "現在おられる職員を指定してください。"
            )
        pair = {"principal_id": person_id(db, principal), "deputy_id": person_id(db, deputy)}
        db.execute(insert(Deputy).values(**pair, since=since, until=until, absence=absence))
        record(
            db,
            Tag.DEPUTY_NAMED,
            at=now,
            by=who.id,
            principal=principal,
            deputy=deputy,
            since=since,
            until=until,
            absence=absence,
        )


def name_administrator(
    office: Office,
    by: str,
    person: str,
    since: date,
    *,
    until: date | None = None,
    proof: Proof = None,
    now: datetime,
) -> None:
    """Name another administrator. Raises `NotAllowed`, `IdentityUnconfirmed`, `NotFound`, `BadInput`."""
    with office.writing() as db:
        _name(db, Administrator, Tag.ADMINISTRATOR_NAMED, by, person, since, until, proof, now)


def name_auditor(
    office: Office,
    by: str,
    person: str,
    since: date,
    *,
    until: date | None = None,
    proof: Proof = None,
    now: datetime,
) -> None:
    """Let a person hold the role 監査. Raises `NotAllowed`, `IdentityUnconfirmed`, `NotFound`, `BadInput`."""
    with office.writing() as db:
        _name(db, Auditor, Tag.AUDITOR_NAMED, by, person, since, until, proof, now)


def end_auditor(office: Office, by: str, number: int, last_day: date, *, now: datetime) -> None:
    """End one term of the role 監査 after a day. Raises `AlreadyDone`, `NotAllowed`, `NotFound`, `BadInput`."""
    with office.writing() as db:
        who = keeper(db, by, now)
        held = _end_one(db, Auditor, number, last_day)
        person = db.get_one(Person, held.person_id).key
        told: dict[str, Any] = {"person": person, "auditor": True, "last_day": last_day}
        record(db, Tag.TERM_ENDED, at=now, by=who.id, **told)


def keeper(db: Session, by: str, now: datetime) -> Actor:
    """Return the actor, who must be allowed to manage the list of people. Raises `NotAllowed`, `NotFound`."""
    who = actor(db, by, tokyo_day(now))
    who.require(Act.KEEP_PEOPLE)
    return who


def _name(
    db: Session,
    table: type[Administrator] | type[Auditor],
    tag: Tag,
    by: str,
    person: str,
    since: date,
    until: date | None,
    proof: Proof,
    now: datetime,
) -> None:
    in_order(since, until)
    who = keeper(db, by, now)
    require_identity(db, who, proof, now)
    _begin_term(db, table, person_id(db, person), {"since": since, "until": until}, now, by=who.id)
    record(db, tag, at=now, by=who.id, person=person, since=since, until=until)


def _names_deputies_of(db: Session, by: str, principal: str, now: datetime) -> Actor:
    """Return the actor, who must be the principal or manage the list of people. Raises `NotAllowed`, `NotFound`."""
    if by != principal:
        return keeper(db, by, now)
    who = actor(db, by, tokyo_day(now))
    who.require_service()
    return who


def insert_person(db: Session, key: str, name: str, email: str) -> int:
    """A new person's number. Raises `AlreadyDone`, `BadInput`."""
    a_key("利用者ID", key)
    a_line("氏名", name)
    an_address("電子メール", email)
    if db.scalar(select(Person.id).where(Person.key == key)) is not None:
        raise AlreadyDone(say("利用者ID「{key}」は既に使われています。", key=key))
    return db.scalars(insert(Person).returning(Person.id), {"key": key, "name": name, "email": email}).one()


def insert_posting(
    db: Session,
    who: Actor,
    person: str,
    department: str,
    position: str | None,
    since: date,
    until: date | None,
    now: datetime,
    *,
    rank: int = 0,
) -> int:
    """A new posting's number; the department is known. Raises `NotFound`."""
    term = {"since": since, "until": until}
    row = {"department_key": department, "position": position, "rank": rank, **term}
    number = _begin_term(db, Posting, person_id(db, person), row, now, by=who.id)
    told: dict[str, Any] = {"person": person, "department": department, "office": position, **term}
    record(db, Tag.PERSON_POSTED, at=now, by=who.id, **told)
    return number


def insert_seat(
    db: Session,
    who: Actor,
    person: str,
    body: str,
    role: Role,
    since: date,
    until: date | None,
    now: datetime,
) -> int:
    """A new membership's number; the body is known. Raises `NotFound`."""
    term = {"since": since, "until": until}
    row = {"body_key": body, "role": role, **term}
    seated = _begin_term(db, Membership, person_id(db, person), row, now, by=who.id)
    told: dict[str, Any] = {"person": person, "body": body, "role": role, **term}
    record(db, Tag.MEMBER_SEATED, at=now, by=who.id, **told)
    return seated


def _begin_term(
    db: Session,
    table: type[Posting] | type[Membership] | type[Administrator] | type[Auditor],
    person: int,
    row: dict[str, Any],
    now: datetime,
    *,
    by: int,
) -> int:
    """Return the number of a new term: the only way in which a person comes to hold one."""
    end_what_was_left(db, person, now, by=by)
    return db.scalars(insert(table).returning(table.id), {"person_id": person, **row}).one()


def _end(db: Session, table: type, mine: object, last_day: date) -> int:
    """Rows that would still hold after the day end on it."""
    still = update(table).where(mine, in_term(table, last_day + timedelta(days=1)))  # type: ignore[arg-type]
    return db.execute(still.values(until=last_day)).rowcount  # type: ignore[attr-defined, no-any-return]


Term = TypeVar("Term", Membership, Posting, Deputy, Auditor)


def _end_one(db: Session, table: type[Term], number: int, last_day: date) -> Term:
    held = db.get(table, number)
    if held is None:
        raise NotFound(_TERMS[table], str(number))
    if last_day < held.since:
        raise BadInput(
            "最後の日",
            say("始まり（{since}）より前です", since=shown_day(held.since)),
            "始まりの日か、それより後の日にしてください。",
        )
    if held.until is not None and held.until <= last_day:
        raise AlreadyDone(say("既に{until}までです。", until=shown_day(held.until)))
    held.until = last_day
    db.flush()
    return held


_TERMS: dict[type, str] = {
    Membership: "会議体の任期",
    Posting: "所属",
    Deputy: "代理者の届出",
    Auditor: "監査",
}


def in_order(since: date, until: date | None) -> None:
    """Raises `BadInput` for a term that ends before it begins."""
    if until is not None and until < since:
        raise BadInput(
            "期間",
            say(
                "終わり（{until}）が始まり（{since}）より前です",
                until=shown_day(until),
                since=shown_day(since),
            ),
            "日付を確かめてください。",
        )
