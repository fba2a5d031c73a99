"""The papers of a meeting (会議資料): their kinds, their numbers, and the marks they bear."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from definitions.labelled import Labelled
from workflow.domain.calendar import end_of_day
from workflow.domain.language import say
from workflow.domain.meetings import MeetingForm, Scheduled


class PaperKind(Labelled):
    """The kind of a paper. Each has numbers of its own over the whole meeting."""

    PAPER = "paper", "資料"
    REFERENCE = "reference", "参考資料"
    HANDOUT = "handout", "当日配布資料"


def designation(kind: PaperKind, number: int) -> str:
    """Return the designation of a paper, by which a sitting calls it: 資料1."""
    match kind:
        case PaperKind.PAPER:
            return say("資料{number}", number=number)
        case PaperKind.REFERENCE:
            return say("参考資料{number}", number=number)
        case PaperKind.HANDOUT:
            return say("当日配布資料{number}", number=number)


class Numbered(Protocol):
    """A paper by what its number depends on while its meeting is prepared."""

    @property
    def kind(self) -> PaperKind: ...
    @property
    def number(self) -> int: ...
    @property
    def item(self) -> int | None: ...
    @property
    def withdrawn(self) -> bool: ...


def renumbered(papers: Sequence[Numbered], items: Sequence[int]) -> dict[tuple[PaperKind, int], int]:
    """The new numbers of the papers, by kind and number, when they follow the agenda, `items` in its order: those of the
    meeting itself first; last those of items that were taken off, and what was withdrawn. Without those that stay."""
    places: dict[int | None, int] = {None: -1} | {item: place for place, item in enumerate(items)}

    def place(paper: Numbered) -> tuple[bool, int, int]:
        off = paper.withdrawn or paper.item not in places
        return off, places.get(paper.item, len(places)), paper.number

    found: dict[tuple[PaperKind, int], int] = {}
    for kind in PaperKind:
        of_kind = {each.number: each for each in papers if each.kind is kind}
        for number, paper in enumerate(sorted(of_kind.values(), key=place), 1):
            if number != paper.number:
                found[kind, paper.number] = number
    return found


class PaperMark(Labelled):
    """A mark that a paper bears."""

    REPLACED = "replaced", "差し替え前"
    REPLACEMENT = "replacement", "差し替え"
    WITHDRAWN = "withdrawn", "取下げ"
    LATE = "late", "提出期限後"
    ON_THE_DAY = "on_the_day", "当日配布"
    ADDED_LATER = "added_later", "後日追加"


def is_late(due: date | None, now: datetime) -> bool:
    """Return whether the day by which papers are due is over; None: there is none."""
    return due is not None and now >= end_of_day(due)


def added_since_begun(meeting: Scheduled, kind: PaperKind, at: datetime) -> PaperMark | None:
    """Return the mark of a paper that came after its meeting began: while it sat, or later. None: it came before, or its
    designation says already that it was given out on the day. A 持ち回り has no day on which people sit."""
    if at < meeting.starts_at:
        return None
    if meeting.form != MeetingForm.IN_WRITING and at <= meeting.ends_at:
        return None if kind is PaperKind.HANDOUT else PaperMark.ON_THE_DAY
    return PaperMark.ADDED_LATER


def shown_size(size: int) -> str:
    """A number of bytes as people say it: 1.2 MB, 340 KB; never less than 1 KB."""
    return f"{size / 1024**2:.1f} MB" if size >= 1024**2 else f"{max(1, round(size / 1024))} KB"
