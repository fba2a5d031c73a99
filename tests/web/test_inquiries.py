"""照会 on its pages, without JavaScript: asking, answering with several remarks, responding, and the table of it."""

import io
import re
from datetime import date

import openpyxl
import pytest

from tests.support.api_client import Program
from tests.support.chromium import Site, must_read_well
from tests.support.scenario import LONG_AGO, House
from tests.support.web_client import Browser
from workflow import actions
from workflow.domain.calendar import end_of_day
from workflow.domain.inquiries import GivenRemark, Silence, Verdict

DUE = date(2023, 3, 15)
ASKED = {
    **{
        "title": "素案への意見",
        "text": "御意見を\nください。",
        "questions": "予算に無理はないか\n\n用語は正しいか",
    },
    **{"due_on": "2023-03-15", "silence": "no_objection", "department": ["finance", "welfare"]},
}
HERE = "/plans/dx/inquiries/1"


def settle(house: House) -> House:
    for key, name, people in (
        ("finance", "財政課", ("zaisei", "zaisei2")),
        ("welfare", "福祉課", ("fukushi",)),
    ):
        actions.add_department(house.office, "admin", key, name, now=house.now)
        for person in people:
            house.a_person(person, f"{name} {person}")
            actions.post(house.office, "admin", person, key, LONG_AGO, now=house.now)
    house.a_plan()
    house.a_version()
    return house


@pytest.fixture
def town(house: House) -> House:
    return settle(house)


@pytest.fixture
def asked(town: House) -> House:
    inquire(town)
    return town


def inquire(town: House, *, title: str = "素案への意見") -> None:
    actions.inquire(
        town.office, "tanto", "dx", title, "御意見をください。", ["予算に無理はないか", "用語は正しいか"],
        departments=["finance", "welfare"], due_on=DUE, silence=Silence.NO_OBJECTION, now=town.now,
    )  # fmt: skip


def answer(town: House, by: str, *texts: str) -> None:
    remarks = [GivenRemark(text, question=2, page="3", section="第2章") for text in texts]
    actions.answer_inquiry(town.office, by, "dx", 1, remarks, has_opinion=bool(texts), now=town.now)


def rows_of(**first: str) -> dict[str, list[str]]:
    """The fields of a form with three rows, of which the first is filled in."""
    return {name: [first.get(name, ""), "", ""] for name in ("page", "section", "question", "text")}


# --- asking ------------------------------------------------------------------------------------------------


def test_who_inquires_sees_first_what_is_asked_and_who_will_get_a_mail(town: House) -> None:
    staff = Browser(town, "tanto")
    form = staff.see("/plans/dx/inquiries/new")
    assert "財政課に照会する" in form and "福祉課 fukushi" in form and "IT推進課" not in form
    shown = staff.send("/plans/dx/inquiries/new", **ASKED)
    for words in (
        "zaisei@city",
        "zaisei2@city",
        "fukushi@city",
        "予算に無理はないか",
        "令和5年3月15日（水）の24時まで",
    ):
        assert words in shown
    assert "期限までに回答がないときは、異議なしとみなします" in shown and "閉庁日" not in shown
    assert "財政課　御中" in shown and "福祉課　御中" in shown and "問1　予算に無理はないか" in shown
    assert "照会はまだありません" in staff.see("/plans/dx")
    assert "2件中0件が回答" in staff.do("/plans/dx/inquiries/new", **ASKED)


def test_a_day_on_which_the_office_is_shut_is_warned_of(town: House) -> None:
    assert "閉庁日です（土曜日）" in Browser(town, "tanto").send(
        "/plans/dx/inquiries/new", **{**ASKED, "due_on": "2023-03-18"}
    )


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"due_on": "2023-03-01"}, "明日以後の日"),
        ({"due_on": "いつか"}, "日付として読めません"),
        ({"silence": ""}, "どちらかを選んで"),
        ({"department": [], "person": []}, "一つ以上選んで"),
        ({"title": " "}, "1 文字以上"),
    ],
)
def test_what_was_typed_survives_a_refusal(town: House, wrong: dict[str, object], why: str) -> None:
    page = Browser(town, "tanto").send(
        "/plans/dx/inquiries/new", 422, **{**ASKED, "person": "mayor", **wrong}
    )
    assert why in page and "用語は正しいか</textarea>" in page
    assert ('value="mayor" checked' in page) is ("person" not in wrong)
    assert ('value="finance" checked' in page) is ("department" not in wrong)


def test_only_the_asking_department_is_offered_to_inquire(town: House) -> None:
    member = Browser(town, "joho_bukai_1")
    assert "照会する" not in member.see("/plans/dx")
    for person in ("joho_bukai_1", "joho_bukai_office", "mayor"):
        Browser(town, person).see("/plans/dx/inquiries/new", 403)
        Browser(town, person).send("/plans/dx/inquiries/new", 403, **ASKED, sure="yes")


# --- answering ---------------------------------------------------------------------------------------------


def test_today_leads_to_the_form_and_the_answer_is_recorded(asked: House) -> None:
    reader = Browser(asked, "zaisei")
    today = reader.see("/")
    assert f'href="{HERE}"' in today and "令和5年3月15日（水）23:59 まで" in today
    assert "あなたの回答を待つ照会があります" in reader.see("/plans/dx")
    page = reader.see(HERE)
    assert "予算に無理はないか" in page and "/plans/dx/versions/1/text" in page
    assert "DX推進計画" in reader.see("/plans/dx/versions/1/text")
    form = rows_of(page="3", section="第2章", question="2", text="<b>用語が古い")
    page = reader.send(f"{HERE}/answer", addressee=1, opinion="yes", **form)
    assert "回答を記録しました" in page and "&lt;b&gt;用語が古い" in page and "問2　3 ページ　第2章" in page
    assert HERE not in reader.see("/")
    assert "新しい回答に改まります" in Browser(asked, "zaisei2").see(HERE)


def test_more_rows_are_given_without_losing_what_was_typed(asked: House) -> None:
    reader = Browser(asked, "zaisei")
    form = rows_of(text="一つ目")
    page = reader.send(f"{HERE}/answer", addressee=1, opinion="yes", step="more", **form)
    assert page.count('name="text"') == 8 and "一つ目</textarea>" in page
    assert "未回答" in page
    many = {name: [str(number) if name == "text" else "" for number in range(8)] for name in form}
    page = reader.send(f"{HERE}/answer", addressee=1, opinion="yes", **many)
    assert "の意見 8" in page


@pytest.mark.parametrize(
    ("opinion", "row", "why"),
    [
        ("", {"text": "高い"}, "「意見あり」か「意見なし」"),
        ("no", {"text": "高い"}, "意見を消してください"),
        ("yes", {}, "1 件以上"),
        ("yes", {"page": "3"}, "必ず書いて"),
    ],
)
def test_a_refused_answer_keeps_its_rows(asked: House, opinion: str, row: dict[str, str], why: str) -> None:
    page = Browser(asked, "zaisei").send(
        f"{HERE}/answer", 422, addressee=1, opinion=opinion, **rows_of(**row)
    )
    assert why in page
    assert all(f'value="{each}"' in page or f"{each}</textarea>" in page for each in row.values())


def test_no_remarks_is_an_answer_and_is_seen_by_the_asker(asked: House) -> None:
    Browser(asked, "fukushi").send(f"{HERE}/answer", addressee=2, opinion="no", **rows_of())
    page = Browser(asked, "tanto").see(HERE)
    assert "2件中1件が回答" in page and "意見なし" in page and "未回答" in page


# --- object-level rights -----------------------------------------------------------------------------------


def test_an_addressee_sees_nothing_of_the_others(asked: House) -> None:
    answer(asked, "zaisei", "財政の意見")
    answer(asked, "fukushi", "福祉の意見")
    actions.respond_to_remark(
        asked.office, "tanto", "dx", 1, 1, Verdict.NOT_ADOPTED, "財政への理由", now=asked.now
    )
    asker, other = Browser(asked, "tanto"), Browser(asked, "fukushi")
    for path in (HERE, f"{HERE}/answers.csv"):
        assert "財政の意見" in asker.see(path) and "福祉の意見" in asker.see(path)
        shown = other.see(path)
        assert "福祉の意見" in shown
        for secret in ("財政", "不採用"):
            assert secret not in shown
    everything = "".join(other.see(path) for path in ("/plans/dx", "/plans/dx/history", "/"))
    for secret in ("財政の意見", "財政への理由", "意見あり"):
        assert secret not in everything
    assert "財政への理由" in Browser(asked, "zaisei2").see(HERE)


def test_nobody_answers_for_another_or_reads_what_is_not_theirs(asked: House) -> None:
    answer(asked, "zaisei", "財政の意見")
    other = Browser(asked, "fukushi")
    other.send(f"{HERE}/answer", 404, addressee=1, opinion="no", **rows_of())
    other.send(f"{HERE}/remarks/1/respond", 403, verdict="adopted", reason="よい")
    for act in ("extend", "withdraw", "addressees"):
        other.send(f"{HERE}/{act}", 403, due_on="2023-03-20", reason="理由", sure="yes")
    for person in ("joho_bukai_1", "joho_bukai_chair", "mayor", "admin"):
        for path in (HERE, f"{HERE}/answers.xlsx", f"{HERE}/answers.csv"):
            Browser(asked, person).see(path, 403)
    Browser(asked, "joho_bukai_1").send(f"{HERE}/answer", 403, addressee=1, opinion="no")
    assert "素案への意見</a>" not in Browser(asked, "joho_bukai_1").see("/plans/dx")


def test_an_inquiry_is_found_under_its_own_plan_alone(asked: House) -> None:
    asked.a_plan("other")
    Browser(asked, "tanto").see("/plans/other/inquiries/1", 404)


# --- responding, extending, withdrawing --------------------------------------------------------------------


def test_each_remark_gets_a_response_with_its_reason(asked: House) -> None:
    answer(asked, "zaisei", "高い", "古い")
    staff = Browser(asked, "tanto")
    assert "照会「素案への意見」の意見への対応" in staff.see("/")
    kept = staff.send(f"{HERE}/remarks/1/respond", 422, verdict="", reason="直しました")
    assert "採用・一部採用・不採用・参考" in kept and "直しました</textarea>" in kept
    staff.send(f"{HERE}/remarks/1/respond", verdict="partly", reason="直しました")
    page = staff.send(f"{HERE}/remarks/2/respond", verdict="for_reference", reason="次の改定で")
    assert "一部採用" in page and "次の改定で" in page and "対応を改める" in page
    assert "意見への対応" not in staff.see("/")
    assert "次の改定で" in Browser(asked, "zaisei").see(HERE)


def test_an_extension_says_who_will_be_told(asked: House) -> None:
    staff = Browser(asked, "tanto")
    form = {"due_on": "2023-03-22", "reason": "連休のため"}
    shown = staff.send(f"{HERE}/extend", **form)
    assert "zaisei@city" in shown and "令和5年3月22日" in shown and "連休のため" in shown
    assert "令和5年3月22日（水）の24時まで" in staff.do(f"{HERE}/extend", **form)
    assert "より後ではありません" in staff.send(f"{HERE}/extend", 422, **form)


def test_a_withdrawn_inquiry_takes_no_answer_and_says_why_to_who_answered(asked: House) -> None:
    answer(asked, "zaisei", "高い")
    staff = Browser(asked, "tanto")
    assert "fukushi@city" in staff.send(f"{HERE}/withdraw", reason="宛先の誤り")
    page = staff.do(f"{HERE}/withdraw", reason="宛先の誤り")
    assert "理由: 宛先の誤り" in page and "期限を延長する" not in page
    assert "宛先の誤り" in Browser(asked, "zaisei").see(HERE)
    assert "回答する</button>" not in Browser(asked, "zaisei").see(HERE)
    Browser(asked, "fukushi").see(HERE, 403)
    Browser(asked, "zaisei").send(f"{HERE}/answer", 409, addressee=1, opinion="no", **rows_of())


def test_more_addressees_are_asked_and_those_asked_are_marked(asked: House) -> None:
    staff = Browser(asked, "tanto")
    page = staff.see(f"{HERE}/addressees")
    assert re.search(r'value="finance" disabled', page) and re.search(r'value="mayor">', page)
    assert "一つ以上選んで" in staff.send(f"{HERE}/addressees", 422)
    assert "mayor@city" in staff.send(f"{HERE}/addressees", person="mayor")
    assert "3件中0件が回答" in staff.do(f"{HERE}/addressees", person="mayor")


# --- the table ---------------------------------------------------------------------------------------------


def test_the_table_is_read_back_from_excel_as_text(asked: House) -> None:
    answer(asked, "zaisei", "=1+1", "高い")
    actions.respond_to_remark(asked.office, "tanto", "dx", 1, 2, Verdict.ADOPTED, "@改めた", now=asked.now)
    asked.now = end_of_day(DUE)
    sent = Browser(asked, "tanto").client.get(f"{HERE}/answers.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(sent.content)).active
    assert sheet is not None
    headings, first, second, silent = ([cell.value for cell in row] for row in sheet.iter_rows())
    assert headings[0] == "宛先" and headings[-1] == "対応の理由"
    assert (first[0], first[1], first[2], first[5], first[8]) == (
        "財政課", "回答", "意見あり", "用語は正しいか", "=1+1",
    )  # fmt: skip
    assert second[-3:] == ["高い", "採用", "@改めた"]
    assert silent[:2] == ["福祉課", "未回答（異議なしとみなす）"]
    cell = sheet["I2"]
    assert cell.data_type == "s" and cell.quotePrefix
    assert '"\'=1+1"' in Browser(asked, "tanto").see(f"{HERE}/answers.csv")


# --- by programs -------------------------------------------------------------------------------------------


def test_programs_ask_answer_and_respond(town: House) -> None:
    asker, finance, welfare = (Program(town, key) for key in ("tanto", "zaisei", "fukushi"))
    wanted = {
        **{"title": "素案への意見", "text": "御意見を", "questions": ["用語は正しいか"]},
        **{"departments": ["finance", "welfare"], "due_on": "2023-03-15", "silence": "answer_wanted"},
    }
    told = asker.post("plans/dx/inquiries?dry_run=true", 200, **wanted).json()
    assert {each["kind"] for each in told["mails"]} == {"inquiry"} and len(told["mails"]) == 3
    here = f"plans/dx/inquiries/{asker.do('plans/dx/inquiries', **wanted)['number']}"
    finance.do(f"{here}/answer", has_opinion=True, remarks=[{"text": "古い", "question": 1}])
    asker.do(f"{here}/remarks/1/respond", verdict="adopted", reason="改めた")
    [mine] = finance.ask(here)["addressees"]
    assert (mine["department"], mine["state"]) == ("finance", "answered")
    [remark] = mine["answers"][0]["remarks"]
    assert (remark["text"], remark["responses"][0]["verdict"]) == ("古い", "adopted")
    assert "古い" not in str(welfare.ask(here))
    assert len(asker.ask(here)["addressees"]) == 2
    [line] = asker.ask("plans/dx/inquiries")["inquiries"]
    assert (line["asked"], line["answered"], line["due_on"]) == (2, 1, "2023-03-15")
    assert asker.do(f"{here}/addressees", departments=[], people=["mayor"]) == {"added": 1}
    asker.do(f"{here}/extend", due_on="2023-03-20", reason="連休のため")
    asker.do(f"{here}/withdraw", reason="素案を改めるため")
    finance.do(f"{here}/answer", 409, has_opinion=False)


def test_programs_of_others_are_refused(asked: House) -> None:
    for person in ("mayor", "joho_bukai_1", "admin"):
        program = Program(asked, person)
        program.ask("plans/dx/inquiries/1", 403)
        program.do("plans/dx/inquiries/1/answer", 403, has_opinion=False)
        program.do("plans/dx/inquiries/1/withdraw", 403, reason="理由")
    assert Program(asked, "joho_bukai_1").ask("plans/dx/inquiries") == {"inquiries": []}


# --- the plan's page ---------------------------------------------------------------------------------------


def test_the_pages_read_well_and_are_answered_by_keyboard(site: Site) -> None:
    settle(site.house)
    inquire(site.house)
    staff, reader = site.person("tanto"), site.person("zaisei", scripts=False)
    reader.goto(HERE)
    reader.get_by_label("意見あり").check()
    reader.get_by_label("意見", exact=True).first.fill("用語が古い")
    reader.get_by_role("button", name="回答する").click()
    reader.get_by_text("回答を記録しました。").wait_for()
    for path in ("/plans/dx", "/plans/dx/inquiries/new", HERE, f"{HERE}/addressees"):
        staff.goto(path)
        must_read_well(staff)
    reader = site.person("fukushi")
    reader.goto(HERE)
    must_read_well(reader)
