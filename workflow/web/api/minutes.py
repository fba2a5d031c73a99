"""Calls on the minutes of a meeting, and on the record of the sitting they are made from."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from workflow import actions
from workflow.actions import Spoken
from workflow.domain.accounts import Scope
from workflow.domain.minutes import LONGEST_MINUTES, MinutesKind, Speaker
from workflow.domain.rights import Act
from workflow.queries.attendance import places
from workflow.queries.meetings import meeting as one_meeting
from workflow.queries.minutes import minutes_versions, parts_on
from workflow.queries.reading_rights import meeting_to_read
from workflow.queries.speeches import besides, speeches
from workflow.web.api.meetings import MeetingNumber
from workflow.web.api.models import Asked, Key, Line, Number, Reason, Text
from workflow.web.api.routing import ApiResponse, Call, Caller, Doing, reads, writes
from workflow.wire.minutes import MinutesShown, SittingShown
from workflow.wire.values import Done, Moment, Numbered

router = APIRouter(route_class=Call, tags=["minutes"])

WhyCorrected = Annotated[Text, Field(description="訂正の理由。会議の終了後に要ります")]
SpeechNumber = Annotated[Number, Path(description="発言の番号")]


class RecordSpeech(Asked):
    """発言"""

    speaker: Speaker
    text: Reason = Field(description="発言")
    member: Key | None = Field(default=None, description="委員の利用者ID（委員のとき）")
    name: Line | None = Field(default=None, description="職と氏名（説明者・関係者のとき）")
    reason: WhyCorrected = ""

    @property
    def spoken(self) -> Spoken:
        return Spoken(self.speaker, self.text, member=self.member or "", name=self.name or "")


class RecordNewSpeech(RecordSpeech):
    """発言の記録"""

    before: Number | None = Field(
        default=None, description="この番号の発言の前に入れる。null なら前の発言の後に続きます"
    )


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

    member: Key = Field(description="委員の利用者ID")
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
    doing: Doing, item: Annotated[Number, Path(description="議題の番号")], asked: RecordNewSpeech
) -> ApiResponse:
    """議題での発言を記録する。前の発言の後に続き、before があればその発言の前に入ります。"""
    return doing.perform(
        Numbered.of,
        actions.record_speech,
        item,
        asked.spoken,
        before=asked.before,
        reason=asked.reason,
        now=doing.now,
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


MinutesText = Annotated[str, Field(min_length=1, max_length=LONGEST_MINUTES, description="概要・会議録の文")]


class CorrectMinutes(Asked):
    """会議録の訂正"""

    minutes: MinutesText
    reason: Reason
    kind: MinutesKind = Field(default=MinutesKind.SUMMARY, description="概要・会議録の別")


class DraftMinutes(Asked):
    """会議録の案の作成"""

    anew: bool = Field(default=False, description="true: 人が直した案も、記録から作り直す")


class EditMinutes(Asked):
    """会議録の案の修正"""

    minutes: MinutesText
    seen: Annotated[int, Field(ge=0, le=2**31 - 1, description="読んだ案の改訂番号（revision）")]


class ConfirmMinutes(Asked):
    """会議録の確認"""

    seen: Annotated[int, Field(ge=0, le=2**31 - 1, description="読んだ案の改訂番号（revision）")]
    note: Text = Field(default="", description="所見。事務局が会長の書面での確認を記録するときは、その方法")


class ReturnMinutes(Asked):
    """会議録の差戻し"""

    note: Reason = Field(description="直すところ")


TextKind = Annotated[MinutesKind, Path(description="概要（summary）・会議録（full）の別")]


@router.get(
    "/meetings/{meeting}/minutes", response_model=MinutesShown, **reads(Act.SEE_MEETINGS, Act.READ_PLAN)
)
def minutes(caller: Caller, meeting: MeetingNumber) -> Any:
    """概要と会議録、版の新しい順。案は会議体の事務局・会長と監査だけ、会議体の外の人には、閲覧できる計画の議題の部分だけ。"""
    with caller.office.reading() as db:
        found = meeting_to_read(db, caller.person, meeting)
        if not found.whole:
            return MinutesShown.parts_of(parts_on(db, found.meeting, found.items))
        drafts = caller.person.may(Act.READ_DRAFTS, body=found.meeting.body_key)
        return MinutesShown.of(minutes_versions(db, meeting, drafts=drafts))


@router.post("/meetings/{meeting}/minutes", response_model=Done, **writes(Scope.MEETINGS, Act.KEEP_MINUTES))
def correct_minutes(doing: Doing, meeting: MeetingNumber, asked: CorrectMinutes) -> ApiResponse:
    """終了した会議の会議録を訂正する。確定していたものは新しい版になり、会長があらためて確認します。"""
    return doing.perform(
        Done.of,
        actions.correct_minutes,
        meeting,
        asked.minutes,
        asked.reason,
        kind=asked.kind,
        now=doing.now,
    )


@router.post(
    "/meetings/{meeting}/minutes/{kind}/draft",
    response_model=Numbered,
    **writes(Scope.MEETINGS, Act.KEEP_MINUTES),
)
def draft_minutes(doing: Doing, meeting: MeetingNumber, kind: TextKind, asked: DraftMinutes) -> ApiResponse:
    """会議の記録から案を作る。答えは版の番号です。"""
    return doing.perform(Numbered.of, actions.draft_minutes, meeting, kind, anew=asked.anew, now=doing.now)


@router.post(
    "/meetings/{meeting}/minutes/{kind}/edit", response_model=Done, **writes(Scope.MEETINGS, Act.KEEP_MINUTES)
)
def edit_minutes(doing: Doing, meeting: MeetingNumber, kind: TextKind, asked: EditMinutes) -> ApiResponse:
    """案を直す。"""
    return doing.perform(
        Done.of, actions.edit_minutes, meeting, kind, asked.minutes, seen=asked.seen, now=doing.now
    )


@router.post(
    "/meetings/{meeting}/minutes/{kind}/put", response_model=Done, **writes(Scope.MEETINGS, Act.KEEP_MINUTES)
)
def put_minutes(doing: Doing, meeting: MeetingNumber, kind: TextKind) -> ApiResponse:
    """案の確認を会長に依頼する。会長にメールが送られます。"""
    return doing.perform(Done.of, actions.put_minutes, meeting, kind, now=doing.now)


@router.post(
    "/meetings/{meeting}/minutes/{kind}/confirm",
    response_model=Done,
    **writes(Scope.MEETINGS, Act.CONFIRM_MINUTES),
)
def confirm_minutes(
    doing: Doing, meeting: MeetingNumber, kind: TextKind, asked: ConfirmMinutes
) -> ApiResponse:
    """会議録を確認し、確定する。"""
    return doing.perform(
        Done.of, actions.confirm_minutes, meeting, kind, seen=asked.seen, note=asked.note, now=doing.now
    )


@router.post(
    "/meetings/{meeting}/minutes/{kind}/return",
    response_model=Done,
    **writes(Scope.MEETINGS, Act.CONFIRM_MINUTES),
)
def return_minutes(doing: Doing, meeting: MeetingNumber, kind: TextKind, asked: ReturnMinutes) -> ApiResponse:
    """直すところを示して、会議録を案に戻す。"""
    return doing.perform(Done.of, actions.return_minutes, meeting, kind, asked.note, now=doing.now)


@router.post(
    "/meetings/{meeting}/minutes/{kind}/approval",
    response_model=Numbered,
    **writes(Scope.MEETINGS, Act.SET_AGENDA),
)
def list_minutes(doing: Doing, meeting: MeetingNumber, kind: TextKind) -> ApiResponse:
    """確定した会議録の承認を、次の会議の最初の議題に載せる。答えは議題の番号です。"""
    return doing.perform(Numbered.of, actions.list_minutes, meeting, kind, now=doing.now)
