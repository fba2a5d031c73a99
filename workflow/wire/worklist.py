"""The worklist of a person."""

from collections.abc import Iterable

from pydantic import Field

from workflow.queries import Task, Waiting
from workflow.wire.values import Moment, Shown, each


class TaskShown(Shown):
    """待っている仕事"""

    kind: Waiting
    words: str = Field(description="説明")
    plan: str | None = Field(description="計画ID")
    meeting: int | None = Field(description="会議の番号")
    number: int | None = Field(description="議題・条件・決裁・決定・照会・通知の番号（種類による）")
    due: Moment | None = Field(description="期限")


class Worklist(Shown):
    """連携キーの持ち主を待っている仕事、近い順"""

    tasks: list[TaskShown]

    @classmethod
    def of(cls, tasks: Iterable[Task]) -> "Worklist":
        return cls(tasks=each(TaskShown, tasks))
