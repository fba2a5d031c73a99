"""使い方: the guides, for whoever opens them."""

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from workflow.web.guide import guides
from workflow.web.permissions import Open, needs
from workflow.web.rendering import page
from workflow.web.session import Page, visitor_of

router = APIRouter(route_class=Page)


@router.get("/guide", openapi_extra=needs(Open.PUBLIC))
def guide_list(request: Request) -> Response:
    """Every guide with the places in it."""
    return page(request, "guide_list.html", who=visitor_of(request), guides=guides().values())


@router.get("/guide/{key}", openapi_extra=needs(Open.PUBLIC))
def guide(request: Request, key: str) -> Response:
    """The guide of one subject."""
    if key not in guides():
        raise HTTPException(404)
    return page(request, "guide.html", who=visitor_of(request), guide=guides()[key])
