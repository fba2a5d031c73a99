"""Calls on the record of a sitting for its minutes: remarks, guests and 傍聴者, who came late or left."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from workflow import actions
from workflow.actions import Spoken
from workflow.domain.accounts import Scope
from workflow.domain.minutes import Speaker
from workflow.domain.rights import Act
from workflow.queries.attendance import places
from workflow.queries.meetings import meeting as one_meeting
from workflow.queries.speeches import besides, speeches
from workflow.web.api.meetings import MeetingNumber
from workflow.web.api.models import Asked, Key, Line, Number, Reason, Text
from workflow.web.api.routing import ApiResponse, Call, Caller, Doing, reads, writes
from workflow.wire.minutes import SittingShown
from workflow.wire.values import Done, Moment, Numbered

router = APIRouter(route_class=Call, tags=["minutes"])

WhyCorrected = Annotated[Text, Field(description="訂正の理由。会議の終了後に要ります")]
SpeechNumber = Annotated[Number, Path(description="発言の番号")]


class RecordSpeech(Asked):
    """発言"""

    speaker: Speaker
    text: Reason = Field(description="発言")
    member: Key | None = Field(default=None, description="委員の鍵（委員のとき）")
    name: Line | None = Field(default=None, description="職と氏名（説明者・関係者のとき）")
    reason: WhyCorrected = ""

    @property
    def spoken(self) -> Spoken:
        return Spoken(self.speaker, self.text, member=self.member or "", name=self.name or "")


class RemoveSpeech(Asked):
    """発言の記録の取消し"""

    reason: WhyCorrected = ""


class EnterGuests(Asked):
    """説明者・傍聴者の記録"""

    guests: list[Line] = Field(max_length=200, description="説明者・関係者の職と氏名")
    observers: Annotated[int | None, Field(ge=0, le=10_000, description="傍聴者の数。null は記録なし")] = None
    reason: WhyCorrected = ""


class EnterTimes(Asked):
    """遅参・退席の時刻の記録"""

    member: Key = Field(description="委員の鍵")
    arrived_at: Moment | None = Field(default=None, description="来た日時。遅参でなければ null")
    left_at: Moment | None = Field(default=None, description="去った日時。退席でなければ null")
    reason: WhyCorrected = ""


@router.get("/meetings/{meeting}/sitting", response_model=SittingShown, **reads(Act.READ_DRAFTS))
def sitting(caller: Caller, meeting: MeetingNumber) -> Any:
    """会議の場で記録した発言、説明者・傍聴者、遅参・退席。会議体の事務局・会長と監査が読めます。"""
    with caller.office.reading() as db:
        held = one_meeting(db, meeting)
        caller.person.require(Act.READ_DRAFTS, body=held.body_key)
        return SittingShown.of(besides(db, meeting), places(db, held), speeches(db, meeting))


@router.post("/items/{item}/speeches", response_model=Numbered, **writes(Scope.MEETINGS, Act.KEEP_MINUTES))
def record_speech(
    doing: Doing, item: Annotated[Number, Path(description="議題の番号")], asked: RecordSpeech
) -> ApiResponse:
    """議題での発言を記録する。前の発言の後に続きます。"""
    return doing.perform(
        Numbered.of, actions.record_speech, item, asked.spoken, reason=asked.reason, now=doing.now
    )


@router.post(
    "/speeches/{speech}/correct", response_model=Numbered, **writes(Scope.MEETINGS, Act.KEEP_MINUTES)
)
def correct_speech(doing: Doing, speech: SpeechNumber, asked: RecordSpeech) -> ApiResponse:
    """発言の記録を訂正する。前の記録は残ります。"""
    return doing.perform(
        Numbered.of, actions.correct_speech, speech, asked.spoken, reason=asked.reason, now=doing.now
    )


@router.post("/speeches/{speech}/remove", response_model=Done, **writes(Scope.MEETINGS, Act.KEEP_MINUTES))
def remove_speech(doing: Doing, speech: SpeechNumber, asked: RemoveSpeech) -> ApiResponse:
    """発言の記録を取り消す。"""
    return doing.perform(Done.of, actions.remove_speech, speech, reason=asked.reason, now=doing.now)


@router.post("/meetings/{meeting}/guests", response_model=Done, **writes(Scope.MEETINGS, Act.KEEP_MINUTES))
def enter_guests(doing: Doing, meeting: MeetingNumber, asked: EnterGuests) -> ApiResponse:
    """説明者・関係者と、傍聴者の数を記録する。"""
    return doing.perform(
        Done.of,
        actions.enter_guests,
        meeting,
        asked.guests,
        asked.observers,
        reason=asked.reason,
        now=doing.now,
    )


@router.post("/meetings/{meeting}/times", response_model=Done, **writes(Scope.MEETINGS, Act.KEEP_MINUTES))
def enter_times(doing: Doing, meeting: MeetingNumber, asked: EnterTimes) -> ApiResponse:
    """委員の遅参・退席の時刻を記録する。どちらも null なら消します。"""
    return doing.perform(
        Done.of,
        actions.enter_times,
        meeting,
        asked.member,
        arrived_at=asked.arrived_at,
        left_at=asked.left_at,
        reason=asked.reason,
        now=doing.now,
    )
