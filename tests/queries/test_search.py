"""The search over everything that one may read, on both databases: what is found, by whom, and since when."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from definitions.load import shipped
from definitions.terms import Outcome, Role
from tests.support.counting import counted
from tests.support.documents import p, word
from tests.support.scenario import LONG_AGO, House
from workflow import actions
from workflow.actions.search import follow_record, rebuild_index
from workflow.domain.calendar import tokyo_day
from workflow.domain.comments import Author, Disposition, Route
from workflow.domain.inquiries import GivenRemark, Silence
from workflow.domain.minutes import MinutesKind
from workflow.domain.rights import PaperAudience, PlanReaders
from workflow.domain.search import SearchKind
from workflow.queries.actor import actor
from workflow.queries.search import ON_A_PAGE, SearchResult, search
from workflow.store.proof import prove

SECRETARIAT, CHAIR, MEMBER = "joho_bukai_office", "joho_bukai_chair", "joho_bukai_1"


def asked(house: House, who: str, query: str, **how: object) -> SearchResult:
    with house.office.reading() as db:
        return search(db, actor(db, who, tokyo_day(house.now)), query, **how)  # type: ignore[arg-type]


def found(house: House, who: str, query: str) -> dict[SearchKind, int]:
    """The numbers of what the person finds, by kind, once the index follows the record."""
    follow_record(house.office)
    return {each.kind: each.count for each in asked(house, who, query).groups}


def a_stranger(house: House) -> None:
    """Of another department."""
    house.a_person("fukushi", "福祉 次郎")
    actions.add_department(house.office, "admin", "welfare", "福祉課", now=house.now)
    actions.post(house.office, "admin", "fukushi", "welfare", LONG_AGO, now=house.now)


@pytest.mark.parametrize(
    "query", ["計", "案", "計画", "計画案", "ｹｲｶｸ", "ＣＩＯ", "cio 計画案", "計画案 二丁目"]
)
def test_words_of_any_length_and_width_are_found_in_a_document(house: House, query: str) -> None:
    house.a_plan()
    body = "".join(p(each) for each in ("CIOの計画案（ケイカク）", "あ" * 9000, "二丁目の計画案"))
    actions.add_version(house.office, "tanto", "dx", "本編.docx", word(body), now=house.now)
    assert found(house, "tanto", query)[SearchKind.VERSION] == 1


@pytest.mark.parametrize("query", ["令和87年", "葛飾区"])
def test_a_word_is_found_behind_many_like_it_and_whatever_its_form(house: House, query: str) -> None:
    house.a_plan()
    days = [f"令和{day % 9 + 1}年{day % 12 + 1}月" for day in range(400)]
    house.a_version("\n".join([*days, "令和87年、葛\U000e0100飾区"]))
    assert found(house, "tanto", query)[SearchKind.VERSION] == 1


@pytest.mark.parametrize("query", ["計案", "画計", "計画案 三丁目", "計画案計画"])
def test_what_is_not_written_so_is_not_found(house: House, query: str) -> None:
    house.a_plan()
    house.a_version("計画案\n二丁目の計画案")
    assert found(house, "tanto", query) == {}


@pytest.mark.parametrize(
    "query", ["", "　", "、。", "\x00", '"', "*", "計 OR 画", "NOT", "ぬ:*", "(", "'); --"]
)
def test_a_query_of_any_signs_is_answered(house: House, query: str) -> None:
    house.a_plan()
    assert found(house, "tanto", query) == {}


def test_a_result_leads_to_the_place_in_the_text(house: House) -> None:
    house.a_plan()
    lines = [*(f"{number} 行目" for number in range(900)), "ここに架橋とある。"]
    house.a_version("\n".join(lines))
    follow_record(house.office)
    ((group,),) = (asked(house, "tanto", "架橋").groups,)
    (hit,) = group.hits
    assert (hit.kind, hit.plan, hit.link, hit.line) == (SearchKind.VERSION, ("dx", "DX推進計画"), "1", 900)
    assert [(each.text, each.marked) for each in hit.excerpt] == [
        ("ここに", False),
        ("架橋", True),
        ("とある。", False),
    ]


def everything(house: House) -> None:
    """A plan through its public comment, with a word of its own in everything that is written about it."""
    office = house.office
    house.a_plan(at="public_comment")
    last = actions.open_comment(
        office, "tanto", "dx", "comment_period", tokyo_day(house.now), places=["図書館"], contact="窓口", now=house.now
    )  # fmt: skip
    writer = Author("匿名 希望", "秘密町 1", "03-9999-0000", "秘密小学校")
    actions.receive_opinions(
        office, "tanto", "dx", writer, ["蛍を増やす"], route=Route.POST, received_at=house.now, now=house.now
    )
    house.later(days=(last - tokyo_day(house.now)).days + 1)
    actions.answer_opinions(
        office, "tanto", "dx", [1], summary="蛍の要約", answer="蛍を放つ", disposition=Disposition.REFLECTED,
        now=house.now,
    )  # fmt: skip


def test_opinions_are_for_who_runs_the_comment_and_answers_for_readers_once_published(house: House) -> None:
    everything(house)
    a_stranger(house)
    assert found(house, "tanto", "蛍") == {SearchKind.OPINION: 1, SearchKind.REPLY: 1}
    assert found(house, MEMBER, "蛍") == {}
    actions.publish_result(house.office, "tanto", "dx", now=house.now)
    assert found(house, MEMBER, "蛍") == {SearchKind.REPLY: 1}
    assert found(house, "fukushi", "蛍") == {}


def test_who_wrote_an_opinion_and_anybodys_address_is_in_no_index(house: House) -> None:
    everything(house)
    for query in ("匿名", "希望", "秘密町", "9999", "秘密小学校", "example"):
        assert found(house, "tanto", query) == {}, query
    with house.office.reading() as db:
        kept = db.execute(text("SELECT text FROM search_piece")).scalars().all()
    assert not any("秘密" in each or "匿名" in each or "@" in each for each in kept)
    house.later(days=2000)
    actions.publish_result(house.office, "tanto", "dx", now=house.now)
    house.later(days=2000)
    assert actions.erase_authors_due(house.office, 36, now=house.now)
    assert found(house, "tanto", "匿名") == {}


def test_a_plan_is_found_by_those_who_may_read_it(house: House) -> None:
    house.a_plan()
    house.a_version("架橋の計画")
    a_stranger(house)
    assert found(house, "tanto", "架橋") == {SearchKind.VERSION: 1}
    assert found(house, "fukushi", "架橋") == {}
    assert found(house, "fukushi", "推進計画") == {}
    actions.open_plans_to(house.office, "admin", PlanReaders.STAFF, proof=actions.OwnMachine(), now=house.now)
    assert found(house, "fukushi", "架橋") == {SearchKind.VERSION: 1}
    assert found(house, "fukushi", "推進計画") == {SearchKind.PLAN: 1}


def test_papers_are_found_by_their_audience(house: House) -> None:
    office, now = house.office, house.now
    house.a_plan()
    house.a_version()
    a_stranger(house)
    item = actions.list_item(office, SECRETARIAT, house.a_meeting(), "dx", "policy_bukai", now=now)
    for audience in PaperAudience:
        actions.add_paper(
            office, SECRETARIAT, 1, f"{audience.value}.txt", f"紙の橋 {audience.value}".encode(), item=item,
            audience=audience, now=now,
        )  # fmt: skip
    papers = {
        who: found(house, who, "紙の橋").get(SearchKind.PAPER, 0)
        for who in (SECRETARIAT, MEMBER, "tanto", "fukushi", "admin", "mayor")
    }
    assert papers == {SECRETARIAT: 3, MEMBER: 3, "tanto": 2, "fukushi": 1, "admin": 1, "mayor": 2}
    assert [hit.plan for group in asked(house, "fukushi", "紙の橋").groups for hit in group.hits] == [None]
    actions.withdraw_paper(office, SECRETARIAT, 1, "誤り", now=now)
    assert found(house, MEMBER, "紙の橋") == {SearchKind.PAPER: 2}
    assert found(house, SECRETARIAT, "紙の橋") == {SearchKind.PAPER: 3}


def test_what_was_closed_is_hidden_before_the_index_knows(house: House) -> None:
    office, now = house.office, house.now
    a_stranger(house)
    house.a_meeting()
    actions.add_paper(
        office, SECRETARIAT, 1, "甲.txt", "紙の橋".encode(), audience=PaperAudience.PUBLIC, now=now
    )
    assert found(house, "fukushi", "紙の橋") == {SearchKind.PAPER: 1}
    actions.open_paper_to(office, SECRETARIAT, 1, PaperAudience.BODY, "個人情報", now=now)
    assert asked(house, "fukushi", "紙の橋").groups == ()


def test_a_paper_opened_with_another_title_shows_no_earlier_one(house: House) -> None:
    office, now = house.office, house.now
    a_stranger(house)
    house.a_meeting()
    actions.add_paper(
        office, SECRETARIAT, 1, "甲.txt", b"text", title="秘匿の題", audience=PaperAudience.BODY, now=now
    )
    assert found(house, MEMBER, "秘匿") == {SearchKind.PAPER: 1}
    actions.retitle_paper(office, SECRETARIAT, 1, "公開の題", now=now)
    actions.open_paper_to(office, SECRETARIAT, 1, PaperAudience.PUBLIC, "公開", now=now)
    assert asked(house, "fukushi", "秘匿").groups == ()
    assert found(house, "fukushi", "公開の題") == {SearchKind.PAPER: 1}


def test_drafts_of_minutes_are_for_who_may_read_them(house: House) -> None:
    office = house.office
    house.a_plan()
    house.a_version()
    a_stranger(house)
    item = house.an_item("policy_bukai")
    actions.record_outcome(office, SECRETARIAT, item, Outcome.APPROVED, now=house.now)
    actions.close_meeting(office, SECRETARIAT, 1, now=house.now)
    actions.draft_minutes(office, SECRETARIAT, 1, MinutesKind.FULL, now=house.now)
    actions.edit_minutes(office, SECRETARIAT, 1, MinutesKind.FULL, "消した架橋の話", seen=0, now=house.now)
    assert found(house, SECRETARIAT, "架橋") == {SearchKind.MINUTES: 1}
    assert found(house, MEMBER, "架橋") == {}
    actions.edit_minutes(office, SECRETARIAT, 1, MinutesKind.FULL, "橋脚の話", seen=1, now=house.now)
    actions.put_minutes(office, SECRETARIAT, 1, MinutesKind.FULL, now=house.now)
    actions.confirm_minutes(office, CHAIR, 1, MinutesKind.FULL, seen=2, now=house.now)
    # Final by now, but the index still holds the draft.
    assert asked(house, MEMBER, "架橋").groups == ()
    assert found(house, MEMBER, "架橋") == {}
    assert found(house, MEMBER, "橋脚") == {SearchKind.MINUTES: 1}
    assert found(house, "fukushi", "橋脚") == {}


def test_a_meeting_in_preparation_is_found_by_its_secretariat_alone(house: House) -> None:
    starts = house.now + timedelta(days=9)
    actions.prepare_meeting(
        house.office, SECRETARIAT, "joho_bukai", "架橋の部会", starts_at=starts, ends_at=starts + timedelta(hours=2),
        place="第二", now=house.now,
    )  # fmt: skip
    assert found(house, SECRETARIAT, "架橋") == {SearchKind.MEETING: 1}
    assert found(house, MEMBER, "架橋") == {}
    assert found(house, "tanto", "架橋") == {}


def test_a_matter_of_the_body_and_a_decision_on_a_plan(house: House) -> None:
    office = house.office
    house.a_plan()
    house.a_version()
    a_stranger(house)
    item = house.an_item("policy_bukai")
    actions.list_matter(office, SECRETARIAT, 1, "架橋の件", now=house.now)
    decision = actions.record_outcome(
        office,
        SECRETARIAT,
        item,
        Outcome.CONDITIONAL,
        conditions=["架橋の図を直す"],
        note="架橋を急ぐ",
        now=house.now,
    )
    assert found(house, MEMBER, "架橋") == {
        SearchKind.ITEM: 1,
        SearchKind.DECISION: 1,
        SearchKind.CONDITION: 1,
    }
    assert found(house, "mayor", "架橋") == {SearchKind.DECISION: 1, SearchKind.CONDITION: 1}
    assert found(house, "fukushi", "架橋") == {}
    actions.correct_decision(office, SECRETARIAT, decision, Outcome.APPROVED, "誤記", now=house.now)
    assert found(house, MEMBER, "架橋") == {SearchKind.ITEM: 1}


def test_an_inquiry_is_found_by_who_asks_and_who_is_asked(house: House) -> None:
    office, now = house.office, house.now
    house.a_plan()
    house.a_version()
    a_stranger(house)
    house.a_person("zaisei")
    actions.add_department(office, "admin", "finance", "財政課", now=now)
    actions.post(office, "admin", "zaisei", "finance", LONG_AGO, now=now)
    actions.inquire(
        office, "tanto", "dx", "架橋の照会", "御意見を", ["架橋の費用は"], departments=["finance", "welfare"],
        due_on=tokyo_day(now) + timedelta(days=9), silence=Silence.NO_OBJECTION, now=now,
    )  # fmt: skip
    actions.answer_inquiry(office, "zaisei", "dx", 1, [GivenRemark("架橋は高い")], has_opinion=True, now=now)
    assert found(house, "tanto", "架橋") == {SearchKind.INQUIRY: 1, SearchKind.REMARK: 1}
    assert found(house, "zaisei", "架橋") == {SearchKind.INQUIRY: 1, SearchKind.REMARK: 1}
    assert found(house, "fukushi", "架橋") == {SearchKind.INQUIRY: 1}
    assert found(house, MEMBER, "架橋") == {}


def test_people_and_bodies_are_found_by_name(house: House) -> None:
    assert found(house, "tanto", "担当 花子") == {SearchKind.PERSON: 1}
    assert SearchKind.BODY in found(house, "tanto", "部会")
    actions.change_person(house.office, "admin", "tanto", name="主任 花子", now=house.now)
    assert found(house, "admin", "担当 花子") == {}
    assert found(house, "admin", "主任") == {SearchKind.PERSON: 1}


def test_the_index_says_how_far_it_is_and_catches_up(house: House) -> None:
    house.a_plan()
    follow_record(house.office)
    assert asked(house, "tanto", "推進計画").behind is None
    before = house.now
    house.later(hours=1)
    house.a_plan("bridge")
    result = asked(house, "tanto", "推進計画")
    assert (result.count, result.behind) == (1, before)
    house.a_version("本文", key="bridge")
    follow_record(house.office)
    result = asked(house, "tanto", "推進計画")
    assert (result.count, result.behind, result.reading) == (2, None, False)
    assert follow_record(house.office).entries == 0


def test_the_index_made_anew_finds_the_same(house: House) -> None:
    everything(house)
    follow_record(house.office)

    def all_of_it() -> list[object]:
        return [
            (group.kind, group.count, [(hit.key, hit.title, hit.excerpt, hit.line) for hit in group.hits])
            for query in ("計画", "蛍", "部会", "1")
            for group in asked(house, "tanto", query).groups
        ]

    before = all_of_it()
    assert before
    rebuild_index(house.office)
    assert all_of_it() == before
    assert prove(house.office).whole


def test_the_pages_of_a_kind_hold_everything_once(house: House) -> None:
    for number in range(ON_A_PAGE * 2 + 3):
        house.a_person(f"bridge{number}", f"架橋 {number}")
    follow_record(house.office)
    seen: list[str] = []
    following, sizes = None, []
    while True:
        (group,) = asked(house, "tanto", "架橋", kind=SearchKind.PERSON, following=following).groups
        seen += [hit.key for hit in group.hits]
        sizes.append(len(group.hits))
        assert group.count == ON_A_PAGE * 2 + 3
        following = group.following
        if following is None:
            break
    assert sizes == [ON_A_PAGE, ON_A_PAGE, 3]
    assert len(set(seen)) == len(seen) == ON_A_PAGE * 2 + 3


def test_a_search_takes_as_many_statements_whatever_it_finds(house: House) -> None:
    def cost() -> int:
        follow_record(house.office)
        with house.office.reading() as db:
            who = actor(db, MEMBER, tokyo_day(house.now))
            search(db, who, "推進 計画")
            with counted(house) as sent:
                search(db, who, "推進 計画")
        return len(sent)

    house.a_plan()
    before = cost()
    for number in range(4):
        house.a_plan(f"more{number}")
        house.a_version(key=f"more{number}")
    assert cost() == before <= 11


def test_a_member_of_another_body_finds_nothing_of_the_plan(house: House) -> None:
    everything(house)
    house.a_person("other")
    actions.add_chain(house.office, "admin", shipped("two_rounds"), now=house.now)
    actions.seat(house.office, "admin", "other", "kentokai", Role.MEMBER, LONG_AGO, now=house.now)
    assert found(house, "other", "推進計画") == {}
    assert found(house, "other", "1").keys() <= {SearchKind.PERSON, SearchKind.BODY}
