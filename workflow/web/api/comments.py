"""Calls on パブリックコメント: the period with its counts, the opinions; open, change, receive, answer, publish. Each
names its period by `round`, the newest where it is left out. Who wrote an opinion is shown to those alone who run the
comment, through a token made for it."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field

from workflow import actions, queries
from workflow.domain.accounts import Scope
from workflow.domain.comments import Author, Disposition, Route
from workflow.domain.rights import Act
from workflow.queries.plans import plan_by_key
from workflow.queries.reading_rights import plan_to_read
from workflow.web.api.models import Asked, Key, Line, Number, Reason, Text
from workflow.web.api.plans import PlanKey
from workflow.web.api.routing import ApiResponse, Call, Caller, Doing, reads, writes
from workflow.web.security import note_reading
from workflow.wire.comments import Comment, Counts, Opened, Opinions, Receipt, Split
from workflow.wire.values import Day, Done, Moment, Numbered

router = APIRouter(route_class=Call, prefix="/plans/{plan}/comment", tags=["comments"])


Round = Annotated[Number | None, Field(description="第何回の募集か。省くと最新の募集")]
AskedRound = Annotated[Number | None, Query(alias="round", description="第何回の募集か。省くと最新の募集")]


class OpenComment(Asked):
    """募集の開始"""

    gate: Key = Field(description="パブリックコメントの手続ID")
    opens_on: Day = Field(description="募集開始日")
    closes_on: Day | None = Field(default=None, description="募集終了日。省くと定めの日数")
    shortened_why: Reason | None = Field(default=None, description="日数を縮める理由")
    places: tuple[Line, ...] = Field(default=(), max_length=100, description="閲覧場所")
    contact: Text = Field(default="", description="提出先・問合せ先")


class ReceiveOpinions(Asked):
    """届いた意見"""

    name: Line = Field(description="氏名（団体は団体名と代表者名）")
    address: str = Field(default="", max_length=400, description="住所")
    telephone: str = Field(default="", max_length=60, description="電話")
    affiliation: str = Field(default="", max_length=400, description="在勤・在学先")
    route: Route
    received_at: Moment = Field(description="届いた日時")
    opinions: list[Reason] = Field(min_length=1, max_length=200, description="意見、1 件ごと")
    round: Round = None


class SplitOpinion(Asked):
    """1 件の意見の分割"""

    parts: list[Reason] = Field(min_length=1, max_length=200, description="分けた意見、書かれた言葉のまま")
    round: Round = None


class AnswerOpinions(Asked):
    """意見への回答"""

    opinions: list[Number] = Field(min_length=1, max_length=1000, description="答える意見の番号")
    summary: Reason = Field(description="意見の概要")
    answer: Reason = Field(description="区の考え方")
    disposition: Disposition
    round: Round = None


class ExtendComment(Asked):
    """募集期間の延長"""

    closes_on: Day = Field(description="新しい募集終了日")
    reason: Reason
    round: Round = None


class CorrectComment(Asked):
    """募集の訂正。省いたものは変わりません"""

    opens_on: Day | None = Field(default=None, description="募集開始日")
    closes_on: Day | None = Field(default=None, description="募集終了日")
    shortened_why: Reason | None = Field(default=None, description="日数を縮める理由")
    places: Annotated[list[Line], Field(max_length=100)] | None = Field(default=None, description="閲覧場所")
    contact: Text | None = Field(default=None, description="提出先・問合せ先")
    reason: Reason
    round: Round = None


class CancelComment(Asked):
    """募集の中止"""

    reason: Reason
    round: Round = None


class CountComment(Asked):
    """前に行った募集を有効とする決定"""

    gate: Key = Field(description="パブリックコメントの手続ID")
    reason: Reason


@router.get("", response_model=Comment, **reads(Act.READ_PLAN))
def comment(caller: Caller, plan: PlanKey, asked_round: AskedRound = None) -> Any:
    """パブリックコメントの期間と、意見の件数・人数。"""
    with caller.office.reading() as db:
        plan_to_read(db, caller.person, plan)
        found = queries.chosen_round(db, plan, asked_round, caller.now)
        return Comment.of(found, queries.comment_counts(db, found.held_id))


@router.get("/opinions", response_model=Opinions, **reads(Act.RUN_COMMENT))
def opinions(
    request: Request,
    caller: Caller,
    plan: PlanKey,
    following: Annotated[Number | None, Query(description="この番号の意見の次から")] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="一度に返す数")] = 200,
    asked_round: AskedRound = None,
) -> Any:
    """パブリックコメントの意見と、区の考え方、届いた順。"""
    with caller.office.reading() as db:
        caller.person.require(Act.RUN_COMMENT, department=plan_by_key(db, plan).department)
        period = queries.chosen_round(db, plan, asked_round, caller.now)
        found, more = queries.opinions_after(db, period.held_id, following or 0, limit)
        shown = Scope.COMMENTS in caller.scopes
        writers = queries.writers(db, [each.submission for each in found]) if shown else {}
    if writers:
        note_reading(request, caller.office, caller.key, period.plan.id, caller.now, exported=True)
    return Opinions.of(found, more, writers)


@router.post("", response_model=Opened, **writes(Scope.COMMENTS, Act.RUN_COMMENT))
def open_comment(doing: Doing, plan: PlanKey, asked: OpenComment) -> ApiResponse:
    """現在の版について意見の募集を始める。"""
    return doing.perform(
        lambda last: Opened(closes_on=last), actions.open_comment, plan, **dict(asked), now=doing.now
    )


@router.post("/opinions", response_model=Receipt, **writes(Scope.COMMENTS, Act.RUN_COMMENT))
def receive_opinions(doing: Doing, plan: PlanKey, asked: ReceiveOpinions) -> ApiResponse:
    """届いた意見を登録する。期間の後に届いたものも残し、印を付けます。"""
    writer = Author(asked.name, asked.address, asked.telephone, asked.affiliation)
    return doing.perform(
        lambda receipt: Receipt(receipt=receipt),
        actions.receive_opinions,
        plan,
        writer,
        asked.opinions,
        route=asked.route,
        received_at=asked.received_at,
        round=asked.round,
        now=doing.now,
    )


@router.post("/opinions/{opinion}/split", response_model=Split, **writes(Scope.COMMENTS, Act.RUN_COMMENT))
def split_opinion(
    doing: Doing,
    plan: PlanKey,
    opinion: Annotated[Number, Path(description="意見の番号")],
    asked: SplitOpinion,
) -> ApiResponse:
    """いくつかの意見を含む 1 件を分ける。元の文は記録に残ります。"""
    return doing.perform(
        lambda numbers: Split(numbers=numbers),
        actions.split_opinion,
        plan,
        opinion,
        asked.parts,
        round=asked.round,
        now=doing.now,
    )


@router.post("/answers", response_model=Numbered, **writes(Scope.COMMENTS, Act.RUN_COMMENT))
def answer_opinions(doing: Doing, plan: PlanKey, asked: AnswerOpinions) -> ApiResponse:
    """区の考え方を、似た意見にまとめて答える。"""
    return doing.perform(Numbered.of, actions.answer_opinions, plan, **dict(asked), now=doing.now)


@router.post("/publish", response_model=Done, **writes(Scope.COMMENTS, Act.RUN_COMMENT))
def publish_result(doing: Doing, plan: PlanKey, asked_round: AskedRound = None) -> ApiResponse:
    """結果を公表する。募集が終わり、すべての意見に答えてから。"""
    return doing.perform(Done.of, actions.publish_result, plan, round=asked_round, now=doing.now)


@router.post("/addendum", response_model=Done, **writes(Scope.COMMENTS, Act.RUN_COMMENT))
def publish_addendum(doing: Doing, plan: PlanKey, asked_round: AskedRound = None) -> ApiResponse:
    """公表の後に見つかった、期間内の意見への回答を、追補として公表する。"""
    return doing.perform(Done.of, actions.publish_addendum, plan, round=asked_round, now=doing.now)


@router.post("/extend", response_model=Done, **writes(Scope.COMMENTS, Act.RUN_COMMENT))
def extend_comment(doing: Doing, plan: PlanKey, asked: ExtendComment) -> ApiResponse:
    """募集期間を延長する。理由は公開されます。"""
    return doing.perform(Done.of, actions.extend_comment, plan, **dict(asked), now=doing.now)


@router.post("/correct", response_model=Done, **writes(Scope.COMMENTS, Act.RUN_COMMENT))
def correct_comment(doing: Doing, plan: PlanKey, asked: CorrectComment) -> ApiResponse:
    """募集の日や閲覧場所などの誤りを直す。結果の公表まで。理由は公開されます。"""
    return doing.perform(Done.of, actions.correct_comment, plan, **dict(asked), now=doing.now)


@router.post("/cancel", response_model=Done, **writes(Scope.COMMENTS, Act.RUN_COMMENT))
def cancel_comment(doing: Doing, plan: PlanKey, asked: CancelComment) -> ApiResponse:
    """募集を中止する。届いた意見は残り、同じ版についてあらためて募集できます。"""
    return doing.perform(Done.of, actions.cancel_comment, plan, **dict(asked), now=doing.now)


@router.post("/count", response_model=Counts, **writes(Scope.COMMENTS, Act.RUN_COMMENT))
def count_held_comment(doing: Doing, plan: PlanKey, asked: CountComment) -> ApiResponse:
    """差戻しの前に行った募集を、いまの段階でも有効とする。策定の流れの手続が held_still_counts で認めるときだけ。"""
    return doing.perform(
        lambda number: Counts(round=number), actions.count_held_comment, plan, **dict(asked), now=doing.now
    )
