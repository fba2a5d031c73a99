"""Shared types of request bodies: keys, numbers, texts."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Key = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$",
        description="ID（半角の英小文字・数字・_・-）",
        examples=["dx2025"],
    ),
]
ChainName = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$",
        description="策定の流れのID、または策定の流れの SHA-256",
        examples=["itabashi_dx_2025"],
    ),
]
Number = Annotated[int, Field(ge=1, le=2**31 - 1, description="番号", examples=[1])]
Line = Annotated[str, Field(min_length=1, max_length=200, description="1 行の文字")]
Text = Annotated[str, Field(max_length=20_000, description="文章")]
Reason = Annotated[str, Field(min_length=1, max_length=20_000, description="理由（記録に残ります）")]


class Asked(BaseModel):
    """A request body. Unknown names are refused, so that a typing mistake is noticed."""

    model_config = ConfigDict(extra="forbid")
