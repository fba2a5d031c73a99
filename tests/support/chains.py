"""Random chains that are valid, and shipped ones with a rule more."""

import json
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from definitions.chain import Chain
from definitions.check import check
from definitions.load import shipped
from definitions.terms import BodyKind

BODIES = ("b0", "b1", "b2")


def where_held_comments_count(key: str) -> Chain:
    """The shipped chain, where a public comment held before 差戻し may still count."""
    raw = json.loads(shipped(key).canonical_json())
    for stage in raw["stages"]:
        for gate in stage.get("gates", ()):
            if gate["kind"] == "period":
                gate["held_still_counts"] = True
    return Chain.model_validate(raw | {"key": "counting"})


def asking_before_writing(chain: Chain) -> Chain:
    """The chain, where the 情報化推進部会 asks its members first whether they agree to a 持ち回り."""
    raw = json.loads(chain.canonical_json())
    for body in raw["bodies"]:
        body["written_consent"] = body["key"] == "joho_bukai"
    return Chain.model_validate(raw | {"key": "asking"})


def open_to_citizens(chain: Chain, **how: Any) -> Chain:
    """The chain, where the meetings of the 情報化推進部会 are open."""
    raw = json.loads(chain.canonical_json())
    for body in raw["bodies"]:
        if body["key"] == "joho_bukai":
            body |= {"public": True, "observers": "先着10人。開会の30分前から受け付けます。", **how}
    return Chain.model_validate(raw | {"key": "open"})


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    """A valid chain of two to five stages over the same three bodies, each of any kind and rule."""
    bodies = [_body(draw, key) for key in BODIES]
    count = draw(st.integers(2, 5))
    stages: list[dict[str, Any]] = []
    for number in range(count):
        key = f"s{number}"
        stage: dict[str, Any] = {"key": key, "label": f"段階{number}", "gates": _gates(draw, key)}
        if number < count - 2 and draw(st.booleans()):
            stage["next"] = [f"s{number + 1}", f"s{number + 2}"]
        stages.append(stage)
    stages[-1]["decided"] = True
    _settle(draw, stages)
    raw = {
        "format": 1, "key": "any", "title": "任意", "office": "市", "bodies": bodies, "stages": stages,
        "schedule": [{"month": "2023-04", "body": key} for key in BODIES],
    }  # fmt: skip
    chain = Chain.model_validate(raw)
    assert check(chain) == []
    return chain


def _body(draw: st.DrawFn, key: str) -> dict[str, Any]:
    kind = draw(st.sampled_from(list(BodyKind)))
    body: dict[str, Any] = {"key": key, "name": f"会議体{key}", "kind": kind, "chair": "会長"}
    if kind is not BodyKind.RECEIVING and draw(st.booleans()):
        body |= {"reaches": "tallied", "quorum": "半数以上", "majority": "過半数"}
    if kind in (BodyKind.DELIBERATIVE, BodyKind.ADVISORY) and draw(st.integers(0, 3)):
        body["urgent"] = draw(st.sampled_from(["report", "approval"]))
    return body


def _gates(draw: st.DrawFn, stage: str) -> list[dict[str, Any]]:
    """The gates of a stage, in two of three with one for its own document."""
    gates: list[dict[str, Any]] = []
    if stage == "s0" or draw(st.integers(0, 2)):
        gates.append({"key": f"{stage}_text", "label": "文書", "kind": "document"})
    for body in draw(st.lists(st.sampled_from(BODIES), unique=True, max_size=3)):
        gates.append({"key": f"{stage}_{body}", "label": f"{body}の議", "kind": "body", "body": body})
    if draw(st.booleans()):
        gates.append({"key": f"{stage}_sign", "label": "決裁", "kind": "signoff", "office": "区長"})
    for number in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        key, label = f"{stage}_comment{number}", f"意見公募{number}"
        gates.append({"key": key, "label": label, "kind": "period", "minimum_days": 7})
    for before, gate in pairwise(gates):
        if draw(st.integers(0, 3)):
            gate["after"] = [before["key"]]
    return gates


def _settle(draw: st.DrawFn, stages: list[dict[str, Any]]) -> None:
    """Let gates of the stages before the decided one, which no plan can skip, be mandatory: at least a body or a
    signature of the first."""
    deciding = [gate for gate in stages[0]["gates"] if gate["kind"] in ("body", "signoff")]
    if not deciding:
        deciding = [{"key": "s0_sign", "label": "決裁", "kind": "signoff", "office": "区長"}]
        stages[0]["gates"] += deciding
    draw(st.sampled_from(deciding))["mandatory"] = True
    forks = [stage.get("next", ()) for stage in stages]
    for before, stage in enumerate(stages[1:-1]):
        if len(forks[before]) < 2:
            for gate in stage["gates"]:
                gate["mandatory"] = draw(st.booleans())
