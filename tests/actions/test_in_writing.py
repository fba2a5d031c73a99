"""A 持ち回り: why it is held, the consent to it, remarks with the answers, a longer time, and answers that come too late."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from definitions.load import shipped
from definitions.terms import Outcome
from notifications.dry_run import rehearse
from notifications.kinds import Kind
from notifications.meeting_letters import meeting_words
from tests.support.chains import asking_before_writing
from tests.support.scenario import LONG_AGO, House
from tests.support.web_client import Browser
from workflow import actions
from workflow.domain.errors import AlreadyDone, BadInput, NotAllowed, NotNow
from workflow.domain.meetings import MeetingForm
from workflow.domain.votes import Choice
from workflow.queries.attendance import Poll, places, polls
from workflow.queries.bodies import body_rule
from workflow.queries.in_writing import consent, late_answers, terms
from workflow.queries.meetings import meeting as meeting_of
from workflow.store.database import Office
from workflow.store.proof import prove

SECRETARIAT = "joho_bukai_office"


@dataclass
class Asked:
    """A 持ち回り of five days on one plan."""

    house: House
    item: int
    meeting: int = 1

    def answer(self, member: str, choice: Choice = Choice.FOR, **how: str) -> bool:
        return actions.cast_vote(self.house.office, member, self.item, choice, now=self.house.now, **how)

    def poll(self) -> Poll:
        with self.house.office.reading() as db:
            held = meeting_of(db, self.meeting)
            return polls(db, held, body_rule(db, held.body_key), places(db, held))[self.item]

    def extend(self, **longer: float) -> None:
        actions.extend_answering(
            self.house.office,
            SECRETARIAT,
            self.meeting,
            self.house.now + timedelta(**longer),
            "回答が揃わないため",
            now=self.house.now,
        )


@pytest.fixture
def asked(house: House) -> Asked:
    house.a_plan()
    house.a_version()
    return Asked(house, house.an_item("policy_bukai", form=MeetingForm.IN_WRITING, days=5))


def test_why_in_writing_and_what_is_asked_stand_in_the_letter(asked: Asked) -> None:
    house = asked.house
    actions.explain_writing(
        house.office, SECRETARIAT, asked.meeting, "議会まで日がない", "素案への賛否", now=house.now
    )
    actions.explain_writing(
        house.office, SECRETARIAT, asked.meeting, "議会まで日がない", "素案への賛否と御意見", now=house.now
    )
    with house.office.reading() as db:
        said = terms(db, asked.meeting)
        words, _ = meeting_words(db, meeting_of(db, asked.meeting))
    assert said is not None and said.asks == "素案への賛否と御意見"
    assert (words.why, words.asks) == ("議会まで日がない", "素案への賛否と御意見")
    shown = Browser(house, "joho_bukai_1").see(f"/meetings/{asked.meeting}")
    assert "議会まで日がない" in shown and "素案への賛否と御意見" in shown


def test_terms_are_of_a_meeting_in_writing_that_is_on(house: House) -> None:
    sitting = house.a_meeting()
    with pytest.raises(NotNow, match="持ち回りではありません"):
        actions.explain_writing(house.office, SECRETARIAT, sitting, "急ぐ", "賛否", now=house.now)
    written = house.a_meeting(form=MeetingForm.IN_WRITING)
    with pytest.raises(BadInput, match="求める内容"):
        actions.explain_writing(house.office, SECRETARIAT, written, "急ぐ", " ", now=house.now)
    with pytest.raises(NotAllowed):
        actions.explain_writing(house.office, "joho_bukai_1", written, "急ぐ", "賛否", now=house.now)


def test_the_opinion_given_with_an_answer_is_shown_before_the_result_is_recorded(asked: Asked) -> None:
    asked.answer("joho_bukai_1", Choice.AGAINST, remark="第3章の数値を直すこと")
    vote = asked.poll().vote_of("joho_bukai_1")
    assert vote is not None and vote.remark == "第3章の数値を直すこと"
    assert "第3章の数値を直すこと" in Browser(asked.house, SECRETARIAT).see(f"/meetings/{asked.meeting}")
    actions.take_back_vote(asked.house.office, "joho_bukai_1", asked.item, now=asked.house.now)
    assert asked.poll().vote_of("joho_bukai_1") is None


def test_an_answer_after_the_last_moment_is_kept_and_not_counted(asked: Asked) -> None:
    assert asked.answer("joho_bukai_1")
    asked.house.later(days=5, hours=2)
    assert not asked.answer("joho_bukai_2", Choice.AGAINST, remark="出張で遅れました")
    with pytest.raises(AlreadyDone, match="既に回答済み"):
        asked.answer("joho_bukai_1", Choice.AGAINST)
    assert asked.poll().tally.cast == 1
    house = asked.house
    assert actions.record_outcome(house.office, SECRETARIAT, asked.item, Outcome.APPROVED, now=house.now)
    assert not asked.answer("joho_bukai_chair"), "decided, and still kept"
    with house.office.reading() as db:
        late = late_answers(db, asked.meeting)[asked.item]
    assert [(each.choice, each.remark) for each in late] == [
        (Choice.AGAINST, "出張で遅れました"),
        (Choice.FOR, ""),
    ]
    shown = Browser(house, SECRETARIAT).see(f"/meetings/{asked.meeting}")
    assert "期限後の回答（数えません）" in shown and "出張で遅れました" in shown
    assert prove(house.office).whole
    actions.close_meeting(house.office, SECRETARIAT, asked.meeting, "持ち回りの結果", now=house.now)
    with pytest.raises(NotNow):
        asked.answer("joho_bukai_2")


def test_a_longer_time_lets_those_answer_who_were_late(asked: Asked) -> None:
    asked.house.later(days=5, hours=2)
    assert not asked.answer("joho_bukai_2", Choice.AGAINST)
    with pytest.raises(BadInput, match="回答期限"):
        asked.extend(hours=-1)
    asked.extend(days=3)
    assert asked.answer("joho_bukai_2")
    assert asked.poll().tally.in_favour == 1


def test_only_a_meeting_in_writing_that_is_on_is_given_longer(house: House) -> None:
    sitting = house.a_meeting()
    later = house.now + timedelta(days=30)
    with pytest.raises(NotNow, match="持ち回りではありません"):
        actions.extend_answering(house.office, SECRETARIAT, sitting, later, "遅れ", now=house.now)
    written = house.a_meeting(form=MeetingForm.IN_WRITING)
    actions.cancel_meeting(house.office, SECRETARIAT, written, "不要", now=house.now)
    with pytest.raises(NotNow, match="中止"):
        actions.extend_answering(house.office, SECRETARIAT, written, later, "遅れ", now=house.now)


def test_everybody_invited_is_told_of_the_longer_time(asked: Asked) -> None:
    house = asked.house
    later = house.now + timedelta(days=9)

    def extend(office: Office) -> None:
        actions.extend_answering(office, SECRETARIAT, asked.meeting, later, "回答が揃わない", now=house.now)

    told = rehearse(house.office, extend)
    assert {kind for kind, _ in told} == {Kind.MEETING_MOVED}
    assert {"joho_bukai_1", "joho_bukai_2", SECRETARIAT} <= {person.key for _, person in told}


# --- consent first ------------------------------------------------------------------------------------


@pytest.fixture
def asks_first(office: Office) -> Asked:
    """A 持ち回り of a 部会 of three whose rule asks them first whether they agree to one."""
    house = House(office, asking_before_writing(shipped("itabashi_dx_2025")))
    house.a_plan()
    house.a_version()
    return Asked(house, house.an_item("policy_bukai", form=MeetingForm.IN_WRITING, days=5))


def consents(asked: Asked, who: str, agrees: bool, **how: str) -> None:
    actions.give_consent(
        asked.house.office, how.pop("by", who), asked.meeting, agrees=agrees, now=asked.house.now, **how
    )


def test_nobody_answers_before_more_than_half_agree_to_writing(asks_first: Asked) -> None:
    with pytest.raises(NotNow, match="過半数の同意がまだありません"):
        asks_first.answer("joho_bukai_1")
    consents(asks_first, "joho_bukai_1", True)
    consents(asks_first, "joho_bukai_2", False)
    with pytest.raises(NotNow, match="同意 1 人・委員 3 人"):
        asks_first.answer("joho_bukai_1")
    consents(asks_first, "joho_bukai_2", True)
    assert asks_first.answer("joho_bukai_1")
    with asks_first.house.office.reading() as db:
        held = meeting_of(db, asks_first.meeting)
        given = consent(db, held.id, held.body_key, held.starts_at.date())
    assert (given.agreed, given.refused, given.members) == (2, 0, 3)
    assert prove(asks_first.house.office).whole


def test_consent_is_the_members_or_their_deputys(asks_first: Asked) -> None:
    house = asks_first.house
    with pytest.raises(NotAllowed):
        consents(asks_first, "tanto", True)
    with pytest.raises(NotAllowed):
        consents(asks_first, "joho_bukai_1", True, by="tanto", member="joho_bukai_1")
    actions.name_deputy(house.office, "admin", "joho_bukai_1", "tanto", LONG_AGO, now=house.now)
    consents(asks_first, "joho_bukai_1", True, by="tanto", member="joho_bukai_1")


def test_consent_is_given_on_the_page_and_only_while_answers_are_taken(asks_first: Asked) -> None:
    member = Browser(asks_first.house, "joho_bukai_1")
    path = f"/meetings/{asks_first.meeting}"
    assert "持ち回りで諮ることに同意しますか" in member.see(path)
    member.send(f"{path}/consent", agrees="true")
    assert "同意する" in member.see(path)
    asks_first.house.later(days=5, hours=2)
    with pytest.raises(NotNow, match="までの間に答えてください"):
        consents(asks_first, "joho_bukai_1", False)


def test_where_no_rule_asks_nobody_is_asked(asked: Asked) -> None:
    with pytest.raises(NotNow, match="先に同意を求めません"):
        consents(asked, "joho_bukai_1", True)
