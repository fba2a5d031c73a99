"""Kept calendars: what each is, and what a reading of one changed."""

from collections.abc import Iterable
from typing import Self

from pydantic import Field

from workflow.domain.kept_calendars import CalendarKind, Changes
from workflow.domain.language import reworded
from workflow.queries.kept_calendars import KeptCalendarFact
from workflow.wire.values import Moment, Shown


class CalendarShown(Shown):
    """取り込む予定表"""

    number: int = Field(description="番号")
    name: str = Field(description="名称")
    kind: CalendarKind
    room: str | None = Field(description="会議室の予定表なら、その場所")
    host: str | None = Field(description="URL から読むなら、そのサーバー。ファイルなら null")
    entries: int = Field(description="これからの予定の数")
    read_at: Moment | None = Field(description="予定が最後に変わった日時")
    trouble: str | None = Field(description="読めないなら、その理由")

    @classmethod
    def of(cls, found: KeptCalendarFact) -> Self:
        return cls(
            number=found.number,
            name=found.name,
            kind=found.kind,
            room=found.room,
            host=found.host,
            entries=found.entries,
            read_at=found.read_at,
            trouble=reworded(found.trouble) if found.trouble else None,
        )


class Calendars(Shown):
    """取り込む予定表の一覧"""

    calendars: list[CalendarShown]

    @classmethod
    def of(cls, found: Iterable[KeptCalendarFact]) -> Self:
        return cls(calendars=[CalendarShown.of(each) for each in found])


class Read(Shown):
    """読み直した結果"""

    new: int = Field(description="増えた予定の数")
    gone: int = Field(description="なくなった予定の数")

    @classmethod
    def of(cls, changes: Changes) -> Self:
        return cls(new=len(changes.new), gone=len(changes.gone))
