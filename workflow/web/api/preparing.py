"""Calls by which a meeting comes about: prepared, changed, discarded, called, its agenda told anew; called or entered at
once."""

from datetime import time
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from workflow import actions
from workflow.domain.accounts import Scope
from workflow.domain.meetings import MeetingForm
from workflow.domain.rights import Act
from workflow.domain.series import MOST
from workflow.web.api.meetings import Because, MeetingNumber
from workflow.web.api.models import Asked, Key, Line, Number
from workflow.web.api.routing import ApiResponse, Call, Doing, writes
from workflow.wire.values import Day, Done, Moment, Numbered, Numbers

router = APIRouter(route_class=Call, tags=["meetings"])


Clock = Annotated[
    str,
    Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="時刻（Asia/Tokyo）", examples=["14:00"]),
]


class Terms(Asked):
    """会議の名称・方法・日時・場所"""

    title: Line = Field(description="会議の名称")
    form: MeetingForm = MeetingForm.IN_PERSON
    starts_at: Moment
    ends_at: Moment = Field(description="終了。持ち回りでは回答期限")
    place: Line = Field(description="場所")


class CallMeeting(Terms):
    """会議の招集"""

    body: Key = Field(description="会議体ID")


class ChangeDraft(Terms):
    """準備中の会議の変更"""

    items_due: Day | None = Field(default=None, description="議題の提出期限。null なら定めない")


class PrepareMeeting(ChangeDraft):
    """会議の準備"""

    body: Key = Field(description="会議体ID")


class PrepareSeries(Asked):
    """年間の会議の準備"""

    body: Key = Field(description="会議体ID")
    pattern: Line = Field(
        description="会議の名称。{n} が回の番号になります", examples=["第{n}回情報化推進部会"]
    )
    first: int = Field(default=1, ge=1, le=9999, description="初めの回の番号")
    form: MeetingForm = MeetingForm.IN_PERSON
    days: list[Day] = Field(min_length=1, max_length=MOST, description="開催日")
    begins: Clock
    ends: Clock
    place: Line = Field(description="場所")


class CarryOver(Asked):
    """次の会議への送り"""

    to: Number = Field(description="送り先の会議の番号")
    items: list[Number] = Field(min_length=1, max_length=1000, description="送る議題の番号")


@router.post("/meetings", response_model=Numbered, **writes(Scope.MEETINGS, Act.CALL_MEETING))
def call_meeting(doing: Doing, asked: CallMeeting) -> ApiResponse:
    """会議を準備し、すぐに招集する。委員と事務局に招集のお知らせが送られます。"""
    return doing.perform(Numbered.of, actions.call_meeting, **dict(asked), now=doing.now)


@router.post("/meetings/held", response_model=Numbered, **writes(Scope.MEETINGS, Act.CALL_MEETING))
def enter_meeting(doing: Doing, asked: CallMeeting) -> ApiResponse:
    """済んだ会議を登録する。委員は開催日の委員です。"""
    return doing.perform(Numbered.of, actions.enter_meeting, **dict(asked), now=doing.now)


@router.post("/meetings/prepared", response_model=Numbered, **writes(Scope.MEETINGS, Act.CALL_MEETING))
def prepare_meeting(doing: Doing, asked: PrepareMeeting) -> ApiResponse:
    """会議を準備する。招集するまで、事務局だけに表示され、誰にも知らされません。"""
    return doing.perform(Numbered.of, actions.prepare_meeting, **dict(asked), now=doing.now)


@router.post("/meetings/series", response_model=Numbers, **writes(Scope.MEETINGS, Act.CALL_MEETING))
def prepare_series(doing: Doing, asked: PrepareSeries) -> ApiResponse:
    """同じ時間・場所の会議を、日ごとにまとめて準備する。"""
    return doing.perform(
        Numbers.of,
        actions.prepare_series,
        asked.body,
        asked.pattern,
        asked.days,
        first=asked.first,
        form=asked.form,
        begins=time.fromisoformat(asked.begins),
        ends=time.fromisoformat(asked.ends),
        place=asked.place,
        now=doing.now,
    )


@router.post("/meetings/{meeting}/draft", response_model=Done, **writes(Scope.MEETINGS, Act.CALL_MEETING))
def change_draft(doing: Doing, meeting: MeetingNumber, asked: ChangeDraft) -> ApiResponse:
    """準備中の会議を変える。省いた提出期限は消えます。"""
    return doing.perform(Done.of, actions.change_draft, meeting, **dict(asked), now=doing.now)


@router.post("/meetings/{meeting}/discard", response_model=Done, **writes(Scope.MEETINGS, Act.CALL_MEETING))
def discard_draft(doing: Doing, meeting: MeetingNumber, asked: Because) -> ApiResponse:
    """準備中の会議を取りやめる。"""
    return doing.perform(Done.of, actions.discard_draft, meeting, asked.reason, now=doing.now)


@router.post("/meetings/{meeting}/summon", response_model=Done, **writes(Scope.MEETINGS, Act.CALL_MEETING))
def summon(doing: Doing, meeting: MeetingNumber) -> ApiResponse:
    """準備中の会議を招集する。委員と事務局に、議題を添えた招集のお知らせが送られます。"""
    return doing.perform(Done.of, actions.summon, meeting, now=doing.now)


@router.post("/meetings/{meeting}/carry", response_model=Done, **writes(Scope.MEETINGS, Act.SET_AGENDA))
def carry_over(doing: Doing, meeting: MeetingNumber, asked: CarryOver) -> ApiResponse:
    """継続した議題、結果のない議題、外した議題を、同じ会議体の次の会議に送る。"""
    return doing.perform(Done.of, actions.carry_over, meeting, asked.to, asked.items, now=doing.now)


@router.post(
    "/meetings/{meeting}/agenda/tell", response_model=Done, **writes(Scope.MEETINGS, Act.CALL_MEETING)
)
def tell_agenda_changes(doing: Doing, meeting: MeetingNumber) -> ApiResponse:
    """招集後の議題の変更を、招かれた人に知らせる。知らせなければ、会議の前の営業日の午前9時から自動で知らせます。"""
    return doing.perform(Done.of, actions.tell_agenda_changes, meeting, now=doing.now)
