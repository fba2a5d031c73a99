"""Items of agendas that wait for a vote or for their outcome."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session, aliased

from definitions.chain import Body, PresiderVotes
from definitions.terms import Role
from workflow.domain.calendar import tokyo_day
from workflow.domain.language import say
from workflow.domain.meetings import MeetingForm
from workflow.domain.rights import Act, Actor
from workflow.domain.votes import Choice, presider_votes
from workflow.queries.agenda import held_decision
from workflow.queries.attendance import answering, recused
from workflow.queries.chains import chain_of
from workflow.queries.meetings import at_a_gate, meeting_begun, open_meeting
from workflow.queries.worklist.tasks import Task, Waiting, bodies_for
from workflow.store.tables import AgendaItem, Meeting, Plan, Vote


def undecided_items(db: Session, who: Actor, now: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """Items without an outcome of the meetings that have begun, of the bodies in which the person records outcomes, votes or
    closes meetings. One statement, none for who does nothing of it."""
    acts = (Act.RECORD_OUTCOME, Act.VOTE, Act.CALL_MEETING)
    bodies = sorted({body for act in acts for body in bodies_for(who, act)})
    if not bodies:
        return []
    newest = aliased(Vote)
    last_turn = select(func.max(newest.turn)).where(
        newest.item_id == AgendaItem.id, newest.member_id == who.id
    )
    return db.execute(
        select(
            AgendaItem.id,
            Plan.key,
            Plan.title,
            Plan.chain_sha256,
            Meeting.id.label("meeting"),
            Meeting.title,
            Meeting.body_key,
            Meeting.form,
            Meeting.starts_at,
            Meeting.ends_at,
            Vote.choice,
            recused(AgendaItem.id, who.id),
        )
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .join(Plan, Plan.id == AgendaItem.plan_id)
        .outerjoin(
            Vote,
            (Vote.item_id == AgendaItem.id)
            & (Vote.member_id == who.id)
            & (Vote.turn == last_turn.scalar_subquery()),
        )
        .where(Meeting.body_key.in_(bodies), meeting_begun(now), live(AgendaItem))
        .order_by(Meeting.starts_at, AgendaItem.position)
    ).all()


def items_waiting(
    db: Session, who: Actor, items: Iterable[Row[*tuple[Any, ...]]], now: datetime
) -> Iterable[Task]:
    """Tasks of the person with those `undecided_items`: votes they have not given, and outcomes to record."""
    recording, voting = bodies_for(who, Act.RECORD_OUTCOME), bodies_for(who, Act.VOTE)
    for item, key, title, sha256, number, meeting, body, form, starts_at, ends_at, choice, apart in items:
        in_writing = form == MeetingForm.IN_WRITING
        missing = choice in (None, Choice.WITHDRAWN) and not apart
        asked = body in voting and in_writing and now < ends_at and missing
        if asked and not _only_presides(db, who, chain_of(db, sha256).body(body), tokyo_day(starts_at)):
            words = say("{meeting}「{plan}」への回答", meeting=meeting, plan=title)
            yield Task(Waiting.ANSWER, words, key, item, ends_at, number, meeting)
        if body in recording and not (in_writing and now < ends_at):
            words = say("{meeting}「{plan}」の結果", meeting=meeting, plan=title)
            due = ends_at if in_writing else starts_at
            yield Task(Waiting.RECORD, words, key, item, due, number, meeting)


def _only_presides(db: Session, who: Actor, body: Body, day: date) -> bool:
    """Return whether the person presides over a 持ち回り of that day and votes on a tie alone. No statement for who
    chairs nothing."""
    chairs = (body.key, Role.CHAIR) in who.seats or (body.key, Role.VICE_CHAIR) in who.seats
    if not chairs or presider_votes(body) is PresiderVotes.ALWAYS:
        return False
    return who.id not in answering(db, body, day)


def live(item: type[AgendaItem]) -> ColumnElement[bool]:
    """On the agenda of a meeting that is not over, without an outcome that holds."""
    return open_meeting() & at_a_gate(item) & item.removed_at.is_(None) & ~held_decision(item.id).exists()
