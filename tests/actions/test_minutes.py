"""The minutes of a meeting (概要, 会議録): drafted from the record, edited, confirmed by the chair, corrected, approved."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from definitions.load import shipped
from definitions.terms import Outcome, Role
from tests.support.api_client import Program
from tests.support.counting import counted
from tests.support.scenario import LONG_AGO, House
from tests.support.web_client import Browser
from workflow import actions
from workflow.actions import Seated, Spoken
from workflow.domain.errors import AlreadyDone, BadInput, NotAllowed, NotNow
from workflow.domain.meetings import MeetingForm, Purpose
from workflow.domain.minutes import MinutesKind, MinutesState, Speaker, draft_of
from workflow.domain.votes import Part
from workflow.queries.agenda import agenda, agenda_lines
from workflow.queries.meetings import meeting as meeting_of
from workflow.queries.minutes import MinutesVersion, confirmers, minutes_facts, minutes_versions, parts_on
from workflow.store.proof import prove

OFFICE, CHAIR, MEMBER = "joho_bukai_office", "joho_bukai_chair", "joho_bukai_1"
SUMMARY, FULL = MinutesKind.SUMMARY, MinutesKind.FULL


@pytest.fixture
def meeting(house: House) -> int:
    """A meeting of the 部会 that is over: a plan agreed on with a condition, and a matter of its own."""
    house.a_plan()
    house.a_version()
    item = house.an_item("policy_bukai")
    matter = actions.list_matter(house.office, OFFICE, 1, "その他", now=house.now)
    actions.enter_guests(house.office, OFFICE, 1, ["IT推進課長 山田 太郎"], 2, now=house.now)
    for spoken in (
        Spoken(Speaker.MEMBER, "費用はいくらか。", member=MEMBER),
        Spoken(Speaker.GUEST, "三百万円である。\n内訳は資料のとおり。", name="IT推進課長 山田 太郎"),
        Spoken(Speaker.CHAIR, "条件付きで了承とする。"),
    ):
        actions.record_speech(house.office, OFFICE, item, spoken, now=house.now)
    actions.record_outcome(
        house.office, OFFICE, item, Outcome.CONDITIONAL, conditions=["図を直す"], now=house.now
    )
    actions.record_result(house.office, OFFICE, matter, "次回は来月とした。", now=house.now)
    actions.close_meeting(house.office, OFFICE, 1, now=house.now)
    return 1


def versions(house: House, kind: MinutesKind, *, drafts: bool = True) -> list[MinutesVersion]:
    with house.office.reading() as db:
        return [each for each in minutes_versions(db, 1, drafts=drafts) if each.kind is kind]


def settled(house: House, kind: MinutesKind = FULL) -> None:
    """The text is drafted, put to the chair and confirmed."""
    office, now = house.office, house.now
    if not versions(house, kind):
        actions.draft_minutes(office, OFFICE, 1, kind, now=now)
    actions.put_minutes(office, OFFICE, 1, kind, now=now)
    seen = versions(house, kind)[0].revision
    actions.confirm_minutes(office, CHAIR, 1, kind, seen=seen, now=now)


def test_both_texts_are_drafted_from_the_record(house: House, meeting: int) -> None:
    (summary,) = versions(house, SUMMARY)
    assert summary.text == (
        "情報化推進部会　概要\n"
        "\n"
        "日時　令和5年3月8日（水） 09:00から11:00まで\n"
        "場所　第一委員会室（対面）\n"
        "出席　委員 3 人中 3 人\n"
        "傍聴者　2 人\n"
        "\n"
        "議題1　DX推進計画（策定方針・部会での検討）\n"
        "　結果　条件付き了承\n"
        "　条件　図を直す\n"
        "\n"
        "議題2　その他\n"
        "　結果　次回は来月とした。\n"
    )
    actions.draft_minutes(house.office, OFFICE, 1, FULL, now=house.now)
    (full,) = versions(house, FULL)
    assert "４　説明者・関係者　IT推進課長 山田 太郎\n５　傍聴者　2 人\n" in full.text
    assert (
        "議題1　DX推進計画（策定方針・部会での検討）\n"
        "　（情報化推進部会 委員1委員）費用はいくらか。\n"
        "　（IT推進課長 山田 太郎）三百万円である。\n"
        "　　内訳は資料のとおり。\n"
        "　（情報化推進部会 会長chair部会長）条件付きで了承とする。\n"
        "　結果　条件付き了承\n"
    ) in full.text


def test_who_was_there_stands_in_the_minutes_by_office_and_name(house: House) -> None:
    house.a_person("deputy", "代理 次郎")
    actions.name_deputy(house.office, "admin", MEMBER, "deputy", LONG_AGO, now=house.now)
    actions.post(house.office, "admin", CHAIR, "it", LONG_AGO, position="政策経営部長", now=house.now)
    house.a_plan()
    house.a_version()
    item = house.an_item("policy_bukai")
    there = {
        MEMBER: Seated(present=True, deputy="deputy"),
        "joho_bukai_2": Seated(present=False),
        CHAIR: Seated(present=True),
    }
    actions.enter_attendance(house.office, OFFICE, 1, there, now=house.now)
    actions.enter_times(
        house.office, OFFICE, 1, MEMBER, arrived_at=house.now - timedelta(minutes=40), left_at=None, now=house.now
    )  # fmt: skip
    actions.enter_parts(house.office, OFFICE, item, {CHAIR: Part.RECUSED}, now=house.now)
    said = Spoken(Speaker.MEMBER, "賛成である。", member=MEMBER)
    actions.record_speech(house.office, OFFICE, item, said, now=house.now)
    with house.office.reading() as db:
        facts = minutes_facts(db, meeting_of(db, 1))
    text = draft_of(FULL, facts)
    assert "　部会長（政策経営部長）　情報化推進部会 会長chair\n" in text
    assert "　委員　情報化推進部会 委員1（代理 代理 次郎、遅参 09:20）\n" in text
    assert "　欠席した委員\n　委員　情報化推進部会 委員2\n" in text
    assert "　除斥 情報化推進部会 会長chair\n" in text
    assert "（代理 次郎（情報化推進部会 委員1委員代理））賛成である。" in text


def test_closing_keeps_the_words_that_were_typed(house: House) -> None:
    number = house.a_meeting()
    house.later(days=7, hours=1).everybody_attends("joho_bukai", number)
    actions.close_meeting(house.office, OFFICE, number, "議題なし。\r\n閉会。", now=house.now)
    (summary,) = versions(house, SUMMARY)
    assert (summary.text, summary.edited, summary.state) == ("議題なし。\n閉会。", True, MinutesState.DRAFT)


def test_edits_are_not_lost_by_drafting_again_unless_it_is_meant(house: House, meeting: int) -> None:
    office, now = house.office, house.now
    first = versions(house, SUMMARY)[0]
    actions.edit_minutes(office, OFFICE, 1, SUMMARY, "直した。", seen=first.revision, now=now)
    with pytest.raises(AlreadyDone, match="直した文は失われます"):
        actions.draft_minutes(office, OFFICE, 1, SUMMARY, now=now)
    with pytest.raises(AlreadyDone, match="ほかの人が"):
        actions.edit_minutes(office, OFFICE, 1, SUMMARY, "別に直した。", seen=first.revision, now=now)
    assert versions(house, SUMMARY)[0].text == "直した。"
    actions.draft_minutes(office, OFFICE, 1, SUMMARY, anew=True, now=now)
    assert versions(house, SUMMARY)[0].text == first.text


def test_the_chair_returns_a_text_with_remarks_and_confirms_the_next(house: House, meeting: int) -> None:
    office, now = house.office, house.now
    actions.put_minutes(office, OFFICE, 1, SUMMARY, now=now)
    with pytest.raises(NotNow, match="会長の確認待ち"):
        actions.edit_minutes(office, OFFICE, 1, SUMMARY, "直した。", seen=0, now=now)
    with pytest.raises(BadInput):
        actions.return_minutes(office, CHAIR, 1, SUMMARY, " ", now=now)
    actions.return_minutes(office, CHAIR, 1, SUMMARY, "二つ目の議題が違う", now=now)
    back = versions(house, SUMMARY)[0]
    assert (back.state, back.note) == (MinutesState.DRAFT, "二つ目の議題が違う")
    actions.edit_minutes(office, OFFICE, 1, SUMMARY, "直した。", seen=back.revision, now=now)
    actions.put_minutes(office, OFFICE, 1, SUMMARY, now=now)
    with pytest.raises(AlreadyDone, match="ほかの人が"):
        actions.confirm_minutes(office, CHAIR, 1, SUMMARY, seen=back.revision, now=now)
    actions.confirm_minutes(office, CHAIR, 1, SUMMARY, seen=back.revision + 1, now=now)
    assert [each.text for each in versions(house, SUMMARY, drafts=False)] == ["直した。"]
    assert prove(house.office).findings == []


def test_the_secretariat_enters_what_the_chair_confirmed_on_paper_and_says_so(
    house: House, meeting: int
) -> None:
    office, now = house.office, house.now
    actions.put_minutes(office, OFFICE, 1, SUMMARY, now=now)
    with pytest.raises(BadInput, match="確認の方法"):
        actions.confirm_minutes(office, OFFICE, 1, SUMMARY, seen=0, now=now)
    actions.confirm_minutes(office, OFFICE, 1, SUMMARY, seen=0, note="書面で確認", now=now)
    assert versions(house, SUMMARY)[0].note == "書面で確認"


def test_who_presided_confirms_while_they_are_chair_or_vice_chair(house: House) -> None:
    house.a_person("vice", "副 会長")
    actions.seat(house.office, "admin", "vice", "joho_bukai", Role.VICE_CHAIR, LONG_AGO, now=house.now)
    number = house.a_meeting()
    house.later(days=7, hours=1)
    there = {"vice": Seated(present=True), CHAIR: Seated(present=False)}
    actions.enter_attendance(house.office, OFFICE, number, there, now=house.now)
    with house.office.reading() as db:
        held = meeting_of(db, number)
        assert [each.key for each in confirmers(db, held, house.now.date())] == ["vice"]
    actions.close_meeting(house.office, OFFICE, number, now=house.now)
    actions.put_minutes(house.office, OFFICE, number, SUMMARY, now=house.now)
    with pytest.raises(NotAllowed):
        actions.confirm_minutes(house.office, CHAIR, number, SUMMARY, seen=0, now=house.now)
    actions.end_terms(house.office, "admin", "vice", house.now.date(), now=house.now)
    house.later(days=1)
    actions.confirm_minutes(house.office, CHAIR, number, SUMMARY, seen=0, now=house.now)


def test_a_final_text_is_corrected_by_a_new_version_that_the_chair_confirms_again(
    house: House, meeting: int
) -> None:
    settled(house)
    first = versions(house, FULL)[0]
    with pytest.raises(NotNow, match="確定"):
        actions.draft_minutes(house.office, OFFICE, 1, FULL, now=house.now)
    with pytest.raises(BadInput, match="訂正の理由"):
        actions.correct_minutes(house.office, OFFICE, 1, "正しい文", " ", kind=FULL, now=house.now)
    actions.correct_minutes(house.office, OFFICE, 1, "正しい文", "聞き違い", kind=FULL, now=house.now)
    assert [(each.version, each.state) for each in versions(house, FULL)] == [
        (2, MinutesState.DRAFT),
        (1, MinutesState.CONFIRMED),
    ]
    assert [each.text for each in versions(house, FULL, drafts=False)] == [first.text]
    settled(house)
    assert [each.text for each in versions(house, FULL, drafts=False)] == ["正しい文", first.text]
    assert versions(house, FULL)[0].reason == "聞き違い"


def test_each_message_names_the_text_that_it_is_about(house: House, meeting: int) -> None:
    office, now = house.office, house.now
    settled(house, SUMMARY)
    with pytest.raises(NotNow, match=r"概要の修正.*概要は「確定」です"):
        actions.edit_minutes(office, OFFICE, 1, SUMMARY, "文", seen=0, now=now)
    coming = house.a_meeting()
    actions.list_minutes(office, OFFICE, 1, SUMMARY, now=now)
    with pytest.raises(AlreadyDone, match="この概要の承認は"):
        actions.list_minutes(office, OFFICE, 1, SUMMARY, now=now)
    with office.reading() as db:
        assert agenda_lines(db, coming, agenda(db, coming))[0].title == "前回概要の承認（情報化推進部会）"
    secretary = Browser(house, OFFICE)
    for text, named, other in (("full", "会議録", "概要"), ("summary", "概要", "会議録")):
        if text == "full":
            secretary.send("/meetings/1/minutes/full/draft")
            secretary.do("/meetings/1/minutes/full/put")
            shown = Browser(house, CHAIR).send("/meetings/1/minutes/full/confirm", seen="0")
            assert "会議録を確定しました" in shown
        shown = secretary.send("/meetings/1/minutes", text=text, minutes="正しい文", reason="誤り")
        assert f"{named}を訂正しました" in shown and f"{other}を訂正しました" not in shown


def test_minutes_are_approved_as_the_first_item_of_the_next_meeting(house: House, meeting: int) -> None:
    office, now = house.office, house.now
    with pytest.raises(NotNow, match="作成中"):
        actions.list_minutes(office, OFFICE, 1, SUMMARY, now=now)
    settled(house)
    with pytest.raises(NotNow, match="次の会議がまだありません"):
        actions.list_minutes(office, OFFICE, 1, now=now)
    coming = house.a_meeting()
    actions.list_matter(office, OFFICE, coming, "議事", now=now)
    item = actions.list_minutes(office, OFFICE, 1, now=now)
    with pytest.raises(AlreadyDone):
        actions.list_minutes(office, OFFICE, 1, now=now)
    with office.reading() as db:
        first, second = agenda_lines(db, coming, agenda(db, coming))
    assert (first.id, first.title, first.purpose) == (
        item,
        "前回会議録の承認（情報化推進部会）",
        Purpose.MATTER,
    )
    assert second.title == "議事"
    house.later(days=8)
    refused = {"result": "字句を直すこととされた。", "approved": False}
    actions.record_result(office, OFFICE, item, now=house.now, **refused)  # type: ignore[arg-type]
    assert versions(house, FULL)[0].state is MinutesState.CONFIRMED
    actions.record_result(office, OFFICE, item, "異議なく承認された。", now=house.now)
    assert versions(house, FULL)[0].state is MinutesState.APPROVED
    with pytest.raises(AlreadyDone):
        actions.list_minutes(office, OFFICE, 1, now=house.now)
    assert prove(office).findings == []


REFUSED: dict[str, tuple[type[Exception], Callable[[House], object]]] = {
    "another body drafts": (
        NotAllowed,
        lambda h: actions.draft_minutes(h.office, "ict_honbu_office", 1, FULL, now=h.now),
    ),
    "the chair drafts": (NotAllowed, lambda h: actions.draft_minutes(h.office, CHAIR, 1, FULL, now=h.now)),
    "a member confirms": (
        NotAllowed,
        lambda h: actions.confirm_minutes(h.office, MEMBER, 1, SUMMARY, seen=0, now=h.now),
    ),
    "what nobody put to the chair": (
        NotNow,
        lambda h: actions.confirm_minutes(h.office, CHAIR, 1, SUMMARY, seen=0, now=h.now),
    ),
    "no text": (
        BadInput,
        lambda h: actions.edit_minutes(h.office, OFFICE, 1, SUMMARY, " ", seen=0, now=h.now),
    ),
    "nothing to return": (
        NotNow,
        lambda h: actions.return_minutes(h.office, CHAIR, 1, SUMMARY, "直す", now=h.now),
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_makes_no_sense_is_refused(house: House, meeting: int, why: str) -> None:
    error, act = REFUSED[why]
    before = versions(house, SUMMARY)
    with pytest.raises(error):
        act(house)
    assert versions(house, SUMMARY) == before


def test_minutes_of_a_meeting_under_way_are_drafted_and_not_yet_put_to_the_chair(house: House) -> None:
    number = house.a_meeting()
    with pytest.raises(NotNow):
        actions.draft_minutes(house.office, OFFICE, number, FULL, now=house.now)
    house.later(days=7, hours=1).everybody_attends("joho_bukai", number)
    actions.draft_minutes(house.office, OFFICE, number, SUMMARY, now=house.now)
    with pytest.raises(NotNow, match="招集済"):
        actions.put_minutes(house.office, OFFICE, number, SUMMARY, now=house.now)
    actions.close_meeting(house.office, OFFICE, number, now=house.now)
    assert len(versions(house, SUMMARY)) == 1


def test_minutes_of_what_was_decided_in_writing_tell_of_no_attendance(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.an_item("policy_bukai", form=MeetingForm.IN_WRITING)
    with house.office.reading() as db:
        text = draft_of(SUMMARY, minutes_facts(db, meeting_of(db, 1)))
    assert "出席" not in text and "（持ち回り）" in text


def test_who_reads_the_plan_reads_the_part_on_it_and_no_other(house: House, meeting: int) -> None:
    settled(house)
    with house.office.reading() as db:
        ((heading, part),) = parts_on(db, meeting_of(db, 1), [1])
    assert heading == "議題1　DX推進計画（策定方針・部会での検討）"
    assert "三百万円である。" in part and "次回は来月" not in part
    shown = Browser(house, "tanto").see("/meetings/1/minutes")
    assert "三百万円である。" in shown and "次回は来月" not in shown and "傍聴者" not in shown
    parts = Program(house, "tanto").ask("meetings/1/minutes")
    assert parts["versions"] == [] and "三百万円である。" in parts["parts"][0]["text"]
    shown = Browser(house, MEMBER).see("/meetings/1/minutes?plan=dx")
    assert "三百万円である。" in shown and "次回は来月" not in shown


def test_drafts_are_read_by_the_secretariat_the_chair_and_auditors_alone(house: House, meeting: int) -> None:
    house.a_person("auditor")
    proof = actions.OwnMachine()
    actions.name_auditor(house.office, "admin", "auditor", LONG_AGO, proof=proof, now=house.now)
    readers = (OFFICE, CHAIR, "auditor", MEMBER)

    def seen(words: str) -> list[str]:
        pages = {key: Browser(house, key).see("/meetings/1/minutes") for key in readers}
        answers = {key: str(Program(house, key).ask("meetings/1/minutes")) for key in readers}
        shown = {key: words in pages[key] for key in readers}
        assert shown == {key: words in answers[key] for key in readers}
        return [key for key in readers if shown[key]]

    assert seen("次回は来月とした。") == [OFFICE, CHAIR, "auditor"]
    assert "次回は来月とした。" not in Program(house, MEMBER).ask("meetings/1")["minutes"]
    settled(house, SUMMARY)
    assert seen("次回は来月とした。") == [*readers]
    actions.correct_minutes(house.office, OFFICE, 1, "書き直した。", "誤り", now=house.now)
    assert seen("書き直した。") == [OFFICE, CHAIR, "auditor"]
    assert "次回は来月とした。" in Program(house, MEMBER).ask("meetings/1")["minutes"]
    assert Program(house, OFFICE).ask("meetings/1")["minutes"] == "書き直した。"


def test_the_minutes_go_their_way_in_the_pages(house: House, meeting: int) -> None:
    house.a_meeting()
    office, chair = Browser(house, OFFICE), Browser(house, CHAIR)
    shown = office.send("/meetings/1/minutes/full/draft")
    assert "三百万円である。" in shown and "作成中" in shown
    refused = office.send("/meetings/1/minutes/full/edit", 409, minutes="失いたくない文", seen="7")
    assert ">失いたくない文</textarea>" in refused
    assert "案を保存しました" in office.send(
        "/meetings/1/minutes/full/edit", minutes="議題1　直した。", seen="0"
    )
    assert "直した文は失われます" in office.send("/meetings/1/minutes/full/draft", 409)
    asked = office.send("/meetings/1/minutes/full/put")
    assert "会議録の確認の依頼" in asked and "joho-bukai-chair@city.example.jp" in asked
    office.do("/meetings/1/minutes/full/put")
    assert "違うところ" in chair.send("/meetings/1/minutes/full/return", note="違うところがある")
    office.do("/meetings/1/minutes/full/put")
    shown = chair.send("/meetings/1/minutes/full/confirm", seen="1")
    assert "確定" in shown
    shown = office.send("/meetings/1/minutes/full/approval")
    assert "前回会議録の承認" in shown
    office.send("/meetings/1/minutes", text="full", minutes="もう一度直した。", reason="誤字")
    shown = office.see("/meetings/1/minutes")
    assert "もう一度直した。" in shown and "前の版" in shown and "議題1　直した。" in shown


def test_a_program_takes_the_minutes_their_way(house: House, meeting: int) -> None:
    office, chair = Program(house, OFFICE), Program(house, CHAIR)
    assert office.do("meetings/1/minutes/full/draft")["number"] == 1
    office.do("meetings/1/minutes/full/edit", minutes="直した。", seen=0)
    office.do("meetings/1/minutes/full/draft", 409)
    told = office.client.post("meetings/1/minutes/full/put?dry_run=true").json()
    assert "minutes" in str(told)
    office.do("meetings/1/minutes/full/put")
    chair.do("meetings/1/minutes/full/return", note="違う")
    office.do("meetings/1/minutes/full/put")
    chair.do("meetings/1/minutes/full/confirm", seen=1)
    office.do("meetings/1/minutes", minutes="正しい。", reason="誤字", kind="full")
    found = [each for each in office.ask("meetings/1/minutes")["versions"] if each["kind"] == "full"]
    assert [(each["version"], each["state"]) for each in found] == [(2, "draft"), (1, "confirmed")]


def test_the_facts_of_forty_items_take_as_many_statements_as_those_of_one(house: House) -> None:
    number = house.a_meeting()
    for _ in range(2):
        actions.list_matter(house.office, OFFICE, number, "議題", now=house.now)
    house.later(days=8)

    def asked() -> int:
        with house.office.reading() as db:
            held = meeting_of(db, number)
            with counted(house) as sent:
                facts = minutes_facts(db, held)
        assert sum(len(item.remarks) for item in facts.items) == len(facts.items) - 1
        return len(sent)

    def speak(items: range) -> None:
        for item in items:
            said = Spoken(Speaker.MEMBER, "はい。", member=MEMBER)
            actions.record_speech(house.office, OFFICE, item, said, now=house.now)

    speak(range(1, 2))
    one = asked()
    other = house.later(days=-8).a_meeting()
    for _ in range(40):
        actions.list_matter(house.office, OFFICE, other, "議題", now=house.now)
    house.later(days=8)
    number = other
    speak(range(3, 42))
    assert asked() == one
    print(f"{one} statements")


@pytest.mark.parametrize("chain", ["shingikai_gian"])
def test_the_votes_of_a_body_stand_in_its_minutes(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.agree("consultation_shingikai")
    with house.office.reading() as db:
        text = draft_of(SUMMARY, minutes_facts(db, meeting_of(db, 1)))
    assert "　結果　答申（賛成 2、反対 0、棄権 0）\n" in text


def test_a_chain_of_another_body_reads_no_minutes(house: House, meeting: int) -> None:
    settled(house)
    house.a_person("other")
    actions.add_chain(house.office, "admin", shipped("two_rounds"), now=house.now)
    actions.seat(house.office, "admin", "other", "kentokai", Role.MEMBER, LONG_AGO, now=house.now)
    Browser(house, "other").see("/meetings/1/minutes", 403)
    Program(house, "other").ask("meetings/1/minutes", 403)


def test_two_headings_keep_the_parts_of_their_items_apart(house: House) -> None:
    number = house.a_meeting()
    for title, heading in (("議事", True), ("選出", False), ("報告", True), ("選出", False)):
        actions.list_matter(house.office, OFFICE, number, title, heading=heading, now=house.now)
    with house.office.reading() as db:
        text = draft_of(SUMMARY, minutes_facts(db, meeting_of(db, number)))
    assert "〔1　議事〕\n\n議題1(1)　選出" in text and "〔2　報告〕\n\n議題2(1)　選出" in text
