"""Takeover (移行登録) of a plan already under way: its past, entered at once by the acts of everyday work."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from definitions.chain import BodyGate, Chain, SignoffGate
from definitions.errors import SakuteiError
from workflow import queries
from workflow.actions.agenda import list_item
from workflow.actions.attendance import Seated, enter_attendance
from workflow.actions.decisions import close_condition, record_outcome
from workflow.actions.meetings import close_meeting
from workflow.actions.plans import advance, open_plan, send_back
from workflow.actions.preparing import enter_meeting
from workflow.actions.signoffs import enter_signoff
from workflow.actions.versions import add_version
from workflow.domain.calendar import at_tokyo, shown_day, tokyo_day
from workflow.domain.decisions import SignoffResult
from workflow.domain.errors import BadInput, NotFound, message_of
from workflow.domain.events import Tag
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.domain.takeover import (
    About,
    Column,
    Present,
    RowFault,
    RowKind,
    Sheet,
    TakenRow,
    TakeoverRefused,
)
from workflow.domain.takeover_form import Form, faults_in, outcome_of, read_form
from workflow.queries.actor import actor
from workflow.queries.bodies import seats
from workflow.queries.chains import chain_for
from workflow.queries.plans import Happened, PlanFact, plan_by_key
from workflow.store import files, sheets
from workflow.store.database import DryRunOffice, JoinedOffice, Office
from workflow.store.event_log import record
from workflow.store.files import Kept
from workflow.store.tables import Department
from workflow.store.uploads import an_upload

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A takeover that was tried: the plan as it would stand, its history without the agendas, what it would lack for
    its next step, and the files that no row names."""

    plan: PlanFact
    history: tuple[Happened, ...]
    missing: tuple[str, ...]
    unused: tuple[str, ...]


def rehearse_takeover(
    office: Office, by: str, filename: str, workbook: Path, documents: Mapping[str, Path], *, now: datetime
) -> Rehearsed:
    """Enter everything that the workbook says, take it back, and return what it came to. `documents` are the files of the
    versions, by name. Nothing is left behind.

    Raises `TakeoverRefused` with every fault, `BadInput` (a workbook that cannot be read), `NotAllowed`.
    """
    return _rehearsed(office, by, _read(office, by, filename, workbook, documents, now), now)


def take_over(
    office: Office, by: str, filename: str, workbook: Path, documents: Mapping[str, Path], *, now: datetime
) -> str:
    """Enter everything that the workbook says, in one transaction, and return the plan's key. It is rehearsed first, so
    that a refusal leaves nothing behind, neither in the database nor among the files. Raises as `rehearse_takeover`."""
    written = _read(office, by, filename, workbook, documents, now)
    _rehearsed(office, by, written, now)
    kept = {name: files.keep_file(office.files, path) for name, path in written.documents.items()}
    _carry_out(office, by, written, office.files, kept, now)
    return written.key


@dataclass(frozen=True, slots=True)
class _Written:
    """The workbook, read, with the documents that its rows name."""

    filename: str
    about: Mapping[About, str]
    chain: Chain
    department: str
    rows: tuple[TakenRow, ...]
    documents: Mapping[str, Path]
    unused: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.about[About.KEY]

    @property
    def reason(self) -> str:
        return self.about[About.REASON]


def _read(
    office: Office, by: str, filename: str, workbook: Path, documents: Mapping[str, Path], now: datetime
) -> _Written:
    with office.reading() as db:
        who = actor(db, by, tokyo_day(now))
        if not who.departments:
            who.refuse(Act.OPEN_PLAN)
    form = read_form(sheets.rows_of(filename, workbook, Sheet.ROWS.label), tokyo_day(now))
    faults = list(form.faults)
    with office.reading() as db:
        chain = _found(faults, form, About.CHAIN, lambda name: chain_for(db, name))
        department = _found(faults, form, About.DEPARTMENT, lambda name: _department(db, name))
    if department is not None:
        who.require(Act.OPEN_PLAN, department=department)
    if chain is not None:
        faults += faults_in(form, chain, documents)
    named = {
        row.file: row.number for row in form.rows if row.kind is RowKind.VERSION and row.file in documents
    }
    for name, row in named.items():
        try:
            an_upload(name, documents[name])
        except BadInput as error:
            faults.append(RowFault(row, error.message))
    if faults or chain is None or department is None:
        raise TakeoverRefused(sorted(faults, key=lambda fault: fault.row or 0))
    used = {name: documents[name] for name in named}
    unused = tuple(sorted(set(documents) - set(used)))
    return _Written(filename, form.about, chain, department, form.rows, used, unused)


def _found(faults: list[RowFault], form: Form, about: About, find: Callable[[str], Thing]) -> Thing | None:
    """The thing that is named above the rows; None, and a fault, when there is none."""
    if not form.about[about]:
        return None  # which the form's own faults say
    try:
        return find(form.about[about])
    except NotFound as error:
        faults.append(RowFault(None, error.message))
        return None


def _department(db: Session, name: str) -> str:
    """The key of the department of that key or name. Raises `NotFound`."""
    known = {each.name: each.key for each in db.scalars(select(Department).order_by(Department.key))}
    if name in known.values():
        return name
    if name not in known:
        raise NotFound("課", name, list(known))
    return known[name]


def _rehearsed(office: Office, by: str, written: _Written, now: datetime) -> Rehearsed:
    found: list[Rehearsed] = []

    def look(db: Session) -> None:
        plan = plan_by_key(db, written.key)
        missing = tuple(reason.words for reason in queries.why(db, plan, now))
        history = tuple(each for each in queries.history(db, plan) if each.tag is not Tag.ITEM_LISTED)
        found.append(Rehearsed(plan, history, missing, written.unused))

    with tempfile.TemporaryDirectory() as store:
        kept = {name: files.stand_in(Path(store), path) for name, path in written.documents.items()}
        _carry_out(DryRunOffice(office, look), by, written, Path(store), kept, now)
    return found[0]


def _carry_out(
    office: Office, by: str, written: _Written, store: Path, kept: Mapping[str, Kept], now: datetime
) -> None:
    with office.writing() as db:
        acts = _Acts(JoinedOffice(office, db, store), by, written, kept, now)
        faults: list[RowFault] = []
        for row in written.rows:
            try:
                acts.enter(row)
            except SakuteiError as error:
                faults.append(RowFault(row.number, message_of(error)))
                if row.kind is RowKind.OPENED:
                    break  # without the plan, nothing else can be tried
        if faults:
            raise TakeoverRefused(faults, rehearsed=True)
        acts.close_meetings()
        record(
            db,
            Tag.PLAN_TAKEN_OVER,
            at=now,
            by=actor(db, by, tokyo_day(now)).id,
            plan=plan_by_key(db, written.key).id,
            filename=written.filename,
            rows=len(written.rows),
            reason=written.reason,
        )


@dataclass
class _Acts:
    """The acts of a takeover, row by row. `meetings` are those entered so far, by body, moment and title; `attended` are
    those whose attendance is known."""

    office: Office
    by: str
    written: _Written
    kept: Mapping[str, Kept]
    now: datetime
    versions: dict[str, int] = field(default_factory=dict)
    meetings: dict[tuple[str, datetime, str], int] = field(default_factory=dict)
    attended: list[int] = field(default_factory=list)

    def enter(self, row: TakenRow) -> None:
        """Raises the act's error."""
        {
            RowKind.OPENED: self._open,
            RowKind.VERSION: self._register,
            RowKind.MEETING: self._decide,
            RowKind.CONDITION: self._close_condition,
            RowKind.SIGNED: self._sign,
            RowKind.ADVANCED: self._advance,
            RowKind.SENT_BACK: self._send_back,
        }[row.kind](row)

    def close_meetings(self) -> None:
        """Close the meetings of which it is known who was there: nothing is left to record of them."""
        for meeting in self.attended:
            close_meeting(self.office, self.by, meeting, self.written.reason, now=self.now)

    def _open(self, row: TakenRow) -> None:
        open_plan(
            self.office,
            self.by,
            self.written.key,
            self.written.about[About.TITLE],
            self.written.chain,
            department=self.written.department,
            on=row.day,
            reason=self.written.reason,
            now=self.now,
        )

    def _register(self, row: TakenRow) -> None:
        self.versions[row.file] = add_version(
            self.office,
            self.by,
            self.written.key,
            row.file,
            self.kept[row.file],
            note=row.note,
            on=row.day,
            reason=self.written.reason,
            now=self.now,
        )

    def _decide(self, row: TakenRow) -> None:
        gate = self._gate(row)
        meeting = self._meeting(row, gate.body)
        version = self.versions[row.file] if row.file else None
        item = list_item(
            self.office, self.by, meeting, self.written.key, gate.key, version=version, now=self.now
        )
        self._attend(row, gate.body, meeting)
        record_outcome(
            self.office,
            self.by,
            item,
            outcome_of(row.result),
            conditions=row.conditions,
            note=row.note,
            now=self.now,
        )

    def _close_condition(self, row: TakenRow) -> None:
        with self.office.reading() as db:
            given = queries.gate_answers(db, plan_by_key(db, self.written.key))
        unmet = {
            owed.words: owed.number for each in given if not each.signoff for owed in each.owed if not owed.at
        }
        for text in row.conditions:
            if text not in unmet:
                raise NotFound("解消を待つ条件", text, list(unmet))
            close_condition(self.office, self.by, unmet[text], row.note, on=row.day, now=self.now)

    def _sign(self, row: TakenRow) -> None:
        stage = self._plan().stage
        positions = {gate.position: gate.key for gate in stage.gates if isinstance(gate, SignoffGate)}
        if row.where not in positions:
            raise BadInput(
                Column.WHERE.label,
                say(
                    "計画はこのとき「{stage}」にあり、そこに{position}の決裁はありません",
                    stage=stage.label,
                    position=row.where,
                ),
                "前の「進行」の行を確かめてください。",
            )
        enter_signoff(
            self.office,
            self.by,
            self.written.key,
            positions[row.where],
            row.day,
            approve=row.result == SignoffResult.APPROVED.label,
            note=row.note,
            reason=self.written.reason,
            now=self.now,
        )

    def _advance(self, row: TakenRow) -> None:
        plan = self._plan()
        to = self._stage(row.where) if row.where else None
        following = [plan.chain.stage(key) for key in plan.chain.after(plan.stage)]
        if to is not None and to not in [stage.key for stage in following]:
            raise BadInput(
                Column.WHERE.label,
                say(
                    "計画はこのとき「{stage}」にあり、次は「{to}」ではありません",
                    stage=plan.stage.label,
                    to=row.where,
                ),
                say("次の段階: {names}。", names=say("、").join(stage.label for stage in following)),
            )
        advance(
            self.office,
            self.by,
            plan.key,
            seen=plan.revision,
            to=to,
            on=row.day,
            reason=self.written.reason,
            now=self.now,
        )

    def _send_back(self, row: TakenRow) -> None:
        plan = self._plan()
        to, passed = self._stage(row.where), [plan.chain.stage(stay.stage) for stay in plan.path[:-1]]
        if to not in [stage.key for stage in passed]:
            raise BadInput(
                Column.WHERE.label,
                say(
                    "計画はこのとき「{stage}」にあり、「{to}」を通っていません",
                    stage=plan.stage.label,
                    to=row.where,
                ),
                say(
                    "通ってきた段階: {names}。",
                    names=say("、").join(stage.label for stage in passed) or say("なし"),
                ),
            )
        send_back(
            self.office,
            self.by,
            plan.key,
            to,
            row.note,
            seen=plan.revision,
            on=row.day,
            now=self.now,
        )

    def _plan(self) -> PlanFact:
        with self.office.reading() as db:
            return plan_by_key(db, self.written.key)

    def _stage(self, name: str) -> str:
        return next(stage.key for stage in self.written.chain.stages if name in (stage.key, stage.label))

    def _gate(self, row: TakenRow) -> BodyGate:
        """The gate of the stage the plan stands in that the row means. Raises `BadInput`."""
        stage, chain = self._plan().stage, self.written.chain
        possible = [gate for gate in stage.gates if isinstance(gate, BodyGate)]
        found = [
            gate for gate in possible if row.where in (gate.label, gate.body, chain.body(gate.body).name)
        ]
        if len(found) == 1:
            return found[0]
        if found:
            names = say("、").join(gate.label for gate in found)
            raise BadInput(
                Column.WHERE.label,
                say("「{stage}」には{body}の関門がいくつもあります", stage=stage.label, body=row.where),
                say("会議体の代わりに、関門の名前を書いてください: {names}。", names=names),
            )
        names = say("、").join(chain.body(gate.body).name for gate in possible) or say("ありません")
        raise BadInput(
            Column.WHERE.label,
            say(
                "計画はこのとき「{stage}」にあり、そこに{body}の関門はありません",
                stage=stage.label,
                body=row.where,
            ),
            say("この段階の会議体（{names}）か、前の「進行」の行を確かめてください。", names=names),
        )

    def _meeting(self, row: TakenRow, body: str) -> int:
        """The meeting of the row: one already entered, or a new one. Of a meeting whose hour is not known, the whole day
        is entered."""
        title = row.meeting or self.written.chain.body(body).name
        starts_at = at_tokyo(row.day, row.clock or time())
        ends_at = starts_at if row.clock else at_tokyo(row.day, time(23, 59))
        this = body, starts_at, title
        if this not in self.meetings:
            self.meetings[this] = enter_meeting(
                self.office,
                self.by,
                body,
                title,
                starts_at=starts_at,
                ends_at=ends_at,
                place=say("（移行登録のため不明）"),
                now=self.now,
            )
        return self.meetings[this]

    def _attend(self, row: TakenRow, body: str, meeting: int) -> None:
        if not row.present or meeting in self.attended:
            return
        with self.office.reading() as db:
            members = seats(db, body, row.day)
        named = {name.strip() for name in row.present}
        everybody = named == {Present.EVERYBODY.label}
        known = {name for seat in members for name in (seat.key, seat.name)}
        if unknown := sorted(named - known) if not everybody else []:
            raise NotFound(
                say("{day}の委員", day=shown_day(row.day)), unknown[0], [seat.name for seat in members]
            )
        there = {
            seat.key: Seated(present=everybody or not named.isdisjoint((seat.key, seat.name)))
            for seat in members
        }
        enter_attendance(self.office, self.by, meeting, there, now=self.now)
        self.attended.append(meeting)
