"""Before a step that sends mail, the command line says who will get what."""

from collections.abc import Callable
from typing import TypeVar

from notifications.dry_run import rehearse
from workflow.cli import show
from workflow.store.database import Office

Done = TypeVar("Done")


def told(office: Office, act: Callable[[Office], Done], dry_run: bool) -> Done | None:
    """Say who will get which mail, then act; with `dry_run` only say it. Raises what the act raises."""
    mails = rehearse(office, act)
    if mails:
        show.table(
            "送られるお知らせ", ("種類", "氏名", "電子メール"), [(k.label, s.name, s.email) for k, s in mails]
        )
    else:
        show.say("送られるお知らせ: ありません。")
    return None if dry_run else act(office)
