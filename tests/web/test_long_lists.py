"""Pages in an office of many years: a page at a time without scripts, nothing missing or twice, and no table read through."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, select, update

from tests.support.counting import counted
from tests.support.scenario import LONG_AGO, House
from tests.support.web_client import Browser
from workflow import actions
from workflow.domain.calendar import tokyo_day
from workflow.domain.events import Tag
from workflow.domain.meetings import MeetingForm, MeetingStatus
from workflow.store.tables import CommentPeriod, Event, Meeting, Plan, Version

OFFICE = "joho_bukai_office"


def _meetings(house: House, count: int, *, days: float, minutes: int = 5, **how: object) -> None:
    """So many meetings of 情報化推進部会, the first so many days from now, the next ones minutes later each."""
    first = house.now + timedelta(days=days)
    with house.office.writing() as db:
        db.execute(
            insert(Meeting),
            [
                {
                    "body_key": "joho_bukai", "title": f"第{number}回", "form": MeetingForm.IN_PERSON,
                    "starts_at": first + timedelta(minutes=minutes * number),
                    "ends_at": first + timedelta(minutes=minutes * number + 60),
                    "place": "室", "status": MeetingStatus.CALLED, "sequence": 0, **how,
                }
                for number in range(count)
            ],
        )  # fmt: skip


def _periods(house: House, count: int, under_way: int) -> None:
    """So many public comments of a plan, one a visit; the last ones are under way, the others published."""
    house.a_plan()
    house.a_version()
    today = tokyo_day(house.now)
    with house.office.writing() as db:
        plan, version = db.scalars(select(Plan.id)).one(), db.scalars(select(Version.id)).one()
        db.execute(update(Plan).values(visit=count))
        db.execute(
            insert(CommentPeriod),
            [
                {
                    "plan_id": plan, "version_id": version, "stage": "policy", "gate_key": "comment_period",
                    "visit": visit, "opens_on": today, "closes_on": today + timedelta(days=30), "places": [],
                    "contact": "", "published_at": None if visit > count - under_way else house.now,
                }
                for visit in range(1, count + 1)
            ],
        )  # fmt: skip


def _pages(browser: Browser, path: str) -> Iterator[str]:
    """The page and those that 「続きを見る」 leads to."""
    following: str | None = path
    while following:
        shown = browser.see(following)
        yield shown
        next_one = re.search(r'<a href="([^"]+)">(?:続きを見る|これより前を見る)</a>', shown)
        following = html.unescape(next_one[1]) if next_one else None


def _found(browser: Browser, path: str, pattern: str, most: int) -> list[list[str]]:
    """What the pattern finds, page by page, at most so many on each."""
    found = [re.findall(pattern, shown) for shown in _pages(browser, path)]
    assert all(len(each) <= most for each in found)
    assert len(found) > 1
    return found


def _all(browser: Browser, path: str, pattern: str, most: int) -> list[str]:
    return [each for page in _found(browser, path, pattern, most) for each in page]


def test_todays_work_stands_on_pages_and_the_headings_count_all_of_it(house: House) -> None:
    _meetings(house, 120, days=-3)
    secretary = Browser(house, OFFICE)
    assert '期限のあるもの <span class="small">120件' in secretary.see("/")
    assert '期限のあるもの <span class="small">120件' in secretary.see("/?following=50")
    told = _all(secretary, "/", r'href="/meetings/(\d+)#ending"', 50)
    assert sorted(map(int, told)) == list(range(1, 121))
    assert 'href="/">先頭へ' in secretary.see("/?following=100")


def test_todays_work_counts_no_meeting_to_close_whose_item_has_no_outcome(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.an_item("policy_bukai")
    _meetings(house, 70, days=-3)
    secretary = Browser(house, OFFICE)
    told = _all(secretary, "/", r'href="/meetings/(\d+)#ending"', 50)
    assert sorted(map(int, told)) == list(range(2, 72))
    for path in ("/", "/?following=50"):
        assert '期限のあるもの <span class="small">71件' in secretary.see(path)
    assert "結果の記録" in secretary.see("/") + secretary.see("/?following=50")


def test_todays_work_costs_the_same_statements_however_many_meetings_nobody_closed(house: House) -> None:
    secretary = Browser(house, OFFICE)
    _meetings(house, 3, days=-3)
    secretary.see("/")
    with counted(house) as few:
        secretary.see("/")
    _meetings(house, 300, days=-30)
    with counted(house) as many:
        secretary.see("/")
    assert len(many) == len(few) <= 14


@pytest.mark.parametrize(("under_way", "first"), [(2, 2), (30, 30), (31, 30), (70, 30)])
def test_public_comments_under_way_come_first_and_each_is_listed_once(
    house: House, under_way: int, first: int
) -> None:
    _periods(house, 70, under_way)
    staff = Browser(house, "tanto")
    shown = _found(
        staff, "/comments", r'rowheader" class="text"><a href="/comments/dx(?:\?round=(\d+))?">', 30
    )
    pages = [[int(each or 70) for each in page] for page in shown]
    assert sorted(each for page in pages for each in page) == list(range(1, 71))
    assert set(range(71 - first, 71)) <= set(pages[0])


def test_citizens_reach_every_public_comment(house: House) -> None:
    """All but the one of an earlier visit of which nothing was published: it was stopped."""
    _periods(house, 70, 2)
    rounds = _all(Browser(house), "/public", r'<h3><a href="/public/dx(?:\?round=(\d+))?">', 30)
    assert sorted(int(each or 70) for each in rounds) == [*range(1, 69), 70]


def test_a_full_day_shows_five_meetings_and_leads_to_all_of_them(house: House) -> None:
    _meetings(house, 40, days=1, minutes=1)
    day = tokyo_day(house.now + timedelta(days=1)).isoformat()
    staff = Browser(house, "tanto")
    month = staff.see(f"/meetings?month={day[:7]}")
    assert len(re.findall(r'<li><a href="/meetings/\d+">', month)) == 5
    rest = re.search(r'<a href="(/meetings\?show=day[^"]+)">ほか 35 件', month)
    assert rest
    numbers = _all(staff, html.unescape(rest[1]), r'href="/meetings/(\d+)">', 30)
    assert sorted(map(int, numbers)) == list(range(1, 41))


def test_a_circular_is_on_the_day_it_begins_and_on_its_last(house: House) -> None:
    number = house.a_meeting(form=MeetingForm.IN_WRITING, days=7)
    staff = Browser(house, "tanto")
    for days in (0, 7):
        day = tokyo_day(house.now + timedelta(days=days)).isoformat()
        assert f'href="/meetings/{number}"' in staff.see(f"/meetings?show=day&day={day}")
        assert f'href="/meetings/{number}"' in staff.see(f"/meetings?month={day[:7]}")
    assert "この日の会議はありません" in staff.see("/meetings?show=day&day=2023-02-01")
    staff.see("/meetings?show=day&day=never", 422)


def test_the_log_of_a_person_goes_on_though_clocks_were_put_back(house: House) -> None:
    """Two events at one time, and one that a clock dated an hour before those it follows."""
    browser = Browser(house, "admin")
    with house.office.writing() as db:
        last = max(db.scalars(select(Event.seq)))
        by, data = db.execute(
            select(Event.by, Event.data).where(Event.by.is_not(None), Event.tag == Tag.PERSON_ADDED).limit(1)
        ).one()
        db.execute(
            insert(Event),
            [
                {
                    "seq": last + number, "at": house.now + timedelta(minutes=number // 2 - 60 * (number == 90)),
                    "by": by, "tag": Tag.PERSON_ADDED, "data": data, "hash": "",
                }
                for number in range(1, 131)
            ],
        )  # fmt: skip
    for asked in ("person=admin", f"tag={Tag.PERSON_ADDED.value}", "first=2023-03-01"):
        shown = [int(each) for each in _all(browser, f"/log?{asked}", r'<li value="(\d+)">', 50)]
        assert len(shown) == len(set(shown))
        assert set(range(last + 1, last + 131)) <= set(shown)


def _must_be_sqlite(house: House) -> None:
    if house.office.engine.dialect.name != "sqlite":
        pytest.skip("SQLite says without figures about the tables how it finds rows")


@contextmanager
def _plans_of_statements(house: House) -> Iterator[list[str]]:
    """How the database finds the rows of each statement sent inside; PostgreSQL as if it could read no table through."""
    found: list[str] = []
    sent: list[tuple[str, Any]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith("SELECT"):
            sent.append((statement, parameters))

    event.listen(house.office.engine, "before_cursor_execute", note)
    yield found
    event.remove(house.office.engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN" if house.office.engine.dialect.name == "sqlite" else "EXPLAIN"
    with house.office.engine.connect() as connection:
        if explain == "EXPLAIN":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for statement, parameters in sent:
            plan = connection.exec_driver_sql(f"{explain} {statement}", parameters)
            found += [row[-1] for row in plan]


GROW = (
    "meeting", "decision", "agenda_item", "attendance", "delivery", "minutes_text", "comment_period",
    "step", "version",
)  # fmt: skip


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("tanto", "/"),
        (OFFICE, "/"),
        ("joho_bukai_chair", "/"),
        ("mayor", "/"),
        ("tanto", "/meetings"),
        (OFFICE, "/meetings?body=joho_bukai"),
        (OFFICE, "/meetings?show=coming"),
        (OFFICE, "/meetings?show=day"),
        (OFFICE, "/bodies/joho_bukai"),
        (OFFICE, "/meetings/1"),
        (OFFICE, "/meetings/1/minutes"),
        ("admin", "/settings/reminders"),
        ("admin", "/settings/unsent"),
    ],
)
def test_no_page_reads_through_what_grows(house: House, who: str, path: str) -> None:
    _must_be_sqlite(house)
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai")
    browser = Browser(house, who)
    with _plans_of_statements(house) as found:
        browser.see(path)
    through = [each for each in found if re.match(rf"SCAN ({'|'.join(GROW)})(_\d+)?$", each)]
    assert not through


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ("person=tanto", "ix_event_by_at_seq"),
        ("tag=plan.opened", "ix_event_tag_at_seq"),
        ("person=tanto&tag=plan.opened", "ix_event_by_tag_at_seq"),
        ("plan=dx", "ix_event_plan_id"),
        ("first=2023-03-01&last=2023-03-02", "ix_event_at_seq"),
    ],
)
def test_the_log_is_narrowed_by_an_index(house: House, asked: str, index: str) -> None:
    _must_be_sqlite(house)
    house.a_plan()
    browser = Browser(house, "admin")
    with _plans_of_statements(house) as found:
        browser.see(f"/log?{asked}")
    assert any(index in each for each in found)


@pytest.mark.parametrize(
    ("path", "found_by"),
    [
        ("/plans?words=計画", "COVERING INDEX ix_plan_key_title"),
        ("/plans?words=dx-2023", "COVERING INDEX ix_plan_key_title"),
        ("/plans?late=yes", "COVERING INDEX ix_plan_status_chain_sha256"),
        ("/plans?order=due", "COVERING INDEX ix_plan_status_chain_sha256"),
        ("/chains", "COVERING INDEX ix_plan_status_chain_sha256"),
    ],
)
def test_the_plans_are_narrowed_without_reading_each(house: House, path: str, found_by: str) -> None:
    _must_be_sqlite(house)
    house.a_plan()
    house.a_person("reader")
    actions.name_auditor(house.office, "admin", "reader", LONG_AGO, proof=actions.OwnMachine(), now=house.now)
    browser = Browser(house, "reader")
    with _plans_of_statements(house) as found:
        browser.see(path)
    assert any(found_by in each for each in found)
    assert not [each for each in found if each == "SCAN plan"]


def test_the_plans_are_put_in_the_order_of_departments_by_indexes(house: House) -> None:
    _must_be_sqlite(house)
    house.a_plan()
    secretary = Browser(house, OFFICE)
    with _plans_of_statements(house) as found:
        secretary.see("/plans?order=department")
    assert "SCAN department USING COVERING INDEX ix_department_rank_key" in found
    by_department = "USING COVERING INDEX ix_plan_department_key_key_chain_sha256_id (department_key=?)"
    assert f"SEARCH plan {by_department}" in found


def test_the_chains_to_begin_with_are_put_in_order_by_the_first_plan_of_each(house: House) -> None:
    _must_be_sqlite(house)
    house.a_plan()
    staff = Browser(house, "tanto")
    with _plans_of_statements(house) as found:
        staff.see("/plans/new")
    assert any("COVERING INDEX ix_plan_status_chain_sha256_id" in each for each in found)
    assert "SCAN plan" not in found
    by_kind = [each for each in found if "SEARCH event USING INDEX ix_event_tag" in each]
    assert len(by_kind) == 1, "the events of chains that were added; none of plans that were opened"


def test_the_newest_public_comments_of_a_section_are_found_in_an_index(house: House) -> None:
    _must_be_sqlite(house)
    house.a_plan()
    staff = Browser(house, "tanto")
    with _plans_of_statements(house) as found:
        staff.see("/comments")
    assert any("COVERING INDEX ix_comment_period_plan_id_published_at_cancelled_at" in each for each in found)


@pytest.mark.parametrize("path", ["/plans", "/plans?order=department", "/comments"])
def test_an_administrator_finds_by_number_what_they_were_asked_about(house: House, path: str) -> None:
    house.a_plan()
    browser = Browser(house, "admin")
    with _plans_of_statements(house) as found:
        browser.see(path)
    by_number = {"sqlite": "SEARCH plan USING INTEGER PRIMARY KEY", "postgresql": "Index Cond: (id = ANY ("}
    assert any(by_number[house.office.engine.dialect.name] in each for each in found)
    assert "SCAN plan" not in found


def test_a_feed_finds_what_happened_by_the_meeting(house: House) -> None:
    _must_be_sqlite(house)
    house.a_meeting()
    feed = f"/feeds/{actions.make_feed(house.office, OFFICE, now=house.now)}.ics"
    with _plans_of_statements(house) as found:
        Browser(house).see(feed)
    assert any("ix_event_meeting_id" in each for each in found)
    assert not [each for each in found if "ix_event_tag" in each]
