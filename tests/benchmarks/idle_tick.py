"""A tick with nothing due among 100,000 meetings, after the tick that sent what was due."""

import shutil
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, insert, select

from notifications.mail_settings import MailSettings
from notifications.scheduler import tick
from notifications.transport import mailer_of
from tests.support.scenario import House
from workflow.domain.events import Tag
from workflow.store import schema
from workflow.store.database import Office
from workflow.store.tables import Cursor, Event, Meeting

MEETINGS = 100_000


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    office = Office(f"sqlite:///{folder}/x.db", folder / "files")
    schema.migrate(office)
    house = House(office)
    _fill(office, house)
    settings = MailSettings("a@example.jp", "市", "example.jp", folder / "mail")
    sent = tick(office, mailer_of(settings), settings, lambda: house.now).sent
    times, computing = [], []
    for _ in range(100):
        began, began_computing = time.perf_counter(), time.thread_time()
        done = tick(office, mailer_of(settings), settings, lambda: house.now)
        computing.append(time.thread_time() - began_computing)
        times.append(time.perf_counter() - began)
        if done.sent:
            raise SystemExit("something was due")
    print(f"the tick before sent {sent} reminders")
    print(
        f"tick with nothing due among {MEETINGS} meetings: {statistics.median(times) * 1000:.2f} ms, of which "
        f"{statistics.median(computing) * 1000:.2f} ms of its own computing (target ≤ 5 ms)"
    )
    shutil.rmtree(folder)


def _fill(office: Office, house: House) -> None:
    """A meeting an hour, half of them held and half to come; one in ten was moved, one in twenty is a 持ち回り."""
    bodies = [body.key for body in house.chain.bodies]
    with office.writing() as db:
        last = db.scalar(select(func.max(Event.seq))) or 0
        meetings, events = [], []
        for number in range(1, MEETINGS + 1):
            starts_at = house.now + timedelta(hours=number - MEETINGS // 2)
            meetings.append(
                {
                    "id": number, "body_key": bodies[number % 3], "title": f"第{number}回",
                    "form": "in_writing" if number % 20 == 0 else "in_person",
                    "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2), "place": "室",
                    "status": "called" if starts_at > house.now else "closed",
                    "sequence": int(number % 10 == 1),
                }
            )  # fmt: skip
            events.append(
                {
                    "seq": last + number, "at": house.now - timedelta(days=60), "by": None,
                    "tag": Tag.MEETING_CALLED, "plan_id": None, "meeting_id": number, "data": "{}", "hash": "",
                }
            )  # fmt: skip
        db.execute(insert(Meeting), meetings)
        db.execute(insert(Event), events)
        db.execute(insert(Cursor).values(name="notices", seq=last + MEETINGS))


if __name__ == "__main__":
    main()
