"""Things to think over before a meeting is called: none of them forbids it."""

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from definitions.chain import Offset
from workflow.domain.calendar import (
    is_business_day,
    offset_before,
    shown_clock,
    shown_day,
    tokyo_day,
    why_closed,
)
from workflow.domain.kept_calendars import Entry
from workflow.domain.language import say
from workflow.domain.meetings import MeetingForm


@dataclass(frozen=True, slots=True)
class Planned:
    """A meeting as it is planned."""

    form: MeetingForm
    starts_at: datetime
    ends_at: datetime
    place: str


@dataclass(frozen=True, slots=True)
class AtTheSameTime:
    """Another meeting that lies in part at the same time; `shared` are the names of the members who sit in both."""

    title: str
    form: MeetingForm
    starts_at: datetime
    place: str
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CalledMeeting:
    """A meeting that was called; `members` are the names of those who sit in its body that day, by their number."""

    number: int
    body: str
    title: str
    form: MeetingForm
    starts_at: datetime
    ends_at: datetime
    place: str
    members: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class MeetingClash:
    """Two meetings that lie in part at the same time, in the same room or with members in common."""

    one: CalledMeeting
    other: CalledMeeting
    same_room: bool
    shared: tuple[str, ...]


def meeting_clashes(called: Iterable[CalledMeeting]) -> Iterator[MeetingClash]:
    """The clashes of the meetings, by their time. A 持ち回り has neither a room nor a time."""
    running: list[CalledMeeting] = []
    held = [each for each in called if each.form is not MeetingForm.IN_WRITING]
    for each in sorted(held, key=lambda meeting: (meeting.starts_at, meeting.number)):
        running = [before for before in running if before.ends_at > each.starts_at]
        for before in running:
            shared = tuple(name for number, name in before.members.items() if number in each.members)
            room = _same_room(before, each)
            if room or (shared and before.body != each.body):
                yield MeetingClash(before, each, room, shared)
        running.append(each)


def meeting_warnings(
    planned: Planned,
    others: Iterable[AtTheSameTime],
    members: Collection[object],
    notices: Collection[Offset],
    closed: Mapping[date, str],
    taken: Iterable[tuple[str, Entry]],
    now: datetime,
) -> list[str]:
    """The warnings in words. `members` are those of the meeting's day, `notices` the rules by which they are told of it
    beforehand, `closed` the office's own closed days, `taken` rooms with what their calendars have at that time. A 持ち回り has
    neither a room nor a day."""
    found: list[str] = [] if members else [say("この日の委員がいません。名簿を確かめてください。")]
    if planned.form is not MeetingForm.IN_WRITING:
        found += [*_of_its_day(planned.starts_at, notices, closed, now), *_clashes(planned, others)]
        found += _taken(planned, taken)
    return found


def closed_day_words(day: date, closed: Mapping[date, str]) -> str:
    """A warning when the office does not work that day; empty when it does."""
    if is_business_day(day, closed):
        return ""
    why = why_closed(day, closed) or ""
    return say("{day}は閉庁日です（{why}）。よろしいか確かめてください。", day=shown_day(day), why=why)


def _of_its_day(
    starts_at: datetime, notices: Collection[Offset], closed: Mapping[date, str], now: datetime
) -> Iterator[str]:
    day = tokyo_day(starts_at)
    if words := closed_day_words(day, closed):
        yield words
    if notices:
        first = min(notices, key=lambda each: offset_before(day, each, closed))
        if offset_before(day, first, closed) < now:
            yield say(
                "会議の前の最初の通知の時（{when}）を過ぎています。招集の期間が足りるか確かめてください。",
                when=first,
            )


def _clashes(planned: Planned, others: Iterable[AtTheSameTime]) -> Iterator[str]:
    for other in others:
        at = shown_clock(other.starts_at)
        if _same_room(planned, other):
            yield say(
                "同じ時間に、同じ場所で「{meeting}」（{at} から）があります。", meeting=other.title, at=at
            )
        if other.shared:
            yield say(
                "{names}さんは、同じ時間の「{meeting}」（{at} から）の委員でもあります。",
                names=_names(other.shared),
                meeting=other.title,
                at=at,
            )


def _taken(planned: Planned, taken: Iterable[tuple[str, Entry]]) -> Iterator[str]:
    for room, entry in taken:
        if planned.form is MeetingForm.IN_PERSON and _plain(room) == _plain(planned.place):
            yield say(
                "「{room}」の予定表では、{when}に「{title}」が入っています。この会議の予約でなければ、場所か時間を変えてください。",
                room=room,
                when=entry.when,
                title=entry.title,
            )


def _names(names: Sequence[str]) -> str:
    return str(say("さん、").join(names))


def _same_room(one: Planned | CalledMeeting, other: AtTheSameTime | CalledMeeting) -> bool:
    in_rooms = one.form is other.form is MeetingForm.IN_PERSON
    return in_rooms and _plain(one.place) == _plain(other.place)


@lru_cache
def _plain(place: str) -> str:
    return "".join(unicodedata.normalize("NFKC", place).split())
