"""Answers to the invitation to a meeting, and the attendance to expect."""

from collections.abc import Sequence

from pydantic import Field

from workflow.domain.rsvp import Expected, Intent, Way
from workflow.queries.rsvp import Invited
from workflow.wire.values import Moment, Shown


class RsvpShown(Shown):
    """一人の出欠の回答"""

    intent: Intent
    deputy: str = Field(description="代理の方の氏名。代理出席でなければ空")
    deputy_key: str | None = Field(description="届け出た代理者の利用者ID")
    remark: str = Field(description="伝言")
    way: Way
    by_key: str = Field(description="答えた人か、記録した人の利用者ID")
    at: Moment = Field(description="答えた日時")


class InvitedShown(Shown):
    """招かれた委員"""

    member: str = Field(description="委員の利用者ID")
    name: str = Field(description="氏名")
    answer: RsvpShown | None = Field(description="有効な回答。まだなら null")


class Rsvps(Shown):
    """会議への出欠の回答、会長から順に"""

    attending: int = Field(description="出席予定の委員の数（代理を含む）")
    absent: int = Field(description="欠席と答えた委員の数")
    unanswered: int = Field(description="まだ答えていない委員の数")
    needed: int | None = Field(description="定足数。定めがなければ null")
    members: list[InvitedShown]

    @classmethod
    def of(cls, invited: Sequence[Invited], expected: Expected) -> "Rsvps":
        return cls(
            attending=expected.attending,
            absent=expected.absent,
            unanswered=expected.unanswered,
            needed=expected.needed,
            members=[
                InvitedShown(
                    member=each.seat.key,
                    name=each.seat.name,
                    answer=RsvpShown.model_validate(each.answer) if each.answer else None,
                )
                for each in invited
            ],
        )
