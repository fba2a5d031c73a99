"""Calls on a 持ち回り: why it is held, the consent to it, a longer time to answer."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from workflow import actions
from workflow.domain.accounts import Scope
from workflow.domain.rights import Act
from workflow.web.api.models import Asked, Key, Number, Reason
from workflow.web.api.routing import ApiResponse, Call, Doing, writes
from workflow.wire.values import Done, Moment

router = APIRouter(prefix="/meetings/{meeting}", route_class=Call, tags=["meetings"])

MeetingNumber = Annotated[Number, Path(description="会議の番号")]


class ExplainWriting(Asked):
    """持ち回りの理由と、求める内容"""

    why: Reason = Field(description="持ち回りとする理由")
    asks: Reason = Field(description="求める内容の要旨")


class GiveConsent(Asked):
    """持ち回りで諮ることへの回答"""

    agrees: bool = Field(description="同意するか")
    member: Key | None = Field(default=None, description="代理する委員の利用者ID")


class ExtendAnswering(Asked):
    """回答期限の延長"""

    ends_at: Moment = Field(description="新しい回答期限")
    reason: Reason


@router.post("/terms", response_model=Done, **writes(Scope.MEETINGS, Act.CALL_MEETING))
def explain_writing(doing: Doing, meeting: MeetingNumber, asked: ExplainWriting) -> ApiResponse:
    """持ち回りとする理由と、求める内容を書く。委員へのお知らせに載ります。"""
    return doing.perform(Done.of, actions.explain_writing, meeting, asked.why, asked.asks, now=doing.now)


@router.post("/consent", response_model=Done, **writes(Scope.DECISIONS, Act.VOTE))
def give_consent(doing: Doing, meeting: MeetingNumber, asked: GiveConsent) -> ApiResponse:
    """持ち回りで諮ることに同意するか、しないかを答える。先に同意を求める会議体だけです。"""
    return doing.perform(Done.of, actions.give_consent, meeting, **dict(asked), now=doing.now)


@router.post("/extend", response_model=Done, **writes(Scope.MEETINGS, Act.CALL_MEETING))
def extend_answering(doing: Doing, meeting: MeetingNumber, asked: ExtendAnswering) -> ApiResponse:
    """持ち回りの回答期限を延ばす。招集した全員に知らせます。"""
    return doing.perform(
        Done.of, actions.extend_answering, meeting, asked.ends_at, asked.reason, now=doing.now
    )
