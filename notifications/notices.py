"""Notices: mail and webhook deliveries made from the event log. Each event is handled once."""

import json
import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists, func, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from definitions.chain import BodyGate, Corrections
from definitions.terms import Outcome, Role
from notifications.due import LOOK_BACK
from notifications.invited import invited
from notifications.kinds import Kind
from notifications.meeting_letters import CALLINGS
from notifications.messages import bodies_between
from notifications.outbox import AT_ONCE, BREATH, Entry, enqueue
from notifications.paper_lines import PAPER_CHANGES
from notifications.sending import pause_after, unexpected
from notifications.subjects import AT_OLD_ADDRESS, Subject
from notifications.webhooks import entries as webhook_entries
from notifications.webhooks import listening
from workflow.domain.calendar import tokyo_day
from workflow.domain.cover import TextKind
from workflow.domain.errors import DatabaseUnusable, NotFound, SakuteiError
from workflow.domain.events import Tag
from workflow.domain.gates import unconfirmed
from workflow.domain.language import say
from workflow.domain.meetings import MeetingForm, is_open
from workflow.queries.bodies import seats
from workflow.queries.gate_facts import facts
from workflow.queries.inquiries import people_of, responded_by
from workflow.queries.meetings import meeting as meeting_of
from workflow.queries.meetings import open_meeting
from workflow.queries.minutes import confirmers
from workflow.queries.people import Contact, administrators, staff
from workflow.queries.plans import plan_by_id
from workflow.queries.takeovers import takeover_of
from workflow.store.database import Office, connection_of
from workflow.store.tables import Addressee, Cursor, Delivery, Event, HeldEvent, Meeting, Person, Webhook

log = logging.getLogger(__name__)

CURSOR = "notices"
EVENTS_AT_ONCE = 200
"""Number of events read in one transaction."""

DECISIONS = (
    Tag.DECISION_RECORDED,
    Tag.DECISION_CORRECTED,
    Tag.DECISION_TAKEN_BACK,
    Tag.DECIDED_ALONE,
    Tag.RATIFIED,
)
MEETINGS = {
    Tag.MEETING_CALLED: Kind.MEETING_CALLED,
    Tag.MEETING_MOVED: Kind.MEETING_MOVED,
    Tag.MEETING_CANCELLED: Kind.MEETING_CANCELLED,
    Tag.AGENDA_TOLD: Kind.AGENDA_CHANGED,
}
ACCOUNT_CHANGES = (
    *(Tag.PERSON_CHANGED, Tag.ADMINISTRATOR_NAMED, Tag.AUDITOR_NAMED, Tag.PASSWORD_SET, Tag.TOKEN_MADE),
    *(Tag.RESET_HANDED, Tag.PROVIDER_BOUND, Tag.PROVIDER_UNBOUND),
    *(Tag.SECOND_STEP_SET, Tag.SECOND_STEP_RESET, Tag.RECOVERY_CODE_USED),
    *(Tag.PASSKEY_ADDED, Tag.PASSKEY_REMOVED),
)
"""Changes by which somebody could get in as somebody else, or be taken for one who watches: the person is told, and
every administrator."""

INQUIRIES = {
    Tag.INQUIRED: Kind.INQUIRY,
    Tag.ADDRESSEES_ADDED: Kind.INQUIRY,
    Tag.INQUIRY_EXTENDED: Kind.INQUIRY_EXTENDED,
    Tag.INQUIRY_WITHDRAWN: Kind.INQUIRY_WITHDRAWN,
}
ACCOUNTS = {Tag.PERSON_INVITED: Kind.INVITATION, Tag.RESET_ASKED: Kind.PASSWORD_RESET}


def claim(office: Office, now: datetime) -> int:
    """Read the events not handled yet and put their notices in the outbox; returns the number of notices. An
    event older than `LOOK_BACK` is recorded as missed. One whose notices cannot be made is held, listed for the
    administrators and read again later; the others are not kept waiting."""
    written, first = 0, True
    while (reading := _to_read(office, now)) is not None:
        if not first:
            time.sleep(BREATH)
        written, first = written + _claim_some(office, reading, now), False
    return written


def told_of(db: Session, after: int) -> list[tuple[Kind, Contact]]:
    """Return the notices for the events after that number, each with its recipient: the result of a dry run."""
    return [(kind, seat) for _, kind, seat in _told_after(db, after)]


def subjects_of(db: Session, after: int) -> list[Subject]:
    """Return the notices for the events after that number, each as the subject of a message to be written."""
    return [
        Subject(
            _claim(event, seat),
            kind,
            seat.person_id,
            seat.name,
            seat.email,
            event.meeting_id,
            event.plan_id,
            event.seq,
            event.at,
        )
        for event, kind, seat in _told_after(db, after)
    ]


def _told_after(db: Session, after: int) -> Iterator[tuple[Event, Kind, Contact]]:
    for event in db.scalars(select(Event).where(Event.seq > after).order_by(Event.seq)).all():
        for kind, people in _told(db, event, json.loads(event.data)):
            for seat in people:
                yield event, kind, seat


def _claim(event: Event, seat: Contact) -> str:
    """The key under which the notice of an event goes to that person once."""
    return f"event:{event.seq}:{seat.person_id}"


def recipients_of_change(db: Session, meeting: int) -> list[Contact]:
    """Return the recipients of a notice that a meeting moved or was cancelled: everybody invited now or before.
    Raises `NotFound`."""
    held = known_meeting(db, meeting)
    now_invited = invited(db, held.body_key, tokyo_day(held.starts_at)).contacts
    before = db.execute(
        select(Person.id, Person.key, Person.name, Person.email)
        .join(Delivery, Delivery.recipient_id == Person.id)
        .where(Delivery.meeting_id == meeting, Delivery.kind.in_(list(CALLINGS)))
        .distinct()
        .order_by(Person.id)
    )
    return _once([*now_invited, *(Contact(*row) for row in before)])


def recipients_of_papers(db: Session, meeting: int) -> list[Contact]:
    """Return the recipients of a change of the meeting's papers: everybody invited who was told of the meeting already. The
    others find the papers in the invitation."""
    held = known_meeting(db, meeting)
    told = select(Delivery.recipient_id).where(
        Delivery.meeting_id == meeting, Delivery.kind.in_(list(CALLINGS))
    )
    before = set(db.scalars(told))
    return [
        each
        for each in invited(db, held.body_key, tokyo_day(held.starts_at)).contacts
        if each.person_id in before
    ]


def known_meeting(db: Session, number: int) -> Meeting:
    """The meeting of that number. Raises `NotFound`."""
    found = db.get(Meeting, number)
    if found is None:
        raise NotFound("会議", str(number))
    return found


def recipients_of_decision(db: Session, plan: int, gate: str, day: date) -> list[Contact]:
    """Return the recipients of a body's decision: the plan's 担当課 and the body's 事務局."""
    fact = plan_by_id(db, plan)
    found = fact.chain.gate(gate)
    secretariat = seats(db, found.body, day, [Role.SECRETARIAT]) if isinstance(found, BodyGate) else []
    return _once([*staff(db, fact.department, day), *(seat.contact for seat in secretariat)])


def recipients_of_sending_back(db: Session, plan: int, to: str, was: str, day: date) -> list[Contact]:
    """Return the recipients of a 差戻し: the 担当課, and members and 事務局 of each body that must agree again."""
    people = staff(db, plan_by_id(db, plan).department, day)
    for body in bodies_between(db, plan, to, was):
        people += invited(db, body, day).contacts
    return _once(people)


def recipients_of_a_stop(db: Session, plan: int, gates: Sequence[str], day: date) -> list[Contact]:
    """Return the recipients of the notice that a plan is stopped: the 担当課, and chair and 事務局 of each body whose
    approval fell, or that agreed after it."""
    fact = plan_by_id(db, plan)
    fell = {fact.chain.stage_of_gate(gate).key for gate in gates}
    first = next(stage.key for stage in fact.chain.stages if stage.key in fell)
    people = staff(db, fact.department, day)
    for body in bodies_between(db, plan, first, fact.stage.key):
        people += [seat.contact for seat in seats(db, body, day, [Role.CHAIR, Role.SECRETARIAT])]
    return _once(people)


def recipients_of_circulation(db: Session, readers: Sequence[int]) -> list[Contact]:
    """Return the recipients of a 供覧: the people asked to read."""
    rows = db.execute(
        select(Person.id, Person.key, Person.name, Person.email)
        .where(Person.id.in_(readers))
        .order_by(Person.id)
    )
    return [Contact(*row) for row in rows]


def recipients_of_inquiry(db: Session, inquiry: int, since: datetime | None, day: date) -> list[Contact]:
    """Return the recipients of news of an inquiry: the people of its addressees that day; with `since`, of those added
    then."""
    rows = db.execute(
        select(Addressee.department_key, Addressee.person_id)
        .where(Addressee.inquiry_id == inquiry, *([Addressee.added_at == since] if since else []))
        .order_by(Addressee.id)
    )
    reached = people_of(db, [(department, person) for department, person in rows], day)
    return _once(seat for people in reached for seat in people)


def recipients_of_responses(db: Session, remark: int, at: datetime) -> list[Contact]:
    """Return the recipients of the responses to an answer to an inquiry: the people of its addressee, once the last of its
    remarks has a response; nobody before."""
    addressee = responded_by(db, remark, at)
    return [] if addressee is None else people_of(db, [addressee], tokyo_day(at))[0]


def recipients_of_correction(db: Session, plan: int, now: datetime) -> list[Contact]:
    """Return the recipients of a corrected text: whoever confirms it for a body that approved the text before. While a
    chair is vacant, the vice chair; the 事務局 of a body that receives reports."""
    fact = plan_by_id(db, plan)
    people: list[Contact] = []
    for waiting in unconfirmed(fact.chain, facts(db, fact, now)):
        rule = fact.chain.body(waiting.gate.body).confirmed_by
        for roles in _CONFIRMERS[rule]:
            held = [seat.contact for seat in seats(db, waiting.gate.body, tokyo_day(now), roles)]
            if held:
                people += held
                break
    return _once(people)


_CONFIRMERS: dict[Corrections, tuple[list[Role], ...]] = {
    Corrections.CHAIR: ([Role.CHAIR], [Role.VICE_CHAIR]),
    Corrections.SECRETARIAT: ([Role.SECRETARIAT],),
    Corrections.BODY: (),
}


@dataclass(frozen=True, slots=True)
class _ToRead:
    """The numbers of the events to read now: those after `seen`, or, where `again`, events that were held."""

    numbers: Sequence[int]
    seen: int | None
    again: bool


@dataclass(slots=True)
class _Made:
    """The notices of some events, the numbers of those they were made of, and why none could be made of others. Of the
    changes of a meeting's papers, and of the responses to an answer, a person has one notice, of the last: its letter tells
    all of them."""

    others: list[Entry] = field(default_factory=list)
    last: dict[tuple[Kind, int | None, int | None], Entry] = field(default_factory=dict)
    read: list[int] = field(default_factory=list)
    held: dict[int, str] = field(default_factory=dict)

    @property
    def owed(self) -> list[Entry]:
        return [*self.others, *self.last.values()]

    def add(self, entries: Iterable[Entry], inquiry: int | None) -> None:
        """Add the notices of an event; `inquiry` is the number of the one it is about."""
        for entry in entries:
            if entry.kind in (Kind.PAPERS, Kind.INQUIRY_RESPONDED):
                self.last[entry.kind, inquiry or entry.meeting_id, entry.recipient_id] = entry
            else:
                self.others.append(entry)


def _to_read(office: Office, now: datetime) -> _ToRead | None:
    with office.reading() as db:
        connection = connection_of(db)
        last, seen, held_until = connection.execute(_HOW_FAR).one()
        if held_until is not None and held_until <= now:
            held = connection.execute(_HELD, {"now": now}).scalars().all()
            return _ToRead(held, seen, again=True)
        if (last or 0) > (seen or 0):
            new = connection.execute(_NEW, {"seen": seen or 0}).scalars().all()
            return _ToRead(new, seen, again=False)
    return None


_HOW_FAR = select(
    select(func.max(Event.seq)).scalar_subquery(),
    select(Cursor.seq).where(Cursor.name == CURSOR).scalar_subquery(),
    select(func.min(HeldEvent.next_try_at)).scalar_subquery(),
)
_NEW = select(Event.seq).where(Event.seq > bindparam("seen")).order_by(Event.seq).limit(EVENTS_AT_ONCE)
_HELD = (
    select(HeldEvent.event_seq)
    .where(HeldEvent.next_try_at <= bindparam("now"))
    .order_by(HeldEvent.event_seq)
    .limit(EVENTS_AT_ONCE)
)


def _claim_some(office: Office, reading: _ToRead, now: datetime) -> int:
    """Put the notices of these events in the outbox. They are made with no lock held; whoever is quicker has them."""
    made = _made(office, reading.numbers, now)
    with office.writing() as db:
        if reading.again:
            _release(db, made.read)
        elif not _move_cursor(db, reading.seen, max([*made.read, *made.held])):
            return 0
        for number, why in made.held.items():
            _hold(db, number, why, now)
        return enqueue(db, made.owed, now)


def _move_cursor(db: Session, seen: int | None, told: int) -> bool:
    """Note that the events up to `told` are handled; False when somebody else was quicker."""
    if db.scalar(_SEEN.with_for_update()) != seen:
        return False
    if seen is None:
        db.execute(insert(Cursor).values(name=CURSOR, seq=told))
    else:
        db.execute(update(Cursor).where(Cursor.name == CURSOR).values(seq=told))
    return True


_SEEN = select(Cursor.seq).where(Cursor.name == CURSOR)


def _hold(db: Session, number: int, why: str, now: datetime) -> None:
    tries = db.scalar(select(HeldEvent.tries).where(HeldEvent.event_seq == number).with_for_update()) or 0
    again = {"tries": tries + 1, "next_try_at": now + pause_after(tries + 1), "error": why}
    if tries:
        db.execute(update(HeldEvent).where(HeldEvent.event_seq == number).values(again))
    else:
        db.execute(insert(HeldEvent).values(event_seq=number, since=now, **again))


def _release(db: Session, numbers: Sequence[int]) -> None:
    db.execute(delete(HeldEvent).where(HeldEvent.event_seq.in_(numbers)))


def _made(office: Office, numbers: Sequence[int], now: datetime) -> _Made:
    """The notices of these events, as far as one transaction takes them. When the database cannot give what one of them
    needs, the first is read alone, and held if it is that one."""
    try:
        with office.reading() as db:
            return _owed(db, numbers, now)
    except (DBAPIError, DatabaseUnusable) as error:
        if len(numbers) > 1:
            return _made(office, numbers[:1], now)
        log.exception("%s", numbers[0])
        return _Made(held={numbers[0]: unexpected(error)})


def _owed(db: Session, numbers: Sequence[int], now: datetime) -> _Made:
    hooks, made = listening(db), _Made()
    for event in db.scalars(select(Event).where(Event.seq.in_(numbers)).order_by(Event.seq)):
        try:
            made.add(_of_event(db, hooks, event, now), json.loads(event.data).get("inquiry"))
        except (DBAPIError, DatabaseUnusable):
            raise
        except Exception as error:
            log.exception("%s", event.seq)
            made.held[event.seq] = error.message if isinstance(error, SakuteiError) else unexpected(error)
        else:
            made.read.append(event.seq)
        if len(made.owed) >= AT_ONCE:
            break
    return made


def _of_event(db: Session, hooks: list[Webhook], event: Event, now: datetime) -> list[Entry]:
    """All notices of one event: an event of which one cannot be made is held whole."""
    missed = say("停止中に時機を逸しました") if now - event.at > LOOK_BACK else None
    return [
        *_entries(db, event, None if _to_come(db, event, now) else missed),
        *_seats_changed(db, event, now),
        *_at_old_address(db, event, missed),
        *webhook_entries(hooks, event, missed),
    ]


def _to_come(db: Session, event: Event, now: datetime) -> bool:
    """Return whether the event is about a meeting that is still to come: its notice is of use however late."""
    held = db.get(Meeting, event.meeting_id) if event.meeting_id else None
    return Tag(event.tag) in (*MEETINGS, *PAPER_CHANGES) and held is not None and held.ends_at > now


def _seats_changed(db: Session, event: Event, now: datetime) -> Iterator[Entry]:
    """For who joins a body, its meetings to come; for who leaves, those they were told of. Each letter says what is true
    when it is sent: an invitation, that there is nothing to attend any more, or nothing."""
    tag = Tag(event.tag)
    if tag not in (Tag.MEMBER_SEATED, Tag.TERM_ENDED):
        return
    data: Mapping[str, Any] = json.loads(event.data)
    person = _person(db, data["person"]).person_id
    concerned = (
        Meeting.body_key == data["body"]
        if tag is Tag.MEMBER_SEATED
        else exists().where(
            Delivery.meeting_id == Meeting.id,
            Delivery.recipient_id == person,
            Delivery.kind.in_(list(CALLINGS)),
        )
    )
    kind = Kind.MEETING_CALLED if tag is Tag.MEMBER_SEATED else Kind.MEETING_CANCELLED
    called_before = exists().where(
        Event.meeting_id == Meeting.id, Event.tag == Tag.MEETING_CALLED, Event.seq < event.seq
    )
    to_come = (open_meeting(), Meeting.ends_at > now, called_before, concerned)
    for meeting in db.scalars(select(Meeting.id).where(*to_come)):
        yield Entry(
            claim=f"event:{event.seq}:{person}:{meeting}",
            kind=kind,
            rule=event.tag,
            recipient_id=person,
            meeting_id=meeting,
            event_seq=event.seq,
            due_at=event.at,
        )


def _entries(db: Session, event: Event, missed: str | None) -> Iterator[Entry]:
    data: Mapping[str, Any] = json.loads(event.data)
    for kind, people in _told(db, event, data):
        for seat in people:
            yield Entry(
                claim=_claim(event, seat),
                kind=kind,
                rule=event.tag,
                recipient_id=seat.person_id,
                meeting_id=event.meeting_id,
                plan_id=event.plan_id if kind is not Kind.PAPERS else None,
                event_seq=event.seq,
                due_at=event.at,
                missed=missed,
            )


def _told(db: Session, event: Event, data: Mapping[str, Any]) -> Iterator[tuple[Kind, list[Contact]]]:
    """Of each event: what kind of notice goes to whom."""
    tag, day = Tag(event.tag), tokyo_day(event.at)
    if tag in MEETINGS and event.meeting_id is not None and not _was_over(db, event, data):
        yield MEETINGS[tag], recipients_of_change(db, event.meeting_id)
    elif tag in PAPER_CHANGES and event.meeting_id is not None and _is_on(db, event):
        yield Kind.PAPERS, recipients_of_papers(db, event.meeting_id)
    elif tag in DECISIONS and event.plan_id is not None and not _entered_afterwards(db, event.meeting_id):
        people = recipients_of_decision(db, event.plan_id, data["gate"], day)
        conditional = data.get("outcome") == Outcome.CONDITIONAL
        department = {seat.person_id for seat in staff(db, plan_by_id(db, event.plan_id).department, day)}
        owing = [seat for seat in people if conditional and seat.person_id in department]
        yield Kind.CONDITION_OPEN, owing
        yield Kind.DECISION, [seat for seat in people if seat not in owing]
    elif tag is Tag.PLAN_SENT_BACK and event.plan_id is not None and not _taken_over(db, event):
        yield (
            Kind.PLAN_SENT_BACK,
            recipients_of_sending_back(db, event.plan_id, data["to"], data["from"], day),
        )
    elif tag is Tag.PLAN_STOPPED and event.plan_id is not None:
        yield Kind.PLAN_STOPPED, recipients_of_a_stop(db, event.plan_id, data["gates"], day)
    elif tag in (Tag.VERSION_ADDED, Tag.VERSION_DECLARED) and event.plan_id is not None:
        if TextKind(data.get("kind", TextKind.NEW)).correction:
            yield Kind.CONFIRMATION, recipients_of_correction(db, event.plan_id, event.at)
    elif tag in ACCOUNTS and not data.get("shown"):
        yield ACCOUNTS[tag], [_person(db, data["person"])]
    elif tag in ACCOUNT_CHANGES and not _only_renamed(tag, data) and not _begins(db, event):
        changed = _person(db, data["person"]) if "person" in data else _actor(db, event)
        yield Kind.ACCOUNT_CHANGED, _once([changed, *administrators(db, day)])
    elif tag is Tag.MINUTES_PUT and event.meeting_id is not None:
        yield Kind.MINUTES, confirmers(db, meeting_of(db, event.meeting_id), day)
    elif tag is Tag.CIRCULATED:
        yield Kind.CIRCULATION, recipients_of_circulation(db, data["readers"])
    elif tag is Tag.REMARK_RESPONDED:
        yield Kind.INQUIRY_RESPONDED, recipients_of_responses(db, data["remark"], event.at)
    elif tag in INQUIRIES:
        since = event.at if INQUIRIES[tag] is Kind.INQUIRY else None
        yield INQUIRIES[tag], recipients_of_inquiry(db, data["inquiry"], since, day)


def _at_old_address(db: Session, event: Event, missed: str | None) -> Iterator[Entry]:
    """A second notice of another address: whoever moved it may read what is sent to the new one."""
    data: Mapping[str, Any] = json.loads(event.data)
    if Tag(event.tag) is Tag.PERSON_CHANGED and not _only_renamed(Tag.PERSON_CHANGED, data):
        person = _person(db, data["person"]).person_id
        yield Entry(
            claim=f"event:{event.seq}:{person}{AT_OLD_ADDRESS}",
            kind=Kind.ACCOUNT_CHANGED,
            rule=event.tag,
            recipient_id=person,
            event_seq=event.seq,
            due_at=event.at,
            missed=missed,
        )


def _only_renamed(tag: Tag, data: Mapping[str, Any]) -> bool:
    return tag is Tag.PERSON_CHANGED and "email_before" not in data


def _begins(db: Session, event: Event) -> bool:
    """Return whether it is the office's first administrator, whom nobody has to be told of."""
    if Tag(event.tag) is not Tag.ADMINISTRATOR_NAMED:
        return False
    of_themselves = _person(db, json.loads(event.data)["person"]).person_id == event.by
    before = select(Event.seq).where(Event.tag == Tag.ADMINISTRATOR_NAMED, Event.seq < event.seq).limit(1)
    return of_themselves and db.scalar(before) is None


def _actor(db: Session, event: Event) -> Contact:
    return _person(db, db.get_one(Person, event.by).key)


def _person(db: Session, key: str) -> Contact:
    row = db.execute(select(Person.id, Person.key, Person.name, Person.email).where(Person.key == key)).one()
    return Contact(*row)


def _is_on(db: Session, event: Event) -> bool:
    """Return whether the meeting was called and not over when the event was logged: a draft is told of by its call."""
    held = db.get_one(Meeting, event.meeting_id)
    return is_open(held.status) and held.ends_at > event.at


def _was_over(db: Session, event: Event, data: Mapping[str, Any]) -> bool:
    """Return whether the meeting was already over when the event was logged."""
    held = db.get_one(Meeting, event.meeting_id)
    if Tag(event.tag) is not Tag.MEETING_CALLED:
        return held.ends_at <= event.at
    end = data["ends_at"] if data["form"] == MeetingForm.IN_WRITING else data["starts_at"]
    return datetime.fromisoformat(end) <= event.at


def _entered_afterwards(db: Session, meeting: int | None) -> bool:
    """Return whether the meeting was entered in the records only after it was held. Its results are not sent
    then."""
    called = db.scalars(
        select(Event).where(Event.meeting_id == meeting, Event.tag == Tag.MEETING_CALLED).limit(1)
    ).first()
    return called is not None and _was_over(db, called, json.loads(called.data))


def _taken_over(db: Session, event: Event) -> bool:
    """Return whether the event is a part of its plan's takeover: it lies in the past."""
    found = None if event.plan_id is None else takeover_of(db, event.plan_id)
    return found is not None and found.at == event.at


def _once(people: Iterable[Contact]) -> list[Contact]:
    return list(dict.fromkeys(people))
