import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.documents import p, word
from tests.support.shell import Shell
from tests.support.terminal import Terminal
from workflow.cli import main


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    return Terminal(tmp_path, capsys, monkeypatch)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an office with a plan at 策定方針, its first version, and the people of the 部会."""
    folder = tmp_path_factory.mktemp("furnished")

    def run(*arguments: str) -> None:
        patch.setattr(sys, "argv", ["sakutei", *arguments])
        with pytest.raises(SystemExit, check=lambda ended: not ended.code):
            main()

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("SAKUTEI_DATA", "data")
        _furnish(run, folder)
    return folder


def _furnish(run: Callable[..., None], folder: Path) -> None:
    run("init", "--admin", "admin", "--name", "管理 太郎", "--email", "admin@city.example.jp")
    run("people", "department", "it", "IT推進課", "--as", "admin")
    run("people", "bodies", "itabashi_dx_2025", "--as", "admin")
    for key, role in (("hanako", "secretariat"), ("bucho", "chair"), ("kacho", "member")):
        run("people", "add", key, f"{key} 名", f"{key}@city.example.jp", "--as", "admin")
        run("people", "seat", key, "joho_bukai", role, "--since", "2020-04-01", "--as", "admin")
    run("people", "post", "hanako", "it", "--since", "2020-04-01", "--as", "admin")
    run(
        *("plan", "open", "dx", "DX推進計画", "--department", "it", "--as", "hanako"),
        *("--on", "2023-03-01", "--reason", "紙で進めていた"),
    )
    (folder / "方針.docx").write_bytes(word(p("策定方針")))
    run("plan", "add", "dx", "方針.docx", "--as", "hanako", "--note", "初版")


@pytest.fixture
def office(terminal: Terminal, furnished: Path) -> Terminal:
    shutil.copytree(furnished, terminal.folder, dirs_exist_ok=True)
    return terminal
