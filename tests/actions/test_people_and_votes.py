"""People as of a day, deputies, votes, 決裁 and public comments."""

from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import select

from definitions.terms import Outcome, Role
from tests.support.scenario import LONG_AGO, House
from workflow import actions, queries
from workflow.actions import Seated
from workflow.domain.calendar import end_of_day, tokyo_day
from workflow.domain.comments import Author, Disposition, Route
from workflow.domain.errors import AlreadyDone, BadInput, IdentityUnconfirmed, NotAllowed, NotNow
from workflow.domain.gates import GateClosed
from workflow.domain.meetings import MeetingForm
from workflow.domain.votes import Choice
from workflow.queries.actor import actor
from workflow.queries.people import auditors
from workflow.store.database import Office
from workflow.store.tables import CommentPeriod, Opinion

# --- terms -------------------------------------------------------------------------------------------


def test_a_meeting_entered_late_finds_the_members_of_its_own_day(house: House) -> None:
    house.a_plan()
    house.a_version()
    held = house.now - timedelta(days=20)
    house.a_person("newcomer", "新任 委員")
    actions.seat(
        house.office, "admin", "newcomer", "joho_bukai", Role.MEMBER, tokyo_day(house.now), now=house.now
    )
    actions.end_terms(
        house.office, "admin", "joho_bukai_1", tokyo_day(house.now) - timedelta(days=1), now=house.now
    )
    meeting = actions.enter_meeting(
        house.office, "joho_bukai_office", "joho_bukai", "第0回", starts_at=held, ends_at=held + timedelta(hours=1),
        place="室", now=house.now,
    )  # fmt: skip
    there = {"joho_bukai_1": Seated(present=True)}
    actions.enter_attendance(house.office, "joho_bukai_office", meeting, there, now=house.now)
    with pytest.raises(BadInput, match="開催日の委員ではありません"):
        actions.enter_attendance(
            house.office, "joho_bukai_office", meeting, {"newcomer": Seated(present=True)}, now=house.now
        )


def test_a_chair_who_moved_on_has_no_rights_but_their_decision_stands(house: House) -> None:
    house.a_plan()
    house.a_version()
    item = house.an_item("policy_bukai")
    actions.record_outcome(house.office, "joho_bukai_chair", item, Outcome.APPROVED, now=house.now)
    actions.end_terms(house.office, "admin", "joho_bukai_chair", tokyo_day(house.now), now=house.now)
    house.later(days=1)
    assert not any("情報化推進部会の了承" in words for words in house.why())
    with pytest.raises(NotAllowed):
        actions.correct_decision(house.office, "joho_bukai_chair", 1, Outcome.RETURNED, "誤り", now=house.now)


def test_only_a_named_deputy_sits_in(house: House) -> None:
    meeting = house.a_meeting("joho_bukai")
    house.later(days=8)
    house.a_person("stand_in", "代理 者")
    sitting = {"joho_bukai_1": Seated(present=True, deputy="stand_in")}
    with pytest.raises(BadInput, match="代理者として届けられていません"):
        actions.enter_attendance(house.office, "joho_bukai_office", meeting, sitting, now=house.now)
    actions.name_deputy(house.office, "admin", "joho_bukai_1", "stand_in", LONG_AGO, now=house.now)
    actions.enter_attendance(house.office, "joho_bukai_office", meeting, sitting, now=house.now)


def test_a_term_that_ends_before_it_begins_is_refused(house: House) -> None:
    with pytest.raises(BadInput, match="より前です"):
        actions.seat(
            house.office, "admin", "tanto", "joho_bukai", Role.MEMBER, date(2023, 4, 1), until=date(2023, 3, 1),
            now=house.now,
        )  # fmt: skip


def test_nobody_sits_twice_in_the_same_seat(house: House) -> None:
    with pytest.raises(AlreadyDone, match="既に委員です"):
        actions.seat(
            house.office, "admin", "joho_bukai_1", "joho_bukai", Role.MEMBER, date(2023, 1, 1), now=house.now
        )


def test_only_an_administrator_keeps_the_list_of_people(house: House) -> None:
    with pytest.raises(NotAllowed, match="システム管理者"):
        actions.add_person(house.office, "tanto", "friend", "友人", "f@city.example.jp", now=house.now)


def test_the_last_administrator_does_not_leave(house: House) -> None:
    today = tokyo_day(house.now)
    with pytest.raises(BadInput, match="システム管理者がいなくなります"):
        actions.end_terms(house.office, "admin", "admin", today, now=house.now)
    actions.name_administrator(
        house.office, "admin", "tanto", today, proof=actions.OwnMachine(), now=house.now
    )
    assert actions.end_terms(house.office, "admin", "admin", today, now=house.now) == 1


# --- votes -------------------------------------------------------------------------------------------


def test_an_absent_chair_breaks_no_tie_the_vice_chair_does(office: Office) -> None:
    house = House(office, "shingikai_gian")
    house.a_plan()
    house.a_version()
    house.a_person("vice")
    actions.seat(office, "admin", "vice", "shingikai", Role.VICE_CHAIR, LONG_AGO, now=house.now)
    item = house.an_item("consultation_shingikai")
    there = {"shingikai_chair": Seated(present=False), "vice": Seated(present=True)}
    actions.enter_attendance(office, "shingikai_office", 1, there, now=house.now)
    actions.cast_vote(office, "shingikai_1", item, Choice.FOR, now=house.now)
    actions.cast_vote(office, "shingikai_2", item, Choice.AGAINST, now=house.now)
    with pytest.raises(NotNow, match="主宰した会長"):
        actions.cast_deciding_vote(office, "shingikai_chair", item, Choice.FOR, now=house.now)
    actions.cast_deciding_vote(office, "vice", item, Choice.FOR, now=house.now)
    assert actions.decide_by_votes(office, "shingikai_office", item, now=house.now)


def test_members_answer_in_writing_until_the_last_moment(house: House) -> None:
    house.a_plan()
    house.a_version()
    item = house.an_item("policy_bukai", form=MeetingForm.IN_WRITING, days=5)
    with house.office.reading() as db:
        assert [t.kind for t in queries.worklist(db, "joho_bukai_1", house.now)] == ["answer"]
    actions.cast_vote(house.office, "joho_bukai_1", item, Choice.FOR, now=house.now)
    with pytest.raises(AlreadyDone, match="既に回答済み"):
        actions.cast_vote(house.office, "joho_bukai_1", item, Choice.AGAINST, now=house.now)
    actions.take_back_vote(house.office, "joho_bukai_1", item, now=house.now)
    actions.cast_vote(house.office, "joho_bukai_1", item, Choice.AGAINST, now=house.now)
    with house.office.reading() as db:
        assert queries.worklist(db, "joho_bukai_1", house.now) == []
    with pytest.raises(NotAllowed):
        actions.cast_vote(house.office, "tanto", item, Choice.FOR, now=house.now)
    house.later(days=6)
    with pytest.raises(NotNow, match="回答期限"):
        actions.take_back_vote(house.office, "joho_bukai_1", item, now=house.now)


def test_a_deputy_answers_in_their_principals_name(house: House) -> None:
    house.a_plan()
    house.a_version()
    item = house.an_item("policy_bukai", form=MeetingForm.IN_WRITING)
    with pytest.raises(NotAllowed):
        actions.cast_vote(house.office, "tanto", item, Choice.FOR, member="joho_bukai_1", now=house.now)
    actions.name_deputy(house.office, "admin", "joho_bukai_1", "tanto", LONG_AGO, now=house.now)
    actions.cast_vote(house.office, "tanto", item, Choice.FOR, member="joho_bukai_1", now=house.now)


# --- 決裁 ----------------------------------------------------------------------------------------------


@pytest.fixture
def before_signing(house: House) -> House:
    house.a_plan(at="proposal")
    house.a_version()
    for gate in ("proposal_bukai", "proposal_honbu", "proposal_iinkai"):
        house.agree(gate)
    return house


def test_a_deputys_signature_opens_the_gate_and_owes_a_review(before_signing: House) -> None:
    house = before_signing
    house.a_person("vice", "副区長")
    with pytest.raises(NotAllowed, match="決裁"):
        actions.sign(house.office, "vice", "dx", "decision_mayor", seen=house.text(), now=house.now)
    actions.name_deputy(house.office, "admin", "mayor", "vice", LONG_AGO, now=house.now)
    with house.office.reading() as db:
        assert "sign" in [t.kind for t in queries.worklist(db, "vice", house.now)]
    number = actions.sign(house.office, "vice", "dx", "decision_mayor", seen=house.text(), now=house.now)
    assert house.why() == []
    with house.office.reading() as db:
        assert [t.kind for t in queries.worklist(db, "mayor", house.now)] == ["review"]
    with pytest.raises(NotAllowed, match="後閲"):
        actions.review_signoff(house.office, "vice", number, now=house.now)
    actions.review_signoff(house.office, "mayor", number, now=house.now)
    with house.office.reading() as db:
        assert queries.worklist(db, "mayor", house.now) == []
    with pytest.raises(AlreadyDone, match="後閲が済んでいる"):
        actions.take_back_signoff(house.office, "vice", number, "誤り", now=house.now)


def test_nobody_signs_what_the_bodies_have_not_agreed_to(house: House) -> None:
    house.a_plan(at="proposal")
    house.a_version()
    with pytest.raises(GateClosed):
        actions.sign(house.office, "mayor", "dx", "decision_mayor", seen=house.text(), now=house.now)


def test_a_refused_signature_keeps_the_gate_shut_with_its_reason(before_signing: House) -> None:
    house = before_signing
    with pytest.raises(BadInput, match="決裁しない理由"):
        actions.sign(
            house.office, "mayor", "dx", "decision_mayor", approve=False, seen=house.text(), now=house.now
        )
    actions.sign(
        house.office,
        "mayor",
        "dx",
        "decision_mayor",
        approve=False,
        note="予算を確かめる",
        seen=house.text(),
        now=house.now,
    )
    assert "返されました" in house.why()[0]
    actions.sign(house.office, "mayor", "dx", "decision_mayor", seen=house.text(), now=house.now)
    assert house.why() == []


def test_a_decision_cannot_be_taken_back_under_a_signature(before_signing: House) -> None:
    house = before_signing
    number = actions.sign(house.office, "mayor", "dx", "decision_mayor", seen=house.text(), now=house.now)
    with house.office.reading() as db:
        last = queries.history(db, house.plan())[-2].data["decision"]
    with pytest.raises(AlreadyDone, match="決裁が既に済んだ"):
        actions.take_back_decision(house.office, "kikaku_iinkai_office", last, "誤り", now=house.now)
    actions.take_back_signoff(house.office, "mayor", number, "誤り", now=house.now)
    actions.take_back_decision(house.office, "kikaku_iinkai_office", last, "誤り", now=house.now)


# --- パブリックコメント --------------------------------------------------------------------------------


@pytest.fixture
def asking(house: House) -> House:
    """A plan whose public comment opened today."""
    house.a_plan(at="public_comment")
    day = tokyo_day(house.now)
    actions.open_comment(house.office, "tanto", "dx", "comment_period", day, now=house.now)
    return house


def _write(house: House, *opinions: str, route: Route = Route.POST, name: str = "区民") -> str:
    return actions.receive_opinions(
        house.office, "tanto", "dx", Author(name), opinions, route=route, received_at=house.now, now=house.now
    )


def _opinions(house: House) -> list[int]:
    with house.office.reading() as db:
        return list(db.scalars(select(Opinion.id).order_by(Opinion.id)))


def _answer(house: House, *opinions: int) -> None:
    actions.answer_opinions(
        house.office, "tanto", "dx", opinions, summary="概要", answer="考え方", disposition=Disposition.REFLECTED,
        now=house.now,
    )  # fmt: skip


def test_opinions_and_persons_are_counted_apart_and_late_ones_kept(asking: House) -> None:
    house = asking.later(hours=1)
    first = _write(house, "一", "二", route=Route.FAX)
    second = _write(house, "三", route=Route.POST)
    assert (first, second) == ("1-0001", "1-0002")
    house.later(days=30)
    _write(house, "遅れた意見")
    with house.office.reading() as db:
        period = db.scalars(select(CommentPeriod.id)).one()
        counted = queries.comment_counts(db, period)
    assert (counted.opinions, counted.persons) == (3, 2)
    assert counted.by_route == {"fax": 1, "post": 1}
    assert (counted.late_opinions, counted.late_persons) == (1, 1)


def test_the_plan_stays_until_every_opinion_is_answered_and_published(asking: House) -> None:
    house = asking.later(hours=1)
    _write(house, "一", "二")
    assert "募集中です" in house.why()[0]
    with pytest.raises(NotNow, match="24:00"):
        actions.publish_result(house.office, "tanto", "dx", now=house.now)
    house.later(days=30)
    assert "回答（区の考え方）のない意見が 2 件" in house.why()[0]
    with pytest.raises(NotNow, match="2 件"):
        actions.publish_result(house.office, "tanto", "dx", now=house.now)
    _answer(house, *_opinions(house))
    assert "まだ公表されていません" in house.why()[0]
    actions.publish_result(house.office, "tanto", "dx", now=house.now)
    assert house.why() == []
    with pytest.raises(AlreadyDone, match="公表されています"):
        _answer(house, *_opinions(house))


def test_the_period_ends_at_24_hours_of_its_last_day(asking: House) -> None:
    house = asking
    with house.office.reading() as db:
        last = db.scalars(select(CommentPeriod.closes_on)).one()
    house.now = end_of_day(last) - timedelta(seconds=1)
    _write(house, "間に合った")
    house.now = end_of_day(last)
    _write(house, "遅れた")
    with house.office.reading() as db:
        counted = queries.comment_counts(db, 1)
    assert (counted.opinions, counted.late_opinions) == (1, 1)


def test_a_shorter_period_needs_a_recorded_reason(house: House) -> None:
    house.a_plan(at="public_comment")
    day = tokyo_day(house.now)
    soon = day + timedelta(days=6)
    with pytest.raises(BadInput, match="19 日に足りません"):
        actions.open_comment(
            house.office, "tanto", "dx", "comment_period", day, closes_on=soon, now=house.now
        )
    actions.open_comment(
        house.office, "tanto", "dx", "comment_period", day, closes_on=soon, shortened_why="法改正に合わせるため",
        now=house.now,
    )  # fmt: skip
    house.now = end_of_day(soon)
    actions.publish_result(house.office, "tanto", "dx", now=house.now)
    assert house.why() == []


def test_an_opinion_before_the_period_or_from_the_future_is_refused(house: House) -> None:
    house.a_plan(at="public_comment")
    day = tokyo_day(house.now) + timedelta(days=3)
    actions.open_comment(house.office, "tanto", "dx", "comment_period", day, now=house.now)
    with pytest.raises(NotNow, match="募集は"):
        _write(house, "早すぎる")
    with pytest.raises(BadInput, match="これからの日時"):
        actions.receive_opinions(
            house.office, "tanto", "dx", Author("区民"), ["未来"], route=Route.POST,
            received_at=house.now + timedelta(days=9), now=house.now,
        )  # fmt: skip


def test_what_the_public_writes_is_never_in_the_log(asking: House) -> None:
    """The log is read by auditors; names and words of the public are personal and stay in their own table."""
    house = asking.later(hours=1)
    _write(house, "ひみつの意見", name="匿名 希望")
    with house.office.reading() as db:
        last = queries.history(db, house.plan())[-1]
    assert "ひみつ" not in str(last.data) and "匿名" not in str(last.data)


def test_an_auditor_is_named_and_ended_by_administrators_and_serves_by_that_alone(house: House) -> None:
    house.a_person("kansa")
    name = partial(actions.name_auditor, house.office, person="kansa", since=LONG_AGO, now=house.now)
    with pytest.raises(NotAllowed):
        name(by="tanto", proof=actions.OwnMachine())
    with pytest.raises(IdentityUnconfirmed):
        name(by="admin")
    name(by="admin", proof=actions.OwnMachine())
    today = tokyo_day(house.now)
    with house.office.reading() as db:
        assert [each.key for each in auditors(db, today)] == ["kansa"]
        (term,) = queries.person(db, "kansa", today).auditor
        assert actor(db, "kansa", today).auditor and not actor(db, "admin", today).auditor
    yesterday = today - timedelta(days=1)
    actions.end_auditor(house.office, "admin", term.number, yesterday, now=house.now)
    with pytest.raises(AlreadyDone):
        actions.end_auditor(house.office, "admin", term.number, yesterday, now=house.now)
    with house.office.reading() as db:
        assert auditors(db, today) == [] and auditors(db, yesterday) != []
        assert actor(db, "kansa", today).left
