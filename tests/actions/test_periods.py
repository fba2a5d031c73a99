"""A public comment always has a way on: each period by itself, extended, corrected, cancelled, resumed, counted again,
and its result added to."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from definitions.chain import Chain
from definitions.load import shipped
from definitions.terms import Outcome
from notifications.scheduler import tick
from notifications.transport import mailer_of
from tests.support.chains import where_held_comments_count
from tests.support.scenario import House
from tests.support.web_client import Browser, mail_settings
from workflow import actions, queries
from workflow.domain.calendar import end_of_day, tokyo_day
from workflow.domain.comments import Author, Disposition, PeriodState, Route
from workflow.domain.cover import TextKind
from workflow.domain.errors import AlreadyDone, BadInput, NotFound, NotNow
from workflow.domain.gates import GateClosed
from workflow.queries import Consultation, Waiting
from workflow.queries.calendar import periods_between
from workflow.queries.reading_rights import EVERYTHING
from workflow.store import event_log
from workflow.store.database import Office
from workflow.store.tables import CommentPeriod, Decision, Delivery, Event, Submission

GATE = "comment_period"


def two_periods_in_a_stage(*, after: bool = False) -> Chain:
    """The shipped chain with a second public comment beside the first, or after it."""
    raw = json.loads(shipped("itabashi_dx_2025").canonical_json())
    for stage in raw["stages"]:
        if stage["key"] == "public_comment":
            first = next(gate for gate in stage["gates"] if gate["kind"] == "period")
            second = {**first, "key": "second_period", "label": "再意見募集"}
            stage["gates"].append(second | ({"after": [GATE]} if after else {}))
    return Chain.model_validate(raw | {"key": "twice"})


def a_text_in_the_stage_of_its_comment() -> Chain:
    """The shipped chain, where the text is made in the stage that asks the public."""
    raw = json.loads(shipped("itabashi_dx_2025").canonical_json())
    for stage in raw["stages"]:
        if stage["key"] == "public_comment":
            stage["gates"].insert(0, {"key": "comment_document", "kind": "document", "label": "募集する案"})
    return Chain.model_validate(raw | {"key": "drafting"})


@pytest.fixture
def asking(house: House) -> House:
    """A plan whose public comment opened today, an hour ago."""
    house.a_plan(at="public_comment")
    begin(house)
    return house.later(hours=1)


def begin(house: House, gate: str = GATE) -> date:
    return actions.open_comment(house.office, "tanto", "dx", gate, tokyo_day(house.now), now=house.now)


def rounds(house: House) -> list[Consultation]:
    with house.office.reading() as db:
        return queries.rounds(db, "dx", house.now)


def a_letter(house: House, *opinions: str, round: int | None = None, days_ago: float = 0) -> list[int]:
    received_at = house.now - timedelta(days=days_ago)
    actions.receive_opinions(
        house.office, "tanto", "dx", Author("区民"), opinions, route=Route.POST, received_at=received_at, round=round,
        now=house.now,
    )  # fmt: skip
    with house.office.reading() as db:
        held = queries.chosen_round(db, "dx", round, house.now).held_id
        return [each.id for each in queries.all_opinions(db, held)][-len(opinions) :]


def an_answer(house: House, *opinions: int, round: int | None = None) -> int:
    return actions.answer_opinions(
        house.office, "tanto", "dx", opinions, summary="概要", answer="考え方",
        disposition=Disposition.FOR_REFERENCE, round=round, now=house.now,
    )  # fmt: skip


def publish(house: House, round: int | None = None) -> None:
    actions.publish_result(house.office, "tanto", "dx", round=round, now=house.now)


def by_form(house: House, round: int | None = None) -> str:
    return actions.receive_from_public(
        house.office, "dx", Author("区民", "板橋区"), ["意見"], sender="192.0.2.1", round=round, now=house.now
    )


def extend(house: House, days: int = 7) -> date:
    last = rounds(house)[-1].closes_on + timedelta(days=days)
    actions.extend_comment(house.office, "tanto", "dx", last, "連休を挟むため", now=house.now)
    return last


def cancel(house: House) -> None:
    actions.cancel_comment(house.office, "tanto", "dx", "文書に誤りがあったため", now=house.now)


def after_the_period(house: House) -> None:
    house.now = end_of_day(rounds(house)[-1].closes_on)


def last_event(house: House) -> tuple[str, dict[str, object]]:
    with house.office.reading() as db:
        event = db.scalars(select(Event).order_by(Event.seq.desc())).first()
        assert event is not None
        return event.tag, json.loads(event.data)


def work(house: House) -> list[str]:
    with house.office.reading() as db:
        found = queries.worklist(db, "tanto", house.now)
    return [task.words for task in found if task.kind is Waiting.ANSWER_OPINIONS]


# --- each period by itself -------------------------------------------------------------------------------


def test_two_periods_of_one_stage_are_both_answered_and_published(office: Office) -> None:
    house = House(office, two_periods_in_a_stage())
    house.a_plan(at="public_comment")
    begin(house)
    begin(house, "second_period")
    house.later(hours=1)
    by_form(house, 1)
    (first,) = a_letter(house, "初めの意見", round=1)[-1:]
    (second,) = a_letter(house, "再びの意見")
    assert [each.state for each in rounds(house)] == [PeriodState.RUNNING] * 2
    after_the_period(house)
    with pytest.raises(NotFound, match="この募集の意見"):
        an_answer(house, first)
    with office.reading() as db:
        an_answer(house, *(each.id for each in queries.all_opinions(db, 1)), round=1)
    an_answer(house, second)
    publish(house, 1)
    assert [each.state for each in rounds(house)] == [PeriodState.PUBLISHED, PeriodState.ANSWERING]
    publish(house, 2)
    assert house.why() == []


def test_opinions_of_a_comment_before_the_plan_was_sent_back_are_answered_and_published(
    asking: House,
) -> None:
    house = asking
    (opinion,) = a_letter(house, "初めの意見")
    after_the_period(house)
    house.send_back("draft")
    house.open_every_gate()
    house.advance()
    begin(house)
    house.later(hours=1)
    assert [each.state for each in rounds(house)] == [PeriodState.ANSWERING, PeriodState.RUNNING]
    an_answer(house, opinion, round=1)
    publish(house, 1)
    first, second = rounds(house)
    assert (first.state, second.state) == (PeriodState.PUBLISHED, PeriodState.RUNNING)
    with pytest.raises(NotFound, match="第3回"):
        publish(house, 3)


def test_a_comment_stopped_half_way_is_never_published_as_if_it_had_run(asking: House) -> None:
    house = asking
    house.send_back("draft")
    house.later(days=40)
    assert rounds(house)[0].state is PeriodState.STOPPED
    with pytest.raises(NotNow, match="途中で止まりました"):
        publish(house)


def test_a_second_period_leaves_no_opinion_of_the_first_behind(asking: House) -> None:
    house = asking
    a_letter(house, "初めの意見")
    house.a_correction("直した案")
    with pytest.raises(NotNow, match="先に、その結果を公表するか、募集を中止"):
        begin(house)
    cancel(house)
    begin(house)
    assert [each.state for each in rounds(house)] == [PeriodState.CANCELLED, PeriodState.RUNNING]
    with house.office.reading() as db:
        assert len(queries.all_opinions(db, 1)) == 1


def test_the_text_the_public_is_asked_about_is_not_replaced_by_a_correction_said_to_be_new(
    asking: House,
) -> None:
    house = asking
    number = house.a_correction("まったく新しい案")
    with pytest.raises(NotNow, match="新しい文書の登録"):
        actions.declare_version(house.office, "tanto", "dx", number, TextKind.NEW, now=house.now)
    by_form(house)
    assert "フォームで提出" in Browser(house).see("/public/dx")


def test_a_period_is_not_opened_before_the_gates_it_comes_after(office: Office) -> None:
    house = House(office, two_periods_in_a_stage(after=True))
    house.a_plan(at="public_comment")
    with pytest.raises(GateClosed) as closed:
        begin(house, "second_period")
    assert "パブリックコメント" in closed.value.reasons[0]
    house.a_comment(GATE)
    begin(house, "second_period")


def test_a_period_is_not_opened_while_the_plan_is_stopped(house: House) -> None:
    house.a_plan(at="public_comment")
    with house.office.reading() as db:
        decided = db.scalars(select(Decision.id).where(Decision.gate_key == "policy_honbu")).one()
    actions.correct_decision(
        house.office, "ict_honbu_office", decided, Outcome.CONTINUED, "誤記", now=house.now
    )
    with pytest.raises(GateClosed) as closed:
        begin(house)
    assert "本部への報告" in closed.value.reasons[0]
    assert "募集は始められません" in Browser(house, "tanto").see("/comments/dx")


def test_a_new_text_waits_for_the_end_of_the_period_and_not_for_a_cancelled_one(office: Office) -> None:
    house = House(office, a_text_in_the_stage_of_its_comment())
    house.a_plan(at="public_comment")
    house.a_version()
    begin(house)
    house.later(hours=1)
    with pytest.raises(NotNow, match="先に募集を中止"):
        house.a_version("まったく新しい案")
    house.a_correction("誤字を直した案")
    cancel(house)
    number = house.a_version("まったく新しい案")
    begin(house)
    assert rounds(house)[-1].number == number


# --- extended, corrected, cancelled -------------------------------------------------------------------------


def test_a_period_is_extended_with_a_reason_and_letters_between_came_in_time(asking: House) -> None:
    house = asking
    (asked,) = rounds(house)
    after_the_period(house)
    house.later(days=1)
    a_letter(house, "遅れた意見")
    last = extend(house)
    (after,) = rounds(house)
    assert (after.closes_on, after.state) == (asked.closes_on + timedelta(days=7), PeriodState.RUNNING)
    with house.office.reading() as db:
        assert not db.scalars(select(Submission.late)).one()
        assert [each.closes_on for each in periods_between(db, EVERYTHING, last, last)] == [last]
        assert "連休を挟むため" in queries.history(db, house.plan())[-1].words
        assert event_log.verify(db) > 0
    by_form(house)
    tag, data = last_event(house)[0], rounds(house)[0].changes[0]
    assert tag == "opinion.received"
    assert data.reason == "連休を挟むため" and [field for field, _, _ in data.fields] == ["募集終了日"]


@pytest.mark.parametrize("days", [0, -1])
def test_a_period_is_never_extended_to_an_earlier_day(asking: House, days: int) -> None:
    with pytest.raises(BadInput, match="まで募集することになっています"):
        extend(asking, days)


def test_an_extension_says_why_and_is_not_into_the_past(asking: House) -> None:
    house = asking
    last = rounds(house)[0].closes_on
    with pytest.raises(BadInput, match="延長の理由"):
        actions.extend_comment(house.office, "tanto", "dx", last + timedelta(days=1), " ", now=house.now)
    house.later(days=40)
    with pytest.raises(BadInput, match="過ぎています"):
        extend(house, 1)


def test_what_was_mistyped_is_corrected_and_the_log_keeps_both(asking: House) -> None:
    house = asking
    actions.correct_comment(
        house.office, "tanto", "dx", "番号の誤り", contact="ファクス 03-0000-1112", places=["中央図書館"],
        now=house.now,
    )  # fmt: skip
    (asked,) = rounds(house)
    assert (asked.contact, asked.places) == ("ファクス 03-0000-1112", ("中央図書館",))
    tag, data = last_event(house)
    assert tag == "comment.corrected"
    assert data["was"] == {"contact": "", "places": []} and data["reason"] == "番号の誤り"
    assert data["set"] == {"contact": "ファクス 03-0000-1112", "places": ["中央図書館"]}
    with pytest.raises(BadInput, match="変わるところがありません"):
        actions.correct_comment(house.office, "tanto", "dx", "同じ", places=["中央図書館"], now=house.now)


def test_a_correction_never_makes_a_period_shorter_than_the_minimum_without_the_reason(asking: House) -> None:
    house = asking
    (asked,) = rounds(house)
    short = asked.closes_on - timedelta(days=5)

    def correct(**how: object) -> None:
        actions.correct_comment(house.office, "tanto", "dx", "日の誤り", now=house.now, **how)  # type: ignore[arg-type]

    for wrong in ({"closes_on": short}, {"opens_on": asked.opens_on + timedelta(days=1)}):
        with pytest.raises(BadInput, match="19 日に足りません"):
            correct(**wrong)
    with pytest.raises(BadInput, match="過ぎています"):
        correct(opens_on=asked.opens_on - timedelta(days=1))
    correct(closes_on=short, shortened_why="法改正に合わせるため")
    assert rounds(house)[0].shortened_why == "法改正に合わせるため"
    extend(house, 5)
    assert rounds(house)[0].shortened_why is None


def test_a_period_is_cancelled_with_a_reason_kept_and_begun_again_for_the_same_text(asking: House) -> None:
    house = asking
    a_letter(house, "届いた意見")
    with pytest.raises(BadInput, match="中止の理由"):
        actions.cancel_comment(house.office, "tanto", "dx", "", now=house.now)
    cancel(house)
    with pytest.raises(NotNow, match="募集していません"):
        by_form(house)
    for again in (cancel, extend):
        with pytest.raises(AlreadyDone, match="中止されています"):
            again(house)
    with pytest.raises(AlreadyDone, match="中止されています"):
        publish(house)
    assert house.why() != []
    house.later(days=1)
    with pytest.raises(NotNow, match="その前に中止されました"):
        a_letter(house, "遅い手紙")
    a_letter(house, "前に届いた手紙", days_ago=1.01)
    begin(house)
    first, second = rounds(house)
    assert first.number == second.number and first.cancelled_why == "文書に誤りがあったため"
    house.later(hours=1)
    by_form(house)
    with house.office.reading() as db:
        assert [queries.comment_counts(db, number).opinions for number in (1, 2)] == [2, 1]
        assert periods_between(db, EVERYTHING, first.opens_on, first.opens_on) == []
    with pytest.raises(AlreadyDone, match="既に始めています"):
        begin(house)


def test_a_published_result_is_neither_extended_corrected_nor_cancelled(asking: House) -> None:
    house = asking
    after_the_period(house)
    publish(house)
    for change in (extend, cancel):
        with pytest.raises(AlreadyDone, match="公表されています"):
            change(house)
    with pytest.raises(AlreadyDone, match="公表されています"):
        actions.correct_comment(house.office, "tanto", "dx", "誤り", contact="新しい", now=house.now)


# --- reminders ------------------------------------------------------------------------------------------------


def reminded(house: House) -> list[tuple[str, date]]:
    """The mails about the close of a period that are sent or lost by now, with the day each was due."""
    settings = mail_settings(house.office.files.parent)
    tick(house.office, mailer_of(settings), settings, lambda: house.now)
    with house.office.reading() as db:
        rows = db.execute(
            select(Delivery.state, Delivery.due_at)
            .where(Delivery.kind == "comment_closing")
            .order_by(Delivery.id)
        )
        return [(state, tokyo_day(due_at)) for state, due_at in rows]


def days_before_the_close(house: House, days: int) -> None:
    house.now = end_of_day(rounds(house)[-1].closes_on) - timedelta(days=days)


def test_an_extension_reminds_again_before_the_new_last_day(asking: House) -> None:
    house = asking
    days_before_the_close(house, 2)
    (first,) = reminded(house)
    extend(house, 14)
    assert reminded(house) == [first]
    days_before_the_close(house, 2)
    assert [state for state, _ in reminded(house)] == ["sent", "sent"]


def test_a_cancelled_period_reminds_nobody(asking: House) -> None:
    house = asking
    cancel(house)
    house.later(days=17)
    assert reminded(house) == []


def test_a_period_that_a_newer_one_replaced_reminds_nobody(asking: House) -> None:
    """Offices may have such from before a period had to be ended first."""
    house = asking
    house.a_correction("直した案")
    text = house.plan().text
    assert text is not None
    with house.office.writing() as db:
        first = db.scalars(select(CommentPeriod)).one()
        kept = {column.key: getattr(first, column.key) for column in CommentPeriod.__table__.columns}
        db.add(CommentPeriod(**{**kept, "id": None, "version_id": text.version_id}))
        db.flush()
    assert [each.state for each in rounds(house)] == [PeriodState.STOPPED, PeriodState.RUNNING]
    days_before_the_close(house, 2)
    assert len(reminded(house)) == 1


# --- suspended -------------------------------------------------------------------------------------------------


def suspended_for(house: House, **span: float) -> None:
    seen = house.plan().revision
    actions.suspend(house.office, "tanto", "dx", "災害のため", seen=seen, now=house.now)
    house.later(**span)
    actions.resume(house.office, "tanto", "dx", "再開", seen=seen + 1, now=house.now)


def test_days_the_form_was_shut_do_not_count(asking: House) -> None:
    house = asking
    (before,) = rounds(house)
    left = before.closes_on - tokyo_day(house.now)
    suspended_for(house, days=18)
    (after,) = rounds(house)
    assert after.closes_on - tokyo_day(house.now) == left
    assert (after.days, after.shut_days, after.state) == (19, 18, PeriodState.RUNNING)
    assert "18 日の間、受け付けられなかったため" in after.changes[0].reason
    with house.office.reading() as db:
        history = [each.words for each in queries.history(db, house.plan())]
        assert any("期間を延長" in words and "18 日の間" in words for words in history)
    with pytest.raises(BadInput, match="19 日に足りません"):
        actions.correct_comment(
            house.office, "tanto", "dx", "短く", closes_on=before.closes_on + timedelta(days=9), now=house.now
        )


def test_a_period_that_would_have_ended_meanwhile_goes_on_for_the_days_it_had_left(asking: House) -> None:
    house = asking
    left = rounds(house)[0].closes_on - tokyo_day(house.now)
    suspended_for(house, days=60)
    (after,) = rounds(house)
    assert after.closes_on - tokyo_day(house.now) == left and after.state is PeriodState.RUNNING


def test_a_period_that_was_over_or_had_not_begun_is_left_as_it_is(house: House) -> None:
    house.a_plan(at="public_comment")
    first = tokyo_day(house.now) + timedelta(days=10)
    last = actions.open_comment(house.office, "tanto", "dx", GATE, first, now=house.now)
    suspended_for(house, days=3)
    assert rounds(house)[0].closes_on == last
    house.now = end_of_day(last)
    suspended_for(house, days=3)
    assert rounds(house)[0].closes_on == last


# --- counted again ------------------------------------------------------------------------------------------


def count(house: House, reason: str = "修正は軽微で、意見を求めた内容に変わりがないため") -> int:
    return actions.count_held_comment(house.office, "tanto", "dx", GATE, reason, now=house.now)


def sent_back_after_its_comment(house: House) -> House:
    house.a_plan(at="public_comment")
    begin(house)
    house.later(hours=1)
    an_answer(house, *a_letter(house, "意見"))
    after_the_period(house)
    publish(house)
    house.send_back("draft")
    house.open_every_gate()
    house.advance()
    return house


def test_the_comment_held_before_counts_again_where_the_chain_lets_the_office_decide_so(
    office: Office,
) -> None:
    house = sent_back_after_its_comment(House(office, where_held_comments_count("itabashi_dx_2025")))
    assert house.why() != []
    with pytest.raises(BadInput, match="有効とする理由"):
        count(house, " ")
    assert count(house) == 2
    assert house.why() == []
    first, second = rounds(house)
    assert (second.counts_round, second.held_id, second.number) == (1, first.id, first.number)
    with office.reading() as db:
        assert "意見を求めた内容に変わりがないため" in queries.history(db, house.plan())[-1].words
        lines = queries.periods(db, house.plan())
        assert [(line.opinions, bool(line.counts_why)) for line in lines] == [(1, False), (1, True)]
    with pytest.raises(AlreadyDone, match="既に始めています"):
        begin(house)
    with pytest.raises(NotNow, match="第1回の募集に登録"):
        a_letter(house, "迷った手紙")
    cancel(house)
    assert house.why() != []
    begin(house)


def test_the_office_does_not_decide_so_where_the_chain_does_not_let_it(house: House) -> None:
    sent_back_after_its_comment(house)
    with pytest.raises(NotNow, match="認めていません"):
        count(house)


def test_a_comment_that_was_not_published_does_not_count(office: Office) -> None:
    house = House(office, where_held_comments_count("itabashi_dx_2025"))
    house.a_plan(at="public_comment")
    with pytest.raises(NotNow, match="前の募集がありません"):
        count(house)
    begin(house)
    house.send_back("draft")
    house.open_every_gate()
    house.advance()
    with pytest.raises(NotNow, match="前の募集がありません"):
        count(house)


# --- 追補 ----------------------------------------------------------------------------------------------------


def test_a_letter_in_time_found_after_the_publication_is_answered_and_published_as_an_addendum(
    asking: House,
) -> None:
    house = asking
    an_answer(house, *a_letter(house, "初めの意見"))
    after_the_period(house)
    with pytest.raises(NotNow, match="まだ公表されていません"):
        actions.publish_addendum(house.office, "tanto", "dx", now=house.now)
    publish(house)
    published_at = house.now
    house.later(days=3)
    with pytest.raises(NotNow, match="公表していない回答はありません"):
        actions.publish_addendum(house.office, "tanto", "dx", now=house.now)
    assert work(house) == []
    (found,) = a_letter(house, "机の中にあった意見", days_ago=5)
    assert len(work(house)) == 1
    with pytest.raises(NotNow, match="1 件"):
        actions.publish_addendum(house.office, "tanto", "dx", now=house.now)
    number = an_answer(house, found)
    assert work(house) == ["「DX推進計画」のパブリックコメントの追補"]
    with house.office.reading() as db:
        assert set(queries.published_counts(db, 1)) == {published_at}
    actions.publish_addendum(house.office, "tanto", "dx", now=house.now)
    assert house.why() == [] and work(house) == []
    with house.office.reading() as db:
        counts = queries.published_counts(db, 1)
    assert {at: counted.opinions for at, counted in counts.items()} == {published_at: 1, house.now: 1}
    with pytest.raises(AlreadyDone, match="公表されています"):
        actions.group_opinions(house.office, "tanto", "dx", number, [found], now=house.now)
    assert last_event(house)[0] == "comment.addendum_published"


def test_what_was_published_is_not_changed_by_what_is_found_later(asking: House) -> None:
    house = asking
    (first,) = a_letter(house, "初めの意見")
    number = an_answer(house, first)
    after_the_period(house)
    publish(house)
    house.later(days=3)
    (found,) = a_letter(house, "机の中にあった意見", days_ago=5)
    with pytest.raises(AlreadyDone, match="この回答は既に公表"):
        actions.group_opinions(house.office, "tanto", "dx", number, [found], now=house.now)
    later = an_answer(house, found)
    with pytest.raises(AlreadyDone, match="この意見への回答は既に公表"):
        actions.group_opinions(house.office, "tanto", "dx", later, [first], now=house.now)


def test_a_letter_found_after_the_plan_went_on_keeps_nothing_back(asking: House) -> None:
    house = asking
    after_the_period(house)
    publish(house)
    house.advance()
    found = a_letter(house, "机の中にあった意見", days_ago=5)
    assert work(house) == ["「DX推進計画」のパブリックコメントの追補"]
    an_answer(house, *found)
    actions.publish_addendum(house.office, "tanto", "dx", now=house.now)
    assert work(house) == []
