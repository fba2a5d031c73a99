"""The pages of a plan: its list, a new one, and everything that is done on its own page."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from definitions.load import shipped, shipped_chains
from definitions.terms import Outcome
from tests.support.chromium import PHONE, Site, must_read_well
from tests.support.counting import counted
from tests.support.scenario import LONG_AGO, House
from tests.support.web_client import Browser
from workflow import actions, queries
from workflow.domain.calendar import tokyo_day
from workflow.domain.errors import BadInput
from workflow.domain.inquiries import Silence

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


@pytest.fixture
def staff(house: House) -> Browser:
    house.a_plan()
    return Browser(house, "tanto")


def upload(person: Browser, name: str, content: bytes, status: int = 200) -> str:
    answer = person.client.post(
        "/plans/dx/versions",
        data={"csrf": person.csrf, "note": "初版"},
        files={"document": (name, content)},
    )
    assert answer.status_code == status, answer.text
    return answer.text


# --- the list, and a new plan --------------------------------------------------------------------------


def test_the_list_is_narrowed_by_words_stage_status_and_department(house: House) -> None:
    house.a_plan("one", at="outline")
    house.a_plan("two")
    actions.suspend(house.office, "tanto", "two", "様子を見る", seen=1, now=house.now)
    reader = Browser(house, "mayor")

    def found(query: str) -> list[str]:
        return re.findall(r'role="rowheader"><a href="/plans/(\w+)">', reader.see(f"/plans?{query}"))

    assert found("") == ["one", "two"]
    assert found("words=tw") == ["two"]
    assert found("stage=outline") == ["one"]
    assert found("status=suspended") == ["two"]
    assert found("department=it") == ["one", "two"]
    assert found("department=mayor") == []


def test_turning_the_page_keeps_the_filters(house: House) -> None:
    for number in range(53):
        house.a_plan(f"p{number:02}")
    reader = Browser(house, "tanto")
    shown = reader.see("/plans?words=p&status=active&stage=policy")
    assert shown.count('role="rowheader"><a href="/plans/') == 50
    following = re.findall(r'href="(/plans\?[^"]+)">続きを見る', shown)[0].replace("&amp;", "&")
    assert {"words=p", "status=active", "stage=policy", "following=p49"} <= set(following[7:].split("&"))
    assert reader.see(following).count('role="rowheader"><a href="/plans/') == 3


def test_a_list_without_a_match_offers_all_plans(staff: Browser) -> None:
    shown = staff.see("/plans?words=none")
    assert "当てはまる計画はありません" in shown and "すべての計画を見る" in shown


def test_a_plan_is_opened_under_every_chain_with_the_form_as_it_is_offered(house: House) -> None:
    staff = Browser(house, "tanto")
    form = staff.see("/plans/new")
    [month] = re.findall(r'name="first_month"[^>]* value="([0-9-]+)"', form)
    choices = re.findall(
        r'<option value="([^"]+)"', form.partition('name="chain"')[2].partition("</select>")[0]
    )
    assert len(choices) >= len(shipped_chains())
    for number, chain in enumerate(choices):
        filled = {
            "key": f"p{number}",
            "title": "計画",
            "chain": chain,
            "department": "it",
            "first_month": month,
        }
        assert "計画を開始しました" in staff.send("/plans/new", **filled)


@pytest.mark.parametrize(
    ("at", "month"),
    [("2023-03-24 09:00", "2023-03"), ("2023-03-25 09:00", "2023-04"), ("2023-12-28 09:00", "2024-01")],
)
def test_late_in_a_month_the_next_one_is_offered_and_taken(house: House, at: str, month: str) -> None:
    house.at(at)
    staff = Browser(house, "tanto")
    assert f'value="{month}"' in staff.see("/plans/new")
    form = {"key": "p", "title": "計画", "chain": house.chain.key, "department": "it", "first_month": month}
    assert "計画を開始しました" in staff.send("/plans/new", **form)


def test_staff_open_a_plan_of_their_own_department_under_a_shipped_chain(house: House) -> None:
    staff = Browser(house, "tanto")
    form = staff.see("/plans/new")
    assert "板橋区DX推進計画2025" in form and "区長室" not in form
    opened = staff.send("/plans/new", key="new1", title="新計画", chain="two_rounds", department="it")
    assert "計画を開始しました" in opened
    assert house.plan("new1").chain.key == "two_rounds"
    staff.send("/plans/new", 403, key="new2", title="x", chain="two_rounds", department="mayor")
    staff.send("/plans/new", 404, key="new2", title="x", chain="none", department="it")
    staff.send("/plans/new", 422, key="new", title="x", chain="two_rounds", department="it")
    for left, status, said in (
        ("key", 422, "計画ID: 入力されていません"),
        ("title", 422, "計画の名称: 空です"),
        ("chain", 404, "策定の流れが指定されていません"),
        ("department", 404, "課が指定されていません"),
    ):
        filled = {"key": "new2", "title": "x", "chain": "two_rounds", "department": "it"} | {left: ""}
        assert said in staff.send("/plans/new", status, **filled)


def test_a_plan_begins_under_a_definition_of_the_offices_own(house: House) -> None:
    own = house.chain.model_copy(update={"title": "本区の流れ"})
    actions.add_chain(house.office, "admin", own, now=house.now)
    staff = Browser(house, "tanto")
    choice = re.findall(r'<option value="(\w{64})">本区の流れ', staff.see("/plans/new"))[0]
    staff.send("/plans/new", key="own", title="計画", chain=choice, department="it")
    assert house.plan("own").chain == own


def test_the_chains_that_the_office_registered_come_first_the_most_used_and_then_the_newest(
    house: House,
) -> None:
    staff = Browser(house, "tanto")

    def offered() -> list[str]:
        (choices,) = re.findall(r'<select id="chain".*?</select>', staff.see("/plans/new"), re.DOTALL)
        return [words.partition("（")[0] for words in re.findall(r'">([^<]+)</option>', choices)]

    for title in ("甲の流れ", "乙の流れ"):
        own = house.chain.model_copy(update={"title": title})
        actions.add_chain(house.office, "admin", own, now=house.now)
    assert offered()[:3] == ["乙の流れ", "甲の流れ", house.chain.title]
    assert all(shipped(key).title in offered()[3:] for key in shipped_chains() if key != house.chain.key)
    house.a_plan()
    assert offered()[:3] == [house.chain.title, "乙の流れ", "甲の流れ"]
    assert "未登録" in staff.see("/plans/new")


def test_who_serves_in_no_department_is_offered_no_new_plan(house: House) -> None:
    member = Browser(house, "joho_bukai_1")
    assert 'href="/plans/new"' not in member.see("/plans")
    assert "計画の担当課の職員" in member.see("/plans/new", 403)


# --- versions ------------------------------------------------------------------------------------------


def test_a_document_is_served_as_an_attachment_of_its_own_kind(staff: Browser) -> None:
    assert "第1版を登録しました" in upload(staff, "方針.pdf", PDF)
    answer = staff.client.get("/plans/dx/versions/1")
    assert answer.content == PDF
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_web_page_is_not_taken_as_a_document(staff: Browser) -> None:
    said = upload(staff, "方針.pdf", b"<!doctype html><script>alert(1)</script>", 422)
    assert "HTML" in said and "PDF、Word" in said
    assert staff.house.plan().text is None


def test_before_a_new_version_the_page_names_what_it_makes_stale(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai")
    staff = Browser(house, "tanto")
    shown = staff.see("/plans/dx")
    assert "新しい文書には、前の版への決定は効かなくなり" in shown and "<li>部会での検討: 了承" in shown


def test_a_version_shows_what_was_decided_on_it_and_what_went_stale(house: House) -> None:
    house.a_plan()
    house.a_version()
    decision = house.agree("policy_bukai")
    house.a_version("改めた")
    shown = Browser(house, "tanto").see("/plans/dx")
    row = shown[shown.index(">第1版</th>") :]
    assert f"/plans/dx/decisions/{decision}" in row[: row.index("</tr>")]
    assert "失効" in row[: row.index("</tr>")]
    assert "前の版への結果" in shown


# --- the gates and the next step -----------------------------------------------------------------------


def test_a_shut_gate_says_what_is_missing_who_can_mend_it_and_at_which_meeting(house: House) -> None:
    house.a_plan()
    house.a_version()
    meeting = house.a_meeting("joho_bukai")
    shown = Browser(house, "joho_bukai_office").see("/plans/dx")
    assert "情報化推進部会の了承または条件付き了承がまだありません。" in shown
    assert "事務局または部会長が記録します" in shown
    assert f'href="/meetings/{meeting}/add?add=dx:policy_bukai">議題に載せる' in shown
    assert f'href="/meetings/{meeting}#agenda">会議を見る' in Browser(house, "mayor").see("/plans/dx")


def test_who_may_not_advance_an_open_plan_is_told_who_may(house: House) -> None:
    house.a_plan()
    house.open_every_gate()
    shown = Browser(house, "mayor").see("/plans/dx")
    assert "進められるのは、計画の担当課（IT推進課）の職員です。" in shown
    assert "へ進める" not in shown


def test_a_suspended_plan_offers_only_to_be_resumed_or_withdrawn(staff: Browser) -> None:
    staff.do("/plans/dx/suspend", seen=1, reason="様子を見る")
    shown = staff.see("/plans/dx")
    assert "再開する" in shown and "取り下げる" in shown
    assert "新しい版を登録する" not in shown and "差し戻す" not in shown
    staff.do("/plans/dx/resume", seen=2, reason="続ける")
    staff.do("/plans/dx/withdraw", seen=3, reason="取りやめ")
    assert "取り下げられた計画です" in staff.see("/plans/dx")


def test_the_secretariat_closes_a_condition_where_the_gate_shows_it(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai", outcome=Outcome.CONDITIONAL, conditions=["図を直す"])
    assert "解消を記録する" not in Browser(house, "joho_bukai_1").see("/plans/dx")
    secretary = Browser(house, "joho_bukai_office")
    assert "解消を記録する" in secretary.see("/plans/dx")
    shown = secretary.send("/plans/dx/conditions/1", note="図2を差し替えた")
    assert "図2を差し替えた（情報化推進部会 事務局office" in shown
    assert "解消を記録する" not in shown


def test_the_chair_decides_alone_after_seeing_who_is_told(house: House) -> None:
    house.a_plan()
    house.a_version()
    assert "会長の専決" not in Browser(house, "joho_bukai_office").see("/plans/dx")
    chair = Browser(house, "joho_bukai_chair")
    assert "会長の専決" in chair.see("/plans/dx")
    form = {"outcome": "approved", "reason": "会議を開けないため", "seen": "1"}
    told = chair.send("/plans/dx/gates/policy_bukai/alone", **form)
    assert "tanto@city.example.jp" in told
    assert "専決を記録しました" in chair.do("/plans/dx/gates/policy_bukai/alone", **form)


def test_a_body_whose_rule_has_none_offers_no_decision_of_its_chair_alone(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai")
    house.agree("policy_honbu")
    assert "会長の専決" not in Browser(house, "kikaku_iinkai_chair").see("/plans/dx")


# --- decisions -----------------------------------------------------------------------------------------


@pytest.fixture
def decided(house: House) -> House:
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai")
    return house


def test_who_recorded_a_decision_takes_it_back_until_somebody_built_on_it(decided: House) -> None:
    secretary = Browser(decided, "joho_bukai_office")
    shown = secretary.see("/plans/dx/decisions/1")
    assert "次の会議体が決定する、会議が終了する。" in shown and "引き戻す" in shown
    said = secretary.do("/plans/dx/decisions/1/take-back", reason="誤記")
    assert "引戻し済" in said and "引戻しの記録" in said


def test_a_decision_others_built_on_says_why_it_cannot_be_taken_back(decided: House) -> None:
    decided.agree("policy_honbu")
    shown = Browser(decided, "joho_bukai_office").see("/plans/dx/decisions/1")
    assert "次の会議体が既に決定したため、引き戻せません。訂正の記録をしてください。" in shown
    assert "引き戻す" not in shown and "訂正する" in shown


def test_a_correction_supersedes_and_both_stay_readable(decided: House) -> None:
    secretary = Browser(decided, "joho_bukai_office")
    form = {"outcome": "conditional", "conditions": "図を直す\n\n用語をそろえる", "reason": "書き漏れ"}
    assert "tanto@city.example.jp" in secretary.send("/plans/dx/decisions/1/correct", **form)
    shown = secretary.do("/plans/dx/decisions/1/correct", **form)
    assert "訂正済" in shown and "条件: 用語をそろえる" in shown
    assert "置き換えられた記録" in secretary.see("/plans/dx/decisions/1")
    newest = max(int(number) for number in re.findall(r"/plans/dx/decisions/(\d+)", shown))
    assert "置き換えた記録" in secretary.see(f"/plans/dx/decisions/{newest}")


def test_a_reader_without_the_right_sees_a_decision_but_no_form(decided: House) -> None:
    shown = Browser(decided, "mayor").see("/plans/dx/decisions/1")
    assert "会議の記録" in shown and "<textarea" not in shown
    Browser(decided, "mayor").send(
        "/plans/dx/decisions/1/correct", 403, outcome="continued", reason="x", sure="yes"
    )


def test_a_decision_of_another_plan_is_not_found(decided: House) -> None:
    decided.a_plan("other")
    assert "決定「1」はありません" in Browser(decided, "mayor").see("/plans/other/decisions/1", 404)


@pytest.fixture
def to_sign(house: House) -> House:
    house.a_plan(at="proposal")
    house.a_version()
    for gate in ("proposal_bukai", "proposal_honbu", "proposal_iinkai"):
        house.agree(gate)
    return house


def test_the_mayor_signs_and_takes_it_back(to_sign: House) -> None:
    mayor = Browser(to_sign, "mayor")
    assert "区長として決裁します" in mayor.see("/plans/dx")
    assert "決裁を記録しました" in mayor.do(
        "/plans/dx/gates/decision_mayor/sign", answer="approve", seen=str(to_sign.text())
    )
    assert "引き戻す" in mayor.see("/plans/dx/signoffs/1")
    assert "決裁を引き戻しました" in mayor.send("/plans/dx/signoffs/1/take-back", reason="再考する")


def test_a_signature_the_plan_went_on_with_says_what_to_do_instead(to_sign: House) -> None:
    actions.sign(to_sign.office, "mayor", "dx", "decision_mayor", seen=to_sign.text(), now=to_sign.now)
    mayor = Browser(to_sign, "mayor")
    assert "までです: 計画が動く（進行・差戻し）。" in mayor.see("/plans/dx/signoffs/1")
    to_sign.advance()
    shown = mayor.see("/plans/dx/signoffs/1")
    assert "計画が既に動いたため、引き戻せません。決裁をやり直すには、計画を差し戻した上で" in shown
    assert "引き戻す" not in shown


def test_a_confirmation_says_until_when_it_can_be_taken_back(decided: House) -> None:
    decided.a_correction()
    decided.confirm("policy_bukai")
    decided.agree("policy_honbu")
    decided.agree("policy_iinkai")
    chair, place = Browser(decided, "joho_bukai_chair"), "/plans/dx/confirmations/1/take-back"
    shown = chair.see("/plans/dx")
    assert "までです: 計画が動く（進行・差戻し）。" in shown and place in shown
    assert place not in Browser(decided, "tanto").see("/plans/dx")
    decided.advance()
    shown = chair.see("/plans/dx")
    assert "計画が既に動いたため、引き戻せません。確認をやり直すには" in shown and place not in shown
    assert "計画が既に動いたため" in chair.send(place, 409, reason="見落とし")


def test_returning_without_a_reason_is_refused(to_sign: House) -> None:
    mayor = Browser(to_sign, "mayor")
    said = mayor.send(
        "/plans/dx/gates/decision_mayor/sign", 422, answer="return", sure="yes", seen=str(to_sign.text())
    )
    assert "決裁しない理由" in said
    mayor.do(
        "/plans/dx/gates/decision_mayor/sign",
        answer="return",
        note="財源を示すこと",
        seen=str(to_sign.text()),
    )
    assert "決裁されずに返されました" in mayor.see("/plans/dx")


def test_a_deputys_signature_is_reviewed_on_the_page(to_sign: House) -> None:
    to_sign.a_person("vice", "副 区長")
    actions.name_deputy(to_sign.office, "admin", "mayor", "vice", LONG_AGO, now=to_sign.now)
    Browser(to_sign, "vice").do(
        "/plans/dx/gates/decision_mayor/sign", answer="approve", seen=str(to_sign.text())
    )
    mayor = Browser(to_sign, "mayor")
    assert "副 区長さんが、あなたに代わって" in mayor.see("/plans/dx")
    shown = mayor.send("/plans/dx/signoffs/1/review", note="よろしい")
    assert "後閲: 区 長" in shown and "あなたに代わって" not in shown


def test_a_plan_sent_back_shows_its_earlier_decisions_as_void(house: House) -> None:
    house.a_plan(at="draft")
    house.send_back("outline")
    shown = Browser(house, "tanto").see("/plans/dx")
    outline = shown[shown.index('aria-label="骨子の決定"') : shown.index('aria-label="策定方針の決定"')]
    assert outline.count("差戻しにより失効") == 2
    assert "差戻しにより失効" not in shown[shown.index('aria-label="策定方針の決定"') :]


# --- schedule and history ------------------------------------------------------------------------------


def test_the_schedule_sets_what_was_held_against_what_was_planned(house: House) -> None:
    house.a_plan(at="outline")
    shown = Browser(house, "tanto").see("/plans/dx")
    schedule = shown[shown.index('id="schedule"') :]
    march = schedule[schedule.index("令和5年3月") : schedule.index("令和5年4月")]
    assert re.search(r"■情報化推進部会 <span[^>]*>予定どおり", march)
    assert re.search(r"■ICT推進・活用本部（庁議） <span[^>]*>令和5年5月の予定を早めて実施<", march)
    may = schedule[schedule.index("令和5年5月</th>") : schedule.index("令和5年6月</th>")]
    assert re.search(r"■ICT推進・活用本部（庁議） <span[^>]*>令和5年3月に早めて実施<", may)


def test_what_is_past_and_not_done_reads_late_and_a_plan_that_is_over_has_nothing_to_come(
    house: House,
) -> None:
    plan = house.a_plan()
    shown = Browser(house.at("2023-04-12 10:00"), "tanto").see("/plans/dx")
    march = _months(shown)["令和5年3月"]
    assert re.search(r"■情報化推進部会 <span[^>]*>遅れ<", march)
    assert ">予定<" in _months(shown)["令和5年9月"]
    actions.withdraw(house.office, "tanto", "dx", "統合", seen=plan.revision, now=house.now)
    over = _months(Browser(house, "tanto").see("/plans/dx"))
    assert not [each for each in over.values() if ">予定<" in each or ">遅れ<" in each]
    assert re.search(r"■情報化推進部会 <span[^>]*>実施の記録なし<", over["令和5年3月"])


def _months(shown: str) -> dict[str, str]:
    """The lines of the schedule on a plan's page, by month."""
    schedule = shown[shown.index('id="schedule"') :]
    rows = re.findall(r'role="rowheader">(令和[^<]+)</th>(.*?)</tr>', schedule, re.S)
    return dict(rows)


def test_a_version_meant_for_the_stage_one_saw_is_not_taken_in_another(house: House) -> None:
    house.a_plan(at="outline")
    staff = Browser(house, "tanto")
    seen = re.findall(
        r'enctype="multipart/form-data".*?name="seen" value="(\d+)"', staff.see("/plans/dx"), re.S
    )[0]
    house.send_back("policy")
    answer = staff.client.post(
        "/plans/dx/versions",
        data={"csrf": staff.csrf, "seen": seen},
        files={"document": ("骨子.txt", "骨子".encode())},
    )
    assert answer.status_code == 409
    with house.office.reading() as db:
        assert [each.number for each in queries.versions(db, house.plan())] == [1]


def test_a_plan_has_the_schedule_of_its_definition_in_its_own_months(staff: Browser) -> None:
    opened = {"title": "新計画", "chain": "itabashi_dx_2025", "department": "it"}
    staff.send("/plans/new", key="next", first_month="2024-10", **opened)
    schedule = staff.see("/plans/next").partition('id="schedule"')[2]
    assert "令和6年10月" in schedule
    assert "令和7年10月" in schedule
    assert staff.see("/chains").count("itabashi_dx_2025") == 1
    staff.send("/plans/new", key="same", first_month="", **opened)
    assert "令和6年3月" in staff.see("/plans/same").partition('id="schedule"')[2]


def test_a_first_month_that_cannot_be_is_refused_with_the_mend(staff: Browser) -> None:
    opened = {"key": "next", "title": "新計画", "department": "it"}
    wrong = staff.send("/plans/new", 422, chain="itabashi_dx_2025", first_month="10月", **opened)
    assert "2023-03 のように書いてください。" in wrong
    house, two_rounds = staff.house, shipped("two_rounds")
    with pytest.raises(BadInput, match="予定の月がありません"):
        actions.open_plan(
            house.office,
            "tanto",
            "next",
            "計画",
            two_rounds,
            department="it",
            first_month="2024-10",
            now=house.now,
        )


def test_the_whole_history_is_paged(staff: Browser) -> None:
    for number in range(120):
        actions.remark(staff.house.office, "tanto", "dx", f"{number}", now=staff.house.now)
    assert staff.see("/plans/dx").count("<time") == 50 + 120
    first = staff.see("/plans/dx/history")
    older = re.findall(r'href="(/plans/dx/history\?before=\d+)"', first)[0]
    assert first.count("<time") == 100
    assert staff.see(older).count("<time") == 21
    assert "計画を開始" in staff.see(older)


# --- what it costs -------------------------------------------------------------------------------------


def test_the_plan_page_costs_at_most_twelve_statements_whatever_its_history(house: House) -> None:
    reader = Browser(house, "mayor")

    def cost(path: str) -> int:
        reader.sign_in()
        reader.see(path)
        with counted(house) as sent:
            reader.see(path)
        return len(sent)

    def a_proposal(key: str, grow: Callable[[str], None]) -> None:
        house.a_plan(key, at="proposal")
        house.a_version(key=key)
        house.agree("proposal_bukai", key)
        grow(key)
        house.a_version("終わり" + key, key=key)

    def much(key: str) -> None:
        for number in range(9):
            house.a_version(f"{key} {number}", key=key)
            house.agree("proposal_bukai", key, outcome=Outcome.CONDITIONAL, conditions=["一", "二", "三"])
            actions.circulate(house.office, "tanto", key, ["tanto", "joho_bukai_1"], now=house.now)
            actions.remark(house.office, "tanto", key, "記入", now=house.now)
            actions.inquire(
                house.office, "tanto", key, "照会", "御意見を", departments=["mayor"], people=["mayor"],
                due_on=tokyo_day(house.now) + timedelta(days=9), silence=Silence.NO_OBJECTION, now=house.now,
            )  # fmt: skip

    a_proposal("few", lambda key: None)
    before = cost("/plans/few"), cost("/plans")
    a_proposal("many", much)
    assert (cost("/plans/many"), cost("/plans")) == before
    assert before[0] <= 12


# --- before a real screen ------------------------------------------------------------------------------


def test_the_pages_of_a_plan_read_well_on_screen_and_phone(site: Site) -> None:
    house = site.house
    house.a_plan(at="outline")
    house.a_version()
    house.agree("outline_bukai", outcome=Outcome.CONDITIONAL, conditions=["図を直す", "用語をそろえる"])
    actions.close_condition(house.office, "joho_bukai_office", 1, "差し替えた", now=house.now)
    house.a_version("第二版")
    house.agree("outline_bukai")
    actions.circulate(house.office, "tanto", "dx", ["tanto", "joho_bukai_1"], note="お願い", now=house.now)
    number = actions.remark(house.office, "tanto", "dx", "一言", now=house.now)
    actions.remark(house.office, "joho_bukai_1", "dx", "二言", now=house.now)
    actions.take_back_remark(house.office, "tanto", number, now=house.now)
    staff, chair = site.person("tanto"), site.person("ict_honbu_chair")
    for path in ("/plans", "/plans/new", "/plans/dx", "/plans/dx/circulate", "/plans/dx/history"):
        staff.goto(path)
        must_read_well(staff)
    for each in chair, site.person("joho_bukai_office"):
        for path in ("/plans/dx", "/plans/dx/decisions/1", "/plans/dx/decisions/4"):
            each.goto(path)
            must_read_well(each)


def test_a_document_is_registered_with_a_phone_and_without_scripts(site: Site) -> None:
    site.house.a_plan()
    page = site.person("tanto", scripts=False, viewport=PHONE)
    page.goto("/plans/dx")
    page.get_by_role("link", name="「策定方針」の文書を登録する").click()
    page.locator("#document").set_input_files({"name": "方針.pdf", "mimeType": "x/y", "buffer": PDF})
    page.get_by_role("button", name="登録する").click()
    expect(page.get_by_text("第1版を登録しました。")).to_be_visible()
    expect(page.get_by_role("link", name="方針.pdf")).to_be_visible()


def test_on_paper_a_plan_shows_its_state_and_no_controls(site: Site) -> None:
    site.house.a_plan(at="outline")
    page = site.person("tanto")
    page.goto("/plans/dx")
    page.emulate_media(media="print")
    for heading in ("「骨子」に必要な手続", "版", "決定", "工程表（予定と実際）"):
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    for place in ("#gates .shut", "#versions tbody tr", "#decisions tbody tr", "#schedule tbody tr"):
        assert page.locator(place).first.evaluate(
            "each => each.checkVisibility({contentVisibilityAuto: true})"
        )
    expect(page.get_by_text("現在", exact=False).first).to_be_visible()
    for heading in ("次にすること", "供覧", "意見交換", "経過"):
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_hidden()
    expect(page.get_by_role("button")).to_have_count(0)


def test_a_correction_is_registered_seen_and_confirmed_on_the_comparison(house: House) -> None:
    house.a_plan()
    house.a_version("# 目的\n対象は50件とする。\n")
    house.agree("policy_bukai", outcome=Outcome.CONDITIONAL, conditions=["件数を直す"])
    staff = Browser(house, "tanto")
    assert 'name="meets" value="1"' in staff.see("/plans/dx")
    staff.client.post(
        "/plans/dx/versions",
        data={"csrf": staff.csrf, "seen": "1", "kind": "conditions", "meets": "1"},
        files={"document": ("方針.txt", "# 目的\n対象は60件とする。\n".encode())},
    )
    assert "変更を見る" in staff.see("/plans/dx")
    chair = Browser(house, "joho_bukai_chair")
    assert "/plans/dx/gates/policy_bukai/confirm" in chair.see("/")
    shown = chair.see("/plans/dx/gates/policy_bukai/confirm")
    assert "件数を直す" in shown and re.search(r"<del[^>]*>50</del>", shown) and "60" in shown
    said = chair.do("/plans/dx/gates/policy_bukai/confirm", answer="confirmed", seen="2")
    assert "「確認」を記録しました" in said and "第1版 → 第2版" in said
    assert house.why()[0].startswith("本部への報告")
    chair.do("/plans/dx/confirmations/1/take-back", reason="見落とし")
    assert house.why()[0].startswith("部会での検討")
    chair.see("/plans/dx/gates/policy_bukai/confirm")
    Browser(house, "joho_bukai_1").send(
        "/plans/dx/gates/policy_bukai/confirm", 403, answer="confirmed", seen="2"
    )


def test_the_secretariat_enters_a_confirmation_from_paper(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai")
    house.a_correction()
    secretary = Browser(house, "joho_bukai_office")
    assert "書面での確認を登録する" in secretary.see("/plans/dx/gates/policy_bukai/confirm")
    said = secretary.do(
        "/plans/dx/gates/policy_bukai/confirm",
        answer="confirmed",
        seen="2",
        person="joho_bukai_chair",
        on=str(tokyo_day(house.now)),
        note="紙の新旧対照表に押印",
    )
    assert "書面（事務局が登録）" in said and "紙の新旧対照表に押印" in said
    secretary.see("/plans/dx/gates/policy_bukai/confirm", 404)


def test_a_stopped_plan_says_so_and_what_mends_it(house: House) -> None:
    house.a_plan(at="decision")
    house.a_correction()
    staff = Browser(house, "tanto")
    shown = staff.see("/plans/dx")
    assert "この計画は止まっています" in shown and "済んだ「原案」" in shown
    assert "「印刷」へ進める" not in shown


def test_the_kind_of_the_present_version_is_changed(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai")
    house.a_version("二")
    staff = Browser(house, "tanto")
    assert "第2版の種類（新しい文書）を改める" in staff.see("/plans/dx")
    said = staff.do("/plans/dx/versions/2/kind", kind="minor", why="誤字")
    assert "第2版の種類を改めました" in said and "確認を待っています" in said


def test_a_plan_in_its_last_stage_is_finished(house: House) -> None:
    house.a_plan(at="printing")
    staff = Browser(house, "tanto")
    assert "完了とする" in staff.see("/plans/dx")
    assert '<span class="tag">進行中</span>' in staff.see("/plans/dx")
    assert '<span class="tag">進行中</span>' in staff.see("/plans")
    seen = str(house.plan().revision)
    assert "完了としました" in staff.do("/plans/dx/finish", seen=seen)
    assert "改定（新しい計画の開始）だけができます" in staff.see("/plans/dx")
    assert '<span class="tag good">完了</span>' in staff.see("/plans")
