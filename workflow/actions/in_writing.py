"""Use cases on a 持ち回り: why it is held and what is asked, the consent to it, a longer time to answer, and answers that
come too late."""

from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from workflow.actions.items import Sitting
from workflow.actions.meetings import meeting_taking_items, must_be_open, open_meeting
from workflow.domain.calendar import shown_moment, tokyo_day
from workflow.domain.errors import BadInput, NotFound, NotNow
from workflow.domain.events import Tag
from workflow.domain.language import say
from workflow.domain.meetings import HeldMeeting, MeetingForm
from workflow.domain.rights import Act, Actor
from workflow.domain.validation import some_text
from workflow.domain.votes import Choice
from workflow.queries.actor import actor
from workflow.queries.bodies import body_rule, places_of, seats
from workflow.queries.in_writing import Consent, consent
from workflow.queries.people import is_deputy_of, person_id
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import LateAnswer, Meeting, WrittenConsent, WrittenTerms


def explain_writing(office: Office, by: str, meeting: int, why: str, asks: str, *, now: datetime) -> None:
    """Say why a meeting is held as a 持ち回り (国土審議会運営規則 3条: only when there is no time to meet) and what its members
    are asked for; the letters say both. Again replaces it; the log keeps the earlier words.

    Raises `BadInput` (a text is missing), `NotNow` (no 持ち回り, or over), `NotAllowed`, `NotFound`.
    """
    some_text("持ち回りとする理由", why)
    some_text("求める内容", asks)
    doing = say("持ち回りの理由の記入")
    with office.writing() as db:
        who, held = meeting_taking_items(db, by, meeting, doing, now)
        _must_be_in_writing(held, doing)
        db.execute(delete(WrittenTerms).where(WrittenTerms.meeting_id == meeting))
        why, asks = why.strip(), asks.strip()
        db.execute(insert(WrittenTerms).values(meeting_id=meeting, why=why, asks=asks))
        record(db, Tag.WRITTEN_TERMS_SET, at=now, by=who.id, meeting=meeting, why=why, asks=asks)


def extend_answering(
    office: Office, by: str, meeting: int, ends_at: datetime, reason: str, *, now: datetime
) -> None:
    """Give the members of a 持ち回り longer to answer, also once its last moment has passed. Everybody invited is notified;
    an answer that came too late has to be given again.

    Raises `BadInput` (no reason; not later than now and than before), `NotNow` (no 持ち回り, not begun, or over),
    `NotAllowed`, `NotFound`.
    """
    some_text("延長の理由", reason)
    doing = say("回答期限の延長")
    with office.writing() as db:
        who, held = open_meeting(db, by, meeting, doing, Act.CALL_MEETING, now)
        _must_be_in_writing(held, doing)
        if held.starts_at > now:
            raise NotNow(doing, held.title, "まだ始まっていません。日時の変更をしてください。")
        if ends_at <= max(now, held.ends_at):
            raise BadInput(
                "回答期限",
                say("{at} は、いまの期限より後ではありません", at=shown_moment(ends_at)),
                say("{at} より後の、これからの日時を指定してください。", at=shown_moment(held.ends_at)),
            )
        was, sequence = held.ends_at, held.sequence + 1
        db.execute(update(Meeting).where(Meeting.id == meeting).values(ends_at=ends_at, sequence=sequence))
        record(
            db,
            Tag.MEETING_MOVED,
            at=now,
            by=who.id,
            meeting=meeting,
            reason=reason,
            sequence=sequence,
            was=was.isoformat(),
            starts_at=held.starts_at.isoformat(),
            ends_at=ends_at.isoformat(),
            place=held.place,
        )


def give_consent(
    office: Office, by: str, meeting: int, *, agrees: bool, member: str | None = None, now: datetime
) -> None:
    """Answer whether the body shall proceed in writing, as a member or for the `member` whose deputy one is. Again replaces
    it, until the last moment of the 持ち回り.

    Raises `NotNow` (no 持ち回り, its body does not ask, not begun, over), `NotAllowed` (no member on the day of the meeting and
    today, or no deputy), `NotFound`.
    """
    doing = say("持ち回りへの同意")
    with office.writing() as db:
        who, held = actor(db, by, tokyo_day(now)), db.get(Meeting, meeting)
        if held is None:
            raise NotFound("会議", str(meeting))
        seat = person_id(db, member) if member else who.id
        _must_sit(db, who, held, seat)
        must_be_open(held, doing)
        _must_be_in_writing(held, doing)
        if not body_rule(db, held.body_key).written_consent:
            raise NotNow(
                doing, held.title, "この会議体では、先に同意を求めません。そのまま回答してください。"
            )
        if not held.starts_at <= now < held.ends_at:
            raise NotNow(
                doing,
                held.title,
                say(
                    "{begins} から {ends} までの間に答えてください。",
                    begins=shown_moment(held.starts_at),
                    ends=shown_moment(held.ends_at),
                ),
            )
        last = select(func.max(WrittenConsent.turn)).where(
            WrittenConsent.meeting_id == meeting, WrittenConsent.member_id == seat
        )
        db.execute(
            insert(WrittenConsent).values(
                meeting_id=meeting,
                member_id=seat,
                turn=(db.scalar(last) or 0) + 1,
                agrees=agrees,
                given_by=who.id,
                given_at=now,
            )
        )
        record(db, Tag.CONSENT_GIVEN, at=now, by=who.id, meeting=meeting, member=seat, agrees=agrees)


def must_have_consented(db: Session, sitting: Sitting) -> None:
    """Raises `NotNow` while the body's rule asks its members first, and more than half have not agreed."""
    if not (sitting.in_writing and sitting.body.written_consent):
        return
    given = consent(db, sitting.meeting.id, sitting.body.key, sitting.day)
    if not given.reached:
        raise NotNow("回答", sitting.meeting.title, _not_agreed(given))


def answer_late(
    db: Session, who: Actor, sitting: Sitting, seat: int, choice: Choice, remark: str, now: datetime
) -> None:
    """Keep an answer that came after the last moment. It is shown to the 事務局, and never counted."""
    said = {"choice": choice, "remark": remark.strip() or None}
    db.execute(
        insert(LateAnswer).values(
            item_id=sitting.item.id, member_id=seat, given_by=who.id, given_at=now, **said
        )
    )
    record(
        db,
        Tag.ANSWERED_LATE,
        at=now,
        by=who.id,
        plan=sitting.plan.id,
        meeting=sitting.meeting.id,
        item=sitting.item.id,
        member=seat,
        choice=choice,
    )


def _not_agreed(given: Consent) -> str:
    return say(
        "持ち回りで諮ることに、委員の過半数の同意がまだありません（同意 {agreed} 人・委員 {members} 人）。",
        agreed=given.agreed,
        members=given.members,
    )


def _must_be_in_writing(held: HeldMeeting, doing: str) -> None:
    if held.form != MeetingForm.IN_WRITING:
        raise NotNow(doing, held.title, "この会議は持ち回りではありません。")


def _must_sit(db: Session, who: Actor, held: HeldMeeting, seat: int) -> None:
    """Raises `NotAllowed` unless the seat is one of the meeting's day and theirs to answer from today."""
    day = tokyo_day(held.starts_at)
    if seat not in {each.person_id for each in seats(db, held.body_key, day)}:
        who.refuse(Act.VOTE)
    if seat != who.id and not is_deputy_of(db, who.id, seat, day):
        who.refuse(Act.VOTE)
    if seat not in places_of(db, who, held.body_key):
        who.refuse(Act.VOTE, ended=True)
