"""Letters about minutes, by a real mail server: the chair is asked to confirm them, the 事務局 reminded of their deadlines."""

from dataclasses import replace

import pytest

from definitions.chain import Chain
from definitions.load import shipped
from definitions.terms import Role
from notifications.kinds import Kind
from notifications.outbox import listing
from notifications.scheduler import tick
from notifications.transport import mailer_of
from tests.support.scenario import LONG_AGO, House, moment
from tests.support.smtp_server import Sink
from tests.support.web_client import Browser, mail_settings
from workflow import actions
from workflow.domain.deliveries import State
from workflow.domain.minutes import MinutesKind
from workflow.queries import Waiting, worklist
from workflow.store.database import Office

OFFICE, CHAIR = "joho_bukai_office", "joho_bukai_chair"
SUMMARY = MinutesKind.SUMMARY


@pytest.fixture
def meeting(house: House) -> int:
    """A meeting of the 部会 that is over."""
    number = house.a_meeting()
    house.later(days=7, hours=1).everybody_attends("joho_bukai", number)
    actions.close_meeting(house.office, OFFICE, number, now=house.now)
    return number


def sent(house: House, sink: Sink) -> list[tuple[str, str]]:
    """The letters that a round sends: to whom, and their text."""
    sink.raw.clear()
    sink.to.clear()
    settings = replace(
        mail_settings(house.office.files.parent), smtp_host="localhost", smtp_port=sink.port, starttls=False
    )
    tick(house.office, mailer_of(settings), settings, lambda: house.now)
    found = []
    for address, mail in zip(sink.to, sink.mails, strict=True):
        body = mail.get_body(("plain",))
        assert body is not None
        found.append((address.partition("@")[0], f"{mail['Subject']}\n{body.get_content()}"))
    return found


def put(house: House) -> None:
    actions.put_minutes(house.office, OFFICE, 1, SUMMARY, now=house.now)


def test_the_chair_is_asked_once_and_not_after_they_answered(house: House, sink: Sink, meeting: int) -> None:
    sent(house, sink)
    put(house)
    ((whom, words),) = sent(house, sink)
    assert whom == "joho-bukai-chair"
    assert words.startswith("【概要の確認】情報化推進部会（第1版）")
    assert "/meetings/1/minutes" in words and "令和5年3月8日（水）09:00" in words
    assert sent(house, sink) == []
    actions.return_minutes(house.office, CHAIR, 1, SUMMARY, "直す", now=house.now)
    house.later(minutes=5)
    put(house)
    actions.confirm_minutes(house.office, CHAIR, 1, SUMMARY, seen=0, now=house.now)
    assert sent(house, sink) == []


@pytest.fixture
def chain() -> None:
    """None of the prepared offices: the chain is one of these tests alone."""


@pytest.fixture
def house(office: Office) -> House:
    """An office under the shipped chain, whose 部会 has its 概要 within two business days and its 会議録 within five."""
    raw = shipped("itabashi_dx_2025").model_dump(mode="json", by_alias=True)
    raw["bodies"][0]["minutes"] = {"summary_days": 2, "full_days": 5}
    raw["reminders"] = [
        {"key": "summary", "kind": "summary_deadline", "audience": "secretariat", "when": "当日 09:00"},
        {"key": "whole", "kind": "minutes_deadline", "audience": "secretariat", "when": "3営業日前 09:00"},
    ]
    return House(office, Chain.model_validate(raw))


def reminders(house: House, sink: Sink) -> list[tuple[str, str]]:
    return [(whom, words.partition("\n")[0]) for whom, words in sent(house, sink) if "作成期限" in words]


def test_the_secretariat_is_reminded_once_of_each_text_that_is_not_final(
    house: House, sink: Sink, meeting: int
) -> None:
    """The meeting was on Wednesday the 8th: the 概要 is due on Friday, the 会議録 on the next Wednesday."""
    house.at("2023-03-10 08:59")
    assert reminders(house, sink) == []
    house.at("2023-03-10 09:00")
    both = [
        ("joho-bukai-office", "【概要の作成期限】情報化推進部会（令和5年3月10日（金）まで）"),
        ("joho-bukai-office", "【会議録の作成期限】情報化推進部会（令和5年3月15日（水）まで）"),
    ]
    assert sorted(reminders(house, sink)) == sorted(both)
    for at in ("2023-03-10 09:30", "2023-03-13 09:00", "2023-03-15 09:00"):
        assert reminders(house.at(at), sink) == []


def test_nobody_is_reminded_of_a_text_that_is_final(house: House, sink: Sink, meeting: int) -> None:
    put(house)
    actions.confirm_minutes(house.office, CHAIR, 1, SUMMARY, seen=0, now=house.now)
    house.at("2023-03-10 09:00")
    assert [words[:9] for _, words in reminders(house, sink)] == ["【会議録の作成期限"]


def test_a_reminder_missed_while_the_server_was_down_is_recorded_and_not_sent(
    house: House, sink: Sink, meeting: int
) -> None:
    assert reminders(house.at("2023-03-13 09:00"), sink) == [
        ("joho-bukai-office", "【会議録の作成期限】情報化推進部会（令和5年3月15日（水）まで）")
    ]
    with house.office.reading() as db:
        states = {each.kind: each.state for each in listing(db, 1) if "期限" in each.kind.label}
    assert states == {Kind.SUMMARY_DEADLINE: State.MISSED, Kind.MINUTES_DEADLINE: State.SENT}


def test_a_meeting_entered_long_after_it_was_held_reminds_of_nothing(house: House, sink: Sink) -> None:
    house.at("2023-06-01 09:00")
    starts_at = moment("2023-03-08 09:00")
    actions.enter_meeting(
        house.office, OFFICE, "joho_bukai", "会議", starts_at=starts_at, ends_at=starts_at, place="室", now=house.now
    )  # fmt: skip
    assert reminders(house, sink) == []


def test_the_worklist_tells_of_deadlines_until_the_texts_are_final(house: House, meeting: int) -> None:
    def words(person: str) -> list[str]:
        with house.office.reading() as db:
            tasks = worklist(db, person, house.now)
        kinds = (Waiting.SUMMARY_DUE, Waiting.MINUTES_DUE, Waiting.CONFIRM_MINUTES)
        return [each.words for each in tasks if each.kind in kinds]

    assert words(OFFICE) == [
        "情報化推進部会の概要（令和5年3月10日（金）まで）",
        "情報化推進部会の会議録（令和5年3月15日（水）まで）",
    ]
    house.at("2023-03-13 09:00")
    assert words(OFFICE)[0] == "情報化推進部会の概要（遅れ 3 日）"
    assert "遅れ 3 日" in Browser(house, OFFICE).see("/")
    assert words(CHAIR) == []
    put(house)
    assert words(CHAIR) == ["情報化推進部会の概要の確認"]
    actions.confirm_minutes(house.office, CHAIR, 1, SUMMARY, seen=0, now=house.now)
    assert words(CHAIR) == []
    assert words(OFFICE) == ["情報化推進部会の会議録（令和5年3月15日（水）まで）"]


def test_the_vice_chair_who_presided_is_asked(house: House, sink: Sink) -> None:
    house.a_person("vice")
    actions.seat(house.office, "admin", "vice", "joho_bukai", Role.VICE_CHAIR, LONG_AGO, now=house.now)
    number = house.a_meeting()
    house.later(days=7, hours=1)
    there = {"vice": actions.Seated(present=True), CHAIR: actions.Seated(present=False)}
    actions.enter_attendance(house.office, OFFICE, number, there, now=house.now)
    actions.close_meeting(house.office, OFFICE, number, now=house.now)
    sent(house, sink)
    put(house)
    assert [whom for whom, _ in sent(house, sink)] == ["vice"]
