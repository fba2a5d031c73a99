"""The papers of a plan, 工程表 and 決裁経過, as files, and its dossier for an auditor."""

from fastapi import APIRouter, Response

from workflow.domain.errors import NotFound
from workflow.domain.rights import Act
from workflow.domain.sheets import SheetFormat, SheetKind
from workflow.queries.plan_papers import plan_paper
from workflow.queries.reading_rights import plan_to_read
from workflow.store.files import to_be_sent
from workflow.web.permissions import needs
from workflow.web.rendering import download, streamed
from workflow.web.session import Page, Reader
from workflow.wire.dossier.archive import write_dossier
from workflow.wire.sheets.documents import MEDIA, made, plain_name

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


@router.get("/dossier.zip", openapi_extra=needs(Act.TAKE_DOSSIER))
def dossier(who: Reader, key: str) -> Response:
    """The dossier, with what the person may read."""
    archive = to_be_sent(who.office.files)
    try:
        found = write_dossier(who.office, who.person, key, archive, now=who.now)
    except BaseException:
        archive.close()
        raise
    name = plain_name(f"{found.plan.title}_一件書類")
    return streamed(archive, MEDIA[SheetFormat.ARCHIVE], f"{name}.zip")
