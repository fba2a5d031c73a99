"""The closed lists of this package: what a message is about, and what became of it."""

from enum import StrEnum


class Kind(StrEnum):
    """What a message is about. The value is the name of its folder of templates, too; what another system
    is told (`webhook`) has none."""

    MEETING = "meeting"
    AGENDA_DEADLINE = "agenda_deadline"
    UNANSWERED = "unanswered"
    COMMENT_CLOSING = "comment_closing"
    MEETING_CALLED = "meeting_called"
    MEETING_MOVED = "meeting_moved"
    MEETING_CANCELLED = "meeting_cancelled"
    DECISION = "decision"
    CONDITION_OPEN = "condition_open"
    PLAN_SENT_BACK = "plan_sent_back"
    TRIAL = "trial"
    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105
    CIRCULATION = "circulation"
    WEBHOOK = "webhook"

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]

    @property
    def bears_link(self) -> bool:
        """Whether its mail carries a one-time link. Such a mail is never kept; each try writes it anew."""
        return self in (Kind.INVITATION, Kind.PASSWORD_RESET)


class State(StrEnum):
    """What became of a delivery. `dropped`: no longer true when it was to be sent; `missed`: its time passed
    before it could be sent."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    MISSED = "missed"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]


_KIND_LABELS = {
    Kind.MEETING: "会議の前の通知",
    Kind.AGENDA_DEADLINE: "議題締切の通知",
    Kind.UNANSWERED: "持ち回り未回答の通知",
    Kind.COMMENT_CLOSING: "パブリックコメント終了前の通知",
    Kind.MEETING_CALLED: "会議の招集",
    Kind.MEETING_MOVED: "会議の変更",
    Kind.MEETING_CANCELLED: "会議の中止",
    Kind.DECISION: "会議の結果",
    Kind.CONDITION_OPEN: "付された条件",
    Kind.PLAN_SENT_BACK: "計画の差戻し",
    Kind.TRIAL: "送信の確認",
    Kind.INVITATION: "利用の御案内",
    Kind.PASSWORD_RESET: "パスワードの再設定",
    Kind.CIRCULATION: "供覧の依頼",
    Kind.WEBHOOK: "他システムへの通知",
}

_STATE_LABELS = {
    State.PENDING: "送信待ち",
    State.SENDING: "送信中",
    State.SENT: "送信済",
    State.FAILED: "送信できず",
    State.MISSED: "時機を逸した",
    State.DROPPED: "送信不要",
}
