"""Rules on the schedule: its lines fit their gates, and its months run in the order of the stages."""

from collections.abc import Iterator

from definitions.chain import BodyGate, Chain, Planned, Slot, Stage
from definitions.findings import Finding, KeyPath, suggestion
from definitions.rules.walk import gates_of, reached_from, steps_of, waits_of
from definitions.words import words


def slots_fit_their_gates(chain: Chain) -> Iterator[Finding]:
    for i, slot in enumerate(chain.schedule):
        yield from _slot_is_a_meeting_or_an_event(("schedule", i), slot)
        for j, key in enumerate(slot.gates):
            yield from _slot_gate(chain, slot, ("schedule", i, "gates", j), key)


def _slot_is_a_meeting_or_an_event(path: KeyPath, slot: Slot) -> Iterator[Finding]:
    if slot.body is None and slot.event is None:
        yield Finding(
            path, words("会議体（body）も行事（event）もありません"), words("どちらか一方を書いてください")
        )
    if slot.body is not None and slot.event is not None:
        yield Finding(
            (*path, "event"),
            words("会議体（body）と行事（event）が両方あります"),
            words("二つの行に分けるか、一方を消してください"),
        )


def _slot_gate(chain: Chain, slot: Slot, path: KeyPath, key: str) -> Iterator[Finding]:
    if not chain.has_gate(key):
        yield Finding(
            path,
            words("手続「{key}」はどの段階にもありません", key=key),
            suggestion(key, (gate.key for _, gate in gates_of(chain))),
        )
        return
    gate = chain.gate(key)
    owner = gate.body if isinstance(gate, BodyGate) else None
    if owner == slot.body:
        return
    if owner is not None:
        problem = words(
            "手続「{key}」を済ませるのは会議体「{owner}」で、この行の会議体ではありません",
            key=key,
            owner=owner,
        )
        mend = words("この行の body を {owner} にするか、{owner} の行に移してください", owner=owner)
        yield Finding(path, problem, mend)
    else:
        problem = words("手続「{key}」は会議体が済ませるものではありません", key=key)
        yield Finding(path, problem, words("body のない event の行に移してください"))


def slots_fall_in_their_stages(chain: Chain) -> Iterator[Finding]:
    for i, slot in enumerate(chain.schedule):
        for key in slot.gates:
            stage = chain.stage_of_gate(key) if chain.has_gate(key) else None
            if stage is None or stage.planned is None or stage.planned.first > stage.planned.last:
                continue
            if not stage.planned.first <= slot.month <= stage.planned.last:
                yield Finding(
                    ("schedule", i, "month"),
                    words(
                        "{month} は、手続「{gate}」のある段階「{stage}」の予定（{first} から {last}）の外です",
                        month=slot.month,
                        gate=key,
                        stage=stage.label,
                        first=stage.planned.first,
                        last=stage.planned.last,
                    ),
                    words("この行の month か、段階の planned を直してください"),
                )


def slots_follow_the_order_of_their_gates(chain: Chain) -> Iterator[Finding]:
    """A gate of several lines may open at the last of them, and no gate before it opens sooner than at its first."""
    rows: dict[str, list[tuple[str, int]]] = {}
    for i, slot in enumerate(chain.schedule):
        for key in slot.gates:
            rows.setdefault(key, []).append((slot.month, i))
    for key in filter(chain.has_gate, rows):
        last, i = max(rows[key])
        before = [(min(rows[each])[0], each) for each in _gates_before(chain, key) if each in rows]
        first, waited = max(before, default=("", ""))
        if last < first:
            yield Finding(
                ("schedule", i, "month"),
                words(
                    "手続「{gate}」の {month} は、先に済ませる手続「{before}」の {first} より前です",
                    gate=key,
                    month=last,
                    before=waited,
                    first=first,
                ),
                words("月を入れ替えるか、after と段階の順を確かめてください"),
            )


def _gates_before(chain: Chain, key: str) -> set[str]:
    """The gates that are open before this one can be: those it comes after, and those of the stages before."""
    steps, stage = steps_of(chain), chain.stage_of_gate(key)
    ahead = reached_from(steps, (stage.key,))
    earlier = {
        gate.key
        for before in chain.stages
        if before.key not in ahead and stage.key in reached_from(steps, (before.key,))
        for gate in before.gates
    }
    waits = waits_of(stage)
    return earlier | reached_from(waits, waits[key])


def planned_months_run_forward(chain: Chain) -> Iterator[Finding]:
    for i, stage in enumerate(chain.stages):
        planned = stage.planned
        if planned is not None and planned.first > planned.last:
            yield Finding(
                ("stages", i, "planned", "last"),
                words(
                    "段階「{stage}」の予定が、始まり {first} より前の {last} に終わります",
                    stage=stage.label,
                    first=planned.first,
                    last=planned.last,
                ),
                words("first と last を入れ替えるか、月を直してください"),
            )


def stages_are_planned_in_their_order(chain: Chain) -> Iterator[Finding]:
    for i, stage in enumerate(chain.stages):
        before = list(_planned_before(chain, stage)) if stage.planned else []
        if stage.planned is None or not before:
            continue
        first, began = max((planned.first, earlier.label) for earlier, planned in before)
        if stage.planned.first < first:
            yield Finding(
                ("stages", i, "planned", "first"),
                words(
                    "段階「{stage}」の予定が、前の段階「{before}」の始まり {month} より前の {planned} に始まります",
                    stage=stage.label,
                    before=began,
                    month=first,
                    planned=stage.planned.first,
                ),
                words("段階の順か、予定の月を直してください"),
            )
        last, ended = max((planned.last, earlier.label) for earlier, planned in before)
        if stage.planned.last < last:
            yield Finding(
                ("stages", i, "planned", "last"),
                words(
                    "段階「{stage}」の予定が、前の段階「{before}」の終わり {month} より前の {planned} に終わります",
                    stage=stage.label,
                    before=ended,
                    month=last,
                    planned=stage.planned.last,
                ),
                words("段階の順か、予定の月を直してください"),
            )


def _planned_before(chain: Chain, stage: Stage) -> Iterator[tuple[Stage, Planned]]:
    """The stages from which a plan comes to this one, the nearest with planned months on each way."""
    steps, seen = steps_of(chain), {stage.key}
    waiting = [key for key in steps if stage.key in steps[key]]
    while waiting:
        key = waiting.pop()
        if key in seen:
            continue
        seen.add(key)
        planned = chain.stage(key).planned
        if planned is not None:
            yield chain.stage(key), planned
        else:
            waiting.extend(before for before in steps if key in steps[before])
