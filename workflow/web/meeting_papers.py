"""The papers of a meeting as its pages show them to a person: under each item, the newest edition first, with what the
person may do with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workflow.domain.language import label
from workflow.domain.meetings import MeetingStatus, is_open
from workflow.domain.papers import PaperKind, PaperMark, renumbered
from workflow.domain.rights import Act, PaperAudience
from workflow.queries.agenda import Line
from workflow.queries.meetings import MeetingFact
from workflow.queries.papers import PaperFact, items_of_departments
from workflow.queries.reading_rights import ReadMeeting, papers_to_know
from workflow.store.database import Reading
from workflow.web.session import Visitor


@dataclass(frozen=True, slots=True)
class PaperShown:
    """An edition of a paper, and what its page says of it: the marks, and whether this person may open and change it."""

    fact: PaperFact
    marks: tuple[PaperMark, ...]
    opens: bool
    changes: bool
    earlier: tuple["PaperShown", ...] = ()


@dataclass(frozen=True, slots=True)
class PapersShown:
    """The papers by item; None: those of the meeting itself, and of what is not on the page. `enters` are the items for
    which the person may enter papers, `keeps`: they may set the day by which papers are due, and to whom a paper is open;
    `tells`: those invited are told of a change; `misnumbered`: the numbers do not follow the agenda, and still can."""

    meeting: MeetingFact
    of: Mapping[int | None, Sequence[PaperShown]]
    enters: frozenset[int | None]
    keeps: bool
    tells: bool
    misnumbered: bool

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """The choices of the form."""
        return [(each.value, label(each)) for each in PaperKind]

    @property
    def audiences(self) -> list[tuple[str, str]]:
        """The choices of the form."""
        return [(each.value, label(each)) for each in PaperAudience]


def papers_shown(db: Reading, who: Visitor, read: ReadMeeting, lines: Sequence[Line]) -> PapersShown:
    """The papers of the meeting that the person may know of. At most two statements."""
    enters = _enters(db, who, read.meeting, lines)
    on_page = {line.id for line in lines}
    found: dict[int | None, list[PaperShown]] = {}
    editions: dict[tuple[PaperKind, int], list[PaperFact]] = {}
    known = papers_to_know(db, read)
    for each in known:
        editions.setdefault((each.kind, each.number), []).append(each)
    for newest, *earlier in editions.values():
        place = newest.item if newest.item in on_page else None
        changes = newest.current and newest.item in enters
        found.setdefault(place, []).append(_shown(read, newest, earlier, changes=changes))
    held = read.meeting
    keeps = _standing(held) and who.person.may(Act.SET_AGENDA, body=held.body_key)
    numbering = keeps and held.status is MeetingStatus.DRAFT
    return PapersShown(
        meeting=held,
        of=found,
        enters=enters,
        keeps=keeps,
        tells=is_open(held.status) and held.ends_at > who.now,
        misnumbered=numbering and bool(renumbered(known, [line.id for line in lines])),
    )


def _shown(
    read: ReadMeeting, newest: PaperFact, earlier: Sequence[PaperFact] = (), *, changes: bool = False
) -> PaperShown:
    return PaperShown(
        newest,
        tuple(newest.marks(read.meeting)),
        read.opens(newest),
        changes,
        tuple(_shown(read, each) for each in earlier),
    )


def _enters(db: Reading, who: Visitor, held: MeetingFact, lines: Sequence[Line]) -> frozenset[int | None]:
    if _standing(held) and who.person.may(Act.ENTER_PAPERS, body=held.body_key):
        return frozenset([None, *(line.id for line in lines)])
    if is_open(held.status) and who.person.departments:
        return frozenset(items_of_departments(db, held.id, who.person.departments))
    return frozenset()


def _standing(held: MeetingFact) -> bool:
    return held.status is not MeetingStatus.CANCELLED
