"""5,000 due reminders to a local sink, against a bare `smtplib` loop that sends the same bytes over one
connection to the same sink, which runs in a process of its own. A thousand by us, the same thousand by the loop."""

import multiprocessing
import shutil
import smtplib
import socket
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

from aiosmtpd.controller import Controller
from sqlalchemy import insert

from definitions.terms import Role
from notifications import outbox, sending
from notifications.mail import Mailer, MailSettings, Stationery, mailer_of
from tests.support.scenario import LONG_AGO, House
from workflow import actions
from workflow.store import schema
from workflow.store.database import Office
from workflow.store.tables import Membership, Person

MEMBERS, MEETINGS, AT_A_TURN = 97, 50, 1000


class Sink:
    async def handle_DATA(self, *_: Any) -> str:
        return "250 OK"


def main() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    sink = multiprocessing.get_context("spawn").Process(target=_serve, args=(port,), daemon=True)
    sink.start()
    folder = Path(tempfile.mkdtemp())
    office = Office(f"sqlite:///{folder}/x.db", folder / "files")
    schema.migrate(office)
    house = _a_full_body(office)
    settings = MailSettings(
        "a@example.jp",
        "市",
        "example.jp",
        folder / "mail",
        smtp_host="127.0.0.1",
        smtp_port=port,
        starttls=False,
    )
    _wait(port)
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
    sink.terminate()
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


def _a_full_body(office: Office) -> House:
    """A 部会 of a hundred members, whose fifty meetings are tomorrow."""
    house = House(office)
    with office.writing() as db:
        for number in range(MEMBERS):
            person = db.scalars(
                insert(Person).returning(Person.id),
                {"key": f"m{number}", "name": f"委員{number}", "email": f"m{number}@example.jp"},
            ).one()
            db.execute(
                insert(Membership).values(
                    person_id=person, body_key="joho_bukai", role=Role.MEMBER, since=LONG_AGO, until=None
                )
            )
    for number in range(MEETINGS):
        key = f"p{number}"
        house.a_plan(key)
        house.a_version(key=key)
        meeting = house.a_meeting("joho_bukai", days=7)
        actions.list_item(office, "joho_bukai_office", meeting, key, "policy_bukai", now=house.now)
    house.later(seconds=1)
    return house


def _serve(port: int) -> None:
    Controller(Sink(), hostname="127.0.0.1", port=port).start()
    time.sleep(timedelta(hours=1).total_seconds())


def _wait(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.1)


if __name__ == "__main__":
    main()
