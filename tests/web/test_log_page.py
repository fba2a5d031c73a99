"""The log in the browser: verified, narrowed, in words, and as CSV."""

import csv
import io
import sqlite3

import pytest
from sqlalchemy import text

from tests.support.scenario import LONG_AGO, House
from tests.support.web_client import Browser
from workflow import actions
from workflow.store import event_log, proof
from workflow.web.pages import log
from workflow.web.spreadsheet import csv_lines


@pytest.fixture
def reader(house: House) -> Browser:
    house.a_plan()
    house.a_version()
    house.agree("policy_bukai")
    return Browser(house, "admin")


def _main(shown: str) -> str:
    return shown.partition('<ol class="history"')[2]


def test_the_verification_comes_first_and_every_event_is_in_words(reader: Browser) -> None:
    shown = reader.see("/log")
    assert "改変されていません" in shown.partition('<ol class="history"')[0]
    for words in (
        "結果を記録: 部会での検討 了承",
        "委員・事務局を登録: 企画総務委員会 委員2　企画総務委員会の委員（令和2年4月1日（水）から）",
        "所属・職を登録: 区 長　区長室 区長（令和2年4月1日（水）から）",
        "策定の流れを登録: 板橋区DX推進計画2025",
        "DX推進計画</a>",
    ):
        assert words in _main(shown), words


def test_the_newest_stands_first_and_the_list_goes_on(reader: Browser) -> None:
    for number in range(60):
        reader.house.a_person(f"p{number:02}", f"職員{number:02}")
    shown = reader.see("/log")
    assert "職員59" in shown and "職員05" not in shown
    before = shown.rpartition("before=")[2].partition('"')[0]
    assert "職員05" in reader.see(f"/log?before={before}")


def test_the_log_is_narrowed_by_kind_person_plan_meeting_and_days(reader: Browser) -> None:
    def count(query: str) -> int:
        return _main(reader.see(f"/log?{query}")).count("<li value=")

    assert count("tag=decision.recorded") == 1
    assert count("person=tanto") == 2  # the plan opened, its version added
    assert count("person=担当 花子") == 2
    assert count("plan=dx") == count("plan=推進計画") == 4
    assert count("meeting=1") == 4
    assert count("first=2023-03-08&last=2023-03-08&plan=dx") == 1
    assert count("first=2023-03-09&plan=dx") == 0
    assert "会議の番号" in reader.see("/log?meeting=x", 422)
    assert "日付として読めません" in reader.see("/log?first=x", 422)


def test_an_event_shows_its_data_and_its_hash_as_text(reader: Browser) -> None:
    actions.suspend(reader.house.office, "tanto", "dx", "<b>理由</b>", seen=1, now=reader.house.now)
    shown = reader.see("/log?tag=plan.suspended")
    assert "<b>理由" not in shown and "&lt;b&gt;理由" in shown
    assert "<code>reason</code>" in shown


def test_single_terms_that_ended_and_deputies_are_said_in_words(reader: Browser) -> None:
    office, now = reader.house.office, reader.house.now
    actions.name_deputy(office, "admin", "mayor", "tanto", LONG_AGO, now=now)
    actions.end_deputyship(office, "admin", 1, LONG_AGO, now=now)
    actions.end_terms(office, "admin", "joho_bukai_1", LONG_AGO, now=now)
    shown = reader.see("/log?tag=term.ended")
    assert "担当 花子　区 長の代理（令和2年4月1日（水）まで）" in shown
    assert "すべての所属・委員・代理（令和2年4月1日（水）まで）" in shown
    assert "区 長の代理に担当 花子" in reader.see("/log?tag=deputy.named")


def test_of_a_long_log_the_newest_events_are_verified(
    reader: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "AT_ONCE", 10)
    assert "新しい 10 件の記録は改変されていません" in reader.see("/log?tag=plan.opened")


def test_the_page_says_what_the_last_verification_of_everything_found(reader: Browser) -> None:
    office = reader.house.office
    assert "まだ行われていません" in reader.see("/log")
    proof.verify(office, now=reader.house.now)
    assert "の全体の検証では、" in reader.see("/log")
    reader.house.a_version()
    proof.verify_what_is_new(office, now=reader.house.now)
    shown = reader.see("/log")
    assert "番より後の出来事 1 件" in shown and "それより前の行と文書は見直していません。" in shown
    with office.engine.begin() as connection:
        connection.execute(text("UPDATE person SET name = '偽 物' WHERE key = 'mayor'"))
    proof.verify(office, now=reader.house.now)
    assert "証明できないところが 1 か所見つかりました" in reader.see("/log")


def test_a_broken_log_is_said_before_everything(reader: Browser) -> None:
    if reader.house.office.engine.dialect.name != "sqlite":
        pytest.skip("the file is altered behind the program's back")
    file = reader.house.office.engine.url.database
    assert file is not None
    connection = sqlite3.connect(file)
    connection.execute("DROP TRIGGER event_no_update")
    connection.execute("UPDATE event SET data = '{}' WHERE seq = 4")
    connection.commit()
    connection.close()
    shown = reader.client.get("/log?tag=plan.opened").text
    assert "4 番の出来事が改変されています" in shown and 'role="alert"' in shown


def test_auditors_download_the_range_they_chose(reader: Browser) -> None:
    answer = reader.client.get("/log/csv?plan=dx")
    assert answer.headers["content-type"].startswith("text/csv") and answer.text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[0][:5] == ["番号", "日時", "誰が", "種類", "内容"]
    assert [row[3] for row in rows[1:]] == ["結果を記録", "議題に登録", "版を登録", "計画を開始"]
    assert rows[1][1].startswith("2023-03-08 ") and len(rows[1][-1]) == 64


def test_the_csv_holds_more_than_it_reads_at_once(reader: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "AT_ONCE", 7)
    rows = list(csv.reader(io.StringIO(reader.client.get("/log/csv").text.removeprefix("\ufeff"))))
    numbers = [int(row[0]) for row in rows[1:]]
    assert numbers == list(range(len(numbers), 0, -1)) and len(numbers) > 30


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\t=1", "\r=1"])
def test_a_cell_that_looks_like_a_formula_stays_text(evil: str) -> None:
    _, line = csv_lines(["見出し"], [[evil]])
    assert next(csv.reader(io.StringIO(line, newline="")))[0] == f"'{evil}"
