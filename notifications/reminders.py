"""Due reminders, as a pure function of occasions, rules and the current time."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from definitions.chain import Audience, ReminderKind, ReminderRule
from notifications.kinds import Kind
from workflow.domain.calendar import offset_before, tokyo_day
from workflow.domain.meetings import MeetingForm, MeetingStatus, is_open


@dataclass(frozen=True, slots=True)
class Occasion:
    """The subject of a reminder: a meeting, or (with `period_id`) the close of a パブリックコメント. `ends_at` of
    a 持ち回り is the last moment to answer. A comment period closes on its last day: from 0:00 (`starts_at`) to
    24:00 (`ends_at`). `sequence` is the number of a meeting's schedule, raised by every move; `known_at` is when it was called or last
    moved; None when the log does not say.
    `unanswered` are the members of a 持ち回り who have still to answer. With `minutes`, the subject is the last day on which
    the meeting's minutes may become final, and `known_at` when the meeting was over, or entered later."""

    starts_at: datetime
    ends_at: datetime
    body: str | None = None
    meeting_id: int | None = None
    period_id: int | None = None
    plan_id: int | None = None
    form: MeetingForm = MeetingForm.IN_PERSON
    status: MeetingStatus = MeetingStatus.CALLED
    sequence: int = 0
    known_at: datetime | None = None
    audiences: Mapping[Audience, tuple[int, ...]] = field(default_factory=dict)
    unanswered: frozenset[int] = frozenset()
    minutes: ReminderKind | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """A message due to one person. `until` is how long it is of use; `missed`: its time passed and it can no longer be
    sent."""

    claim: str
    kind: Kind
    rule: str
    recipient_id: int
    meeting_id: int | None
    plan_id: int | None
    due_at: datetime
    until: datetime
    missed: bool


OF_MINUTES = (ReminderKind.SUMMARY_DEADLINE, ReminderKind.MINUTES_DEADLINE)
"""The kinds of rules that count back from the last day of a meeting's minutes."""


def due(
    occasions: Iterable[Occasion], rules: Collection[ReminderRule], now: datetime, closed: Collection[date]
) -> list[Owed]:
    """Everything due by `now`, claimed or not; the claim identifies duplicates. A message whose time passed is
    due while the occasion is still to come, and missed afterwards. Where the occasion was called or moved only
    after that time, the notice of that says it: nothing is owed."""
    return [
        owed
        for occasion in occasions
        for rule in rules
        if applies(rule, occasion)
        for owed in _owed(occasion, rule, falls_at(rule, occasion, closed), now)
    ]


def foreseen(occasion: Occasion, rules: Iterable[ReminderRule], closed: Collection[date]) -> list[Owed]:
    """Every message that the rules set for the occasion as it is now, due or not."""
    return [
        owed
        for rule in rules
        if applies(rule, occasion)
        for owed in _to_each(occasion, rule, falls_at(rule, occasion, closed), missed=False)
    ]


def applies(rule: ReminderRule, occasion: Occasion) -> bool:
    """Return whether the rule applies to this occasion."""
    if not is_open(occasion.status):
        return False
    if rule.kind is ReminderKind.COMMENT_CLOSING:
        return occasion.period_id is not None
    if rule.kind in OF_MINUTES or occasion.minutes is not None:
        return rule.kind is occasion.minutes
    if occasion.meeting_id is None or (rule.bodies and occasion.body not in rule.bodies):
        return False
    return rule.kind is not ReminderKind.UNANSWERED or occasion.form is MeetingForm.IN_WRITING


def aim(kind: ReminderKind, occasion: Occasion) -> datetime:
    """The moment a rule of that kind counts back from."""
    return occasion.ends_at if kind is ReminderKind.UNANSWERED else occasion.starts_at


def falls_at(rule: ReminderRule, occasion: Occasion, closed: Collection[date]) -> datetime:
    """Return the time at which the rule's reminder of the occasion is due: an hour before the occasion when the rule
    names a time of its day that is later."""
    aimed_at = aim(rule.kind, occasion)
    due_at = offset_before(tokyo_day(aimed_at), rule.when, closed)
    begins = occasion.meeting_id is not None and occasion.minutes is None
    return due_at if due_at < aimed_at or not begins else aimed_at - timedelta(hours=1)


def stamp(moment: datetime) -> str:
    """A moment as the claims of comment periods hold it, to the minute."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%MZ}"


def _owed(occasion: Occasion, rule: ReminderRule, due_at: datetime, now: datetime) -> Iterator[Owed]:
    over = _deadline(rule.kind, occasion) <= now
    if due_at > now or (over and occasion.known_at is None):
        return
    if occasion.known_at is not None and occasion.known_at >= due_at:
        return
    yield from _to_each(occasion, rule, due_at, missed=over)


def _to_each(occasion: Occasion, rule: ReminderRule, due_at: datetime, *, missed: bool) -> Iterator[Owed]:
    for recipient in dict.fromkeys(_recipients(occasion, rule)):
        yield Owed(
            claim=f"{claim_prefix(rule, occasion)}{recipient}",
            kind=Kind(rule.kind),
            rule=rule.key,
            recipient_id=recipient,
            meeting_id=occasion.meeting_id,
            plan_id=occasion.plan_id,
            due_at=due_at,
            until=_deadline(rule.kind, occasion),
            missed=missed,
        )


def claim_prefix(rule: ReminderRule, occasion: Occasion) -> str:
    """The first part of the rule's claim for the occasion on its present schedule, before the recipient."""
    if occasion.meeting_id is not None:
        return f"meeting:{occasion.meeting_id}:{rule.key}:{occasion.sequence}:"
    return f"comment:{occasion.period_id}:{rule.key}:{stamp(aim(rule.kind, occasion))}:"


def _deadline(kind: ReminderKind, occasion: Occasion) -> datetime:
    """Until when the reminder is of use."""
    return (
        occasion.starts_at
        if kind in (ReminderKind.MEETING, ReminderKind.AGENDA_DEADLINE)
        else occasion.ends_at
    )


def _recipients(occasion: Occasion, rule: ReminderRule) -> Iterable[int]:
    audience = occasion.audiences.get(rule.audience, ())
    if rule.kind is not ReminderKind.UNANSWERED:
        return audience
    if rule.audience in (Audience.MEMBERS, Audience.CHAIR):
        return [person for person in audience if person in occasion.unanswered]
    return audience if occasion.unanswered else ()
