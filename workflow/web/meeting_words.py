"""How a meeting stands now, in one word for every page."""

from datetime import datetime
from enum import StrEnum

from workflow.engine import Form, MeetingStatus
from workflow.records import Meeting


class Standing(StrEnum):
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
    Standing.COMING: "招集済",
    Standing.ANSWERING: "回答受付中",
    Standing.BEGUN: "終了前",
    Standing.CLOSED: "終了",
    Standing.CANCELLED: "中止",
}


def standing_of(meeting: Meeting, now: datetime) -> Standing:
    """How the meeting stands at that moment."""
    if meeting.status == MeetingStatus.CANCELLED:
        return Standing.CANCELLED
    if meeting.status == MeetingStatus.CLOSED:
        return Standing.CLOSED
    if meeting.starts_at > now:
        return Standing.COMING
    if meeting.form == Form.IN_WRITING and meeting.ends_at > now:
        return Standing.ANSWERING
    return Standing.BEGUN
