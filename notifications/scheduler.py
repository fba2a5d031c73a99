"""Runs every N seconds: queues due reminders and notices, then sends. The only clock of the product."""

import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as Stop
from threading import current_thread, main_thread
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from notifications import (
    chiefs,
    heads,
    kept_calendars,
    nightly_backup,
    notices,
    outbox,
    pulse,
    sending,
    webhooks,
)
from notifications.composing import Stationery
from notifications.erasing import Erased, Erasing, erase
from notifications.inbox import Received, receive
from notifications.kept_calendars import CalendarsRead
from notifications.mail_settings import MailSettings
from notifications.nightly_backup import Nightly
from notifications.sending import Sending
from notifications.transport import Mailer
from workflow.actions.agenda_changes import tell_agenda_changes_due
from workflow.actions.search import Indexed, follow_record
from workflow.actions.spread import compute_spread
from workflow.actions.watching import watch_plans
from workflow.domain.errors import SakuteiError
from workflow.domain.events import Tag
from workflow.store.database import Office

log = logging.getLogger(__name__)


def tick(
    office: Office,
    mailer: Mailer,
    settings: MailSettings,
    clock: Callable[[], datetime],
    stop: Stop | None = None,
    *,
    every: timedelta = timedelta(hours=1),
) -> Sending:
    """Claim what is due by now, then send it; the next tick comes after `every`. Ticks may overlap, in one process or in
    several. What goes wrong with notices delays no reminder."""
    try:
        tell_agenda_changes_due(office, now=clock())
        notices.claim(office, clock())
    except SakuteiError:
        raise
    except Exception:
        log.exception("記録からお知らせを作れませんでした")
    watch_plans(office, now=clock())
    outbox.claim(office, clock())
    chiefs.claim(office, clock())
    heads.claim(office, clock())
    sent = sending.send_due(office, mailer, Stationery(settings), clock, stop)
    pulse.mark(office, clock(), every)
    return sent


def call(
    office: Office, settings: MailSettings, clock: Callable[[], datetime], stop: Stop | None = None
) -> Sending:
    """Send the due webhooks. Separate from `tick`, so that a slow receiver delays no mail."""
    return webhooks.send_due(office, settings.networks, clock, stop)


def answers(
    office: Office, settings: MailSettings, clock: Callable[[], datetime], stop: Stop | None = None
) -> Received:
    """Take the answers that calendars sent to the office's inbox. Separate from `tick`, so that a slow inbox delays no
    mail."""
    return receive(office, settings.inbox, settings.domain, clock, stop) if settings.inbox else Received()


def calendars(
    office: Office, settings: MailSettings, clock: Callable[[], datetime], stop: Stop | None = None
) -> CalendarsRead:
    """Read the calendars of others that are due. Separate from `tick`, so that a slow server delays no mail."""
    return kept_calendars.read_due(office, settings.networks, clock, stop)


def index(office: Office, stop: Stop | None = None) -> Indexed:
    """Bring the index of the search up to the record. Separate from `tick`, so that a long document delays no mail."""
    return follow_record(office, stop)


def spread(office: Office, clock: Callable[[], datetime]) -> None:
    """Compute the proposal that somebody asked for. Separate from `tick`, so that the solver delays no mail."""
    compute_spread(office, now=clock())


def run(
    office: Office,
    mailer_of: Callable[[], Mailer],
    settings: MailSettings,
    *,
    every_seconds: float,
    stop: Stop,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    nightly: Nightly | None = None,
    erasing: Erasing | None = None,
) -> None:
    """Tick every so many seconds until `stop` is set, by SIGTERM, SIGINT or the caller. The message in hand is
    finished first. A tick that fails is logged, and the next one comes as always. `nightly` None: no backups are made.
    `erasing` None: nobody is erased."""
    scheduler, every = BackgroundScheduler(timezone=UTC), timedelta(seconds=every_seconds)
    jobs: tuple[tuple[str, Callable[[], _Result]], ...] = (
        ("通知", lambda: tick(office, mailer_of(), settings, clock, stop, every=every)),
        ("他システムへの通知", lambda: call(office, settings, clock, stop)),
        ("取り込む予定表", lambda: calendars(office, settings, clock, stop)),
        ("検索", lambda: index(office, stop)),
        ("割り振りの案", lambda: spread(office, clock)),
    )
    if settings.inbox is not None:
        jobs = (*jobs, ("予定表からの回答", lambda: answers(office, settings, clock, stop)))
    if nightly is None:
        nightly_backup.forget(office)
    else:
        jobs = (*jobs, ("バックアップ", lambda: nightly_backup.back_up(office, nightly, clock())))
    if erasing is not None:
        jobs = (*jobs, (Tag.AUTHORS_ERASED.label, lambda: erase(office, erasing, clock())))
    for name, job in jobs:
        scheduler.add_job(
            _do_and_log,
            "interval",
            args=[name, job],
            seconds=every_seconds,
            next_run_time=datetime.now(UTC),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
    with _stopping_on_signals(stop):
        scheduler.start()
        try:
            while not stop.wait(1.0):
                pass
        finally:
            stop.set()
            scheduler.shutdown(wait=True)


_Result = Sending | Received | Erased | Indexed | CalendarsRead | Path | None


def _do_and_log(name: str, job: Callable[[], _Result]) -> None:
    try:
        result = job()
    except SakuteiError as error:
        log.error("%s: %s", name, error.message)
    except Exception:
        log.exception("%sの処理が予期しない誤りで止まりました。次の回にもう一度行います。", name)
    else:
        if isinstance(result, Received):
            if result != Received():
                log.info("%s: 記録 %d件、対象外 %d件", name, result.taken, result.set_aside)
        elif isinstance(result, Erased):
            if result != Erased():
                log.info("%s: 募集 %d件、提出者 %d人", name, result.comments, result.submissions)
        elif isinstance(result, Indexed):
            if result != Indexed():
                log.info("%s: 更新 %d件、文書 %d件", name, result.entries, result.documents)
        elif isinstance(result, CalendarsRead):
            if result != CalendarsRead():
                log.info("%s: 読取り %d件、失敗 %d件", name, result.read, result.failed)
        elif isinstance(result, Path):
            log.info("%s: %s", name, result)
        elif result is not None and result != Sending():
            log.info(
                "%s: 送信 %d件、再試行 %d件、失敗 %d件、修正待ち %d件、送信不要 %d件",
                name,
                result.sent,
                result.delayed,
                result.failed,
                result.held,
                result.dropped,
            )


@contextmanager
def _stopping_on_signals(stop: Stop) -> Iterator[None]:
    """SIGTERM and SIGINT set `stop`; only the main thread can listen to them."""
    if current_thread() is not main_thread():
        yield
        return
    before: dict[int, Any] = {
        number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
