"""The subject of a message, before it is written."""

from dataclasses import dataclass
from datetime import datetime

from notifications.kinds import Kind
from workflow.domain.deliveries import State

AT_OLD_ADDRESS = ":before"
"""Ends the claim of a message that goes to the address its recipient had before."""


class NoLongerDue(Exception):
    """A message that must not be sent any more: its final state, and the reason in Japanese."""

    def __init__(self, state: State, why: str) -> None:
        super().__init__(why)
        self.state, self.why = state, why


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject and the recipient of a message. `tried`: an earlier attempt may have sent the mail; `resent`: somebody
    sends it again by hand."""

    claim: str
    kind: Kind
    recipient_id: int
    name: str
    address: str
    meeting_id: int | None
    plan_id: int | None
    event_seq: int | None
    due_at: datetime
    tried: bool = False
    resent: bool = False
