"""The log: its events, and whether they hang together."""

from collections.abc import Iterable
from typing import Any

from pydantic import Field

from workflow.queries.log import Entry
from workflow.wire.values import Moment, Shown, each


class EventShown(Shown):
    """記録された出来事"""

    seq: int = Field(description="記録の番号")
    at: Moment
    by: str | None = Field(description="誰が（利用者ID）。意見を出した人では null")
    tag: str = Field(description="種類")
    hash: str = Field(description="ここまでの記録のハッシュ")


class Log(Shown):
    """記録の 1 ページ、古い順"""

    events: list[EventShown]
    following: int | None = Field(
        description="続きを読むときに following として送る番号。最後のページでは null"
    )

    @classmethod
    def of(cls, entries: Iterable[Entry], following: int | None) -> "Log":
        return cls(events=each(EventShown, entries), following=following)


class WholeEvent(EventShown):
    """記録された出来事と、記録された値"""

    data: dict[str, Any] = Field(description="記録された値")


class WholeLog(Shown):
    """記録の終わりの部分、古い順"""

    events: list[WholeEvent]

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "WholeLog":
        return cls(events=each(WholeEvent, entries))


class LastProof(Shown):
    """最後に行われた検証（`sakutei log verify`）"""

    at: Moment
    events: int = Field(description="検証した出来事の数")
    rows: int = Field(description="検証した行の数")
    documents: int = Field(description="検証した文書の数")
    findings: int = Field(description="証明できないところの数")
    after: int = Field(
        description="この番号の出来事までは前回までの検証を信じ、見直していない。0: 全体を検証した"
    )
    everything_at: Moment | None = Field(description="最後に全体を検証した日時。分からなければ null")


class Verified(Shown):
    """記録の検証"""

    whole: bool = Field(description="新しい出来事（20,000 件まで）が正しくつながっているか")
    events: int | None = Field(description="つながっている出来事の数")
    broken: str | None = Field(description="切れている所")
    proof: LastProof | None = Field(description="最後に行われた検証。まだなければ null")
