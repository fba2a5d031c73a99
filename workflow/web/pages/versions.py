"""The documents of a plan: adding a version, getting one back, reading it, and what changed between two."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response, UploadFile

from workflow import actions, queries
from workflow.domain.calendar import parse_day
from workflow.domain.comparison import Comparison, readable
from workflow.domain.cover import TextKind
from workflow.domain.errors import NotFound
from workflow.domain.language import say
from workflow.domain.rights import Act
from workflow.domain.texts import Unreadable, headings
from workflow.queries.plans import PlanFact
from workflow.queries.reading_rights import plan_to_read
from workflow.queries.versions import VersionLine, version
from workflow.store import texts
from workflow.store.uploads import EXCEL, WORD, an_upload, media_type_of
from workflow.web.limits import Load, document_of, takes
from workflow.web.permissions import needs
from workflow.web.rendering import attachment, download, page, redirect
from workflow.web.session import FormUser, Page, Reader, Visitor
from workflow.web.tracked_changes import tracked
from workflow.wire import comparison_table

router = APIRouter(prefix="/plans/{key}/versions", route_class=Page)


@router.get("/compare", openapi_extra=needs(Act.READ_PLAN))
def compare(
    request: Request, who: Reader, key: str, old: int | None = None, new: int | None = None
) -> Response:
    """Show the differences between two versions: without numbers, to the current one from the one before."""
    with who.office.reading() as db:
        plan = plan_to_read(db, who.person, key)
        versions = queries.versions(db, plan)
    before, after = _two_of(versions, old, new)
    found = texts.comparison_of(who.office.files, before.sha256, after.sha256)
    return page(
        request,
        "version_compare.html",
        who=who,
        plan=plan,
        versions=versions,
        old=before,
        new=after,
        found=found,
        comparison=found if isinstance(found, Comparison) else None,
    )


@router.get("/compare.docx", openapi_extra=needs(Act.READ_PLAN))
def compare_as_word(who: Reader, key: str, old: int, new: int) -> Response:
    """新旧対照表 as Word."""
    plan, before, after, found = _compared(who, key, old, new)
    content = comparison_table.docx(plan.title, _name(before), _name(after), found)
    return download(content, WORD.media_type, f"{_title(before, after)}.docx")


@router.get("/compare.xlsx", openapi_extra=needs(Act.READ_PLAN))
def compare_as_excel(who: Reader, key: str, old: int, new: int) -> Response:
    """新旧対照表 as Excel."""
    _, before, after, found = _compared(who, key, old, new)
    content = comparison_table.xlsx(_name(before), _name(after), found)
    return download(content, EXCEL.media_type, f"{_title(before, after)}.xlsx")


@router.get("/tracked.docx", openapi_extra=needs(Act.READ_PLAN))
def tracked_in_word(who: Reader, key: str, old: int, new: int) -> Response:
    """The text of both as Word, with tracked changes (変更履歴)."""
    _, before, after, found = _compared(who, key, old, new)
    name = say("変更履歴_第{old}版_第{new}版", old=before.number, new=after.number)
    return download(tracked(found, after.by, after.at), WORD.media_type, f"{name}.docx")


@router.get("/{number}", openapi_extra=needs(Act.READ_PLAN))
def document(who: Reader, key: str, number: int) -> Response:
    """The document, as an attachment whatever it is."""
    with who.office.reading() as db:
        found = version(db, plan_to_read(db, who.person, key), number)
    return attachment(who.office, found.sha256, found.filename, media_type_of(found.filename))


@router.get("/{number}/text", openapi_extra=needs(Act.READ_PLAN))
def text(request: Request, who: Reader, key: str, number: int) -> Response:
    """The document to be read here."""
    with who.office.reading() as db:
        plan = plan_to_read(db, who.person, key)
        found = version(db, plan, number)
    read = texts.text_of(who.office.files, found.sha256)
    legible = () if isinstance(read, Unreadable) else read
    contents = list(headings(legible))
    return page(
        request,
        "version_text.html",
        who=who,
        plan=plan,
        version=found,
        why_not=read if isinstance(read, Unreadable) else None,
        text=legible,
        contents=contents,
        highest=min((block.level for _, block in contents), default=1),
    )


@router.post("", openapi_extra=needs(Act.ADD_VERSION) | takes(Load.DOCUMENT))
def add_version(
    who: FormUser,
    key: str,
    document: UploadFile,
    document_key: Annotated[str, Form()] = "",
    note: Annotated[str, Form()] = "",
    kind: Annotated[TextKind, Form()] = TextKind.NEW,
    meets: Annotated[list[int], Form()] = [],  # noqa: B006
    why: Annotated[str, Form()] = "",
    on: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    seen: Annotated[int | None, Form()] = None,
) -> Response:
    """Add a version, when its type is accepted and the plan is at the revision that the person saw."""
    content, name = document_of(document), document.filename or ""
    an_upload(name, content.path)
    number = actions.add_version(
        who.office,
        who.key,
        key,
        name,
        content,
        document=document_key or None,
        kind=kind,
        conditions=meets,
        why=why,
        note=note,
        on=parse_day(on, "文書の日付") if on.strip() else None,
        reason=reason,
        seen=seen,
        now=who.now,
    )
    return redirect(f"/plans/{key}#versions", said=say("第{number}版を登録しました。", number=number))


@router.post("/{number}/kind", openapi_extra=needs(Act.ADD_VERSION))
def declare_version(
    who: FormUser,
    key: str,
    number: int,
    kind: Annotated[TextKind, Form()],
    meets: Annotated[list[int], Form()] = [],  # noqa: B006
    why: Annotated[str, Form()] = "",
) -> Response:
    actions.declare_version(who.office, who.key, key, number, kind, conditions=meets, why=why, now=who.now)
    return redirect(f"/plans/{key}#versions", said=say("第{number}版の種類を改めました。", number=number))


def _two_of(versions: list[VersionLine], old: int | None, new: int | None) -> tuple[VersionLine, VersionLine]:
    """The versions of those numbers. Raises `NotFound`."""
    by_number = {each.number: each for each in versions}
    after = max(by_number, default=1) if new is None else new
    before = (by_number[after].before or after if after in by_number else 1) if old is None else old
    for number in (before, after):
        if number not in by_number:
            raise NotFound("版", str(number))
    return by_number[before], by_number[after]


def _compared(
    who: Visitor, key: str, old: int, new: int
) -> tuple[PlanFact, VersionLine, VersionLine, Comparison]:
    """Two versions compared. Raises `NotFound`, and `BadInput` when one of them cannot be read."""
    with who.office.reading() as db:
        plan = plan_to_read(db, who.person, key)
        before, after = version(db, plan, old), version(db, plan, new)
    found = texts.comparison_of(who.office.files, before.sha256, after.sha256)
    return plan, before, after, readable(found)


def _name(version: VersionLine) -> str:
    return say("第{number}版", number=version.number)


def _title(old: VersionLine, new: VersionLine) -> str:
    return say("新旧対照表_第{old}版_第{new}版", old=old.number, new=new.number)
