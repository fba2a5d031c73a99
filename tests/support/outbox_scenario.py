"""A small office with one body, one plan and a mail server, written straight into the tables."""

import itertools
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from definitions.chain import Audience, Body, BodyGate, Chain, ReminderKind, ReminderRule, Stage
from definitions.terms import BodyKind, Outcome, Role
from notifications import outbox
from notifications.kinds import Kind
from notifications.mail_settings import MailSettings
from notifications.outbox import Line
from notifications.scheduler import tick
from notifications.sending import Sending
from notifications.transport import Mailer, mailer_of
from tests.support.smtp_server import Sink
from workflow.domain.calendar import parse_moment
from workflow.domain.deliveries import State
from workflow.domain.events import Tag
from workflow.domain.meetings import MeetingForm, MeetingStatus, Purpose
from workflow.domain.path import opened, to_rows
from workflow.store.database import Office
from workflow.store.event_log import record
from workflow.store.tables import (
    Administrator,
    AgendaItem,
    BodyRecord,
    ChainText,
    Condition,
    Decision,
    Delivery,
    Department,
    Document,
    Meeting,
    Membership,
    Person,
    Plan,
    Posting,
    Version,
    Vote,
)

SINCE = date(2020, 4, 1)
PEOPLE = ("head", "one", "two", "secretary", "tanto", "admin")


def rule(key: str, kind: ReminderKind, audience: Audience, when: str) -> ReminderRule:
    return ReminderRule.model_validate({"key": key, "kind": kind, "audience": audience, "when": when})


CHAIN = Chain(
    format=1,
    key="demo",
    title="計画",
    office="テスト区",
    bodies=(Body(key="bukai", name="情報化推進部会", kind=BodyKind.DELIBERATIVE, chair="部長"),),
    stages=(
        Stage(
            key="outline",
            label="骨子案",
            gates=(BodyGate(key="bukai_ok", label="部会の了承", kind="body", body="bukai"),),
        ),
        Stage(key="draft", label="素案"),
    ),
    reminders=(
        rule("before", ReminderKind.MEETING, Audience.MEMBERS, "3営業日前 09:00"),
        rule("ask", ReminderKind.UNANSWERED, Audience.MEMBERS, "1営業日前 09:00"),
    ),
)

MAIN = CHAIN.documents[0].key


class PostRoom:
    """`now` is the clock. The people are numbered from 1 in the order of `PEOPLE`."""

    def __init__(self, office: Office, sink: Sink, folder: Path) -> None:
        self.office, self.sink, self.folder = office, sink, folder
        self.now = parse_moment("2023-06-01 09:00")
        self.settings = MailSettings(
            sender="sakutei@city.example.jp",
            office_name="テスト区",
            domain="city.example.jp",
            mail_folder=folder / "mail_folder",
            smtp_host="localhost",
            smtp_port=sink.port,
            starttls=False,
            timeout=5.0,
        )
        self._numbers = itertools.count(1)
        self._fill()

    def at(self, text: str) -> "PostRoom":
        self.now = parse_moment(text)
        return self

    def set(self, **settings: Any) -> "PostRoom":
        self.settings = replace(self.settings, **settings)
        return self

    def tick(self, mailer: Mailer | None = None) -> Sending:
        return tick(self.office, mailer or mailer_of(self.settings), self.settings, lambda: self.now)

    def quiet(self) -> "PostRoom":
        """Tick, and forget what was sent: the notices of what came before."""
        self.tick()
        self.sink.raw.clear()
        self.sink.to.clear()
        return self

    def meeting(
        self,
        starts: str = "2023-06-12 14:00",
        *,
        ends: str | None = None,
        form: MeetingForm = MeetingForm.IN_PERSON,
        title: str = "第1回 情報化推進部会",
        place: str = "第一委員会室",
    ) -> int:
        starts_at = parse_moment(starts)
        ends_at = parse_moment(ends) if ends else starts_at + timedelta(hours=2)
        row = {"body_key": "bukai", "title": title, "form": form, "starts_at": starts_at, "ends_at": ends_at,
               "place": place}  # fmt: skip
        with self.office.writing() as db:
            meeting = db.scalars(
                insert(Meeting).returning(Meeting.id),
                {**row, "status": MeetingStatus.CALLED, "sequence": 0},
            ).one()
            times = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat(), "place": place}
            record(
                db, Tag.MEETING_CALLED, at=self.now, by=4, meeting=meeting, form=form, title=title, **times
            )
        return meeting

    def members(self, more: int) -> "PostRoom":
        """Seat so many more members in the body."""
        with self.office.writing() as db:
            for number in range(100, 100 + more):
                row = {"id": number, "key": f"m{number}", "name": f"委員 {number}"}
                db.execute(insert(Person).values(**row, email=f"m{number}@city.example.jp"))
                seat = {"person_id": number, "body_key": "bukai", "role": Role.MEMBER, "since": SINCE}
                db.execute(insert(Membership).values(**seat))
        return self

    def move(self, meeting: int, starts: str, place: str | None = None) -> None:
        starts_at = parse_moment(starts)
        with self.office.writing() as db:
            held = db.get_one(Meeting, meeting)
            was, sequence = held.starts_at, held.sequence + 1
            new = {
                "starts_at": starts_at,
                "ends_at": starts_at + timedelta(hours=2),
                "place": place or held.place,
            }
            db.execute(update(Meeting).where(Meeting.id == meeting).values(sequence=sequence, **new))
            record(
                db, Tag.MEETING_MOVED, at=self.now, by=4, meeting=meeting, reason="会場の都合",
                sequence=sequence, was=was.isoformat(), starts_at=starts_at.isoformat(), place=new["place"],
            )  # fmt: skip

    def cancel(self, meeting: int) -> None:
        with self.office.writing() as db:
            sequence = db.get_one(Meeting, meeting).sequence + 1
            new = {"status": MeetingStatus.CANCELLED, "sequence": sequence}
            db.execute(update(Meeting).where(Meeting.id == meeting).values(**new))
            record(
                db,
                Tag.MEETING_CANCELLED,
                at=self.now,
                by=4,
                meeting=meeting,
                reason="台風",
                sequence=sequence,
            )

    def item(self, meeting: int) -> int:
        with self.office.writing() as db:
            return db.scalars(
                insert(AgendaItem).returning(AgendaItem.id),
                {"meeting_id": meeting, "position": 1, "plan_id": 1, "gate_key": "bukai_ok", "stage": "outline",
                 "visit": 1, "version_id": 1, "purpose": Purpose.DELIBERATE},
            ).one()  # fmt: skip

    def vote(self, item: int, member: int, choice: str = "for", turn: int = 1) -> None:
        row = {"item_id": item, "member_id": member, "turn": turn, "choice": choice, "casting": False}
        with self.office.writing() as db:
            db.execute(insert(Vote).values(**row, cast_by=member, cast_at=self.now))

    def decision(self, item: int, meeting: int, outcome: Outcome, conditions: tuple[str, ...] = ()) -> int:
        with self.office.writing() as db:
            decision = db.scalars(
                insert(Decision).returning(Decision.id),
                {"plan_id": 1, "item_id": item, "stage": "outline", "visit": 1, "gate_key": "bukai_ok",
                 "body_key": "bukai", "version_id": 1, "sha256": "a" * 64, "outcome": outcome,
                 "manner": "recorded", "note": "", "decided_on": self.now.date(), "recorded_by": 4,
                 "recorded_at": self.now},
            ).one()  # fmt: skip
            for text in conditions:
                db.execute(insert(Condition).values(decision_id=decision, text=text))
            record(
                db, Tag.DECISION_RECORDED, at=self.now, by=4, plan=1, meeting=meeting, decision=decision,
                gate="bukai_ok", outcome=outcome, conditions=list(conditions), note="",
            )  # fmt: skip
        return decision

    def change(self, person: int, **values: str) -> None:
        with self.office.writing() as db:
            db.execute(update(Person).where(Person.id == person).values(**values))

    def lines(self, kind: Kind | None = None) -> list[Line]:
        with self.office.reading() as db:
            return [line for line in outbox.listing(db)[::-1] if kind in (None, line.kind)]

    def states(self, kind: Kind | None = None) -> list[State]:
        return [line.state for line in self.lines(kind)]

    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.sink.mails]

    def stored(self) -> list[bytes | None]:
        with self.office.reading() as db:
            return list(db.scalars(select(Delivery.message).order_by(Delivery.id)))

    def due(self) -> datetime:
        """Return the time of the next attempt for the next waiting mail."""
        return min(line.next_try_at for line in self.lines() if line.next_try_at)

    def _fill(self) -> None:
        with self.office.writing() as db:
            db.execute(insert(ChainText).values(sha256="c" * 64, key="demo", text=CHAIN.canonical_json()))
            db.execute(insert(BodyRecord).values(key="bukai", name="情報化推進部会", chain_sha256="c" * 64))
            db.execute(insert(Department).values(key="it", name="IT推進課"))
            for number, key in enumerate(PEOPLE, 1):
                row = {"id": number, "key": key, "name": f"職員 {key}", "email": f"{key}@city.example.jp"}
                db.execute(insert(Person).values(**row))
            seats = {1: Role.CHAIR, 2: Role.MEMBER, 3: Role.MEMBER, 4: Role.SECRETARIAT}
            for person, role in seats.items():
                db.execute(
                    insert(Membership).values(person_id=person, body_key="bukai", role=role, since=SINCE)
                )
            db.execute(insert(Posting).values(person_id=5, department_key="it", since=SINCE))
            db.execute(insert(Administrator).values(person_id=6, since=SINCE))
            plan = {"key": "dx", "title": "DX推進計画", "chain_sha256": "c" * 64, "department_key": "it",
                    "stage": "outline", "status": "active", "visit": 1, "revision": 1,
                    "document": MAIN, "stretch": 1, "path": to_rows(opened(CHAIN, self.now))}  # fmt: skip
            db.execute(insert(Plan).values(id=1, entered_at=self.now, **plan))
            db.execute(insert(Document).values(sha256="a" * 64, size=1))
            version = {
                "number": 1,
                "stage": "outline",
                "visit": 1,
                "sha256": "a" * 64,
                "filename": "計画.docx",
                "document": MAIN,
                "stretch": 1,
            }
            db.execute(
                insert(Version).values(id=1, plan_id=1, note="", added_by=5, added_at=self.now, **version)
            )
