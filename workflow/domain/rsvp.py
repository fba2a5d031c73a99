"""Answers to an invitation to a meeting (出欠の回答): what can be answered, until when, and what the answers amount to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from definitions.chain import Body
from definitions.labelled import Labelled
from workflow.domain.calendar import shown_moment
from workflow.domain.language import label, say
from workflow.domain.meetings import MeetingForm, MeetingStatus, Scheduled, is_open


class Intent(Labelled):
    """A member's answer to an invitation."""

    ATTENDS = "attends", "出席"
    BY_DEPUTY = "by_deputy", "代理出席"
    ABSENT = "absent", "欠席"

    @property
    def tone(self) -> str:
        """The class of its tag."""
        return "bad" if self is Intent.ABSENT else "good"


class Way(Labelled):
    """The way by which an answer came."""

    LINK = "link", "メールのリンク"
    PAGE = "page", "画面"
    CALENDAR = "calendar", "予定表"
    ENTERED = "entered", "事務局の記入"


@dataclass(frozen=True, slots=True)
class CalendarReply:
    """An answer as the calendar of `attendee` sent it. `starts_at` and `stamped_at` are None where it does not say;
    `stamped_at` is when it was given."""

    meeting: int
    attendee: str
    intent: Intent
    remark: str
    sequence: int
    starts_at: datetime | None
    stamped_at: datetime | None


@dataclass(frozen=True, slots=True)
class Expected:
    """The attendance to expect. `needed` is the least number of members for the quorum, None where the body has no
    such rule."""

    members: int
    attending: int
    absent: int
    needed: int | None

    @property
    def unanswered(self) -> int:
        return self.members - self.attending - self.absent

    @property
    def enough(self) -> bool:
        """Return whether those who said they attend reach the quorum."""
        return self.needed is None or self.attending >= self.needed

    @property
    def out_of_reach(self) -> bool:
        """Return whether the quorum would be missed even if everybody attends who has not answered."""
        return self.needed is not None and self.attending + self.unanswered < self.needed


def why_no_rsvp(meeting: Scheduled, now: datetime) -> str | None:
    """Return why the meeting takes no answers now, and what to do instead; None while it takes them."""
    if not is_open(meeting.status):
        status = label(MeetingStatus(meeting.status))
        return say("この会議は{status}です。出欠の回答は要りません。", status=status)
    if meeting.form == MeetingForm.IN_WRITING:
        return say("持ち回りに出欠はありません。会議のページで、議題ごとに賛否を答えてください。")
    if meeting.starts_at <= now:
        at = shown_moment(meeting.starts_at)
        return say("会議は {at} に始まっています。出欠は、事務局にお知らせください。", at=at)
    return None


def expected(body: Body, answers: Iterable[Intent | None]) -> Expected:
    """Return the attendance to expect from the newest answer of each member, None for who has not answered. A deputy
    counts for the member they come for."""
    given = list(answers)
    return Expected(
        members=len(given),
        attending=sum(each in (Intent.ATTENDS, Intent.BY_DEPUTY) for each in given),
        absent=given.count(Intent.ABSENT),
        needed=_needed(body, len(given)),
    )


def _needed(body: Body, members: int) -> int | None:
    if body.quorum is None:
        return None
    return next((count for count in range(members + 1) if body.quorum.reached(count, members)), None)
