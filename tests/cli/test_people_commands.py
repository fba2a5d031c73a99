"""People on the command line: a table of them, and terms that end one by one."""

import json
from datetime import UTC, datetime

import pytest

from tests.support.terminal import Terminal
from tests.web.test_calendar_files import a_calendar


def test_a_table_of_people_is_added_whole_or_not_at_all(office: Terminal) -> None:
    table = office.folder / "名簿.csv"
    table.write_text(
        "氏名,利用者ID,メール,課,職\n佐藤,sato,sato@city.example.jp,IT推進課,主査\n田中,hanako,x,,\n", "utf-8"
    )
    said = office.refuse("people", "add-table", str(table), "--since", "2026-04-01", "--as", "admin")
    assert (
        "3 行目: メール" in said
        and "3 行目: 利用者ID「hanako」は、電子メールの違う職員が既に使っています" in said
    )
    table.write_text("佐藤,sato,sato@city.example.jp,IT推進課,主査\n", "utf-8-sig")
    said = office.run("people", "add-table", str(table), "--since", "2026-04-01", "--as", "admin")
    assert "1 人を登録しました" in said
    assert "主査" in office.run("people", "show", "sato")


def test_a_table_that_is_not_there_is_one_clear_message(office: Terminal) -> None:
    assert "名簿" in office.refuse(
        "people", "add-table", "名簿.csv", "--since", "2026-04-01", "--as", "admin"
    )


@pytest.mark.parametrize(("kind", "command"), [("seats", "end-seat"), ("postings", "end-posting")])
def test_one_term_ends_by_its_number(office: Terminal, kind: str, command: str) -> None:
    number = json.loads(office.run("people", "show", "hanako", "--json"))[kind][0]["term"]["number"]
    office.run("people", command, str(number), "2026-03-31", "--as", "admin")
    (held,) = json.loads(office.run("people", "show", "hanako", "--json"))[kind]
    assert held["term"]["until"] == "2026-03-31"


def test_one_deputyship_ends_by_its_number(office: Terminal) -> None:
    office.run("people", "deputy", "bucho", "kacho", "--since", "2026-01-01", "--as", "admin")
    office.run("people", "end-deputyship", "1", "2026-03-31", "--as", "admin")
    assert "2026-03-31" in office.run("people", "show", "kacho")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932", "utf-16"])
def test_a_table_is_taken_as_the_spreadsheets_of_offices_keep_it(office: Terminal, encoding: str) -> None:
    table = office.folder / "名簿.csv"
    table.write_text("氏名,利用者ID,メール,課,職\n佐藤,sato,sato@city.example.jp,IT推進課,主査\n", encoding)
    office.run("people", "add-table", str(table), "--since", "2026-04-01", "--as", "admin")
    assert "佐藤" in office.run("people", "show", "sato")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x81", b"a" * (1024 * 1024 + 1)])
def test_a_file_that_is_no_table_is_one_clear_message(office: Terminal, content: bytes) -> None:
    table = office.folder / "名簿.csv"
    table.write_bytes(content)
    said = office.refuse("people", "add-table", str(table), "--since", "2026-04-01", "--as", "admin")
    assert "名簿のファイル" in said


def test_closed_days_are_entered_several_at_once_and_removed(office: Terminal) -> None:
    office.run("people", "closed-day", "2033-08-13", "夏季の閉庁", "--until", "2033-08-15", "--as", "admin")
    listed = office.folder / "閉庁日.txt"
    listed.write_text("2033-10-01 区制記念日\n2033-12-28 年末\n", "cp932")
    assert "閉庁日を 2 日登録しました" in office.run("people", "closed-days", str(listed), "--as", "admin")
    office.run("people", "remove-closed-day", "2033-12-28", "--reason", "日を誤った", "--as", "admin")
    shown = json.loads(office.run("people", "show-closed-days", "2033", "--json"))["closed_days"]
    assert [each["day"] for each in shown] == ["2033-08-13", "2033-08-14", "2033-08-15", "2033-10-01"]


def test_days_closed_each_year_end_with_a_year(office: Terminal) -> None:
    rule = ("12/29", "1/3", "年末年始の休日", "--since", "2033")
    assert "番号は 1 です" in office.run("people", "closing-rule", *rule, "--as", "admin")
    office.run("people", "end-closing-rule", "1", "2033", "--as", "admin")
    shown = json.loads(office.run("people", "show-closed-days", "2034", "--json"))["closed_days"]
    assert [each["day"] for each in shown] == ["2034-01-01", "2034-01-02", "2034-01-03"]


def test_a_calendar_is_kept_read_again_and_removed(office: Terminal) -> None:
    file = office.folder / "区議会.ics"
    year = datetime.now(UTC).year + 1
    session = f"DTSTART;VALUE=DATE:{year}0605\r\nDTEND;VALUE=DATE:{year}0626\r\nSUMMARY:定例会"
    file.write_bytes(a_calendar(session))
    said = office.run("calendar", "add", "区議会", "sessions", "--file", str(file), "--as", "admin")
    assert "番号は 1 です" in said
    office.run("calendar", "add", "庁舎", "closed", "--url", "https://a.example.jp/?token=x", "--as", "admin")
    assert "どちらか一方" in office.refuse("calendar", "add", "庁舎", "closed", "--as", "admin")
    shown = json.loads(office.run("calendar", "list", "--json"))["calendars"]
    assert [(each["name"], each["host"], each["entries"]) for each in shown] == [
        ("区議会", None, 1),
        ("庁舎", "a.example.jp", 0),
    ]
    assert "増えた予定 0 件" in office.run("calendar", "read", "1", "--file", str(file), "--as", "admin")
    assert "まもなく" in office.run("calendar", "read", "2", "--as", "admin")
    office.run("calendar", "remove", "2", "--as", "admin")
    assert "庁舎" not in office.run("calendar", "list")


def test_the_departments_are_put_in_order_and_renamed_from_a_file(office: Terminal) -> None:
    office.run("people", "department", "zaisei", "財政課, 第二", "--as", "admin")
    before = office.run("people", "show-departments").splitlines()
    assert before == ["IT推進課,it", '"財政課, 第二",zaisei']
    file = office.folder / "課.csv"
    file.write_text("財政課,zaisei\nIT推進課,it\n", "utf-8")
    assert "（" in office.run("people", "departments", str(file), "--as", "admin")
    shown = json.loads(office.run("people", "show-departments", "--json"))["departments"]
    assert shown == [{"key": "zaisei", "name": "財政課"}, {"key": "it", "name": "IT推進課"}]
    file.write_text(before[0], "utf-8")
    office.refuse("people", "departments", str(file), "--as", "admin")


def test_people_are_seated_from_a_file_whole_or_not_at_all(office: Terminal) -> None:
    file = office.folder / "委員.csv"
    file.write_text("hanako,部会長\n居ない人\n", "utf-8")
    asked = ("people", "seats", "joho_bukai", str(file), "--since", "2026-04-01", "--as", "admin")
    assert "2 行目" in office.refuse(*asked)
    file.write_text("hanako,部会長\n", "utf-8")
    assert "1 人を登録しました" in office.run(*asked)
    assert "部会長" in office.run("people", "show", "hanako")
