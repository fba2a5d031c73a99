"""Letters about a plan beside its schedule, over a real mail server: warned of once, told of once when late, and nothing that
is no longer true. The 部会 is due on Thursday, 2023-06-15: five business days before it is the 8th."""

from datetime import date

import pytest
from sqlalchemy import update

from definitions.terms import Outcome
from notifications.kinds import Kind
from tests.support.outbox_scenario import SINCE, PostRoom
from workflow import actions
from workflow.domain.deliveries import State
from workflow.domain.plans import Status
from workflow.domain.schedules import Line, PlanSchedule
from workflow.store.database import Office
from workflow.store.tables import Plan

DUE = (Kind.PLAN_DUE, Kind.PLAN_LATE)


def schedule(room: PostRoom, when: str, seen: int = 0) -> None:
    lines = (Line(when, body="bukai", gates=("bukai_ok",)),)
    actions.change_schedule(
        room.office,
        "tanto",
        "dx",
        PlanSchedule((), lines),
        "部会の日程",
        "部長の了解",
        seen=seen,
        now=room.now,
    )


@pytest.fixture
def room(room: PostRoom) -> PostRoom:
    schedule(room, "2023-06-15")
    return room


def mails(room: PostRoom) -> list[tuple[str, str]]:
    """(recipient, subject and text) of each mail."""
    found = []
    for to, mail in zip(room.sink.to, room.sink.mails, strict=True):
        plain = mail.get_body(("plain",))
        assert plain is not None and mail.get_body(("html",)) is not None
        found.append((to.partition("@")[0], f"{mail['Subject']}\n{plain.get_content()}"))
    return found


def states(room: PostRoom) -> list[tuple[Kind, State]]:
    return [(line.kind, line.state) for line in room.lines() if line.kind in DUE]


# --- warned -----------------------------------------------------------------------------------------------


def test_staff_are_warned_once_five_business_days_before(room: PostRoom) -> None:
    room.quiet().at("2023-06-08 08:59").tick()
    assert room.sink.to == []
    room.at("2023-06-08 09:00").tick()
    room.at("2023-06-08 12:00").tick()
    room.at("2023-06-12 09:00").tick()
    [(to, text)] = mails(room)
    assert to == "tanto"
    assert text.startswith("【まもなく期限】DX推進計画（令和5年6月15日（木）まで）")
    assert "内　容　情報化推進部会（部会の了承）" in text
    assert "期　日　令和5年6月15日（木）（工程表（第1回変更）による）" in text
    assert "いま進めない理由　部会の了承" in text
    assert "次に逃せない日　「部会の了承」は令和5年6月15日（木）を逃すと、" in text
    assert "決定は早くて令和5年6月30日（金）" in text
    assert "会議は、まだ招集されていません" in text
    assert "/plans/dx#gates" in text and "/plans/dx/schedule" in text


def test_closed_days_do_not_count(room: PostRoom) -> None:
    actions.close_day(room.office, "admin", date(2023, 6, 9), "創立記念日", now=room.now)
    room.quiet().at("2023-06-07 09:00").tick()
    assert [to for to, _ in mails(room)] == ["tanto"]


def test_what_is_on_an_agenda_in_time_is_not_warned_of(room: PostRoom) -> None:
    room.item(room.meeting("2023-06-14 14:00"))
    room.quiet().at("2023-06-08 09:00").tick()
    assert states(room) == []


def test_an_agenda_after_the_day_does_not_help_and_stands_in_the_letter(room: PostRoom) -> None:
    room.item(room.meeting("2023-06-20 14:00"))
    room.quiet().at("2023-06-08 09:00").tick()
    [(_, text)] = mails(room)
    assert "次の会議　第1回 情報化推進部会　令和5年6月20日（火）" in text and "/meetings/1" in text


def test_a_warning_whose_day_passed_while_the_server_was_down_is_listed_as_missed(room: PostRoom) -> None:
    room.quiet().at("2023-06-16 09:00").tick()
    assert states(room) == [(Kind.PLAN_DUE, State.MISSED), (Kind.PLAN_LATE, State.SENT)]


# --- late -------------------------------------------------------------------------------------------------


def test_staff_are_told_once_on_the_first_business_day_after_it(room: PostRoom) -> None:
    room.at("2023-06-08 09:00").quiet().at("2023-06-16 08:59").tick()
    assert room.sink.to == []
    for moment in ("2023-06-16 09:00", "2023-06-16 09:01", "2023-06-19 09:00", "2023-07-03 09:00"):
        room.at(moment).tick()
    [(to, text)] = mails(room)
    assert to == "tanto"
    assert text.startswith("【遅れ 1 日】DX推進計画（令和5年6月15日（木）まで）")
    assert "遅　れ　1 日" in text and "情報化推進部会（部会の了承）" in text
    assert "次に逃せない日　「" in text and "決定は早くて" in text


def test_the_days_are_those_of_the_moment_of_sending(room: PostRoom) -> None:
    room.at("2023-06-08 09:00").quiet().at("2023-06-20 10:00").tick()
    [(_, text)] = mails(room)
    assert text.startswith("【遅れ 5 日】")


def test_what_was_done_in_time_is_not_late(room: PostRoom) -> None:
    meeting = room.meeting("2023-06-14 14:00")
    room.at("2023-06-14 16:00").decision(room.item(meeting), meeting, Outcome.APPROVED)
    room.quiet().at("2023-06-16 09:00").tick()
    assert states(room) == []


def test_everybody_of_the_department_is_told_and_nobody_else(room: PostRoom) -> None:
    actions.post(room.office, "admin", "one", "it", SINCE, now=room.now)
    room.at("2023-06-08 09:00").quiet().at("2023-06-16 09:00").tick()
    assert sorted(to for to, _ in mails(room)) == ["one", "tanto"]


def test_several_servers_and_a_restart_send_it_once(room: PostRoom) -> None:
    room.at("2023-06-08 09:00").quiet().at("2023-06-16 09:00")
    room.tick()
    again = Office(room.office.url, room.office.files)
    other = PostRoom.__new__(PostRoom)
    other.__dict__ |= room.__dict__ | {"office": again}
    other.at("2023-06-16 09:05").tick()
    room.at("2023-06-16 09:06").tick()
    again.close()
    assert [to for to, _ in mails(room)] == ["tanto"]


# --- what is no longer true -------------------------------------------------------------------------------


def test_nothing_is_sent_for_a_schedule_that_was_changed(room: PostRoom) -> None:
    room.quiet().at("2023-06-07 10:00")
    schedule(room, "2023-06-30", seen=1)
    room.at("2023-06-08 09:00").tick()
    room.at("2023-06-16 09:00").tick()
    assert states(room) == []
    room.at("2023-06-23 09:00").tick()
    [(_, text)] = mails(room)
    assert text.startswith("【まもなく期限】DX推進計画（令和5年6月30日（金）まで）") and "第2回変更" in text


def test_a_letter_that_waits_is_dropped_when_the_schedule_changes(room: PostRoom) -> None:
    room.quiet().set(smtp_port=1).at("2023-06-08 09:00").tick()
    assert states(room) == [(Kind.PLAN_DUE, State.PENDING)]
    room.at("2023-06-08 10:00")
    schedule(room, "2023-06-30", seen=1)
    room.set(smtp_port=room.sink.port).at("2023-06-09 09:00").tick()
    assert states(room) == [(Kind.PLAN_DUE, State.DROPPED)]
    assert room.sink.to == []


def test_whoever_changed_the_schedule_after_its_time_is_not_told_again(room: PostRoom) -> None:
    room.at("2023-06-16 09:00").quiet().at("2023-06-16 10:00")
    both = (Line("2023-06-15", body="bukai", gates=("bukai_ok",)), Line("2023-07-20", event="説明会"))
    actions.change_schedule(
        room.office, "tanto", "dx", PlanSchedule((), both), "説明会", "部長の了解", seen=1, now=room.now
    )
    room.at("2023-06-19 09:00").tick()
    assert room.sink.to == []


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.WITHDRAWN, Status.FINISHED])
def test_a_plan_that_does_not_run_gets_nothing(room: PostRoom, status: Status) -> None:
    room.quiet()
    with room.office.writing() as db:
        db.execute(update(Plan).values(status=status))
    room.at("2023-06-08 09:00").tick()
    room.at("2023-06-16 09:00").tick()
    assert states(room) == []
