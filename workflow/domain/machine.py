"""A chain as one shared `transitions` machine. The machine stores no plan: a plan's position is passed to it,
moved, and read back."""

from collections.abc import Iterator
from typing import Any, cast

from transitions import EventData, Machine, MachineError

from definitions.chain import Chain, Stage
from workflow.domain.errors import StepImpossible, UnknownStage
from workflow.domain.gates import GateClosed
from workflow.domain.plans import PlanPosition, Status, Trigger


def machine_of(sha256: str, chain: Chain) -> Machine:
    """The machine of the chain of that text; built once in a process and shared by all its plans."""
    if sha256 not in _machines:
        _machines[sha256] = build(chain)
    return _machines[sha256]


_machines: dict[str, Machine] = {}


def build(chain: Chain) -> Machine:
    """The machine of a chain: `advance` along `next` when every gate is open, `send_back` to any stage from
    which this one can be reached, and the triggers that only change the status."""
    return Machine(
        model=None,
        states=[stage.key for stage in chain.stages],
        initial=chain.first.key,
        transitions=[*_advances(chain), *_send_backs(chain), *_status_changes()],
        auto_transitions=False,
        send_event=True,
        model_attribute="stage",
    )


def take(machine: Machine, trigger: Trigger, position: PlanPosition, *, to: str | None = None) -> None:
    """Move `position` by one trigger.

    Raises `GateClosed` when a gate on the stage is shut, `UnknownStage` when `to` is no stage of the chain,
    `StepImpossible` when the machine has no such step from here.
    """
    if to is not None and to not in machine.states:
        raise UnknownStage(to, tuple(machine.states))
    before = position.stage
    try:
        taken = machine.events[trigger].trigger(position, to=to)
    except MachineError as error:
        raise StepImpossible(trigger.label, before, to) from error
    if not taken:
        raise StepImpossible(trigger.label, before, to)


def earlier_stages(chain: Chain, stage: str) -> tuple[str, ...]:
    """The stages from which `stage` can be reached, in the chain's order: where it may be sent back to."""
    sources = {key.key: chain.after(key) for key in chain.stages}
    earlier: set[str] = set()
    wanted = {stage}
    while wanted:
        wanted = {key for key, following in sources.items() if wanted & set(following)} - earlier
        earlier |= wanted
    return tuple(key.key for key in chain.stages if key.key in earlier)


def _advances(chain: Chain) -> Iterator[dict[str, Any]]:
    for stage in chain.stages:
        for following in chain.after(stage):
            yield {
                "trigger": Trigger.ADVANCE,
                "source": stage.key,
                "dest": following,
                "conditions": _may_advance(stage, following, only=len(chain.after(stage)) == 1),
            }


def _may_advance(stage: Stage, following: str, *, only: bool) -> Any:
    keys = tuple(gate.key for gate in stage.gates)

    def every_gate_is_open(event: EventData) -> bool:
        position = _position(event)
        to = event.kwargs["to"]
        if position.status is not Status.ACTIVE or (to != following and not (only and to is None)):
            return False
        gates = position.gates
        for key in keys:
            if not gates[key].open:
                raise GateClosed(stage, tuple(gates[key] for key in keys if not gates[key].open))
        return True

    return every_gate_is_open


def _send_backs(chain: Chain) -> Iterator[dict[str, Any]]:
    for stage in chain.stages:
        for earlier in earlier_stages(chain, stage.key):
            yield {
                "trigger": Trigger.SEND_BACK,
                "source": stage.key,
                "dest": earlier,
                "conditions": _may_send_back(earlier),
            }


def _may_send_back(earlier: str) -> Any:
    def is_the_named_stage(event: EventData) -> bool:
        return _position(event).status is Status.ACTIVE and event.kwargs["to"] == earlier

    return is_the_named_stage


_STATUS_STEPS = (
    (Trigger.SUSPEND, (Status.ACTIVE,), Status.SUSPENDED),
    (Trigger.RESUME, (Status.SUSPENDED,), Status.ACTIVE),
    (Trigger.WITHDRAW, (Status.ACTIVE, Status.SUSPENDED), Status.WITHDRAWN),
)


def _status_changes() -> Iterator[dict[str, Any]]:
    for trigger, sources, result in _STATUS_STEPS:
        yield {
            "trigger": trigger,
            "source": "*",
            "dest": None,
            "conditions": _status_in(sources),
            "after": _set_status(result),
        }


def _status_in(sources: tuple[Status, ...]) -> Any:
    return lambda event: _position(event).status in sources


def _set_status(result: Status) -> Any:
    def set_status(event: EventData) -> None:
        _position(event).status = result

    return set_status


def _position(event: EventData) -> PlanPosition:
    model: Any = event.model
    return cast(PlanPosition, model)
