"""Queries for reminders: meetings and comment periods for which a rule is due and no delivery exists; inquiries, and
plans beside their schedules."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from definitions.chain import FARTHEST, Audience, Chain, ReminderKind, ReminderRule, minutes_days
from definitions.terms import Role
from notifications.inquiry_reminders import inquiries_owed
from notifications.kinds import Kind
from notifications.lateness_reminders import lateness_owed
from notifications.reminders import OF_MINUTES, Occasion, Owed, aim, applies, claim_prefix, due, foreseen
from workflow.domain.calendar import (
    at_tokyo,
    business_days_after,
    business_days_before,
    end_of_day,
    offset_before,
    tokyo_day,
)
from workflow.domain.events import Tag
from workflow.domain.meetings import HeldMeeting, MeetingForm, MeetingStatus
from workflow.domain.minutes import MinutesKind, last_day
from workflow.domain.plans import Status
from workflow.domain.rights import SEATED
from workflow.domain.votes import Choice, Part
from workflow.queries.absences import covers
from workflow.queries.agenda import held_decision
from workflow.queries.attendance import answering
from workflow.queries.bodies import body_rule, seats
from workflow.queries.chains import chain_of
from workflow.queries.closed_days import closed_days
from workflow.queries.comments import replaced
from workflow.queries.meetings import at_a_gate, last_time_of, meeting_over, open_meeting
from workflow.queries.minutes import final_minutes
from workflow.queries.people import staff
from workflow.store.database import connection_of
from workflow.store.tables import (
    AgendaItem,
    BodyRecord,
    CommentPeriod,
    Delivery,
    ItemAttendance,
    Meeting,
    Membership,
    Plan,
    Vote,
)

LOOK_BACK = timedelta(days=14)
"""A reminder that is overdue and was never sent is still recorded as missed for this long."""


def owed(db: Session, now: datetime) -> list[Owed]:
    """Every reminder that is due by `now` and was not claimed yet."""
    closed = closed_days(db)
    people = People(db)
    found: list[Owed] = []
    for rule, bodies in meeting_rules(db, now, closed):
        occasions = _meetings(db, rule, bodies, now, closed)
        found += due([_with_people(db, people, rule, each) for each in occasions], [rule], now, closed)
    for rule, days in _minutes_rules(db):
        late = _minutes(db, rule, days, now, closed)
        found += due([_with_people(db, people, rule, each) for each in late], [rule], now, closed)
    for rule, chains in _comment_rules(db):
        periods = _periods(db, people, rule, chains, now, closed)
        found += _unclaimed_one_by_one(db, due(periods, [rule], now, closed))
    unclaimed = partial(_unclaimed_one_by_one, db)
    found += lateness_owed(db, people.of_department, unclaimed, now, closed, LOOK_BACK)
    found += _unclaimed_one_by_one(db, inquiries_owed(db, people.of_department, now, closed, LOOK_BACK))
    return found


def foreseen_for(db: Session, held: HeldMeeting, now: datetime) -> list[Owed]:
    """Return every reminder that the rules set for one meeting as it is now, whether or not it was claimed or is
    due. Empty when the meeting is over or cancelled."""
    if held.ends_at <= now:
        return []
    occasion = Occasion(
        starts_at=held.starts_at,
        ends_at=held.ends_at,
        body=held.body_key,
        meeting_id=held.id,
        form=MeetingForm(held.form),
        status=MeetingStatus(held.status),
        sequence=held.sequence,
    )
    rules = [rule for rule in rules_of(db, [held.id])[held.id] if applies(rule, occasion)]
    closed, people = closed_days(db), People(db)
    return [
        owed
        for rule in rules
        for owed in foreseen(_with_people(db, people, rule, occasion), [rule], closed)
        if aim(rule.kind, occasion) > now
    ]


def unanswered(db: Session, meeting: int, members: Iterable[int]) -> frozenset[int]:
    """The members who have still to answer an undecided item of the 持ち回り."""
    items = connection_of(db).execute(_UNDECIDED, {"meeting": meeting}).scalars().all()
    if not items:
        return frozenset()
    votes = db.execute(
        select(Vote.item_id, Vote.member_id, Vote.choice).where(Vote.item_id.in_(items)).order_by(Vote.turn)
    )
    last = {(item, member): choice for item, member, choice in votes}
    given = {key for key, choice in last.items() if choice != Choice.WITHDRAWN}
    recused = select(ItemAttendance.item_id, ItemAttendance.member_id).where(
        ItemAttendance.item_id.in_(items), ItemAttendance.part == Part.RECUSED
    )
    done = given | {(item, member) for item, member in db.execute(recused)}
    return frozenset(member for member in members if any((item, member) not in done for item in items))


_UNDECIDED = select(AgendaItem.id).where(
    AgendaItem.meeting_id == bindparam("meeting"),
    at_a_gate(),
    AgendaItem.removed_at.is_(None),
    ~held_decision(AgendaItem.id).exists(),
)


def departments(db: Session, meeting: int) -> list[str]:
    """The departments of the plans on the meeting's agenda."""
    return list(
        db.scalars(
            select(Plan.department_key)
            .join(AgendaItem, AgendaItem.plan_id == Plan.id)
            .where(AgendaItem.meeting_id == meeting, AgendaItem.removed_at.is_(None))
            .distinct()
            .order_by(Plan.department_key)
        )
    )


class People:
    """Members of each audience; asks the database once for each body or department and day."""

    def __init__(self, db: Session) -> None:
        self._db = db
        self._bodies: dict[tuple[str, date], list[tuple[int, Role]]] = {}
        self._staff: dict[tuple[str, date], list[int]] = {}
        self._covers: dict[date, list[tuple[int, int]]] = {}

    def learn(self, wanted: Collection[tuple[str, date]]) -> None:
        """Ask for several bodies and days at once. One statement."""
        days = [day for _, day in wanted]
        if not days:
            return
        rows = self._db.execute(
            select(
                Membership.body_key, Membership.person_id, Membership.role, Membership.since, Membership.until
            )
            .where(
                Membership.body_key.in_({body for body, _ in wanted}),
                Membership.since <= max(days),
                Membership.until.is_(None) | (Membership.until >= min(days)),
            )
            .order_by(Membership.person_id)
        ).all()
        for body, day in wanted:
            self._bodies[body, day] = [
                (person, Role(role))
                for key, person, role, since, until in rows
                if key == body and since <= day and (until is None or day <= until)
            ]

    def of_body(self, body: str, audience: Audience, day: date) -> tuple[int, ...]:
        """Members, 事務局 or chair of the body that day."""
        if (body, day) not in self._bodies:
            members = seats(self._db, body, day)
            secretariat = seats(self._db, body, day, [Role.SECRETARIAT])
            self._bodies[body, day] = [(seat.person_id, seat.role) for seat in (*members, *secretariat)]
        wanted = _ROLES[audience]
        return tuple(person for person, role in self._bodies[body, day] if role in wanted)

    def standing_in(self, members: Collection[int], day: date) -> list[tuple[int, int]]:
        """The absent among the members, each with a deputy who stands in for them that day."""
        if day not in self._covers:
            self._covers[day] = [
                (each.principal.person_id, each.deputy.person_id) for each in covers(self._db, day)
            ]
        return [pair for pair in self._covers[day] if pair[0] in members]

    def of_department(self, department: str, day: date) -> list[int]:
        if (department, day) not in self._staff:
            self._staff[department, day] = [seat.person_id for seat in staff(self._db, department, day)]
        return self._staff[department, day]


_ROLES: dict[Audience, tuple[Role, ...]] = {
    Audience.MEMBERS: SEATED,
    Audience.CHAIR: (Role.CHAIR,),
    Audience.SECRETARIAT: (Role.SECRETARIAT,),
    Audience.STAFF: (),
}


def meeting_rules(
    db: Session, now: datetime, closed: Collection[date]
) -> Iterator[tuple[ReminderRule, list[str]]]:
    """Each rule on meetings that may be for one of a body, with those bodies: a rule of the chain a body was last named
    by, or of one that is on the agenda of a meeting that may be reminded of now. Two statements."""
    named = db.execute(select(BodyRecord.key, BodyRecord.chain_sha256)).all()
    until = end_of_day(business_days_after(tokyo_day(now), FARTHEST + 1, closed))
    asked = {"bodies": [body for body, _ in named], "since": now - LOOK_BACK, "until": until}
    listed = connection_of(db).execute(_LISTED_CHAINS, asked).all()
    found: dict[ReminderRule, dict[str, None]] = {}
    for body, sha256 in (*named, *listed):
        for rule in chain_of(db, sha256).reminders:
            about_meetings = rule.kind not in (ReminderKind.COMMENT_CLOSING, *OF_MINUTES)
            if about_meetings and (not rule.bodies or body in rule.bodies):
                found.setdefault(rule, {})[body] = None
    for rule, bodies in found.items():
        yield rule, list(bodies)


_LISTED_CHAINS = (
    select(Meeting.body_key, Plan.chain_sha256)
    .join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
    .join(Plan, Plan.id == AgendaItem.plan_id)
    .where(
        Meeting.body_key.in_(bindparam("bodies", expanding=True)),
        Meeting.ends_at > bindparam("since"),
        Meeting.starts_at < bindparam("until"),
        open_meeting(),
        AgendaItem.removed_at.is_(None),
    )
    .distinct()
)


def rules_of(db: Session, meetings: Collection[int]) -> dict[int, frozenset[ReminderRule]]:
    """The rules for each of the meetings: those of the chains on its agenda, else those of its body's. One statement."""
    rows = db.execute(
        select(Meeting.id, func.coalesce(Plan.chain_sha256, BodyRecord.chain_sha256))
        .join(BodyRecord, BodyRecord.key == Meeting.body_key)
        .outerjoin(AgendaItem, (AgendaItem.meeting_id == Meeting.id) & AgendaItem.removed_at.is_(None))
        .outerjoin(Plan, Plan.id == AgendaItem.plan_id)
        .where(Meeting.id.in_(meetings))
        .distinct()
    )
    found: dict[int, frozenset[ReminderRule]] = {}
    for meeting, sha256 in rows:
        found[meeting] = found.get(meeting, frozenset()) | frozenset(chain_of(db, sha256).reminders)
    return found


def _meetings(
    db: Session, rule: ReminderRule, bodies: Sequence[str], now: datetime, closed: Collection[date]
) -> list[Occasion]:
    """Meetings the rule is due for and was not claimed for; without their people."""
    statement = _ENDING if rule.kind is ReminderKind.UNANSWERED else _STARTING
    rows = (
        connection_of(db)
        .execute(
            statement,
            {
                "bodies": bodies,
                "rule": rule.key,
                "since": now - LOOK_BACK,
                "until": end_of_day(_last_day(rule, now, closed)),
                "now": now,
            },
        )
        .all()
    )
    found = [
        Occasion(
            starts_at=starts_at,
            ends_at=ends_at,
            body=key,
            meeting_id=number,
            form=MeetingForm(form),
            sequence=sequence,
            known_at=known_at,
        )
        for number, key, form, starts_at, ends_at, sequence, known_at in rows
    ]
    unclaimed = _unclaimed(db, rule, [each for each in found if applies(rule, each)])
    rules = rules_of(db, [each.meeting_id or 0 for each in unclaimed]) if unclaimed else {}
    return [each for each in unclaimed if rule in rules.get(each.meeting_id or 0, ())]


def _coming(moment: InstrumentedAttribute[datetime]) -> Select[*tuple[Any, ...]]:
    """Meetings whose `moment` is between `since` and `until`, unless the `rule` was claimed for them. A meeting
    that moved may have claims of its earlier schedules; one entered after it was held has no reminders."""
    known = last_time_of(Tag.MEETING_CALLED, Tag.MEETING_MOVED)
    claimed = exists().where(Delivery.meeting_id == Meeting.id, Delivery.rule == bindparam("rule"))
    return (
        select(
            Meeting.id,
            Meeting.body_key,
            Meeting.form,
            Meeting.starts_at,
            Meeting.ends_at,
            Meeting.sequence,
            known,
        )
        .where(
            moment > bindparam("since"),
            moment < bindparam("until"),
            open_meeting(),
            Meeting.body_key.in_(bindparam("bodies", expanding=True)),
            or_(Meeting.sequence > 0, ~claimed),
            or_(moment > bindparam("now"), known < moment),
        )
        .order_by(Meeting.id)
    )


# Built once: a tick with nothing to do would spend most of its time on building them.
_STARTING = _coming(Meeting.starts_at)
_ENDING = _coming(Meeting.ends_at).where(Meeting.form == MeetingForm.IN_WRITING)


def _last_day(rule: ReminderRule, now: datetime, closed: Collection[date]) -> date:
    """The last day whose reminder may be due by now: of a rule for the day itself, today's may fall earlier."""
    if not rule.when.business_days:
        return tokyo_day(now)
    day = business_days_after(tokyo_day(now), rule.when.business_days + 1, closed)
    while offset_before(day, rule.when, closed) > now:
        day -= timedelta(days=1)
    return day


def _unclaimed(db: Session, rule: ReminderRule, found: list[Occasion]) -> list[Occasion]:
    """Without those claimed on their present schedule: a meeting that moved has claims of its earlier ones."""
    numbers = [each.meeting_id for each in found]
    claims: set[str] = set()
    for start in range(0, len(numbers), 500):
        asked = {"meetings": numbers[start : start + 500], "kind": Kind(rule.kind), "rule": rule.key}
        known = connection_of(db).execute(_CLAIMS, asked).scalars().all()
        claims |= {claim.rpartition(":")[0] + ":" for claim in known}
    return [each for each in found if claim_prefix(rule, each) not in claims]


_CLAIMS = select(Delivery.claim).where(
    Delivery.meeting_id.in_(bindparam("meetings", expanding=True)),
    Delivery.kind == bindparam("kind"),
    Delivery.rule == bindparam("rule"),
)


def _unclaimed_one_by_one(db: Session, found: list[Owed]) -> list[Owed]:
    claims: set[str] = set()
    for start in range(0, len(found), 500):
        mine = [each.claim for each in found[start : start + 500]]
        claims.update(db.scalars(select(Delivery.claim).where(Delivery.claim.in_(mine))))
    return [each for each in found if each.claim not in claims]


def _with_people(db: Session, people: People, rule: ReminderRule, found: Occasion) -> Occasion:
    if found.meeting_id is None or found.body is None:
        return found
    day = tokyo_day(found.starts_at)
    if rule.audience is Audience.STAFF:
        audience = tuple(
            person for key in departments(db, found.meeting_id) for person in people.of_department(key, day)
        )
    else:
        audience = people.of_body(found.body, rule.audience, day)
    waiting: frozenset[int] = frozenset()
    if rule.kind is ReminderKind.UNANSWERED:
        waiting = unanswered(db, found.meeting_id, answering(db, body_rule(db, found.body), day))
    if rule.audience in (Audience.MEMBERS, Audience.CHAIR):
        # Who stands in for an absent member on the day of the meeting is reminded with them.
        standing_in = people.standing_in(audience, day)
        audience += tuple(deputy for _, deputy in standing_in)
        waiting |= {deputy for principal, deputy in standing_in if principal in waiting}
    return replace(found, audiences={rule.audience: audience}, unanswered=waiting)


def _minutes_rules(db: Session) -> Iterator[tuple[ReminderRule, dict[str, int]]]:
    """Each rule on minutes, with the bodies it is for, each with its business days. One statement."""
    found: dict[ReminderRule, dict[str, int]] = {}
    for key, sha256 in db.execute(select(BodyRecord.key, BodyRecord.chain_sha256)):
        chain = chain_of(db, sha256)
        for rule in chain.reminders:
            days = minutes_days(chain.body(key), rule.kind)
            if days is not None and (not rule.bodies or key in rule.bodies):
                found.setdefault(rule, {})[key] = days
    yield from found.items()


def _minutes(
    db: Session, rule: ReminderRule, days: dict[str, int], now: datetime, closed: Collection[date]
) -> Iterator[Occasion]:
    """The meetings that are over, whose text the rule is for is not final, and for which it was not claimed; without their
    people. One statement."""
    today = tokyo_day(now)
    oldest = business_days_before(today - LOOK_BACK, max(days.values()) + 1, closed)
    called = last_time_of(Tag.MEETING_CALLED)
    claimed = exists().where(Delivery.meeting_id == Meeting.id, Delivery.rule == rule.key)
    rows = db.execute(
        select(Meeting.id, Meeting.body_key, Meeting.ends_at, Meeting.sequence, called)
        .where(
            Meeting.body_key.in_(list(days)),
            meeting_over(now),
            Meeting.ends_at > at_tokyo(oldest, time()),
            ~final_minutes(_TEXT_OF[rule.kind]),
            ~claimed,
        )
        .order_by(Meeting.id)
    )
    for number, body, over, sequence, entered in rows:
        last = last_day(over, days[body], closed)
        yield Occasion(
            starts_at=at_tokyo(last, time()),
            ends_at=end_of_day(last),
            body=body,
            meeting_id=number,
            sequence=sequence,
            known_at=max(over, entered or over),
            minutes=rule.kind,
        )


_TEXT_OF = {
    ReminderKind.SUMMARY_DEADLINE: MinutesKind.SUMMARY,
    ReminderKind.MINUTES_DEADLINE: MinutesKind.FULL,
}


def _comment_rules(db: Session) -> Iterator[tuple[ReminderRule, dict[str, Chain]]]:
    """Each rule on public comments, with the chains that have it, by SHA-256."""
    found: dict[ReminderRule, dict[str, Chain]] = {}
    running = select(Plan.chain_sha256).join(CommentPeriod, CommentPeriod.plan_id == Plan.id).distinct()
    for sha256 in db.scalars(running):
        chain = chain_of(db, sha256)
        for rule in chain.reminders:
            if rule.kind is ReminderKind.COMMENT_CLOSING:
                found.setdefault(rule, {})[sha256] = chain
    yield from found.items()


def _periods(
    db: Session,
    people: People,
    rule: ReminderRule,
    chains: dict[str, Chain],
    now: datetime,
    closed: Collection[date],
) -> Iterator[Occasion]:
    """Comment periods the rule is due for, with their people."""
    rows = db.execute(
        select(
            CommentPeriod.id,
            CommentPeriod.closes_on,
            Plan.id,
            Plan.department_key,
            Plan.chain_sha256,
            CommentPeriod.changed_at,
        )
        .join(Plan, Plan.id == CommentPeriod.plan_id)
        .where(
            CommentPeriod.closes_on >= tokyo_day(now - LOOK_BACK),
            CommentPeriod.closes_on <= _last_day(rule, now, closed),
            CommentPeriod.published_at.is_(None),
            CommentPeriod.cancelled_at.is_(None),
            ~replaced(),
            CommentPeriod.stage == Plan.stage,
            CommentPeriod.visit == Plan.visit,
            Plan.status == Status.ACTIVE,
            Plan.chain_sha256.in_(list(chains)),
        )
        .order_by(CommentPeriod.id)
    ).all()
    for period, closes_on, plan, department, sha256, known_at in rows:
        found = Occasion(
            starts_at=at_tokyo(closes_on, time()),
            ends_at=end_of_day(closes_on),
            period_id=period,
            plan_id=plan,
            known_at=known_at,
        )
        if rule.audience is Audience.STAFF:
            audience = tuple(people.of_department(department, closes_on))
        else:
            bodies = rule.bodies or tuple(body.key for body in chains[sha256].bodies)
            audience = tuple(
                person for body in bodies for person in people.of_body(body, rule.audience, closes_on)
            )
        yield replace(found, audiences={rule.audience: audience})
