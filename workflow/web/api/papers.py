"""Calls on the papers of a meeting (会議資料): the list, one to read; enter, replace, withdraw, retitle, open to others."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, UploadFile
from fastapi.responses import Response
from pydantic import Field

from workflow import actions
from workflow.domain.accounts import Scope
from workflow.domain.papers import PaperKind
from workflow.domain.rights import Act, PaperAudience
from workflow.queries.reading_rights import meeting_to_read, paper_to_read, papers_to_know
from workflow.store.uploads import an_upload
from workflow.web.api.meetings import Because, MeetingNumber
from workflow.web.api.models import Asked, Line, Number, Reason
from workflow.web.api.plans import Download
from workflow.web.api.routing import ApiResponse, Call, Caller, Doing, reads, writes
from workflow.web.limits import Load, document_of
from workflow.web.rendering import attachment
from workflow.wire.papers import Papers, PaperShown
from workflow.wire.values import Day, Done, Numbered

router = APIRouter(route_class=Call, tags=["meetings"])

PaperNumber = Annotated[Number, Path(description="会議資料の番号")]
SEES = (Act.SEE_MEETINGS, Act.READ_PLAN)


class Retitle(Asked):
    """会議資料の名称の訂正"""

    title: Line = Field(description="資料の名称")


class OpenTo(Asked):
    """会議資料の閲覧範囲の変更"""

    audience: PaperAudience
    reason: Reason


class PapersDue(Asked):
    """資料の提出期限"""

    day: Day | None = Field(default=None, description="最後の日。null なら期限なし")


@router.get("/meetings/{meeting}/papers", response_model=Papers, **reads(*SEES))
def papers(caller: Caller, meeting: MeetingNumber) -> Any:
    """会議の資料、閲覧できるもの。取り下げた資料は、番号と理由だけ。"""
    with caller.office.reading() as db:
        read = meeting_to_read(db, caller.person, meeting)
        known = papers_to_know(db, read)
    shown = (PaperShown.at(read.meeting, each, opens=read.opens(each)) for each in known)
    return Papers.of(read.meeting.papers_due, shown)


@router.get("/papers/{paper}/document", response_class=Download, **reads(*SEES))
def paper_document(caller: Caller, paper: PaperNumber) -> Response:
    """会議資料の文書。"""
    with caller.office.reading() as db:
        found = paper_to_read(db, caller.person, paper)
    return attachment(caller.office, found.sha256, found.filename)


@router.post(
    "/meetings/{meeting}/papers",
    response_model=Numbered,
    **writes(Scope.MEETINGS, Act.ENTER_PAPERS, load=Load.DOCUMENT),
)
def add_paper(
    doing: Doing,
    meeting: MeetingNumber,
    document: Annotated[UploadFile, Field(description="文書。200 MB まで")],
    item: Annotated[Number | None, Form(description="議題の番号。省くと会議そのものの資料")] = None,
    title: Annotated[str, Form(max_length=200, description="資料の名称。省くとファイルの名前")] = "",
    kind: Annotated[PaperKind, Form(description="種類。番号は種類ごとに付きます")] = PaperKind.PAPER,
    audience: Annotated[PaperAudience, Form(description="閲覧できる人")] = PaperAudience.OFFICE,
) -> ApiResponse:
    """会議資料を登録する。御案内した方には、追加のお知らせが送られます。"""
    content, name = document_of(document), document.filename or ""
    an_upload(name, content.path)
    return doing.perform(
        Numbered.of,
        actions.add_paper,
        meeting,
        name,
        content,
        item=item,
        title=title,
        kind=kind,
        audience=audience,
        now=doing.now,
    )


@router.post(
    "/papers/{paper}/replace",
    response_model=Numbered,
    **writes(Scope.MEETINGS, Act.ENTER_PAPERS, load=Load.DOCUMENT),
)
def replace_paper(
    doing: Doing,
    paper: PaperNumber,
    document: Annotated[UploadFile, Field(description="文書。200 MB まで")],
    reason: Annotated[Reason, Form(description="差し替えの理由")],
    title: Annotated[str, Form(max_length=200, description="資料の名称。省くと元のまま")] = "",
) -> ApiResponse:
    """会議資料を差し替える。呼び名は同じままで、前の版も読めます。御案内した方にお知らせが送られます。"""
    content, name = document_of(document), document.filename or ""
    an_upload(name, content.path)
    return doing.perform(
        Numbered.of, actions.replace_paper, paper, name, content, reason, title=title, now=doing.now
    )


@router.post("/papers/{paper}/title", response_model=Done, **writes(Scope.MEETINGS, Act.ENTER_PAPERS))
def retitle_paper(doing: Doing, paper: PaperNumber, asked: Retitle) -> ApiResponse:
    """会議資料の名称を訂正する。"""
    return doing.perform(Done.of, actions.retitle_paper, paper, asked.title, now=doing.now)


@router.post("/papers/{paper}/audience", response_model=Done, **writes(Scope.MEETINGS, Act.SET_AGENDA))
def open_paper_to(doing: Doing, paper: PaperNumber, asked: OpenTo) -> ApiResponse:
    """会議資料の閲覧範囲を変える。差し替え前の版を含みます。"""
    return doing.perform(Done.of, actions.open_paper_to, paper, asked.audience, asked.reason, now=doing.now)


@router.post("/papers/{paper}/withdraw", response_model=Done, **writes(Scope.MEETINGS, Act.ENTER_PAPERS))
def withdraw_paper(doing: Doing, paper: PaperNumber, asked: Because) -> ApiResponse:
    """会議資料を取り下げる。番号は欠番になります。御案内した方にお知らせが送られます。"""
    return doing.perform(Done.of, actions.withdraw_paper, paper, asked.reason, now=doing.now)


@router.post(
    "/meetings/{meeting}/papers/renumber", response_model=Done, **writes(Scope.MEETINGS, Act.SET_AGENDA)
)
def renumber_papers(doing: Doing, meeting: MeetingNumber) -> ApiResponse:
    """準備中の会議の資料に、議題の順に番号を付け直す。招集した後の番号は変わりません。"""
    return doing.perform(Done.of, actions.renumber_papers, meeting, now=doing.now)


@router.post("/meetings/{meeting}/papers_due", response_model=Done, **writes(Scope.MEETINGS, Act.SET_AGENDA))
def set_papers_due(doing: Doing, meeting: MeetingNumber, asked: PapersDue) -> ApiResponse:
    """資料の提出期限を決める。"""
    return doing.perform(Done.of, actions.set_papers_due, meeting, asked.day, now=doing.now)
