"""Calls on what is decided: outcomes, votes, conditions, 専決, corrections, 引戻し, 決裁 and 後閲."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from definitions.terms import Outcome
from workflow import actions, queries
from workflow.domain.accounts import Scope
from workflow.domain.cover import ConfirmationResult
from workflow.domain.rights import Act
from workflow.domain.votes import Choice
from workflow.queries.agenda import put
from workflow.queries.meetings import meeting
from workflow.queries.reading_rights import plan_to_read
from workflow.web.api.meetings import Because
from workflow.web.api.models import Asked, Key, Number, Reason, Text
from workflow.web.api.plans import PlanKey
from workflow.web.api.routing import ApiResponse, Call, Caller, Doing, reads, writes
from workflow.wire.decisions import Decisions, TallyShown, VoteGiven
from workflow.wire.values import Done, Numbered

router = APIRouter(route_class=Call, tags=["decisions"])

Conditions = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=20_000)], ...],
    Field(max_length=100, description="条件。条件付き了承のときだけ"),
]
Note = Annotated[Text, Field(description="備考・附帯意見")]
ItemNumber = Annotated[Number, Path(description="議題の番号")]
DecisionNumber = Annotated[Number, Path(description="決定の番号")]
SignoffNumber = Annotated[Number, Path(description="決裁の番号")]
GateKey = Annotated[Key, Path(description="手続ID")]


LateText = Annotated[Text, Field(description="会議の後に登録した版を、会議が見たといえる理由（後日登録）")]
Version = Annotated[int, Field(ge=1, description="読んだ版の番号。新しい版があれば断られます")]


class RecordOutcome(Asked):
    """結果の記録"""

    outcome: Outcome
    conditions: Conditions = ()
    note: Note = ""
    late_text: LateText = ""


class CastVote(Asked):
    """採決の票、または持ち回りの回答"""

    choice: Choice
    member: Key | None = Field(default=None, description="代理する委員の利用者ID")
    remark: Text = Field(default="", description="回答に添える意見・条件")


class EnterVotes(Asked):
    """挙手の結果"""

    votes: dict[Key, Choice] = Field(min_length=1, max_length=1000, description="委員の利用者IDごとの票")
    reason: Text = Field(default="", description="委員が自ら入れた票を置き換える理由")


class TakeBackVote(Asked):
    """票の取消し"""

    member: Key | None = Field(default=None, description="代理する委員の利用者ID")


class DecidingVote(Asked):
    """可否同数のときの裁決"""

    choice: Choice


class DecideByVotes(Asked):
    """採決の集計"""

    conditions: Conditions = ()
    note: Note = ""
    late_text: LateText = ""


class DecideAlone(Asked):
    """専決"""

    outcome: Outcome
    reason: Reason
    seen: Version


class Correct(Asked):
    """訂正"""

    outcome: Outcome
    reason: Reason
    conditions: Conditions = ()


class CloseCondition(Asked):
    """条件の解消"""

    note: Reason = Field(description="どう満たしたか")
    on: date | None = Field(default=None, description="満たした日。後から登録するときだけ")


class Sign(Asked):
    """決裁"""

    approve: bool = Field(
        default=True, description="決裁するか。返すときは false とし、note に理由を書きます"
    )
    note: Text = Field(default="", description="備考")
    seen: Version


class Confirm(Asked):
    """訂正の確認"""

    seen: Version
    result: ConfirmationResult = Field(
        default=ConfirmationResult.CONFIRMED, description="確認するか、会議に諮り直すか"
    )
    note: Text = Field(default="", description="所見。事務局が書面から登録するときは、確認の方法")
    person: Key | None = Field(
        default=None, description="書面で確認した会長の利用者ID。事務局が登録するときだけ"
    )
    on: date | None = Field(default=None, description="確認した日。後から登録するときだけ")


class ReviewSignoff(Asked):
    """後閲"""

    note: Text = Field(default="", description="所見")


@router.get("/plans/{plan}/decisions", response_model=Decisions, **reads(Act.READ_PLAN))
def decisions(caller: Caller, plan: PlanKey) -> Any:
    """計画について決したことと決裁、古い順。"""
    with caller.office.reading() as db:
        fact = plan_to_read(db, caller.person, plan)
        return Decisions.of(fact, queries.answers_with_validity(db, fact, caller.now))


@router.get("/items/{item}/tally", response_model=TallyShown, **reads(Act.READ_MEETING))
def tally(caller: Caller, item: ItemNumber) -> Any:
    """議題の、いまの票の数。"""
    with caller.office.reading() as db:
        held = meeting(db, put(db, item).meeting)
        if not caller.person.may_read_meeting_of(held.body_key):
            caller.person.refuse(Act.READ_MEETING)
        return TallyShown.model_validate(actions.current_tally(db, item))


@router.post("/items/{item}/outcome", response_model=Numbered, **writes(Scope.DECISIONS, Act.RECORD_OUTCOME))
def record_outcome(doing: Doing, item: ItemNumber, asked: RecordOutcome) -> ApiResponse:
    """議事から結果を記録する。担当課と事務局に結果のお知らせが送られます。"""
    return doing.perform(Numbered.of, actions.record_outcome, item, **dict(asked), now=doing.now)


@router.post("/items/{item}/votes", response_model=VoteGiven, **writes(Scope.DECISIONS, Act.VOTE))
def cast_vote(doing: Doing, item: ItemNumber, asked: CastVote) -> ApiResponse:
    """採決の票、または持ち回りの回答を入れる。期限を過ぎた持ち回りの回答は、残りますが、数えません。"""
    return doing.perform(
        VoteGiven.of,
        actions.cast_vote,
        item,
        asked.choice,
        member=asked.member,
        remark=asked.remark,
        now=doing.now,
    )


@router.post(
    "/items/{item}/votes/entered", response_model=Done, **writes(Scope.DECISIONS, Act.ENTER_ATTENDANCE)
)
def enter_votes(doing: Doing, item: ItemNumber, asked: EnterVotes) -> ApiResponse:
    """会議での挙手の結果を、事務局がまとめて入れる。"""
    return doing.perform(Done.of, actions.enter_votes, item, asked.votes, reason=asked.reason, now=doing.now)


@router.post("/items/{item}/votes/take_back", response_model=Done, **writes(Scope.DECISIONS, Act.VOTE))
def take_back_vote(doing: Doing, item: ItemNumber, asked: TakeBackVote) -> ApiResponse:
    """自分の票、または事務局が自ら入れた票を取り消す。決するまでの間だけできます。"""
    return doing.perform(Done.of, actions.take_back_vote, item, member=asked.member, now=doing.now)


@router.post(
    "/items/{item}/deciding_vote", response_model=Done, **writes(Scope.DECISIONS, Act.CAST_DECIDING_VOTE)
)
def cast_deciding_vote(doing: Doing, item: ItemNumber, asked: DecidingVote) -> ApiResponse:
    """可否同数のとき、進行した会長が決する。事務局は、議事録から入れられます。"""
    return doing.perform(Done.of, actions.cast_deciding_vote, item, asked.choice, now=doing.now)


@router.post("/items/{item}/count", response_model=Numbered, **writes(Scope.DECISIONS, Act.RECORD_OUTCOME))
def decide_by_votes(doing: Doing, item: ItemNumber, asked: DecideByVotes) -> ApiResponse:
    """票を集計して結果を記録する。"""
    return doing.perform(Numbered.of, actions.decide_by_votes, item, **dict(asked), now=doing.now)


@router.post(
    "/plans/{plan}/gates/{gate}/decide_alone",
    response_model=Numbered,
    **writes(Scope.DECISIONS, Act.DECIDE_ALONE),
)
def decide_alone(doing: Doing, plan: PlanKey, gate: GateKey, asked: DecideAlone) -> ApiResponse:
    """専決: 会議を開けないとき、会長が決する。次の会議への報告が残ります。"""
    return doing.perform(
        Numbered.of,
        actions.decide_alone,
        plan,
        gate,
        asked.outcome,
        asked.reason,
        seen=asked.seen,
        now=doing.now,
    )


@router.post(
    "/plans/{plan}/gates/{gate}/confirm",
    response_model=Numbered,
    **writes(Scope.DECISIONS, Act.CONFIRM),
)
def confirm_text(doing: Doing, plan: PlanKey, gate: GateKey, asked: Confirm) -> ApiResponse:
    """訂正された文書が、会議体の決した文書であることを確認する。または、会議に諮り直すこととする。"""
    return doing.perform(Numbered.of, actions.confirm_text, plan, gate, **dict(asked), now=doing.now)


@router.post(
    "/confirmations/{confirmation}/take_back",
    response_model=Done,
    **writes(Scope.DECISIONS, Act.CONFIRM),
)
def take_back_confirmation(
    doing: Doing,
    confirmation: Annotated[Number, Path(description="確認の番号")],
    asked: Because,
) -> ApiResponse:
    """引戻し: 計画が動く前に、自分の確認を取り消す。"""
    return doing.perform(Done.of, actions.take_back_confirmation, confirmation, asked.reason, now=doing.now)


@router.post(
    "/confirmations/{confirmation}/review", response_model=Done, **writes(Scope.DECISIONS, Act.REVIEW)
)
def review_confirmation(
    doing: Doing,
    confirmation: Annotated[Number, Path(description="確認の番号")],
    asked: ReviewSignoff,
) -> ApiResponse:
    """後閲: 代理者が会長に代わって確認したものを読んだことを記録する。"""
    return doing.perform(Done.of, actions.review_confirmation, confirmation, note=asked.note, now=doing.now)


@router.post(
    "/decisions/{decision}/correct",
    response_model=Numbered,
    **writes(Scope.DECISIONS, Act.RECORD_OUTCOME),
)
def correct_decision(doing: Doing, decision: DecisionNumber, asked: Correct) -> ApiResponse:
    """訂正: 前の記録を残したまま、新しい記録で置き換える。"""
    return doing.perform(Numbered.of, actions.correct_decision, decision, **dict(asked), now=doing.now)


@router.post(
    "/decisions/{decision}/take_back", response_model=Done, **writes(Scope.DECISIONS, Act.RECORD_OUTCOME)
)
def take_back_decision(doing: Doing, decision: DecisionNumber, asked: Because) -> ApiResponse:
    """引戻し: 次の人が動く前に、自分の記録を取り消す。"""
    return doing.perform(Done.of, actions.take_back_decision, decision, asked.reason, now=doing.now)


@router.post(
    "/conditions/{condition}/close", response_model=Done, **writes(Scope.DECISIONS, Act.CLOSE_CONDITION)
)
def close_condition(
    doing: Doing,
    condition: Annotated[Number, Path(description="条件の番号")],
    asked: CloseCondition,
) -> ApiResponse:
    """条件付き了承の条件を、どう満たしたかを書いて解消する。"""
    return doing.perform(Done.of, actions.close_condition, condition, asked.note, on=asked.on, now=doing.now)


@router.post("/plans/{plan}/gates/{gate}/sign", response_model=Numbered, **writes(Scope.DECISIONS, Act.SIGN))
def sign(doing: Doing, plan: PlanKey, gate: GateKey, asked: Sign) -> ApiResponse:
    """決裁する、または理由を付けて返す。代決・専決の別は、誰が決裁したかから決まります。"""
    return doing.perform(Numbered.of, actions.sign, plan, gate, **dict(asked), now=doing.now)


@router.post("/signoffs/{signoff}/take_back", response_model=Done, **writes(Scope.DECISIONS, Act.SIGN))
def take_back_signoff(doing: Doing, signoff: SignoffNumber, asked: Because) -> ApiResponse:
    """自分の決裁を引き戻す。計画が動くまで、後閲が済むまでの間だけできます。"""
    return doing.perform(Done.of, actions.take_back_signoff, signoff, asked.reason, now=doing.now)


@router.post("/signoffs/{signoff}/review", response_model=Done, **writes(Scope.DECISIONS, Act.REVIEW))
def review_signoff(doing: Doing, signoff: SignoffNumber, asked: ReviewSignoff) -> ApiResponse:
    """後閲: 自分の名で代決されたものを読んだことを記録する。"""
    return doing.perform(Done.of, actions.review_signoff, signoff, note=asked.note, now=doing.now)
