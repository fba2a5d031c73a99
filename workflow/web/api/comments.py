"""Calls on パブリックコメント: the period with its counts, the opinions; open, receive, answer, publish. Who wrote an
opinion is shown to those alone who run the comment, through a token made for it."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow import actions, queries
from workflow.domain.accounts import Scope
from workflow.domain.calendar import tokyo_day
from workflow.domain.comments import Author, Disposition, Route
from workflow.domain.errors import NotFound
from workflow.domain.rights import Act
from workflow.queries.actor import actor
from workflow.queries.plans import PlanFact, plan_by_key
from workflow.store.tables import Answer as Answered
from workflow.store.tables import CommentPeriod, Opinion, Submission
from workflow.web.api.models import Asked, Day, Done, Key, Line, Moment, Number, Numbered, Reason, Shown, Text
from workflow.web.api.plans import PlanKey
from workflow.web.api.routing import Answer, Call, Caller, Doing, Program, reads, writes

router = APIRouter(route_class=Call, prefix="/plans/{plan}/comment", tags=["comments"])


class Counted(Shown):
    """件数と人数"""

    opinions: int = Field(description="意見の件数")
    persons: int = Field(description="提出した人数")
    by_route: dict[Route, int] = Field(description="受付方法ごとの人数")
    late_opinions: int = Field(description="期間の後に届いた件数")
    late_persons: int = Field(description="期間の後に届いた人数")


class Period(Shown):
    """計画の最新のパブリックコメント"""

    gate: str = Field(description="関門の鍵", validation_alias="gate_key")
    opens_on: Day = Field(description="募集開始日")
    closes_on: Day = Field(description="募集終了日。この日の 24:00 に終わります")
    shortened_why: str | None = Field(description="日数を縮めた理由")
    places: list[str] = Field(description="閲覧場所")
    published_at: Moment | None = Field(description="結果を公表した日時")


class Comment(Shown):
    """計画の最新のパブリックコメントと、件数"""

    period: Period
    counted: Counted


class WriterShown(Shown):
    """提出者"""

    name: str = Field(description="氏名")
    address: str = Field(description="住所")
    telephone: str = Field(description="電話")
    affiliation: str = Field(description="在勤・在学先")


class OpinionShown(Shown):
    """意見"""

    number: int = Field(description="意見の番号")
    submission: int = Field(description="受付の番号")
    route: Route
    received_at: Moment
    late: bool = Field(description="期間の後に届いたか")
    text: str = Field(description="意見")
    disposition: Disposition | None = Field(description="扱い。未回答なら null")
    summary: str | None = Field(description="意見の概要")
    answer: str | None = Field(description="区の考え方")
    writer: WriterShown | None = Field(description="提出者。実施する職員の、範囲 comments の鍵だけに示します")


class Opinions(Shown):
    """意見の 1 ページ、届いた順"""

    opinions: list[OpinionShown]
    following: int | None = Field(
        description="続きを読むときに following として送る番号。最後のページでは null"
    )


class Opened(Shown):
    """始めた募集"""

    closes_on: Day = Field(description="募集終了日。この日の 24:00 に終わります")


class Receipt(Shown):
    """意見の受付"""

    receipt: str = Field(description="受付番号", examples=["1-0001"])


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


class Split(Shown):
    """分けた意見"""

    numbers: list[int] = Field(description="意見の番号。初めのものは元の番号のまま")


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
        period = _newest(db, plan_by_key(db, plan))
        counted = queries.comment_counts(db, period.id)
        return Comment(period=Period.model_validate(period), counted=Counted.model_validate(counted))


@router.get("/opinions", response_model=Opinions, **reads())
def opinions(
    caller: Caller,
    plan: PlanKey,
    following: Annotated[Number | None, Query(description="この番号の意見の次から")] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="一度に返す数")] = 200,
) -> Any:
    """最新のパブリックコメントの意見と、区の考え方、届いた順。"""
    with caller.office.reading() as db:
        fact = plan_by_key(db, plan)
        named = _may_see_writers(db, caller, fact)
        wanted = (
            select(Opinion, Submission, Answered)
            .join(Submission, Submission.id == Opinion.submission_id)
            .outerjoin(Answered, Answered.id == Opinion.answer_id)
            .where(Submission.period_id == _newest(db, fact).id, Opinion.id > (following or 0))
            .order_by(Opinion.id)
            .limit(limit + 1)
        )
        rows = db.execute(wanted).all()
    found = [_shown(*row, named=named) for row in rows[:limit]]
    return Opinions(opinions=found, following=found[-1].number if len(rows) > limit else None)


@router.post("", response_model=Opened, **writes(Scope.COMMENTS, Act.RUN_COMMENT))
def open_comment(doing: Doing, plan: PlanKey, asked: OpenComment) -> Answer:
    """現在の版について意見の募集を始める。"""
    return doing.perform(
        lambda last: Opened(closes_on=last), actions.open_comment, plan, **dict(asked), now=doing.now
    )


@router.post("/opinions", response_model=Receipt, **writes(Scope.COMMENTS, Act.RUN_COMMENT))
def receive_opinions(doing: Doing, plan: PlanKey, asked: ReceiveOpinions) -> Answer:
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
) -> Answer:
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
def answer_opinions(doing: Doing, plan: PlanKey, asked: AnswerOpinions) -> Answer:
    """区の考え方を、似た意見にまとめて答える。"""
    return doing.perform(Numbered.of, actions.answer_opinions, plan, **dict(asked), now=doing.now)


@router.post("/publish", response_model=Done, **writes(Scope.COMMENTS, Act.RUN_COMMENT))
def publish_result(doing: Doing, plan: PlanKey) -> Answer:
    """結果を公表する。募集が終わり、すべての意見に答えてから。"""
    return doing.perform(Done.of, actions.publish_result, plan, now=doing.now)


def _newest(db: Session, plan: PlanFact) -> CommentPeriod:
    found = db.scalar(
        select(CommentPeriod)
        .where(CommentPeriod.plan_id == plan.id)
        .order_by(CommentPeriod.id.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound("パブリックコメント", plan.key)
    return found


def _may_see_writers(db: Session, caller: Program, plan: PlanFact) -> bool:
    who = actor(db, caller.key, tokyo_day(caller.now))
    return Scope.COMMENTS in caller.scopes and who.may(Act.RUN_COMMENT, department=plan.department)


def _shown(opinion: Opinion, sent: Submission, answer: Answered | None, *, named: bool) -> OpinionShown:
    answered: Mapping[str, Any] = {"disposition": None, "summary": None, "answer": None}
    if answer is not None:
        answered = {
            "disposition": Disposition(answer.disposition),
            "summary": answer.summary,
            "answer": answer.text,
        }
    return OpinionShown(
        number=opinion.id,
        submission=sent.number,
        route=Route(sent.route),
        received_at=sent.received_at,
        late=sent.late,
        text=opinion.text,
        writer=WriterShown.model_validate(sent) if named else None,
        **answered,
    )
