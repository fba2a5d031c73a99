"""The calendar, and one meeting from its calling to its end, over HTTP."""

import re
from datetime import date

import pytest

from definitions.chain import Chain
from definitions.load import shipped
from definitions.terms import Outcome, Role
from notifications import notices
from tests.support.counting import counted
from tests.support.scenario import LONG_AGO, House
from tests.support.web_client import Browser
from workflow import actions
from workflow.domain.meetings import MeetingForm
from workflow.domain.votes import Choice
from workflow.queries.agenda import agenda
from workflow.store.tables import Delivery, Meeting

MEETING = {"body": "joho_bukai", "title": "第1回部会", "form": "in_person", "day": "2023-03-08", "begins": "14:00",
           "ends": "16:00", "place": "第一委員会室"}  # fmt: skip


@pytest.fixture
def secretary(house: House) -> Browser:
    actions.post(house.office, "admin", "joho_bukai_office", "mayor", LONG_AGO, now=house.now)
    return Browser(house, "joho_bukai_office")


def cell(page: str, day: str) -> str:
    """What the month shows on that day."""
    found = re.search(rf'<td[^>]*>\s*<p class="day"><time datetime="{day}">.*?</td>', page, re.S)
    assert found, day
    return found[0]


# --- the calendar ------------------------------------------------------------------------------------


def test_the_month_says_holidays_and_closed_days_in_words(secretary: Browser) -> None:
    actions.close_day(secretary.house.office, "admin", date(2023, 3, 10), "庁舎停電", now=secretary.house.now)
    shown = secretary.see("/meetings")
    assert "令和5年3月" in shown
    assert "春分の日" in cell(shown, "2023-03-21")
    assert "庁舎停電" in cell(shown, "2023-03-10")
    assert "年末年始" in cell(secretary.see("/meetings?month=2023-12"), "2023-12-29")
    assert "今日" in cell(shown, "2023-03-01") and "今日" not in cell(shown, "2023-03-02")


def test_the_month_shows_its_meetings_and_leads_to_the_months_beside_it(secretary: Browser) -> None:
    house = secretary.house
    house.a_meeting(days=7)
    house.a_meeting("ict_honbu", days=40)
    shown = secretary.see("/meetings")
    assert "09:00" in cell(shown, "2023-03-08") and "/meetings/1" in cell(shown, "2023-03-08")
    assert "ICT推進" not in cell(shown, "2023-03-08") and "/meetings?month=2023-04" in shown
    assert "ICT推進" in cell(secretary.see("/meetings?month=2023-04"), "2023-04-10")
    assert "/meetings/2" not in secretary.see("/meetings?month=2023-04&body=joho_bukai")


def test_the_last_day_of_answers_in_writing_and_a_comment_period_stand_in_the_month(
    secretary: Browser,
) -> None:
    house = secretary.house
    house.a_meeting(form=MeetingForm.IN_WRITING, days=12)
    assert "回答期限" in cell(secretary.see("/meetings"), "2023-03-13")
    house.a_plan(at="public_comment")
    last = actions.open_comment(
        house.office, "tanto", "dx", "comment_period", house.now.date(), now=house.now
    )
    secretary.sign_in()
    shown = secretary.see(f"/meetings?month={last:%Y-%m}")
    assert "パブリックコメント最終日" in cell(shown, last.isoformat())


@pytest.mark.parametrize("month", ["", "2023-13", "1999-12", "abc", "９９９９-01", "2101-01"])
def test_a_month_that_is_none_shows_this_one(secretary: Browser, month: str) -> None:
    assert "令和5年3月" in secretary.see(f"/meetings?month={month}")


def test_an_empty_month_says_what_to_do_next(secretary: Browser) -> None:
    assert 'href="/meetings/new">会議を準備する' in secretary.see("/meetings?month=2023-09")
    member = Browser(secretary.house, "joho_bukai_1")
    shown = member.see("/meetings")
    assert "事務局が招集します" in shown and "/meetings/new" not in shown


def test_the_lists_go_on_page_by_page(secretary: Browser) -> None:
    house = secretary.house
    numbers = [house.a_meeting(days=7) for _ in range(32)]
    first = secretary.see("/meetings?show=coming")
    following = re.findall(r'href="(/meetings\?show=coming&amp;following=[^"]+)"', first)[0]
    second = secretary.see(following.replace("&amp;", "&"))
    found = [int(n) for n in re.findall(r'href="/meetings/(\d+)"', first + second)]
    assert found == numbers and "続きを見る" not in second
    house.later(days=20)
    secretary.sign_in()
    past = secretary.see("/meetings?show=past")
    assert [int(n) for n in re.findall(r'href="/meetings/(\d+)"', past)] == numbers[::-1][:30]
    secretary.see("/meetings?show=past&following=x", 422)


def test_the_calendar_and_the_page_of_a_meeting_cost_the_same_for_more(secretary: Browser) -> None:
    house = secretary.house
    meeting = house.a_meeting(days=7)

    def put(*plans: str) -> None:
        for key in plans:
            house.a_plan(key)
            house.a_version(key=key)
            actions.list_item(house.office, "joho_bukai_office", meeting, key, "policy_bukai", now=house.now)

    def cost() -> list[int]:
        found = []
        for path in ("/meetings", "/meetings?show=coming", f"/meetings/{meeting}"):
            with counted(house) as sent:
                secretary.see(path)
            found.append(len(sent))
        return found

    put("a")
    notices.claim(house.office, house.now)
    cost()
    before = cost()
    put("b", "c", "d", "e")
    house.a_plan("waits")
    house.a_version(key="waits")
    for _ in range(5):
        house.a_meeting(days=9)
    assert cost() == before
    assert before[0] <= 8 and before[1] <= 8 and before[2] <= 12, before


# --- calling, moving, cancelling ---------------------------------------------------------------------


def test_a_meeting_is_called_after_the_page_said_who_is_invited(secretary: Browser) -> None:
    shown = secretary.send("/meetings/new", **MEETING)
    assert "第1回部会" in shown and "令和5年3月8日（水）14:00 から 16:00" in shown and "準備中" in shown
    asked = secretary.see("/meetings/1/summon")
    assert "次の 4 人に" in asked and "joho-bukai-1@city.example.jp" in asked and "閉庁日" not in asked
    assert "【会議の御案内】第1回部会" in asked and "会議を招集いたします" in asked
    with secretary.house.office.reading() as db:
        assert db.get_one(Meeting, 1).status == "draft"
    assert "招集済" in secretary.send("/meetings/1/summon")
    secretary.send("/meetings/1/summon", 409)


@pytest.mark.parametrize(("day", "why"), [("2023-03-21", "春分の日"), ("2023-03-11", "土曜日")])
def test_a_day_the_office_is_closed_is_pointed_out_and_not_refused(
    secretary: Browser, day: str, why: str
) -> None:
    form = {**MEETING, "day": day}
    assert f"閉庁日です（{why}）" in secretary.send("/meetings/new", **form)
    assert f"閉庁日です（{why}）" in secretary.see("/meetings/1/summon")
    assert "招集済" in secretary.send("/meetings/1/summon")


@pytest.mark.parametrize(
    "wrong", [{"day": "2023-02-01"}, {"ends": "13:00"}, {"day": "いつか"}, {"place": " "}]
)
def test_what_was_typed_stays_when_a_meeting_cannot_be_called(
    secretary: Browser, wrong: dict[str, str]
) -> None:
    shown = secretary.send("/meetings/new", 422, **{**MEETING, **wrong})
    assert 'role="alert"' in shown and 'value="第1回部会"' in shown


def test_a_meeting_already_held_is_entered_and_nobody_is_told(secretary: Browser) -> None:
    held = {**MEETING, "day": "2023-02-08"}
    assert "お知らせはありません" in secretary.send("/meetings/entered", **held)
    assert "終了前" in secretary.do("/meetings/entered", **held)
    assert "これからです" in secretary.send("/meetings/entered", 422, **MEETING)


def test_only_a_secretariat_finds_the_form_and_only_for_its_own_bodies(house: House) -> None:
    assert "会議体の事務局" in Browser(house, "joho_bukai_1").send("/meetings/new", 403, **MEETING)
    other = Browser(house, "ict_honbu_office")
    assert "joho_bukai" not in other.see("/meetings/new")
    other.send("/meetings/new", 403, **MEETING, sure="yes")


def test_a_meeting_is_moved_with_its_reason_after_the_page_said_who_is_told(secretary: Browser) -> None:
    secretary.call(**MEETING)
    form = {
        "day": "2023-03-21",
        "begins": "10:00",
        "ends": "11:30",
        "place": "大会議室",
        "reason": "会場の都合",
    }
    asked = secretary.send("/meetings/1/move", **form)
    assert "4 通" in asked and "春分の日" in asked and "会場の都合" in asked
    shown = secretary.do("/meetings/1/move", **form)
    assert "3月21日（火）10:00 から 11:30" in shown and "大会議室" in shown
    secretary.send("/meetings/1/move", 422, **{**form, "reason": ""})


def test_a_meeting_is_cancelled_and_nothing_more_is_offered(secretary: Browser) -> None:
    secretary.call(**MEETING)
    assert "4 通" in secretary.send("/meetings/1/cancel", reason="台風のため")
    shown = secretary.do("/meetings/1/cancel", reason="台風のため")
    assert "中止" in shown
    for offer in ("議題を加える", "変更する", "結果を記録する", "会議を終了する"):
        assert offer not in shown
    assert "中止" in cell(secretary.see("/meetings"), "2023-03-08")


def test_a_meeting_is_closed_once_every_item_has_its_outcome(secretary: Browser) -> None:
    house = secretary.house
    house.a_plan()
    house.a_version()
    item = house.an_item("policy_bukai")
    secretary.sign_in()
    shown = secretary.see("/meetings/1")
    assert "まだ終了できません" in shown and "会議を終了する" not in shown
    assert "結果のない議題があります" in secretary.send("/meetings/1/close", 409, minutes="x")
    actions.record_outcome(house.office, "joho_bukai_office", item, Outcome.APPROVED, now=house.now)
    assert "結果" in shown and "　概要" in secretary.see("/meetings/1")
    asked = secretary.send("/meetings/1/close", minutes="全員で話し合った。")
    assert 'name="sure"' in asked and "全員で話し合った。" in asked
    shown = secretary.do("/meetings/1/close", minutes="全員で話し合った。")
    assert "全員で話し合った。" in shown and "終了" in shown


def test_a_number_no_meeting_has_is_not_found(secretary: Browser) -> None:
    secretary.see("/meetings/4711", 404)
    secretary.see("/meetings/99999999999999999999", 404)


# --- notices -----------------------------------------------------------------------------------------


def test_the_page_says_how_each_persons_notices_stand(secretary: Browser) -> None:
    secretary.call(**MEETING)
    notices.claim(secretary.house.office, secretary.house.now)
    shown = secretary.see("/meetings/1/notices")
    assert shown.count("会議の招集") == 4 and ">送信済 0・送信待ち" in shown and "失敗 0</p>" in shown
    assert shown.count("会議の前の通知") == 6 and "令和5年3月3日（金）09:00" in shown
    member = Browser(secretary.house, "joho_bukai_1").see("/meetings/1")
    assert "通知の状況" not in member and "@city.example.jp" not in member
    Browser(secretary.house, "joho_bukai_1").see("/meetings/1/notices", 403)


def test_a_notice_that_failed_says_why_and_is_sent_again(secretary: Browser) -> None:
    house = secretary.house
    secretary.call(**MEETING)
    notices.claim(house.office, house.now)
    with house.office.writing() as db:
        failed = db.get_one(Delivery, 2)
        failed.state, failed.error, failed.next_try_at = "failed", "550 宛先がありません", None
    shown = secretary.see("/meetings/1/notices")
    assert "送信できず" in shown and "550 宛先がありません" in shown
    assert "送信待ちに戻しました" in secretary.send("/meetings/1/notices/2/resend")
    with house.office.reading() as db:
        assert db.get_one(Delivery, 2).state == "pending"
    Browser(house, "joho_bukai_1").send("/meetings/1/notices/2/resend", 403)


def test_the_notice_is_shown_as_its_recipient_reads_it(secretary: Browser) -> None:
    house = secretary.house
    secretary.call(**MEETING)
    house.a_plan()
    house.a_version()
    actions.list_item(house.office, "joho_bukai_office", 1, "dx", "policy_bukai", now=house.now)
    called = secretary.see("/meetings/1/notice")
    assert "【会議の御案内】第1回部会" in called and "【審議】DX推進計画（策定方針）" in called
    assert "会議名　第1回部会（情報化推進部会）\n　日　時　令和5年3月8日（水）14:00" in called
    reminder = secretary.see("/meetings/1/notice?kind=meeting")
    assert "会議が近づきました" in reminder and "情報化推進部会 事務局office、" not in reminder
    Browser(house, "ict_honbu_office").see("/meetings/1/notice", 403)


# --- the sitting -------------------------------------------------------------------------------------


def sitting(house: House, *plans: str) -> tuple[int, list[int]]:
    """A meeting of the 部会 that has begun, with these plans on its agenda."""
    meeting = house.a_meeting()
    items = []
    for key in plans:
        house.a_plan(key)
        house.a_version(key=key)
        items.append(
            actions.list_item(house.office, "joho_bukai_office", meeting, key, "policy_bukai", now=house.now)
        )
    house.later(days=7, hours=1)
    return meeting, items


def test_attendance_takes_deputies_and_marks_the_rest_present(house: House) -> None:
    meeting, _ = sitting(house, "dx")
    house.a_person("stand_in", "代理 次郎")
    actions.name_deputy(house.office, "admin", "joho_bukai_1", "stand_in", LONG_AGO, now=house.now)
    secretary = Browser(house, "joho_bukai_office")
    assert "代理出席（代理 次郎）" in secretary.see(f"/meetings/{meeting}")
    shown = secretary.send(
        f"/meetings/{meeting}/attendance",
        **{"there-joho_bukai_1": "by:stand_in", "there-joho_bukai_2": "no", "rest": "yes"},
    )
    assert "出席 2 人（代理を含む）" in shown
    stranger = {"there-joho_bukai_1": "by:tanto"}
    assert "代理者として届けられていません" in secretary.send(
        f"/meetings/{meeting}/attendance", 422, **stranger
    )


def test_the_outcomes_of_a_meeting_are_recorded_in_one_go_after_saying_who_is_told(house: House) -> None:
    meeting, (first, second, third) = sitting(house, "a", "b", "c")
    secretary = Browser(house, "joho_bukai_office")
    form = {
        f"outcome-{first}": "approved",
        f"outcome-{second}": "conditional",
        f"conditions-{second}": "図を直す\n\n用語をそろえる",
        f"note-{second}": "全員一致",
    }
    asked = secretary.send(f"/meetings/{meeting}/outcomes", **form)
    assert "2 件を記録する" in asked and "tanto@city.example.jp" in asked and "図を直す" in asked
    assert "会議の進行を記録する" in secretary.see(f"/meetings/{meeting}")
    shown = secretary.do(f"/meetings/{meeting}/outcomes", **form)
    assert "2 件の結果を記録しました" in shown and "条件: 用語をそろえる" in shown and "全員一致" in shown
    form_again = secretary.see(f"/meetings/{meeting}/sitting")
    assert f'name="outcome-{third}"' in form_again and f'name="outcome-{first}"' not in form_again
    assert "/plans/a#decisions" in shown


def test_one_refused_item_keeps_no_other_from_being_recorded_and_loses_no_word(house: House) -> None:
    meeting, (first, second, third) = sitting(house, "a", "b", "c")
    actions.suspend(house.office, "tanto", "b", "予算を待つ", seen=1, now=house.now)
    secretary = Browser(house, "joho_bukai_office")
    form = {
        f"outcome-{first}": "approved",
        f"outcome-{second}": "returned",
        f"note-{second}": "書いた備考",
        f"outcome-{third}": "conditional",
        f"conditions-{third}": "",
    }
    asked = secretary.send(f"/meetings/{meeting}/outcomes", **form)
    assert "1 件を記録する" in asked and asked.count("このままでは記録できません") == 2
    shown = secretary.send(f"/meetings/{meeting}/outcomes", 409, **form, sure="yes")
    assert "1 件の結果を記録しました" in shown and "次の 2 件は記録できませんでした" in shown
    assert "この計画は中断中です" in shown and "条件付き了承に条件がありません" in shown
    assert "書いた備考</textarea>" in shown
    assert re.search(rf'name="outcome-{second}" value="returned" checked', shown)
    with house.office.reading() as db:
        assert [item.decided is not None for item in agenda(db, meeting)] == [True, False, False]


def test_going_back_from_the_question_keeps_what_was_typed(house: House) -> None:
    meeting, (item,) = sitting(house, "a")
    secretary = Browser(house, "joho_bukai_office")
    form = {f"outcome-{item}": "approved", f"note-{item}": "書いた備考"}
    shown = secretary.send(f"/meetings/{meeting}/outcomes", **form, sure="no")
    assert "書いた備考</textarea>" in shown and 'value="approved" checked' in shown


def test_a_condition_without_an_outcome_is_not_passed_over(house: House) -> None:
    meeting, (item,) = sitting(house, "a")
    secretary = Browser(house, "joho_bukai_office")
    asked = secretary.send(f"/meetings/{meeting}/outcomes", **{f"conditions-{item}": "図を直す"})
    assert "このままでは記録できません" in asked and "件を記録する" not in asked
    secretary.send(f"/meetings/{meeting}/outcomes", 422)


def test_a_council_committee_receives_the_report(house: House) -> None:
    house.a_plan()
    house.a_version()
    for gate in ("policy_bukai", "policy_honbu"):
        house.agree(gate)
    item = house.an_item("policy_iinkai")
    secretary = Browser(house, "kikaku_iinkai_office")
    shown = secretary.see("/meetings/3/sitting")
    assert "報告済" in shown and "再報告" in shown and "了承" not in shown
    assert "報告済" in secretary.do("/meetings/3/outcomes", **{f"outcome-{item}": "received"})


def test_members_vote_the_chair_breaks_the_tie_and_the_secretariat_counts(office: object) -> None:
    house = House(office, "shingikai_gian")  # type: ignore[arg-type]
    house.a_plan()
    house.a_version()
    item = house.an_item("consultation_shingikai")
    for who, choice in (("1", "for"), ("2", "against")):
        voter = Browser(house, f"shingikai_{who}")
        said = voter.send(f"/items/{item}/vote", choice=choice, meeting=1, member=f"shingikai_{who}")
        assert "取り消す" in said and "結果が記録されるまで、取り消せます。" in said
    voter.send(f"/items/{item}/vote/back", meeting=1, member="shingikai_2")
    voter.send(f"/items/{item}/vote", choice="against", meeting=1)
    secretary = Browser(house, "shingikai_office")
    shown = secretary.see("/meetings/1")
    assert "賛成 1・反対 1・棄権 0" in shown and "会長の裁決を待っています" in shown
    assert "集計する</button>" not in shown and "結果を記録する</button>" not in shown
    chair = Browser(house, "shingikai_chair")
    offered = chair.see("/meetings/1")
    assert "裁決: 賛成" in offered and 'value="abstain"' not in offered
    chair.send(f"/items/{item}/deciding", choice="for", meeting=1)
    assert "会長の裁決: 賛成" in secretary.see("/meetings/1")
    assert "通が、フォルダーに保存されます" in secretary.send(
        f"/items/{item}/count", meeting=1, note="附帯意見"
    )
    assert "答申（附帯意見あり）" in secretary.do(f"/items/{item}/count", meeting=1, note="附帯意見")


def voting(office: object) -> tuple[House, int]:
    """A council that votes on the item, all there: its chair breaks ties."""
    house = House(office, "shingikai_gian")  # type: ignore[arg-type]
    house.a_plan()
    house.a_version()
    return house, house.an_item("consultation_shingikai")


def test_the_secretariat_enters_a_show_of_hands_without_the_presiding_chair(office: object) -> None:
    house, item = voting(office)
    secretary = Browser(house, "shingikai_office")
    shown = secretary.see("/meetings/1")
    assert "挙手の結果" in shown and "可否同数のときは会長の決するところによる" in shown
    assert 'name="vote-shingikai_1"' in shown and 'name="vote-shingikai_chair"' not in shown
    assert "集計する</button>" not in shown and "まだ誰も採決していません" in shown
    said = secretary.send(
        f"/items/{item}/hands", **{"meeting": 1, "vote-shingikai_1": "for", "vote-shingikai_2": ""}
    )
    assert "挙手の結果を記録しました" in said and "賛成 1・反対 0・棄権 0" in said
    assert 'name="vote-shingikai_1" value="for" checked' in said
    member = Browser(house, "shingikai_1").see("/meetings/1")
    assert "さんが記録しました" in member and "取り消す" not in member and "挙手の結果" not in member
    Browser(house, "shingikai_2").send(
        f"/items/{item}/hands", 403, **{"meeting": 1, "vote-shingikai_2": "for"}
    )


def test_before_counting_the_page_says_the_tally_its_outcome_and_who_has_not_voted(office: object) -> None:
    house, item = voting(office)
    secretary = Browser(house, "shingikai_office")
    assert "まだ誰も採決していません" in secretary.send(f"/items/{item}/count", 409, meeting=1)
    secretary.send(f"/items/{item}/hands", **{"meeting": 1, "vote-shingikai_1": "for"})
    asked = secretary.send(f"/items/{item}/count", meeting=1)
    assert "出席した委員のうち 1 人がまだ採決していません（基本計画審議会 委員2）" in asked
    assert "賛成 1・反対 0・棄権 0" in asked and "3／3 人" in asked and "記録する結果" in asked
    secretary.send(f"/items/{item}/hands", **{"meeting": 1, "vote-shingikai_2": "for"})
    asked = secretary.send(f"/items/{item}/count", meeting=1)
    assert "まだ採決していません" not in asked and ">いません</dd>" in asked and ">答申</dd>" in asked


def test_a_vote_that_was_counted_says_what_to_do_instead_of_taking_it_back(office: object) -> None:
    house = House(office, "shingikai_gian")  # type: ignore[arg-type]
    house.a_plan()
    house.a_version()
    item = house.an_item("consultation_shingikai")
    for who in ("shingikai_1", "shingikai_2"):
        actions.cast_vote(house.office, who, item, Choice.FOR, now=house.now)
    actions.decide_by_votes(house.office, "shingikai_office", item, now=house.now)
    shown = Browser(house, "shingikai_1").see("/meetings/1")
    assert "事務局に、結果の引戻しか訂正を依頼してください。" in shown and "取り消す" not in shown


def test_answers_in_writing_are_given_by_members_and_their_deputies(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.a_person("stand_in", "代理 次郎")
    actions.name_deputy(house.office, "admin", "joho_bukai_1", "stand_in", LONG_AGO, now=house.now)
    item = house.an_item("policy_bukai", form=MeetingForm.IN_WRITING)
    deputy = Browser(house, "stand_in")
    assert "さんの代理として答えます" in deputy.see("/meetings/1")
    deputy.send(f"/items/{item}/vote", choice="for", meeting=1, member="joho_bukai_1")
    member = Browser(house, "joho_bukai_2")
    member.send(f"/items/{item}/vote", choice="abstain", meeting=1)
    shown = Browser(house, "joho_bukai_office").see("/meetings/1")
    assert "まだの人 1 人" in shown and "代理 次郎" in shown and "回答 2／3 人" in shown
    assert "一人ひとりの回答" not in member.see("/meetings/1")
    Browser(house, "tanto").send(f"/items/{item}/vote", 403, choice="for", meeting=1, member="joho_bukai_1")
    house.later(days=8)
    member.sign_in()
    assert "取り消す" not in member.see("/meetings/1")
    with house.office.reading() as db:
        assert actions.current_tally(db, item).in_favour == 1


def test_a_decision_alone_is_shown_and_put_to_the_next_meeting(house: House) -> None:
    house.a_plan()
    house.a_version()
    actions.decide_alone(
        house.office,
        "joho_bukai_chair",
        "dx",
        "policy_bukai",
        Outcome.APPROVED,
        "急ぎ",
        seen=house.text(),
        now=house.now,
    )
    meeting = house.a_meeting()
    secretary = Browser(house, "joho_bukai_office")
    assert "この会議体に報告する専決" in secretary.see(f"/meetings/{meeting}/add")
    assert "専決の報告・承認" in secretary.send(f"/meetings/{meeting}/items", alone="1")
    house.later(days=7, hours=1)
    secretary.sign_in()
    assert "報告済" in secretary.do(f"/meetings/{meeting}/outcomes", **{"outcome-1": "received"})


def test_a_vice_chair_sees_what_the_chair_sees(house: House) -> None:
    meeting, _ = sitting(house, "dx")
    house.a_person("vice", "副 会長")
    actions.seat(house.office, "admin", "vice", "joho_bukai", Role.VICE_CHAIR, LONG_AGO, now=house.now)
    shown = Browser(house, "vice").see(f"/meetings/{meeting}")
    assert "結果を記録する" in shown and "議題を加える" not in shown and "出欠を記録する" not in shown
    assert Choice.FOR.label not in shown


def test_who_is_recused_is_entered_for_one_item_and_shown_to_everybody(office: object) -> None:
    house, item = voting(office)
    secretary = Browser(house, "shingikai_office")
    said = secretary.send(f"/items/{item}/parts", member="shingikai_2", part="recused", meeting=1)
    assert "この議題の出欠を記録しました" in said and "除斥: 基本計画審議会 委員2" in said
    assert 'name="vote-shingikai_2"' not in said and 'name="vote-shingikai_1"' in said
    member = Browser(house, "shingikai_2").see("/meetings/1")
    assert "除斥: 基本計画審議会 委員2" in member and "退席・除斥" not in member
    assert f'action="/items/{item}/vote"' not in member
    Browser(house, "shingikai_1").send(
        f"/items/{item}/parts", 403, member="shingikai_2", part="present", meeting=1
    )
    secretary.send(f"/items/{item}/hands", **{"meeting": 1, "vote-shingikai_1": "for"})
    asked = secretary.send(f"/items/{item}/count", meeting=1)
    assert "除斥" in asked and "進行した人" in asked
    assert "出席 2（委員 3 人）・除斥 1" in secretary.do(f"/items/{item}/count", meeting=1)


def test_who_presided_is_chosen_with_the_attendance_and_their_tie_entered_from_the_minutes(
    office: object,
) -> None:
    house, item = voting(office)
    secretary = Browser(house, "shingikai_office")
    assert "進行した人: 基本計画審議会 会長chair" in secretary.see("/meetings/1")
    told = secretary.send("/meetings/1/attendance", **{"there-shingikai_chair": "no", "presider": ""})
    assert "進行した人: 基本計画審議会" not in told
    told = secretary.send("/meetings/1/attendance", presider="shingikai_2")
    assert "進行した人: 基本計画審議会 委員2" in told and 'value="shingikai_2" selected' in told
    assert 'name="vote-shingikai_2"' not in told
    house.a_person("third")
    actions.seat(house.office, "admin", "third", "shingikai", Role.MEMBER, LONG_AGO, now=house.now)
    secretary.send("/meetings/1/attendance", **{"there-third": "yes"})
    secretary.send(
        f"/items/{item}/hands", **{"meeting": 1, "vote-shingikai_1": "for", "vote-third": "against"}
    )
    assert "会長の裁決を議事録から記録する" in secretary.see("/meetings/1")
    assert "会長の裁決: 賛成" in secretary.send(f"/items/{item}/deciding", choice="for", meeting=1)
    assert "会長の裁決を議事録から記録する" not in Browser(house, "shingikai_2").see("/meetings/1")


def test_a_members_own_vote_is_replaced_by_the_hands_with_a_reason_alone(office: object) -> None:
    house, item = voting(office)
    Browser(house, "shingikai_1").send(f"/items/{item}/vote", choice="for", meeting=1)
    secretary = Browser(house, "shingikai_office")
    assert "自ら採決した委員（基本計画審議会 委員1）の票" in secretary.see("/meetings/1")
    changed = {"meeting": 1, "vote-shingikai_1": "against"}
    assert "自ら「賛成」と採決しています" in secretary.send(f"/items/{item}/hands", 409, **changed)
    said = secretary.send(f"/items/{item}/hands", reason="本人に確認", **changed)
    assert "賛成 0・反対 1・棄権 0" in said


def test_a_voting_body_goes_on_another_time_from_the_page(office: object) -> None:
    house, item = voting(office)
    secretary = Browser(house, "shingikai_office")
    assert "採決せずに「継続審議」とする" in secretary.see("/meetings/1")
    assert "継続審議" in secretary.do("/meetings/1/outcomes", **{f"outcome-{item}": "continued"})


def test_a_meeting_that_is_over_is_corrected_with_reasons(office: object) -> None:
    house, item = voting(office)
    secretary = Browser(house, "shingikai_office")
    hands = {"meeting": 1, "vote-shingikai_1": "for", "vote-shingikai_2": "for"}
    secretary.send(f"/items/{item}/hands", **hands)
    secretary.do(f"/items/{item}/count", meeting=1)
    secretary.do("/meetings/1/close", minutes="答申しだ。")
    shown = secretary.see("/meetings/1")
    assert "出欠を訂正する" in shown and "概要・会議録を開く" in shown
    away = {"there-shingikai_chair": "no"}
    assert "訂正の理由" in secretary.send("/meetings/1/attendance", 422, **away)
    gone = away | {"there-shingikai_1": "no", "reason": "誤り"}
    assert "先にその決定を訂正してください" in secretary.send("/meetings/1/attendance", 409, **gone)
    secretary.send("/meetings/1/minutes", minutes="答申した。", reason="誤字")
    shown = secretary.see("/meetings/1")
    assert '<p class="text">答申した。</p>' in shown
    member = Browser(house, "shingikai_1").see("/meetings/1")
    assert "訂正する" not in member


@pytest.mark.parametrize("chain", ["shingikai_gian"])
def test_only_those_asked_are_counted_as_answers_in_writing(house: House) -> None:
    house.a_plan()
    house.a_version()
    item = house.an_item("consultation_shingikai", form=MeetingForm.IN_WRITING)
    assert f'action="/items/{item}/vote"' not in Browser(house, "shingikai_chair").see("/meetings/1")
    Browser(house, "shingikai_1").send(f"/items/{item}/vote", choice="for", meeting=1)
    assert "回答 1／2 人" in Browser(house, "shingikai_office").see("/meetings/1")


def test_who_cannot_come_votes_in_writing_before_the_sitting_where_the_rule_says_so(office: object) -> None:
    raw = shipped("shingikai_gian").model_dump(mode="json", by_alias=True)
    raw["bodies"][0]["written_votes"] = True
    house = House(office, Chain.model_validate(raw))  # type: ignore[arg-type]
    house.a_plan()
    house.a_version()
    meeting = house.a_meeting("shingikai")
    item = actions.list_item(
        house.office, "shingikai_office", meeting, "dx", "consultation_shingikai", now=house.now
    )
    member = Browser(house, "shingikai_1")
    assert "会議の前に書面表決ができます" in member.see(f"/meetings/{meeting}")
    assert "賛成と記録しました" in member.send(f"/items/{item}/vote", choice="for", meeting=meeting)
    house.later(days=7, hours=1)
    secretary = Browser(house, "shingikai_office")
    there = {"there-shingikai_chair": "yes", "there-shingikai_1": "no", "there-shingikai_2": "yes"}
    shown = secretary.send(f"/meetings/{meeting}/attendance", **there)
    assert "書面表決" in shown and "賛成 1・反対 0・棄権 0" in shown and "出席 3／3 人" in shown
    assert "<dt>書面表決</dt><dd>できる</dd>" in Browser(house, "shingikai_2").see("/bodies/shingikai")
