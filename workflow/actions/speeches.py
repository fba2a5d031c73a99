"""Use cases on the record of a sitting for its minutes: the remarks at an item, guests and 傍聴者, who came late or left."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from workflow.actions.agenda import known_item
from workflow.actions.meetings import held_by_right, must_have_begun, still_listed
from workflow.domain.calendar import shown_moment, tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput, NotFound
from workflow.domain.events import Tag
from workflow.domain.language import say
from workflow.domain.meetings import MeetingStatus, Purpose
from workflow.domain.minutes import Speaker, in_order
from workflow.domain.rights import Act, Actor
from workflow.domain.validation import a_line, some_text
from workflow.queries.bodies import seats
from workflow.queries.speeches import SpeechFact, speeches_at
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import AgendaItem, Attendance, Meeting, Person, Speech

MOST_OBSERVERS = 10_000
MOST_GUESTS = 200


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something said: by the `member` of that key, the guest of that `name` (title and name), the chair or the 事務局."""

    speaker: Speaker
    text: str
    member: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class SaidAgain:
    """The sign of a form that is sent a second time: the newest remark when it was shown (`after`, 0: none), and the
    number of the same remarks that it has before this one (`earlier`)."""

    after: int
    earlier: int = 0

    def is_on_record(self, said: Iterable[SpeechFact], spoken: Spoken) -> bool:
        """Return whether the remark was recorded since the form was shown."""
        same = [each for each in said if each.id > self.after and _is_same(each, spoken)]
        return len(same) > self.earlier


def _is_same(said: SpeechFact, spoken: Spoken) -> bool:
    if said.speaker is not spoken.speaker or said.text != spoken.text.strip():
        return False
    match spoken.speaker:
        case Speaker.MEMBER:
            return said.member == spoken.member
        case Speaker.GUEST:
            return said.name == spoken.name.strip()
    return True


def record_speech(
    office: Office,
    by: str,
    item: int,
    spoken: Spoken,
    *,
    before: int | None = None,
    unless: SaidAgain | None = None,
    reason: str = "",
    now: datetime,
) -> int:
    """Record what somebody said at an item, after what was said there, or directly `before` the remark of that number,
    and return its number; `unless` the form that has it was sent before. Once the meeting is closed it is a correction,
    with a `reason`.

    Raises `BadInput` (no words, no member of that day, a heading, no reason), `NotNow` (not begun, cancelled, taken
    off), `AlreadyDone` (the remark `before` was corrected or taken back; the form was sent before), `NotAllowed`,
    `NotFound`.
    """
    some_text("発言", spoken.text)
    with office.writing() as db:
        listed = known_item(db, item)
        who, held = _held(db, by, listed.meeting_id, reason, say("発言の記録"), now)
        still_listed(item, listed.removed_why)
        if listed.purpose == Purpose.HEADING:
            raise BadInput("発言", "見出しには記録できません", "その下の議題に記録してください。")
        if unless is not None and unless.is_on_record(speeches_at(db, item), spoken):
            raise AlreadyDone("この発言は、画面を開いた後に、既に記録されています。")
        last = db.scalar(select(func.max(Speech.place)).where(Speech.item_id == item)) or 0
        follows = None if before is None else _place_ahead(db, item, before)
        number = _write(db, who, held, spoken, now, item_id=item, place=last + 1, follows=follows)
        _record(db, Tag.SPEECH_RECORDED, who, held, now, reason, item=item, speech=number)
        return number


def correct_speech(
    office: Office, by: str, speech: int, spoken: Spoken, *, reason: str = "", now: datetime
) -> int:
    """Correct a remark, its speaker or its words, and return the number of the one that stands in its place.

    Raises `AlreadyDone` (corrected or taken back meanwhile), and as `record_speech`.
    """
    some_text("発言", spoken.text)
    with office.writing() as db:
        who, held, old = _standing(db, by, speech, reason, now)
        number = _write(
            db,
            who,
            held,
            spoken,
            now,
            item_id=old.item_id,
            place=old.place,
            follows=old.follows,
            supersedes_id=old.id,
        )
        _record(db, Tag.SPEECH_CORRECTED, who, held, now, reason, item=old.item_id, speech=number, was=old.id)
        return number


def remove_speech(office: Office, by: str, speech: int, *, reason: str = "", now: datetime) -> None:
    """Take a remark out of the record, which keeps it. Raises as `correct_speech`."""
    with office.writing() as db:
        who, held, old = _standing(db, by, speech, reason, now)
        db.execute(
            insert(Speech).values(
                item_id=old.item_id, place=old.place, follows=old.follows, speaker=old.speaker,
                member_id=old.member_id, name=old.name, text="", supersedes_id=old.id, recorded_by=who.id,
                recorded_at=now,
            )
        )  # fmt: skip
        _record(db, Tag.SPEECH_REMOVED, who, held, now, reason, item=old.item_id, speech=old.id)


def enter_guests(
    office: Office,
    by: str,
    meeting: int,
    guests: Sequence[str],
    observers: int | None,
    *,
    reason: str = "",
    now: datetime,
) -> None:
    """Enter who was there beside the members: the 説明者 and 関係者, each by title and name, and the number of 傍聴者;
    None: nobody counted. Once the meeting is closed it is a correction, with a `reason`.

    Raises `BadInput`, `NotNow` (not begun, cancelled), `NotAllowed`, `NotFound`.
    """
    named = [a_line("説明者・関係者", each) for each in guests]
    if len(named) > MOST_GUESTS:
        raise BadInput(
            "説明者・関係者",
            say("{count} 人は受け取れません", count=len(named)),
            say("{most} 人までにしてください。", most=MOST_GUESTS),
        )
    if observers is not None and not 0 <= observers <= MOST_OBSERVERS:
        raise BadInput(
            "傍聴者の数",
            say("{count} 人は受け取れません", count=observers),
            say("0 から {most} までの数で入力してください。", most=MOST_OBSERVERS),
        )
    with office.writing() as db:
        who, held = _held(db, by, meeting, reason, say("説明者・傍聴者の記録"), now)
        was = {"guests": held.guests, "observers": held.observers}
        db.execute(update(Meeting).where(Meeting.id == meeting).values(guests=named, observers=observers))
        _record(db, Tag.GUESTS_ENTERED, who, held, now, reason, guests=named, observers=observers, was=was)


def enter_times(
    office: Office,
    by: str,
    meeting: int,
    member: str,
    *,
    arrived_at: datetime | None,
    left_at: datetime | None,
    reason: str = "",
    now: datetime,
) -> None:
    """Enter when a member who attended came late (遅参) or left early (退席); None: they did not. Votes count by the parts
    in each item, which `enter_parts` records. Once the meeting is closed it is a correction, with a `reason`.

    Raises `BadInput` (did not attend; before the beginning, to come, or left before they came), `NotNow`, `NotAllowed`,
    `NotFound`.
    """
    with office.writing() as db:
        who, held = _held(db, by, meeting, reason, say("遅参・退席の記録"), now)
        row = db.scalar(
            select(Attendance)
            .join(Person, Person.id == Attendance.member_id)
            .where(Attendance.meeting_id == meeting, Person.key == member, Attendance.present)
        )
        if row is None:
            raise BadInput(
                "遅参・退席",
                say("「{key}」の出席が記録されていません", key=member),
                "先に出欠を記録してください。",
            )
        _must_be_in_order(held, arrived_at, left_at, now)
        db.execute(
            update(Attendance).where(Attendance.id == row.id).values(arrived_at=arrived_at, left_at=left_at)
        )
        times = {"arrived_at": arrived_at, "left_at": left_at}
        _record(db, Tag.TIMES_ENTERED, who, held, now, reason, member=member, **times)


def _held(
    db: Session, by: str, meeting: int, reason: str, doing: str, now: datetime
) -> tuple[Actor, Meeting]:
    """The person, with the right to keep the minutes, and the meeting: begun, not cancelled, and with a reason where it is
    closed. Raises `NotFound`, `NotAllowed`, `NotNow`, `BadInput`."""
    who, held = held_by_right(db, by, meeting, Act.KEEP_MINUTES, now)
    must_have_begun(held, doing, now)
    if held.status == MeetingStatus.CLOSED:
        some_text("訂正の理由", reason)
    return who, held


def _standing(db: Session, by: str, speech: int, reason: str, now: datetime) -> tuple[Actor, Meeting, Speech]:
    """The remark of that number, which nothing replaced yet, with its meeting. Raises as `_held`, `AlreadyDone`."""
    old = db.get(Speech, speech)
    if old is None:
        raise NotFound("発言", str(speech))
    meeting = db.get_one(AgendaItem, old.item_id).meeting_id
    who, held = _held(db, by, meeting, reason, say("発言の訂正"), now)
    _must_stand(db, old)
    return who, held, old


def _must_stand(db: Session, speech: Speech) -> None:
    """Raises `AlreadyDone` for a remark that was corrected or taken back."""
    later = db.scalar(select(Speech.id).where(Speech.supersedes_id == speech.id))
    if later is not None or not speech.text:
        raise AlreadyDone("この発言の記録は、既に訂正されたか、取り消されています。")


def _place_ahead(db: Session, item: int, before: int) -> int:
    """Return the place of the remark that stands directly ahead of another at the item; 0: none does. Raises
    `NotFound`, `AlreadyDone`."""
    following = db.get(Speech, before)
    if following is None or following.item_id != item:
        raise NotFound("発言", str(before))
    _must_stand(db, following)
    rows = db.execute(select(Speech.place, Speech.follows).where(Speech.item_id == item).distinct())
    order = in_order((place, follows) for place, follows in rows)
    return ([0, *order])[order.index(following.place)]


def _write(db: Session, who: Actor, held: Meeting, spoken: Spoken, now: datetime, **where: int | None) -> int:
    """Raises `BadInput`."""
    row = {
        **where,
        "speaker": spoken.speaker,
        "member_id": _member(db, held, spoken.member) if spoken.speaker is Speaker.MEMBER else None,
        "name": a_line("説明者・関係者の職と氏名", spoken.name) if spoken.speaker is Speaker.GUEST else "",
        "text": spoken.text.strip(),
        "recorded_by": who.id,
        "recorded_at": now,
    }
    return db.scalars(insert(Speech).returning(Speech.id), row).one()


def _member(db: Session, held: Meeting, key: str) -> int:
    for seat in seats(db, held.body_key, tokyo_day(held.starts_at)):
        if seat.key == key:
            return seat.person_id
    raise BadInput(
        "発言者", say("「{key}」は開催日の委員ではありません", key=key), "名簿と任期を確かめてください。"
    )


def _must_be_in_order(
    held: Meeting, arrived_at: datetime | None, left_at: datetime | None, now: datetime
) -> None:
    """Raises `BadInput`."""
    begun = arrived_at or held.starts_at
    for at in (each for each in (arrived_at, left_at) if each is not None):
        if not held.starts_at <= at <= now or at < begun:
            raise BadInput(
                "遅参・退席",
                say("{at} は、開会より前か、これからか、来た時刻より前です", at=shown_moment(at)),
                "開会の後の時刻を、来た順に入力してください。",
            )


def _record(
    db: Session, tag: Tag, who: Actor, held: Meeting, now: datetime, reason: str, **data: Any
) -> None:
    """Append the event; a correction after the meeting says why."""
    why: dict[str, Any] = {"reason": reason} if held.status == MeetingStatus.CLOSED else {}
    record(db, tag, at=now, by=who.id, meeting=held.id, **data, **why)
