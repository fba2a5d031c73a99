"""Use cases by which a meeting comes about: prepared as a draft, changed, discarded or called (招集); called or entered at
once."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from workflow.actions.meetings import ends_after_start, held_by_right, refuse_at
from workflow.domain.calendar import at_tokyo, shown_moment, tokyo_day
from workflow.domain.errors import BadInput, NotNow
from workflow.domain.events import Tag
from workflow.domain.language import say
from workflow.domain.meetings import MeetingForm, MeetingStatus
from workflow.domain.rights import Act, Actor
from workflow.domain.series import must_be_a_series, titles
from workflow.domain.validation import a_line, some_text
from workflow.queries.actor import actor
from workflow.queries.bodies import known_body
from workflow.queries.in_writing import terms as terms_in_writing
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import Meeting


def prepare_meeting(
    office: Office,
    by: str,
    body: str,
    title: str,
    *,
    form: MeetingForm = MeetingForm.IN_PERSON,
    starts_at: datetime,
    ends_at: datetime,
    place: str,
    items_due: date | None = None,
    now: datetime,
) -> int:
    """Prepare a meeting of a body and return its number: a draft, known to its 事務局 alone, whose agenda can be set.
    Nobody is told before it is called. `items_due` is the last day to hand in items.

    Raises `BadInput` for a meeting in the past, `NotAllowed`, `NotFound`.
    """
    must_be_to_come(form, starts_at, ends_at, now)
    terms = _Terms(title, form, starts_at, ends_at, place, items_due)
    return _write(office, by, body, terms, MeetingStatus.DRAFT, Tag.MEETING_PREPARED, now)


def prepare_series(
    office: Office,
    by: str,
    body: str,
    pattern: str,
    days: Sequence[date],
    *,
    first: int = 1,
    form: MeetingForm = MeetingForm.IN_PERSON,
    begins: time,
    ends: time,
    place: str,
    now: datetime,
) -> list[int]:
    """Prepare a meeting of the body on each of these days, from `begins` until `ends`, and return their numbers: all, or
    none. `{n}` in the pattern of the title is the number of the meeting, counted from `first`.

    Raises `BadInput` (no days, the past, a pattern without a number), `NotAllowed`, `NotFound`.
    """
    must_be_a_series(days)
    ordered = sorted(days)
    series = [
        _Terms(title, form, at_tokyo(day, begins), at_tokyo(day, ends), place).checked()
        for title, day in zip(titles(pattern, first, len(ordered)), ordered, strict=True)
    ]
    for terms in series:
        must_be_to_come(form, terms.starts_at, terms.ends_at, now)
    with office.writing() as db:
        who = _caller(db, by, body, now)
        return [
            _insert(db, who, body, terms, MeetingStatus.DRAFT, Tag.MEETING_PREPARED, now) for terms in series
        ]


def call_meeting(
    office: Office,
    by: str,
    body: str,
    title: str,
    *,
    form: MeetingForm = MeetingForm.IN_PERSON,
    starts_at: datetime,
    ends_at: datetime,
    place: str,
    now: datetime,
) -> int:
    """Prepare and call a meeting of a body at once, and return its number. For a 持ち回り, `ends_at` is the last moment
    to answer.

    Raises `BadInput` for a meeting in the past (`enter_meeting` is for one already held), `NotAllowed`,
    `NotFound`.
    """
    must_be_to_come(form, starts_at, ends_at, now)
    terms = _Terms(title, form, starts_at, ends_at, place)
    return _write(office, by, body, terms, MeetingStatus.CALLED, Tag.MEETING_CALLED, now)


def enter_meeting(
    office: Office,
    by: str,
    body: str,
    title: str,
    *,
    form: MeetingForm = MeetingForm.IN_PERSON,
    starts_at: datetime,
    ends_at: datetime,
    place: str,
    now: datetime,
) -> int:
    """Enter a meeting that was already held, and return its number. Its members are those of its own day.

    Raises `BadInput` for one still to come, `NotAllowed`, `NotFound`.
    """
    if starts_at > now:
        raise BadInput(
            "開催日時",
            say("{at} はこれからです", at=shown_moment(starts_at)),
            "会議の招集として登録してください。",
        )
    terms = _Terms(title, form, starts_at, ends_at, place)
    return _write(office, by, body, terms, MeetingStatus.CALLED, Tag.MEETING_CALLED, now)


def change_draft(
    office: Office,
    by: str,
    meeting: int,
    title: str,
    *,
    form: MeetingForm = MeetingForm.IN_PERSON,
    starts_at: datetime,
    ends_at: datetime,
    place: str,
    items_due: date | None = None,
    now: datetime,
) -> None:
    """Give a meeting that is being prepared this title, time, place and form. Nobody is told.

    Raises `BadInput` (the past), `NotNow` (it is no draft any more), `NotAllowed`, `NotFound`.
    """
    must_be_to_come(form, starts_at, ends_at, now)
    terms = _Terms(title, form, starts_at, ends_at, place, items_due).checked()
    with office.writing() as db:
        who, held = a_draft(db, by, meeting, "準備中の会議の変更", now)
        db.execute(update(Meeting).where(Meeting.id == held.id).values(asdict(terms)))
        record(db, Tag.DRAFT_CHANGED, at=now, by=who.id, meeting=held.id, **terms.told)


def discard_draft(office: Office, by: str, meeting: int, reason: str, *, now: datetime) -> None:
    """Discard a meeting that was being prepared. Its items can go on another agenda; nobody is told.

    Raises `BadInput` (no reason), `NotNow` (it is no draft any more), `NotAllowed`, `NotFound`.
    """
    some_text("取りやめの理由", reason)
    with office.writing() as db:
        who, held = a_draft(db, by, meeting, "準備中の会議の取りやめ", now)
        db.execute(update(Meeting).where(Meeting.id == held.id).values(status=MeetingStatus.DISCARDED))
        record(db, Tag.DRAFT_DISCARDED, at=now, by=who.id, meeting=held.id, reason=reason)


def summon(office: Office, by: str, meeting: int, *, now: datetime) -> None:
    """招集: call a meeting that was prepared. Its members and its 事務局 get the letter, with its agenda.

    Raises `BadInput` (its time is past), `NotNow` (it was called already, or discarded; a 持ち回り of which nobody said why
    it is one), `NotAllowed`, `NotFound`.
    """
    with office.writing() as db:
        who, held = a_draft(db, by, meeting, "招集", now)
        if held.form == MeetingForm.IN_WRITING and terms_in_writing(db, meeting) is None:
            raise NotNow(
                "招集",
                held.title,
                "持ち回りとする理由と、求める内容を先に書いてください。お知らせに載せます。",
            )
        terms = _Terms(held.title, MeetingForm(held.form), held.starts_at, held.ends_at, held.place)
        must_be_to_come(terms.form, terms.starts_at, terms.ends_at, now)
        db.execute(update(Meeting).where(Meeting.id == held.id).values(status=MeetingStatus.CALLED))
        record(db, Tag.MEETING_CALLED, at=now, by=who.id, meeting=held.id, body=held.body_key, **terms.told)


def must_be_to_come(form: MeetingForm, starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Raises `BadInput` for a time that is past. A 持ち回り may go out now: its end must be to come."""
    if ends_at <= now or (starts_at <= now and form is not MeetingForm.IN_WRITING):
        raise BadInput(
            "開催日時",
            say("{at} は過ぎています", at=shown_moment(starts_at)),
            "これからの日時を指定してください。済んだ会議の記録は「開催済みの会議の登録」で行います。",
        )


def a_draft(db: Session, by: str, meeting: int, doing: str, now: datetime) -> tuple[Actor, Meeting]:
    """The person, with the right to call the meeting, and the meeting, which is being prepared. Raises `NotFound`,
    `NotAllowed`, `NotNow`."""
    who, held = held_by_right(db, by, meeting, Act.CALL_MEETING, now)
    if held.status != MeetingStatus.DRAFT:
        refuse_at(held, doing)
    return who, held


@dataclass(frozen=True, slots=True)
class _Terms:
    """The title, form, time and place of a meeting, as its row keeps them."""

    title: str
    form: MeetingForm
    starts_at: datetime
    ends_at: datetime
    place: str
    items_due: date | None = None

    def checked(self) -> "_Terms":
        """Raises `BadInput`."""
        a_line("会議の名称", self.title)
        a_line("場所", self.place)
        ends_after_start(self.starts_at, self.ends_at)
        return self

    @property
    def told(self) -> dict[str, Any]:
        """The terms as the log keeps them."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(self).items()
            if value is not None
        }


def _write(
    office: Office, by: str, body: str, terms: _Terms, status: MeetingStatus, tag: Tag, now: datetime
) -> int:
    terms.checked()
    with office.writing() as db:
        return _insert(db, _caller(db, by, body, now), body, terms, status, tag, now)


def _caller(db: Session, by: str, body: str, now: datetime) -> Actor:
    """The person, with the right to call the body's meetings. Raises `NotFound`, `NotAllowed`."""
    who = actor(db, by, tokyo_day(now))
    known_body(db, body)
    who.require(Act.CALL_MEETING, body=body)
    return who


def _insert(
    db: Session, who: Actor, body: str, terms: _Terms, status: MeetingStatus, tag: Tag, now: datetime
) -> int:
    row = {**asdict(terms), "body_key": body, "status": status, "sequence": 0}
    meeting = db.scalars(insert(Meeting).returning(Meeting.id), row).one()
    record(db, tag, at=now, by=who.id, meeting=meeting, body=body, **terms.told)
    return meeting
