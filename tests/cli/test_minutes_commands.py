"""Minutes on the command line: the record of a sitting, the two texts, and the approval at the next meeting."""

import json
from datetime import datetime, timedelta

import docx

from tests.support.terminal import Terminal
from workflow.domain.calendar import TOKYO


def day(days: int) -> str:
    return f"{datetime.now(TOKYO) + timedelta(days=days):%Y-%m-%d}"


def held(office: Terminal, days: int = -1) -> None:
    """A meeting of yesterday, attended by one of its members, with a matter as item 1."""
    office.run(
        *("meeting", "enter", "joho_bukai", "第1回 部会", "--starts", f"{day(days)} 14:00"),
        *("--ends", f"{day(days)} 16:00", "--place", "第一会議室", "--as", "hanako"),
    )
    office.run("meeting", "attend", "1", "--present", "bucho", "--absent", "kacho", "--as", "hanako")
    office.run("meeting", "matter", "1", "会長の選出", "--as", "hanako")


def test_a_sitting_is_recorded_and_shown(office: Terminal) -> None:
    held(office)
    said = ("minutes", "speech", "1", "始める。", "--speaker", "chair", "--as", "hanako")
    assert "発言 1 を記録しました" in office.run(*said)
    mended = ("開会する。", "--speaker", "member", "--member", "kacho")
    assert "発言 2 として" in office.run("minutes", "correct-speech", "1", *mended, "--as", "hanako")
    guest = ("--guest", "課長 山田", "--observers", "3")
    office.run("minutes", "guests", "1", *guest, "--as", "hanako")
    office.run("minutes", "times", "1", "bucho", "--left", f"{day(-1)} 15:30", "--as", "hanako")
    shown = office.run("minutes", "sitting", "1", "--as", "bucho")
    assert "課長 山田" in shown and "3 人" in shown and "15:30" in shown and "開会する。" in shown
    assert "会議体の事務局" in office.refuse("minutes", "sitting", "1", "--as", "kacho")
    found = json.loads(office.run("minutes", "sitting", "1", "--json", "--as", "hanako"))
    assert [(each["number"], each["member"]) for each in found["speeches"]] == [(2, "kacho")]
    office.run("minutes", "remove-speech", "2", "--as", "hanako")
    assert "発言: ありません" in office.run("minutes", "sitting", "1", "--as", "hanako")


def test_minutes_go_their_way(office: Terminal) -> None:
    held(office)
    office.run("meeting", "result", "1", "部長を選出した。", "--as", "hanako")
    office.run("meeting", "close", "1", "--as", "hanako")
    assert "会議録（第1版）の案を作りました" in office.run("minutes", "draft", "1", "full", "--as", "hanako")
    assert "部長を選出した。" in office.run("minutes", "show", "1")
    written = office.folder / "minutes.txt"
    written.write_text("選出の件を了承した。", "utf-8")
    edit = ("minutes", "edit", "1", "full", str(written), "--seen", "0", "--as", "hanako")
    office.run(*edit)
    assert "ほかの人が" in office.refuse(*edit)
    in_word = office.folder / "minutes.docx"
    shown = office.run("minutes", "word", "1", "full", "--to", str(in_word))
    assert "改訂番号 1" in shown
    paper = docx.Document(str(in_word))
    paper.add_paragraph("次回は来月とする。")
    paper.save(str(in_word))
    office.run("minutes", "edit", "1", "full", str(in_word), "--seen", "1", "--as", "hanako")
    assert "選出の件を了承した。\n次回は来月とする。" in office.run("minutes", "show", "1")
    office.run("minutes", "edit", "1", "full", str(written), "--seen", "2", "--as", "hanako")
    assert "会議「9」はありません" in office.refuse("minutes", "word", "9", "full", "--to", str(in_word))
    assert "bucho@city.example.jp" in office.run("minutes", "put", "1", "full", "--dry-run", "--as", "hanako")
    office.run("minutes", "put", "1", "full", "--as", "hanako")
    office.run("minutes", "return", "1", "full", "--note", "直すこと", "--as", "bucho")
    office.run("minutes", "put", "1", "full", "--as", "hanako")
    assert "確定しました" in office.run("minutes", "confirm", "1", "full", "--seen", "3", "--as", "bucho")
    office.run(
        *("meeting", "call", "joho_bukai", "第2回 部会", "--starts", f"{day(9)} 14:00"),
        *("--ends", f"{day(9)} 16:00", "--place", "第一会議室", "--as", "hanako"),
    )
    assert "議題 2 として載せました" in office.run("minutes", "approval", "1", "--as", "hanako")
    correct = ("minutes", "correct", "1", "full", str(written), "--reason", "誤字", "--as", "hanako")
    office.run(*correct)
    versions = json.loads(office.run("minutes", "show", "1", "--json"))["versions"]
    kept = [(each["version"], each["state"]) for each in versions if each["kind"] == "full"]
    assert kept == [(2, "draft"), (1, "confirmed")]
