"""One trigger of the machine with its gates, against one trigger of a bare `transitions` machine with one
condition; and what the machine keeps of the plans that went through it."""

import tracemalloc

from transitions import Machine

from definitions.load import shipped
from tests.benchmarks.measure import medians, say
from workflow.domain.gates import GateState
from workflow.domain.machine import build, take
from workflow.domain.plans import PlanPosition, Trigger

TIMES, AT_ONCE = 200, 200


class Bare:
    stage = "policy"


def main() -> None:
    chain = shipped("itabashi_dx_2025")
    ours = build(chain)
    bare = Machine(
        model=None,
        states=[stage.key for stage in chain.stages],
        initial="policy",
        transitions=[{"trigger": "advance", "source": "policy", "dest": "outline", "conditions": _yes}],
        auto_transitions=False,
        send_event=True,
        model_attribute="stage",
    )
    gates = {gate.key: GateState(gate) for gate in chain.first.gates}

    def through_ours() -> None:
        for _ in range(AT_ONCE):
            take(ours, Trigger.ADVANCE, PlanPosition("policy", gates=gates))

    def through_bare() -> None:
        for _ in range(AT_ONCE):
            bare.events["advance"].trigger(Bare(), to=None)

    one, other = medians([through_ours] * TIMES, [through_bare] * TIMES)
    say("machine trigger with gates", one / AT_ONCE, other / AT_ONCE, 1.3)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(10_000):
        take(ours, Trigger.ADVANCE, PlanPosition("policy", gates=gates))
    kept = tracemalloc.get_traced_memory()[0] - before
    print(f"kept by the machine after 10,000 plans: {kept} bytes")


def _yes(_: object) -> bool:
    return True


if __name__ == "__main__":
    main()
