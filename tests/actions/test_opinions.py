"""What the public says: letters divided, the form used once or too often, answers put together and reworded."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.scenario import House
from workflow import actions, queries
from workflow.actions.opinions import TRIES
from workflow.domain.calendar import end_of_day, tokyo_day
from workflow.domain.comments import Author, Disposition, PeriodState, Route, same_words, split_letter
from workflow.domain.errors import AlreadyDone, BadInput, NotAllowed, NotFound, NotNow, TooManyTries
from workflow.queries import Which
from workflow.queries.gate_facts import facts
from workflow.store.signatures import receipt_seal, sender_mark
from workflow.store.tables import Event, Opinion, PublicTry, Reply, Submission


@pytest.fixture
def asking(house: House) -> House:
    """A plan whose public comment opened today, an hour ago."""
    house.a_plan(at="public_comment")
    day = tokyo_day(house.now)
    actions.open_comment(house.office, "tanto", "dx", "comment_period", day, now=house.now)
    return house.later(hours=1)


def a_letter(house: House, *opinions: str, name: str = "区民 一郎") -> list[int]:
    """A letter entered by the staff; the numbers of its opinions."""
    actions.receive_opinions(
        house.office, "tanto", "dx", Author(name), opinions, route=Route.POST, received_at=house.now,
        now=house.now,
    )  # fmt: skip
    return _opinions(house)[-len(opinions) :]


def by_form(house: House, *opinions: str, name: str = "区民 一郎", sender: str = "192.0.2.1") -> str:
    return actions.receive_from_public(
        house.office, "dx", Author(name, "板橋区"), opinions, sender=sender, now=house.now
    )


def an_answer(house: House, *opinions: int, summary: str = "概要") -> int:
    return actions.answer_opinions(
        house.office, "tanto", "dx", opinions, summary=summary, answer="考え方",
        disposition=Disposition.FOR_REFERENCE, now=house.now,
    )  # fmt: skip


def texts(house: House) -> list[str]:
    with house.office.reading() as db:
        return list(db.scalars(select(Opinion.text).order_by(Opinion.submission_id, Opinion.number)))


def answers_of(house: House) -> dict[int, int | None]:
    with house.office.reading() as db:
        return {row.id: row.answer_id for row in db.execute(select(Opinion.id, Opinion.answer_id))}


def _opinions(house: House) -> list[int]:
    with house.office.reading() as db:
        return list(db.scalars(select(Opinion.id).order_by(Opinion.id)))


# --- letters -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letter", "parts"),
    [
        ("一つだけ", ["一つだけ"]),
        ("一\r\n\r\n二\n　\n\n三", ["一", "二", "三"]),
        ("一の初め\n\n一の続き\n---\n二", ["一の初め\n\n一の続き", "二"]),
        ("一\n＝＝＝＝\n\n二\nーーー\n三\n", ["一", "二", "三"]),
        ("箇条書きの\n- あれ\n- これ", ["箇条書きの\n- あれ\n- これ"]),
        (" \n\n---\n", []),
    ],
)
def test_a_letter_falls_apart_at_blank_lines_or_only_at_lines_of_signs(letter: str, parts: list[str]) -> None:
    assert split_letter(letter) == parts
    assert same_words(letter, parts)


def test_splitting_an_opinion_keeps_the_words_the_number_and_the_original_in_the_log(asking: House) -> None:
    house = asking
    whole, other = a_letter(house, "一。二。", "ほか")
    numbers = actions.split_opinion(house.office, "tanto", "dx", whole, ["一。", "二。"], now=house.now)
    assert numbers[0] == whole and len(numbers) == 2 and other not in numbers
    assert texts(house) == ["一。", "ほか", "二。"]
    with house.office.reading() as db:
        last = db.scalars(select(Event.data).where(Event.tag == "opinion.split")).one()
        assert queries.comment_counts(db, 1).persons == 1
    assert json.loads(last) == {"opinion": whole, "into": numbers, "text": "一。二。"}


@pytest.mark.parametrize("parts", [["一。"], ["一。", "三。"], ["一。二。", "一。"], ["一。", " "]])
def test_splitting_never_changes_what_was_said(asking: House, parts: list[str]) -> None:
    (whole,) = a_letter(asking, "一。二。")
    with pytest.raises(BadInput):
        actions.split_opinion(asking.office, "tanto", "dx", whole, parts, now=asking.now)
    assert texts(asking) == ["一。二。"]


def test_an_answered_opinion_is_not_split(asking: House) -> None:
    (whole,) = a_letter(asking, "一。二。")
    an_answer(asking, whole)
    with pytest.raises(AlreadyDone, match="分けられません"):
        actions.split_opinion(asking.office, "tanto", "dx", whole, ["一。", "二。"], now=asking.now)


def test_only_the_plans_own_staff_split_group_and_reword(asking: House) -> None:
    house = asking
    (whole,) = a_letter(house, "一。二。")
    number = an_answer(house, whole)
    reword = {"summary": "要", "text": "旨", "disposition": Disposition.OUTSIDE, "now": house.now}
    for act in (
        lambda: actions.split_opinion(house.office, "mayor", "dx", whole, ["一。", "二。"], now=house.now),
        lambda: actions.group_opinions(house.office, "mayor", "dx", number, [whole], now=house.now),
        lambda: actions.edit_answer(house.office, "mayor", "dx", number, **reword),  # type: ignore[arg-type]
    ):
        with pytest.raises(NotAllowed, match="担当課の職員"):
            act()


def test_every_count_of_a_comment_agrees(asking: House) -> None:
    house = asking
    answered, _ = a_letter(house, "一", "二")
    a_letter(house, "三", name="区民 二郎")
    an_answer(house, answered)
    house.now = end_of_day(tokyo_day(house.now) + timedelta(days=40))
    a_letter(house, "遅れた意見", name="区民 三郎")
    with house.office.reading() as db:
        plan = house.plan()
        counted = queries.comment_counts(db, 1)
        (line,) = queries.periods(db, plan)
        fact = facts(db, plan, house.now).period(plan.stay, "comment_period")
        assert fact is not None
        left = queries.opinion_page(db, 1, which=Which.UNANSWERED).total
        assert queries.came_in(db, [1, 2]) == {1: counted}
    assert (line.opinions, line.persons) == (counted.opinions, counted.persons) == (3, 2)
    assert (counted.late_opinions, counted.late_persons) == (1, 1)
    assert counted.unanswered == fact.unanswered == left == 2
    with pytest.raises(NotNow, match="2 件"):
        actions.publish_result(house.office, "tanto", "dx", now=house.now)


def test_a_comment_nobody_answered_counts_nothing(asking: House) -> None:
    with asking.office.reading() as db:
        (line,) = queries.periods(db, asking.plan())
        assert queries.comment_counts(db, 1).opinions == line.opinions == line.persons == 0


# --- the form ------------------------------------------------------------------------------------------


def test_the_same_form_sent_twice_is_one_letter(asking: House) -> None:
    first = by_form(asking, "一", "二")
    assert by_form(asking.later(minutes=1), "一", "二") == first
    assert by_form(asking, "一") != first
    assert by_form(asking, "一", "二", name="区民 二郎") != first
    with asking.office.reading() as db:
        assert queries.comment_counts(db, 1).persons == 3


def test_one_sender_is_slowed_down_others_are_not_and_an_hour_later_it_goes_on(asking: House) -> None:
    house = asking
    began = house.now
    for number in range(TRIES):
        by_form(house, f"意見{number}")
    house.later(minutes=10)
    with pytest.raises(TooManyTries) as caught:
        by_form(house, "もう一つ")
    assert caught.value.again_at == began + timedelta(hours=1)
    by_form(house, "ほかの人", sender="192.0.2.2")
    house.now = caught.value.again_at
    by_form(house, "もう一つ")


def test_the_addresses_of_senders_are_not_kept(asking: House) -> None:
    house = asking
    by_form(house, "一", sender="192.0.2.1")
    with house.office.reading() as db:
        kept = db.scalars(select(PublicTry.sender_sha256)).one()
        today, tomorrow = tokyo_day(house.now), tokyo_day(house.now) + timedelta(days=1)
        assert kept == sender_mark(db, "192.0.2.1", today) != sender_mark(db, "192.0.2.1", tomorrow)
        one_house = {sender_mark(db, f"2001:db8:0:1::{last}", today) for last in ("1", "ffff:2")}
        assert len(one_house) == 1
    house.later(hours=2)
    by_form(house, "二", sender="192.0.2.2")
    with house.office.reading() as db:
        assert kept not in set(db.scalars(select(PublicTry.sender_sha256)))


def test_the_form_is_shut_at_24_hours_of_the_last_day_and_when_the_plan_is_sent_back(asking: House) -> None:
    house = asking
    with house.office.reading() as db:
        (asked,) = queries.rounds(db, "dx", house.now)
    house.now = asked.ends_at - timedelta(seconds=1)
    by_form(house, "間に合った")
    house.now = asked.ends_at
    with pytest.raises(NotNow, match="募集していません"):
        by_form(house, "遅れた")
    house.now = asked.ends_at - timedelta(days=1)
    house.send_back("draft")
    with pytest.raises(NotNow, match="募集していません"):
        by_form(house, "戻った")


@pytest.mark.parametrize(
    ("writer", "opinions", "place"),
    [
        (Author(" "), ["意見"], "氏名"),
        (Author("区民", address="あ" * 401), ["意見"], "住所"),
        (Author("区民", telephone="0" * 61), ["意見"], "電話"),
        (Author("区民", affiliation="高校\x00"), ["意見"], "在勤・在学先"),
        (Author("区民\n長"), ["意見"], "氏名"),
        (Author("区民"), ["い" * 20_001], "意見"),
        (Author("区民"), ["\x1b[31m"], "意見"),
        (Author("区民"), [], "意見"),
        (Author("区民"), ["意見"] * 21, "意見"),
    ],
)
def test_what_does_not_fit_is_refused_by_name_and_never_cut(
    asking: House, writer: Author, opinions: list[str], place: str
) -> None:
    with pytest.raises(BadInput) as caught:
        actions.receive_from_public(asking.office, "dx", writer, opinions, sender="192.0.2.1", now=asking.now)
    assert caught.value.place == place
    with asking.office.reading() as db:
        assert db.scalars(select(Submission.id)).all() == []


def test_a_receipt_is_sealed_by_this_office(asking: House) -> None:
    with asking.office.reading() as db:
        assert receipt_seal(db, "dx 1-0001") == receipt_seal(db, "dx 1-0001") != receipt_seal(db, "dx 1-0002")


# --- answers -------------------------------------------------------------------------------------------


def test_opinions_move_between_answers_and_an_answer_to_nothing_is_gone(asking: House) -> None:
    house = asking
    first, second, third = a_letter(house, "一", "二", "三")
    early, later = an_answer(house, first, summary="初め"), an_answer(house, second, summary="後")
    actions.group_opinions(house.office, "tanto", "dx", later, [first, third], now=house.now)
    assert answers_of(house) == {first: later, second: later, third: later}
    with house.office.reading() as db:
        assert db.scalars(select(Reply.id)).all() == [later]
        logged = db.scalars(
            select(Event.data).where(Event.tag == "opinion.answered").order_by(Event.seq)
        ).all()
    assert json.loads(logged[-1])["opinions"] == [first, second, third]
    assert json.loads(logged[0])["summary"] == "初め"
    with pytest.raises(NotFound, match="回答"):
        actions.group_opinions(house.office, "tanto", "dx", early, [first], now=house.now)


def test_an_answer_is_reworded_before_publication_and_never_after(asking: House) -> None:
    house = asking
    (opinion,) = a_letter(house, "一")
    number = an_answer(house, opinion)
    reword = {"summary": "新しい概要", "text": "新しい考え", "disposition": Disposition.REFLECTED}
    actions.edit_answer(house.office, "tanto", "dx", number, **reword, now=house.now)  # type: ignore[arg-type]
    with house.office.reading() as db:
        (reply,) = queries.replies(db, 1)
        (asked,) = queries.rounds(db, "dx", house.now)
    assert (reply.summary, reply.text, reply.disposition) == tuple(reword.values())
    house.now = end_of_day(asked.closes_on)
    actions.publish_result(house.office, "tanto", "dx", now=house.now)
    with pytest.raises(AlreadyDone, match="公表されています"):
        actions.edit_answer(house.office, "tanto", "dx", number, **reword, now=house.now)  # type: ignore[arg-type]
    with pytest.raises(AlreadyDone, match="公表されています"):
        actions.group_opinions(house.office, "tanto", "dx", number, [opinion], now=house.now)


def test_opinions_of_another_plan_are_not_answered_here(house: House) -> None:
    for key in ("dx", "other"):
        house.a_plan(key, at="public_comment")
        actions.open_comment(
            house.office, "tanto", key, "comment_period", tokyo_day(house.now), now=house.now
        )
    house.later(hours=1)
    actions.receive_from_public(
        house.office, "other", Author("区民"), ["一"], sender="192.0.2.1", now=house.now
    )
    (foreign,) = _opinions(house)
    with pytest.raises(NotFound, match="この募集の意見"):
        an_answer(house, foreign)
    with pytest.raises(NotFound, match="この募集の意見"):
        actions.split_opinion(house.office, "tanto", "dx", foreign, ["一", "二"], now=house.now)


# --- how a comment stands ------------------------------------------------------------------------------


def test_a_comment_stands_as_its_days_its_answers_and_its_plan_say(house: House) -> None:
    def state() -> PeriodState:
        with house.office.reading() as db:
            return queries.rounds(db, "dx", house.now)[0].state

    house.a_plan(at="public_comment")
    first = tokyo_day(house.now) + timedelta(days=2)
    last = actions.open_comment(house.office, "tanto", "dx", "comment_period", first, now=house.now)
    assert state() is PeriodState.COMING
    house.later(days=2)
    assert state() is PeriodState.RUNNING
    seen = house.plan().revision
    actions.suspend(house.office, "tanto", "dx", "保留", seen=seen, now=house.now)
    assert state() is PeriodState.STOPPED
    actions.resume(house.office, "tanto", "dx", "再開", seen=seen + 1, now=house.now)
    house.now = end_of_day(last)
    assert state() is PeriodState.ANSWERING
    actions.publish_result(house.office, "tanto", "dx", now=house.now)
    assert state() is PeriodState.PUBLISHED
    house.send_back("draft")
    assert state() is PeriodState.PUBLISHED


def test_opinions_are_listed_by_what_they_wait_for(asking: House) -> None:
    house = asking
    first, second = a_letter(house, "一 100%の図", "二")
    an_answer(house, first)
    house.later(days=30)
    (late,) = a_letter(house, "三")

    def listed(**how: object) -> list[int]:
        with house.office.reading() as db:
            return [each.id for each in queries.opinion_page(db, 1, **how).opinions]  # type: ignore[arg-type]

    assert listed() == [first, second, late]
    assert listed(which=Which.UNANSWERED) == [second]
    assert listed(which=Which.ANSWERED) == [first]
    assert listed(which=Which.LATE) == [late]
    assert listed(route=Route.FAX) == []
    assert listed(query="100%") == [first]
    assert listed(query="1%図") == []
