"""Calls on 供覧 and the discussion of a plan, which decide nothing."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from workflow import actions, queries
from workflow.domain.accounts import Scope
from workflow.domain.rights import Act
from workflow.queries.reading_rights import plan_to_read
from workflow.web.api.models import Asked, Key, Number, Reason, Text
from workflow.web.api.plans import PlanKey
from workflow.web.api.routing import ApiResponse, Call, Caller, Doing, reads, writes
from workflow.wire.circulation import Circulated, ReadingShown
from workflow.wire.values import Done, Numbered

router = APIRouter(prefix="/plans/{plan}", route_class=Call, tags=["reading"])


GroupKey = Annotated[
    str,
    Field(pattern=r"^(department|body):[a-z0-9][a-z0-9_-]{0,59}$", examples=["body:joho_bukai"]),
]


class Circulate(Asked):
    """供覧"""

    readers: list[Key] = Field(max_length=1000, description="読む人の利用者ID")
    groups: list[GroupKey] = Field(
        default_factory=list,
        max_length=100,
        description="全員に依頼する課・会議体（department:課ID、body:会議体ID）",
    )
    note: Text = Field(default="", description="伝言")


class Say(Asked):
    """意見交換への記入"""

    text: Reason = Field(description="本文")


@router.get("/reading", response_model=ReadingShown, **reads(Act.READ_PLAN))
def reading(caller: Caller, plan: PlanKey) -> Any:
    """供覧と意見交換。どちらも決定ではありません。"""
    with caller.office.reading() as db:
        return ReadingShown.of(queries.reading(db, plan_to_read(db, caller.person, plan)))


@router.post("/circulate", response_model=Circulated, **writes(Scope.PLANS, Act.CIRCULATE))
def circulate(doing: Doing, plan: PlanKey, asked: Circulate) -> ApiResponse:
    """現在の版を供覧に付す。既に依頼した人には重ねて送られません。"""
    return doing.perform(
        lambda count: Circulated(asked=count),
        actions.circulate,
        plan,
        asked.readers,
        groups=asked.groups,
        note=asked.note,
        now=doing.now,
    )


@router.post("/circulations/{circulation}/read", response_model=Done, **writes(Scope.PLANS, Act.READ))
def mark_read(
    doing: Doing, plan: PlanKey, circulation: Annotated[Number, Path(description="供覧の番号")]
) -> ApiResponse:
    """自分に依頼された供覧を読んだことを記録する。"""
    return doing.perform(Done.of, actions.mark_read, circulation, now=doing.now)


@router.post("/remarks", response_model=Numbered, **writes(Scope.PLANS, Act.DISCUSS))
def remark(doing: Doing, plan: PlanKey, asked: Say) -> ApiResponse:
    """意見交換に記入する。"""
    return doing.perform(Numbered.of, actions.remark, plan, asked.text, now=doing.now)


@router.post("/remarks/{remark}/take_back", response_model=Done, **writes(Scope.PLANS, Act.DISCUSS))
def take_back_remark(
    doing: Doing, plan: PlanKey, remark: Annotated[Number, Path(description="記入の番号")]
) -> ApiResponse:
    """自分の記入を取り消す。"""
    return doing.perform(Done.of, actions.take_back_remark, remark, now=doing.now)
