"""Rules on the gates: each can be opened, only by agreement, and means something."""

from collections.abc import Callable, Iterator
from functools import reduce

from definitions.chain import Body, BodyGate, Chain, DocumentGate, PeriodGate, SignoffGate, Stage
from definitions.findings import Finding, KeyPath, suggestion
from definitions.rules.walk import gates_of, reached_from, reached_without, waits_of
from definitions.terms import AGREEING_OUTCOMES, CARRYING_OUTCOME, OUTCOMES_OF, QUALIFIED_OUTCOMES, Outcome
from definitions.words import Words, words


def gates_wait_for_gates_beside_them(chain: Chain) -> Iterator[Finding]:
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
            "先に済ませる手続「{key}」は、段階「{stage}」の手続ではなく、別の段階のものです",
            key=key,
            stage=stage.label,
        )
    return words("先に済ませる手続「{key}」は、段階「{stage}」にありません", key=key, stage=stage.label)


def no_gates_wait_in_a_circle(chain: Chain) -> Iterator[Finding]:
    for i, stage in enumerate(chain.stages):
        waits = waits_of(stage)
        told: set[str] = set()
        for j, gate in enumerate(stage.gates):
            behind = reached_from(waits, waits[gate.key])
            if gate.key not in behind or gate.key in told:
                continue
            circle = [key for key in waits if key in behind and gate.key in reached_from(waits, waits[key])]
            told.update(circle)
            yield Finding(
                ("stages", i, "gates", j, "after"),
                words(
                    "手続{keys}が互いを待ち、どれも済ませられません",
                    keys="".join(f"「{key}」" for key in circle),
                ),
                words("after の一つを外してください"),
            )


def gates_open_on_agreement(chain: Chain) -> Iterator[Finding]:
    for path, gate in gates_of(chain):
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
        return words("{outcome}は同意ではないので、手続を済ませられません", outcome=name)
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
                "「{body}」の結果が{outcome}でも、手続「{gate}」は済みません",
                body=body.name,
                outcome=_outcome_name(plain),
                gate=gate.label,
            ),
            words("opens_on に {outcome} を加えてください", outcome=plain.value),
        )


def _outcome_name(outcome: Outcome) -> Words:
    return words("{outcome}（{label}）", outcome=outcome.value, label=words(outcome.label))


def one_gate_a_stage_for_each_document(chain: Chain) -> Iterator[Finding]:
    for i, stage in enumerate(chain.stages):
        first: dict[str, DocumentGate] = {}
        for j, gate in enumerate(stage.gates):
            if not isinstance(gate, DocumentGate):
                continue
            before = first.setdefault(chain.document_of(gate), gate)
            if before is not gate:
                yield Finding(
                    ("stages", i, "gates", j),
                    words(
                        "段階「{stage}」の文書の手続「{gate}」は、「{first}」と同じ版で同時に開きます",
                        stage=stage.label,
                        gate=gate.label,
                        first=before.label,
                    ),
                    words("一つにまとめるか、別の段階に移すか、document で別の文書を指定してください"),
                )


def gates_are_about_named_documents(chain: Chain) -> Iterator[Finding]:
    known = [document.key for document in chain.documents]
    for path, gate in gates_of(chain):
        if gate.document is not None and gate.document not in known:
            yield Finding(
                (*path, "document"),
                words("文書「{key}」は documents にありません", key=gate.document),
                suggestion(gate.document, known),
            )


def named_documents_are_written(chain: Chain) -> Iterator[Finding]:
    """A second document that no stage writes would be taken anywhere, once, and asked for nowhere."""
    written = {document for stage in chain.stages for document in chain.written_in(stage)}
    for i, document in enumerate(chain.documents[1:], start=1):
        if document.key not in written:
            yield Finding(
                ("documents", i),
                words("文書「{label}」を作る段階がありません", label=document.label),
                words(
                    "この文書の手続（kind: document、document: {key}）を、作る段階に置いてください",
                    key=document.key,
                ),
            )


def delegates_are_others(chain: Chain) -> Iterator[Finding]:
    for path, gate in gates_of(chain):
        if isinstance(gate, SignoffGate) and gate.delegate == gate.position:
            yield Finding(
                (*path, "delegate"),
                words(
                    "手続「{gate}」の専決者が、決裁する職「{position}」と同じです",
                    gate=gate.label,
                    position=gate.position,
                ),
                words("delegate を別の職にするか、消してください"),
            )


def periods_are_long_enough(chain: Chain) -> Iterator[Finding]:
    least = chain.comment_minimum_days
    for path, gate in gates_of(chain):
        if isinstance(gate, PeriodGate) and gate.minimum_days < least:
            yield Finding(
                (*path, "minimum_days"),
                words(
                    "募集期間 {days} 日は、この策定の流れの下限 {least} 日（comment_minimum_days）より短いです",
                    days=gate.minimum_days,
                    least=least,
                ),
                words("minimum_days を {least} 以上にしてください", least=least),
            )


def periods_have_a_document(chain: Chain) -> Iterator[Finding]:
    """Close every stage that writes the document and walk the chain: a public comment that is still reached has no
    document to comment on."""
    without = {each.key: reached_without(chain, _writes(chain, each.key)) for each in chain.documents}
    for path, gate in gates_of(chain):
        stage, document = chain.stages[int(path[1])], chain.document_of(gate)
        beside = document in chain.written_in(stage)
        if isinstance(gate, PeriodGate) and stage.key in without.get(document, ()) and not beside:
            yield Finding(
                path,
                words(
                    "段階「{stage}」の「{gate}」に、意見を求める文書がないまま着けます",
                    stage=stage.label,
                    gate=gate.label,
                ),
                words("この段階か、必ず通る手前の段階に kind: document の手続を置いてください"),
            )


def _writes(chain: Chain, document: str) -> Callable[[Stage], bool]:
    return lambda stage: document in chain.written_in(stage)
