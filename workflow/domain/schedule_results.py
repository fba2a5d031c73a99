"""The results of a schedule, month by month: each entry as planned, late, moved to another month, or not planned at all."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from definitions.labelled import Labelled
from workflow.domain.calendar import month_label
from workflow.domain.language import label, say

Entry = TypeVar("Entry")
Table = Mapping[str, Sequence[Entry]]
"""The entries of each month, 2023-06, in their order."""


class Match(Labelled):
    """The result of an entry in its month. Of what was planned for the month: held in it, still to come, late, held in a
    later or an earlier month, or nowhere on record. Of what was held in the month: moved to it from the month it was
    planned for, work that began before its first month or went on after its last, or planned for no month."""

    AS_PLANNED = "as_planned", "予定どおり"
    PLANNED = "planned", "予定"
    LATE = "late", "遅れ"
    HELD_LATER = "held_later", "後の月に実施"
    HELD_EARLIER = "held_earlier", "前の月に実施"
    NOT_HELD = "not_held", "実施の記録なし"
    FROM_EARLIER = "from_earlier", "予定から遅れて実施"
    FROM_LATER = "from_later", "予定より早く実施"
    OVERRUN = "overrun", "予定を過ぎて実施"
    BEGUN_EARLY = "begun_early", "予定より早く着手"
    UNPLANNED = "unplanned", "予定外"


@dataclass(frozen=True, slots=True)
class Result:
    """A match, with the other month where there is one: in which it was held, or for which it was planned."""

    match: Match
    month: str | None = None

    @property
    def words(self) -> str:
        """令和5年6月の予定から遅れて実施; 遅れ."""
        if self.month is None:
            return label(self.match)
        month = month_label(self.month)
        match self.match:
            case Match.HELD_LATER:
                return say("{month}に遅れて実施", month=month)
            case Match.HELD_EARLIER:
                return say("{month}に早めて実施", month=month)
            case Match.FROM_EARLIER:
                return say("{month}の予定から遅れて実施", month=month)
            case Match.OVERRUN:
                return say("{month}までの予定を過ぎて実施", month=month)
            case Match.BEGUN_EARLY:
                return say("{month}からの予定より早く着手", month=month)
            case _:
                return say("{month}の予定を早めて実施", month=month)


def met(
    planned: Table[Entry], held: Table[Entry], now: str, owed: Collection[tuple[str, Entry]], *, running: bool
) -> dict[str, list[tuple[Entry, Result]]]:
    """The results of meetings and events, by month: those planned for the month first. What is left over of an entry in
    other months is paired in the order of time. `now` is the present month, `owed` holds what the plan still owes, with
    its month; nothing is to come of a plan that does not run."""
    results: defaultdict[str, list[tuple[Entry, Result]]] = defaultdict(list)
    held_in, planned_for = _paired(planned, held)
    for month in sorted({*planned, *held}):
        left = list(held.get(month, ()))
        for entry in planned.get(month, ()):
            if entry in left:
                left.remove(entry)
                results[month].append((entry, Result(Match.AS_PLANNED)))
                continue
            if others := held_in[month, entry]:
                other = others.pop(0)
                match = Match.HELD_LATER if other > month else Match.HELD_EARLIER
                results[month].append((entry, Result(match, other)))
            else:
                still = (month, entry) in owed
                results[month].append((entry, Result(_open(month, now, still=still, running=running))))
        for entry in left:
            if others := planned_for[month, entry]:
                other = others.pop(0)
                match = Match.FROM_EARLIER if other < month else Match.FROM_LATER
                results[month].append((entry, Result(match, other)))
            else:
                results[month].append((entry, Result(Match.UNPLANNED)))
    return results


def worked(
    planned: Table[str], held: Table[str], now: str, ahead: Collection[str], *, running: bool
) -> dict[str, list[tuple[str, Result]]]:
    """The results of the work of stages, by month; `ahead` is the work of the plan's stage and of those to come. Work in a
    month outside its span went on after its last month, or began before its first."""
    results: defaultdict[str, list[tuple[str, Result]]] = defaultdict(list)
    wanted, done = _by_entry(_leftover(planned, {})), _by_entry(_leftover(held, {}))
    for month in sorted({*planned, *held}):
        for name in planned.get(month, ()):
            results[month].append(
                (name, _planned_work(month, now, done[name], ahead=name in ahead, running=running))
            )
        for name in held.get(month, ()):
            if name not in planned.get(month, ()):
                results[month].append((name, _other_work(month, wanted[name])))
    return results


def _planned_work(month: str, now: str, done: Sequence[str], *, ahead: bool, running: bool) -> Result:
    if month in done:
        return Result(Match.AS_PLANNED)
    to_come = running and ahead and month >= now
    later = [each for each in done if each > month]
    if later:
        return Result(Match.HELD_LATER, later[0])
    if done and not to_come:
        return Result(Match.HELD_EARLIER, done[-1])
    return Result(_open(month, now, still=ahead, running=running))


def _other_work(month: str, wanted: Sequence[str]) -> Result:
    if not wanted:
        return Result(Match.UNPLANNED)
    before = [each for each in wanted if each < month]
    return Result(Match.OVERRUN, before[-1]) if before else Result(Match.BEGUN_EARLY, wanted[0])


def _open(month: str, now: str, *, still: bool, running: bool) -> Match:
    """The result of what was planned for the month and is held nowhere."""
    if running and month >= now:
        return Match.PLANNED
    return Match.LATE if running and still else Match.NOT_HELD


Pairs = defaultdict[tuple[str, Entry], list[str]]
"""The other months of an entry of a month, in the order of time."""


def _paired(planned: Table[Entry], held: Table[Entry]) -> tuple[Pairs[Entry], Pairs[Entry]]:
    """The months in which what was planned for another was held, and those for which what was held in another was
    planned."""
    wanted, done = _by_entry(_leftover(planned, held)), _by_entry(_leftover(held, planned))
    held_in: Pairs[Entry] = defaultdict(list)
    planned_for: Pairs[Entry] = defaultdict(list)
    for entry, months in wanted.items():
        for month, other in zip(months, done[entry], strict=False):
            held_in[month, entry].append(other)
            planned_for[other, entry].append(month)
    return held_in, planned_for


def _by_entry(entries: Iterable[tuple[str, Entry]]) -> defaultdict[Entry, list[str]]:
    found: defaultdict[Entry, list[str]] = defaultdict(list)
    for month, entry in entries:
        found[entry].append(month)
    return found


def _leftover(table: Table[Entry], other: Table[Entry]) -> Iterable[tuple[str, Entry]]:
    for month in sorted(table):
        matched = list(other.get(month, ()))
        for entry in table[month]:
            if entry in matched:
                matched.remove(entry)
            else:
                yield month, entry
