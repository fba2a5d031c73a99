"""Started as a script by `test_kill.py`: for each line on its input it forks a worker and prints its number.
A worker moves plans, records decisions and sends mail until it is killed."""

import os
import sys
from datetime import datetime, time, timedelta
from pathlib import Path

from sqlalchemy import select

from definitions.chain import BodyGate, DocumentGate, SignoffGate
from definitions.load import shipped
from notifications.mail_settings import MailSettings
from notifications.scheduler import tick
from notifications.transport import mailer_of
from tests.support.scenario import House
from workflow import actions, queries
from workflow.actions.meetings import held_decision
from workflow.domain.calendar import at_tokyo, parse_moment, tokyo_day
from workflow.domain.errors import SakuteiError
from workflow.domain.gates import Lack
from workflow.queries.plans import plan_by_key
from workflow.store.database import Office
from workflow.store.tables import AgendaItem, Plan

CHAIN = shipped("itabashi_dx_2025")
"""Read once, before the forks: a worker's short life is for work."""

DEAD_TIME = timedelta(minutes=11)
"""Time without a worker after a crash: longer than the lease of the mail that the crashed worker held."""


class Working(House):
    """A house whose clock is kept in a file: a worker started after a crash continues from there, a little later."""

    def __init__(self, office: Office, settings: MailSettings) -> None:
        settings.mail_folder.mkdir(parents=True, exist_ok=True)
        self.office, self.settings, self.chain = office, settings, CHAIN
        self.clock = settings.mail_folder / "clock"
        self.now = (
            datetime.fromisoformat(self.clock.read_text()) + DEAD_TIME
            if self.clock.exists()
            else parse_moment("2023-03-01 10:00")
        )
        self.until(self.now)

    def until(self, moment: datetime) -> None:
        """Time passes, and each morning's mail goes out."""
        while True:
            coming = self.clock.with_suffix(".new")
            coming.write_text(self.now.isoformat())
            coming.replace(self.clock)
            self.deliver()
            if self.now >= moment:
                return
            mornings = [at_tokyo(tokyo_day(self.now) + timedelta(days=d), time(8, 35)) for d in (0, 1)]
            self.now = min(*(each for each in mornings if each > self.now), moment)

    def later(self, **span: float) -> "Working":
        self.until(self.now + timedelta(**span))
        return self

    def an_item(self, gate: str, key: str = "dx", **_: object) -> int:
        """At 14:00 in a week, so that a morning of deaths does not miss it."""
        body = self.body_of(gate)
        self.clear(gate, key)
        starts_at = at_tokyo(tokyo_day(self.now) + timedelta(days=7), time(14))
        meeting = actions.call_meeting(
            self.office, f"{body}_office", body, "会議", starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1), place="室", now=self.now,
        )  # fmt: skip
        item = actions.list_item(self.office, f"{body}_office", meeting, key, gate, now=self.now)
        self.until(starts_at + timedelta(hours=1))
        self.everybody_attends(body, meeting)
        return item

    def clear(self, gate: str, key: str) -> None:
        """Take off the agenda what somebody put there who then died: a version waits for one meeting at a time."""
        with self.office.reading() as db:
            left = db.scalars(
                select(AgendaItem.id).where(
                    AgendaItem.plan_id == plan_by_key(db, key).id,
                    AgendaItem.gate_key == gate,
                    AgendaItem.removed_at.is_(None),
                    ~held_decision(AgendaItem.id).exists(),
                )
            ).all()
        for item in left:
            actions.remove_item(
                self.office, f"{self.body_of(gate)}_office", item, "担当者の急病", now=self.now
            )

    def deliver(self) -> int:
        return tick(self.office, mailer_of(self.settings), self.settings, lambda: self.now).sent

    def work(self) -> None:
        """Take the newest plan through its chain, then open another, for ever."""
        while True:
            with self.office.reading() as db:
                key = db.scalar(select(Plan.key).order_by(Plan.id.desc()).limit(1))
            if key is None or not self.chain.after(self.plan(key).stage):
                key = f"p{0 if key is None else int(key[1:]) + 1}"
                self.a_plan(key)
            try:
                self.open_what_is_shut(key)
                self.advance(key)
            except SakuteiError:
                self.later(hours=1)  # half of it was done before the last death

    def open_what_is_shut(self, key: str) -> None:
        """Continue where the worker before crashed: the next closed gate, whose predecessors are open, until none
        is left."""
        while True:
            with self.office.reading() as db:
                shut = queries.why(db, plan_by_key(db, key), self.now)
            if not shut:
                return
            gate = self.chain.gate(shut[0].gate)
            if isinstance(gate, DocumentGate):
                self.a_version(key=key)
            elif isinstance(gate, BodyGate):
                self.agree(gate.key, key)
            elif isinstance(gate, SignoffGate):
                actions.sign(self.office, "mayor", key, gate.key, seen=self.text(key), now=self.now)
            elif shut[0].lack is Lack.PERIOD:
                actions.open_comment(self.office, "tanto", key, gate.key, tokyo_day(self.now), now=self.now)
            elif shut[0].lack is Lack.RUNNING:
                self.later(days=1)
            else:
                actions.publish_result(self.office, "tanto", key, now=self.now)


def settings_for(port: int, folder: Path) -> MailSettings:
    return MailSettings(
        sender="s@city.example.jp", office_name="市", domain="city.example.jp", mail_folder=folder,
        smtp_host="127.0.0.1", smtp_port=port, starttls=False,
    )  # fmt: skip


def main() -> None:
    url, files, port = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            Working(Office(url, files), settings_for(port, files)).work()
        print(child, flush=True)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
