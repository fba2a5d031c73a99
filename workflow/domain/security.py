"""The kinds of entries of the security log."""

from definitions.labelled import Labelled
from workflow.domain.events import Tag


class SecurityKind(Labelled):
    """Everything that the security log tells: a closed list."""

    SIGNED_IN = "sign_in", "サインイン"
    WRONG_TRY = "sign_in.wrong", "本人確認の誤り（パスワード・確認コード・パスキーなど）"
    SIGNED_OUT = "sign_out", "サインアウト"
    REFUSED = "refused", "権限のない操作の拒否"
    CITIZENS_READ = "citizens.read", "意見提出者の氏名・住所などの閲覧"
    CITIZENS_EXPORTED = "citizens.exported", "意見提出者の氏名・住所などの書出し"
    RIGHTS_CHANGED = "rights.changed", "権限・サインインの手段の変更"


CHANGES_OF_RIGHTS = frozenset(
    {
        Tag.PERSON_POSTED,
        Tag.MEMBER_SEATED,
        Tag.TERM_ENDED,
        Tag.DEPUTY_NAMED,
        Tag.ADMINISTRATOR_NAMED,
        Tag.AUDITOR_NAMED,
        Tag.PASSWORD_SET,
        Tag.RESET_HANDED,
        Tag.PROVIDER_BOUND,
        Tag.PROVIDER_UNBOUND,
        Tag.SECOND_STEP_SET,
        Tag.SECOND_STEP_RESET,
        Tag.SECOND_STEP_DEMANDED,
        Tag.PLANS_OPENED_TO,
        Tag.PASSKEY_ADDED,
        Tag.PASSKEY_REMOVED,
        Tag.WAIT_LIFTED,
        Tag.TOKEN_MADE,
        Tag.TOKEN_REVOKED,
    }
)
"""The events by which somebody may do more or less, or gets in by another way."""
