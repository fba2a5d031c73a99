"""照会 of a plan."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import Field

from workflow.domain.inquiries import AnswerState, Silence, Verdict
from workflow.queries import AddresseeLine, InquiryFact, InquiryLine
from workflow.wire.values import Day, Moment, Shown, each


class ResponseShown(Shown):
    """意見への対応"""

    verdict: Verdict
    reason: str = Field(description="対応の理由")
    by: str = Field(description="対応した人の氏名")
    at: Moment


class RemarkOfAnswer(Shown):
    """照会への意見"""

    number: int = Field(description="意見の番号")
    question: int | None = Field(description="何番目の質問についてか。どの質問でもなければ null")
    page: str = Field(description="箇所（ページ）")
    section: str = Field(description="箇所（章・節）")
    text: str = Field(description="意見")
    responses: list[ResponseShown] = Field(description="対応、古い順。最後のものが現在の対応")


class AnswerOfAddressee(Shown):
    """照会への回答"""

    turn: int = Field(description="何回目の回答か")
    has_opinion: bool = Field(description="true: 意見あり")
    by: str = Field(description="回答した人の氏名")
    at: Moment
    remarks: list[RemarkOfAnswer]


class AddresseeShown(Shown):
    """照会の宛先"""

    number: int = Field(description="宛先の番号")
    name: str = Field(description="課の名称か、職員の氏名")
    department: str | None = Field(description="課ID。職員なら null")
    state: AnswerState
    answers: list[AnswerOfAddressee] = Field(description="回答、古い順。最後のものが現在の回答")

    @classmethod
    def of(cls, found: AddresseeLine, state: AnswerState) -> "AddresseeShown":
        return cls(
            number=found.number,
            name=found.name,
            department=found.department,
            state=state,
            answers=each(AnswerOfAddressee, found.answers),
        )


class InquiryShown(Shown):
    """照会。宛先は、読む人に見えるものだけ"""

    number: int = Field(description="照会の番号")
    title: str = Field(description="件名")
    text: str = Field(description="照会文")
    questions: list[str] = Field(description="質問")
    version: int = Field(description="版の番号")
    due_on: Day = Field(description="回答の期限（その日の24時まで）")
    silence: Silence
    by: str = Field(description="照会した人の氏名")
    at: Moment
    withdrawn_at: Moment | None = Field(description="取り下げた日時")
    withdrawn_why: str | None = Field(description="取下げの理由")
    addressees: list[AddresseeShown]

    @classmethod
    def of(cls, found: InquiryFact, now: datetime) -> "InquiryShown":
        return cls(
            number=found.id,
            title=found.title,
            text=found.text,
            questions=[each.text for each in found.questions],
            version=found.version,
            due_on=found.due_on,
            silence=found.silence,
            by=found.by,
            at=found.at,
            withdrawn_at=found.withdrawn_at,
            withdrawn_why=found.withdrawn_why,
            addressees=[AddresseeShown.of(each, found.state_of(each, now)) for each in found.addressees],
        )


class InquiryListed(Shown):
    """照会の一覧の一行"""

    number: int = Field(description="照会の番号")
    title: str = Field(description="件名")
    version: int = Field(description="版の番号")
    due_on: Day = Field(description="回答の期限")
    at: Moment
    withdrawn_at: Moment | None = Field(description="取り下げた日時")
    asked: int = Field(description="読む人に見える宛先の数")
    answered: int = Field(description="うち、回答した宛先の数")

    @classmethod
    def of(cls, found: InquiryLine) -> "InquiryListed":
        return cls(
            number=found.number,
            title=found.title,
            version=found.version,
            due_on=found.due_on,
            at=found.at,
            withdrawn_at=found.withdrawn_at,
            asked=len(found.addressees),
            answered=found.answered,
        )


class Inquiries(Shown):
    """計画の照会のうち、読む人が開けるもの、新しい順"""

    inquiries: list[InquiryListed]

    @classmethod
    def of(cls, found: Sequence[InquiryLine]) -> "Inquiries":
        return cls(inquiries=[InquiryListed.of(each) for each in found])


class Added(Shown):
    """追加した宛先"""

    added: int = Field(description="新たに照会した宛先の数")
