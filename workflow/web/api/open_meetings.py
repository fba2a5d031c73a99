"""Calls on open meetings (会議公開): close to the public and open again, publish minutes and withdraw them."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from workflow import actions
from workflow.domain.accounts import Scope
from workflow.domain.rights import Act
from workflow.web.api.meetings import Because, MeetingNumber
from workflow.web.api.minutes import TextKind
from workflow.web.api.models import Asked, Line, Number, Reason
from workflow.web.api.routing import ApiResponse, Call, Doing, writes
from workflow.wire.values import Done

router = APIRouter(route_class=Call, tags=["meetings"])

About = Annotated[Number | None, Field(description="議題の番号。null は会議の全体")]


class CloseToPublic(Asked):
    """非公開の決定"""

    item: About = None
    reason: Reason = Field(description="非公開の理由。公開のページに表示します")
    basis: Line = Field(description="根拠。条例第7条第3号")


class OpenToPublic(Asked):
    """公開の決定"""

    item: About = None
    reason: Reason = Field(description="公開する理由")


class PublishMinutes(Asked):
    """会議録の公開"""

    version: Annotated[int, Field(ge=1, le=2**31 - 1, description="読んだ版")]
    read: bool = Field(
        default=False,
        description="true: 読み、非公開の内容がないことを確かめた。非公開の議題があるときに要ります",
    )


@router.post("/meetings/{meeting}/closing", response_model=Done, **writes(Scope.MEETINGS, Act.OPEN_MEETINGS))
def close_to_public(doing: Doing, meeting: MeetingNumber, asked: CloseToPublic) -> ApiResponse:
    """会議か議題を非公開とする決定を記録する。公開していた会議録は、公開を取りやめます。"""
    return doing.perform(
        Done.of, actions.close_to_public, meeting, asked.reason, asked.basis, item=asked.item, now=doing.now
    )


@router.post("/meetings/{meeting}/opening", response_model=Done, **writes(Scope.MEETINGS, Act.OPEN_MEETINGS))
def open_to_public(doing: Doing, meeting: MeetingNumber, asked: OpenToPublic) -> ApiResponse:
    """非公開とした会議か議題を公開する決定を記録する。前の決定は記録に残ります。"""
    return doing.perform(
        Done.of, actions.open_to_public, meeting, asked.reason, item=asked.item, now=doing.now
    )


@router.post(
    "/meetings/{meeting}/minutes/{kind}/publish",
    response_model=Done,
    **writes(Scope.MEETINGS, Act.OPEN_MEETINGS),
)
def publish_minutes(
    doing: Doing, meeting: MeetingNumber, kind: TextKind, asked: PublishMinutes
) -> ApiResponse:
    """確定した概要か会議録を公開する。"""
    return doing.perform(
        Done.of, actions.publish_minutes, meeting, kind, asked.version, read=asked.read, now=doing.now
    )


@router.post(
    "/meetings/{meeting}/minutes/{kind}/unpublish",
    response_model=Done,
    **writes(Scope.MEETINGS, Act.OPEN_MEETINGS),
)
def withdraw_minutes(doing: Doing, meeting: MeetingNumber, kind: TextKind, asked: Because) -> ApiResponse:
    """概要か会議録の公開を取りやめる。"""
    return doing.perform(Done.of, actions.withdraw_minutes, meeting, kind, asked.reason, now=doing.now)
