"""記録: the event log, with its verification."""

from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from workflow import audit
from workflow.audit import Tag
from workflow.errors import AuditBroken
from workflow.records import Event, Person
from workflow.web.doors import Open, Reader, needs, page

router = APIRouter()


@router.get("/log", openapi_extra=needs(Open.SIGNED_IN))
def log(request: Request, who: Reader) -> Response:
    with who.office.reading() as db:
        try:
            verified, broken = audit.verify(db), None
        except AuditBroken as error:
            verified, broken = 0, error.message
        events = db.execute(
            select(Event.seq, Event.at, Person.name, Event.tag, Event.hash)
            .outerjoin(Person, Person.id == Event.by)
            .order_by(Event.seq.desc())
            .limit(200)
        ).all()
    return page(request, "log.html", who=who, verified=verified, broken=broken, events=events, Tag=Tag)
