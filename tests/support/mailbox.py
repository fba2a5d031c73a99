"""The mail an office sent, and the one-time links in it."""

import re
from email import message_from_bytes, policy

from sqlalchemy.orm import Session

from notifications.scheduler import tick
from notifications.transport import mailer_of
from tests.support.scenario import House
from tests.support.web_client import SITE, mail_settings
from workflow.actions.minted_links import MintedLink, keep_links


def mailed(db: Session, minted: MintedLink) -> str:
    """The token of a link, kept as the writer of its mail keeps it."""
    keep_links(db, [minted])
    return minted.token


def mailed_links(house: House) -> list[str]:
    """The paths of the links in the mails so far, oldest first, after all due mail is sent."""
    settings = mail_settings(house.office.files.parent)
    tick(house.office, mailer_of(settings), settings, lambda: house.now)
    found = []
    for path in sorted(settings.mail_folder.glob("*.eml"), key=lambda each: each.stat().st_mtime_ns):
        body = message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("plain",))  # type: ignore[attr-defined]
        found += re.findall(rf"{re.escape(SITE)}(/(?:welcome|reset)/[0-9a-f]{{64}})", body.get_content())
    return found
