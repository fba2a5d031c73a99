"""The changes of an agenda after its meeting was called: told by hand or by themselves, once, and never untold at the
sitting. The letters go through a real mail server."""

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from notifications import notices
from notifications.scheduler import tick
from notifications.sending import LEASE
from notifications.transport import mailer_of
from tests.notifications.test_outbox import Crash, CrashingMailer
from tests.support.scenario import House, moment
from tests.support.smtp_server import Sink
from tests.support.web_client import Browser, mail_settings
from workflow import actions, queries
from workflow.actions.agenda_changes import tell_agenda_changes_due
from workflow.domain.agenda_changes import FIRST, AgendaChanges, AgendaEvent, changes_since, told_by_itself_at
from workflow.domain.errors import NotAllowed, NotNow
from workflow.domain.events import Tag
from workflow.domain.meetings import MeetingForm
from workflow.queries.agenda import agenda, agenda_lines
from workflow.queries.agenda_changes import untold_changes
from workflow.store.proof import prove
from workflow.store.tables import Event

BODY, SECRETARIAT = "joho_bukai", "joho_bukai_office"
INVITED = ["joho-bukai-1", "joho-bukai-2", "joho-bukai-chair", "joho-bukai-office"]


class Post:
    """The office's mail: what a round of the scheduler brought, by recipient."""

    def __init__(self, house: House, sink: Sink) -> None:
        self.house, self.sink = house, sink
        self.settings = replace(
            mail_settings(house.office.files.parent), smtp_host="127.0.0.1", smtp_port=sink.port, starttls=False, timeout=5.0
        )  # fmt: skip

    def round(self) -> dict[str, str]:
        self.sink.raw.clear()
        self.sink.to.clear()
        tick(self.house.office, mailer_of(self.settings), self.settings, lambda: self.house.now)
        return self.read()

    def read(self) -> dict[str, str]:
        found = {}
        for to, mail in zip(self.sink.to, self.sink.mails, strict=True):
            body = mail.get_body(("plain",))
            assert body is not None
            name = to.partition("@")[0]
            assert name not in found or name not in INVITED, f"two mails to {name}"
            found[name] = f"{mail['Subject']}\n{body.get_content()}".replace("\r\n", "\n")
        return found


@pytest.fixture
def post(house: House, sink: Sink) -> Post:
    return Post(house, sink)


@pytest.fixture
def meeting(house: House, post: Post) -> int:
    """A meeting of Friday, prepared with a plan and a matter and called ten days before; its invitations were sent."""
    for key in ("dx", "other"):
        house.a_plan(key)
        house.a_version(key=key)
    starts = moment("2023-03-10 14:00")
    number = actions.prepare_meeting(
        house.office, SECRETARIAT, BODY, "第3回部会", starts_at=starts, ends_at=starts + timedelta(hours=2),
        place="第一委員会室", now=house.now,
    )  # fmt: skip
    actions.list_item(house.office, SECRETARIAT, number, "dx", "policy_bukai", now=house.now)
    actions.list_matter(house.office, SECRETARIAT, number, "会長の選出", now=house.now)
    actions.summon(house.office, SECRETARIAT, number, now=house.now)
    assert sorted(post.round()) == INVITED
    house.later(minutes=5)
    return number


def items(house: House, meeting: int) -> list[int]:
    with house.office.reading() as db:
        return [line.id for line in agenda_lines(db, meeting, agenda(db, meeting))]


def untold(house: House, meeting: int) -> AgendaChanges:
    with house.office.reading() as db:
        return untold_changes(db, meeting)


def tell(house: House, meeting: int) -> None:
    actions.tell_agenda_changes(house.office, SECRETARIAT, meeting, now=house.now)


def test_changes_collect_and_go_out_in_one_letter_when_the_secretariat_sends_it(
    house: House, meeting: int, post: Post
) -> None:
    first, election = items(house, meeting)
    actions.remove_item(house.office, SECRETARIAT, election, "次回に送る", now=house.now)
    actions.list_matter(house.office, SECRETARIAT, meeting, "次回の日程", now=house.now)
    actions.list_item(house.office, SECRETARIAT, meeting, "other", "policy_bukai", now=house.now)
    _, schedule, other = items(house, meeting)
    actions.order_items(house.office, SECRETARIAT, meeting, [other, first, schedule], now=house.now)
    house.later(hours=3)
    assert post.round() == {}
    tell(house, meeting)
    letters = post.round()
    assert sorted(letters) == INVITED
    for text in letters.values():
        assert text.startswith("【議題の変更】第3回部会（令和5年3月10日（金）14:00）")
        assert "加わった議題　次回の日程" in text and "加わった議題　DX推進計画　第1版" in text
        assert "外れた議題　会長の選出（理由　次回に送る）" in text and "順が変わりました" not in text
        whole = text.partition("　議　題\n")[2]
        assert "1　【審議】DX推進計画（策定方針）" in whole and "3　【その他の議題】次回の日程" in whole
        assert "会長の選出" not in whole
    house.later(minutes=1)
    assert post.round() == {}
    with pytest.raises(NotNow, match="議題の変更はありません"):
        tell(house, meeting)
    assert prove(house.office).findings == []


def test_another_order_and_another_version_are_told_as_what_they_are(
    house: House, meeting: int, post: Post
) -> None:
    first, election = items(house, meeting)
    house.a_version("改めた")
    actions.remove_item(house.office, SECRETARIAT, first, "新しい版", now=house.now)
    actions.list_item(house.office, SECRETARIAT, meeting, "dx", "policy_bukai", now=house.now)
    tell(house, meeting)
    text = post.round()["joho-bukai-1"]
    assert "差し替え　DX推進計画　第1版を第2版に" in text and "外れた議題" not in text
    newer = items(house, meeting)[1]
    actions.order_items(house.office, SECRETARIAT, meeting, [newer, election], now=house.now)
    tell(house, meeting)
    assert "議題の順が変わりました。" in post.round()["joho-bukai-1"]


def test_what_was_added_and_taken_off_again_is_no_change(house: House, meeting: int) -> None:
    item = actions.list_matter(house.office, SECRETARIAT, meeting, "誤り", now=house.now)
    assert untold(house, meeting).added == (item,)
    actions.remove_item(house.office, SECRETARIAT, item, "誤り", now=house.now)
    assert not untold(house, meeting)


def test_a_change_nobody_sent_goes_by_itself_on_the_business_day_before(
    house: House, meeting: int, post: Post
) -> None:
    house.at("2023-03-08 10:00")
    post.round()
    actions.list_matter(house.office, SECRETARIAT, meeting, "次回の日程", now=house.now)
    house.at("2023-03-09 08:59")
    assert post.round() == {}
    house.at("2023-03-09 09:00")
    letters = post.round()
    assert sorted(letters) == INVITED and "加わった議題　次回の日程" in letters["joho-bukai-2"]
    house.later(minutes=1)
    assert post.round() == {}


def test_changes_of_the_last_day_wait_for_each_other_and_those_of_the_last_hour_for_nothing(
    house: House, meeting: int, post: Post
) -> None:
    house.at("2023-03-10 10:00")
    post.round()
    actions.list_matter(house.office, SECRETARIAT, meeting, "一", now=house.now)
    house.later(minutes=6)
    actions.list_matter(house.office, SECRETARIAT, meeting, "二", now=house.now)
    house.later(minutes=6)
    assert post.round() == {}
    house.later(minutes=4)
    text = post.round()["joho-bukai-1"]
    assert "加わった議題　一\n" in text and "加わった議題　二\n" in text
    house.at("2023-03-10 13:58")
    actions.list_matter(house.office, SECRETARIAT, meeting, "三", now=house.now)
    assert "加わった議題　三\n" in post.round()["joho-bukai-1"]


def test_no_change_made_before_the_sitting_is_untold_when_it_begins(
    house: House, meeting: int, post: Post
) -> None:
    """Whenever it is made, to the last minute."""
    for number, at in enumerate(
        ("03-02 09:00", "03-08 23:00", "03-09 17:00", "03-10 12:59", "03-10 13:59"), 1
    ):
        house.at(f"2023-{at}")
        actions.list_matter(house.office, SECRETARIAT, meeting, f"議題{number}", now=house.now)
        post.round()
    told: set[str] = set()
    house.at("2023-03-10 13:59")
    told.update(*(post.round(),))
    assert not untold(house, meeting)


def test_a_reminder_and_a_move_tell_of_the_changes_and_nobody_is_told_twice(
    house: House, meeting: int, post: Post
) -> None:
    actions.list_matter(house.office, SECRETARIAT, meeting, "次回の日程", now=house.now)
    house.at("2023-03-07 09:00")
    reminders = post.round()
    assert sorted(reminders) == INVITED
    assert all("加わった議題　次回の日程" in text for text in reminders.values())
    house.at("2023-03-09 09:00")
    assert post.round() == {}
    actions.list_matter(house.office, SECRETARIAT, meeting, "その他", now=house.now)
    starts = moment("2023-03-10 15:00")
    actions.move_meeting(
        house.office, SECRETARIAT, meeting, starts_at=starts, ends_at=starts + timedelta(hours=1), reason="都合",
        now=house.now,
    )  # fmt: skip
    text = post.round()["joho-bukai-1"]
    assert text.startswith("【会議の変更】") and "加わった議題　その他" in text
    house.later(hours=1)
    assert post.round() == {}


def test_what_a_sending_back_takes_off_is_told(house: House, meeting: int, post: Post) -> None:
    house.open_every_gate("other")
    house.advance("other")
    house.a_version(key="other")
    later = house.a_meeting(days=20)
    actions.list_item(house.office, SECRETARIAT, later, "other", "outline_bukai", now=house.now)
    post.round()
    house.later(minutes=1)
    house.send_back("policy", "other")
    assert items(house, later) == []
    post.round()
    tell(house, later)
    text = post.round()["joho-bukai-1"]
    assert "外れた議題　DX推進計画" in text and "（理由　差戻し: 方針の見直し）" in text


def test_a_change_is_told_once_though_the_process_dies(house: House, meeting: int, post: Post) -> None:
    actions.list_matter(house.office, SECRETARIAT, meeting, "次回の日程", now=house.now)
    tell(house, meeting)
    post.sink.raw.clear()
    post.sink.to.clear()
    with pytest.raises(Crash):
        tick(house.office, CrashingMailer(post.settings), post.settings, lambda: house.now)
    house.now += LEASE
    tick(house.office, mailer_of(post.settings), post.settings, lambda: house.now)
    mails = {(to, str(mail["Message-ID"])) for to, mail in zip(post.sink.to, post.sink.mails, strict=True)}
    assert sorted(to.partition("@")[0] for to, _ in mails) == INVITED


def test_two_that_tell_by_themselves_tell_once(house: House, meeting: int) -> None:
    actions.list_matter(house.office, SECRETARIAT, meeting, "次回の日程", now=house.now)
    house.at("2023-03-09 09:30")
    assert tell_agenda_changes_due(house.office, now=house.now) == 1
    assert tell_agenda_changes_due(house.office, now=house.now) == 0
    with house.office.reading() as db:
        events = db.scalars(select(Event).where(Event.tag == Tag.AGENDA_TOLD)).all()
    assert [event.by for event in events] == [None]
    notices.claim(house.office, house.now)


def test_a_circular_tells_of_its_changes_while_it_goes_round(house: House, post: Post) -> None:
    number = house.a_meeting(form=MeetingForm.IN_WRITING)
    post.round()
    house.later(minutes=1)
    actions.list_matter(house.office, SECRETARIAT, number, "追加", now=house.now)
    house.later(minutes=11)
    assert "加わった議題　追加" in post.round()["joho-bukai-1"]


@pytest.mark.parametrize("by", ["joho_bukai_1", "ict_honbu_office", "tanto"])
def test_only_its_secretariat_tells(house: House, meeting: int, by: str) -> None:
    actions.list_matter(house.office, SECRETARIAT, meeting, "次回の日程", now=house.now)
    with pytest.raises(NotAllowed):
        actions.tell_agenda_changes(house.office, by, meeting, now=house.now)


def test_the_page_says_what_is_untold_and_asks_before_it_tells(house: House, meeting: int) -> None:
    secretary = Browser(house, SECRETARIAT)
    assert "まだ知らせていない議題の変更" not in secretary.see(f"/meetings/{meeting}")
    actions.list_matter(house.office, SECRETARIAT, meeting, "次回の日程", now=house.now)
    shown = secretary.see(f"/meetings/{meeting}")
    assert "まだ知らせていない議題の変更" in shown and "令和5年3月9日（木）09:00 に自動で知らせます" in shown
    assert "まだ知らせていない" not in Browser(house, "joho_bukai_1").see(f"/meetings/{meeting}")
    asked = secretary.send(f"/meetings/{meeting}/agenda/tell")
    assert "4 通" in asked and "加わった議題" in asked and "次回の日程" in asked
    assert untold(house, meeting)
    assert "議題の変更を知らせます" in secretary.do(f"/meetings/{meeting}/agenda/tell")
    assert not untold(house, meeting)


# --- the rule ----------------------------------------------------------------------------------------


def event(seq: int, tag: Tag, item: int | None = None, order: tuple[int, ...] = ()) -> AgendaEvent:
    return AgendaEvent(
        seq, moment("2023-03-01 09:00"), tag, item, order, "都合" if tag is Tag.ITEM_REMOVED else ""
    )


def test_changes_are_what_is_left_of_the_events_since() -> None:
    events = [
        event(1, Tag.ITEM_LISTED, 1), event(2, Tag.ITEM_LISTED, 2), event(3, Tag.ITEM_LISTED, 3),
        event(4, Tag.MEETING_CALLED), event(5, Tag.ITEM_REMOVED, 2), event(6, Tag.ITEM_LISTED, 4),
        event(7, Tag.ITEM_LISTED, 5), event(8, Tag.ITEM_REMOVED, 5), event(9, Tag.ITEMS_ORDERED, None, (3, 1, 4)),
    ]  # fmt: skip
    assert changes_since(events, 4) == AgendaChanges((4,), ((2, "都合"),), reordered=True)
    assert changes_since(events, 8) == AgendaChanges(reordered=True)
    assert not changes_since(events, 9)
    there_and_back = [
        *events,
        event(10, Tag.ITEMS_ORDERED, None, (1, 3, 4)),
        event(11, Tag.ITEMS_ORDERED, None, (3, 1, 4)),
    ]
    assert not changes_since(there_and_back, 9)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ("2023-03-01 09:00", "2023-03-09 09:00"),
        ("2023-03-09 08:55", "2023-03-09 09:05"),
        ("2023-03-10 12:00", "2023-03-10 12:10"),
        ("2023-03-10 13:30", "2023-03-10 13:30"),
    ],
)
def test_when_a_change_is_told_by_itself(changed: str, told: str) -> None:
    assert told_by_itself_at(moment("2023-03-10 14:00"), moment(changed), ()) == moment(told)


def test_what_a_letter_held_that_was_listed_after_the_call_is_missed_when_it_is_taken_off(
    house: House, post: Post
) -> None:
    """The letter of a call holds the agenda of when it goes out."""
    number = house.a_meeting(days=20)
    item = actions.list_matter(house.office, SECRETARIAT, number, "会長の選出", now=house.now)
    assert not untold(house, number)
    assert "会長の選出" in post.round()["joho-bukai-1"]
    assert not untold(house, number)
    house.later(minutes=1)
    actions.remove_item(house.office, SECRETARIAT, item, "次回に送る", now=house.now)
    assert untold(house, number) == AgendaChanges(removed=((item, "次回に送る"),))
    tell(house, number)
    assert "外れた議題　会長の選出" in post.round()["joho-bukai-1"]


def test_who_left_before_a_change_keeps_nothing_untold(house: House, meeting: int, post: Post) -> None:
    with house.office.reading() as db:
        seat = queries.person(db, "joho_bukai_2", house.now.date()).seats[0].term.number
    actions.end_seat(house.office, "admin", seat, house.now.date(), now=house.now)
    assert "御出席は不要" in post.round()["joho-bukai-2"]
    actions.list_matter(house.office, SECRETARIAT, meeting, "次回の日程", now=house.now)
    tell(house, meeting)
    assert sorted(post.round()) == [name for name in INVITED if name != "joho-bukai-2"]
    assert not untold(house, meeting)


def test_what_is_put_between_is_an_item_more_and_no_other_order(house: House, meeting: int) -> None:
    with house.office.reading() as db:
        first, *_ = [line.id for line in agenda_lines(db, meeting, agenda(db, meeting))]
    between = actions.list_matter(house.office, SECRETARIAT, meeting, "追加", after=first, now=house.now)
    ahead = actions.list_item(
        house.office, SECRETARIAT, meeting, "other", "policy_bukai", after=FIRST, now=house.now
    )
    with house.office.reading() as db:
        told = untold_changes(db, meeting)
        order = [line.id for line in agenda_lines(db, meeting, agenda(db, meeting))]
    assert order[:3] == [ahead, first, between]
    assert told == AgendaChanges(added=(ahead, between))
    actions.order_items(house.office, SECRETARIAT, meeting, order[::-1], now=house.now)
    with house.office.reading() as db:
        assert untold_changes(db, meeting).reordered


def test_the_letter_is_shown_before_it_goes_as_each_will_get_it(
    house: House, meeting: int, post: Post
) -> None:
    actions.list_matter(house.office, SECRETARIAT, meeting, "次回の日程", now=house.now)
    secretary = Browser(house, SECRETARIAT)
    asked = secretary.send(f"/meetings/{meeting}/agenda/tell")
    letters = [
        html.unescape(each)
        for each in re.findall(r'<div class="card letter"[^>]*>(.*?)</div>', asked, re.DOTALL)
    ]
    assert len(letters) == 1 and "次回の日程" in letters[0]
    assert all(f"{name}@city.example.jp" in asked for name in INVITED)
    assert post.round() == {} and untold(house, meeting)
    secretary.do(f"/meetings/{meeting}/agenda/tell")
    sent = post.round()
    assert sorted(sent) == INVITED
    for text in sent.values():
        assert set(letters[0].split("\n")) <= set(text.split("\n"))
