"""Calls on パブリックコメント: the period with its counts, the opinions; open, receive, answer, publish. Who wrote an
opinion is shown to those alone who run the comment, through a token made for it."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import Field

from workflow import actions, queries
from workflow.domain.accounts import Scope
from workflow.domain.calendar import tokyo_day
from workflow.domain.comments import Author, Disposition, Route
from workflow.domain.rights import Act
from workflow.queries.actor import actor
from workflow.web.api.models import Asked, Key, Line, Number, Reason, Text
from workflow.web.api.plans import PlanKey
from workflow.web.api.routing import ApiResponse, Call, Caller, Doing, reads, writes
from workflow.wire.comments import Comment, Opened, Opinions, Receipt, Split
from workflow.wire.values import Day, Done, Moment, Numbered

router = APIRouter(route_class=Call, prefix="/plans/{plan}/comment", tags=["comments"])


class OpenComment(Asked):
    """募集の開始"""

    gate: Key = Field(description="パブリックコメントの関門の鍵")
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


class SplitOpinion(Asked):
    """1 件の意見の分割"""

    parts: list[Reason] = Field(min_length=1, max_length=200, description="分けた意見、書かれた言葉のまま")


class AnswerOpinions(Asked):
    """意見への回答"""

    opinions: list[Number] = Field(min_length=1, max_length=1000, description="答える意見の番号")
    summary: Reason = Field(description="意見の概要")
    answer: Reason = Field(description="区の考え方")
    disposition: Disposition


@router.get("", response_model=Comment, **reads())
def comment(caller: Caller, plan: PlanKey) -> Any:
    """最新のパブリックコメントの期間と、意見の件数・人数。"""
    with caller.office.reading() as db:
        found = queries.newest_consultation(db, plan, caller.now)
        return Comment.of(found, queries.comment_counts(db, found.id))


@router.get("/opinions", response_model=Opinions, **reads())
def opinions(
    caller: Caller,
    plan: PlanKey,
    following: Annotated[Number | None, Query(description="この番号の意見の次から")] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="一度に返す数")] = 200,
) -> Any:
    """最新のパブリックコメントの意見と、区の考え方、届いた順。"""
    with caller.office.reading() as db:
        period = queries.newest_consultation(db, plan, caller.now)
        found, more = queries.opinions_after(db, period.id, following or 0, limit)
        who = actor(db, caller.key, tokyo_day(caller.now))
        shown = Scope.COMMENTS in caller.scopes and who.may(
            Act.RUN_COMMENT, department=period.plan.department
        )
        writers = queries.writers(db, [each.submission for each in found]) if shown else {}
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
        now=doing.now,
    )


@router.post("/answers", response_model=Numbered, **writes(Scope.COMMENTS, Act.RUN_COMMENT))
def answer_opinions(doing: Doing, plan: PlanKey, asked: AnswerOpinions) -> ApiResponse:
    """区の考え方を、似た意見にまとめて答える。"""
    return doing.perform(Numbered.of, actions.answer_opinions, plan, **dict(asked), now=doing.now)


@router.post("/publish", response_model=Done, **writes(Scope.COMMENTS, Act.RUN_COMMENT))
def publish_result(doing: Doing, plan: PlanKey) -> ApiResponse:
    """結果を公表する。募集が終わり、すべての意見に答えてから。"""
    return doing.perform(Done.of, actions.publish_result, plan, now=doing.now)
