"""The command line as a person uses it: on a real database, with the real clock."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.support.terminal import Terminal
from workflow.domain.calendar import TOKYO

ROOT = Path(__file__).parents[2]


def _in(days: int, hour: int = 14) -> str:
    return f"{datetime.now(TOKYO) + timedelta(days=days):%Y-%m-%d} {hour:02}:00"


def _call(office: Terminal, *more: str) -> str:
    return office.run(
        "meeting", "call", "joho_bukai", "第1回 部会", "--starts", _in(10), "--ends", _in(10, 16),
        "--place", "第一会議室", "--as", "hanako", *more,
    )  # fmt: skip


def _held(office: Terminal) -> None:
    """A meeting of yesterday with the plan on its agenda as item 1, attended."""
    office.run(
        "meeting", "enter", "joho_bukai", "第1回 部会", "--starts", _in(-1), "--ends", _in(-1, 16),
        "--place", "第一会議室", "--as", "hanako",
    )  # fmt: skip
    office.run("meeting", "agenda", "1", "dx", "policy_bukai", "--as", "hanako")
    office.run("meeting", "attend", "1", "--present", "bucho", "--absent", "kacho", "--as", "hanako")


def test_why_says_what_blocks_the_plan_and_who_can_lift_it(office: Terminal) -> None:
    said = office.run("why", "dx")
    assert "情報化推進部会の了承または条件付き了承がまだありません" in said
    assert "政策経営部長" in said
    blockers = json.loads(office.run("why", "dx", "--json"))["blockers"]
    assert [each["gate"] for each in blockers] == ["policy_bukai", "policy_honbu", "policy_iinkai"]


def test_before_a_meeting_is_called_it_says_who_will_get_what(office: Terminal) -> None:
    said = _call(office, "--dry-run")
    assert "会議の招集" in said
    for key in ("hanako", "bucho", "kacho"):
        assert f"{key}@city.example.jp" in said
    assert json.loads(office.run("meeting", "list", "--json"))["meetings"] == []
    assert "会議 1 を招集しました" in _call(office)
    assert "第1回 部会" in office.run("why", "dx")


def test_mail_without_a_server_is_kept_in_a_folder_and_says_so(office: Terminal) -> None:
    _call(office)
    said = office.run("mail", "send")
    assert "送られず" in said and "送信 3 件" in said
    assert len(list((office.folder / "data" / "mail").iterdir())) == 3
    deliveries = json.loads(office.run("mail", "list", "--json"))["deliveries"]
    assert {each["state"] for each in deliveries} == {"sent"}


def test_the_papers_of_a_meeting_are_written(office: Terminal) -> None:
    _held(office)
    late = ("--late-text", "席で配った文書を登録した")
    office.run("decision", "record", "1", "conditional", "--condition", "図を直す", *late, "--as", "hanako")
    for asked in (("sheet", "1", "minutes"), ("decision-notice", "1")):
        assert "書きました" in office.run("meeting", *asked, "紙.docx")
        with zipfile.ZipFile(office.folder / "紙.docx") as paper:
            assert "図を直す" in paper.read("word/document.xml").decode()
    office.run("meeting", "binder", "1", "一式.zip")
    with zipfile.ZipFile(office.folder / "一式.zip") as bound:
        assert bound.namelist()[:2] == ["00_次第.docx", "01_資料一覧.docx"] and len(bound.namelist()) == 3
    assert "種類が分かりません" in office.refuse("meeting", "sheet", "1", "agenda", "次第.txt")
    assert "議題ごと" in office.refuse("meeting", "sheet", "1", "decision", "決定.docx")
    assert "書きました" in office.run("meeting", "sheet", "1", "agenda", "次第.xlsx")
    assert "ありません" in office.refuse("meeting", "sheet", "1", "minutes", "会議録.xlsx")


def test_the_papers_of_a_plan_are_written_and_its_dossier_proves_itself(office: Terminal) -> None:
    for kind in ("schedule", "approvals"):
        assert "書きました" in office.run("plan", "paper", "dx", kind, "紙.docx")
        with zipfile.ZipFile(office.folder / "紙.docx") as paper:
            assert "word/document.xml" in paper.namelist()
    assert "計画の書類ではありません" in office.refuse("plan", "paper", "dx", "agenda", "紙.docx")
    assert "sakutei plan paper" in office.refuse("meeting", "sheet", "1", "schedule", "紙.docx")
    assert "verify.py" in office.run("plan", "dossier", "dx", "一件.zip")
    with zipfile.ZipFile(office.folder / "一件.zip") as dossier:
        dossier.extract("verify.py", office.folder)
    verify = [sys.executable, "-I", str(office.folder / "verify.py"), str(office.folder / "一件.zip")]
    assert (
        "すべて合っています"
        in subprocess.run(verify, env={}, capture_output=True, check=True).stdout.decode()
    )
    office.run("plan", "dossier", "dx", "職員.zip", "--for", "hanako")
    office.refuse("plan", "dossier", "dx", "別.zip", "--for", "bucho")
    assert not (office.folder / "別.zip").exists() and not list(office.folder.glob("*.part"))


def test_a_whole_meeting_is_recorded(office: Terminal) -> None:
    _held(office)
    assert "結果の記録" in office.run("work", "hanako")
    late = ("--late-text", "席で配った文書を登録した")
    office.run("decision", "record", "1", "conditional", "--condition", "図を直す", *late, "--as", "hanako")
    assert "図を直す" in office.run("why", "dx")
    office.run("decision", "close-condition", "1", "--note", "直した", "--as", "bucho")
    office.run("decision", "correct", "1", "approved", "--reason", "条件は付かなかった", "--as", "hanako")
    office.run("meeting", "close", "1", "--minutes", "全員が了承した。", "--as", "hanako")
    shown = json.loads(office.run("meeting", "show", "1", "--json"))
    assert (shown["status"], shown["items"][0]["decision"]["outcome"]) == ("closed", "approved")
    said = office.run("plan", "history", "dx")
    assert "結果を訂正: 部会での検討 了承" in said
    assert "改変されていません" in office.run("log", "verify")


def test_the_document_comes_back_as_it_was(office: Terminal) -> None:
    office.run("plan", "document", "dx", "out.docx")
    registered = (office.folder / "方針.docx").read_bytes()
    assert (office.folder / "out.docx").read_bytes() == registered


def test_a_document_is_read_and_compared(office: Terminal) -> None:
    for name, lines in (
        ("一", "# 目的\n対象は50件とする。\n"),
        ("二", "# 目的\n対象は60件とする。\n以上である。\n"),
    ):
        (office.folder / f"{name}.md").write_text(lines, "utf-8")
        office.run("plan", "add", "dx", f"{name}.md", "--as", "hanako")
    assert office.run("plan", "text", "dx", "2").splitlines() == ["# 目的", "対象は50件とする。"]
    assert office.run("plan", "compare", "dx", "2", "3").splitlines() == [
        "第2版から第3版への変更: 変更 1、追加 1",
        "■ 目的",
        "  変更",
        "    - 対象は《50》件とする。",
        "    + 対象は《60》件とする。",
        "  追加",
        "    + 【以上である。】",
    ]
    (office.folder / "図.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(30))
    office.run("plan", "add", "dx", "図.png", "--as", "hanako")
    assert "第4版の文字は取り出せません" in office.run("plan", "text", "dx", "4")
    assert "文書をそのまま開いて" in office.refuse("plan", "compare", "dx", "3", "4")
    assert "版「9」はありません" in office.refuse("plan", "compare", "dx", "1", "9")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["why", "nothing"], "計画「nothing」はありません"),
        (["plan", "advance", "dx", "--as", "hanako"], "次の手続が済んでいません"),
        (["plan", "advance", "dx", "--as", "nobody"], "職員「nobody」はありません"),
        (["plan", "advance", "dx", "--as", "bucho"], "行えるのは: 計画の担当課の職員"),
        (["plan", "advance", "dx", "--seen", "9", "--as", "hanako"], "他の方が動かしました"),
        (["plan", "send-back", "dx", "drafts", "--reason", "誤り", "--as", "hanako"], "段階「drafts」はありません"),
        (["plan", "send-back", "dx", "policy", "--reason", " ", "--as", "hanako"], "差戻しの理由: 空です"),
        (["plan", "add", "dx", "none.docx", "--as", "hanako"], "「none.docx」が見つかりません"),
        (["plan", "add", "dx", ".", "--as", "hanako"], "読み書きできません"),
        (["plan", "add", "dx", "/bin/true", "--as", "hanako"], "登録できるのは"),
        (["plan", "open", "dx", "同じ鍵", "--department", "it", "--as", "hanako"], "既に使われています"),
        (["plan", "open", "x y", "悪い鍵", "--department", "it", "--as", "hanako"], "使えません"),
        (["plan", "open", "b", "計画", "--department", "no", "--as", "hanako"], "課「no」はありません"),
        (["plan", "open", "b", "計画", "--department", "it", "--chain", "none", "--as", "hanako"], "none"),
        (["plan", "open", "b", "計画", "--department", "it", "--chain", "方針.docx.yaml", "--as", "hanako"], "方針"),
        (["people", "add", "b", "名\nBcc: x@y.jp", "b@c.jp", "--as", "admin"], "改行や制御文字"),
        (["people", "add", "b", "名", "b@c.jp\nBcc: x@y.jp", "--as", "admin"], "宛先として使えません"),
        (["people", "seat", "bucho", "no_body", "member", "--since", "2026-04-01", "--as", "admin"], "会議体「no_body」"),
        (["people", "seat", "bucho", "joho_bukai", "member", "--since", "4月", "--as", "admin"], "日付として読めません"),
        (["people", "seat", "bucho", "joho_bukai", "king", "--since", "2026-04-01", "--as", "admin"], "king"),
        (["decision", "record", "99", "approved", "--as", "hanako"], "議題「99」はありません"),
        (["decision", "record", "x", "approved", "--as", "hanako"], "integer"),
        (["mail", "resend", "99", "--as", "hanako"], "通知「99」はありません"),
        (["chain", "check", "方針.docx"], "方針.docx"),
        (["diagram"], "指定されていません"),
        (["nonsense"], "nonsense"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_message_and_loses_nothing(
    office: Terminal, arguments: list[str], words: str
) -> None:
    before = office.run("log", "show", "--json")
    assert words in office.refuse(*arguments)
    assert office.run("log", "show", "--json") == before


def test_a_meeting_in_the_past_is_not_called(office: Terminal) -> None:
    said = office.refuse(
        "meeting", "call", "joho_bukai", "部会", "--starts", "2023-06-12 14:00", "--ends", "2023-06-12 16:00",
        "--place", "室", "--as", "hanako",
    )  # fmt: skip
    assert "過ぎています" in said


def test_before_init_everything_says_to_run_init(terminal: Terminal) -> None:
    assert "sakutei init" in terminal.refuse("plan", "list")


def test_a_second_administrator_is_not_made_by_init(office: Terminal) -> None:
    said = office.refuse("init", "--admin", "thief", "--name", "盗人", "--email", "t@x.jp")
    assert "既にいます" in said


def test_a_wrong_setting_names_its_variable(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAKUTEI_SMTP_PORT", "smtp")
    assert "SAKUTEI_SMTP_PORT" in terminal.refuse("init")


def test_a_database_url_that_leads_nowhere_says_so(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAKUTEI_DATABASE_URL", "postgresql+psycopg://u:secret@127.0.0.1:1/x")
    said = terminal.refuse("init")
    assert "データベースを使えません" in said
    assert "secret" not in said
    monkeypatch.setenv("SAKUTEI_DATABASE_URL", "no url at all")
    assert "SAKUTEI_DATABASE_URL" in terminal.refuse("init")


def test_a_tampered_log_names_the_first_broken_event(office: Terminal) -> None:
    connection = sqlite3.connect(office.folder / "data" / "sakutei.db")
    connection.execute("DROP TRIGGER event_no_update")
    connection.execute("UPDATE event SET data = '{}' WHERE seq = 4")
    connection.commit()
    connection.close()
    assert "4 番の出来事" in office.refuse("log", "verify")


def test_a_row_changed_behind_the_programs_back_is_named(office: Terminal) -> None:
    assert "行 " in office.run("log", "verify")
    connection = sqlite3.connect(office.folder / "data" / "sakutei.db")
    connection.execute("UPDATE person SET name = '偽 物' WHERE key = 'hanako'")
    connection.commit()
    connection.close()
    assert "職員の 2（person）の内容が、" in office.refuse("log", "verify")


def test_the_public_key_of_the_log_is_printed_with_its_fingerprint(office: Terminal) -> None:
    said = office.run("log", "key")
    assert "-----BEGIN PUBLIC KEY-----" in said and re.search(r"指紋（SHA-256）: [0-9a-f]{64}$", said, re.M)
    assert "PRIVATE" not in said and office.run("log", "key") == said, "made once"


def test_a_shortened_verification_says_what_it_did_not_look_at(office: Terminal) -> None:
    assert "控えがありません。全体を検証しました。" in office.run("log", "verify", "--since-last")
    said = office.run("log", "verify", "--since-last")
    assert "番までは、前回までに確かめたものです。" in said and "今回は見直していません" in said
    assert "見直していません" not in office.run("log", "verify")
    refused = office.refuse("log", "verify", "--since-last", "--witness", "a.eml")
    assert "控えのメールとは照合できません" in refused


def test_the_schema_is_json_and_knows_the_kinds_of_gate(terminal: Terminal) -> None:
    schema = json.loads(terminal.run("chain", "schema"))
    assert {"BodyGate", "DocumentGate", "PeriodGate", "SignoffGate"} <= set(schema["$defs"])


def test_the_diagram_marks_where_the_plan_stands(office: Terminal) -> None:
    said = office.run("diagram", "dx")
    assert said.startswith("stateDiagram-v2")
    assert "class policy current" in said


def test_a_broken_chain_is_refused_with_every_fault(terminal: Terminal) -> None:
    text = (ROOT / "definitions" / "chains" / "itabashi_dx_2025.yaml").read_text("utf-8")
    broken = text.replace("body: ict_honbu", "body: ict_hombu", 1).replace("chair: 区長", "chiar: 区長", 1)
    (terminal.folder / "broken.yaml").write_text(broken, "utf-8")
    said = terminal.refuse("chain", "check", "broken.yaml")
    assert "broken.yaml:" in said and "chiar" in said


def test_every_reading_command_speaks_json(office: Terminal) -> None:
    for command in (
        ["plan", "list"], ["plan", "show", "dx"], ["plan", "history", "dx"], ["plan", "schedule", "dx"],
        ["why", "dx"], ["work", "hanako"], ["meeting", "list"], ["mail", "list"], ["people", "list"],
        ["log", "show"], ["chain", "list"], ["chain", "show", "itabashi_dx_2025"], ["decision", "list", "dx"],
        ["people", "show", "hanako"], ["plan", "text", "dx", "1"], ["plan", "compare", "dx", "1", "1"],
        ["days", "hanako"], ["people", "body-year", "joho_bukai", "--as", "hanako"],
    ):  # fmt: skip
        json.loads(office.run(*command, "--json"))


def test_the_scheduler_sends_until_it_is_told_to_stop(office: Terminal) -> None:
    _call(office)
    command = [sys.executable, "-c", "from workflow.cli import main; main()", "scheduler"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SAKUTEI_TICK_SECONDS": "1"}
    running = subprocess.Popen(command, cwd=office.folder, env=environment, stdout=subprocess.PIPE, text=True)
    mail = office.folder / "data" / "mail"
    for _ in range(200):
        if mail.exists() and len(list(mail.iterdir())) == 3:
            break
        time.sleep(0.1)
    running.send_signal(signal.SIGTERM)
    said, _ = running.communicate(timeout=20)
    assert running.returncode == 0
    assert "送られず" in said and "止まりました" in said
    assert len(list(mail.iterdir())) == 3


def test_who_presided_left_and_is_recused_is_entered_and_corrected_on_the_command_line(
    office: Terminal,
) -> None:
    _held(office)
    office.run("meeting", "attend", "1", "--presider", "bucho", "--as", "hanako")
    assert "議題 1 の出欠を 1 人記録しました" in office.run(
        "meeting", "part", "1", "--recused", "kacho", "--as", "hanako"
    )
    shown = office.run("meeting", "show", "1")
    assert "進行" in shown and "除斥" in shown
    office.run("decision", "record", "1", "approved", "--late-text", "席で配った", "--as", "hanako")
    office.run("meeting", "close", "1", "--minutes", "了承しだ。", "--as", "hanako")
    mended = office.folder / "minutes.txt"
    mended.write_text("了承した。", "utf-8")
    corrected = ("minutes", "correct", "1", "summary", str(mended), "--reason", "誤字", "--as", "hanako")
    assert "概要を訂正しました" in office.run(*corrected)
    office.run("meeting", "attend", "1", "--present", "kacho", "--reason", "出欠簿と照合", "--as", "hanako")
    held = json.loads(office.run("meeting", "show", "1", "--json"))
    assert held["minutes"] == "了承した。" and all(each["present"] for each in held["attendance"])
    assert "定足数" in office.run("chain", "show", "shingikai_gian")


def test_members_answer_an_invitation_and_the_secretariat_reads_the_answers(office: Terminal) -> None:
    office.run(
        "meeting", "call", "joho_bukai", "第1回 部会", "--starts", _in(10), "--ends", _in(10, 16),
        "--place", "第一委員会室", "--as", "hanako",
    )  # fmt: skip
    assert "（出席）" in office.run("meeting", "answer", "1", "attends", "--as", "bucho")
    told = ("meeting", "answer", "1", "absent", "--member", "kacho", "--remark", "電話で", "--as", "hanako")
    office.run(*told)
    assert "会議体の事務局" in office.refuse("meeting", "answers", "1", "--as", "bucho")
    said = office.run("meeting", "answers", "1", "--as", "hanako")
    assert "出席予定 1 人" in said and "電話で" in said and "事務局の記入" in said
    shown = json.loads(office.run("meeting", "answers", "1", "--as", "hanako", "--json"))
    assert [each["answer"]["intent"] for each in shown["members"]] == ["attends", "absent"]
    assert "0 件" in office.run("meeting", "revoke-links", "1", "--as", "hanako")
