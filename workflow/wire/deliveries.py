"""Deliveries: mail that a step would send, and messages on their way."""

from collections.abc import Iterable

from pydantic import Field

from notifications.kinds import Kind
from notifications.outbox import Line
from workflow.domain.deliveries import State
from workflow.queries.people import Contact
from workflow.wire.values import Moment, Shown


class Mail(Shown):
    """送られるお知らせ"""

    kind: Kind = Field(description="種類")
    label: str = Field(description="種類の名称")
    person: str = Field(description="宛先の利用者ID")
    name: str = Field(description="宛先の氏名")
    email: str = Field(description="宛先の電子メール")


class Rehearsed(Shown):
    """下見の答え: 何も記録せず、誰に何が送られるかだけを示します"""

    dry_run: bool = Field(default=True, description="下見なので true")
    mails: list[Mail] = Field(description="行えば送られるお知らせ")

    @classmethod
    def of(cls, mails: list[tuple[Kind, Contact]]) -> "Rehearsed":
        return cls(
            mails=[
                Mail(kind=kind, label=kind.label, person=seat.key, name=seat.name, email=seat.email)
                for kind, seat in mails
            ]
        )


class DeliveryShown(Shown):
    """通知"""

    number: int = Field(description="通知の番号")
    kind: Kind
    state: State
    recipient: str = Field(description="宛先の氏名、または他システム")
    address: str = Field(description="宛先の電子メール、または他システムのホスト名")
    meeting: str | None = Field(description="会議の名称")
    plan: str | None = Field(description="計画の名称")
    due_at: Moment = Field(description="送るべき日時")
    attempts: int = Field(description="送ろうとした回数")
    next_try_at: Moment | None = Field(description="次に送る日時")
    finished_at: Moment | None = Field(description="済んだ日時")
    error: str | None = Field(description="送れない事情")


class Deliveries(Shown):
    """通知、新しい順"""

    deliveries: list[DeliveryShown]

    @classmethod
    def of(cls, lines: Iterable[Line]) -> "Deliveries":
        return cls(
            deliveries=[
                DeliveryShown(
                    number=line.id,
                    kind=line.kind,
                    state=line.state,
                    recipient=line.recipient,
                    address=line.address,
                    meeting=line.meeting,
                    plan=line.plan,
                    due_at=line.due_at,
                    attempts=line.attempts,
                    next_try_at=line.next_try_at,
                    finished_at=line.finished_at,
                    error=line.error,
                )
                for line in lines
            ]
        )
