"""Open meetings: what citizens read without signing in, and everything that they do not reach."""

from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from icalendar import Calendar

from definitions.chain import Chain
from definitions.check import check
from definitions.load import shipped
from definitions.terms import Outcome
from tests.support.api_client import Program
from tests.support.chains import open_to_citizens
from tests.support.scenario import House
from tests.support.web_client import SITE, Browser
from workflow import actions
from workflow.domain.errors import AlreadyDone, BadInput, NotAllowed, NotFound, NotNow
from workflow.domain.meetings import MeetingForm
from workflow.domain.minutes import MinutesKind
from workflow.domain.rights import PaperAudience
from workflow.queries.agenda import agenda, agenda_lines
from workflow.queries.minutes import minutes_versions
from workflow.queries.papers import papers_of
from workflow.store.database import Office
from workflow.store.proof import prove

OFFICE, CHAIR, OTHER = "joho_bukai_office", "joho_bukai_chair", "ict_honbu_office"
FULL = MinutesKind.FULL
OBSERVERS = "先着10人。開会の30分前から受け付けます。"


def an_open_house(office: Office, **how: Any) -> House:
    return House(office, open_to_citizens(shipped("itabashi_dx_2025"), **how))


class Hall:
    """A meeting of the 部会 in ten days, with a plan and a matter on its agenda, and papers of each audience, each of which
    has its own words for a content."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.citizen = Browser(house)
        house.a_plan()
        house.a_version()
        self.meeting = house.a_meeting(days=10)
        self.item = actions.list_item(house.office, OFFICE, self.meeting, "dx", "policy_bukai", now=house.now)
        self.matter = actions.list_matter(house.office, OFFICE, self.meeting, "個別の事案", now=house.now)
        self.papers = {
            name: self.add(name, item, audience)
            for name, item, audience in (
                ("次第", None, PaperAudience.PUBLIC),
                ("骨子", self.item, PaperAudience.PUBLIC),
                ("事案", self.matter, PaperAudience.PUBLIC),
                ("庁内用", self.item, PaperAudience.OFFICE),
                ("委員限り", None, PaperAudience.BODY),
            )
        }

    def add(self, name: str, item: int | None, audience: PaperAudience) -> int:
        return actions.add_paper(
            self.house.office, OFFICE, self.meeting, f"{name}.txt", f"{name}の中身".encode(),
            item=item, audience=audience, now=self.house.now,
        )  # fmt: skip

    @property
    def path(self) -> str:
        return f"/public/meetings/{self.meeting}"

    def close(self, item: int | None = None) -> None:
        actions.close_to_public(
            self.house.office, OFFICE, self.meeting, "個人の情報を扱うため", "条例第7条第3号",
            item=item, now=self.house.now,
        )  # fmt: skip

    def open(self, item: int | None = None) -> None:
        actions.open_to_public(
            self.house.office, OFFICE, self.meeting, "個人を識別できないため", item=item, now=self.house.now
        )

    def reached(self) -> set[str]:
        """The names of the papers that a citizen can download, whatever the page shows."""
        found = set()
        for name, number in self.papers.items():
            answer = self.citizen.client.get(f"{self.path}/papers/{number}/{name}.txt")
            assert (answer.status_code, f"{name}の中身" in answer.text) in ((200, True), (404, False))
            if answer.status_code == 200:
                assert answer.headers["content-disposition"].startswith("attachment")
                found.add(name)
        return found

    def shown(self) -> set[str]:
        """The names of the papers that the meeting's page links to."""
        seen = self.citizen.see(self.path)
        return {name for name, number in self.papers.items() if f"/papers/{number}/" in seen}

    def everywhere(self) -> str:
        """Everything that citizens read of all meetings."""
        places = ("/public/meetings", self.path, "/public/meetings.rss", "/public/meetings.ics")
        return "".join(self.citizen.client.get(place).text.replace("\r\n ", "") for place in places)

    def confirmed(self, text: str, kind: MinutesKind = FULL) -> None:
        """The meeting is over, and its chair confirmed the text."""
        office, now = self.house.office, self.house.now
        actions.correct_minutes(office, OFFICE, self.meeting, text, "読み直し", kind=kind, now=now)
        actions.put_minutes(office, OFFICE, self.meeting, kind, now=now)
        with office.reading() as db:
            newest = next(
                each for each in minutes_versions(db, self.meeting, drafts=True) if each.kind is kind
            )
        actions.confirm_minutes(office, CHAIR, self.meeting, kind, seen=newest.revision, now=now)

    def held(self) -> None:
        """The meeting is held and over."""
        self.house.later(days=10, hours=3)
        self.house.everybody_attends("joho_bukai", self.meeting)
        actions.remove_item(self.house.office, OFFICE, self.item, "次の会議で諮る", now=self.house.now)
        actions.close_meeting(self.house.office, OFFICE, self.meeting, now=self.house.now)

    def publish(self, version: int = 1, **how: Any) -> None:
        actions.publish_minutes(
            self.house.office, OFFICE, self.meeting, FULL, version, now=self.house.now, **how
        )


@pytest.fixture
def hall(office: Office) -> Hall:
    return Hall(an_open_house(office))


# --- what citizens read ------------------------------------------------------------------------------------


def test_citizens_read_when_and_where_what_it_is_about_and_how_to_attend(hall: Hall) -> None:
    listed = hall.citizen.see("/public/meetings")
    assert f'href="{hall.path}"' in listed and "情報化推進部会" in listed and "第一委員会室" in listed
    seen = hall.citizen.see(hall.path)
    for words in ("DX推進計画", "個別の事案", "第一委員会室", OBSERVERS, "対面"):
        assert words in seen
    assert "部会長" not in seen and "担当 花子" not in seen, "nobody's name is on the page"
    assert hall.citizen.client.get(hall.path).headers["cache-control"] == "no-store"


def test_only_open_papers_in_their_current_edition_are_there(hall: Hall) -> None:
    assert hall.shown() == hall.reached() == {"次第", "骨子", "事案"}
    old = hall.papers["骨子"]
    hall.papers["骨子の次"] = actions.replace_paper(
        hall.house.office, OFFICE, old, "骨子の次.txt", "骨子の次の中身".encode(), "誤り", now=hall.house.now
    )
    actions.withdraw_paper(hall.house.office, OFFICE, hall.papers["次第"], "要らない", now=hall.house.now)
    assert hall.shown() == hall.reached() == {"骨子の次", "事案"}
    actions.open_paper_to(
        hall.house.office, OFFICE, hall.papers["骨子の次"], PaperAudience.OFFICE, "見直し", now=hall.house.now
    )
    actions.remove_item(hall.house.office, OFFICE, hall.matter, "取下げ", now=hall.house.now)
    assert hall.shown() == hall.reached() == set()


def test_a_paper_is_reached_by_its_own_meeting_alone(hall: Hall) -> None:
    other = hall.house.a_meeting(days=20)
    paper = hall.papers["次第"]
    hall.citizen.see(f"/public/meetings/{other}/papers/{paper}/次第.txt", 404)
    hall.citizen.see(f"/public/meetings/{other}")


@pytest.mark.parametrize("what", ["prepared", "discarded", "of another body", "none"])
def test_what_is_not_public_is_not_found_and_nothing_tells_why(hall: Hall, what: str) -> None:
    house, office = hall.house, hall.house.office
    if what == "none":
        number = 999
    elif what == "of another body":
        number = house.a_meeting("ict_honbu")
        actions.add_paper(
            office, OTHER, number, "本部.txt", b"x", audience=PaperAudience.PUBLIC, now=house.now
        )
    else:
        starts_at = house.now + timedelta(days=30)
        number = actions.prepare_meeting(
            office, OFFICE, "joho_bukai", "秘密の準備", starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1), place="どこか", now=house.now,
        )  # fmt: skip
        actions.add_paper(
            office, OFFICE, number, "準備.txt", b"x", audience=PaperAudience.PUBLIC, now=house.now
        )
        if what == "discarded":
            actions.discard_draft(office, OFFICE, number, "やめた", now=house.now)
    with office.reading() as db:
        papers = [each.id for each in papers_of(db, number)]
    missing = hall.citizen.see("/public/meetings/998", 404)
    assert hall.citizen.see(f"/public/meetings/{number}", 404) == missing.replace("/998", f"/{number}")
    for paper in papers:
        hall.citizen.see(f"/public/meetings/{number}/papers/{paper}/x.txt", 404)
    everywhere = hall.everywhere()
    assert "秘密の準備" not in everywhere and "ICT推進・活用本部" not in everywhere
    assert f'href="/public/meetings/{number}"' not in everywhere


def test_the_address_of_an_online_meeting_is_for_its_members(hall: Hall) -> None:
    house = hall.house
    for form, place in (
        (MeetingForm.ONLINE, "https://meet.example.jp/j/1?pwd=secret"),
        (
            MeetingForm.IN_PERSON,
            "大会議室（オンライン: https://meet.example.jp/j/2?pwd=secret パスコード 77）",
        ),
    ):
        starts_at = house.now + timedelta(days=12)
        number = actions.call_meeting(
            house.office, OFFICE, "joho_bukai", "臨時会", form=form, starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1), place=place, now=house.now,
        )  # fmt: skip
        seen = hall.everywhere() + hall.citizen.see(f"/public/meetings/{number}")
        assert "meet.example.jp" not in seen and "secret" not in seen and "77" not in seen
    assert "大会議室" in seen


def test_a_cancelled_meeting_says_so(hall: Hall) -> None:
    actions.cancel_meeting(hall.house.office, OFFICE, hall.meeting, "台風のため", now=hall.house.now)
    assert "中止" in hall.citizen.see("/public/meetings")
    seen = hall.citizen.see(hall.path)
    assert "中止" in seen and OBSERVERS not in seen


def test_long_lists_are_paged(hall: Hall) -> None:
    for days in range(11, 45):
        hall.house.a_meeting(days=days)
    first = hall.citizen.see("/public/meetings")
    assert first.count("<article") == 30
    following = first[first.index("?coming=") :].partition('"')[0]
    assert hall.citizen.see(f"/public/meetings{following}").count("<article") == 5
    hall.citizen.see("/public/meetings?past=x", 422)


# --- the feeds ---------------------------------------------------------------------------------------------


def events(hall: Hall) -> list[Any]:
    answer = hall.citizen.client.get("/public/meetings.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(answer.text).walk("VEVENT"))


def news(hall: Hall) -> list[dict[str, str]]:
    answer = hall.citizen.client.get("/public/meetings.rss")
    assert answer.headers["content-type"] == "application/rss+xml"
    items = fromstring(answer.content).findall("channel/item")
    return [{each.tag: each.text or "" for each in item} for item in items]


def test_a_calendar_follows_the_sittings_that_citizens_may_attend(hall: Hall) -> None:
    (event,) = events(hall)
    assert (str(event["summary"]), str(event["location"])) == ("情報化推進部会", "第一委員会室")
    assert event["dtstart"].dt == hall.house.now + timedelta(days=10)
    assert not {"organizer", "attendee", "description"} & {name.lower() for name in event}
    hall.house.a_meeting(form=MeetingForm.IN_WRITING)
    assert len(events(hall)) == 1, "there is nothing to attend of a 持ち回り"
    hall.close()
    assert events(hall) == []
    hall.open()
    actions.cancel_meeting(hall.house.office, OFFICE, hall.meeting, "台風のため", now=hall.house.now)
    assert [str(each["status"]) for each in events(hall)] == ["CANCELLED"]


def test_news_tell_of_what_was_called_cancelled_and_closed(hall: Hall) -> None:
    (item,) = news(hall)
    assert item["title"] == "情報化推進部会" and item["link"] == f"{SITE}{hall.path}"
    assert "第一委員会室" in item["description"] and item["pubDate"].endswith("+0000")
    hall.house.later(hours=1)
    second = hall.house.a_meeting(days=20)
    assert news(hall)[0]["link"] == f"{SITE}/public/meetings/{second}"
    before = {each["guid"] for each in news(hall)}
    actions.cancel_meeting(hall.house.office, OFFICE, second, "台風のため", now=hall.house.now)
    assert news(hall)[0]["title"] == "情報化推進部会［中止］"
    assert len({each["guid"] for each in news(hall)} - before) == 1, "readers show it again"
    hall.close()
    assert news(hall)[1]["title"] == "情報化推進部会［非公開］"
    assert "第一委員会室" not in news(hall)[1]["description"]


# --- closing -----------------------------------------------------------------------------------------------


def test_a_closed_item_shows_its_reason_alone(hall: Hall) -> None:
    hall.close(hall.matter)
    seen = hall.citizen.see(hall.path)
    assert "個別の事案" not in seen and "個人の情報を扱うため" in seen and "条例第7条第3号" in seen
    assert "DX推進計画" in seen
    assert hall.shown() == hall.reached() == {"次第", "骨子"}
    hall.open(hall.matter)
    assert "個別の事案" in hall.citizen.see(hall.path)
    assert hall.reached() == {"次第", "骨子", "事案"}


@pytest.mark.parametrize("whole", [False, True], ids=["closed itself", "closed with its meeting"])
def test_a_closed_item_that_goes_on_to_the_next_meeting_stays_closed(hall: Hall, whole: bool) -> None:
    house, office = hall.house, hall.house.office
    hall.close(None if whole else hall.matter)
    house.later(days=10, hours=1)
    following = house.a_meeting(days=20)
    actions.carry_over(office, OFFICE, hall.meeting, following, [hall.item, hall.matter], now=house.now)
    seen = hall.citizen.see(f"/public/meetings/{following}")
    assert "個別の事案" not in seen and "個人の情報を扱うため" in seen and "条例第7条第3号" in seen
    assert ("DX推進計画" in seen) is not whole
    assert "個別の事案" not in hall.everywhere()
    assert prove(office).whole


def test_a_closed_meeting_shows_its_day_its_title_and_the_reason_alone(hall: Hall) -> None:
    hall.close()
    seen = hall.everywhere()
    assert "情報化推進部会" in seen and "令和5年3月11日" in seen and "個人の情報を扱うため" in seen
    for words in ("個別の事案", "DX推進計画", "第一委員会室", OBSERVERS, "09:00", "9:00"):
        assert words not in seen
    assert hall.shown() == hall.reached() == set()
    hall.open()
    assert hall.reached() == {"次第", "骨子", "事案"}
    hall.close()
    assert hall.reached() == set()


def test_a_meeting_is_closed_before_anybody_reads_of_it(hall: Hall) -> None:
    house = hall.house
    starts_at = house.now + timedelta(days=30)
    draft = actions.prepare_meeting(
        house.office, OFFICE, "joho_bukai", "懲戒の審査", starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1), place="別室", now=house.now,
    )  # fmt: skip
    actions.close_to_public(house.office, OFFICE, draft, "人事", "条例第7条第1号", now=house.now)
    actions.summon(house.office, OFFICE, draft, now=house.now)
    assert "別室" not in hall.citizen.see("/public/meetings") + hall.citizen.see(f"/public/meetings/{draft}")


def test_closing_is_refused_where_it_would_say_nothing(hall: Hall) -> None:
    office, now, meeting = hall.house.office, hall.house.now, hall.meeting
    heading = actions.list_matter(office, OFFICE, meeting, "報告事項", heading=True, now=now)
    for refusal, call in (
        (BadInput, lambda: actions.close_to_public(office, OFFICE, meeting, " ", "第7条", now=now)),
        (BadInput, lambda: actions.close_to_public(office, OFFICE, meeting, "理由", "", now=now)),
        (
            BadInput,
            lambda: actions.close_to_public(office, OFFICE, meeting, "理", "条", item=heading, now=now),
        ),
        (NotFound, lambda: actions.close_to_public(office, OFFICE, meeting, "理", "条", item=99, now=now)),
        (AlreadyDone, lambda: actions.open_to_public(office, OFFICE, meeting, "理由", now=now)),
        (NotAllowed, lambda: actions.close_to_public(office, CHAIR, meeting, "理", "条", now=now)),
        (NotAllowed, lambda: actions.close_to_public(office, OTHER, meeting, "理", "条", now=now)),
    ):
        with pytest.raises(refusal):
            call()
    hall.close()
    with pytest.raises(AlreadyDone):
        hall.close()
    other = hall.house.a_meeting("ict_honbu")
    with pytest.raises(NotNow, match="公開する定め"):
        actions.close_to_public(office, OTHER, other, "理", "条", now=now)


def test_the_secretariat_closes_and_opens_on_the_meetings_page(hall: Hall) -> None:
    secretary, here = Browser(hall.house, OFFICE), f"/meetings/{hall.meeting}"
    secretary.send(f"{here}/closing", 422, reason="個人情報", basis="第7条")
    assert hall.reached() == {"次第", "骨子", "事案"}, "a form that names nothing closes nothing"
    seen = secretary.send(f"{here}/closing", about=str(hall.matter), reason="個人情報", basis="第7条")
    assert "個別の事案: <strong>非公開</strong>" in seen
    secretary.send(f"{here}/closing", about="meeting", reason="全部", basis="第7条")
    assert hall.reached() == set()
    secretary.send(f"{here}/opening", about="meeting", reason="一部でよい")
    secretary.send(f"{here}/opening", about=str(hall.matter), reason="公表済み")
    assert hall.reached() == {"次第", "骨子", "事案"}
    assert "/closing" not in Browser(hall.house, CHAIR).see(here)
    assert 'id="open"' not in Browser(hall.house, OTHER).see(f"/meetings/{hall.house.a_meeting('ict_honbu')}")


def test_the_secretariat_is_warned_of_a_late_notice(hall: Hall) -> None:
    secretary = Browser(hall.house, OFFICE)
    words = "日前です。この会議体は 7 日前までに告知します。"
    assert words not in secretary.see(f"/meetings/{hall.meeting}")
    assert "会議の 6 " + words in secretary.see(f"/meetings/{hall.house.a_meeting(days=6)}")
    assert words not in secretary.see(f"/meetings/{hall.house.a_meeting(days=7)}")
    starts_at = hall.house.now + timedelta(days=3)
    actions.move_meeting(
        hall.house.office, OFFICE, hall.meeting, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1),
        reason="会場", now=hall.house.now,
    )  # fmt: skip
    assert "会議の 3 " + words in secretary.see(f"/meetings/{hall.meeting}")


# --- minutes -----------------------------------------------------------------------------------------------


def test_final_minutes_are_public_once_they_are_published(hall: Hall) -> None:
    hall.held()
    office, now = hall.house.office, hall.house.now
    actions.draft_minutes(office, OFFICE, hall.meeting, FULL, now=now)
    with pytest.raises(NotNow):
        hall.publish()
    hall.confirmed("会議録の本文")
    assert "会議録の本文" not in hall.everywhere()
    secretary, here = Browser(hall.house, OFFICE), f"/meetings/{hall.meeting}/minutes"
    assert "会議録を公開する" in secretary.see(here)
    secretary.send(f"{here}/full/publish", version="1")
    assert "会議録の本文" in hall.citizen.see(hall.path)
    with pytest.raises(AlreadyDone):
        hall.publish()
    secretary.send(f"{here}/full/unpublish", reason="誤記")
    assert "会議録の本文" not in hall.everywhere()
    assert prove(office).whole


def test_a_correction_is_public_only_when_it_is_published_itself(hall: Hall) -> None:
    hall.held()
    hall.confirmed("はじめの本文")
    hall.publish()
    actions.correct_minutes(
        hall.house.office, OFFICE, hall.meeting, "直した本文", "誤記", kind=FULL, now=hall.house.now
    )
    seen = hall.citizen.see(hall.path)
    assert "はじめの本文" in seen and "直した本文" not in seen
    hall.confirmed("直した本文")
    with pytest.raises(AlreadyDone):
        hall.publish(1)
    hall.publish(2)
    seen = hall.citizen.see(hall.path)
    assert "直した本文" in seen and "はじめの本文" not in seen
    actions.withdraw_minutes(hall.house.office, OFFICE, hall.meeting, FULL, "誤記", now=hall.house.now)
    seen = hall.everywhere()
    assert "直した本文" not in seen and "はじめの本文" not in seen, "an earlier version never comes back"


def test_the_title_of_a_closed_item_in_the_text_is_named_before_it_is_published(hall: Hall) -> None:
    hall.held()
    hall.confirmed("2　個別の　事案について")
    secretary, here = Browser(hall.house, OFFICE), f"/meetings/{hall.meeting}/minutes"
    assert "非公開の議題の名称があります" not in secretary.see(here)
    hall.close(hall.matter)
    assert "非公開の議題の名称があります: 個別の事案" in secretary.see(here)


def test_minutes_of_a_meeting_with_closed_items_are_read_first(hall: Hall) -> None:
    hall.held()
    hall.confirmed("会議録の本文")
    hall.publish()
    hall.close(hall.matter)
    assert "会議録の本文" not in hall.everywhere(), "closing an item withdraws what was published"
    with pytest.raises(NotNow, match="非公開の議題"):
        hall.publish()
    secretary, here = Browser(hall.house, OFFICE), f"/meetings/{hall.meeting}/minutes"
    secretary.send(f"{here}/full/publish", 409, version="1")
    secretary.send(f"{here}/full/publish", version="1", read="yes")
    assert "会議録の本文" in hall.citizen.see(hall.path)
    hall.close()
    assert "会議録の本文" not in hall.everywhere()
    with pytest.raises(NotNow, match="非公開"):
        hall.publish(read=True)
    hall.open()
    assert "会議録の本文" not in hall.everywhere(), "it is published anew by hand"


@pytest.mark.parametrize("closed", [False, True])
def test_a_rule_publishes_minutes_when_they_are_confirmed_unless_an_item_is_closed(
    office: Office, closed: bool
) -> None:
    hall = Hall(an_open_house(office, publishes="on_confirmation"))
    if closed:
        hall.close(hall.matter)
    hall.held()
    hall.confirmed("会議録の本文")
    assert ("会議録の本文" in hall.citizen.see(hall.path)) is not closed


# --- programs ----------------------------------------------------------------------------------------------


def test_a_program_closes_opens_publishes_and_withdraws(hall: Hall) -> None:
    program, here = Program(hall.house, OFFICE), f"meetings/{hall.meeting}"
    program.do(f"{here}/closing", item=hall.matter, reason="個人情報", basis="第7条")
    assert hall.reached() == {"次第", "骨子"}
    program.do(f"{here}/opening", item=hall.matter, reason="公表済み")
    assert hall.reached() == {"次第", "骨子", "事案"}
    program.do(f"{here}/closing", reason="全部", basis="第7条")
    assert hall.reached() == set()
    program.do(f"{here}/opening", reason="一部でよい")
    hall.held()
    hall.confirmed("会議録の本文")
    Program(hall.house, CHAIR).do(f"{here}/minutes/full/publish", 403, version=1)
    program.do(f"{here}/minutes/full/publish", version=1)
    assert "会議録の本文" in hall.citizen.see(hall.path)
    program.do(f"{here}/minutes/full/unpublish", reason="誤記")
    assert "会議録の本文" not in hall.everywhere()


# --- the rule ----------------------------------------------------------------------------------------------


def test_no_shipped_body_is_open_and_none_has_rules_that_are_never_used() -> None:
    chain = open_to_citizens(shipped("itabashi_dx_2025"), notice_days=10, publishes="on_confirmation")
    assert check(chain) == []
    raw = chain.model_dump(mode="json", by_alias=True)
    for body in raw["bodies"]:
        body["public"] = False
    assert {str(each.path[-1]) for each in check(Chain.model_validate(raw))} == {
        "notice_days", "observers", "publishes",
    }  # fmt: skip


def test_no_plan_has_the_key_of_the_page_of_meetings(hall: Hall) -> None:
    with pytest.raises(BadInput):
        hall.house.a_plan("meetings")


def test_a_body_that_is_known_opens_its_meetings_when_its_chain_is_added_anew(office: Office) -> None:
    house = House(office, "itabashi_dx_2025")
    meeting = house.a_meeting()
    citizen = Browser(house, None)
    citizen.see(f"/public/meetings/{meeting}", 404)
    actions.add_chain(office, "admin", open_to_citizens(house.chain), now=house.now)
    assert "情報化推進部会" in citizen.see(f"/public/meetings/{meeting}")
    actions.add_chain(office, "admin", house.chain, now=house.now)
    citizen.see(f"/public/meetings/{meeting}", 404)
    assert prove(office).findings == []


def test_an_item_that_is_carried_over_stays_closed_until_it_is_opened(office: Office) -> None:
    hall = Hall(an_open_house(office))
    house = hall.house
    for item in (hall.item, hall.matter):
        actions.close_to_public(
            office, OFFICE, hall.meeting, "個人の情報を扱う", "条例第7条第2号", item=item, now=house.now
        )
    house.later(days=10, hours=1)
    house.everybody_attends("joho_bukai", hall.meeting)
    actions.record_outcome(office, OFFICE, hall.item, Outcome.CONTINUED, now=house.now)
    to = house.a_meeting()
    secretary = Browser(house, OFFICE)
    assert "非公開のまま送られます" in secretary.see(f"/meetings/{hall.meeting}")
    shown = secretary.send(f"/meetings/{hall.meeting}/carry", to=to, item=[hall.item, hall.matter])
    assert shown.count("個人の情報を扱う") == 2 and "条例第7条第2号" in shown
    seen = hall.citizen.see(f"/public/meetings/{to}")
    assert "DX推進計画" not in seen and "個別の事案" not in seen and "個人の情報を扱う" in seen
    with office.reading() as db:
        new = [line.id for line in agenda_lines(db, to, agenda(db, to))]
    actions.open_to_public(office, OFFICE, to, "個人の情報を除いた", item=new[1], now=house.now)
    seen = hall.citizen.see(f"/public/meetings/{to}")
    assert "個別の事案" in seen and "DX推進計画" not in seen
    assert "個別の事案" not in hall.citizen.see(f"/public/meetings/{hall.meeting}")
    assert prove(office).findings == []
