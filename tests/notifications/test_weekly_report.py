"""The weekly report to the chiefs of departments, over a real mail server: one mail about all their plans, on Monday at
nine. The 部会 was due on Thursday, 2023-06-15; the Monday after it is the 19th."""

from datetime import date

import pytest
from sqlalchemy import insert, update

from notifications.kinds import Kind
from tests.support.outbox_scenario import CHAIN, MAIN, SINCE, PostRoom
from workflow import actions
from workflow.domain.deliveries import State
from workflow.domain.path import opened, to_rows
from workflow.domain.plans import Status
from workflow.domain.schedules import Line, PlanSchedule
from workflow.store.tables import Plan

REPORT = Kind.PLANS_WEEKLY


@pytest.fixture
def room(room: PostRoom) -> PostRoom:
    """`head` leads IT推進課, `one` is a 係長 of it; it has a plan that runs and one that rests. The report of the week before was
    sent."""
    lines = (Line("2023-06-15", body="bukai", gates=("bukai_ok",)),)
    actions.change_schedule(
        room.office, "tanto", "dx", PlanSchedule((), lines), "部会の日程", "部長の了解", seen=0, now=room.now
    )
    actions.post(room.office, "admin", "head", "it", SINCE, position="IT推進課長", now=room.now)
    actions.post(room.office, "admin", "one", "it", SINCE, position="庶務係長", now=room.now)
    with room.office.writing() as db:
        db.execute(
            insert(Plan).values(
                id=2, key="green", title="緑の計画", chain_sha256="c" * 64, department_key="it",
                stage="outline", status=Status.SUSPENDED, visit=1, revision=1, entered_at=room.now,
                document=MAIN, stretch=1, path=to_rows(opened(CHAIN, room.now)),
            )
        )  # fmt: skip
    return room.at("2023-06-16 10:00").quiet()


def reports(room: PostRoom) -> list[tuple[str, str]]:
    found = []
    for to, mail in zip(room.sink.to, room.sink.mails, strict=True):
        if "計画の週の報告" in str(mail["Subject"]):
            plain = mail.get_body(("plain",))
            assert plain is not None and mail.get_body(("html",)) is not None
            found.append(
                (to.partition("@")[0], f"{mail['Subject']}\n{plain.get_content()}".replace("\r\n", "\n"))
            )
    return found


def test_a_chief_gets_one_mail_a_week_about_all_plans_of_the_department(room: PostRoom) -> None:
    room.at("2023-06-19 08:59").tick()
    assert reports(room) == []
    for moment in ("2023-06-19 09:00", "2023-06-19 09:01", "2023-06-23 17:00"):
        room.at(moment).tick()
    [(to, text)] = reports(room)
    assert to == "head"
    assert text.startswith("【計画の週の報告】令和5年6月19日（月）　2件（遅れ 1件）")
    assert "IT推進課\nIT推進課長　職員 head様" in text
    late, resting = text.split("■ ")[1:]
    assert late.startswith("DX推進計画（IT推進課）")
    assert (
        "段　階　骨子案" in late
        and "遅れ 4 日（情報化推進部会（部会の了承）、令和5年6月15日（木）まで）" in late
    )
    assert "いま進めない理由　部会の了承" in late and "次の会議　なし" in late and "/plans/dx" in late
    assert resting.startswith("緑の計画") and "状　況　中断中、予定なし" in resting


def test_the_next_week_brings_the_next_report(room: PostRoom) -> None:
    room.at("2023-06-19 09:00").tick()
    room.at("2023-06-26 09:00").tick()
    assert [text.split("　")[0].partition("】")[2] for _, text in reports(room)] == [
        "令和5年6月19日（月）",
        "令和5年6月26日（月）",
    ]


def test_on_a_closed_monday_it_waits_for_the_next_business_day(room: PostRoom) -> None:
    actions.close_day(room.office, "admin", date(2023, 6, 19), "創立記念日", now=room.now)
    room.at("2023-06-19 12:00").tick()
    assert reports(room) == []
    room.at("2023-06-20 09:00").tick()
    assert [to for to, _ in reports(room)] == ["head"]


def test_a_report_that_could_not_be_sent_in_its_week_gives_way_to_the_next(room: PostRoom) -> None:
    room.set(smtp_port=1).at("2023-06-19 09:00").tick()
    room.set(smtp_port=room.sink.port).at("2023-06-26 09:00").tick()
    assert [to for to, _ in reports(room)] == ["head"]
    assert room.states(REPORT) == [State.SENT, State.DROPPED, State.SENT]


@pytest.mark.parametrize("status", [Status.FINISHED, Status.WITHDRAWN])
def test_where_no_plan_runs_nothing_is_sent(room: PostRoom, status: Status) -> None:
    with room.office.writing() as db:
        db.execute(update(Plan).values(status=status))
    room.at("2023-06-19 09:00").tick()
    assert reports(room) == [] and room.states(REPORT) == [State.SENT]
