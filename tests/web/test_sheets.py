"""The papers of a meeting at their pages: what they say, and who may have them."""

import hashlib
import io
import zipfile
from pathlib import Path

import docx
import pypdfium2
import pytest
from openpyxl import load_workbook

from definitions.terms import Outcome, Role
from tests.support.scenario import LONG_AGO, House
from tests.support.web_client import Browser
from workflow import actions
from workflow.cli.demo.docx import docx as docx_of
from workflow.domain.meetings import MeetingForm
from workflow.domain.minutes import MinutesKind
from workflow.domain.rights import PaperAudience
from workflow.domain.sheets import SheetKind
from workflow.store import pdf_maker

SECRETARIAT = "joho_bukai_office"
HAS_LIBREOFFICE = pdf_maker.converter()


@pytest.fixture(autouse=True)
def no_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_maker, "converter", lambda: None)


def a_decided_meeting(house: House) -> tuple[int, int]:
    """A meeting that was held, and its item decided with a condition."""
    house.a_plan()
    house.a_version()
    item = house.an_item("policy_bukai")
    actions.record_outcome(
        house.office, SECRETARIAT, item, Outcome.CONDITIONAL, conditions=["目標値を見直すこと"], note="急ぐこと",
        now=house.now,
    )  # fmt: skip
    actions.list_matter(house.office, SECRETARIAT, 1, "次回の日程について", now=house.now)
    return 1, item


def words(content: bytes) -> str:
    paper = docx.Document(io.BytesIO(content))
    cells = (cell.text for table in paper.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(each.text for each in paper.paragraphs), *cells])


SAYS = {
    SheetKind.NOTICE: (
        *("委員各位", "情報化推進部会の開催について（通知）", "第一委員会室"),
        "令和5年3月8日（水）09:00から11:00まで",
    ),
    SheetKind.AGENDA: (
        *("次第", "1　DX推進計画（審議）\n【付議文書1】", "2　次回の日程について"),
        "付議文書1　DX推進計画　策定方針（第1版）",
    ),
    SheetKind.SEATS: ("情報化推進部会 会長chair", "出席", "情報化推進部会 事務局office"),
    SheetKind.PAPERS: ("付議文書1", "DX推進計画　策定方針（第1版）", "計画.docx"),
    SheetKind.MINUTES: (
        *("会議録", "結果　条件付き了承", "条件1　目標値を見直すこと", "急ぐこと"),
        "情報化推進部会 委員1",
    ),
    SheetKind.SUMMARY: ("会議概要", "条件付き了承", "条件1　目標値を見直すこと"),
}


def test_each_paper_says_what_its_meeting_is_about(house: House) -> None:
    meeting, _ = a_decided_meeting(house)
    browser = Browser(house, SECRETARIAT)
    for kind, says in SAYS.items():
        answer = browser.client.get(f"/meetings/{meeting}/sheets/{kind.value}.docx")
        assert answer.status_code == 200
        found = words(answer.content)
        for each in says:
            assert each in found, (each, found)
        assert "{{" not in found and "{%" not in found


def test_a_paper_is_japanese_whoever_reads(house: House) -> None:
    meeting, _ = a_decided_meeting(house)
    browser = Browser(house, SECRETARIAT)
    browser.client.cookies.set("sakutei-language", "en")
    browser.client.cookies.set("sakutei-dates", "iso")
    found = words(browser.client.get(f"/meetings/{meeting}/sheets/minutes.docx").content)
    assert "令和5年3月8日" in found and "条件付き了承" in found and "Conditional" not in found


def test_the_notice_of_a_decision_tells_the_department_what_was_decided_on_which_text(house: House) -> None:
    _, item = a_decided_meeting(house)
    answer = Browser(house, "tanto").client.get(f"/items/{item}/decision.docx")
    found = words(answer.content)
    for each in (
        "IT推進課　様",
        "条件付き了承",
        "第1版　計画.docx",
        "1　目標値を見直すこと",
        "令和5年3月8日（水）",
        "情報化推進部会",
    ):
        assert each in found, each
    assert house.plan().sha256 in found


def test_nothing_is_told_of_an_item_that_was_not_decided(house: House) -> None:
    house.a_plan()
    house.a_version()
    item = house.an_item("policy_bukai")
    assert "結果を記録してから" in Browser(house, "tanto").see(f"/items/{item}/decision.docx", 409)


def test_the_seats_are_a_table_for_excel_with_room_to_mark(house: House) -> None:
    house.a_plan()
    meeting = house.a_meeting()
    content = Browser(house, SECRETARIAT).client.get(f"/meetings/{meeting}/sheets/seats.xlsx").content
    table = load_workbook(io.BytesIO(content)).active
    rows = [[cell.value for cell in row] for row in table.iter_rows()]
    assert ["1", "部会長", "情報化推進部会 会長chair", None, None, None] in rows
    assert ["1", "事務局", "情報化推進部会 事務局office", None, None, None] in rows
    assert table.data_validations.dataValidation[0].formula1 == '"出席,代理出席,欠席"'


def test_the_agenda_and_the_papers_are_tables_for_excel(house: House) -> None:
    meeting, _ = a_decided_meeting(house)
    actions.list_matter(house.office, SECRETARIAT, meeting, "報告", heading=True, now=house.now)
    under = actions.list_matter(house.office, SECRETARIAT, meeting, "=1+1", planned_minutes=10, now=house.now)
    actions.add_paper(house.office, SECRETARIAT, meeting, "表.txt", "表".encode(), item=under, now=house.now)
    browser = Browser(house, SECRETARIAT)
    page = browser.see(f"/meetings/{meeting}")

    def rows(name: str) -> list[list[object]]:
        assert f"sheets/{name}.xlsx" in page
        content = browser.client.get(f"/meetings/{meeting}/sheets/{name}.xlsx").content
        table = load_workbook(io.BytesIO(content)).active
        assert table.page_setup.paperSize == 9 and table.print_title_rows == "$4:$4"
        return [[cell.value for cell in row] for row in table.iter_rows()][3:]

    headings, *items = rows("agenda")
    assert headings == ["番号", "議題", "目的", "予定時間", "資料"]
    assert items[0][:3] == ["1", "DX推進計画", "審議"] and items[0][4] == "付議文書1"
    assert items[-2:] == [["3", "報告", None, None, None], ["(1)", "=1+1", None, "10分", "資料1"]]
    _, *papers = rows("papers")
    assert papers[0] == ["付議文書1", "DX推進計画　策定方針（第1版）", "1", "計画.docx"]
    assert papers[-1] == ["資料1", "表", "3(1)", "表.txt"], "numbers that differ, whatever the headings"


def test_confirmed_minutes_are_not_told_twice_on_their_paper(house: House) -> None:
    meeting, _ = a_decided_meeting(house)
    actions.close_meeting(house.office, SECRETARIAT, meeting, now=house.now)
    for kind in MinutesKind:
        if kind is MinutesKind.FULL:
            actions.draft_minutes(house.office, SECRETARIAT, meeting, kind, now=house.now)
        actions.put_minutes(house.office, SECRETARIAT, meeting, kind, now=house.now)
        actions.confirm_minutes(house.office, "joho_bukai_chair", meeting, kind, seen=0, now=house.now)
    browser = Browser(house, SECRETARIAT)
    for kind in ("minutes", "summary"):
        found = words(browser.client.get(f"/meetings/{meeting}/sheets/{kind}.docx").content)
        assert found.count("令和5年3月8日") == 1 and found.count("第一委員会室") == 1, found
        assert found.count("情報化推進部会　会議") == 1, found
    actions.correct_minutes(house.office, SECRETARIAT, meeting, "了承した。", "短くする", now=house.now)
    actions.put_minutes(house.office, SECRETARIAT, meeting, MinutesKind.SUMMARY, now=house.now)
    actions.confirm_minutes(
        house.office, "joho_bukai_chair", meeting, MinutesKind.SUMMARY, seen=0, now=house.now
    )
    found = words(browser.client.get(f"/meetings/{meeting}/sheets/summary.docx").content)
    assert "了承した。" in found and "令和5年3月8日" in found, "a text without its day has it from the table"


def test_the_papers_of_a_decision_in_writing_name_no_place_and_nobody_present(house: House) -> None:
    house.a_plan()
    house.a_version()
    house.an_item("policy_bukai", form=MeetingForm.IN_WRITING)
    browser = Browser(house, SECRETARIAT)
    notice, summary, agenda = (
        words(browser.client.get(f"/meetings/1/sheets/{kind}.docx").content)
        for kind in ("notice", "summary", "agenda")
    )
    assert "の御審議について（依頼）" in notice and "開催について" not in notice
    for each in (notice, summary, agenda):
        assert "場所" not in each and "出席者" not in each and "持ち回り" in each


def test_what_people_wrote_is_no_formula_in_excel(house: House) -> None:
    actions.add_person(house.office, "admin", "evil", "=HYPERLINK(1)", "e@city.example.jp", now=house.now)
    actions.seat(house.office, "admin", "evil", "joho_bukai", Role.MEMBER, LONG_AGO, now=house.now)
    house.a_plan()
    meeting = house.a_meeting()
    content = Browser(house, SECRETARIAT).client.get(f"/meetings/{meeting}/sheets/seats.xlsx").content
    cells = [cell for row in load_workbook(io.BytesIO(content)).active.iter_rows() for cell in row]
    [found] = [cell for cell in cells if cell.value == "=HYPERLINK(1)"]
    assert found.data_type == "s" and found.quotePrefix


def test_the_papers_are_for_who_may_read_the_whole_meeting_and_the_notice_for_who_may_read_the_plan(
    house: House,
) -> None:
    meeting, item = a_decided_meeting(house)
    house.a_person("fukushi")
    actions.add_department(house.office, "admin", "welfare", "福祉課", now=house.now)
    actions.post(house.office, "admin", "fukushi", "welfare", LONG_AGO, now=house.now)
    papers, notice = f"/meetings/{meeting}/sheets/agenda.docx", f"/items/{item}/decision.docx"
    for person, may_papers, may_notice in (
        (SECRETARIAT, 200, 200),
        ("joho_bukai_1", 200, 200),
        ("tanto", 403, 200),
        ("ict_honbu_1", 403, 200),
        ("fukushi", 403, 403),
        ("admin", 403, 403),
    ):
        client = Browser(house, person).client
        assert client.get(papers).status_code == may_papers, person
        assert client.get(notice).status_code == may_notice, person
        assert client.get(papers.replace("docx", "pdf")).status_code == (503 if may_papers == 200 else 403), (
            person
        )
        assert client.get(papers.replace("agenda.docx", "seats.xlsx")).status_code == may_papers, person


def test_without_libreoffice_nothing_is_offered_as_pdf_and_who_asks_is_told_why(house: House) -> None:
    meeting, item = a_decided_meeting(house)
    browser = Browser(house, SECRETARIAT)
    page = browser.see(f"/meetings/{meeting}")
    assert f'/meetings/{meeting}/sheets/agenda.docx"' in page and f"/items/{item}/decision.docx" in page
    assert "agenda.pdf" not in page and "decision.pdf" not in page and "all.pdf" not in page
    for path in (f"/meetings/{meeting}/sheets/agenda.pdf", f"/items/{item}/decision.pdf"):
        assert "LibreOffice がありません" in browser.see(path, 503)


def test_each_member_has_a_notice_of_their_own(house: House) -> None:
    house.a_plan()
    meeting = house.a_meeting()
    content = Browser(house, SECRETARIAT).client.get(f"/meetings/{meeting}/sheets/notice.zip").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert len(archive.namelist()) == 3
        first = words(archive.read("01_情報化推進部会 会長chair.docx"))
    assert "情報化推進部会 会長chair　様" in first and "委員各位" not in first


def test_all_the_papers_are_bound_into_one_archive_as_they_were_given(house: House) -> None:
    meeting, _ = a_decided_meeting(house)
    answer = Browser(house, SECRETARIAT).client.get(f"/meetings/{meeting}/sheets/all.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["00_次第.docx", "01_資料一覧.docx", "付議文書1_計画.docx"]
        assert hashlib.sha256(archive.read("付議文書1_計画.docx")).hexdigest() == house.plan().sha256
        assert "付議文書1　DX推進計画" in words(archive.read("00_次第.docx"))
    Browser(house, "tanto").see(f"/meetings/{meeting}/sheets/all.zip", 403)
    assert not [each for each in house.office.files.iterdir() if each.is_file()]


def test_a_paper_of_the_meeting_is_listed_and_bound_for_who_may_read_it_while_it_stands(house: House) -> None:
    meeting, item = a_decided_meeting(house)
    for name, of in (("図面.pdf", item), ("次回の案.txt", None)):
        actions.add_paper(
            house.office, SECRETARIAT, meeting, name, name.encode(), item=of,
            audience=PaperAudience.BODY if of is None else PaperAudience.OFFICE, now=house.now,
        )  # fmt: skip
    browser = Browser(house, SECRETARIAT)
    listed = words(browser.client.get(f"/meetings/{meeting}/sheets/papers.docx").content)
    assert "資料1\n図面\n1\n図面.pdf" in listed and "資料2\n次回の案\n\n次回の案.txt" in listed
    with zipfile.ZipFile(
        io.BytesIO(browser.client.get(f"/meetings/{meeting}/sheets/all.zip").content)
    ) as archive:
        assert archive.namelist()[2:] == ["付議文書1_計画.docx", "資料1_図面.pdf", "資料2_次回の案.txt"]
        assert archive.read("資料1_図面.pdf") == "図面.pdf".encode()


@pytest.mark.skipif(HAS_LIBREOFFICE is None, reason="LibreOffice is not installed")
def test_with_libreoffice_a_paper_and_all_of_them_are_pdf(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pdf_maker, "converter", lambda: HAS_LIBREOFFICE)
    house.a_plan()
    actions.add_version(house.office, "tanto", "dx", "計画.docx", docx_of("計画の本文"), now=house.now)
    house.an_item("policy_bukai")
    browser = Browser(house, SECRETARIAT)
    assert "/meetings/1/sheets/all.pdf" in browser.see("/meetings/1")
    (tmp_path / "all.pdf").write_bytes(browser.client.get("/meetings/1/sheets/all.pdf").content)
    pages = pypdfium2.PdfDocument(tmp_path / "all.pdf")
    said = [page.get_textpage().get_text_range() for page in pages]
    assert len(pages) == 3 and "次第" in said[0] and "資料一覧" in said[1] and "計画の本文" in said[2]


def test_before_the_meeting_no_minutes_are_offered(house: House) -> None:
    house.a_plan()
    meeting = house.a_meeting()
    page = Browser(house, SECRETARIAT).see(f"/meetings/{meeting}")
    assert "sheets/notice.docx" in page and "sheets/minutes.docx" not in page


@pytest.mark.parametrize(
    "paper", ["notice.xlsx", "agenda.zip", "all.docx", "decision.docx", "nothing.docx", "agenda.exe"]
)
def test_a_paper_that_is_not_had_so_is_not_found(house: House, paper: str) -> None:
    house.a_plan()
    meeting = house.a_meeting()
    Browser(house, SECRETARIAT).see(f"/meetings/{meeting}/sheets/{paper}", 404)
