"""The papers of a meeting: their numbers, 差し替え, 取下げ, the day they are due, and to whom they are open."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.counting import counted
from tests.support.scenario import LONG_AGO, House
from tests.support.web_client import Browser
from workflow import actions, queries
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import AlreadyDone, BadInput, NotAllowed, NotFound, NotNow
from workflow.domain.events import Tag
from workflow.domain.meetings import MeetingForm
from workflow.domain.papers import PaperKind, PaperMark, shown_size
from workflow.domain.rights import PaperAudience, PlanReaders
from workflow.queries.actor import actor
from workflow.queries.log import log_page
from workflow.queries.meetings import meeting as meeting_of
from workflow.queries.papers import PaperFact, papers_of
from workflow.queries.reading_rights import meeting_to_read, paper_to_read, papers_to_know
from workflow.store.proof import prove
from workflow.store.tables import Event

SECRETARIAT, MEMBER = "joho_bukai_office", "joho_bukai_1"


class Table:
    """A meeting of the 部会 a week from now, with the plan `dx` at its gate."""

    def __init__(self, house: House) -> None:
        self.house = house
        house.a_plan()
        house.a_version()
        self.meeting = house.a_meeting()
        self.item = actions.list_item(
            house.office, SECRETARIAT, self.meeting, "dx", "policy_bukai", now=house.now
        )

    def add(self, text: str, by: str = SECRETARIAT, **how: Any) -> int:
        return actions.add_paper(
            self.house.office, by, self.meeting, f"{text}.txt", text.encode(), now=self.house.now, **how
        )

    def replace(
        self, paper: int, text: str, by: str = SECRETARIAT, reason: str = "数字の誤り", **how: Any
    ) -> int:
        return actions.replace_paper(
            self.house.office, by, paper, f"{text}.txt", text.encode(), reason, now=self.house.now, **how
        )

    def withdraw(self, paper: int, by: str = SECRETARIAT) -> None:
        actions.withdraw_paper(self.house.office, by, paper, "議題に要らない", now=self.house.now)

    def open_to(self, paper: int, audience: PaperAudience, by: str = SECRETARIAT) -> None:
        actions.open_paper_to(self.house.office, by, paper, audience, "決めたこと", now=self.house.now)

    def due(self, days: int) -> None:
        day = tokyo_day(self.house.now) + timedelta(days=days)
        actions.set_papers_due(self.house.office, SECRETARIAT, self.meeting, day, now=self.house.now)

    @property
    def papers(self) -> list[PaperFact]:
        with self.house.office.reading() as db:
            return papers_of(db, self.meeting)

    @property
    def called(self) -> list[tuple[str, int, str]]:
        return [(each.designation, each.edition, each.title) for each in self.papers]

    def marks(self, paper: int) -> list[PaperMark]:
        with self.house.office.reading() as db:
            held = meeting_of(db, self.meeting)
        return next(each.marks(held) for each in self.papers if each.id == paper)

    def known_to(self, person: str) -> set[str]:
        """The titles of the papers that the person may read."""
        with self.house.office.reading() as db:
            read = meeting_to_read(db, actor(db, person, tokyo_day(self.house.now)), self.meeting)
            return {each.title for each in papers_to_know(db, read) if read.opens(each)}

    def logged(self, tag: Tag) -> list[tuple[str, int | None]]:
        """What the log says of each such event, and the plan it is about."""
        with self.house.office.reading() as db:
            plans = db.scalars(select(Event.plan_id).where(Event.tag == tag).order_by(Event.seq)).all()
            reader = actor(db, "admin", tokyo_day(self.house.now))
            words = [each.words for each in log_page(db, reader).events if each.tag is tag]
        return list(zip(reversed(words), plans, strict=True))


@pytest.fixture
def table(house: House) -> Table:
    return Table(house)


@contextmanager
def refused(error: type[Exception], words: str = "") -> Iterator[None]:
    with pytest.raises(error, match=words or None):
        yield


# --- numbers -----------------------------------------------------------------------------------------------


def test_papers_are_numbered_over_the_meeting_each_kind_by_itself(table: Table) -> None:
    table.add("次第")
    table.add("計画", item=table.item)
    table.add("統計", item=table.item, kind=PaperKind.REFERENCE)
    table.add("席上", kind=PaperKind.HANDOUT)
    table.add("名簿", title="委員名簿")
    assert table.called == [
        ("資料1", 1, "次第"),
        ("資料2", 1, "計画"),
        ("資料3", 1, "委員名簿"),
        ("参考資料1", 1, "統計"),
        ("当日配布資料1", 1, "席上"),
    ]
    assert [each.item for each in table.papers[:2]] == [None, table.item]


def test_a_number_that_was_given_is_not_given_again(table: Table) -> None:
    first = table.add("一")
    last = table.add("二")
    table.withdraw(last)
    table.add("三")
    table.withdraw(first)
    assert [(each.designation, each.withdrawn) for each in table.papers] == [
        ("資料1", True), ("資料2", True), ("資料3", False),
    ]  # fmt: skip


def test_another_meeting_begins_its_numbers_anew(table: Table) -> None:
    table.add("一")
    table.meeting = table.house.a_meeting(days=14)
    table.add("二")
    assert table.called == [("資料1", 1, "二")]


# --- 差し替え and 取下げ -----------------------------------------------------------------------------------


def test_a_replacement_keeps_the_number_and_the_earlier_one_stays_readable(table: Table) -> None:
    first = table.add("収支", item=table.item)
    second = table.replace(first, "収支の訂正")
    third = table.replace(second, "収支の再訂正", title="収支の見込み")
    assert table.called == [("資料1", 3, "収支の見込み"), ("資料1", 2, "収支"), ("資料1", 1, "収支")]
    assert [each.why for each in table.papers] == ["数字の誤り", "数字の誤り", None]
    assert table.marks(first) == [PaperMark.REPLACED] == table.marks(second)
    assert table.marks(third) == [PaperMark.REPLACEMENT]
    assert table.known_to(MEMBER) == {"収支の見込み", "収支"}
    files = table.house.office.files
    assert {(files / each.sha256[:2] / each.sha256).read_bytes().decode() for each in table.papers} == {
        "収支", "収支の訂正", "収支の再訂正",
    }  # fmt: skip


def test_only_the_present_edition_is_replaced_and_by_other_bytes(table: Table) -> None:
    first = table.add("収支")
    with refused(AlreadyDone, "同じ内容"):
        table.replace(first, "収支")
    table.replace(first, "収支の訂正")
    with refused(AlreadyDone, "既に差し替えられています"):
        table.replace(first, "収支の再訂正")
    with refused(AlreadyDone):
        table.withdraw(first)
    with refused(BadInput, "理由"):
        table.replace(table.papers[0].id, "三つめ", reason=" ")


def test_what_is_withdrawn_is_a_number_and_a_reason_but_for_the_secretariat_and_the_auditors(
    table: Table,
) -> None:
    paper = table.replace(table.add("個人の一覧", item=table.item), "個人の一覧二")
    table.withdraw(paper)
    table.house.a_person("auditor")
    actions.name_auditor(
        table.house.office, "admin", "auditor", LONG_AGO, proof=actions.OwnMachine(), now=table.house.now
    )
    assert table.known_to(SECRETARIAT) == table.known_to("auditor") == {"個人の一覧"}
    assert table.known_to(MEMBER) == table.known_to("tanto") == set()
    assert table.papers[0].withdrawn_why == "議題に要らない"
    assert PaperMark.WITHDRAWN in table.marks(paper)
    with refused(AlreadyDone, "既に取り下げられています"):
        table.replace(paper, "三つめ")


def test_a_title_is_corrected_and_the_log_keeps_the_earlier_one(table: Table) -> None:
    paper = table.add("scan0001", item=table.item)
    actions.retitle_paper(table.house.office, SECRETARIAT, paper, "収支の見込み", now=table.house.now)
    assert table.called == [("資料1", 1, "収支の見込み")]
    assert table.logged(Tag.PAPER_RETITLED)[0][0] == "会議資料の名称を訂正: 資料1 scan0001 → 収支の見込み"


# --- marks of time -----------------------------------------------------------------------------------------


def test_what_comes_after_the_end_of_the_day_it_is_due_is_marked(table: Table) -> None:
    table.due(2)
    in_time = table.add("間に合う")
    table.house.at("2023-03-03 23:59")
    last_minute = table.add("最後の分")
    table.house.at("2023-03-04 00:00")
    late = table.add("遅れた")
    assert table.marks(in_time) == table.marks(last_minute) == []
    assert table.marks(late) == [PaperMark.LATE]
    table.due(3)
    assert table.marks(late) == [PaperMark.LATE], "the day that was set then"
    with refused(BadInput, "会議の日より後"):
        table.due(30)
    actions.set_papers_due(table.house.office, SECRETARIAT, table.meeting, None, now=table.house.now)
    assert table.marks(table.add("期限なし")) == []
    assert [words for words, _ in table.logged(Tag.PAPERS_DUE_SET)][-1] == "資料の提出期限を設定: なし"


def test_what_comes_after_the_beginning_is_of_the_day_or_later(table: Table) -> None:
    before = table.add("前から", kind=PaperKind.HANDOUT)
    table.house.later(days=7, minutes=10)
    at_the_table = table.add("席上")
    handout = table.add("配布", kind=PaperKind.HANDOUT)
    table.house.later(hours=3)
    later = table.add("後から")
    assert table.marks(before) == table.marks(handout) == []
    assert table.marks(at_the_table) == [PaperMark.ON_THE_DAY]
    assert table.marks(later) == [PaperMark.ADDED_LATER]


def test_a_paper_of_a_written_round_that_went_out_is_added_later(table: Table) -> None:
    table.meeting = table.house.a_meeting(form=MeetingForm.IN_WRITING)
    assert table.marks(table.add("追加")) == [PaperMark.ADDED_LATER]


# --- who may enter -----------------------------------------------------------------------------------------


def test_the_staff_of_a_plan_enter_papers_for_its_item_while_the_meeting_is_open(table: Table) -> None:
    office, house = table.house.office, table.house
    own = table.add("担当の資料", by="tanto", item=table.item)
    own = table.replace(own, "担当の訂正", by="tanto")
    with refused(NotAllowed):
        table.add("会議の資料", by="tanto")
    matter = actions.list_matter(office, SECRETARIAT, table.meeting, "会長の選出", now=house.now)
    with refused(NotAllowed):
        table.add("選出の資料", by="tanto", item=matter)
    for audience in (PaperAudience.BODY, PaperAudience.PUBLIC):
        with refused(NotAllowed):
            table.add("公開の資料", by="tanto", item=table.item, audience=audience)
    with refused(NotAllowed):
        table.open_to(own, PaperAudience.PUBLIC, by="tanto")
    closed = table.add("委員限り", item=table.item, audience=PaperAudience.BODY)
    with refused(NotFound):
        table.replace(closed, "見えないもの", by="tanto")
    actions.remove_item(office, SECRETARIAT, table.item, "次回に", now=house.now)
    house.later(days=7, hours=1)
    house.everybody_attends("joho_bukai", table.meeting)
    actions.close_meeting(office, SECRETARIAT, table.meeting, "済んだ", now=house.now)
    with refused(NotNow, "事務局が登録"):
        table.withdraw(own, by="tanto")
    assert table.marks(table.add("会議録")) == [PaperMark.ON_THE_DAY]


@pytest.mark.parametrize("by", [MEMBER, "joho_bukai_chair", "admin", "mayor", "ict_honbu_office"])
def test_nobody_else_enters_papers(table: Table, by: str) -> None:
    paper = table.add("資料", item=table.item)
    with refused(NotAllowed):
        table.add("別の", by=by, item=table.item)
    for act in (
        lambda: table.replace(paper, "別の", by=by),
        lambda: table.withdraw(paper, by=by),
        lambda: table.open_to(paper, PaperAudience.PUBLIC, by=by),
        lambda: actions.retitle_paper(table.house.office, by, paper, "題", now=table.house.now),
    ):
        with refused((NotAllowed, NotFound)):  # type: ignore[arg-type]
            act()
    with refused(NotAllowed):
        actions.set_papers_due(table.house.office, by, table.meeting, None, now=table.house.now)
    assert table.called == [("資料1", 1, "資料")]


def test_who_may_not_enter_a_paper_stores_no_file(table: Table) -> None:
    before = set(table.house.office.files.rglob("*"))
    with refused(NotAllowed):
        table.add("要らないもの", by=MEMBER)
    assert set(table.house.office.files.rglob("*")) == before


def test_a_paper_belongs_to_an_item_of_its_own_meeting_that_is_listed(table: Table) -> None:
    elsewhere = table.house.a_meeting(days=14)
    with refused(NotFound, "この会議の議題"):
        actions.add_paper(
            table.house.office, SECRETARIAT, elsewhere, "a.txt", b"a", item=table.item, now=table.house.now
        )
    actions.remove_item(table.house.office, SECRETARIAT, table.item, "次回に", now=table.house.now)
    with refused(NotNow, "議題から外されています"):
        table.add("遅い", item=table.item)
    actions.cancel_meeting(table.house.office, SECRETARIAT, table.meeting, "台風", now=table.house.now)
    with refused(NotNow, "中止"):
        table.add("遅い")


# --- who may read ------------------------------------------------------------------------------------------


def test_each_audience_reads_its_papers_and_no_others(table: Table) -> None:
    house = table.house
    for key in ("auditor", "deputy", "nobody", "fukushi", "was_member"):
        house.a_person(key)
    actions.add_department(house.office, "admin", "welfare", "福祉課", now=house.now)
    actions.post(house.office, "admin", "fukushi", "welfare", LONG_AGO, now=house.now)
    actions.name_auditor(
        house.office, "admin", "auditor", LONG_AGO, proof=actions.OwnMachine(), now=house.now
    )
    actions.name_deputy(house.office, "admin", MEMBER, "deputy", LONG_AGO, now=house.now)
    table.add("公開の次第", audience=PaperAudience.PUBLIC)
    table.add("庁内の名簿")
    table.add("計画の資料", item=table.item)
    table.add("委員限り", item=table.item, audience=PaperAudience.BODY)
    everything = {"公開の次第", "庁内の名簿", "計画の資料", "委員限り"}
    for key in (SECRETARIAT, MEMBER, "joho_bukai_chair", "auditor", "deputy"):
        assert table.known_to(key) == everything, key
    for key in ("tanto", "mayor", "ict_honbu_1"):
        assert table.known_to(key) == {"公開の次第", "計画の資料"}, key
    for key in ("fukushi", "admin"):
        assert table.known_to(key) == {"公開の次第"}, key
    with refused(NotAllowed):
        table.known_to("nobody")


def test_an_office_that_opens_its_plans_opens_no_paper_of_the_body_alone(table: Table) -> None:
    table.add("庁内の名簿")
    table.add("委員限り", audience=PaperAudience.BODY)
    office, now = table.house.office, table.house.now
    actions.open_plans_to(office, "admin", PlanReaders.STAFF, proof=actions.OwnMachine(), now=now)
    assert table.known_to("mayor") == {"庁内の名簿"}


def test_the_audience_is_changed_with_a_reason_for_every_edition_at_once(table: Table) -> None:
    paper = table.replace(table.add("収支", item=table.item), "収支の訂正", title="新しい収支")
    assert table.known_to("tanto") == {"収支", "新しい収支"}
    table.open_to(paper, PaperAudience.BODY)
    assert table.known_to("tanto") == set()
    assert table.known_to(MEMBER) == {"収支", "新しい収支"}
    with refused(AlreadyDone):
        table.open_to(paper, PaperAudience.BODY)
    table.open_to(paper, PaperAudience.PUBLIC)
    table.open_to(paper, PaperAudience.OFFICE)
    plan = table.house.plan().id
    assert table.logged(Tag.PAPER_OPENED_TO) == [
        ("会議資料の閲覧範囲を変更: 資料1（第2版） この会議体だけ", None),
        ("会議資料の閲覧範囲を変更: 資料1（第2版） 公開", None),
        ("会議資料の閲覧範囲を変更: 資料1（第2版） 庁内 決めたこと", plan),
    ]


def test_the_log_has_no_word_of_a_paper_for_the_body_alone(table: Table) -> None:
    paper = table.add("極秘の題", item=table.item, audience=PaperAudience.BODY)
    paper = table.replace(paper, "極秘の訂正", reason="極秘の理由", title="極秘の新題")
    actions.retitle_paper(table.house.office, SECRETARIAT, paper, "極秘の題三", now=table.house.now)
    table.withdraw(paper)
    with table.house.office.reading() as db:
        written = "".join(db.scalars(select(Event.data)))
        history = queries.history(db, table.house.plan())
    assert "極秘" not in written and "議題に要らない" not in written
    assert not [each for each in history if each.tag.value.startswith("paper.")]


def test_the_plans_history_says_what_was_done_with_its_papers(table: Table) -> None:
    paper = table.add("収支", item=table.item)
    table.withdraw(table.replace(paper, "収支の訂正"))
    with table.house.office.reading() as db:
        said = [each.words for each in queries.history(db, table.house.plan())]
    assert "会議資料を登録: 資料1 庁内 ［情報化推進部会］" in said
    assert "会議資料を差し替え: 資料1（第2版） 数字の誤り ［情報化推進部会］" in said
    assert "会議資料を取下げ: 資料1（第2版） 議題に要らない ［情報化推進部会］" in said


# --- the record --------------------------------------------------------------------------------------------


def test_the_papers_are_proven_with_their_files(table: Table) -> None:
    paper = table.replace(table.add("収支", item=table.item), "収支の訂正")
    table.open_to(paper, PaperAudience.BODY)
    table.withdraw(paper)
    assert prove(table.house.office).findings == []
    sha256 = table.papers[0].sha256
    (table.house.office.files / sha256[:2] / sha256).write_bytes(b"forged")
    assert any(sha256[:12] in finding for finding in prove(table.house.office).findings)


def test_the_papers_of_a_meeting_are_read_in_as_many_statements_whatever_their_number(table: Table) -> None:
    office, now = table.house.office, table.house.now
    counts = []
    for rounds in (1, 39):
        for _ in range(rounds):
            item = actions.list_matter(office, SECRETARIAT, table.meeting, "議題", now=now)
            for number in range(5):
                table.add(f"資料{item}-{number}", item=item)
        with office.reading() as db:
            who = actor(db, MEMBER, tokyo_day(now))
            with counted(table.house) as statements:
                read = meeting_to_read(db, who, table.meeting)
                known = papers_to_know(db, read)
            counts.append((len(known), len(statements)))
    assert counts == [(5, 2), (200, 2)]


def test_a_size_is_said_as_people_say_it() -> None:
    assert [shown_size(each) for each in (3, 1536, 1024**2, 1_258_291)] == [
        "1 KB",
        "2 KB",
        "1.0 MB",
        "1.2 MB",
    ]


def test_a_paper_is_found_only_at_its_meeting(table: Table) -> None:
    paper = table.add("資料")
    with table.house.office.reading() as db:
        who = actor(db, MEMBER, tokyo_day(table.house.now))
        assert paper_to_read(db, who, paper, meeting=table.meeting).id == paper
        with refused(NotFound):
            paper_to_read(db, who, paper, meeting=table.meeting + 1)


@pytest.fixture
def draft(house: House) -> Table:
    """A meeting in preparation with two matters, and papers entered in another order than theirs."""
    table = Table(house)
    starts = house.now + timedelta(days=5)
    table.meeting = actions.prepare_meeting(
        house.office, SECRETARIAT, "joho_bukai", "第2回部会", starts_at=starts, ends_at=starts + timedelta(hours=1),
        place="室", now=house.now,
    )  # fmt: skip
    first, second = (
        actions.list_matter(house.office, SECRETARIAT, table.meeting, title, now=house.now)
        for title in ("一", "二")
    )
    for text, item in (("二の案", second), ("一の案", first), ("一の補足", first), ("名簿", None)):
        table.add(text, item=item)
    table.add("参考", item=second, kind=PaperKind.REFERENCE)
    return table


def numbers(table: Table) -> dict[str, list[str]]:
    with table.house.office.reading() as db:
        found = papers_of(db, table.meeting)
    named: dict[str, list[str]] = {}
    for each in found:
        named.setdefault(each.designation, []).append(each.title)
    return named


def renumber(table: Table, by: str = SECRETARIAT) -> int:
    return actions.renumber_papers(table.house.office, by, table.meeting, now=table.house.now)


def test_papers_of_a_draft_are_numbered_in_the_order_of_its_agenda(draft: Table) -> None:
    assert renumber(draft) == 2
    assert numbers(draft) == {
        "資料1": ["名簿"], "資料2": ["一の案"], "資料3": ["一の補足"], "資料4": ["二の案"], "参考資料1": ["参考"],
    }  # fmt: skip
    with pytest.raises(AlreadyDone):
        renumber(draft)
    assert draft.logged(Tag.PAPERS_RENUMBERED)[0][0] == "資料の番号を付け直し: 2件"
    assert prove(draft.house.office).findings == []


def test_editions_keep_together_and_what_was_withdrawn_goes_last(draft: Table) -> None:
    with draft.house.office.reading() as db:
        first, second, *_ = (each.id for each in papers_of(db, draft.meeting))
    draft.replace(first, "二の案、直した")
    draft.withdraw(second)
    renumber(draft)
    assert numbers(draft) == {
        "資料1": ["名簿"], "資料2": ["一の補足"], "資料3": ["二の案", "二の案"], "資料4": ["一の案"],
        "参考資料1": ["参考"],
    }  # fmt: skip
    draft.add("後の資料")
    assert numbers(draft)["資料5"] == ["後の資料"]


def test_a_number_once_told_stays(draft: Table) -> None:
    before = numbers(draft)
    actions.summon(draft.house.office, SECRETARIAT, draft.meeting, now=draft.house.now)
    with pytest.raises(NotNow):
        renumber(draft)
    assert numbers(draft) == before


@pytest.mark.parametrize("by", ["joho_bukai_chair", MEMBER, "tanto", "ict_honbu_office"])
def test_only_its_secretariat_numbers_papers_anew(draft: Table, by: str) -> None:
    with pytest.raises(NotAllowed):
        renumber(draft, by)


def test_the_page_offers_it_while_the_order_differs(draft: Table) -> None:
    secretary, page = Browser(draft.house, SECRETARIAT), f"/meetings/{draft.meeting}"
    assert "番号を付け直す" in secretary.see(page)
    with counted(draft.house) as before:
        secretary.see(page)
    shown = secretary.send(f"{page}/papers/renumber")
    assert "資料の番号を付け直しました。" in shown and "番号を付け直す" not in shown
    with counted(draft.house) as after:
        secretary.see(page)
    assert len(after) == len(before)
