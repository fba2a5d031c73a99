"""The state of the mail, as the pages say it: that none goes, when what waits does, or in which folder it is kept. And that
of the backups."""

from notifications.mail_settings import MailSettings
from notifications.transport import mailer_of
from workflow.domain.calendar import shown_moment
from workflow.domain.language import reworded, say
from workflow.queries.pulse import PulseFact


def halted_words(pulse: PulseFact) -> str:
    """The words of the red bar: why no mail goes, and since when. Empty while it goes."""
    if pulse.at is None:
        return say(
            "お知らせを送る仕組みが、まだ一度も動いていません。招集や通知のメールは送られません。システム管理者に知らせてください。"
        )
    if pulse.silent:
        return say(
            "お知らせを送る仕組みが、{at} から止まっています。招集や通知のメールは送られません。システム管理者に知らせてください。",
            at=shown_moment(pulse.at),
        )
    if pulse.trouble is not None and pulse.trouble_since is not None:
        since, why = shown_moment(pulse.trouble_since), reworded(pulse.trouble)
        return say("{since} から、お知らせのメールを送れません。{why}", since=since, why=why)
    return ""


def backup_words(pulse: PulseFact | None) -> str:
    """The words of the red bar for administrators: why there is no backup of the last night. Empty while there is."""
    if pulse is None or pulse.at is None or not (pulse.silent or pulse.trouble):
        return ""
    if pulse.trouble:
        return say("夜間のバックアップに問題があります。{why}", why=reworded(pulse.trouble))
    return say(
        "夜間のバックアップが、{at} から作られていません。`sakutei serve` か `sakutei scheduler` が動いているかを確かめてください。",
        at=shown_moment(pulse.at),
    )


def kept_words(settings: MailSettings) -> str:
    """Say in which folder mail is kept instead of being sent. Empty: there is a mail server."""
    return mailer_of(settings).description if settings.smtp_host is None else ""


def handed_over_words(settings: MailSettings) -> str:
    """Say how who is invited gets their link where no mail is sent. Empty: there is a mail server."""
    kept = kept_words(settings)
    return kept and kept + say(
        "招待のリンクは、招待した後の画面に一度だけ出ます。ご本人に直接渡してください。"
    )


def when_sent(pulse: PulseFact, settings: MailSettings) -> str:
    """Say when what waits now goes, or where it is kept."""
    if kept := kept_words(settings):
        return kept
    if pulse.sends:
        return say("まもなく送られます。")
    return say("いまはメールの送信が止まっているため、再開してから送られます。")
