"""A mail to oneself, to see whether mail goes out at all."""

from dataclasses import replace
from datetime import datetime

from notifications.composing import Letter, Stationery
from notifications.kinds import Kind
from notifications.mail_settings import MailSettings
from notifications.transport import mailer_of
from workflow.domain.calendar import reiwa_moment

PATIENCE = 10.0
"""Seconds to wait for each answer of the server: somebody sits before the page."""


def send_trial(settings: MailSettings, name: str, address: str, *, now: datetime) -> None:
    """Send it at once, through the mailer that sends everything else.

    Raises `MailRefused`, `MailDelayed`, `MailServerGone`, and `BadInput` when it cannot be written.
    """
    letter = Letter(Kind.TRIAL, name, address, {"name": name, "sent_at": reiwa_moment(now)})
    message = Stationery(settings).write(letter, f"trial:{address}:{now.isoformat()}", now)
    mailer = mailer_of(replace(settings, timeout=PATIENCE))
    try:
        mailer.send(address, message)
    finally:
        mailer.close()
