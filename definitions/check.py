"""Checks of a well-formed chain: every name refers to something, every stage can be reached and left, every gate can
be opened and only by agreement, and no plan can reach a decided stage without having passed every mandatory gate."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from functools import reduce

from definitions.chain import (
    Audience,
    Body,
    BodyGate,
    Chain,
    DocumentGate,
    Gate,
    PeriodGate,
    Planned,
    PresiderVotes,
    ReminderKind,
    SignoffGate,
    Slot,
    Stage,
    Tie,
    can_tie,
)
from definitions.terms import (
    AGREEING_OUTCOMES,
    CARRYING_OUTCOME,
    OUTCOMES_OF,
    QUALIFIED_OUTCOMES,
    BodyKind,
    Outcome,
)
from definitions.words import Words, words

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule: its path in the definition (`("stages", 2, "gates", 0, "body")`), the fault and the hint."""

    path: KeyPath
    problem: Words
    mend: Words


def check(chain: Chain) -> list[Finding]:
    """Every broken rule of the chain; none means plans can be run on it."""
    return [finding for rule in _RULES for finding in rule(chain)]


def suggestion(word: str, known: Iterable[str]) -> Words:
    """Return the hint for an unknown name: the nearest known name, or all of them."""
    names = tuple(known)
    near = get_close_matches(word, names, n=1)
    if near:
        return words("「{name}」のことではありませんか", name=near[0])
    if not names:
        return words("書ける名前がまだ一つもありません。先に定義してください")
    return words("{names} のどれかにしてください", names="・".join(names))


# ---------------------------------------------------------------- keys


def _unique_keys(chain: Chain) -> Iterator[Finding]:
    yield from _repeated(words("段階"), ((("stages", i), stage.key) for i, stage in enumerate(chain.stages)))
    yield from _repeated(words("会議体"), ((("bodies", i), body.key) for i, body in enumerate(chain.bodies)))
    yield from _repeated(words("関門"), ((path, gate.key) for path, gate in _gates(chain)))
    yield from _repeated(
        words("リマインド"), ((("reminders", i), rule.key) for i, rule in enumerate(chain.reminders))
    )


def _repeated(what: Words, keys: Iterable[tuple[KeyPath, str]]) -> Iterator[Finding]:
    seen: set[str] = set()
    for path, key in keys:
        if key in seen:
            problem = words("{what}のキー「{key}」が二度使われています", what=what, key=key)
            yield Finding((*path, "key"), problem, words("一方のキーを別の名前にしてください"))
        seen.add(key)


def _nothing_is_listed_twice(chain: Chain) -> Iterator[Finding]:
    for path, listed in _lists_of_names(chain):
        for i, name in enumerate(listed):
            if name in listed[:i]:
                yield Finding(
                    (*path, i),
                    words("「{name}」が二度書かれています", name=name),
                    words("一方を消してください"),
                )


def _lists_of_names(chain: Chain) -> Iterator[tuple[KeyPath, tuple[str, ...]]]:
    for i, stage in enumerate(chain.stages):
        yield ("stages", i, "next"), stage.next or ()
    for path, gate in _gates(chain):
        yield (*path, "after"), gate.after
        if isinstance(gate, BodyGate):
            yield (*path, "opens_on"), gate.opens_on
    for i, slot in enumerate(chain.schedule):
        yield ("schedule", i, "gates"), slot.gates
    for i, rule in enumerate(chain.reminders):
        yield ("reminders", i, "bodies"), rule.bodies


def _known_bodies(chain: Chain) -> Iterator[Finding]:
    for path, key in _named_bodies(chain):
        if not chain.has_body(key):
            yield Finding(
                path,
                words("会議体「{key}」は bodies にありません", key=key),
                suggestion(key, (body.key for body in chain.bodies)),
            )


def _every_body_is_asked(chain: Chain) -> Iterator[Finding]:
    asked = {key for path, key in _named_bodies(chain) if path[0] != "reminders"}
    for i, body in enumerate(chain.bodies):
        if body.key not in asked:
            yield Finding(
                ("bodies", i, "key"),
                words("会議体「{body}」は、どの関門にも schedule にも出てきません", body=body.name),
                words(
                    "議を経るべき段階に body: {key} の関門を置くか、この会議体を消してください", key=body.key
                ),
            )


def _named_bodies(chain: Chain) -> Iterator[tuple[KeyPath, str]]:
    for path, gate in _gates(chain):
        if isinstance(gate, BodyGate):
            yield (*path, "body"), gate.body
    for i, slot in enumerate(chain.schedule):
        if slot.body is not None:
            yield ("schedule", i, "body"), slot.body
    for i, rule in enumerate(chain.reminders):
        for j, key in enumerate(rule.bodies):
            yield ("reminders", i, "bodies", j), key


# ---------------------------------------------------------------- the walk from stage to stage


def _known_next(chain: Chain) -> Iterator[Finding]:
    keys = [stage.key for stage in chain.stages]
    for i, stage in enumerate(chain.stages):
        for j, key in enumerate(stage.next or ()):
            if key not in keys:
                yield Finding(
                    ("stages", i, "next", j),
                    words("進む先の段階「{key}」は stages にありません", key=key),
                    suggestion(key, keys),
                )


def _no_cycle_of_stages(chain: Chain) -> Iterator[Finding]:
    steps, told = _steps(chain), set[str]()
    for i, stage in enumerate(chain.stages):
        ahead = _reached(steps, steps[stage.key])
        if stage.key not in ahead or stage.key in told:
            continue
        circle = [key for key in steps if key in ahead and stage.key in _reached(steps, steps[key])]
        told.update(circle)
        names = "・".join(f"「{chain.stage(key).label}」" for key in circle)
        yield Finding(
            _next_path(chain, i),
            words("段階{names}の間で、前に進むだけで元の段階に戻ってしまいます", names=names),
            words("next から後戻りの段階を外してください（差戻しは next に書かなくてもできます）"),
        )


def _every_stage_on_the_way(chain: Chain) -> Iterator[Finding]:
    steps = _steps(chain)
    reached = _reached(steps, (chain.first.key,))
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
        if all(steps[key] for key in _reached(steps, (stage.key,))):
            yield Finding(
                _next_path(chain, i),
                words("段階「{stage}」から終わりの段階に着けません", stage=stage.label),
                words("最後の段階を next: [] とし、そこへ着くように next を直してください"),
            )


def _some_stage_decides(chain: Chain) -> Iterator[Finding]:
    if not any(stage.decided for stage in chain.stages):
        yield Finding(
            ("stages",),
            words("決定の段階がありません"),
            words("計画が決定した状態になる段階に decided: true と書いてください"),
        )


def _no_plan_begins_decided(chain: Chain) -> Iterator[Finding]:
    if chain.first.decided:
        yield Finding(
            ("stages", 0, "decided"),
            words(
                "最初の段階「{stage}」が決定の段階なので、計画は始まると同時に決定したことになります",
                stage=chain.first.label,
            ),
            words("decided: true を、承認を経た後の段階に移してください"),
        )


def _somebody_decides(chain: Chain) -> Iterator[Finding]:
    """Close every stage that asks a body or a signature and walk the chain: a decided stage that is still reached is
    decided by nobody."""
    without = _reached_without(chain, BodyGate, SignoffGate)
    for i, stage in enumerate(chain.stages):
        if stage.decided and stage.key in without and stage.key != chain.first.key:
            yield Finding(
                ("stages", i, "decided"),
                words("決定の段階「{stage}」に、会議体の議も決裁も経ずに着けます", stage=stage.label),
                words("どの道にも、手前の段階に kind: body か kind: signoff の関門を置いてください"),
            )


def _some_gate_is_mandatory(chain: Chain) -> Iterator[Finding]:
    if not any(gate.mandatory for _, gate in _gates(chain)):
        yield Finding(
            ("stages",),
            words("必須の関門がないので、承認が後から失われても計画は決定へ進めます"),
            words("決定に欠かせない関門に mandatory: true と書いてください"),
        )


def _no_way_round_a_mandatory_gate(chain: Chain) -> Iterator[Finding]:
    """Close each stage with a mandatory gate in turn and walk the chain: a decided stage that is still reached
    can be reached without the gate."""
    steps = _steps(chain)
    decided = {stage.key for stage in chain.stages if stage.decided}
    for path, gate in _gates(chain):
        if not gate.mandatory:
            continue
        stage = chain.stages[int(path[1])]
        if stage.decided:
            yield Finding(
                (*path, "mandatory"),
                words(
                    "必須の関門「{gate}」が、決定の段階「{stage}」そのものにあります",
                    gate=gate.label,
                    stage=stage.label,
                ),
                words("決定の手前の段階に移してください（関門はその段階を出るときに確かめます）"),
            )
            continue
        shut = {**steps, stage.key: ()}
        for key in sorted(decided & _reached(shut, (chain.first.key,)), key=list(steps).index):
            yield Finding(
                (*path, "mandatory"),
                words(
                    "必須の関門「{gate}」のある段階「{stage}」を通らずに、決定の段階「{decided}」に着けます",
                    gate=gate.label,
                    stage=stage.label,
                    decided=chain.stage(key).label,
                ),
                words("どの道もこの段階を通るように next を直すか、mandatory を外してください"),
            )


def _steps(chain: Chain) -> dict[str, tuple[str, ...]]:
    """Return the next stages of each stage. Unknown names are left out; another check reports them."""
    keys = [stage.key for stage in chain.stages]
    steps: dict[str, tuple[str, ...]] = {}
    for i, stage in enumerate(chain.stages):
        ahead = stage.next if stage.next is not None else tuple(keys[i + 1 : i + 2])
        steps[stage.key] = (*steps.get(stage.key, ()), *(key for key in ahead if key in keys))
    return steps


def _reached(steps: Mapping[str, tuple[str, ...]], start: Iterable[str]) -> set[str]:
    """Everything a walk from these arrives at, these included."""
    reached: set[str] = set()
    waiting = list(start)
    while waiting:
        key = waiting.pop()
        if key not in reached:
            reached.add(key)
            waiting.extend(steps[key])
    return reached


def _reached_without(chain: Chain, *kinds: type[Gate]) -> set[str]:
    """The stages a plan can stand in before it passed any gate of these kinds."""
    asking = {stage.key for stage in chain.stages if any(isinstance(gate, kinds) for gate in stage.gates)}
    shut = {key: () if key in asking else ahead for key, ahead in _steps(chain).items()}
    return _reached(shut, (chain.first.key,))


def _next_path(chain: Chain, i: int) -> KeyPath:
    return ("stages", i, "next") if chain.stages[i].next is not None else ("stages", i, "key")


# ---------------------------------------------------------------- gates


def _gates_wait_for_gates_beside_them(chain: Chain) -> Iterator[Finding]:
    for i, stage in enumerate(chain.stages):
        beside = [gate.key for gate in stage.gates]
        for j, gate in enumerate(stage.gates):
            for k, key in enumerate(gate.after):
                if key not in beside:
                    yield Finding(
                        ("stages", i, "gates", j, "after", k),
                        _not_beside(chain, stage, key),
                        suggestion(key, (other for other in beside if other != gate.key)),
                    )


def _not_beside(chain: Chain, stage: Stage, key: str) -> Words:
    if chain.has_gate(key):
        return words(
            "先に開くべき関門「{key}」は、段階「{stage}」の関門ではなく、別の段階のものです",
            key=key,
            stage=stage.label,
        )
    return words("先に開くべき関門「{key}」は、段階「{stage}」にありません", key=key, stage=stage.label)


def _no_gates_wait_in_a_circle(chain: Chain) -> Iterator[Finding]:
    for i, stage in enumerate(chain.stages):
        waits = _waits(stage)
        told: set[str] = set()
        for j, gate in enumerate(stage.gates):
            behind = _reached(waits, waits[gate.key])
            if gate.key not in behind or gate.key in told:
                continue
            circle = [key for key in waits if key in behind and gate.key in _reached(waits, waits[key])]
            told.update(circle)
            yield Finding(
                ("stages", i, "gates", j, "after"),
                words(
                    "関門{keys}が互いを待ち、どれも開けません", keys="".join(f"「{key}」" for key in circle)
                ),
                words("after の一つを外してください"),
            )


def _waits(stage: Stage) -> dict[str, tuple[str, ...]]:
    """Return the gates each gate of the stage comes after. Names of no gate beside it are left out; another check
    reports them."""
    beside = {gate.key for gate in stage.gates}
    return {gate.key: tuple(key for key in gate.after if key in beside) for gate in stage.gates}


def _gates_open_on_agreement(chain: Chain) -> Iterator[Finding]:
    for path, gate in _gates(chain):
        if isinstance(gate, BodyGate) and gate.opens_on and chain.has_body(gate.body):
            body = chain.body(gate.body)
            unfit = list(_unfit_outcomes((*path, "opens_on"), gate, body))
            yield from unfit or _shut_to_plain_agreement((*path, "opens_on"), gate, body)


def _unfit_outcomes(path: KeyPath, gate: BodyGate, body: Body) -> Iterator[Finding]:
    for k, outcome in enumerate(gate.opens_on):
        problem = _why_unfit(body, outcome)
        if problem is not None:
            names = reduce(
                lambda first, then: words("{first}・{then}", first=first, then=then),
                (_outcome_name(each) for each in AGREEING_OUTCOMES[body.kind] if not _why_unfit(body, each)),
            )
            yield Finding((*path, k), problem, words("{outcomes} から選んでください", outcomes=names))


def _why_unfit(body: Body, outcome: Outcome) -> Words | None:
    """Return why no gate of the body may open on the outcome; None when it may."""
    name = _outcome_name(outcome)
    if outcome not in OUTCOMES_OF[body.kind]:
        return words(
            "「{body}」は{kind}なので、{outcome}という結果は出せません",
            body=body.name,
            kind=words(body.kind.label),
            outcome=name,
        )
    if outcome not in AGREEING_OUTCOMES[body.kind]:
        return words("{outcome}は同意ではないので、関門を開けません", outcome=name)
    if body.reaches == "tallied" and outcome not in (*CARRYING_OUTCOME[body.kind], *QUALIFIED_OUTCOMES):
        return words(
            "「{body}」は採決（tallied）なので、{outcome}という結果は出ません", body=body.name, outcome=name
        )
    return None


def _shut_to_plain_agreement(path: KeyPath, gate: BodyGate, body: Body) -> Iterator[Finding]:
    plain = AGREEING_OUTCOMES[body.kind][0]
    if plain not in gate.opens_on:
        yield Finding(
            path,
            words(
                "「{body}」の結果が{outcome}でも、関門「{gate}」は開きません",
                body=body.name,
                outcome=_outcome_name(plain),
                gate=gate.label,
            ),
            words("opens_on に {outcome} を加えてください", outcome=plain.value),
        )


def _outcome_name(outcome: Outcome) -> Words:
    return words("{outcome}（{label}）", outcome=outcome.value, label=words(outcome.label))


def _one_document_gate_a_stage(chain: Chain) -> Iterator[Finding]:
    for i, stage in enumerate(chain.stages):
        gates = [(j, gate) for j, gate in enumerate(stage.gates) if isinstance(gate, DocumentGate)]
        for j, gate in gates[1:]:
            yield Finding(
                ("stages", i, "gates", j),
                words(
                    "段階「{stage}」の文書の関門「{gate}」は、「{first}」と同じ版で同時に開きます",
                    stage=stage.label,
                    gate=gate.label,
                    first=gates[0][1].label,
                ),
                words("一つにまとめるか、別の段階に移してください"),
            )


def _delegates_are_others(chain: Chain) -> Iterator[Finding]:
    for path, gate in _gates(chain):
        if isinstance(gate, SignoffGate) and gate.delegate == gate.position:
            yield Finding(
                (*path, "delegate"),
                words(
                    "関門「{gate}」の専決者が、決裁する職「{position}」と同じです",
                    gate=gate.label,
                    position=gate.position,
                ),
                words("delegate を別の職にするか、消してください"),
            )


def _periods_are_long_enough(chain: Chain) -> Iterator[Finding]:
    least = chain.comment_minimum_days
    for path, gate in _gates(chain):
        if isinstance(gate, PeriodGate) and gate.minimum_days < least:
            yield Finding(
                (*path, "minimum_days"),
                words(
                    "募集期間 {days} 日は、この定義の下限 {least} 日（comment_minimum_days）より短いです",
                    days=gate.minimum_days,
                    least=least,
                ),
                words("minimum_days を {least} 以上にしてください", least=least),
            )


def _periods_have_a_document(chain: Chain) -> Iterator[Finding]:
    """Close every stage that asks for a document and walk the chain: a public comment that is still reached has
    no document to comment on."""
    without = _reached_without(chain, DocumentGate)
    for path, gate in _gates(chain):
        stage = chain.stages[int(path[1])]
        beside = any(isinstance(other, DocumentGate) for other in stage.gates)
        if isinstance(gate, PeriodGate) and stage.key in without and not beside:
            yield Finding(
                path,
                words(
                    "段階「{stage}」の「{gate}」に、意見を求める文書がないまま着けます",
                    stage=stage.label,
                    gate=gate.label,
                ),
                words("この段階か、必ず通る手前の段階に kind: document の関門を置いてください"),
            )


def _gates(chain: Chain) -> Iterator[tuple[KeyPath, Gate]]:
    for i, stage in enumerate(chain.stages):
        for j, gate in enumerate(stage.gates):
            yield ("stages", i, "gates", j), gate


# ---------------------------------------------------------------- bodies


def _bodies_can_reach_their_answer(chain: Chain) -> Iterator[Finding]:
    for i, body in enumerate(chain.bodies):
        yield from (
            _tallied(("bodies", i), body) if body.reaches == "tallied" else _recorded(("bodies", i), body)
        )


def _tallied(path: KeyPath, body: Body) -> Iterator[Finding]:
    if body.kind is BodyKind.RECEIVING:
        yield Finding(
            (*path, "reaches"),
            words("「{body}」は報告を受ける機関なので、採決（tallied）はできません", body=body.name),
            words("reaches: recorded にするか、kind を改めてください"),
        )
        return
    for field, name, example in (
        ("quorum", words("定足数"), "半数以上"),
        ("majority", words("可決の割合"), "過半数"),
    ):
        if getattr(body, field) is None:
            yield Finding(
                (*path, "reaches"),
                words(
                    "「{body}」は採決（tallied）するのに、{name}（{field}）がありません",
                    body=body.name,
                    name=name,
                    field=field,
                ),
                words("{field}: {example} のように書いてください", field=field, example=example),
            )
    decides = can_tie(body) and body.tie is Tie.CHAIR_DECIDES
    if body.presider_votes is PresiderVotes.TIES and body.majority is not None and not decides:
        yield Finding(
            (*path, "presider_votes"),
            words(
                "「{body}」には会長の決する可否同数がないので、進行する委員（presider_votes: ties）は一度も採決に加われません",
                body=body.name,
            ),
            words("presider_votes: always にするか、majority: 過半数 と tie: chair_decides にしてください"),
        )
    if body.majority is not None and body.majority.share < Fraction(1, 2):
        yield Finding(
            (*path, "majority"),
            words(
                "「{body}」の可決の割合（majority）{majority} では、反対の方が多くても可決になります",
                body=body.name,
                majority=body.majority,
            ),
            words("majority を 半数以上 か、それより大きい割合にしてください"),
        )


def _recorded(path: KeyPath, body: Body) -> Iterator[Finding]:
    plain = Body.model_fields
    for field, name in (
        ("majority", words("可決の割合")),
        ("majority_of", words("可決の割合の母数")),
        ("presider_votes", words("進行する委員の票")),
        ("written_votes", words("書面表決")),
        ("tie", words("可否同数の決め方")),
    ):
        if getattr(body, field) != plain[field].default:
            yield Finding(
                (*path, field),
                words(
                    "「{body}」は結果を記録するだけ（recorded）なので、{name}（{field}）は使われません",
                    body=body.name,
                    name=name,
                    field=field,
                ),
                words("{field} を消すか、reaches: tallied にしてください", field=field),
            )


def _only_what_deliberates_has_a_chair_who_decides_alone(chain: Chain) -> Iterator[Finding]:
    for i, body in enumerate(chain.bodies):
        if body.urgent is None:
            continue
        if body.assembly or body.kind in (BodyKind.VOTING, BodyKind.RECEIVING):
            yield Finding(
                ("bodies", i, "urgent"),
                words(
                    "「{body}」は{what}なので、その長だけで決めること（専決、urgent）はできません",
                    body=body.name,
                    what=words("議会の機関") if body.assembly else words(body.kind.label),
                ),
                words("urgent を消してください"),
            )


# ---------------------------------------------------------------- schedule


def _slots_fit_their_gates(chain: Chain) -> Iterator[Finding]:
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
            words("関門「{key}」はどの段階にもありません", key=key),
            suggestion(key, (gate.key for _, gate in _gates(chain))),
        )
        return
    gate = chain.gate(key)
    owner = gate.body if isinstance(gate, BodyGate) else None
    if owner == slot.body:
        return
    if owner is not None:
        problem = words(
            "関門「{key}」を開くのは会議体「{owner}」で、この行の会議体ではありません", key=key, owner=owner
        )
        mend = words("この行の body を {owner} にするか、{owner} の行に移してください", owner=owner)
        yield Finding(path, problem, mend)
    else:
        problem = words("関門「{key}」は会議体が開くものではありません", key=key)
        yield Finding(path, problem, words("body のない event の行に移してください"))


def _planned_months_run_forward(chain: Chain) -> Iterator[Finding]:
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


def _stages_are_planned_in_their_order(chain: Chain) -> Iterator[Finding]:
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
    steps, seen = _steps(chain), {stage.key}
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


def _slots_fall_in_their_stages(chain: Chain) -> Iterator[Finding]:
    for i, slot in enumerate(chain.schedule):
        for key in slot.gates:
            stage = chain.stage_of_gate(key) if chain.has_gate(key) else None
            if stage is None or stage.planned is None or stage.planned.first > stage.planned.last:
                continue
            if not stage.planned.first <= slot.month <= stage.planned.last:
                yield Finding(
                    ("schedule", i, "month"),
                    words(
                        "{month} は、関門「{gate}」のある段階「{stage}」の予定（{first} から {last}）の外です",
                        month=slot.month,
                        gate=key,
                        stage=stage.label,
                        first=stage.planned.first,
                        last=stage.planned.last,
                    ),
                    words("この行の month か、段階の planned を直してください"),
                )


def _slots_follow_the_order_of_their_gates(chain: Chain) -> Iterator[Finding]:
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
                    "関門「{gate}」の {month} は、先に開くべき関門「{before}」の {first} より前です",
                    gate=key,
                    month=last,
                    before=waited,
                    first=first,
                ),
                words("月を入れ替えるか、after と段階の順を確かめてください"),
            )


def _gates_before(chain: Chain, key: str) -> set[str]:
    """The gates that are open before this one can be: those it comes after, and those of the stages before."""
    steps, stage = _steps(chain), chain.stage_of_gate(key)
    ahead = _reached(steps, (stage.key,))
    earlier = {
        gate.key
        for before in chain.stages
        if before.key not in ahead and stage.key in _reached(steps, (before.key,))
        for gate in before.gates
    }
    waits = _waits(stage)
    return earlier | _reached(waits, waits[key])


# ---------------------------------------------------------------- reminders

_AUDIENCES: dict[ReminderKind, tuple[Audience, ...]] = {
    ReminderKind.MEETING: (Audience.MEMBERS, Audience.SECRETARIAT, Audience.CHAIR),
    ReminderKind.AGENDA_DEADLINE: (Audience.SECRETARIAT,),
    ReminderKind.UNANSWERED: (Audience.MEMBERS,),
    ReminderKind.COMMENT_CLOSING: (Audience.STAFF,),
}
"""The audiences allowed for each kind of reminder."""


def _reminders_reach_those_concerned(chain: Chain) -> Iterator[Finding]:
    periods = any(isinstance(gate, PeriodGate) for _, gate in _gates(chain))
    for i, rule in enumerate(chain.reminders):
        audiences = _AUDIENCES[rule.kind]
        if rule.audience not in audiences:
            yield Finding(
                ("reminders", i, "audience"),
                words(
                    "{kind} のリマインドは {audience} には送れません",
                    kind=rule.kind.value,
                    audience=rule.audience.value,
                ),
                words("audience を {audiences} にしてください", audiences="・".join(audiences)),
            )
        if rule.kind is ReminderKind.COMMENT_CLOSING and rule.bodies:
            yield Finding(
                ("reminders", i, "bodies"),
                words("パブリックコメントの締切は会議体のものではないので、bodies では絞れません"),
                words("bodies を消してください"),
            )
        if rule.kind is ReminderKind.COMMENT_CLOSING and not periods:
            yield Finding(
                ("reminders", i, "kind"),
                words("パブリックコメント（kind: period）の関門がないので、このリマインドは送られません"),
                words("この行を消すか、kind: period の関門を置いてください"),
            )


_RULES: tuple[Callable[[Chain], Iterator[Finding]], ...] = (
    _unique_keys,
    _nothing_is_listed_twice,
    _known_bodies,
    _every_body_is_asked,
    _known_next,
    _no_cycle_of_stages,
    _every_stage_on_the_way,
    _some_stage_decides,
    _no_plan_begins_decided,
    _somebody_decides,
    _some_gate_is_mandatory,
    _no_way_round_a_mandatory_gate,
    _gates_wait_for_gates_beside_them,
    _no_gates_wait_in_a_circle,
    _gates_open_on_agreement,
    _one_document_gate_a_stage,
    _delegates_are_others,
    _periods_are_long_enough,
    _periods_have_a_document,
    _bodies_can_reach_their_answer,
    _only_what_deliberates_has_a_chair_who_decides_alone,
    _slots_fit_their_gates,
    _slots_fall_in_their_stages,
    _slots_follow_the_order_of_their_gates,
    _planned_months_run_forward,
    _stages_are_planned_in_their_order,
    _reminders_reach_those_concerned,
)
