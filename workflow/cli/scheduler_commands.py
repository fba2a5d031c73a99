"""`sakutei scheduler`"""

import logging
from threading import Event

import typer

from notifications.erasing import Erasing
from notifications.scheduler import run
from notifications.transport import mailer_of
from workflow.cli import show
from workflow.cli.options import at_office, mail_settings, nightly_backup
from workflow.store.settings import settings

app = typer.Typer(rich_markup_mode=None)


@app.command()
def scheduler() -> None:
    """お知らせを送り続ける。SIGTERM を受けると、手元の 1 通を送り終えてから止まる。"""
    found = settings()
    mail = mail_settings(found)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    with at_office() as office:
        show.say(mailer_of(mail).description)
        show.say(f"{found.tick_seconds} 秒ごとに送ります。")
        run(
            office,
            lambda: mailer_of(mail),
            mail,
            every_seconds=found.tick_seconds,
            stop=Event(),
            nightly=nightly_backup(found),
            erasing=Erasing(found.citizens_data_months),
        )
    show.say("止まりました。")
