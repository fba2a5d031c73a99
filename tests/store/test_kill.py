"""`kill -9` at a hundred random moments: no step lost or doubled, no reminder lost, duplicates recognisable."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from email import message_from_bytes
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from aiosmtpd.controller import Controller
from icalendar import Calendar
from sqlalchemy import func, select

from tests.support.kill_worker import Working, settings_for
from tests.support.ports import free_port
from tests.support.scenario import House
from workflow.store import event_log
from workflow.store.tables import Delivery, Event, Meeting, Person, Step

DEATHS = 100
ROOT = Path(__file__).parents[2]


class Box:
    """A mail server that notes what it took."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str, bytes]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content)
        self.taken.append((mail["Message-ID"], envelope.rcpt_tos[0], envelope.content))
        return "250 OK"


@pytest.mark.slow
def test_a_hundred_deaths_lose_nothing(house: House) -> None:
    box = Box()
    port = free_port()
    sink = Controller(box, hostname="127.0.0.1", port=port)
    sink.start()
    command = [
        sys.executable,
        "-m",
        "tests.support.kill_worker",
        house.office.url,
        str(house.office.files),
        str(port),
    ]
    nursery = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert nursery.stdin is not None and nursery.stdout is not None
    chance = random.Random(20230612)
    try:
        deaths, done, patience = 0, _done(house), 1.0
        while deaths < DEATHS or not done.enough:
            deaths += 1
            nursery.stdin.write("\n")
            nursery.stdin.flush()
            worker = int(nursery.stdout.readline())
            time.sleep(chance.uniform(0.02, 0.6) * patience)
            os.kill(worker, signal.SIGKILL)
            before, done = done, _done(house)
            patience = max(1.0, patience * (1.5 if done == before or deaths > DEATHS else 0.8))
        nursery.stdin.close()
        nursery.wait(timeout=30)
        survivor = Working(house.office, settings_for(port, house.office.files))
        survivor.later(hours=1)
        while survivor.deliver():
            pass
    finally:
        nursery.kill()
        sink.stop()
    _no_step_is_lost_or_doubled(house)
    _no_reminder_is_lost(house, survivor)
    _duplicates_have_the_same_message_id(box)


class Done(NamedTuple):
    """How far the lives have come. A life that does nothing on a busy machine is followed by a longer one: hours of the
    workers' clock pass with each death, and a mail that nobody ever had the time to send proves nothing."""

    events: int
    meetings: int
    sent: int

    @property
    def enough(self) -> bool:
        """Return whether there is something to ask about."""
        return self.events > 110 and self.meetings > 8


def _done(house: House) -> Done:
    counts = (
        select(func.count()).select_from(Event),
        select(func.count()).select_from(Meeting),
        select(func.count()).select_from(Delivery).where(Delivery.state == "sent"),
    )
    with house.office.reading() as db:
        return Done(*(db.scalar(count) or 0 for count in counts))


def _no_step_is_lost_or_doubled(house: House) -> None:
    with house.office.reading() as db:
        count = event_log.verify(db)
        assert count > 100
        steps = db.execute(
            select(Step.plan_id, Step.revision, Step.from_stage, Step.to_stage).order_by(
                Step.plan_id, Step.revision
            )
        ).all()
        moves = db.scalar(
            select(func.count()).select_from(Event).where(Event.tag.in_(["plan.opened", "plan.advanced"]))
        )
    assert len(steps) == moves
    for before, after in pairwise(steps):
        if before.plan_id == after.plan_id:
            assert (after.revision, after.from_stage) == (before.revision + 1, before.to_stage)


def _no_reminder_is_lost(house: House, survivor: Working) -> None:
    with house.office.reading() as db:
        held = db.execute(
            select(Meeting.id, Meeting.body_key).where(Meeting.starts_at < survivor.now - timedelta(hours=12))
        ).all()
        people = dict(db.execute(select(Person.id, Person.key)).all())
        owed = db.execute(
            select(Delivery.meeting_id, Delivery.rule, Delivery.recipient_id, Delivery.state)
        ).all()
    assert len(held) > 5
    found = {(row.meeting_id, row.rule, people[row.recipient_id]): row.state for row in owed}
    for meeting, body in held:
        for member in ("chair", "1", "2"):
            states = {
                rule: found.get((meeting, rule, f"{body}_{member}"))
                for rule in ("meeting.called", "members_3days", "members_today")
            }
            # What another letter about the meeting said already is not sent a second time, and not owed at all when
            # it was past as the meeting was called or moved.
            assert states["meeting.called"] == "sent", (meeting, member, states)
            assert states["members_today"] in ("sent", "dropped"), (meeting, member, states)
            assert states["members_3days"] in ("sent", "dropped", None), (meeting, member, states)
    assert {row.state for row in owed} <= {"sent", "dropped"}


def _duplicates_have_the_same_message_id(box: Box) -> None:
    """An invitation that came twice came in the same mail twice: mail programs show it once."""
    mails: dict[tuple[str, str, str, str], set[str]] = {}
    for message, to, content in box.taken:
        for part in message_from_bytes(content).walk():
            if part.get_content_type() == "application/ics":
                calendar = Calendar.from_ical(part.get_payload(decode=True))
                (event,) = calendar.events
                what = (to, str(calendar["METHOD"]), str(event["UID"]), str(event["SEQUENCE"]))
                mails.setdefault(what, set()).add(message)
    assert len(mails) > 100
    assert [what for what, messages in mails.items() if len(messages) > 1] == []
