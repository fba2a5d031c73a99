"""A plan's status, where it stands, and what may be done to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from workflow.domain.gates import GateState


class Trigger(StrEnum):
    OPEN = "open"
    ADVANCE = "advance"
    SEND_BACK = "send_back"
    SUSPEND = "suspend"
    RESUME = "resume"
    WITHDRAW = "withdraw"

    @property
    def label(self) -> str:
        return _TRIGGER_LABELS[self]


class Status(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return _STATUS_LABELS[self]


_TRIGGER_LABELS = {
    Trigger.OPEN: "開始",
    Trigger.ADVANCE: "進行",
    Trigger.SEND_BACK: "差戻し",
    Trigger.SUSPEND: "中断",
    Trigger.RESUME: "再開",
    Trigger.WITHDRAW: "取下げ",
}


_STATUS_LABELS = {Status.ACTIVE: "進行中", Status.SUSPENDED: "中断中", Status.WITHDRAWN: "取下げ"}


@dataclass(slots=True)
class PlanPosition:
    """Where a plan stands: what the machine moves."""

    stage: str
    status: Status = Status.ACTIVE
    gates: Mapping[str, GateState] = field(default_factory=dict)
