"""The picture of a chain: everything in it is drawn, and no word leaves its box."""

from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from definitions.chain import BodyGate, Chain
from definitions.load import shipped, shipped_chains
from tests.support.chains import chains
from workflow.web.svg.drawing import columns, picture
from workflow.web.svg.text import width_of, wrapped

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("key", shipped_chains())
def test_every_stage_and_every_gate_of_a_shipped_chain_is_drawn(key: str) -> None:
    chain = shipped(key)
    drawn = ElementTree.fromstring(picture(chain))
    for stage in chain.stages:
        assert stage.label in _words(_part(drawn, "stage", stage.key))
        for gate in stage.gates:
            words = _words(_part(drawn, "gate", gate.key))
            assert gate.label in words
            if isinstance(gate, BodyGate):
                body = chain.body(gate.body)
                assert body.name in words and body.kind.label in words
            assert ("必須" in words) == gate.mandatory


@pytest.mark.parametrize("key", shipped_chains())
def test_no_word_of_a_shipped_chain_leaves_its_box(key: str) -> None:
    _must_stay_inside(shipped(key), shipped(key).first.key)


@given(
    chain=chains(),
    name=st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=80),
)
@settings(max_examples=150, deadline=None)
def test_whatever_a_chain_says_it_is_drawn_and_stays_inside(chain: Chain, name: str) -> None:
    body = chain.bodies[0].model_copy(update={"name": name})
    stage = chain.stages[0].model_copy(update={"label": name})
    named = chain.model_copy(
        update={"bodies": (body, *chain.bodies[1:]), "stages": (stage, *chain.stages[1:])}
    )
    _must_stay_inside(Chain.from_canonical_json(named.canonical_json()), chain.stages[0].key)


@given(chain=chains())
@settings(max_examples=50, deadline=None)
def test_no_two_boxes_overlap_and_all_lie_in_the_picture(chain: Chain) -> None:
    drawn = ElementTree.fromstring(picture(chain))
    width, height = float(drawn.attrib["width"]), float(drawn.attrib["height"])
    boxes = [_outline(part) for part in _parts(drawn)]
    for x, y, right, bottom in boxes:
        assert 0 <= x < right <= width and 0 <= y < bottom <= height
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


@given(chain=chains())
@settings(max_examples=50, deadline=None)
def test_a_gate_stands_right_of_every_gate_it_waits_for(chain: Chain) -> None:
    for stage in chain.stages:
        place = {gate.key: number for number, column in enumerate(columns(stage)) for gate in column}
        assert all(place[before] < place[gate.key] for gate in stage.gates for before in gate.after)


def test_the_current_stage_the_first_the_last_and_the_decided_one_say_so_in_words() -> None:
    drawn = ElementTree.fromstring(picture(shipped("itabashi_dx_2025"), "draft"))
    said = {key: _words(_part(drawn, "stage", key)) for key in ("policy", "draft", "decision", "printing")}
    assert said["policy"].startswith("始まり")
    assert said["draft"].startswith("現在の段階")
    assert said["decision"].startswith("決定")
    assert said["printing"].startswith("終わり")


def test_each_kind_of_body_has_an_outline_of_its_own() -> None:
    bodies = [
        {"key": f"b{number}", "name": "会", "kind": kind, "chair": "長"}
        for number, kind in enumerate(("deliberative", "receiving", "advisory", "voting"))
    ]
    gates = [{"key": f"g{n}", "label": "議", "kind": "body", "body": f"b{n}"} for n in range(4)]
    chain = _a_chain(bodies=bodies, stages=[{"key": "s", "label": "案", "gates": gates}, _DECIDED])
    drawn = ElementTree.fromstring(picture(chain))
    shapes = set()
    for n in range(4):
        part = _part(drawn, "gate", f"g{n}")
        x, y, *_ = _outline(part)
        shapes.add((part[0].tag, *((right - x, down - y) for right, down in _corners(part[0]))))
    assert len(shapes) == 4


def test_a_branch_is_drawn_beside_the_straight_way() -> None:
    stages = [
        {"key": "a", "label": "甲", "next": ["b", "c"]},
        {"key": "b", "label": "乙"},
        {**_DECIDED, "key": "c"},
    ]
    onward = picture(_a_chain(stages=stages)).count('marker-end="url(#picture-onward)"')
    assert onward == 3


def test_names_are_text_and_never_markup() -> None:
    chain = _a_chain(title='<script>alert(1)</script>"', stages=[{**_DECIDED, "label": "</text><b>&"}])
    svg = picture(chain)
    assert "<script>" not in svg and "<b>" not in svg
    ElementTree.fromstring(svg)


def test_a_screen_reader_is_told_the_stages_with_their_gates() -> None:
    drawn = ElementTree.fromstring(picture(shipped("two_rounds")))
    told = drawn.findtext(f"{SVG}desc") or ""
    assert drawn.attrib["role"] == "img"
    assert "骨子案: 骨子案（文書）、検討会での検討（審議機関・計画検討会）" in told


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("策定方針の調整", ["策定方針の", "調整"]),
        ("調整します（案）。", ["調整します", "（案）。"]),
        ("あいうえお、かき", ["あいうえ", "お、かき"]),
        ("ab cdefgh ij", ["ab", "cdefgh", "ij"]),
        ("ABCDEFGHIJ", ["ABCDEF", "GHIJ"]),
        ("", []),
    ],
)
def test_lines_break_where_japanese_breaks_them(text: str, lines: list[str]) -> None:
    assert wrapped(text, 10, 50) == lines


def _must_stay_inside(chain: Chain, current: str) -> None:
    drawn = ElementTree.fromstring(picture(chain, current))
    parts = _parts(drawn)
    assert len(list(parts)) == len(chain.stages) + sum(len(stage.gates) for stage in chain.stages)
    for part in _parts(drawn):
        x, y, right, bottom = _outline(part)
        for text in part.iter(f"{SVG}text"):
            size = float(text.attrib["font-size"])
            middle = text.attrib.get("text-anchor") == "middle"
            width = width_of(text.text or "", size)
            left = float(text.attrib["x"]) - (width / 2 if middle else 0)
            base = float(text.attrib["y"])
            assert x < left and left + width < right, text.text
            assert y < base - 0.8 * size and base + 0.2 * size < bottom, text.text


def _parts(drawn: Element) -> list[Element]:
    return [
        part for part in drawn.iter(f"{SVG}g") if "data-gate" in part.attrib or "data-stage" in part.attrib
    ]


def _part(drawn: Element, kind: str, key: str) -> Element:
    return next(part for part in drawn.iter(f"{SVG}g") if part.attrib.get(f"data-{kind}") == key)


def _words(part: Element) -> str:
    return "".join(text.text or "" for text in part.iter(f"{SVG}text"))


def _outline(part: Element) -> tuple[float, float, float, float]:
    points = list(_corners(part[0]))
    return (
        min(x for x, _ in points), min(y for _, y in points), max(x for x, _ in points), max(y for _, y in points),
    )  # fmt: skip


def _corners(shape: Element) -> Iterator[tuple[float, float]]:
    if shape.tag == f"{SVG}rect":
        x, y, width, height = (float(shape.attrib[name]) for name in ("x", "y", "width", "height"))
        yield from ((x, y), (x + width, y + height))
    else:
        for point in shape.attrib["points"].split():
            x, y = point.split(",")
            yield float(x), float(y)


_DECIDED = {"key": "end", "label": "決定", "decided": True}


def _a_chain(**changed: object) -> Chain:
    raw = {
        "format": 1,
        "key": "any",
        "title": "任意",
        "office": "市",
        "bodies": [],
        "stages": [_DECIDED],
        **changed,
    }
    return Chain.model_validate(raw)
