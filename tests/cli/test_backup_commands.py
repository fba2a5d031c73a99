"""`sakutei backup`, `restore` and `db check`, as somebody types them."""

from pathlib import Path

import pytest

from tests.support.terminal import Terminal

KEY = "kZ0f3m8n1q2w5e7r9t4y6u8i0o2p4a6s8d0f2g4h6j8k"


def test_an_office_comes_back_from_its_backup(office: Terminal) -> None:
    assert "出来事" in office.run("backup", "a.backup") and "暗号化なし" in office.run("backup", "b.backup")
    office.run("plan", "suspend", "dx", "--reason", "見直し", "--as", "hanako")
    said = office.run("restore", "a.backup")
    assert "に復元しました" in said and "sakutei.db.replaced-" in said
    assert "中断" not in office.run("plan", "list")
    office.run("log", "verify")
    assert office.run("db", "check").count("正常: ") == 5


def test_a_backup_with_a_key_wants_it_back(office: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    (office.folder / "key").write_text(KEY)
    with monkeypatch.context() as patch:
        patch.setenv("SAKUTEI_BACKUP_KEY_FILE", "key")
        said = office.run("backup", "a.backup")
        assert "暗号化済み" in said and KEY not in said
        office.run("restore", "a.backup")
    assert "暗号化されています" in office.refuse("restore", "a.backup")


def test_no_backup_is_written_over_another_file(office: Terminal) -> None:
    office.run("backup", "a.backup")
    assert "同じ名前のファイルがあります" in office.refuse("backup", "a.backup")
    assert "バックアップではありません" in office.refuse("restore", "方針.docx")


def test_what_is_wrong_is_named_and_the_command_fails(office: Terminal) -> None:
    (document,) = (
        path for path in Path(office.folder, "data", "documents").rglob("*") if len(path.name) == 64
    )
    document.write_bytes(b"rewritten")
    for command, words in ((("db", "check"), "誤り: 文書"), (("backup", "a.backup"), "入っていません")):
        code, said, _ = office.try_(*command)
        assert code == 1 and words in said
