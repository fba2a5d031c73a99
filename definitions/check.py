"""Checks of a well-formed chain: every name refers to something, every stage can be reached and left, and no plan
can reach a decided stage without having passed every mandatory gate."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import reduce

from definitions.chain import (
    Audience,
    Body,
    BodyGate,
    Chain,
    DocumentGate,
    Gate,
    PeriodGate,
    PresiderVotes,
    ReminderKind,
    Slot,
    Stage,
    Tie,
    can_tie,
)
from definitions.terms import OUTCOMES_OF, BodyKind
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


def _known_bodies(chain: Chain) -> Iterator[Finding]:
    for path, key in _named_bodies(chain):
        if not chain.has_body(key):
            yield Finding(
                path,
                words("会議体「{key}」は bodies にありません", key=key),
                suggestion(key, (body.key for body in chain.bodies)),
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
        beside = {gate.key for gate in stage.gates}
        waits = {gate.key: tuple(key for key in gate.after if key in beside) for gate in stage.gates}
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


def _gates_open_on_answers_the_body_gives(chain: Chain) -> Iterator[Finding]:
    for path, gate in _gates(chain):
        if not isinstance(gate, BodyGate) or not chain.has_body(gate.body):
            continue
        body = chain.body(gate.body)
        given = OUTCOMES_OF[body.kind]
        for k, outcome in enumerate(gate.opens_on):
            if outcome not in given:
                yield Finding(
                    (*path, "opens_on", k),
                    words(
                        "「{body}」は{kind}なので、「{label}」（{outcome}）という結果は出せません",
                        body=body.name,
                        kind=words(body.kind.label),
                        label=words(outcome.label),
                        outcome=outcome.value,
                    ),
                    words("{outcomes} から選んでください", outcomes=_outcome_names(body)),
                )


def _outcome_names(body: Body) -> Words:
    each = [
        words("{outcome}（{label}）", outcome=outcome.value, label=words(outcome.label))
        for outcome in OUTCOMES_OF[body.kind]
    ]
    return reduce(lambda first, then: words("{first}・{then}", first=first, then=then), each)


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
    steps = _steps(chain)
    with_document = {
        stage.key for stage in chain.stages if any(isinstance(gate, DocumentGate) for gate in stage.gates)
    }
    shut = {key: () if key in with_document else ahead for key, ahead in steps.items()}
    empty_handed = _reached(shut, (chain.first.key,)) - with_document
    for path, gate in _gates(chain):
        stage = chain.stages[int(path[1])]
        if isinstance(gate, PeriodGate) and stage.key in empty_handed:
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


def _recorded(path: KeyPath, body: Body) -> Iterator[Finding]:
    plain = Body.model_fields
    for field, name in (
        ("majority", words("可決の割合")),
        ("majority_of", words("可決の割合の母数")),
        ("presider_votes", words("進行する委員の票")),
        ("written_votes", words("書面表決")),
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


# ---------------------------------------------------------------- reminders

_AUDIENCES: dict[ReminderKind, tuple[Audience, ...]] = {
    ReminderKind.MEETING: (Audience.MEMBERS, Audience.SECRETARIAT, Audience.CHAIR),
    ReminderKind.AGENDA_DEADLINE: (Audience.SECRETARIAT,),
    ReminderKind.UNANSWERED: (Audience.MEMBERS,),
    ReminderKind.COMMENT_CLOSING: (Audience.STAFF,),
}
"""The audiences allowed for each kind of reminder."""


def _reminders_reach_those_concerned(chain: Chain) -> Iterator[Finding]:
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


_RULES: tuple[Callable[[Chain], Iterator[Finding]], ...] = (
    _unique_keys,
    _known_bodies,
    _known_next,
    _no_cycle_of_stages,
    _every_stage_on_the_way,
    _some_stage_decides,
    _no_way_round_a_mandatory_gate,
    _gates_wait_for_gates_beside_them,
    _no_gates_wait_in_a_circle,
    _gates_open_on_answers_the_body_gives,
    _periods_are_long_enough,
    _periods_have_a_document,
    _bodies_can_reach_their_answer,
    _slots_fit_their_gates,
    _planned_months_run_forward,
    _reminders_reach_those_concerned,
)
