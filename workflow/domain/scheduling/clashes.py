"""Wishes that cannot be met together, and what would mend it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations

from workflow.domain.calendar import shown_day
from workflow.domain.language import say
from workflow.domain.scheduling.critical import sitting_name
from workflow.domain.scheduling.passes import forward, last_day
from workflow.domain.scheduling.problem import Problem, Wish, WishKind


@dataclass(frozen=True, slots=True)
class Clash:
    """Wishes that no schedule meets together, though any one left out, the others can be met. `mends` has for each the
    nearest change of it alone that is enough. Without any wish: there are too few sittings, whatever is wished."""

    wishes: tuple[Wish, ...]
    mends: tuple[Wish, ...]


def clash(problem: Problem) -> Clash | None:
    """A smallest set of wishes, the target among them, that clash; None when a schedule meets all. Where no two clash by
    themselves, a set of which none can be left out."""
    wishes = wishes_with_target(problem)
    if _possible(problem, wishes):
        return None
    found = _smallest(problem, wishes)
    return Clash(found, tuple(_mend(problem, found, wish) for wish in found))


def wishes_with_target(problem: Problem) -> tuple[Wish, ...]:
    """The wishes of the problem, and its target as one more."""
    if problem.target is None:
        return problem.wishes
    label = say("{day}までに決定", day=shown_day(problem.target))
    return (*problem.wishes, Wish(WishKind.NOT_AFTER, problem.finish, label, problem.target))


def _possible(problem: Problem, wishes: Sequence[Wish]) -> bool:
    return forward(problem.wishing(wishes)) is not None


def _smallest(problem: Problem, wishes: tuple[Wish, ...]) -> tuple[Wish, ...]:
    """None, one or two wishes that clash; else all, less each that can be left out (deletion filter)."""
    for size in (0, 1, 2):
        for some in combinations(wishes, size):
            if not _possible(problem, some):
                return some
    kept = wishes
    for wish in wishes:
        without = tuple(each for each in kept if each is not wish)
        kept = kept if _possible(problem, without) else without
    return kept


def _mend(problem: Problem, clashing: Sequence[Wish], wish: Wish) -> Wish:
    """The wish, changed as little as makes it possible beside the others."""
    others = [each for each in clashing if each is not wish]

    def beside(changed: Wish) -> bool:
        return _possible(problem, [*others, changed])

    if wish.kind is WishKind.AT_LEAST:
        lengths = range(wish.length - 1, -1, -1)
        return next(each for n in lengths if beside(each := replace(wish, length=n)))
    assert wish.day is not None  # noqa: S101 - every other kind has a day
    wished = wish.day
    if wish.kind is WishKind.AT:
        days = sorted(_sittings(problem, wish), key=lambda day: (abs(day - wished), day))
        return next(each for day in days if beside(each := replace(wish, day=day)))
    if wish.kind is WishKind.NOT_BEFORE:
        first = min(problem.start, wished) - timedelta(days=1)
        return replace(wish, day=last_day(first, wished, lambda day: beside(replace(wish, day=day))))
    schedule = forward(problem.wishing(others))
    assert schedule is not None  # noqa: S101 - the others do not clash
    return replace(wish, day=schedule[wish.activity].ends)


def _sittings(problem: Problem, wish: Wish) -> tuple[date, ...]:
    return problem.calendar(problem.activity(wish.activity).body).days


def clash_words(problem: Problem, found: Clash) -> list[str]:
    """The clash in words, and a line for each way to mend it."""
    if not found.wishes:
        return [say("希望をすべて外しても、会議の予定が足りません。会議の予定を加えてください。")]
    named = say("、").join(say("「{label}」", label=wish.label) for wish in found.wishes)
    said = (
        say("{wishes}は、同時には実現できません。", wishes=named)
        if len(found.wishes) > 1
        else say("{wishes}は、実現できません。", wishes=named)
    )
    return [said, *(_mend_words(problem, mend) for mend in found.mends)]


def _mend_words(problem: Problem, mend: Wish) -> str:
    if mend.kind is WishKind.AT_LEAST:
        return say("「{label}」を{days}日間まで縮めれば、実現できます。", label=mend.label, days=mend.length)
    assert mend.day is not None  # noqa: S101 - every other kind has a day
    if mend.kind is WishKind.AT:
        sitting = sitting_name(problem, problem.activity(mend.activity), mend.day)
        return say("「{label}」を{sitting}に変えれば、実現できます。", label=mend.label, sitting=sitting)
    day = shown_day(mend.day)
    if mend.kind is WishKind.NOT_BEFORE:
        return say("「{label}」を{day}まで早めれば、実現できます。", label=mend.label, day=day)
    return say("「{label}」を{day}まで延ばせば、実現できます。", label=mend.label, day=day)
