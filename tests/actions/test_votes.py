"""Votes as rule books word them, from the attendance to the decision. Each test is named for what must not happen."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from definitions.chain import Chain
from definitions.load import shipped
from definitions.terms import Outcome, Role
from notifications.due import unanswered
from tests.support.scenario import LONG_AGO, House
from workflow import actions, queries
from workflow.actions import Seated
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput, NotAllowed, NotNow, QuorumMissing
from workflow.domain.events import Tag
from workflow.domain.meetings import MeetingForm
from workflow.domain.minutes import MinutesKind
from workflow.domain.votes import Choice, Part, Tally
from workflow.queries.agenda import Decided, agenda
from workflow.queries.attendance import answering, attendance_of
from workflow.queries.minutes import current_text
from workflow.store.database import Office
from workflow.store.tables import Decision, Event

OFFICE, CHAIR, ONE, TWO = "shingikai_office", "shingikai_chair", "shingikai_1", "shingikai_2"
FOR, AGAINST, ABSTAIN = Choice.FOR, Choice.AGAINST, Choice.ABSTAIN

Council = Callable[..., House]


@pytest.fixture
def council(office: Office) -> Council:
    """Make a house whose 審議会 votes by these rules, with a vice chair and as many members more."""

    def made(more: int = 0, vice: bool = False, **rules: object) -> House:
        house = House(office, _with_rules(**rules))
        seats = {f"shingikai_{number}": Role.MEMBER for number in range(3, 3 + more)}
        seats |= {"vice": Role.VICE_CHAIR} if vice else {}
        for key, role in seats.items():
            house.a_person(key, key)
            actions.seat(office, "admin", key, "shingikai", role, LONG_AGO, now=house.now)
        house.a_plan()
        house.a_version()
        return house

    return made


def _with_rules(**rules: object) -> Chain:
    chain = shipped("shingikai_gian")
    raw: dict[str, Any] = chain.model_dump(mode="json", by_alias=True)
    raw["bodies"][0] |= rules
    return Chain.model_validate(raw)


def an_item(house: House, **there: Seated | None) -> int:
    """An item at a sitting which everybody attends but those `there` says otherwise of, by the end of their key."""
    item = house.an_item("consultation_shingikai")
    if there:
        attend(house, **there)
    return item


def attend(house: House, meeting: int = 1, **there: Seated | None) -> None:
    named = {_key(who): seated for who, seated in there.items() if seated}
    actions.enter_attendance(house.office, OFFICE, meeting, named, now=house.now)


def _key(who: str) -> str:
    return who if who == "vice" else f"shingikai_{who.removeprefix('member')}"


def hands(house: House, item: int, **votes: Choice) -> None:
    actions.enter_votes(
        house.office, OFFICE, item, {_key(who): choice for who, choice in votes.items()}, now=house.now
    )


def tally(house: House, item: int) -> Tally:
    with house.office.reading() as db:
        return actions.current_tally(db, item)


def decide(house: House, item: int) -> int:
    return actions.decide_by_votes(house.office, OFFICE, item, now=house.now)


def decided(house: House, meeting: int = 1) -> Decided:
    with house.office.reading() as db:
        found = agenda(db, meeting)[0].decided
    assert found is not None
    return found


def events(house: House, tag: Tag) -> list[dict[str, Any]]:
    with house.office.reading() as db:
        return [
            json.loads(event.data)
            for event in db.scalars(select(Event).where(Event.tag == tag).order_by(Event.seq))
        ]


HERE, AWAY = Seated(present=True), Seated(present=False)

# --- 除斥・退席 ----------------------------------------------------------------------------------------


def test_a_recused_member_is_no_no(council: Council) -> None:
    house = council(more=2)
    item = an_item(house, member3=HERE, member4=HERE)
    hands(house, item, member1=FOR, member2=FOR, member3=AGAINST)
    assert tally(house, item).carried is False
    actions.enter_parts(house.office, OFFICE, item, {"shingikai_4": Part.RECUSED}, now=house.now)
    assert (tally(house, item).carried, tally(house, item).recused, tally(house, item).present) == (
        True,
        1,
        4,
    )
    decide(house, item)
    assert decided(house).outcome is Outcome.ADVISED


def test_who_is_recused_or_has_left_does_not_vote(council: Council) -> None:
    house = council()
    item = an_item(house)
    parts = {ONE: Part.RECUSED, TWO: Part.LEFT}
    actions.enter_parts(house.office, OFFICE, item, parts, now=house.now)
    with pytest.raises(NotNow, match="除斥"):
        actions.cast_vote(house.office, ONE, item, FOR, now=house.now)
    with pytest.raises(NotNow, match="退席"):
        actions.cast_vote(house.office, TWO, item, FOR, now=house.now)
    with pytest.raises(BadInput, match=r"委員1さんの票は数えられません.*除斥"):
        hands(house, item, member1=FOR)
    actions.enter_parts(house.office, OFFICE, item, {ONE: Part.PRESENT}, now=house.now)
    actions.cast_vote(house.office, ONE, item, FOR, now=house.now)


def test_who_is_recused_is_not_of_the_quorum(council: Council) -> None:
    house = council()
    item = an_item(house, member2=AWAY)
    hands(house, item, member1=FOR)
    actions.enter_parts(house.office, OFFICE, item, {CHAIR: Part.RECUSED}, now=house.now)
    with pytest.raises(QuorumMissing):
        decide(house, item)


def test_parts_are_the_secretariats_to_enter_of_members_alone(council: Council) -> None:
    house = council()
    item = an_item(house)
    with pytest.raises(NotAllowed):
        actions.enter_parts(house.office, ONE, item, {ONE: Part.RECUSED}, now=house.now)
    with pytest.raises(BadInput, match="開催日の委員ではありません"):
        actions.enter_parts(house.office, OFFICE, item, {"tanto": Part.RECUSED}, now=house.now)
    with pytest.raises(BadInput, match="選ばれていません"):
        actions.enter_parts(house.office, OFFICE, item, {}, now=house.now)


# --- who presides ------------------------------------------------------------------------------------


def test_a_vice_chair_who_presides_does_not_vote_and_break_the_tie_as_well(council: Council) -> None:
    house = council(vice=True)
    item = an_item(house, chair=AWAY, vice=HERE)
    with pytest.raises(NotNow, match="可否同数のときに決します"):
        actions.cast_vote(house.office, "vice", item, FOR, now=house.now)
    with pytest.raises(BadInput, match="可否同数のときに決します"):
        hands(house, item, vice=FOR)
    hands(house, item, member1=FOR, member2=AGAINST)
    actions.cast_deciding_vote(house.office, "vice", item, FOR, now=house.now)
    assert (tally(house, item).cast, tally(house, item).carried) == (2, True)


def test_a_chairs_ordinary_vote_is_refused_with_words_or_counted_by_the_rule(council: Council) -> None:
    house = council()
    item = an_item(house)
    with pytest.raises(NotNow, match="可否同数のときに決します"):
        actions.cast_vote(house.office, CHAIR, item, FOR, now=house.now)
    assert tally(house, item).cast == 0


def test_a_chair_votes_where_the_rule_says_always(council: Council) -> None:
    house = council(presider_votes="always")
    item = an_item(house)
    actions.cast_vote(house.office, CHAIR, item, FOR, now=house.now)
    hands(house, item, member1=FOR, member2=AGAINST)
    assert (tally(house, item).in_favour, tally(house, item).carried) == (2, True)


def test_the_same_votes_amount_to_the_same_in_writing(council: Council) -> None:
    house = council(more=1)
    written = house.an_item("consultation_shingikai", form=MeetingForm.IN_WRITING)
    with pytest.raises(NotNow, match="可否同数のときに決します"):
        actions.cast_vote(house.office, CHAIR, written, FOR, now=house.now)
    choices = {ONE: FOR, TWO: AGAINST, "shingikai_3": AGAINST}
    for who, choice in choices.items():
        actions.cast_vote(house.office, who, written, choice, now=house.now)
    first = tally(house, written)
    actions.remove_item(house.office, OFFICE, written, "会議で諮る", now=house.now)
    item = an_item(house, member3=None)
    attend(house, 2, member3=HERE)
    actions.enter_votes(house.office, OFFICE, item, choices, now=house.now)
    assert tally(house, item) == first
    assert first.carried is False


def test_nobody_waits_for_the_answer_of_who_only_breaks_ties(council: Council) -> None:
    house = council()
    house.an_item("consultation_shingikai", form=MeetingForm.IN_WRITING)
    with house.office.reading() as db:
        assert queries.worklist(db, CHAIR, house.now) == []
        assert [task.kind for task in queries.worklist(db, ONE, house.now)] == ["answer"]
        asked = answering(db, house.chain.body("shingikai"), tokyo_day(house.now))
        assert len(unanswered(db, 1, asked)) == 2


def test_nobody_waits_for_the_answer_of_who_is_recused(council: Council) -> None:
    house = council()
    item = house.an_item("consultation_shingikai", form=MeetingForm.IN_WRITING)
    with pytest.raises(BadInput, match="持ち回りに「退席」はありません"):
        actions.enter_parts(house.office, OFFICE, item, {ONE: Part.LEFT}, now=house.now)
    actions.enter_parts(house.office, OFFICE, item, {ONE: Part.RECUSED}, now=house.now)
    with house.office.reading() as db:
        assert queries.worklist(db, ONE, house.now) == []
        asked = answering(db, house.chain.body("shingikai"), tokyo_day(house.now))
        assert len(unanswered(db, 1, asked)) == 1
    with pytest.raises(NotNow, match="除斥"):
        actions.cast_vote(house.office, ONE, item, FOR, now=house.now)
    actions.cast_vote(house.office, TWO, item, FOR, now=house.now)
    decide(house, item)
    assert decided(house).counts == {
        "in_favour": 1, "against": 0, "abstained": 0, "present": 2, "members": 3, "recused": 1
    }  # fmt: skip


def test_half_carries_where_the_rule_says_half_or_more(council: Council) -> None:
    house = council(more=1, majority="半数以上")
    item = an_item(house, member3=HERE)
    hands(house, item, chair=FOR, member1=FOR, member2=AGAINST, member3=AGAINST)
    assert tally(house, item).carried is True
    decide(house, item)
    assert decided(house).outcome is Outcome.ADVISED


@pytest.mark.parametrize(("base", "carried"), [("present", False), ("voting", True), ("members", False)])
def test_the_base_of_the_majority_is_the_rules(council: Council, base: str, carried: bool) -> None:
    house = council(more=2, majority_of=base)
    item = an_item(house, member3=HERE, member4=AWAY)
    hands(house, item, member1=FOR, member2=ABSTAIN)
    assert tally(house, item).carried is carried


def test_a_tie_is_decided_by_who_presided_while_the_chair_is_there_by_deputy(council: Council) -> None:
    house = council(vice=True, more=1)
    house.a_person("stand_in")
    actions.name_deputy(house.office, "admin", CHAIR, "stand_in", LONG_AGO, now=house.now)
    item = an_item(house, chair=Seated(present=True, deputy="stand_in"), vice=HERE, member3=AWAY)
    actions.cast_vote(house.office, "stand_in", item, FOR, member=CHAIR, now=house.now)
    hands(house, item, member1=AGAINST, member2=ABSTAIN)
    actions.cast_deciding_vote(house.office, "vice", item, FOR, now=house.now)
    assert tally(house, item).carried is True


def test_who_is_named_as_presiding_decides_whoever_they_are(council: Council) -> None:
    house = council(more=1)
    item = an_item(house, chair=AWAY, member3=HERE)
    hands(house, item, member1=FOR, member2=AGAINST)
    with pytest.raises(NotNow, match="進行した人が記録されていません"):
        actions.cast_deciding_vote(house.office, OFFICE, item, FOR, now=house.now)
    with pytest.raises(BadInput, match="出席が記録されていません"):
        actions.enter_attendance(house.office, OFFICE, 1, {}, presider=CHAIR, now=house.now)
    actions.enter_attendance(house.office, OFFICE, 1, {}, presider="shingikai_3", now=house.now)
    with house.office.reading() as db:
        assert [each.member for each in attendance_of(db, 1) if each.presided] == ["shingikai_3"]
    actions.cast_deciding_vote(house.office, "shingikai_3", item, AGAINST, now=house.now)
    assert tally(house, item).carried is False


def test_a_tie_of_may_is_entered_in_july_after_the_chair_left(council: Council) -> None:
    house = council()
    held = house.now
    house.later(days=60)
    actions.end_terms(house.office, "admin", CHAIR, tokyo_day(held + timedelta(days=30)), now=house.now)
    meeting = actions.enter_meeting(
        house.office, OFFICE, "shingikai", "第1回", starts_at=held, ends_at=held + timedelta(hours=1), place="室",
        now=house.now,
    )  # fmt: skip
    item = actions.list_item(house.office, OFFICE, meeting, "dx", "consultation_shingikai", now=house.now)
    house.everybody_attends("shingikai", meeting)
    hands(house, item, member1=FOR, member2=AGAINST)
    with pytest.raises(NotAllowed):
        actions.cast_deciding_vote(house.office, CHAIR, item, FOR, now=house.now)
    actions.cast_deciding_vote(house.office, OFFICE, item, FOR, now=house.now)
    decide(house, item)
    assert decided(house).outcome is Outcome.ADVISED


# --- the show of hands -------------------------------------------------------------------------------


def test_a_show_of_hands_replaces_no_members_own_vote_silently(council: Council) -> None:
    house = council()
    item = an_item(house)
    actions.cast_vote(house.office, ONE, item, FOR, now=house.now)
    with pytest.raises(AlreadyDone, match="委員1さんは自ら「賛成」と採決しています"):
        hands(house, item, member1=AGAINST, member2=FOR)
    assert tally(house, item).cast == 1
    actions.enter_votes(
        house.office, OFFICE, item, {ONE: AGAINST}, reason="本人が挙手で反対と確認", now=house.now
    )
    assert tally(house, item).against == 1
    assert events(house, Tag.VOTE_CAST)[-1]["reason"] == "本人が挙手で反対と確認"


def test_the_secretariat_mends_and_takes_back_what_it_entered_itself(council: Council) -> None:
    house = council()
    item = an_item(house)
    hands(house, item, member1=FOR, member2=FOR)
    hands(house, item, member1=AGAINST)
    assert (tally(house, item).in_favour, tally(house, item).against) == (1, 1)
    actions.take_back_vote(house.office, OFFICE, item, member=TWO, now=house.now)
    assert tally(house, item).cast == 1
    actions.cast_vote(house.office, TWO, item, FOR, now=house.now)
    with pytest.raises(NotNow, match="記録した本人だけ"):
        actions.take_back_vote(house.office, OFFICE, item, member=TWO, now=house.now)


def test_a_decision_keeps_the_votes_it_was_tallied_from(council: Council) -> None:
    house = council(more=1)
    item = an_item(house, member3=HERE)
    actions.enter_parts(house.office, OFFICE, item, {"shingikai_3": Part.RECUSED}, now=house.now)
    hands(house, item, member1=FOR, member2=FOR)
    decide(house, item)
    counts = {"in_favour": 2, "against": 0, "abstained": 0, "present": 3, "members": 4, "recused": 1}
    assert decided(house).counts == counts
    assert events(house, Tag.DECISION_RECORDED)[-1]["counts"] == counts


# --- deputies ----------------------------------------------------------------------------------------


def test_one_person_deputises_for_no_more_members_than_the_rule_allows(council: Council) -> None:
    house = council()
    house.a_person("stand_in", "代理 次郎")
    for member in (ONE, TWO):
        actions.name_deputy(house.office, "admin", member, "stand_in", LONG_AGO, now=house.now)
    item = an_item(house)
    by_deputy = Seated(present=True, deputy="stand_in")
    with pytest.raises(BadInput, match="代理 次郎さんが代理できる委員は 1 人までです"):
        attend(house, member1=by_deputy, member2=by_deputy)
    actions.remove_item(house.office, OFFICE, item, "書面で諮る", now=house.now)
    written = house.an_item("consultation_shingikai", form=MeetingForm.IN_WRITING)
    actions.cast_vote(house.office, "stand_in", written, FOR, member=ONE, now=house.now)
    with pytest.raises(BadInput, match="1 人までです"):
        actions.cast_vote(house.office, "stand_in", written, FOR, member=TWO, now=house.now)


def test_one_person_deputises_for_two_where_the_rule_says_so(council: Council) -> None:
    house = council(deputies_per_person=2)
    house.a_person("stand_in")
    for member in (ONE, TWO):
        actions.name_deputy(house.office, "admin", member, "stand_in", LONG_AGO, now=house.now)
    by_deputy = Seated(present=True, deputy="stand_in")
    item = an_item(house, member1=by_deputy, member2=by_deputy)
    assert tally(house, item).present == 3


# --- 書面表決 ------------------------------------------------------------------------------------------


def test_a_written_vote_counts_beside_a_sitting_where_the_rule_says_so(council: Council) -> None:
    house = council(written_votes=True)
    meeting = house.a_meeting("shingikai")
    item = actions.list_item(house.office, OFFICE, meeting, "dx", "consultation_shingikai", now=house.now)
    actions.cast_vote(house.office, TWO, item, FOR, now=house.now)
    house.later(days=7, hours=1)
    attend(house, chair=HERE, member1=HERE, member2=AWAY)
    hands(house, item, member1=FOR)
    assert (tally(house, item).in_favour, tally(house, item).present) == (2, 3)


def test_the_secretariat_enters_a_written_vote_from_paper(council: Council) -> None:
    house = council(written_votes=True)
    item = an_item(house, member2=AWAY)
    hands(house, item, member1=FOR, member2=AGAINST)
    assert (tally(house, item).carried, tally(house, item).present) == (None, 3)


def test_a_written_vote_is_none_where_no_rule_has_it(council: Council) -> None:
    house = council()
    item = an_item(house, member2=AWAY)
    with pytest.raises(NotNow, match="出席が記録されていません"):
        actions.cast_vote(house.office, TWO, item, FOR, now=house.now)
    with pytest.raises(BadInput, match="出席が記録されていません"):
        hands(house, item, member2=FOR)


# --- without a count ---------------------------------------------------------------------------------


def test_a_voting_body_goes_on_another_time_without_a_vote(council: Council) -> None:
    house = council()
    item = an_item(house)
    with pytest.raises(NotNow, match="採決で決します"):
        actions.record_outcome(house.office, OFFICE, item, Outcome.ADVISED, now=house.now)
    actions.record_outcome(house.office, OFFICE, item, Outcome.CONTINUED, now=house.now)
    assert decided(house).outcome is Outcome.CONTINUED
    assert decided(house).counts is None


def a_circular(house: House, **choices: Choice) -> int:
    house.a_plan()
    house.a_version()
    item = house.an_item("policy_bukai", form=MeetingForm.IN_WRITING)
    for who, choice in choices.items():
        person = f"joho_bukai_{who.removeprefix('member')}"
        actions.cast_vote(house.office, person, item, choice, now=house.now)
    house.later(days=7, hours=3)
    return item


def test_a_circular_nobody_answered_has_no_outcome(house: House) -> None:
    item = a_circular(house)
    for outcome in (Outcome.APPROVED, Outcome.RETURNED, Outcome.CONTINUED):
        with pytest.raises(NotNow, match="まだ誰も回答していません"):
            actions.record_outcome(house.office, "joho_bukai_office", item, outcome, now=house.now)


def test_a_circular_all_are_against_is_no_approval(house: House) -> None:
    item = a_circular(house, chair=AGAINST, member1=AGAINST)
    with pytest.raises(BadInput, match="「了承」は持ち回りの回答と合いません"):
        actions.record_outcome(house.office, "joho_bukai_office", item, Outcome.APPROVED, now=house.now)
    assert actions.record_outcome(house.office, "joho_bukai_office", item, Outcome.RETURNED, now=house.now)


def test_a_circular_all_agree_to_is_not_sent_back(house: House) -> None:
    item = a_circular(house, chair=FOR, member1=FOR)
    with pytest.raises(BadInput, match="「差戻し」は持ち回りの回答と合いません"):
        actions.record_outcome(house.office, "joho_bukai_office", item, Outcome.RETURNED, now=house.now)


# --- corrected afterwards ----------------------------------------------------------------------------


def voted(house: House) -> int:
    """A decision of the 審議会 by two votes."""
    item = an_item(house)
    hands(house, item, member1=FOR, member2=FOR)
    return decide(house, item)


def correct(house: House, reason: str = "出欠簿と照合", **there: Seated) -> None:
    named = {_key(who): seated for who, seated in there.items()}
    actions.enter_attendance(house.office, OFFICE, 1, named, reason=reason, now=house.now)


def test_an_attendance_is_not_emptied_under_a_decision(council: Council) -> None:
    house = council()
    number = voted(house)
    with pytest.raises(NotNow, match=rf"答申」（決定 {number}）が成り立ちません。先にその決定を訂正"):
        correct(house, chair=AWAY, member1=AWAY, member2=AWAY)
    with house.office.reading() as db:
        assert all(each.present for each in attendance_of(db, 1))


def test_a_recorded_attendance_is_not_emptied_under_a_decision_without_a_quorum(house: House) -> None:
    house.a_plan()
    house.a_version()
    number = house.agree("policy_bukai")
    gone = dict.fromkeys(["joho_bukai_chair", "joho_bukai_1", "joho_bukai_2"], AWAY)
    with pytest.raises(NotNow, match=f"決定 {number}"):
        actions.enter_attendance(house.office, "joho_bukai_office", 1, gone, reason="誤り", now=house.now)


def test_a_mistyped_attendance_is_corrected_with_a_reason_while_the_decision_holds(council: Council) -> None:
    house = council(more=1)
    item = an_item(house, member3=HERE)
    hands(house, item, member1=FOR, member2=FOR)
    decide(house, item)
    actions.close_meeting(house.office, OFFICE, 1, "答申した。", now=house.now)
    with pytest.raises(BadInput, match="訂正の理由"):
        attend(house, member3=AWAY)
    correct(house, member3=AWAY)
    (event,) = events(house, Tag.ATTENDANCE_CORRECTED)
    assert event["was"] == {"shingikai_3": [True, None]}
    assert (event["attended"], event["reason"]) == ({"shingikai_3": [False, None]}, "出欠簿と照合")


def test_who_comes_late_is_entered_without_a_reason_before_the_meeting_is_over(council: Council) -> None:
    house = council(more=1)
    voted(house)
    attend(house, member3=AWAY)
    with pytest.raises(BadInput, match="訂正の理由"):
        attend(house, member3=HERE)
    correct(house, "遅れて出席", member3=HERE)


def test_a_recusal_entered_late_does_not_turn_a_decision(council: Council) -> None:
    house = council()
    number = voted(house)
    with pytest.raises(BadInput, match="訂正の理由"):
        actions.enter_parts(house.office, OFFICE, 1, {TWO: Part.RECUSED}, now=house.now)
    actions.enter_parts(house.office, OFFICE, 1, {TWO: Part.RECUSED}, reason="議事録で確認", now=house.now)
    with pytest.raises(NotNow, match=f"決定 {number}"):
        actions.enter_parts(
            house.office, OFFICE, 1, {ONE: Part.RECUSED}, reason="議事録で確認", now=house.now
        )


def test_after_its_decision_is_corrected_an_attendance_can_be(council: Council) -> None:
    house = council()
    number = voted(house)
    actions.correct_decision(house.office, OFFICE, number, Outcome.CONTINUED, "定足数不足", now=house.now)
    correct(house, member1=AWAY, member2=AWAY)


def test_who_presided_is_corrected_while_no_tie_they_broke_depends_on_it(council: Council) -> None:
    house = council(vice=True)
    item = an_item(house, vice=HERE)
    hands(house, item, member1=FOR, vice=FOR, member2=AGAINST)
    decide(house, item)
    with pytest.raises(BadInput, match="訂正の理由"):
        actions.enter_attendance(house.office, OFFICE, 1, {}, presider="vice", now=house.now)
    with pytest.raises(NotNow, match="成り立ちません"):
        actions.enter_attendance(house.office, OFFICE, 1, {}, presider="vice", reason="誤記", now=house.now)


def test_a_sitting_that_decided_is_not_closed_with_nobody_present(house: House) -> None:
    house.a_plan()
    house.a_version()
    meeting = house.a_meeting()
    item = actions.list_item(house.office, "joho_bukai_office", meeting, "dx", "policy_bukai", now=house.now)
    house.later(days=7, hours=1)
    actions.record_outcome(house.office, "joho_bukai_office", item, Outcome.APPROVED, now=house.now)
    with pytest.raises(NotNow, match="出席した委員が一人も記録されていません"):
        actions.close_meeting(house.office, "joho_bukai_office", meeting, "了承した。", now=house.now)
    house.everybody_attends("joho_bukai", meeting)
    actions.close_meeting(house.office, "joho_bukai_office", meeting, "了承した。", now=house.now)


def test_mistyped_minutes_are_corrected_with_a_reason_and_the_log_keeps_both(house: House) -> None:
    meeting = house.a_meeting()
    house.later(days=7, hours=1).everybody_attends("joho_bukai", meeting)
    office, secretariat = house.office, "joho_bukai_office"
    with pytest.raises(NotNow, match="この会議は招集済です"):
        actions.correct_minutes(office, secretariat, meeting, "議題なし。", "誤字", now=house.now)
    actions.close_meeting(office, secretariat, meeting, "議題なじ。", now=house.now)
    with pytest.raises(BadInput, match="訂正の理由"):
        actions.correct_minutes(office, secretariat, meeting, "議題なし。", " ", now=house.now)
    actions.correct_minutes(office, secretariat, meeting, "議題なし。", "誤字", now=house.now)
    with office.reading() as db:
        assert current_text(db, meeting, MinutesKind.SUMMARY, drafts=True) == "議題なし。"
    (event,) = events(house, Tag.MINUTES_CORRECTED)
    assert (event["was"], event["minutes"], event["reason"]) == ("議題なじ。", "議題なし。", "誤字")


def test_a_decision_tallied_before_votes_were_kept_is_read_without_them(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai")
    with house.office.reading() as db:
        assert db.scalars(select(Decision)).one().counts is None
