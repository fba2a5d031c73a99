"""Use cases on the plan itself: open it, add a version, move it."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from definitions.chain import Chain
from workflow import queries
from workflow.actions.chains import adopt
from workflow.domain import gates
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput, NotFound, NotNow, PlanMoved
from workflow.domain.events import Tag
from workflow.domain.gates import GateClosed
from workflow.domain.language import label, say
from workflow.domain.machine import machine_of, take
from workflow.domain.plans import PlanPosition, Status, Trigger
from workflow.domain.rights import Act, Actor
from workflow.domain.validation import a_key, a_line, a_text, some_text
from workflow.queries.actor import actor
from workflow.queries.gate_facts import facts
from workflow.queries.plans import PlanFact, plan_by_key
from workflow.store import files
from workflow.store.database import Office, connection_of
from workflow.store.event_log import record
from workflow.store.files import Arriving
from workflow.store.tables import Department, Document, Plan, Record, Version

RESERVED = frozenset({"new"})
"""Keys no plan may have: /plans/new is where one is opened."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A step that was taken."""

    plan: str
    from_stage: str
    to_stage: str
    revision: int


def open_plan(
    office: Office,
    by: str,
    key: str,
    title: str,
    chain: Chain,
    *,
    department: str,
    first_month: str | None = None,
    now: datetime,
) -> Moved:
    """Open a plan under a chain. The plan keeps the chain as it is today. `first_month`, 2023-03, is where its
    schedule begins; None leaves the chain's own months.

    Raises `NotAllowed`, `NotFound` (the department), `AlreadyDone` (the key is taken), `BadInput`.
    """
    a_key("計画の鍵", key)
    if key in RESERVED:
        raise BadInput("計画の鍵", say("「{key}」は使えません", key=key), "別の鍵を付けてください。")
    a_line("計画の名称", title)
    if first_month is not None:
        _a_beginning(chain, first_month)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        if db.get(Department, department) is None:
            raise NotFound("課", department, list(db.scalars(select(Department.key))))
        who.require(Act.OPEN_PLAN, department=department)
        if db.scalar(select(Plan.id).where(Plan.key == key)) is not None:
            raise AlreadyDone(say("計画の鍵「{key}」は既に使われています。別の鍵を付けてください。", key=key))
        sha256 = adopt(db, chain)
        plan_id = db.scalars(
            insert(Plan).returning(Plan.id),
            {
                "key": key,
                "title": title,
                "chain_sha256": sha256,
                "department_key": department,
                "stage": chain.first.key,
                "status": Status.ACTIVE,
                "visit": 1,
                "revision": 1,
                "entered_at": now,
                "first_month": first_month,
            },
        ).one()
        _write_step(db, plan_id, 1, Trigger.OPEN, None, chain.first.key, 1, None, "", by=who.id, now=now)
        record(
            db,
            Tag.PLAN_OPENED,
            at=now,
            by=who.id,
            plan=plan_id,
            key=key,
            title=title,
            chain=chain.key,
            chain_sha256=sha256,
            department=department,
            to=chain.first.key,
            first_month=first_month,
        )
        return Moved(key, "", chain.first.key, 1)


def _a_beginning(chain: Chain, month: str) -> None:
    name = say("工程表の始まりの月")
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", month):
        raise BadInput(
            name, say("「{month}」は月ではありません", month=month[:20]), "2023-03 のように書いてください。"
        )
    if chain.first_month is None:
        raise BadInput(
            name, say("定義「{chain}」に予定の月がありません", chain=chain.title), "空のままにしてください。"
        )


def add_version(
    office: Office,
    by: str,
    plan: str,
    filename: str,
    content: bytes | Arriving,
    *,
    note: str = "",
    seen: int | None = None,
    now: datetime,
) -> int:
    """Add a version of the text in the stage the plan stands in, and return its number. Every earlier
    decision of the stage becomes stale. `seen` is the plan's revision as the person last saw it: the text is for
    the stage they saw.

    Raises `PlanMoved`, `NotAllowed`, `NotFound`, `NotNow` (suspended or withdrawn), `AlreadyDone` (the same bytes
    as the current version of this stage), `BadInput`.
    """
    name = a_line("ファイル名", PurePath(filename.replace("\\", "/")).name)
    a_text("版の説明", note)
    with office.reading() as db:
        _may_add(db, by, plan, now)
    # After the permission check, so that only authorised users store files.
    sha256 = files.keep(office.files, content)
    with office.writing() as db:
        who, fact = _may_add(db, by, plan, now)
        if seen is not None:
            _seen(fact, seen)
        must_be_active(fact, "版の登録")
        current = fact.text
        here = current is not None and (current.stage, current.visit) == (fact.stage.key, fact.visit)
        if current is not None and here and fact.sha256 == sha256:
            raise AlreadyDone(
                say("第{number}版と同じ内容です。直した文書を登録してください。", number=current.number)
            )
        number = current.number + 1 if current else 1
        if db.get(Document, sha256) is None:
            db.execute(insert(Document).values(sha256=sha256, size=files.size_of(office.files, sha256)))
        db.execute(
            insert(Version).values(
                plan_id=fact.id,
                number=number,
                stage=fact.stage.key,
                visit=fact.visit,
                sha256=sha256,
                filename=name,
                note=note,
                added_by=who.id,
                added_at=now,
            )
        )
        record(
            db,
            Tag.VERSION_ADDED,
            at=now,
            by=who.id,
            plan=fact.id,
            number=number,
            sha256=sha256,
            filename=name,
            stage=fact.stage.key,
            visit=fact.visit,
            note=note,
        )
        return number


def _may_add(db: Session, by: str, plan: str, now: datetime) -> tuple[Actor, PlanFact]:
    who = actor(db, by, tokyo_day(now))
    fact = plan_by_key(db, plan)
    who.require(Act.ADD_VERSION, department=fact.department)
    return who, fact


def advance(office: Office, by: str, plan: str, *, seen: int, to: str | None = None, now: datetime) -> Moved:
    """Take the plan to its next stage; `to` names it where there are several. `seen` is the plan's revision
    as the person last saw it.

    Raises `GateClosed` with every reason, `PlanMoved`, `NotAllowed`, `NotNow`, `UnknownStage`.
    """
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        fact = _seen(plan_by_key(db, plan), seen)
        who.require(Act.MOVE_PLAN, department=fact.department)
        found = gates.states(fact.chain, fact.stage, facts(db, fact, now))
        position = PlanPosition(fact.stage.key, fact.status, found)
        try:
            take(machine_of(fact.chain_sha256, fact.chain), Trigger.ADVANCE, position, to=to)
        except GateClosed as closed:
            raise GateClosed(closed.stage, closed.shut, queries.why(db, fact, now)) from None
        return _move(db, fact, Trigger.ADVANCE, position, Tag.PLAN_ADVANCED, "", by=who.id, now=now)


def send_back(office: Office, by: str, plan: str, to: str, reason: str, *, seen: int, now: datetime) -> Moved:
    """差戻し: take the plan back to a named earlier stage. What was agreed before no longer opens gates.

    Raises `PlanMoved`, `NotAllowed`, `NotNow`, `UnknownStage`, `BadInput` (no reason).
    """
    return _step(
        office, by, plan, Trigger.SEND_BACK, Tag.PLAN_SENT_BACK, reason=reason, to=to, seen=seen, now=now
    )


def suspend(office: Office, by: str, plan: str, reason: str, *, seen: int, now: datetime) -> Moved:
    """中断: nothing can be advanced or added until the plan is resumed. Raises as `send_back`."""
    return _step(office, by, plan, Trigger.SUSPEND, Tag.PLAN_SUSPENDED, reason=reason, seen=seen, now=now)


def resume(office: Office, by: str, plan: str, reason: str, *, seen: int, now: datetime) -> Moved:
    """再開. Raises as `send_back`."""
    return _step(office, by, plan, Trigger.RESUME, Tag.PLAN_RESUMED, reason=reason, seen=seen, now=now)


def withdraw(office: Office, by: str, plan: str, reason: str, *, seen: int, now: datetime) -> Moved:
    """取下げ: for good. Raises as `send_back`."""
    return _step(office, by, plan, Trigger.WITHDRAW, Tag.PLAN_WITHDRAWN, reason=reason, seen=seen, now=now)


def must_be_active(plan: PlanFact, doing: str) -> None:
    """Raises `NotNow` when the plan is suspended or withdrawn."""
    if plan.status is not Status.ACTIVE:
        why = (
            say("再開してから操作してください。")
            if plan.status is Status.SUSPENDED
            else say("取り下げられた計画です。")
        )
        raise NotNow(
            doing,
            plan.stage.label,
            say("この計画は{status}です。{why}", status=label(plan.status), why=why),
        )


def _step(
    office: Office,
    by: str,
    plan: str,
    trigger: Trigger,
    tag: Tag,
    *,
    reason: str,
    seen: int,
    now: datetime,
    to: str | None = None,
) -> Moved:
    some_text(say("{trigger}の理由", trigger=label(trigger)), reason)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        fact = _seen(plan_by_key(db, plan), seen)
        who.require(Act.MOVE_PLAN, department=fact.department)
        position = PlanPosition(fact.stage.key, fact.status)
        take(machine_of(fact.chain_sha256, fact.chain), trigger, position, to=to)
        return _move(db, fact, trigger, position, tag, reason, by=who.id, now=now)


def _seen(plan: PlanFact, seen: int) -> PlanFact:
    if plan.revision != seen:
        raise PlanMoved(plan.key, seen, plan.revision)
    return plan


def _move(
    db: Session,
    plan: PlanFact,
    trigger: Trigger,
    position: PlanPosition,
    tag: Tag,
    reason: str,
    *,
    by: int,
    now: datetime,
) -> Moved:
    revision = plan.revision + 1
    visit = plan.visit + (trigger is Trigger.SEND_BACK)
    version_id = plan.text.version_id if plan.text else None
    _write_step(
        db,
        plan.id,
        revision,
        trigger,
        plan.stage.key,
        position.stage,
        visit,
        version_id,
        reason,
        by=by,
        now=now,
    )
    entered = plan.entered_at if position.stage == plan.stage.key else now
    moved = {"stage": position.stage, "status": position.status, "visit": visit, "revision": revision}
    row = {"number": plan.id, "seen": plan.revision, "entered_at": entered, **moved}
    if connection_of(db).execute(_MOVE, row).rowcount != 1:
        raise PlanMoved(plan.key, plan.revision, revision)
    more: dict[str, Any] = {"from": plan.stage.key}
    if plan.sha256:
        more["sha256"] = plan.sha256
    record(
        db,
        tag,
        at=now,
        by=by,
        plan=plan.id,
        to=position.stage,
        visit=visit,
        revision=revision,
        status=position.status,
        reason=reason,
        **more,
    )
    return Moved(plan.key, plan.stage.key, position.stage, revision)


def _write_step(
    db: Session,
    plan_id: int,
    revision: int,
    trigger: Trigger,
    from_stage: str | None,
    to_stage: str,
    visit: int,
    version_id: int | None,
    reason: str,
    *,
    by: int,
    now: datetime,
) -> None:
    row = {
        "plan_id": plan_id,
        "revision": revision,
        "trigger": trigger,
        "from_stage": from_stage,
        "to_stage": to_stage,
        "visit": visit,
        "version_id": version_id,
        "reason": reason,
        "taken_by": by,
        "taken_at": now,
    }
    connection_of(db).execute(_TAKE, row)


_PLAN = Record.metadata.tables["plan"]
_MOVE = (
    update(_PLAN)
    .where(_PLAN.c.id == bindparam("number"), _PLAN.c.revision == bindparam("seen"))
    .values({name: bindparam(name) for name in ("stage", "status", "visit", "revision", "entered_at")})
)
_TAKE = insert(Record.metadata.tables["step"])
