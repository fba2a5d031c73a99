"""The papers of a plan at its page: its schedule as planned and as held, and who approved which text when."""

import io

import docx
import pytest
from openpyxl import load_workbook

from definitions.terms import Outcome
from tests.support.api_client import Program
from tests.support.scenario import House
from tests.support.web_client import Browser
from workflow import actions
from workflow.domain.meetings import MeetingForm
from workflow.domain.schedules import Line, PlanSchedule, Span
from workflow.domain.sheets import OF_A_PLAN
from workflow.domain.votes import Choice
from workflow.queries.decisions import gate_answers
from workflow.store import pdf_maker

SECRETARIAT = "joho_bukai_office"
HAS_LIBREOFFICE = pdf_maker.converter()


@pytest.fixture(autouse=True)
def no_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_maker, "converter", lambda: None)


def rows(content: bytes) -> list[list[str]]:
    return [
        [cell.text for cell in row.cells]
        for table in docx.Document(io.BytesIO(content)).tables
        for row in table.rows
    ]


def words(content: bytes) -> str:
    paragraphs = (each.text for each in docx.Document(io.BytesIO(content)).paragraphs)
    return "\n".join([*paragraphs, *("\n".join(row) for row in rows(content))])


def paper(house: House, kind: str, by: str = "tanto") -> bytes:
    answer = Browser(house, by).client.get(f"/plans/dx/papers/{kind}.docx")
    assert answer.status_code == 200
    return answer.content


def test_the_schedule_has_the_form_of_the_seed_and_what_was_held_beside_it(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai")
    house.agree("policy_honbu")
    house.agree("policy_iinkai")
    content = paper(house, "schedule")
    table = rows(content)
    assert table[0] == ["月", "計画策定工程", "会議名", "区議会", "実施"]
    march = table[1]
    assert march[0] == "2023年\n3月" and march[1] == "策定方針の調整" and march[2] == "■情報化推進部会"
    assert "■情報化推進部会\n" in march[4] and "（庁議）（予定外）" in march[4], march[4]
    june = next(row for row in table if row[0] == "6月")
    assert june[3] == "■企画総務委員会\n・策定方針報告"
    assert "DX推進計画　工程表（当初）" in words(content)
    assert ["策定方針の調整", "■■■■・・・・・・・・・\n●・・・・・・・・・・・・"] in table
    assert "{{" not in words(content) and "{%" not in words(content)


def test_a_changed_schedule_names_its_version_its_day_and_its_reason(house: House) -> None:
    house.a_plan()
    schedule = PlanSchedule(
        (Span("policy", "2023-03", "2023-07"),),
        (Line("2023-07-12", body="joho_bukai", gates=("policy_bukai",)),),
    )
    actions.change_schedule(
        house.office, "tanto", "dx", schedule, "素案の分量が増えた", "部会長", seen=0, now=house.now
    )
    content = paper(house, "schedule")
    assert "工程表（第1回変更）" in words(content)
    assert "変更理由　素案の分量が増えた" in words(content)
    assert ["第1回変更", "令和5年3月1日", "素案の分量が増えた", "部会長"] in rows(content)
    assert ["当初", "", "", ""] in rows(content)


def test_a_long_schedule_tells_its_works_in_words(house: House) -> None:
    house.a_plan()
    spans = (Span("policy", "2023-03", "2027-03"),)
    actions.change_schedule(
        house.office, "tanto", "dx", PlanSchedule(spans, ()), "長期", "部会長", seen=0, now=house.now
    )
    found = [row for row in rows(paper(house, "schedule")) if len(row) == 2]
    assert found[1] == ["策定方針の調整", "予定　2023年3月から2027年3月まで\n実際　2023年3月"]


def test_the_course_says_who_approved_which_text_on_whose_authority_and_how_conditions_were_met(
    house: House,
) -> None:
    house.a_plan()
    house.a_version("第一の文")
    first = house.plan().sha256 or ""
    item = house.an_item("policy_bukai")
    actions.record_outcome(
        house.office, SECRETARIAT, item, Outcome.CONDITIONAL, conditions=["目標値の見直し", "用語集を付ける"],
        now=house.now,
    )  # fmt: skip
    with house.office.reading() as db:
        by_text, by_note = (each.number for each in gate_answers(db, house.plan())[0].owed)
    house.later(days=1)
    house.a_correction("第一の文、直した", meets=[by_text])
    house.confirm("policy_bukai")
    actions.close_condition(house.office, SECRETARIAT, by_note, "巻末に付けた", now=house.now)
    second = house.plan().sha256 or ""
    content = paper(house, "approvals")
    decided, confirmed = (row for row in rows(content) if len(row) == 7 and row[0] in ("1", "2"))
    assert decided[2] == f"第1版　計画.docx\n{first[:12]}…"
    assert decided[3].startswith(
        "情報化推進部会\n板橋区 ICT推進・活用本部設置要綱第5条第1項\n情報化推進部会（審議）\n令和5年3月8日"
    )
    assert decided[4] == "条件付き了承\n（会議の記録）"
    assert "1 目標値の見直し → 第2版で対応（情報化推進部会 会長chairが確認" in decided[5]
    assert "2 用語集を付ける → 解消: 巻末に付けた（情報化推進部会 事務局office" in decided[5]
    assert decided[6].startswith("情報化推進部会 事務局office") and decided[6].endswith("有効")
    assert confirmed[2] == f"第1版（{first[:12]}）と比べて　第2版　計画.docx\n{second[:12]}…"
    assert "番号1の結果を訂正後の文書に及ぼす" in confirmed[6] and "確認\n（会長）" in confirmed[4]
    assert any(row[-1] == second for row in rows(content)), "every text with its whole SHA-256"


def test_the_course_keeps_what_was_corrected_taken_back_decided_alone_or_in_writing(house: House) -> None:
    house.a_plan()
    house.a_version()
    item = house.an_item("policy_bukai", form=MeetingForm.IN_WRITING)
    for member in ("1", "2"):
        actions.cast_vote(house.office, f"joho_bukai_{member}", item, Choice.FOR, now=house.now)
    house.later(days=8)
    number = actions.record_outcome(house.office, SECRETARIAT, item, Outcome.CONTINUED, now=house.now)
    actions.correct_decision(house.office, SECRETARIAT, number, Outcome.APPROVED, "記録の誤り", now=house.now)
    content = words(paper(house, "approvals"))
    assert "持ち回り　情報化推進部会" in content
    assert "訂正済（新しい記録が有効）" in content and "番号1を訂正" in content and "記録の誤り" in content


def test_the_course_names_signatures_by_right_and_the_public_comment(house: House) -> None:
    house.a_plan(at="decision")
    house.open_every_gate()
    content = words(paper(house, "approvals"))
    assert "区長の職" in content and "区長　区 長" in content
    assert "結果を公表（0件・0人）" in content and "根拠: 板橋区 ICT推進・活用本部設置要綱" in content


def test_the_papers_are_tables_for_excel(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai", note="=1+1")
    browser = Browser(house, "tanto")
    page = browser.see("/plans/dx")

    def book(kind: str) -> list[list[list[object]]]:
        assert f'href="/plans/dx/papers/{kind}.xlsx"' in page
        found = load_workbook(io.BytesIO(browser.client.get(f"/plans/dx/papers/{kind}.xlsx").content))
        return [[[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in found.worksheets]

    months, bars, versions = book("schedule")
    assert months[1] == ["月", "計画策定工程", "会議名", "区議会", "実施"]
    assert bars[2][:3] == ["工程", "3", "4"] and bars[3][0] == "策定方針の調整（予定）"
    assert versions[-1][0] == "当初"
    records, texts = book("approvals")
    (record,) = records[2:]
    assert record[8] == (house.plan().sha256 or "")[:12] and "=1+1" in record
    assert texts[-1][-1] == house.plan().sha256


def test_the_papers_are_japanese_and_only_for_who_reads_the_plan(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai")
    house.a_person("stranger")
    for kind in OF_A_PLAN:
        assert Browser(house, "stranger").client.get(f"/plans/dx/papers/{kind.value}.docx").status_code == 403
        assert Browser(house, "tanto").client.get(f"/plans/no/papers/{kind.value}.docx").status_code == 404
    assert Browser(house, "tanto").client.get("/plans/dx/papers/agenda.docx").status_code == 404
    assert Browser(house, "tanto").client.get("/plans/dx/papers/schedule.zip").status_code == 404
    assert Browser(house, SECRETARIAT).client.get("/meetings/1/sheets/schedule.docx").status_code == 404
    browser = Browser(house, "tanto")
    browser.client.cookies.set("sakutei-language", "en")
    found = words(browser.client.get("/plans/dx/papers/approvals.docx").content)
    assert "了承" in found and "Approved" not in found


def test_a_program_has_the_papers_too(house: House) -> None:
    house.a_plan()
    answer = Program(house, "tanto").client.get("plans/dx/papers/schedule.docx")
    assert answer.status_code == 200 and "工程表" in words(answer.content)


@pytest.mark.skipif(not HAS_LIBREOFFICE, reason="without LibreOffice there is no PDF")
def test_the_papers_are_had_as_pdf_where_libreoffice_is(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_maker, "converter", lambda: HAS_LIBREOFFICE)
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai")
    for kind in OF_A_PLAN:
        answer = Browser(house, "tanto").client.get(f"/plans/dx/papers/{kind.value}.pdf")
        assert answer.content.startswith(b"%PDF")
