"""Letters about 照会, over a real mail server: asked, reminded once, and nothing that is no longer true."""

from datetime import date

import pytest
from sqlalchemy import update

from notifications import outbox, resending
from notifications.dry_run import rehearse
from notifications.kinds import Kind
from tests.support.outbox_scenario import SINCE, PostRoom
from workflow import actions
from workflow.domain.deliveries import State
from workflow.domain.errors import NotAllowed
from workflow.domain.inquiries import GivenRemark, Silence, Verdict
from workflow.domain.plans import Status
from workflow.store.tables import Plan

DUE = date(2023, 6, 15)


@pytest.fixture
def room(room: PostRoom) -> PostRoom:
    """財政課 with `one` and `two`; 福祉課 with `head`. The asker is `tanto`."""
    for key, name, people in (("finance", "財政課", ("one", "two")), ("welfare", "福祉課", ("head",))):
        actions.add_department(room.office, "admin", key, name, now=room.now)
        for person in people:
            actions.post(room.office, "admin", person, key, SINCE, now=room.now)
    return room


def inquire(room: PostRoom, *departments: str, silence: Silence = Silence.NO_OBJECTION, **how: object) -> int:
    wanted = {"departments": departments, "due_on": DUE, "now": room.now, **how}
    return actions.inquire(
        room.office, "tanto", "dx", "素案への意見", "御意見を\n\nください。", ["用語は正しいか"],
        silence=silence, **wanted,
    )  # type: ignore[arg-type]  # fmt: skip


def answer(room: PostRoom, by: str, *texts: str) -> None:
    remarks = [GivenRemark(text) for text in texts]
    actions.answer_inquiry(room.office, by, "dx", 1, remarks, has_opinion=bool(texts), now=room.now)


def extend(room: PostRoom, due_on: date) -> None:
    actions.extend_inquiry(room.office, "tanto", "dx", 1, due_on, "連休のため", now=room.now)


def words(room: PostRoom, place: int = -1) -> str:
    mail = room.sink.mails[place]
    body = mail.get_body(("plain",))
    assert body is not None
    return f"{mail['Subject']}\n{body.get_content()}"


def people(room: PostRoom) -> list[str]:
    return sorted(address.partition("@")[0] for address in room.sink.to)


# --- asked -------------------------------------------------------------------------------------------------


def test_everybody_of_a_department_is_asked_with_the_day_and_what_silence_means(room: PostRoom) -> None:
    inquire(room, "finance", people=["head"])
    room.tick()
    room.tick()
    assert people(room) == ["head", "one", "two"]
    text = words(room, room.sink.to.index("one@city.example.jp"))
    assert "【照会】素案への意見（令和5年6月15日（木）まで）" in text
    assert "財政課　御中" in text and "問1　用語は正しいか" in text and "御意見を" in text
    assert "計画.docx　第1版（SHA-256 aaaaaaaaaaaa）" in text
    assert "令和5年6月15日（木）の24時まで" in text
    assert "期限までに回答がないときは、異議なしとみなします。" in text
    assert "/plans/dx/inquiries/1" in text and "/plans/dx/versions/1/text" in text


def test_the_confirmation_shows_whom_it_goes_to_before_it_goes(room: PostRoom) -> None:
    mails = rehearse(room.office, lambda o: actions.inquire(
        o, "tanto", "dx", "照会", "御意見を", departments=["finance"], due_on=DUE,
        silence=Silence.ANSWER_WANTED, now=room.now,
    ))  # fmt: skip
    assert [(kind, seat.key) for kind, seat in mails] == [(Kind.INQUIRY, "one"), (Kind.INQUIRY, "two")]
    room.tick()
    assert room.sink.to == []


def test_who_is_added_later_is_asked_and_nobody_anew(room: PostRoom) -> None:
    inquire(room, "finance")
    room.quiet().at("2023-06-02 09:00")
    actions.add_addressees(room.office, "tanto", "dx", 1, departments=["welfare"], now=room.now)
    room.tick()
    assert people(room) == ["head"]


# --- reminded, once ----------------------------------------------------------------------------------------


def test_who_has_not_answered_is_reminded_once_two_business_days_before(room: PostRoom) -> None:
    inquire(room, "finance", "welfare")
    room.quiet()
    answer(room, "head")
    room.at("2023-06-13 08:59").tick()
    assert room.sink.to == []
    room.at("2023-06-13 09:00").tick()
    room.at("2023-06-13 12:00").tick()
    room.at("2023-06-14 09:00").tick()
    assert people(room) == ["one", "two"]
    assert "照会の期限が近づいています" in words(room)


def test_closed_days_do_not_count_before_the_day(room: PostRoom) -> None:
    actions.close_day(room.office, "admin", date(2023, 6, 14), "創立記念日", now=room.now)
    inquire(room, "finance")
    room.quiet().at("2023-06-12 09:00").tick()
    assert people(room) == ["one", "two"]


def test_on_the_business_day_after_it_the_silent_and_the_asker_are_told_once(room: PostRoom) -> None:
    inquire(room, "finance", "welfare")
    room.quiet()
    answer(room, "head", "高い")
    room.at("2023-06-13 09:00").quiet()
    room.at("2023-06-16 08:59").tick()
    assert room.sink.to == []
    for moment in ("2023-06-16 09:00", "2023-06-16 10:00", "2023-06-19 09:00"):
        room.at(moment).tick()
    assert people(room) == ["one", "tanto", "two"]
    text = words(room, room.sink.to.index("tanto@city.example.jp"))
    assert "2件中1件が回答" in text and "意見 1件" in text
    assert "財政課　未回答（異議なしとみなす）" in text and "福祉課　回答" in text
    assert "期限後の回答" in words(room, room.sink.to.index("one@city.example.jp"))


def test_the_asker_is_told_once_when_all_have_answered(room: PostRoom) -> None:
    inquire(room, "finance", "welfare")
    room.quiet()
    answer(room, "head")
    room.tick()
    answer(room, "one", "高い")
    room.at("2023-06-02 09:00").tick()
    answer(room, "two")
    for moment in ("2023-06-02 10:00", "2023-06-13 09:00", "2023-06-16 09:00"):
        room.at(moment).tick()
    assert people(room) == ["tanto"]
    assert "すべての宛先から回答がありました" in words(room)


def test_a_reminder_whose_colleague_answers_before_it_goes_is_dropped(room: PostRoom) -> None:
    inquire(room, "finance")
    room.quiet().at("2023-06-13 09:00")
    outbox.claim(room.office, room.now)
    answer(room, "two")
    room.tick()
    assert room.states(Kind.INQUIRY_DUE) == [State.DROPPED] * 2
    assert people(room) == ["tanto"]


# --- extended, withdrawn -----------------------------------------------------------------------------------


def test_an_extension_is_told_and_drops_the_old_reminder_and_makes_a_new_one(room: PostRoom) -> None:
    inquire(room, "finance")
    room.quiet().at("2023-06-13 09:00")
    room.sink.mode = "delay"
    room.tick()
    extend(room, date(2023, 6, 29))
    room.sink.mode = "accept"
    room.at("2023-06-13 09:30").tick()
    assert room.states(Kind.INQUIRY_DUE) == [State.DROPPED] * 2
    assert people(room) == ["one", "two"] and "期限の延長" in words(room) and "連休のため" in words(room)
    room.sink.to.clear()
    room.at("2023-06-16 09:00").tick()
    assert room.sink.to == []
    room.at("2023-06-27 09:00").tick()
    room.at("2023-06-27 10:00").tick()
    assert people(room) == ["one", "two"] and "6月29日" in words(room)


def test_what_was_extended_within_the_time_of_its_reminder_is_not_reminded_of_again(room: PostRoom) -> None:
    inquire(room, "finance")
    room.quiet().at("2023-06-15 12:00")
    extend(room, date(2023, 6, 16))
    room.tick()
    room.at("2023-06-15 13:00").tick()
    assert people(room) == ["one", "two"] and "期限の延長" in words(room)
    assert room.states(Kind.INQUIRY_DUE) == []


def test_a_withdrawal_is_told_and_whatever_waits_is_dropped(room: PostRoom) -> None:
    inquire(room, "finance")
    actions.withdraw_inquiry(room.office, "tanto", "dx", 1, "素案を改めるため", now=room.now)
    room.tick()
    assert room.states(Kind.INQUIRY) == [State.DROPPED] * 2
    assert people(room) == ["one", "two"]
    assert "照会の取下げ" in words(room) and "素案を改めるため" in words(room)
    for moment in ("2023-06-13 09:00", "2023-06-16 09:00"):
        room.at(moment).tick()
    assert room.states(Kind.INQUIRY_DUE) == room.states(Kind.INQUIRY_TALLY) == []


def test_while_the_plan_is_suspended_nobody_is_reminded(room: PostRoom) -> None:
    inquire(room, "finance")
    room.quiet()
    with room.office.writing() as db:
        db.execute(update(Plan).values(status=Status.SUSPENDED))
    room.at("2023-06-13 09:00").tick()
    assert room.sink.to == []


def test_what_fell_due_while_nothing_ran_is_recorded_as_missed(room: PostRoom) -> None:
    inquire(room, "finance", silence=Silence.ANSWER_WANTED)
    room.quiet().at("2023-06-19 09:00").tick()
    assert room.states(Kind.INQUIRY_DUE) == [State.MISSED] * 2
    assert room.states(Kind.INQUIRY_OVERDUE) == [State.SENT] * 2


def test_the_asking_department_sends_a_letter_again_and_others_do_not(room: PostRoom) -> None:
    inquire(room, "finance")
    room.quiet()
    [first, _] = room.lines(Kind.INQUIRY)
    with pytest.raises(NotAllowed):
        resending.resend(room.office, "one", first.id, now=room.now)
    resending.resend(room.office, "tanto", first.id, now=room.now)
    room.tick()
    assert words(room).startswith("【再送】【照会】")


# --- what was made of their remarks ------------------------------------------------------------------------


def respond(room: PostRoom, remark: int, verdict: Verdict, reason: str) -> None:
    actions.respond_to_remark(room.office, "tanto", "dx", 1, remark, verdict, reason, now=room.now)


def test_who_answered_gets_one_letter_when_all_their_remarks_have_a_response(room: PostRoom) -> None:
    inquire(room, "finance", "welfare")
    answer(room, "one", "図が古い", "表が長い")
    answer(room, "head", "用語が硬い")
    room.quiet()
    respond(room, 1, Verdict.ADOPTED, "図を改めた")
    room.tick()
    assert people(room) == []
    room.at("2023-06-02 10:00")
    respond(room, 2, Verdict.NOT_ADOPTED, "法令の表のとおり")
    room.tick()
    room.tick()
    assert people(room) == ["one", "two"]
    text = words(room)
    assert "御意見への対応（素案への意見）" in text
    assert "【採用】図を改めた" in text and "【不採用】法令の表のとおり" in text and "用語が硬い" not in text


def test_all_responses_of_a_round_go_in_one_letter_and_another_verdict_in_another(room: PostRoom) -> None:
    inquire(room, "welfare")
    answer(room, "head", "一", "二", "三")
    room.quiet()
    for remark in (1, 2, 3):
        respond(room, remark, Verdict.ADOPTED, f"改めた{remark}")
    room.tick()
    assert people(room) == ["head"] and all(f"改めた{remark}" in words(room) for remark in (1, 2, 3))
    room.quiet().at("2023-06-03 10:00")
    respond(room, 2, Verdict.PARTLY, "一部だけ改めた")
    room.tick()
    assert people(room) == ["head"] and "【一部採用】一部だけ改めた" in words(room)


def test_an_answer_given_anew_makes_the_letter_on_the_earlier_one_needless(room: PostRoom) -> None:
    inquire(room, "welfare")
    answer(room, "head", "一")
    room.quiet()
    respond(room, 1, Verdict.ADOPTED, "改めた")
    answer(room, "head", "一の二")
    room.tick()
    assert people(room) == []
