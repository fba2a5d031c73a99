"""5,000 due reminders of fifty bodies of a hundred to a local sink, against a bare `smtplib` loop that sends the same bytes over one
connection to the same sink, which runs in a process of its own. A thousand by us, the same thousand by the loop."""

import shutil
import smtplib
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from threading import Event

from definitions.load import shipped
from notifications import outbox, sending
from notifications.composing import Stationery
from notifications.mail_settings import MailSettings
from notifications.transport import Mailer, mailer_of
from tests.benchmarks.mail_sink import add_members, mail_sink, settings_for
from tests.support.scenario import House
from workflow.store import schema
from workflow.store.database import Office

BODIES, MEMBERS, AT_A_TURN = 50, 97, 1000


def main() -> None:
    with mail_sink() as port:
        _measure(port)


def _measure(port: int) -> None:
    folder = Path(tempfile.mkdtemp())
    office = Office(f"sqlite:///{folder}/x.db", folder / "files")
    schema.migrate(office)
    house = _full_bodies(office)
    settings = settings_for(port, folder)
    house.later(days=6, hours=23)
    began = time.perf_counter()
    claimed = outbox.claim(office, house.now)
    claiming = time.perf_counter() - began
    ours, bare = timedelta(), timedelta()
    sent = 0
    while sent < claimed:
        began = time.perf_counter()
        mails = _send_a_turn(office, settings, house)
        ours += timedelta(seconds=time.perf_counter() - began)
        sent += len(mails)
        began = time.perf_counter()
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            for address, message in mails:
                smtp.sendmail("a@example.jp", address, message)
        bare += timedelta(seconds=time.perf_counter() - began)
    print(f"claimed {claimed} in {claiming:.2f} s")
    print(
        f"sent {sent} at {sent / ours.total_seconds():.0f} a second, bare smtplib "
        f"{sent / bare.total_seconds():.0f}: {bare / ours:.2f}× (target ≥ 0.7×)"
    )
    shutil.rmtree(folder)


class OneTurn:
    """A mailer that asks for a stop after a thousand mails, so that both sides meet the same machine."""

    description = "a thousand mails"

    def __init__(self, mailer: Mailer, stop: Event) -> None:
        self.mailer, self.stop = mailer, stop
        self.sent: list[tuple[str, bytes]] = []

    def send(self, address: str, message: bytes) -> None:
        self.mailer.send(address, message)
        self.sent.append((address, message))
        if len(self.sent) == AT_A_TURN:
            self.stop.set()

    def close(self) -> None:
        self.mailer.close()


def _send_a_turn(office: Office, settings: MailSettings, house: House) -> list[tuple[str, bytes]]:
    stop = Event()
    mailer = OneTurn(mailer_of(settings), stop)
    sending.send_due(office, mailer, Stationery(settings), lambda: house.now, stop)
    return mailer.sent


def _full_bodies(office: Office) -> House:
    """Fifty 部会 of a hundred people each, all of which meet tomorrow."""
    kept = shipped("itabashi_dx_2025")
    first = kept.body("joho_bukai")
    more = [first.model_copy(update={"key": f"bukai{number}"}) for number in range(1, BODIES)]
    house = House(office, kept.model_copy(update={"bodies": (*kept.bodies, *more)}))
    house.a_plan()
    for body in (first, *more):
        add_members(office, MEMBERS, body.key)
        house.a_meeting(body.key, days=7)
    house.later(seconds=1)
    return house


if __name__ == "__main__":
    main()
