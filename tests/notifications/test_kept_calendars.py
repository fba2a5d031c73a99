"""Calendars of others that are kept: from files, and from a system on this machine that really serves them."""

import ipaddress
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from notifications import kept_calendars as reader
from notifications import network_guard
from notifications.kept_calendars import EVERY, PAUSE, CalendarsRead, read_again, read_due
from notifications.scheduler import calendars
from tests.support.scenario import House
from tests.support.web_client import mail_settings
from tests.support.webhook_receiver import Receiver, receiving
from tests.web.test_calendar_files import a_calendar
from workflow import actions, queries
from workflow.domain.calendar import shown_day, tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput
from workflow.domain.events import Tag
from workflow.domain.kept_calendars import CalendarKind, Entry
from workflow.domain.meeting_warnings import Planned
from workflow.domain.meetings import MeetingForm
from workflow.domain.scheduling.problem import Days
from workflow.queries.closed_days import closed_day_names
from workflow.queries.kept_calendars import (
    KeptCalendarFact,
    coming_entries,
    days_left,
    kept_calendar,
    sessions,
)
from workflow.queries.meeting_warnings import warnings_about
from workflow.queries.meetings import meeting as meeting_by_number
from workflow.store.calendar_file import LARGEST, entries_in
from workflow.store.proof import verify
from workflow.store.tables import Event

HERE = (ipaddress.ip_network("127.0.0.0/8"),)
SECRET = "himitsu-7f3a"


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def whole(first: date, days: int, title: str) -> str:
    after = first + timedelta(days=days)
    return f"DTSTART;VALUE=DATE:{first:%Y%m%d}\r\nDTEND;VALUE=DATE:{after:%Y%m%d}\r\nSUMMARY:{title}"


class Kept:
    """A calendar of closed days at the address of the server."""

    def __init__(self, house: House, server: Receiver, *, kind: CalendarKind = CalendarKind.CLOSED) -> None:
        self.house, self.server = house, server
        self.day = tokyo_day(house.now) + timedelta(days=20)
        self.url = f"{server.url}?token={SECRET}"
        self.number = actions.keep_calendar(
            house.office, "admin", "庁舎の予定", kind, url=self.url, now=house.now
        )

    def says(self, *entries: str, etag: str = "") -> None:
        self.server.content, self.server.etag = a_calendar(*entries), etag

    def read(self, networks: tuple[ipaddress.IPv4Network, ...] = HERE) -> CalendarsRead:
        return read_due(self.house.office, networks, lambda: self.house.now)

    def tomorrow(self) -> CalendarsRead:
        self.house.later(days=1, minutes=1)
        return self.read()

    def closed(self) -> dict[date, str]:
        with self.house.office.reading() as db:
            return closed_day_names(db)

    def fact(self) -> KeptCalendarFact:
        with self.house.office.reading() as db:
            return kept_calendar(db, self.number, self.house.now)


@pytest.fixture
def kept(house: House, server: Receiver) -> Kept:
    return Kept(house, server)


def test_its_days_close_the_office_and_a_new_reading_supersedes_them(kept: Kept) -> None:
    moved = kept.day + timedelta(days=1)
    kept.says(whole(kept.day, 1, "全館停電"), whole(kept.day + timedelta(days=5), 1, "点検"))
    assert kept.read() == CalendarsRead(read=1)
    assert kept.closed() == {kept.day: "全館停電", kept.day + timedelta(days=5): "点検"}
    assert kept.read() == CalendarsRead()  # once a day
    kept.says(whole(moved, 1, "全館停電"), whole(kept.day + timedelta(days=5), 1, "設備点検"))
    assert kept.tomorrow() == CalendarsRead(read=1)
    assert kept.closed() == {moved: "全館停電", kept.day + timedelta(days=5): "設備点検"}
    with kept.house.office.reading() as db:
        tags = [each.tag for each in db.scalars(select(Event))]
    assert tags.count(Tag.CALENDAR_READ) == 2 and Tag.CLOSED_DAY_REMOVED in tags
    assert verify(kept.house.office, now=kept.house.now).findings == []


def test_a_calendar_that_has_not_changed_is_not_sent_again(kept: Kept) -> None:
    kept.says(whole(kept.day, 1, "全館停電"), etag='"1"')
    kept.read()
    assert kept.tomorrow() == CalendarsRead(read=1)
    assert kept.server.calls[1][1]["if-none-match"] == '"1"'
    fact = kept.fact()
    assert fact.seen_at == kept.house.now and fact.read_at == kept.house.now - timedelta(days=1, minutes=1)
    assert kept.day in kept.closed()


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        ({"status": 404}, "HTTP 404"),
        ({"status": 302}, "転送を求められました（302）"),
        ({"hang_up": True}, "途中で接続が切れました"),
        ({"drip": True}, "時間内に応答がありません"),
        ({"content": b"<html>"}, "予定表として読めません"),
        ({"content": b"X" * (LARGEST + 9)}, "大きすぎます"),
    ],
)
def test_a_failure_keeps_the_last_entries_and_is_told(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, trouble: dict[str, object], said: str
) -> None:
    monkeypatch.setattr(network_guard, "WHOLE_CALL", 0.5)
    kept.says(whole(kept.day, 1, "全館停電"))
    kept.read()
    good = vars(kept.server).copy()
    for name, value in trouble.items():
        setattr(kept.server, name, value)
    assert kept.tomorrow() == CalendarsRead(failed=1)
    fact = kept.fact()
    assert said in str(fact.trouble) and fact.trouble_since == kept.house.now
    assert kept.day in kept.closed()
    with kept.house.office.reading() as db:
        tasks = queries.worklist(db, "admin", kept.house.now)
        assert [task.number for task in tasks if task.kind is queries.Waiting.UNREAD_CALENDAR] == [
            kept.number
        ]
        assert not any(
            task.kind is queries.Waiting.UNREAD_CALENDAR
            for task in queries.worklist(db, "tanto", kept.house.now)
        )
    assert kept.read() == CalendarsRead()
    vars(kept.server).update({name: good[name] for name in trouble})
    kept.house.later(minutes=60)
    assert kept.read() == CalendarsRead(read=1) and kept.fact().trouble is None


def test_an_address_inside_is_not_called(kept: Kept) -> None:
    assert kept.read(networks=()) == CalendarsRead(failed=1)
    assert kept.server.calls == [] and "SAKUTEI_WEBHOOK_NETWORKS" in str(kept.fact().trouble)


def test_the_secret_of_an_address_is_in_no_log(kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    kept.says(whole(kept.day, 1, "全館停電"))
    settings = replace(mail_settings(kept.house.office.files.parent), networks=HERE)
    assert calendars(kept.house.office, settings, lambda: kept.house.now) == CalendarsRead(read=1)
    kept.server.status = 500
    kept.tomorrow()
    assert SECRET not in caplog.text and SECRET not in str(kept.fact().trouble)
    with kept.house.office.reading() as db:
        assert not any(SECRET in event.data for event in db.scalars(select(Event)))


def test_somebody_may_ask_for_it_to_be_read_sooner(kept: Kept) -> None:
    kept.says(whole(kept.day, 1, "全館停電"))
    kept.read()
    read_again(kept.house.office, "admin", kept.number, now=kept.house.now)
    assert kept.read() == CalendarsRead(read=1)
    assert EVERY > PAUSE and timedelta(days=1) == reader.EVERY


def test_a_day_closed_by_a_person_stays_theirs_and_one_of_a_calendar_is_not_taken_away(kept: Kept) -> None:
    office, now = kept.house.office, kept.house.now
    actions.close_day(office, "admin", kept.day, "創立記念日", now=now)
    kept.says(whole(kept.day, 2, "全館停電"))
    kept.read()
    other = kept.day + timedelta(days=1)
    assert kept.closed() == {kept.day: "創立記念日", other: "全館停電"}
    with pytest.raises(AlreadyDone, match=shown_day(other)):
        actions.remove_closed_day(office, "admin", other, "誤り", now=now)
    actions.remove_calendar(office, "admin", kept.number, now=now)
    assert kept.closed() == {kept.day: "創立記念日"}
    assert verify(office, now=now).findings == []


def test_a_day_that_passed_stays_closed_whatever_the_calendar_says_later(kept: Kept) -> None:
    kept.says(whole(kept.day, 1, "全館停電"))
    kept.read()
    kept.house.later(days=21)
    kept.says(whole(kept.day + timedelta(days=40), 1, "点検"))
    kept.read()
    assert kept.day in kept.closed()
    with kept.house.office.reading() as db:
        assert days_left(db, kept.number, kept.house.now) == []


def test_a_file_is_uploaded_again(house: House) -> None:
    day = tokyo_day(house.now) + timedelta(days=20)
    before, after = (
        entries_in(a_calendar(whole(day, 20, title)), house.now) for title in ("定例会", "第1回定例会")
    )
    number = actions.keep_calendar(
        house.office, "admin", "区議会", CalendarKind.SESSIONS, entries=before, now=house.now
    )
    found = actions.upload_calendar(house.office, "admin", number, after, now=house.now)
    assert ([each.title for each in found.new], [each.title for each in found.gone]) == (
        ["第1回定例会"],
        ["定例会"],
    )
    with house.office.reading() as db:
        assert [each.title for each in coming_entries(db, number, house.now)] == ["第1回定例会"]
        assert sessions(db, house.now) == (Days(day, day + timedelta(days=19)),)
    with pytest.raises(BadInput):
        read_again(house.office, "admin", number, now=house.now)


def test_a_room_that_is_taken_is_warned_of(house: House) -> None:
    starts = house.now.replace(minute=0) + timedelta(days=10)
    taken = Entry(starts - timedelta(hours=1), starts + timedelta(hours=1), "職員研修")
    actions.keep_calendar(
        house.office, "admin", "大会議室", CalendarKind.ROOM, room="大会議室", entries=[taken], now=house.now
    )
    planned = Planned(MeetingForm.IN_PERSON, starts, starts + timedelta(hours=2), "大会議室")
    meeting = house.a_meeting()
    with house.office.reading() as db:
        held = meeting_by_number(db, meeting)
        assert any("職員研修" in each for each in warnings_about(db, held, planned, house.now))


def test_entries_with_hours_recur_at_their_hours() -> None:
    now = datetime.fromisoformat("2026-06-10T09:00+09:00")
    weekly = (
        "DTSTART;TZID=Tokyo Standard Time:20260501T100000\r\nDTEND;TZID=Tokyo Standard Time:20260501T113000\r\n"
        "RRULE:FREQ=WEEKLY;UNTIL=20260612T010000Z\r\nSUMMARY:庁議"
    )
    found = entries_in(a_calendar(weekly), now)
    assert [each.when for each in found] == [
        "令和8年6月5日（金）10:00〜11:30",
        "令和8年6月12日（金）10:00〜11:30",
    ]
