"""Use cases on open meetings (会議公開): close a meeting or an item to the public, open it again, publish minutes and
withdraw them."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from definitions.chain import Publishes
from workflow.actions.agenda import known_item
from workflow.actions.meetings import held_by_right, refuse_at, still_listed
from workflow.domain.errors import AlreadyDone, BadInput, NotFound, NotNow
from workflow.domain.events import Tag
from workflow.domain.language import label, say
from workflow.domain.meetings import NEVER_CALLED, MeetingStatus, Purpose
from workflow.domain.minutes import MinutesKind
from workflow.domain.open_meetings import Closed
from workflow.domain.rights import Act, Actor
from workflow.domain.validation import a_line, some_text
from workflow.queries.bodies import body_rule
from workflow.queries.minutes import minutes_versions
from workflow.queries.open_meetings import closings, published_minutes
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import AgendaItem, Closing, Meeting, MinutesText, Plan, Publication


def close_to_public(
    office: Office, by: str, meeting: int, reason: str, basis: str, *, item: int | None = None, now: datetime
) -> None:
    """Record the decision that a meeting is closed to the public, or one item of it, with the provision it rests on (条例第7条
    第3号). Minutes that were published are withdrawn: somebody must read them again first.

    Raises `BadInput`, `AlreadyDone` (it is closed), `NotNow` (the body's meetings are not open), `NotAllowed`, `NotFound`.
    """
    some_text("非公開の理由", reason)
    a_line("非公開の根拠", basis)
    with office.writing() as db:
        who, held, title = _decided_about(db, by, meeting, item, say("非公開の決定の記録"), now)
        if _is_closed(db, meeting, item):
            raise AlreadyDone("既に非公開です。")
        _close(db, who, held, item, title, Closed(reason, basis), now)


def open_to_public(
    office: Office, by: str, meeting: int, reason: str, *, item: int | None = None, now: datetime
) -> None:
    """Record the decision that a meeting, or an item of it, that was closed is open after all. The earlier decision stays on
    record. Raises `AlreadyDone` (it is open), and as `close_to_public`."""
    some_text("公開する理由", reason)
    with office.writing() as db:
        who, held, title = _decided_about(db, by, meeting, item, say("公開の決定の記録"), now)
        if not _is_closed(db, meeting, item):
            raise AlreadyDone("既に公開です。")
        _decide(db, who, held, item, False, reason, "", now)
        record(
            db, Tag.OPENED_TO_PUBLIC, at=now, by=who.id, meeting=meeting,
            item=item, title=title, reason=reason, basis="",
        )  # fmt: skip


def keep_closed(db: Session, who: Actor, held: Meeting, item: int, closed: Closed, now: datetime) -> None:
    """Keep an item closed that was closed at another meeting, now that it is on the agenda of this one. Raises `NotFound`."""
    _close(db, who, held, item, _title(db, known_item(db, item)), closed, now)


def publish_minutes(
    office: Office,
    by: str,
    meeting: int,
    kind: MinutesKind,
    version: int,
    *,
    read: bool = False,
    now: datetime,
) -> None:
    """Publish the final version of a text of the meeting's minutes. Where an item is closed, the person says that they `read`
    it: the text tells nothing of what was closed.

    Raises `AlreadyDone` (published, or a newer version is final), `NotNow` (not final, closed, or not read), `NotAllowed`,
    `NotFound`.
    """
    with office.writing() as db:
        who, held = held_by_right(db, by, meeting, Act.OPEN_MEETINGS, now)
        doing, closed = say("{kind}の公開", kind=label(kind)), closings(db, meeting)
        _must_be_open_body(db, held, doing)
        _must_have_been_called(held, doing)
        final = next(
            (each for each in minutes_versions(db, meeting, drafts=False) if each.kind is kind), None
        )
        if final is None:
            raise NotNow(doing, held.title, say("{kind}はまだ確定していません。", kind=label(kind)))
        if final.version != version:
            raise AlreadyDone(
                say("{kind}が新しい版になりました。画面を開き直して、読み直してください。", kind=label(kind))
            )
        if closed.meeting:
            raise NotNow(doing, held.title, say("この会議は非公開です。"))
        if closed.items and not read:
            raise NotNow(
                doing, held.title, say("非公開の議題があります。{kind}を読み、非公開の内容がないことを確かめてください。", kind=label(kind))
            )  # fmt: skip
        if any(each.kind is kind and each.version == version for each in published_minutes(db, meeting)):
            raise AlreadyDone(say("この{kind}は既に公開されています。", kind=label(kind)))
        _publish(db, who.id, _version(db, meeting, kind, version), True, "", now)
        _record(db, Tag.MINUTES_PUBLISHED, who.id, meeting, kind, version, now)


def withdraw_minutes(
    office: Office, by: str, meeting: int, kind: MinutesKind, reason: str, *, now: datetime
) -> None:
    """Withdraw a text of the meeting's minutes from publication. Raises `BadInput`, `NotNow` (it is not published),
    `NotAllowed`, `NotFound`."""
    some_text("公開を取りやめる理由", reason)
    with office.writing() as db:
        who, held = held_by_right(db, by, meeting, Act.OPEN_MEETINGS, now)
        found = next((each for each in published_minutes(db, meeting) if each.kind is kind), None)
        if found is None:
            raise NotNow("公開の取りやめ", held.title, say("{kind}は公開されていません。", kind=label(kind)))
        _publish(db, who.id, _version(db, meeting, kind, found.version), False, reason, now)
        _record(db, Tag.MINUTES_UNPUBLISHED, who.id, meeting, kind, found.version, now, reason=reason)


def publish_by_rule(db: Session, by: int, held: Meeting, text: MinutesText, *, now: datetime) -> None:
    """Publish minutes that were just confirmed, where the rule of the body says so and nothing of the meeting is closed."""
    rule = body_rule(db, held.body_key)
    if not rule.public or rule.publishes is not Publishes.ON_CONFIRMATION or closings(db, held.id).any:
        return
    _publish(db, by, text, True, "", now)
    _record(db, Tag.MINUTES_PUBLISHED, by, held.id, MinutesKind(text.kind), text.version, now)


def _close(
    db: Session, who: Actor, held: Meeting, item: int | None, title: str, why: Closed, now: datetime
) -> None:
    _decide(db, who, held, item, True, why.reason, why.basis, now)
    for text in published_minutes(db, held.id):
        _publish(db, who.id, _version(db, held.id, text.kind, text.version), False, why.reason, now)
    record(
        db, Tag.CLOSED_TO_PUBLIC, at=now, by=who.id, meeting=held.id,
        item=item, title=title, reason=why.reason, basis=why.basis,
    )  # fmt: skip


def _decided_about(
    db: Session, by: str, meeting: int, item: int | None, doing: str, now: datetime
) -> tuple[Actor, Meeting, str]:
    """The person with the right to it, the meeting, and the title of the item; empty for the meeting itself. Raises
    `NotFound`, `NotAllowed`, `NotNow`, `BadInput`."""
    who, held = held_by_right(db, by, meeting, Act.OPEN_MEETINGS, now)
    _must_be_open_body(db, held, doing)
    if held.status == MeetingStatus.DISCARDED:
        refuse_at(held, doing)
    if item is None:
        return who, held, ""
    listed = known_item(db, item)
    if listed.meeting_id != meeting:
        raise NotFound("この会議の議題", str(item))
    still_listed(item, listed.removed_why)
    if listed.purpose == Purpose.HEADING:
        raise BadInput("議題", "見出しです", "その下の議題を選んでください。")
    return who, held, _title(db, listed)


def _title(db: Session, item: AgendaItem) -> str:
    plan = db.get(Plan, item.plan_id) if item.plan_id is not None else None
    return item.title or (plan.title if plan else "")


def _must_be_open_body(db: Session, held: Meeting, doing: str) -> None:
    """Raises `NotNow` for a body whose meetings are not open."""
    if not body_rule(db, held.body_key).public:
        raise NotNow(doing, held.title, "この会議体の会議は、公開する定めになっていません。")


def _must_have_been_called(held: Meeting, doing: str) -> None:
    """Raises `NotNow` for a meeting that citizens do not know of."""
    if held.status in NEVER_CALLED:
        refuse_at(held, doing)


def _is_closed(db: Session, meeting: int, item: int | None) -> bool:
    found = closings(db, meeting)
    return found.meeting is not None if item is None else item in found.items


def _decide(
    db: Session,
    who: Actor,
    held: Meeting,
    item: int | None,
    closed: bool,
    reason: str,
    basis: str,
    now: datetime,
) -> None:
    row = {
        "meeting_id": held.id,
        "item_id": item,
        "closed": closed,
        "reason": reason,
        "basis": basis,
        "recorded_by": who.id,
        "recorded_at": now,
    }
    db.execute(insert(Closing).values(row))


def _version(db: Session, meeting: int, kind: MinutesKind, version: int) -> MinutesText:
    mine = (MinutesText.meeting_id == meeting) & (MinutesText.kind == kind)
    return db.scalars(select(MinutesText).where(mine, MinutesText.version == version)).one()


def _publish(db: Session, by: int, text: MinutesText, published: bool, reason: str, now: datetime) -> None:
    row = {"text_id": text.id, "published": published, "reason": reason, "done_by": by, "done_at": now}
    db.execute(insert(Publication).values(row))


def _record(
    db: Session, tag: Tag, by: int, meeting: int, kind: MinutesKind, version: int, now: datetime, **data: Any
) -> None:
    record(db, tag, at=now, by=by, meeting=meeting, text=kind, version=version, **data)
