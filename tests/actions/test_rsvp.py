"""Answers to the invitation to a meeting: who gives one, until when, and which one counts."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError

from definitions.terms import Role
from tests.support.mailbox import mailed
from tests.support.scenario import LONG_AGO, House
from workflow import actions
from workflow.actions import GivenRsvp
from workflow.actions.rsvp import ANSWERS_AT_ONCE, mint_rsvp_link
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import BadInput, NotAllowed, NotNow, RsvpLinkUnusable, TooManyTries
from workflow.domain.meetings import MeetingForm
from workflow.domain.rsvp import Expected, Intent, Way
from workflow.queries import Waiting, worklist
from workflow.queries.actor import actor
from workflow.queries.bodies import body_rule
from workflow.queries.log import log_page
from workflow.queries.meetings import meeting as meeting_of
from workflow.queries.people import person_id
from workflow.queries.rsvp import Answer, expected_at, invited
from workflow.store.tables import Rsvp

SECRETARIAT, CHAIR, ONE, TWO = "joho_bukai_office", "joho_bukai_chair", "joho_bukai_1", "joho_bukai_2"
COMES, STAYS_AWAY = GivenRsvp(Intent.ATTENDS), GivenRsvp(Intent.ABSENT)


def answers(house: House, meeting: int) -> dict[str, Answer | None]:
    with house.office.reading() as db:
        return {each.seat.key: each.answer for each in invited(db, meeting_of(db, meeting))}


def intents(house: House, meeting: int) -> dict[str, Intent | None]:
    return {key: each.intent if each else None for key, each in answers(house, meeting).items()}


def expectation(house: House, meeting: int) -> Expected:
    with house.office.reading() as db:
        held = meeting_of(db, meeting)
        return expected_at(body_rule(db, held.body_key), invited(db, held))


def give(house: House, by: str, meeting: int, reply: GivenRsvp = COMES, member: str | None = None) -> None:
    actions.give_rsvp(house.office, by, meeting, reply, member=member, now=house.now)


def a_link(house: House, meeting: int, member: str = ONE) -> str:
    with house.office.writing() as db:
        return mailed(db, mint_rsvp_link(meeting, person_id(db, member), house.now))


def by_link(house: House, token: str, reply: GivenRsvp = COMES) -> None:
    actions.give_rsvp_by_link(house.office, token, reply, now=house.now)


def test_the_newest_answer_of_a_member_counts_and_every_one_is_kept(house: House) -> None:
    meeting = house.a_meeting()
    give(house, ONE, meeting)
    house.later(hours=1)
    give(house, ONE, meeting, GivenRsvp(Intent.ABSENT, remark="出張のため"))
    found = answers(house, meeting)[ONE]
    assert found and (found.intent, found.remark, found.way) == (Intent.ABSENT, "出張のため", Way.PAGE)
    with house.office.reading() as db:
        assert db.scalar(select(func.count()).select_from(Rsvp)) == 2
    with pytest.raises(DBAPIError, match="append-only"), house.office.writing() as db:
        db.execute(delete(Rsvp))


def test_the_same_answer_again_is_no_new_one(house: House) -> None:
    meeting = house.a_meeting()
    for _ in range(3):
        give(house, ONE, meeting)
    with house.office.reading() as db:
        assert db.scalar(select(func.count()).select_from(Rsvp)) == 1


@pytest.mark.parametrize("chain", ["shingikai_gian"])
def test_the_attendance_to_expect_stands_beside_the_quorum(house: House) -> None:
    meeting = house.a_meeting("shingikai")
    give(house, "shingikai_1", meeting)
    give(house, "shingikai_2", meeting, STAYS_AWAY)
    assert expectation(house, meeting) == Expected(members=3, attending=1, absent=1, needed=2)
    give(house, "shingikai_chair", meeting)
    assert expectation(house, meeting).enough


def test_the_secretariat_enters_what_a_member_told_by_telephone(house: House) -> None:
    meeting = house.a_meeting()
    give(house, SECRETARIAT, meeting, GivenRsvp(Intent.ATTENDS, remark="電話で"), ONE)
    found = answers(house, meeting)[ONE]
    assert found and (found.way, found.by_key) == (Way.ENTERED, SECRETARIAT)


def test_nobody_else_answers_for_a_member(house: House) -> None:
    meeting = house.a_meeting()
    for by in (TWO, "ict_honbu_office", "tanto", "admin"):
        with pytest.raises(NotAllowed, match="会議体の事務局"):
            give(house, by, meeting, member=ONE)
    with pytest.raises(NotAllowed):
        give(house, "tanto", meeting)
    assert intents(house, meeting) == {CHAIR: None, ONE: None, TWO: None}


def test_a_deputy_answers_for_their_principal_while_they_are_one(house: House) -> None:
    meeting = house.a_meeting()
    house.a_person("deputy", "代理 次郎")
    last = tokyo_day(house.now)
    actions.name_deputy(house.office, "admin", ONE, "deputy", LONG_AGO, until=last, now=house.now)
    give(house, "deputy", meeting, member=ONE)
    house.later(days=1)
    with pytest.raises(NotAllowed):
        give(house, "deputy", meeting, STAYS_AWAY, ONE)
    assert intents(house, meeting)[ONE] is Intent.ATTENDS


def test_a_deputy_who_comes_is_named(house: House) -> None:
    meeting = house.a_meeting()
    house.a_person("deputy", "代理 次郎")
    with pytest.raises(BadInput, match="代理の方を選ぶか、氏名を書いて"):
        give(house, ONE, meeting, GivenRsvp(Intent.BY_DEPUTY))
    with pytest.raises(BadInput, match="届けられていません"):
        give(house, ONE, meeting, GivenRsvp(Intent.BY_DEPUTY, deputy="deputy"))
    give(house, ONE, meeting, GivenRsvp(Intent.BY_DEPUTY, deputy_name="財政課 主査"))
    actions.name_deputy(house.office, "admin", TWO, "deputy", LONG_AGO, now=house.now)
    with pytest.raises(BadInput, match="どちらか一方"):
        give(house, TWO, meeting, GivenRsvp(Intent.BY_DEPUTY, deputy="deputy", deputy_name="主査"))
    give(house, TWO, meeting, GivenRsvp(Intent.BY_DEPUTY, deputy="deputy"))
    found = answers(house, meeting)
    one, two = found[ONE], found[TWO]
    assert one and (one.deputy, one.deputy_key) == ("財政課 主査", None)
    assert two and (two.deputy, two.deputy_key) == ("代理 次郎", "deputy")
    assert expectation(house, meeting).attending == 2


def test_who_is_a_member_on_the_day_of_the_meeting_answers(house: House) -> None:
    meeting = house.a_meeting(days=7)
    house.a_person("late", "後任 三郎")
    begins = tokyo_day(house.now) + timedelta(days=5)
    actions.seat(house.office, "admin", "late", "joho_bukai", Role.MEMBER, begins, now=house.now)
    give(house, "late", meeting)
    assert intents(house, meeting)["late"] is Intent.ATTENDS


def test_an_answer_counts_for_the_time_it_was_given_for(house: House) -> None:
    meeting = house.a_meeting(days=7)
    give(house, ONE, meeting)
    with house.office.reading() as db:
        starts_at = meeting_of(db, meeting).starts_at

    def move(days: int) -> None:
        begins = starts_at + timedelta(days=days)
        actions.move_meeting(
            house.office, SECRETARIAT, meeting, starts_at=begins, ends_at=begins + timedelta(hours=2),
            reason="会場", now=house.now,
        )  # fmt: skip

    move(3)
    assert intents(house, meeting)[ONE] is None, "they said they would come on another day"
    give(house, ONE, meeting, STAYS_AWAY)
    move(0)
    assert intents(house, meeting)[ONE] is Intent.ATTENDS, "moved back, the first answer holds again"


def test_no_answer_is_taken_once_it_is_of_no_use_and_the_refusal_says_what_instead(house: House) -> None:
    cancelled, in_writing = house.a_meeting(), house.a_meeting(form=MeetingForm.IN_WRITING)
    actions.cancel_meeting(house.office, SECRETARIAT, cancelled, "台風", now=house.now)
    with pytest.raises(NotNow, match="この会議は中止です。出欠の回答は要りません"):
        give(house, ONE, cancelled)
    with pytest.raises(NotNow, match="議題ごとに賛否を答えてください"):
        give(house, ONE, in_writing)
    begun = house.a_meeting(days=1)
    house.later(days=1)
    with pytest.raises(NotNow, match="出欠は、事務局にお知らせください"):
        give(house, ONE, begun)
    with pytest.raises(NotNow):
        give(house, SECRETARIAT, begun, member=ONE)


def test_a_link_answers_for_its_member_alone(house: House) -> None:
    meeting = house.a_meeting()
    by_link(house, a_link(house, meeting), STAYS_AWAY)
    found = answers(house, meeting)
    one = found[ONE]
    assert one and (one.intent, one.way, one.by_key) == (Intent.ABSENT, Way.LINK, ONE)
    assert found[TWO] is None and found[CHAIR] is None


def test_every_mailed_link_of_a_member_stays_good(house: House) -> None:
    meeting = house.a_meeting()
    first, second = a_link(house, meeting), a_link(house, meeting)
    by_link(house, second)
    by_link(house, first, STAYS_AWAY)
    assert intents(house, meeting)[ONE] is Intent.ABSENT


def test_a_link_ends_with_the_meeting(house: House) -> None:
    held, cancelled = house.a_meeting(days=1), house.a_meeting(days=9)
    links = a_link(house, held), a_link(house, cancelled)
    actions.cancel_meeting(house.office, SECRETARIAT, cancelled, "台風", now=house.now)
    with pytest.raises(RsvpLinkUnusable, match="中止になりました"):
        by_link(house, links[1])
    house.later(days=1, hours=1)
    with pytest.raises(NotNow, match="事務局にお知らせください"):
        by_link(house, links[0])
    house.later(hours=1)
    with pytest.raises(RsvpLinkUnusable, match="は終わりました"):
        by_link(house, links[0])


def test_a_link_ends_when_its_member_leaves_the_body(house: House) -> None:
    meeting = house.a_meeting(days=7)
    token = a_link(house, meeting)
    actions.end_terms(house.office, "admin", ONE, tokyo_day(house.now), now=house.now)
    with pytest.raises(RsvpLinkUnusable, match="異動や任期の終わり"):
        by_link(house, token)
    assert intents(house, meeting).keys() == {CHAIR, TWO}


def test_the_secretariat_revokes_links_and_later_mails_have_new_ones(house: House) -> None:
    meeting = house.a_meeting()
    mine, theirs = a_link(house, meeting, ONE), a_link(house, meeting, TWO)
    with pytest.raises(NotAllowed):
        actions.revoke_rsvp_links(house.office, ONE, meeting, now=house.now)
    assert actions.revoke_rsvp_links(house.office, SECRETARIAT, meeting, ONE, now=house.now) == 1
    with pytest.raises(RsvpLinkUnusable, match="新しいメール"):
        by_link(house, mine)
    by_link(house, theirs)
    by_link(house, a_link(house, meeting, ONE))
    assert actions.revoke_rsvp_links(house.office, SECRETARIAT, meeting, now=house.now) == 2


def test_a_link_sent_to_an_older_address_ends_with_it(house: House) -> None:
    token = a_link(house, house.a_meeting())
    actions.change_person(
        house.office, "admin", ONE, email="new@city.example.jp", proof=actions.OwnMachine(), now=house.now
    )
    with pytest.raises(RsvpLinkUnusable):
        by_link(house, token)


def test_a_link_does_not_fill_the_records(house: House) -> None:
    token = a_link(house, house.a_meeting())
    for number in range(ANSWERS_AT_ONCE):
        by_link(house, token, GivenRsvp(Intent.ATTENDS, remark=str(number)))
    with pytest.raises(TooManyTries):
        by_link(house, token, STAYS_AWAY)
    house.later(minutes=15)
    by_link(house, token, STAYS_AWAY)


def test_the_log_says_who_answered_how_but_not_why(house: House) -> None:
    meeting = house.a_meeting()
    give(house, ONE, meeting, GivenRsvp(Intent.ABSENT, remark="入院のため"))
    with house.office.reading() as db:
        newest = log_page(db, actor(db, "admin", tokyo_day(house.now))).events[0]
    assert "欠席（画面）" in newest.words and "入院" not in f"{newest.words}{newest.data}"


def test_the_day_of_the_meeting_is_what_membership_is_asked_of(house: House) -> None:
    actions.end_terms(house.office, "admin", TWO, date(2023, 3, 5), now=house.now)
    meeting = house.a_meeting(days=7)
    with pytest.raises(NotAllowed):
        give(house, TWO, meeting)


def tasks(house: House, who: str) -> list[tuple[int | None, str | None]]:
    """The invitations that wait on the person's worklist, each with the person it waits for in truth."""
    with house.office.reading() as db:
        found = worklist(db, who, house.now)
    return [(task.meeting, task.principal) for task in found if task.kind is Waiting.RSVP]


def test_an_invitation_waits_for_its_member_until_it_is_answered(house: House) -> None:
    starts = house.now + timedelta(days=5)
    draft = actions.prepare_meeting(
        house.office, SECRETARIAT, "joho_bukai", "準備中", starts_at=starts, ends_at=starts, place="室",
        now=house.now,
    )  # fmt: skip
    meeting = house.a_meeting()
    house.a_meeting(form=MeetingForm.IN_WRITING)
    for who in (CHAIR, ONE, TWO):
        assert tasks(house, who) == [(meeting, None)], who
    for who in (SECRETARIAT, "tanto", "ict_honbu_1"):
        assert tasks(house, who) == [], who
    give(house, ONE, meeting, STAYS_AWAY)
    assert tasks(house, ONE) == [] and tasks(house, TWO) == [(meeting, None)]
    actions.summon(house.office, SECRETARIAT, draft, now=house.now)
    assert tasks(house, ONE) == [(draft, None)] and tasks(house, TWO) == [(draft, None), (meeting, None)]
    starts = house.now + timedelta(days=9)
    actions.move_meeting(
        house.office, SECRETARIAT, meeting, starts_at=starts, ends_at=starts, reason="都合", now=house.now
    )
    assert tasks(house, ONE) == [(draft, None), (meeting, None)]
    actions.cancel_meeting(house.office, SECRETARIAT, draft, "台風", now=house.now)
    assert tasks(house, ONE) == [(meeting, None)]
    house.now = starts
    assert tasks(house, ONE) == []


def test_it_waits_for_the_members_of_the_meetings_day(house: House) -> None:
    today = tokyo_day(house.now)
    meeting, later = house.a_meeting(), house.a_meeting(days=20)
    actions.end_terms(house.office, "admin", ONE, today + timedelta(days=10), now=house.now)
    actions.seat(
        house.office, "admin", "tanto", "joho_bukai", Role.MEMBER, today + timedelta(days=11), now=house.now
    )
    assert tasks(house, ONE) == [(meeting, None)]
    assert tasks(house, "tanto") == [(later, None)]


def test_it_waits_for_the_deputy_of_who_is_away_too(house: House) -> None:
    meeting, today = house.a_meeting(), tokyo_day(house.now)
    house.a_person("stand_in")
    actions.name_deputy(
        house.office, "admin", ONE, "stand_in", today, until=today + timedelta(days=9), absence=True,
        now=house.now,
    )  # fmt: skip
    assert tasks(house, "stand_in") == [(meeting, "情報化推進部会 委員1")]
    give(house, "stand_in", meeting, STAYS_AWAY, member=ONE)
    assert tasks(house, "stand_in") == [] and tasks(house, ONE) == []
