"""Use cases on answers to the invitation to a meeting: by the member, their deputy or the 事務局, and by the link in a
mail, which needs no sign-in.

The link's token is made each time a mail is written (see `mint_rsvp_link`), so that it stands nowhere but in the mail.
It is good until the meeting is over or cancelled, the member leaves the body, or somebody revokes it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from workflow.actions.meetings import held_by_right
from workflow.actions.minted_links import MintedLink
from workflow.actions.random_tokens import new_token, sha256
from workflow.actions.rate_limits import QUARTER
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import BadInput, NotFound, NotNow, ReplyNotTaken, RsvpLinkUnusable, TooManyTries
from workflow.domain.events import Tag
from workflow.domain.language import label, say
from workflow.domain.meetings import MeetingStatus
from workflow.domain.rights import Act, Actor
from workflow.domain.rsvp import CalendarReply, Intent, Way, why_no_rsvp
from workflow.domain.validation import a_line, a_text
from workflow.queries.actor import actor
from workflow.queries.attendance import Named
from workflow.queries.meetings import MeetingFact
from workflow.queries.meetings import meeting as meeting_of
from workflow.queries.people import person_id
from workflow.queries.rsvp import Answer, Invited, invited, invited_person
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import Rsvp, RsvpLink, SetAsideMail

SET_ASIDE_KEPT = 200

ANSWERS_AT_ONCE = 10
"""Answers of one member to one meeting within a quarter of an hour; no more are taken."""


@dataclass(frozen=True, slots=True)
class GivenRsvp:
    """An answer as it was given: `deputy` is the key of a registered deputy, `deputy_name` the name of another."""

    intent: Intent
    deputy: str = ""
    deputy_name: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class LinkedRsvp:
    """The meeting and the member of a mailed link."""

    meeting: MeetingFact
    member: Invited


def give_rsvp(
    office: Office, by: str, meeting: int, reply: GivenRsvp, *, member: str | None = None, now: datetime
) -> None:
    """Answer the invitation to a meeting: one's own, that of a `member` whose deputy one is, or as the 事務局 what a
    member told. The newest answer counts; the same again changes nothing.

    Raises `NotAllowed`, `BadInput` (no member that day; a deputy who is none of theirs, or not named), `NotNow` (begun,
    cancelled or in writing), `TooManyTries`, `NotFound`.
    """
    with office.writing() as db:
        who, held = actor(db, by, tokyo_day(now)), meeting_of(db, meeting)
        target = _target(invited(db, held), who, held, member)
        way = _way(who, held, target)
        _write(db, held, target, reply, way, who.id, now)


def give_rsvp_by_link(office: Office, token: str, reply: GivenRsvp, *, now: datetime) -> None:
    """Answer by the link in a mail. Raises `RsvpLinkUnusable`, and as `give_rsvp`."""
    with office.writing() as db:
        linked = linked_rsvp(db, token, now)
        _write(db, linked.meeting, linked.member, reply, Way.LINK, linked.member.seat.person_id, now)


def give_rsvp_by_calendar(office: Office, reply: CalendarReply, *, now: datetime) -> None:
    """Take the answer of a member's calendar. It counts for the meeting as the calendar knows it, and unless another
    answer was given since.

    Raises `ReplyNotTaken`, and as `give_rsvp`.
    """
    with office.writing() as db:
        try:
            held = meeting_of(db, reply.meeting)
        except NotFound:
            raise ReplyNotTaken("その会議はありません") from None
        found = [each for each in invited(db, held) if each.seat.email.casefold() == reply.attendee]
        if len(found) != 1:
            raise ReplyNotTaken(
                say("「{meeting}」に招かれた委員の電子メールではありません", meeting=held.title)
            )
        at = reply.starts_at
        if at != held.starts_at if at else reply.sequence != held.sequence:
            raise ReplyNotTaken(say("「{meeting}」の変更前の日時への回答です", meeting=held.title))
        answer = found[0].answer
        if answer and reply.stamped_at and reply.stamped_at < answer.at and answer.intent != reply.intent:
            raise ReplyNotTaken(say("その後に、別の回答（{answer}）があります", answer=label(answer.intent)))
        given = GivenRsvp(reply.intent, remark=reply.remark)
        _write(db, held, found[0], given, Way.CALENDAR, found[0].seat.person_id, now)


def set_mail_aside(office: Office, sender: str, subject: str, why: str, *, now: datetime) -> None:
    """Note a mail of the inbox whose answer was not taken. The newest `SET_ASIDE_KEPT` notes are kept."""
    with office.writing() as db:
        row = {"sender": sender[:200], "subject": subject[:200], "why": why, "at": now}
        number = db.scalars(insert(SetAsideMail).returning(SetAsideMail.id), row).one()
        db.execute(delete(SetAsideMail).where(SetAsideMail.id <= number - SET_ASIDE_KEPT))


def linked_rsvp(db: Session, token: str, now: datetime) -> LinkedRsvp:
    """Return the meeting and the member of a mailed link; nothing is changed by it. Raises `RsvpLinkUnusable`."""
    row = db.get(RsvpLink, sha256(token))
    if row is None:
        raise RsvpLinkUnusable(
            "このリンクは使えません。新しいメールが届いているときは、そのリンクを開いてください"
        )
    held = meeting_of(db, row.meeting_id)
    if held.status is MeetingStatus.CANCELLED:
        raise RsvpLinkUnusable(say("「{meeting}」は中止になりました", meeting=held.title))
    if held.status is MeetingStatus.CLOSED or held.ends_at <= now:
        raise RsvpLinkUnusable(say("「{meeting}」は終わりました", meeting=held.title))
    member = invited_person(db, held, row.member_id)
    if member is None:
        raise RsvpLinkUnusable("このリンクは、異動や任期の終わりのため使えません")
    return LinkedRsvp(held, member)


def mint_rsvp_link(meeting: int, member: int, now: datetime) -> MintedLink:
    """Return a new token for the member to answer by. For the writer of their mail only, each time it is written."""
    values = {"meeting_id": meeting, "member_id": member, "made_at": now}
    return MintedLink(new_token(), "rsvp_link", values)


def revoke_rsvp_links(
    office: Office, by: str, meeting: int, member: str | None = None, *, now: datetime
) -> int:
    """Revoke the links that were mailed for a meeting, to one member or to all, and return how many. Mails sent later
    have links of their own. Raises `NotAllowed`, `NotFound`."""
    with office.writing() as db:
        who, held = held_by_right(db, by, meeting, Act.CALL_MEETING, now)
        which = RsvpLink.meeting_id == held.id
        if member is not None:
            which &= RsvpLink.member_id == person_id(db, member)
        ended = db.execute(delete(RsvpLink).where(which))
        count: int = ended.rowcount  # type: ignore[attr-defined]
        record(db, Tag.RSVP_LINKS_REVOKED, at=now, by=who.id, meeting=meeting, person=member, links=count)
        return count


def end_rsvp_links(db: Session, person: int) -> int:
    """End every link to answer by that was mailed to the person, and return how many."""
    ended = db.execute(delete(RsvpLink).where(RsvpLink.member_id == person))
    return ended.rowcount  # type: ignore[attr-defined, no-any-return]


def _target(members: list[Invited], who: Actor, held: MeetingFact, member: str | None) -> Invited:
    """Return the member whose answer it is. Raises `NotAllowed`, `BadInput`."""
    key = member or who.key
    found = next((each for each in members if each.seat.key == key), None)
    if found is not None:
        return found
    if member is None and not who.may(Act.CALL_MEETING, body=held.body_key):
        who.refuse(Act.RSVP)
    raise BadInput(
        "出欠の回答",
        say("「{key}」は開催日の委員ではありません", key=key),
        "開催日に任期のある委員を選んでください。",
    )


def _way(who: Actor, held: MeetingFact, target: Invited) -> Way:
    """Return the way of an answer that the person gives for that member. Raises `NotAllowed`."""
    who.require_service()
    if target.seat.person_id == who.id or target.seat.person_id in who.principals:
        return Way.PAGE
    if not who.may(Act.CALL_MEETING, body=held.body_key):
        who.refuse(Act.RSVP)
    return Way.ENTERED


def _write(
    db: Session, held: MeetingFact, target: Invited, reply: GivenRsvp, way: Way, by: int, now: datetime
) -> None:
    why = why_no_rsvp(held, now)
    if why:
        raise NotNow("出欠の回答", held.title, why)
    deputy, deputy_name = _deputy(target, reply)
    remark = a_text("伝言", reply.remark).strip()
    if _is_same(target.answer, (reply.intent, deputy.key if deputy else None, deputy_name, remark)):
        return
    _not_too_many(db, held, target, now)
    row = {
        "meeting_id": held.id,
        "member_id": target.seat.person_id,
        "starts_at": held.starts_at,
        "intent": reply.intent,
        "deputy_id": deputy.id if deputy else None,
        "deputy_name": "" if deputy else deputy_name,
        "remark": remark,
        "way": way,
        "given_by": by,
        "given_at": now,
    }
    number = db.scalars(insert(Rsvp).returning(Rsvp.id), row).one()
    # The remark stays out of the log, which everybody reads: it may say that somebody is ill.
    told: dict[str, Any] = {"person": target.seat.key, "intent": reply.intent, "way": way, "rsvp": number}
    record(db, Tag.RSVP_GIVEN, at=now, by=by, meeting=held.id, **told)


def _deputy(target: Invited, reply: GivenRsvp) -> tuple[Named | None, str]:
    """Return the registered deputy who comes, and the name of whoever does; neither unless somebody comes for the
    member. Raises `BadInput`."""
    if reply.intent is not Intent.BY_DEPUTY:
        return None, ""
    if reply.deputy and reply.deputy_name.strip():
        raise BadInput(
            "代理出席",
            "代理の方が二人になっています",
            "届け出た代理者を選ぶか、氏名を書くか、どちらか一方にしてください。",
        )
    if reply.deputy:
        found = next((each for each in target.deputies if each.key == reply.deputy), None)
        if found is None:
            raise BadInput(
                "代理出席",
                say(
                    "「{deputy}」は{member}さんの代理者として届けられていません",
                    deputy=reply.deputy,
                    member=target.seat.name,
                ),
                "届けられた代理者を選ぶか、代理の方の氏名を書いてください。",
            )
        return found, found.name
    if not reply.deputy_name.strip():
        raise BadInput("代理出席", "代理の方が分かりません", "代理の方を選ぶか、氏名を書いてください。")
    return None, a_line("代理の方の氏名", reply.deputy_name)


def _is_same(answer: Answer | None, given: tuple[Intent, str | None, str, str]) -> bool:
    return answer is not None and (answer.intent, answer.deputy_key, answer.deputy, answer.remark) == given


def _not_too_many(db: Session, held: MeetingFact, target: Invited, now: datetime) -> None:
    """Raises `TooManyTries` once a member has answered too often within a short time."""
    recent = select(func.count(), func.min(Rsvp.given_at)).where(
        Rsvp.meeting_id == held.id,
        Rsvp.member_id == target.seat.person_id,
        Rsvp.given_at > now - QUARTER,
    )
    count, first = db.execute(recent).one()
    if count >= ANSWERS_AT_ONCE:
        raise TooManyTries(first + QUARTER)
