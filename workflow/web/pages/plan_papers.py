"""The papers of a plan, 工程表 and 決裁経過, as files."""

from fastapi import APIRouter, Response

from workflow.domain.errors import NotFound
from workflow.domain.rights import Act
from workflow.domain.sheets import SheetFormat, SheetKind
from workflow.queries.plan_papers import plan_paper
from workflow.queries.reading_rights import plan_to_read
from workflow.web.permissions import needs
from workflow.web.rendering import download
from workflow.web.session import Page, Reader
from workflow.wire.sheets.documents import MEDIA, made

router = APIRouter(prefix="/plans/{key}", route_class=Page)


@router.get("/papers/{kind}.{form}", openapi_extra=needs(Act.READ_PLAN))
def paper(who: Reader, key: str, kind: SheetKind, form: SheetFormat) -> Response:
    """A paper of the plan, for who may read it."""
    with who.office.reading() as db:
        facts = plan_paper(db, plan_to_read(db, who.person, key), kind, who.office.name, who.now)
    if facts is None:
        raise NotFound("書類", f"{kind.value}.{form.value}")
    content = made(who.office, kind, facts, form)
    return download(content, MEDIA[form], f"{facts.plan}_{kind.label}.{form.value}")
