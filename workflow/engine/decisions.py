"""Use cases on what a body decides: outcomes, votes, conditions, 専決, corrections, 引戻し."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session, aliased

from definitions.chain import Body, BodyGate, Tie, Urgent
from definitions.terms import CARRYING_OUTCOME, OUTCOMES_OF, BodyKind, Outcome, Role
from workflow import gates, questions
from workflow.audit import Tag, record
from workflow.calendar import shown_moment, tokyo_day
from workflow.engine.checks import a_text, some_text
from workflow.engine.meetings import (
    Form,
    MeetingStatus,
    Purpose,
    begun,
    body_gate,
    held_decision,
    still_listed,
)
from workflow.engine.plans import must_be_active
from workflow.errors import (
    AlreadyDone,
    BadInput,
    GateClosed,
    NotFound,
    QuorumMissing,
    StaleVersion,
    StepImpossible,
)
from workflow.facts import PLAN_COLUMNS, PlanFact, facts, plan_by_id, plan_by_key, plan_fact, plans
from workflow.gates import Lack, Manner
from workflow.language import say
from workflow.office import Office, connection_of
from workflow.people import is_deputy_of, person_id, seats
from workflow.records import (
    AgendaItem,
    Attendance,
    Condition,
    Decision,
    Meeting,
    Plan,
    Record,
    Version,
    Vote,
)
from workflow.rights import Act, Actor, actor
from workflow.tally import Ballot, Choice, Tally, shown_share, tally_of


class Item(NamedTuple):
    """What an agenda item puts to a body."""

    id: int
    meeting_id: int
    plan_id: int
    gate_key: str
    stage: str
    visit: int
    version_id: int
    purpose: str
    ratifies_id: int | None


class Held(NamedTuple):
    """The meeting an item is put to."""

    id: int
    title: str
    form: str
    status: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Sitting:
    """An item at its meeting, with the plan and body it concerns, and the SHA-256 of the version put."""

    item: Item
    meeting: Held
    sha256: str
    decided: bool
    plan: PlanFact
    gate: BodyGate
    body: Body

    @property
    def day(self) -> date:
        """The day of the meeting: members are asked as of it."""
        return tokyo_day(self.meeting.starts_at)


RATIFYING: dict[Urgent, tuple[Outcome, ...]] = {
    Urgent.REPORT: (Outcome.RECEIVED,),
    Urgent.APPROVAL: (Outcome.APPROVED, Outcome.REJECTED),
}
"""What a body can answer to its chair's 専決: heard, or approved or not."""


def allowed_outcomes(purpose: Purpose, body: Body) -> tuple[Outcome, ...]:
    """The answers the body can give to an item put for that purpose."""
    if purpose is Purpose.RATIFY:
        return RATIFYING[body.urgent or Urgent.REPORT]
    if purpose is Purpose.REPORT:
        return OUTCOMES_OF[BodyKind.RECEIVING]
    return OUTCOMES_OF[body.kind]


def record_outcome(
    office: Office,
    by: str,
    item: int,
    outcome: Outcome,
    *,
    conditions: Sequence[str] = (),
    note: str = "",
    now: datetime,
) -> int:
    """Record what a body decided on an item, from its minutes, and return the decision's number. `note` holds
    a 附帯意見 too.

    Raises `NotAllowed`, `NotFound`, `BadInput` (an answer this body does not give, conditions missing or out
    of place), `StaleVersion`, `GateClosed` (a body that comes before has not agreed), `QuorumMissing`,
    `AlreadyDone`, `StepImpossible` (the meeting is still to come, or its body votes).
    """
    with office.writing() as db:
        who, sitting = _sitting(db, by, item, Act.RECORD_OUTCOME, now)
        if sitting.body.reaches == "tallied":
            raise StepImpossible(
                "結果の記録",
                sitting.meeting.title,
                None,
                "この会議体は採決で決します。採決を集計してください。",
            )
        _may_decide(db, sitting, outcome, now)
        _quorate(db, sitting)
        return _write_decision(
            db, who, sitting, outcome, Manner.RECORDED, conditions=conditions, note=note, now=now
        )


def cast_vote(
    office: Office, by: str, item: int, choice: Choice, *, member: str | None = None, now: datetime
) -> None:
    """A member's vote, or answer in a 持ち回り. A deputy who sits in names the `member` they sit in for.

    Raises `AlreadyDone` (voted before), `NotAllowed` (no member that day, not recorded present, or no deputy),
    `StepImpossible` (not begun, over, or decided), `BadInput`, `NotFound`.
    """
    if choice is Choice.WITHDRAWN:
        raise BadInput("採決", "取消しは票ではありません", "賛成・反対・棄権のいずれかを選んでください。")
    with office.writing() as db:
        who, sitting, seat = _voter(db, by, item, member, now)
        last = _votes(db, item).get(seat)
        if last is not None and last.choice != Choice.WITHDRAWN:
            raise AlreadyDone("既に回答済みです。変える場合は、先に取り消してください。")
        _write_vote(db, who, sitting, seat, choice, turn=last.turn + 1 if last else 1, now=now)


def enter_votes(office: Office, by: str, item: int, votes: Mapping[str, Choice], *, now: datetime) -> None:
    """The 事務局 enters a show of hands, by member key: all of it or none. A member who is not named, or whose
    vote is the one entered, keeps it; another choice replaces it.

    Raises `BadInput` (nobody named, or somebody without a vote here: no member, not recorded present, or a
    chair who presides and votes only on a tie), `AlreadyDone` (decided), `StepImpossible` (not begun, over, or
    not decided by a show of hands), `NotAllowed`, `NotFound`.
    """
    if not votes:
        raise BadInput(
            "挙手の結果", "選ばれていません", "委員ごとに賛成・反対・棄権のいずれかを選んでください。"
        )
    with office.writing() as db:
        who, sitting = _sitting(db, by, item, Act.ENTER_ATTENDANCE, now)
        _by_show_of_hands(sitting)
        seated = _hands(db, sitting, votes)
        before = _votes(db, item)
        for key, choice in votes.items():
            last = before.get(seated[key])
            if last is None or last.choice != choice:
                turn = last.turn + 1 if last else 1
                _write_vote(db, who, sitting, seated[key], choice, turn=turn, now=now)


def take_back_vote(office: Office, by: str, item: int, *, member: str | None = None, now: datetime) -> None:
    """引戻し of one's own vote, until the item is decided. Raises as `cast_vote`."""
    with office.writing() as db:
        who, sitting, seat = _voter(db, by, item, member, now)
        last = _votes(db, item).get(seat)
        if last is None or last.choice == Choice.WITHDRAWN:
            raise AlreadyDone("取り消す回答がありません。")
        if last.cast_by != who.id:
            who.refuse(Act.VOTE)
        _write_vote(db, who, sitting, seat, Choice.WITHDRAWN, turn=last.turn + 1, now=now)


def cast_deciding_vote(office: Office, by: str, item: int, choice: Choice, *, now: datetime) -> None:
    """The chair decides a tie (可否同数のときは会長の決するところによる).

    Raises `StepImpossible` (there is no tie to break), and as `cast_vote`.
    """
    if choice not in (Choice.FOR, Choice.AGAINST):
        raise BadInput("裁決", "賛成・反対以外では決しません", "賛成か反対を選んでください。")
    with office.writing() as db:
        who, sitting = _sitting(db, by, item, Act.CAST_DECIDING_VOTE, now)
        if _tally(db, sitting).carried is not None:
            raise StepImpossible("裁決", sitting.meeting.title, None, "可否同数ではありません。")
        votes = _votes(db, item)
        turn = votes[who.id].turn + 1 if who.id in votes else 1
        _write_vote(db, who, sitting, who.id, choice, turn=turn, now=now, casting=True)


def decide_by_votes(
    office: Office,
    by: str,
    item: int,
    *,
    conditions: Sequence[str] = (),
    note: str = "",
    now: datetime,
) -> int:
    """Count the votes on an item and record the outcome they amount to; returns the decision's number. With
    `conditions` a carried motion is a 条件付き了承; with a `note`, an advisory body's is a 答申 with 附帯意見.

    Raises as `outcome_of_votes` and `record_outcome`.
    """
    with office.writing() as db:
        who, sitting = _sitting(db, by, item, Act.RECORD_OUTCOME, now)
        outcome = _outcome_of_votes(db, sitting, conditions, note)
        _may_decide(db, sitting, outcome, now)
        return _write_decision(
            db, who, sitting, outcome, Manner.TALLIED, conditions=conditions, note=note, now=now
        )


def decide_alone(
    office: Office, by: str, plan: str, gate: str, outcome: Outcome, reason: str, *, now: datetime
) -> int:
    """専決: the chair decides alone when no meeting can be called. The gate opens provisionally; the body's
    next meeting must hear it or approve it. Returns the decision's number.

    Raises `StepImpossible` (the body's rule has no 専決), `GateClosed`, `NotAllowed`, `BadInput`, `NotFound`.
    """
    some_text("専決の理由", reason)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        fact = plan_by_key(db, plan)
        must_be_active(fact, "専決")
        found = body_gate(fact, gate)
        body = fact.chain.body(found.body)
        who.require(Act.DECIDE_ALONE, body=body.key)
        if body.urgent is None:
            raise StepImpossible(
                "専決", fact.stage.label, None, say("{body}の規定には専決がありません。", body=body.name)
            )
        if outcome not in fact.chain.opens_on(found) or outcome is Outcome.CONDITIONAL:
            raise BadInput(
                "専決",
                say("「{outcome}」は専決できません", outcome=say(outcome.label)),
                "了承など、関門を開く結果だけです。",
            )
        _before_is_open(db, fact, found, now)
        if fact.text is None or fact.sha256 is None:
            raise BadInput("専決", "計画の文書がまだありません", "先に版を登録してください。")
        decision = _insert_decision(
            db,
            plan_id=fact.id,
            item_id=None,
            stage=fact.stage.key,
            visit=fact.visit,
            gate_key=gate,
            body_key=body.key,
            version_id=fact.text.version_id,
            sha256=fact.sha256,
            outcome=outcome,
            manner=Manner.CHAIR_ALONE,
            note=reason,
            decided_on=tokyo_day(now),
            recorded_by=who.id,
            recorded_at=now,
        )
        record(
            db,
            Tag.DECIDED_ALONE,
            at=now,
            by=who.id,
            plan=fact.id,
            decision=decision,
            gate=gate,
            outcome=outcome,
            sha256=fact.sha256,
            reason=reason,
            owes=body.urgent,
        )
        return decision


def correct_decision(
    office: Office,
    by: str,
    decision: int,
    outcome: Outcome,
    reason: str,
    *,
    conditions: Sequence[str] = (),
    now: datetime,
) -> int:
    """Correct a decision by one that supersedes it; the first one stays readable. Returns the new number.

    Raises `AlreadyDone` (it was superseded before), `NotAllowed`, `BadInput`, `NotFound`.
    """
    some_text("訂正の理由", reason)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        old = _standing_decision(db, decision)
        who.require(Act.RECORD_OUTCOME, body=old.body_key)
        fact = plan_by_id(db, old.plan_id)
        body = fact.chain.body(old.body_key)
        item = db.get(AgendaItem, old.item_id) if old.item_id else None
        purpose = Purpose(item.purpose) if item else Purpose.DELIBERATE
        _answerable(body, purpose, outcome)
        texts = _conditions(outcome, conditions)
        new = _supersede(db, old, outcome, reason, who, now)
        _write_conditions(db, new, texts)
        record(
            db,
            Tag.DECISION_CORRECTED,
            at=now,
            by=who.id,
            plan=old.plan_id,
            meeting=item.meeting_id if item else None,
            decision=new,
            supersedes=decision,
            gate=old.gate_key,
            outcome=outcome,
            conditions=texts,
            sha256=old.sha256,
            reason=reason,
        )
        return new


def take_back_decision(office: Office, by: str, decision: int, reason: str, *, now: datetime) -> None:
    """引戻し: whoever recorded a decision takes it back, until somebody has built on it.

    Raises `AlreadyDone` (somebody has: the plan moved, a later body decided, a condition was closed, the
    meeting was closed), `NotAllowed` (somebody else recorded it), `NotFound`.
    """
    some_text("引戻しの理由", reason)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        old = _standing_decision(db, decision)
        if old.recorded_by != who.id:
            raise StepImpossible(
                "引戻し", say("決定 {decision}", decision=decision), None, "記録した本人だけが引き戻せます。"
            )
        if built := _built_on(db, old):
            raise AlreadyDone(say("{why}ため、引き戻せません。訂正の記録をしてください。", why=built))
        item = db.get(AgendaItem, old.item_id) if old.item_id else None
        _supersede(db, old, None, reason, who, now)
        record(
            db,
            Tag.DECISION_TAKEN_BACK,
            at=now,
            by=who.id,
            plan=old.plan_id,
            meeting=item.meeting_id if item else None,
            decision=decision,
            gate=old.gate_key,
            reason=reason,
        )


def close_condition(office: Office, by: str, condition: int, note: str, *, now: datetime) -> None:
    """Close a condition of a 条件付き了承, with a note of how it was met. The last one opens the gate.

    Raises `AlreadyDone`, `NotAllowed`, `BadInput` (no note), `NotFound`.
    """
    some_text("解消の内容", note)
    with office.writing() as db:
        who = actor(db, by, tokyo_day(now))
        found = db.get(Condition, condition)
        if found is None:
            raise NotFound("条件", str(condition))
        decision = _standing_decision(db, found.decision_id)
        who.require(Act.CLOSE_CONDITION, body=decision.body_key)
        if found.closed_at is not None:
            raise AlreadyDone("この条件は既に解消されています。")
        db.execute(
            update(Condition)
            .where(Condition.id == condition)
            .values(closed_by=who.id, closed_at=now, closed_note=note)
        )
        record(
            db,
            Tag.CONDITION_CLOSED,
            at=now,
            by=who.id,
            plan=decision.plan_id,
            condition=condition,
            decision=decision.id,
            gate=decision.gate_key,
            note=note,
        )


def current_tally(db: Session, item: int) -> Tally:
    """How the votes on an item stand now."""
    return _tally(db, _load(db, item))


def outcome_of_votes(db: Session, item: int, *, conditions: Sequence[str] = (), note: str = "") -> Outcome:
    """The outcome the votes on an item amount to now: what `decide_by_votes` would record.

    Raises `QuorumMissing`, `StepImpossible` (nobody voted; tied: the chair decides first; or the body does not
    vote), `NotFound`.
    """
    return _outcome_of_votes(db, _load(db, item), conditions, note)


def _load(db: Session, item: int) -> Sitting:
    row = connection_of(db).execute(_PUT, {"item": item}).first()
    if row is None:
        raise NotFound("議題", str(item))
    listed, held = Item(*row[_ITEM]), Held(*row[_HELD])
    still_listed(item, row.removed_why)
    plan = plan_fact(db, row)
    gate = plan.chain.gate(listed.gate_key)
    if not isinstance(gate, BodyGate):
        raise NotFound("議題", str(item))
    return Sitting(listed, held, row.put, row.decided, plan, gate, plan.chain.body(gate.body))


_version_put = aliased(Version)
_PUT = (
    plans()
    .add_columns(
        *(getattr(AgendaItem, name) for name in Item._fields),
        *(getattr(Meeting, name) for name in Held._fields),
        AgendaItem.removed_why,
        _version_put.sha256.label("put"),
        held_decision(AgendaItem.id).exists().label("decided"),
    )
    .join(AgendaItem, AgendaItem.plan_id == Plan.id)
    .join(Meeting, Meeting.id == AgendaItem.meeting_id)
    .join(_version_put, _version_put.id == AgendaItem.version_id)
    .where(AgendaItem.id == bindparam("item"))
)
_ITEM = slice(len(PLAN_COLUMNS), len(PLAN_COLUMNS) + len(Item._fields))
_HELD = slice(_ITEM.stop, _ITEM.stop + len(Held._fields))


def _sitting(db: Session, by: str, item: int, act: Act, now: datetime) -> tuple[Actor, Sitting]:
    who = actor(db, by, tokyo_day(now))
    sitting = _load(db, item)
    who.require(act, body=sitting.body.key)
    _in_session(sitting, now)
    return who, sitting


def _in_session(sitting: Sitting, now: datetime) -> None:
    held = sitting.meeting
    begun(held.title, held.starts_at, now, "記録")
    if held.status != MeetingStatus.CALLED:
        raise StepImpossible(
            "記録",
            held.title,
            None,
            say("この会議は{status}です。", status=say(MeetingStatus(held.status).label)),
        )


def _voter(db: Session, by: str, item: int, member: str | None, now: datetime) -> tuple[Actor, Sitting, int]:
    """The person, the sitting, and in whose seat they vote."""
    who = actor(db, by, tokyo_day(now))
    sitting = _load(db, item)
    _in_session(sitting, now)
    in_writing = sitting.meeting.form == Form.IN_WRITING
    if sitting.body.reaches != "tallied" and not in_writing:
        raise StepImpossible("採決", sitting.meeting.title, None, "この会議体の結果は議事から記録します。")
    if in_writing and now >= sitting.meeting.ends_at:
        raise StepImpossible(
            "回答",
            sitting.meeting.title,
            None,
            say("回答期限 {at} を過ぎました。", at=shown_moment(sitting.meeting.ends_at)),
        )
    if sitting.decided:
        raise AlreadyDone("この議題は既に決しています。")
    seat = person_id(db, member) if member else who.id
    if seat not in {held.person_id for held in seats(db, sitting.body.key, sitting.day)}:
        who.refuse(Act.VOTE)
    if in_writing:
        if seat != who.id and not is_deputy_of(db, who.id, seat, sitting.day):
            who.refuse(Act.VOTE)
    elif not _sits(db, sitting.meeting.id, seat, who.id):
        raise StepImpossible(
            "採決", sitting.meeting.title, None, "出席が記録されていません。事務局に確かめてください。"
        )
    return who, sitting, seat


def _by_show_of_hands(sitting: Sitting) -> None:
    """Raises what stands against a show of hands on this item."""
    title = sitting.meeting.title
    if sitting.body.reaches != "tallied":
        raise StepImpossible("挙手の記録", title, None, "この会議体の結果は議事から記録します。")
    if sitting.meeting.form == Form.IN_WRITING:
        raise StepImpossible("挙手の記録", title, None, "持ち回りでは、委員か代理者が回答します。")
    if sitting.decided:
        raise AlreadyDone("この議題は既に決しています。")


def _hands(db: Session, sitting: Sitting, votes: Mapping[str, Choice]) -> dict[str, int]:
    """The seats of the members named, by key. Raises `BadInput` on the first who has no vote to enter."""
    members = {seat.key: seat for seat in seats(db, sitting.body.key, sitting.day)}
    there = _present(db, sitting.meeting.id)
    for key, choice in votes.items():
        seat = members.get(key)
        if seat is None:
            raise BadInput(
                "挙手の結果", f"「{key}」は開催日の委員ではありません", "名簿と任期を確かめてください。"
            )
        if seat.person_id not in there:
            raise BadInput(
                "挙手の結果", f"{seat.name}さんの出席が記録されていません", "先に出欠を記録してください。"
            )
        if seat.role is Role.CHAIR and sitting.body.tie is Tie.CHAIR_DECIDES:
            raise BadInput(
                "挙手の結果",
                f"{seat.name}さんは会長として、可否同数のときに決します",
                "会長の票は外してください。",
            )
        if choice is Choice.WITHDRAWN:
            raise BadInput(
                "挙手の結果",
                f"{seat.name}さんの「取消し」は票ではありません",
                "賛成・反対・棄権のいずれかを選んでください。",
            )
    return {key: members[key].person_id for key in votes}


def _sits(db: Session, meeting: int, seat: int, person: int) -> bool:
    """Whether the person sits in that seat: there themselves, or as its recorded deputy."""
    found = db.scalar(
        select(Attendance).where(
            Attendance.meeting_id == meeting, Attendance.member_id == seat, Attendance.present
        )
    )
    return found is not None and (found.deputy_id or seat) == person


def _votes(db: Session, item: int) -> dict[int, Vote]:
    """Each member's last vote on the item, withdrawn or not."""
    rows = db.scalars(select(Vote).where(Vote.item_id == item).order_by(Vote.turn))
    return {vote.member_id: vote for vote in rows}


def _write_vote(
    db: Session,
    who: Actor,
    sitting: Sitting,
    seat: int,
    choice: Choice,
    *,
    turn: int,
    now: datetime,
    casting: bool = False,
) -> None:
    db.execute(
        insert(Vote).values(
            item_id=sitting.item.id,
            member_id=seat,
            turn=turn,
            choice=choice,
            casting=casting,
            cast_by=who.id,
            cast_at=now,
        )
    )
    tag = Tag.VOTE_TAKEN_BACK if choice is Choice.WITHDRAWN else Tag.VOTE_CAST
    record(
        db,
        tag,
        at=now,
        by=who.id,
        plan=sitting.plan.id,
        meeting=sitting.meeting.id,
        item=sitting.item.id,
        member=seat,
        choice=choice,
        casting=casting,
    )


def _tally(db: Session, sitting: Sitting) -> Tally:
    members = seats(db, sitting.body.key, sitting.day)
    cast = db.scalars(select(Vote).where(Vote.item_id == sitting.item.id).order_by(Vote.turn, Vote.id))
    return tally_of(
        sitting.body,
        [Ballot(vote.member_id, Choice(vote.choice), vote.casting) for vote in cast],
        members=[seat.person_id for seat in members],
        chairs=[seat.person_id for seat in members if seat.role is Role.CHAIR],
        present=None if sitting.meeting.form == Form.IN_WRITING else _present(db, sitting.meeting.id),
    )


def _present(db: Session, meeting: int) -> set[int]:
    return set(
        db.scalars(select(Attendance.member_id).where(Attendance.meeting_id == meeting, Attendance.present))
    )


def _quorate(db: Session, sitting: Sitting) -> None:
    """Raises `QuorumMissing` when the body's rule has a 定足数 and too few were there, or answered."""
    quorum = sitting.body.quorum
    if quorum is None:
        return
    members = len(seats(db, sitting.body.key, sitting.day))
    if sitting.meeting.form == Form.IN_WRITING:
        answers = _votes(db, sitting.item.id).values()
        there = sum(vote.choice != Choice.WITHDRAWN for vote in answers)
    else:
        there = len(_present(db, sitting.meeting.id))
    if not quorum.reached(there, members):
        raise QuorumMissing(sitting.body.name, there, members, shown_share(quorum))


def _outcome_of_votes(db: Session, sitting: Sitting, conditions: Sequence[str], note: str) -> Outcome:
    counting, title = "採決の集計", sitting.meeting.title
    if sitting.body.reaches != "tallied":
        raise StepImpossible(counting, title, None, "この会議体の結果は議事から記録します。")
    tally = _tally(db, sitting)
    if tally.cast == 0:
        raise StepImpossible(counting, title, None, _nobody_voted(sitting))
    rule = sitting.body.quorum
    if rule is not None and not tally.quorate:
        raise QuorumMissing(sitting.body.name, tally.present, tally.members, shown_share(rule))
    if tally.carried is None:
        raise StepImpossible(counting, title, None, "可否同数です。会長の裁決を先に記録してください。")
    return _carried_outcome(sitting, tally.carried, conditions, note)


def _nobody_voted(sitting: Sitting) -> str:
    if sitting.meeting.form == Form.IN_WRITING:
        return "まだ誰も回答していません。委員の回答を待ってください。"
    return (
        "まだ誰も採決していません。出欠を確かめ、挙手の結果を記録するか、委員に採決を入れてもらってください。"
    )


def _carried_outcome(sitting: Sitting, carried: bool, conditions: Sequence[str], note: str) -> Outcome:
    purpose = Purpose(sitting.item.purpose)
    if purpose is Purpose.RATIFY:
        ratifying = RATIFYING[sitting.body.urgent or Urgent.REPORT]
        return ratifying[0] if carried else ratifying[-1]
    outcome = CARRYING_OUTCOME[sitting.body.kind][0 if carried else 1]
    if outcome is Outcome.APPROVED and conditions:
        return Outcome.CONDITIONAL
    if outcome is Outcome.ADVISED and note.strip():
        return Outcome.ADVISED_WITH_OPINION
    return outcome


def _may_decide(db: Session, sitting: Sitting, outcome: Outcome, now: datetime) -> None:
    """Raises what stands against a decision on this item now."""
    item, plan = sitting.item, sitting.plan
    if sitting.decided:
        raise AlreadyDone("この議題の結果は既に記録されています。直す場合は訂正の記録をしてください。")
    _answerable(sitting.body, Purpose(item.purpose), outcome)
    if item.purpose == Purpose.RATIFY:
        return
    must_be_active(plan, "結果の記録")
    if (item.stage, item.visit) != (plan.stage.key, plan.visit):
        raise StepImpossible(
            "結果の記録",
            plan.stage.label,
            None,
            "計画は議題に載せた後に別の段階へ移りました。議題から外してください。",
        )
    if plan.text is None or plan.text.version_id != item.version_id:
        put = db.scalar(select(Version.number).where(Version.id == item.version_id))
        raise StaleVersion(put or 0, plan.text.number if plan.text else 0)
    _before_is_open(db, plan, sitting.gate, now)


def _answerable(body: Body, purpose: Purpose, outcome: Outcome) -> None:
    allowed = allowed_outcomes(purpose, body)
    if outcome not in allowed:
        labels = say("・").join(say(each.label) for each in allowed)
        raise BadInput(
            "結果",
            say("{body}は「{outcome}」とは答えません", body=body.name, outcome=say(outcome.label)),
            say("{labels} のいずれかです。", labels=labels),
        )


def _before_is_open(db: Session, plan: PlanFact, gate: BodyGate, now: datetime) -> None:
    state = gates.states(plan.chain, plan.stage, facts(db, plan, now))[gate.key]
    if state.lack is Lack.AFTER:
        reasons = [r for r in questions.why(db, plan, now) if r.gate in gate.after]
        raise GateClosed(plan.stage, [state], reasons)


def _conditions(outcome: Outcome, conditions: Sequence[str]) -> list[str]:
    if outcome is Outcome.CONDITIONAL and not conditions:
        raise BadInput("条件", "条件付き了承に条件がありません", "条件を 1 つ以上書いてください。")
    if outcome is not Outcome.CONDITIONAL and conditions:
        raise BadInput(
            "条件",
            say("「{outcome}」に条件は付きません", outcome=say(outcome.label)),
            "条件付き了承として記録してください。",
        )
    return [some_text("条件", text) for text in conditions]


def _write_conditions(db: Session, decision: int, texts: Sequence[str]) -> None:
    if texts:
        db.execute(insert(Condition), [{"decision_id": decision, "text": text} for text in texts])


def _write_decision(
    db: Session,
    who: Actor,
    sitting: Sitting,
    outcome: Outcome,
    manner: Manner,
    *,
    conditions: Sequence[str],
    note: str,
    now: datetime,
) -> int:
    a_text("備考", note)
    texts = _conditions(outcome, conditions)
    item = sitting.item
    decision = _insert_decision(
        db,
        plan_id=item.plan_id,
        item_id=item.id,
        stage=item.stage,
        visit=item.visit,
        gate_key=item.gate_key,
        body_key=sitting.body.key,
        version_id=item.version_id,
        sha256=sitting.sha256,
        outcome=outcome,
        manner=manner,
        note=note,
        decided_on=_decided_on(sitting, now),
        ratifies_id=item.ratifies_id,
        recorded_by=who.id,
        recorded_at=now,
    )
    _write_conditions(db, decision, texts)
    record(
        db,
        Tag.RATIFIED if item.ratifies_id else Tag.DECISION_RECORDED,
        at=now,
        by=who.id,
        plan=item.plan_id,
        meeting=item.meeting_id,
        decision=decision,
        gate=item.gate_key,
        outcome=outcome,
        manner=manner,
        conditions=texts,
        sha256=sitting.sha256,
        note=note,
        ratifies=item.ratifies_id,
    )
    return decision


def _decided_on(sitting: Sitting, now: datetime) -> date:
    """The day of the decision: that of the meeting; of a 持ち回り, the day its answers were taken together, at the
    latest its last."""
    if sitting.meeting.form != Form.IN_WRITING:
        return sitting.day
    return tokyo_day(min(now, sitting.meeting.ends_at))


def _insert_decision(db: Session, **values: object) -> int:
    return int(connection_of(db).execute(_DECIDE, values).scalar_one())


_DECISION = Record.metadata.tables["decision"]
_DECIDE = insert(_DECISION).returning(_DECISION.c.id)


def _standing_decision(db: Session, decision: int) -> Decision:
    found = db.get(Decision, decision)
    if found is None or found.outcome is None:
        raise NotFound("決定", str(decision))
    if db.scalar(select(Decision.id).where(Decision.supersedes_id == decision)) is not None:
        raise AlreadyDone("この決定は既に訂正または引き戻されています。新しい記録を指定してください。")
    return found


def _supersede(
    db: Session, old: Decision, outcome: Outcome | None, reason: str, who: Actor, now: datetime
) -> int:
    copied = (
        "plan_id",
        "item_id",
        "stage",
        "visit",
        "gate_key",
        "body_key",
        "version_id",
        "sha256",
        "decided_on",
        "ratifies_id",
    )
    return _insert_decision(
        db,
        **{name: getattr(old, name) for name in copied},
        # Nobody voted for what a correction says; a 専決 stays one, and is owed to its body.
        manner=Manner.RECORDED if old.manner == Manner.TALLIED else old.manner,
        outcome=outcome,
        note=reason,
        supersedes_id=old.id,
        recorded_by=who.id,
        recorded_at=now,
    )


def _built_on(db: Session, decision: Decision) -> str | None:
    """What somebody built on the decision, in words; None when nobody did."""
    plan = plan_by_id(db, decision.plan_id)
    given = questions.answers(db, plan)
    return questions.built_on(plan, given, next(a for a in given if a.id == (False, decision.id)))
