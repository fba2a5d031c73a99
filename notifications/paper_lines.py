"""The papers of a meeting as its letters list them, each to who may read it, and what changed of them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import PurePath
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import NotAllowed
from workflow.domain.events import Tag
from workflow.domain.meetings import HeldMeeting
from workflow.queries.actor import actor
from workflow.queries.meetings import MeetingFact
from workflow.queries.meetings import meeting as meeting_of
from workflow.queries.papers import PaperFact, papers_of
from workflow.queries.reading_rights import ReadMeeting, as_read_by
from workflow.store.tables import Event

PAPER_CHANGES = (Tag.PAPER_ADDED, Tag.PAPER_REPLACED, Tag.PAPER_WITHDRAWN)
"""The events of which those invited are told."""


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper as a mail lists it; `path` leads to it in the pages."""

    designation: str
    title: str
    edition: int
    marks: tuple[str, ...]
    audience: str
    path: str


@dataclass(frozen=True, slots=True)
class PaperChange:
    """A change of a paper as a mail tells it, by its present edition; `paper` is None for one that was withdrawn. `item` is
    the title of its item, empty where it is of the meeting itself."""

    tag: str
    designation: str
    paper: PaperLine | None
    item: str
    reason: str


class ReadPapers:
    """The papers of a meeting as the recipients of its letters may read them today. One statement for a meeting without
    papers."""

    def __init__(self, db: Session, meeting: HeldMeeting, now: datetime) -> None:
        self._db, self._day, self._number = db, tokyo_day(now), meeting.id
        self._papers = papers_of(db, meeting.id) if meeting.id is not None else []
        self._read: dict[str, ReadMeeting | None] = {}

    def present(self) -> Mapping[int | None, Sequence[PaperLine]]:
        """All present papers, by item; None: of the meeting itself."""
        return self._lines(each for each in self._papers if each.current)

    def read_by(self, person: str | None) -> Mapping[int | None, Sequence[PaperLine]]:
        """The present papers that the person of that key may read, by item; None: of the meeting itself."""
        read = self._as_read_by(person) if self._papers else None
        return self._lines(each for each in self._papers if each.current and read and read.opens(each))

    def changes(
        self, person: str | None, titles: Mapping[int, str], *, after: int
    ) -> tuple[PaperChange, ...]:
        """The papers that changed after that event, as they are now, of which the person may know; not one that was entered
        and withdrawn since. `titles` are those of the items."""
        since = [data for seq, data in self._events if seq > after]
        changed = {(data["series"], data["number"]) for data in since}
        new = {(data["series"], data["number"]) for data in since if data["tag"] == Tag.PAPER_ADDED}
        read = self._as_read_by(person) if changed else None
        if read is None:
            return ()
        told = []
        for each in self._papers:
            named = (each.kind.value, each.number)
            gone_at_once = each.withdrawn and named in new
            if named in changed and not each.replaced and not gone_at_once and read.knows(each):
                told.append(self._change(each, titles, new=named in new))
        return tuple(told)

    @cached_property
    def _held(self) -> MeetingFact:
        return meeting_of(self._db, self._number)

    @cached_property
    def _events(self) -> list[tuple[int, Mapping[str, Any]]]:
        rows = self._db.execute(
            select(Event.seq, Event.tag, Event.data)
            .where(Event.meeting_id == self._number, Event.tag.in_(PAPER_CHANGES))
            .order_by(Event.seq)
        )
        return [(seq, {**json.loads(data), "tag": tag}) for seq, tag, data in rows]

    def _change(self, paper: PaperFact, titles: Mapping[int, str], *, new: bool) -> PaperChange:
        tag = Tag.PAPER_ADDED if new else Tag.PAPER_WITHDRAWN if paper.withdrawn else Tag.PAPER_REPLACED
        return PaperChange(
            tag.value,
            _called(paper),
            None if paper.withdrawn else self._line(paper),
            titles.get(paper.item or 0, ""),
            (paper.withdrawn_why if paper.withdrawn else paper.why) or "",
        )

    def _lines(self, papers: Iterable[PaperFact]) -> Mapping[int | None, Sequence[PaperLine]]:
        found: dict[int | None, list[PaperLine]] = {}
        for each in papers:
            found.setdefault(each.item, []).append(self._line(each))
        return found

    def _line(self, paper: PaperFact) -> PaperLine:
        return PaperLine(
            designation=_called(paper),
            title=paper.title,
            edition=paper.edition,
            marks=tuple(mark.label for mark in paper.marks(self._held)),
            audience=paper.audience.label,
            path=f"/meetings/{paper.meeting}/papers/{paper.id}/{_short_name(paper)}",
        )

    def _as_read_by(self, person: str | None) -> ReadMeeting | None:
        """The meeting as that person reads it today; None when they may not."""
        if person is None:
            return None
        if person not in self._read:
            try:
                who = actor(self._db, person, self._day)
                self._read[person] = as_read_by(self._db, who, self._held)
            except NotAllowed:
                self._read[person] = None
        return self._read[person]


def _called(paper: PaperFact) -> str:
    """The designation in Japanese, whoever looks at the letter."""
    return f"{paper.kind.label}{paper.number}"


def _short_name(paper: PaperFact) -> str:
    """A name for the address of the paper that a mail need not encode; the file keeps its own."""
    ending = PurePath(paper.filename).suffix
    return f"{paper.id}{ending}" if ending.isascii() else f"{paper.id}"
