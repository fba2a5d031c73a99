"""Random histories of calling, moving there and back, changing rooms, cancelling, joining and leaving, while the mail server
refuses, stalls or is away for days and the process dies: after every round, what each person last got about a meeting is
true, or a letter that corrects it waits, or somebody is told that it could not be sent."""

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import NamedTuple

import pytest
from icalendar import Calendar
from sqlalchemy import select

from definitions.terms import Role
from notifications.scheduler import tick
from notifications.sending import LEASE
from notifications.transport import mailer_of
from tests.notifications.test_outbox import Crash, CrashingMailer
from tests.support.scenario import House
from tests.support.smtp_server import Sink
from tests.support.web_client import mail_settings
from workflow import actions, queries
from workflow.domain.calendar import at_tokyo, reiwa_moment, tokyo_day
from workflow.domain.deliveries import NOT_SENT, State
from workflow.domain.errors import SakuteiError
from workflow.domain.meetings import MeetingStatus
from workflow.queries.bodies import seats
from workflow.store.tables import Delivery, Meeting, Person

BODY, BY = "joho_bukai", "joho_bukai_office"
SEEDS, STEPS = range(2), 40
ON_ITS_WAY = (State.PENDING, State.SENDING, State.HELD)
PLACES = ("第一委員会室", "第二委員会室", "大会議室")
Told = tuple[bool, str, str]
"""Cancelled or not, when, where: what a letter says of a meeting."""


class ReadLetter(NamedTuple):
    """What a person read. `mail` is the Message-ID: a mail that may have arrived before comes again with its own."""

    mail: str
    to: str
    meeting: int
    told: Told


class History:
    """An office whose days go on at random."""

    def __init__(self, house: House, sink: Sink, seed: int) -> None:
        self.house, self.sink, self.chance = house, sink, random.Random(seed)
        self.settings = replace(
            mail_settings(house.office.files.parent),
            smtp_host="127.0.0.1",
            smtp_port=sink.port,
            starttls=False,
            timeout=5.0,
        )
        self.meetings: dict[int, list[tuple[datetime, str]]] = {}
        self.people = [f"{BODY}_1", f"{BODY}_2", "late_1", "late_2"]
        for key in self.people[2:]:
            house.a_person(key, f"後から {key}")

    def step(self) -> str:
        acts = (self.call, self.move, self.move, self.back, self.room, self.cancel, self.join, self.leave)
        act = self.chance.choice((*acts, self.server, self.server)) if self.meetings else self.call
        try:
            act()
        except SakuteiError as refused:
            return f"{act.__name__}: {refused.message}"
        return act.__name__

    def call(self) -> None:
        when = (self._moment(), self.chance.choice(PLACES))
        number = actions.call_meeting(
            self.house.office, BY, BODY, f"第{len(self.meetings) + 1}回", starts_at=when[0],
            ends_at=when[0] + timedelta(hours=2), place=when[1], now=self.house.now,
        )  # fmt: skip
        self.meetings[number] = [when]

    def move(self) -> None:
        self._to(self._some(), self._moment(), self.chance.choice(PLACES))

    def back(self) -> None:
        number = self._some()
        self._to(number, *self.meetings[number][0])

    def room(self) -> None:
        number = self._some()
        self._to(number, self.meetings[number][-1][0], self.chance.choice(PLACES))

    def cancel(self) -> None:
        actions.cancel_meeting(self.house.office, BY, self._some(), "台風", now=self.house.now)

    def join(self) -> None:
        key, since = self.chance.choice(self.people), tokyo_day(self.house.now)
        actions.seat(self.house.office, "admin", key, BODY, Role.MEMBER, since, now=self.house.now)

    def leave(self) -> None:
        today, key = tokyo_day(self.house.now), self.chance.choice(self.people)
        with self.house.office.reading() as db:
            held = [seat for seat in queries.person(db, key, today).seats if seat.term.until is None]
        if held:
            number = held[0].term.number
            actions.end_seat(self.house.office, "admin", number, today, now=self.house.now)

    def server(self) -> None:
        self.sink.mode = self.chance.choice(("accept", "accept", "delay", "hang_up"))
        self.sink.at_mail = self.chance.choice(("", "", "", "550 5.7.1 not allowed to send"))
        self.sink.refused = self.chance.choice(([], [], [f"{BODY.replace('_', '-')}-1@city.example.jp"]))
        port = self.chance.choice((self.sink.port, self.sink.port, 1))
        self.settings = replace(self.settings, smtp_port=port)

    def heal(self) -> None:
        self.sink.mode, self.sink.at_mail, self.sink.refused = "accept", "", set()
        self.settings = replace(self.settings, smtp_port=self.sink.port)

    def pause(self) -> None:
        self.house.later(minutes=self.chance.choice((1, 10, 120, 60 * 24, 60 * 24 * 4)))

    def round(self) -> None:
        """A round of the scheduler; sometimes it dies over its first mail."""
        sends = self.settings.smtp_port != 1 and self.sink.mode == "accept" and not self.sink.at_mail
        before = len(self.sink.raw)
        try:
            dies = sends and self.chance.random() < 0.1
            mailer = CrashingMailer(self.settings) if dies else mailer_of(self.settings)
            tick(self.house.office, mailer, self.settings, lambda: self.house.now)
        except Crash:
            self.house.now += LEASE
        known = {letter.mail for letter in self._letters(0, before)}
        new = {(letter.mail, letter.to) for letter in self._letters(before) if letter.mail not in known}
        mails = Counter(to for _, to in new)
        assert max(mails.values(), default=0) <= 1, f"two mails about meetings in a round: {mails}"

    def judge(self) -> None:
        """Whoever was told something about a meeting to come knows the truth, or it is on its way, or it is listed."""
        last = {(letter.to, letter.meeting): letter.told for letter in self._letters(0)}
        with self.house.office.reading() as db:
            address = dict(db.execute(select(Person.id, Person.email)).all())
            states: dict[tuple[str, int], set[State]] = {}
            rows = select(Delivery.recipient_id, Delivery.meeting_id, Delivery.state).order_by(Delivery.id)
            for person, meeting, state in db.execute(rows.where(Delivery.meeting_id.is_not(None))):
                since = states.setdefault((address[person], meeting), set())
                if state == State.SENT:
                    since &= {*ON_ITS_WAY}
                else:
                    since.add(State(state))
            for held in db.scalars(select(Meeting).where(Meeting.starts_at > self.house.now)).all():
                day = tokyo_day(held.starts_at)
                roles = [*Role]
                invited = {seat.email for seat in seats(db, held.body_key, day, roles)}
                on = held.status == MeetingStatus.CALLED
                truth = (False, reiwa_moment(held.starts_at), held.place)
                for to in address.values():
                    told, known = last.get((to, held.id)), states.get((to, held.id), set())
                    true = told == truth if on and to in invited else told is None or told[0]
                    seen = known & {*ON_ITS_WAY, *NOT_SENT}
                    assert true or seen, f"{to} was told {told} of {held.id}, but {on=} {truth}: {known}"

    def _letters(self, since: int, until: int | None = None) -> Iterator["ReadLetter"]:
        """Every letter about a meeting that arrived; a mail may hold several."""
        for to, raw in list(zip(self.sink.to, self.sink.raw, strict=True))[since:until]:
            mail = message_from_bytes(raw, policy=default)
            cancelled = set(_cancelled(mail))  # type: ignore[arg-type]
            text = mail.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
            for letter in re.split(r"\n─+\n.+\n─+\n", text.replace("\r\n", "\n")):
                if found := re.search(r"/meetings/(\d+)", letter):
                    begins = re.search(r"日　時　(\S+) から", letter)
                    place = re.search(r"場　所　(\S+)", letter)
                    assert begins and place, letter
                    meeting = int(found[1])
                    told = (meeting in cancelled, begins[1], place[1])
                    yield ReadLetter(str(mail["Message-ID"]), to, meeting, told)

    def _some(self) -> int:
        return self.chance.choice([*self.meetings])

    def _moment(self) -> datetime:
        day = tokyo_day(self.house.now) + timedelta(days=self.chance.randint(1, 20))
        return at_tokyo(day, self.chance.choice((time(8, 30), time(10), time(14))))

    def _to(self, number: int, starts_at: datetime, place: str) -> None:
        actions.move_meeting(
            self.house.office, BY, number, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2),
            place=place, reason="会場の都合", now=self.house.now,
        )  # fmt: skip
        self.meetings[number].append((starts_at, place))


def _cancelled(mail: EmailMessage) -> Iterator[int]:
    """The meetings that the mail takes out of the calendar."""
    for part in mail.walk():
        if part.get_content_type() == "application/ics":
            calendar = Calendar.from_ical(part.get_payload(decode=True))
            if calendar["METHOD"] == "CANCEL":
                yield from (int(re.findall(r"\d+", str(each["UID"]))[0]) for each in calendar.events)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_what_each_person_last_got_is_true_or_being_corrected(house: House, sink: Sink, seed: int) -> None:
    history, steps = History(house, sink, seed), []
    for _ in range(STEPS):
        steps.append(history.step())
        history.round()
        history.judge()
        history.pause()
    history.heal()
    for _ in range(4):
        house.now += timedelta(hours=1)
        history.round()
    history.judge()
