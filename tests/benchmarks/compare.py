"""Comparing two versions of 300 pages with 200 changes here and there, against putting both into the store's JSON and
back, which is the least that a comparison kept could cost."""

import json
import random
import statistics
import time
from collections.abc import Callable

from workflow.domain.comparison import Change, compare, comparison_as_json, comparison_from_json
from workflow.domain.texts import Block, Text, as_json, from_json, heading, paragraph, row

PAGES, A_PAGE, CHANGES = 300, 1200, 200
TARGET = 3.0


def main() -> None:
    old, new = versions()
    characters = sum(len(block.text) for block in old)
    found = compare(old, new)
    print(f"{len(old)} blocks, {characters} characters, {len(found.differences)} differences")
    print({change.value: found.count(change) for change in Change}, "numbers:", found.numbers_changed)
    kept = json.dumps(comparison_as_json(found))
    for name, act in (
        ("comparing", lambda: compare(old, new)),
        ("from the store", lambda: comparison_from_json(json.loads(kept))),
        (
            "both texts, in and out",
            lambda: [from_json(json.loads(json.dumps(as_json(t)))) for t in (old, new)],
        ),
    ):
        print(f"{name}: {_median(act):.3f} s" + (f" (target ≤ {TARGET} s)" if name == "comparing" else ""))
    rewritten = tuple(_rewritten(block) for block in old)
    print(f"every paragraph changed: {_median(lambda: compare(old, rewritten), 1):.3f} s")


def versions() -> tuple[Text, Text]:
    """A plan of 300 pages, and the same with 200 changes: words, numbers, paragraphs gone, come and moved."""
    chance = random.Random(2025)
    old = list[Block]()
    while len(old) < 6000:
        old.append(_block(chance, len(old)))
    new = list(old)
    for place in sorted(chance.sample(range(len(old)), CHANGES), reverse=True):
        kind = chance.randrange(5)
        if kind == 0:
            new.pop(place)
        elif kind == 1:
            new.insert(place, _block(chance, 10_000 + place))
        elif kind == 2:
            new.insert(chance.randrange(len(new) - 1), new.pop(place))
        else:
            new[place] = _rewritten(new[place])
    return tuple(old), tuple(new)


def _block(chance: random.Random, number: int) -> Block:
    if number % 40 == 0:
        return heading(f"第{number // 40 + 1}節 {chance.choice(_SUBJECTS)}の推進", 2)
    if number % 40 > 36:
        return row((f"{number % 12 + 1}月", chance.choice(_SUBJECTS), f"{chance.randrange(1, 5000)}件"))
    sentences = (
        f"{chance.choice(_SUBJECTS)}について、令和{chance.randrange(3, 9)}年度に{chance.choice(_ACTS)}。"
        for _ in range(2)
    )
    return paragraph(f"{number} " + "".join(sentences) + chance.choice(_ENDS))


def _rewritten(block: Block) -> Block:
    cells = tuple(
        cell.replace("令和", "西暦").replace("件", "箇所").replace("50手続", "60手続") for cell in block.cells
    )
    return Block(block.kind, cells, block.level, block.begins)


_SUBJECTS = (
    "行政手続のオンライン化",
    "住民記録システムの標準化",
    "デジタル人材の育成",
    "情報格差の解消",
    "データの利活用",
    "庁内業務の効率化",
)
_ACTS = (
    "対象を50手続まで広げる",
    "区民への周知を進める",
    "所管課と調整のうえ実施する",
    "予算の範囲内で見直しを行う",
)
_ENDS = (
    "",
    "なお、詳細は別に定める。",
    "実施に当たっては、個人情報の保護に十分配慮する。",
    "進捗は毎年度公表する。",
)


def _median(act: Callable[[], object], times: int = 5) -> float:
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


if __name__ == "__main__":
    main()
