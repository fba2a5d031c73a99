"""A plan's status, its position, and the acts on it."""

from collections.abc import Mapping, Sequence
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
    FINISH = "finish", "完了"


class Status(Labelled):
    ACTIVE = "active", "進行中"
    SUSPENDED = "suspended", "中断中"
    WITHDRAWN = "withdrawn", "取下げ"
    FINISHED = "finished", "完了"


@dataclass(slots=True)
class PlanPosition:
    """The position of a plan, which the machine moves. `gates` are those on leaving the stage, `fallen` those
    passed before that stop it, `path` the stages it came by, this one among them."""

    stage: str
    status: Status = Status.ACTIVE
    gates: Mapping[str, GateState] = field(default_factory=dict)
    fallen: Sequence[GateState] = ()
    path: Sequence[str] = ()
