"""今日の仕事: what waits for me."""

from fastapi import APIRouter, Request, Response

from workflow import questions
from workflow.web.doors import Open, Reader, needs, page

router = APIRouter()


@router.get("/", openapi_extra=needs(Open.SIGNED_IN))
def today(request: Request, who: Reader) -> Response:
    """What waits for me, nearest first."""
    with who.office.reading() as db:
        tasks = questions.worklist(db, who.key, who.now)
    return page(request, "today.html", who=who, tasks=tasks)
