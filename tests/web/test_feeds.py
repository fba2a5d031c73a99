"""Calendar feeds over HTTP, read as a calendar program reads them."""

import re
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from icalendar import Calendar, Event

from notifications.scheduler import tick
from notifications.transport import FolderMailer
from tests.support.scenario import House
from tests.support.web_client import SITE, Browser, mail_settings
from workflow import actions
from workflow.domain.calendar import TOKYO, tokyo_day


def subscribe(member: Browser, body: str = "") -> str:
    """Make a feed; the path of its URL."""
    shown = member.send("/feeds", body=body)
    return re.findall(rf'value="{SITE}(/feeds/[\w-]+\.ics)"', shown)[0]


def entries(house: House, path: str) -> dict[str, Event]:
    """What a calendar program finds there, by UID; it is signed in nowhere."""
    answer = Browser(house).client.get(path)
    assert answer.status_code == 200 and answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return {str(event["uid"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}


@pytest.fixture
def member(house: House) -> Browser:
    return Browser(house, "joho_bukai_1")


def test_the_url_is_shown_once(member: Browser) -> None:
    path = subscribe(member)
    assert path not in member.see("/feeds") and "自分が出る会議すべて" in member.see("/feeds")


def test_a_feed_shows_a_meeting_in_the_time_of_tokyo(member: Browser) -> None:
    house = member.house.at("2023-03-01 14:00")
    house.a_meeting(days=7)
    house.a_meeting("ict_honbu", days=7)
    (found,) = entries(house, subscribe(member)).values()
    assert str(found["summary"]) == "情報化推進部会" and str(found["location"]) == "第一委員会室"
    assert found.start.astimezone(TOKYO).strftime("%Y-%m-%d %H:%M") == "2023-03-08 14:00"
    assert found.end.astimezone(TOKYO).strftime("%H:%M") == "16:00"
    assert found["status"] == "CONFIRMED" and found["sequence"] == 0


def test_a_meeting_is_the_same_entry_in_the_feed_and_in_the_mailed_invitation(
    member: Browser, tmp_path: Path
) -> None:
    house = member.house
    house.a_meeting()
    settings = mail_settings(tmp_path)
    tick(house.office, FolderMailer(tmp_path / "sent"), settings, lambda: house.now)
    invited = {
        str(event["uid"])
        for file in (tmp_path / "sent").glob("*.eml")
        for part in message_from_bytes(file.read_bytes()).walk()
        if part.get_content_type() == "text/calendar"
        for event in Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")
    }
    assert len(invited) == 1
    assert set(entries(house, subscribe(member))) == invited


def test_a_moved_and_a_cancelled_meeting_change_in_the_feed(member: Browser) -> None:
    house = member.house
    meeting = house.a_meeting(days=7)
    path = subscribe(member)
    (before,) = entries(house, path).values()
    house.later(hours=1)
    later = house.now + timedelta(days=9)
    actions.move_meeting(
        house.office,
        "joho_bukai_office",
        meeting,
        starts_at=later,
        ends_at=later,
        reason="会場",
        now=house.now,
    )
    (moved,) = entries(house, path).values()
    assert moved["uid"] == before["uid"] and moved["sequence"] == 1 and moved.start == later
    assert moved["last-modified"].dt == house.now > before["last-modified"].dt
    actions.cancel_meeting(house.office, "joho_bukai_office", meeting, "台風", now=house.now)
    (cancelled,) = entries(house, path).values()
    assert (cancelled["status"], cancelled["sequence"]) == ("CANCELLED", 2)


def test_the_calendar_names_itself(member: Browser) -> None:
    answer = member.client.get(subscribe(member, "joho_bukai"))
    calendar = Calendar.from_ical(answer.content)
    assert str(calendar["x-wr-calname"]) == "情報化推進部会（板橋区）"
    assert str(calendar["x-wr-timezone"]) == "Asia/Tokyo"
    assert "method" not in calendar


def test_an_unknown_url_and_a_revoked_one_are_not_found(member: Browser) -> None:
    path = subscribe(member)
    stranger = Browser(member.house)
    stranger.see(path)
    Browser(member.house, "joho_bukai_2").send("/feeds/1/revoke", 404)
    assert "停止しました" in member.send("/feeds/1/revoke")
    stranger.see(path, 404)
    stranger.see("/feeds/nothing.ics", 404)


def test_who_leaves_the_body_no_longer_sees_its_meetings(member: Browser) -> None:
    house = member.house
    house.a_meeting(days=30)
    path = subscribe(member, "joho_bukai")
    actions.end_terms(house.office, "admin", "joho_bukai_1", tokyo_day(house.now), now=house.now)
    house.later(days=1)
    Browser(house).see(path, 404)


def test_only_ones_own_bodies_are_offered_and_taken(member: Browser) -> None:
    shown = member.see("/feeds")
    assert "情報化推進部会" in shown and "企画総務委員会" not in shown
    member.send("/feeds", 422, body="kikaku_iinkai")
