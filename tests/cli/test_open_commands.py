"""Open meetings on the command line: closing, opening, and the publication of minutes."""

import pytest

from definitions.load import shipped
from tests.cli.test_minutes_commands import held
from tests.support.chains import open_to_citizens
from tests.support.terminal import Terminal

BY = ("--as", "hanako")


@pytest.fixture
def town(terminal: Terminal) -> Terminal:
    """An office whose 部会 is open, with its 事務局, its chair and a member."""
    chain = terminal.folder / "open.yaml"
    chain.write_text(open_to_citizens(shipped("itabashi_dx_2025")).canonical_json(), "utf-8")
    terminal.run("init", "--admin", "admin", "--name", "管理 太郎", "--email", "admin@city.example.jp")
    terminal.run("people", "bodies", str(chain), "--as", "admin")
    for key, role in (("hanako", "secretariat"), ("bucho", "chair"), ("kacho", "member")):
        terminal.run("people", "add", key, f"{key} 名", f"{key}@city.example.jp", "--as", "admin")
        terminal.run("people", "seat", key, "joho_bukai", role, "--since", "2020-04-01", "--as", "admin")
    return terminal


def test_a_meeting_is_closed_and_opened_and_its_minutes_are_published(town: Terminal) -> None:
    held(town)
    town.run("open", "close", "1", "--reason", "個人情報", "--basis", "第7条", "--item", "1", *BY)
    town.run("meeting", "result", "1", "部長を選出した。", *BY)
    town.run("meeting", "close", "1", *BY)
    town.run("minutes", "put", "1", "summary", *BY)
    town.run("minutes", "confirm", "1", "summary", "--seen", "0", "--as", "bucho")
    publish = ("open", "publish", "1", "summary", "--version", "1", *BY)
    assert "非公開の議題" in town.refuse(*publish)
    assert "公開しました" in town.run(*publish, "--read")
    assert "取りやめました" in town.run("open", "unpublish", "1", "summary", "--reason", "誤記", *BY)
    town.run("open", "reopen", "1", "--item", "1", "--reason", "公表済み", *BY)
    assert "公開しました" in town.run(*publish)
