"""Use cases on 供覧 and the discussion of a plan. They open no gate."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from workflow import queries
from workflow.actions.plans import must_be_active
from workflow.actions.taking_back import must_be_own
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput, NotFound
from workflow.domain.events import Tag
from workflow.domain.language import say
from workflow.domain.rights import Act, Actor
from workflow.domain.validation import a_text, some_text
from workflow.queries.actor import actor
from workflow.queries.plans import PlanFact, plan_by_id
from workflow.queries.reading_rights import plan_to_read
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import Circulation, Remark


def circulate(
    office: Office,
    by: str,
    plan: str,
    readers: Sequence[str],
    *,
    groups: Sequence[str] = (),
    note: str = "",
    now: datetime,
) -> int:
    """供覧: ask people of the plan's department and bodies to read its current version; returns how many were
    asked. `groups` are asked whole, by the keys of `queries.circle`, without the person who asks. Who was asked before is
    not asked again.

    Raises `NotAllowed`, `BadInput` (nobody, somebody outside the circle, no text yet), `AlreadyDone` (all were
    asked), `NotNow` (suspended or withdrawn), `NotFound`.
    """
    a_text("供覧の伝言", note)
    with office.writing() as db:
        who, fact = _concerned(db, by, plan, Act.CIRCULATE, now)
        must_be_active(fact, "供覧")
        if fact.text is None:
            raise BadInput("供覧", "計画の文書がまだありません", "先に版を登録してください。")
        wanted = _in_the_circle(db, fact, readers, groups, who)
        before = set(
            db.scalars(select(Circulation.reader_id).where(Circulation.version_id == fact.text.version_id))
        )
        asked = [person for person in wanted if person not in before]
        if not asked:
            raise AlreadyDone(
                say("選んだ方には、第{number}版の供覧を既に依頼しています。", number=fact.text.number)
            )
        row = {
            "plan_id": fact.id,
            "version_id": fact.text.version_id,
            "asked_by": who.id,
            "asked_at": now,
            "note": note,
        }
        db.execute(insert(Circulation), [{**row, "reader_id": person} for person in asked])
        record(
            db,
            Tag.CIRCULATED,
            at=now,
            by=who.id,
            plan=fact.id,
            version=fact.text.number,
            readers=asked,
            note=note,
        )
        return len(asked)


def mark_read(office: Office, by: str, circulation: int, *, now: datetime) -> None:
    """The reader has read the version they were asked to. Raises `NotFound` (none of theirs), `NotAllowed` (they
    are no longer of the plan's department or bodies), `AlreadyDone`."""
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        found = db.get(Circulation, circulation)
        if found is None or found.reader_id != who.id:
            raise NotFound(say("{person}さんへの供覧", person=who.name), str(circulation))
        if not queries.concerned(who, Act.READ, plan_by_id(db, found.plan_id)):
            who.refuse(Act.READ, ended=True)
        if found.read_at is not None:
            raise AlreadyDone("この供覧は既に確認済みです。")
        db.execute(update(Circulation).where(Circulation.id == circulation).values(read_at=now))
        record(db, Tag.CIRCULATION_READ, at=now, by=who.id, plan=found.plan_id, circulation=circulation)


def remark(office: Office, by: str, plan: str, text: str, *, now: datetime) -> int:
    """Add a remark to the discussion of the plan; returns its number. The log records the remark without its
    text, because the text can be withdrawn. Raises `NotAllowed`, `BadInput` (no text), `NotFound`."""
    some_text("意見交換", text)
    with office.writing() as db:
        who, fact = _concerned(db, by, plan, Act.DISCUSS, now)
        number = db.scalars(
            insert(Remark).returning(Remark.id),
            {"plan_id": fact.id, "by": who.id, "at": now, "text": text.strip()},
        ).one()
        record(db, Tag.REMARKED, at=now, by=who.id, plan=fact.id, remark=number)
        return number


def take_back_remark(office: Office, by: str, number: int, *, now: datetime) -> None:
    """Take back one's own word: its text is gone, that there was one stays.

    Raises `NotNow` (somebody else's), `NotAllowed` (their right has ended), `AlreadyDone`, `NotFound`.
    """
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        found = db.get(Remark, number)
        holds = found is not None and queries.concerned(who, Act.DISCUSS, plan_by_id(db, found.plan_id))
        if found is None or not (holds or found.by == who.id):
            raise NotFound("意見交換の記入", str(number))
        what = say("意見交換の記入 {number}", number=number)
        must_be_own(who, Act.DISCUSS, what, recorded_by=found.by, holds=holds)
        if found.taken_back_at is not None:
            raise AlreadyDone("この記入は既に取り消されています。")
        db.execute(update(Remark).where(Remark.id == number).values(text="", taken_back_at=now))
        record(db, Tag.REMARK_TAKEN_BACK, at=now, by=who.id, plan=found.plan_id, remark=number)


def _concerned(db: Session, by: str, plan: str, act: Act, now: datetime) -> tuple[Actor, PlanFact]:
    who = actor(db, by, tokyo_day(now))
    fact = plan_to_read(db, who, plan)
    if not queries.concerned(who, act, fact):
        who.refuse(act)
    return who, fact


def _in_the_circle(
    db: Session, plan: PlanFact, readers: Sequence[str], groups: Sequence[str], who: Actor
) -> list[int]:
    if not readers and not groups:
        raise BadInput("供覧の相手", "選ばれていません", "1 人以上選んでください。")
    circle = {group.key: group for group in queries.circle(db, plan, who.on)}
    known = {seat.key: seat.person_id for group in circle.values() for seat in group.people}
    outside = [*(key for key in readers if key not in known), *(key for key in groups if key not in circle)]
    if outside:
        raise BadInput(
            "供覧の相手",
            say("「{person}」はこの計画の関係者ではありません", person=outside[0][:60]),
            "担当課の職員か、会議体の委員・事務局から選んでください。",
        )
    together = [seat.person_id for key in groups for seat in circle[key].people if seat.person_id != who.id]
    return list(dict.fromkeys([*(known[key] for key in readers), *together]))
