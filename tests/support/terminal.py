"""The command line as a person at a terminal meets it."""

import sys
from pathlib import Path

import pytest

from workflow.cli import main


class Terminal:
    """Runs `sakutei …` and keeps what it printed."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.folder, self._capsys, self._patch = folder, capsys, patch
        patch.chdir(folder)
        patch.setenv("SAKUTEI_DATA", str(folder / "data"))
        patch.setenv("COLUMNS", "200")

    def run(self, *arguments: str) -> str:
        code, out, err = self.try_(*arguments)
        assert code == 0, err
        return out

    def refuse(self, *arguments: str) -> str:
        """The message of a refusal: exit code 2, one message, nothing else."""
        code, out, err = self.try_(*arguments)
        assert code == 2, out + err
        assert "Traceback" not in err
        return err

    def try_(self, *arguments: str) -> tuple[int, str, str]:
        self._patch.setattr(sys, "argv", ["sakutei", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
            raise SystemExit(0)
        code = ended.value.code
        out, err = self._capsys.readouterr()
        return (code if isinstance(code, int) else 0), out, err


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    return Terminal(tmp_path, capsys, monkeypatch)


@pytest.fixture
def office(terminal: Terminal) -> Terminal:
    """An office with a plan at 策定方針, its first version, and the people of the 部会."""
    run = terminal.run
    run("init", "--admin", "admin", "--name", "管理 太郎", "--email", "admin@city.example.jp")
    run("people", "department", "it", "IT推進課", "--as", "admin")
    run("people", "bodies", "itabashi_dx_2025", "--as", "admin")
    for key, role in (("hanako", "secretariat"), ("bucho", "chair"), ("kacho", "member")):
        run("people", "add", key, f"{key} 名", f"{key}@city.example.jp", "--as", "admin")
        run("people", "seat", key, "joho_bukai", role, "--since", "2020-04-01", "--as", "admin")
    run("people", "post", "hanako", "it", "--since", "2020-04-01", "--as", "admin")
    run("plan", "open", "dx", "DX推進計画", "--department", "it", "--as", "hanako")
    (terminal.folder / "方針.docx").write_bytes(b"PK policy")
    run("plan", "add", "dx", "方針.docx", "--as", "hanako", "--note", "初版")
    return terminal
