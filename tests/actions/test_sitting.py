"""A body at its meeting: who sits there, how they voted, and what the page is told is what will be decided."""

import pytest
from sqlalchemy import select

from definitions.terms import Outcome
from tests.support.scenario import LONG_AGO, House
from workflow import actions
from workflow.actions import Seated
from workflow.domain.decisions import Manner
from workflow.domain.errors import AlreadyDone, BadInput, NotAllowed, NotNow
from workflow.domain.events import Tag
from workflow.domain.meetings import MeetingForm
from workflow.domain.minutes import MinutesKind
from workflow.domain.votes import Choice
from workflow.queries.agenda import agenda
from workflow.queries.attendance import Poll, places, polls
from workflow.queries.minutes import current_text
from workflow.store.database import Office
from workflow.store.tables import Decision, Event, Meeting

SECRETARIAT = "shingikai_office"


def council(office: Office) -> House:
    """A house whose 審議会 votes: half or more must be there, the chair decides a tie."""
    house = House(office, "shingikai_gian")
    house.a_plan()
    house.a_version()
    return house


def poll(house: House, item: int, meeting: int = 1) -> Poll:
    with house.office.reading() as db:
        held = db.get_one(Meeting, meeting)
        return polls(db, held, house.chain.body(held.body_key), places(db, held))[item]


def vote(house: House, item: int, **choices: Choice) -> None:
    for who, choice in choices.items():
        person = f"shingikai_{who.removeprefix('member')}"
        actions.cast_vote(house.office, person, item, choice, now=house.now)


def test_the_tally_shown_is_the_tally_counted(office: Office) -> None:
    house = council(office)
    item = house.an_item("consultation_shingikai")
    vote(house, item, member1=Choice.FOR, member2=Choice.AGAINST)
    shown = poll(house, item)
    with office.reading() as db:
        assert shown.tally == actions.current_tally(db, item)
    assert (shown.tally.in_favour, shown.tally.against, shown.tally.carried) == (1, 1, None)


def test_only_those_whose_answer_would_count_are_waited_for(office: Office) -> None:
    house = council(office)
    item = house.an_item("consultation_shingikai")
    actions.enter_attendance(office, SECRETARIAT, 1, {"shingikai_2": Seated(present=False)}, now=house.now)
    assert poll(house, item).missing == ["基本計画審議会 委員1"]
    vote(house, item, member1=Choice.FOR)
    assert poll(house, item).missing == []
    actions.remove_item(office, SECRETARIAT, item, "書面で諮るため", now=house.now)
    written = house.an_item("consultation_shingikai", form=MeetingForm.IN_WRITING)
    assert poll(house, written, meeting=2).missing == ["基本計画審議会 委員1", "基本計画審議会 委員2"]


def test_a_chair_who_presides_over_a_circular_breaks_the_tie(office: Office) -> None:
    house = council(office)
    item = house.an_item("consultation_shingikai", form=MeetingForm.IN_WRITING)
    vote(house, item, member1=Choice.FOR, member2=Choice.AGAINST)
    assert poll(house, item).tally.carried is None
    actions.cast_deciding_vote(office, "shingikai_chair", item, Choice.FOR, now=house.now)
    shown = poll(house, item)
    assert (shown.tally.in_favour, shown.tally.against, shown.deciding) == (1, 1, Choice.FOR)
    actions.decide_by_votes(office, SECRETARIAT, item, now=house.now)
    with office.reading() as db:
        decided = agenda(db, 1)[0].decided
    assert decided is not None and decided.outcome is Outcome.ADVISED


def test_a_deciding_vote_taken_back_leaves_the_tie(office: Office) -> None:
    house = council(office)
    item = house.an_item("consultation_shingikai")
    vote(house, item, member1=Choice.FOR, member2=Choice.AGAINST)
    actions.cast_deciding_vote(office, "shingikai_chair", item, Choice.AGAINST, now=house.now)
    assert poll(house, item).tally.carried is False
    actions.take_back_vote(office, "shingikai_chair", item, now=house.now)
    assert poll(house, item).tally.carried is None


def test_a_deputy_votes_from_the_place_they_sit_in(office: Office) -> None:
    house = council(office)
    house.a_person("stand_in", "代理 次郎")
    actions.name_deputy(office, "admin", "shingikai_1", "stand_in", LONG_AGO, now=house.now)
    item = house.an_item("consultation_shingikai")
    there = {"shingikai_1": Seated(present=True, deputy="stand_in")}
    actions.enter_attendance(office, SECRETARIAT, 1, there, now=house.now)
    with office.reading() as db:
        sat = places(db, db.get_one(Meeting, 1))
    mine = [each.seat.key for each in sat if each.filled_by("stand_in", in_writing=False)]
    assert mine == ["shingikai_1"]
    assert not any(each.filled_by("shingikai_1", in_writing=False) for each in sat)
    actions.cast_vote(office, "stand_in", item, Choice.FOR, member="shingikai_1", now=house.now)
    vote = next(a for a in poll(house, item).votes if a.place.seat.key == "shingikai_1")
    assert vote.by is not None
    assert (vote.choice, vote.by.name) == (Choice.FOR, "代理 次郎")


def test_nothing_is_counted_while_nobody_has_voted(office: Office) -> None:
    house = council(office)
    item = house.an_item("consultation_shingikai")
    with pytest.raises(NotNow, match=r"まだ誰も採決していません.*挙手の結果を記録する"):
        actions.decide_by_votes(office, SECRETARIAT, item, now=house.now)
    vote(house, item, member1=Choice.FOR)
    actions.take_back_vote(office, "shingikai_1", item, now=house.now)
    with pytest.raises(NotNow, match="まだ誰も採決していません"):
        actions.decide_by_votes(office, SECRETARIAT, item, now=house.now)
    with office.reading() as db:
        assert agenda(db, 1)[0].decided is None


def test_nothing_is_counted_while_nobody_has_answered_in_writing(office: Office) -> None:
    house = council(office)
    item = house.an_item("consultation_shingikai", form=MeetingForm.IN_WRITING)
    with pytest.raises(NotNow, match="まだ誰も回答していません。委員の回答を待ってください"):
        actions.decide_by_votes(office, SECRETARIAT, item, now=house.now)


def test_the_secretariat_enters_a_show_of_hands_and_counts_it(office: Office) -> None:
    house = council(office)
    item = house.an_item("consultation_shingikai")
    hands = {"shingikai_1": Choice.FOR, "shingikai_2": Choice.FOR}
    actions.enter_votes(office, SECRETARIAT, item, hands, now=house.now)
    shown = poll(house, item)
    assert (shown.tally.in_favour, shown.missing) == (2, [])
    assert {vote.by.key for vote in shown.votes if vote.by} == {SECRETARIAT}
    actions.decide_by_votes(office, SECRETARIAT, item, now=house.now)
    with office.reading() as db:
        decided = agenda(db, 1)[0].decided
    assert decided is not None and decided.outcome is Outcome.ADVISED


def test_a_vote_already_cast_is_kept_unless_the_hands_differ(office: Office) -> None:
    house = council(office)
    item = house.an_item("consultation_shingikai")
    vote(house, item, member1=Choice.FOR, member2=Choice.FOR)
    hands = {"shingikai_1": Choice.FOR, "shingikai_2": Choice.AGAINST}
    actions.enter_votes(office, SECRETARIAT, item, hands, reason="押し間違いを本人に確認", now=house.now)
    by = {a.place.seat.key: (a.choice, a.by.key) for a in poll(house, item).votes if a.by}
    assert by == {"shingikai_1": (Choice.FOR, "shingikai_1"), "shingikai_2": (Choice.AGAINST, SECRETARIAT)}
    with office.reading() as db:
        logged = db.scalars(select(Event.seq).where(Event.tag == Tag.VOTE_CAST)).all()
    assert len(logged) == 3


def test_a_hand_of_a_seat_filled_by_a_deputy_counts_for_the_seat(office: Office) -> None:
    house = council(office)
    house.a_person("stand_in", "代理 次郎")
    actions.name_deputy(office, "admin", "shingikai_1", "stand_in", LONG_AGO, now=house.now)
    item = house.an_item("consultation_shingikai")
    there = {"shingikai_1": Seated(present=True, deputy="stand_in")}
    actions.enter_attendance(office, SECRETARIAT, 1, there, now=house.now)
    actions.enter_votes(office, SECRETARIAT, item, {"shingikai_1": Choice.FOR}, now=house.now)
    vote = poll(house, item).vote_of("shingikai_1")
    assert vote is not None and vote.choice is Choice.FOR


@pytest.mark.parametrize(
    ("member", "choice", "refusal"),
    [
        ("shingikai_2", Choice.FOR, "委員2さんの出席が記録されていません"),
        ("shingikai_chair", Choice.FOR, "可否同数のときに決します"),
        ("tanto", Choice.FOR, "「tanto」は開催日の委員ではありません"),
        ("shingikai_1", Choice.WITHDRAWN, "票ではありません"),
    ],
)
def test_one_hand_that_cannot_count_keeps_all_from_being_entered(
    office: Office, member: str, choice: Choice, refusal: str
) -> None:
    house = council(office)
    item = house.an_item("consultation_shingikai")
    actions.enter_attendance(office, SECRETARIAT, 1, {"shingikai_2": Seated(present=False)}, now=house.now)
    with pytest.raises(BadInput, match=refusal):
        hands = {"shingikai_1": Choice.FOR} | {member: choice}
        actions.enter_votes(office, SECRETARIAT, item, hands, now=house.now)
    assert poll(house, item).tally.cast == 0


def test_a_show_of_hands_is_the_secretariats_to_enter_at_a_sitting_until_it_decides(office: Office) -> None:
    house = council(office)
    item = house.an_item("consultation_shingikai")
    hands = {"shingikai_1": Choice.FOR, "shingikai_2": Choice.FOR}
    with pytest.raises(NotAllowed):
        actions.enter_votes(office, "shingikai_1", item, hands, now=house.now)
    actions.enter_votes(office, SECRETARIAT, item, hands, now=house.now)
    actions.decide_by_votes(office, SECRETARIAT, item, now=house.now)
    with pytest.raises(AlreadyDone, match="既に決しています"):
        actions.enter_votes(office, SECRETARIAT, item, hands, now=house.now)
    house.a_plan("other")
    house.a_version(key="other")
    written = house.an_item("consultation_shingikai", "other", form=MeetingForm.IN_WRITING)
    with pytest.raises(NotNow, match="持ち回りでは、委員か代理者が回答します"):
        actions.enter_votes(office, SECRETARIAT, written, hands, now=house.now)


def test_a_correction_does_not_claim_that_its_outcome_was_voted(office: Office) -> None:
    house = council(office)
    first = house.agree("consultation_shingikai")
    new = actions.correct_decision(
        office, SECRETARIAT, first, Outcome.CONTINUED, "議事録の誤り", now=house.now
    )
    with office.reading() as db:
        manners = [db.get_one(Decision, number).manner for number in (first, new)]
    assert manners == [Manner.TALLIED, Manner.RECORDED]


def test_a_meeting_in_writing_is_not_decided_while_an_answer_is_missing(house: House) -> None:
    house.a_plan()
    house.a_version()
    item = house.an_item("policy_bukai", form=MeetingForm.IN_WRITING)
    for member in ("joho_bukai_chair", "joho_bukai_1"):
        actions.cast_vote(house.office, member, item, Choice.FOR, now=house.now)
    with pytest.raises(NotNow, match="まだ回答していない委員が 1 人います"):
        actions.record_outcome(house.office, "joho_bukai_office", item, Outcome.APPROVED, now=house.now)
    actions.cast_vote(house.office, "joho_bukai_2", item, Choice.AGAINST, now=house.now)
    assert actions.record_outcome(house.office, "joho_bukai_office", item, Outcome.APPROVED, now=house.now)


def test_a_meeting_in_writing_is_decided_at_its_deadline_whoever_answered(house: House) -> None:
    house.a_plan()
    house.a_version()
    item = house.an_item("policy_bukai", form=MeetingForm.IN_WRITING)
    actions.cast_vote(house.office, "joho_bukai_1", item, Choice.FOR, now=house.now)
    house.later(days=7, hours=2)
    assert actions.record_outcome(house.office, "joho_bukai_office", item, Outcome.APPROVED, now=house.now)


def test_who_is_absent_is_nobodys_deputy(house: House) -> None:
    actions.name_deputy(house.office, "admin", "joho_bukai_1", "joho_bukai_2", LONG_AGO, now=house.now)
    meeting = house.a_meeting()
    house.later(days=7, hours=1)
    there = {"joho_bukai_1": Seated(present=True, deputy="joho_bukai_2")}
    absent = {"joho_bukai_2": Seated(present=False)}
    with pytest.raises(BadInput, match="欠席と記録されています"):
        actions.enter_attendance(house.office, "joho_bukai_office", meeting, there | absent, now=house.now)
    actions.enter_attendance(house.office, "joho_bukai_office", meeting, there, now=house.now)
    with pytest.raises(BadInput, match="欠席と記録されています"):
        actions.enter_attendance(house.office, "joho_bukai_office", meeting, absent, now=house.now)


def test_a_meeting_is_closed_without_words_and_has_a_summary_all_the_same(house: House) -> None:
    meeting = house.a_meeting()
    house.later(days=7, hours=1).everybody_attends("joho_bukai", meeting)
    actions.close_meeting(house.office, "joho_bukai_office", meeting, "  ", now=house.now)
    with house.office.reading() as db:
        summary = current_text(db, meeting, MinutesKind.SUMMARY, drafts=True)
    assert "出席　委員 3 人中 3 人" in summary
