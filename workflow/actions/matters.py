"""Use cases on items of an agenda that are put at no gate: headings, matters of the body's own, interim reports on a
plan; what came of them, and the minutes planned for any item."""

from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from workflow.actions.agenda import known_item, place_on
from workflow.actions.meetings import held_by_right, meeting_taking_items, must_have_begun, still_listed
from workflow.actions.minutes_texts import mark_approved
from workflow.domain.errors import BadInput
from workflow.domain.events import Tag
from workflow.domain.matters import must_be_minutes
from workflow.domain.meetings import MeetingStatus, Purpose
from workflow.domain.rights import Act, Actor
from workflow.domain.validation import a_line, some_text
from workflow.queries.reading_rights import plan_to_read
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import AgendaItem, Meeting


def list_matter(
    office: Office,
    by: str,
    meeting: int,
    title: str,
    *,
    plan: str | None = None,
    heading: bool = False,
    planned_minutes: int | None = None,
    after: int | None = None,
    now: datetime,
) -> int:
    """Put a matter on the agenda that is at no gate, and return the item's number: with a `plan`, an interim report on it
    (中間報告); a `heading` stands over the items that follow it. It goes after the item `after`; left out, to the end.

    Raises `BadInput` (no title, the minutes, a heading with a plan or minutes; no such item to go after), `NotNow`, `NotAllowed` (also to read the
    plan), `NotFound`.
    """
    a_line("議題", title)
    must_be_minutes(planned_minutes)
    if heading and (plan is not None or planned_minutes is not None):
        raise BadInput("見出し", "計画や予定時間は付けられません", "議題として載せてください。")
    purpose = Purpose.HEADING if heading else Purpose.INTERIM if plan is not None else Purpose.MATTER
    with office.writing() as db:
        who, held = meeting_taking_items(db, by, meeting, "議題の設定", now)
        about = plan_to_read(db, who, plan).id if plan is not None else None
        return put_matter(db, who, held, about, purpose, title.strip(), planned_minutes, now, after=after)


def put_matter(
    db: Session,
    who: Actor,
    held: Meeting,
    plan: int | None,
    purpose: Purpose,
    title: str,
    planned_minutes: int | None,
    now: datetime,
    *,
    after: int | None = None,
) -> int:
    """Put a matter on the agenda of a meeting that takes items, and return the item's number."""
    row = {
        "meeting_id": held.id,
        "position": place_on(db, held.id, after),
        "plan_id": plan,
        "purpose": purpose,
        "title": title,
        "planned_minutes": planned_minutes,
    }
    item = db.scalars(insert(AgendaItem).returning(AgendaItem.id), row).one()
    record(
        db, Tag.ITEM_LISTED, at=now, by=who.id, plan=plan, meeting=held.id, item=item, purpose=purpose,
        title=title, **({} if after is None else {"after": after}),
    )  # fmt: skip
    return item


def plan_minutes(office: Office, by: str, item: int, minutes: int | None, *, now: datetime) -> None:
    """Plan how many minutes an item of the agenda will take; None: not planned. Raises `BadInput`, `NotNow`, `NotAllowed`,
    `NotFound`."""
    must_be_minutes(minutes)
    with office.writing() as db:
        listed = known_item(db, item)
        who, held = meeting_taking_items(db, by, listed.meeting_id, "予定時間の設定", now)
        still_listed(item, listed.removed_why)
        if listed.purpose == Purpose.HEADING:
            raise BadInput("予定時間", "見出しには付けられません", "その下の議題に付けてください。")
        db.execute(update(AgendaItem).where(AgendaItem.id == item).values(planned_minutes=minutes))
        record(
            db,
            Tag.ITEM_TIMED,
            at=now,
            by=who.id,
            plan=listed.plan_id,
            meeting=held.id,
            item=item,
            minutes=minutes,
        )


def record_result(
    office: Office,
    by: str,
    item: int,
    result: str,
    *,
    approved: bool = True,
    reason: str = "",
    now: datetime,
) -> None:
    """Record in words what came of an item at no gate. Once the meeting is closed it is a correction, with a `reason`; the
    log keeps the earlier words. Of an item that puts minutes to approval, `approved` says whether they were.

    Raises `BadInput` (no words, an item at a gate, a heading; a correction without a reason), `NotNow` (not begun, cancelled,
    taken off), `NotAllowed`, `NotFound`.
    """
    some_text("結果", result)
    with office.writing() as db:
        listed = known_item(db, item)
        who, held = held_by_right(db, by, listed.meeting_id, Act.RECORD_OUTCOME, now)
        still_listed(item, listed.removed_why)
        _takes_words(listed)
        must_have_begun(held, "結果の記録", now)
        correcting, was = held.status == MeetingStatus.CLOSED, listed.result
        if correcting:
            some_text("訂正の理由", reason)
        db.execute(update(AgendaItem).where(AgendaItem.id == item).values(result=result.strip()))
        if listed.approves_id is not None:
            mark_approved(db, listed.approves_id, approved=approved)
        record(
            db,
            Tag.RESULT_RECORDED,
            at=now,
            by=who.id,
            plan=listed.plan_id,
            meeting=held.id,
            item=item,
            title=listed.title,
            result=result.strip(),
            **({} if listed.approves_id is None else {"approved": approved}),
            **({"was": was, "reason": reason} if correcting else {}),
        )


def _takes_words(listed: AgendaItem) -> None:
    """Raises `BadInput` for an item whose outcome answers at a gate, and for a heading."""
    purpose = Purpose(listed.purpose)
    if purpose.at_gate:
        raise BadInput(
            "結果",
            "手続の議題の結果は、言葉では記録できません",
            "了承・報告済などの結果を選んで記録してください。",
        )
    if purpose is Purpose.HEADING:
        raise BadInput("結果", "見出しには記録できません", "その下の議題に記録してください。")
