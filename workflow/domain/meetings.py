"""A meeting's form, state and phase, and what it may decide."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from definitions.chain import Body, Urgent
from definitions.terms import OUTCOMES_OF, BodyKind, Outcome


class MeetingForm(StrEnum):
    IN_PERSON = "in_person"
    ONLINE = "online"
    IN_WRITING = "in_writing"

    @property
    def label(self) -> str:
        return {"in_person": "対面", "online": "オンライン", "in_writing": "持ち回り"}[self]


class MeetingStatus(StrEnum):
    CALLED = "called"
    CANCELLED = "cancelled"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return {"called": "招集済", "cancelled": "中止", "closed": "終了"}[self]


class Purpose(StrEnum):
    """Why a version is on an agenda."""

    DELIBERATE = "deliberate"
    REPORT = "report"
    CONSULT = "consult"
    VOTE = "vote"
    RATIFY = "ratify"

    @property
    def label(self) -> str:
        return _PURPOSE_LABELS[self]


_PURPOSE_LABELS = {
    Purpose.DELIBERATE: "審議",
    Purpose.REPORT: "報告",
    Purpose.CONSULT: "諮問",
    Purpose.VOTE: "議決",
    Purpose.RATIFY: "専決の報告・承認",
}


RATIFYING: dict[Urgent, tuple[Outcome, ...]] = {
    Urgent.REPORT: (Outcome.RECEIVED,),
    Urgent.APPROVAL: (Outcome.APPROVED, Outcome.REJECTED),
}
"""What a body can answer to its chair's 専決: heard, or approved or not."""


def allowed_outcomes(purpose: Purpose, body: Body) -> tuple[Outcome, ...]:
    """The answers the body can give to an item put for that purpose."""
    if purpose is Purpose.RATIFY:
        return RATIFYING[body.urgent or Urgent.REPORT]
    if purpose is Purpose.REPORT:
        return OUTCOMES_OF[BodyKind.RECEIVING]
    return OUTCOMES_OF[body.kind]


USUAL_PURPOSE = {
    BodyKind.DELIBERATIVE: Purpose.DELIBERATE,
    BodyKind.RECEIVING: Purpose.REPORT,
    BodyKind.ADVISORY: Purpose.CONSULT,
    BodyKind.VOTING: Purpose.VOTE,
}


class Phase(StrEnum):
    """Where a meeting stands between its calling and its end."""

    COMING = "coming"
    ANSWERING = "answering"
    BEGUN = "begun"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def tone(self) -> str:
        """The class of its tag."""
        return {"closed": "soft", "cancelled": "bad", "begun": "good", "answering": "good"}.get(self, "")


_LABELS = {
    Phase.COMING: "招集済",
    Phase.ANSWERING: "回答受付中",
    Phase.BEGUN: "終了前",
    Phase.CLOSED: "終了",
    Phase.CANCELLED: "中止",
}


class Scheduled(Protocol):
    """A meeting, as far as its phase depends on it."""

    @property
    def status(self) -> str: ...
    @property
    def form(self) -> str: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


def phase_of(meeting: Scheduled, now: datetime) -> Phase:
    """How the meeting stands at that moment."""
    if meeting.status == MeetingStatus.CANCELLED:
        return Phase.CANCELLED
    if meeting.status == MeetingStatus.CLOSED:
        return Phase.CLOSED
    if meeting.starts_at > now:
        return Phase.COMING
    if meeting.form == MeetingForm.IN_WRITING and meeting.ends_at > now:
        return Phase.ANSWERING
    return Phase.BEGUN
