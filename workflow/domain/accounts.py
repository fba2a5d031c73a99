"""What a mailed link and a program's token are for, and how long they last."""

from datetime import timedelta
from enum import StrEnum

from definitions.labelled import Labelled


class LinkPurpose(StrEnum):
    """What a mailed link is for. The value is its path's first part, too."""

    WELCOME = "welcome"
    RESET = "reset"

    @property
    def life(self) -> timedelta:
        """How long the link is valid after its mail was sent."""
        return timedelta(days=7) if self is LinkPurpose.WELCOME else timedelta(hours=1)


class Scope(Labelled):
    """What a token may be used for. The rights of its person hold beside it."""

    READ = "read", "読み取り"
    PLANS = "plans", "計画の開始・版の登録・進行"
    MEETINGS = "meetings", "会議の招集・議題・出欠、通知の再送"
    DECISIONS = "decisions", "結果の記録・採決・条件の解消・決裁"
    COMMENTS = "comments", "パブリックコメントの実施（提出者の氏名などの読み取りを含む）"
    PEOPLE = "people", "名簿の管理"
