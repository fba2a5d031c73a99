"""Open meetings (会議公開): what citizens see of a meeting's place, and whether its notice was public in time."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from definitions.chain import Body
from workflow.domain.calendar import tokyo_day
from workflow.domain.language import say
from workflow.domain.meetings import MeetingForm, Scheduled
from workflow.domain.rights import PaperAudience


@dataclass(frozen=True, slots=True)
class Closed:
    """A decision that a meeting, or an item of it, is closed to the public: its reason, and the provision it rests on."""

    reason: str
    basis: str


def audience_while(audience: PaperAudience, closed: Closed | None) -> PaperAudience:
    """Return the people to whom a paper is open while what it is about is closed, or is not: one that was for everybody is for
    who reads its item, or the whole meeting."""
    return PaperAudience.OFFICE if closed and audience is PaperAudience.PUBLIC else audience


def titles_told(text: str, titles: Iterable[str]) -> list[str]:
    """The titles of closed items that a text says, however they are spaced: what somebody must read before it is published."""
    said = _plain(text)
    return [title for title in titles if _plain(title) in said]


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def place_for_citizens(form: MeetingForm, place: str) -> str:
    """Return the place as citizens see it. The address of a meeting online, and what follows it, lets people in: only the
    members have it."""
    if form is not MeetingForm.IN_PERSON:
        return ""
    return _LETS_IN.split(place, maxsplit=1)[0]


_LETS_IN = re.compile(r"(?:[\uff08(][^\uff08(]*?|\W*)https?:", re.IGNORECASE)
"""The beginning of an address, with the bracket that it stands in."""


def notice_warning(rule: Body, meeting: Scheduled, public_at: datetime) -> str:
    """The warning that the notice of the meeting became public, at that time, fewer days before it than the rule of its
    body asks; empty when it was in time. A 持ち回り has no day to come to, and one entered afterwards had no notice."""
    days = (tokyo_day(meeting.starts_at) - tokyo_day(public_at)).days
    in_time = days >= rule.notice_days or public_at >= meeting.starts_at
    if not rule.public or meeting.form == MeetingForm.IN_WRITING or in_time:
        return ""
    return say(
        "公開の告知は会議の {days} 日前です。この会議体は {notice} 日前までに告知します。",
        days=days,
        notice=rule.notice_days,
    )
