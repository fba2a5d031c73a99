"""The changes of an agenda since it was told, from the events of its meeting; and when they are told by themselves."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from definitions.chain import Offset
from workflow.domain.calendar import end_of_day, offset_before, tokyo_day
from workflow.domain.events import Tag

CHANGING = (Tag.ITEM_LISTED, Tag.ITEM_REMOVED, Tag.ITEMS_ORDERED)
"""The events that change an agenda."""

TELLING = (Tag.MEETING_CALLED, Tag.MEETING_MOVED, Tag.AGENDA_TOLD)
"""The events of which the letters hold the agenda."""

TOLD_FROM = Offset(business_days=1, at=time(9))
"""From this time before a meeting on, a change that nobody was told of is told by itself."""

QUIET = timedelta(minutes=10)
"""It waits for more: one letter for what is changed in a row. In the last hour before the meeting it waits for nothing."""

LAST_HOUR = timedelta(hours=1)

FIRST = 0
"""In place of the item that a new one is put after: it goes before them all."""


@dataclass(frozen=True, slots=True)
class AgendaEvent:
    """An event of a meeting that changes its agenda, or of which the letters hold it."""

    seq: int
    at: datetime
    tag: Tag
    item: int | None = None
    order: tuple[int, ...] = ()
    why: str = ""
    after: int | None = None
    """The item that a new one was put after, or `FIRST`; None: it went to the end."""


@dataclass(frozen=True, slots=True)
class AgendaChanges:
    """The items added and, each with the reason, removed; `reordered`: those that stayed have another order."""

    added: tuple[int, ...] = ()
    removed: tuple[tuple[int, str], ...] = ()
    reordered: bool = False

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.reordered)


def changes_since(events: Sequence[AgendaEvent], told: int) -> AgendaChanges:
    """The changes by the events after the number `told`. What was added and removed again is none."""
    before = _agenda_after(event for event in events if event.seq <= told)
    now = _agenda_after(events)
    why = {event.item: event.why for event in events if event.tag is Tag.ITEM_REMOVED}
    return AgendaChanges(
        added=tuple(item for item in now if item not in before),
        removed=tuple((item, why.get(item, "")) for item in before if item not in now),
        reordered=[item for item in before if item in now] != [item for item in now if item in before],
    )


def untold(events: Sequence[AgendaEvent], letters: Collection[int]) -> AgendaChanges:
    """The changes that somebody who was told of the meeting does not know. `letters` are the numbers of the events that each
    one's last letter follows; none went out: what is on its way holds the agenda as it is then. So do the letters of the last
    event that tells, which follow that event at least."""
    last = max((event.seq for event in events if event.tag in TELLING), default=0)
    known = sorted({max(letter, last) for letter in letters})
    return next(filter(None, (changes_since(events, told) for told in known)), AgendaChanges())


def told_by_itself_at(starts_at: datetime, changed_at: datetime, closed: Collection[date]) -> datetime:
    """The time at which a change of the agenda, the last one made then, is told by itself."""
    from_then = offset_before(tokyo_day(starts_at), TOLD_FROM, closed)
    quiet = QUIET if changed_at < starts_at - LAST_HOUR else timedelta()
    return max(from_then, changed_at + quiet)


def late_items(events: Iterable[AgendaEvent], items_due: date | None) -> frozenset[int]:
    """The items that were put on the agenda after the last day to hand them in; none where no day is set."""
    if items_due is None:
        return frozenset()
    over = end_of_day(items_due)
    listed = (event for event in events if event.tag is Tag.ITEM_LISTED and event.at >= over)
    return frozenset(event.item for event in listed if event.item is not None)


def _agenda_after(events: Iterable[AgendaEvent]) -> list[int]:
    """The items in their order after these events."""
    found: list[int] = []
    for event in events:
        if event.tag is Tag.ITEM_LISTED and event.item is not None:
            found.insert(_place_of_new(found, event.after), event.item)
        elif event.tag is Tag.ITEM_REMOVED and event.item in found:
            found.remove(event.item)
        elif event.tag is Tag.ITEMS_ORDERED:
            found.sort(key=lambda item: event.order.index(item) if item in event.order else len(event.order))
    return found


def _place_of_new(found: Sequence[int], after: int | None) -> int:
    """The index at which a new item stands that was put after another."""
    if after == FIRST:
        return 0
    return found.index(after) + 1 if after in found else len(found)
