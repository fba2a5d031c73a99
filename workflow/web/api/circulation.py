"""Calls on 供覧 and the discussion of a plan, which decide nothing."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from workflow import actions, queries
from workflow.domain.accounts import Scope
from workflow.domain.rights import Act
from workflow.queries.plans import plan_by_key
from workflow.web.api.models import Asked, Done, Key, Moment, Number, Numbered, Reason, Shown, Text, rows_of
from workflow.web.api.plans import PlanKey
from workflow.web.api.routing import Answer, Call, Caller, Doing, reads, writes

router = APIRouter(prefix="/plans/{plan}", route_class=Call, tags=["reading"])


class AskedShown(Shown):
    """供覧の依頼"""

    number: int = Field(description="供覧の番号")
    reader: str = Field(description="読む人の氏名")
    version: int = Field(description="版の番号")
    note: str = Field(description="伝言")
    by: str = Field(description="依頼した人の氏名")
    at: Moment
    read_at: Moment | None = Field(description="読んだ日時。まだなら null")


class RemarkShown(Shown):
    """意見交換の記入"""

    number: int = Field(description="記入の番号")
    by: str = Field(description="記入した人の氏名")
    text: str = Field(description="本文。取り消したものは空")
    at: Moment
    taken_back_at: Moment | None = Field(description="取り消した日時")


class ReadingShown(Shown):
    """供覧と意見交換"""

    asked: list[AskedShown] = Field(description="供覧の依頼、新しい版から")
    said: list[RemarkShown] = Field(description="意見交換、古い順")


class Circulate(Asked):
    """供覧"""

    readers: list[Key] = Field(min_length=1, max_length=1000, description="読む人の鍵")
    note: Text = Field(default="", description="伝言")


class Circulated(Shown):
    """依頼した供覧"""

    asked: int = Field(description="新たに依頼した人数")


class Say(Asked):
    """意見交換への記入"""

    text: Reason = Field(description="本文")


@router.get("/reading", response_model=ReadingShown, **reads())
def reading(caller: Caller, plan: PlanKey) -> Any:
    """供覧と意見交換。どちらも決定ではありません。"""
    with caller.office.reading() as db:
        found = queries.reading(db, plan_by_key(db, plan))
    return ReadingShown(asked=rows_of(AskedShown, found.asked), said=rows_of(RemarkShown, found.said))


@router.post("/circulate", response_model=Circulated, **writes(Scope.PLANS, Act.CIRCULATE))
def circulate(doing: Doing, plan: PlanKey, asked: Circulate) -> Answer:
    """現在の版を供覧に付す。既に依頼した人には重ねて送られません。"""
    return doing.perform(
        lambda count: Circulated(asked=count),
        actions.circulate,
        plan,
        asked.readers,
        note=asked.note,
        now=doing.now,
    )


@router.post("/circulations/{circulation}/read", response_model=Done, **writes(Scope.PLANS, Act.READ))
def mark_read(
    doing: Doing, plan: PlanKey, circulation: Annotated[Number, Path(description="供覧の番号")]
) -> Answer:
    """自分に依頼された供覧を読んだことを記録する。"""
    return doing.perform(Done.of, actions.mark_read, circulation, now=doing.now)


@router.post("/remarks", response_model=Numbered, **writes(Scope.PLANS, Act.DISCUSS))
def remark(doing: Doing, plan: PlanKey, asked: Say) -> Answer:
    """意見交換に記入する。"""
    return doing.perform(Numbered.of, actions.remark, plan, asked.text, now=doing.now)


@router.post("/remarks/{remark}/take_back", response_model=Done, **writes(Scope.PLANS, Act.DISCUSS))
def take_back_remark(
    doing: Doing, plan: PlanKey, remark: Annotated[Number, Path(description="記入の番号")]
) -> Answer:
    """自分の記入を取り消す。"""
    return doing.perform(Done.of, actions.take_back_remark, remark, now=doing.now)
