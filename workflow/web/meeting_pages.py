"""Meetings: the list, one meeting with its agenda, attendance and outcomes on one page; 持ち回り; the log."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from definitions.terms import Outcome
from workflow import engine
from workflow.calendar import tokyo_day
from workflow.engine import Choice, MeetingStatus, Purpose, Seated
from workflow.engine import Form as MeetingForm
from workflow.engine.decisions import allowed_outcomes
from workflow.errors import NotFound
from workflow.facts import chain_of
from workflow.people import seats
from workflow.records import (
    AgendaItem,
    Attendance,
    BodyRecord,
    Decision,
    Meeting,
    Plan,
    Version,
)
from workflow.rights import Act, actor
from workflow.web.doors import Filled, Open, Reader, Writer, go, needs, page

router = APIRouter()


@router.get("/meetings", openapi_extra=needs(Open.SIGNED_IN))
def meetings(request: Request, who: Reader) -> Response:
    with who.office.reading() as db:
        rows = db.execute(
            select(Meeting, BodyRecord.name)
            .join(BodyRecord, BodyRecord.key == Meeting.body_key)
            .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
            .limit(200)
        ).all()
        coming = [row for row in rows if row[0].starts_at > who.now][::-1]
        past = [row for row in rows if row[0].starts_at <= who.now]
    return page(request, "meetings.html", who=who, coming=coming, past=past, Status=MeetingStatus)


@router.get("/meetings/{number}", openapi_extra=needs(Open.SIGNED_IN))
def meeting(request: Request, who: Reader, number: int) -> Response:
    with who.office.reading() as db:
        held = db.get(Meeting, number)
        if held is None:
            raise NotFound("会議", str(number))
        body = db.get_one(BodyRecord, held.body_key)
        chain = chain_of(db, body.chain_sha256)
        rule = chain.body(held.body_key)
        person = actor(db, who.key, tokyo_day(who.now))
        shown: dict[str, Any] = {
            "body": body,
            "rule": rule,
            "items": _items(db, number),
            "members": seats(db, held.body_key, tokyo_day(held.starts_at)),
            "there": {
                row.member_id: row
                for row in db.scalars(select(Attendance).where(Attendance.meeting_id == number))
            },
            "may_record": person.may(Act.RECORD_OUTCOME, body=held.body_key),
            "may_attend": person.may(Act.ENTER_ATTENDANCE, body=held.body_key),
            "may_vote": person.may(Act.VOTE, body=held.body_key),
            "answers": {purpose.value: allowed_outcomes(purpose, rule) for purpose in Purpose},
        }
    return page(
        request,
        "meeting.html",
        who=who,
        meeting=held,
        form=MeetingForm(held.form),
        status=MeetingStatus(held.status),
        Choice=Choice,
        Outcome=Outcome,
        **shown,
    )


@router.post("/meetings/{number}/attendance", openapi_extra=needs(Act.ENTER_ATTENDANCE))
def attendance(who: Writer, number: int, form: Filled) -> Response:
    there = {
        key.removeprefix("there-"): Seated(present=value == "yes")
        for key, value in form.items()
        if key.startswith("there-") and value in ("yes", "no")
    }
    engine.enter_attendance(who.office, who.key, number, there, now=who.now)
    return go(f"/meetings/{number}")


@router.post("/meetings/{number}/outcomes", openapi_extra=needs(Act.RECORD_OUTCOME))
def outcomes(who: Writer, number: int, form: Filled) -> Response:
    """The outcomes of the whole meeting, those that were filled in, in the order of the agenda."""
    with who.office.reading() as db:
        items = [row.id for row in _items(db, number)]
    for item in items:
        chosen = str(form.get(f"outcome-{item}", ""))
        if chosen in set(Outcome):
            conditions = [line.strip() for line in str(form.get(f"conditions-{item}", "")).splitlines()]
            engine.record_outcome(
                who.office,
                who.key,
                item,
                Outcome(chosen),
                conditions=[line for line in conditions if line],
                note=str(form.get(f"note-{item}", "")),
                now=who.now,
            )
    return go(f"/meetings/{number}")


@router.post("/meetings/{number}/close", openapi_extra=needs(Act.CALL_MEETING))
def close(who: Writer, number: int, minutes: Annotated[str, Form()] = "") -> Response:
    engine.close_meeting(who.office, who.key, number, minutes, now=who.now)
    return go(f"/meetings/{number}")


@router.post("/items/{item}/vote", openapi_extra=needs(Act.VOTE))
def vote(
    who: Writer, item: int, choice: Annotated[Choice, Form()], meeting: Annotated[int, Form()]
) -> Response:
    engine.cast_vote(who.office, who.key, item, choice, now=who.now)
    return go(f"/meetings/{meeting}")


def _items(db: Session, meeting: int) -> list[Any]:
    """The agenda with what was decided: the outcome that holds, None when there is none."""
    later = select(Decision.supersedes_id).where(Decision.supersedes_id.is_not(None))
    return list(
        db.execute(
            select(
                AgendaItem.id,
                AgendaItem.purpose,
                Plan.key,
                Plan.title,
                Version.number,
                Version.filename,
                Decision.outcome,
                Decision.note,
            )
            .join(Plan, Plan.id == AgendaItem.plan_id)
            .join(Version, Version.id == AgendaItem.version_id)
            .outerjoin(
                Decision,
                (Decision.item_id == AgendaItem.id)
                & Decision.outcome.is_not(None)
                & Decision.id.not_in(later),
            )
            .where(AgendaItem.meeting_id == meeting, AgendaItem.removed_at.is_(None))
            .order_by(AgendaItem.position)
        ).all()
    )
