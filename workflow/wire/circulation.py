"""供覧 and the discussion of a plan."""

from pydantic import Field

from workflow.queries import Reading
from workflow.wire.values import Moment, Shown, each


class AskedShown(Shown):
    """供覧の依頼"""

    number: int = Field(description="供覧の番号")
    reader: str = Field(description="読む人の氏名")
    version: int = Field(description="版の番号")
    note: str = Field(description="伝言")
    by: str = Field(description="依頼した人の氏名")
    at: Moment
    read_at: Moment | None = Field(description="読んだ日時。まだなら null")


class RemarkShown(Shown):
    """意見交換の記入"""

    number: int = Field(description="記入の番号")
    by: str = Field(description="記入した人の氏名")
    text: str = Field(description="本文。取り消したものは空")
    at: Moment
    taken_back_at: Moment | None = Field(description="取り消した日時")


class ReadingShown(Shown):
    """供覧と意見交換"""

    asked: list[AskedShown] = Field(description="供覧の依頼、新しい版から")
    said: list[RemarkShown] = Field(description="意見交換、古い順")

    @classmethod
    def of(cls, found: Reading) -> "ReadingShown":
        return cls(asked=each(AskedShown, found.asked), said=each(RemarkShown, found.said))


class Circulated(Shown):
    """依頼した供覧"""

    asked: int = Field(description="新たに依頼した人数")
