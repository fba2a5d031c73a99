"""An item at its meeting, as every use case on votes and decisions needs it: attendance, votes, allowed outcomes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from definitions.chain import Body, BodyGate
from definitions.terms import Outcome
from workflow.actions.meetings import begun, must_be_open, still_listed
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import BadInput, NotFound, NotNow, QuorumMissing
from workflow.domain.language import label, say
from workflow.domain.meetings import MeetingForm
from workflow.domain.rights import Act, Actor
from workflow.domain.votes import (
    ANOTHER_TIME,
    Ballot,
    Choice,
    Room,
    Tally,
    contradicts,
    shown_share,
    tally_of,
)
from workflow.queries.actor import actor
from workflow.queries.agenda import held_decision
from workflow.queries.attendance import answering, room
from workflow.queries.plans import PLAN_COLUMNS, PlanFact, plan_fact, plans
from workflow.store.database import connection_of
from workflow.store.tables import AgendaItem, Meeting, Plan, Version, Vote


class Item(NamedTuple):
    """An agenda item: a gate and a version of a plan, at a meeting."""

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
    removed_why: str | None
    plan: PlanFact
    gate: BodyGate
    body: Body

    @property
    def day(self) -> date:
        """The day of the meeting: members are asked as of it."""
        return tokyo_day(self.meeting.starts_at)

    def decided_at(self, now: datetime) -> datetime:
        """The moment of a decision recorded now: the meeting's beginning; of a 持ち回り, when its answers are taken
        together, at the latest its last moment."""
        held = self.meeting
        return min(now, held.ends_at) if self.in_writing else held.starts_at

    @property
    def in_writing(self) -> bool:
        return self.meeting.form == MeetingForm.IN_WRITING


def load(db: Session, item: int) -> Sitting:
    """The item at its meeting, in one statement. Raises `NotFound`."""
    row = connection_of(db).execute(_PUT, {"item": item}).first()
    if row is None:
        raise NotFound("議題", str(item))
    listed, held = Item(*row[_ITEM]), Held(*row[_HELD])
    plan = plan_fact(db, row)
    gate = plan.chain.gate(listed.gate_key)
    if not isinstance(gate, BodyGate):
        raise NotFound("議題", str(item))
    body = plan.chain.body(gate.body)
    return Sitting(listed, held, row.put, row.decided, row.removed_why, plan, gate, body)


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


def sitting_of(db: Session, by: str, item: int, act: Act, now: datetime) -> tuple[Actor, Sitting]:
    """The person with the right to that act, and the item at its meeting, which has begun. Raises `NotAllowed`,
    `NotFound`, `NotNow`."""
    who = actor(db, by, tokyo_day(now))
    sitting = load(db, item)
    who.require(act, body=sitting.body.key)
    in_session(sitting, now)
    return who, sitting


def in_session(sitting: Sitting, now: datetime) -> None:
    """Raises `NotNow` when the item was taken off its agenda, while the meeting is still to come, and when it is over."""
    held = sitting.meeting
    still_listed(sitting.item.id, sitting.removed_why)
    begun(held.title, held.starts_at, now, "記録")
    must_be_open(held, "記録")


def votes_on(db: Session, item: int) -> dict[int, Vote]:
    """Each member's last vote on the item, withdrawn or not."""
    rows = db.scalars(select(Vote).where(Vote.item_id == item).order_by(Vote.turn))
    return {vote.member_id: vote for vote in rows}


def tally_at(db: Session, sitting: Sitting) -> Tally:
    """Return the present tally of the votes on the item, by the rule of its body."""
    cast = db.scalars(select(Vote).where(Vote.item_id == sitting.item.id).order_by(Vote.id))
    ballots = [Ballot(vote.member_id, Choice(vote.choice), vote.casting) for vote in cast]
    return tally_of(sitting.body, room_at(db, sitting), ballots)


def room_at(db: Session, sitting: Sitting) -> Room:
    """Return who takes part in the item."""
    return room(
        db, sitting.body, sitting.meeting.id, sitting.day, sitting.item.id, in_writing=sitting.in_writing
    )


def unanswered(db: Session, sitting: Sitting) -> frozenset[int]:
    """The members whose answer a 持ち回り still waits for."""
    asked = answering(db, sitting.body, sitting.day) - room_at(db, sitting).recused
    return asked - answers(db, sitting.item.id).keys()


def answers(db: Session, item: int) -> dict[int, Choice]:
    """The members who have voted or answered on the item and did not take it back, with their choice."""
    votes = votes_on(db, item).items()
    return {member: Choice(vote.choice) for member, vote in votes if vote.choice != Choice.WITHDRAWN}


def must_be_recorded(sitting: Sitting, outcome: Outcome) -> None:
    """Raises `NotNow` for an outcome that votes decide: without them, an item only goes on another time."""
    if sitting.body.reaches == "tallied" and outcome not in ANOTHER_TIME:
        raise NotNow(
            "結果の記録", sitting.meeting.title, "この会議体は採決で決します。採決を集計してください。"
        )


def must_agree_with_answers(db: Session, sitting: Sitting, outcome: Outcome) -> None:
    """Raises `NotNow` when nobody answered a 持ち回り, `BadInput` when its answers speak against the outcome."""
    if not sitting.in_writing:
        return
    given = answers(db, sitting.item.id).values()
    if not given:
        raise NotNow(
            "結果の記録",
            sitting.meeting.title,
            "まだ誰も回答していません。回答がないまま期限を過ぎたときは、議題から外して諮り直してください。",
        )
    if contradicts(outcome, given):
        raise BadInput(
            "結果",
            say("「{outcome}」は持ち回りの回答と合いません", outcome=label(outcome)),
            "回答を確かめ、合う結果を選んでください。",
        )


def must_be_quorate(db: Session, sitting: Sitting) -> None:
    """Raises `QuorumMissing` when the body's rule has a 定足数 and too few were there, or answered."""
    quorum = sitting.body.quorum
    if quorum is None:
        return
    tally = tally_at(db, sitting)
    if not tally.quorate:
        raise QuorumMissing(sitting.body.name, tally.present, tally.members, shown_share(quorum))
