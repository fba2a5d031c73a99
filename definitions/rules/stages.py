"""Rules on the stages: each can be reached and left, and no plan comes to a decided one past a mandatory gate."""

from collections.abc import Iterator

from definitions.chain import BodyGate, Chain, SignoffGate, Stage
from definitions.findings import Finding, KeyPath, suggestion
from definitions.rules.walk import gates_of, reached_from, reached_without, steps_of
from definitions.words import words


def known_next(chain: Chain) -> Iterator[Finding]:
    keys = [stage.key for stage in chain.stages]
    for i, stage in enumerate(chain.stages):
        for j, key in enumerate(stage.next or ()):
            if key not in keys:
                yield Finding(
                    ("stages", i, "next", j),
                    words("進む先の段階「{key}」は stages にありません", key=key),
                    suggestion(key, keys),
                )


def no_cycle_of_stages(chain: Chain) -> Iterator[Finding]:
    steps, told = steps_of(chain), set[str]()
    for i, stage in enumerate(chain.stages):
        ahead = reached_from(steps, steps[stage.key])
        if stage.key not in ahead or stage.key in told:
            continue
        circle = [key for key in steps if key in ahead and stage.key in reached_from(steps, steps[key])]
        told.update(circle)
        names = "・".join(f"「{chain.stage(key).label}」" for key in circle)
        yield Finding(
            _next_path(chain, i),
            words("段階{names}の間で、前に進むだけで元の段階に戻ってしまいます", names=names),
            words("next から後戻りの段階を外してください（差戻しは next に書かなくてもできます）"),
        )


def every_stage_on_the_way(chain: Chain) -> Iterator[Finding]:
    steps = steps_of(chain)
    reached = reached_from(steps, (chain.first.key,))
    for i, stage in enumerate(chain.stages):
        if stage.key not in reached:
            yield Finding(
                ("stages", i, "key"),
                words(
                    "最初の段階「{first}」から段階「{stage}」に着く道がありません",
                    first=chain.first.label,
                    stage=stage.label,
                ),
                words("手前の段階の next に {key} を加えるか、この段階を消してください", key=stage.key),
            )
        if all(steps[key] for key in reached_from(steps, (stage.key,))):
            yield Finding(
                _next_path(chain, i),
                words("段階「{stage}」から終わりの段階に着けません", stage=stage.label),
                words("最後の段階を next: [] とし、そこへ着くように next を直してください"),
            )


def some_stage_decides(chain: Chain) -> Iterator[Finding]:
    if not any(stage.decided for stage in chain.stages):
        yield Finding(
            ("stages",),
            words("決定の段階がありません"),
            words("計画が決定した状態になる段階に decided: true と書いてください"),
        )


def no_plan_begins_decided(chain: Chain) -> Iterator[Finding]:
    if chain.first.decided:
        yield Finding(
            ("stages", 0, "decided"),
            words(
                "最初の段階「{stage}」が決定の段階なので、計画は始まると同時に決定したことになります",
                stage=chain.first.label,
            ),
            words("decided: true を、承認を経た後の段階に移してください"),
        )


def somebody_decides(chain: Chain) -> Iterator[Finding]:
    """Close every stage that asks a body or a signature and walk the chain: a decided stage that is still reached is
    decided by nobody."""
    without = reached_without(chain, _asks_somebody)
    for i, stage in enumerate(chain.stages):
        if stage.decided and stage.key in without and stage.key != chain.first.key:
            yield Finding(
                ("stages", i, "decided"),
                words("決定の段階「{stage}」に、会議体の議も決裁も経ずに着けます", stage=stage.label),
                words("どの道にも、手前の段階に kind: body か kind: signoff の手続を置いてください"),
            )


def _asks_somebody(stage: Stage) -> bool:
    return any(isinstance(gate, BodyGate | SignoffGate) for gate in stage.gates)


def some_gate_is_mandatory(chain: Chain) -> Iterator[Finding]:
    if not any(gate.mandatory for _, gate in gates_of(chain)):
        yield Finding(
            ("stages",),
            words("必須の手続がないので、承認が後から失われても計画は決定へ進めます"),
            words("決定に欠かせない手続に mandatory: true と書いてください"),
        )


def no_way_round_a_mandatory_gate(chain: Chain) -> Iterator[Finding]:
    """Close each stage with a mandatory gate in turn and walk the chain: a decided stage that is still reached
    can be reached without the gate."""
    steps = steps_of(chain)
    decided = {stage.key for stage in chain.stages if stage.decided}
    for path, gate in gates_of(chain):
        if not gate.mandatory:
            continue
        stage = chain.stages[int(path[1])]
        if stage.decided:
            yield Finding(
                (*path, "mandatory"),
                words(
                    "必須の手続「{gate}」が、決定の段階「{stage}」そのものにあります",
                    gate=gate.label,
                    stage=stage.label,
                ),
                words("決定の手前の段階に移してください（手続はその段階を出るときに確かめます）"),
            )
            continue
        shut = {**steps, stage.key: ()}
        for key in sorted(decided & reached_from(shut, (chain.first.key,)), key=list(steps).index):
            yield Finding(
                (*path, "mandatory"),
                words(
                    "必須の手続「{gate}」のある段階「{stage}」を通らずに、決定の段階「{decided}」に着けます",
                    gate=gate.label,
                    stage=stage.label,
                    decided=chain.stage(key).label,
                ),
                words("どの道もこの段階を通るように next を直すか、mandatory を外してください"),
            )


def _next_path(chain: Chain, i: int) -> KeyPath:
    return ("stages", i, "next") if chain.stages[i].next is not None else ("stages", i, "key")
