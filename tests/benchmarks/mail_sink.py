"""A local mail server in a process of its own, and the members it gets mail for."""

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from sqlalchemy import insert

from definitions.terms import Role
from notifications.mail_settings import MailSettings
from tests.support.ports import free_port, until_it_answers
from tests.support.scenario import LONG_AGO
from workflow.store.database import Office
from workflow.store.tables import Membership, Person


class Sink:
    async def handle_DATA(self, *_: Any) -> str:
        return "250 OK"


@contextmanager
def mail_sink() -> Iterator[int]:
    """The port of a server that takes everything and keeps nothing."""
    port = free_port()
    sink = multiprocessing.get_context("spawn").Process(target=_serve, args=(port,), daemon=True)
    sink.start()
    until_it_answers(port)
    try:
        yield port
    finally:
        sink.terminate()


def settings_for(port: int, folder: Path) -> MailSettings:
    return MailSettings(
        "a@example.jp",
        "市",
        "example.jp",
        folder / "mail",
        smtp_host="127.0.0.1",
        smtp_port=port,
        starttls=False,
    )


def add_members(office: Office, count: int, body: str = "joho_bukai") -> None:
    """Members more for the 部会."""
    with office.writing() as db:
        for number in range(count):
            person = db.scalars(
                insert(Person).returning(Person.id),
                {
                    "key": f"{body}_m{number}",
                    "name": f"委員{number}",
                    "email": f"{body}-m{number}@example.jp",
                },
            ).one()
            seat = {"body_key": body, "role": Role.MEMBER, "since": LONG_AGO, "until": None}
            db.execute(insert(Membership).values(person_id=person, **seat))


def _serve(port: int) -> None:
    Controller(Sink(), hostname="127.0.0.1", port=port).start()
    time.sleep(timedelta(hours=1).total_seconds())
