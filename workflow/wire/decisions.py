"""Decisions on a plan: the bodies' decisions and the 決裁, each with its validity."""

from collections.abc import Iterable

from pydantic import Field

from definitions.chain import BodyGate
from definitions.terms import Outcome
from workflow.domain.decisions import Manner, SignedAs, Validity
from workflow.queries import GateAnswer
from workflow.queries.plans import PlanFact
from workflow.wire.meetings import ConditionShown, DecisionShown
from workflow.wire.values import Done, Moment, Shown


class GateDecision(DecisionShown):
    """計画について決したこと"""

    gate: str = Field(description="手続ID")
    stage: str = Field(description="段階ID")
    visit: int = Field(description="段階に立った回")
    body: str = Field(description="会議体ID")
    version: int = Field(description="決した版の番号")
    item: int | None = Field(description="議題の番号。専決では null")
    late_text: str | None = Field(description="会議の後に登録した版を、会議が見たといえる理由（後日登録）")
    validity: Validity = Field(description="いまも効くか")

    @classmethod
    def of(cls, plan: PlanFact, answer: GateAnswer, validity: Validity) -> "GateDecision":
        gate = plan.chain.gate(answer.gate)
        return cls(
            number=answer.number,
            outcome=Outcome(answer.result or ""),
            manner=Manner(answer.manner),
            note=answer.note,
            decided_on=answer.day,
            conditions=[
                ConditionShown(number=owed.number, text=owed.words, closed_at=owed.at, closed_note=owed.note)
                for owed in answer.owed
            ],
            gate=answer.gate,
            stage=answer.stage,
            visit=answer.visit,
            body=gate.body if isinstance(gate, BodyGate) else "",
            version=answer.version,
            item=answer.item,
            late_text=answer.late_text,
            validity=validity,
        )


class SignoffShown(Shown):
    """決裁"""

    number: int = Field(description="決裁の番号")
    gate: str = Field(description="手続ID")
    stage: str = Field(description="段階ID")
    visit: int = Field(description="段階に立った回")
    version: int = Field(description="決裁した版の番号")
    approved: bool = Field(description="決裁したか。返したときは false")
    manner: SignedAs
    signed_by: str = Field(description="決裁した利用者ID")
    signed_at: Moment
    note: str = Field(description="備考")
    reviewed_at: Moment | None = Field(description="後閲の日時")
    validity: Validity = Field(description="いまも効くか")

    @classmethod
    def of(cls, answer: GateAnswer, validity: Validity) -> "SignoffShown":
        return cls(
            number=answer.number,
            gate=answer.gate,
            stage=answer.stage,
            visit=answer.visit,
            version=answer.version,
            approved=answer.result == "approved",
            manner=SignedAs(answer.manner),
            signed_by=answer.by_key,
            signed_at=answer.at,
            note=answer.note,
            reviewed_at=next((owed.at for owed in answer.owed), None),
            validity=validity,
        )


class Decisions(Shown):
    """計画について決したことのすべて。訂正・引戻しで置き換わったものは除きます"""

    decisions: list[GateDecision]
    signoffs: list[SignoffShown]

    @classmethod
    def of(cls, plan: PlanFact, given: Iterable[tuple[GateAnswer, Validity]]) -> "Decisions":
        known = list(given)
        return cls(
            decisions=[GateDecision.of(plan, *each) for each in known if not each[0].signoff],
            signoffs=[SignoffShown.of(*each) for each in known if each[0].signoff],
        )


class VoteGiven(Done):
    """票、または回答を記録しました"""

    counted: bool = Field(description="数えるか。期限を過ぎた持ち回りの回答なら false")

    @classmethod
    def of(cls, in_time: object) -> "VoteGiven":
        return cls(counted=bool(in_time))


class TallyShown(Shown):
    """いまの票の数"""

    members: int = Field(description="委員の数")
    present: int = Field(description="出席した委員の数。持ち回りでは、回答した委員と進行する会長")
    quorate: bool = Field(description="定足数に達しているか")
    in_favour: int = Field(description="賛成")
    against: int = Field(description="反対")
    abstained: int = Field(description="棄権")
    recused: int = Field(description="除斥された委員の数")
    carried: bool | None = Field(description="可決か。null は可否同数")
