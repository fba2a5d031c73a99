"""Rules on names: a key stands for one thing, a named thing is there, and nothing is there unnamed."""

from collections.abc import Iterable, Iterator

from definitions.chain import BodyGate, Chain
from definitions.findings import Finding, KeyPath, suggestion
from definitions.rules.walk import gates_of
from definitions.words import Words, words


def unique_keys(chain: Chain) -> Iterator[Finding]:
    yield from _repeated(
        words("文書"), ((("documents", i), document.key) for i, document in enumerate(chain.documents))
    )
    yield from _repeated(words("段階"), ((("stages", i), stage.key) for i, stage in enumerate(chain.stages)))
    yield from _repeated(words("会議体"), ((("bodies", i), body.key) for i, body in enumerate(chain.bodies)))
    yield from _repeated(words("必要な手続"), ((path, gate.key) for path, gate in gates_of(chain)))
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


def nothing_is_listed_twice(chain: Chain) -> Iterator[Finding]:
    for path, listed in _lists_of_names(chain):
        for i, name in enumerate(listed):
            if name in listed[:i]:
                yield Finding(
                    (*path, i),
                    words("「{name}」が二度書かれています", name=name),
                    words("一方を消してください"),
                )


def _lists_of_names(chain: Chain) -> Iterator[tuple[KeyPath, tuple[str | int, ...]]]:
    for i, body in enumerate(chain.bodies):
        yield ("bodies", i, "meets", "months"), body.meets.months if body.meets else ()
    for i, stage in enumerate(chain.stages):
        yield ("stages", i, "next"), stage.next or ()
    for path, gate in gates_of(chain):
        yield (*path, "after"), gate.after
        if isinstance(gate, BodyGate):
            yield (*path, "opens_on"), gate.opens_on
    for i, slot in enumerate(chain.schedule):
        yield ("schedule", i, "gates"), slot.gates
    for i, rule in enumerate(chain.reminders):
        yield ("reminders", i, "bodies"), rule.bodies


def known_bodies(chain: Chain) -> Iterator[Finding]:
    for path, key in _named_bodies(chain):
        if not chain.has_body(key):
            yield Finding(
                path,
                words("会議体「{key}」は bodies にありません", key=key),
                suggestion(key, (body.key for body in chain.bodies)),
            )


def every_body_is_asked(chain: Chain) -> Iterator[Finding]:
    asked = {key for path, key in _named_bodies(chain) if path[0] != "reminders"}
    for i, body in enumerate(chain.bodies):
        if body.key not in asked:
            yield Finding(
                ("bodies", i, "key"),
                words("会議体「{body}」は、どの手続にも schedule にも出てきません", body=body.name),
                words(
                    "議を経るべき段階に body: {key} の手続を置くか、この会議体を消してください", key=body.key
                ),
            )


def _named_bodies(chain: Chain) -> Iterator[tuple[KeyPath, str]]:
    for path, gate in gates_of(chain):
        if isinstance(gate, BodyGate):
            yield (*path, "body"), gate.body
    for i, slot in enumerate(chain.schedule):
        if slot.body is not None:
            yield ("schedule", i, "body"), slot.body
    for i, rule in enumerate(chain.reminders):
        for j, key in enumerate(rule.bodies):
            yield ("reminders", i, "bodies", j), key
