"""A proof by exhaustion: every chain of up to five stages is walked by every run there is, in a model that knows
nothing of the check. The check accepts exactly the chains whose runs all keep the promise.

The model has one gate or none on a stage, because all gates of a stage must be open before a plan leaves it. The
enumeration leaves out only chains that differ in the names of their stages. A stage that leads back to an earlier one
or that nothing leads to is refused whatever else the chain says, so such chains are listed only up to three stages.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import combinations, permutations, product

import pytest

from definitions.chain import Chain, Stage
from definitions.check import check

Steps = tuple[tuple[int, ...], ...]
SentBack = Callable[["Small", "Moment"], Iterator[tuple[int, ...]]]


class Asks(Enum):
    """The gate of a stage: none; a signature that may fall away later; a text or a signature without which nothing is
    decided."""

    NOTHING = "nothing"
    SIGNATURE = "signature"
    MANDATORY_TEXT = "mandatory text"
    MANDATORY_SIGNATURE = "mandatory signature"


MANDATORY = frozenset({Asks.MANDATORY_TEXT, Asks.MANDATORY_SIGNATURE})
SIGNED = frozenset({Asks.SIGNATURE, Asks.MANDATORY_SIGNATURE})


@dataclass(frozen=True, slots=True)
class Small:
    """A chain as numbers: the stages after each stage, the gate of each, and the decided ones. It begins at 0."""

    steps: Steps
    asks: tuple[Asks, ...]
    decided: frozenset[int]

    @property
    def mandatory(self) -> frozenset[int]:
        return frozenset(stage for stage, asks in enumerate(self.asks) if asks in MANDATORY)


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of a run: the stages on the plan's path, the present one last, and those of them whose mandatory gate
    was passed and no longer holds."""

    path: tuple[int, ...]
    lost: frozenset[int] = frozenset()

    @property
    def passed(self) -> frozenset[int]:
        return frozenset(self.path[:-1])


def moves(chain: Small, at: Moment, back: Iterable[tuple[int, ...]]) -> Iterator[Moment]:
    """Yield the moments that may follow: after an advance, unless a mandatory gate passed before is lost; after a 差戻し,
    to one of these paths; and when a passed mandatory gate falls away, or is mended."""
    if not at.lost:
        yield from (Moment((*at.path, to)) for to in chain.steps[at.path[-1]])
    for path in back:
        yield Moment(path, at.lost & frozenset(path[:-1]))
    for stage in at.passed & chain.mandatory:
        yield Moment(at.path, at.lost ^ {stage})


def along_the_path(chain: Small, at: Moment) -> Iterator[tuple[int, ...]]:
    """差戻し by the rule: to a stage on the plan's path."""
    return (at.path[:end] for end in range(1, len(at.path)))


def to_any_earlier_stage(chain: Small, at: Moment) -> Iterator[tuple[int, ...]]:
    """差戻し as it must not be: to any stage from which this one can be reached, as though the plan came that way."""
    for stage in range(len(chain.steps)):
        if stage != at.path[-1] and at.path[-1] in ahead(chain.steps, stage):
            kept = at.path[: at.path.index(stage)] if stage in at.path else at.path[:-1]
            yield (*kept, stage)


def moments(chain: Small, sent_back: SentBack) -> Iterator[tuple[Moment, set[Moment]]]:
    """Every moment of every run, with the moments that may follow it."""
    seen, waiting = set[Moment](), [Moment((0,))]
    while waiting:
        at = waiting.pop()
        if at not in seen:
            seen.add(at)
            following = set(moves(chain, at, sent_back(chain, at)))
            yield at, following
            waiting.extend(following - seen)


def broken_promise(chain: Small, sent_back: SentBack = along_the_path) -> str | None:
    """A thing no run may do and a run of the chain can; None when there is none."""
    if not chain.mandatory:
        return "an approval may be lost unnoticed"
    if not chain.decided:
        return "nothing is decided"
    runs: dict[Moment, set[Moment]] = {}
    for at, following in moments(chain, sent_back):
        runs[at] = following
        if at.path[-1] in at.passed:
            return f"an advance leads back: {at.path}"
        if at.path[-1] in chain.decided and not chain.mandatory <= at.passed:
            return f"decided past a mandatory gate: {at.path}"
        if at.path[-1] in chain.decided and SIGNED.isdisjoint(chain.asks[stage] for stage in at.passed):
            return f"decided by nobody: {at.path}"
    if {at.path[-1] for at in runs} != set(range(len(chain.steps))):
        return "a stage is never reached"
    return None if _all_can_end(chain, runs) else "a run never ends"


def _all_can_end(chain: Small, runs: dict[Moment, set[Moment]]) -> bool:
    before: dict[Moment, list[Moment]] = {}
    for at, following in runs.items():
        for after in following:
            before.setdefault(after, []).append(at)
    ending, waiting = set[Moment](), [at for at in runs if not chain.steps[at.path[-1]] and not at.lost]
    while waiting:
        at = waiting.pop()
        if at not in ending:
            ending.add(at)
            waiting.extend(before.get(at, ()))
    return ending == set(runs)


def ahead(steps: Steps, stage: int) -> frozenset[int]:
    """The stages a plan can come to from this one."""
    reached: set[int] = set()
    waiting = list(steps[stage])
    while waiting:
        each = waiting.pop()
        if each not in reached:
            reached.add(each)
            waiting.extend(steps[each])
    return frozenset(reached)


# ---------------------------------------------------------------- every small chain


def forward(count: int) -> Iterator[Steps]:
    """Every way to lead from the first of so many stages to all others without a circle."""
    onward = [_sets_of(range(stage + 1, count)) for stage in range(count)]
    return _once(steps for steps in product(*onward) if len(ahead(steps, 0)) == count - 1)


def any_way(count: int) -> Iterator[Steps]:
    """Every way to link so many stages at all, circles and stages out of reach included."""
    return _once(product(_sets_of(range(count)), repeat=count))


def _once(ways: Iterable[Steps]) -> Iterator[Steps]:
    seen: set[Steps] = set()
    for steps in ways:
        if steps not in seen:
            seen.update(_renumbered(steps, order) for order in _orders(len(steps)))
            yield steps


def chains(steps: Steps, gates: Iterable[Asks], decided: Iterable[tuple[int, ...]]) -> Iterator[Small]:
    """Every chain with these links, these gates on its stages and these sets of decided stages, once."""
    same = [order for order in _orders(len(steps)) if _renumbered(steps, order) == steps]
    seen: set[tuple[tuple[Asks, ...], frozenset[int]]] = set()
    for asks, decides in product(product(gates, repeat=len(steps)), map(frozenset, decided)):
        if (asks, decides) not in seen:
            for order in same:
                turned = tuple(asks[order.index(stage)] for stage in range(len(steps)))
                seen.add((turned, frozenset(order[stage] for stage in decides)))
            yield Small(steps, asks, decides)


def _sets_of(stages: Sequence[int]) -> list[tuple[int, ...]]:
    return [each for size in range(len(stages) + 1) for each in combinations(stages, size)]


def _orders(count: int) -> list[tuple[int, ...]]:
    return [(0, *others) for others in permutations(range(1, count))]


def _renumbered(steps: Steps, order: tuple[int, ...]) -> Steps:
    """The same links when stage number `i` is called `order[i]`."""
    called = {order[stage]: tuple(sorted(order[to] for to in steps[stage])) for stage in range(len(steps))}
    return tuple(called[stage] for stage in range(len(steps)))


def accepted(small: Small) -> bool:
    stages = (
        _stage(number, to, small.asks[number], number in small.decided)
        for number, to in enumerate(small.steps)
    )
    return not check(_EMPTY.model_copy(update={"stages": tuple(stages)}))


@cache
def _stage(number: int, to: tuple[int, ...], asks: Asks, decided: bool) -> Stage:
    named = {"key": f"s{number}", "label": f"段階{number}", "decided": decided, "gates": _gates(number, asks)}
    return Stage.model_validate({**named, "next": [f"s{each}" for each in to]})


def _gates(number: int, asks: Asks) -> list[dict[str, object]]:
    named = {"key": f"g{number}", "label": "必要な手続", "mandatory": asks in MANDATORY}
    if asks in SIGNED:
        return [{**named, "kind": "signoff", "office": "区長"}]
    return [{**named, "kind": "document"}] if asks is Asks.MANDATORY_TEXT else []


_EMPTY = Chain.model_validate(
    {"format": 1, "key": "small", "title": "小", "office": "区", "bodies": [], "stages": [{"key": "s", "label": "段階"}]}
)  # fmt: skip


# ---------------------------------------------------------------- the proof


def must_agree(chain: Small) -> bool:
    """Assert that the check and the search say the same of the chain, and return whether it is accepted."""
    broken = broken_promise(chain)
    assert accepted(chain) == (broken is None), (chain, broken)
    return broken is None


@pytest.mark.parametrize(("count", "sound"), [(1, 0), (2, 2), (3, 45)])
def test_the_check_accepts_exactly_the_chains_without_a_way_round(count: int, sound: int) -> None:
    decided = _sets_of(range(count))
    every = (chain for steps in forward(count) for chain in chains(steps, Asks, decided))
    assert sum(map(must_agree, every)) == sound


@pytest.mark.slow
def test_so_it_does_with_four_stages() -> None:
    gates, decided = (Asks.NOTHING, Asks.SIGNATURE, Asks.MANDATORY_SIGNATURE), _sets_of(range(4))
    every = (chain for steps in forward(4) for chain in chains(steps, gates, decided))
    assert sum(map(must_agree, every)) == 939


@pytest.mark.slow
def test_so_it_does_with_five_stages_of_which_one_is_decided() -> None:
    """Where several are decided, the promise is kept when it is kept at each of them alone."""
    gates, decided = (Asks.NOTHING, Asks.MANDATORY_SIGNATURE), [(stage,) for stage in range(5)]
    every = (chain for steps in forward(5) for chain in chains(steps, gates, decided))
    assert sum(map(must_agree, every)) == 984


@pytest.mark.parametrize("count", [1, 2, 3])
def test_circles_and_stages_out_of_reach_are_refused(count: int) -> None:
    gates, decided = (Asks.NOTHING, Asks.MANDATORY_SIGNATURE), [(stage,) for stage in range(count)]
    for steps in any_way(count):
        if any(stage in ahead(steps, stage) for stage in range(count)) or len(ahead(steps, 0)) < count - 1:
            assert not any(map(must_agree, chains(steps, gates, decided)))


DRAFT, BILL, DECIDED, PUBLISH = range(4)

PUBLISHED_WITHOUT_A_VOTE = Small(
    steps=((BILL, PUBLISH), (DECIDED,), (PUBLISH,), ()),
    asks=(Asks.NOTHING, Asks.MANDATORY_SIGNATURE, Asks.NOTHING, Asks.NOTHING),
    decided=frozenset({DECIDED}),
)


def test_what_is_published_without_a_vote_cannot_be_sent_back_into_the_decision() -> None:
    assert accepted(PUBLISHED_WITHOUT_A_VOTE)
    assert broken_promise(PUBLISHED_WITHOUT_A_VOTE) is None


def test_sending_back_to_a_stage_off_the_path_would_be_a_way_round() -> None:
    found = broken_promise(PUBLISHED_WITHOUT_A_VOTE, to_any_earlier_stage)
    assert found == f"decided past a mandatory gate: {(DRAFT, DECIDED)}"
