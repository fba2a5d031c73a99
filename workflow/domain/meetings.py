"""A meeting's form, state and phase, and what it may decide."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from definitions.chain import Body, Urgent
from definitions.labelled import Labelled
from definitions.terms import OUTCOMES_OF, BodyKind, Outcome
from workflow.domain.calendar import tokyo_day


class MeetingForm(Labelled):
    IN_PERSON = "in_person", "対面"
    ONLINE = "online", "オンライン"
    IN_WRITING = "in_writing", "持ち回り"


class MeetingStatus(Labelled):
    """The status of a meeting. Prepared (a draft), it is known to the 事務局 of its body alone, and so is one discarded
    before it was called."""

    DRAFT = "draft", "準備中"
    CALLED = "called", "招集済"
    CANCELLED = "cancelled", "中止"
    CLOSED = "closed", "終了"
    DISCARDED = "discarded", "取りやめ"


NEVER_CALLED = (MeetingStatus.DRAFT, MeetingStatus.DISCARDED)
"""The statuses of a meeting of which nobody was told."""

ON_RECORD = (MeetingStatus.CALLED, MeetingStatus.CLOSED)
"""The statuses of a meeting that is held, or was."""

TAKES_ITEMS = (MeetingStatus.DRAFT, MeetingStatus.CALLED)
"""The statuses of a meeting at which items wait: its agenda can be set."""


def is_open(status: str) -> bool:
    """Return whether a meeting of that status was called, and is neither cancelled nor closed."""
    return status == MeetingStatus.CALLED


class Purpose(Labelled):
    """Why something is on an agenda: a version put at a gate, or, at no gate, a report on a plan, a matter of the body's
    own (会長選出, 前回会議録の承認, その他), or the heading over the items that follow."""

    DELIBERATE = "deliberate", "審議"
    REPORT = "report", "報告"
    CONSULT = "consult", "諮問"
    VOTE = "vote", "議決"
    RATIFY = "ratify", "専決の報告・承認"
    INTERIM = "interim", "中間報告"
    MATTER = "matter", "その他の議題"
    HEADING = "heading", "見出し"

    @property
    def at_gate(self) -> bool:
        """Return whether an outcome answers at a gate of a plan; else what came of it is recorded in words."""
        return self not in (Purpose.INTERIM, Purpose.MATTER, Purpose.HEADING)


RATIFYING: dict[Urgent, tuple[Outcome, ...]] = {
    Urgent.REPORT: (Outcome.RECEIVED,),
    Urgent.APPROVAL: (Outcome.APPROVED, Outcome.REJECTED),
}
"""The answers of a body to its chair's 専決: received, or approved or rejected."""


def allowed_outcomes(purpose: Purpose, body: Body) -> tuple[Outcome, ...]:
    """The answers the body can give to an item put for that purpose."""
    if purpose is Purpose.RATIFY:
        return RATIFYING[body.urgent or Urgent.REPORT]
    if purpose is Purpose.REPORT:
        return OUTCOMES_OF[BodyKind.RECEIVING]
    return OUTCOMES_OF[body.kind]


GOES_ON = (Outcome.CONTINUED, Outcome.CARRIED_OVER, Outcome.REPORT_AGAIN)
"""The outcomes after which an item comes to the body again."""

USUAL_PURPOSE = {
    BodyKind.DELIBERATIVE: Purpose.DELIBERATE,
    BodyKind.RECEIVING: Purpose.REPORT,
    BodyKind.ADVISORY: Purpose.CONSULT,
    BodyKind.VOTING: Purpose.VOTE,
}


def numbered(purposes: Sequence[Purpose]) -> list[str]:
    """The numbers of an agenda's lines as a 次第 has them: 1, 2, 3; what stands under a heading, which bears such a number
    too, (1), (2), (3)."""
    found, whole, under = [], 0, 0
    headed = False
    for purpose in purposes:
        if purpose is Purpose.HEADING or not headed:
            whole, under = whole + 1, 0
            headed = headed or purpose is Purpose.HEADING
            found.append(str(whole))
        else:
            under += 1
            found.append(f"({under})")
    return found


def decided_day(recorded: date, form: str | None, starts_at: datetime | None) -> date:
    """The day of a decision: that of its sitting, as it is known now; of a 持ち回り or a 専決 (no meeting), the day that
    was recorded."""
    if starts_at is None or form == MeetingForm.IN_WRITING:
        return recorded
    return tokyo_day(starts_at)


class Phase(Labelled):
    """The phase of a meeting, from its preparation to its end."""

    PREPARING = "preparing", "準備中"
    COMING = "coming", "招集済"
    ANSWERING = "answering", "回答受付中"
    BEGUN = "begun", "終了前"
    CLOSED = "closed", "終了"
    CANCELLED = "cancelled", "中止"
    DISCARDED = "discarded", "取りやめ"

    @property
    def begun(self) -> bool:
        """Return whether the meeting has begun, or was held."""
        return self in (Phase.ANSWERING, Phase.BEGUN, Phase.CLOSED)

    @property
    def tone(self) -> str:
        """The class of its tag."""
        return _TONES.get(self, "")


_TONES = {
    Phase.PREPARING: "soft",
    Phase.CLOSED: "soft",
    Phase.CANCELLED: "bad",
    Phase.DISCARDED: "bad",
    Phase.BEGUN: "good",
    Phase.ANSWERING: "good",
}


class Scheduled(Protocol):
    """A meeting by its title, and as far as its phase depends on it."""

    @property
    def title(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def form(self) -> str: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


class HeldMeeting(Scheduled, Protocol):
    """A meeting as its record says, wherever it was read."""

    @property
    def id(self) -> int: ...
    @property
    def body_key(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def sequence(self) -> int: ...


def phase_of(meeting: Scheduled, now: datetime) -> Phase:
    """Return the phase of the meeting at that time."""
    if meeting.status != MeetingStatus.CALLED:
        return _PHASES[MeetingStatus(meeting.status)]
    if meeting.starts_at > now:
        return Phase.COMING
    if meeting.form == MeetingForm.IN_WRITING and meeting.ends_at > now:
        return Phase.ANSWERING
    return Phase.BEGUN


_PHASES = {
    MeetingStatus.DRAFT: Phase.PREPARING,
    MeetingStatus.CANCELLED: Phase.CANCELLED,
    MeetingStatus.CLOSED: Phase.CLOSED,
    MeetingStatus.DISCARDED: Phase.DISCARDED,
}
