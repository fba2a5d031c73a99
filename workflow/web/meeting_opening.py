"""The values by which the pages of a meeting and of its minutes show the 事務局 of an open body what is public (会議公開)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from definitions.chain import Body
from workflow.domain.language import say
from workflow.domain.meetings import NEVER_CALLED, MeetingStatus, is_open
from workflow.domain.minutes import MinutesKind
from workflow.domain.open_meetings import Closed, notice_warning, titles_told
from workflow.domain.rights import Act, Actor
from workflow.queries.agenda import Line, agenda, agenda_lines
from workflow.queries.bodies import body_rule
from workflow.queries.meetings import MeetingFact
from workflow.queries.open_meetings import Closings, Published, closings, noticed_at, published_minutes
from workflow.store.database import Reading

THE_MEETING = "meeting"
"""The meeting itself, among the items in a form's choices."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The values of the meeting's page. `closed` is what is closed now, with its value in the forms and its words, empty for
    the meeting itself; `can_close` are the choices of what is open."""

    warning: str
    closed: Sequence[tuple[str, str, Closed]]
    can_close: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class MinutesOpening:
    """The values of the page of the minutes: what is closed, the texts that are published, and the titles of the closed items,
    which none of them should say."""

    closings: Closings
    published: Mapping[MinutesKind, Published]
    closed_titles: Sequence[str]

    def told_in(self, text: str) -> list[str]:
        """The titles of closed items that the text says."""
        return titles_told(text, self.closed_titles)


def opening_of(
    db: Reading, person: Actor, rule: Body, held: MeetingFact, lines: Sequence[Line], now: datetime
) -> Opening | None:
    """None for who does not decide it, and where the body's meetings are not open. At most two statements."""
    if not rule.public or not person.may(Act.OPEN_MEETINGS, body=held.body_key):
        return None
    found = closings(db, held.id)
    items = [(line, f"{line.number}　{line.title}") for line in lines if not line.heading]
    whole = [(THE_MEETING, "", found.meeting)] if found.meeting else []
    closed = [(str(line.id), words, found.items[line.id]) for line, words in items if line.id in found.items]
    still = [(str(line.id), words) for line, words in items if line.id not in found.items]
    return Opening(
        _warning(db, rule, held, now),
        [*whole, *closed],
        [*([] if found.meeting else [(THE_MEETING, say("会議の全体"))]), *still],
    )


def minutes_opening_of(db: Reading, person: Actor, held: MeetingFact) -> MinutesOpening | None:
    """None as for `opening_of`, and for a meeting that was never called. At most five statements."""
    decides = person.may(Act.OPEN_MEETINGS, body=held.body_key) and held.status not in NEVER_CALLED
    if not decides or not body_rule(db, held.body_key).public:
        return None
    found, published = closings(db, held.id), published_minutes(db, held.id)
    lines = agenda_lines(db, held.id, agenda(db, held.id)) if found.items else []
    titles = [line.title for line in lines if line.id in found.items]
    return MinutesOpening(found, {each.kind: each for each in published}, titles)


def _warning(db: Reading, rule: Body, held: MeetingFact, now: datetime) -> str:
    if held.status is MeetingStatus.DRAFT:
        return notice_warning(rule, held, now)
    public_at = noticed_at(db, held.id) if is_open(held.status) else None
    return notice_warning(rule, held, public_at) if public_at else ""
