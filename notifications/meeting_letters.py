"""Letters about meetings, made when they are sent: from what is true then, and what this person was told last."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from notifications.composing import Letter
from notifications.due import departments, unanswered
from notifications.icalendar_file import Invite, Method
from notifications.invited import invited
from notifications.kinds import Kind
from notifications.paper_lines import PaperChange, PaperLine, ReadPapers
from notifications.rsvp_link import RsvpLinks
from notifications.subjects import NoLongerDue, Subject
from workflow.domain.agenda_changes import changes_since
from workflow.domain.calendar import TOKYO, reiwa_moment, tokyo_day
from workflow.domain.deliveries import State
from workflow.domain.events import Tag
from workflow.domain.language import label, say
from workflow.domain.meetings import HeldMeeting, MeetingForm, MeetingStatus, Purpose, is_open
from workflow.domain.plans import Status
from workflow.queries.agenda import Item, agenda, agenda_lines
from workflow.queries.agenda_changes import NamedChanges, agenda_events, named_changes
from workflow.queries.chains import chain_of
from workflow.queries.contacts import secretariat_contact
from workflow.queries.in_writing import terms
from workflow.queries.people import staff
from workflow.store.tables import BodyRecord, Delivery, Event, Meeting, Plan

CALLINGS = (Kind.MEETING_CALLED, Kind.MEETING_MOVED, Kind.MEETING_CANCELLED, Kind.AGENDA_CHANGED)
"""The letters that tell of a meeting, its changes and its end."""

REMINDERS = (Kind.MEETING, Kind.AGENDA_DEADLINE, Kind.UNANSWERED)

ABOUT_MEETINGS = frozenset({*CALLINGS, *REMINDERS, Kind.PAPERS})

_TELL_PAPERS = (Kind.MEETING_CALLED, Kind.PAPERS)
"""The letters after which no earlier change of the papers is news: the others list the papers too, but say nothing of
changes."""


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """A line of the agenda as a mail lists it: `number` as in the 次第, `plan` the plan's title or the matter's, `stage`
    empty where it is put at no gate. `current` is the number of the newest version of its document; `remark` says why it
    will not be dealt with as it stands: withdrawn, suspended, replaced; empty when it will. `papers` are those that its
    reader may read."""

    id: int
    number: str
    purpose: str
    plan: str
    stage: str
    filename: str
    version: int
    sha256: str
    current: int
    remark: str
    papers: tuple[PaperLine, ...] = ()


@dataclass(frozen=True, slots=True)
class MeetingWords:
    """A meeting as a mail words it. `why` a 持ち回り is held as one, and what it `asks`; empty where nobody said so.
    `papers` are those of the meeting itself that its reader may read."""

    number: int
    title: str
    body: str
    form: str
    begins: str
    ends: str
    place: str
    answer_by: str | None
    in_writing: bool
    agenda: tuple[AgendaLine, ...] = ()
    why: str = ""
    asks: str = ""
    papers: tuple[PaperLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """A meeting as it stood after one event of the log: `sequence` is the number of its schedule then."""

    at: datetime
    sequence: int
    starts_at: datetime
    place: str
    reason: str


class MeetingLetters:
    """The letters about meetings of one batch: data that they share is read once."""

    def __init__(self, db: Session, now: datetime) -> None:
        self._db, self._now = db, now
        self._rsvps = RsvpLinks(db, now)
        self._known: dict[int, _Known] = {}
        self._written: set[tuple[int, int]] = set()
        self._told_of_papers: set[tuple[int, int]] = set()

    def letter(self, about: Subject) -> Letter:
        """The letter. Raises `NoLongerDue` when there is nothing to tell this person, or another letter of the batch
        tells it."""
        known = self._about(about.meeting_id)
        if about.kind is Kind.PAPERS:
            return self._of_papers(about, known)
        if (about.recipient_id, known.meeting.id) in self._written:
            raise NoLongerDue(State.DROPPED, say("同じ方への、この会議の別の通知に含めました"))
        reminds = about.kind in REMINDERS
        letter = self._reminder(about, known) if reminds else self._notice(about, known)
        self._written.add((about.recipient_id, known.meeting.id))
        return letter

    def _reminder(self, about: Subject, known: "_Known") -> Letter:
        meeting = known.meeting
        deadline = meeting.ends_at if about.kind is Kind.UNANSWERED else meeting.starts_at
        if not is_open(meeting.status):
            raise NoLongerDue(
                State.DROPPED, say("会議は{status}です", status=label(MeetingStatus(meeting.status)))
            )
        if about.claim.split(":")[3] != str(meeting.sequence):
            raise NoLongerDue(State.DROPPED, say("会議の日時が変わりました"))
        if deadline <= self._now:
            raise NoLongerDue(State.MISSED, say("送る前に会議の日時を過ぎました"))
        if about.recipient_id not in known.concerned:
            raise NoLongerDue(State.DROPPED, say("この会議の通知の対象の方ではなくなりました"))
        told = known.told_before(about)
        if told and told.at >= about.due_at and not about.resent:
            raise NoLongerDue(State.DROPPED, say("同じ方への、この会議の別の通知に含めました"))
        if about.kind is Kind.UNANSWERED and not self._still_unanswered(about, known):
            raise NoLongerDue(State.DROPPED, say("回答がありました"))
        return self._made(about, about.kind, known, {"meeting": known.words_for(about)})

    def _still_unanswered(self, about: Subject, known: "_Known") -> bool:
        """Return whether the recipient has still to answer; for a recipient who is not a member, whether any
        member has."""
        waiting = unanswered(self._db, known.meeting.id, known.members)
        return about.recipient_id in waiting if about.recipient_id in known.members else bool(waiting)

    def _notice(self, about: Subject, known: "_Known") -> Letter:
        """The notice of what this person does not know yet, whatever event it was claimed for."""
        meeting = known.meeting
        if meeting.ends_at <= self._now:
            raise NoLongerDue(State.MISSED, say("送る前に会議の日時を過ぎました"))
        said = known.told_before(about)
        told = known.standing(said) if said and said.kind is not Kind.MEETING_CANCELLED else None
        on, invited = is_open(meeting.status), about.recipient_id in known.invited
        if not (on and invited):
            if told is None and not (about.resent and said):
                raise NoLongerDue(State.DROPPED, say("この方には、この会議を御案内していません"))
            context = {
                "meeting": known.words_for(about),
                "left": on,
                "reason": "" if on else known.newest.reason,
            }
            return self._made(about, Kind.MEETING_CANCELLED, known, context, Method.CANCEL)
        if about.kind is Kind.AGENDA_CHANGED and told and told.sequence == meeting.sequence:
            if not known.changes(said):
                raise NoLongerDue(State.DROPPED, say("この方には、既にお知らせしています"))
            return self._made(about, Kind.AGENDA_CHANGED, known, {"meeting": known.words_for(about)})
        if about.kind is Kind.MEETING_CANCELLED:
            raise NoLongerDue(State.DROPPED, say("会議は開かれ、この方は御案内の対象のままです"))
        if told is None or (about.resent and told.sequence == meeting.sequence):
            return self._made(
                about, Kind.MEETING_CALLED, known, {"meeting": known.words_for(about)}, Method.REQUEST
            )
        if told.sequence == meeting.sequence:
            raise NoLongerDue(State.DROPPED, say("この方には、既にお知らせしています"))
        context = {
            "meeting": known.words_for(about),
            "reason": say("、").join(known.reasons_after(told)),
            "was": reiwa_moment(told.starts_at) if told.starts_at != meeting.starts_at else None,
            "was_place": told.place if told.place != meeting.place else None,
        }
        return self._made(about, Kind.MEETING_MOVED, known, context, Method.REQUEST)

    def _of_papers(self, about: Subject, known: "_Known") -> Letter:
        """The letter on every change of the papers that this person was not told of and may read."""
        meeting, whom = known.meeting, (about.recipient_id, known.meeting.id)
        if not is_open(meeting.status):
            raise NoLongerDue(
                State.DROPPED, say("会議は{status}です", status=label(MeetingStatus(meeting.status)))
            )
        if meeting.ends_at <= self._now:
            raise NoLongerDue(State.MISSED, say("送る前に会議の日時を過ぎました"))
        if about.recipient_id not in known.invited:
            raise NoLongerDue(State.DROPPED, say("この会議の通知の対象の方ではなくなりました"))
        if known.told_before(about) is None:
            raise NoLongerDue(State.DROPPED, say("この方への資料の御案内は、会議の招集に含めます"))
        if whom in self._told_of_papers:
            raise NoLongerDue(State.DROPPED, say("同じ方への、この会議の別の通知に含めました"))
        changes = known.paper_changes(about)
        if not changes:
            raise NoLongerDue(
                State.DROPPED, say("この方が閲覧できる資料の変更は、既にお知らせしたか、ありません")
            )
        self._told_of_papers.add(whom)
        return self._made(
            about, Kind.PAPERS, known, {"meeting": known.words_for(about), "paper_changes": changes}
        )

    def _made(
        self,
        about: Subject,
        kind: Kind,
        known: "_Known",
        context: Mapping[str, Any],
        method: Method | None = None,
    ) -> Letter:
        members = known.people.members if kind.bears_link else ()
        asked = self._rsvps.asked(known.meeting, members, about.recipient_id)
        answers = asked.question is not None
        told = known.told_before(about)
        shows_agenda = kind not in (Kind.MEETING_CANCELLED, Kind.PAPERS)
        invite = replace(invite_of(known.meeting, method), rsvp=answers) if method else None
        return Letter(
            kind,
            about.name,
            about.address,
            {
                "changes": known.changes(told) if told and shows_agenda else None,
                **context,
                "answer": asked.question,
                "deputy_for": known.people.deputy_for(about.recipient_id),
            },
            known.chain,
            known.meeting.body_key,
            invite,
            tells=known.meeting.sequence,
            tells_agenda=_agenda_told(kind, known, told),
            personal=asked.personal,
            secretariat=known.secretariat,
            link=asked.link,
        )

    def _about(self, number: int | None) -> "_Known":
        if number is None or (meeting := self._db.get(Meeting, number)) is None:
            raise NoLongerDue(State.DROPPED, say("会議の記録がありません"))
        if number not in self._known:
            self._known[number] = _Known(self._db, meeting, self._now)
        return self._known[number]


def _agenda_told(kind: Kind, known: "_Known", before: "_Told | None") -> int | None:
    """The number of the last event that the agenda follows which its reader knows after the letter: none after the end of
    the meeting for them, and no newer one by a letter on papers."""
    if kind is Kind.MEETING_CANCELLED:
        return None
    if kind is Kind.PAPERS:
        return before.agenda if before else None
    return known.agenda_follows


@dataclass(frozen=True, slots=True)
class _Told:
    """A letter about the meeting that a person got. `event` is the number of the last event before it was written; None: of
    an old letter."""

    claim: str
    at: datetime
    kind: Kind
    sequence: int | None
    agenda: int | None
    event: int | None


class _Known:
    """A meeting with its people, its past and what each was told. A fixed number of statements."""

    def __init__(self, db: Session, meeting: Meeting, now: datetime) -> None:
        self.meeting = meeting
        self._words, self.chain = meeting_words(db, meeting)
        self._papers = ReadPapers(db, meeting, now)
        day = tokyo_day(meeting.starts_at)
        self.people = invited(db, meeting.body_key, day)
        self.members = frozenset(seat.person_id for seat in self.people.members)
        self.invited = frozenset(contact.person_id for contact in self.people.contacts)
        of_plans = (person for key in departments(db, meeting.id) for person in staff(db, key, day))
        known = [*self.people.contacts, *of_plans]
        self.concerned = frozenset(contact.person_id for contact in known)
        self._keys = {contact.person_id: contact.key for contact in known}
        self.secretariat = secretariat_contact(db, meeting.body_key, tokyo_day(now))
        self._db, self._agenda_events = db, agenda_events(db, meeting.id)
        self._changes: dict[int, NamedChanges | None] = {}
        self._past = list(_past(db, meeting))
        self._told = _told(db, meeting.id)

    def words_for(self, about: Subject) -> MeetingWords:
        """The meeting in words, with the papers that the recipient may read."""
        return with_papers(self._words, self._papers.read_by(self._keys.get(about.recipient_id)))

    def paper_changes(self, about: Subject) -> tuple[PaperChange, ...]:
        """The changes of papers that the recipient may read, after what they were told of; of a letter that is sent again,
        from the one on for which it was made."""
        told = (each for each in self._told.get(about.recipient_id, ()) if each.claim != about.claim)
        last = max((each.event or 0 for each in told if each.kind in _TELL_PAPERS), default=0)
        if about.resent:
            last = min(last, (about.event_seq or 1) - 1)
        titles = {line.id: line.plan for line in self._words.agenda}
        return self._papers.changes(self._keys.get(about.recipient_id), titles, after=last)

    @property
    def newest(self) -> Standing:
        return self._past[-1]

    @property
    def agenda_follows(self) -> int | None:
        """The number of the last event that the agenda follows."""
        return self._agenda_events[-1].seq if self._agenda_events else None

    def changes(self, said: "_Told | None") -> NamedChanges | None:
        """The changes of the agenda since that letter, None when there are none. A letter of before this was noted held that of
        its moment."""
        if said is None:
            return None
        told = said.agenda
        if not told:
            told = max((each.seq for each in self._agenda_events if each.at <= said.at), default=0)
        if told not in self._changes:
            found = changes_since(self._agenda_events, told)
            self._changes[told] = named_changes(self._db, found) if found else None
        return self._changes[told]

    def told_before(self, about: Subject) -> "_Told | None":
        """The newest letter the person got, but for an earlier try of this one, which may not have arrived."""
        told = self._told.get(about.recipient_id, ())
        before = (each for each in told if each.claim != about.claim and each.kind is not Kind.PAPERS)
        return next(reversed([*before]), None)

    def standing(self, said: "_Told") -> Standing:
        """The meeting as that letter told of it. An old letter does not say of which form it told: of the one of its
        moment."""
        return next(
            (
                each
                for each in reversed(self._past)
                if (each.at <= said.at if said.sequence is None else each.sequence <= said.sequence)
            ),
            self._past[0],
        )

    def reasons_after(self, told: Standing) -> list[str]:
        """The reasons of the changes since then, oldest first."""
        reasons = (each.reason for each in self._past if each.sequence > told.sequence and each.reason)
        return list(dict.fromkeys(reasons))


def _past(db: Session, meeting: Meeting) -> Iterator[Standing]:
    """The forms the meeting had, from the log; its present one when the log holds none."""
    tags = (Tag.MEETING_CALLED, Tag.MEETING_MOVED, Tag.MEETING_CANCELLED)
    rows = db.execute(
        select(Event.at, Event.data)
        .where(Event.meeting_id == meeting.id, Event.tag.in_(tags))
        .order_by(Event.seq)
    ).all()
    starts_at, place = meeting.starts_at, meeting.place
    for at, data in rows:
        said = json.loads(data)
        if "starts_at" in said:
            starts_at = datetime.fromisoformat(said["starts_at"])
        place = said.get("place", place)
        yield Standing(at, said.get("sequence", 0), starts_at, place, said.get("reason", ""))
    if not rows:
        yield Standing(meeting.starts_at, meeting.sequence, starts_at, place, "")


def _told(db: Session, meeting: int) -> dict[int, list[_Told]]:
    """By recipient, oldest first, the letters about the meeting that went out, or may have: their try had no answer."""
    sent = Delivery.state == State.SENT
    at = case((sent, Delivery.finished_at), else_=Delivery.due_at)
    rows = db.execute(
        select(
            Delivery.recipient_id,
            Delivery.claim,
            at,
            Delivery.kind,
            Delivery.told_sequence,
            Delivery.told_agenda,
            Delivery.told_event,
        )
        .where(
            Delivery.meeting_id == meeting,
            sent | Delivery.told_sequence.is_not(None),
            Delivery.kind.in_(list(ABOUT_MEETINGS)),
        )
        .order_by(at, Delivery.id)
    )
    found: dict[int, list[_Told]] = {}
    for recipient, claim, moment, kind, sequence, listed, event in rows:
        if recipient and moment:
            said = _Told(claim, moment, Kind(kind), sequence, listed, event)
            found.setdefault(recipient, []).append(said)
    return found


def sample(db: Session, meeting: HeldMeeting, kind: Kind, now: datetime) -> Letter:
    """The letter of that kind about the meeting as recorded now, without a recipient, for a preview."""
    plain, chain = meeting_words(db, meeting)
    words = with_papers(plain, ReadPapers(db, meeting, now).present())
    context = {
        "meeting": words,
        "reason": "",
        "was": None,
        "was_place": None,
        "left": False,
        "changes": None,
        "answer": None,
        "deputy_for": (),
    }
    contact = secretariat_contact(db, meeting.body_key, tokyo_day(now))
    return Letter(kind, "", "", context, chain, meeting.body_key, secretariat=contact)


def invite_of(meeting: HeldMeeting, method: Method) -> Invite:
    """The meeting's calendar entry as recorded now."""
    return Invite(
        method,
        meeting.id,
        meeting.sequence,
        meeting.title,
        meeting.place,
        meeting.starts_at,
        meeting.ends_at,
        in_writing=meeting.form == MeetingForm.IN_WRITING,
    )


def meeting_words(db: Session, meeting: HeldMeeting) -> tuple[MeetingWords, str]:
    """The meeting with its agenda in words, and the key of its body's chain."""
    body = db.get_one(BodyRecord, meeting.body_key)
    form = MeetingForm(meeting.form)
    said = terms(db, meeting.id) if form is MeetingForm.IN_WRITING and meeting.id is not None else None
    words = MeetingWords(
        number=meeting.id,
        title=meeting.title,
        body=body.name,
        form=form.label,
        begins=reiwa_moment(meeting.starts_at),
        ends=_end(meeting),
        place=meeting.place,
        answer_by=None if form is MeetingForm.IN_PERSON else reiwa_moment(meeting.ends_at),
        in_writing=form is MeetingForm.IN_WRITING,
        agenda=_agenda(db, meeting.id) if meeting.id is not None else (),
        why=said.why if said else "",
        asks=said.asks if said else "",
    )
    return words, chain_of(db, body.chain_sha256).key


def with_papers(words: MeetingWords, papers: Mapping[int | None, Sequence[PaperLine]]) -> MeetingWords:
    """The meeting in words, with these papers under their items."""
    if not papers:
        return words
    agenda = tuple(replace(line, papers=tuple(papers.get(line.id, ()))) for line in words.agenda)
    return replace(words, agenda=agenda, papers=tuple(papers.get(None, ())))


def _agenda(db: Session, meeting: int) -> tuple[AgendaLine, ...]:
    items = agenda(db, meeting)
    statuses = {
        key: Status(status)
        for key, status in db.execute(
            select(Plan.key, Plan.status).where(Plan.key.in_({item.plan for item in items}))
        )
    }
    return tuple(
        _gate_line(line.number, line.item, statuses[line.item.plan])
        if line.item
        else AgendaLine(
            line.id, line.number, "" if line.heading else line.purpose.label, line.title, "", "", 0, "", 0, ""
        )
        for line in agenda_lines(db, meeting, items)
    )


def _gate_line(number: str, item: Item, status: Status) -> AgendaLine:
    return AgendaLine(
        item.id,
        number,
        Purpose(item.purpose).label,
        item.title,
        item.stage,
        item.filename,
        item.version,
        item.sha256[:12],
        item.current,
        _remark(status, stale=item.stale),
    )


def _remark(status: Status, *, stale: bool) -> str:
    """The reason why the item will not be dealt with as it stands, as the templates name it; empty when it will."""
    if status in (Status.WITHDRAWN, Status.SUSPENDED):
        return status.value
    return "replaced" if stale else ""


def _end(meeting: HeldMeeting) -> str:
    """The end of a meeting: only its time when it ends on the day it began."""
    same_day = tokyo_day(meeting.starts_at) == tokyo_day(meeting.ends_at)
    return f"{meeting.ends_at.astimezone(TOKYO):%H:%M}" if same_day else reiwa_moment(meeting.ends_at)
