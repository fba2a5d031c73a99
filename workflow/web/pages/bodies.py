"""Bodies: what each one is by its rule, who sits in it on a day, and when it meets next."""

from fastapi import APIRouter, Request, Response

from definitions.chain import Urgent
from workflow import queries
from workflow.domain.calendar import tokyo_day
from workflow.web.pages.people import day_asked, may_keep
from workflow.web.permissions import Open, needs
from workflow.web.rendering import page
from workflow.web.session import Page, Reader

router = APIRouter(prefix="/bodies", route_class=Page)


@router.get("", openapi_extra=needs(Open.SIGNED_IN))
def bodies(request: Request, who: Reader, day: str = "") -> Response:
    on = day_asked(who, day)
    with who.office.reading() as db:
        found = queries.body_list(db, on, who.now)
    return page(request, "bodies.html", who=who, found=found, on=on, today=tokyo_day(who.now))


@router.get("/{key}", openapi_extra=needs(Open.SIGNED_IN))
def body(request: Request, who: Reader, key: str, day: str = "") -> Response:
    on = day_asked(who, day)
    with who.office.reading() as db:
        found = queries.body(db, key, on, who.now)
        keeps = may_keep(db, who)
    return page(
        request,
        "body.html",
        who=who,
        found=found,
        rule=found.rule,
        keeps=keeps,
        on=on,
        today=tokyo_day(who.now),
        Urgent=Urgent,
    )
