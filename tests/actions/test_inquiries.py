"""照会 inside the office: who asks whom, what an answer is, who reads it, and what the asker makes of it."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from tests.support.scenario import LONG_AGO, House
from workflow import actions, queries
from workflow.domain.calendar import at_tokyo, end_of_day, tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput, NotAllowed, NotFound, NotNow
from workflow.domain.inquiries import AnswerState, GivenRemark, Silence, Verdict
from workflow.queries import Waiting
from workflow.queries.actor import actor
from workflow.queries.inquiries import InquiryFact
from workflow.queries.reading_rights import may_read
from workflow.store.event_log import verify
from workflow.store.tables import Event

DUE = date(2023, 3, 15)


@pytest.fixture
def town(house: House) -> House:
    """Two more departments: 財政課 with `zaisei` and `zaisei2`, 福祉課 with `fukushi`; and one without staff."""
    office, now = house.office, house.now
    for key, name, people in (
        ("finance", "財政課", ("zaisei", "zaisei2")),
        ("welfare", "福祉課", ("fukushi",)),
        ("empty", "誰もいない課", ()),
    ):
        actions.add_department(office, "admin", key, name, now=now)
        for person in people:
            house.a_person(person, f"{name} {person}")
            actions.post(office, "admin", person, key, LONG_AGO, now=now)
    house.a_plan()
    house.a_version()
    return house


def inquire(town: House, by: str = "tanto", **how: object) -> int:
    wanted = {"departments": ["finance", "welfare"], "due_on": DUE, "silence": Silence.NO_OBJECTION, **how}
    return actions.inquire(
        town.office, by, "dx", "素案への意見", "御意見をください。", ["予算に無理はないか", "用語は正しいか"],
        now=town.now, **wanted,
    )  # type: ignore[arg-type]  # fmt: skip


def answer(town: House, by: str, *texts: str, inquiry: int = 1, **how: object) -> int:
    remarks = [GivenRemark(text, question=1, page="3", section="第2章") for text in texts]
    return actions.answer_inquiry(
        town.office, by, "dx", inquiry, remarks, **{"has_opinion": bool(texts), "now": town.now, **how}
    )  # type: ignore[arg-type]


def whole(town: House, number: int = 1) -> InquiryFact:
    with town.office.reading() as db:
        return queries.inquiry(db, town.plan(), number)


def seen(town: House, person: str, number: int = 1) -> InquiryFact:
    with town.office.reading() as db:
        who = actor(db, person, tokyo_day(town.now))
        return queries.inquiry_to_read(db, who, town.plan(), number)


def reads_plan(town: House, person: str) -> bool:
    with town.office.reading() as db:
        return may_read(db, actor(db, person, tokyo_day(town.now)), town.plan())


def tasks(town: House, person: str, kind: Waiting) -> list[queries.Task]:
    with town.office.reading() as db:
        return [task for task in queries.worklist(db, person, town.now) if task.kind is kind]


def states(town: House) -> list[AnswerState]:
    found = whole(town)
    return [found.state_of(each, town.now) for each in found.addressees]


def remark_of(town: House, addressee: int = 0, place: int = 0) -> int:
    given = whole(town).addressees[addressee].answer
    assert given is not None
    return given.remarks[place].number


# --- asking ------------------------------------------------------------------------------------------------


def test_only_the_plans_department_inquires(town: House) -> None:
    for person in ("zaisei", "joho_bukai_office", "joho_bukai_chair", "admin", "mayor"):
        with pytest.raises(NotAllowed):
            inquire(town, by=person)
    assert inquire(town) == 1
    found = whole(town)
    assert [each.text for each in found.questions] == ["予算に無理はないか", "用語は正しいか"]
    assert [each.name for each in found.addressees] == ["財政課", "福祉課"]
    assert (found.version, found.due_on, found.silence) == (1, DUE, Silence.NO_OBJECTION)


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"departments": []}, "選ばれていません"),
        ({"departments": ["empty"]}, "今日所属する職員がいません"),
        ({"departments": ["it"]}, "照会する課自身"),
        ({"departments": [], "people": ["joho_bukai_1"]}, "どの課にも所属していません"),
        ({"due_on": date(2023, 3, 1)}, "明日以後の日"),
    ],
)
def test_an_inquiry_that_nobody_could_answer_is_refused(
    town: House, how: dict[str, object], why: str
) -> None:
    with pytest.raises(BadInput, match=why):
        inquire(town, **how)


def test_nobody_is_asked_about_a_plan_without_a_text(house: House) -> None:
    house.a_plan()
    with pytest.raises(BadInput, match="文書がまだありません"):
        inquire(house, departments=["mayor"])


def test_more_are_asked_later_and_nobody_twice(town: House) -> None:
    inquire(town, departments=["finance"])
    more = {"departments": ["finance", "welfare"], "people": ["mayor"], "now": town.now}
    assert actions.add_addressees(town.office, "tanto", "dx", 1, **more) == 2  # type: ignore[arg-type]
    with pytest.raises(AlreadyDone):
        actions.add_addressees(town.office, "tanto", "dx", 1, **more)  # type: ignore[arg-type]
    assert [each.name for each in whole(town).addressees] == ["財政課", "福祉課", "区 長"]


# --- answering ---------------------------------------------------------------------------------------------


def test_anybody_of_the_department_answers_and_a_later_answer_supersedes(town: House) -> None:
    inquire(town)
    assert answer(town, "zaisei", "足りない", "高い") == 1
    assert answer(town.later(days=1), "zaisei2") == 2
    finance = whole(town).addressees[0]
    assert [(each.has_opinion, len(each.remarks)) for each in finance.answers] == [(True, 2), (False, 0)]
    assert finance.answer is not None and finance.answer.by == "財政課 zaisei2"
    first = finance.answers[0].remarks[0]
    assert (first.question, first.page, first.section, first.text) == (1, "3", "第2章", "足りない")


def test_an_opinion_needs_words_and_none_needs_none(town: House) -> None:
    inquire(town)
    with pytest.raises(BadInput, match="1 件以上"):
        answer(town, "zaisei", has_opinion=True)
    with pytest.raises(BadInput, match="意見なし"):
        answer(town, "zaisei", "足りない", has_opinion=False)
    with pytest.raises(NotFound, match="質問"):
        actions.answer_inquiry(
            town.office, "zaisei", "dx", 1, [GivenRemark("字", question=9)], has_opinion=True, now=town.now
        )
    assert whole(town).answered == 0


def test_who_was_not_inquired_does_not_answer(town: House) -> None:
    inquire(town, departments=["finance"])
    for person in ("fukushi", "tanto", "joho_bukai_1", "admin"):
        with pytest.raises(NotAllowed):
            answer(town, person)


def test_a_person_answers_for_themselves_and_says_for_whom_when_they_stand_for_two(town: House) -> None:
    inquire(town, departments=["finance"], people=["zaisei", "mayor"])
    answer(town, "mayor", "よい")
    with pytest.raises(BadInput, match="どの宛先"):
        answer(town, "zaisei")
    _, alone, _ = whole(town).addressees
    answer(town, "zaisei", addressee=alone.number)
    assert [bool(each.answer) for each in whole(town).addressees] == [False, True, True]
    with pytest.raises(NotFound):
        answer(town, "zaisei2", addressee=alone.number)


def test_an_answer_after_the_day_is_kept_and_counts_as_late_until_the_day_moves(town: House) -> None:
    inquire(town)
    town.now = end_of_day(DUE) - timedelta(minutes=1)
    answer(town, "zaisei", "間に合う")
    assert states(town) == [AnswerState.ANSWERED, AnswerState.WAITING]
    town.now = end_of_day(DUE)
    assert states(town) == [AnswerState.ANSWERED, AnswerState.DEEMED]
    answer(town, "fukushi", "遅い")
    assert states(town) == [AnswerState.ANSWERED, AnswerState.LATE]
    actions.extend_inquiry(town.office, "tanto", "dx", 1, date(2023, 3, 31), "連休のため", now=town.now)
    assert states(town) == [AnswerState.ANSWERED, AnswerState.ANSWERED]


def test_silence_is_consent_only_where_the_inquiry_said_so(town: House) -> None:
    inquire(town, silence=Silence.ANSWER_WANTED)
    town.now = end_of_day(DUE)
    assert states(town) == [AnswerState.WAITING, AnswerState.WAITING]
    assert tasks(town, "zaisei", Waiting.ANSWER_INQUIRY)


# --- responding --------------------------------------------------------------------------------------------


def respond(
    town: House, remark: int, verdict: Verdict, by: str = "tanto", reason: str = "直しました"
) -> None:
    actions.respond_to_remark(town.office, by, "dx", 1, remark, verdict, reason, now=town.now)


def test_the_asker_says_what_it_makes_of_each_remark_and_may_say_it_anew(town: House) -> None:
    inquire(town)
    answer(town, "zaisei", "足りない", "高い")
    with pytest.raises(BadInput):
        respond(town, remark_of(town), Verdict.ADOPTED, reason=" ")
    with pytest.raises(NotAllowed):
        respond(town, remark_of(town), Verdict.ADOPTED, by="zaisei")
    respond(town, remark_of(town), Verdict.NOT_ADOPTED)
    respond(town, remark_of(town), Verdict.PARTLY)
    given = whole(town).addressees[0].answer
    assert given is not None and given.remarks[0].response is not None
    assert given.remarks[0].response.verdict is Verdict.PARTLY and len(given.remarks[0].responses) == 2
    assert given.remarks[1].response is None


def test_a_remark_that_was_answered_anew_is_not_responded_to(town: House) -> None:
    inquire(town)
    answer(town, "zaisei", "足りない")
    old = remark_of(town)
    answer(town, "zaisei", "足りる")
    with pytest.raises(AlreadyDone, match="改められました"):
        respond(town, old, Verdict.ADOPTED)
    with pytest.raises(NotFound):
        respond(town, 999, Verdict.ADOPTED)


# --- extending and withdrawing -----------------------------------------------------------------------------


def test_the_day_moves_to_a_later_one_with_a_reason(town: House) -> None:
    inquire(town)
    with pytest.raises(BadInput, match="より後ではありません"):
        actions.extend_inquiry(town.office, "tanto", "dx", 1, DUE, "理由", now=town.now)
    with pytest.raises(BadInput):
        actions.extend_inquiry(town.office, "tanto", "dx", 1, date(2023, 3, 20), "", now=town.now)
    actions.extend_inquiry(town.office, "tanto", "dx", 1, date(2023, 3, 20), "連休のため", now=town.now)
    assert whole(town).due_on == date(2023, 3, 20)


def test_after_it_was_withdrawn_nothing_is_answered_and_what_was_stays(town: House) -> None:
    inquire(town)
    answer(town, "zaisei", "足りない")
    actions.withdraw_inquiry(town.office, "tanto", "dx", 1, "素案を改めるため", now=town.now)
    with pytest.raises(NotNow, match="取り下げられました"):
        answer(town, "zaisei")
    with pytest.raises(NotNow):
        actions.withdraw_inquiry(town.office, "tanto", "dx", 1, "もう一度", now=town.now)
    with pytest.raises(NotNow):
        respond(town, remark_of(town), Verdict.ADOPTED)
    assert whole(town).withdrawn_why == "素案を改めるため" and whole(town).answered == 1
    assert not tasks(town, "tanto", Waiting.RESPOND)


# --- reading -----------------------------------------------------------------------------------------------


def test_who_is_inquired_reads_the_plan_and_nobody_else_for_it(town: House) -> None:
    assert not reads_plan(town, "zaisei")
    inquire(town, departments=["finance"], people=["mayor"])
    assert reads_plan(town, "zaisei") and reads_plan(town, "zaisei2") and reads_plan(town, "mayor")
    assert not reads_plan(town, "fukushi")


def test_a_withdrawn_inquiry_opens_the_plan_to_those_alone_whose_answer_is_on_record(town: House) -> None:
    inquire(town)
    answer(town, "zaisei", "足りない")
    actions.withdraw_inquiry(town.office, "tanto", "dx", 1, "宛先の誤り", now=town.now)
    assert reads_plan(town, "zaisei2") and not reads_plan(town, "fukushi")


def test_an_addressee_sees_their_own_answer_and_the_asker_and_the_auditor_all(town: House) -> None:
    town.a_person("auditor")
    actions.name_auditor(town.office, "admin", "auditor", LONG_AGO, proof=actions.OwnMachine(), now=town.now)
    inquire(town)
    answer(town, "zaisei", "足りない")
    answer(town, "fukushi", "高い")
    for person in ("tanto", "auditor"):
        assert [each.name for each in seen(town, person).addressees] == ["財政課", "福祉課"]
    assert [each.name for each in seen(town, "zaisei2").addressees] == ["財政課"]
    for person in ("joho_bukai_chair", "mayor", "admin"):
        with pytest.raises(NotAllowed):
            seen(town, person)


def test_the_history_of_the_plan_tells_nobody_who_thinks_what(town: House) -> None:
    inquire(town)
    answer(town, "zaisei", "足りない")
    respond(town, remark_of(town), Verdict.NOT_ADOPTED, reason="予算どおり")
    with town.office.reading() as db:
        words = " ".join(each.words for each in queries.history(db, town.plan()))
        logged = " ".join(db.scalars(select(Event.data)))
        verify(db)
    assert "照会: 素案への意見" in words and "照会に回答: 素案への意見" in words
    for secret in ("足りない", "予算どおり", "不採用", "意見なし", "意見あり"):
        assert secret not in words + logged


# --- today -------------------------------------------------------------------------------------------------


def test_an_answer_waits_for_every_addressee_until_it_is_given(town: House) -> None:
    inquire(town)
    [task] = tasks(town, "zaisei", Waiting.ANSWER_INQUIRY)
    assert (task.due, task.number, task.plan) == (at_tokyo(DUE, time(23, 59)), 1, "dx")
    assert "素案への意見" in task.words
    answer(town, "zaisei2")
    assert not tasks(town, "zaisei", Waiting.ANSWER_INQUIRY)
    assert tasks(town, "fukushi", Waiting.ANSWER_INQUIRY)
    town.now = end_of_day(DUE)
    assert not tasks(town, "fukushi", Waiting.ANSWER_INQUIRY)


def test_remarks_wait_for_the_asker_until_each_has_a_response(town: House) -> None:
    inquire(town)
    assert not tasks(town, "tanto", Waiting.RESPOND)
    answer(town, "zaisei", "足りない", "高い")
    respond(town, remark_of(town), Verdict.ADOPTED)
    assert [task.number for task in tasks(town, "tanto", Waiting.RESPOND)] == [1]
    respond(town, remark_of(town, place=1), Verdict.FOR_REFERENCE)
    assert not tasks(town, "tanto", Waiting.RESPOND)
    answer(town, "zaisei", "改めて")
    assert tasks(town, "tanto", Waiting.RESPOND)
