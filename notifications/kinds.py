"""Kinds of messages."""

from definitions.labelled import Labelled


class Kind(Labelled):
    """The kind of a message. The value is the name of its folder of templates; `webhook`, for messages to other
    systems, has no templates."""

    MEETING = "meeting", "会議の前の通知"
    AGENDA_DEADLINE = "agenda_deadline", "議題締切の通知"
    UNANSWERED = "unanswered", "持ち回り未回答の通知"
    COMMENT_CLOSING = "comment_closing", "パブリックコメント終了前の通知"
    MEETING_CALLED = "meeting_called", "会議の招集"
    MEETING_MOVED = "meeting_moved", "会議の変更"
    MEETING_CANCELLED = "meeting_cancelled", "会議の中止"
    AGENDA_CHANGED = "agenda_changed", "議題の変更"
    PAPERS = "papers", "会議資料の追加・差し替え・取下げ"
    DECISION = "decision", "会議の結果"
    CONDITION_OPEN = "condition_open", "付された条件"
    PLAN_SENT_BACK = "plan_sent_back", "計画の差戻し"
    PLAN_STOPPED = "plan_stopped", "計画の停止"
    PLAN_DUE = "plan_due", "工程表の期日前の通知"
    PLAN_LATE = "plan_late", "計画の遅れの通知"
    PLANS_WEEKLY = "plans_weekly", "計画の週の報告"
    TRIAL = "trial", "送信の確認"
    INVITATION = "invitation", "利用の御案内"
    PASSWORD_RESET = "password_reset", "パスワードの再設定"
    ACCOUNT_CHANGED = "account_changed", "アカウントの変更"
    CIRCULATION = "circulation", "供覧の依頼"
    INQUIRY = "inquiry", "照会"
    INQUIRY_DUE = "inquiry_due", "照会の期限前の通知"
    INQUIRY_OVERDUE = "inquiry_overdue", "照会の未回答の通知"
    INQUIRY_EXTENDED = "inquiry_extended", "照会の期限の延長"
    INQUIRY_WITHDRAWN = "inquiry_withdrawn", "照会の取下げ"
    INQUIRY_RESPONDED = "inquiry_responded", "照会の意見への対応"
    INQUIRY_TALLY = "inquiry_tally", "照会の回答の集計"
    CONFIRMATION = "confirmation", "訂正の確認の依頼"
    SUMMARY_DEADLINE = "summary_deadline", "概要の作成期限の通知"
    MINUTES_DEADLINE = "minutes_deadline", "会議録の作成期限の通知"
    MINUTES = "minutes", "概要・会議録の確認の依頼"
    LOG_HEAD = "log_head", "記録の控え"
    WEBHOOK = "webhook", "他システムへの通知"

    @property
    def bears_link(self) -> bool:
        """Return whether the mail contains a secret link. Such a mail is never stored; each attempt writes it
        anew."""
        return self in _WITH_LINK


_WITH_LINK = (
    *(Kind.INVITATION, Kind.PASSWORD_RESET),
    *(Kind.MEETING, Kind.MEETING_CALLED, Kind.MEETING_MOVED),
)
