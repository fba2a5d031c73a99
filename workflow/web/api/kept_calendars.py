"""Calls on calendars of others that are kept."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from notifications.kept_calendars import read_again
from workflow import actions
from workflow.domain.accounts import Scope
from workflow.domain.kept_calendars import CalendarKind
from workflow.domain.rights import Act
from workflow.queries.kept_calendars import kept_calendars
from workflow.store.calendar_file import LARGEST, entries_in
from workflow.web.api.models import Asked, Line, Number
from workflow.web.api.routing import ApiResponse, Call, Caller, Doing, reads, writes
from workflow.wire.kept_calendars import Calendars, Read
from workflow.wire.values import Done, Numbered

router = APIRouter(route_class=Call, tags=["people"])

CalendarNumber = Annotated[Number, Path(description="予定表の番号")]
Ics = Annotated[str, Field(max_length=LARGEST, description="予定表（.ics）の中身")]


class KeepCalendar(Asked):
    """取り込む予定表"""

    name: Line = Field(description="予定表の名称")
    kind: CalendarKind
    room: Annotated[str, Field(max_length=200, description="会議室の予定表なら、会議の場所と同じ名称")] = ""
    url: Annotated[str, Field(max_length=500, description="1 日に 1 回読む URL（https）。省くと ics")] = ""
    ics: Ics = ""


class UploadCalendar(Asked):
    """予定表の新しい中身"""

    ics: Ics


@router.get("/calendars", response_model=Calendars, **reads(Act.KEEP_PEOPLE))
def calendars(caller: Caller) -> Any:
    """取り込む予定表の一覧。"""
    with caller.office.reading() as db:
        return Calendars.of(kept_calendars(db, caller.now))


@router.post("/calendars", response_model=Numbered, **writes(Scope.PEOPLE, Act.KEEP_PEOPLE))
def keep_calendar(doing: Doing, asked: KeepCalendar) -> ApiResponse:
    """予定表を登録する。URL の予定表は、まもなく読みます。"""
    given = asked.model_dump(exclude={"ics"})
    entries = () if asked.url else entries_in(asked.ics.encode(), doing.now)
    return doing.perform(Numbered.of, actions.keep_calendar, **given, entries=entries, now=doing.now)


@router.post("/calendars/{number}/file", response_model=Read, **writes(Scope.PEOPLE, Act.KEEP_PEOPLE))
def upload_calendar(doing: Doing, number: CalendarNumber, asked: UploadCalendar) -> ApiResponse:
    """予定表を読み直す。この中身の予定が、前の予定に代わります。"""
    entries = entries_in(asked.ics.encode(), doing.now)
    return doing.perform(Read.of, actions.upload_calendar, number, entries, now=doing.now)


@router.post("/calendars/{number}/again", response_model=Done, **writes(Scope.PEOPLE, Act.KEEP_PEOPLE))
def read_calendar_again(doing: Doing, number: CalendarNumber) -> ApiResponse:
    """URL の予定表を、まもなく読み直す。"""
    return doing.perform(Done.of, read_again, number, now=doing.now)


@router.post("/calendars/{number}/remove", response_model=Done, **writes(Scope.PEOPLE, Act.KEEP_PEOPLE))
def remove_calendar(doing: Doing, number: CalendarNumber) -> ApiResponse:
    """予定表を除く。その予定表によるこれからの閉庁日も、取り消せるものはなくなります。"""
    return doing.perform(Done.of, actions.remove_calendar, number, now=doing.now)
