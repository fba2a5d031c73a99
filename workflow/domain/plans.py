"""A plan's status, its position, and the acts on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from definitions.labelled import Labelled
from workflow.domain.gates import GateState


class Trigger(Labelled):
    OPEN = "open", "開始"
    ADVANCE = "advance", "進行"
    SEND_BACK = "send_back", "差戻し"
    SUSPEND = "suspend", "中断"
    RESUME = "resume", "再開"
    WITHDRAW = "withdraw", "取下げ"


class Status(Labelled):
    ACTIVE = "active", "進行中"
    SUSPENDED = "suspended", "中断中"
    WITHDRAWN = "withdrawn", "取下げ"


@dataclass(slots=True)
class PlanPosition:
    """The position of a plan in its chain: the state of the machine."""

    stage: str
    status: Status = Status.ACTIVE
    gates: Mapping[str, GateState] = field(default_factory=dict)
