"""移行登録 in the pages: the form is downloaded, filled in, checked, and only then recorded."""

import io
import os
import re
import time
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.support.chromium import Site, must_read_well
from tests.support.scenario import House
from tests.support.takeover import WAY, Takeover, filled, let_tanto_record
from tests.support.web_client import Browser
from workflow.domain.takeover import Sheet
from workflow.store.waiting_files import LONGEST_WAIT

PLACE = "/plans/_takeover"


@pytest.fixture
def staff(house: House) -> Browser:
    let_tanto_record(house)
    return Browser(house.at("2023-09-04 09:00"), "tanto")


@pytest.fixture
def takeover(house: House, tmp_path: Path) -> Takeover:
    folder = tmp_path / "移行"
    folder.mkdir()
    return Takeover(house, folder)


def check(staff: Browser, takeover: Takeover, status: int = 200, **other: Any) -> str:
    """The page that follows when form and documents were sent."""
    documents = [("documents", (name, path.read_bytes())) for name, path in takeover.documents.items()]
    workbook = ("workbook", other.get("workbook", ("移行.xlsx", takeover.workbook.read_bytes())))
    answer = staff.client.post(PLACE, data={"csrf": staff.csrf}, files=[workbook, *documents])
    assert answer.status_code == status, answer.text
    return answer.text


def word_in(page: str) -> str:
    return re.findall(r'name="word" value="([0-9a-f]{32})"', page)[0]


def left_behind(house: House) -> list[str]:
    return [path.name for path in house.office.files.glob(".*")]


def test_a_plan_is_taken_over_from_the_form_downloaded_here(staff: Browser, takeover: Takeover) -> None:
    assert "移行登録する" in staff.see("/plans")
    assert "様式（Excel）をダウンロード" in staff.see(PLACE)
    form = staff.client.get(f"{PLACE}/form", params={"chain": "itabashi_dx_2025"})
    assert "attachment" in form.headers["content-disposition"]
    assert load_workbook(io.BytesIO(form.content)).sheetnames == [each.label for each in Sheet]
    workbook = ("記入済.xlsx", filled(form.content, WAY))

    page = check(staff, takeover, workbook=workbook)
    assert "誤りはありません" in page and "部会での検討 了承" in page and "素案" in page
    staff.see("/plans/dx", 404)

    page = staff.send(f"{PLACE}/record", word=word_in(page))
    assert "移行登録しました" in page and "紙で進めていたため" in page
    number = re.findall(r"/plans/dx/decisions/(\d+)", staff.see("/plans/dx"))[0]
    decision = staff.see(f"/plans/dx/decisions/{number}")
    assert "移行登録" in decision and "紙で進めていたため" in decision
    assert "移行登録" in staff.see("/plans/dx/history")
    assert left_behind(takeover.house) == []


def test_every_fault_is_shown_with_its_row_and_nothing_is_kept(staff: Browser, takeover: Takeover) -> None:
    takeover.rows = [
        {**row, "会議体・段階": "部長会<b>"} if row["何を"] == "会議の結果" else row for row in WAY
    ]
    page = check(staff, takeover, 422)
    assert page.count("部長会&lt;b&gt;") == 5 and "Excel の行" in page
    assert left_behind(takeover.house) == [] and 'name="word"' not in page


def test_what_was_checked_is_recorded_once_and_by_who_checked_it(staff: Browser, takeover: Takeover) -> None:
    word = word_in(check(staff, takeover))
    other = Browser(takeover.house, "mayor")
    assert "もう一度送ってください" in other.send(f"{PLACE}/record", 409, word=word)
    staff.send(f"{PLACE}/record", word=word)
    for gone in (word, "0" * 32, "../../x"):
        assert "もう一度送ってください" in staff.send(f"{PLACE}/record", 409, word=gone)


def test_what_changed_since_the_check_is_said(staff: Browser, takeover: Takeover) -> None:
    word = word_in(check(staff, takeover))
    takeover.house.a_plan("dx")
    assert "計画ID「dx」は既に使われています" in staff.send(f"{PLACE}/record", 422, word=word)
    assert left_behind(takeover.house) == []


def test_files_nobody_came_back_for_are_taken_away(staff: Browser, takeover: Takeover) -> None:
    word = word_in(check(staff, takeover))
    (folder,) = takeover.house.office.files.glob(".waiting-*")
    long_ago = time.time() - LONGEST_WAIT - 1
    os.utime(folder, (long_ago, long_ago))
    check(staff, takeover)
    staff.send(f"{PLACE}/record", 409, word=word)


def test_a_name_as_a_mac_writes_it_is_the_same(staff: Browser, takeover: Takeover) -> None:
    takeover.rows = [
        {**row, "文書のファイル名": "ガイド.docx"} if "文書のファイル名" in row else row for row in WAY[:2]
    ]
    content = takeover.documents["ガイド.docx"].read_bytes()
    files = [
        ("workbook", ("移行.xlsx", takeover.workbook.read_bytes())),
        ("documents", (unicodedata.normalize("NFD", "ガイド.docx"), content)),
    ]
    answer = staff.client.post(PLACE, data={"csrf": staff.csrf}, files=files)
    assert "誤りはありません" in answer.text


def test_what_is_no_form_is_refused_in_words(staff: Browser, takeover: Takeover) -> None:
    page = check(staff, takeover, 422, workbook=("移行.csv", "日付,何を".encode()))
    assert "Excel ブック（xlsx）ではありません" in page
    assert left_behind(takeover.house) == []


def test_who_opens_no_plans_has_no_way_in(house: House) -> None:
    assert "移行登録" not in Browser(house, "joho_bukai_1").see("/plans")
    Browser(house, "joho_bukai_1").see(PLACE, 403)


def test_the_pages_of_a_takeover_read_well_on_screen_and_phone(site: Site, tmp_path: Path) -> None:
    house = site.house
    let_tanto_record(house)
    house.at("2023-09-04 09:00")
    staff, takeover = site.person("tanto"), Takeover(house, tmp_path)
    staff.goto(PLACE)
    must_read_well(staff)
    for rows in ([{**row, "日付": "いつか"} for row in WAY], WAY):
        takeover.rows = rows
        staff.goto(PLACE)
        staff.set_input_files("#workbook", takeover.workbook)
        staff.set_input_files("#documents", list(takeover.documents.values()))
        staff.get_by_role("button", name="検査する").click()
        staff.wait_for_load_state()
        must_read_well(staff)
    staff.get_by_role("button", name="移行登録する").click()
    staff.wait_for_url("**/plans/dx")
    must_read_well(staff)
