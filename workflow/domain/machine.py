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
    """The machine of a chain: `advance` along `next` when every gate is open and every mandatory one passed before
    still holds, `send_back` to a stage on the plan's path, `finish` out of a last stage, and the triggers that only
    change the status."""
    return Machine(
        model=None,
        states=[stage.key for stage in chain.stages],
        initial=chain.first.key,
        transitions=[*_advances(chain), *_send_backs(chain), *_finishes(chain), *_status_changes()],
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
    """The stages from which `stage` can be reached, in the chain's order: those that may be on its path."""
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
    def every_gate_is_open(event: EventData) -> bool:
        position = _position(event)
        to = event.kwargs["to"]
        if position.status is not Status.ACTIVE or (to != following and not (only and to is None)):
            return False
        _must_be_open(stage, position)
        return True

    return every_gate_is_open


def _must_be_open(stage: Stage, position: PlanPosition) -> None:
    """Raises `GateClosed` when a gate on the stage is shut, or a mandatory one passed before has fallen."""
    here = (position.gates[gate.key] for gate in stage.gates)
    shut = [*position.fallen, *(state for state in here if not state.open)]
    if shut:
        raise GateClosed(stage, shut)


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
    def is_the_named_stage_on_the_path(event: EventData) -> bool:
        position = _position(event)
        named = event.kwargs["to"] == earlier and earlier in position.path
        return position.status is Status.ACTIVE and named

    return is_the_named_stage_on_the_path


def _finishes(chain: Chain) -> Iterator[dict[str, Any]]:
    for stage in chain.stages:
        if not chain.after(stage):
            yield {
                "trigger": Trigger.FINISH,
                "source": stage.key,
                "dest": None,
                "conditions": _may_finish(stage),
                "after": _set_status(Status.FINISHED),
            }


def _may_finish(stage: Stage) -> Any:
    def every_gate_is_open(event: EventData) -> bool:
        position = _position(event)
        if position.status is not Status.ACTIVE:
            return False
        _must_be_open(stage, position)
        return True

    return every_gate_is_open


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
