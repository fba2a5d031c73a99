"""Calendars of others, as they come from Google and Exchange, and as nobody honest writes them."""

import time
from datetime import UTC, datetime
from io import BytesIO

import pytest

from tests.support.api_client import Program
from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions
from workflow.domain.accounts import Scope
from workflow.domain.errors import BadInput
from workflow.domain.kept_calendars import CalendarKind
from workflow.store.calendar_file import LARGEST, closed_days_in, entries_in

NOW = datetime(2026, 6, 1, tzinfo=UTC)
HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Google Inc//Google Calendar 70.9054//EN\r\n"
TOKYO = (
    "BEGIN:VTIMEZONE\r\nTZID:Tokyo Standard Time\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\n"
    "TZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)


def a_calendar(*entries: str) -> bytes:
    events = [
        f"BEGIN:VEVENT\r\nUID:{number}@x\r\n{each}\r\nEND:VEVENT\r\n" for number, each in enumerate(entries)
    ]
    return f"{HEAD}{TOKYO}{''.join(events)}END:VCALENDAR\r\n".encode()


def listed(*entries: str) -> list[str]:
    return closed_days_in(BytesIO(a_calendar(*entries)), NOW).listed().splitlines()


def test_a_span_of_whole_days_ends_the_day_before_its_end() -> None:
    found = listed("DTSTART;VALUE=DATE:20261229\r\nDTEND;VALUE=DATE:20270101\r\nSUMMARY:年末の休日")
    assert found == ["2026-12-29 年末の休日", "2026-12-30 年末の休日", "2026-12-31 年末の休日"]


def test_a_recurring_day_is_taken_apart_without_those_left_out() -> None:
    rule = "RRULE:FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=1\r\nEXDATE;VALUE=DATE:20271001"
    found = listed(f"DTSTART;VALUE=DATE:20001001\r\n{rule}\r\nSUMMARY:区制記念日")
    assert found == ["2026-10-01 区制記念日", "2028-10-01 区制記念日"]


def test_weekdays_of_a_week_and_of_a_month_recur() -> None:
    # 2026-06-02 is a Tuesday: the first of its month, and Tuesdays and Thursdays of two weeks
    week = listed("DTSTART;VALUE=DATE:20260602\r\nRRULE:FREQ=WEEKLY;COUNT=4;BYDAY=TU,TH\r\nSUMMARY:点検")
    assert [each[:10] for each in week] == ["2026-06-02", "2026-06-04", "2026-06-09", "2026-06-11"]
    month = listed("DTSTART;VALUE=DATE:20260602\r\nRRULE:FREQ=MONTHLY;COUNT=3;BYDAY=1TU\r\nSUMMARY:点検")
    assert [each[:10] for each in month] == ["2026-06-02", "2026-07-07", "2026-08-04"]


def test_a_moved_recurrence_stands_where_it_was_moved_to() -> None:
    first = "DTSTART;VALUE=DATE:20261001\r\nRRULE:FREQ=YEARLY;UNTIL=20271001T000000Z\r\nSUMMARY:記念日"
    moved = "DTSTART;VALUE=DATE:20271004\r\nRECURRENCE-ID;VALUE=DATE:20271001\r\nSUMMARY:記念日の振替"
    content = a_calendar(first, moved).replace(b"UID:1@x", b"UID:0@x")
    found = closed_days_in(BytesIO(content), NOW).listed().splitlines()
    assert found == ["2026-10-01 記念日", "2027-10-04 記念日の振替"]


def test_what_has_a_time_or_was_cancelled_closes_no_day() -> None:
    meeting = "DTSTART;TZID=Tokyo Standard Time:20260814T100000\r\nSUMMARY:庁議"
    cancelled = "DTSTART;VALUE=DATE:20260815\r\nSTATUS:CANCELLED\r\nSUMMARY:停電"
    found = closed_days_in(BytesIO(a_calendar(meeting, cancelled)), NOW)
    assert (found.days, found.timed) == ((), ("庁議",))


TIMED = "SUMMARY:庁議\r\nDTSTART;TZID=Asia/Tokyo:20261214T100000\r\nDTEND;TZID=Asia/Tokyo:20261214T110000\r\n"


@pytest.mark.parametrize(
    ("entry", "days"),
    [
        ("SUMMARY:休\r\nDTSTART;VALUE=DATE:20261214\r\nRDATE;VALUE=DATE:20261220,20261225", "14 20 25"),
        ("SUMMARY:休\r\nDTSTART;VALUE=DATE:20261214\r\nRRULE:FREQ=DAILY;COUNT=2\r\nRDATE:20261220T000000", "14 15 20"),
        ("SUMMARY:休\r\nDTSTART;VALUE=DATE:20261214\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU;COUNT=3", "14 15 21"),
        ("SUMMARY:休\r\nDTSTART;VALUE=DATE:20261214\r\nDTEND;VALUE=DATE:20261214", "14"),
        (TIMED + "RRULE:FREQ=DAILY;COUNT=3\r\nEXDATE;TZID=Asia/Tokyo:20261215T100000", "14 16"),
        # Until that very moment, on which the one of the 16th has not begun.
        (TIMED + "RRULE:FREQ=DAILY;UNTIL=20261215T235959Z", "14 15"),
        (TIMED + "RRULE:FREQ=DAILY;UNTIL=20261216T010000Z", "14 15 16"),
        # The weekdays are those of the clock it is written by: Sunday 23:00 in UTC is Monday 8:00 in Tokyo.
        ("SUMMARY:庁議\r\nDTSTART:20261213T230000Z\r\nRRULE:FREQ=WEEKLY;BYDAY=SU;COUNT=2", "14 21"),
        ("SUMMARY:庁議\r\nDTSTART:20261213T230000Z\r\nRRULE:FREQ=DAILY;COUNT=3\r\nEXDATE:20261214T230000Z", "14 16"),
    ],
)  # fmt: skip
def test_recurrences_are_on_the_days_that_the_entry_says(entry: str, days: str) -> None:
    found = entries_in(a_calendar(entry), NOW)
    assert [f"{each.first:%Y-%m-%d}" for each in found] == [f"2026-12-{day}" for day in days.split()]


def test_what_other_programs_write_keeps_no_calendar_from_being_read() -> None:
    good = "DTSTART;VALUE=DATE:20260814\r\nSUMMARY:停電\\n（全館）"
    elsewhen = "DTSTART;VALUE=DATE:18991230\r\nSUMMARY:昔"
    nameless = "DTSTART;VALUE=DATE:20160101"
    long = f"DTSTART;VALUE=DATE:20260815\r\nSUMMARY:{'あ' * 300}"
    found = entries_in(a_calendar(good, elsewhen, nameless, long), NOW)
    assert [each.title for each in found] == ["停電 （全館）", "あ" * 200]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (a_calendar("DTSTART;VALUE=DATE:20260814\r\nSUMMARY:休").decode().encode("utf-16"), "予定表として読めません"),
        (a_calendar("DTSTART;VALUE=DATE:20260814\r\nSUMMARY:年末").decode().encode("cp932"), "UTF-8 ではありません"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\nUID:1\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n", "VFREEBUSY"),
        (a_calendar(TIMED + "RRULE:FREQ=DAILY;COUNT=3\r\nEXRULE:FREQ=DAILY;COUNT=2"), "RRULE"),
        (a_calendar(TIMED + "RECURRENCE-ID;RANGE=THISANDFUTURE:20261221T100000"), "RRULE"),
        (b"", "予定表として読めません"),
        (b"\x00\xff" * 50, "予定表として読めません"),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "予定表として読めません"),
        (b"X" * (LARGEST + 1), "大きすぎます"),
        (b"BEGIN:VEVENT\r\n" * 1001, "1000 件を超えています"),
        (a_calendar("SUMMARY:日のない予定"), "「日のない予定」: DTSTART が日付として読めません"),
        (a_calendar("DTSTART;VALUE=DATE:20260814"), "1 件目の予定の件名: 空です"),
        (a_calendar("DTSTART;VALUE=DATE:20260814\r\nSUMMARY:停\x07電"), "制御文字"),
        (a_calendar("DTSTART;VALUE=DATE:20260814\r\nDTEND;VALUE=DATE:20990101\r\nSUMMARY:永遠"), "日の長さです"),
        (a_calendar("DTSTART;VALUE=DATE:20260814\r\nRRULE:FREQ=SECONDLY\r\nSUMMARY:毎秒"), "RRULE"),
        (a_calendar("DTSTART;VALUE=DATE:20260814\r\nRRULE:FREQ=DAILY;INTERVAL=0\r\nSUMMARY:同日"), "RRULE"),
        (
            a_calendar("DTSTART;VALUE=DATE:20260814\r\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\r\nSUMMARY:無い日"),
            "RRULE",
        ),
        (a_calendar("DTSTART;VALUE=DATE:20260814\r\nRRULE:FREQ=WEEKLY;BYMONTH=2\r\nSUMMARY:二月"), "RRULE"),
        (a_calendar("DTSTART;VALUE=DATE:20260814\r\nRRULE:FREQ=MONTHLY;BYDAY=5FR\r\nSUMMARY:五週"), "RRULE"),
        (a_calendar("DTSTART;VALUE=DATE:20260814\r\nRRULE:FREQ=DAILY\r\nSUMMARY:毎日"), "一度に 400 日"),
        (a_calendar(*["DTSTART;VALUE=DATE:19500814\r\nRRULE:FREQ=DAILY\r\nSUMMARY:毎日"] * 900), "多すぎます"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_taken_says_where_and_ends_soon(content: bytes, said: str) -> None:
    began = time.monotonic()
    with pytest.raises(BadInput) as refused:
        closed_days_in(BytesIO(content), NOW)
    assert said in refused.value.message
    assert time.monotonic() - began < 10


def test_an_uploaded_calendar_is_looked_over_before_its_days_are_entered(house: House) -> None:
    admin = Browser(house, "admin")
    year = house.now.year + 1
    content = a_calendar(
        f"DTSTART;VALUE=DATE:{year}1001\r\nSUMMARY:<b>区制記念日</b>",
        f"DTSTART:{year}0814T010000Z\r\nSUMMARY:庁議",
    )
    shown = _upload(admin, content)
    assert f"{year}-10-01 &lt;b&gt;区制記念日&lt;/b&gt;" in shown and "庁議" in shown
    assert "区制記念日" not in admin.see(f"/settings/closed-days?year={year}")
    assert "予定表として読めません" in _upload(admin, b"PDF", 422)
    admin.send("/settings/closed-days/list", days=f"{year}-10-01 区制記念日")
    assert "既に閉庁日です" in _upload(admin, content)


def _upload(admin: Browser, content: bytes, status: int = 200) -> str:
    sent = {"data": {"csrf": admin.csrf}, "files": {"file": ("閉庁日.ics", content, "text/calendar")}}
    answer = admin.client.post("/settings/closed-days/calendar", **sent)  # type: ignore[arg-type]
    assert answer.status_code == status, answer.text
    return answer.text


# --- kept calendars --------------------------------------------------------------------------------------


def _keep(admin: Browser, content: bytes | None, status: int = 303, **fields: str) -> str:
    files = {"file": ("予定表.ics", content, "text/calendar")} if content is not None else None
    answer = admin.client.post(
        fields.pop("path", "/settings/calendars"),
        data={"csrf": admin.csrf, **fields},
        files=files,  # type: ignore[arg-type]
        follow_redirects=False,
    )
    assert answer.status_code == status, answer.text
    return answer.text


def test_an_administrator_keeps_a_calendar_reads_it_again_and_removes_it(house: House) -> None:
    admin = Browser(house, "admin")
    year = house.now.year + 1
    first, second = (
        a_calendar(f"DTSTART;VALUE=DATE:{year}100{day}\r\nSUMMARY:<b>記念日{day}</b>") for day in (1, 2)
    )
    _keep(admin, first, name="庁舎", kind="closed")
    assert "&lt;b&gt;記念日1&lt;/b&gt;" in admin.see("/settings/calendars/1")
    assert "記念日1" in admin.see(f"/settings/closed-days?year={year}")
    _keep(admin, second, path="/settings/calendars/1/file")
    shown = admin.see("/settings/calendars/1")
    assert "記念日2" in shown and "記念日1" not in shown
    assert "1 件" in admin.see("/settings/calendars")
    admin.send("/settings/calendars/1/remove")
    assert "記念日2" not in admin.see(f"/settings/closed-days?year={year}")
    admin.see("/settings/calendars/1", 404)


def test_a_kept_calendar_says_which_of_its_entries_close_no_day(house: House) -> None:
    admin = Browser(house, "admin")
    year = house.now.year + 1
    content = a_calendar(
        f"DTSTART;VALUE=DATE:{year}1001\r\nSUMMARY:区制記念日", f"DTSTART:{year}0814T010000Z\r\nSUMMARY:庁議"
    )
    _keep(admin, content, name="庁舎", kind="closed")
    shown = admin.see("/settings/calendars/1")
    assert '庁議 <span class="tag soft">閉庁日になりません</span>' in shown
    assert shown.count("閉庁日になりません") == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "", "kind": "closed"}, "予定表の名称"),
        ({"name": "庁舎", "kind": "x"}, "予定表の種類"),
        ({"name": "庁舎", "kind": "room"}, "会議室の名称"),
        ({"name": "庁舎", "kind": "closed", "url": "https://example.jp/a.ics"}, "ファイルも選ばれています"),
    ],
)
def test_a_calendar_that_cannot_be_kept_says_why(house: House, fields: dict[str, str], said: str) -> None:
    assert said in _keep(Browser(house, "admin"), a_calendar(), 422, **fields)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "選ばれていません"),
        ("http://example.jp/a.ics", "暗号化されていません"),
        ("https://127.0.0.1/a.ics", "SAKUTEI_WEBHOOK_NETWORKS"),
    ],
)
def test_an_address_that_may_be_called_is_given_or_a_file(house: House, url: str, said: str) -> None:
    shown = _keep(Browser(house, "admin"), None, 422, name="庁舎", kind="sessions", url=url)
    assert said in shown
    assert 'value="庁舎"' in shown and f'value="{url}"' in shown and 'value="sessions" selected' in shown


def test_only_administrators_see_an_address_that_may_be_a_secret(house: House) -> None:
    url = "https://calendar.example.lg.jp/a.ics?token=himitsu"
    number = actions.keep_calendar(
        house.office, "admin", "区議会", CalendarKind.SESSIONS, url=url, now=house.now
    )
    assert "token=himitsu" in Browser(house, "admin").see(f"/settings/calendars/{number}")
    staff = Browser(house, "tanto")
    for path in ("/settings/calendars", f"/settings/calendars/{number}"):
        staff.see(path, 403)
    staff.send(f"/settings/calendars/{number}/again", 403)
    assert "himitsu" not in Browser(house, "admin").see("/log")
    Browser(house, "admin").send(f"/settings/calendars/{number}/again")


def test_programs_keep_calendars(house: House) -> None:
    program = Program(house, "admin", Scope.PEOPLE, Scope.READ)
    year = house.now.year + 1
    content = a_calendar(f"DTSTART;VALUE=DATE:{year}1001\r\nSUMMARY:記念日").decode()
    assert program.do("/calendars", name="庁舎", kind="closed", ics=content) == {"number": 1}
    url = "https://calendar.example.lg.jp/a.ics?token=himitsu"
    program.do("/calendars", name="区議会", kind="sessions", url=url)
    shown = program.ask("/calendars")["calendars"]
    assert [(each["kind"], each["host"], each["entries"]) for each in shown] == [
        ("closed", None, 1),
        ("sessions", "calendar.example.lg.jp", 0),
    ]
    assert program.do("/calendars/1/file", ics=a_calendar().decode()) == {"new": 0, "gone": 1}
    program.do("/calendars/2/again")
    program.do("/calendars/2/remove")
    assert [each["number"] for each in program.ask("/calendars")["calendars"]] == [1]
