"""The future reminders of the coming meetings: rule, recipients, time."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from definitions.chain import ReminderRule
from notifications.due import People, rules_of
from notifications.reminders import Occasion, applies, claim_prefix, falls_at
from workflow.domain.calendar import tokyo_day
from workflow.domain.deliveries import State
from workflow.queries.closed_days import closed_days
from workflow.queries.meetings import MeetingFact, called_meetings
from workflow.store.tables import Delivery
from workflow.store.unindexed import unindexed


@dataclass(frozen=True, slots=True)
class Coming:
    """A reminder of a meeting: at `due_at`, to so many `people` of the rule's audience as they sit on the meeting's
    day (of an unanswered 持ち回り: at most). `sent` is how many mails of it went out."""

    meeting: int
    title: str
    body: str
    starts_at: datetime
    rule: ReminderRule
    due_at: datetime
    people: int
    sent: int


def coming(db: Session, which: ColumnElement[bool], now: datetime, *, meetings: int = 50) -> list[Coming]:
    """The reminders of the nearest of those meetings, ordered by their due time. Five statements, and one for each chain
    not yet loaded in this process."""
    called = called_meetings(db, which, now, limit=meetings)
    closed, people = closed_days(db), People(db)
    people.learn({(held.body_key, tokyo_day(held.starts_at)) for held in called})
    sent = _sent(db, [held.id for held in called])
    rules = rules_of(db, [held.id for held in called])
    found = [
        Coming(
            meeting=held.id,
            title=held.title,
            body=held.body,
            starts_at=held.starts_at,
            rule=rule,
            due_at=falls_at(rule, occasion, closed),
            people=len(set(people.of_body(held.body_key, rule.audience, tokyo_day(held.starts_at)))),
            sent=sent[claim_prefix(rule, occasion)],
        )
        for held in called
        for occasion in [_occasion(held)]
        for rule in rules[held.id]
        if applies(rule, occasion)
    ]
    return sorted(found, key=lambda each: (each.due_at, each.meeting, each.rule.key))


def _occasion(held: MeetingFact) -> Occasion:
    return Occasion(
        starts_at=held.starts_at,
        ends_at=held.ends_at,
        body=held.body_key,
        meeting_id=held.id,
        form=held.form,
        sequence=held.sequence,
    )


def _sent(db: Session, meetings: Sequence[int]) -> Counter[str]:
    """Return the number of mails sent per claim, where the claim is cut before its recipient."""
    # By the state there is an index that leads through every mail that was ever sent.
    sent = unindexed(Delivery.state) == State.SENT
    claims = db.scalars(select(Delivery.claim).where(Delivery.meeting_id.in_(meetings), sent))
    return Counter(f"{claim.rpartition(':')[0]}:" for claim in claims)
