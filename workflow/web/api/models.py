"""What the calls of several subjects share: keys, numbers, days, moments, and the plain answers."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

from notifications.kinds import Kind
from workflow.domain.calendar import FIRST_DAY, LAST_DAY, TOKYO
from workflow.queries.seats import Seat


def _in_our_time(value: datetime) -> datetime:
    if not FIRST_DAY.year <= value.year <= LAST_DAY.year:
        raise ValueError(f"{FIRST_DAY.year} 年から {LAST_DAY.year} 年までの日時にしてください。")
    return value


Key = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$",
        description="鍵（半角の英小文字・数字・_・-）",
        examples=["dx2025"],
    ),
]
Number = Annotated[int, Field(ge=1, le=2**31 - 1, description="番号", examples=[1])]
Day = Annotated[
    date, Field(ge=FIRST_DAY, le=LAST_DAY, description="日（Asia/Tokyo）", examples=["2023-06-12"])
]
Moment = Annotated[
    AwareDatetime,
    AfterValidator(_in_our_time),
    PlainSerializer(lambda moment: moment.astimezone(TOKYO), return_type=datetime),
    Field(description="日時（時差付きの ISO 8601）", examples=["2023-06-12T14:00:00+09:00"]),
]
Line = Annotated[str, Field(min_length=1, max_length=200, description="1 行の文字")]
Text = Annotated[str, Field(max_length=20_000, description="文章")]
Reason = Annotated[str, Field(min_length=1, max_length=20_000, description="理由（記録に残ります）")]


class Asked(BaseModel):
    """What a call is sent. A name that is not known is refused, so that a slip does not go unnoticed."""

    model_config = ConfigDict(extra="forbid")


class Shown(BaseModel):
    """What a call answers, read from a row or a fact."""

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


class Mail(Shown):
    """送られるお知らせ"""

    kind: Kind = Field(description="種類")
    label: str = Field(description="種類の名称")
    person: str = Field(description="宛先の職員の鍵")
    name: str = Field(description="宛先の氏名")
    email: str = Field(description="宛先の電子メール")


class Rehearsed(Shown):
    """下見の答え: 何も記録せず、誰に何が送られるかだけを示します"""

    dry_run: bool = Field(default=True, description="下見なので true")
    mails: list[Mail] = Field(description="行えば送られるお知らせ")

    @classmethod
    def of(cls, mails: list[tuple[Kind, Seat]]) -> "Rehearsed":
        return cls(
            mails=[
                Mail(kind=kind, label=kind.label, person=seat.key, name=seat.name, email=seat.email)
                for kind, seat in mails
            ]
        )


class ComingMeeting(Shown):
    """これからの会議"""

    meeting: int = Field(description="会議の番号")
    title: str = Field(description="会議の名称")
    starts_at: Moment
    listed: bool = Field(description="議題に載っているか")


def rows_of(model: type[BaseModel], rows: Any) -> list[Any]:
    """Each row as the model reads it."""
    return [model.model_validate(row) for row in rows]
