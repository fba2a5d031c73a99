"""Shared types of all subjects: dates, times, and the plain responses."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

from workflow.domain.calendar import FIRST_DAY, LAST_DAY, TOKYO
from workflow.domain.language import say


def _in_our_time(value: datetime) -> datetime:
    if not FIRST_DAY.year <= value.year <= LAST_DAY.year:
        raise ValueError(
            say(
                "{first} 年から {last} 年までの日時にしてください。", first=FIRST_DAY.year, last=LAST_DAY.year
            )
        )
    return value


Day = Annotated[
    date, Field(ge=FIRST_DAY, le=LAST_DAY, description="日（Asia/Tokyo）", examples=["2023-06-12"])
]
Moment = Annotated[
    AwareDatetime,
    AfterValidator(_in_our_time),
    PlainSerializer(lambda moment: moment.astimezone(TOKYO), return_type=datetime),
    Field(description="日時（時差付きの ISO 8601）", examples=["2023-06-12T14:00:00+09:00"]),
]


class Shown(BaseModel):
    """A response model, made from a fact."""

    model_config = ConfigDict(from_attributes=True)


class Done(Shown):
    """記録しました"""

    done: bool = Field(default=True, description="記録したので true")

    @classmethod
    def of(cls, _: object) -> "Done":
        return cls()


class Numbered(Shown):
    """記録したものの番号"""

    number: int = Field(description="番号")

    @classmethod
    def of(cls, number: int) -> "Numbered":
        return cls(number=number)


class Numbers(Shown):
    """記録したものの番号、順に"""

    numbers: list[int] = Field(description="番号")

    @classmethod
    def of(cls, numbers: list[int]) -> "Numbers":
        return cls(numbers=numbers)


Shape = TypeVar("Shape", bound=Shown)


def each(shape: type[Shape], facts: Iterable[object]) -> list[Shape]:
    """Each fact in that shape."""
    return [shape.model_validate(fact) for fact in facts]
