"""The days of a person."""

from pydantic import Field

from workflow.queries.own_days import DayKind, OwnDays
from workflow.wire.values import Day, Moment, Shown, each
from workflow.wire.worklist import TaskShown


class EntryShown(Shown):
    """予定"""

    day: Day
    kind: DayKind
    words: str = Field(description="説明")
    at: Moment | None = Field(description="時刻。1 日のものは null")
    meeting: int | None = Field(description="会議の番号")
    plan: str | None = Field(description="計画ID")
    task: TaskShown | None = Field(description="待っている仕事")


class OwnDaysShown(Shown):
    """わたしの予定、日の順"""

    entries: list[EntryShown]
    undated: list[TaskShown] = Field(description="日の決まっていない仕事")
    unwatched: list[str] = Field(description="次に逃せない日を求めていない計画のID")

    @classmethod
    def of(cls, found: OwnDays) -> "OwnDaysShown":
        return cls(
            entries=each(EntryShown, found.entries),
            undated=each(TaskShown, found.undated),
            unwatched=[plan.key for plan in found.unwatched],
        )
