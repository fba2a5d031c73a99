"""The ways through a chain: from stage to stage, and from gate to gate within one."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from definitions.chain import Chain, Gate, Stage
from definitions.findings import KeyPath


def gates_of(chain: Chain) -> Iterator[tuple[KeyPath, Gate]]:
    for i, stage in enumerate(chain.stages):
        for j, gate in enumerate(stage.gates):
            yield ("stages", i, "gates", j), gate


def steps_of(chain: Chain) -> dict[str, tuple[str, ...]]:
    """Return the next stages of each stage. Unknown names are left out; another check reports them."""
    keys = [stage.key for stage in chain.stages]
    steps: dict[str, tuple[str, ...]] = {}
    for i, stage in enumerate(chain.stages):
        ahead = stage.next if stage.next is not None else tuple(keys[i + 1 : i + 2])
        steps[stage.key] = (*steps.get(stage.key, ()), *(key for key in ahead if key in keys))
    return steps


def reached_from(steps: Mapping[str, tuple[str, ...]], start: Iterable[str]) -> set[str]:
    """Everything a walk from these arrives at, these included."""
    reached: set[str] = set()
    waiting = list(start)
    while waiting:
        key = waiting.pop()
        if key not in reached:
            reached.add(key)
            waiting.extend(steps[key])
    return reached


def reached_without(chain: Chain, passing: Callable[[Stage], bool]) -> set[str]:
    """The stages a plan can stand in before it left any stage of that sort."""
    asking = {stage.key for stage in chain.stages if passing(stage)}
    shut = {key: () if key in asking else ahead for key, ahead in steps_of(chain).items()}
    return reached_from(shut, (chain.first.key,))


def waits_of(stage: Stage) -> dict[str, tuple[str, ...]]:
    """Return the gates each gate of the stage comes after. Names of no gate beside it are left out; another check
    reports them."""
    beside = {gate.key for gate in stage.gates}
    return {gate.key: tuple(key for key in gate.after if key in beside) for gate in stage.gates}
