"""The load of the plans' sittings (会議の込み具合と割り振り): by body and month, what clashes, and who has too much."""

from fastapi import APIRouter, Request, Response

from workflow.queries.spread import office_load
from workflow.web.permissions import Open, needs
from workflow.web.rendering import page
from workflow.web.session import Page, Reader

router = APIRouter(prefix="/plans/_spread", route_class=Page)


@router.get("", openapi_extra=needs(Open.SIGNED_IN))
def spread(request: Request, who: Reader) -> Response:
    """Show the load of the plans that the person may read."""
    with who.office.reading() as db:
        load = office_load(db, who.person, who.now)
    return page(request, "spread.html", who=who, load=load, names=dict(load.bodies))
