"""Use cases on the plan itself: open it, move it, finish it."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from definitions.chain import Chain
from workflow import queries
from workflow.actions.agenda_changes import take_off_sent_back
from workflow.actions.chains import adopt
from workflow.actions.period_days import periods_after_resume, suspended_at
from workflow.domain import gates
from workflow.domain.calendar import effective_from, month_of, shown_day, tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput, NotFound, NotNow, PlanMoved
from workflow.domain.events import Tag
from workflow.domain.gates import GateClosed
from workflow.domain.language import label, say
from workflow.domain.machine import machine_of, take
from workflow.domain.path import Path, Stay, advanced, opened, sent_back, to_rows
from workflow.domain.plan_replay import moment_of_step
from workflow.domain.plans import PlanPosition, Status, Trigger
from workflow.domain.rights import Act, Actor
from workflow.domain.validation import a_key, a_line, a_text, not_to_come, some_text
from workflow.queries.actor import actor
from workflow.queries.gate_facts import facts
from workflow.queries.plans import PlanFact
from workflow.queries.reading_rights import plan_to_read
from workflow.store.database import Office, connection_of
from workflow.store.event_log import record
from workflow.store.tables import Department, Plan, Record

RESERVED = frozenset({"new", "meetings"})
"""Keys no plan may have: /plans/new is where one is opened, and /public/meetings has the open meetings."""


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
    on: date | None = None,
    reason: str = "",
    revises: str | None = None,
    now: datetime,
) -> Moved:
    """Open a plan under a chain. The plan keeps the chain as it is today. `first_month`, 2023-03, is where its
    schedule begins; left out, the month it is opened in. `on` is the day it was opened when that is entered later
    (遡及), for a `reason`. `revises` is the key of the finished plan of which this is the 改定.

    Raises `NotAllowed`, `NotFound` (the department, or the plan it revises), `NotNow` (that plan is not finished),
    `AlreadyDone` (the key is taken), `BadInput`.
    """
    a_key("計画ID", key)
    if key in RESERVED:
        raise BadInput("計画ID", say("「{key}」は使えません", key=key), "別のIDを付けてください。")
    a_line("計画の名称", title)
    if first_month is not None:
        _a_beginning(chain, first_month)
    not_to_come("開始の日", on, now)
    opening = say("{trigger}の理由", trigger=label(Trigger.OPEN))
    some_text(opening, reason) if on is not None else a_text(opening, reason)
    path = opened(chain, effective_from(on, now))
    if first_month is None and chain.first_month is not None:
        first_month = month_of(tokyo_day(path[0].since))
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        if db.get(Department, department) is None:
            raise NotFound("課", department, list(db.scalars(select(Department.key))))
        who.require(Act.OPEN_PLAN, department=department)
        if db.scalar(select(Plan.id).where(Plan.key == key)) is not None:
            raise AlreadyDone(say("計画ID「{key}」は既に使われています。別のIDを付けてください。", key=key))
        forerunner = _finished(db, who, revises) if revises is not None else None
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
                "entered_at": path[0].since,
                "first_month": first_month,
                "path": to_rows(path),
                "document": chain.main_document,
                "stretch": path[0].stretches[chain.main_document],
                "forerunner_id": forerunner,
            },
        ).one()
        _write_step(
            db,
            plan_id,
            Trigger.OPEN,
            None,
            path[0],
            1,
            None,
            reason,
            counts_from=None if on is None else path[0].since,
            by=who.id,
            now=now,
        )
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
            reason=reason,
            on=on,
            revises=revises,
        )
        return Moved(key, "", chain.first.key, 1)


def correct_plan(
    office: Office,
    by: str,
    plan: str,
    reason: str,
    *,
    title: str | None = None,
    department: str | None = None,
    first_month: str | None = None,
    now: datetime,
) -> None:
    """Correct what was registered of a plan: its title, its 担当課, the month its schedule begins in. What is left out
    stays. The log keeps what it was.

    Raises `BadInput` (nothing changes, or no reason), `NotFound` (the department), `NotAllowed`.
    """
    some_text("訂正の理由", reason)
    if title is not None:
        a_line("計画の名称", title)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        fact = plan_to_read(db, who, plan)
        who.require(Act.CORRECT_PLAN, department=fact.department)
        if department is not None and db.get(Department, department) is None:
            raise NotFound("課", department, list(db.scalars(select(Department.key))))
        if first_month is not None:
            _a_beginning(fact.chain, first_month)
        was = {"title": fact.title, "department": fact.department, "first_month": fact.first_month}
        given = {"title": title, "department": department, "first_month": first_month}
        changed = {name: value for name, value in given.items() if value is not None and value != was[name]}
        if not changed:
            raise BadInput("訂正", "変わるものがありません", "直すものを入力してください。")
        columns = {
            "department_key" if name == "department" else name: value for name, value in changed.items()
        }
        db.execute(update(Plan).where(Plan.id == fact.id).values(columns))
        record(
            db,
            Tag.PLAN_CORRECTED,
            at=now,
            by=who.id,
            plan=fact.id,
            set=changed,
            was={name: was[name] for name in changed},
            reason=reason,
        )


def _finished(db: Session, who: Actor, key: str) -> int:
    """The number of a finished plan that the person may read. Raises `NotFound`, `NotAllowed`, `NotNow`."""
    plan = plan_to_read(db, who, key)
    if plan.status is not Status.FINISHED:
        raise NotNow("改定", plan.stage.label, "改定できるのは、完了した計画です。")
    return plan.id


def _a_beginning(chain: Chain, month: str) -> None:
    name = say("工程表の始まりの月")
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", month):
        raise BadInput(
            name, say("「{month}」は月ではありません", month=month[:20]), "2023-03 のように書いてください。"
        )
    if chain.first_month is None:
        raise BadInput(
            name,
            say("策定の流れ「{chain}」に予定の月がありません", chain=chain.title),
            "空のままにしてください。",
        )


def advance(
    office: Office,
    by: str,
    plan: str,
    *,
    seen: int,
    to: str | None = None,
    on: date | None = None,
    reason: str = "",
    now: datetime,
) -> Moved:
    """Take the plan to its next stage; `to` names it where there are several. `seen` is the plan's revision as the
    person last saw it. `on` is the day the step was taken when it is entered later (遡及), for a `reason`: every gate
    must have been open by the end of that day.

    Raises `GateClosed` with every reason, `PlanMoved`, `NotAllowed`, `NotNow`, `UnknownStage`, `BadInput` (the day).
    """
    return _step(
        office,
        by,
        plan,
        Trigger.ADVANCE,
        Tag.PLAN_ADVANCED,
        reason=reason,
        to=to,
        seen=seen,
        on=on,
        needs_reason=on is not None,
        now=now,
    )


def send_back(
    office: Office,
    by: str,
    plan: str,
    to: str,
    reason: str,
    *,
    seen: int,
    on: date | None = None,
    now: datetime,
) -> Moved:
    """差戻し: take the plan back to a named stage on the path it came by. What was agreed before no longer opens
    gates. `on` is the day of it, when it is entered later (遡及).

    Raises `PlanMoved`, `NotAllowed`, `NotNow`, `UnknownStage`, `BadInput` (no reason, or the day).
    """
    return _step(
        office,
        by,
        plan,
        Trigger.SEND_BACK,
        Tag.PLAN_SENT_BACK,
        reason=reason,
        to=to,
        seen=seen,
        on=on,
        now=now,
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


def finish(office: Office, by: str, plan: str, *, seen: int, reason: str = "", now: datetime) -> Moved:
    """完了: out of the last stage, with every gate open. A finished plan takes corrections and a 改定 only.

    Raises `GateClosed` with every reason, `PlanMoved`, `NotAllowed`, `NotNow`.
    """
    return _step(
        office,
        by,
        plan,
        Trigger.FINISH,
        Tag.PLAN_FINISHED,
        reason=reason,
        seen=seen,
        needs_reason=False,
        now=now,
    )


def must_be_active(plan: PlanFact, doing: str, *, or_finished: bool = False) -> None:
    """Raises `NotNow` when the plan is suspended, withdrawn or finished; `or_finished` lets a finished one pass."""
    if plan.status is Status.ACTIVE or (or_finished and plan.status is Status.FINISHED):
        return
    why = {
        Status.SUSPENDED: say("再開してから操作してください。"),
        Status.WITHDRAWN: say("取り下げられた計画です。"),
        Status.FINISHED: say("文書の訂正か、改定（新しい計画の開始）だけができます。"),
    }[plan.status]
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
    on: date | None = None,
    needs_reason: bool = True,
) -> Moved:
    name = say("{trigger}の理由", trigger=label(trigger))
    some_text(name, reason) if needs_reason else a_text(name, reason)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        fact = must_be_at(plan_to_read(db, who, plan), seen)
        who.require(Act.MOVE_PLAN, department=fact.department)
        at = _moment_of(fact, on, now)
        position = _position(db, fact, at, gates_count=trigger in (Trigger.ADVANCE, Trigger.FINISH))
        try:
            take(machine_of(fact.chain_sha256, fact.chain), trigger, position, to=to)
        except GateClosed as closed:
            raise GateClosed(closed.stage, closed.shut, queries.why(db, fact, at)) from None
        if trigger is Trigger.RESUME:
            periods_after_resume(db, fact, suspended_at(db, fact), now, who.id)
        return _move(db, fact, trigger, position, tag, reason, on=on, at=at, by=who.id, now=now)


def _moment_of(plan: PlanFact, on: date | None, now: datetime) -> datetime:
    """The moment from which a step counts: now, or the end of the earlier day on which it was taken. Raises
    `BadInput` for a day to come, and one before the plan came to where it stands."""
    moment = moment_of_step(on, now)
    if on is None or moment == now:
        return now
    not_to_come("日付", on, now)
    if moment <= plan.entered_at:
        raise BadInput(
            "日付",
            say("{on} には、計画はまだ「{stage}」にありません", on=shown_day(on), stage=plan.stage.label),
            say("{since} 以後の日を指定してください。", since=shown_day(tokyo_day(plan.entered_at))),
        )
    return moment


def _position(db: Session, plan: PlanFact, at: datetime, *, gates_count: bool) -> PlanPosition:
    path = [stay.stage for stay in plan.path]
    if not gates_count:
        return PlanPosition(plan.stage.key, plan.status, path=path)
    known = facts(db, plan, at)
    return PlanPosition(
        plan.stage.key,
        plan.status,
        gates=gates.states(plan.chain, plan.stay, known),
        fallen=gates.fallen(plan.chain, known),
        path=path,
    )


def must_be_at(plan: PlanFact, seen: int) -> PlanFact:
    """The plan, at the revision that the person saw. Raises `PlanMoved`."""
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
    on: date | None,
    at: datetime,
    by: int,
    now: datetime,
) -> Moved:
    revision = plan.revision + 1
    path = _path_after(plan, trigger, position.stage, revision, at)
    stay = path[-1]
    _write_step(
        db,
        plan.id,
        trigger,
        plan.stage.key,
        stay,
        revision,
        plan.text.version_id if plan.text else None,
        reason,
        counts_from=None if at == now else at,
        by=by,
        now=now,
    )
    moved = {
        "stage": position.stage,
        "status": position.status,
        "visit": stay.visit,
        "revision": revision,
        "path": to_rows(path),
        "stretch": stay.stretches[plan.chain.main_document],
        "entered_at": stay.since,
    }
    row = {"number": plan.id, "seen": plan.revision, **moved}
    if connection_of(db).execute(_MOVE, row).rowcount != 1:
        raise PlanMoved(plan.key, plan.revision, revision)
    if trigger is Trigger.SEND_BACK:
        stays = {(each.stage, each.visit) for each in path}
        take_off_sent_back(db, plan.id, stays, reason, by=by, now=now)
    more: dict[str, Any] = {"from": plan.stage.key}
    if plan.sha256:
        more["sha256"] = plan.sha256
    if on is not None:
        more["on"] = on
    record(
        db,
        tag,
        at=now,
        by=by,
        plan=plan.id,
        to=position.stage,
        visit=stay.visit,
        revision=revision,
        status=position.status,
        reason=reason,
        **more,
    )
    return Moved(plan.key, plan.stage.key, position.stage, revision)


def _path_after(plan: PlanFact, trigger: Trigger, to: str, revision: int, at: datetime) -> Path:
    if trigger is Trigger.ADVANCE:
        return advanced(plan.chain, plan.path, to, revision=revision, at=at)
    if trigger is Trigger.SEND_BACK:
        return sent_back(plan.chain, plan.path, to, revision=revision, at=at)
    return plan.path


def _write_step(
    db: Session,
    plan: int,
    trigger: Trigger,
    from_stage: str | None,
    stay: Stay,
    revision: int,
    version: int | None,
    reason: str,
    *,
    counts_from: datetime | None,
    by: int,
    now: datetime,
) -> None:
    row = {
        "plan_id": plan,
        "revision": revision,
        "trigger": trigger,
        "from_stage": from_stage,
        "to_stage": stay.stage,
        "visit": stay.visit,
        "version_id": version,
        "reason": reason,
        "taken_by": by,
        "taken_at": now,
        "counts_from": counts_from,
    }
    connection_of(db).execute(_TAKE, row)


_PLAN = Record.metadata.tables["plan"]
_MOVE = (
    update(_PLAN)
    .where(_PLAN.c.id == bindparam("number"), _PLAN.c.revision == bindparam("seen"))
    .values(
        {
            name: bindparam(name)
            for name in ("stage", "status", "visit", "revision", "path", "stretch", "entered_at")
        }
    )
)
_TAKE = insert(Record.metadata.tables["step"])
