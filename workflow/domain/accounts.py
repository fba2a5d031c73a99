"""Purposes and lifetimes of mailed links, scopes of API tokens, and the ways in beside a password."""

from datetime import timedelta
from enum import StrEnum

from definitions.labelled import Labelled


class LinkPurpose(StrEnum):
    """The purpose of a mailed link. The value is also the first part of its path."""

    WELCOME = "welcome"
    RESET = "reset"

    @property
    def life(self) -> timedelta:
        """Return the time for which the link is valid after its mail was sent."""
        return timedelta(days=7) if self is LinkPurpose.WELCOME else timedelta(hours=1)


class SecondStep(StrEnum):
    """The second step that a session still waits for, before it opens anything. `CODE`: a code or a passkey of the
    person's; `ENROLMENT`: they have neither yet."""

    NONE = ""
    CODE = "code"
    ENROLMENT = "enrolment"


class StepsDemanded(Labelled):
    """The people of whom the office demands a second step of signing in."""

    NOBODY = "nobody", "求めない（使うかどうかは各自が決める）"
    ADMINISTRATORS = "administrators", "システム管理者に求める"
    APPROVERS = "approvers", "システム管理者と、決裁・専決を行う方に求める"
    EVERYBODY = "everybody", "全員に求める"


class Access(Labelled):
    """A way by which somebody who knew the old password may still get in after it was changed."""

    SESSIONS = "sessions", "ほかの画面のサインイン"
    TOKENS = "tokens", "他のプログラムのための連携キー"
    FEEDS = "feeds", "予定表の購読"


class Scope(Labelled):
    """The scope of a token. The rights of its person limit it too."""

    READ = "read", "読み取り"
    PLANS = "plans", "計画の開始・版の登録・進行"
    MEETINGS = "meetings", "会議の招集・議題・出欠、通知の再送"
    DECISIONS = "decisions", "結果の記録・採決・条件の解消・決裁"
    COMMENTS = "comments", "パブリックコメントの実施（提出者の氏名などの読み取りを含む）"
    PEOPLE = "people", "名簿の管理"
