"""The papers of a meeting (会議資料): read one, enter some, replace, withdraw, retitle one; to whom it is open, and the day
by which papers are due. A form that is not taken comes back as it was filled in, without its files."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response, UploadFile

from workflow import actions
from workflow.domain.calendar import parse_day
from workflow.domain.errors import BadInput, SakuteiError
from workflow.domain.language import say
from workflow.domain.papers import PaperKind
from workflow.domain.rights import Act, PaperAudience
from workflow.domain.validation import typed_number
from workflow.queries.papers import PaperFact
from workflow.queries.reading_rights import meeting_to_read, paper_to_read
from workflow.store.uploads import an_upload
from workflow.web.guide import Refusal
from workflow.web.http_status import status_of
from workflow.web.limits import Load, document_of, takes
from workflow.web.meeting_papers import papers_shown
from workflow.web.one_by_one import OF_ONE_ALONE
from workflow.web.pages.meetings import Number
from workflow.web.permissions import needs
from workflow.web.rendering import attachment, page, redirect
from workflow.web.session import FormUser, Page, Reader, Visitor

router = APIRouter(prefix="/meetings/{number}/papers", route_class=Page)


@router.get("/{paper}/{filename}", openapi_extra=needs(Act.SEE_MEETINGS, Act.READ_PLAN))
def document(who: Reader, number: Number, paper: Number, filename: str) -> Response:
    """The paper, as an attachment whatever it is. The name in the address is for people."""
    with who.office.reading() as db:
        found = paper_to_read(db, who.person, paper, meeting=number)
    return attachment(who.office, found.sha256, found.filename, found.media_type)


@router.post("", openapi_extra=needs(Act.ENTER_PAPERS) | takes(Load.DOCUMENTS))
def add(
    request: Request,
    who: FormUser,
    number: Number,
    documents: list[UploadFile] = [],  # noqa: B006
    about: Annotated[str, Form()] = "",
    title: Annotated[str, Form()] = "",
    kind: Annotated[PaperKind, Form()] = PaperKind.PAPER,
    audience: Annotated[PaperAudience, Form()] = PaperAudience.OFFICE,
) -> Response:
    """Enter each file as a paper of its own, titled by its name; one alone may have a title. What is refused keeps nothing
    of the others."""
    sent = [each for each in documents if each.filename]
    item = typed_number(about)

    def enter(upload: UploadFile) -> int:
        content, name = document_of(upload), upload.filename or ""
        an_upload(name, content.path)
        return actions.add_paper(
            who.office, who.key, number, name, content,
            item=item, title=title if len(sent) == 1 else "", kind=kind, audience=audience, now=who.now,
        )  # fmt: skip

    problems = [problem for each in sent if (problem := _refusal(lambda each=each: enter(each)))]  # type: ignore[misc]
    if not sent:
        problems = [BadInput("会議資料", "選ばれていません", "登録するファイルを選んでください。")]
    entered = len(sent) - len([each for each in problems if sent])
    done = say("{count} 件の資料を登録しました。", count=entered) if entered else ""
    if problems:
        typed = {"title": title, "kind": kind.value, "audience": audience.value}
        return _form_again(
            request, who, number, "add", say("会議資料の登録"), problems, typed, item=item, done=done
        )
    return redirect(_place(number, item), said=done)


@router.post("/renumber", openapi_extra=needs(Act.SET_AGENDA))
def renumber(who: FormUser, number: Number) -> Response:
    """Number the papers of a meeting in preparation anew, in the order of its agenda."""
    actions.renumber_papers(who.office, who.key, number, now=who.now)
    return redirect(f"/meetings/{number}#agenda", said=say("資料の番号を付け直しました。"))


@router.post("/due", openapi_extra=needs(Act.SET_AGENDA))
def set_due(request: Request, who: FormUser, number: Number, day: Annotated[str, Form()] = "") -> Response:
    def act() -> None:
        due = parse_day(day, "資料の提出期限") if day.strip() else None
        actions.set_papers_due(who.office, who.key, number, due, now=who.now)

    if problem := _refusal(act):
        heading = say("資料の提出期限の設定")
        return _form_again(request, who, number, "due", heading, [problem], {"day": day})
    return redirect(f"/meetings/{number}#papers", said=say("資料の提出期限を決めました。"))


@router.post("/{paper}/replace", openapi_extra=needs(Act.ENTER_PAPERS) | takes(Load.DOCUMENT))
def replace(
    request: Request,
    who: FormUser,
    number: Number,
    paper: Number,
    document: UploadFile,
    reason: Annotated[str, Form()] = "",
    title: Annotated[str, Form()] = "",
) -> Response:
    old = _of_meeting(who, number, paper)

    def act() -> None:
        content, name = document_of(document), document.filename or ""
        an_upload(name, content.path)
        actions.replace_paper(who.office, who.key, paper, name, content, reason, title=title, now=who.now)

    if problem := _refusal(act):
        typed = {"reason": reason, "title": title}
        return _form_again(
            request, who, number, "replace", say("会議資料の差し替え"), [problem], typed, paper=old
        )
    return redirect(_place(number, old.item), said=say("{paper}を差し替えました。", paper=old.designation))


@router.post("/{paper}/title", openapi_extra=needs(Act.ENTER_PAPERS))
def retitle(
    request: Request, who: FormUser, number: Number, paper: Number, title: Annotated[str, Form()] = ""
) -> Response:
    old = _of_meeting(who, number, paper)
    if problem := _refusal(lambda: actions.retitle_paper(who.office, who.key, paper, title, now=who.now)):
        heading, typed = say("会議資料の名称の訂正"), {"title": title}
        return _form_again(request, who, number, "title", heading, [problem], typed, paper=old)
    return redirect(
        _place(number, old.item), said=say("{paper}の名称を訂正しました。", paper=old.designation)
    )


@router.post("/{paper}/audience", openapi_extra=needs(Act.SET_AGENDA))
def open_to(
    request: Request,
    who: FormUser,
    number: Number,
    paper: Number,
    audience: Annotated[PaperAudience, Form()] = PaperAudience.OFFICE,
    reason: Annotated[str, Form()] = "",
) -> Response:
    old = _of_meeting(who, number, paper)

    def act() -> None:
        actions.open_paper_to(who.office, who.key, paper, audience, reason, now=who.now)

    if problem := _refusal(act):
        heading, typed = say("会議資料の閲覧範囲の変更"), {"audience": audience.value, "reason": reason}
        return _form_again(request, who, number, "audience", heading, [problem], typed, paper=old)
    return redirect(
        _place(number, old.item), said=say("{paper}の閲覧範囲を変えました。", paper=old.designation)
    )


@router.post("/{paper}/withdraw", openapi_extra=needs(Act.ENTER_PAPERS))
def withdraw(
    request: Request, who: FormUser, number: Number, paper: Number, reason: Annotated[str, Form()] = ""
) -> Response:
    old = _of_meeting(who, number, paper)
    if problem := _refusal(lambda: actions.withdraw_paper(who.office, who.key, paper, reason, now=who.now)):
        heading, typed = say("会議資料の取下げ"), {"reason": reason}
        return _form_again(request, who, number, "withdraw", heading, [problem], typed, paper=old)
    return redirect(_place(number, old.item), said=say("{paper}を取り下げました。", paper=old.designation))


def _of_meeting(who: Visitor, number: int, wanted: int) -> PaperFact:
    """The paper of that meeting, for who may read it. Raises `NotFound`, `NotAllowed`."""
    with who.office.reading() as db:
        return paper_to_read(db, who.person, wanted, meeting=number)


def _refusal(act: Callable[[], object]) -> SakuteiError | None:
    """Run the act; return its refusal, if the person can mend it in the form. Raises every other error."""
    try:
        act()
    except OF_ONE_ALONE as error:
        return error
    return None


def _form_again(
    request: Request,
    who: Visitor,
    number: int,
    form: str,
    heading: str,
    problems: Sequence[SakuteiError],
    typed: Mapping[str, str],
    *,
    paper: PaperFact | None = None,
    item: int | None = None,
    done: str = "",
) -> Response:
    """The form with what was typed, and why it was not taken."""
    with who.office.reading() as db:
        read = meeting_to_read(db, who.person, number)
        shown = papers_shown(db, who, read, [])
    return page(
        request,
        "meeting_paper_form.html",
        code=status_of(problems[0]),
        who=who,
        meeting=read.meeting,
        papers=shown,
        form=form,
        heading=heading,
        problems=[Refusal(each) for each in problems],
        typed=typed,
        paper=paper,
        item=item,
        done=done,
    )


def _place(number: int, item: int | None) -> str:
    return f"/meetings/{number}#papers" if item is None else f"/meetings/{number}#item-{item}"
