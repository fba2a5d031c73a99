"""A tick with nothing due among 100,000 meetings."""

import shutil
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, insert, select

from notifications.mail import MailSettings, mailer_of
from notifications.scheduler import tick
from tests.house import House
from workflow import schema
from workflow.office import Office
from workflow.records import Cursor, Event, Meeting

MEETINGS = 100_000


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    office = Office(f"sqlite:///{folder}/x.db", folder / "files")
    schema.migrate(office)
    house = House(office)
    bodies = [body.key for body in house.chain.bodies]
    with office.writing() as db:
        db.execute(
            insert(Meeting),
            [
                {
                    "body_key": bodies[number % 3], "title": f"第{number}回", "form": "in_person",
                    "starts_at": house.now + timedelta(days=20, hours=number % 50_000),
                    "ends_at": house.now + timedelta(days=20, hours=number % 50_000 + 2),
                    "place": "室", "status": "called", "sequence": 0, "minutes": "",
                }
                for number in range(MEETINGS)
            ],
        )  # fmt: skip
        last = db.scalar(select(func.max(Event.seq))) or 0
        db.execute(insert(Cursor).values(name="notices", seq=last))
    settings = MailSettings("a@example.jp", "市", "example.jp", folder / "mail")
    times = []
    for _ in range(50):
        began = time.perf_counter()
        done = tick(office, mailer_of(settings), settings, lambda: house.now)
        times.append(time.perf_counter() - began)
        if done.sent:
            raise SystemExit("something was due")
    print(
        f"tick with nothing due among {MEETINGS} meetings: {statistics.median(times) * 1000:.2f} ms (target ≤ 5 ms)"
    )
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
