"""The warnings about a meeting that is being prepared or moved, from the records."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from definitions.chain import Audience, Offset, ReminderKind
from workflow.domain.calendar import tokyo_day
from workflow.domain.meeting_warnings import AtTheSameTime, Planned, meeting_warnings
from workflow.domain.meetings import HeldMeeting, MeetingForm, MeetingStatus
from workflow.domain.rights import SEATED
from workflow.queries.actor import in_term
from workflow.queries.bodies import known_body, seats
from workflow.queries.chains import chain_of
from workflow.queries.closed_days import closed_day_names
from workflow.queries.kept_calendars import rooms_taken
from workflow.queries.meetings import MeetingFact, open_meeting
from workflow.store.tables import Meeting, Membership, Person


def warnings_about(db: Session, meeting: HeldMeeting, planned: Planned, now: datetime) -> list[str]:
    """The warnings about the meeting, were it held as `planned`. Five statements, beside its chain once in a process."""
    members = seats(db, meeting.body_key, tokyo_day(planned.starts_at))
    others = _at_the_same_time(db, meeting, planned, [seat.person_id for seat in members])
    notices = _notices(db, meeting.body_key)
    taken = rooms_taken(db, planned.starts_at, planned.ends_at)
    return meeting_warnings(planned, others, members, notices, closed_day_names(db), taken, now)


def warnings_of(db: Session, meeting: HeldMeeting, now: datetime) -> list[str]:
    """The warnings about the meeting as it stands. Statements as for `warnings_about`."""
    planned = Planned(MeetingForm(meeting.form), meeting.starts_at, meeting.ends_at, meeting.place)
    return warnings_about(db, meeting, planned, now)


def draft_warnings(db: Session, meeting: MeetingFact, now: datetime) -> list[str]:
    """The warnings about a meeting that is being prepared; none of another."""
    return warnings_of(db, meeting, now) if meeting.status is MeetingStatus.DRAFT else []


def _notices(db: Session, body: str) -> list[Offset]:
    """The rules by which the members of the body are told before a meeting."""
    return [
        rule.when
        for rule in chain_of(db, known_body(db, body).chain_sha256).reminders
        if rule.kind is ReminderKind.MEETING
        and rule.audience is Audience.MEMBERS
        and (not rule.bodies or body in rule.bodies)
    ]


def _at_the_same_time(
    db: Session, meeting: HeldMeeting, planned: Planned, members: Collection[int]
) -> list[AtTheSameTime]:
    """The other meetings at that time, with the members who sit in both: those called, and those that the same body
    prepares; another body's are not known before they are called."""
    day = tokyo_day(planned.starts_at)
    seated = and_(
        Membership.body_key == Meeting.body_key,
        Membership.body_key != meeting.body_key,
        Membership.person_id.in_(members),
        Membership.role.in_(SEATED),
        in_term(Membership, day),
    )
    known = or_(
        open_meeting(),
        (Meeting.status == MeetingStatus.DRAFT) & (Meeting.body_key == meeting.body_key),
    )
    rows = db.execute(
        select(Meeting.id, Meeting.title, Meeting.form, Meeting.starts_at, Meeting.place, Person.name)
        .outerjoin(Membership, seated)
        .outerjoin(Person, Person.id == Membership.person_id)
        .where(
            Meeting.id != meeting.id,
            known,
            Meeting.form != MeetingForm.IN_WRITING,
            Meeting.starts_at < planned.ends_at,
            Meeting.ends_at > planned.starts_at,
        )
        .order_by(Meeting.starts_at, Meeting.id, Person.id)
    )
    found: dict[int, AtTheSameTime] = {}
    for number, title, form, starts_at, place, name in rows:
        shared = found[number].shared if number in found else ()
        names = (*shared, name) if name else shared
        found[number] = AtTheSameTime(title, MeetingForm(form), starts_at, place, names)
    return list(found.values())
