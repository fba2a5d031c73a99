"""Calls on 照会, which open no gate."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from workflow import actions, queries
from workflow.domain.accounts import Scope
from workflow.domain.inquiries import GivenRemark, Silence, Verdict
from workflow.domain.rights import Act
from workflow.queries.reading_rights import plan_to_read
from workflow.web.api.models import Asked, Key, Line, Number, Reason
from workflow.web.api.plans import PlanKey
from workflow.web.api.routing import ApiResponse, Call, Caller, Doing, reads, writes
from workflow.wire.inquiries import Added, Inquiries, InquiryShown
from workflow.wire.values import Day, Done, Numbered

router = APIRouter(prefix="/plans/{plan}/inquiries", route_class=Call, tags=["inquiries"])

InquiryNumber = Annotated[Number, Path(description="照会の番号")]
Due = Annotated[Day, Field(description="回答の期限。その日の24時まで")]


class Inquire(Asked):
    """照会"""

    title: Line = Field(description="件名")
    text: Reason = Field(description="照会文")
    questions: list[Reason] = Field(default_factory=list, max_length=100, description="質問")
    departments: list[Key] = Field(default_factory=list, max_length=1000, description="宛先の課ID")
    people: list[Key] = Field(default_factory=list, max_length=1000, description="宛先の利用者ID")
    due_on: Due
    silence: Silence


class MoreAddressees(Asked):
    """宛先の追加"""

    departments: list[Key] = Field(max_length=1000, description="宛先の課ID")
    people: list[Key] = Field(max_length=1000, description="宛先の利用者ID")


class RemarkGiven(Asked):
    """意見"""

    text: Reason = Field(description="意見")
    question: Number | None = Field(default=None, description="何番目の質問についてか")
    page: str = Field(default="", max_length=60, description="箇所（ページ）")
    section: str = Field(default="", max_length=200, description="箇所（章・節）")


class AnswerGiven(Asked):
    """照会への回答"""

    has_opinion: bool = Field(description="true: 意見あり、false: 意見なし")
    remarks: list[RemarkGiven] = Field(default_factory=list, max_length=100, description="意見")
    addressee: Number | None = Field(
        default=None, description="どの宛先として答えるか。答えられる宛先が一つなら省けます"
    )


class Respond(Asked):
    """意見への対応"""

    verdict: Verdict
    reason: Reason = Field(description="対応の理由")


class Extend(Asked):
    """期限の延長"""

    due_on: Due
    reason: Reason


class Withdraw(Asked):
    """照会の取下げ"""

    reason: Reason


@router.get("", response_model=Inquiries, **reads(Act.READ_PLAN))
def inquiries(caller: Caller, plan: PlanKey) -> Any:
    """計画の照会のうち、連携キーの持ち主が開けるもの、新しい順。"""
    with caller.office.reading() as db:
        fact = plan_to_read(db, caller.person, plan)
        return Inquiries.of(queries.reading(db, fact).inquiries_for(caller.person, fact))


@router.get("/{inquiry}", response_model=InquiryShown, **reads(Act.READ_INQUIRY))
def inquiry(caller: Caller, plan: PlanKey, inquiry: InquiryNumber) -> Any:
    """照会と回答。照会を受けた人には、自分の課か自分の回答だけ。"""
    with caller.office.reading() as db:
        fact = plan_to_read(db, caller.person, plan)
        return InquiryShown.of(queries.inquiry_to_read(db, caller.person, fact, inquiry), caller.now)


@router.post("", response_model=Numbered, **writes(Scope.PLANS, Act.INQUIRE))
def inquire(doing: Doing, plan: PlanKey, asked: Inquire) -> ApiResponse:
    """現在の版について、庁内の課や職員に照会する。"""
    return doing.perform(
        Numbered.of,
        actions.inquire,
        plan,
        asked.title,
        asked.text,
        asked.questions,
        departments=asked.departments,
        people=asked.people,
        due_on=asked.due_on,
        silence=asked.silence,
        now=doing.now,
    )


@router.post("/{inquiry}/addressees", response_model=Added, **writes(Scope.PLANS, Act.INQUIRE))
def add_addressees(doing: Doing, plan: PlanKey, inquiry: InquiryNumber, asked: MoreAddressees) -> ApiResponse:
    """照会の宛先を追加する。既に照会した宛先には重ねて送られません。"""
    return doing.perform(
        lambda count: Added(added=count),
        actions.add_addressees,
        plan,
        inquiry,
        departments=asked.departments,
        people=asked.people,
        now=doing.now,
    )


@router.post("/{inquiry}/answer", response_model=Done, **writes(Scope.PLANS, Act.ANSWER_INQUIRY))
def answer_inquiry(doing: Doing, plan: PlanKey, inquiry: InquiryNumber, asked: AnswerGiven) -> ApiResponse:
    """照会に回答する。回答し直すと新しい回答に改まり、前の回答も残ります。"""
    return doing.perform(
        Done.of,
        actions.answer_inquiry,
        plan,
        inquiry,
        [GivenRemark(each.text, each.question, each.page, each.section) for each in asked.remarks],
        has_opinion=asked.has_opinion,
        addressee=asked.addressee,
        now=doing.now,
    )


@router.post("/{inquiry}/remarks/{remark}/respond", response_model=Done, **writes(Scope.PLANS, Act.INQUIRE))
def respond_to_remark(
    doing: Doing,
    plan: PlanKey,
    inquiry: InquiryNumber,
    remark: Annotated[Number, Path(description="意見の番号")],
    asked: Respond,
) -> ApiResponse:
    """照会への意見に対応を記録する。記録し直すと、新しい対応に改まります。"""
    return doing.perform(
        Done.of,
        actions.respond_to_remark,
        plan,
        inquiry,
        remark,
        asked.verdict,
        asked.reason,
        now=doing.now,
    )


@router.post("/{inquiry}/extend", response_model=Done, **writes(Scope.PLANS, Act.INQUIRE))
def extend_inquiry(doing: Doing, plan: PlanKey, inquiry: InquiryNumber, asked: Extend) -> ApiResponse:
    """照会の期限を延長する。"""
    return doing.perform(
        Done.of, actions.extend_inquiry, plan, inquiry, asked.due_on, asked.reason, now=doing.now
    )


@router.post("/{inquiry}/withdraw", response_model=Done, **writes(Scope.PLANS, Act.INQUIRE))
def withdraw_inquiry(doing: Doing, plan: PlanKey, inquiry: InquiryNumber, asked: Withdraw) -> ApiResponse:
    """照会を取り下げる。"""
    return doing.perform(Done.of, actions.withdraw_inquiry, plan, inquiry, asked.reason, now=doing.now)
