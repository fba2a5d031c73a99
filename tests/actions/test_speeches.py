"""What minutes are made of, recorded at the sitting: remarks, guests and 傍聴者, who came late or left early."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from definitions.terms import Outcome
from tests.support.api_client import Program
from tests.support.scenario import House, moment
from tests.support.web_client import Browser
from workflow import actions
from workflow.actions import Seated, Spoken
from workflow.domain.errors import AlreadyDone, BadInput, NotAllowed, NotFound, NotNow
from workflow.domain.minutes import Speaker
from workflow.queries.attendance import places
from workflow.queries.meetings import meeting as meeting_of
from workflow.queries.speeches import Besides, besides, speeches
from workflow.store.proof import prove
from workflow.store.tables import Speech

OFFICE, CHAIR, MEMBER = "joho_bukai_office", "joho_bukai_chair", "joho_bukai_1"
QUESTION = Spoken(Speaker.MEMBER, "費用はいくらか。", member=MEMBER)
ANSWER = Spoken(Speaker.GUEST, "三百万円である。", name="IT推進課長 山田 太郎")


@pytest.fixture
def item(house: House) -> int:
    """The item of a plan at the 部会, which has begun and is attended by all."""
    house.a_plan()
    house.a_version()
    return house.an_item("policy_bukai")


def said(house: House, meeting: int = 1) -> list[tuple[str, str]]:
    with house.office.reading() as db:
        found = speeches(db, meeting)
    return [(each.name or each.speaker.label, each.text) for at in found.values() for each in at]


def speak(house: House, item: int, *spoken: Spoken, reason: str = "") -> list[int]:
    return [
        actions.record_speech(house.office, OFFICE, item, each, reason=reason, now=house.now)
        for each in spoken
    ]


def over(house: House, item: int) -> None:
    actions.record_outcome(house.office, OFFICE, item, Outcome.APPROVED, now=house.now)
    actions.close_meeting(house.office, OFFICE, 1, "了承した。", now=house.now)


def test_remarks_stand_in_their_order_and_a_correction_in_the_place_of_what_it_corrects(
    house: House, item: int
) -> None:
    first, *_ = speak(house, item, QUESTION, ANSWER, Spoken(Speaker.CHAIR, "ほかにあるか。"))
    mended = Spoken(Speaker.MEMBER, "費用は年にいくらか。", member="joho_bukai_2")
    actions.correct_speech(house.office, OFFICE, first, mended, now=house.now)
    assert said(house) == [
        ("情報化推進部会 委員2", "費用は年にいくらか。"),
        ("IT推進課長 山田 太郎", "三百万円である。"),
        ("会長（進行）", "ほかにあるか。"),
    ]
    assert prove(house.office).findings == []


def test_a_remark_taken_back_is_gone_from_the_minutes_and_stays_in_the_record(
    house: House, item: int
) -> None:
    first, second = speak(house, item, QUESTION, ANSWER)
    actions.remove_speech(house.office, OFFICE, first, now=house.now)
    assert said(house) == [("IT推進課長 山田 太郎", "三百万円である。")]
    with house.office.reading() as db:
        assert db.get_one(Speech, first).text == "費用はいくらか。"
    for again in (first, second + 1):
        with pytest.raises(AlreadyDone):
            actions.correct_speech(house.office, OFFICE, again, QUESTION, now=house.now)


def test_after_the_meeting_a_remark_is_corrected_with_a_reason_alone(house: House, item: int) -> None:
    (first,) = speak(house, item, QUESTION)
    over(house, item)
    for act in (
        lambda why: speak(house, item, ANSWER, reason=why),
        lambda why: actions.correct_speech(house.office, OFFICE, first, ANSWER, reason=why, now=house.now),
        lambda why: actions.remove_speech(house.office, OFFICE, 3, reason=why, now=house.now),
        lambda why: actions.enter_guests(house.office, OFFICE, 1, [], 3, reason=why, now=house.now),
        lambda why: actions.enter_times(
            house.office, OFFICE, 1, MEMBER, arrived_at=None, left_at=house.now, reason=why, now=house.now
        ),
    ):
        with pytest.raises(BadInput, match="訂正の理由"):
            act(" ")
        act("録音と照合")
    assert said(house) == [("IT推進課長 山田 太郎", "三百万円である。")]


REFUSED: dict[str, tuple[type[Exception], Callable[[House, int], object]]] = {
    "no words": (BadInput, lambda h, i: speak(h, i, Spoken(Speaker.CHAIR, " "))),
    "no member": (BadInput, lambda h, i: speak(h, i, Spoken(Speaker.MEMBER, "はい", member="tanto"))),
    "nobody": (BadInput, lambda h, i: speak(h, i, Spoken(Speaker.GUEST, "はい"))),
    "another body": (
        NotAllowed,
        lambda h, i: actions.record_speech(h.office, "ict_honbu_office", i, ANSWER, now=h.now),
    ),
    "the chair": (NotAllowed, lambda h, i: actions.record_speech(h.office, CHAIR, i, ANSWER, now=h.now)),
    "fewer than nobody": (
        BadInput,
        lambda h, _: actions.enter_guests(h.office, OFFICE, 1, [], -1, now=h.now),
    ),
    "a guest of two lines": (
        BadInput,
        lambda h, _: actions.enter_guests(h.office, OFFICE, 1, ["課長\n山田"], 0, now=h.now),
    ),
    "late before the beginning": (BadInput, lambda h, _: times(h, "2023-03-08 08:59", None)),
    "left before they came": (BadInput, lambda h, _: times(h, "2023-03-08 09:40", "2023-03-08 09:30")),
    "to come": (BadInput, lambda h, _: times(h, None, "2023-03-08 11:00")),
}


def times(house: House, arrived: str | None, left: str | None, member: str = MEMBER) -> None:
    actions.enter_times(
        house.office,
        OFFICE,
        1,
        member,
        arrived_at=moment(arrived) if arrived else None,
        left_at=moment(left) if left else None,
        now=house.now,
    )


@pytest.mark.parametrize("why", REFUSED)
def test_what_makes_no_sense_is_refused(house: House, item: int, why: str) -> None:
    error, act = REFUSED[why]
    with pytest.raises(error):
        act(house, item)
    assert said(house) == []


def test_nothing_is_said_before_the_meeting_begins_nor_under_a_heading(house: House) -> None:
    meeting = house.a_meeting()
    heading = actions.list_matter(house.office, OFFICE, meeting, "議事", heading=True, now=house.now)
    matter = actions.list_matter(house.office, OFFICE, meeting, "会長の選出", now=house.now)
    with pytest.raises(NotNow):
        speak(house, matter, ANSWER)
    house.later(days=8)
    with pytest.raises(BadInput, match="見出し"):
        speak(house, heading, ANSWER)
    speak(house, matter, ANSWER)


def test_guests_observers_and_who_came_late_or_left_are_kept(house: House, item: int) -> None:
    guests = ["IT推進課長 山田 太郎", "IT推進課 係長 佐藤"]
    actions.enter_guests(house.office, OFFICE, 1, guests, 4, now=house.now)
    times(house, "2023-03-08 09:20", "2023-03-08 09:50")
    with house.office.reading() as db:
        assert besides(db, 1) == Besides(tuple(guests), 4)
        held = meeting_of(db, 1)
        late = {each.seat.key: (each.arrived_at, each.left_at) for each in places(db, held)}
    assert late[MEMBER] == (moment("2023-03-08 09:20"), moment("2023-03-08 09:50"))
    assert late[CHAIR] == (None, None)
    away = {MEMBER: Seated(present=False)}
    actions.enter_attendance(house.office, OFFICE, 1, away, now=house.now)
    with house.office.reading() as db:
        late = {each.seat.key: (each.arrived_at, each.left_at) for each in places(db, held)}
    assert late[MEMBER] == (None, None)
    with pytest.raises(BadInput, match="出席が記録されていません"):
        times(house, "2023-03-08 09:20", None)


def test_the_secretariat_types_remarks_under_the_item_and_a_refusal_keeps_the_words(
    house: House, item: int
) -> None:
    secretary = Browser(house, OFFICE)
    refused = secretary.send(
        f"/items/{item}/speeches", 422, speaker="guest", name="", text="三百万円である。"
    )
    assert "発言者" in refused and ">三百万円である。</textarea>" in refused
    secretary.send(f"/items/{item}/speeches", speaker=f"member:{MEMBER}", text="費用は。")
    shown = secretary.send(f"/items/{item}/speeches", speaker="guest", name="IT推進課長", text="三百万円。")
    assert shown.index("費用は。") < shown.index("三百万円。") and "<b>IT推進課長</b>" in shown
    shown = secretary.send("/speeches/1/correct", speaker=f"member:{MEMBER}", text="費用はいくらか。")
    assert "費用はいくらか。" in shown and "費用は。" not in shown
    assert "三百万円。" not in secretary.send("/speeches/2/remove")
    secretary.send("/speeches/2/remove", 409)
    shown = secretary.send("/meetings/1/guests", guests="課長 山田\n\n係長 佐藤\n", observers="2")
    assert "課長 山田、係長 佐藤" in shown and "2 人" in shown
    secretary.send("/meetings/1/guests", 422, guests="", observers="二人")
    assert "遅参 09:20" in secretary.send("/meetings/1/times", member=MEMBER, arrived="09:20", left="")


def test_the_record_of_a_sitting_is_read_by_its_secretariat_chair_and_auditors(
    house: House, item: int
) -> None:
    speak(house, item, QUESTION)
    for key in ("auditor", "admin"):
        if key == "auditor":
            house.a_person(key)
            proof = actions.OwnMachine()
            actions.name_auditor(house.office, "admin", key, house.now.date(), proof=proof, now=house.now)
    seen = {
        key: Program(house, key).client.get("meetings/1/sitting").status_code
        for key in (OFFICE, CHAIR, "auditor", MEMBER, "ict_honbu_office", "ict_honbu_chair", "admin")
    }
    assert [key for key, status in seen.items() if status == 200] == [OFFICE, CHAIR, "auditor"]
    assert "費用はいくらか。" in Browser(house, CHAIR).see("/meetings/1")
    assert "費用はいくらか。" not in Browser(house, MEMBER).see("/meetings/1")


def test_a_program_records_a_sitting(house: House, item: int) -> None:
    program = Program(house, OFFICE)
    number = program.do(f"items/{item}/speeches", speaker="member", member=MEMBER, text="費用は。")["number"]
    number = program.do(f"speeches/{number}/correct", speaker="secretariat", text="費用は別紙のとおり。")[
        "number"
    ]
    program.do("meetings/1/guests", guests=["課長 山田"], observers=2)
    program.do("meetings/1/times", member=MEMBER, left_at="2023-03-08T09:50:00+09:00")
    shown = program.ask("meetings/1/sitting")
    assert shown["guests"] == ["課長 山田"] and shown["observers"] == 2
    assert [(each["member"], each["left_at"]) for each in shown["times"]] == [
        (MEMBER, "2023-03-08T09:50:00+09:00")
    ]
    (speech,) = shown["speeches"]
    assert (speech["number"], speech["speaker"], speech["text"]) == (
        number,
        "secretariat",
        "費用は別紙のとおり。",
    )
    program.do(f"speeches/{number}/remove")
    assert program.ask("meetings/1/sitting")["speeches"] == []


def test_every_remark_is_a_row_of_its_own(house: House, item: int) -> None:
    (first,) = speak(house, item, QUESTION)
    second = actions.correct_speech(house.office, OFFICE, first, ANSWER, now=house.now)
    with house.office.reading() as db:
        rows = db.execute(select(Speech.id, Speech.supersedes_id).order_by(Speech.id)).all()
    assert rows == [(first, None), (second, first)]


def test_a_remark_is_put_between_two_others_and_stays_there(house: House, item: int) -> None:
    def add(words: str, before: int | None = None) -> int:
        said = Spoken(Speaker.SECRETARIAT, words)
        return actions.record_speech(house.office, OFFICE, item, said, before=before, now=house.now)

    one, two = add("一"), add("二")
    half = add("一と二の間", two)
    add("その前", half)
    add("初め", one)
    add("終わり")
    words = ["初め", "一", "その前", "一と二の間", "二", "終わり"]
    assert [text for _, text in said(house)] == words
    actions.correct_speech(house.office, OFFICE, half, Spoken(Speaker.CHAIR, "直した"), now=house.now)
    actions.remove_speech(house.office, OFFICE, one, now=house.now)
    assert [text for _, text in said(house)] == ["初め", "その前", "直した", "二", "終わり"]
    for gone in (half, one):
        with pytest.raises(AlreadyDone):
            add("遅い", gone)
    assert prove(house.office).whole


def test_a_remark_is_put_before_one_of_its_own_item_alone(house: House, item: int) -> None:
    (first,) = speak(house, item, QUESTION)
    other = actions.list_matter(house.office, OFFICE, 1, "その他", now=house.now)
    for at, before in ((other, first), (item, 999)):
        with pytest.raises(NotFound):
            actions.record_speech(house.office, OFFICE, at, ANSWER, before=before, now=house.now)


def test_the_page_puts_a_remark_before_another_and_keeps_what_was_refused(house: House, item: int) -> None:
    (first,) = speak(house, item, ANSWER)
    page = Browser(house, OFFICE)
    form = {"speaker": "secretariat", "name": "", "before": str(first)}
    refused = page.send(f"/items/{item}/speeches", 422, **{**form, "speaker": ""}, text="問いが先です。")
    assert "問いが先です。" in refused and f'name="before" value="{first}"' in refused
    page.send(f"/items/{item}/speeches", **form, text="問いが先です。")
    assert [text for _, text in said(house)] == ["問いが先です。", ANSWER.text]
