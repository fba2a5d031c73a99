"""A chain's machine as a mermaid picture."""

from definitions.chain import Chain
from workflow.domain.language import say
from workflow.domain.machine import earlier_stages


def mermaid(chain: Chain, current: str | None = None) -> str:
    """The stages, the gates on leaving each, and the ways back; the current stage is marked."""
    lines = ["stateDiagram-v2", "    direction LR", f"    [*] --> {chain.first.key}"]
    lines += [f'    state "{_plain(stage.label)}" as {stage.key}' for stage in chain.stages]
    for stage in chain.stages:
        gates = say("、").join(_plain(gate.label) for gate in stage.gates)
        for following in chain.after(stage):
            lines.append(f"    {stage.key} --> {following}" + (f": {gates}" if gates else ""))
        if not chain.after(stage):
            lines.append(f"    {stage.key} --> [*]")
    for stage in chain.stages:
        for earlier in earlier_stages(chain, stage.key)[-1:]:
            lines.append(f"    {stage.key} --> {earlier}: {say('差戻し')}")
    if current is not None:
        lines += [
            "    classDef current fill:#0017c1,color:#ffffff,font-weight:bold",
            f"    class {current} current",
        ]
    return "\n".join(lines)


def _plain(label: str) -> str:
    return label.replace('"', "”").replace(":", "：").replace(";", "；")
