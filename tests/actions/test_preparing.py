"""Meetings are prepared, then called: what a draft takes and what it does not, and who knows of it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from definitions.terms import Outcome, Role
from notifications.dry_run import rehearse
from tests.notifications.test_notices import letters_about
from tests.support.scenario import LONG_AGO, House
from tests.support.web_client import Browser
from workflow import actions
from workflow.actions import GivenRsvp, Seated
from workflow.domain.errors import AlreadyDone, BadInput, NotAllowed, NotFound, NotNow, SakuteiError
from workflow.domain.meetings import MeetingForm, MeetingStatus
from workflow.domain.rsvp import Intent
from workflow.domain.votes import Choice
from workflow.queries import Waiting, worklist
from workflow.queries.actor import actor
from workflow.queries.agenda import agenda, agenda_lines
from workflow.queries.agenda_changes import items_late
from workflow.queries.calendar_feeds import feed_shown
from workflow.queries.meeting_warnings import draft_warnings
from workflow.queries.meetings import MeetingFact, meeting_list
from workflow.queries.meetings import meeting as meeting_of
from workflow.queries.reading_rights import meeting_to_read, meetings_readable
from workflow.queries.schedule import held_schedule
from workflow.store.database import Office
from workflow.store.proof import prove

BODY, SECRETARIAT, MEMBER = "joho_bukai", "joho_bukai_office", "joho_bukai_1"


def a_draft(house: House, *, days: int = 10, title: str = "第3回部会", **how: object) -> int:
    starts = house.now + timedelta(days=days)
    terms = {"starts_at": starts, "ends_at": starts + timedelta(hours=2), "place": "第一委員会室", **how}
    return actions.prepare_meeting(house.office, SECRETARIAT, BODY, title, now=house.now, **terms)  # type: ignore[arg-type]


def known(house: House, meeting: int) -> MeetingFact:
    with house.office.reading() as db:
        return meeting_of(db, meeting)


@pytest.fixture
def draft(house: House) -> int:
    """A meeting in preparation with a plan and a matter on its agenda."""
    house.a_plan()
    house.a_version()
    number = a_draft(house)
    actions.list_item(house.office, SECRETARIAT, number, "dx", "policy_bukai", now=house.now)
    actions.list_matter(house.office, SECRETARIAT, number, "その他", planned_minutes=5, now=house.now)
    return number


def test_a_draft_takes_an_agenda_and_is_changed_without_a_letter(house: House, draft: int) -> None:
    with house.office.reading() as db:
        item, matter = agenda_lines(db, draft, agenda(db, draft))
    actions.plan_minutes(house.office, SECRETARIAT, item.id, 20, now=house.now)
    actions.order_items(house.office, SECRETARIAT, draft, [matter.id, item.id], now=house.now)
    later = house.now + timedelta(days=12)
    actions.change_draft(
        house.office, SECRETARIAT, draft, "第3回部会（臨時）", form=MeetingForm.ONLINE, starts_at=later,
        ends_at=later + timedelta(hours=1), place="オンライン", items_due=date(2023, 3, 6), now=house.now,
    )  # fmt: skip
    changed = known(house, draft)
    assert (changed.status, changed.title, changed.starts_at) == (
        MeetingStatus.DRAFT,
        "第3回部会（臨時）",
        later,
    )
    assert changed.items_due == date(2023, 3, 6) and changed.sequence == 0
    house.later(days=11)
    assert letters_about(house, "部会") == []
    assert prove(house.office).findings == []


def test_calling_a_draft_sends_one_letter_with_its_agenda_to_everybody_invited(
    house: House, draft: int
) -> None:
    actions.summon(house.office, SECRETARIAT, draft, now=house.now)
    sent = letters_about(house, "会議の御案内")
    assert sorted(address.partition("@")[0] for address, _ in sent) == [
        "joho-bukai-1", "joho-bukai-2", "joho-bukai-chair", "joho-bukai-office",
    ]  # fmt: skip
    assert all("【審議】DX推進計画（策定方針）" in text and "その他" in text for _, text in sent)
    with pytest.raises(NotNow, match="招集済"):
        actions.summon(house.office, SECRETARIAT, draft, now=house.now)
    house.later(minutes=1)
    assert letters_about(house, "会議の御案内") == []
    assert known(house, draft).status is MeetingStatus.CALLED


def test_who_is_told_is_known_before(house: House, draft: int) -> None:
    mails = rehearse(house.office, lambda o: actions.summon(o, SECRETARIAT, draft, now=house.now))
    assert len(mails) == 4 and known(house, draft).status is MeetingStatus.DRAFT


def test_a_draft_whose_time_is_past_is_not_called(house: House, draft: int) -> None:
    house.later(days=11)
    with pytest.raises(BadInput, match="過ぎています"):
        actions.summon(house.office, SECRETARIAT, draft, now=house.now)


def test_a_version_waits_at_one_meeting_at_a_time_a_draft_counts(house: House, draft: int) -> None:
    other = house.a_meeting()
    with pytest.raises(AlreadyDone, match="第3回部会"):
        actions.list_item(house.office, SECRETARIAT, other, "dx", "policy_bukai", now=house.now)
    actions.discard_draft(house.office, SECRETARIAT, draft, "日程が合わない", now=house.now)
    actions.list_item(house.office, SECRETARIAT, other, "dx", "policy_bukai", now=house.now)
    assert known(house, draft).status is MeetingStatus.DISCARDED
    assert letters_about(house, "第3回部会") == []


Act = Callable[[Office, House, int, int], object]

NOT_AT_A_DRAFT: dict[str, Act] = {
    "decided": lambda o, h, m, i: actions.record_outcome(o, SECRETARIAT, i, Outcome.APPROVED, now=h.now),
    "voted on": lambda o, h, m, i: actions.cast_vote(o, MEMBER, i, Choice.FOR, now=h.now),
    "attended": lambda o, h, m, i: actions.enter_attendance(
        o, SECRETARIAT, m, {MEMBER: Seated(present=True)}, now=h.now
    ),
    "closed": lambda o, h, m, i: actions.close_meeting(o, SECRETARIAT, m, "議事要旨", now=h.now),
    "answered": lambda o, h, m, i: actions.give_rsvp(o, MEMBER, m, GivenRsvp(Intent.ATTENDS), now=h.now),
    "cancelled": lambda o, h, m, i: actions.cancel_meeting(o, SECRETARIAT, m, "都合", now=h.now),
    "moved": lambda o, h, m, i: actions.move_meeting(
        o, SECRETARIAT, m, starts_at=h.now + timedelta(days=3), ends_at=h.now + timedelta(days=3), reason="都合",
        now=h.now,
    ),
    "corrected in time": lambda o, h, m, i: actions.correct_meeting_time(
        o, SECRETARIAT, m, starts_at=h.now - timedelta(days=1), ends_at=h.now, reason="誤り", now=h.now
    ),
    "corrected in its minutes": lambda o, h, m, i: actions.correct_minutes(
        o, SECRETARIAT, m, "議事", "誤り", now=h.now
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", NOT_AT_A_DRAFT)
@pytest.mark.parametrize("days", [0, 11])
def test_nothing_happens_at_a_meeting_that_was_never_called(
    house: House, draft: int, what: str, days: int
) -> None:
    """Neither before its time nor after, and not after it was discarded."""
    with house.office.reading() as db:
        item = agenda(db, draft)[0].id
    house.later(days=days)
    for _ in range(2):
        with pytest.raises((NotNow, NotFound, NotAllowed)):
            NOT_AT_A_DRAFT[what](house.office, house, draft, item)
        if known(house, draft).status is MeetingStatus.DRAFT:
            actions.discard_draft(house.office, SECRETARIAT, draft, "都合", now=house.now)


def test_a_meeting_that_was_called_is_no_draft_any_more(house: House, draft: int) -> None:
    actions.summon(house.office, SECRETARIAT, draft, now=house.now)
    held = known(house, draft)
    acts: tuple[Callable[[], object], ...] = (
        lambda: actions.discard_draft(house.office, SECRETARIAT, draft, "都合", now=house.now),
        lambda: actions.change_draft(
            house.office, SECRETARIAT, draft, "別", starts_at=held.starts_at, ends_at=held.ends_at, place="室",
            now=house.now,
        ),
    )  # fmt: skip
    for act in acts:
        with pytest.raises(NotNow):
            act()


@pytest.mark.parametrize("by", [MEMBER, "ict_honbu_office", "tanto"])
def test_only_its_secretariat_prepares_and_calls(house: House, draft: int, by: str) -> None:
    acts: tuple[Callable[[], object], ...] = (
        lambda: actions.summon(house.office, by, draft, now=house.now),
        lambda: actions.discard_draft(house.office, by, draft, "都合", now=house.now),
    )
    for act in acts:
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.parametrize("who", [MEMBER, "joho_bukai_chair", "tanto", "admin", "ict_honbu_office"])
def test_a_draft_is_known_to_its_secretariat_alone(house: House, draft: int, who: str) -> None:
    def seen() -> list[int]:
        with house.office.reading() as db:
            person = actor(db, who, house.now.date())
            found = meeting_list(db, meetings_readable(db, person))[0]
            return [each.id for each in found]

    assert seen() == []
    with house.office.reading() as db, pytest.raises(NotFound):
        meeting_to_read(db, actor(db, who, house.now.date()), draft)
    with house.office.reading() as db:
        keeper = actor(db, SECRETARIAT, house.now.date())
        assert meeting_to_read(db, keeper, draft).whole
    actions.summon(house.office, SECRETARIAT, draft, now=house.now)
    assert seen() == ([draft] if who != "admin" else seen())


def test_a_draft_waits_on_the_worklist_of_its_secretariat_until_it_is_called(
    house: House, draft: int
) -> None:
    def waits(who: str) -> list[str]:
        with house.office.reading() as db:
            return [task.words for task in worklist(db, who, house.now) if task.kind is Waiting.SUMMON]

    assert waits(SECRETARIAT) == ["準備中の会議「第3回部会」の招集がまだです"]
    assert waits(MEMBER) == [] and waits("ict_honbu_office") == []
    actions.summon(house.office, SECRETARIAT, draft, now=house.now)
    assert waits(SECRETARIAT) == []


def test_no_calendar_and_no_course_of_a_plan_shows_a_draft(house: House, draft: int) -> None:
    token = actions.make_feed(house.office, MEMBER, BODY, now=house.now)

    def shown() -> tuple[int, list[str]]:
        with house.office.reading() as db:
            entries = feed_shown(db, token, house.now).entries
            months = held_schedule(db, house.plan(), house.now)
        return len(entries), [name for month in months for name in month.meetings]

    assert shown() == (0, [])
    actions.summon(house.office, SECRETARIAT, draft, now=house.now)
    assert shown() == (1, ["情報化推進部会"])


def test_a_plan_says_its_item_waits_for_a_meeting_only_when_that_was_called(house: House, draft: int) -> None:
    assert not any("第3回部会" in words for words in house.why())
    actions.summon(house.office, SECRETARIAT, draft, now=house.now)
    assert any("第3回部会" in words for words in house.why())


REFUSED: dict[str, dict[str, object]] = {
    "the past": {"days": -1},
    "no title": {"title": " "},
    "no place": {"place": " "},
    "an end before the start": {"ends_at": None},
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_makes_no_sense_is_refused(house: House, why: str) -> None:
    how = dict(REFUSED[why])
    if "ends_at" in how:
        how["ends_at"] = house.now + timedelta(days=1)
    with pytest.raises(SakuteiError) as refused:
        a_draft(house, **how)  # type: ignore[arg-type]
    assert isinstance(refused.value, BadInput)


def test_what_clashes_is_pointed_out_and_nothing_of_another_bodys_draft(house: House) -> None:
    actions.seat(house.office, "admin", MEMBER, "ict_honbu", Role.MEMBER, LONG_AGO, now=house.now)
    starts = house.now + timedelta(days=10)
    number = a_draft(house)
    how = {
        "starts_at": starts,
        "ends_at": starts + timedelta(hours=1),
        "place": "第一委員会室",
        "now": house.now,
    }

    def warned() -> list[str]:
        with house.office.reading() as db:
            return draft_warnings(db, meeting_of(db, number), house.now)

    other = actions.prepare_meeting(house.office, "ict_honbu_office", "ict_honbu", "本部会議", **how)  # type: ignore[arg-type]
    assert warned() == ["令和5年3月11日（土）は閉庁日です（土曜日）。よろしいか確かめてください。"]
    actions.summon(house.office, "ict_honbu_office", other, now=house.now)
    assert [words for words in warned() if "本部会議" in words] == [
        "同じ時間に、同じ場所で「本部会議」（09:00 から）があります。",
        "情報化推進部会 委員1さんは、同じ時間の「本部会議」（09:00 から）の委員でもあります。",
    ]


def test_what_is_put_on_the_agenda_after_its_last_day_is_late(house: House) -> None:
    number = a_draft(house, items_due=date(2023, 3, 3))

    def add_at(text: str) -> int:
        house.at(text)
        return actions.list_matter(house.office, SECRETARIAT, number, text, now=house.now)

    in_time, late = add_at("2023-03-03 23:59"), add_at("2023-03-04 00:00")
    with house.office.reading() as db:
        assert items_late(db, meeting_of(db, number)) == {late}
    shown = Browser(house, SECRETARIAT).see(f"/meetings/{number}")
    assert shown.count("期限後") == 1 and shown.index("2023-03-04 00:00") < shown.index("期限後")
    assert "令和5年3月3日（金）" in shown and in_time < late
    assert "期限後" not in Browser(house, SECRETARIAT).see(f"/meetings/{a_draft(house)}")
